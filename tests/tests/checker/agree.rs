//! The checker against a reader that counts out every combination of facts.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::rule_set::{Finding, FindingKind, Report, Verdict};
use rate_core::{Code, RuleSetFile};

use super::draw::Draw;
use super::naive::{Answer, Axis, Grid, answer_grade, deciding, lasts};
use super::shape::{Set, Table};
use super::shown::{Read, Region, Said, read, read_fall};
use super::text::{self, path};
use super::{effects, engine, made_up};

/// What the checker says of a table, and what counting says.
struct Counted<'s> {
    set: &'s Set,
    table: &'s Table,
    grid: Grid,
    /// Per class, which of `known` each point has.
    answers: Vec<Vec<u16>>,
    known: Vec<Answer>,
    said: Vec<Option<Said>>,
}

impl<'s> Counted<'s> {
    fn new(set: &'s Set, table: &'s Table) -> Self {
        let grid = Grid::of(set, table);
        let mut places: BTreeMap<Answer, u16> = BTreeMap::new();
        let mut answers: Vec<Vec<u16>> = Vec::new();
        for class in 0..set.classes {
            let same = (0..class).find(|other| table.rows.iter().all(|row| row.classes[*other] == row.classes[class]));
            let counted = match same {
                Some(other) => answers[other].clone(),
                None => {
                    let mut number = |answer| {
                        let next = places.len() as u16;
                        *places.entry(answer).or_insert(next)
                    };
                    grid.answers(set, table, class).into_iter().map(&mut number).collect()
                }
            };
            answers.push(counted);
        }
        let mut known = vec![Answer::Gap; places.len()];
        places.into_iter().for_each(|(answer, place)| known[usize::from(place)] = answer);
        let said = known.iter().map(|answer| Said::of(set, table, answer)).collect();
        Self { set, table, grid, answers, known, said }
    }

    fn said(&self, class: usize, point: usize) -> Option<&Said> {
        self.said[usize::from(self.answers[class][point])].as_ref()
    }

    fn expected(&self) -> BTreeSet<(usize, Said)> {
        let of_class = |class: usize| {
            let seen: BTreeSet<u16> = self.answers[class].iter().copied().collect();
            let said = seen.into_iter().filter_map(|answer| self.said[usize::from(answer)].clone());
            said.map(move |said| (class, said)).collect::<Vec<_>>()
        };
        (0..self.set.classes).flat_map(of_class).collect()
    }

    /// Every finding is said of facts that have it, and all facts that have one are named by it.
    fn check_findings(&self, findings: &[Finding]) {
        let reads: Vec<Read> = findings.iter().filter_map(|finding| read(self.set, self.table, finding)).collect();
        let is_of_all = |read: &&Read| matches!(read.said, Said::Unanswered(..));
        let mut named = vec![vec![false; self.grid.size]; self.set.classes];
        for read in reads.iter().filter(|read| !is_of_all(read)) {
            for class in &read.classes {
                self.check_region(*class, read);
                for point in self.points(&read.region, true) {
                    named[*class][point] |= self.said(*class, point) == Some(&read.said);
                }
            }
        }
        for (class, named) in named.iter().enumerate() {
            for (point, named) in named.iter().enumerate() {
                let said = self.said(class, point);
                let of_table = said.is_some_and(|said| !matches!(said, Said::Unanswered(..)));
                assert!(
                    !of_table || *named,
                    "no finding names {said:?} of class {} at {}",
                    class + 1,
                    self.shown(point)
                );
            }
        }
        let found: BTreeSet<(usize, Said)> = reads
            .iter()
            .filter(|read| !is_of_all(read))
            .flat_map(|read| read.classes.iter().map(|class| (*class, read.said.clone())))
            .collect();
        let expected: BTreeSet<_> =
            self.expected().into_iter().filter(|(_, said)| !matches!(said, Said::Unanswered(..))).collect();
        assert_eq!(found, expected);
    }

    fn check_region(&self, class: usize, read: &Read) {
        for (measure, window) in read.region.about() {
            let known = self.grid.axes.iter().any(|axis| (axis.measure, axis.window) == (measure, window));
            assert!(known, "the checker speaks of what no row asks: {read:?}");
        }
        let points = self.points(&read.region, false);
        assert!(!points.is_empty(), "no facts lie in {read:?}");
        for point in points {
            assert_eq!(self.said(class, point), Some(&read.said), "{read:?} at {}", self.shown(point));
        }
    }

    /// The points of a region. Where its text is silent about a measure, that may take any value; whether it may also be
    /// undefined the text leaves open.
    fn points(&self, region: &Region, undefined_too: bool) -> Vec<usize> {
        let inside = |axis: &Axis| region.on(axis, if undefined_too { axis.facts.len() } else { axis.values });
        let mut points = vec![0];
        for (place, axis) in self.grid.axes.iter().enumerate() {
            let stride = self.grid.stride(place);
            let along = inside(axis);
            points = points.iter().flat_map(|point| along.iter().map(move |fact| point + fact * stride)).collect();
        }
        points
    }

    fn shown(&self, point: usize) -> String {
        let axes = self.grid.axes.iter().enumerate();
        let text = axes.map(|(place, axis)| {
            let name = self.set.measures[axis.measure].kind.name();
            format!("{name}[-{}] {:?}", axis.window, axis.facts[self.grid.place_on(place, point)])
        });
        text.collect::<Vec<_>>().join(", ")
    }

    fn check_dead_rows(&self, findings: &[Finding]) {
        let mut decides = vec![false; self.table.rows.len()];
        let seen: BTreeSet<u16> = self.answers.iter().flatten().copied().collect();
        for rows in seen.into_iter().filter_map(|answer| match &self.known[usize::from(answer)] {
            Answer::Rows(rows) => Some(rows),
            _ => None,
        }) {
            for last in lasts(self.set, self.table) {
                match deciding(self.set, self.table, rows, last) {
                    Some(row) => decides[row] = true,
                    None => rows.iter().for_each(|row| decides[*row] = true),
                }
            }
        }
        let dead: BTreeSet<String> = self
            .table
            .rows
            .iter()
            .zip(decides)
            .filter(|(_, decides)| !decides)
            .map(|(row, _)| row.id.clone())
            .collect();
        let prefix = format!("{}.rows.", path(self.set, self.table));
        let of_table = findings.iter().filter(|it| it.problem.code == Code::CheckDeadRow);
        let found: BTreeSet<String> =
            of_table.filter_map(|it| it.problem.place.field.strip_prefix(&prefix).map(str::to_owned)).collect();
        assert_eq!(found, dead, "rows of {} that never decide", self.table.id);
    }

    /// The grade of every answer that has one.
    fn grades(&self, last: usize) -> Vec<Option<usize>> {
        self.known.iter().map(|answer| answer_grade(self.set, self.table, answer, last)).collect()
    }

    /// Whether a grade falls along an axis of injury, past facts without a grade too.
    fn falls(&self, class: usize) -> bool {
        for last in lasts(self.set, self.table) {
            let grades = self.grades(last);
            let grade = |point: usize| grades[usize::from(self.answers[class][point])];
            for (place, axis) in self.grid.axes.iter().enumerate() {
                if !self.set.measures[axis.measure].kind.is_injury() {
                    continue;
                }
                let stride = self.grid.stride(place);
                for start in (0..self.grid.size).filter(|point| self.grid.place_on(place, *point) == 0) {
                    let mut highest = None;
                    for here in (0..axis.values).map(|step| grade(start + step * stride)) {
                        if highest.zip(here).is_some_and(|(highest, here)| highest > here) {
                            return true;
                        }
                        highest = highest.max(here);
                    }
                }
            }
        }
        false
    }

    fn check_falls(&self, findings: &[Finding]) -> bool {
        let found: Vec<_> = findings.iter().filter_map(|finding| read_fall(self.set, self.table, finding)).collect();
        for class in 0..self.set.classes {
            let reported = found.iter().any(|(classes, _)| classes.contains(&class));
            let expected = !self.table.may_fall && self.falls(class);
            assert_eq!(reported, expected, "whether more injury lowers a grade of class {}", class + 1);
        }
        for (classes, sides) in &found {
            classes.iter().for_each(|class| self.check_fall(*class, sides));
        }
        !found.is_empty()
    }

    /// A reported fall is real: two points of its regions, one above the other, with the grades it says.
    fn check_fall(&self, class: usize, [low, high]: &[(Region, String); 2]) {
        let has = |last: usize, point: usize, label: &str| {
            let answer = &self.known[usize::from(self.answers[class][point])];
            answer_grade(self.set, self.table, answer, last).filter(|grade| self.set.label(*grade) == label)
        };
        let above: BTreeSet<usize> = self.points(&high.0, true).into_iter().collect();
        let real = self.points(&low.0, true).into_iter().any(|point| {
            let climbs =
                self.grid.axes.iter().enumerate().filter(|it| self.set.measures[it.1.measure].kind.is_injury());
            climbs.into_iter().any(|(place, axis)| {
                let (at, stride) = (self.grid.place_on(place, point), self.grid.stride(place));
                (at + 1..axis.values)
                    .map(|step| point + (step - at) * stride)
                    .filter(|point| above.contains(point))
                    .any(|higher| {
                        let both = |last| has(last, point, &low.1).zip(has(last, higher, &high.1));
                        lasts(self.set, self.table)
                            .into_iter()
                            .any(|last| both(last).is_some_and(|(one, two)| one > two))
                    })
            })
        });
        assert!(real, "the fall is not there: class {} {low:?} {high:?}", class + 1);
    }
}

/// The measures about which nothing is said, of all tables together.
fn check_unanswered(tables: &[Counted<'_>], findings: &[Finding]) {
    let unanswered = |said: &Said| matches!(said, Said::Unanswered(..));
    let expected: BTreeSet<_> =
        tables.iter().flat_map(Counted::expected).filter(|(_, said)| unanswered(said)).collect();
    let reads = findings.iter().filter_map(|finding| read(tables[0].set, tables[0].table, finding));
    let found: BTreeSet<_> = reads
        .filter(|read| unanswered(&read.said))
        .flat_map(|read| read.classes.clone().into_iter().map(move |class| (class, read.said.clone())))
        .collect();
    assert_eq!(found, expected);
}

fn check_verdict(set: &Set, report: &Report) {
    let has = |kind| report.findings.iter().any(|finding| finding.kind == kind);
    let expected = match () {
        () if has(FindingKind::Blocks) => Verdict::Refused,
        () if has(FindingKind::Open) => Verdict::Partial,
        () => Verdict::Complete,
    };
    assert_eq!(report.verdict, expected);
    assert!(!set.published || expected == Verdict::Refused, "a text as published decides nothing");
}

/// How many sets had what: a test that never meets a gap would prove nothing about gaps.
#[derive(Debug, Default)]
pub(crate) struct Met {
    points: usize,
    accepted: usize,
    decided: usize,
    falls: usize,
    codes: BTreeMap<&'static str, usize>,
}

fn one_set(seed: u64, met: &mut Met) {
    let mut draw = Draw::new(seed);
    let set = made_up::set(&mut draw);
    let file = text::file(&set);
    let examined = RuleSetFile::parse(&file).and_then(RuleSetFile::examine);
    let examined = examined.unwrap_or_else(|problems| panic!("{problems}\n{file}"));
    let report = examined.report().clone();
    let tables: Vec<Counted<'_>> = set.tables.iter().map(|table| Counted::new(&set, table)).collect();
    for table in &tables {
        table.check_findings(&report.findings);
        table.check_dead_rows(&report.findings);
        met.falls += usize::from(table.check_falls(&report.findings));
        met.points += table.grid.size;
    }
    check_unanswered(&tables, &report.findings);
    effects::check(&set, &report.findings);
    check_verdict(&set, &report);
    let codes: BTreeSet<&'static str> = report.findings.iter().map(|finding| finding.problem.code.as_str()).collect();
    codes.into_iter().for_each(|code| *met.codes.entry(code).or_default() += 1);
    if let Ok(rules) = examined.accepted() {
        met.accepted += 1;
        met.decided += engine::agrees(&set, rules, &mut draw);
    }
}

#[test]
fn checker_agrees_with_brute_force() {
    let mut met = Met::default();
    for seed in 0..2000 {
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| one_set(seed, &mut met)));
        if let Err(cause) = failed {
            eprintln!("seed {seed}:\n{}", text::file(&made_up::set(&mut Draw::new(seed))));
            std::panic::resume_unwind(cause);
        }
    }
    eprintln!("{met:?}");
    let enough = ["gap", "overlap", "open", "swallowed", "settled", "unanswered", "dead-row", "monotone"];
    for code in enough {
        let sets = met.codes.get(format!("check.{code}").as_str()).copied().unwrap_or_default();
        assert!(sets >= 50, "check.{code} was met in {sets} sets only");
    }
    assert!(met.accepted >= 300 && met.decided >= 5000, "{met:?}");
}
