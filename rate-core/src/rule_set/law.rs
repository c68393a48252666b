//! The compiled form of a rule set and its parameters, for one area and one annual setting.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::diagram::Diagram;
use super::dispatched::DispatchRule;
use super::settlement::SettlementRules;
use super::{
    Adjustment, Attribution, Changes, Cycle, Effect, Form, Needs, Participation, Prolonged, Reference, RowResult,
    RuleSet, Semantics,
};
use crate::calendar::{self, DateSpan, MonthSpan, NaiveDate};
use crate::citation::{Basis, BasisId};
use crate::error::Lang;
use crate::history::{AccountKind, Claim, History, OrderKind, Ordered};
use crate::industry::RiskClass;
use crate::parameters::{ClassStatus, CutFinding, Parameters};

/// Why the rules give no answer for a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The set is a frame or a text as published.
    #[error("{0} is a frame or a text as published: it decides nothing")]
    DecidesNothing(String),
    /// No cycle of the set holds the day.
    #[error("{set} lists no cycle whose rate period holds {on}")]
    NoCycle {
        /// The set.
        set: String,
        /// The day.
        on: NaiveDate,
    },
    /// No rule set of the area decides on the day.
    #[error("no rule set decides for {area} on {on}")]
    NoRuleSet {
        /// The area.
        area: String,
        /// The day.
        on: NaiveDate,
    },
}

impl Refusal {
    /// The refusal in words.
    pub fn text(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, refusal) => refusal.to_string(),
            (Lang::Zh, Self::DecidesNothing(set)) => format!("{set} 是国家框架或原文形式，不定费率"),
            (Lang::Zh, Self::NoCycle { set, on }) => format!("{set} 未列出执行期包含 {on} 的周期"),
            (Lang::Zh, Self::NoRuleSet { area, on }) => format!("{area} 在 {on} 没有可据以定费率的规则集"),
        }
    }
}

/// What the settings of one day come to; shared, cheap to clone.
#[derive(Clone)]
pub struct Law {
    compiled: Arc<Compiled>,
    decided_on: Option<NaiveDate>,
    semantics: Semantics,
}

impl fmt::Debug for Law {
    /// Which law it is; its whole content would fill pages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Law({} {} {})", self.compiled.rules.id(), self.cycle().id, self.compiled.setting)
    }
}

#[derive(Clone)]
struct Compiled {
    rules: RuleSet,
    parameters: Parameters,
    participation: Participation,
    attribution: Attribution,
    changes: Changes,
    cycle: usize,
    setting: DateSpan,
    first_setting: bool,
    filled_window: Option<MonthSpan>,
    diagrams: Arc<Diagrams>,
    asked: Vec<(usize, usize)>,
    windows_asked: usize,
    needs: Needs,
    change_days: Vec<NaiveDate>,
    alike: OnceLock<Alike>,
}

/// What the records of all accounts under a law have alike, in the bytes that the room of records writes.
#[derive(Clone, Debug)]
pub(crate) struct Alike {
    /// Rule set and parameters, by name and digest.
    pub(crate) pinned: Vec<u8>,
    /// Cycle and setting.
    pub(crate) placed: Vec<u8>,
    /// What each basis of the rule set is cited as.
    pub(crate) of_rules: Vec<Vec<u8>>,
    /// What each basis of the parameters is cited as.
    pub(crate) of_parameters: Vec<Vec<u8>>,
}

/// The diagrams of all tables, equal ones of different classes shared.
struct Diagrams {
    all: Vec<Diagram>,
    /// For each table, the diagram of each class.
    by_class: Vec<Vec<usize>>,
}

/// What can be changed of a law without compiling its tables again.
pub(crate) struct LawParts<'l> {
    pub(crate) rules: &'l mut RuleSet,
    pub(crate) parameters: &'l mut Parameters,
    pub(crate) participation: &'l mut Participation,
    pub(crate) first_setting: &'l mut bool,
    pub(crate) filled_window: &'l mut Option<MonthSpan>,
    /// Place of the cycle among those of the rules.
    pub(crate) cycle: usize,
}

impl RuleSet {
    /// Compiles the set and the parameters of its area for the annual setting that holds a day.
    ///
    /// # Errors
    /// [`Refusal`] where the set decides nothing on that day; nothing after this can fail for want of a rule.
    pub fn law_for(&self, parameters: &Parameters, on: NaiveDate) -> Result<Law, Refusal> {
        let (Some(participation), Some(attribution), Some(changes), Form::Method) =
            (&self.participation, self.attribution, &self.changes, self.form)
        else {
            return Err(Refusal::DecidesNothing(self.id.to_string()));
        };
        let cycle = self.cycles.iter().position(|cycle| cycle.rate_period.contains(on));
        let cycle = cycle.ok_or_else(|| Refusal::NoCycle { set: self.id.to_string(), on })?;
        let (setting, place) = setting_on(&self.cycles[cycle], on);
        let parameters = parameters.of_area(&self.id.area);
        let diagrams = Arc::new(diagrams(self));
        let change_days = parameters.change_days();
        let asked = asked(self);
        Ok(Law {
            decided_on: None,
            semantics: Semantics::CURRENT,
            compiled: Arc::new(Compiled {
                participation: participation.clone(),
                attribution,
                changes: changes.clone(),
                cycle,
                setting,
                first_setting: place == 0,
                filled_window: self.cycles[cycle].settings[place].filled_window,
                windows_asked: windows_asked(self, &asked),
                needs: Needs::of(&self.measures),
                asked,
                diagrams,
                change_days,
                alike: OnceLock::new(),
                rules: self.clone(),
                parameters,
            }),
        })
    }
}

/// The annual setting of a cycle that holds a day, and its place.
fn setting_on(cycle: &Cycle, on: NaiveDate) -> (DateSpan, usize) {
    let place = cycle.settings.iter().rposition(|setting| setting.from <= on).unwrap_or(0);
    let from = cycle.settings[place].from;
    let to = cycle.settings.get(place + 1).map_or(cycle.rate_period.to(), |next| Some(calendar::day_before(next.from)));
    // Settings are sorted and lie inside the rate period, so each ends after it begins.
    (DateSpan::new(from, to).unwrap_or(cycle.rate_period), place)
}

fn diagrams(set: &RuleSet) -> Diagrams {
    let mut diagrams: Vec<Diagram> = Vec::new();
    let by_class = set.tables.iter().map(|table| {
        let classes = RiskClass::all(set.classes.system);
        let place = classes.map(|class| {
            let diagram = Diagram::build(set, table, class.index());
            let known = diagrams.iter().position(|other| *other == diagram);
            known.unwrap_or_else(|| {
                diagrams.push(diagram);
                diagrams.len() - 1
            })
        });
        place.collect()
    });
    let by_class = by_class.collect();
    Diagrams { all: diagrams, by_class }
}

/// Every measure, in every window, that a row or an adjustment asks about.
fn asked(set: &RuleSet) -> Vec<(usize, usize)> {
    let rows = set.tables.iter().flat_map(|table| &table.rows).flat_map(|row| {
        let conditions = row.all.iter().chain(&row.any);
        conditions.flat_map(move |it| (0..row.for_windows).map(move |window| (it.measure, window)))
    });
    let adjustments = set.adjustments.iter().flat_map(|adjustment| &adjustment.when.measures).map(|it| (it.measure, 0));
    let mut asked: Vec<_> = rows.chain(adjustments).collect();
    asked.sort_unstable_by_key(|(measure, window)| (*window, *measure));
    asked.dedup();
    asked
}

/// Number of windows whose facts are read for what is asked.
fn windows_asked(set: &RuleSet, asked: &[(usize, usize)]) -> usize {
    let read = |(measure, window): &(usize, usize)| window + set.measures[*measure].windows_read();
    asked.iter().map(read).max().unwrap_or(1)
}

impl Law {
    /// How the engine reads it.
    pub const fn semantics(&self) -> Semantics {
        self.semantics
    }

    /// The same law, read as an earlier engine did.
    #[must_use]
    pub fn under(&self, semantics: Semantics) -> Self {
        Self { semantics, ..self.clone() }
    }

    /// The same law with something in it other than it is: what an audit asks "what if" with. Measures, tables and
    /// the setting keep their places; the days on which base rates and cuts may change are found anew.
    pub(crate) fn varied(&self, change: impl FnOnce(&mut LawParts<'_>)) -> Self {
        let mut compiled = (*self.compiled).clone();
        change(&mut LawParts {
            rules: &mut compiled.rules,
            parameters: &mut compiled.parameters,
            participation: &mut compiled.participation,
            first_setting: &mut compiled.first_setting,
            filled_window: &mut compiled.filled_window,
            cycle: compiled.cycle,
        });
        compiled.change_days = compiled.parameters.change_days();
        compiled.windows_asked = windows_asked(&compiled.rules, &compiled.asked);
        compiled.needs = Needs::of(&compiled.rules.measures);
        compiled.alike = OnceLock::new();
        Self { compiled: Arc::new(compiled), ..self.clone() }
    }

    /// The same law in another annual setting, by its place in a cycle: one that is listed, or one supposed to follow
    /// those that are.
    pub(crate) fn in_setting(&self, cycle: &Cycle, place: usize) -> Option<Self> {
        let from = cycle.settings.get(place)?.from;
        let mut compiled = (*self.compiled).clone();
        let listed = compiled.rules.cycles.iter().position(|it| it == cycle);
        compiled.cycle = listed.unwrap_or_else(|| {
            compiled.rules.cycles.push(cycle.clone());
            compiled.rules.cycles.len() - 1
        });
        (compiled.setting, _) = setting_on(cycle, from);
        compiled.first_setting = place == 0;
        compiled.filled_window = cycle.settings[place].filled_window;
        compiled.alike = OnceLock::new();
        Some(Self { compiled: Arc::new(compiled), decided_on: None, ..self.clone() })
    }

    /// The rule set.
    pub fn rules(&self) -> &RuleSet {
        &self.compiled.rules
    }

    /// The parameters of the area.
    pub fn parameters(&self) -> &Parameters {
        &self.compiled.parameters
    }

    /// The cycle.
    pub fn cycle(&self) -> &Cycle {
        &self.compiled.rules.cycles[self.compiled.cycle]
    }

    /// The cycle listed next, if any.
    pub fn next_cycle(&self) -> Option<&Cycle> {
        self.compiled.rules.cycles.get(self.compiled.cycle + 1)
    }

    /// The days this setting gives rates for.
    pub fn setting(&self) -> &DateSpan {
        &self.compiled.setting
    }

    /// The same law for rates that are decided on a day; without one they count as decided before the setting begins.
    #[must_use]
    pub fn decided_on(self, day: NaiveDate) -> Self {
        Self { decided_on: Some(day), ..self }
    }

    /// The day the rates are decided, where that is inside the setting or after it.
    pub fn decided_late(&self) -> Option<NaiveDate> {
        self.decided_on.filter(|day| *day > self.setting().from())
    }

    /// How the method goes from the last rate to one that is decided late: the cycle's own way, or that of all cycles.
    pub fn settlement(&self) -> Option<&SettlementRules> {
        self.cycle().settlement.as_ref().or(self.rules().settlement.as_ref())
    }

    /// Whether this is the first setting of its cycle.
    pub fn first_setting(&self) -> bool {
        self.compiled.first_setting
    }

    /// The windows that rows ask about, newest first.
    pub fn windows(&self) -> &[MonthSpan] {
        &self.cycle().windows
    }

    /// The window of accounts whose window fills inside the cycle, where this setting lists one.
    pub fn filled_window(&self) -> Option<MonthSpan> {
        self.compiled.filled_window
    }

    /// Every measure, by place, and window that is asked about.
    pub fn asked(&self) -> &[(usize, usize)] {
        &self.compiled.asked
    }

    /// Number of windows whose facts are read.
    pub fn windows_asked(&self) -> usize {
        self.compiled.windows_asked
    }

    /// What the measures ask of the facts.
    pub(crate) fn needs(&self) -> &Needs {
        &self.compiled.needs
    }

    /// What records under this law have alike, made once.
    pub(crate) fn alike(&self, make: impl FnOnce() -> Alike) -> &Alike {
        self.compiled.alike.get_or_init(make)
    }

    pub(crate) fn participation(&self) -> &Participation {
        &self.compiled.participation
    }

    pub(crate) fn attribution(&self) -> &Attribution {
        &self.compiled.attribution
    }

    /// Whether an account bears a claim that stands in its history: its own, or, with several accounts in it, the one
    /// the method makes bear it. A claim of a project is none of the employer, unless the method says so.
    pub(crate) fn bears(&self, history: &History, claim: &Claim) -> bool {
        let parties = claim.parties.as_deref();
        let with_employer = self.rules().projects().is_some_and(|it| it.with_employer);
        (claim.project.is_none() || with_employer)
            && parties.is_none_or(|it| it.number(self.compiled.attribution.of(it.arrangement)) == history.key().number)
    }

    pub(crate) fn changes(&self) -> &Changes {
        &self.compiled.changes
    }

    pub(crate) fn diagram(&self, table: usize, class: RiskClass) -> &Diagram {
        // Both places come from this law's own tables and class system.
        &self.compiled.diagrams.all[self.compiled.diagrams.by_class[table][class.index()]]
    }

    /// The days on which base rates and cuts may change for an account.
    pub(crate) fn change_days(&self, history: &History) -> Cow<'_, [NaiveDate]> {
        let listed = self.compiled.parameters.listing_days(history);
        if listed.is_empty() {
            return Cow::Borrowed(&self.compiled.change_days);
        }
        Cow::Owned(self.compiled.change_days.iter().copied().chain(listed).collect())
    }

    /// Whether any rule counts from the last grade.
    pub(crate) fn counts_from_last_grade(&self) -> bool {
        let rules = self.rules();
        let results =
            rules.tables.iter().flat_map(|table| table.rows.iter().map(|row| row.result).chain(table.otherwise));
        let from_last = |it: &Adjustment| it.effect == Effect::NoDecreaseFrom(Reference::LastGrade);
        rules.limits.max_fall.is_some()
            || rules.limits.max_move.from == Reference::LastGrade
            || results.into_iter().any(RowResult::needs_last)
            || rules.adjustments.iter().any(from_last)
    }

    /// Where this setting lies past the end the cycle was given at first: what happens then.
    pub fn prolonged(&self) -> Option<&Prolonged> {
        self.cycle().prolonged.as_ref().filter(|prolonged| prolonged.from == self.setting().from())
    }

    /// The rule by which an account takes its class from the workers it dispatches.
    pub(crate) fn by_dispatched(&self, history: &History) -> Option<DispatchRule> {
        let rule = self.compiled.rules.classes.dispatch;
        rule.filter(|_| history.kind() == AccountKind::Dispatch && !history.dispatched().is_empty())
    }

    /// The class in force for an account on a day: ordered, fixed by its kind, that of most workers it dispatches,
    /// determined, or proposed from its industry.
    pub(crate) fn class_on(&self, history: &History, date: NaiveDate) -> Option<InForce> {
        let rules = &self.compiled.rules.classes;
        if let Some(Ordered::Class(class)) = history.order_on(OrderKind::Class, date).map(|order| &order.what) {
            return Some(InForce { class: *class, how: ClassBasis::Ordered });
        }
        if let Some((_, class)) = rules.fixed.iter().find(|(fixed, _)| *fixed == history.kind()) {
            return Some(InForce { class: *class, how: ClassBasis::Fixed });
        }
        let determined = history.class_on(date);
        if let Some(rule) = self.by_dispatched(history) {
            let parameters = &self.compiled.parameters;
            if let Some(most) = rule.most(history.dispatched(), parameters, rules, date).ok()? {
                let determined = determined.and_then(|it| it.class).filter(|class| *class != most.class);
                let how = ClassBasis::Dispatched { heads: most.heads, of: most.of, annex: most.annex, determined };
                return Some(InForce { class: most.class, how });
            }
        }
        let found = determined?;
        if let Some(class) = found.class {
            return Some(InForce { class, how: ClassBasis::Determined });
        }
        let (class, list) = rules.proposed(found.industry?, &self.compiled.parameters)?;
        Some(InForce { class, how: ClassBasis::Proposed(list.basis, list.status) })
    }

    /// The base vectors and phased cuts of the area, each with whether its days touch the setting.
    pub fn dated_parameters(&self) -> Vec<DatedParameter> {
        let setting = self.setting();
        let at = |days: DateSpan, basis, cut, scope: Vec<String>| {
            let used = days.intersect(setting).is_some();
            DatedParameter { scope, days, cut, basis, used, later: days.from() > setting.last(), finding: None }
        };
        let sub_area = |name: &str| if name.is_empty() { Vec::new() } else { vec![name.to_owned()] };
        let vectors = self.parameters().vectors().iter().map(|it| {
            let kinds = it.kinds.iter().map(|kind| kind.as_str().to_owned());
            at(it.days, it.basis, false, sub_area(&it.sub_area).into_iter().chain(kinds).collect())
        });
        let cuts = self
            .parameters()
            .cuts()
            .iter()
            .map(|it| DatedParameter { finding: it.finding, ..at(it.days, it.basis, true, sub_area(&it.sub_area)) });
        vectors.chain(cuts).collect()
    }

    /// The basis of a step; `None` where it rests on a fact, which is an order.
    pub fn basis(&self, source: Source) -> Option<&Basis> {
        match source {
            Source::Rules(id) => Some(self.compiled.rules.basis(id)),
            Source::Parameters(id) => Some(self.compiled.parameters.basis(id)),
            Source::Order(_) => None,
        }
    }
}

/// A base vector or phased cut that was looked at for a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedParameter {
    /// Sub-area and kinds of account it is for; empty where it is for all.
    pub scope: Vec<String>,
    /// Days in force.
    pub days: DateSpan,
    /// A phased cut; else a base vector.
    pub cut: bool,
    /// Basis.
    pub basis: BasisId,
    /// Its days touch the setting.
    pub used: bool,
    /// It begins only after the setting; where unused and not later, it has ended.
    pub later: bool,
    /// What a cut rests on, where its document says.
    pub finding: Option<CutFinding>,
}

/// Where a class comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClassBasis {
    /// The kind of account: the method fixes it.
    Fixed,
    /// A determination, which is a fact of the account.
    Determined,
    /// The workers dispatched: most of them are in it.
    Dispatched {
        /// Workers in it.
        heads: i64,
        /// Workers in all.
        of: i64,
        /// The list that proposed classes of using units, where none was given.
        annex: Option<BasisId>,
        /// Another class that was determined for the account itself, and gives way.
        determined: Option<RiskClass>,
    },
    /// An order about the account.
    Ordered,
    /// The industry code, by an annex; nobody has determined a class.
    Proposed(BasisId, ClassStatus),
}

/// A class with where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InForce {
    /// The class.
    pub class: RiskClass,
    /// Where it comes from.
    pub how: ClassBasis,
}

/// What a step rests on: a place in the files of the law, or an order about the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The rule set.
    Rules(BasisId),
    /// The parameters.
    Parameters(BasisId),
    /// The order at this place among those of the account.
    Order(usize),
}
