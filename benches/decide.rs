//! From the rows of a history in memory to an outcome, with and without steps; on to canonical bytes, and back again.
//!
//! Before the table come ratios, each of two works done in turns in this very run: they say the same on a slow machine, or
//! on one that does something else beside.

mod by_hand;

use divan::Bencher;
use divan::counter::ItemsCount;
use rate_core::decide::{Standing, decide_on, standing};
use rate_core::decision::NoSteps;
use rate_core::experience::{Experience, measure};
use rate_core::history::{BenefitItem, Claim, ClaimStatus, InjuryArticle, Payer, Payment};
use rate_core::input::book::facts_digest;
use rate_core::log::{Digest, Tree, check_inclusion};
use rate_core::record::seal;
use rate_core::replay::{Verdict, replay};
use rate_core::{
    ClassSystem, History, Law, Money, Parameters, ParametersFile, RiskClass, RuleSetFile, date, decide, outcome,
};
use rate_service::clock::Stopwatch;

const FRAME: &str = include_str!("../fixtures/rule_sets/cn/2015-71.toml");
const METHOD: &str = include_str!("../fixtures/rule_sets/illustrative/three-year.toml");
const PARAMETERS: &str = include_str!("../fixtures/parameters/990100/demonstration.toml");

const ACCOUNTS: usize = 10_000;

fn main() {
    ratios();
    divan::main();
}

/// What two works take, one over the other, in hundredths: the median of several turns.
fn ratio(one: &dyn Fn(), other: &dyn Fn()) -> String {
    let took = |work: &dyn Fn()| {
        let stopwatch = Stopwatch::start();
        work();
        stopwatch.micros().max(1)
    };
    let mut turns: Vec<u64> = (0..21).map(|_| took(one) * 100 / took(other)).collect();
    turns.sort_unstable();
    let median = turns[turns.len() / 2];
    format!("{}.{:02}", median / 100, median % 100)
}

fn ratios() {
    let (law, histories, by_hand) = (law(), histories(), by_hand::Days::new());
    let engine = |history: &History| outcome(&law, history).unwrap().grade.map(|grade| grade.get());
    // What is compared does the same, or the ratio says nothing.
    assert!(histories.iter().all(|history| engine(history) == Some(by_hand.grade(history))));
    let outcomes = || assert_eq!(histories.iter().filter_map(engine).count(), ACCOUNTS);
    let hand = || assert!(histories.iter().map(|it| usize::from(by_hand.grade(it))).sum::<usize>() > 0);
    println!("outcome over the loop written by hand: {}", ratio(&outcomes, &hand));

    let bodies = bodies(&law, &histories);
    let decided = || histories.iter().for_each(|history| assert!(!decide(&law, history).unwrap().steps().is_empty()));
    let published = || assert!(published(&law, &histories) != 0);
    let replayed = || assert!(replayed_and_verified(&law, &histories, &bodies) != 0);
    println!("replayed and verified over decided with steps: {}", ratio(&replayed, &decided));
    println!("replayed and verified over decided, sealed and hashed: {}", ratio(&replayed, &published));
}

/// From facts to the first eight bytes of the root over their bodies.
fn published(law: &Law, histories: &[History]) -> u64 {
    let body = |history| seal(&decide(law, history).unwrap(), facts_digest(history));
    first_bytes(histories.iter().map(|history| Digest::leaf(&body(history))).collect::<Tree>().root())
}

/// The same from bodies that are decided again and compared on the way.
fn replayed_and_verified(law: &Law, histories: &[History], bodies: &[Vec<u8>]) -> u64 {
    let leaves = bodies.iter().zip(histories).map(|(body, history)| {
        assert_eq!(replay(body, law, history), Ok(Verdict::Identical));
        Digest::leaf(body)
    });
    first_bytes(leaves.collect::<Tree>().root())
}

fn first_bytes(root: Digest) -> u64 {
    root.0[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
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

/// What was measured and where the account stands to outcome, no steps: table, adjustments, limits.
#[divan::bench]
fn experience_to_outcome(bencher: Bencher<'_, '_>) {
    let (law, histories) = (law(), histories());
    let read = |history| (measure(&law, history), standing::of(&law, history).unwrap());
    let measured: Vec<(Experience, Standing)> = histories.iter().map(read).collect();
    let graded = |(experience, standing): &&(Experience, Standing)| {
        decide_on(&law, experience, standing, &mut NoSteps).grade.is_some()
    };
    bencher.counter(ItemsCount::new(ACCOUNTS)).bench(|| measured.iter().filter(graded).count());
}

/// The same method written by hand, from the same rows.
#[divan::bench]
fn outcome_by_hand(bencher: Bencher<'_, '_>) {
    let (histories, by_hand) = (histories(), by_hand::Days::new());
    bencher
        .counter(ItemsCount::new(ACCOUNTS))
        .bench(|| histories.iter().map(|history| usize::from(by_hand.grade(history))).sum::<usize>());
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

/// History rows to the leaf hash of the body: decided with all steps, sealed, hashed; the digest of the facts is given.
#[divan::bench]
fn decided_and_sealed(bencher: Bencher<'_, '_>) {
    let law = law();
    let facts: Vec<_> = histories().into_iter().map(|history| (facts_digest(&history), history)).collect();
    let leaf =
        |(digest, history): &(Digest, History)| Digest::leaf(&seal(&decide(&law, history).unwrap(), *digest)).0[0];
    bencher.counter(ItemsCount::new(ACCOUNTS)).bench(|| facts.iter().map(leaf).fold(0_u8, u8::wrapping_add));
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
