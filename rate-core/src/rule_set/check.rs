//! The proof that a rule set may decide: one answer for every combination of facts, or a witness where there is none.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::adjustment::{Adjustment, Effect};
use super::diagram::{Answer, Cell, Diagram, Region, Variable};
use super::measure::{Numerator, Unit};
use super::table::{Conflict, FloatTable, RowResult};
use super::{Form, RuleSet};
use crate::amount::Factor;
use crate::error::{Code, Lang, Place, Problem};
use crate::industry::RiskClass;
use crate::interval::End;
use crate::ladder::{GradeIndex, GradeLadder};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// The set may not decide.
    Blocks,
    /// A value was not seen: facts that fall here are held, and the set is never published.
    Open,
    /// Worth reading: what a rule of the file settles or hides.
    Note,
}

/// One finding of the checker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// Weight.
    pub kind: FindingKind,
    /// What and where, with a witness.
    pub problem: Problem,
}

/// What the checker concludes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// May decide, and may be published.
    Complete,
    /// May be tried and replayed; window or start of the rate are assumed, so never published.
    Trial,
    /// May be tried and replayed; values were not seen, so never published.
    Partial,
    /// Invented for a demonstration; never published.
    Illustrative,
    /// A national frame: decides nothing by itself.
    Frame,
    /// May not decide.
    Refused,
}

impl FindingKind {
    /// Every weight, heaviest first.
    pub const ALL: [Self; 3] = [Self::Blocks, Self::Open, Self::Note];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Open => "open",
            Self::Note => "note",
        }
    }
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 6] =
        [Self::Complete, Self::Trial, Self::Partial, Self::Illustrative, Self::Frame, Self::Refused];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Trial => "trial",
            Self::Partial => "partial",
            Self::Illustrative => "illustrative",
            Self::Frame => "frame",
            Self::Refused => "refused",
        }
    }

    /// Whether a run may use the set.
    pub const fn may_decide(self) -> bool {
        matches!(self, Self::Complete | Self::Trial | Self::Partial | Self::Illustrative)
    }

    /// The verdict in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Complete => lang.pick("完整：可以定费率，可以发布", "complete: may decide, may be published"),
            Self::Trial => lang.pick(
                "试算：考核期或执行期为推定，不得发布",
                "trial: window or rate period are assumed; never published",
            ),
            Self::Partial => lang.pick(
                "部分：有未见的值，可试算，不得发布",
                "partial: some values were not seen; may be tried, never published",
            ),
            Self::Illustrative => {
                lang.pick("示例：含虚构值，不得发布", "illustrative: holds invented values; never published")
            }
            Self::Frame => lang.pick(
                "国家框架：供各地办法继承，自身不定费率",
                "frame: extended by methods, decides nothing by itself",
            ),
            Self::Refused => lang.pick("不可用：不得据以定费率", "refused: may not decide"),
        }
    }
}

/// The checker's report on one rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What follows.
    pub verdict: Verdict,
    /// All findings, heaviest first.
    pub findings: Vec<Finding>,
}

/// Checks a rule set.
pub(crate) fn report(set: &RuleSet) -> Report {
    let mut findings = Vec::new();
    if set.form == Form::Frame {
        return Report { verdict: Verdict::Frame, findings };
    }
    for table in &set.tables {
        Tables { set, table, findings: &mut findings }.check();
    }
    findings.extend(set.adjustments.iter().filter(|it| !it.may_fall && falls_with_injury(set, it)).map(|adjustment| {
        let place = set.tree.place(&format!("adjustments.{}", adjustment.id));
        blocks(Problem::new(Code::CheckAdjustment, place, [&adjustment.id]))
    }));
    findings.extend(missing(set));
    if set.form == Form::AsPublished {
        findings.push(blocks(Problem::new::<&str>(Code::CheckAsPublished, set.tree.place("form"), [])));
    } else if set.cycles.is_empty() {
        findings.push(blocks(Problem::new::<&str>(Code::RuleSetNoCycle, set.tree.place(""), [])));
    }
    findings.sort();
    findings.dedup();
    Report { verdict: verdict(set, &findings), findings }
}

/// What stands between the versions of one area: days without a method, days with two.
pub fn between_versions<'s>(sets: impl IntoIterator<Item = &'s RuleSet>) -> Vec<Finding> {
    let mut methods: Vec<&RuleSet> = sets.into_iter().filter(|set| set.form == Form::Method).collect();
    // A method for projects stands beside that for employers.
    let whose = |set: &RuleSet| (set.id.area.clone(), set.is_for_projects());
    methods.sort_by_key(|set| (whose(set), set.in_force.from()));
    let pairs = methods.windows(2).filter(|pair| whose(pair[0]) == whose(pair[1]));
    let found = pairs.filter_map(|pair| {
        let (one, two) = (pair[0], pair[1]);
        let place = two.tree.place("in_force");
        let next = crate::calendar::day_after(one.in_force.last());
        if one.in_force.last() >= two.in_force.from() {
            let values = [one.id.to_string(), two.id.to_string(), two.in_force.from().to_string()];
            Some(Finding { kind: FindingKind::Note, problem: Problem::new(Code::CheckTimeOverlap, place, values) })
        } else if next < two.in_force.from() {
            let last = crate::calendar::day_before(two.in_force.from());
            let values = [one.id.area.clone(), next.to_string(), last.to_string()];
            Some(Finding { kind: FindingKind::Note, problem: Problem::new(Code::CheckTimeGap, place, values) })
        } else {
            None
        }
    });
    found.collect()
}

fn verdict(set: &RuleSet, findings: &[Finding]) -> Verdict {
    let has = |kind| findings.iter().any(|finding| finding.kind == kind);
    let lists = |list: fn(&crate::citation::Basis) -> &[String]| set.bases.iter().any(|basis| !list(basis).is_empty());
    let assumed_cycle = set.cycles.iter().any(|cycle| {
        let assumed = &set.basis(cycle.basis).assumed;
        assumed.iter().any(|path| path == "windows" || path == "windows.0" || path.starts_with("rate_period"))
    });
    match () {
        () if has(FindingKind::Blocks) => Verdict::Refused,
        // Whatever stands under a fictitious area is invented, listed or not.
        () if lists(|basis| &basis.illustrative) || set.id.area.starts_with("99") => Verdict::Illustrative,
        () if has(FindingKind::Open) => Verdict::Partial,
        () if assumed_cycle => Verdict::Trial,
        () => Verdict::Complete,
    }
}

fn blocks(problem: Problem) -> Finding {
    Finding { kind: FindingKind::Blocks, problem }
}

/// The values the file itself marks as not seen.
fn missing(set: &RuleSet) -> Vec<Finding> {
    let listed = set.bases.iter().flat_map(|basis| basis.missing.iter().map(move |path| (basis, path)));
    listed
        .map(|(basis, path)| {
            let full = if basis.path.is_empty() { path.clone() } else { format!("{}.{path}", basis.path) };
            let problem = Problem::new(Code::CheckMissing, set.tree.place(&basis.path), [full]);
            Finding { kind: FindingKind::Open, problem }
        })
        .collect()
}

/// Whether an adjustment lets the grade fall as injury rises: it begins to lower where injury rises into its interval,
/// or ceases to lift where injury rises out of it.
fn falls_with_injury(set: &RuleSet, adjustment: &Adjustment) -> bool {
    let top = set.ladder.grades().len().saturating_sub(1);
    let (lifts, lowers) = match adjustment.effect {
        Effect::NoDecreaseFrom(_) | Effect::GradeAtLeast(_) | Effect::NotBelow(_) => (true, false),
        Effect::Shift(shift) => (shift > 0, shift < 0),
        Effect::Points(points) => (points > Decimal::ZERO, points < Decimal::ZERO),
        Effect::RateFactor(factor) => (factor > Factor::ONE, factor < Factor::ONE),
        // A fixed grade lifts what is below it and lowers what is above.
        Effect::Grade(grade) => (grade.get() > 0, usize::from(grade.get()) < top),
    };
    let injuries = adjustment.when.measures.iter().filter(|it| is_injury(&set.measures[it.measure].numerator));
    injuries.into_iter().any(|condition| {
        let (low, high) = (condition.interval.low, condition.interval.high);
        // Nothing lies below zero.
        let rises_into = low.is_some_and(|end| end.millionths > 0 || !end.closed);
        (lowers && rises_into) || (lifts && high.is_some())
    })
}

const fn is_injury(numerator: &Numerator) -> bool {
    match numerator {
        Numerator::Benefits { .. } | Numerator::Claims { .. } => true,
        Numerator::Premium { .. } => false,
    }
}

struct Tables<'s, 'f> {
    set: &'s RuleSet,
    table: &'s FloatTable,
    findings: &'f mut Vec<Finding>,
}

impl Tables<'_, '_> {
    fn check(&mut self) {
        if self.table.rows.is_empty() {
            let problem = Problem::new(Code::CheckNoTable, self.place(&self.path()), [&self.table.id]);
            self.findings.push(blocks(problem));
            return;
        }
        let mut found: BTreeMap<(FindingKind, Code, Vec<String>, String), Vec<u8>> = BTreeMap::new();
        let mut decides = vec![false; self.table.rows.len()];
        for class in RiskClass::all(self.set.classes.system) {
            let diagram = Diagram::build(self.set, self.table, class.index());
            if diagram.is_too_large() {
                let problem = Problem::new(Code::CheckTooLarge, self.place(&self.path()), [&self.table.id]);
                self.findings.push(blocks(problem));
                return;
            }
            for region in diagram.regions() {
                self.note_deciding(&region.answer, &mut decides);
                if let Some((kind, code, values, field)) = self.finding(&diagram, &region) {
                    found.entry((kind, code, values, field)).or_default().push(class.number());
                }
            }
            if let Some((values, field)) = self.fall(&diagram) {
                found
                    .entry((FindingKind::Blocks, Code::CheckMonotone, values, field))
                    .or_default()
                    .push(class.number());
            }
        }
        let all = usize::from(self.set.classes.system.classes());
        for ((kind, code, mut values, field), mut classes) in found {
            classes.dedup();
            if classes.len() < all {
                values[0] = format!("{}: {}", class_list(&classes), values[0]);
            }
            self.findings.push(Finding { kind, problem: Problem::new(code, self.place(&field), values) });
        }
        for (row, _) in self.table.rows.iter().zip(&decides).filter(|(_, decides)| !**decides) {
            let place = self.place(&self.row_path(&row.id));
            let problem = Problem::new(Code::CheckDeadRow, place, [&row.id]);
            self.findings.push(Finding { kind: FindingKind::Note, problem });
        }
    }

    fn place(&self, field: &str) -> Place {
        self.set.tree.place(field)
    }

    fn path(&self) -> String {
        if self.table.id == "float_table" { self.table.id.clone() } else { format!("float_tables.{}", self.table.id) }
    }

    fn row_path(&self, row: &str) -> String {
        format!("{}.rows.{row}", self.path())
    }

    fn lasts(&self) -> Vec<GradeIndex> {
        let relative =
            self.table.rows.iter().map(|row| row.result).chain(self.table.otherwise).any(RowResult::needs_last);
        let ladder = &self.set.ladder;
        if relative {
            (0..ladder.grades().len()).filter_map(|place| u8::try_from(place).ok()).map(GradeIndex).collect()
        } else {
            vec![ladder.base()]
        }
    }

    fn note_deciding(&self, answer: &Answer, decides: &mut [bool]) {
        if let Answer::Rows(rows) = answer {
            for last in self.lasts() {
                match self.table.deciding(rows, &self.set.ladder, last) {
                    Some(row) => decides[row] = true,
                    None => rows.iter().for_each(|row| decides[*row] = true),
                }
            }
        }
    }

    fn finding(&self, diagram: &Diagram, region: &Region) -> Option<(FindingKind, Code, Vec<String>, String)> {
        let facts = region_text(self.set, diagram, region);
        let measure = |measure: usize| self.set.measures[measure].id.clone();
        match &region.answer {
            Answer::Rows(rows) => self.rows_finding(facts, rows),
            Answer::Otherwise if self.table.otherwise == Some(RowResult::NotSeen) => {
                Some((FindingKind::Open, Code::CheckOpen, vec![facts, "otherwise".to_owned()], self.path()))
            }
            Answer::Otherwise => {
                let given =
                    self.table.otherwise.map_or_else(String::new, |result| result_text(&self.set.ladder, result));
                Some((FindingKind::Note, Code::CheckSwallowed, vec![facts, given], self.path()))
            }
            Answer::Gap => Some((FindingKind::Blocks, Code::CheckGap, vec![facts], self.path())),
            Answer::Settled { .. } => None,
            Answer::Unanswered { measure: which, cause } => {
                // Whatever the other facts are: one finding per measure and cause.
                let cause = cause.map_or("earlier_window", super::measure::Cause::as_str).to_owned();
                let field = format!("measures.{}", measure(*which));
                Some((FindingKind::Blocks, Code::CheckUnanswered, vec![measure(*which), cause], field))
            }
        }
    }

    fn rows_finding(&self, facts: String, rows: &[usize]) -> Option<(FindingKind, Code, Vec<String>, String)> {
        let names = rows.iter().map(|row| self.table.rows[*row].id.as_str()).collect::<Vec<_>>().join(", ");
        let field = self.row_path(&self.table.rows[rows[0]].id);
        let deciding: Option<Vec<usize>> =
            self.lasts().into_iter().map(|last| self.table.deciding(rows, &self.set.ladder, last)).collect();
        let Some(deciding) = deciding else {
            return Some((FindingKind::Blocks, Code::CheckOverlap, vec![facts, names], field));
        };
        if let Some(row) = deciding.iter().find(|row| self.table.rows[**row].result == RowResult::NotSeen) {
            let open = self.table.rows[*row].id.clone();
            let field = self.row_path(&open);
            return Some((FindingKind::Open, Code::CheckOpen, vec![facts, open], field));
        }
        let first = self.table.rows[rows[0]].result;
        let rule = match self.table.conflict {
            _ if rows.iter().all(|row| self.table.rows[*row].result == first) => return None,
            Some(Conflict::HighestGrade) => "highest-grade",
            Some(Conflict::FirstRow) => "first-row",
            Some(Conflict::ExactlyOne) | None => return None,
        };
        let mut chosen: Vec<&str> = deciding.iter().map(|row| self.table.rows[*row].id.as_str()).collect();
        chosen.dedup();
        let values = vec![facts, names, rule.to_owned(), chosen.join(" / ")];
        Some((FindingKind::Note, Code::CheckSettled, values, field))
    }

    /// A witness for a grade that falls while a measure of injury rises.
    fn fall(&self, diagram: &Diagram) -> Option<(Vec<String>, String)> {
        if self.table.may_fall {
            return None;
        }
        let rises = |variable: &Variable| is_injury(&self.set.measures[variable.measure].numerator);
        self.lasts().into_iter().find_map(|last| {
            let grade = |answer: &Answer| match answer {
                Answer::Rows(rows) => {
                    let row = self.table.deciding(rows, &self.set.ladder, last)?;
                    self.table.rows[row].result.grade(&self.set.ladder, last)
                }
                Answer::Otherwise => self.table.otherwise?.grade(&self.set.ladder, last),
                Answer::Gap | Answer::Settled { .. } | Answer::Unanswered { .. } => None,
            };
            let falls = |low: &Answer, high: &Answer| grade(low).zip(grade(high)).is_some_and(|(low, high)| low > high);
            let (low, high) = diagram.first_fall(rises, &falls)?;
            let label = |region: &Region| {
                grade(&region.answer).map_or_else(String::new, |grade| self.set.ladder.grade(grade).label.clone())
            };
            let text = |region: &Region| region_text(self.set, diagram, region);
            Some((vec![text(&low), label(&low), text(&high), label(&high)], self.path()))
        })
    }
}

fn class_list(classes: &[u8]) -> String {
    let mut text = String::from("C");
    let mut at = 0;
    while at < classes.len() {
        let run = classes[at..].windows(2).take_while(|pair| pair[1] == pair[0] + 1).count();
        let comma = if at == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = match run {
            0 => write!(text, "{comma}{}", classes[at]),
            _ => write!(text, "{comma}{}–{}", classes[at], classes[at + run]),
        };
        at += run + 1;
    }
    text
}

/// The facts of a region as a file would say them: `pay_ratio = 0, incidence (0, 1%]`.
fn region_text(set: &RuleSet, diagram: &Diagram, region: &Region) -> String {
    // A side that takes every value there is says nothing.
    let says = |(place, first, last): &&(usize, usize, usize)| {
        let variable = &diagram.variables()[*place];
        let lowest = usize::from(!variable.reachable(0));
        (*first, *last + 1) != (lowest, variable.valued_cells())
    };
    let sides: Vec<String> = region
        .sides
        .iter()
        .filter(says)
        .map(|(place, first, last)| {
            let variable = &diagram.variables()[*place];
            let measure = &set.measures[variable.measure];
            let unit = measure.unit;
            let cells: Vec<String> =
                variable.describe(*first, *last).iter().map(|cell| cell_text(cell, unit)).collect();
            let window = if variable.window == 0 { String::new() } else { format!("[-{}]", variable.window) };
            format!("{}{window} {}", measure.id, cells.join(" / "))
        })
        .collect();
    if sides.is_empty() { "*".to_owned() } else { sides.join(", ") }
}

fn cell_text(cell: &Cell, unit: Unit) -> String {
    match cell {
        Cell::Range { low: None, high: None } => "*".to_owned(),
        Cell::Range { low: Some(low), high: Some(high) } if low.millionths == high.millionths => {
            format!("= {}", bound_text(*low, unit))
        }
        Cell::Range { low: Some(low), high: None } => {
            format!("{} {}", if low.closed { ">=" } else { ">" }, bound_text(*low, unit))
        }
        Cell::Range { low: None, high: Some(high) } => {
            format!("{} {}", if high.closed { "<=" } else { "<" }, bound_text(*high, unit))
        }
        Cell::Range { low: Some(low), high: Some(high) } => {
            let (open, close) = (if low.closed { '[' } else { '(' }, if high.closed { ']' } else { ')' });
            format!("{open}{}, {}{close}", bound_text(*low, unit), bound_text(*high, unit))
        }
        Cell::Undefined(Some(cause)) => format!("undefined ({})", cause.as_str()),
        Cell::Undefined(None) => "undefined".to_owned(),
    }
}

/// A bound in its unit, exactly.
pub(crate) fn bound_text(end: End, unit: Unit) -> String {
    let (scale, suffix) = match unit {
        Unit::Percent => (4, "%"),
        Unit::PerMille => (3, "‰"),
        Unit::Number => (6, ""),
        Unit::Yuan => (8, "元"),
    };
    if end.millionths == 0 {
        return "0".to_owned();
    }
    let value = Decimal::new(end.millionths, scale).normalize();
    format!("{value}{suffix}")
}

/// A row's result as a file would say it.
pub(crate) fn result_text(ladder: &GradeLadder, result: RowResult) -> String {
    match result {
        RowResult::Grade(grade) => ladder.grade(grade).label.clone(),
        RowResult::Shift { shift, from } => format!("{shift:+} ({})", from.as_str()),
        RowResult::KeepLastRate => "last-rate".to_owned(),
        RowResult::NotSeen => "?".to_owned(),
    }
}
