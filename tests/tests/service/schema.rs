//! A server held to its own document by schemathesis: `tests/rehearsal/schema.py`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::command::{binary, rate_ok, root};

/// How many requests of each operation are made up under each key, where nobody says: `RATE_SCHEMA_EXAMPLES`.
const EXAMPLES: &str = "1";

/// The Python that schemathesis is installed for: the one that its command begins with.
fn interpreter() -> Option<String> {
    let path = std::env::var_os("PATH")?;
    let command = std::env::split_paths(&path).map(|dir| dir.join("schemathesis")).find(|file| file.is_file())?;
    let mut first = String::new();
    BufReader::new(fs::File::open(command).ok()?).read_line(&mut first).ok()?;
    Some(first.strip_prefix("#!")?.trim().to_owned())
}

#[test]
fn every_operation_answers_as_its_document_says() {
    if !rate_tests::installed("schemathesis", &["--version"]) {
        return;
    }
    let python = interpreter().expect("`schemathesis` is a script of its Python");
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    rate_ok(here, "--lang en demo demo --accounts 200");
    rate_ok(here, "--lang en book generate --accounts 500 --seed 7 --area 990100 --out book");
    let database = match std::env::var("RATE_SCHEMA_DATABASE") {
        Ok(database) => database,
        Err(_) => format!("sqlite:{}", here.join("rate.db").display()),
    };
    let mut client = Command::new(python);
    client.arg(root().join("tests/rehearsal/schema.py")).arg("--rate").arg(binary());
    client.args(["--database", &database, "--area", "990100", "--on", "2022-07-01"]);
    let dirs: [(&str, PathBuf); 4] = [
        ("dir", here.join("run")),
        ("book", here.join("book")),
        ("rules", here.join("demo/rules")),
        ("parameters", here.join("demo/parameters")),
    ];
    for (name, path) in dirs {
        client.arg(format!("--{name}")).arg(path);
    }
    let examples = std::env::var("RATE_SCHEMA_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    let output = client.args(["--examples", &examples]).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    eprintln!("{said}");
}
