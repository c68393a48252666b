//! A log in which something was changed: always found, and the first bad place named.
//!
//! The logs are exported to memory, so that every byte can be tried. What is not protected is listed by name.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::log::{Checkpoint, Digest, SignedNote, SigningKey, Tree};
use rate_core::record::{Entry, Event};
use rate_service::logbook::{Fault, FaultKind, Files, PublishedRun, Trust, Verified, View, body_faults, verify_over};

use crate::command::rate_ok;

/// What no checkpoint protects: the private key, and the lock.
const UNPROTECTED: [&str; 2] = ["key", "lock"];

const RUN: &str = "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01";
const BY: &str = "--author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00";

/// The files of a log, by their path in it.
#[derive(Debug, Default)]
struct Memory(Mutex<BTreeMap<PathBuf, Vec<u8>>>);

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.lock().unwrap().get(path).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        Ok(self.0.lock().unwrap().keys().filter(|path| path.parent() == Some(dir)).cloned().collect())
    }
}

impl Memory {
    fn of(dir: &Path) -> Self {
        let memory = Self::default();
        memory.add(dir, dir);
        memory
    }

    fn add(&self, log: &Path, dir: &Path) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.add(log, &path);
            } else {
                let name = path.strip_prefix(log).unwrap().to_owned();
                self.0.lock().unwrap().insert(name, fs::read(&path).unwrap());
            }
        }
    }

    fn get(&self, name: &str) -> Vec<u8> {
        self.0.lock().unwrap()[Path::new(name)].clone()
    }

    fn put(&self, name: &str, bytes: Vec<u8>) {
        self.0.lock().unwrap().insert(PathBuf::from(name), bytes);
    }

    fn names(&self) -> Vec<String> {
        let names = self.0.lock().unwrap().keys().map(|path| path.to_string_lossy().into_owned()).collect::<Vec<_>>();
        names.into_iter().filter(|name| !UNPROTECTED.contains(&name.as_str())).collect()
    }

    /// The same with one file as given, and that file put back.
    fn faults_with(self: &Arc<Self>, name: &str, bytes: Vec<u8>) -> Vec<Fault> {
        let before = self.get(name);
        self.put(name, bytes);
        let faults = verified(self, &Trust::default()).faults;
        self.put(name, before);
        faults
    }
}

fn verified(memory: &Arc<Memory>, trust: &Trust) -> Verified {
    let files: Arc<dyn Files> = Arc::<Memory>::clone(memory);
    verify_over(files, Path::new(""), trust)
}

/// A log with about as many decisions as accounts, in runs of two years.
fn log(accounts: usize) -> Memory {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    rate_ok(dir.path(), &format!("book generate --accounts {accounts} --bad-rows 0 --out small"));
    let run = format!("{RUN} --book small --accept year-empty,table-empty");
    rate_ok(dir.path(), &format!("{run} --out demo/one --log log {BY}"));
    rate_ok(dir.path(), &format!("{run} --out demo/two --log log --run-id second {BY}"));
    Memory::of(&dir.path().join("log"))
}

/// The line, entry, record or hash that a byte of a file belongs to, as faults name it; nothing for whole files.
fn unit(name: &str, bytes: &[u8], at: usize) -> Option<usize> {
    let file = name.rsplit('/').next().unwrap();
    let lines = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    match file {
        "leaves" => Some(at / 32 + 1),
        "entries" => Some(lines),
        _ if name.starts_with("batches/") => Some(lines),
        _ => None,
    }
}

/// Each byte of every protected file changed in three ways: a bit, all bits, and to the byte before it.
fn ways(bytes: &[u8], at: usize) -> impl Iterator<Item = u8> + use<> {
    let (own, before) = (bytes[at], bytes[at.saturating_sub(1)]);
    [own ^ 1, !own, before].into_iter().filter(move |way| *way != own)
}

#[test]
fn no_byte_of_a_log_can_be_changed_unseen() {
    let memory = Arc::new(log(6));
    let clean = verified(&memory, &Trust::default());
    assert!(clean.faults.is_empty() && clean.bodies >= 8, "{clean:?}");
    let (mut tried, mut named) = (0, 0);
    for name in memory.names() {
        let bytes = memory.get(&name);
        let large = name.starts_with("batches/") || name.starts_with("rule_sets/") || name.starts_with("parameters/");
        // Facts and law are long: every seventh byte of them.
        for at in (0..bytes.len()).step_by(if large { 7 } else { 1 }) {
            for way in ways(&bytes, at) {
                let mut changed = bytes.clone();
                changed[at] = way;
                let faults = memory.faults_with(&name, changed);
                assert!(!faults.is_empty(), "{name} byte {at} became {way}");
                tried += 1;
                let Some(unit) = unit(&name, &bytes, at) else { continue };
                let place = format!("{name}:{unit}");
                let at_place = |fault: &Fault| fault.place == place || fault.place == name;
                assert!(faults.iter().any(at_place) || way == b'\n' || bytes[at] == b'\n', "{place}: {faults:?}");
                named += 1;
            }
        }
    }
    println!("{tried} changes of single bytes, all found; the place of {named} named to the line, entry or hash");
    assert!(tried > 20_000, "{tried}");
}

/// Every byte of two hundred records changed in three ways: the fault names the record.
#[test]
fn no_byte_of_two_hundred_records_can_be_changed_unseen() {
    let memory = Arc::new(log(270));
    let view = View::over(Arc::<Memory>::clone(&memory), Path::new("")).unwrap();
    let run = view.runs().pop().unwrap();
    let mut published = view.published(run).unwrap();
    assert!(published.bodies.len() >= 200 && body_faults(&published).is_empty(), "{}", published.bodies.len());
    published.bodies.truncate(200);
    published.leaves.truncate(200);
    published.run.size = 200;
    published.run.root = published.leaves.iter().copied().collect::<rate_core::log::Tree>().root();
    assert!(body_faults(&published).is_empty());
    let mut tried = 0;
    for record in 0..published.bodies.len() {
        // Others are not looked at again: a run of one record, so that every byte can be tried.
        let leaf = published.leaves[record];
        let own = published.bodies[record].clone();
        let run = rate_core::record::Run { size: 1, root: leaf, ..published.run.clone() };
        let mut one = PublishedRun { run, bodies: vec![own.clone()], leaves: vec![leaf] };
        assert!(body_faults(&one).is_empty());
        for at in 0..own.len() {
            for way in ways(&own, at) {
                one.bodies[0][at] = way;
                let faults = body_faults(&one);
                assert_eq!(faults[0].place, "runs/second/bodies:1", "record {record} byte {at} became {way}");
                tried += 1;
            }
            one.bodies[0][at] = own[at];
        }
        // And among the others it is this one that is named.
        published.bodies[record][own.len() / 2] ^= 1;
        assert_eq!(body_faults(&published)[0].place, format!("runs/second/bodies:{}", record + 1));
        published.bodies[record] = own;
    }
    println!("{tried} changes of single bytes of 200 records, all found");
}

/// Each record of a run damaged: the fault names that record and no other.
#[test]
fn the_first_bad_record_is_named() {
    let memory = Arc::new(log(250));
    let bodies = memory.get("runs/second/bodies");
    let (mut rest, mut starts) = (bodies.as_slice(), Vec::new());
    while !rest.is_empty() {
        starts.push(bodies.len() - rest.len());
        rest = rate_core::record::Item::read_first(rest).unwrap().1;
    }
    assert!(starts.len() >= 180, "{}", starts.len());
    let ends = starts.iter().skip(1).copied().chain([bodies.len()]);
    for ((start, end), number) in starts.iter().copied().zip(ends).zip(1..) {
        for at in [start + 3, (start + end) / 2, end - 1] {
            let mut changed = bodies.clone();
            changed[at] ^= 1;
            let faults = memory.faults_with("runs/second/bodies", changed);
            let place = format!("runs/second/bodies:{number}");
            let unreadable = faults
                .iter()
                .any(|fault| fault.kind == FaultKind::Unreadable && fault.detail.contains(&format!("body {number}:")));
            assert!(unreadable || faults[0].place == place, "{place}: {faults:?}");
        }
    }
}

/// Bytes, hashes and entries put right together: only the signature, or a checkpoint kept elsewhere, tells.
#[test]
fn structure_cannot_be_changed_unseen() {
    let memory = Arc::new(log(60));
    let entries = String::from_utf8(memory.get("entries")).unwrap();
    let lines: Vec<&str> = entries.lines().collect();
    let leaves = memory.get("leaves");
    let checkpoints: Vec<String> = memory.names().into_iter().filter(|name| name.starts_with("checkpoints/")).collect();
    let with = |places: &[usize]| {
        let text: String = places.iter().flat_map(|place| [lines[*place], "\n"]).collect();
        let hashes: Vec<u8> = places.iter().flat_map(|place| leaves[place * 32..][..32].to_vec()).collect();
        let (own, hash) = (memory.get("entries"), memory.get("leaves"));
        memory.put("entries", text.into_bytes());
        memory.put("leaves", hashes);
        let faults = verified(&memory, &Trust::default()).faults;
        memory.put("entries", own);
        memory.put("leaves", hash);
        faults
    };
    let all: Vec<usize> = (0..lines.len()).collect();
    assert!(with(&all).is_empty());
    for place in &all {
        let without: Vec<usize> = all.iter().copied().filter(|it| it != place).collect();
        assert!(!with(&without).is_empty(), "entry {place} deleted");
        let mut twice = all.clone();
        twice.insert(*place, *place);
        assert!(!with(&twice).is_empty(), "entry {place} doubled");
        if *place > 0 {
            let mut swapped = all.clone();
            swapped.swap(*place, place - 1);
            assert!(!with(&swapped).is_empty(), "entries {place} swapped");
        }
    }
    // A tail cut off with its checkpoints is the log of an earlier day: a checkpoint kept elsewhere tells.
    let last = checkpoints.last().unwrap();
    let kept = SignedNote::parse(&String::from_utf8(memory.get(last)).unwrap()).unwrap();
    let first: usize = checkpoints[0].rsplit('/').next().unwrap().parse().unwrap();
    let cut = Arc::new(Memory::default());
    memory.names().iter().filter(|name| *name != last).for_each(|name| cut.put(name, memory.get(name)));
    cut.put("entries", lines[..first].iter().flat_map(|line| [*line, "\n"]).collect::<String>().into_bytes());
    cut.put("leaves", leaves[..first * 32].to_vec());
    assert!(verified(&cut, &Trust::default()).faults.is_empty(), "rolled back whole: nothing inside tells");
    let trust = Trust { key: None, checkpoint: Some(kept.clone()) };
    assert_eq!(verified(&cut, &trust).faults[0].kind, FaultKind::History);
    assert!(verified(&memory, &trust).faults.is_empty());
    // The same history written anew under a key of one's own.
    let forged = Arc::new(log(60));
    assert!(verified(&forged, &Trust::default()).faults.is_empty(), "rewritten whole: nothing inside tells");
    let kinds: Vec<FaultKind> = verified(&forged, &trust).faults.iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [FaultKind::History]);
    let key = rate_core::log::VerifyingKey::parse(String::from_utf8(memory.get("keys")).unwrap().trim()).unwrap();
    let trust = Trust { key: Some(key), checkpoint: None };
    assert!(!verified(&forged, &trust).faults.is_empty(), "the first key tells as well");
}

/// Records of a run deleted, doubled, swapped or spliced in from another run, with their hashes put right.
#[test]
fn records_cannot_change_places() {
    let memory = Arc::new(log(60));
    let other = log(70);
    let (bodies, leaves) = (memory.get("runs/second/bodies"), memory.get("runs/second/leaves"));
    let split = |bytes: &[u8]| {
        let (mut rest, mut parts) = (bytes.to_vec(), Vec::new());
        while !rest.is_empty() {
            let behind = rate_core::record::Item::read_first(&rest).unwrap().1.to_vec();
            parts.push(rest[..rest.len() - behind.len()].to_vec());
            rest = behind;
        }
        parts
    };
    let (own, theirs) = (split(&bodies), split(&other.get("runs/second/bodies")));
    let faults = |parts: &[Vec<u8>]| {
        memory.put("runs/second/bodies", parts.concat());
        let hashes = parts.iter().flat_map(|part| rate_core::log::Digest::leaf(part).0).collect();
        memory.put("runs/second/leaves", hashes);
        let faults = verified(&memory, &Trust::default()).faults;
        memory.put("runs/second/bodies", bodies.clone());
        memory.put("runs/second/leaves", leaves.clone());
        faults
    };
    assert!(faults(&own).is_empty());
    for place in 0..own.len() {
        let mut deleted = own.clone();
        deleted.remove(place);
        let mut doubled = own.clone();
        doubled.insert(place, own[place].clone());
        let mut swapped = own.clone();
        swapped.swap(place, (place + 1) % own.len());
        let mut spliced = own.clone();
        spliced[place] = theirs[place % theirs.len()].clone();
        for (what, parts) in [("deleted", deleted), ("doubled", doubled), ("swapped", swapped), ("spliced", spliced)] {
            let same = parts == own;
            assert!(same || !faults(&parts).is_empty(), "record {place} {what}");
        }
    }
}

/// A log that was handed over between two runs, with the secret lines of both keys.
fn rotated() -> (Memory, [SigningKey; 2]) {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    rate_ok(dir.path(), "book generate --accounts 6 --bad-rows 0 --out small");
    let run = format!("{RUN} --book small --accept year-empty,table-empty");
    let key = || SigningKey::parse(fs::read_to_string(dir.path().join("log/key")).unwrap().trim_end()).unwrap();
    rate_ok(dir.path(), &format!("{run} --out demo/one --log log {BY}"));
    let first = key();
    rate_ok(dir.path(), "log rotate log --recorded-at 2022-06-20T01:00:00Z");
    rate_ok(dir.path(), &format!("{run} --out demo/two --log log --run-id second {BY}"));
    (Memory::of(&dir.path().join("log")), [first, key()])
}

/// The sizes of a rotated log: the checkpoints before, at and behind its hand-over.
fn sizes(memory: &Memory) -> [u64; 3] {
    let names = memory.names().into_iter().filter_map(|name| name.strip_prefix("checkpoints/")?.parse().ok());
    <[u64; 3]>::try_from(names.collect::<Vec<u64>>()).unwrap()
}

/// A checkpoint over what stands in a log, signed by some keys.
fn sign(memory: &Memory, size: u64, keys: &[&SigningKey]) {
    let leaves = memory.get("leaves");
    let tree: Tree = leaves.as_chunks::<32>().0.iter().map(|leaf| Digest(*leaf)).collect();
    let root = tree.root_of(size).unwrap();
    let text = Checkpoint { origin: "rate-log".to_owned(), size, root }.to_string();
    let notes = keys.iter().map(|key| key.sign(&text).unwrap());
    let note = notes.reduce(|one, other| one.with(other).unwrap()).unwrap();
    memory.put(&format!("checkpoints/{size:012}"), note.to_string().into_bytes());
}

/// An entry behind the others, with its hash.
fn add(memory: &Memory, event: Event) {
    let entry = Entry { recorded_at: "2022-06-20T01:00:00.000Z".to_owned(), event }.to_bytes();
    let line = STANDARD.encode(&entry) + "\n";
    memory.put("entries", [memory.get("entries"), line.into_bytes()].concat());
    memory.put("leaves", [memory.get("leaves"), Digest::leaf(&entry).0.to_vec()].concat());
}

fn kinds(memory: &Arc<Memory>, trust: &Trust) -> Vec<FaultKind> {
    verified(memory, trust).faults.iter().map(|fault| fault.kind).collect()
}

fn note(memory: &Memory, size: u64) -> SignedNote {
    SignedNote::parse(&String::from_utf8(memory.get(&format!("checkpoints/{size:012}"))).unwrap()).unwrap()
}

/// Every byte of entries, hashes, keys and checkpoints of a log that was handed over: both signatures of the hand-over too.
#[test]
fn no_byte_of_a_hand_over_can_be_changed_unseen() {
    let (memory, keys) = rotated();
    let memory = Arc::new(memory);
    let [before, at, behind] = sizes(&memory);
    assert_eq!((at, [before, at, behind].map(|size| note(&memory, size).signatures().len())), (before + 1, [1, 2, 1]));
    let trust = Trust { key: Some(keys[0].verifying().clone()), checkpoint: Some(note(&memory, before)) };
    assert!(kinds(&memory, &trust).is_empty());
    let mut tried = 0;
    for name in memory.names() {
        if !(name.starts_with("checkpoints/") || ["entries", "leaves", "keys"].contains(&name.as_str())) {
            continue;
        }
        let bytes = memory.get(&name);
        for at in 0..bytes.len() {
            for way in ways(&bytes, at) {
                let mut changed = bytes.clone();
                changed[at] = way;
                assert!(!memory.faults_with(&name, changed).is_empty(), "{name} byte {at} became {way}");
                tried += 1;
            }
        }
    }
    println!("{tried} changes of single bytes of a log that was handed over, all found");
    // Either signature of the hand-over dropped, doubled, or in the other's place; a third beside them.
    let stranger = SigningKey::from_seed("rate-log", [9; 32]).unwrap();
    let [old, new] = &keys;
    let name = format!("checkpoints/{at:012}");
    let whole = memory.get(&name);
    for signers in [&[old][..], &[new], &[old, old], &[new, new], &[old, &stranger], &[old, new, &stranger]] {
        sign(&memory, at, signers);
        assert!(!kinds(&memory, &trust).is_empty(), "{signers:?}");
    }
    memory.put(&name, Vec::new());
    assert!(!kinds(&memory, &trust).is_empty());
    memory.put(&name, whole);
    assert!(kinds(&memory, &trust).is_empty());
    // The checkpoint before it signed by the new key, the one behind it by the old one.
    for (size, right, wrong) in [(before, old, new), (behind, new, old)] {
        for signers in [&[wrong][..], &[right, wrong]] {
            sign(&memory, size, signers);
            assert_eq!(kinds(&memory, &Trust { checkpoint: None, ..trust.clone() }), [FaultKind::Checkpoint]);
        }
        sign(&memory, size, &[right]);
    }
    assert!(kinds(&memory, &trust).is_empty());
}

/// Whoever can write files names a key of their own, and signs with it alone, or with the one that was handed over.
#[test]
fn a_stranger_hands_nothing_over() {
    for hands_over in [false, true] {
        for signs_behind in [false, true] {
            let (memory, [old, new]) = rotated();
            let memory = Arc::new(memory);
            let [before, _, size] = sizes(&memory);
            let trust = Trust { key: Some(old.verifying().clone()), checkpoint: Some(note(&memory, before)) };
            let stranger = SigningKey::from_seed("rate-log", [9; 32]).unwrap();
            let key = stranger.verifying().to_string();
            add(&memory, Event::Key { key: key.clone() });
            let keys = [memory.get("keys"), format!("{key}\n").into_bytes()].concat();
            memory.put("keys", keys);
            // The old key has leaked; the one that signs now has not.
            let both = [&old, &stranger];
            sign(&memory, size + 1, if hands_over { &both } else { &both[1..] });
            if signs_behind {
                add(&memory, Event::Key { key: old.verifying().to_string() });
                sign(&memory, size + 2, &[&stranger]);
            }
            let faults = verified(&memory, &trust).faults;
            let place = format!("entries:{}", size + 1);
            assert!(faults.iter().any(|it| it.kind == FaultKind::Key && it.place == place), "{faults:?}");
            // Both keys: that is a hand-over.
            if !signs_behind {
                sign(&memory, size + 1, &[&new, &stranger]);
                assert!(kinds(&memory, &trust).is_empty());
            }
        }
    }
}

/// Two histories under one key, and entries of another log: the kept checkpoint tells of the one, each checkpoint of both.
#[test]
fn a_fork_and_a_splice_are_found() {
    let (memory, [old, new]) = rotated();
    let memory = Arc::new(memory);
    let [_, at, size] = sizes(&memory);
    let kept = Trust { key: Some(old.verifying().clone()), checkpoint: Some(note(&memory, size)) };
    let (entries, leaves) = (memory.get("entries"), memory.get("leaves"));
    let lines: Vec<&[u8]> = entries.split_inclusive(|byte| *byte == b'\n').collect();
    let upto = usize::try_from(at).unwrap();
    memory.put("entries", lines[..upto].concat());
    memory.put("leaves", leaves[..upto * 32].to_vec());
    let last = memory.get(&format!("checkpoints/{size:012}"));
    memory.0.lock().unwrap().remove(Path::new(&format!("checkpoints/{size:012}")));
    let third = SigningKey::from_seed("rate-log", [3; 32]).unwrap();
    add(&memory, Event::Key { key: third.verifying().to_string() });
    memory.put("keys", [memory.get("keys"), format!("{}\n", third.verifying()).into_bytes()].concat());
    sign(&memory, at + 1, &[&new, &third]);
    assert!(kinds(&memory, &Trust { checkpoint: None, ..kept.clone() }).is_empty(), "a fork is whole in itself");
    assert_eq!(kinds(&memory, &kept), [FaultKind::History]);
    // Both ends in one directory: the checkpoint of the other one is over something else.
    memory.put(&format!("checkpoints/{:012}", at + 1), last);
    assert!(!kinds(&memory, &Trust::default()).is_empty());
    // Entries of another log, with their hashes, in the place of one's own and behind them.
    let other = log(6);
    let theirs = other.get("entries");
    let theirs: Vec<&[u8]> = theirs.split_inclusive(|byte| *byte == b'\n').collect();
    memory.0.lock().unwrap().remove(Path::new(&format!("checkpoints/{:012}", at + 1)));
    for place in 0..upto.min(theirs.len()) {
        let mut spliced = lines[..upto].to_vec();
        spliced[place] = theirs[place];
        memory.put("entries", spliced.concat());
        let mut hashes = leaves[..upto * 32].to_vec();
        hashes[place * 32..][..32].copy_from_slice(&other.get("leaves")[place * 32..][..32]);
        memory.put("leaves", hashes);
        let same = theirs[place] == lines[place];
        let found = kinds(&memory, &Trust::default());
        let told = found.iter().any(|kind| matches!(kind, FaultKind::Root | FaultKind::Checkpoint));
        assert!(same || told, "entry {place}");
    }
}
