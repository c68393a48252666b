//! Cycles of three, two and one year side by side: what each makes of a good and of a bad risk in the long run.
//!
//! `cargo run --release -p rate-core --example cycles`
//!
//! The float of an invented city becomes a Markov chain: the state is the grade held in a cycle, and every transition is
//! decided by the engine that decides rates. The shorter cycles are the candidates of the study that comes with the
//! repository, `fixtures/studies/demonstration.toml`. Nothing here is a determination.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

mod city;

use city::Failed;
use rate_core::input::StudyFile;
use rate_core::scenario::{
    Baseline, LadderStudy, Proposal, Reference, RiskLevel, RiskLevels, Severity, SeverityPoint, SideBySide, View,
    shown, side_by_side,
};
use rate_core::{ClassSystem, Law, Money, RiskClass};

fn main() -> Result<(), Failed> {
    let compared = side_by_side(&laws()?, &risks()?)?;
    for law in &compared {
        println!("{}: cycles of {} months, windows of {}", law.label, law.months.0, law.months.1);
    }
    table(&compared, "mean level, % of base", |it| shown(it.mean_level_percent, 1));
    table(&compared, "change of the level a year, points", |it| shown(it.yearly_change_points, 1));
    table(&compared, "raised by one claim, %", |it| shown(it.raised_by_one_claim * 100.0, 1));
    table(&compared, "years until back after one claim", |it| {
        it.years_to_return.map_or("–".to_owned(), |it| shown(it, 1))
    });
    println!("\n{:34}{}", "good and bad risk apart, points", row(&compared, |it| shown(it.spread_points, 1)));
    let efficiency = |it: &SideBySide| it.efficiency.map_or("–".to_owned(), |it| shown(it, 2));
    println!("{:34}{}", "efficiency, 1 is in proportion", row(&compared, efficiency));
    compared.iter().for_each(holds);
    Ok(())
}

/// The law in force, then the same rules with shorter cycles.
fn laws() -> Result<Vec<(String, Law)>, Failed> {
    let baseline = Baseline::of(&city::law()?);
    let study = StudyFile::parse_named("study", include_str!("../../fixtures/studies/demonstration.toml"))?.check()?;
    let mut laws = vec![("in force".to_owned(), baseline.law().clone())];
    for asked in study.candidates.into_iter().filter(|it| it.id.ends_with("-year")) {
        let candidate = baseline.judge(&Proposal::new(&asked.id).changed(asked.changes))?;
        laws.push((asked.id, candidate.law.ok_or("the checker refuses it")?));
    }
    Ok(laws)
}

/// An employer of class 4 with 100 heads and 8,000 yuan a head and month, hurt seldom or often. Most claims are small, and
/// three in a hundred are a death.
fn risks() -> Result<RiskLevels, Failed> {
    let claims = [(200_000, 0.55), (2_000_000, 0.30), (6_000_000, 0.12), (90_000_000, 0.03)];
    let point =
        |(fen, probability)| SeverityPoint { amount: Money::from_fen(fen), fatal: fen == 90_000_000, probability };
    let reference = Reference {
        class: RiskClass::new(ClassSystem::Eight, 4).ok_or("no such class")?,
        industry: None,
        heads: 100,
        monthly_payroll: Money::from_fen(80_000_000),
    };
    let level = |claims_per_year| RiskLevel { label: format!("{claims_per_year} claims a year"), claims_per_year };
    let levels = [0.05, 0.2, 0.5, 1.0].map(level).to_vec();
    Ok(RiskLevels { reference, severity: Severity::given(claims.map(point).to_vec())?, levels })
}

/// A line for each frequency of claims, a column for each law.
fn table(compared: &[SideBySide], title: &str, cell: impl Fn(&LadderStudy) -> String) {
    println!("\n{title:34}{}", row(compared, |it| it.label.clone()));
    let levels = compared.first().map_or(0, |it| it.studies.len());
    for level in 0..levels {
        let label = &compared[0].studies[level].risk.label;
        println!("  {label:32}{}", row(compared, |it| cell(&it.studies[level])));
    }
}

fn row(compared: &[SideBySide], cell: impl Fn(&SideBySide) -> String) -> String {
    compared.iter().fold(String::new(), |line, it| format!("{line}{:>12}", cell(it)))
}

/// What must be so of every ladder that raises for claims: amounts are exact, windows part, and more claims cost more.
fn holds(law: &SideBySide) {
    assert_eq!(law.view, View::Once, "{}: windows overlap", law.label);
    assert!(law.studies.iter().all(|it| it.chain.grid_fen == 1), "{}: amounts were rounded", law.label);
    assert!(law.studies.is_sorted_by(|one, two| one.mean_level_percent < two.mean_level_percent), "{}", law.label);
    assert!(law.spread_points > 0.0, "{}: good and bad risks pay alike", law.label);
}
