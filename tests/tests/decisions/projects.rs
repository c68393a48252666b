//! Projects: worked cases, tiers that a file may not have, and what holds of every bill.

use std::path::PathBuf;

use proptest::prelude::*;
use rate_core::error::Lang;
use rate_core::history::{Project, ProjectBase, ProjectKind};
use rate_core::parameters::project::{Scale, Tier};
use rate_core::project::{self, ProjectBill};
use rate_core::{Code, DateSpan, History, Money, Parameters, ParametersFile, RoundMode, date};
use rate_service::casebook::{self, CaseError, JudgedProjects};

use crate::law::fixtures;

/// Every case file of projects.
fn judged() -> Vec<JudgedProjects> {
    let entries = std::fs::read_dir(fixtures("worked_examples")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let read = paths.iter().filter_map(|path| match casebook::test_projects(path) {
        Ok(judged) => judged,
        Err(CaseError::Problems(problems)) => {
            panic!("{}", problems.iter().map(|it| it.line(Lang::En)).collect::<Vec<_>>().join("\n"))
        }
        Err(error) => panic!("{error}"),
    });
    read.collect()
}

#[test]
fn cases_of_projects_come_out_as_worked() {
    let files = judged();
    let cases = files.iter().flat_map(|file| &file.cases);
    let differ = cases.clone().filter(|case| case.state.fails()).flat_map(|case| {
        let figures = case.figures.iter().filter(|it| !it.same);
        figures.map(|it| format!("{}: {}: worked `{}`, came out `{}`", case.place, it.what.en, it.expected, it.found))
    });
    assert_eq!(differ.collect::<Vec<_>>(), Vec::<String>::new());
    assert!(cases.count() >= 10, "the case files were found");
}

const AREA: &str = "990810";

/// Parameters of a made-up area with one list of project rates.
fn parameters(rates: &str) -> Result<Parameters, Vec<(Code, String)>> {
    let text = format!(
        r#"
            format = "parameters/1"
            area   = "{AREA}"
            name   = {{ zh = "x", en = "x" }}
            documents.d = {{ title = {{ zh = "x", en = "x" }} }}
            [[project_rates]]
            from    = 2024-01-01
            premium = {{ unit = "fen", mode = "half-up" }}
            cite    = "d: projects"
            {rates}
        "#
    );
    let problems = |problem: &rate_core::Problem| (problem.code, problem.message(Lang::En));
    ParametersFile::parse(&text).and_then(ParametersFile::check).map_err(|wrong| wrong.iter().map(problems).collect())
}

#[test]
fn tiers_that_leave_a_cost_out_or_take_it_twice_are_refused_with_a_witness() {
    let refused: [(&str, Code, &str); 12] = [
        (
            r#"marginal = [{ cost = "< 10亿元", rate = "1.2‰" }, { cost = "> 10亿元", rate = "1.0‰" }]"#,
            Code::CheckGap,
            "1000000000.00元",
        ),
        (
            r#"marginal = [{ cost = "<= 10亿元", rate = "1.2‰" }, { cost = ">= 1000000000元", rate = "1.0‰" }]"#,
            Code::CheckOverlap,
            "1000000000.00元",
        ),
        (
            r#"whole_amount = [{ cost = "> 0元", rate = "1.2‰" }]"#,
            Code::CheckGap,
            "project_rates.0.whole_amount 0.00元",
        ),
        (
            r#"whole_amount = [{ cost = "< 10亿元", rate = "1.2‰" }, { cost = ">= 1000000000.01元", rate = "1‰" }]"#,
            Code::CheckGap,
            "1000000000.00元",
        ),
        (r#"whole_amount = [{ cost = "<= 10亿元", rate = "1.2‰" }]"#, Code::CheckGap, "1000000000.01元"),
        (
            r#"marginal = [{ cost = "< 10亿元", rate = "1.2‰" }, { cost = ">= 9亿元", rate = "1.0‰" }]"#,
            Code::CheckOverlap,
            "900000000.00元",
        ),
        (r#"marginal = [{ cost = ">= 0", rate = "1.2‰" }]"#, Code::FileNumber, ">= 0"),
        (
            r#"marginal = [{ cost = "< 0.001元", rate = "1.2‰" }, { cost = ">= 0.001元", rate = "1‰" }]"#,
            Code::FileNumber,
            "",
        ),
        ("rate = \"1‰\"\nwhole_amount = []", Code::RuleSetResult, "rate, marginal"),
        ("marginal = []", Code::FileMissingKey, "marginal"),
        (r#"grades = [{ label = "1", rate = "1‰" }, { label = "1", rate = "2‰" }]"#, Code::RuleSetDuplicate, "1"),
        (r#"grades = [{ label = "1", rate = "2‰" }, { label = "2", rate = "1‰" }]"#, Code::RuleSetContradiction, "2"),
    ];
    for (rates, code, witness) in refused {
        let found = parameters(rates).unwrap_err();
        assert!(found.iter().any(|(it, text)| *it == code && text.contains(witness)), "{rates}: {found:?}");
    }
}

#[test]
fn two_rates_for_the_same_kind_and_day_are_refused() {
    let more = |kinds: &str| {
        parameters(&format!(
            "rate = \"1‰\"\nkinds = [\"housing\", \"road\"]\n[[project_rates]]\nfrom = 2024-06-01\n{kinds}\nrate = \"2‰\"\n\
             premium = {{ unit = \"fen\", mode = \"half-up\" }}\ncite = \"d: projects\""
        ))
    };
    let clash = more("kinds = [\"road\", \"railway\"]").unwrap_err();
    assert!(clash.iter().any(|(code, _)| *code == Code::CheckTimeOverlap), "{clash:?}");
    // What is for some kinds goes before what is for all.
    let both = more("").unwrap();
    assert_eq!(both.check_overlaps(), []);
    let premium = |kind| bill_of(&both, &Project { kind, ..project(10_000_000) }).premium.fen();
    assert_eq!((premium(ProjectKind::Road), premium(ProjectKind::Railway)), (10_000, 20_000));
}

#[test]
fn other_bases_that_say_nothing_or_twice_the_same_are_refused() {
    let base = |rest: &str| {
        parameters(&format!(
            "rate = \"1‰\"\n[[other_bases]]\nfrom = 2024-01-01\npremium = {{ unit = \"fen\", mode = \"up\" }}\ncite = \"d: projects\"\n{rest}"
        ))
    };
    let area = "square_metres_per_head = 15, heads = \"up\", monthly_wage = \"6000元\", wage_share";
    let again = "turnover = { share = \"10%\" }\n[[other_bases]]\nfrom = 2025-01-01\nturnover = { share = \"9%\" }\n\
                 premium = { unit = \"fen\", mode = \"up\" }\ncite = \"d: projects\"";
    let refused = [
        ("", Code::RuleSetResult),
        ("turnover = { share = \"10%\" }\noutput = { wage_per_tonne = \"30元\" }", Code::RuleSetResult),
        ("turnover = { share = \"101%\" }", Code::FileNumber),
        ("output = { wage_per_tonne = \"30\" }", Code::FileNumber),
        ("output = { wage_per_tonne = \"0.001元\" }", Code::FileNumber),
        ("floor_area = { heads = \"up\", monthly_wage = \"6000元\", wage_share = \"60%\" }", Code::FileMissingKey),
        (again, Code::CheckTimeOverlap),
    ];
    for (rest, code) in refused {
        let found = base(rest).unwrap_err();
        assert!(found.iter().any(|(it, _)| *it == code), "{rest}: {found:?}");
    }
    assert!(base(&format!("floor_area = {{ {area} = \"60%\" }}")).is_ok());
}

/// The text says what a payroll was reckoned from, in both languages.
#[test]
fn a_reckoned_payroll_is_shown_with_its_factors() {
    let text = std::fs::read_to_string(fixtures("parameters/990830/demonstration.toml")).unwrap();
    let parameters = ParametersFile::parse(&text).unwrap().check().unwrap();
    let class = rate_core::RiskClass::new(rate_core::ClassSystem::Eight, 2).unwrap();
    let year = DateSpan::new(date("2024-01-01").unwrap(), Some(date("2024-12-31").unwrap())).unwrap();
    let of = |base, kind| Project { base, kind, class: Some(class), term: year, ..project(0) };
    let restaurant = Project { square_metres: Some(106), ..of(ProjectBase::FloorArea, ProjectKind::SmallService) };
    let history = History::builder("990830", "1").project(restaurant).build().unwrap();
    let mut book =
        rate_core::project::ProjectBook::new("990830", &parameters, (&[], &[]), std::slice::from_ref(&history), false);
    let billed = book.bill(&history, &history.projects()[0]);
    let lines = |lang| rate_core::notice::project_lines(&billed, book.parameters(), lang).join("\n");
    assert!(
        lines(Lang::En)
            .contains("106 m² at 15 m² a head are 8 heads; 8 × 6,000.00 yuan a month × 60% × 12 months = 345600 yuan"),
        "{}",
        lines(Lang::En)
    );
    assert!(lines(Lang::Zh).contains("106 平方米 ÷ 每人 15 平方米，计 8 人"), "{}", lines(Lang::Zh));
}

fn project(cost_fen: i64) -> Project {
    let day = date("2024-07-01").unwrap();
    Project {
        id: "P".to_owned(),
        kind: ProjectKind::Housing,
        base: ProjectBase::Cost,
        cost: Some(Money::from_fen(cost_fen)),
        labour_cost: None,
        tonnes: None,
        square_metres: None,
        turnover: None,
        enrolled_on: day,
        term: DateSpan::new(day, Some(date("2026-06-30").unwrap())).unwrap(),
        class: None,
        industry: None,
        grade: String::new(),
        paid: None,
        document: String::new(),
    }
}

fn bill_of(parameters: &Parameters, project: &Project) -> ProjectBill {
    let contractor = History::builder(AREA, "1").build().unwrap();
    project::bill(parameters, &contractor, project, None).unwrap()
}

/// Tiers between bounds in whole fen, each with a rate in thousandths of a per mille.
fn tiers(key: &str, bounds: &[i64], rates: &[u32]) -> Parameters {
    let yuan = |fen: i64| format!("{}.{:02}元", fen / 100, fen % 100);
    let rate = |place: usize| format!("{}.{:03}‰", rates[place] / 1000, rates[place] % 1000);
    let mut rows = Vec::new();
    for place in 0..=bounds.len() {
        let below = place.checked_sub(1).map(|before| bounds[before]);
        let cost = match (below, bounds.get(place)) {
            (None, Some(to)) => format!("< {}", yuan(*to)),
            (Some(from), Some(to)) => format!("[{}, {})", yuan(from), yuan(*to)),
            (Some(from), None) => format!(">= {}", yuan(from)),
            (None, None) => ">= 0元".to_owned(),
        };
        rows.push(format!("{{ cost = \"{cost}\", rate = \"{}\" }}", rate(place)));
    }
    parameters(&format!("{key} = [{}]", rows.join(", "))).unwrap()
}

/// Two to five tiers, and a cost that often lies near a bound.
fn scale() -> impl Strategy<Value = (Vec<i64>, Vec<u32>, i64)> {
    let bounds = prop::collection::btree_set(1_i64..5_000_000_000_000, 1..5);
    let bounds = bounds.prop_map(|bounds| bounds.into_iter().collect::<Vec<_>>());
    bounds.prop_flat_map(|bounds| {
        let near = prop::sample::select(bounds.clone()).prop_flat_map(|bound| (bound - 1).max(0)..bound + 2);
        let cost = prop_oneof![near, 0_i64..6_000_000_000_000];
        let rates = prop::collection::vec(1_u32..20_000, bounds.len() + 1);
        (Just(bounds), rates, cost)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_marginal_premium_never_falls_and_never_jumps((bounds, rates, cost) in scale()) {
        let parameters = tiers("marginal", &bounds, &rates);
        let fen = |cost| bill_of(&parameters, &project(cost)).parts().map(|(.., fen)| fen).sum::<rust_decimal::Decimal>();
        let step = fen(cost + 1) - fen(cost);
        // A fen more pays exactly the rate of the tier it lies in: more than nothing, and no more than the highest rate.
        let place = bounds.partition_point(|bound| *bound <= cost);
        prop_assert_eq!(step, rust_decimal::Decimal::new(i64::from(rates[place]), 6));
    }

    #[test]
    fn parts_add_up_to_the_cost_and_their_premiums_to_the_bill((bounds, rates, cost) in scale()) {
        let parameters = tiers("marginal", &bounds, &rates);
        let bill = bill_of(&parameters, &project(cost));
        prop_assert_eq!(bill.parts().map(|(_, amount, ..)| amount.fen()).sum::<i64>(), cost);
        // By hand, in millionths of a fen, with nothing of the engine in it.
        let edges: Vec<i64> = [0].into_iter().chain(bounds.iter().copied()).chain([i64::MAX]).collect();
        let parts = edges.windows(2).zip(&rates);
        let millionths: i128 = parts.map(|(edge, rate)| {
            i128::from((cost.min(edge[1]) - edge[0]).max(0)) * i128::from(*rate)
        }).sum();
        prop_assert_eq!(i128::from(bill.premium.fen()), (millionths + 500_000).div_euclid(1_000_000));
    }

    #[test]
    fn the_whole_amount_pays_one_rate_and_never_more_than_the_highest((bounds, rates, cost) in scale()) {
        let parameters = tiers("whole_amount", &bounds, &rates);
        let bill = bill_of(&parameters, &project(cost));
        prop_assert_eq!(bill.parts().count(), 1);
        let Scale::WholeAmount(tiers) = &parameters.project_rates()[0].scale else { panic!("tiers of the whole amount") };
        let highest = tiers.iter().map(|Tier { rate, .. }| *rate).max().unwrap();
        prop_assert!(bill.premium <= highest.premium_on(Money::from_fen(cost), RoundMode::HalfUp).unwrap());
    }
}
