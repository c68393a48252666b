//! January at an agency: `tests/rehearsal/january.py` uploads, runs, publishes and follows, over HTTP alone, on each database.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use rate_tests::python;

use crate::command::{binary, rate_ok, root};
use crate::stored::databases;

/// How many accounts, where nobody says: `RATE_REHEARSAL_ACCOUNTS`.
const ACCOUNTS: &str = "5000";

#[test]
fn january_is_rehearsed_on_each_database() {
    if !python() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let accounts = std::env::var("RATE_REHEARSAL_ACCOUNTS").unwrap_or_else(|_| ACCOUNTS.to_owned());
    rate_ok(here, "--lang en demo --accounts 200");
    let plan = format!("book generate --accounts {accounts} --seed 7 --area 990100 --bad-rows 0 --out book");
    rate_ok(here, &format!("--lang en {plan}"));
    corrected(here);
    for (number, database) in databases(here).iter().enumerate() {
        let own = here.join(format!("run{number}"));
        fs::create_dir(&own).unwrap();
        let mut client = Command::new("python3");
        client.arg(root().join("tests/rehearsal/january.py")).arg("--rate").arg(binary());
        client.args(["--database", database, "--area", "990100", "--on", "2022-07-01"]).arg("--dir").arg(&own);
        for name in ["book", "correction"] {
            client.arg(format!("--{name}")).arg(here.join(name));
        }
        for name in ["rules", "parameters"] {
            client.arg(format!("--{name}")).arg(here.join("demo").join(name));
        }
        let output = client.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let log = fs::read_to_string(own.join("server.log")).unwrap_or_default();
        assert!(output.status.success(), "{database}\n{said}\n{log}");
        eprintln!("{accounts} accounts on {}: {said}", database.split(':').next().unwrap());
    }
}

/// The claims once more, with the recognition of some of them taken back.
fn corrected(dir: &Path) {
    let claims = fs::read_to_string(dir.join("book/claims.csv")).unwrap();
    let (header, rows) = claims.split_once('\n').unwrap();
    fs::create_dir(dir.join("correction")).unwrap();
    let changed = rows.replacen(",recognised,", ",revoked,", 20);
    fs::write(dir.join("correction/claims.csv"), format!("{header}\n{changed}")).unwrap();
}
