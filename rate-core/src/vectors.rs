//! Vectors: cases at the edges of a rule set, each with what the engine makes of it, for whoever writes the same method
//! elsewhere and wants to know whether theirs agrees.
//!
//! The bounds are those of the compiled tables, the surroundings in which a bound matters come from the same diagram that
//! the check and the engine read, and the figures from the measuring itself. What is expected is what the engine decides;
//! that the engine is right is shown elsewhere.

mod adjusted;
mod bounds;
mod edges;
mod ground;
mod reach;
mod scene;
mod sketch;
mod standing;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::calendar::{Month, NaiveDate};
use crate::citation::Label;
use crate::decide::decide;
use crate::decision::{Decision, Reason};
use crate::history::History;
use crate::input::book::{RawTable, TableKind, check_book, facts_text};
use crate::parameters::Parameters;
use crate::rule_set::{Law, Refusal, RuleSet};
use ground::{Ground, INDUSTRY};
use scene::Scenes;
use sketch::Sketch;

/// What a case tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// A name that stays the same while the rule set does: `bound/float_table/up-1/pay_ratio/50%/above`.
    pub id: String,
    /// The same in words.
    pub words: Label,
}

/// A case: facts of one account, and what is made of them.
#[derive(Clone, Debug)]
pub struct Vector {
    /// What it tries: at least one thing; more where several things are tried by the same facts.
    pub trials: Vec<Trial>,
    /// The facts.
    pub history: History,
    /// What the engine decides.
    pub decision: Decision,
}

impl Vector {
    /// The place in the rule set whose value was not seen, where the case falls into one: what would have to be known.
    pub fn not_seen(&self) -> Option<String> {
        not_seen(&self.decision)
    }
}

/// The place in the rule set whose value was not seen, where a decision falls into one.
pub fn not_seen(decision: &Decision) -> Option<String> {
    let Reason::SourceMissing { table, row } = decision.outcome().reason else { return None };
    let table = &decision.law().rules().tables()[table];
    Some(format!("{}.rows.{}", table.id, table.rows[row].id))
}

/// The cases of a rule set for one annual setting.
#[derive(Clone, Debug)]
pub struct Vectors {
    law: Law,
    cases: Vec<Vector>,
    unmade: Vec<Trial>,
    averages: Vec<[String; 8]>,
}

impl Vectors {
    /// The cases for the annual setting that holds a day.
    ///
    /// Where a measure is divided by an average that no parameters have, two averages are made up and come with the facts,
    /// as a book may bring them.
    ///
    /// # Errors
    /// [`Refusal`] where the set decides nothing on that day.
    pub fn of(rules: &RuleSet, parameters: &Parameters, on: NaiveDate) -> Result<Self, Refusal> {
        let bare = rules.law_for(parameters, on)?;
        let averages = averages(&bare);
        let law = if averages.is_empty() {
            bare
        } else {
            let mut with = parameters.clone();
            with.merge(read(&averages));
            rules.law_for(&with, on)?
        };
        let mut cases = Cases { ground: Ground::of(&law), made: Vec::new(), unmade: Vec::new() };
        let scenes = Scenes::of(&mut cases);
        bounds::all(&mut cases, &scenes);
        edges::all(&mut cases);
        adjusted::all(&mut cases, &scenes);
        standing::all(&mut cases, &scenes);
        let Cases { made, mut unmade, .. } = cases;
        let cases = joined(&law, made, &mut unmade);
        Ok(Self { law, cases, unmade, averages })
    }

    /// The law the cases were decided by.
    pub const fn law(&self) -> &Law {
        &self.law
    }

    /// The cases, in the order of the rule set; numbers of accounts follow it.
    pub fn cases(&self) -> &[Vector] {
        &self.cases
    }

    /// What could not be tried: no facts bring it about, or the law cannot decide them for want of a base rate.
    pub fn unmade(&self) -> &[Trial] {
        &self.unmade
    }

    /// Rows of `statistics` that belong to the facts: none where the parameters have the averages asked for.
    pub fn averages(&self) -> &[[String; 8]] {
        &self.averages
    }
}

/// Averages of one industry, in the years of all windows, for each statistic that the parameters do not have.
fn averages(law: &Law) -> Vec<[String; 8]> {
    let mut asked: Vec<&String> = law.rules().measures().iter().filter_map(|it| it.relative_to.as_ref()).collect();
    asked.sort_unstable();
    asked.dedup();
    asked.retain(|id| !law.parameters().statistics().iter().any(|it| it.id == **id));
    let mut years: Vec<i32> = law.windows().iter().map(|window| window.to().year()).collect();
    years.sort_unstable();
    years.dedup();
    let edition = law.rules().classes().editions.last().map_or("gbt4754-2017", |edition| edition.as_str());
    let area = &law.rules().id().area;
    let row = |id: &str, year: i32| {
        let year = year.to_string();
        [area, id, &year, edition, INDUSTRY, "20", "per-mille", "made up for these cases"].map(str::to_owned)
    };
    asked.iter().flat_map(|id| years.iter().map(|year| row(id, *year))).collect()
}

/// The averages as parameters, by the reader of books.
fn read(rows: &[[String; 8]]) -> Parameters {
    let header = TableKind::Statistics.columns().iter().map(|column| column.name);
    let mut statistics = RawTable::new(TableKind::Statistics, "statistics.csv", header);
    for (row, line) in rows.iter().zip(2..) {
        statistics.push(line, row.iter().map(String::as_str));
    }
    let accounts = RawTable::new(TableKind::Accounts, "accounts.csv", ["area", "account", "kind"]);
    check_book(&[accounts, statistics]).parameters
}

/// Equal facts are one case, at its first place; what the law cannot decide is none, and goes to what was not tried.
fn joined(law: &Law, made: Vec<(Trial, Sketch)>, unmade: &mut Vec<Trial>) -> Vec<Vector> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut found: Vec<Vector> = Vec::new();
    for (trial, sketch) in made {
        let number = format!("V{:04}", found.len() + 1);
        let facts = sketch.history(law, "0").map(|history| facts_text(&history));
        let decided = sketch.history(law, &number).and_then(|history| Ok((decide(law, &history)?, history)));
        match (facts, decided) {
            (Ok(facts), Ok((decision, history))) => match places.entry(facts) {
                Entry::Occupied(known) => found[*known.get()].trials.push(trial),
                Entry::Vacant(place) => {
                    place.insert(found.len());
                    found.push(Vector { trials: vec![trial], history, decision });
                }
            },
            (Err(_), _) | (_, Err(_)) => unmade.push(trial),
        }
    }
    found
}

/// Cases as they are found.
#[derive(Debug)]
struct Cases<'l> {
    ground: Ground<'l>,
    made: Vec<(Trial, Sketch)>,
    unmade: Vec<Trial>,
}

/// What of a decision another implementation would have to give as well.
type Answer = (String, Vec<String>);

impl Cases<'_> {
    fn add(&mut self, id: String, words: Label, sketch: Sketch) {
        self.made.push((Trial { id, words }, sketch));
    }

    fn cannot(&mut self, id: String, words: Label) {
        self.unmade.push(Trial { id, words });
    }

    fn decision(&self, sketch: &Sketch) -> Option<Decision> {
        let history = sketch.history(self.ground.law, "0").ok()?;
        decide(self.ground.law, &history).ok()
    }

    /// Grade and rates, to see whether two cases come out differently.
    fn answer(&self, sketch: &Sketch) -> Option<Answer> {
        let decision = self.decision(sketch)?;
        let segments =
            decision.schedule().segments().iter().map(|it| format!("{} {} {}", it.days, it.before_cut, it.rate));
        Some((decision.grade_label().to_owned(), segments.collect()))
    }

    fn differ(&self, one: &Sketch, two: &Sketch) -> bool {
        let (one, two) = (self.answer(one), self.answer(two));
        one.is_some() && two.is_some() && one != two
    }
}

/// A day, and the days beside it, at which a span of months begins and ends; leap days inside are edges of their own.
fn edges_of(from: Month, to: Month) -> Vec<(&'static str, NaiveDate, NaiveDate)> {
    let (first, last) = (from.first_day(), to.last_day());
    let (before, after) = (crate::calendar::day_before(first), crate::calendar::day_after(last));
    let mut edges =
        vec![("before", before, first), ("first", first, before), ("last", last, after), ("after", after, last)];
    let months = (0..=to.since(from)).map(|offset| from.plus(offset));
    let leap = months.filter(|month| month.month_of_year() == 2).map(Month::last_day);
    edges.extend(
        leap.filter(|day| crate::calendar::parts_of(*day).2 == 29 && *day != last).map(|day| ("leap", day, before)),
    );
    edges
}

/// A text in both languages.
fn label(zh: String, en: String) -> Label {
    Label { zh, en }
}
