//! `rate serve`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{Failure, Session};
use crate::config::{Config, Flags};
use crate::serve::{ServeError, serve};
use crate::telemetry;

#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// Address and port; 127.0.0.1:8080 where nobody says another. Port 0 takes a free one, and says which.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Where everything is kept: `sqlite:FILE` or `postgres://HOST/NAME`; else `DATABASE_URL`, else `sqlite:rate.db`.
    #[arg(long, value_name = "PLACE")]
    database: Option<String>,
    /// Put the sample city into a database that has no facts: decided and published, a key for each role, three requests.
    #[arg(long)]
    demo: bool,
    /// A file with these and other settings, see docs/api.md.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Session<'_> {
    pub(super) fn serve(&mut self, arguments: &ServeArguments) -> Result<ExitCode, Failure> {
        let flags = Flags { listen: arguments.listen.clone(), database: arguments.database.clone() };
        let config = Config::read(arguments.config.as_deref(), &flags).map_err(ServeError::from)?;
        telemetry::listen();
        serve(&config, arguments.demo, self.out)?;
        Ok(ExitCode::SUCCESS)
    }
}
