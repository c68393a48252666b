//! Integration tests of the workspace live in `tests/*.rs`. What several of them need stands here.

pub mod postgres;

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Programs whose absence is a failure, separated by commas.
const REQUIRE: &str = "RATE_TEST_REQUIRE";

static SKIPPED: AtomicUsize = AtomicUsize::new(0);

/// Whether a test that needs a program can run here: it is asked by a command that ends with 0 where it is installed.
///
/// Where it is not, one line says so, past the capture of the test's own output, and counts the skips of this binary;
/// where the program is named in `RATE_TEST_REQUIRE`, that is a failure instead.
///
/// # Panics
/// The program is required and absent.
pub fn installed(program: &str, asked: &[&str]) -> bool {
    let answer = Command::new(program).args(asked).stdin(Stdio::null()).output();
    if answer.is_ok_and(|it| it.status.success()) {
        return true;
    }
    let required = std::env::var(REQUIRE).unwrap_or_default();
    assert!(!required.split(',').any(|it| it.trim() == program), "{program} is not installed, and {REQUIRE} names it");
    let count = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    let line = format!("skipped: {program} is not installed ({count} skipped so far)\n");
    // What the line says must not be lost; that it cannot be written is no failure of the test.
    let _ = std::io::stderr().write_all(line.as_bytes());
    false
}

/// Python of the standard library alone, 3.9 or later.
pub fn python() -> bool {
    installed("python3", &["-c", "import sys; sys.exit(sys.version_info < (3, 9))"])
}
