//! What an area reports once a year: changes of its base rates, what floating came to, and its effect
//! (人社部发〔2015〕72号, point 8).
//!
//! The form in which provinces ask for it was not found: this is the matter, in an order of our own. What the service does
//! not know is left out as unknown, and never reckoned.

use std::collections::BTreeSet;
use std::sync::Arc;

use rate_core::fund::FundMonth;
use rate_core::{DateSpan, Lang, NaiveDate};
use serde_json::{Value, json};

use super::act::state_of;
use super::only::Cause;
use super::request::Request;
use super::state::State;
use super::{AnnualError, law, reading};
use crate::billing::{Ledger, Seen};
use crate::pipeline;
use crate::run::{Change, Summary};
use crate::store::{RunRow, Store};

/// Runs looked at together.
const PAGE: i64 = 100;

/// The report of an area about a year.
#[derive(Clone, Debug)]
pub struct Report {
    /// The area.
    pub area: String,
    /// The year.
    pub year: i32,
    /// Base vectors and phased cuts that began or ended in the year, as the law of its runs has them.
    pub changes: Vec<DatedChange>,
    /// The runs in force in the year, oldest setting first: over everybody, and over those who had no rate yet.
    pub runs: Vec<ReportedRun>,
    /// Runs over accounts that stand in one of these runs already, and were determined again.
    pub again: Vec<ReportedRun>,
    /// The months of the fund that are known.
    pub fund: Vec<FundMonth>,
}

/// A base vector or a phased cut that began or ended in the year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DatedChange {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day, where it has one.
    pub to: Option<NaiveDate>,
    /// A phased cut; else base rates.
    pub cut: bool,
    /// Sub-area and kinds of account it is for; empty where it is for all.
    pub scope: String,
    /// Its basis, in Chinese and English.
    pub basis: [String; 2],
}

/// A run in force in the year.
#[derive(Clone, Debug)]
pub struct ReportedRun {
    /// What it is called.
    pub run: String,
    /// Days its rates are for.
    pub setting: DateSpan,
    /// Its rule set.
    pub rule_set: String,
    /// Its rule set may not be published: what it decided is in force nowhere.
    pub trial: bool,
    /// Why it is over some accounts alone; nothing where it is not.
    pub cause: Option<&'static str>,
    /// Both summaries.
    pub summary: Summary,
}

/// Puts the report of an area together from what the service published and no other run took the place of.
///
/// # Errors
/// As the database's.
pub fn report(store: &Store, area: &str, year: i32) -> Result<Report, AnnualError> {
    let no_year = || AnnualError::unfit(format!("没有 {year} 年"), format!("there is no year {year}"));
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).ok_or_else(no_year);
    let span = DateSpan::new(day(1, 1)?, Some(day(12, 31)?)).ok_or_else(no_year)?;
    let seen = store.read(|link| Seen::by(link, &mut Arc::new(Ledger::default())))?;
    let standing: BTreeSet<&str> = seen.standing(area).into_iter().map(|it| it.run.id.as_str()).collect();
    let (mut runs, mut again, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for (row, request) in published(store, area)?.iter().filter(|(row, _)| standing.contains(row.id.as_str())) {
        let chosen = store.read(|link| law::compiled(link, row))?;
        let law = &chosen.law;
        if law.setting().intersect(&span).is_none() {
            continue;
        }
        for it in law.dated_parameters() {
            let ends = it.days.to().is_some_and(|to| span.contains(to));
            if span.contains(it.days.from()) || ends {
                let basis = law.parameters().basis(it.basis);
                changes.push(DatedChange {
                    from: it.days.from(),
                    to: it.days.to(),
                    cut: it.cut,
                    scope: it.scope.join(" "),
                    basis: [Lang::Zh, Lang::En].map(|lang| basis.citation(lang)),
                });
            }
        }
        let cause = request.only.as_ref().map(|only| &only.cause);
        let of = if cause.is_none_or(|cause| *cause == Cause::First) { &mut runs } else { &mut again };
        of.push(ReportedRun {
            run: row.id.clone(),
            setting: *law.setting(),
            rule_set: law.rules().id().to_string(),
            trial: chosen.trial(),
            cause: cause.map(Cause::as_str),
            summary: reading::summary(store, &row.id)?,
        });
    }
    for runs in [&mut runs, &mut again] {
        runs.sort_by(|one: &ReportedRun, two| (one.setting.from(), &one.run).cmp(&(two.setting.from(), &two.run)));
    }
    changes.sort();
    changes.dedup();
    let fund = store.read(|link| {
        let known = link.last_knowledge()?;
        pipeline::of_area(link, area, known)
    })?;
    let fund =
        fund.checked().fund.months().iter().filter(|it| it.area == area && it.month.year() == year).cloned().collect();
    Ok(Report { area: area.to_owned(), year, changes, runs, again, fund })
}

/// The published runs of an area.
fn published(store: &Store, area: &str) -> Result<Vec<(RunRow, Request)>, AnnualError> {
    let (areas, mut seen, mut found) = ([area.to_owned()], None::<RunRow>, Vec::new());
    loop {
        let page = store.read(|link| link.runs_of(&areas, seen.as_ref(), PAGE))?;
        let Some(last) = page.last() else { return Ok(found) };
        seen = Some(last.clone());
        for row in page {
            if state_of(&row)? == State::Published {
                let request = Request::read(&row.id, &row.area, &row.request)?;
                found.push((row, request));
            }
        }
    }
}

impl Report {
    /// The report as JSON; `null` is what is not known.
    pub fn to_json(&self) -> Value {
        let change = |it: &DatedChange| {
            json!({
                "what": if it.cut { "phased-cut" } else { "base-rates" },
                "scope": it.scope,
                "from": it.from.to_string(),
                "to": it.to.map(|to| to.to_string()),
                "basis_zh": it.basis[0],
                "basis_en": it.basis[1],
            })
        };
        let fund = |it: &FundMonth| {
            json!({
                "month": it.month.to_string(),
                "income_fen": it.income.fen(),
                "benefits_fen": it.benefits.fen(),
                "balance_fen": it.balance.fen(),
            })
        };
        json!({
            "area": self.area,
            "year": self.year,
            "base_rate_changes": self.changes.iter().map(change).collect::<Vec<_>>(),
            "runs": self.runs.iter().map(ReportedRun::to_json).collect::<Vec<_>>(),
            "determined_again": self.again.iter().map(ReportedRun::to_json).collect::<Vec<_>>(),
            "fund": if self.fund.is_empty() { Value::Null } else { self.fund.iter().map(fund).collect() },
        })
    }
}

impl ReportedRun {
    fn to_json(&self) -> Value {
        let grade = |((_, label), row): (&(u8, String), &crate::run::GradeRow)| {
            json!({
                "grade": label,
                "accounts": row.accounts,
                "heads": whole(row.heads),
                "payroll_fen": whole(row.payroll_fen),
                "premium_fen": whole(row.premium_fen),
            })
        };
        let change = |(change, row): (&Change, &crate::run::ChangeRow)| {
            // Nobody paid at a previous rate who had none.
            let before = (*change != Change::First).then(|| whole(row.before_fen));
            json!({
                "change": change.text(Lang::En),
                "accounts": row.accounts,
                "heads": whole(row.heads),
                "payroll_fen": whole(row.payroll_fen),
                "premium_before_fen": before,
                "premium_fen": whole(row.after_fen),
            })
        };
        let [decided, refused, not_insured] = self.summary.counts;
        json!({
            "run": self.run,
            "from": self.setting.from().to_string(),
            "to": self.setting.to().map(|to| to.to_string()),
            "rule_set": self.rule_set,
            "trial": self.trial,
            "cause": self.cause,
            "accounts": { "decided": decided, "refused": refused, "not_insured": not_insured, "rated_already": self.summary.rated },
            "by_grade": self.summary.by_grade.iter().map(grade).collect::<Vec<_>>(),
            "by_change": self.summary.by_change.iter().map(change).collect::<Vec<_>>(),
            "premium_fen": whole(self.summary.premium_fen()),
        })
    }
}

/// An exact number; beyond what others read as one, its digits.
pub fn whole(number: i128) -> Value {
    i64::try_from(number).map_or_else(|_| Value::String(number.to_string()), Value::from)
}
