//! What a server is told: a file, over it the environment, over that the command line.

use std::net::SocketAddr;
use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::store::{Place, StoreError};

/// What a server is told. In a file, a key a line; in the environment, `RATE_` before the name in capitals, and
/// `DATABASE_URL` for the database.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens: address and port.
    pub listen: String,
    /// Where it keeps everything: `sqlite:FILE` or `postgres://HOST/NAME`.
    pub database: String,
    /// What its log is called where it begins one: stands in every checkpoint.
    pub log_name: String,
    /// Threads that answer; 0 is one a core.
    pub workers: usize,
    /// Threads that do long work; 0 is one a core.
    pub job_threads: usize,
    /// Accounts that a run decides in one go.
    pub chunk_accounts: usize,
    /// Accounts that the book of a scenario may have: all of them are in memory while it is answered.
    pub scenario_accounts: usize,
    /// Seconds for which a piece of a run is left to whoever took it; then another takes it over.
    pub lease_seconds: u32,
    /// The most bytes of a body that is read whole.
    pub body_bytes: usize,
    /// The most bytes of a line of a body that is read line by line.
    pub line_bytes: usize,
    /// Seconds for which the next bytes of a body are waited for.
    pub body_wait_seconds: u64,
    /// Requests a second that one key may send.
    pub requests_per_second: u32,
    /// Messages of webhooks that are sent at a time.
    pub webhook_threads: usize,
    /// Whether webhooks may lead to this machine itself.
    pub webhook_loopback: bool,
    /// Address and port of who speaks TLS for the server towards `https` receivers; empty where there is nobody.
    pub webhook_tls_gateway: String,
    /// Seconds for requests under way to end once the server is told to stop.
    pub shutdown_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            database: "sqlite:rate.db".to_owned(),
            log_name: "rate".to_owned(),
            workers: 0,
            job_threads: 0,
            chunk_accounts: 2000,
            scenario_accounts: 2_000_000,
            lease_seconds: 60,
            body_bytes: 8 << 20,
            line_bytes: 1 << 20,
            body_wait_seconds: 30,
            requests_per_second: 5000,
            webhook_threads: 4,
            webhook_loopback: false,
            webhook_tls_gateway: String::new(),
            shutdown_seconds: 30,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value that is wrong, and where it came from.
    #[error("configuration / 配置: {0}")]
    Value(Box<figment::Error>),
    /// A file that is not there.
    #[error("{0}: no such file / 没有此文件")]
    NoFile(String),
    /// No address of a gateway.
    #[error("webhook_tls_gateway = {0:?}: an address and a port, as 127.0.0.1:8089 / 须为地址与端口")]
    Gateway(String),
    /// No name of a database.
    #[error(transparent)]
    Place(#[from] StoreError),
}

/// What the command line says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Flags {
    /// Where it listens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// Where it keeps everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
}

impl Config {
    /// Puts together what a file, the environment and the command line say.
    ///
    /// # Errors
    /// A file that is not there; a value that is none, with the place it stands in; a key that nothing knows.
    pub fn read(file: Option<&Path>, flags: &Flags) -> Result<Self, ConfigError> {
        let mut told = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file.display().to_string()));
            }
            told = told.merge(Toml::file_exact(file));
        }
        let names = [
            "listen",
            "log_name",
            "workers",
            "job_threads",
            "chunk_accounts",
            "scenario_accounts",
            "lease_seconds",
            "body_bytes",
            "line_bytes",
            "body_wait_seconds",
            "requests_per_second",
            "webhook_threads",
            "webhook_loopback",
            "webhook_tls_gateway",
            "shutdown_seconds",
        ];
        told = told.merge(Env::prefixed("RATE_").only(&names));
        told = told.merge(Env::raw().only(&["database_url"]).map(|_| "database".into()));
        told.merge(Serialized::defaults(flags)).extract().map_err(|error| ConfigError::Value(Box::new(error)))
    }

    /// Who speaks TLS towards receivers of webhooks.
    ///
    /// # Errors
    /// No address and port.
    pub fn tls_gateway(&self) -> Result<Option<SocketAddr>, ConfigError> {
        let told = self.webhook_tls_gateway.as_str();
        let unread = |_| ConfigError::Gateway(told.to_owned());
        if told.is_empty() { Ok(None) } else { told.parse().map(Some).map_err(unread) }
    }

    /// The place of the database.
    ///
    /// # Errors
    /// No name of one.
    pub fn place(&self) -> Result<Place, ConfigError> {
        Ok(self.database.parse()?)
    }
}
