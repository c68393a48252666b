//! Vectors: every printed bound is tried exactly and from both sides, and a bound that moves is found by cases that were
//! made from the unchanged file, unless the check refuses the change first.

use std::collections::BTreeSet;
use std::fs;

use rate_core::decision::StepKind;
use rate_core::interval::End;
use rate_core::rule_set::measure::PremiumBasis;
use rate_core::rule_set::{Condition, Denominator, Measure, Numerator};
use rate_core::vectors::{Vector, Vectors};
use rate_core::{Decision, Parameters, ParametersFile, Quantity, RuleSet, RuleSetFile, decide};
use serde_json::Value as Json;

use super::law::{LawFile, examined, fixtures, law_files, parameters};
use super::mutants::{Mutant, changed, intervals, items, shifted, tables};

/// A set that measures at the base rate and whose area has no base rates: it is tried as if it were of another area.
const MOVED: (&str, &str) = ("340400/2012.toml", "990340");

/// A rule set that decides employers, with its cases.
struct Made {
    name: String,
    tree: Json,
    rules: RuleSet,
    vectors: Vectors,
}

fn read(name: &str, tree: &Json) -> RuleSetFile {
    let file = RuleSetFile::parse_json(&tree.to_string()).unwrap();
    if name == MOVED.0 { file.in_area(MOVED.1) } else { file }
}

fn all_parameters() -> Parameters {
    let mut all = parameters();
    let path = fixtures("../tests/oracle/parameters/990340.toml");
    all.merge(ParametersFile::parse(&fs::read_to_string(path).unwrap()).unwrap().check().unwrap());
    all
}

/// The cases of every method that may decide, for the first setting of its last cycle.
fn made(files: &[LawFile]) -> Vec<Made> {
    let parameters = all_parameters();
    let of = |file: &LawFile| {
        let rules = examined(&read(&file.name, &file.tree), files).ok()?.accepted().ok()?;
        let on = rules.cycles().last().filter(|_| !rules.is_for_projects())?.rate_period.from();
        let vectors = Vectors::of(&rules, &parameters, on).ok()?;
        Some(Made { name: file.name.clone(), tree: file.tree.clone(), rules, vectors })
    };
    files.iter().filter_map(of).collect()
}

fn measured(vector: &Vector, measure: usize, window: usize) -> Option<Quantity> {
    vector.decision.steps().iter().find_map(|step| match step.kind {
        StepKind::Measured { measure: of, window: at, value, .. } if (of, at) == (measure, window) => Some(value),
        _ => None,
    })
}

/// The value one smallest unit nearer to the bound: a fen, a claim, or a head in one month.
fn nearer(measure: &Measure, value: Quantity, below: bool) -> Option<Quantity> {
    let step = if below { 1 } else { -1 };
    let Quantity { numerator, denominator } = value;
    match (&measure.numerator, measure.denominator) {
        (Numerator::Claims { .. }, Denominator::Headcount(_)) if measure.relative_to.is_none() => {
            Some(Quantity { numerator, denominator: denominator - step })
        }
        (_, Denominator::Headcount(_) | Denominator::WindowBefore) => None,
        (_, Denominator::Premium { basis: PremiumBasis::AtBaseRate, .. }) => {
            Some(Quantity { numerator: numerator + step * 1_000_000, denominator })
        }
        (_, Denominator::One | Denominator::Premium { .. }) => {
            Some(Quantity { numerator: numerator + step, denominator })
        }
    }
}

/// What is missing around one bound, by side.
fn untried(made: &Made, place: &str, condition: &Condition, window: usize, end: End) -> Vec<String> {
    let measure = &made.rules.measures()[condition.measure];
    let back = if window == 0 { String::new() } else { format!("[-{window}]") };
    let prefix = format!("bound/{place}/{}{back}/", measure.id);
    let bound = end.quantity();
    let sides = [("below", -1), ("on", 0), ("above", 1)];
    let mut missing = Vec::new();
    for (side, order) in sides.into_iter().filter(|(side, _)| *side != "below" || bound.numerator > 0) {
        let fits = |vector: &&Vector| {
            let named = vector.trials.iter().any(|it| it.id.starts_with(&prefix) && it.id.ends_with(side));
            let Some(value) = measured(vector, condition.measure, window).filter(|_| named) else { return false };
            let right = value.compare(bound) as i32 == order;
            // One smallest unit nearer, it is on the bound or over it; over zero is one person, among however many.
            let close = order == 0
                || (bound.numerator == 0 && matches!(measure.denominator, Denominator::Headcount(_)))
                || nearer(measure, value, order < 0).is_none_or(|it| it.compare(bound) as i32 != order);
            right && close
        };
        if !made.vectors.cases().iter().any(|vector| fits(&vector)) {
            missing.push(format!("{} {prefix} {side} {bound:?}", made.name));
        }
    }
    missing
}

#[test]
fn every_printed_bound_is_tried_exactly_and_from_both_sides() {
    let (mut missing, mut bounds) = (Vec::new(), 0);
    for made in made(&law_files()) {
        let rows = made.rules.tables().iter().flat_map(|table| {
            let conditions = move |row: &'_ rate_core::rule_set::Row| {
                let place = format!("{}/{}", table.id, row.id);
                let windows = row.for_windows;
                row.all.iter().chain(&row.any).map(|it| (place.clone(), it.clone(), windows)).collect::<Vec<_>>()
            };
            table.rows.iter().flat_map(conditions)
        });
        let adjustments = made.rules.adjustments().iter().flat_map(|adjustment| {
            let place = format!("adjustments/{}", adjustment.id);
            adjustment.when.measures.iter().map(move |it| (place.clone(), it.clone(), 1))
        });
        for (place, condition, windows) in rows.chain(adjustments) {
            for end in [condition.interval.low, condition.interval.high].into_iter().flatten() {
                for window in 0..windows {
                    bounds += 1;
                    missing.extend(untried(&made, &place, &condition, window, end));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(bounds >= 200, "{bounds} bounds");
}

/// Each family is there where the set has what it is about.
#[test]
fn rows_exits_adjustments_classes_and_edges_are_tried() {
    for made in made(&law_files()) {
        let ids: BTreeSet<&str> =
            made.vectors.cases().iter().flat_map(|case| &case.trials).map(|trial| trial.id.as_str()).collect();
        let has = |start: &str| ids.iter().any(|id| id.starts_with(start));
        for class in 1..=made.rules.classes().system.classes() {
            assert!(has(&format!("class/{class}/")), "{} class {class}", made.name);
        }
        for kind in ["employer", "dispatch", "institution", "individual-business"] {
            assert!(has(&format!("kind/{kind}/")), "{} {kind}", made.name);
        }
        assert!(has("first-insured/") && has("returning/") && has("last/"), "{}", made.name);
        let asked = !made.vectors.law().asked().is_empty();
        assert_eq!(asked, has("edge/"), "{} edges", made.name);
        for adjustment in made.rules.adjustments().iter().filter(|it| it.when.event.is_some()) {
            let place = format!("adjustment/{}", adjustment.id);
            let unmade = made.vectors.unmade().iter().any(|it| it.id == place);
            assert!(has(&place) || unmade, "{} {place}", made.name);
        }
        assert!(made.vectors.cases().len() >= 25, "{}: {} cases", made.name, made.vectors.cases().len());
    }
}

/// What somebody else's implementation would have to give.
fn answer(decision: &Decision) -> (String, Vec<String>) {
    let segments = decision.schedule().segments().iter();
    let rates = segments.map(|it| format!("{} {} {:?} {} {}", it.days, it.class, it.base, it.before_cut, it.rate));
    (decision.grade_label().to_owned(), rates.collect())
}

/// An interval with one sign turned, for each.
fn turned(text: &str) -> Vec<String> {
    let other = [("<=", "<"), (">=", ">"), ("<", "<="), (">", ">="), ("(", "["), ("[", "("), (")", "]"), ("]", ")")];
    let mut found: Vec<String> = Vec::new();
    for (from, to) in other {
        // `<=` is not also a `<`.
        let part = from.len() == 1 && text[text.find(from).map_or(0, |at| at + 1)..].starts_with('=');
        if text.contains(from) && !part {
            found.push(text.replacen(from, to, 1));
        }
    }
    found
}

/// Where the bounds of adjustments stand: of measures, and levels of certificates.
fn of_adjustments(tree: &Json) -> Vec<String> {
    let mut pointers = Vec::new();
    for (place, adjustment) in items(tree, "/adjustments").iter().enumerate() {
        let when = adjustment.get("when").and_then(Json::as_object);
        let bounds = when.into_iter().flatten().filter(|(key, value)| {
            !["event", "acts_on", "years", "on_application"].contains(&key.as_str()) && value.is_string()
        });
        pointers.extend(bounds.map(|(key, _)| format!("/adjustments/{place}/when/{key}")));
    }
    pointers
}

fn text<'t>(tree: &'t Json, pointer: &str) -> &'t str {
    tree.pointer(pointer).and_then(Json::as_str).unwrap_or("")
}

fn one_by_one(tree: &Json) -> Vec<Mutant> {
    let of_tables = tables(tree).into_iter().flat_map(|table| intervals(tree, &table));
    let mut mutants = Vec::new();
    for pointer in of_tables.chain(of_adjustments(tree)) {
        let before = text(tree, &pointer);
        for after in shifted(before).into_iter().chain(turned(before)) {
            mutants.push(changed(tree, format!("{pointer}: {before} → {after}"), |tree| {
                *tree.pointer_mut(&pointer).unwrap() = Json::String(after);
            }));
        }
    }
    mutants
}

/// The numbers of an interval as printed, with the part before and behind each.
fn numbers(text: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|found| at + found) {
        let end = text[start..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text.len(), |end| start + end);
        found.push((text[start..end].to_owned(), start, end));
        at = end;
    }
    found
}

/// An interval with a number changed, or with the side it belongs to turned.
fn moved(text: &str, number: &str, to: Option<&str>) -> String {
    let Some((_, start, end)) = numbers(text).into_iter().find(|(it, ..)| it == number) else { return text.to_owned() };
    if let Some(to) = to {
        return format!("{}{to}{}", &text[..start], &text[end..]);
    }
    let (before, behind) = (&text[..start], &text[end..]);
    let flip = |part: &str, pairs: [(&str, &str); 2]| {
        let pair = pairs.iter().find(|(from, _)| part.contains(from));
        pair.map_or_else(|| part.to_owned(), |(from, to)| part.replacen(from, to, 1))
    };
    if before.contains(',') {
        format!("{before}{number}{}", flip(behind, [("]", ")"), (")", "]")]))
    } else if before.contains(['(', '[']) {
        format!("{}{number}{behind}", flip(before, [("(", "["), ("[", "(")]))
    } else if before.contains('=') {
        format!("{}{number}{behind}", before.replacen('=', "", 1))
    } else if before.contains(['<', '>']) {
        format!("{}={number}{behind}", before.trim_end()).replace("=", "= ")
    } else {
        text.to_owned()
    }
}

/// A bound moved, or given to the other side, in every row of a table at once: what passes the check, as a rule.
fn everywhere(tree: &Json) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for table in tables(tree) {
        let pointers = intervals(tree, &table);
        let measure = |pointer: &str| {
            let side = pointer.strip_suffix(|c: char| c.is_ascii_digit());
            let side = side.map_or(pointer, |it| it.trim_end_matches(|c: char| c.is_ascii_digit()));
            side.rsplit('/').find(|part| !part.is_empty() && *part != "bounds").unwrap_or_default().to_owned()
        };
        let all: BTreeSet<(String, String)> = pointers
            .iter()
            .flat_map(|it| numbers(text(tree, it)).into_iter().map(move |(number, ..)| (measure(it), number)))
            .collect();
        for (of, number) in all {
            let higher = shifted(&number);
            for to in higher.iter().map(|it| Some(it.as_str())).chain([None]) {
                let name = format!("{table}/{of}: {number} → {} everywhere", to.unwrap_or("other side"));
                mutants.push(changed(tree, name, |tree| {
                    for pointer in pointers.iter().filter(|it| measure(it) == of) {
                        let after = moved(text(tree, pointer), &number, to);
                        *tree.pointer_mut(pointer).unwrap() = Json::String(after);
                    }
                }));
            }
        }
    }
    mutants
}

/// What became of a changed file.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// A case comes out differently.
    ByCase,
    /// It cannot be read, or the check refuses it.
    ByCheck,
    /// Nothing shows it.
    No,
}

fn found(made: &Made, mutant: &Mutant, files: &[LawFile]) -> Found {
    let Ok(file) = RuleSetFile::parse_json(&mutant.tree.to_string()) else { return Found::ByCheck };
    let file = if made.name == MOVED.0 { file.in_area(MOVED.1) } else { file };
    let Ok(rules) = examined(&file, files).and_then(|it| it.accepted()) else { return Found::ByCheck };
    let law = rules.law_for(made.vectors.law().parameters(), made.vectors.law().setting().from()).unwrap();
    let differs = |vector: &Vector| {
        decide(&law, &vector.history).map_or(true, |decision| answer(&decision) != answer(&vector.decision))
    };
    if made.vectors.cases().iter().any(differs) { Found::ByCase } else { Found::No }
}

/// File and name of the changes that no case shows, with the reason why.
fn listed() -> BTreeSet<(String, String)> {
    let list = super::law::tree(&fs::read_to_string(fixtures("UNSEEN_BY_VECTORS.toml")).unwrap());
    let text = |entry: &Json, key: &str| entry[key].as_str().unwrap_or_else(|| panic!("{key}: {entry}")).to_owned();
    let entry = |entry: &Json| {
        assert!(!text(entry, "why").is_empty());
        (text(entry, "file"), text(entry, "mutant"))
    };
    items(&list, "/mutants").iter().map(entry).collect()
}

#[test]
fn a_changed_bound_is_found() {
    let files = law_files();
    let (mut by_case, mut by_check, mut unseen) = (0, 0, BTreeSet::new());
    for made in made(&files) {
        for mutant in one_by_one(&made.tree).into_iter().chain(everywhere(&made.tree)) {
            if mutant.tree == made.tree {
                continue;
            }
            match found(&made, &mutant, &files) {
                Found::ByCase => by_case += 1,
                Found::ByCheck => by_check += 1,
                Found::No => {
                    unseen.insert((made.name.clone(), mutant.name));
                }
            }
        }
    }
    eprintln!("{by_case} found by a case, {by_check} refused by the check, {} by neither", unseen.len());
    assert_eq!(unseen, listed(), "changes that neither shows, and those listed as such");
    assert!(by_case >= 300, "{by_case}");
}

#[test]
fn the_same_set_gives_the_same_cases_whatever_it_was_written_in() {
    let parameters = all_parameters();
    let files = law_files();
    for made in made(&files) {
        let again = RuleSetFile::parse_json(&made.rules.canonical_text()).unwrap().check().unwrap();
        let vectors = Vectors::of(&again, &parameters, made.vectors.law().setting().from()).unwrap();
        let document = rate_service::vectors::document;
        assert!(document(&vectors) == document(&made.vectors), "{}", made.name);
    }
}
