//! From the rows of a history in memory to an outcome, with and without steps; on to canonical bytes, and back again.

use divan::Bencher;
use divan::counter::ItemsCount;
use rate_core::history::{BenefitItem, Claim, ClaimStatus, InjuryArticle, Payer, Payment};
use rate_core::input::book::facts_digest;
use rate_core::log::{Digest, Tree, check_inclusion};
use rate_core::record::seal;
use rate_core::replay::{Verdict, replay};
use rate_core::{
    ClassSystem, History, Law, Money, Parameters, ParametersFile, RiskClass, RuleSetFile, date, decide, outcome,
};

const FRAME: &str = include_str!("../fixtures/rule_sets/cn/2015-71.toml");
const METHOD: &str = include_str!("../fixtures/rule_sets/illustrative/three-year.toml");
const PARAMETERS: &str = include_str!("../fixtures/parameters/990100/demonstration.toml");

const ACCOUNTS: usize = 10_000;

fn main() {
    divan::main();
}

fn law() -> Law {
    let frame = RuleSetFile::parse(FRAME).unwrap();
    let rules = RuleSetFile::parse(METHOD).unwrap().extending(&frame).check().unwrap();
    let mut parameters = Parameters::default();
    parameters.merge(ParametersFile::parse(PARAMETERS).unwrap().check().unwrap());
    rules.law_for(&parameters, date("2022-07-01").unwrap()).unwrap()
}

/// Accounts with three yearly rows each; one in eight has a claim with two payments, as in a book of larger employers.
fn histories() -> Vec<History> {
    (0..ACCOUNTS).map(history).collect()
}

fn history(number: usize) -> History {
    let class = RiskClass::new(ClassSystem::Eight, u8::try_from(number % 8 + 1).unwrap()).unwrap();
    let payroll = 60_000_000 + i64::try_from(number % 997).unwrap() * 1_000_000;
    let heads = 8 + i64::try_from(number % 97).unwrap();
    let mut builder = History::builder("990100", format!("{number:08}")).covered("2015-01", None);
    builder = builder.class(class, "2015-10-01", None);
    for year in [2019, 2020, 2021] {
        builder = builder.premium(&format!("{year}-01"), &format!("{year}-12"), payroll, heads, payroll / 125);
    }
    if number.is_multiple_of(8) {
        builder = builder.claim(claim(number));
    }
    builder.build().unwrap()
}

fn claim(number: usize) -> Claim {
    let payment = |day, fen| Payment {
        item: BenefitItem::Medical,
        payer: Payer::Fund,
        amount: Money::from_fen(fen),
        determined_on: None,
        accounted_on: None,
        paid_on: date(day).unwrap(),
    };
    Claim {
        tags: Vec::new(),
        id: format!("C{number}"),
        person: format!("P{number}"),
        article: InjuryArticle::WorkAccident,
        accident: date("2020-03-02").unwrap(),
        recognised: date("2020-04-20").unwrap(),
        status: ClaimStatus::Recognised,
        disability: None,
        death: None,
        parties: None,
        project: None,
        payments: vec![payment("2020-05-11", 412_300), payment("2020-09-01", 96_500)],
    }
}

/// History rows to outcome, no steps: admission, standing, measures, table, adjustments, limits.
#[divan::bench]
fn outcome_without_steps(bencher: Bencher<'_, '_>) {
    let (law, histories) = (law(), histories());
    bencher
        .counter(ItemsCount::new(ACCOUNTS))
        .bench(|| histories.iter().filter(|history| outcome(&law, history).unwrap().grade.is_some()).count());
}

/// History rows to the whole decision: steps and rate schedule too.
#[divan::bench]
fn decision_with_steps(bencher: Bencher<'_, '_>) {
    let (law, histories) = (law(), histories());
    bencher
        .counter(ItemsCount::new(ACCOUNTS))
        .bench(|| histories.iter().map(|history| decide(&law, history).unwrap().steps().len()).sum::<usize>());
}

/// The facts of an account to the digest that its record pins.
#[divan::bench]
fn facts_to_digest(bencher: Bencher<'_, '_>) {
    let histories = histories();
    bencher
        .counter(ItemsCount::new(ACCOUNTS))
        .bench(|| histories.iter().map(|history| facts_digest(history).0[0]).fold(0_u8, u8::wrapping_add));
}

/// Bodies of all accounts, in order.
fn bodies(law: &Law, histories: &[History]) -> Vec<Vec<u8>> {
    histories.iter().map(|history| seal(&decide(law, history).unwrap(), facts_digest(history))).collect()
}

/// Decisions with steps to canonical bytes and their leaf hash.
#[divan::bench]
fn body_and_leaf(bencher: Bencher<'_, '_>) {
    let (law, histories) = (law(), histories());
    let made = |history| (decide(&law, history).unwrap(), facts_digest(history));
    let decided: Vec<_> = histories.iter().map(made).collect();
    let sealed = |(decision, facts): &(_, Digest)| Digest::leaf(&seal(decision, *facts)).0[0];
    bencher.counter(ItemsCount::new(ACCOUNTS)).bench(|| decided.iter().map(sealed).fold(0_u8, u8::wrapping_add));
}

/// Bodies decided again from facts in memory and compared byte for byte.
#[divan::bench]
fn replayed(bencher: Bencher<'_, '_>) {
    let (law, histories) = (law(), histories());
    let bodies = bodies(&law, &histories);
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    println!("{} bytes a body, mean", bytes / bodies.len());
    let same = |(body, history)| replay(body, &law, history) == Ok(Verdict::Identical);
    bencher.counter(ItemsCount::new(ACCOUNTS)).bench(|| {
        let again = bodies.iter().map(Vec::as_slice).zip(&histories);
        assert!(again.into_iter().all(same));
    });
}

/// Bodies hashed into a tree whose root is compared: what verifying a run costs without deciding again.
#[divan::bench]
fn verified(bencher: Bencher<'_, '_>) {
    let (law, histories) = (law(), histories());
    let bodies = bodies(&law, &histories);
    let tree = |bodies: &[Vec<u8>]| bodies.iter().map(|body| Digest::leaf(body)).collect::<Tree>();
    let root = tree(&bodies).root();
    bencher.counter(ItemsCount::new(ACCOUNTS)).bench(|| assert_eq!(tree(&bodies).root(), root));
}

/// One proof of inclusion made and checked.
#[divan::bench]
fn proof(bencher: Bencher<'_, '_>) {
    let leaves: Vec<Digest> = (0..ACCOUNTS).map(|number| Digest::leaf(&number.to_be_bytes())).collect();
    let tree: Tree = leaves.iter().copied().collect();
    let (index, size) = (4_321, u64::try_from(ACCOUNTS).unwrap());
    bencher.bench(|| check_inclusion(leaves[4_321], index, size, &tree.inclusion(index, size).unwrap(), tree.root()));
}
