//! One claim, several accounts, and one word of the rule set that says whose it is.

use rate_core::decision::StepKind;
use rate_core::input::book::{CheckedBook, RawTable, TableKind, check_book};
use rate_core::{Decision, History, Lang, RuleSet, decide};

use crate::law::{law_on, parameters, rule_set};

/// A using unit (1), a dispatching account (2) with a claim, and what the claim cost in 2013: 30,000 yuan.
fn book() -> CheckedBook {
    let mut accounts = RawTable::new(TableKind::Accounts, "accounts.csv", ["area", "account", "kind"]);
    let mut coverage = RawTable::new(TableKind::Coverage, "coverage.csv", ["area", "account", "from", "state"]);
    let header = ["area", "account", "from", "class_system", "class", "decided_by"];
    let mut classes = RawTable::new(TableKind::Classifications, "classifications.csv", header);
    let premium = TableKind::Premiums.columns().iter().map(|column| column.name);
    let mut premiums = RawTable::new(TableKind::Premiums, "premiums.csv", premium);
    for (line, account, kind) in [(2, "1", "employer"), (3, "2", "dispatch")] {
        accounts.push(line, ["310000", account, kind]);
        coverage.push(line, ["310000", account, "2010-01", "insured"]);
        classes.push(line, ["310000", account, "2010-01-01", "3", "2", "agency"]);
        // A payroll of 2,000,000 yuan at 0.5 %: 10,000 yuan.
        let cells = ["2013-01", "2013-12", "200000000", "40", "1000000", "1000000", "0", "regular", ""];
        premiums.push(line, ["310000", account].into_iter().chain(cells));
    }
    let header = [
        "area",
        "account",
        "claim",
        "person",
        "article",
        "accident",
        "recognised",
        "status",
        "arrangement",
        "using_unit",
    ];
    let mut claims = RawTable::new(TableKind::Claims, "claims.csv", header);
    let claim = ["hand", "P1", "A14-1", "2013-03-04", "2013-04-15", "recognised", "dispatch", "1"];
    claims.push(2, ["310000", "2"].into_iter().chain(claim));
    let header = ["area", "account", "claim", "item", "payer", "paid_on", "amount_fen"];
    let mut payments = RawTable::new(TableKind::Payments, "payments.csv", header);
    payments.push(2, ["310000", "2", "hand", "medical", "fund", "2013-06-20", "3000000"]);
    check_book(&[accounts, coverage, classes, premiums, claims, payments])
}

fn decided(rules: &RuleSet, history: &History) -> Decision {
    let parameters = parameters(&["parameters/310000/base-rates.toml"], None);
    decide(&law_on(rules, &parameters, "2014-04-01"), history).unwrap()
}

/// What the two accounts are given: grade, and claims kept, taken and left.
fn outcomes(rules: &RuleSet) -> Vec<(String, [usize; 3])> {
    let book = book();
    assert_eq!(book.problems().count(), 0);
    let found = book.histories.iter().map(|history| {
        let decision = decided(rules, history);
        let shared = decision.steps().iter().find_map(|step| match step.kind {
            StepKind::SharedClaims { kept, taken, left } => Some([kept, taken, left]),
            _ => None,
        });
        (decision.grade_label().to_owned(), shared.unwrap())
    });
    found.collect()
}

/// 30,000 / 10,000 = 300 %: one step up for the account that bears the claim, none for the other.
#[test]
fn one_word_moves_a_claim_from_one_account_to_the_other() {
    let rules = rule_set("rule_sets/310000/before-2015.toml", None);
    assert_eq!(outcomes(&rules), [("+1".to_owned(), [0, 1, 0]), ("base".to_owned(), [0, 0, 1])]);
    let insured = rules.with("attribution.dispatch", "insured").unwrap();
    assert_eq!(outcomes(&insured), [("base".to_owned(), [0, 0, 1]), ("+1".to_owned(), [1, 0, 0])]);
    assert_ne!(rules.digest(), insured.digest());
}

#[test]
fn the_trace_says_where_claims_went_and_by_which_provision() {
    let rules = rule_set("rule_sets/310000/before-2015.toml", None);
    let decision = decided(&rules, &book().histories[0]);
    let line = |lang| decision.lines(lang).find(|line| line.contains("1 borne here") || line.contains("承担 1 件"));
    let (zh, en) = (line(Lang::Zh).unwrap(), line(Lang::En).unwrap());
    assert!(zh.contains("替其他参保单位承担 1 件") && zh.ends_with("案件归属条款]"), "{zh}");
    assert!(en.ends_with("provisions on who bears a claim]"), "{en}");
    assert_eq!(decision.assumptions().iter().filter(|path| path.starts_with("attribution")).count(), 0);
}

/// The dispatching account is refused for a date; the using unit is refused with it, and says which cell names it.
#[test]
fn who_may_have_to_bear_an_unknown_claim_is_refused() {
    let header: Vec<&str> = TableKind::Claims.columns().iter().map(|column| column.name).collect();
    let row = |account, recognised, using| {
        [
            "310000",
            account,
            "C",
            "P",
            "A14-1",
            "2013-03-04",
            recognised,
            "recognised",
            "",
            "",
            "",
            "dispatch",
            "",
            using,
            "",
            "",
            "",
        ]
    };
    let mut accounts = RawTable::new(TableKind::Accounts, "accounts.csv", ["area", "account", "kind"]);
    for (line, account) in (2..).zip(["1", "2", "3", "4"]) {
        accounts.push(line, ["310000", account, "employer"]);
    }
    let mut claims = RawTable::new(TableKind::Claims, "claims.csv", header);
    claims.push(2, row("2", "2013-02-30", "1"));
    // The claims of 1 itself are right, so that 3 knows what it may have to bear.
    claims.push(3, row("1", "2013-04-15", "3"));
    let book = check_book(&[accounts, claims]);
    let refused: Vec<_> = book.refused.iter().map(|account| account.key.number.as_str()).collect();
    assert_eq!(refused, ["1", "2"]);
    let problems: Vec<_> = book.problems().map(|it| format!("{} {}", it.place, it.code)).collect();
    assert_eq!(problems, ["claims.csv:2:14 [using_unit] rows.claim-account", "claims.csv:2:7 [recognised] rows.date"]);
    assert_eq!(book.histories[0].claims().len(), 1, "account 3 has the claim of account 1");
}
