//! Scenarios over a large portfolio: prepared once, then a candidate that only decides otherwise, one that measures
//! otherwise, and a calibration.
//!
//! `cargo bench -p rate-benches --bench scenario -- [ACCOUNTS] [THREADS]`; each figure is the median of five.

use std::error::Error;

use rate_core::history::{BenefitItem, ChargedRate, Claim, ClaimStatus, InjuryArticle, Origin, Payer, Payment};
use rate_core::input::Change;
use rate_core::scenario::{Baseline, Comparing, Level, Portfolio, Proposal, Search, Setting, Workers};
use rate_core::{ClassSystem, DateSpan, Factor, History, Money, ParametersFile, RiskClass, RuleSetFile, date};
use rate_service::clock::Stopwatch;

const FRAME: &str = include_str!("../fixtures/rule_sets/cn/2015-71.toml");
const METHOD: &str = include_str!("../fixtures/rule_sets/illustrative/three-year.toml");
const PARAMETERS: &str = include_str!("../fixtures/parameters/990100/demonstration.toml");
const TURNS: usize = 5;

/// As in the `rate` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    let mut told = std::env::args().skip(1).filter(|word| word != "--bench");
    let accounts: usize = told.next().map_or(Ok(20_000), |text| text.parse())?;
    let threads: usize = told.next().map_or(Ok(2), |text| text.parse())?;
    let workers = Workers::new(threads);
    let portfolio = Portfolio::new("990100", (0..accounts).map(history).collect::<Done<_>>()?, Default::default());
    println!("{accounts} accounts, {threads} threads; {} MiB with their facts in memory", peak()?);
    let baseline = baseline()?;
    let watch = Stopwatch::start();
    portfolio.prepare(baseline.law(), workers);
    let before = portfolio.priced(baseline.law(), workers);
    println!("prepared: {} ms, {} MiB", watch.millis(), peak()?);
    let how = Comparing::default();
    let judged = |proposal: Proposal| -> Done<_> { Ok(baseline.judge(&proposal)?.law.ok_or("refused")?) };
    let table = judged(Proposal::new("table").changed([Change::set("float_table.rows.low.all.pay_ratio", "<= 60%")]))?;
    median("a candidate that decides otherwise, compared", || {
        portfolio.compared_with(&before, &table, Level::AsCharged, &how, workers).map(drop)
    })?;
    let lower = judged(Proposal::new("lower").at_base_factor(Factor::from_percent(90.into())?))?;
    median("lower base rates on level, compared", || {
        portfolio.compared_with(&before, &lower, Level::OnLevel, &how, workers).map(drop)
    })?;
    // Every turn has another window, so that nothing measured before serves.
    let mut windows = [(2019, 2020), (2020, 2021), (2020, 2020), (2021, 2021), (2019, 2019)].into_iter();
    median("a candidate with another window, measured and compared", || {
        let (from, to) = windows.next().unwrap_or((2019, 2021));
        let changes = [
            Change::set("cycles.2022-2025.windows.0.from", &format!("{from}-01-01")),
            Change::set("cycles.2022-2025.windows.0.to", &format!("{to}-12-31")),
        ];
        let law = baseline.judge(&Proposal::new("window").changed(changes))?.law;
        law.map_or(Ok(()), |law| portfolio.compared_with(&before, &law, Level::AsCharged, &how, workers).map(drop))
    })?;
    let search = Search {
        setting: Setting::BaseFactor,
        low: 50.into(),
        high: 200.into(),
        step: "0.001".parse()?,
        target_fen: before.premium_fen() * 97 / 100,
        tolerance_fen: 1_000_000,
        level: Level::AsCharged,
    };
    median("a base-rate factor calibrated to 97 % of the premium", || {
        let found = portfolio.calibrated((&baseline, &before), &search, workers)?;
        assert!(matches!(found.found, rate_core::scenario::Found::Solution(_)), "{:?}", found.found);
        Ok(())
    })?;
    println!("{} MiB at most", peak()?);
    Ok(())
}

fn median(what: &str, mut turn: impl FnMut() -> Result<(), rate_core::Problems>) -> Done<()> {
    let mut times = Vec::new();
    for _ in 0..TURNS {
        let watch = Stopwatch::start();
        turn()?;
        times.push(watch.millis());
    }
    times.sort_unstable();
    println!("{what}: {} ms ({} to {})", times[TURNS / 2], times[0], times[TURNS - 1]);
    Ok(())
}

fn baseline() -> Done<Baseline> {
    let frame = RuleSetFile::parse(FRAME)?;
    let rules = RuleSetFile::parse(METHOD)?.extending(&frame).check()?;
    let parameters = ParametersFile::parse(PARAMETERS)?.check()?;
    Ok(Baseline::of(&rules.law_for(&parameters, date("2022-07-01")?)?))
}

/// Insured since one of 132 months; three yearly rows and a last rate; one account in eight has a claim with two payments.
fn history(number: usize) -> Done<History> {
    let class = RiskClass::new(ClassSystem::Eight, u8::try_from(number % 8 + 1)?).ok_or("no such class")?;
    let payroll = 60_000_000 + i64::try_from(number % 997)? * 1_000_000;
    let heads = 8 + i64::try_from(number % 97)?;
    let first = format!("{}-{:02}", 2004 + number % 11, 1 + number % 12);
    let mut builder = History::builder("990100", format!("{number:08}")).covered(&first, None);
    builder = builder.class(class, "2015-10-01", None);
    for year in [2019, 2020, 2021] {
        builder = builder.premium(&format!("{year}-01"), &format!("{year}-12"), payroll, heads, payroll / 125);
    }
    let rate = "0.8%".parse()?;
    builder = builder.rate(ChargedRate {
        days: DateSpan::new(date("2021-07-01")?, Some(date("2022-06-30")?)).ok_or("no span")?,
        class,
        base: Some(rate),
        grade: "100%".to_owned(),
        before_cut: rate,
        cut: Factor::ZERO,
        charged: rate,
        origin: Origin::Base,
        cycle: String::new(),
        used: Vec::new(),
        document: String::new(),
    });
    if number.is_multiple_of(8) {
        builder = builder.claim(claim(number)?);
    }
    Ok(builder.build()?)
}

fn claim(number: usize) -> Done<Claim> {
    let payment = |day, fen| -> Done<Payment> {
        Ok(Payment {
            item: BenefitItem::Medical,
            payer: Payer::Fund,
            amount: Money::from_fen(fen),
            determined_on: None,
            accounted_on: None,
            paid_on: date(day)?,
        })
    };
    Ok(Claim {
        tags: Vec::new(),
        id: format!("C{number}"),
        person: format!("P{number}"),
        article: InjuryArticle::WorkAccident,
        accident: date("2020-03-02")?,
        recognised: date("2020-04-20")?,
        status: ClaimStatus::Recognised,
        disability: None,
        death: None,
        parties: None,
        project: None,
        payments: vec![payment("2020-05-11", 412_300)?, payment("2020-09-01", 96_500)?],
    })
}

fn peak() -> Done<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024)
}
