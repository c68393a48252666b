//! The float of projects: whose facts count, what a method for projects may not ask, and what stays unknown.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rate_core::decision::StepKind;
use rate_core::history::{BenefitItem, ProjectBase, ProjectKind};
use rate_core::history::{Claim, ClaimStatus, InjuryArticle, Payer, Payment, Project};
use rate_core::input::examine_all;
use rate_core::project::{Billed, NoBill, ProjectBook, SubjectKey};
use rate_core::rule_set::{Selection, WhyNot};
use rate_core::{
    Code, DateSpan, History, Money, NaiveDate, Parameters, ParametersFile, RuleSet, RuleSetFile, date, decide,
};

use crate::law::fixtures;

fn text(below: &str) -> String {
    std::fs::read_to_string(fixtures(below)).unwrap()
}

fn method_text(name: &str) -> String {
    text(&format!("rule_sets/illustrative/{name}.toml"))
}

fn examined(method: &str) -> Result<RuleSet, Vec<(Code, String)>> {
    let files = [RuleSetFile::parse(&text("rule_sets/cn/2015-71.toml")).unwrap(), RuleSetFile::parse(method).unwrap()];
    let read = examine_all(&files).remove(1).and_then(rate_core::input::Examined::accepted);
    read.map_err(|wrong| wrong.iter().map(|it| (it.code, it.message(rate_core::Lang::En))).collect())
}

fn method(name: &str) -> RuleSet {
    examined(&method_text(name)).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

fn parameters(area: &str) -> Parameters {
    ParametersFile::parse(&text(&format!("parameters/{area}/demonstration.toml"))).unwrap().check().unwrap()
}

fn day(text: &str) -> NaiveDate {
    date(text).unwrap()
}

fn project(id: &str, enrolled_on: &str, paid: Option<(i64, &str)>) -> Project {
    let enrolled_on = day(enrolled_on);
    Project {
        id: id.to_owned(),
        kind: ProjectKind::Housing,
        base: ProjectBase::Cost,
        cost: Some(Money::from_fen(10_000_000_000)),
        labour_cost: None,
        tonnes: None,
        square_metres: None,
        turnover: None,
        enrolled_on,
        term: DateSpan::new(enrolled_on, Some(day("2027-12-31"))).unwrap(),
        class: None,
        industry: None,
        grade: String::new(),
        paid: paid.map(|(fen, on)| (Money::from_fen(fen), day(on))),
        document: String::new(),
    }
}

fn claim(id: &str, project: Option<&str>, paid: &[(i64, &str)]) -> Claim {
    let payment = |(fen, on): &(i64, &str)| Payment {
        item: BenefitItem::Medical,
        payer: Payer::Fund,
        amount: Money::from_fen(*fen),
        determined_on: None,
        accounted_on: None,
        paid_on: day(on),
    };
    Claim {
        id: id.to_owned(),
        person: id.to_owned(),
        article: InjuryArticle::WorkAccident,
        tags: Vec::new(),
        accident: day("2021-01-10"),
        recognised: day("2021-02-10"),
        status: ClaimStatus::Recognised,
        disability: None,
        death: None,
        parties: None,
        project: project.map(Box::from),
        payments: paid.iter().map(payment).collect(),
    }
}

fn contractor(area: &str, number: &str, projects: Vec<Project>, claims: Vec<Claim>) -> History {
    let builder = projects.into_iter().fold(History::builder(area, number), |builder, it| builder.project(it));
    claims.into_iter().fold(builder, |builder, it| builder.claim(it)).build().unwrap()
}

fn billed(area: &str, set: &RuleSet, histories: &[History], account: usize, id: &str, incomplete: bool) -> Billed {
    let sets = std::slice::from_ref(set);
    let mut book = ProjectBook::new(area, &parameters(area), (sets, &[]), histories, incomplete);
    let project = histories[account].projects().iter().find(|it| it.id == id).unwrap();
    book.bill(&histories[account], project)
}

/// Numerator and denominator of the pay ratio that the float of a project states.
fn ratio(billed: &Billed) -> Option<(i128, i128)> {
    let float = billed.float.as_ref()?;
    float.decision.steps().iter().find_map(|step| match step.kind {
        StepKind::Measured { value, .. } => Some((value.numerator, value.denominator)),
        _ => None,
    })
}

/// A payment for a project and one on its claim, by month: before, in and behind the window of 2022-10 to 2024-09.
const DAYS: [&str; 6] = ["2021-03-05", "2022-09-30", "2022-10-01", "2023-07-14", "2024-09-30", "2024-10-01"];

type Drawn = Vec<Vec<(usize, i64, usize, i64)>>;

fn drawn() -> impl Strategy<Value = Drawn> {
    let project = (0..DAYS.len(), 1_i64..100_000_000, 0..DAYS.len(), 0_i64..100_000_000);
    prop::collection::vec(prop::collection::vec(project, 1..5), 1..4)
}

fn histories(area: &str, drawn: &Drawn) -> Vec<History> {
    let accounts = drawn.iter().zip(1..).map(|(projects, number)| {
        let first = project("first", "2021-01-05", None);
        let new = project("new", "2025-03-01", None);
        let rows = projects.iter().enumerate();
        let all = rows
            .clone()
            .map(|(place, (on, fen, ..))| project(&place.to_string(), "2021-01-05", Some((*fen, DAYS[*on]))));
        let claims = rows
            .map(|(place, (.., on, fen))| claim(&place.to_string(), Some(&place.to_string()), &[(*fen, DAYS[*on])]));
        let claims = claims.chain([claim("own", None, &[(77_000_000, "2023-07-14")])]);
        contractor(area, &number.to_string(), [first, new].into_iter().chain(all).collect(), claims.collect())
    });
    accounts.collect()
}

/// What projects paid and cost inside the window, added up with nothing of the engine in it.
fn by_hand<'d>(projects: impl Iterator<Item = &'d (usize, i64, usize, i64)>) -> (i128, i128) {
    let inside = |on: usize| (2..=4).contains(&on);
    projects.fold((0, 0), |(benefits, premium), (paid_on, paid, cost_on, cost)| {
        let of = |on: usize, fen: i64| if inside(on) { i128::from(fen) } else { 0 };
        (benefits + of(*cost_on, *cost), premium + of(*paid_on, *paid))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_experience_of_the_area_is_the_sum_of_its_projects(drawn in drawn()) {
        let set = method("projects-by-area");
        let histories = histories("990800", &drawn);
        let (benefits, premium) = by_hand(drawn.iter().flatten());
        for account in 0..histories.len() {
            let found = billed("990800", &set, &histories, account, "new", false);
            prop_assert_eq!(ratio(&found), (premium > 0).then_some((benefits, premium)));
        }
    }

    #[test]
    fn the_experience_of_a_contractor_is_that_of_its_own_projects(drawn in drawn()) {
        let set = method("projects-by-contractor");
        let histories = histories("990820", &drawn);
        for (account, own) in drawn.iter().enumerate() {
            let (benefits, premium) = by_hand(own.iter());
            let found = billed("990820", &set, &histories, account, "new", false);
            prop_assert_eq!(ratio(&found), (premium > 0).then_some((benefits, premium)));
        }
    }
}

#[test]
fn a_project_alone_floats_by_its_own_facts() {
    let set =
        examined(&method_text("projects-by-area").replace("subject      = \"area\"", "subject      = \"project\""))
            .unwrap();
    let other = project("other", "2021-01-05", Some((1_000_000, "2023-01-05")));
    let own = project("own", "2021-01-05", Some((1_000_000, "2023-01-05")));
    // It enrols again for a longer term, and its first payment and its claim count; those of the other do not.
    let own = Project { enrolled_on: day("2025-03-01"), ..own };
    let claims = vec![
        claim("C", Some("other"), &[(9_000_000, "2023-01-05")]),
        claim("D", Some("own"), &[(900_000, "2023-01-05")]),
    ];
    let histories = [contractor("990800", "1", vec![other, own], claims)];
    let found = billed("990800", &set, &histories, 0, "own", false);
    assert_eq!(
        found.float.as_ref().map(|it| it.subject.clone()),
        Some(SubjectKey::Project("1".to_owned(), "own".to_owned()))
    );
    // First insured with its first payment in January 2023: 21 months of the window are under 24.
    assert_eq!(found.float.unwrap().decision.outcome().reason.code(), "first-insured");
}

#[test]
fn what_is_not_known_is_said_and_not_guessed() {
    let set = method("projects-by-area");
    let histories = [contractor("990800", "1", vec![project("new", "2025-03-01", None)], Vec::new())];
    assert_eq!(billed("990800", &set, &histories, 0, "new", true).bill, Err(NoBill::SubjectIncomplete));
    let refused = std::slice::from_ref(&set);
    let mut book = ProjectBook::new("990800", &parameters("990800"), (&[], refused), &histories, false);
    let found = book.bill(&histories[0], &histories[0].projects()[0]);
    assert_eq!(found.bill, Err(NoBill::MethodRefused("990800/projects-by-area".to_owned())));
    // A determined grade needs nobody's experience.
    let told = Project { grade: "80%".to_owned(), ..project("told", "2025-03-01", None) };
    let histories = [contractor("990800", "1", vec![told], Vec::new())];
    let premium = billed("990800", &set, &histories, 0, "told", true).bill.unwrap().premium;
    assert_eq!(premium.fen(), 12_000_000, "100,000,000.00 × 1.5 ‰ × 80 %");
}

#[test]
fn a_method_for_projects_cannot_ask_for_what_they_do_not_have() {
    let whole = method_text("projects-by-contractor");
    let foreign = [
        ("by = \"received-on\"", "by = \"for-month\"", "measures.pay_ratio.denominator"),
        ("premium = \"paid\"", "premium = \"at-base-rate\"", "measures.pay_ratio.denominator"),
        (
            "effect       = { grade_at_least = \"120%\" }",
            "effect       = { points = \"0.1pp\" }",
            "adjustments.punished",
        ),
        ("acts_on = \"while-listed\"", "acts_on = \"once-found\"", "adjustments.punished"),
        ("effect       = { grade_at_least", "uses = \"once\"\neffect       = { grade_at_least", "adjustments.punished"),
        ("grade = \"80%\"", "keep = \"last-rate\"", "float_table"),
        ("class        = 6\n", "class        = 6\nclaims       = \"apart\"\n", "claims"),
    ];
    for (find, replace, named) in foreign {
        assert_eq!(whole.matches(find).count(), 1, "{find}");
        let wrong = examined(&whole.replace(find, replace)).unwrap_err();
        assert!(wrong.iter().any(|(_, text)| text.contains(named)), "{find}: {wrong:?}");
    }
    let limits = "\n[limits]\nmax_move = { grades = 1, from = \"last-grade\" }\ncite = \"demonstration: projects\"\n";
    let wrong = examined(&format!("{whole}{limits}")).unwrap_err();
    assert_eq!(wrong.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [Code::RuleSetContradiction]);
}

#[test]
fn a_method_for_projects_decides_no_employer() {
    let sets = [method("projects-by-area")];
    let considered = Selection::among(&sets, "990800", day("2025-03-01")).considered;
    assert_eq!(considered[0].why_not, Some(WhyNot::ForProjects));
    assert!(Selection::for_projects(&sets, "990800", day("2025-03-01")).chosen.is_some());
}

/// The setting the other way round: a method that counts claims of projects with the employer.
#[test]
fn claims_of_projects_count_with_the_employer_only_where_the_method_says_so() {
    let whole = text("rule_sets/440300/2018.toml");
    let files = |text: &str| {
        let files =
            [RuleSetFile::parse(&self::text("rule_sets/cn/2015-71.toml")).unwrap(), RuleSetFile::parse(text).unwrap()];
        examine_all(&files).remove(1).unwrap().accepted().unwrap()
    };
    let (apart, with) = (files(&whole), files(&whole.replace("claims  = \"apart\"", "claims  = \"with-employer\"")));
    let parameters = ParametersFile::parse(&text("parameters/440300/base-rates.toml")).unwrap().check().unwrap();
    let class = rate_core::RiskClass::new(rate_core::ClassSystem::Eight, 6).unwrap();
    let history = History::builder("440300", "1")
        .covered("2015-01", None)
        .class(class, "2015-01-01", None)
        .premium("2020-01", "2021-12", 100_000_000, 20, 1_000_000)
        .project(project("P", "2021-01-05", None))
        .claim(claim("C", Some("P"), &[(2_000_000, "2021-06-01")]))
        .build()
        .unwrap();
    let label = |set: &RuleSet| {
        let law = set.law_for(&parameters, day("2022-03-01")).unwrap();
        decide(&law, &history).unwrap().grade_label().to_owned()
    };
    // 20,000.00 of 10,000.00 is above 150 %.
    assert_eq!((label(&apart).as_str(), label(&with).as_str()), ("50%", "150%"));
}

/// Numbers of claims are unique within an account only, and so are those of projects.
#[test]
fn equal_numbers_of_two_accounts_do_not_meet() {
    let set = method("projects-by-area");
    let account = |number: &str| {
        let projects =
            vec![project("P", "2021-01-05", Some((1_000_000, "2023-01-05"))), project("new", "2025-03-01", None)];
        contractor("990800", number, projects, vec![claim("C", Some("P"), &[(500_000, "2023-02-05")])])
    };
    let histories = [account("1"), account("2")];
    let ratios: BTreeMap<usize, _> =
        (0..2).map(|place| (place, ratio(&billed("990800", &set, &histories, place, "new", false)))).collect();
    assert_eq!(ratios, BTreeMap::from([(0, Some((1_000_000, 2_000_000))), (1, Some((1_000_000, 2_000_000)))]));
}
