//! Proofs over HTTP, checked with code that shares nothing with ours; and what of another area stays hidden.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::log::{Checkpoint, SignedNote, VerifyingKey};
use rate_service::store::Store;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use crate::command::rate_ok;
use crate::scenarios::{begun, with_book};
use crate::server::{Client, Server};
use crate::stored::{databases, execute};

const RUN: &str = "/v1/areas/990100/runs/990100-2022-07-01";

type Hash = [u8; 32];

fn hex(text: &Value) -> Hash {
    let text = text.as_str().unwrap();
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    std::array::from_fn(|place| byte(place * 2))
}

fn hashes(path: &Value) -> Vec<Hash> {
    path.as_array().unwrap().iter().map(hex).collect()
}

fn node(left: Hash, right: Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root above a leaf, as RFC 9162 has it in 2.1.3.2.
fn climbed(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Hash {
    let (mut at, mut last, mut root) = (index, size - 1, leaf);
    for beside in path {
        assert!(last > 0, "a path that is too long");
        if at % 2 == 1 || at == last {
            root = node(*beside, root);
            while at.is_multiple_of(2) && at != 0 {
                at /= 2;
                last /= 2;
            }
        } else {
            root = node(root, *beside);
        }
        at /= 2;
        last /= 2;
    }
    assert_eq!(last, 0, "a path that is too short");
    root
}

/// The bytes of a proved leaf, where its path leads to its root.
fn proved(it: &Value) -> Vec<u8> {
    let bytes = STANDARD.decode(it["bytes"].as_str().unwrap()).unwrap();
    let leaf: Hash = Sha256::new().chain_update([0]).chain_update(&bytes).finalize().into();
    assert_eq!(leaf, hex(&it["leaf"]));
    let (index, size) = (it["index"].as_u64().unwrap(), it["of"].as_u64().unwrap());
    assert_eq!(climbed(leaf, index, size, &hashes(&it["path"])), hex(&it["root"]));
    bytes
}

/// What a note says, where the key signed it.
fn signed(note: &str, key: &str) -> Checkpoint {
    let note = SignedNote::parse(note).unwrap();
    let text = note.verify(&[VerifyingKey::parse(key).unwrap()]).unwrap();
    Checkpoint::parse(text).unwrap()
}

/// The accounts of the run list, in order.
fn accounts(client: &Client) -> Vec<String> {
    let page = client.get("/v1/areas/990100/rate-snapshot?on=2022-07-01");
    let lines = page.text();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let rated = lines.filter(|it| it["state"] == "rated");
    rated.map(|it| it["account"].as_str().unwrap().to_owned()).collect()
}

fn note(client: &Client, size: &str) -> String {
    let answer = client.get(&format!("/v1/log/checkpoints/{size}"));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    answer.text()
}

#[test]
fn a_record_is_proved_to_whoever_believes_the_key_alone() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    for url in databases(here) {
        let server = with_book(here, &url);
        let auditor = server.client("auditor", "990100");
        let keys = auditor.get("/v1/log/keys").expect(200)["items"].as_array().unwrap().clone();
        let key = keys[0].as_str().unwrap();
        let all = accounts(&auditor);
        assert!(all.len() > 40, "{}", all.len());
        for account in [&all[0], &all[all.len() / 2], all.last().unwrap()] {
            let proof = auditor.get(&format!("{RUN}/proofs/{account}")).expect(200);
            let body = proved(&proof["record"]);
            assert!(String::from_utf8_lossy(&body).contains(account.as_str()));
            assert_eq!(
                (&proof["body"]["account"]["number"], &proof["account"]),
                (&proof["account"], &account.as_str().into())
            );
            // The entry names the root of the run as 32 bytes; the checkpoint signs the root over the entry.
            let entry = proved(&proof["entry"]);
            let root = hex(&proof["record"]["root"]);
            assert!(entry.windows(32).any(|bytes| bytes == root));
            let checkpoint = signed(proof["checkpoint"].as_str().unwrap(), key);
            assert_eq!(checkpoint.root.0, hex(&proof["entry"]["root"]));
            assert_eq!(Some(checkpoint.size), proof["entry"]["of"].as_u64());
            assert_eq!((&proof["keys"], &proof["hand_overs"]), (&Value::Array(keys.clone()), &serde_json::json!([])));
        }
        of_a_checkpoint(&auditor, &all[0]);
        is_only_for_some(&server, &auditor, &all[0]);
        unpacks(here, &auditor, &all[0], key);
        the_log_only_grew(&auditor, key);
    }
}

/// Under an earlier checkpoint, and under one that does not sign the run yet.
fn of_a_checkpoint(auditor: &Client, account: &str) {
    let page = auditor.get("/v1/log/checkpoints").expect(200);
    let sizes: Vec<u64> = page["items"].as_array().unwrap().iter().map(|it| it["size"].as_u64().unwrap()).collect();
    assert!(sizes.len() >= 2 && sizes.is_sorted(), "{sizes:?}");
    let proof = auditor.get(&format!("{RUN}/proofs/{account}?size={}", sizes[0])).expect(200);
    assert_eq!(proof["entry"]["of"], sizes[0]);
    assert_eq!(proof["checkpoint"].as_str().unwrap(), note(auditor, &sizes[0].to_string()));
    let gone = format!("{RUN}/proofs/{account}?size={}", sizes.last().unwrap() + 1);
    assert_eq!(auditor.get(&gone).problem(404), "object.unknown");
    let paged = auditor.get("/v1/log/checkpoints?limit=1").expect(200);
    let next = auditor.get(&format!("/v1/log/checkpoints?cursor={}", paged["next"].as_str().unwrap())).expect(200);
    assert_eq!(next["items"][0]["size"], sizes[1]);
}

fn is_only_for_some(server: &Server, auditor: &Client, account: &str) {
    for path in [format!("{RUN}/proofs/{account}"), format!("{RUN}/evidence/{account}")] {
        assert_eq!(server.client("auditor", "990200").get(&path).problem(404), "object.unknown");
        assert_eq!(server.client("billing", "990100").get(&path).problem(403), "auth.role");
        let other = path.replace("990100/runs", "990200/runs");
        assert_eq!(server.client("auditor", "*").get(&other).problem(404), "object.unknown");
        assert_eq!(auditor.get(&path.replace(account, "nobody")).problem(404), "object.unknown");
        assert_eq!(auditor.get(&path.replace("2022-07-01", "1999-07-01")).problem(404), "object.unknown");
    }
}

/// The evidence, unpacked, holds without the server; with a byte of it changed, it does not.
fn unpacks(here: &Path, auditor: &Client, account: &str, key: &str) {
    let answer = auditor.get(&format!("{RUN}/evidence/{account}"));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/zip")));
    let to = here.join("evidence");
    let _ = fs::remove_dir_all(&to);
    ZipArchive::new(Cursor::new(&answer.body)).unwrap().extract(&to).unwrap();
    rate_ok(here, &format!("--lang en verify evidence --key {key}"));
    // What the command writes of the same record.
    let again = auditor.get(&format!("{RUN}/evidence/{account}"));
    assert_eq!(again.body, answer.body, "the same files are the same bytes");
    let facts = fs::read_to_string(to.join("facts.txt")).unwrap();
    fs::write(to.join("facts.txt"), facts.replacen('1', "2", 1)).unwrap();
    assert_ne!(crate::command::ending(here, "--lang en verify evidence").0, 0);
}

/// Every state of the log begins with every earlier one.
fn the_log_only_grew(auditor: &Client, key: &str) {
    let newest = signed(&note(auditor, "newest"), key);
    for from in 0..=newest.size {
        let proof = auditor.get(&format!("/v1/log/consistency?from={from}")).expect(200);
        assert_eq!((&proof["from"], &proof["to"]), (&from.into(), &newest.size.into()));
        let path: Vec<rate_core::log::Digest> =
            hashes(&proof["path"]).into_iter().map(rate_core::log::Digest).collect();
        let [before, after] = ["from_root", "to_root"].map(|name| rate_core::log::Digest(hex(&proof[name])));
        assert_eq!(after, newest.root);
        if from > 0 {
            rate_core::log::check_consistency(from, newest.size, &path, before, after).unwrap();
        }
    }
    let page = auditor.get("/v1/log/checkpoints").expect(200);
    let first = &page["items"][0];
    let size = first["size"].as_u64().unwrap();
    let path = format!("/v1/log/consistency?from={size}");
    let old = auditor.get(&path).expect(200);
    assert_eq!(hex(&old["from_root"]), signed(first["note"].as_str().unwrap(), key).root.0);
    let body = auditor.send("GET", &path, &[("accept", "text/plain")], b"").text();
    let hashes: String = hashes(&old["path"]).iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
    assert_eq!(body, format!("old {size}\n{hashes}\n{}", note(auditor, "newest")));
    let beyond = format!("/v1/log/consistency?from={}", newest.size + 1);
    assert_eq!(auditor.get(&beyond).problem(400), "request.value");
    assert_eq!(auditor.get("/v1/log/consistency?from=1&to=999999").problem(404), "object.unknown");
    assert_eq!(auditor.get("/v1/log/checkpoints/999999").problem(404), "object.unknown");
}

/// A record that somebody changed past the triggers is not proved; those beside it are, until its hash is changed, too.
#[test]
fn what_was_changed_is_not_proved() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    for url in databases(here) {
        let mut server = with_book(here, &url);
        let auditor = server.client("auditor", "990100");
        let all = accounts(&auditor);
        let past = match url.split_once(':') {
            Some(("sqlite", _)) => "DROP TRIGGER bodies_keep_updated",
            _ => "ALTER TABLE bodies DISABLE TRIGGER USER",
        };
        let other = "(SELECT body FROM bodies WHERE place = 2)";
        for (changes, proved) in [
            (format!("{past}; UPDATE bodies SET body = {other} WHERE place = 1"), [200, 409, 200]),
            (
                format!("UPDATE bodies SET leaf = {} WHERE place = 1", "(SELECT leaf FROM bodies WHERE place = 2)"),
                [409, 409, 409],
            ),
        ] {
            assert!(server.stop());
            let store = Store::open(&url.parse().unwrap()).unwrap();
            execute(&store, &changes).unwrap();
            drop(store);
            server = begun(here, &url, &[]);
            let auditor = auditor.at(&server);
            for (account, status) in all.iter().zip(proved) {
                for what in ["proofs", "evidence"] {
                    let answer = auditor.get(&format!("{RUN}/{what}/{account}"));
                    assert_eq!(answer.status, status, "{url}: {what} of {account}: {}", answer.text());
                }
            }
        }
    }
}
