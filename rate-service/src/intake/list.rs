//! Lists that emergency, health and credit bodies send: each entry found among the accounts of an area, or reported.
//!
//! Nothing is guessed: an entry is of the account whose number it has, or of the one account that has its credit code.
//! Everything else is for a person to say, who is told whom it may be.

use std::collections::{BTreeMap, BTreeSet};

use rate_core::Code;
use rate_core::input::book::{RawRow, RawTable, TableKind, is_account_number, is_text};
use rate_core::log::Digest;
use serde::{Deserialize, Serialize};

use super::merged::standing_accounts;
use crate::book::lines;
use crate::pipeline::cells;
use crate::store::{ImportRow, Link, StoreError};

/// The most accounts that are named beside an entry which several may be.
const MAX_CANDIDATES: usize = 20;

/// The most characters of who sent a list, and of the document it stands in: the rows that it becomes have its date behind
/// the document.
const MAX_BODY: usize = 200;
const MAX_DOCUMENT: usize = 188;

/// What is said of a list before its entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListHead {
    /// Who sent it.
    pub body: String,
    /// The document it stands in.
    pub document: String,
    /// Its date, `YYYY-MM-DD`.
    pub date: String,
}

impl ListHead {
    /// What cannot be taken: its name, its value, and what is expected.
    pub fn unfit(&self) -> Option<[String; 3]> {
        let text = |text: &str, most: usize| !text.trim().is_empty() && is_text(text, most);
        let day = self.date.len() == 10 && rate_core::date(&self.date).is_ok();
        let wrong = |name: &str, value: &str, expected: String| Some([name.to_owned(), value.to_owned(), expected]);
        if !text(&self.body, MAX_BODY) {
            return wrong("list.body", &self.body, format!("1–{MAX_BODY}"));
        }
        if !text(&self.document, MAX_DOCUMENT) {
            return wrong("list.document", &self.document, format!("1–{MAX_DOCUMENT}"));
        }
        if day { None } else { wrong("list.date", &self.date, "YYYY-MM-DD".to_owned()) }
    }
}

/// An entry, its cells as text: the check of rows reads them as it reads those of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'t> {
    /// Its line, or the number of its row.
    pub(super) line: u32,
    /// The number of the account, where the body knows it.
    pub(super) account: &'t str,
    /// The unified social credit code, where it knows that.
    pub(super) credit_code: &'t str,
    kind: &'t str,
    level: &'t str,
    from: &'t str,
    to: &'t str,
    found: &'t str,
}

impl<'t> Entry<'t> {
    /// The entries of a table, in order. Names are not read: they find nobody.
    pub(super) fn all(table: &'t RawTable) -> Vec<Self> {
        let at = |name: &str| table.header().iter().position(|header| header == name);
        let places = ["account", "credit_code", "kind", "level", "from", "to", "found"].map(at);
        let entry = |row: RawRow<'t>| {
            let cell = |place: Option<usize>| place.and_then(|at| row.cell(at)).unwrap_or_default();
            let [account, credit_code, kind, level, from, to, found] = places.map(cell);
            Self { line: row.line(), account, credit_code, kind, level, from, to, found }
        };
        table.rows().map(entry).collect()
    }

    /// The entry as a row of `events` of an account. The same entry of the same list has the same number: sent again, it
    /// changes nothing.
    pub(super) fn event(&self, head: &ListHead, area: &str, account: &str) -> String {
        let ListHead { body, document, date } = head;
        let key = [body.as_str(), document, date, self.kind, self.level, self.from, self.found, account].join("\n");
        let digest = Digest::of(key.as_bytes()).to_string();
        let (event, document) = (format!("{date}-{}", &digest[..16]), format!("{document}（{date}）"));
        let mut table = RawTable::of_kind(TableKind::Events, String::new());
        let cells = [area, account, &event, self.kind, self.level, self.from, self.to, self.found, body, &document];
        table.push(self.line, cells);
        lines(&table).concat()
    }
}

/// The accounts that some entries may be, with the credit codes they have.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    codes: BTreeMap<String, BTreeSet<String>>,
    by_code: BTreeMap<String, BTreeSet<String>>,
}

impl Accounts {
    /// Those that some entries name, as they would stand with an import.
    pub(super) fn of(
        link: &mut Link,
        import: &ImportRow,
        known: i64,
        entries: &[Entry<'_>],
    ) -> Result<Self, StoreError> {
        let stem = TableKind::Accounts.stem();
        // What can be no number, and no code, is of nobody, and no database need be asked.
        let named = |text: &&str| is_account_number(text);
        let codes: BTreeSet<&str> = entries.iter().map(|entry| entry.credit_code).filter(named).collect();
        let codes: Vec<String> = codes.into_iter().map(str::to_owned).collect();
        let numbers = entries.iter().map(|entry| entry.account).filter(named);
        let mut asked: BTreeSet<String> = numbers.map(str::to_owned).collect();
        asked.extend(link.naming(&import.area, stem, &codes)?);
        asked.extend(link.import_naming(&import.id, stem, &codes)?);
        let mut accounts = Self::default();
        for (account, line) in standing_accounts(link, import, known, asked)? {
            let Some([code]) = cells(TableKind::Accounts, &line, ["credit_code"]) else { continue };
            let of_account = accounts.codes.entry(account.clone()).or_default();
            if !code.is_empty() {
                of_account.insert(code.clone());
                accounts.by_code.entry(code).or_default().insert(account);
            }
        }
        Ok(accounts)
    }

    /// The account of an entry; or why none is known to be it, with the values of the sentence.
    pub(super) fn found<'a>(&'a self, entry: &'a Entry<'_>) -> Result<&'a str, (Code, Vec<String>)> {
        let Entry { account, credit_code, .. } = *entry;
        let nobody = BTreeSet::new();
        let with_code = self.by_code.get(credit_code).unwrap_or(&nobody);
        match (account.is_empty(), self.codes.get_key_value(account)) {
            (true, _) if credit_code.is_empty() => Err((Code::ListUnnamed, Vec::new())),
            (true, _) => match (with_code.len(), self.by_code.get(credit_code).and_then(BTreeSet::first)) {
                (1, Some(only)) => Ok(only),
                (0, _) => Err((Code::ListNobody, vec![format!("credit_code = {credit_code}"), listed(with_code)])),
                (several, _) => {
                    Err((Code::ListSeveral, vec![credit_code.to_owned(), several.to_string(), listed(with_code)]))
                }
            },
            (false, Some((account, codes))) if credit_code.is_empty() || codes.contains(credit_code) => Ok(account),
            (false, Some((account, codes))) => {
                let values = [account, &listed(codes), credit_code, &listed(with_code)].map(str::to_owned);
                Err((Code::ListContradiction, values.to_vec()))
            }
            (false, None) => Err((Code::ListNobody, vec![format!("account = {account}"), listed(with_code)])),
        }
    }
}

/// The first so many of some names, and that there are more.
fn listed(names: &BTreeSet<String>) -> String {
    let mut shown: Vec<&str> = names.iter().take(MAX_CANDIDATES).map(String::as_str).collect();
    if names.is_empty() {
        shown.push("—");
    } else if names.len() > MAX_CANDIDATES {
        shown.push("…");
    }
    shown.join(", ")
}
