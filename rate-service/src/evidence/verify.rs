//! Checking evidence offline: digests, proofs, signature, and deciding again.

use std::fs;
use std::path::Path;

use rate_core::input::book::{check_book, facts_text};
use rate_core::log::{Checkpoint, Digest, SignedNote, VerifyingKey, check_consistency, check_inclusion};
use rate_core::record::{Body, Entry, Event, Run, trace_bytes};
use rate_core::replay::{Verdict, replay};
use rate_core::{Parameters, ParametersFile, RuleSetFile, decide};
use serde_json::Value;

use super::{INDEX, Package};
use crate::book::Reading;
use crate::logbook::{Fault, FaultKind, Trust};
use crate::replay::Material;

/// Everything that does not fit in a directory of evidence; nothing where it holds.
pub fn verify(dir: &Path, trust: &Trust) -> Vec<Fault> {
    let mut look = Look { package: Package(dir.to_owned()), faults: Vec::new() };
    look.sums();
    if look.all(trust).is_none() && look.faults.is_empty() {
        // Every step that gives up has said why; this keeps that promise visible.
        look.fault(FaultKind::Unreadable, INDEX, "");
    }
    look.faults
}

struct Look {
    package: Package,
    faults: Vec<Fault>,
}

impl Look {
    fn fault(&mut self, kind: FaultKind, place: &str, detail: impl Into<String>) {
        self.faults.push(Fault::new(kind, place, detail));
    }

    /// A value, or the fault that there is none.
    fn must<T, E: ToString>(&mut self, place: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.fault(FaultKind::Unreadable, place, error.to_string())).ok()
    }

    fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        let read = fs::read(self.package.file(name));
        self.must(name, read)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let bytes = self.bytes(name)?;
        self.must(name, String::from_utf8(bytes))
    }

    /// Each file against the list, and no file beside it.
    fn sums(&mut self) {
        let Some(list) = self.text("SHA256SUMS") else { return };
        for line in list.lines() {
            let (sum, name) = line.split_once("  ").unwrap_or_default();
            let inside = !name.starts_with('/') && !name.split('/').any(|part| part.is_empty() || part == "..");
            if !inside {
                self.fault(FaultKind::Unreadable, "SHA256SUMS", line);
            } else if let Some(bytes) = self.bytes(name)
                && Some(Digest::of(&bytes)) != Digest::from_hex(sum)
            {
                self.fault(FaultKind::Leaf, name, "SHA256SUMS");
            }
        }
    }

    fn all(&mut self, trust: &Trust) -> Option<()> {
        let bytes = self.bytes("body.cbor")?;
        let body = Body::read(&bytes);
        let body = self.must("body.cbor", body)?;
        let run = self.proofs(&bytes, trust)?;
        let of_run =
            run.rule_set == body.rule_set_digest && run.parameters == body.parameters && run.area == body.account.area;
        if !of_run || run.setting != body.setting || run.semantics != body.semantics {
            self.fault(FaultKind::Misplaced, "body.cbor", run.id.clone());
        }
        self.decided_again(&bytes, &body, &run)
    }

    /// From the body to the run, and from the run to a checkpoint that a key signed.
    fn proofs(&mut self, body: &[u8], trust: &Trust) -> Option<Run> {
        let entry = self.bytes("proofs/entry.cbor")?;
        let read = self.must("proofs/entry.cbor", Entry::read(&entry))?;
        let Event::Run(run) = read.event else {
            self.fault(FaultKind::Misplaced, "proofs/entry.cbor", "");
            return None;
        };
        let index = self.text(INDEX)?;
        let index: Value = self.must(INDEX, serde_json::from_str(&index))?;
        let number = |pointer: &str| index.pointer(pointer).and_then(Value::as_u64).unwrap_or(u64::MAX);
        let path = self.hashes("proofs/record.txt")?;
        let proved = check_inclusion(Digest::leaf(body), number("/record/index"), run.size, &path, run.root);
        if let Err(error) = proved {
            self.fault(FaultKind::Body, "proofs/record.txt", error.to_string());
        }
        let checkpoint = self.checkpoint(trust)?;
        let path = self.hashes("proofs/entry.txt")?;
        let proved =
            check_inclusion(Digest::leaf(&entry), number("/entry/index"), checkpoint.size, &path, checkpoint.root);
        if let Err(error) = proved {
            self.fault(FaultKind::Entry, "proofs/entry.txt", error.to_string());
        }
        Some(run)
    }

    fn hashes(&mut self, name: &str) -> Option<Vec<Digest>> {
        let text = self.text(name)?;
        let hashes: Option<Vec<Digest>> = text.lines().map(Digest::from_hex).collect();
        self.must(name, hashes.ok_or("not a list of hashes"))
    }

    /// The checkpoint, signed by a key that is believed: the one the caller brought, else those of the evidence.
    fn checkpoint(&mut self, trust: &Trust) -> Option<Checkpoint> {
        let keys = self.text("proofs/keys.txt")?;
        let keys: Result<Vec<VerifyingKey>, _> = keys.lines().map(VerifyingKey::parse).collect();
        let keys = self.must("proofs/keys.txt", keys)?;
        let first = trust.key.as_ref().is_none_or(|key| keys.first() == Some(key));
        if !first {
            self.fault(FaultKind::Key, "proofs/keys.txt", "");
        }
        let note = self.text("proofs/checkpoint.txt")?;
        let note = self.must("proofs/checkpoint.txt", SignedNote::parse(&note))?;
        let Ok(text) = note.verify(&keys) else {
            self.fault(FaultKind::Checkpoint, "proofs/checkpoint.txt", "");
            return None;
        };
        let checkpoint = self.must("proofs/checkpoint.txt", Checkpoint::parse(text))?;
        // Without the log only the same state can be compared; an earlier or later one needs the log itself.
        if let Some(kept) = &trust.checkpoint {
            let kept = kept.verify(&keys).ok().and_then(|text| Checkpoint::parse(text).ok());
            let same = kept.is_some_and(|kept| {
                check_consistency(kept.size, checkpoint.size, &[], kept.root, checkpoint.root).is_ok()
            });
            if !same {
                self.fault(FaultKind::History, "proofs/checkpoint.txt", "");
            }
        }
        Some(checkpoint)
    }

    fn decided_again(&mut self, bytes: &[u8], body: &Body, run: &Run) -> Option<()> {
        let text = self.text("law/rule_set.json")?;
        if Digest::of(text.as_bytes()) != body.rule_set_digest {
            self.fault(FaultKind::Law, "law/rule_set.json", "");
        }
        let rules = self.must("law/rule_set.json", RuleSetFile::parse_json(&text).and_then(RuleSetFile::check))?;
        let parameters = self.parameters(body)?;
        let facts = self.text("facts.txt")?;
        if Digest::of(facts.as_bytes()) != body.facts {
            self.fault(FaultKind::Facts, "facts.txt", "");
        }
        let tables = Reading::default().tables(&self.package.file("book"), &mut |_, _| {});
        let tables = self.must("book", tables)?;
        let refused: Vec<String> = check_book(&tables).problems().map(ToString::to_string).collect();
        if !refused.is_empty() {
            self.fault(FaultKind::Facts, "book", refused.join("; "));
            return None;
        }
        let material = Material::of(rules, parameters, &tables);
        let material = self.must("book", material)?;
        let law = material.law(run);
        let law = self.must("law", law)?;
        let Some(semantics) = body.semantics() else {
            self.fault(FaultKind::Replay, "body.cbor", format!("semantics {}", body.semantics));
            return None;
        };
        let law = law.under(semantics);
        let history = material.facts.get(&body.account).ok_or("no facts of the account");
        let history = self.must("book", history)?;
        if facts_text(history) != facts {
            self.fault(FaultKind::Facts, "book", "facts.txt");
        }
        match replay(bytes, &law, history) {
            Ok(Verdict::Identical) => {}
            Ok(Verdict::Differs(it)) => {
                let detail = format!("{:?}: {} / {}", it.place, it.recorded, it.now);
                self.fault(FaultKind::Replay, "body.cbor", detail);
            }
            Ok(Verdict::Refused(problems)) => self.fault(FaultKind::Replay, "body.cbor", problems.to_string()),
            Err(error) => self.fault(FaultKind::Unreadable, "body.cbor", error.to_string()),
        }
        let trace = self.bytes("trace.cbor")?;
        let again = decide(&law, history).ok().map(|decision| trace_bytes(&decision));
        if Digest::of(&trace) != body.trace || again.as_ref() != Some(&trace) {
            self.fault(FaultKind::Replay, "trace.cbor", "");
        }
        Some(())
    }

    fn parameters(&mut self, body: &Body) -> Option<Parameters> {
        let mut all = Parameters::default();
        for digest in &body.parameters {
            let name = format!("law/parameters/{digest}");
            let text = self.text(&name)?;
            if Digest::of(text.as_bytes()) != *digest {
                self.fault(FaultKind::Law, &name, "");
            }
            // Averages that came with a book are lines, not a document: the book gives them again.
            if text.starts_with('{') {
                let read = ParametersFile::parse_json(&text).and_then(ParametersFile::check);
                all.merge(self.must(&name, read)?);
            }
        }
        Some(all)
    }
}
