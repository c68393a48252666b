//! Published numbers that are no decision of one account: `fixtures/worked_examples/published`.

use rate_core::input::band_of;
use rate_core::rule_set::Refusal;
use rate_core::{Factor, Money, Month, MonthSpan, Rate, RoundMode, Rounding, date};
use rust_decimal::Decimal;

use crate::law::{fixtures, parameters, rule_set, rule_set_of, text};
use crate::tree::Table;

fn published(file: &str) -> Table {
    let table = Table::read(&fixtures("worked_examples/published").join(file));
    for key in ["name", "source"] {
        let stated = table.table(key).unwrap_or_else(|| panic!("{file}: `{key}` is missing"));
        assert!(stated.rest().iter().all(|(_, text)| !text.is_empty()), "{file}: `{key}`");
    }
    assert!(!table.need("working").trim().is_empty(), "{file}: no working");
    table
}

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

/// W3: amounts in 10,000 yuan are rounded once, at the end, from what was never rounded before.
#[test]
fn display_in_larger_units_is_rounded_once_at_the_end() {
    let table = published("w03-display-rounding.toml");
    let rate: Rate = table.need("rate").parse().unwrap();
    let fen_per_unit = Decimal::from(table.need("unit_yuan").parse::<i64>().unwrap() * 100);
    let shown =
        |amount: Decimal| Rounding { digits: 2, mode: RoundMode::HalfUp }.apply(amount / fen_per_unit).to_string();
    let fen = |money: Money| Decimal::from(money.fen());
    let (mut payrolls, mut premiums, mut shares) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for row in table.tables("rows") {
        let (what, share) = (row.need("what"), row.need("share").parse::<Factor>().unwrap());
        let payroll = decimal(&row.need("payroll")) * fen_per_unit;
        let money = Money::from_fen(i64::try_from(payroll.mantissa() / 10_i128.pow(payroll.scale())).unwrap());
        let premium = rate.premium_on(money, RoundMode::HalfUp).unwrap();
        let share = rate.times(share).unwrap().premium_on(money, RoundMode::HalfUp).unwrap();
        assert_eq!(shown(fen(premium)), row.need("premium"), "{what}");
        assert_eq!(shown(fen(share)), row.need("budget"), "{what}");
        row.finish();
        payrolls += payroll;
        premiums += fen(premium);
        shares += fen(share);
    }
    let total = table.table("total").unwrap();
    assert_eq!(shown(payrolls), total.need("payroll"));
    assert_eq!(shown(premiums), total.need("premium"));
    assert_eq!(shown(shares), total.need("budget"));
    let wrong = table.table("rounded_before").unwrap();
    let early = decimal(&wrong.need("premium")) * decimal(&wrong.need("share")) / Decimal::ONE_HUNDRED;
    let early = Rounding { digits: 2, mode: RoundMode::HalfUp }.apply(early).to_string();
    assert_eq!(early, wrong.need("gives"), "what rounding in between would give");
    [total, wrong, table].iter().for_each(Table::finish);
}

/// W5: a count is the sum of its parts. On runs of the engine `totals` and `six_years` hold the same.
#[test]
fn counts_are_the_sum_of_their_parts() {
    let table = published("w05-counts.toml");
    for row in table.tables("counts") {
        let place = row.need("place");
        let number = |key: &str| row.need(key).parse::<u64>().unwrap();
        assert_eq!(number("floated"), number("up") + number("down"), "{place}");
        row.finish();
    }
    table.finish();
}

/// W7: findings against the bands.
#[test]
fn findings_lead_to_the_cut_of_their_band() {
    let table = published("w07-bands.toml");
    let bands = parameters(&["parameters/cn/cut-bands.toml"], None);
    let [bands] = bands.bands() else { panic!("one set of bands") };
    for row in table.tables("findings") {
        let months = row.need("months_payable");
        let cut: Factor = row.need("cut").parse().unwrap();
        assert_eq!(band_of(bands, decimal(&months)), Some(cut), "{months} months");
        row.finish();
    }
    table.finish();
}

#[test]
fn a_cut_that_its_finding_does_not_give_is_named() {
    let files = ["parameters/cn/cut-bands.toml", "parameters/990200/cut-findings.toml"];
    assert_eq!(parameters(&files, None).check_findings(), Vec::new());
    let wrong = text("parameters/990200/cut-findings.toml").replace("cut          = \"50%\"", "cut          = \"30%\"");
    let wrong = rate_core::ParametersFile::parse(&wrong).and_then(rate_core::ParametersFile::check).unwrap();
    let mut all = parameters(&["parameters/cn/cut-bands.toml"], None);
    all.merge(wrong);
    let found: Vec<String> = all.check_findings().iter().map(|problem| problem.line(rate_core::Lang::En)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("check.finding") && found[0].contains("24 months") && found[0].contains("30%"),
        "{found:?}"
    );
}

/// A plain rule set with one cycle in place of its own.
fn with_cycle(window: &str, rate_period: &str) -> rate_core::RuleSet {
    let text = text("worked_examples/law/grade-by-count.toml");
    let (head, rest) = text.split_once("[[cycles]]").unwrap();
    let (_, behind) = rest.split_once("[participation]").unwrap();
    let cycle =
        format!("[[cycles]]\nid = \"one\"\nrate_period = {rate_period}\nwindows = [{window}]\ncite = \"invented\"\n\n");
    rule_set_of("one cycle", &format!("{head}{cycle}[participation]{behind}"))
}

/// W9: windows, rate periods, and their days, both ends included.
#[test]
fn windows_and_rate_periods_are_the_published_ones() {
    let table = published("w09-windows.toml");
    let none = rate_core::Parameters::default();
    for row in table.tables("cycles") {
        let place = row.need("place");
        let day = |key: &str| date(&row.need(key)).unwrap();
        let (from, to, rate_from, rate_to) = (day("window_from"), day("window_to"), day("rate_from"), day("rate_to"));
        let window = MonthSpan::new(Month::of(from), Month::of(to)).unwrap();
        let set = match row.text("rule_set") {
            Some(file) => rule_set(&file, None),
            None => {
                let span = |from, to| format!("{{ from = {from}, to = {to} }}");
                with_cycle(&span(from, to), &span(rate_from, rate_to))
            }
        };
        assert_eq!(window.months().to_string(), row.need("window_months"), "{place}");
        for on in [rate_from, rate_to] {
            let law = set.law_for(&none, on).unwrap();
            assert_eq!(law.windows()[0], window, "{place} on {on}");
            assert_eq!(law.windows()[0].days().last(), to, "{place} on {on}");
            assert_eq!(
                (law.cycle().rate_period.from(), law.cycle().rate_period.last()),
                (rate_from, rate_to),
                "{place}"
            );
        }
        for outside in [rate_from.pred_opt().unwrap(), rate_to.succ_opt().unwrap()] {
            match set.law_for(&none, outside) {
                Ok(law) => assert_ne!(law.windows()[0], window, "{place} on {outside}"),
                Err(refusal) => assert!(matches!(refusal, Refusal::NoCycle { .. }), "{place}: {refusal}"),
            }
        }
        let months = Month::of(rate_to).since(Month::of(rate_from)) + 1;
        assert_eq!(months.to_string(), row.need("rate_months"), "{place}");
        row.finish();
    }
    table.finish();
}
