//! What has the name of a table and is no file: its table would be missing, so it is refused; a link to a file is a file.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use rate_core::Lang;
use rate_core::input::book::{TableKind, check_book};
use rate_service::book::{Reading, read_book};

use crate::reported;

const ACCOUNTS: &str = "area,account,kind\n990100,1,employer\n";
const CLAIMS: &str = "area,account,claim,person,article,accident,recognised,status\n\
                      990100,1,c1,p1,A14-1,2020-03-01,2020-04-01,recognised\n";

/// What is reported of a book whose `claims.csv` somebody has put there in a way.
fn with_claims(put: impl FnOnce(&Path)) -> (Vec<String>, usize) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("accounts.csv"), ACCOUNTS).unwrap();
    put(&dir.path().join("claims.csv"));
    let book = read_book(dir.path(), &mut |_, _| {}).unwrap();
    (reported(&book), book.histories.iter().map(|history| history.claims().len()).sum())
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_directory_a_pipe_and_a_device_are_no_tables() {
    let refused = (vec!["claims.csv rows.no-file".to_owned()], 0);
    assert_eq!(with_claims(|path| std::fs::create_dir(path).unwrap()), refused);
    assert_eq!(with_claims(|path| symlink("/dev/null", path).unwrap()), refused);
    assert_eq!(with_claims(pipe), refused);
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("export.txt"), CLAIMS).unwrap();
    let linked = with_claims(|path| symlink(elsewhere.path().join("export.txt"), path).unwrap());
    assert_eq!(linked, (Vec::new(), 1), "a link to a file is a file");
}

#[test]
fn neither_are_they_where_one_table_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    pipe(&dir.path().join("rates.csv"));
    let single = Reading::default().of_kind(&dir.path().join("rates.csv"), TableKind::Rates).unwrap();
    let of_dir = Reading::default().table(dir.path(), TableKind::Rates).unwrap();
    for tables in [single, of_dir] {
        let book = check_book(&tables);
        let problem = book.problems().find(|it| it.code.as_str() == "rows.no-file").expect("it is refused");
        assert_eq!(problem.message(Lang::Zh), "`rates.csv` 不是文件，而是目录、管道或设备");
    }
}
