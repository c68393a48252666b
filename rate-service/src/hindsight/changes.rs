//! What became other between then and now: rows of facts, and documents of law.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::input::Amendment;
use rate_core::input::book::TableKind;
use rate_core::parameters::ParameterDocument;
use rate_core::{AccountKey, Law, ParametersFile};

use crate::pipeline::{Known, needed};
use crate::store::{Link, StoreError};

/// A row that came in or was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactChange {
    /// The number of knowledge.
    pub knowledge: i64,
    /// When that was recorded.
    pub recorded_at: String,
    /// Whether it came in; else it was taken back.
    pub added: bool,
    /// The account whose row it is: the one that is asked about, or one whose facts it cannot be decided without.
    pub account: String,
    /// The table.
    pub kind: TableKind,
    /// Its cells.
    pub line: String,
}

/// What is other law now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LawChange {
    /// Rule set then and now: name and digest.
    pub rule_set: [Option<(String, String)>; 2],
    /// What the rule set of now says otherwise.
    pub amendments: Vec<Amendment>,
    /// Documents of parameters that are not the same.
    pub parameters: Vec<DocumentChange>,
}

/// A document of parameters that is new, gone, or says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentChange {
    /// Its area.
    pub area: String,
    /// Its name, in Chinese and English.
    pub name: [String; 2],
    /// Its digest then and now.
    pub digest: [Option<String>; 2],
    /// What it says otherwise now, where it was there before and can be told apart.
    pub amendments: Vec<Amendment>,
}

/// What became known of an account, and of those whose facts it cannot be decided without, between two numbers.
pub(super) fn facts(
    link: &mut Link,
    account: &AccountKey,
    [then, now]: [i64; 2],
) -> Result<Vec<FactChange>, StoreError> {
    let area = account.area.as_str();
    let own = BTreeSet::from([account.number.clone()]);
    let whole = needed(&mut Known { link, area, known: now }, &own)?.whole;
    let accounts: Vec<String> = whole.into_iter().collect();
    let kinds: Vec<&str> = TableKind::ALL.iter().map(|kind| kind.stem()).collect();
    let recorded: BTreeMap<i64, String> = link.numbers()?.into_iter().map(|(number, at, _)| (number, at)).collect();
    let mut found = Vec::new();
    for row in link.ever_of(area, &accounts, &kinds)? {
        if row.knowledge <= then || row.knowledge > now {
            continue;
        }
        let kind = TableKind::from_stem(&row.kind).ok_or(StoreError::Broken("a row of no table"))?;
        found.push(FactChange {
            knowledge: row.knowledge,
            recorded_at: recorded.get(&row.knowledge).cloned().unwrap_or_default(),
            added: row.standing,
            account: row.account,
            kind,
            line: row.line,
        });
    }
    let key = |it: &FactChange| (it.knowledge, it.account.clone(), it.kind, it.line.clone());
    found.sort_by_cached_key(key);
    Ok(found)
}

/// What the law of now says otherwise.
pub(super) fn law(then: Option<&Law>, now: Option<&Law>) -> LawChange {
    let named = |law: Option<&Law>| law.map(|it| (it.rules().id().to_string(), it.rules().digest().to_owned()));
    let rule_set = [named(then), named(now)];
    let (Some(then), Some(now)) = (then, now) else { return LawChange { rule_set, ..LawChange::default() } };
    let same = then.rules().digest() == now.rules().digest();
    let amendments = if same { Vec::new() } else { now.rules().amendments(then.rules()) };
    LawChange { rule_set, amendments, parameters: parameters(then, now) }
}

fn parameters(then: &Law, now: &Law) -> Vec<DocumentChange> {
    type Sides<'d> = [Option<&'d ParameterDocument>; 2];
    let mut by_name: BTreeMap<(&str, &str), Sides<'_>> = BTreeMap::new();
    for (side, law) in [then, now].into_iter().enumerate() {
        for document in law.parameters().documents() {
            by_name.entry((document.area.as_str(), document.name.zh.as_str())).or_default()[side] = Some(document);
        }
    }
    let digest = |it: Option<&ParameterDocument>| it.map(|it| it.digest.clone());
    let mut found = Vec::new();
    for sides in by_name.into_values() {
        let digests = sides.map(digest);
        let Some(one) = sides[1].or(sides[0]).filter(|_| digests[0] != digests[1]) else { continue };
        found.push(DocumentChange {
            area: one.area.clone(),
            name: [one.name.zh.clone(), one.name.en.clone()],
            digest: digests,
            amendments: amendments(sides),
        });
    }
    found
}

/// What a document says otherwise; nothing of averages in a book, which are no document of the gazette.
fn amendments(sides: [Option<&ParameterDocument>; 2]) -> Vec<Amendment> {
    let [Some(then), Some(now)] = sides else { return Vec::new() };
    let read = |it: &ParameterDocument| ParametersFile::parse_json(&it.text).ok();
    read(then).zip(read(now)).map(|(then, now)| now.amendments(&then)).unwrap_or_default()
}
