//! Writing evidence out of a log.

use std::fs;
use std::path::{Path, PathBuf};

use rate_core::decide::decide;
use rate_core::error::Lang;
use rate_core::input::book::facts_text;
use rate_core::log::Digest;
use rate_core::record::{Body, Run, trace_bytes};
use rate_core::{AccountKey, Decision, History};
use serde_json::json;

use super::package::Package;
use super::{INDEX, README, SUMS, book, chain, page, verify};
use crate::logbook::{LogError, PublishedRun, Trust, View};
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
    let bound = files.proofs(&view, &published, index, request.size)?;
    files.0.add(INDEX, index_text(&published.run, &bound, &key));
    files.0.add(README, page::readme(&published.run, &key, &bound));
    files.0.add(SUMS, files.0.sums());
    let verified = verify::verified(&files.0, &Trust::default());
    if !verified.faults.is_empty() {
        let faults: Vec<String> = verified.faults.iter().map(|fault| format!("\n{}", fault.line(Lang::En))).collect();
        let what = "evidence of this log would not hold: see `rate verify` / 日志已被改动，其证据不能成立";
        return Err(LogError::broken(&request.log, format!("{what}{}", faults.concat())).into());
    }
    Ok(files.0.write(dir)?)
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
    fn facts(&mut self, view: &View, published: &PublishedRun, history: &History) -> Result<(), LogError> {
        let text = facts_text(history);
        for (name, table) in book::files(&text, &view.tables(published.run.knowledge)?, history) {
            self.0.add(&name, table);
        }
        self.0.add("facts.txt", text);
        Ok(())
    }

    fn law(&mut self, view: &View, published: &PublishedRun) -> Result<(), LogError> {
        let run = &published.run;
        self.0.add("law/rule_set.json", view.canonical_rule_set(run.rule_set)?);
        for digest in &run.parameters {
            self.0.add(&format!("law/parameters/{digest}"), view.canonical_parameters(*digest)?);
        }
        Ok(())
    }

    fn decision(&mut self, published: &PublishedRun, index: usize, decision: &Decision) {
        let body = &published.bodies[index];
        self.0.add("body.cbor", body.clone());
        if let Ok(read) = Body::read(body) {
            self.0.add("body.json", page::body(&read));
        }
        self.0.add("trace.cbor", trace_bytes(decision));
        self.0.add("decision.md", page::decision(decision, &published.run));
    }

    /// From the body to the root of its run, from the entry of the run to a checkpoint, and from the first key of the log
    /// to the one that signed it.
    fn proofs(
        &mut self,
        view: &View,
        published: &PublishedRun,
        index: usize,
        size: Option<u64>,
    ) -> Result<Bound, LogError> {
        let run = &published.run;
        let tree = published.bodies.iter().map(|body| Digest::leaf(body)).collect::<rate_core::log::Tree>();
        let record = u64::try_from(index).unwrap_or(u64::MAX);
        let broken = |what: &str| LogError::broken(Path::new("entries"), what);
        let path = tree.inclusion(record, run.size);
        let path = path.ok_or_else(|| broken("the run has other bodies than its entry says / 记录与运行条目不符"))?;
        self.0.add("proofs/record.txt", hashes(&path));
        let (entry, bytes) = view.entry_of(&run.id).ok_or_else(|| broken("no entry of the run"))?;
        let asked = |of: &u64| size.is_none_or(|size| size == *of);
        let (size, note) =
            view.checkpoints.iter().rev().find(|(of, _)| asked(of)).ok_or_else(|| {
                LogError::Unknown("the log has no such checkpoint / 日志中没有这样的检查点".to_owned())
            })?;
        let path = view.tree().inclusion(entry, *size);
        let path = path.ok_or_else(|| broken("the checkpoint does not sign the entry / 该检查点未签署此运行"))?;
        self.0.add("proofs/entry.cbor", bytes);
        self.0.add("proofs/entry.txt", hashes(&path));
        self.0.add("proofs/checkpoint.txt", note.to_string());
        let (hand_overs, keys) = chain::of(view, *size);
        for (hand_over, number) in hand_overs.into_iter().zip(1..) {
            let dir = chain::directory(number);
            self.0.add(&format!("{dir}/entry.txt"), hashes(&hand_over.path));
            self.0.add(&format!("{dir}/checkpoint.txt"), hand_over.note.to_string());
            self.0.add(&format!("{dir}/entry.cbor"), hand_over.entry);
        }
        let keys: Vec<String> = keys.iter().map(|key| format!("{key}\n")).collect();
        self.0.add("proofs/keys.txt", keys.concat());
        Ok(Bound { record, entry, size: *size })
    }
}

fn hashes(path: &[Digest]) -> String {
    path.iter().map(|hash| format!("{hash}\n")).collect::<Vec<_>>().concat()
}
