//! Lists that emergency, health and credit bodies send: each entry found among the accounts of an area, or reported.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rate_core::input::book::TableKind;
use rate_core::log::Digest;
use serde_json::json;

use super::IntakeError;
use crate::book::fields;
use crate::store::{AccountRange, Link, Store};

/// Accounts that are looked through at a time.
const PAGE: usize = 1000;

/// The most entries of a list.
pub const MAX_ENTRIES: usize = 100_000;

/// The most accounts that are named beside an entry which several have.
const MAX_CANDIDATES: usize = 20;

/// A list as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The area whose accounts are meant.
    pub area: String,
    /// Who sent it.
    pub body: String,
    /// The document it stands in.
    pub document: String,
    /// Its date, `YYYY-MM-DD`.
    pub date: String,
    /// What it says.
    pub events: Vec<Event>,
}

/// An entry, its cells as text: the check of rows reads them as it reads a table's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The number of the account, where the body knows it.
    pub account: String,
    /// The unified social credit code, where it knows that.
    pub credit_code: String,
    /// The name, which finds nobody.
    pub name: String,
    /// The kind, as the table `events` has it.
    pub kind: String,
    /// The level, where the kind has one.
    pub level: String,
    /// From when.
    pub from: String,
    /// To when; empty where it is open.
    pub to: String,
    /// When it was found.
    pub found: String,
}

/// An entry of which the account is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// Its place in the list, from 1.
    pub entry: usize,
    /// Accounts that have its credit code, where several do; at most twenty. Which of them is meant is for a person to say.
    pub candidates: Vec<String>,
}

/// A list, held against the accounts of an area.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Rows of `events`, as a part of an import in lines of JSON; empty where nothing was found.
    pub rows: String,
    /// How many.
    pub found: usize,
    /// The entries that nobody, or more than one account, has.
    pub unmatched: Vec<Unmatched>,
}

/// Finds the account of each entry: the one of its number, else the one that alone has its credit code. Nothing is guessed
/// from a name; where number and code lead to different accounts, or nowhere, the entry is reported.
///
/// # Errors
/// More entries than a list may have; the store.
pub fn matched(store: &Store, list: &List) -> Result<Matched, IntakeError> {
    if list.events.len() > MAX_ENTRIES {
        return Err(IntakeError::refused(
            format!("名单超过{MAX_ENTRIES}条"),
            format!("the list has more than {MAX_ENTRIES} entries"),
        ));
    }
    let (numbers, codes) = store.read(|link| accounts(link, list))?;
    let mut matched = Matched::default();
    for (place, event) in list.events.iter().enumerate() {
        let by_number = Some(event.account.as_str()).filter(|number| numbers.contains(*number));
        let by_code: &[String] = codes.get(&event.credit_code).map_or(&[], Vec::as_slice);
        let account = match (event.account.is_empty(), by_number, by_code) {
            (false, Some(number), _) if event.credit_code.is_empty() || by_code.iter().any(|it| it == number) => {
                Some(number)
            }
            (true, _, [only]) => Some(only.as_str()),
            _ => None,
        };
        match account {
            Some(account) => {
                matched.found += 1;
                // Writing to a String cannot fail.
                let _ = writeln!(matched.rows, "{}", row(list, event, account));
            }
            None => {
                let candidates = by_code.iter().take(MAX_CANDIDATES).cloned().collect();
                matched.unmatched.push(Unmatched { entry: place + 1, candidates });
            }
        }
    }
    Ok(matched)
}

type Accounts = (BTreeSet<String>, BTreeMap<String, Vec<String>>);

/// The numbers that a list names and an area has, and the accounts of each credit code that it names.
fn accounts(link: &mut Link, list: &List) -> Result<Accounts, IntakeError> {
    let named: BTreeSet<&str> = list.events.iter().map(|event| event.account.as_str()).collect();
    let wanted: BTreeSet<&str> = list.events.iter().map(|event| event.credit_code.as_str()).collect();
    let code_at = TableKind::Accounts.columns().iter().position(|column| column.name == "credit_code");
    let (mut numbers, mut codes) = (BTreeSet::new(), BTreeMap::<String, Vec<String>>::new());
    let known = link.last_knowledge()?;
    let mut after = String::new();
    loop {
        let page = link.accounts_after(&list.area, &after, PAGE, known)?;
        let Some(last) = page.last().cloned() else { return Ok((numbers, codes)) };
        let range = AccountRange { after, upto: Some(last.clone()) };
        for row in link.standing_in_table(&list.area, &range, TableKind::Accounts.stem(), known)? {
            let code = code_at.and_then(|at| fields(&row.line)?.into_iter().nth(at)).unwrap_or_default();
            if !code.is_empty() && wanted.contains(code.as_str()) {
                codes.entry(code).or_default().push(row.account.clone());
            }
            if named.contains(row.account.as_str()) {
                numbers.insert(row.account);
            }
        }
        after = last;
    }
}

/// An entry as a row of `events`. The same entry of the same list has the same number: sent again, it changes nothing.
fn row(list: &List, event: &Event, account: &str) -> serde_json::Value {
    let key = [&list.body, &list.document, &list.date, &event.kind, &event.level, &event.from, &event.found];
    let key = key.into_iter().map(String::as_str).chain([account]).collect::<Vec<_>>().join("\n");
    let digest = Digest::of(key.as_bytes()).to_string();
    json!({ "table": "events", "row": {
        "area": list.area,
        "account": account,
        "event": format!("{}-{}", list.date, &digest[..16]),
        "kind": event.kind,
        "level": event.level,
        "from": event.from,
        "to": event.to,
        "found": event.found,
        "body": list.body,
        "document": format!("{}（{}）", list.document, list.date),
    }})
}
