//! `docs/api.md` does what it says: every command of it, in order, against a server of its own.

use std::process::{Command, Stdio};

use rate_tests::{installed, python};

use crate::command::{binary, root};

#[test]
fn every_command_of_the_api_document_works() {
    // All three are asked for, so that each that is missing is said.
    let tools = ["curl", "jq"].map(|tool| installed(tool, &["--version"]));
    if !python() || tools.contains(&false) {
        return;
    }
    let mut script = Command::new("python3");
    script.arg(root().join("tests/rehearsal/api_doc.py")).arg("--rate").arg(binary());
    script.arg("--doc").arg(root().join("docs/api.md"));
    let output = script.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
