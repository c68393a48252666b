//! What any request may count on, whatever it asks: methods, codings, cursors, bodies that end or do not, and the end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rate_service::clock::Stopwatch;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::law::{enact, fixture, text_of};
use crate::server::{Client, Server, served};

/// A server that is told something.
fn told(environment: &[(&str, &str)]) -> (TempDir, Server) {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::over(dir.path(), "sqlite:rate.db", environment);
    (dir, server)
}

#[test]
fn head_is_answered_as_get_without_a_body() {
    let (_dir, server) = served();
    let admin = server.admin();
    for path in ["/v1/keys", "/v1/accesses?limit=1", "/health/live", "/metrics"] {
        let got = admin.get(path);
        let head = admin.send("HEAD", path, &[], b"");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-type"), got.header("content-type"), "{path}");
        // Figures and accesses have grown by the request before.
        if path == "/v1/keys" {
            assert_eq!(head.header("content-length").unwrap(), got.body.len().to_string());
        }
        assert!(head.header("x-request-id").is_some());
    }
    let status = |client: &Client, path: &str| client.send("HEAD", path, &[], b"").status;
    assert_eq!(status(&server.nobody(), "/v1/keys"), 401);
    assert_eq!(status(&server.client("officer", "990100"), "/v1/keys"), 403);
    assert_eq!(status(&server.client("officer", "990100"), "/v1/areas/990200/runs"), 404);
    assert_eq!(status(&admin, "/v1/previews"), 405);
    assert_eq!(admin.get("/v1/keys").status, 200, "the connection goes on");
}

#[test]
fn whoever_takes_no_coding_gets_none() {
    let (_dir, server) = served();
    let admin = server.admin();
    let plain = admin.get("/v1/keys").json();
    for takes in ["identity;q=0", "*;q=0", "identity;q=0, br", "br;q=0, *;q=0"] {
        let answer = admin.send("GET", "/v1/keys", &[("accept-encoding", takes)], b"");
        assert_eq!(answer.header("content-encoding"), None, "{takes}");
        assert_eq!(answer.expect(200), plain, "{takes}");
    }
    let answer = admin.send("GET", "/v1/keys", &[("accept-encoding", "gzip, identity;q=0")], b"");
    assert_eq!((answer.status, answer.header("content-encoding")), (200, Some("gzip")));
}

#[test]
fn a_cursor_that_no_page_of_the_list_gave_is_refused_alike_everywhere() {
    let (_dir, server) = served();
    let frame = enact(&server, "/v1/areas/cn/rule-sets", &fixture("rule_sets/cn/2015-71.toml"));
    let (admin, officer) = (server.admin(), server.client("officer", "*"));
    let findings = format!("/v1/areas/cn/rule-sets/{}/findings", text_of(&frame, "digest"));
    let of_other = text_of(&admin.get("/v1/accesses?limit=1").expect(200), "next");
    let coded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let cursors = ["!!!".to_owned(), "eg".to_owned(), coded("x\u{1f}y"), coded("accesses\u{1f}y"), of_other.clone()];
    let area = "/v1/areas/990100";
    let below = [
        "imports",
        "imports/x/problems",
        "runs",
        "runs/x/findings",
        "runs/x/problems",
        "runs/x/not-insured",
        "runs/x/list",
    ];
    let mut lists: Vec<String> = below.iter().map(|it| format!("{area}/{it}")).collect();
    lists.extend([findings, format!("{area}/rule-sets"), format!("{area}/parameters"), format!("{area}/rate-changes")]);
    for list in lists {
        for cursor in &cursors {
            assert_eq!(
                officer.get(&format!("{list}?cursor={cursor}")).problem(400),
                "request.value",
                "{list} {cursor}"
            );
        }
    }
    for (list, below) in [("import-problems", "imports/x/problems"), ("run-findings", "runs/x/findings")] {
        for place in ["-1", "", "x", "9999999999999999999"] {
            let forged = coded(&format!("{list}\u{1f}{place}"));
            assert_eq!(
                officer.get(&format!("{area}/{below}?cursor={forged}")).problem(400),
                "request.value",
                "{place}"
            );
        }
    }
    for cursor in &cursors[..4] {
        assert_eq!(admin.get(&format!("/v1/accesses?cursor={cursor}")).problem(400), "request.value", "{cursor}");
    }
    assert_eq!(admin.get(&format!("/v1/accesses?cursor={of_other}")).status, 200);
}

/// What is answered to the beginning of a request.
fn answered(server: &Server, key: &str, head: &str, beginning: &str) -> String {
    let address = server.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "{head}\r\nHost: x\r\nAuthorization: Bearer {key}\r\nAccept-Language: en\r\n\r\n{beginning}")
        .unwrap();
    let mut answer = Vec::new();
    // Closed without more, or with a reset: either ends it.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_body_that_does_not_go_on_is_waited_for_a_while() {
    let (_dir, server) = told(&[("RATE_BODY_WAIT_SECONDS", "1")]);
    let key = server.admin.clone().unwrap();
    let officer =
        server.admin().post("/v1/keys", &json!({"role": "officer", "areas": "*", "holder": "li"})).expect(201);
    let officer = text_of(&officer, "key");
    let whole = "POST /v1/keys HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 90\r\nIdempotency-Key: a";
    let answer = answered(&server, &key, whole, "{\"role\":");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("\"code\":\"request.timeout\"") && answer.contains("for 1 seconds"), "{answer}");
    // Of lines, those that came are answered, and the answer has no end.
    let lines = "POST /v1/previews?area=990100&on=2022-07-01 HTTP/1.1\r\nContent-Type: application/x-ndjson\r\nContent-Length: 900";
    let answer = answered(&server, &officer, lines, "{\"law\": {}}\n");
    assert!(answer.starts_with("HTTP/1.1 422 "), "no law is here: {answer}");
    let quotations = lines.replace("previews?area=990100&on=2022-07-01", "areas/990100/premium-quotations");
    let answer = answered(&server, &officer, &quotations, "{}\n");
    assert!(answer.contains("\"line\":1") && !answer.contains("\"end\":true"), "{answer}");
    assert_eq!(server.nobody().get("/health/live").status, 200);
}

#[test]
fn a_line_beyond_its_bound_is_refused_and_holds_up_nobody() {
    let (_dir, server) = told(&[("RATE_LINE_BYTES", "1000")]);
    let billing = server.client("billing", "990100");
    let line = json!({"account": "x", "month": "2022-07", "payroll_fen": 1}).to_string();
    let exact = format!("{line}{}", " ".repeat(1000 - line.len()));
    let body =
        [&line, &"x".repeat(300_000), &line, &exact, &format!("{exact} "), "", &line, &"y".repeat(1001)].join("\n");
    let headers = [("content-type", "application/x-ndjson")];
    let answer = billing.send("POST", "/v1/areas/990100/premium-quotations", &headers, body.as_bytes());
    assert_eq!(answer.status, 200);
    let answers: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<&str> = answers.iter().filter_map(|it| it["problem"]["code"].as_str()).collect();
    let (unknown, too_large) = ("object.unknown", "request.too-large");
    assert_eq!(codes, [unknown, too_large, unknown, unknown, too_large, unknown, too_large]);
    let numbers: Vec<u64> = answers.iter().filter_map(|it| it["line"].as_u64()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!((&answers[7]["end"], &answers[7]["read"], &answers[7]["refused"]), (&json!(true), &json!(7), &json!(7)));
}

#[test]
fn whoever_reads_where_it_listens_may_tell_it_to_stop() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..20 {
        assert!(Server::start(dir.path()).stop(), "{round}");
    }
}

/// Somebody follows an import that waits for its parts: there is no end to that but the server's own.
#[test]
fn whoever_follows_does_not_keep_the_server_from_its_end() {
    let (_dir, server) = told(&[("RATE_SHUTDOWN_SECONDS", "60")]);
    let officer = server.admin().post("/v1/keys", &json!({"role": "officer", "areas": "*", "holder": "li"}));
    let officer = text_of(&officer.expect(201), "key");
    let asked = json!({"mode": "add", "keep": "all-or-nothing"});
    let import = server.nobody().with(&officer).post("/v1/areas/990100/imports", &asked).expect(201);
    let path = format!("/v1/areas/990100/imports/{}/events", text_of(&import, "id"));
    let mut stream = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {officer}\r\nAccept: text/event-stream\r\n\r\n"
    )
    .unwrap();
    let mut piece = [0; 4096];
    let mut came = String::new();
    while !came.contains("event: progress") {
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "{came}");
        came += &String::from_utf8_lossy(&piece[..read]);
    }
    let watch = Stopwatch::start();
    assert!(server.stop());
    assert!(watch.millis() < 20_000, "it took {} ms", watch.millis());
    // The answer was ended, not cut off.
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&rest));
}

/// What is an object is sent as one: the same values in their order name nothing.
#[test]
fn an_array_is_taken_for_no_object() {
    let (_dir, server) = served();
    let area = "/v1/areas/990100";
    let admin = server.admin();
    assert_eq!(admin.post("/v1/keys", &json!(["billing", "990100", "h"])).problem(400), "request.malformed");
    let item = json!(["x", "0".repeat(64), "0.5", null]);
    let billing = server.client("billing", "990100");
    assert_eq!(
        billing.post(&format!("{area}/acknowledgements"), &json!({"items": [item]})).problem(400),
        "request.malformed"
    );
    let officer = server.client("officer", "990100");
    assert_eq!(
        officer.post(&format!("{area}/runs/x/acceptance"), &json!({"kinds": [["claim-twice", "r"]]})).problem(400),
        "request.malformed"
    );
    let preview = json!(["990100", "2022-07-01", null, null, null, "x", null, false]);
    assert_eq!(officer.post("/v1/previews", &preview).problem(400), "request.malformed");
    let law = json!({"area": "990100", "on": "2022-07-01", "account": "x", "law": ["", [], []]});
    assert_eq!(officer.post("/v1/previews", &law).problem(400), "request.malformed");
    let line = json!(["x", "2022-07", 1]).to_string();
    let lines = billing.send(
        "POST",
        &format!("{area}/premium-quotations"),
        &[("content-type", "application/x-ndjson")],
        line.as_bytes(),
    );
    assert!(lines.text().starts_with(r#"{"line":1,"problem":"#), "{}", lines.text());
}

#[test]
fn what_is_wrong_with_a_query_is_said_by_the_name_of_the_parameter() {
    let (_dir, server) = served();
    let officer = server.client("officer", "990100");
    let cases = [
        ("runs?limi=1", "request.parameter-unknown", "limi", "cursor, limit"),
        ("runs?limit=1&limit=2", "request.parameter-twice", "limit", "limit"),
        ("runs?limit=one", "request.value", "limit", "one"),
        ("runs?limit=-1", "request.value", "limit", "-1"),
        ("runs?limit=", "request.value", "limit", "limit"),
        ("runs?limit=0", "request.value", "limit", "1–1000"),
        ("runs/x/notices?form=pdf", "request.value", "form", "html, text"),
        ("rule-sets/in-force", "request.parameter-missing", "on", "on"),
        ("accounts/x/rates?from=2022-01", "request.parameter-missing", "to", "to"),
        (
            "accounts/x/rates?from=2022-01&to=2022-02&From=2022-01",
            "request.parameter-unknown",
            "From",
            "from, to, known_at",
        ),
    ];
    for (path, code, name, more) in cases {
        for (lang, in_chinese) in [("en", false), ("zh", true)] {
            let answer =
                officer.send("GET", &format!("/v1/areas/990100/{path}"), &[("accept-language", lang)], b"").expect(400);
            let detail = text_of(&answer, "detail");
            assert_eq!(answer["code"], code, "{path}: {answer}");
            assert!(detail.contains(&format!("`{name}`")) && detail.contains(more), "{detail}");
            assert_eq!(detail.chars().any(|it| ('\u{4e00}'..'\u{9fff}').contains(&it)), in_chinese, "{detail}");
        }
    }
}

/// Case, width, spaces and what is not seen make nobody another person; what is not seen stands in no name.
#[test]
fn one_person_is_one_however_the_name_is_written() {
    let (_dir, server) = served();
    let admin = server.admin();
    let made =
        |role: &str, holder: &str| admin.post("/v1/keys", &json!({"role": role, "areas": "*", "holder": holder}));
    for holder in
        ["Wang\u{200b}", "Wa\u{ad}ng", "\u{202e}gnaW", "Wang\u{fe0f}", "\u{3164}", "--", "", "Wang\n", "a\u{0}"]
    {
        assert_eq!(made("officer", holder).problem(400), "request.value", "{holder:?}");
    }
    let key = |role: &str, holder: &str| admin.with(&text_of(&made(role, holder).expect(201), "key"));
    let officer = key("officer", "Wang Weiß");
    let frame = fixture("rule_sets/cn/2015-71.toml");
    let headers = [("idempotency-key", "a"), ("content-type", "application/toml")];
    let draft = officer.send("POST", "/v1/areas/cn/rule-sets", &headers, frame.as_bytes()).expect(201);
    let path = format!("/v1/areas/cn/rule-sets/{}/approval", text_of(&draft, "digest"));
    let approval = json!({"document_number": "1", "organ": "x", "date": "2025-12-01"});
    for same in ["wang weiß", "WANG WEISS", "Ｗａｎｇ　weiß", "Wang-Wei\u{df}", " Wang  Weiß "] {
        assert_eq!(key("approver", same).post(&path, &approval).problem(403), "auth.same-person", "{same:?}");
    }
    assert_eq!(key("approver", "王伟").post(&path, &approval).status, 200);
}

/// A day of decision is one of the setting, or left out.
#[test]
fn a_day_of_decision_outside_the_setting_is_refused() {
    let (_dir, server) = served();
    for (area, noun, path) in [
        ("cn", "rule-sets", "rule_sets/cn/2015-71.toml"),
        ("990100", "rule-sets", "rule_sets/illustrative/three-year.toml"),
        ("990100", "parameters", "parameters/990100/demonstration.toml"),
    ] {
        enact(&server, &format!("/v1/areas/{area}/{noun}"), &fixture(path));
    }
    let officer = server.client("officer", "990100");
    // The setting of 2022-07-01 ends on 2023-06-30.
    for (day, status) in [("2022-06-30", 422), ("2023-07-01", 422), ("2022-07-01", 404), ("2023-06-30", 404)] {
        let asked = json!({"area": "990100", "on": "2022-07-01", "decided_on": day, "account": "x"});
        let answer = officer.post("/v1/previews", &asked);
        assert_eq!(answer.status, status, "{day}: {}", answer.text());
        let body = format!("{}\n", json!({"account": "x"}));
        let path = format!("/v1/previews?area=990100&on=2022-07-01&decided_on={day}");
        let lines = officer.send("POST", &path, &[("content-type", "application/x-ndjson")], body.as_bytes());
        assert_eq!(lines.status, if status == 422 { 422 } else { 200 }, "{day}");
        let run = officer.post("/v1/areas/990100/runs", &json!({"on": "2022-07-01", "decided_on": day}));
        assert_eq!(run.status, if status == 422 { 422 } else { 202 }, "{day}: {}", run.text());
    }
    let asked = json!({"on": "2022-07-01", "decided_on": "2024-01-01"}).to_string();
    for (lang, said) in [("en", "outside the setting 2022-07-01"), ("zh", "核定日期 2024-01-01 不在该期")] {
        let headers = [("accept-language", lang), ("content-type", "application/json"), ("idempotency-key", lang)];
        let answer = officer.send("POST", "/v1/areas/990100/runs", &headers, asked.as_bytes()).expect(422);
        assert_eq!(answer["code"], "content.refused");
        assert!(text_of(&answer, "detail").contains(said), "{answer}");
    }
}

/// A run is named after its area, so that no answer tells what names another area has.
#[test]
fn a_run_has_no_name_of_another_area() {
    let (_dir, server) = served();
    let asks = |area: &str, id: &str| {
        server.client("officer", area).post(&format!("/v1/areas/{area}/runs"), &json!({"id": id, "on": "2022-07-01"}))
    };
    assert_eq!(asks("990100", "990100-a").status, 202);
    for (area, id) in
        [("990200", "990100-a"), ("990200", "990100-b"), ("990200", "a"), ("990200", "990200"), ("990200", "")]
    {
        assert_eq!(asks(area, id).problem(400), "request.value", "{area} {id}");
    }
    assert_eq!(asks("990200", "990200-a").status, 202);
    assert_eq!(asks("990100", "990100-a").problem(409), "state.conflict");
}
