//! The binary under test, built by the profile of the tests themselves.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The path of `rate`, built anew where it is older than its sources.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let here = std::env::current_exe().unwrap();
        // TARGET/PROFILE/deps/cli-…
        let profile = here.ancestors().nth(2).unwrap();
        build(&root(), profile, &[]);
        let binary = profile.join(format!("rate{}", std::env::consts::EXE_SUFFIX));
        assert!(binary.is_file(), "no `rate` in the directory of this test's profile, and cargo could not build it");
        binary
    })
}

/// Cargo builds binaries for the tests of their own package only, so another package asks for it; what is up to date
/// costs nothing. Naming the workspace and this test keeps every package at the features the tests were built with. Some
/// packages may be built without being optimised.
pub fn build(sources: &Path, profile: &Path, plain: &[&str]) {
    let name = match profile.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--offline", "--workspace", "--bin", "rate", "--test", "cli", "--profile", name]);
    for package in plain {
        command.arg("--config").arg(format!("profile.{name}.package.{package}.opt-level=0"));
    }
    command.arg("--target-dir").arg(profile.parent().unwrap()).current_dir(sources).stdin(Stdio::null());
    // A test that runs where there is no cargo takes the binary it finds beside itself.
    if let Ok(output) = command.output() {
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// `rate` with some arguments in a directory.
pub fn rate<A: AsRef<OsStr>>(dir: &Path, arguments: impl IntoIterator<Item = A>) -> Output {
    Command::new(binary()).args(arguments).current_dir(dir).stdin(Stdio::null()).output().unwrap()
}

/// The same, where it must succeed; what it printed.
pub fn rate_ok(dir: &Path, arguments: &str) -> String {
    let output = rate(dir, arguments.split(' '));
    assert_eq!(output.status.code(), Some(0), "rate {arguments}\n{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "rate {arguments}");
    text(&output.stdout)
}

/// The exit code, and everything printed.
pub fn ending(dir: &Path, arguments: &str) -> (i32, String) {
    let output = rate(dir, arguments.split(' '));
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

/// Copies a directory and everything below it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}
