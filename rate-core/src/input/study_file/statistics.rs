//! What a study asks beside comparisons: is the method any good, what is the ladder in the long run, what comes, who rises.

use rust_decimal::Decimal;

use super::parsed_each;
use crate::amount::percent_text;
use crate::calendar::{Month, MonthSpan};
use crate::error::Code;
use crate::input::reader::{At, Fields};

/// Years and paths that a projection may have, and draws that a study of noise may make.
const MOST_YEARS: i64 = 50;
const MOST_PATHS: i64 = 100_000;
const MOST_PATH_YEARS: i64 = 200_000;
const MOST_DRAWS: i64 = 1_000;

/// Percent that something grows or falls by in a year.
const MOST_GROWTH: i64 = 50;

/// Claims of one employer in a year.
const MOST_CLAIMS: i64 = 100;

/// Is the method any good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StudyMethod {
    /// The months after the window in which what was paid is held against the grade; `None` for the twelve after it.
    pub months: Option<MonthSpan>,
    /// Into how many parts of equal weight accounts are put by their grade.
    pub parts: usize,
    /// How often the claims of each account are drawn anew.
    pub draws: usize,
    /// Seed of everything that is drawn.
    pub seed: u64,
}

/// The ladder in the long run, of one employer at several frequencies of claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyChain {
    /// Number of its class.
    pub class: u8,
    /// Its heads.
    pub heads: i64,
    /// Its payroll of a month, in fen.
    pub monthly_payroll_fen: i64,
    /// Claims a year, lowest first.
    pub claims_per_year: Vec<Decimal>,
}

/// A projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StudyProjection {
    /// Years.
    pub years: usize,
    /// Paths.
    pub paths: usize,
    /// Seed.
    pub seed: u64,
    /// Growth of payroll a year, in percent.
    pub payroll_growth: Decimal,
    /// Growth of benefits a year, running pensions included, in percent.
    pub benefit_growth: Decimal,
    /// Years that a pension is paid, in the mean.
    pub pension_years: u16,
}

/// Prevention: who drifts up, and the incidence of key industries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StudyPrevention {
    /// The last month whose facts are in the book.
    pub through: Month,
    /// A margin of so many fen, or fewer, is small.
    pub margin_fen: i64,
    /// A margin of so many persons, or fewer, is small.
    pub margin_persons: i64,
    /// The first year of incidences that is shown.
    pub from_year: i32,
    /// The year compared with, where the plan's own is not known or another is wanted.
    pub base_year: Option<i32>,
}

fn count(fields: &Fields<'_>, key: &'static str, range: std::ops::RangeInclusive<i64>, usual: usize) -> Option<usize> {
    let Some(at) = fields.get(key) else { return Some(usual) };
    at.integer(range).and_then(|number| usize::try_from(number).ok())
}

fn seed(fields: &Fields<'_>) -> Option<u64> {
    let Some(at) = fields.get("seed") else { return Some(1) };
    at.integer(0..=i64::MAX).and_then(|number| u64::try_from(number).ok())
}

fn month(at: &At<'_>) -> Option<Month> {
    at.parsed("\"2022-06\"")
}

pub(super) fn method(at: &At<'_>) -> Option<StudyMethod> {
    let fields = at.fields()?;
    let months = fields.get("months").map(|at| {
        let fields = at.fields()?;
        let [from, to] = ["from", "to"].map(|key| fields.need(key).and_then(|at| month(&at)));
        fields.finish();
        let (from, to) = (from?, to?);
        let span = MonthSpan::new(from, to);
        if span.is_none() {
            at.problem(Code::FileSpan, [from.to_string(), to.to_string()]);
        }
        span
    });
    let parts = count(&fields, "parts", 2..=100, 5);
    let draws = count(&fields, "draws", 2..=MOST_DRAWS, 20);
    let seed = seed(&fields);
    fields.finish();
    let months = months.map_or(Some(None), |months| months.map(Some));
    Some(StudyMethod { months: months?, parts: parts?, draws: draws?, seed: seed? })
}

pub(super) fn chain(at: &At<'_>) -> Option<StudyChain> {
    let fields = at.fields()?;
    let class = fields.need("class").and_then(|at| at.integer(1..=8)).and_then(|number| u8::try_from(number).ok());
    let heads = fields.need("heads").and_then(|at| at.integer(1..=10_000_000));
    let payroll = fields.need("monthly_payroll_fen").and_then(|at| at.integer(1..=1_000_000_000_000));
    let frequencies = fields.need("claims_per_year").map(|at| {
        let found = parsed_each::<Decimal>(&at, "\"0.2\"");
        if found.is_empty() || found.len() > 20 || found.windows(2).any(|pair| pair[0] >= pair[1]) {
            at.problem(Code::FileNumber, ["claims_per_year", "1 … 20 numbers, rising"]);
        }
        let bounds = Decimal::ZERO..=Decimal::from(MOST_CLAIMS);
        if let Some(beyond) = found.iter().find(|it| !bounds.contains(it)) {
            at.problem(Code::FileNumber, [beyond.to_string(), format!("0 … {MOST_CLAIMS}")]);
        }
        found
    });
    fields.finish();
    Some(StudyChain { class: class?, heads: heads?, monthly_payroll_fen: payroll?, claims_per_year: frequencies? })
}

/// A percentage that may be below zero: `"-2.5%"`.
fn growth(at: &At<'_>) -> Option<Decimal> {
    let text = at.text()?;
    let percent = percent_text(text).ok();
    let bound = Decimal::from(MOST_GROWTH);
    let fits = |percent: &Decimal| (-bound..=bound).contains(percent) && percent.scale() <= 4;
    let percent = percent.filter(fits);
    if percent.is_none() {
        at.problem(Code::FileNumber, [text.to_owned(), format!("\"-{MOST_GROWTH}%\" … \"{MOST_GROWTH}%\"")]);
    }
    percent
}

pub(super) fn projection(at: &At<'_>) -> Option<StudyProjection> {
    let fields = at.fields()?;
    let years = fields.need("years").and_then(|at| at.integer(1..=MOST_YEARS));
    let paths = fields.need("paths").and_then(|at| at.integer(1..=MOST_PATHS));
    if let (Some(years), Some(paths)) = (years, paths)
        && years * paths > MOST_PATH_YEARS
    {
        at.problem(Code::FileNumber, [format!("{years} × {paths}"), format!("≤ {MOST_PATH_YEARS}")]);
    }
    let growth = |key| fields.get(key).map_or(Some(Decimal::ZERO), |at| growth(&at));
    let (payroll_growth, benefit_growth) = (growth("payroll_growth"), growth("benefit_growth"));
    let pension_years = fields.need("pension_years").and_then(|at| at.integer(1..=80));
    let seed = seed(&fields);
    fields.finish();
    Some(StudyProjection {
        years: usize::try_from(years?).ok()?,
        paths: usize::try_from(paths?).ok()?,
        seed: seed?,
        payroll_growth: payroll_growth?,
        benefit_growth: benefit_growth?,
        pension_years: u16::try_from(pension_years?).ok()?,
    })
}

pub(super) fn prevention(at: &At<'_>) -> Option<StudyPrevention> {
    let fields = at.fields()?;
    let through = fields.need("through").and_then(|at| month(&at));
    let margin_fen = fields.get("margin_fen").map_or(Some(0), |at| at.integer(0..=i64::MAX));
    let margin_persons = fields.get("margin_persons").map_or(Some(0), |at| at.integer(0..=1_000_000));
    let year = |at: &At<'_>| at.integer(1950..=2199).and_then(|year| i32::try_from(year).ok());
    let from_year = fields.get("from_year").map(|at| year(&at));
    let base_year = fields.get("base_year").map(|at| year(&at));
    fields.finish();
    let through = through?;
    let usual = through.year() - 2;
    Some(StudyPrevention {
        through,
        margin_fen: margin_fen?,
        margin_persons: margin_persons?,
        from_year: from_year.map_or(Some(usual), |year| year)?,
        base_year: base_year.map_or(Some(None), |year| year.map(Some))?,
    })
}
