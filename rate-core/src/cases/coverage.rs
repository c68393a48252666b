//! Which places of a rule set its cases have reached: rows, exits, adjustments, causes of absence.

use std::collections::{BTreeMap, BTreeSet};

use crate::decide::standing;
use crate::decision::{Decision, Reason, StepKind};
use crate::error::Lang;
use crate::experience;
use crate::history::{AccountKind, History};
use crate::ladder::GradeLadder;
use crate::rule_set::{Cause, ClassChange, Law, Reference, RuleSet};

/// A place of a rule set that a decision can go through; in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// A way past the tables.
    Exit(Exit),
    /// A row of a table decides.
    Row {
        /// Place of the table.
        table: usize,
        /// Place of the row.
        row: usize,
    },
    /// No row of a table applies.
    Otherwise {
        /// Place of the table.
        table: usize,
    },
    /// A measure does not exist in the window being decided on.
    Undefined {
        /// Place of the measure.
        measure: usize,
        /// Place of the cause among all causes.
        cause: usize,
    },
    /// A measure does not exist in a window before it.
    UndefinedEarlier {
        /// Place of the measure.
        measure: usize,
    },
    /// An adjustment applies.
    Adjustment(usize),
    /// The largest move holds the grade.
    HeldByLimit,
    /// The grades of the class hold the grade.
    HeldByClass,
}

/// A way past the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// This kind of account does not float.
    Kind,
    /// This class does not float.
    Class,
    /// First insured too recently.
    FirstInsured,
    /// Returned too recently.
    Returning,
    /// The grade of the cycle is carried.
    Carried,
    /// The class changed inside the cycle.
    ClassChanged,
    /// The float of the cycle has expired.
    Expired,
}

/// How many cases reached each place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    counts: BTreeMap<Spot, usize>,
}

impl Coverage {
    /// The places of a rule set, none reached yet.
    pub fn of(rules: &RuleSet) -> Self {
        let mut spots: Vec<Spot> = exits(rules).into_iter().map(Spot::Exit).collect();
        for (table, it) in rules.tables().iter().enumerate() {
            spots.extend((0..it.rows.len()).map(|row| Spot::Row { table, row }));
            spots.extend(it.otherwise.map(|_| Spot::Otherwise { table }));
        }
        for (measure, it) in rules.measures().iter().enumerate() {
            let (now, earlier) = asked(rules, measure);
            let causes = it.causes();
            let place = |cause: &Cause| Cause::ALL.iter().position(|it| it == cause).unwrap_or_default();
            if now {
                spots.extend(causes.iter().map(|cause| Spot::Undefined { measure, cause: place(cause) }));
            }
            if earlier && !causes.is_empty() {
                spots.push(Spot::UndefinedEarlier { measure });
            }
        }
        spots.extend((0..rules.adjustments().len()).map(Spot::Adjustment));
        if limit_can_hold(rules) {
            spots.push(Spot::HeldByLimit);
        }
        if class_can_hold(rules) {
            spots.push(Spot::HeldByClass);
        }
        Self { counts: spots.into_iter().map(|spot| (spot, 0)).collect() }
    }

    /// Counts a case.
    pub fn count(&mut self, reached: &BTreeSet<Spot>) {
        for spot in reached {
            if let Some(count) = self.counts.get_mut(spot) {
                *count += 1;
            }
        }
    }

    /// Every place with the number of cases that reached it, in order.
    pub fn places(&self) -> impl Iterator<Item = (Spot, usize)> + '_ {
        self.counts.iter().map(|(spot, count)| (*spot, *count))
    }

    /// Places reached, and places in all.
    pub fn reached(&self) -> (usize, usize) {
        (self.counts.values().filter(|count| **count > 0).count(), self.counts.len())
    }
}

/// The ways past the tables that the set has.
fn exits(rules: &RuleSet) -> Vec<Exit> {
    let Some(who) = &rules.participation else { return Vec::new() };
    let kinds = AccountKind::WORDS.iter().filter_map(|word| AccountKind::from_word(word));
    let several = rules.cycles().iter().any(|cycle| cycle.settings.len() > 1);
    let resets = rules.changes.as_ref().is_some_and(|it| it.class_change == ClassChange::Reset);
    let has = [
        (Exit::Kind, kinds.into_iter().any(|kind| !who.kinds.contains(&kind))),
        (Exit::Class, who.classes.contains(&false)),
        (Exit::FirstInsured, who.first_insured.covered_months_under > 0),
        (Exit::Returning, who.returning.then.is_some() && who.returning.covered_months_under > 0),
        (Exit::Carried, several),
        (Exit::ClassChanged, resets && several),
        (Exit::Expired, rules.cycles().iter().any(|it| it.prolonged.is_some_and(|prolonged| prolonged.at_base_rate))),
    ];
    has.into_iter().filter(|(_, has)| *has).map(|(exit, _)| exit).collect()
}

/// Whether a measure is asked about in the window being decided on, and in one before it.
fn asked(rules: &RuleSet, measure: usize) -> (bool, bool) {
    let rows = rules.tables().iter().flat_map(|table| &table.rows);
    let rows = rows.filter(|row| row.all.iter().chain(&row.any).any(|it| it.measure == measure));
    let (mut now, mut earlier) = (false, false);
    for row in rows {
        now = true;
        earlier |= row.for_windows > 1;
    }
    let mut conditions = rules.adjustments().iter().flat_map(|it| &it.when.measures);
    (now || conditions.any(|it| it.measure == measure), earlier)
}

/// Whether some grade of the ladder lies beyond the largest move.
fn limit_can_hold(rules: &RuleSet) -> bool {
    let (ladder, limit) = (rules.ladder(), rules.limits().max_move);
    let (low, high) = (ladder.moved(ladder.base(), i8::MIN), ladder.moved(ladder.base(), i8::MAX));
    let farthest = match limit.from {
        Reference::Base => {
            GradeLadder::steps_between(low, ladder.base()).max(GradeLadder::steps_between(ladder.base(), high))
        }
        Reference::LastGrade => GradeLadder::steps_between(low, high),
    };
    farthest > limit.grades
}

/// Whether some class that floats has only some of the grades.
fn class_can_hold(rules: &RuleSet) -> bool {
    let ladder = rules.ladder();
    let (low, high) = (ladder.moved(ladder.base(), i8::MIN), ladder.moved(ladder.base(), i8::MAX));
    let floats = |class: usize| rules.participation.as_ref().is_some_and(|it| it.classes.get(class) == Some(&true));
    ladder.ends.iter().enumerate().any(|(class, ends)| *ends != (low, high) && floats(class))
}

/// The places that a decision went through.
pub(super) fn spots(law: &Law, history: &History, decision: &Decision) -> BTreeSet<Spot> {
    let mut spots: BTreeSet<Spot> = decision.steps().iter().filter_map(|step| spot(step.kind)).collect();
    let measured = decision.steps().iter().any(|step| step.kind == StepKind::TakesPart);
    if let Some(standing) = standing::of(law, history).ok().filter(|_| measured) {
        let counted = experience::taken_as_zero(law, history, &standing.windows(law)).into_iter();
        spots.extend(counted.map(|(measure, window, cause)| undefined(measure, window, cause)));
    }
    spots
}

fn undefined(measure: usize, window: usize, cause: Cause) -> Spot {
    match window {
        0 => Spot::Undefined { measure, cause: Cause::ALL.iter().position(|it| *it == cause).unwrap_or_default() },
        _ => Spot::UndefinedEarlier { measure },
    }
}

fn spot(kind: StepKind) -> Option<Spot> {
    match kind {
        StepKind::Row { table, row, .. } => Some(Spot::Row { table, row }),
        StepKind::Otherwise { table, .. } => Some(Spot::Otherwise { table }),
        StepKind::Adjusted { adjustment, .. } | StepKind::RisesInside { adjustment, .. } => {
            Some(Spot::Adjustment(adjustment))
        }
        StepKind::HeldByLimit { .. } => Some(Spot::HeldByLimit),
        StepKind::HeldByClass { .. } => Some(Spot::HeldByClass),
        StepKind::Undefined { measure, window, cause, .. } => Some(undefined(measure, window, cause)),
        StepKind::NotMeasured { reason, .. } => exit(reason).map(Spot::Exit),
        StepKind::Carried { .. } => Some(Spot::Exit(Exit::Carried)),
        StepKind::Setting { .. }
        | StepKind::Class { .. }
        | StepKind::Predecessors { .. }
        | StepKind::TakesPart
        | StepKind::Measured { .. }
        | StepKind::Compared { .. }
        | StepKind::Conflict { .. }
        | StepKind::Combined { .. }
        | StepKind::Grade { .. }
        | StepKind::ClassChanged { .. }
        | StepKind::Base { .. }
        | StepKind::BaseCut { .. }
        | StepKind::LastRate { .. }
        | StepKind::Floated { .. }
        | StepKind::NotGranted { .. }
        | StepKind::SharedClaims { .. }
        | StepKind::UsingUnits
        | StepKind::Points { .. }
        | StepKind::RateFactor { .. }
        | StepKind::Floor { .. }
        | StepKind::Cut { .. }
        | StepKind::Bounded { .. }
        | StepKind::Rounded { .. }
        | StepKind::Ordered { .. }
        | StepKind::Undecided { .. }
        | StepKind::HoldsFromFirstDay { .. }
        | StepKind::NotAboveLast { .. }
        | StepKind::Rate { .. } => None,
    }
}

const fn exit(reason: Reason) -> Option<Exit> {
    match reason {
        Reason::KindDoesNotFloat => Some(Exit::Kind),
        Reason::ClassDoesNotFloat => Some(Exit::Class),
        Reason::FirstInsured => Some(Exit::FirstInsured),
        Reason::Returning => Some(Exit::Returning),
        Reason::ClassChanged => Some(Exit::ClassChanged),
        Reason::Carried => Some(Exit::Carried),
        Reason::Expired => Some(Exit::Expired),
        Reason::Row { .. }
        | Reason::Otherwise { .. }
        | Reason::Combined
        | Reason::Adjusted { .. }
        | Reason::HeldByClass
        | Reason::HeldByLimit
        | Reason::Undefined { .. }
        | Reason::SourceMissing { .. }
        | Reason::KeepsLastRate
        | Reason::Ordered => None,
    }
}

impl Spot {
    /// The place with its label, in words.
    pub fn text(self, rules: &RuleSet, lang: Lang) -> String {
        let table = |table: usize| match rules.tables() {
            [_] => String::new(),
            tables => format!("{} ", tables[table].id),
        };
        match self {
            Self::Exit(exit) => exit.text(lang).to_owned(),
            Self::Row { table: place, row } => {
                let it = &rules.tables()[place].rows[row];
                named(lang.pick("行", "row"), &format!("{}{}", table(place), it.id), it.label.text(lang), lang)
            }
            Self::Otherwise { table: place } => {
                format!("{}{}", table(place), lang.pick("不落入任何一行（otherwise）", "no row applies (otherwise)"))
            }
            Self::Undefined { measure, cause } => {
                let it = &rules.measures()[measure];
                let cause = Cause::ALL[cause];
                let words = format!("{}{}{}", it.label.text(lang), lang.pick("：", ": "), cause.text(lang));
                named(lang.pick("无值", "no value"), &format!("{} {}", it.id, cause.as_str()), &words, lang)
            }
            Self::UndefinedEarlier { measure } => {
                let it = &rules.measures()[measure];
                let words = lang.pick("（此前各期）", ", windows before this one");
                let words = format!("{}{words}", it.label.text(lang));
                named(lang.pick("无值", "no value"), &format!("{} earlier_window", it.id), &words, lang)
            }
            Self::Adjustment(place) => {
                let it = &rules.adjustments()[place];
                named(lang.pick("调整", "adjustment"), &it.id, it.label.text(lang), lang)
            }
            Self::HeldByLimit => lang.pick("限于一次浮动的最大档数", "held by the largest move at a time").to_owned(),
            Self::HeldByClass => lang.pick("限于本类别的档次", "held by the grades of the class").to_owned(),
        }
    }
}

/// `row zero-twice "both zero in both windows"`; a label that is the id itself is not said twice.
fn named(what: &str, id: &str, label: &str, lang: Lang) -> String {
    if id.ends_with(label) {
        return format!("{what} {id}");
    }
    match lang {
        Lang::Zh => format!("{what} {id}“{label}”"),
        Lang::En => format!("{what} {id} \"{label}\""),
    }
}

impl Exit {
    /// The way in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Kind => lang.pick("此类单位不参加浮动", "this kind of account does not float"),
            Self::Class => lang.pick("此类别不参加浮动", "this class does not float"),
            Self::FirstInsured => lang.pick("首次参保未满规定时间", "first insured too recently"),
            Self::Returning => lang.pick("恢复参保未满规定时间", "returned too recently"),
            Self::Carried => lang.pick("本周期内沿用已定档次", "the grade of this cycle is carried"),
            Self::Expired => lang.pick("浮动期满", "the float has expired"),
            Self::ClassChanged => {
                lang.pick("本周期内类别变更，按新类别基准费率", "the class changed inside the cycle: its base rate")
            }
        }
    }
}
