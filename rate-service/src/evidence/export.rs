//! Writing evidence out of a log.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rate_core::decide::decide;
use rate_core::input::book::{RawTable, TableKind, facts_text};
use rate_core::log::Digest;
use rate_core::record::{Body, trace_bytes};
use rate_core::{AccountKey, Decision, History};
use serde_json::json;

use super::{INDEX, Package, page};
use crate::book::BookRows;
use crate::logbook::{LogError, PublishedRun, View};
use crate::replay::{self, ReplayError};

/// What to write evidence of.
#[derive(Clone, Debug)]
pub struct Request {
    /// The log.
    pub log: PathBuf,
    /// The run.
    pub run: String,
    /// Number of the account.
    pub account: String,
}

/// Writes evidence of one decision into a directory that is not there yet, or is empty.
///
/// # Errors
/// A log that cannot be read, a run or account that it does not have, files that cannot be written.
pub fn export(request: &Request, dir: &Path) -> Result<(), ReplayError> {
    let package = Package(dir.to_owned());
    let taken = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if taken {
        return Err(LogError::broken(dir, "is not empty / 目录不是空的").into());
    }
    let view = View::read(&request.log)?;
    let unknown = |what: String| ReplayError::Log(LogError::Unknown(what));
    let run = view.runs().into_iter().find(|run| run.id == request.run);
    let run = run.ok_or_else(|| unknown(format!("the log has no run `{0}` / 日志中没有运行 `{0}`", request.run)))?;
    let published = view.published(run)?;
    let key = AccountKey { area: published.run.area.clone(), number: request.account.clone() };
    let index = published.bodies.iter().position(|body| Body::read(body).is_ok_and(|body| body.account == key));
    let index = index.ok_or_else(|| unknown(format!("the run has no record of {key} / 该运行中没有 {key} 的记录")))?;
    let material = replay::material(&view, &published.run)?;
    let history = material.facts.get(&key).ok_or_else(|| unknown(format!("no facts of {key} / 没有 {key} 的数据")))?;
    let law = material.law(&published.run)?;
    let decision = decide(&law, history).map_err(|problems| unknown(problems.to_string()))?;
    let mut files = Files::default();
    files.facts(&view, &published, history)?;
    files.law(&view, &published)?;
    files.decision(&published, index, &decision);
    let bound = files.proofs(&view, &published, index)?;
    files.add(INDEX, format!("{:#}\n", index_of(&published, index, &bound, &key)));
    files.add("README.md", page::readme(&published.run, &key, &bound));
    files.write(&package)
}

fn index_of(published: &PublishedRun, index: usize, bound: &Bound, key: &AccountKey) -> serde_json::Value {
    json!({
        "format": "evidence/1",
        "run": published.run.id,
        "account": { "area": key.area, "number": key.number },
        "record": { "index": index, "of": published.run.size },
        "entry": { "index": bound.entry, "of": bound.size },
    })
}

/// Where the entry of a run stands under the checkpoint of the evidence.
pub(super) struct Bound {
    /// Index of the entry.
    pub(super) entry: u64,
    /// Number of entries that the checkpoint signs.
    pub(super) size: u64,
}

/// Files of evidence, by name.
#[derive(Default)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    fn add(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.0.insert(name.to_owned(), bytes.into());
    }

    /// The facts as the text that the body pins, and as a book that any other run can read.
    fn facts(&mut self, view: &View, published: &PublishedRun, history: &History) -> Result<(), LogError> {
        let text = facts_text(history);
        let tables = view.tables(published.run.knowledge)?;
        let mut lines: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for line in text.lines() {
            let (table, cells) = line.split_once(',').unwrap_or((line, ""));
            lines.entry(table).or_default().insert(cells.to_owned());
        }
        for (table, cells) in beside(&tables, history) {
            lines.entry(table).or_default().insert(cells);
        }
        for kind in TableKind::ALL {
            if let Some(lines) = lines.get(kind.stem()) {
                let header: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
                // Facts leave empty cells at the end out; a book has them.
                let filled = |line: &String| format!("{line}{}\n", ",".repeat(left_out(line, header.len())));
                let rows: Vec<String> = lines.iter().map(filled).collect();
                self.add(&format!("book/{}.csv", kind.stem()), format!("{}\n{}", header.join(","), rows.concat()));
            }
        }
        self.add("facts.txt", text);
        Ok(())
    }

    fn law(&mut self, view: &View, published: &PublishedRun) -> Result<(), LogError> {
        let run = &published.run;
        self.add("law/rule_set.json", view.canonical_rule_set(run.rule_set)?);
        for digest in &run.parameters {
            self.add(&format!("law/parameters/{digest}"), view.canonical_parameters(*digest)?);
        }
        Ok(())
    }

    fn decision(&mut self, published: &PublishedRun, index: usize, decision: &Decision) {
        let body = &published.bodies[index];
        self.add("body.cbor", body.clone());
        if let Ok(read) = Body::read(body) {
            self.add("body.json", format!("{:#}\n", read.to_json()));
        }
        self.add("trace.cbor", trace_bytes(decision));
        self.add("decision.md", page::decision(decision));
    }

    /// From the body to the root of its run, and from the entry of the run to the last checkpoint.
    fn proofs(&mut self, view: &View, published: &PublishedRun, index: usize) -> Result<Bound, LogError> {
        let run = &published.run;
        let tree = published.bodies.iter().map(|body| Digest::leaf(body)).collect::<rate_core::log::Tree>();
        let index = u64::try_from(index).unwrap_or(u64::MAX);
        let broken = |what: &str| LogError::broken(Path::new("entries"), what);
        let path =
            tree.inclusion(index, run.size).ok_or_else(|| broken("the run has other bodies than its entry says"))?;
        self.add("proofs/record.txt", hashes(&path));
        let (entry, bytes) = view.entry_of(&run.id).ok_or_else(|| broken("no entry of the run"))?;
        let (size, note) = view.checkpoints.last().ok_or_else(|| broken("no checkpoint"))?;
        let path = view.tree().inclusion(entry, *size).ok_or_else(|| broken("no checkpoint signs the entry"))?;
        self.add("proofs/entry.cbor", bytes);
        self.add("proofs/entry.txt", hashes(&path));
        self.add("proofs/checkpoint.txt", note.to_string());
        let keys: Vec<String> = view.keys.iter().map(|key| format!("{key}\n")).collect();
        self.add("proofs/keys.txt", keys.concat());
        Ok(Bound { entry, size: *size })
    }

    /// Writes everything, and the digest of each file.
    fn write(self, package: &Package) -> Result<(), ReplayError> {
        let sums: Vec<String> = self.0.iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes))).collect();
        for (name, bytes) in self
            .0
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .chain([("SHA256SUMS", sums.concat().as_bytes())])
        {
            let path = package.file(name);
            let dir = path.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(dir).and_then(|()| fs::write(&path, bytes)).map_err(LogError::at(&path))?;
        }
        Ok(())
    }
}

fn hashes(path: &[Digest]) -> String {
    path.iter().map(|hash| format!("{hash}\n")).collect::<Vec<_>>().concat()
}

/// How many cells at the end of a line are left out.
fn left_out(line: &str, columns: usize) -> usize {
    let (mut quoted, mut cells) = (false, 1);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells += 1,
            _ => {}
        }
    }
    columns.saturating_sub(cells)
}

/// What the facts only make sense beside: that the accounts exist which claims name, and averages of industries.
///
/// Of another account nothing is given away but its number and kind.
fn beside(tables: &[RawTable], history: &History) -> Vec<(&'static str, String)> {
    let parties = history.claims().iter().filter_map(|claim| claim.parties.as_deref());
    let named = parties.flat_map(|it| [&it.insured, &it.labour_relation, &it.using_unit, &it.responsible]);
    let own = history.key();
    let named: BTreeSet<&str> = named.map(String::as_str).filter(|number| *number != own.number).collect();
    let mut found = Vec::new();
    for table in tables {
        let place = |name: &str| table.header().iter().position(|header| header == name);
        match table.kind() {
            TableKind::Accounts => {
                let places = ["area", "account", "kind"].map(place);
                for row in table.rows() {
                    let [area, number, kind] =
                        places.map(|place| place.and_then(|place| row.cell(place)).unwrap_or_default());
                    if area == own.area && named.contains(number) {
                        found.push((table.kind().stem(), format!("{area},{number},,,,{kind}")));
                    }
                }
            }
            TableKind::Statistics => {
                let rows = BookRows::of(std::slice::from_ref(table));
                let lines =
                    rows.by_table().iter().flat_map(|it| it.lines.iter().map(|line| (it.kind.stem(), line.clone())));
                found.extend(lines);
            }
            _ => {}
        }
    }
    found
}
