//! `rate serve --demo`: a sample city in a new database, and three requests that work as they are printed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::command::{binary, text};

#[test]
fn the_three_requests_it_prints_work() {
    if !rate_tests::installed("curl", &["--version"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(binary());
    command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]).current_dir(dir.path()).env("RATE_LOG", "warn");
    let mut server = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut printed = Vec::new();
    for line in BufReader::new(server.stdout.take().unwrap()).lines() {
        printed.push(line.unwrap());
        if printed.last().unwrap().starts_with("listening on ") {
            break;
        }
    }
    let requests: Vec<&String> = printed.iter().filter(|line| line.starts_with("  curl ")).collect();
    let answers: Vec<String> = requests
        .iter()
        .map(|request| {
            let output = Command::new("sh").args(["-c", &format!("{request} -s -f")]).output().unwrap();
            assert!(output.status.success(), "{request}: {}", text(&output.stderr));
            text(&output.stdout)
        })
        .collect();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(answers.len(), 3, "{printed:#?}");
    assert!(answers[0].contains("\"state\":\"rated\""), "{}", answers[0]);
    assert!(answers[1].trim_end().ends_with('}') && answers[1].contains("\"end\":true"), "{}", answers[1]);
    assert!(answers[2].contains("\"steps\":["), "{}", answers[2]);
    for role in ["billing", "officer", "approver", "actuary", "auditor", "admin"] {
        assert!(printed.iter().any(|line| line.starts_with(role) && line.contains("rate_")), "a key for each role");
    }
}
