//! Vectors sent in and held against what the build decides: those of the command are equal, and what is changed in them is
//! found at its place.

use serde_json::{Value, json};

use crate::command::{rate_ok, root};
use crate::law::{enact, fixture};
use crate::server::{Client, served};

const PATH: &str = "/v1/vector-checks";

fn sent(client: &Client, document: &Value) -> crate::server::Answer {
    client.send("POST", PATH, &[("content-type", "application/json")], document.to_string().as_bytes())
}

#[test]
fn cases_are_equal_until_something_is_changed() {
    let (_dir, server) = served();
    enact(&server, "/v1/areas/cn/rule-sets", &fixture("rule_sets/cn/2015-71.toml"));
    let auditor = server.client("auditor", "990100");
    let rules = "fixtures/rule_sets/illustrative/three-year.toml";
    let printed =
        rate_ok(&root(), &format!("vectors {rules} --parameters fixtures/parameters/990100/demonstration.toml"));
    let mut document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(sent(&auditor, &document).problem(422), "content.refused", "nothing is known here yet");
    enact(&server, "/v1/areas/990100/rule-sets", &fixture("rule_sets/illustrative/three-year.toml"));
    enact(&server, "/v1/areas/990100/parameters", &fixture("parameters/990100/demonstration.toml"));
    let cases = document["cases"].as_array().unwrap().len();
    let found = sent(&auditor, &document).expect(200);
    let counts = |found: &Value| ["cases", "equal", "differing", "refused"].map(|name| found[name].as_u64().unwrap());
    let all = u64::try_from(cases).unwrap();
    assert_eq!(counts(&found), [all, all, 0, 0], "{found}");
    assert!(cases > 50);
    // A rate, a measure and a reason that are expected otherwise, a row that is wrong, and an account that is not there.
    let case = |document: &mut Value, at: usize| document["cases"][at].take();
    let mut changed: Vec<Value> = (0..4).map(|at| case(&mut document, at)).collect();
    let rate = changed[0]["expected"]["segments"][0]["rate_percent"].take();
    changed[0]["expected"]["segments"][0]["rate_percent"] = json!("99");
    changed[0]["expected"].as_object_mut().unwrap().remove("reason");
    changed[1]["expected"]["segments"] = json!([]);
    changed[2]["facts"]["coverage"][0] = json!("990100,,2017-01,,insured");
    changed[3]["case"] = json!("nobody");
    document["cases"] = json!(changed);
    let found = sent(&auditor, &document).expect(200);
    assert_eq!(counts(&found), [4, 0, 2, 2], "{found}");
    let items = &found["items"];
    let first = items[0]["differences"].as_array().unwrap();
    let places: Vec<&str> = first.iter().map(|it| it["place"].as_str().unwrap()).collect();
    assert_eq!(places, ["/reason", "/segments/0/rate_percent"]);
    assert_eq!((&first[1]["expected"], &first[1]["found"], &first[0]["expected"]), (&json!("99"), &rate, &Value::Null));
    assert_eq!(items[1]["differences"][0]["place"], "/segments");
    assert!(items[2]["problems"][0]["code"].is_string() && items[3]["result"] == "refused", "{items}");
    // A case a line, and the sums at the end.
    let headers = [("content-type", "application/json"), ("accept", "application/x-ndjson")];
    let lines = auditor.send("POST", PATH, &headers, document.to_string().as_bytes());
    assert_eq!(lines.header("content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0], counts(&lines[4])), (5, &items[0], [4, 0, 2, 2]));
    wrong(&auditor, &document);
    // Whose key does not reach the area learns no more than that there is nothing.
    let other = server.client("actuary", "990200");
    assert_eq!(sent(&other, &document).problem(422), "content.refused");
    assert_eq!(sent(&server.client("billing", "990100"), &document).problem(403), "auth.role");
}

fn wrong(auditor: &Client, document: &Value) {
    let with = |path: &str, value: Value| {
        let mut document = document.clone();
        *document.pointer_mut(path).unwrap() = value;
        sent(auditor, &document)
    };
    assert_eq!(with("/format", json!("vectors/2")).problem(400), "request.value");
    assert_eq!(with("/semantics", json!(999)).problem(422), "content.refused");
    assert_eq!(with("/setting/from", json!("soon")).problem(400), "request.value");
    assert_eq!(with("/setting/from", json!("1999-01-01")).problem(422), "content.refused");
    assert_eq!(with("/rule_set/digest", json!("none")).problem(400), "request.value");
    assert_eq!(with("/parameters/0/digest", json!("0".repeat(64))).problem(422), "content.refused");
    assert_eq!(with("/statistics", json!(["990100"])).problem(422), "content.problems");
    assert_eq!(with("/cases", json!(7)).problem(400), "request.malformed");
}
