//! A server of a test's own, and a client that asks it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::binary;

/// A server; it is told to stop when this is dropped.
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: String,
    /// The key that makes all others, where this server said one.
    pub admin: Option<String>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body, where the status is this one.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The code of a problem, where the status is this one.
    pub fn problem(self, status: u16) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let body = self.expect(status);
        assert_eq!(body["status"], status);
        body["code"].as_str().unwrap().to_owned()
    }
}

/// One key, and the server it is for.
#[derive(Clone, Debug)]
pub struct Client {
    agent: ureq::Agent,
    address: String,
    key: Option<String>,
}

impl Server {
    /// A server in a directory, with a new SQLite file there.
    pub fn start(dir: &Path) -> Self {
        Self::over(dir, &format!("sqlite:{}", dir.join("rate.db").display()), &[])
    }

    /// A server in a directory with the sample city, and the key of each role.
    pub fn demonstration(dir: &Path) -> (Self, BTreeMap<String, String>) {
        let database = format!("sqlite:{}", dir.join("rate.db").display());
        let (server, said) = Self::began(dir, &database, &["--demo"], &[]);
        let keys = said.iter().filter_map(|line| line.split_once(" rate_"));
        let keys = keys.map(|(role, key)| (role.trim().to_owned(), format!("rate_{key}"))).collect();
        (server, keys)
    }

    /// A server over a database, with something in its environment.
    pub fn over(dir: &Path, database: &str, environment: &[(&str, &str)]) -> Self {
        Self::began(dir, database, &[], environment).0
    }

    /// A server, and what it said until it listened.
    fn began(dir: &Path, database: &str, arguments: &[&str], environment: &[(&str, &str)]) -> (Self, Vec<String>) {
        let mut command = Command::new(binary());
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", database]).args(arguments).current_dir(dir);
        command.env("RATE_LOG", "warn").envs(environment.iter().copied());
        let log = std::fs::OpenOptions::new().create(true).append(true).open(dir.join("server.log")).unwrap();
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let (mut address, mut admin, mut said) = (None, None, Vec::new());
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((_, key)) = line.split_once(": rate_") {
                admin = Some(format!("rate_{key}"));
            } else if let Some(found) = line.strip_prefix("listening on ") {
                address = Some(found.to_owned());
                break;
            }
            said.push(line);
        }
        let log = || std::fs::read_to_string(dir.join("server.log")).unwrap();
        let address = address.unwrap_or_else(|| panic!("the server did not begin: {}", log()));
        (Self { process, address, admin }, said)
    }

    /// A client without a key.
    pub fn nobody(&self) -> Client {
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_mins(2)));
        Client { agent: config.build().into(), address: self.address.clone(), key: None }
    }

    /// A client with the key that makes all others.
    pub fn admin(&self) -> Client {
        self.nobody().with(self.admin.as_deref().expect("the first start says a key"))
    }

    /// A client with a new key.
    pub fn client(&self, role: &str, areas: &str) -> Client {
        self.admin().makes(role, areas)
    }

    /// Tells it to stop, and waits for that; whether it ended well.
    pub fn stop(mut self) -> bool {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        told.success() && self.process.wait().unwrap().success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A name for something to be done that no other has.
pub fn new_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Client {
    /// The same, with a key.
    pub fn with(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same, at another server over the same database.
    pub fn at(&self, server: &Server) -> Self {
        Self { address: server.address.clone(), ..self.clone() }
    }

    /// Makes a key.
    pub fn makes(&self, role: &str, areas: &str) -> Self {
        let request = serde_json::json!({"role": role, "areas": areas, "holder": format!("{role} of {areas}")});
        let made = self.post("/v1/keys", &request).expect(201);
        self.with(made["key"].as_str().unwrap())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], b"")
    }

    /// Something to be done, under a new name.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as(&new_name(), path, body)
    }

    /// Something to be done, under a name.
    pub fn post_as(&self, name: &str, path: &str, body: &Value) -> Answer {
        let headers = [("idempotency-key", name), ("content-type", "application/json")];
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let request = request.body(body).unwrap();
        let agent = &self.agent;
        let answer = agent.run(request).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let (parts, body) = answer.into_parts();
        let mut bytes = Vec::new();
        body.into_reader().read_to_end(&mut bytes).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: bytes }
    }
}

/// A directory and a server in it.
pub fn served() -> (TempDir, Server) {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    (dir, server)
}
