//! `rate scenario`: what is asked of a book in a study file.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{Failure, RunArguments, Session, progress::Progress};
use crate::run::{self, Stage};
use crate::scenario::{self, Request};

#[derive(Debug, clap::Args)]
pub(super) struct ScenarioArguments {
    #[command(flatten)]
    request: RunArguments,
    /// Study file: candidates, calibrations, sweeps.
    #[arg(long)]
    study: PathBuf,
    /// Prevention plans with their key industries and goals; without it, the national ones.
    #[arg(long)]
    plans: Option<PathBuf>,
    /// Threads that decide; as many as there are processors where it is not given. The results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Directory for the report, the workbook and the tables.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Session<'_> {
    pub(super) fn scenario(&mut self, arguments: ScenarioArguments) -> Result<ExitCode, Failure> {
        let ScenarioArguments { request, study, plans, threads, out } = arguments;
        let here = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let request = Request { run: request.read()?, study, plans, threads: threads.map_or(here, usize::from) };
        if let Some(out) = &out {
            run::apart(&request.run, out)?;
        }
        let mut progress = Progress::new(self.lang);
        let answered = scenario::answer(&request, &mut |stage, done, all| progress.at(stage, done, all))?;
        if let Some(out) = &out {
            progress.at(Stage::Writing, 0, 1);
            scenario::write(&answered, out, self.lang)?;
        }
        progress.done();
        write!(self.out, "{}", scenario::text(&answered, self.lang))?;
        if let Some(out) = &out {
            writeln!(self.out, "{}{}", self.lang.pick("结果：", "Results: "), out.display())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
