//! Writing evidence out of a log.

use std::fs;
use std::path::{Path, PathBuf};

use rate_core::decide::decide;
use rate_core::error::Lang;
use rate_core::input::book::{RawTable, facts_text};
use rate_core::log::Digest;
use rate_core::record::{Body, Run, trace_bytes};
use rate_core::{AccountKey, Decision, History};
use serde_json::json;

use super::package::Package;
use super::proof::{self, Proof};
use super::{INDEX, README, SUMS, book, chain, page, verify};
use crate::logbook::{LogError, RunRecord, Trust, View};
use crate::replay::{self, ReplayError};
use crate::run::RunError;

/// What to write evidence of.
#[derive(Clone, Debug)]
pub struct Request {
    /// The log.
    pub log: PathBuf,
    /// The run.
    pub run: String,
    /// Number of the account.
    pub account: String,
    /// Under the checkpoint of so many entries; else the last one.
    pub size: Option<u64>,
}

/// Writes evidence of one decision into a directory that is not there yet, or is empty.
///
/// # Errors
/// A log that cannot be read, a run or account that it does not have, files that cannot be written; and a log that was
/// changed, so that its evidence would prove nothing: then nothing is written.
pub fn export(request: &Request, dir: &Path) -> Result<(), ReplayError> {
    let taken = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if taken {
        return Err(LogError::broken(dir, "is not empty / 目录不是空的").into());
    }
    let view = View::read(&request.log)?;
    let record = proof::record(&view, &request.run, &request.account)?;
    Ok(packed(&view, record, request.size, &request.log)?.write(dir)?)
}

/// Evidence of one decision as the bytes of a zip file.
///
/// # Errors
/// As [`export`].
pub fn zipped(view: &View, record: RunRecord, size: Option<u64>) -> Result<Vec<u8>, ReplayError> {
    Ok(packed(view, record, size, Path::new("evidence"))?.zip()?)
}

/// The files of evidence of a record.
fn packed(view: &View, record: RunRecord, size: Option<u64>, log: &Path) -> Result<Package, ReplayError> {
    let unknown = |what: String| ReplayError::Log(LogError::Unknown(what));
    let proof = Proof::of(view, record, size)?;
    let broken = |what: String| LogError::broken(log, what);
    let key = Body::read(&proof.body).map_err(|error| broken(error.to_string()))?.account;
    let tables = view.tables_of(&key, proof.run.knowledge)?;
    let material = replay::material(view, &proof.run, &tables)?;
    let history = material.facts.get(&key).ok_or_else(|| unknown(format!("no facts of {key} / 没有 {key} 的数据")))?;
    let law = material.law(&proof.run)?;
    let decision = decide(&law, history).map_err(|problems| RunError::Problems(problems.into_vec()))?;
    let mut files = Files::default();
    files.facts(&tables, history);
    files.law(view, &proof.run)?;
    files.decision(&proof, &decision);
    let bound = files.proofs(&proof);
    files.0.add(INDEX, index_text(&proof.run, &bound, &key));
    files.0.add(README, page::readme(&proof.run, &key, &bound));
    files.0.add(SUMS, files.0.sums());
    let verified = verify::verified(&files.0, &Trust::default());
    if !verified.faults.is_empty() {
        let faults: Vec<String> = verified.faults.iter().map(|fault| format!("\n{}", fault.line(Lang::En))).collect();
        let what = "evidence of this log would not hold: see `rate verify` / 日志已被改动，其证据不能成立";
        return Err(broken(format!("{what}{}", faults.concat())).into());
    }
    Ok(files.0)
}

/// What evidence is of, for programs.
pub(super) fn index_text(run: &Run, bound: &Bound, key: &AccountKey) -> String {
    let index = json!({
        "format": "evidence/1",
        "run": run.id,
        "account": { "area": key.area, "number": key.number },
        "record": { "index": bound.record, "of": run.size },
        "entry": { "index": bound.entry, "of": bound.size },
    });
    format!("{index:#}\n")
}

/// Where the record stands in its run, and the entry of the run under the checkpoint of the evidence.
pub(super) struct Bound {
    /// Index of the record.
    pub(super) record: u64,
    /// Index of the entry.
    pub(super) entry: u64,
    /// Number of entries that the checkpoint signs.
    pub(super) size: u64,
}

/// Files of evidence on their way.
#[derive(Default)]
struct Files(Package);

impl Files {
    /// The facts as the text that the body pins, and as a book that any other run can read.
    fn facts(&mut self, tables: &[RawTable], history: &History) {
        let text = facts_text(history);
        for (name, table) in book::files(&text, tables, history) {
            self.0.add(&name, table);
        }
        self.0.add("facts.txt", text);
    }

    fn law(&mut self, view: &View, run: &Run) -> Result<(), LogError> {
        self.0.add("law/rule_set.json", view.canonical_rule_set(run.rule_set)?);
        for digest in &run.parameters {
            self.0.add(&format!("law/parameters/{digest}"), view.canonical_parameters(*digest)?);
        }
        Ok(())
    }

    fn decision(&mut self, proof: &Proof, decision: &Decision) {
        self.0.add("body.cbor", proof.body.clone());
        if let Ok(read) = Body::read(&proof.body) {
            self.0.add("body.json", page::body(&read));
        }
        self.0.add("trace.cbor", trace_bytes(decision));
        self.0.add("decision.md", page::decision(decision, &proof.run));
    }

    /// From the body to the root of its run, from the entry of the run to a checkpoint, and from the first key of the log
    /// to the one that signed it.
    fn proofs(&mut self, proof: &Proof) -> Bound {
        self.0.add("proofs/record.txt", hashes(&proof.record_path));
        self.0.add("proofs/entry.cbor", proof.entry_bytes.clone());
        self.0.add("proofs/entry.txt", hashes(&proof.entry_path));
        self.0.add("proofs/checkpoint.txt", proof.checkpoint.to_string());
        for (hand_over, number) in proof.hand_overs.iter().zip(1..) {
            let dir = chain::directory(number);
            self.0.add(&format!("{dir}/entry.txt"), hashes(&hand_over.path));
            self.0.add(&format!("{dir}/checkpoint.txt"), hand_over.note.to_string());
            self.0.add(&format!("{dir}/entry.cbor"), hand_over.entry.clone());
        }
        let keys: Vec<String> = proof.keys.iter().map(|key| format!("{key}\n")).collect();
        self.0.add("proofs/keys.txt", keys.concat());
        Bound { record: proof.record, entry: proof.entry, size: proof.size }
    }
}

fn hashes(path: &[Digest]) -> String {
    path.iter().map(|hash| format!("{hash}\n")).collect::<Vec<_>>().concat()
}
