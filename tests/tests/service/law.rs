//! Rule sets and parameters over HTTP: brought in, read, told apart, approved, published; and what nobody gets past.

use std::fs;
use std::sync::Arc;

use rate_service::gazette;
use rate_service::store::{Place, Store};
use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use crate::command::{rate_ok, root};
use crate::server::{Answer, Client, Server, new_name, served};

pub(crate) fn fixture(path: &str) -> String {
    fs::read_to_string(root().join("fixtures").join(path)).unwrap()
}

/// Brings a document in.
fn bring(client: &Client, path: &str, kind: &str, text: &[u8]) -> Answer {
    let name = new_name();
    client.send("POST", path, &[("idempotency-key", &name), ("content-type", kind), ("accept-language", "en")], text)
}

fn toml(client: &Client, path: &str, text: &str) -> Value {
    bring(client, path, "application/toml", text.as_bytes()).expect(201)
}

fn approval() -> Value {
    json!({"document_number": "演示〔2025〕1号", "organ": "演示机关", "date": "2025-12-01"})
}

pub(crate) fn text_of(document: &Value, key: &str) -> String {
    document[key].as_str().unwrap().to_owned()
}

/// From the text to law, or to trial.
pub(crate) fn enact(server: &Server, path: &str, text: &str) -> Value {
    let draft = toml(&server.client("officer", "*"), path, text);
    let approver = server.client("approver", "*");
    // The path may say which document it takes the place of.
    let here = format!("{}/{}", path.split('?').next().unwrap(), text_of(&draft, "digest"));
    approver.post(&format!("{here}/approval"), &approval()).expect(200);
    approver.post(&format!("{here}/publication"), &json!({})).expect(200)
}

const SETS: &str = "/v1/areas/990100/rule-sets";

#[test]
fn a_rule_set_goes_from_its_text_to_its_trial() {
    let (_dir, server) = served();
    let (officer, approver) = (server.client("officer", "990100"), server.client("approver", "990100"));
    let method = fixture("rule_sets/illustrative/three-year.toml");
    let orphan = bring(&officer, SETS, "application/toml", method.as_bytes());
    let orphan = orphan.expect(422);
    assert_eq!(orphan["problems"][0]["code"], "rule-set.parent", "{orphan}");
    assert!(orphan["problems"][0]["row"].is_number(), "{orphan}");
    // The frame is of the nation: a key of an area does not reach it.
    let frame = fixture("rule_sets/cn/2015-71.toml");
    assert_eq!(
        bring(&officer, "/v1/areas/cn/rule-sets", "application/toml", frame.as_bytes()).problem(404),
        "object.unknown"
    );
    let frame = enact(&server, "/v1/areas/cn/rule-sets", &frame);
    assert_eq!((frame["state"].as_str(), frame["verdict"].as_str()), (Some("published"), Some("frame")));

    let draft = toml(&officer, SETS, &method);
    assert_eq!((draft["state"].as_str(), draft["verdict"].as_str()), (Some("draft"), Some("illustrative")));
    let digest = text_of(&draft, "digest");
    let findings = draft["findings"].as_array().unwrap();
    assert_eq!(Some(findings.len()), draft["finding_count"].as_u64().map(|it| usize::try_from(it).unwrap()));
    for finding in findings {
        assert!(finding["code"].as_str().unwrap().starts_with("check."), "{finding}");
        assert!(finding["row"].is_number() && !finding["message"].as_str().unwrap().is_empty(), "{finding}");
        assert!(["blocks", "open", "note"].contains(&finding["weight"].as_str().unwrap()));
    }
    assert!(findings.iter().any(|it| it["witness"].is_string()), "{findings:?}");
    let again = bring(&officer, SETS, "application/toml", method.as_bytes()).expect(200);
    assert_eq!(again["digest"], draft["digest"]);

    let here = format!("{SETS}/{digest}");
    assert_eq!(officer.get(&format!("{here}/text")).text(), method);
    assert_eq!(officer.get(&here).expect(200)["finding_count"], draft["finding_count"]);
    let mut listed = Vec::new();
    let mut page = officer.get(&format!("{here}/findings?limit=3")).expect(200);
    loop {
        listed.extend(page["items"].as_array().unwrap().iter().map(|it| (it["code"].clone(), it["row"].clone())));
        let Some(next) = page["next"].as_str() else { break };
        page = officer.get(&format!("{here}/findings?limit=3&cursor={next}")).expect(200);
    }
    let all: Vec<_> = findings.iter().map(|it| (it["code"].clone(), it["row"].clone())).collect();
    assert_eq!(listed, all);

    let publication = format!("{here}/publication");
    assert_eq!(approver.post(&publication, &json!({})).problem(409), "state.conflict");
    for wrong in [
        json!({}),
        json!({"document_number": "", "organ": "x", "date": "2025-12-01"}),
        json!({"document_number": "x", "organ": "a\u{7}b", "date": "2025-12-01"}),
        json!({"document_number": "x", "organ": "x", "date": "2025-02-30"}),
        json!({"document_number": "x", "organ": "x", "date": "2025-02-03", "more": 1}),
    ] {
        let refused = approver.post(&format!("{here}/approval"), &wrong).problem(400);
        assert!(refused == "request.value" || refused == "request.malformed", "{wrong}: {refused}");
    }
    let approved = approver.post(&format!("{here}/approval"), &approval()).expect(200);
    assert_eq!(approved["approval"]["organ"], "演示机关");
    let trial = approver.post(&publication, &json!({})).expect(200);
    assert_eq!(trial["state"], "trial");
    let found = server.client("billing", "990100").get(&format!("{SETS}/in-force?on=2022-07-01")).expect(200);
    assert_eq!((found["trial"].as_bool(), &found["rule_set"]["digest"]), (Some(true), &draft["digest"]));
    assert_eq!((found["cycle"].as_str(), found["setting_to"].as_str()), (Some("2022-2025"), Some("2023-06-30")));
    is_asked_of_a_day(&officer);
}

fn is_asked_of_a_day(officer: &Client) {
    let list = officer.get(SETS).expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    for wrong in ["on=2022-13-01", "on=2022-07-01&known_at=yesterday", "", "on=2022-07-01&more=1"] {
        assert_eq!(officer.get(&format!("{SETS}/in-force?{wrong}")).status, 400, "{wrong}");
    }
    assert_eq!(officer.get(&format!("{SETS}/in-force?on=1999-01-01")).problem(422), "content.refused");
    let before = officer.get(&format!("{SETS}/in-force?on=2022-07-01&known_at=2020-01-01T00:00:00Z"));
    assert_eq!(before.problem(422), "content.refused");
}

/// One shape in two forms, and every mistake at its pointer.
/// An area's own frame stands between a method and the national one.
const BETWEEN: &str = r#"
format       = "rule-set/1"
area         = "990100"
version      = "base"
form         = "frame"
name         = { zh = "框架", en = "frame" }
in_force     = { from = 2022-07-01 }
extends      = "cn/2015-71"
cite         = "demonstration"
illustrative = ["name", "in_force"]

[documents.demonstration]
title = { zh = "三年周期演示办法（虚构）", en = "demonstration of three-year cycles (fictitious)" }
"#;

#[test]
fn a_frame_over_a_frame_is_extended() {
    let (_dir, server) = served();
    enact(&server, "/v1/areas/cn/rule-sets", &fixture("rule_sets/cn/2015-71.toml"));
    let method = fixture("rule_sets/illustrative/three-year.toml");
    let direct = toml(&server.client("officer", "990100"), SETS, &method);
    enact(&server, SETS, BETWEEN);
    let over = method.replace("\"cn/2015-71\"", "\"990100/base\"").replace("\"three-year\"", "\"over\"");
    assert_ne!(over, method);
    let over = enact(&server, SETS, &over);
    assert_eq!((over["state"].as_str(), &over["verdict"]), (Some("trial"), &direct["verdict"]));
    assert_eq!(over["finding_count"], direct["finding_count"], "the same law by another way");
}

#[test]
fn json_is_told_its_mistakes_by_pointers() {
    let (_dir, server) = served();
    let officer = server.client("officer", "990100");
    enact(&server, "/v1/areas/cn/rule-sets", &fixture("rule_sets/cn/2015-71.toml"));
    let method = fixture("rule_sets/illustrative/three-year.toml");
    let mut value = as_json(&method);
    let twin = bring(&officer, SETS, "application/json", value.to_string().as_bytes()).expect(201);
    let text = bring(&officer, SETS, "application/toml", method.as_bytes()).expect(200);
    assert_eq!(twin["digest"], text["digest"]);
    assert_eq!(officer.get(&format!("{SETS}/{}/text", text_of(&twin, "digest"))).json(), value);

    value["float_table"]["rows"][4]["any"]["pay_ratio"] = json!("> many");
    value["participation"]["first_insured"]["covered_months_under"] = json!(0.5);
    value["cycles"][0]["windows"][0]["from"] = json!("2019-02-30");
    value["participation"]["kinds"][0] = json!("employers");
    value["a/b~c"] = json!(1);
    let answer = bring(&officer, SETS, "application/json", value.to_string().as_bytes()).expect(422);
    assert_eq!(answer["code"], "content.problems");
    let mut found: Vec<(String, String)> =
        answer["problems"].as_array().unwrap().iter().map(|it| (text_of(it, "field"), text_of(it, "code"))).collect();
    found.sort();
    let expected = [
        ("/a~1b~0c", "file.unknown-key"),
        ("/cycles/0/windows/0/from", "file.date"),
        ("/float_table/rows/4/any/pay_ratio", "rule-set.interval"),
        ("/participation/first_insured/covered_months_under", "file.wrong-type"),
        ("/participation/kinds/0", "file.unknown-word"),
    ];
    let expected: Vec<(String, String)> =
        expected.into_iter().map(|(field, code)| (field.to_owned(), code.to_owned())).collect();
    assert_eq!(found, expected, "{answer}");
    let twice = br#"{"format": "rule-set/1", "documents": {"x": {"title": 1, "title": 2}}}"#;
    let answer = bring(&officer, SETS, "application/json", twice).expect(422);
    assert_eq!(answer["problems"][0]["field"], "/documents/x/title", "{answer}");
}

/// TOML as JSON, by another hand than the reader under test.
pub(crate) fn as_json(text: &str) -> Value {
    json_of(&DeValue::Table(DeTable::parse(text).unwrap().into_inner()))
}

fn json_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => Value::from(number.as_str().parse::<i64>().unwrap()),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(day) => Value::String(day.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| json_of(item.get_ref())).collect()),
        DeValue::Table(table) => {
            let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
                let key: &std::borrow::Cow<'_, str> = key.get_ref();
                (key.to_string(), json_of(value.get_ref()))
            };
            Value::Object(table.iter().map(entry).collect())
        }
        DeValue::Float(_) => panic!("no file of law has a float"),
    }
}

/// What somebody hostile sends is answered as a problem, and leaves nothing behind.
#[test]
fn whatever_is_sent_is_answered() {
    let (_dir, server) = served();
    let officer = server.client("officer", "*");
    let parameters = "/v1/areas/990100/parameters";
    let long = |unit: &str, times: usize| unit.repeat(times).into_bytes();
    let toml = "application/toml";
    let kinds: Vec<(&str, Vec<u8>, u16)> = vec![
        (toml, long("# ten bytes\n", 1 << 20), 413),
        (toml, long("# five mebibytes\n", 330_000), 422),
        (toml, long("a.", 100_000), 422),
        (toml, [long("a.", 400_000), b"a = 1".to_vec()].concat(), 422),
        (toml, [b"a = ".to_vec(), long("[", 200_000)].concat(), 422),
        (toml, [b"a = ".to_vec(), long("{a=", 200_000)].concat(), 422),
        (toml, b"\xff\xfe".to_vec(), 400),
        (toml, Vec::new(), 422),
        (toml, b"\0".to_vec(), 422),
        ("application/json", long("[", 1_000_000), 422),
        ("application/json", long("{\"a\":", 200_000), 422),
        ("application/json", b"null".to_vec(), 422),
        ("application/json", b"{\"a\": 1e999}".to_vec(), 422),
        ("application/json", b"{\"area\": \"990100\", \"area\": \"990100\"}".to_vec(), 422),
        ("application/json", [b"[".to_vec(), long("{\"id\":\"a\"},", 300_000), b"{}]".to_vec()].concat(), 422),
        ("application/xml", b"<a/>".to_vec(), 415),
        ("", b"format = 1".to_vec(), 415),
    ];
    for (kind, body, status) in kinds {
        for path in [SETS, parameters] {
            let answer = bring(&officer, path, kind, &body);
            let code = answer.status;
            let said = answer.json();
            assert_eq!(code, status, "{path} {kind} {}: {said}", body.len());
            assert!(said["code"].is_string(), "{said}");
        }
    }
    // A key for each of many lines, each of them wrong: all are counted, the first thousand are said.
    enact(&server, "/v1/areas/cn/rule-sets", &fixture("rule_sets/cn/2015-71.toml"));
    let many: Vec<String> = (0..50_000).map(|number| format!("k{number} = 1\n")).collect();
    let many = many.concat() + &fixture("rule_sets/illustrative/three-year.toml");
    let answer = bring(&officer, SETS, toml, many.as_bytes()).expect(422);
    assert_eq!(answer["problem_count"].as_u64(), Some(50_000));
    assert_eq!(answer["problems"].as_array().unwrap().len(), 1000);
    for query in ["supersedes=0", "supersedes=", "more=1"] {
        assert_eq!(bring(&officer, &format!("{SETS}?{query}"), toml, b"").status, 400, "{query}");
    }
    for path in [SETS, parameters] {
        assert_eq!(officer.get(path).expect(200)["items"], json!([]));
        for digest in ["nothing", &"0".repeat(64), &"z".repeat(64), "%00", "..%2F"] {
            for below in ["", "/text", "/findings", "/diff"] {
                assert_eq!(
                    officer.get(&format!("{path}/{digest}{below}")).problem(404),
                    "object.unknown",
                    "{digest}{below}"
                );
            }
        }
    }
}

/// Nobody approves their own, another area's or what the checker refuses.
#[test]
fn nobody_gets_past_the_second_person() {
    let (_dir, server) = served();
    for frame in ["2003-29", "2015-71"] {
        enact(&server, "/v1/areas/cn/rule-sets", &fixture(&format!("rule_sets/cn/{frame}.toml")));
    }
    let officer = server.client("officer", "990100");
    let draft = toml(&officer, SETS, &fixture("rule_sets/illustrative/three-year.toml"));
    let here = format!("{SETS}/{}", text_of(&draft, "digest"));
    assert_eq!(officer.post(&format!("{here}/approval"), &approval()).problem(403), "auth.role");
    // A second key of another role, held by the same person.
    let admin = server.admin();
    let request = json!({"role": "approver", "areas": "990100", "holder": "officer of 990100"});
    let made = admin.post("/v1/keys", &request).expect(201);
    let same = admin.with(made["key"].as_str().unwrap());
    assert_eq!(same.post(&format!("{here}/approval"), &approval()).problem(403), "auth.same-person");
    // Another area's approver, by the area's path and by its own.
    let other = server.client("approver", "990200");
    assert_eq!(other.post(&format!("{here}/approval"), &approval()).problem(404), "object.unknown");
    let crossed = here.replace("990100", "990200");
    assert_eq!(other.post(&format!("{crossed}/approval"), &approval()).problem(404), "object.unknown");
    assert_eq!(other.get(&crossed).problem(404), "object.unknown");
    // A document of one area is not brought to another.
    let astray = bring(
        &server.client("officer", "990200"),
        "/v1/areas/990200/rule-sets",
        "application/toml",
        fixture("rule_sets/illustrative/three-year.toml").as_bytes(),
    );
    assert_eq!(astray.problem(422), "content.refused");
    let (place, refused) = ("/v1/areas/440300/rule-sets", fixture("rule_sets/440300/2012.as-published.toml"));
    let refused = bring(&server.client("officer", "440300"), place, "application/toml", refused.as_bytes()).expect(201);
    assert_eq!(refused["verdict"], "refused");
    assert!(refused["findings"].as_array().unwrap().iter().any(|it| it["weight"] == "blocks"), "{refused}");
    let path = format!("{place}/{}/approval", text_of(&refused, "digest"));
    assert_eq!(server.client("approver", "440300").post(&path, &approval()).problem(422), "content.refused");
}

/// What another version says otherwise, in both languages; and whom of the stored book it would change.
#[test]
fn a_version_is_told_from_the_one_before_and_shows_whom_it_would_change() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo --accounts 200");
    let by = "--author clerk --approver head --recorded-at 2022-06-20T09:00:00+08:00";
    rate_ok(
        here,
        &format!(
            "--lang en run --area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01 --book demo/book --out before --log sqlite:rate.db {by}"
        ),
    );
    let server = Server::start(here);
    enact(&server, "/v1/areas/cn/rule-sets", &fixture("rule_sets/cn/2015-71.toml"));
    let method = fixture("rule_sets/illustrative/three-year.toml");
    let first = enact(&server, SETS, &method);
    enact(&server, "/v1/areas/990100/parameters", &fixture("parameters/990100/demonstration.toml"));
    let officer = server.client("officer", "990100");
    // Who had half of the base rate has four fifths of it.
    let changed = method.replace("\"three-year\"", "\"other\"").replace("= \"50%\"", "= \"80%\"");
    let second = toml(&officer, SETS, &changed);
    let path = format!("{SETS}/{}", text_of(&second, "digest"));
    let diff = officer.send("GET", &format!("{path}/diff"), &[("accept-language", "en")], b"").expect(200);
    assert_eq!(diff["against"], first["digest"]);
    let texts: Vec<&str> =
        diff["amendments"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert_eq!(
        texts,
        [
            "version: three-year → other (under: demonstration of three-year cycles (fictitious))",
            "float table › rows › zero › grade: 50% → 80% (under: demonstration of three-year cycles (fictitious), \
             provisions on the float)",
        ]
    );
    let zh = officer.get(&format!("{path}/diff?against={}", text_of(&first, "digest"))).expect(200);
    assert!(
        zh["amendments"][1]["text"].as_str().unwrap().starts_with("浮动档次表 › 行 › zero › 档次：50% → 80%"),
        "{zh}"
    );
    assert_eq!(officer.get(&format!("{path}/diff?against={}", "0".repeat(64))).problem(404), "object.unknown");
    let impacts = format!("{path}/impacts");
    assert_eq!(officer.post(&impacts, &json!({"on": "1999-01-01"})).problem(422), "content.refused");
    assert_eq!(officer.post(&impacts, &json!({"on": "soon"})).problem(400), "request.value");
    let asked = officer.post(&impacts, &json!({"on": "2022-07-01"}));
    let location = asked.header("location").unwrap().to_owned();
    let asked = asked.expect(202);
    assert_eq!((asked["state"].as_str(), &asked["against"]), (Some("queued"), &first["digest"]));
    assert_eq!(server.client("billing", "990100").get(&location).problem(403), "auth.role");
    assert!(server.stop());
    let store =
        Arc::new(Store::open(&format!("sqlite:{}", here.join("rate.db").display()).parse::<Place>().unwrap()).unwrap());
    while gazette::work(&store, "2026-11-30T01:00:00.000Z").unwrap() {}
    drop(store);
    let server = Server::start(here);
    let found = officer.at(&server).get(&location).expect(200);
    assert_eq!((found["state"].as_str(), found["accounts"].as_u64()), (Some("done"), Some(200)));
    let sum =
        |key: &str| -> i64 { found["by_class"].as_array().unwrap().iter().map(|it| it[key].as_i64().unwrap()).sum() };
    assert_eq!(
        (found["before_fen"].as_i64(), found["after_fen"].as_i64()),
        (Some(sum("before_fen")), Some(sum("after_fen")))
    );
    assert!(sum("after_fen") > sum("before_fen"), "a higher grade lowers nobody");
    assert!(found["largest"].as_array().unwrap().iter().all(|it| it["change"] == "up"), "{found}");
}
