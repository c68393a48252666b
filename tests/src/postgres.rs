//! A PostgreSQL server of a test's own, from the installed binaries: on a socket in a directory that goes with it.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server that is running; it ends with the process of the test.
#[derive(Debug)]
pub struct Server {
    dir: PathBuf,
    /// Whoever holds its standard input keeps the server up.
    _keeper: Child,
}

/// The user that a test of root becomes: servers refuse root.
const NOBODY: u32 = 65534;

/// The one server of this test binary, or a skip said aloud where PostgreSQL is not installed.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let started = || crate::installed("postgres", &["--version"]).then(Server::start);
    SERVER.get_or_init(started).as_ref()
}

fn as_nobody(command: &mut Command, root: bool) -> &mut Command {
    if root { command.uid(NOBODY).gid(NOBODY) } else { command }
}

impl Server {
    fn start() -> Self {
        let bin = Self::binaries();
        let root = run(Command::new("id").arg("-u")).trim() == "0";
        let dir = std::env::temp_dir().join(format!("rate-pg-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir(&dir).unwrap();
        if root {
            chown(&dir, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let data = dir.join("data");
        let mut made = Command::new(bin.join("initdb"));
        made.args(["--auth=trust", "--username=rate", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]).arg(&data);
        run(as_nobody(&mut made, root));
        // The server ends, and its directory with it, when nobody holds the other end of the pipe any more.
        let script = "\"$1\" -D \"$2\" -k \"$3\" -c listen_addresses= >\"$3/log\" 2>&1 & \
                      read -r _; kill -INT $!; wait; rm -rf \"$2\" \"$3\"/log";
        let mut keeper = Command::new("sh");
        keeper.args(["-c", script, "sh"]).arg(bin.join("postgres")).arg(&data).arg(&dir);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let keeper = as_nobody(&mut keeper, root).spawn().unwrap();
        let server = Self { dir, _keeper: keeper };
        server.wait(&bin);
        server
    }

    /// The directory of `initdb`, which Debian keeps out of the path.
    fn binaries() -> PathBuf {
        let path = run(Command::new("sh").args(["-c", "command -v postgres"]));
        let real = fs::canonicalize(path.trim()).unwrap();
        real.parent().map(Path::to_owned).unwrap()
    }

    fn wait(&self, bin: &Path) {
        for _ in 0..600 {
            let asked = Command::new(bin.join("pg_isready")).arg("-q").arg("-h").arg(&self.dir).status();
            if asked.is_ok_and(|it| it.success()) {
                return;
            }
            run(Command::new("sleep").arg("0.05"));
        }
        panic!("PostgreSQL did not start: {}", fs::read_to_string(self.dir.join("log")).unwrap_or_default());
    }

    /// The URL of a new database.
    pub fn database(&self) -> String {
        self.database_by("")
    }

    /// The URL of a new database that is made in a way of its own.
    pub fn database_by(&self, how: &str) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
        run(Command::new("psql").arg(self.url("postgres")).args(["-qc", &format!("CREATE DATABASE {name} {how}")]));
        self.url(&name)
    }

    fn url(&self, name: &str) -> String {
        format!("postgres:///{name}?user=rate&host={}", self.dir.display())
    }
}

fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
