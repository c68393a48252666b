//! Checking evidence offline: digests, proofs, signature, deciding again, and writing again what a person reads.

use std::collections::BTreeSet;
use std::path::Path;

use rate_core::error::Lang;
use rate_core::input::book::{check_book, facts_text};
use rate_core::log::{Checkpoint, Digest, SignedNote, VerifyingKey, check_inclusion};
use rate_core::record::{Body, Entry, Event, Run, trace_bytes};
use rate_core::replay::{Verdict, rates_text, replay};
use rate_core::{AccountKey, Parameters, ParametersFile, RuleSetFile, decide};
use serde_json::Value;

use super::chain::{self, HandOver};
use super::export::{Bound, index_text};
use super::package::Package;
use super::{INDEX, README, SUMS, book, page};
use crate::logbook::{Fault, FaultKind, Trust};
use crate::replay::Material;

/// What evidence came to.
#[derive(Debug, Default)]
pub struct Verified {
    /// Everything that does not fit; nothing where it holds.
    pub faults: Vec<Fault>,
    /// What it proves, where nothing is amiss.
    pub proved: Option<Proved>,
    /// Sizes of a checkpoint that was kept and of the one in the evidence, where they differ: only the log can compare
    /// them.
    pub other_sizes: Option<[u64; 2]>,
}

/// What evidence proves, and by whose word.
#[derive(Debug)]
pub struct Proved {
    /// The account.
    pub account: AccountKey,
    /// The run.
    pub run: Run,
    /// Rates with their days.
    pub rates: String,
    /// The key that signed.
    pub key: VerifyingKey,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Whether the caller brought a key; else that of the evidence itself was believed.
    pub key_given: bool,
    /// Whether the caller brought this checkpoint.
    pub checkpoint_given: bool,
}

impl Proved {
    /// The same for people, a line each.
    pub fn lines(&self, lang: Lang) -> Vec<String> {
        let Self { account, run, rates, key, checkpoint, .. } = self;
        let trial =
            if run.trial { lang.pick("（试算，不得发布）", " (a trial, never to be published)") } else { "" };
        let by = |given| {
            if given {
                lang.pick("另行给出", "given")
            } else {
                lang.pick("取自证据本身，未经对照", "from the evidence itself, compared with nothing")
            }
        };
        let (key_by, checkpoint_by) = (by(self.key_given), by(self.checkpoint_given));
        let Checkpoint { origin, size, root } = checkpoint;
        let lines = match lang {
            Lang::Zh => [
                format!("单位：{account}"),
                format!("运行：{}{trial}", run.id),
                format!("费率：{rates}"),
                format!("签名公钥：{key}（{key_by}）"),
                format!("检查点：{origin} {size} {root}（{checkpoint_by}）"),
            ],
            Lang::En => [
                format!("Account: {account}"),
                format!("Run: {}{trial}", run.id),
                format!("Rates: {rates}"),
                format!("Signing key: {key} ({key_by})"),
                format!("Checkpoint: {origin} {size} {root} ({checkpoint_by})"),
            ],
        };
        lines.into()
    }
}

/// Looks at everything in a directory of evidence.
pub fn verify(dir: &Path, trust: &Trust) -> Verified {
    let (package, faults) = Package::read(dir);
    let mut verified = verified(&package, trust);
    verified.faults.splice(0..0, faults);
    verified
}

/// The same of files that were read.
pub(super) fn verified(package: &Package, trust: &Trust) -> Verified {
    let mut look = Look { package, used: BTreeSet::new(), found: Verified::default() };
    look.sums();
    let proved = look.all(trust);
    if look.found.faults.is_empty() {
        look.unused();
    }
    look.found.proved = proved;
    if look.found.proved.is_none() && look.found.faults.is_empty() {
        // Every step that gives up has said why; this keeps that promise visible.
        look.fault(FaultKind::Unreadable, INDEX, "");
    }
    look.found
}

struct Look<'p> {
    package: &'p Package,
    /// Files that something was proved of.
    used: BTreeSet<String>,
    found: Verified,
}

/// The proved place of a record.
struct Placed {
    run: Run,
    bound: Bound,
    signed: Signed,
}

/// A checkpoint, and the key that signed it.
struct Signed {
    checkpoint: Checkpoint,
    key: VerifyingKey,
    key_given: bool,
    checkpoint_given: bool,
}

impl Look<'_> {
    fn fault(&mut self, kind: FaultKind, place: &str, detail: impl Into<String>) {
        self.found.faults.push(Fault::new(kind, place, detail));
    }

    /// A value, or the fault that there is none.
    fn must<T, E: ToString>(&mut self, place: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.fault(FaultKind::Unreadable, place, error.to_string())).ok()
    }

    fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        self.used.insert(name.to_owned());
        let bytes = self.package.get(name).map(<[u8]>::to_vec).ok_or("missing / 缺失");
        self.must(name, bytes)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let bytes = self.bytes(name)?;
        self.must(name, String::from_utf8(bytes))
    }

    /// The list of digests is that of exactly the files that are there.
    fn sums(&mut self) {
        let Some(list) = self.text(SUMS) else { return };
        let again = self.package.sums();
        let (listed, there): (BTreeSet<&str>, BTreeSet<&str>) = (list.lines().collect(), again.lines().collect());
        let name = |line: &str| line.split_once("  ").map_or_else(|| SUMS.to_owned(), |(_, name)| name.to_owned());
        for line in there.difference(&listed) {
            self.fault(FaultKind::Leaf, &name(line), SUMS);
        }
        let (listed, there) = (listed.iter().map(|line| name(line)), there.iter().map(|line| name(line)));
        for gone in listed.collect::<BTreeSet<_>>().difference(&there.collect()) {
            self.fault(FaultKind::Unreadable, gone, SUMS);
        }
        if self.found.faults.is_empty() && list != again {
            self.fault(FaultKind::Unreadable, SUMS, "another order or form / 次序或写法不同");
        }
    }

    /// Files of which nothing was proved: no part of evidence.
    fn unused(&mut self) {
        let names: Vec<String> =
            self.package.names().filter(|name| !self.used.contains(*name)).map(str::to_owned).collect();
        for name in names {
            self.fault(FaultKind::Misplaced, &name, "no part of evidence / 不属于证据");
        }
    }

    /// A file that was written from what is proved: written again, it is the same.
    fn written(&mut self, name: &str, again: &str) {
        if let Some(bytes) = self.bytes(name)
            && bytes != again.as_bytes()
        {
            self.fault(FaultKind::Replay, name, "not what the record says / 与记录所载不符");
        }
    }

    fn all(&mut self, trust: &Trust) -> Option<Proved> {
        let bytes = self.bytes("body.cbor")?;
        let body = Body::read(&bytes);
        let body = self.must("body.cbor", body)?;
        let Placed { run, bound, signed } = self.proofs(&bytes, trust)?;
        let of_run =
            run.rule_set == body.rule_set_digest && run.parameters == body.parameters && run.area == body.account.area;
        if !of_run || run.setting != body.setting || run.semantics != body.semantics {
            self.fault(FaultKind::Misplaced, "body.cbor", run.id.clone());
        }
        self.written("body.json", &page::body(&body));
        self.written(INDEX, &index_text(&run, &bound, &body.account));
        self.written(README, &page::readme(&run, &body.account, &bound));
        self.decided_again(&bytes, &body, &run)?;
        let Signed { checkpoint, key, key_given, checkpoint_given } = signed;
        let rates = rates_text(&body);
        Some(Proved { account: body.account, run, rates, key, checkpoint, key_given, checkpoint_given })
    }

    /// From the body to the run, and from the run to a checkpoint that a key signed.
    fn proofs(&mut self, body: &[u8], trust: &Trust) -> Option<Placed> {
        let entry = self.bytes("proofs/entry.cbor")?;
        let read = self.must("proofs/entry.cbor", Entry::read(&entry))?;
        let Event::Run(run) = read.event else {
            self.fault(FaultKind::Misplaced, "proofs/entry.cbor", "");
            return None;
        };
        let index = self.text(INDEX)?;
        let index: Value = self.must(INDEX, serde_json::from_str(&index))?;
        let number = |pointer: &str| index.pointer(pointer).and_then(Value::as_u64).unwrap_or(u64::MAX);
        let (record, place) = (number("/record/index"), number("/entry/index"));
        let path = self.hashes("proofs/record.txt")?;
        if let Err(error) = check_inclusion(Digest::leaf(body), record, run.size, &path, run.root) {
            self.fault(FaultKind::Body, "proofs/record.txt", error.to_string());
        }
        let signed = self.checkpoint(trust)?;
        let path = self.hashes("proofs/entry.txt")?;
        let Checkpoint { size, root, .. } = signed.checkpoint;
        if let Err(error) = check_inclusion(Digest::leaf(&entry), place, size, &path, root) {
            self.fault(FaultKind::Entry, "proofs/entry.txt", error.to_string());
        }
        Some(Placed { run, bound: Bound { record, entry: place, size }, signed })
    }

    fn hashes(&mut self, name: &str) -> Option<Vec<Digest>> {
        let text = self.text(name)?;
        let hashes: Option<Vec<Digest>> = text.lines().map(Digest::from_hex).collect();
        // One list has one form.
        let hashes = hashes.filter(|_| text.is_empty() || text.ends_with('\n') && !text.contains('\r'));
        self.must(name, hashes.ok_or("not a list of hashes"))
    }

    fn note(&mut self, name: &str) -> Option<SignedNote> {
        let text = self.text(name)?;
        self.must(name, SignedNote::parse(&text))
    }

    /// The keys from the one the log began with to the one that signs, each handed over to by the one before.
    /// Beside them, the number of entries by the last hand-over.
    fn keys(&mut self) -> Option<(Vec<VerifyingKey>, u64)> {
        const KEYS: &str = "proofs/keys.txt";
        let text = self.text(KEYS)?;
        let listed: Result<Vec<VerifyingKey>, _> = text.lines().map(VerifyingKey::parse).collect();
        let listed = self.must(KEYS, listed)?;
        let mut keys = vec![self.must(KEYS, listed.first().cloned().ok_or("no key"))?];
        let mut size = 0;
        for (before, number) in listed.iter().zip(1..listed.len()) {
            let dir = chain::directory(number);
            let (entry, path) = (format!("{dir}/entry.cbor"), format!("{dir}/entry.txt"));
            let hand_over = HandOver {
                entry: self.bytes(&entry)?,
                note: self.note(&format!("{dir}/checkpoint.txt"))?,
                path: self.hashes(&path)?,
            };
            match hand_over.follows(before).filter(|(_, behind)| *behind > size) {
                Some((next, behind)) => {
                    size = behind;
                    keys.push(next);
                }
                None => {
                    self.fault(FaultKind::Key, &dir, "");
                    return None;
                }
            }
        }
        let again = keys.iter().fold(String::new(), |text, key| text + &format!("{key}\n"));
        if again != text {
            self.fault(FaultKind::Key, KEYS, "");
            return None;
        }
        Some((keys, size))
    }

    /// The checkpoint, signed by the key to which the believed one leads: the one the caller brought, else the first one
    /// of the evidence.
    fn checkpoint(&mut self, trust: &Trust) -> Option<Signed> {
        const NOTE: &str = "proofs/checkpoint.txt";
        let (keys, handed) = self.keys()?;
        if trust.key.as_ref().is_some_and(|key| !keys.contains(key)) {
            self.fault(FaultKind::Key, "proofs/keys.txt", "not the key that was given / 不是所给的公钥");
        }
        let note = self.note(NOTE)?;
        // No key before the last one may sign any more, and none that was not handed over to ever could.
        let (first, key) = (keys.first()?, keys.last()?);
        let Ok(text) = note.verify(std::slice::from_ref(key)) else {
            self.fault(FaultKind::Checkpoint, NOTE, "");
            return None;
        };
        let checkpoint = self.must(NOTE, Checkpoint::parse(text))?;
        // Where a log is handed over two sign, everywhere else one.
        let signatures = if handed == checkpoint.size { 2 } else { 1 };
        if note.signatures().len() != signatures {
            self.fault(FaultKind::Checkpoint, NOTE, "other signatures than its keys' / 签名多于或少于应有的");
        }
        if checkpoint.origin != first.name() {
            self.fault(FaultKind::Checkpoint, NOTE, checkpoint.origin.clone());
        }
        let mut given = false;
        if let Some(kept) = &trust.checkpoint {
            let kept = kept.verify(&keys).ok().and_then(|text| Checkpoint::parse(text).ok());
            match kept {
                // Without the log only the same state can be compared.
                Some(kept) if kept.size != checkpoint.size && kept.origin == checkpoint.origin => {
                    self.found.other_sizes = Some([kept.size, checkpoint.size]);
                }
                Some(kept) if kept == checkpoint => given = true,
                _ => self.fault(FaultKind::History, NOTE, ""),
            }
        }
        let key_given = trust.key.is_some();
        Some(Signed { key: key.clone(), checkpoint, key_given, checkpoint_given: given })
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
        let tables = self.must("book", book::tables(self.package))?;
        let refused: Vec<String> = check_book(&tables).problems().map(ToString::to_string).collect();
        if !refused.is_empty() {
            self.fault(FaultKind::Facts, "book", refused.join("; "));
            return None;
        }
        let material = self.must("book", Material::of(rules, parameters, &tables))?;
        let law = self.must("law", material.law(run))?;
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
        let again = book::files(&facts, &tables, history);
        let more = self.package.names().filter(|name| name.starts_with("book/") && !again.contains_key(*name));
        for name in again.keys().cloned().chain(more.map(str::to_owned)).collect::<Vec<_>>() {
            if self.bytes(&name).as_deref() != again.get(&name).map(String::as_bytes) {
                self.fault(FaultKind::Facts, &name, "facts.txt");
            }
        }
        match replay(bytes, &law, history) {
            Ok(Verdict::Identical) => {}
            Ok(Verdict::Differs(it)) => {
                self.fault(FaultKind::Replay, "body.cbor", format!("{}: {} / {}", it.place, it.recorded, it.now));
            }
            Ok(Verdict::Refused(problems)) => self.fault(FaultKind::Replay, "body.cbor", problems.to_string()),
            Err(error) => self.fault(FaultKind::Unreadable, "body.cbor", error.to_string()),
        }
        let decision = decide(&law, history);
        let decision = self.must("body.cbor", decision)?;
        let trace = self.bytes("trace.cbor")?;
        if Digest::of(&trace) != body.trace || trace_bytes(&decision) != trace {
            self.fault(FaultKind::Replay, "trace.cbor", "");
        }
        self.written("decision.md", &page::decision(&decision, run));
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
