//! `rate verify`: a log, a backup of a store, or evidence.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rate_core::error::Lang;
use rate_core::log::{SignedNote, VerifyingKey};

use super::log::difference_text;
use super::{Failure, Session, progress::Progress};
use crate::backup::is_backup;
use crate::evidence;
use crate::logbook::{Fault, FaultKind, LogError, Trust, View, verify};
use crate::replay::{Request, replays};
use crate::run::Stage;

/// What the caller knows of a log from elsewhere.
#[derive(Debug, clap::Args)]
pub(super) struct TrustArguments {
    /// A checkpoint of this log that was kept elsewhere.
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// The first public key of this log, as it was given elsewhere; for evidence, any key of the log.
    #[arg(long)]
    key: Option<String>,
}

impl TrustArguments {
    pub(super) fn read(&self) -> Result<Trust, LogError> {
        let key = self.key.as_deref().map(VerifyingKey::parse).transpose();
        let key = key.map_err(|error| LogError::Unknown(format!("--key: {error}")))?;
        let checkpoint = match &self.checkpoint {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(LogError::at(path))?;
                Some(SignedNote::parse(&text).map_err(|error| LogError::broken(path, error.to_string()))?)
            }
            None => None,
        };
        Ok(Trust { key, checkpoint })
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct VerifyArguments {
    /// The log (a directory, `sqlite:FILE` or `postgres://HOST/NAME`), a backup, or a directory of evidence.
    path: PathBuf,
    #[command(flatten)]
    trust: TrustArguments,
    /// Look at bytes only, and decide nothing again.
    #[arg(long)]
    no_replay: bool,
}

impl Session<'_> {
    /// What evidence proves and by what; then whether it does.
    fn evidence_verdict(&mut self, dir: &Path, trust: &Trust) -> Result<ExitCode, Failure> {
        let verified = evidence::verify(dir, trust);
        if let (Some(proved), true) = (&verified.proved, verified.faults.is_empty()) {
            for line in proved.lines(self.lang) {
                writeln!(self.out, "{line}")?;
            }
        }
        if let Some([kept, own]) = verified.other_sizes {
            let line = match self.lang {
                Lang::Zh => format!("无法对照：留存的检查点为{kept}条，证据的检查点为{own}条；请索取该检查点下的证据"),
                Lang::En => format!("cannot be compared: sizes {kept} and {own}; ask for evidence at that checkpoint"),
            };
            writeln!(self.out, "{line}")?;
            if verified.faults.is_empty() {
                writeln!(self.out, "{}", self.lang.pick("未作对照", "not compared"))?;
                return Ok(ExitCode::FAILURE);
            }
        }
        self.verdict(&verified.faults)
    }

    pub(super) fn verify(&mut self, arguments: &VerifyArguments) -> Result<ExitCode, Failure> {
        let trust = arguments.trust.read()?;
        if evidence::is_evidence(&arguments.path) {
            return self.evidence_verdict(&arguments.path, &trust);
        }
        if is_backup(&arguments.path) {
            return self.verify_backup(&arguments.path, &trust, !arguments.no_replay);
        }
        self.verify_log(&arguments.path, &trust, !arguments.no_replay)
    }

    /// Looks at a log, decides everything again where that is wanted, and says what was found.
    pub(super) fn verify_log(&mut self, path: &Path, trust: &Trust, replayed: bool) -> Result<ExitCode, Failure> {
        let mut verified = verify(path, trust);
        let lang = self.lang;
        let mut again = 0;
        if verified.faults.is_empty() && replayed && verified.runs > 0 {
            again = self.replay_all(path, &mut verified.faults)?;
        }
        let (entries, rows, bodies) = (verified.entries, verified.rows, verified.bodies);
        let looked = match lang {
            Lang::Zh => format!("已核对 {entries} 条、{rows} 行数据、{bodies} 份记录，重算 {again} 份"),
            Lang::En => {
                format!("Looked at {entries} entries, {rows} rows of facts, {bodies} records; decided {again} again")
            }
        };
        writeln!(self.out, "{looked}")?;
        if let Some(checkpoint) = &verified.checkpoint {
            let head = lang.pick("最后的检查点：", "Last checkpoint: ");
            writeln!(self.out, "{head}{} {} {}", checkpoint.origin, checkpoint.size, checkpoint.root)?;
        }
        if let Ok(view) = View::read(path) {
            self.set_aside(&view)?;
        }
        self.verdict(&verified.faults)
    }

    pub(super) fn verdict(&mut self, faults: &[Fault]) -> Result<ExitCode, Failure> {
        faults.iter().try_for_each(|fault| writeln!(self.out, "{}", fault.line(self.lang)))?;
        let (result, code) = if faults.is_empty() {
            (self.lang.pick("核对无误", "nothing is amiss"), ExitCode::SUCCESS)
        } else {
            (self.lang.pick("核对不符", "something does not fit"), ExitCode::FAILURE)
        };
        writeln!(self.out, "{result}")?;
        Ok(code)
    }

    /// Decides everything again; what is not identical is a fault.
    fn replay_all(&mut self, log: &Path, faults: &mut Vec<Fault>) -> Result<usize, Failure> {
        let mut progress = Progress::new(self.lang);
        let request = Request::of(log);
        let mut done = 0;
        let all = replays(&request, &mut |replayed| {
            done += 1;
            progress.at(Stage::Deciding, done, 0);
            if replayed.kept.cause().is_some() {
                let place = format!("runs/{}/bodies:{}", replayed.run, replayed.index + 1);
                let detail = difference_text(&replayed, None, &replayed.kept, self.lang);
                faults.push(Fault::new(FaultKind::Replay, place, detail));
            }
        })?;
        progress.done();
        Ok(all)
    }
}
