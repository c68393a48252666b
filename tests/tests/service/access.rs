//! Keys, roles, areas; requests that come again; failures as problems; the document.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use rate_service::api_error::ApiCode;
use rate_service::auth::Role;
use rate_service::clock::Stopwatch;
use rate_service::openapi;
use rate_service::routes::{Effect, OPERATIONS, Operation, Scope};
use serde_json::{Value, json};

use crate::server::{Client, Server, new_name, served};

/// A path of an operation, its names filled in.
fn path(operation: &Operation, area: &str) -> String {
    let mut path = operation.path.replace("{area}", area);
    while let Some((before, behind)) = path.split_once('{') {
        let (_, after) = behind.split_once('}').unwrap();
        path = format!("{before}nothing{after}");
    }
    path
}

fn ask(client: &Client, operation: &Operation, area: &str, body: &[u8]) -> (u16, Value) {
    let name = new_name();
    let headers = [("idempotency-key", name.as_str()), ("content-type", "application/json")];
    let answer = client.send(operation.verb.as_str(), &path(operation, area), &headers, body);
    let json = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    (answer.status, json)
}

/// Every operation, asked by every role, by nobody, by a key that is none and by one that was taken back, of an area that
/// the key has, one below it, one above it and another. What is expected comes from the table that mounts the routes.
#[test]
fn nobody_does_what_the_table_does_not_give_them() {
    let (_dir, server) = served();
    let admin = server.admin();
    let strangers = [
        ("no key", server.nobody(), "auth.missing"),
        ("no such key", server.nobody().with("rate_abcdefgh_nothing"), "auth.unknown"),
        ("no key at all", server.nobody().with("password"), "auth.unknown"),
        ("taken back", revoked(&admin), "auth.unknown"),
    ];
    let areas = [("330100", true), ("330102", true), ("330000", false), ("330200", false), ("990100", false)];
    let mut asked = 0;
    for operation in OPERATIONS {
        for (who, stranger, code) in &strangers {
            let (status, answer) = ask(stranger, operation, "330100", b"{}");
            if operation.scope == Scope::Open {
                assert_eq!(status, 200, "{}: {answer}", operation.id);
            } else {
                assert_eq!((status, answer["code"].as_str()), (401, Some(*code)), "{} by {who}", operation.id);
            }
            asked += 1;
        }
    }
    for role in Role::ALL {
        let client = admin.makes(role.as_str(), "330100");
        for operation in OPERATIONS.iter().filter(|it| it.scope != Scope::Open) {
            let reached: &[(&str, bool)] = if operation.scope == Scope::Area { &areas } else { &areas[..1] };
            for (area, reaches) in reached {
                let (status, answer) = ask(&client, operation, area, b"no JSON");
                let context = format!("{} by {role} in {area}: {status} {answer}", operation.id);
                let code = answer["code"].as_str().unwrap_or_default();
                match (*reaches, operation.roles.contains(&role)) {
                    (false, _) => assert_eq!((status, code), (404, "object.unknown"), "{context}"),
                    (true, false) => assert_eq!((status, code), (403, "auth.role"), "{context}"),
                    (true, true) => assert!(status != 401 && status != 403 && status < 500, "{context}"),
                }
                asked += 1;
            }
        }
    }
    assert!(asked >= OPERATIONS.len() * 8);
}

fn revoked(admin: &Client) -> Client {
    let made = admin.post("/v1/keys", &json!({"role": "auditor", "areas": "*", "holder": "gone"})).expect(201);
    let client = admin.with(made["key"].as_str().unwrap());
    assert_eq!(client.get("/v1/accesses").status, 200);
    let gone = admin.delete(&format!("/v1/keys/{}", made["id"].as_str().unwrap())).expect(200);
    assert!(gone["revoked_at"].is_string());
    client
}

#[test]
fn the_document_is_that_of_the_table_and_the_one_checked_in() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            documented.insert((id.to_owned(), verb.to_uppercase(), path.clone()));
            let needs_none = operation["security"] == json!([{}]);
            let open = OPERATIONS.iter().any(|it| it.id == id && it.scope == Scope::Open);
            assert_eq!(needs_none, open, "{id}");
            let once = OPERATIONS.iter().any(|it| it.id == id && it.effect == Effect::Once);
            let named = operation["parameters"].to_string().contains("Idempotency-Key");
            assert_eq!(named, once, "{id} says whether it needs an Idempotency-Key");
        }
    }
    let table: BTreeSet<_> =
        OPERATIONS.iter().map(|it| (it.id.to_owned(), it.verb.as_str().to_owned(), it.path.to_owned())).collect();
    assert_eq!(documented, table);
    let file = crate::command::root().join("rate-service/openapi.json");
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    if std::env::var_os("RATE_UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "rate-service/openapi.json is not the document: RATE_UPDATE_OPENAPI=1 writes it");
}

#[test]
fn a_key_gives_no_more_than_it_has() {
    let (_dir, server) = served();
    let of_city = server.client("admin", "330100");
    let request = |areas: &str| json!({"role": "billing", "areas": areas, "holder": "征缴系统"});
    for areas in ["*", "330000", "330200", "330100,990100"] {
        assert_eq!(of_city.post("/v1/keys", &request(areas)).problem(404), "object.unknown", "{areas}");
    }
    let below = of_city.post("/v1/keys", &request("330102")).expect(201);
    assert!(below["key"].as_str().unwrap().len() > 50);
    let listed = of_city.get("/v1/keys").expect(200);
    let seen: Vec<&str> = listed["items"].as_array().unwrap().iter().map(|it| it["areas"].as_str().unwrap()).collect();
    assert_eq!(seen, ["330100", "330102"]);
    assert!(listed["items"].as_array().unwrap().iter().all(|it| it.get("key").is_none()));
    let all = server.admin().get("/v1/keys").expect(200);
    let first = all["items"][0]["id"].as_str().unwrap();
    assert_eq!(of_city.delete(&format!("/v1/keys/{first}")).problem(404), "object.unknown");
    assert_eq!(of_city.delete("/v1/keys/nothing1").problem(404), "object.unknown");
}

/// A thousand times the same, from sixteen connections: done once, and answered alike.
#[test]
fn a_request_that_comes_again_is_done_once() {
    let (_dir, server) = served();
    let admin = server.admin();
    let request = json!({"role": "billing", "areas": "990100", "holder": "征缴系统"});
    let name = new_name();
    let answers: Vec<(u16, Value, bool)> = std::thread::scope(|scope| {
        let asking = |_| {
            scope.spawn(|| {
                let client = server.admin();
                let once = || client.post_as(&name, "/v1/keys", &request);
                let told = |answer: crate::server::Answer| {
                    let again = answer.header("idempotency-replayed").is_some();
                    (answer.status, answer.json(), again)
                };
                (0..63).map(|_| told(once())).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..16).map(asking).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 1008);
    assert_eq!(answers.iter().filter(|(.., again)| !again).count(), 1, "done once");
    let ids: BTreeSet<&str> = answers.iter().map(|(_, body, _)| body["id"].as_str().unwrap()).collect();
    assert_eq!((ids.len(), answers.iter().all(|(status, ..)| *status == 201)), (1, true));
    // What makes it a key was shown to whoever was first, and is not kept.
    assert_eq!(answers.iter().filter(|(_, body, _)| body.get("key").is_some()).count(), 1);
    assert_eq!(admin.get("/v1/keys").expect(200)["items"].as_array().unwrap().len(), 2);
    let other = json!({"role": "admin", "areas": "990100", "holder": "征缴系统"});
    assert_eq!(admin.post_as(&name, "/v1/keys", &other).problem(422), "idempotency.reused");
    // Somebody else's request of this name is another.
    assert_eq!(admin.makes("admin", "*").post_as(&name, "/v1/keys", &other).status, 201);
}

/// Method, path, headers and body of a request; status and code of its answer.
type Case<'c> = (&'c str, &'c str, &'c [(&'c str, &'c str)], &'c [u8], u16, ApiCode);

#[test]
fn what_cannot_be_read_is_said_as_a_problem_in_both_languages() {
    let (_dir, server) = served();
    let admin = server.admin();
    let json = ("content-type", "application/json");
    let name = ("idempotency-key", "n");
    let long = "x".repeat(256);
    let large = vec![b' '; (8 << 20) + 1];
    let cases: [Case<'_>; 11] = [
        ("GET", "/nothing", &[], b"", 404, ApiCode::RouteUnknown),
        ("GET", "/v1/keys/", &[], b"", 404, ApiCode::RouteUnknown),
        ("PUT", "/v1/keys", &[], b"", 405, ApiCode::RequestMethod),
        ("POST", "/v1/keys", &[json], b"{}", 400, ApiCode::RequestKey),
        ("POST", "/v1/keys", &[json, ("idempotency-key", &long)], b"{}", 400, ApiCode::RequestKey),
        ("POST", "/v1/keys", &[name], b"{}", 415, ApiCode::RequestType),
        ("POST", "/v1/keys", &[name, json], b"{\"role\":", 400, ApiCode::RequestMalformed),
        (
            "POST",
            "/v1/keys",
            &[name, json],
            b"{\"role\":\"x\",\"areas\":\"*\",\"holder\":\"h\"}",
            400,
            ApiCode::RequestValue,
        ),
        ("POST", "/v1/keys", &[name, json], b"{\"rule\":\"x\"}", 400, ApiCode::RequestMalformed),
        ("POST", "/v1/keys", &[name, json], &large, 413, ApiCode::RequestTooLarge),
        ("GET", "/v1/accesses?cursor=%00", &[], b"", 400, ApiCode::RequestValue),
    ];
    for (verb, path, headers, body, status, code) in cases {
        for (lang, in_chinese) in [("en", false), ("zh-CN,en;q=0.5", true)] {
            let headers = [headers, &[("accept-language", lang)]].concat();
            let answer = admin.send(verb, path, &headers, body);
            let request = answer.header("x-request-id").unwrap().to_owned();
            let body = answer.expect(status);
            assert_eq!(body["code"], code.as_str(), "{verb} {path}");
            assert_eq!(body["request_id"], request.as_str());
            let title = body["title"].as_str().unwrap();
            assert_eq!(title.is_ascii(), !in_chinese, "{title}");
        }
    }
    let answer = admin.send("PUT", "/v1/keys", &[], b"");
    assert_eq!(answer.header("allow"), Some("POST, GET, HEAD"));
}

#[test]
fn every_request_is_noted_without_what_is_secret() {
    let (dir, server) = served();
    let admin = server.admin();
    let billing = admin.makes("billing", "990100");
    assert_eq!(billing.get("/v1/keys").problem(403), "auth.role");
    let key = server.admin.clone().unwrap();
    assert!(server.stop(), "it ends well when it is told to");
    // A new process says no key, and knows the old ones.
    let server = crate::server::Server::start(dir.path());
    assert_eq!(server.admin, None);
    let admin = server.nobody().with(&key);
    let seen = admin.get("/v1/accesses?limit=1").expect(200);
    assert_eq!(seen["items"].as_array().unwrap().len(), 1);
    let next = admin.get(&format!("/v1/accesses?cursor={}", seen["next"].as_str().unwrap())).expect(200);
    let all: Vec<&Value> = seen["items"].as_array().unwrap().iter().chain(next["items"].as_array().unwrap()).collect();
    let told: Vec<(&str, i64)> =
        all.iter().map(|it| (it["operation"].as_str().unwrap(), it["status"].as_i64().unwrap())).collect();
    assert_eq!(told[..2], [("keys.create", 201), ("keys.list", 403)]);
    let log = std::fs::read_to_string(dir.path().join("server.log")).unwrap();
    let secret = key.rsplit('_').next().unwrap();
    let database = std::fs::read(dir.path().join("rate.db")).unwrap();
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|it| it == secret.as_bytes());
    assert!(!log.contains(secret) && !holds(&database), "a key is kept nowhere");
}

#[test]
fn a_server_says_how_it_is_doing() {
    let (_dir, server) = served();
    let nobody = server.nobody();
    assert_eq!(nobody.get("/health/live").expect(200)["status"], "ok");
    assert_eq!(nobody.get("/health/ready").expect(200)["status"], "ok");
    let figures = nobody.get("/metrics");
    assert!(figures.text().contains("rate_requests_total{operation=\"health.live\",status=\"200\"} 1"));
    assert!(figures.text().ends_with("# EOF\n"));
    let page = nobody.get("/docs/");
    assert!(page.text().contains("swagger"), "{}", page.text());
    assert_eq!(nobody.get("/openapi.json").expect(200)["openapi"], "3.1.0");
    for (name, value) in [("x-content-type-options", "nosniff"), ("cache-control", "no-store")] {
        assert_eq!(nobody.get("/v1/keys").header(name), Some(value));
    }
}

/// Somebody else holds the database to write for three seconds. More requests want to write than a worker has threads; who
/// only reads is answered all the same, and every write is done in the end.
#[test]
fn whoever_waits_to_write_leaves_readers_be() {
    if !rate_tests::python() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", dir.path().join("rate.db").display());
    let server = Server::over(dir.path(), &database, &[("RATE_WORKERS", "1")]);
    let (admin, auditor) = (server.admin(), server.client("auditor", "990100"));
    let held = "import sqlite3, sys, time; it = sqlite3.connect(sys.argv[1], isolation_level=None); \
                it.execute('BEGIN IMMEDIATE'); print(flush=True); time.sleep(3); it.execute('COMMIT')";
    let mut other = Command::new("python3");
    other.args(["-c", held]).arg(dir.path().join("rate.db")).stdout(Stdio::piped());
    let mut other = other.spawn().unwrap();
    BufReader::new(other.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let begun = Stopwatch::start();
    std::thread::scope(|scope| {
        for number in 0..24 {
            let admin = &admin;
            scope.spawn(move || {
                let request = json!({"role": "billing", "areas": "990100", "holder": format!("writer {number}")});
                admin.post("/v1/keys", &request).expect(201);
            });
        }
        let mut slowest = 0;
        while begun.millis() < 2000 {
            let asked = Stopwatch::start();
            auditor.get("/v1/areas/990100/runs").expect(200);
            slowest = slowest.max(asked.millis());
        }
        assert!(slowest < 1500, "a reader waited for those who write: {slowest} ms");
    });
    assert!(begun.millis() > 2500, "nobody waited: the test shows nothing");
    assert!(other.wait().unwrap().success());
}
