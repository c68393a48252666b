//! A method that has its result announced first: nobody publishes before that is over, and employers object meanwhile.

use serde_json::json;

use crate::law::fixture;
use crate::life::{Agency, accounts, claims, classes, coverage, payments, premiums};
use crate::server::Server;
use crate::stored::databases;

#[test]
fn a_result_is_announced_before_it_is_published() {
    let method = fixture("rule_sets/illustrative/three-year.toml");
    let notice = "order        = \"notify\"\n";
    assert!(method.contains(notice));
    let first = "order        = \"announce-first\"\nannounced    = { days = 7, kind = \"calendar-days\" }\n";
    let method = method
        .replace(notice, first)
        .replace("illustrative = [\"order\", \"told\"", "illustrative = [\"order\", \"announced\", \"told\"");
    let dir = tempfile::tempdir().unwrap();
    for url in databases(dir.path()) {
        let server = Server::over(dir.path(), &url, &[("RATE_LOG_KEY", dir.path().join("log.key").to_str().unwrap())]);
        let agency = Agency::under(&server, &method);
        agency.import(&[
            ("accounts.csv", accounts()),
            ("coverage.csv", coverage(false)),
            ("classifications.csv", classes(false)),
            ("claims.csv", claims("recognised")),
            ("payments.csv", payments()),
            ("premiums.csv", premiums("2022-12")),
        ]);
        let run =
            agency.tried(&json!({"id": "990100-2022", "on": "2022-07-01", "limits": "kind,most\nyear-empty,20\n"}));
        let announcement = format!("{run}/announcement");
        let announce =
            |day: &str| agency.officer.post(&announcement, &json!({"first_day": day, "place": "市人社局门户网站"}));
        assert_eq!(announce("2022-06-01").problem(409), "state.conflict", "nobody has approved it");
        assert_eq!(agency.officer.get(&announcement).problem(404), "object.unknown");
        for act in ["review", "approval"] {
            agency.approver.post(&format!("{run}/{act}"), &json!({})).expect(200);
        }
        let publish = || agency.approver.post(&format!("{run}/publication"), &json!({}));
        let objection = json!({"run": "990100-2022", "account": "A", "kind": "recheck", "filed_on": "2022-06-05",
            "grounds": "figures", "documents": []});
        let object = || agency.officer.post("/v1/areas/990100/objections", &objection);
        assert_eq!(publish().problem(409), "state.conflict", "nothing is announced");
        assert_eq!(object().problem(409), "state.conflict", "nobody can know of it");
        assert_eq!(announce("2122-06-01").problem(422), "content.refused");
        // Today is its first day: six more follow.
        let today = rate_service::clock::legal_day(&rate_service::clock::now()).unwrap();
        let begun = announce(&today.to_string()).expect(200);
        assert_eq!(begun["last_day"], rate_core::calendar::days_after(today, 6).to_string());
        assert_eq!(publish().problem(409), "state.conflict", "it is not over");
        assert_eq!(object().expect(201)["state"], "filed");
        // Recorded wrongly: it began in June, and was over on the seventh.
        assert_eq!(announce("2022-06-01").expect(200)["last_day"], "2022-06-07");
        publish().expect(200);
        agency.until(&run, &["published"]);
    }
}
