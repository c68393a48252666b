//! Lists that emergency, health and credit bodies send, over HTTP: matched by number or code, reported, never guessed.

use std::fs;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::command::{rate_ok, root};
use crate::law::enact;
use crate::server::{Client, Server};
use crate::stored::databases;

const IMPORTS: &str = "/v1/areas/990100/imports";

/// Four accounts: one with a code of its own, two branches of one employer, one without a code.
const ACCOUNTS: &str = "area,account,credit_code,name,kind\n\
    990100,1,91110000600037341L,甲公司,employer\n\
    990100,2,911100001000002217,乙公司一分,employer\n\
    990100,3,911100001000002217,乙公司二分,employer\n\
    990100,4,,丙公司,employer\n";

fn each(test: impl Fn(&Server)) {
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        test(&Server::over(dir.path(), &url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]));
    }
}

/// What is said of a part, beside its name.
fn said(form: &str, list: bool) -> Value {
    let head = json!({"body": "某市应急管理局", "document": "某应急〔2021〕3号", "date": "2021-06-01"});
    json!({"form": form, "list": if list { head } else { Value::Null }})
}

/// Sends parts as one import of mode `add`, and waits for its end.
fn imported(client: &Client, keep: &str, dry_run: bool, parts: &[(&str, Value, &[u8])]) -> Value {
    let made = client.post(IMPORTS, &json!({"mode": "add", "keep": keep, "dry_run": dry_run})).expect(201);
    let here = format!("{IMPORTS}/{}", made["id"].as_str().unwrap());
    for ((name, said, bytes), number) in parts.iter().zip(1..) {
        let put = |path: &str, body: &[u8], kind: &str| {
            client.send("PUT", &format!("{here}/parts/{number}{path}"), &[("content-type", kind)], body).expect(200)
        };
        let mut head = said.clone();
        head["name"] = json!(name);
        put("", head.to_string().as_bytes(), "application/json");
        put("/bytes", bytes, "application/octet-stream");
        let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        put("/digest", json!({ "sha256": sha256 }).to_string().as_bytes(), "application/json");
    }
    client.post(&format!("{here}/closing"), &json!({})).expect(202);
    loop {
        let import = client.get(&here).expect(200);
        if import["state"] != "checking" {
            return import;
        }
        assert!(std::process::Command::new("sleep").arg("0.02").status().unwrap().success());
    }
}

fn state(import: &Value) -> &str {
    import["state"].as_str().unwrap()
}

/// Code, account and place of each problem.
fn problems(client: &Client, import: &Value) -> Vec<String> {
    let here = format!("{IMPORTS}/{}/problems", import["id"].as_str().unwrap());
    let items = client.get(&here).expect(200)["items"].as_array().unwrap().clone();
    let text = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    items.iter().map(|it| format!("{} {} {}", text(it, "code"), text(it, "account"), text(it, "place"))).collect()
}

const LIST: &str = "account,credit_code,name,kind,level,from,to,found\n\
    ,91110000600037341L,甲公司,production-accident,,2021-05-01,,2021-05-20\n\
    2,,,production-accident,,2021-05-02,,\n\
    3,911100001000002217,乙,production-accident,,2021-05-03,,\n\
    ,911100001000002217,乙公司一分,production-accident,,2021-05-04,,\n\
    9,,,production-accident,,2021-05-05,,\n\
    1,911100001000002217,,production-accident,,2021-05-06,,\n\
    ,,丙公司,production-accident,,2021-05-07,,\n\
    ,91110000000000000X,,production-accident,,2021-05-08,,\n\
    4,91110000600037341L,,production-accident,,2021-05-09,,\n";

/// What lines 5 to 10 of the list are: a code of two, a number of nobody, number and code of different accounts, a name
/// alone, a code of nobody, a code where the account has none.
const NOT_FOUND: [&str; 6] = [
    "list.several  5",
    "list.nobody  6",
    "list.contradiction  7",
    "list.unnamed  8",
    "list.nobody  9",
    "list.contradiction  10",
];

#[test]
fn entries_are_matched_or_reported_and_never_guessed() {
    each(|server| {
        let client = server.client("officer", "990100");
        let accounts = ("accounts.csv", said("csv", false), ACCOUNTS.as_bytes());
        assert_eq!(state(&imported(&client, "all-or-nothing", false, &[accounts])), "committed");
        let list = || ("名单.csv", said("csv", true), LIST.as_bytes());
        // Whom an entry may be is told, and that is all: nothing came in.
        let refused = imported(&client, "all-or-nothing", false, &[list()]);
        assert_eq!((state(&refused), &refused["rows"], &refused["problems"]), ("refused", &json!(9), &json!(6)));
        assert_eq!(problems(&client, &refused), NOT_FOUND);
        let here = format!("{IMPORTS}/{}/problems?limit=1", refused["id"].as_str().unwrap());
        let several = client.send("GET", &here, &[("accept-language", "en")], b"").expect(200)["items"][0].clone();
        assert_eq!(several["message"], "2 accounts have credit code `911100001000002217`: 2, 3");
        assert_eq!((&several["account"], &several["part"]), (&Value::Null, &json!(1)));
        // A dry run of what is right shows what would come in.
        let preview = imported(&client, "keep-the-good", true, &[list()]);
        assert_eq!((state(&preview), &preview["accounts"], &preview["problems"]), ("checked", &json!(3), &json!(6)));
        let kept = imported(&client, "keep-the-good", false, &[list()]);
        assert_eq!((state(&kept), &kept["knowledge"]), ("committed", &json!(2)));
        assert_eq!(problems(&client, &kept), NOT_FOUND);
        // The same list again is no news.
        let again = imported(&client, "keep-the-good", false, &[list()]);
        assert_eq!((state(&again), &again["knowledge"]), ("committed", &json!(2)));
    });
}

#[test]
fn lists_come_in_every_form_and_with_accounts_of_their_own_import() {
    each(|server| {
        let client = server.client("officer", "990100");
        let mapping = fs::read_to_string(root().join("fixtures/mappings/zh.toml")).unwrap();
        let chinese = "序号,单位编号,统一社会信用代码,单位名称,种类,等级,起始日期,终止日期,查实日期\n\
            1,,91110000600037341L,甲公司,生产安全责任事故,,2021年5月1日,,20210520\n\
            2,4,,丙公司,安全事故,,2021/5/2,,\n";
        let (encoded, ..) = encoding_rs::GB18030.encode(chinese);
        let mut mapped = said("csv", true);
        mapped["mapping"] = json!(mapping);
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet().set_name("2021年第二季度").unwrap();
        for (row, line) in (0..).zip(["credit_code,kind,from", "91110000600037341L,arrears,2021-05-01"]) {
            for (column, cell) in (0..).zip(line.split(',')) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        let workbook = workbook.save_to_buffer().unwrap();
        let lines =
            "{\"table\":\"list\",\"row\":{\"account\":\"4\",\"kind\":\"joint-punishment\",\"from\":\"2021-05-01\"}}\n";
        // The list stands before the accounts that it names: it is read after them.
        let parts = [
            ("事故通报.csv", mapped, &*encoded),
            ("accounts.csv", said("csv", false), ACCOUNTS.as_bytes()),
            ("名单.xlsx", said("xlsx", true), &workbook),
            ("名单.ndjson", said("ndjson", true), lines.as_bytes()),
        ];
        let kept = imported(&client, "keep-the-good", false, &parts);
        // A word that the mapping does not know is wrong with its account, all of whose rows stay out.
        // It is new: where it does not come in, the entries that are its own are nobody's.
        assert_eq!(problems(&client, &kept), ["rows.word 4 3", "list.nobody  3", "list.nobody  1"], "{kept}");
        assert_eq!((state(&kept), &kept["rows"], &kept["knowledge"]), ("committed", &json!(8), &json!(1)));
        let found = client.get("/v1/areas/990100/accounts?credit_code=91110000600037341L").expect(200);
        assert_eq!(found["items"], json!([{"account": "1", "name": "甲公司"}]));
    });
}

#[test]
fn what_is_wrong_with_a_list_is_said() {
    each(|server| {
        let client = server.client("officer", "990100");
        let accounts = ("accounts.csv", said("csv", false), ACCOUNTS.as_bytes());
        assert_eq!(state(&imported(&client, "all-or-nothing", false, &[accounts])), "committed");
        let cases: [(&str, &[&str]); 8] = [
            ("account,kind,from\n1,accident,2021-05-01\n", &["rows.word 1 2"]),
            ("account,kind,from\n1,arrears,2021-02-30\n", &["rows.date 1 2"]),
            ("account,kind,from,to\n1,arrears,2021-02-03,2021-02-01\n", &["rows.span 1 2"]),
            ("account,kind,from,level\n1,safety-certificate,2021-02-03,x\n", &["rows.number 1 2"]),
            ("account,kind\n1,arrears\n", &["rows.header  1"]),
            ("account,kind,from,colour\n1,arrears,2021-05-01,red\n", &["rows.unknown-column  1:4"]),
            ("account,kind,from\n1,arrears\n=1+1,arrears,2021-05-01\n", &["rows.ragged  2", "list.nobody  3"]),
            ("account,kind,from\n1,arrears,2021-05-01\n1,arrears,2021-05-01\n", &["rows.duplicate 1 3"]),
        ];
        for (text, expected) in cases {
            let wrong = imported(&client, "all-or-nothing", false, &[("l.csv", said("csv", true), text.as_bytes())]);
            assert_eq!(state(&wrong), "refused", "{text}");
            let found = problems(&client, &wrong);
            assert!(expected.iter().all(|it| found.iter().any(|problem| problem == it)), "{text}: {found:?}");
        }
        // What is wrong with the file keeps everything out, whatever is to be kept.
        let quote = b"account,kind,from\n1,arrears,2021-05-01\n\"4,arrears,2021-05-01\n";
        let wrong = imported(&client, "keep-the-good", false, &[("l.csv", said("csv", true), quote)]);
        assert_eq!((state(&wrong), problems(&client, &wrong)), ("refused", vec!["rows.quote  3".to_owned()]));
        let begin = |mode: &str, body: &Value| {
            let made = client.post(IMPORTS, &json!({"mode": mode, "keep": "all-or-nothing"})).expect(201);
            let path = format!("{IMPORTS}/{}/parts/1", made["id"].as_str().unwrap());
            client.send("PUT", &path, &[("content-type", "application/json")], body.to_string().as_bytes())
        };
        let body = |body: &str, document: &str, date: &str| json!({"name": "l.csv", "form": "csv", "list": {"body": body, "document": document, "date": date}});
        assert_eq!(begin("add", &body("某局", "1号", "2021-06-01")).status, 200);
        assert_eq!(begin("replace", &body("某局", "1号", "2021-06-01")).problem(409), "state.conflict");
        let long = "号".repeat(189);
        for wrong in [
            body("", "1号", "2021-06-01"),
            body("某局", " ", "2021-06-01"),
            body("某局", &long, "2021-06-01"),
            body("某\u{202e}局", "1号", "2021-06-01"),
            body("某局", "1号", "2021-02-30"),
            body("某局", "1号", "2021年6月1日"),
        ] {
            assert_eq!(begin("add", &wrong).problem(400), "request.value", "{wrong}");
        }
        let half = json!({"name": "l.csv", "form": "csv", "list": {"body": "某局"}});
        assert_eq!(begin("add", &half).problem(400), "request.malformed");
        let array = json!({"name": "l.csv", "form": "csv", "list": ["某局", "1号", "2021-06-01"]});
        assert_eq!(begin("add", &array).problem(400), "request.malformed");
        for name in ["", " "] {
            assert_eq!(begin("add", &json!({"name": name, "form": "csv"})).problem(409), "state.conflict", "`{name}`");
        }
        let made = client.post(IMPORTS, &json!({"mode": "add", "keep": "all-or-nothing"})).expect(201);
        let part = body("某局", "1号", "2021-06-01").to_string();
        for (number, status) in [("+1", 400), ("01", 400), ("-1", 400), ("0", 400), ("1001", 400), ("10", 200)] {
            let path = format!("{IMPORTS}/{}/parts/{number}", made["id"].as_str().unwrap());
            let answer = client.send("PUT", &path, &[("content-type", "application/json")], part.as_bytes());
            assert_eq!(answer.status, status, "{number}");
        }
    });
}

/// Nothing paid and nobody hurt in three years is two grades down, 50 % of 0.7 in class 3; arrears found in the window keep
/// it at the base rate.
#[test]
fn a_list_changes_what_is_decided() {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    let read = |path: &str| fs::read_to_string(dir.path().join("demo").join(path)).unwrap();
    each(|server| {
        enact(server, "/v1/areas/cn/rule-sets", &read("rules/cn/2015-71.toml"));
        enact(server, "/v1/areas/990100/rule-sets", &read("rules/990100/three-year.toml"));
        enact(server, "/v1/areas/990100/parameters", &read("parameters/990100.toml"));
        let client = server.client("officer", "990100");
        let part = |table: &str, head: &str, row: &str| {
            (format!("{table}.csv"), format!("area,account,{head}\n990100,1,{row}\n"))
        };
        let parts = [
            part("accounts", "credit_code,kind", "91110000600037341L,employer"),
            part("coverage", "from,state", "2018-01,insured"),
            part("classifications", "from,class_system,class,decided_by", "2018-01-01,8,3,agency"),
            part(
                "premiums",
                "from,to,payroll_fen,heads,due_fen,paid_fen,relieved_fen,kind",
                "2019-01,2021-12,360000000,20,2520000,2520000,0,regular",
            ),
        ];
        let parts: Vec<(&str, Value, &[u8])> =
            parts.iter().map(|(name, text)| (name.as_str(), said("csv", false), text.as_bytes())).collect();
        assert_eq!(state(&imported(&client, "all-or-nothing", false, &parts)), "committed");
        let rate = || {
            let asked = json!({"area": "990100", "on": "2022-07-01", "account": "1"});
            let headers = [("content-type", "application/json")];
            let answer = client.send("POST", "/v1/previews", &headers, asked.to_string().as_bytes()).expect(200);
            answer["segments"][0]["rate_percent"].as_str().unwrap().to_owned()
        };
        assert_eq!(rate(), "0.35");
        let list = "credit_code,name,kind,from,found\n91110000600037341L,某公司,arrears,2021-03-01,2021-04-01\n";
        let dry = imported(&client, "all-or-nothing", true, &[("l.csv", said("csv", true), list.as_bytes())]);
        assert_eq!((state(&dry), rate().as_str()), ("checked", "0.35"));
        let sent = imported(&client, "all-or-nothing", false, &[("l.csv", said("csv", true), list.as_bytes())]);
        assert_eq!((state(&sent), rate().as_str()), ("committed", "0.7"));
        // The entry as it was takes back what it became; one that never was takes nothing back.
        let entry = json!({"credit_code": "91110000600037341L", "kind": "arrears", "from": "2021-03-01", "found": "2021-04-01"});
        let taken_back = |entry: &Value| {
            let line = json!({"table": "list", "row": entry, "withdraw": true}).to_string();
            state(&imported(&client, "all-or-nothing", false, &[("l", said("ndjson", true), line.as_bytes())]))
                .to_owned()
        };
        let mut other = entry.clone();
        other["found"] = json!("2021-04-02");
        assert_eq!((taken_back(&other).as_str(), rate().as_str()), ("refused", "0.7"));
        assert_eq!((taken_back(&entry).as_str(), rate().as_str()), ("committed", "0.35"));
    });
}
