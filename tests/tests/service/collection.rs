//! Bills of payrolls, and what is held and charged against what was decided.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::rates::{decided, published};
use crate::server::{Answer, Client};

fn lines(answer: Answer) -> Vec<Value> {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/x-ndjson")),
        "{}",
        answer.text()
    );
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn quoted(client: &Client, body: &str) -> Vec<Value> {
    let headers = [("content-type", "application/x-ndjson")];
    lines(client.send("POST", "/v1/areas/990100/premium-quotations", &headers, body.as_bytes()))
}

/// Payroll times rate in whole numbers, half a fen up: the demonstration's method says so.
fn bill(payroll_fen: i128, percent: &str) -> i128 {
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    let millionths: i128 = format!("{whole}{part:0<4}").parse().unwrap();
    (payroll_fen * millionths * 2 + 1_000_000) / 2_000_000
}

#[test]
fn payrolls_are_billed_at_the_published_rates() {
    let (dir, server) = published();
    let client = server.client("billing", "990100");
    let rates = decided(dir.path(), "first", "2022");
    // Those of the whole setting's beginning: September lies in their first piece.
    let rates: BTreeMap<_, _> = rates.into_iter().filter(|((_, from), _)| from == "2022-07-01").collect();
    let mut body = String::new();
    for (number, ((account, _), _)) in rates.iter().enumerate() {
        let payroll = 1_234_567 + 7 * number;
        body += &format!("{}\n", json!({"account": account, "month": "2022-09", "payroll_fen": payroll}));
    }
    let answers = quoted(&client, &body);
    let (end, answers) = answers.split_last().unwrap();
    assert_eq!((&end["end"], &end["read"], &end["refused"]), (&json!(true), &json!(rates.len()), &json!(0)));
    for (number, (answer, ((account, _), (_, rate, _)))) in answers.iter().zip(&rates).enumerate() {
        let payroll = 1_234_567 + 7 * i128::try_from(number).unwrap();
        assert_eq!((&answer["account"], &answer["rate_percent"]), (&json!(account), &json!(rate)));
        assert_eq!(i128::from(answer["premium_fen"].as_i64().unwrap()), bill(payroll, rate), "{answer}");
    }
    let account = &rates.keys().next().unwrap().0;
    let wrong = [
        json!({"account": account, "month": "2022-13", "payroll_fen": 1}).to_string(),
        json!({"account": account, "month": "2022-09", "payroll_fen": -1}).to_string(),
        json!({"account": "nobody", "month": "2022-09", "payroll_fen": 1}).to_string(),
        json!({"account": account, "month": "2002-09", "payroll_fen": 1}).to_string(),
        "{\"account\":".to_owned(),
        String::new(),
    ];
    let answers = quoted(&client, &wrong.join("\n"));
    let codes: Vec<&str> = answers.iter().filter_map(|it| it["problem"]["code"].as_str()).collect();
    let expected = ["request.value", "request.value", "object.unknown", "content.refused", "request.malformed"];
    assert_eq!(codes, expected);
    assert_eq!(answers.last().unwrap()["refused"], 5);
}

#[test]
fn what_is_held_and_charged_is_held_against_what_was_decided() {
    let (dir, server) = published();
    let client = server.client("billing", "990100");
    let rates = decided(dir.path(), "first", "2022");
    let all = |client: &Client| lines(client.get("/v1/areas/990100/reconciliation?on=2022-07-01"));
    let before = all(&client);
    let (end, differences) = before.split_last().unwrap();
    let of_day = rates.keys().filter(|(_, from)| from == "2022-07-01").count();
    assert_eq!((differences.len(), &end["decided"], &end["held"]), (of_day, &json!(of_day), &json!(0)));
    assert!(differences.iter().all(|it| it["why"] == "not-held"));
    let word = |it: &Value, rate: &str, month: Option<&str>| json!({"account": it["account"], "decision": it["decision"], "rate_percent": rate, "month": month});
    let mut items: Vec<Value> =
        differences.iter().map(|it| word(it, it["decided_percent"].as_str().unwrap(), None)).collect();
    // One holds another rate, and one was charged another; a rate written otherwise is the same.
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items[3] = word(&differences[3], "9.9", None);
    items[4] = word(&differences[4], &(text(&differences[4]["decided_percent"]) + "0"), None);
    items.push(word(&differences[5], "7.7", Some("2022-07")));
    items.push(word(&differences[6], &text(&differences[6]["decided_percent"]), Some("2022-07")));
    items.push(word(&differences[7], "7.7", Some("2022-06")));
    let path = "/v1/areas/990100/acknowledgements";
    assert_eq!(client.post(path, &json!({"items": items})).expect(200)["taken"], of_day + 3);
    let after = all(&client);
    let (end, left) = after.split_last().unwrap();
    let told: Vec<(&Value, &str)> = left.iter().map(|it| (&it["account"], it["why"].as_str().unwrap())).collect();
    let expected = [(&differences[3]["account"], "held-differs"), (&differences[5]["account"], "charged-differs")];
    assert_eq!(told, expected);
    assert_eq!((&end["held"], &end["charged"], &end["differing"]), (&json!(of_day), &json!(2), &json!(2)));
    // The last word is the one that holds.
    let mended = json!({"items": [word(&differences[3], &text(&differences[3]["decided_percent"]), None)]});
    assert_eq!(client.post(path, &mended).expect(200)["taken"], 1);
    assert_eq!(all(&client).len(), 2);
    // A decision of somebody else, and a rate that is none: nothing of the request is taken down.
    let mut wrong = word(&differences[0], "0.2", None);
    wrong["decision"] = differences[1]["decision"].clone();
    for item in [wrong, word(&differences[0], "0,2", None), word(&differences[0], "101", None)] {
        let items = json!({"items": [word(&differences[3], "9.9", None), item]});
        assert_eq!(client.post(path, &items).problem(400), "request.value");
    }
    assert_eq!(all(&client).len(), 2);
    assert_eq!(server.client("officer", "990100").post(path, &mended).problem(403), "auth.role");
}
