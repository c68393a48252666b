//! One case after the other, decided and compared.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::{self, Spot};
use super::reason_word;
use crate::amount::Money;
use crate::calendar::{MonthSpan, NaiveDate};
use crate::citation::Label;
use crate::deadline::{self, Deadline};
use crate::decide::{decide, outcome};
use crate::decision::{Decision, Segment, StepKind};
use crate::error::{Code, Place, Problem, Problems};
use crate::history::History;
use crate::input::book::TableKind;
use crate::input::case_file::{
    ACCOUNT, Case, Expected, ExpectedDecision, ExpectedMeasure, ExpectedObjection, ExpectedSegment, ExpectedSettled,
    Facts, Stated, WorkedSetting,
};
use crate::parameters::Parameters;
use crate::rule_set::{Law, Refusal, RuleSet};
use crate::settlement::{Settlement, Then};

/// A figure that was worked beside the figure that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Which figure.
    pub what: Label,
    /// As worked; empty where it was to be nothing.
    pub expected: String,
    /// As it came out; empty where there is none.
    pub found: String,
    /// Whether both are the same, however they are written.
    pub same: bool,
}

/// What came of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Everything as worked.
    Same,
    /// Something else than worked.
    Different,
    /// Something else than worked, and the file says why.
    Open,
    /// Everything as worked, and the file still says that it is open.
    NoLongerOpen,
}

/// A case with what came of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the case is about.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// How a person reckoned it.
    pub working: String,
    /// Why it is open, if it is.
    pub open: Option<String>,
    /// Every figure that the case states.
    pub figures: Vec<Compared>,
    /// Why the rules gave no answer for a day, where they gave none.
    pub refusal: Option<Refusal>,
    /// What is wrong with the facts, where that was not what the case expects.
    pub problems: Vec<Problem>,
    /// What came of it.
    pub state: State,
    /// The places of the rule set that its decisions went through.
    pub reached: BTreeSet<Spot>,
}

impl State {
    /// Whether the case keeps a test from passing.
    pub const fn fails(self) -> bool {
        matches!(self, Self::Different | Self::NoLongerOpen)
    }
}

/// A rule set and its parameters, ready to decide cases.
#[derive(Debug)]
pub struct Judge<'r> {
    rules: &'r RuleSet,
    parameters: &'r Parameters,
    laws: BTreeMap<NaiveDate, Result<Law, Refusal>>,
}

impl<'r> Judge<'r> {
    /// A judge who has decided nothing yet.
    pub const fn new(rules: &'r RuleSet, parameters: &'r Parameters) -> Self {
        Self { rules, parameters, laws: BTreeMap::new() }
    }

    /// The law of a day; averages that stand among the facts of a case join its parameters.
    fn law(&mut self, on: NaiveDate, case: &Case, file: &str) -> Result<Law, Refusal> {
        let (rules, parameters) = (self.rules, self.parameters);
        let of_case = case.facts.book(file, &rules.id().area).parameters;
        if !of_case.documents().is_empty() {
            let mut together = parameters.clone();
            together.merge(of_case);
            return rules.law_for(&together, on);
        }
        self.laws.entry(on).or_insert_with(|| rules.law_for(parameters, on)).clone()
    }

    /// One case of a file, under this law: whoever asks has made the change that the case reads, if it reads one.
    ///
    /// The places that a changed law goes through say nothing of the law as it stands, and are not noted.
    pub fn case(&mut self, case: &Case, file: &str) -> Judged {
        let mut judged = Judged::new(case);
        let mut facts = case.facts.clone();
        let several = case.settings.len() > 1;
        for setting in &case.settings {
            match self.law(setting.on, case, file) {
                Ok(law) => {
                    let law = setting.decided_on.map_or_else(|| law.clone(), |day| law.clone().decided_on(day));
                    let mut trial = Trial { law: &law, file, facts: &facts, figures: Vec::new(), problems: Vec::new() };
                    let decision = trial.setting(setting, &mut judged.reached);
                    let dated = trial.figures.into_iter().map(|it| if several { it.of_day(setting.on) } else { it });
                    judged.figures.extend(dated);
                    judged.problems.extend(trial.problems);
                    // The rates of each setting are the last rates of the next.
                    decision.iter().flat_map(charged).for_each(|row| facts.add(TableKind::Rates, ACCOUNT, 0, row));
                }
                Err(refusal) => judged.refusal = Some(refusal),
            }
        }
        if case.changed.is_some() {
            judged.reached.clear();
        }
        judged.compared()
    }
}

impl Judged {
    fn new(case: &Case) -> Self {
        Self {
            name: case.name.clone(),
            place: case.place.clone(),
            working: case.working.clone(),
            open: case.open.clone(),
            figures: Vec::new(),
            refusal: None,
            problems: Vec::new(),
            state: State::Same,
            reached: BTreeSet::new(),
        }
    }

    fn compared(mut self) -> Self {
        let same = self.refusal.is_none() && self.figures.iter().all(|it| it.same);
        self.state = match (same, &self.open) {
            (true, None) => State::Same,
            (true, Some(_)) => State::NoLongerOpen,
            (false, None) => State::Different,
            (false, Some(_)) => State::Open,
        };
        self
    }

    /// A case whose changed law may not decide: what the check found is what came out.
    pub fn without_law(case: &Case, found: &Problems) -> Self {
        let mut judged = Self::new(case);
        // The check finds a gap in as many places as it has: the case says what is wrong, once.
        let mut kinds: Vec<&str> = found.iter().map(|problem| problem.code.as_str()).collect();
        kinds.dedup();
        let found = kinds.join(" ");
        for setting in &case.settings {
            let expected = match &setting.expected {
                Expected::Refused(codes) => codes.join(" "),
                Expected::ByClass(_) | Expected::Decided(_) => String::new(),
            };
            let (found, same) = (found.clone(), expected == found);
            judged.figures.push(Compared { what: label("退回", "refused"), expected, found, same });
        }
        judged.compared()
    }
}

impl Compared {
    fn of_day(mut self, on: NaiveDate) -> Self {
        self.what.zh = format!("{on} {}", self.what.zh);
        self.what.en = format!("{on} {}", self.what.en);
        self
    }
}

fn label(zh: impl Into<String>, en: impl Into<String>) -> Label {
    Label { zh: zh.into(), en: en.into() }
}

/// One setting of a case being decided.
struct Trial<'t> {
    law: &'t Law,
    file: &'t str,
    facts: &'t Facts,
    figures: Vec<Compared>,
    problems: Vec<Problem>,
}

impl Trial<'_> {
    fn compare(&mut self, what: Label, expected: String, found: String) {
        let same = expected == found;
        self.figures.push(Compared { what, expected, found, same });
    }

    /// The codes expected beside those that came out; the problems themselves where they are others.
    fn refusal(&mut self, expected: String, problems: Option<&Problems>) {
        let found = problems.map(codes).unwrap_or_default();
        if expected != found {
            self.problems.extend(problems.into_iter().flatten().cloned());
        }
        self.compare(label("退回", "refused"), expected, found);
    }

    fn setting(&mut self, setting: &WorkedSetting, reached: &mut BTreeSet<Spot>) -> Option<Decision> {
        match &setting.expected {
            Expected::ByClass(rates) => {
                for (class, rate) in (1..).zip(rates) {
                    let decided = decided(self.law, &self.facts.in_class(class), self.file, reached);
                    let found = decided.as_ref().map_or_else(codes, rates_of);
                    let what = label(format!("{class} 类费率"), format!("rate of class {class}"));
                    self.compare(what, rate.clone(), found);
                }
                None
            }
            Expected::Refused(expected) => {
                let decided = decided(self.law, self.facts, self.file, reached);
                self.refusal(expected.join(" "), decided.as_ref().err());
                decided.ok()
            }
            Expected::Decided(expected) => match decided(self.law, self.facts, self.file, reached) {
                Ok(decision) => {
                    self.decision(&decision, expected);
                    Some(decision)
                }
                Err(problems) => {
                    self.refusal(String::new(), Some(&problems));
                    None
                }
            },
        }
    }

    fn decision(&mut self, decision: &Decision, expected: &ExpectedDecision) {
        self.compare(label("档次", "grade"), expected.grade.clone(), decision.grade_label().to_owned());
        let (origin, found) = (expected.origin.as_str(), decision.outcome().origin.as_str());
        self.compare(label("费率来源", "origin"), origin.to_owned(), found.to_owned());
        self.compare(label("理由", "reason"), expected.reason.clone(), reason_word(decision));
        self.schedule(decision, &expected.rates);
        expected.measured.iter().for_each(|measured| self.measured(decision, measured));
        for bill in &expected.premiums {
            let found = decision.schedule().premium_on(bill.month.first_day(), bill.payroll);
            let what = label(format!("{} 保费", bill.month), format!("premium of {}", bill.month));
            let found = found.map(|money| money.to_string()).unwrap_or_default();
            self.compare(what, bill.premium.to_string(), found);
        }
        if let Some(settled) = &expected.settled {
            self.settled(decision, settled);
        }
        let repeated = decision.assumptions();
        for path in &expected.assumed {
            let found = repeated.iter().find(|it| *it == path).cloned().unwrap_or_default();
            self.compare(label("所用推定", "assumption used"), path.clone(), found);
        }
        expected.objection.iter().for_each(|objection| self.objection(objection));
    }

    /// Until when may be objected, by the law of the decision.
    fn objection(&mut self, expected: &ExpectedObjection) {
        let rules = self.law.rules().notice().and_then(|notice| notice.objection.as_ref());
        let found = match rules.map(|rules| deadline::objection(self.law, rules, expected.served)) {
            Some(Deadline::Day(day)) => day.to_string(),
            Some(
                Deadline::NotKnown
                | Deadline::NotBegun(_)
                | Deadline::WithAnnouncement
                | Deadline::NoHolidays(_)
                | Deadline::BeforeLaw(_)
                | Deadline::NoDate,
            )
            | None => String::new(),
        };
        let stated = expected.last_day.map(|day| day.to_string()).unwrap_or_default();
        self.compare(label("异议截止日", "objection until"), stated, found);
    }

    /// Every line of the settlement.
    fn settled(&mut self, decision: &Decision, expected: &[ExpectedSettled]) {
        let history = history(self.law, self.facts, self.file);
        let found = history.and_then(|history| Settlement::of(decision, &history));
        let lines = match found {
            Ok(found) => found.map(|it| it.lines).unwrap_or_default(),
            Err(problems) => {
                self.compare(label("结算", "settlement"), String::new(), codes(&problems));
                return;
            }
        };
        let text = |months: String, posted: Money, due: Money, then: Then| {
            format!("{months} {posted} → {due} {}", then.as_str())
        };
        for place in 0..lines.len().max(expected.len()) {
            let worked = expected.get(place).map(|it| {
                let months = MonthSpan::new(it.from, it.to).map(|months| months.to_string()).unwrap_or_default();
                text(months, it.posted, it.due, it.then)
            });
            let found = lines.get(place).map(|it| text(it.months.to_string(), it.posted, it.due, it.then));
            self.compare(label("结算", "settled"), worked.unwrap_or_default(), found.unwrap_or_default());
        }
    }

    /// Every segment with its days; the columns beside the rate where the case states them.
    fn schedule(&mut self, decision: &Decision, expected: &[ExpectedSegment]) {
        let segments = decision.schedule().segments();
        let ladder = decision.law().rules().ladder();
        for place in 0..segments.len().max(expected.len()) {
            let (stated, segment) = (expected.get(place), segments.get(place));
            let days = |from: NaiveDate, to: NaiveDate| format!("{from} – {to}");
            let worked = stated.map(|it| format!("{} {}", days(it.from, it.to), it.rate)).unwrap_or_default();
            let is =
                segment.map(|it| format!("{} {}", days(it.days.from(), it.days.last()), it.rate)).unwrap_or_default();
            self.compare(label("费率", "rate"), worked, is);
            let (Some(stated), Some(segment)) = (stated, segment) else { continue };
            let mut column = |zh: &str, en: &str, expected: Option<String>, found: String| {
                if let Some(expected) = expected {
                    let from = stated.from;
                    self.compare(label(format!("{from} {zh}"), format!("{en} from {from}")), expected, found);
                }
            };
            let text = |rate: crate::amount::Rate| rate.to_string();
            column("类别", "class", stated.class.map(|it| it.to_string()), segment.class.to_string());
            column("基准费率", "base rate", stated.base.map(text), segment.base.map(text).unwrap_or_default());
            column("减率前", "before the cut", stated.before_cut.map(text), text(segment.before_cut));
            column("降幅", "cut", stated.cut.map(|it| it.to_string()), segment.cut.to_string());
            let origin = stated.origin.map(|it| it.as_str().to_owned());
            column("来源", "origin", origin, segment.origin.as_str().to_owned());
            let grade = segment.grade.map_or_else(String::new, |grade| ladder.grade(grade).label.clone());
            column("档次", "grade", stated.grade.clone(), grade);
        }
    }

    fn measured(&mut self, decision: &Decision, expected: &ExpectedMeasure) {
        self.figures.push(measured(decision, expected));
    }
}

/// A measure as it was worked beside the one that steps state.
pub(super) fn measured(decision: &Decision, expected: &ExpectedMeasure) -> Compared {
    let rules = decision.law().rules();
    let asked =
        |measure: usize, window: usize| rules.measures()[measure].id == expected.measure && window == expected.window;
    let value = decision.steps().iter().find_map(|step| match step.kind {
        StepKind::Measured { measure, window, value, .. } if asked(measure, window) => Some(Stated::Value(value)),
        StepKind::Undefined { measure, window, cause, .. } if asked(measure, window) => Some(Stated::Cause(cause)),
        _ => None,
    });
    let found = match value {
        None => String::new(),
        Some(Stated::Cause(cause)) => cause.as_str().to_owned(),
        Some(Stated::Value(value)) => format!("{}/{}", value.numerator, value.denominator),
    };
    let same = match (expected.value, value) {
        (Stated::Value(one), Some(Stated::Value(two))) => one.compare(two).is_eq(),
        (Stated::Cause(one), Some(Stated::Cause(two))) => one == two,
        (Stated::Value(_) | Stated::Cause(_), _) => false,
    };
    let measure = rules
        .measure(&expected.measure)
        .map_or_else(|| label(expected.measure.as_str(), expected.measure.as_str()), |measure| measure.label.clone());
    let what = match expected.window {
        0 => measure,
        back => label(format!("{}（前 {back} 期）", measure.zh), format!("{}, window -{back}", measure.en)),
    };
    Compared { what, expected: expected.text.clone(), found, same }
}

fn codes(problems: &Problems) -> String {
    problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>().join(" ")
}

/// The rates without their days: `0.36% 0.45%`.
fn rates_of(decision: &Decision) -> String {
    let rates = decision.schedule().segments().iter().map(|segment| segment.rate.to_string());
    rates.collect::<Vec<_>>().join(" ")
}

/// Decides the account of a case and notes the places it went through.
fn decided(law: &Law, facts: &Facts, file: &str, reached: &mut BTreeSet<Spot>) -> Result<Decision, Problems> {
    let history = history(law, facts, file)?;
    let decision = decide(law, &history)?;
    debug_assert_eq!(outcome(law, &history).as_ref(), Ok(decision.outcome()), "the trace changes nothing");
    // A row that cannot be settled sends the account back, as a run does.
    Settlement::of(&decision, &history)?;
    reached.extend(coverage::spots(law, &history, &decision));
    Ok(decision)
}

/// The account of a case.
fn history(law: &Law, facts: &Facts, file: &str) -> Result<History, Problems> {
    let book = facts.book(file, &law.rules().id().area);
    let history = book.histories.into_iter().find(|history| history.key().number == ACCOUNT);
    if let Some(history) = history {
        return Ok(history);
    }
    // The reader has looked at the facts; only the rates of an earlier setting can have come between.
    Problems::none_of(book.refused.into_iter().flat_map(|it| it.problems).collect())?;
    Err(Problem::new(Code::RowsUnknownAccount, Place::field("account"), [ACCOUNT]).into())
}

/// The rates of a decision as rows of the book: what the next setting reads as the last ones.
fn charged(decision: &Decision) -> Vec<BTreeMap<String, String>> {
    let ladder = decision.law().rules().ladder();
    let row = |segment: &Segment| {
        let label = segment.grade.map_or_else(String::new, |grade| ladder.grade(grade).label.clone());
        let cells = [
            ("from", segment.days.from().to_string()),
            ("to", segment.days.to().map(|to| to.to_string()).unwrap_or_default()),
            ("class_system", segment.class.system().to_string()),
            ("class", segment.class.to_string()),
            ("base_percent", segment.base.map(|base| base.percent().to_string()).unwrap_or_default()),
            ("grade", label),
            ("before_cut_percent", segment.before_cut.percent().to_string()),
            ("cut_percent", segment.cut.percent().to_string()),
            ("charged_percent", segment.rate.percent().to_string()),
            ("origin", segment.origin.as_str().to_owned()),
            ("cycle", decision.law().cycle().id.clone()),
        ];
        cells.into_iter().map(|(column, value)| (column.to_owned(), value)).collect()
    };
    decision.schedule().segments().iter().map(row).collect()
}
