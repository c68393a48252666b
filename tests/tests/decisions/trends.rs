//! Trends: what a shorter window would have given is what a rule set of that window decides.

use rate_core::amount::Quantity;
use rate_core::experience::Measured;
use rate_core::history::InjuryArticle;
use rate_core::trend::{Direction, Trend, trend};
use rate_core::{ClassSystem, History, Law, date, decide};

use crate::law::{law_on, parameters, rule_set_of, text};
use crate::people::{Person, claim, payment};

/// Benefits and persons hurt in each year of the window, 2019 to 2021.
type Years = [(i64, i64); 3];

/// Every year's premium is 1,000.00 yuan and its heads are 100.
const PREMIUM: i64 = 100_000;

fn history(years: Years) -> History {
    let premiums = vec![
        ("2019-01", "2019-12", 12_000_000, 100, PREMIUM),
        ("2020-01", "2020-12", 12_000_000, 100, PREMIUM),
        ("2021-01", "2021-12", 12_000_000, 100, PREMIUM),
    ];
    let person = Person {
        area: "990100".to_owned(),
        class: (ClassSystem::Eight, 4),
        premiums,
        day: "2018-06-15",
        benefits: 0,
        hurt: 0,
        dead: 0,
    };
    let mut builder = person.builder();
    for (year, (benefits, hurt)) in (2019..).zip(years) {
        let day = format!("{year}-06-15");
        let mut paid = claim(&format!("paid-{year}"), InjuryArticle::WorkAccident, "2018-06-15", false);
        paid.payments = vec![payment(date(&day).unwrap(), benefits)];
        builder = builder.claim(paid);
        for nth in 0..hurt {
            builder = builder.claim(claim(&format!("hurt-{year}-{nth}"), InjuryArticle::WorkAccident, &day, false));
        }
    }
    builder.build().unwrap()
}

/// The demonstration with the window beginning in another year, and as many months asked of newcomers as it has.
fn law_from(year: &str, months: &str) -> Law {
    let text = text("rule_sets/illustrative/three-year.toml");
    let window = "{ from = 2019-01-01, to = 2021-12-31 }";
    assert!(text.contains(window) && text.contains("covered_months_under = 36"));
    let text = text.replace(window, &format!("{{ from = {year}-01-01, to = 2021-12-31 }}"));
    let text = text.replace("covered_months_under = 36", &format!("covered_months_under = {months}"));
    let parameters = parameters(&["parameters/990100/demonstration.toml"], None);
    law_on(&rule_set_of("three-year", &text), &parameters, "2022-07-01")
}

/// Facts of every kind: steady, rising, falling, up and down, none at all, and on the bounds of the table.
fn stories() -> Vec<Years> {
    let amounts = [0, 1, 40_000, 40_001, 90_000, 120_000, 150_000, 150_001];
    let mut stories = Vec::new();
    for (place, one) in amounts.iter().enumerate() {
        for two in &amounts {
            let hurt = i64::try_from(place % 4).unwrap();
            stories.push([(*one, hurt), (*two, 0), (*one, 0)]);
            stories.push([(0, 0), (*one, 1), (*two, 2)]);
            stories.push([(*two, 2), (*one, 1), (0, 0)]);
        }
    }
    stories
}

#[test]
fn shorter_windows_give_what_a_rule_set_of_that_window_decides() {
    let laws = [("2019", "36"), ("2020", "24"), ("2021", "12")].map(|(year, months)| law_from(year, months));
    let [three, two, one] = &laws;
    for years in stories() {
        let history = history(years);
        let decided = |law: &Law| decide(law, &history).unwrap().outcome().grade;
        let trend = trend(three, &history).unwrap();
        assert_eq!(trend.grade, decided(three), "{years:?}");
        let shorter: Vec<_> = trend.shorter.iter().map(|it| (it.window.months(), it.grade)).collect();
        assert_eq!(shorter, [(12, decided(one)), (24, decided(two))], "{years:?}");
    }
}

fn value_of(trend: &Trend, law: &Law, name: &str) -> (Vec<Quantity>, Direction) {
    let found = trend.measures.iter().find(|it| law.rules().measures()[it.measure].id == name).unwrap();
    let values = found.years.iter().map(|year| match year.value {
        Measured::Value(value) => value,
        Measured::Undefined(_) | Measured::NotAsked => panic!("{name} has a value in {}", year.months),
    });
    (values.collect(), found.direction)
}

#[test]
fn the_years_of_a_trend_are_the_years_of_the_facts() {
    let law = law_from("2019", "36");
    let expected = |values: [i64; 3]| match (values[0].cmp(&values[1]), values[1].cmp(&values[2])) {
        (one, two) if one.is_eq() && two.is_eq() => Direction::Level,
        (one, two) if one.is_le() && two.is_le() => Direction::Rising,
        (one, two) if one.is_ge() && two.is_ge() => Direction::Falling,
        _ => Direction::Mixed,
    };
    for years in stories() {
        let trend = trend(&law, &history(years)).unwrap();
        let (ratios, direction) = value_of(&trend, &law, "pay_ratio");
        for (ratio, (benefits, _)) in ratios.iter().zip(years) {
            let stated = Quantity { numerator: benefits.into(), denominator: PREMIUM.into() };
            assert!(ratio.compare(stated).is_eq(), "{ratio:?} {years:?}");
        }
        assert_eq!(direction, expected(years.map(|(benefits, _)| benefits)), "{years:?}");
        let (incidences, direction) = value_of(&trend, &law, "incidence");
        for (incidence, (_, hurt)) in incidences.iter().zip(years) {
            let stated = Quantity { numerator: hurt.into(), denominator: 100 };
            assert!(incidence.compare(stated).is_eq(), "{incidence:?} {years:?}");
        }
        assert_eq!(direction, expected(years.map(|(_, hurt)| hurt)), "{years:?}");
    }
}

#[test]
fn a_year_without_coverage_leaves_the_trend_unknown() {
    let law = law_from("2019", "36");
    let person = Person {
        area: "990100".to_owned(),
        class: (ClassSystem::Eight, 4),
        premiums: Vec::new(),
        day: "2018-06-15",
        benefits: 0,
        hurt: 0,
        dead: 0,
    };
    let builder = History::builder("990100", "1").covered("2015-01", Some("2018-12")).covered("2020-01", None);
    let class = person.history().classifications()[0].clone();
    let builder = builder.classification(class).premium("2020-01", "2021-12", 24_000_000, 100, 2 * PREMIUM);
    let trend = trend(&law, &builder.build().unwrap()).unwrap();
    assert!(
        trend
            .measures
            .iter()
            .filter(|it| law.rules().measures()[it.measure].id != "deaths")
            .all(|it| it.direction == Direction::Unknown)
    );
}

/// A row over several years says nothing of one of them, and is not split to make it.
#[test]
fn a_row_over_the_whole_window_leaves_its_years_without_a_value() {
    use rate_core::experience::Measured;
    let frame = include_str!("../../../fixtures/rule_sets/cn/2015-71.toml");
    let method = include_str!("../../../fixtures/rule_sets/illustrative/three-year.toml");
    let rules = rate_core::RuleSetFile::parse(method).unwrap();
    let rules = rules.extending(&rate_core::RuleSetFile::parse(frame).unwrap()).check().unwrap();
    let law = rules.law_for(&rate_core::Parameters::default(), rate_core::date("2022-07-01").unwrap()).unwrap();
    let class = rate_core::RiskClass::new(rate_core::ClassSystem::Eight, 3).unwrap();
    let account = rate_core::History::builder("990100", "1").covered("2015-01", None).class(class, "2015-01-01", None);
    let account = account.premium("2019-01", "2021-12", 3_000_000, 10, 30_000).build().unwrap();
    let trend = rate_core::trend::trend(&law, &account).unwrap();
    let ratio = trend.measures.iter().find(|it| law.rules().measures()[it.measure].id == "pay_ratio").unwrap();
    assert!(ratio.years.iter().all(|year| year.value == Measured::NotAsked), "{ratio:?}");
    assert!(trend.shorter.is_empty() && trend.grade.is_some());
}
