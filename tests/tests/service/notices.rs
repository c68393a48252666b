//! Notices over HTTP, held against those that the command writes from the same files.

use std::fs;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::annual::{demo, rate, request, run_on_files, service, worker};
use crate::server::Server;

const RUN: &str = "/v1/areas/990100/runs/again";

#[test]
fn notices_are_those_of_the_command() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    demo(here, 200);
    let url = format!("sqlite:{}", here.join("rates.db").display());
    run_on_files(here, &url);
    let mut house = service(here, &url);
    house.ask(&request("again", "2022-07-01"));
    house.work(&mut worker("one", 64));
    drop(house);
    let law = "--area 990100 --rules demo/rules --parameters demo/parameters --on 2022-07-01 --book demo/book";
    let given = "--agency Agency --number No.7 --issued-on 2022-06-25 --served-on 2022-06-28";
    rate(here, &format!("--lang en notice {law} {given} --all --out notices"));

    let server = Server::over(here, &url, &[]);
    let officer = server.client("officer", "990100");
    let query = "agency=Agency&number=No.7&issued_on=2022-06-25&served_on=2022-06-28";
    let answer = officer.send("GET", &format!("{RUN}/notices?form=text&{query}"), &[("accept-language", "en")], b"");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
    let text = answer.text();
    let (lines, end) = text.trim_end().rsplit_once('\n').unwrap();
    let end: Value = serde_json::from_str(end).unwrap();
    let digest: String = Sha256::digest(format!("{lines}\n")).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((end["end"].as_bool(), end["digest"].as_str()), (Some(true), Some(&*digest)));
    let list = fs::read_to_string(here.join("notices/notices.csv")).unwrap();
    let listed: Vec<(&str, &str)> =
        list.lines().skip(1).map(|line| line.split_once(',').unwrap().1.split_once(',').unwrap()).collect();
    assert!(listed.len() > 100, "{}", listed.len());
    assert_eq!(end["count"], listed.len());
    for (line, (account, file)) in lines.lines().zip(&listed) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["account"], *account);
        assert_eq!(line["notice"], fs::read_to_string(here.join("notices").join(file)).unwrap(), "{account}");
    }

    let (account, file) = listed[0];
    let path = format!("{RUN}/notices/{account}?form=text&{query}");
    let one = officer.send("GET", &path, &[("accept-language", "en")], b"");
    assert_eq!(one.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(one.text(), fs::read_to_string(here.join("notices").join(file)).unwrap());
    let page = officer.get(&format!("{RUN}/notices/{account}"));
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("style-src 'unsafe-inline'") && page.text().contains("<style>"), "{policy}");
    let command = rate(here, &format!("--lang zh notice {law} --account {account} --format html"));
    assert_eq!(page.text(), command, "a page in Chinese where nothing is said");

    let not_insured = fs::read_to_string(here.join("demo/files/not_insured.csv")).unwrap();
    let without = not_insured.lines().nth(1).unwrap().split(',').nth(1).unwrap();
    for account in [without, "unheard-of"] {
        assert_eq!(officer.get(&format!("{RUN}/notices/{account}")).problem(404), "object.unknown");
    }
    let late = format!("{RUN}/notices?issued_on=2022-06-29&served_on=2022-06-28");
    assert_eq!(officer.get(&late).problem(422), "content.refused");
    assert_eq!(officer.get(&format!("{RUN}/notices?served_on=28.6.2022")).problem(400), "request.value");
    assert_eq!(officer.get("/v1/areas/990100/runs/none/notices").problem(404), "object.unknown");
    let other = server.client("officer", "990200");
    assert_eq!(other.get(&format!("{RUN}/notices/{account}")).problem(404), "object.unknown");
}
