//! What installs the program says what the program knows: options, settings, paths, versions, and no secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use rate_service::config::{Config, Flags};
use rate_service::store::Place;

use crate::source::{files, root};

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The settings of a unit, each with all that is said of it.
fn unit() -> BTreeMap<String, Vec<String>> {
    let mut settings = BTreeMap::<String, Vec<String>>::new();
    for line in read("packaging/systemd/rate.service").lines().filter(|line| !line.starts_with(['#', '['])) {
        if let Some((name, value)) = line.split_once('=') {
            settings.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }
    settings
}

fn one<'s>(settings: &'s BTreeMap<String, Vec<String>>, name: &str) -> &'s str {
    let values = settings.get(name).unwrap_or_else(|| panic!("the unit does not say {name}"));
    assert_eq!(values.len(), 1, "{name}: {values:?}");
    &values[0]
}

/// What stands behind `--` in a command.
fn options(command: &str) -> BTreeSet<&str> {
    command.split_whitespace().filter(|it| it.starts_with("--")).collect()
}

#[test]
fn the_unit_starts_the_program_with_what_it_knows() {
    let unit = unit();
    let start = one(&unit, "ExecStart");
    let settings = start.strip_prefix("/usr/bin/rate serve --config ").expect("as it is installed");
    assert_eq!(settings, "/etc/rate/rate.toml");
    // The options of `rate serve`, as its arguments declare them.
    let declared = read("rate-service/src/cli/serve.rs");
    for option in options(start) {
        let field = format!("    {}: ", option.trim_start_matches("--").replace('-', "_"));
        assert!(declared.contains(&field), "rate serve has no {option}");
    }
    let config = Config::read(Some(&root().join("packaging/systemd/rate.toml")), &Flags::default()).unwrap();
    let Place::Sqlite(file) = config.place().unwrap() else { panic!("the settings name a file") };
    // Whatever the directory of state is called, the database stands in it, and nothing else can be written to.
    let state = PathBuf::from(format!("/var/lib/{}", one(&unit, "StateDirectory")));
    assert_eq!((file.parent(), one(&unit, "WorkingDirectory")), (Some(state.as_path()), state.to_str().unwrap()));
    assert!(!unit.contains_key("ReadWritePaths"));
    assert!(config.listen.starts_with("127.0.0.1:"), "nobody outside reaches a server without TLS");
}

#[test]
fn the_unit_leaves_nothing_to_be_gained() {
    let unit = unit();
    let yes = [
        "LockPersonality",
        "MemoryDenyWriteExecute",
        "NoNewPrivileges",
        "PrivateDevices",
        "PrivateTmp",
        "PrivateUsers",
        "ProtectClock",
        "ProtectControlGroups",
        "ProtectHome",
        "ProtectHostname",
        "ProtectKernelLogs",
        "ProtectKernelModules",
        "ProtectKernelTunables",
        "RestrictNamespaces",
        "RestrictRealtime",
        "RestrictSUIDSGID",
    ];
    yes.iter().for_each(|name| assert_eq!(one(&unit, name), "yes", "{name}"));
    assert_eq!((one(&unit, "CapabilityBoundingSet"), one(&unit, "AmbientCapabilities")), ("", ""));
    assert_eq!(
        (one(&unit, "ProtectSystem"), one(&unit, "UMask"), one(&unit, "StateDirectoryMode")),
        ("strict", "0077", "0700")
    );
    assert_eq!(unit["SystemCallFilter"], ["@system-service", "~@privileged @resources"]);
    let user = one(&unit, "User");
    assert!(user != "root" && read("packaging/systemd/rate.sysusers").contains(&format!("\nu {user} ")));
    // It is given longer to end than the requests under way are.
    let stop: u64 = one(&unit, "TimeoutStopSec").trim_end_matches('s').parse().unwrap();
    assert!(stop > Config::default().shutdown_seconds);
}

#[test]
fn the_image_is_built_with_the_toolchain_and_runs_as_nobody() {
    let file = read("packaging/docker/Dockerfile");
    let toolchain = read("rust-toolchain.toml");
    let channel = toolchain.split("channel = \"").nth(1).unwrap().split('"').next().unwrap();
    assert!(file.contains(&format!("FROM rust:{channel}-")), "the toolchain is {channel}");
    let (_, behind) = file.rsplit_once("\nUSER ").expect("a user");
    assert!(behind.starts_with("10001:10001\n"), "the last user is no name that could be root's");
    // The variables and the path of the health check are those of the program.
    let config = read("rate-service/src/config.rs") + &read("docs/api.md");
    for name in ["RATE_LISTEN", "DATABASE_URL", "RATE_LOG_KEY"] {
        let shown = read("docs/api.md").contains(&format!("`{name}`"));
        assert!(shown && (file.clone() + &read("packaging/docker/compose.yaml")).contains(name), "{name}");
    }
    assert!(config.contains("\"listen\""));
    let probe = file.split("http://127.0.0.1:8080").nth(1).unwrap().split('"').next().unwrap();
    assert!(read("rate-service/src/routes.rs").contains(&format!("Get \"{probe}\"")), "{probe}");
    assert!(file.contains("HEALTHCHECK") && file.contains("STOPSIGNAL SIGTERM"));
}

/// Words behind which a secret would stand.
const SECRETS: [&str; 6] = ["PRIVATE+KEY", "rate_", "PASSWORD=", "PASSWORD: ", "password=", "Bearer "];

#[test]
fn nothing_that_installs_holds_a_secret() {
    let installed = files("packaging");
    assert!(installed.len() >= 10, "{}", installed.len());
    for file in &installed {
        for secret in SECRETS {
            // The name of the package's own file.
            let text = file.text.replace("rate_${version}", "");
            assert!(!text.contains(secret), "{} has `{secret}`", file.name);
        }
        let urls = file.text.match_indices("postgres://").map(|(at, _)| &file.text[at + "postgres://".len()..]);
        for url in urls {
            let user = url.split('@').next().unwrap_or_default();
            assert!(user.len() > 20 || !user.contains(':'), "{} has a password in a URL", file.name);
        }
    }
}

#[test]
fn the_package_holds_what_there_is() {
    let script = read("packaging/debian/build");
    for line in script.lines().filter_map(|line| line.strip_prefix("put ")) {
        let Some((_, path)) = line.split_once("\"$root/") else { continue };
        let path = path.split('"').next().unwrap();
        assert!(root().join(path).is_file(), "{path}");
    }
    let names = script.lines().find_map(|line| line.strip_prefix("for name in ")).unwrap();
    for name in names.trim_end_matches("; do").split(' ') {
        assert!(root().join(format!("docs/{name}.md")).is_file(), "{name}");
    }
    let unit = unit();
    for path in [one(&unit, "ExecStart").split(' ').next().unwrap(), "/etc/rate/rate.toml"] {
        assert!(script.contains(&format!(" {}\n", path.trim_start_matches('/'))), "{path} is not installed");
    }
}
