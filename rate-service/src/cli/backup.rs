//! `rate backup`, `rate restore`, `rate migrate-store`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rate_core::error::Lang;

use super::verify::TrustArguments;
use super::{Failure, Session, progress::Progress};
use crate::backup::{self, BackupError, Copied, Manifest, Scratch};
use crate::clock;
use crate::logbook::{Trust, verify};
use crate::run::Stage;
use crate::store::{Place, Store};

/// A database as it is named on the command line.
#[derive(Clone, Debug)]
pub(super) struct Named {
    place: Place,
    text: PathBuf,
}

fn named(text: &str) -> Result<Named, String> {
    let place = text.parse::<Place>().map_err(|error| error.to_string())?;
    Ok(Named { place, text: PathBuf::from(text) })
}

#[derive(Debug, clap::Args)]
pub(super) struct BackupArguments {
    /// The database: `sqlite:FILE` or `postgres://HOST/NAME`. A server may be writing to it.
    #[arg(long, value_name = "PLACE", value_parser = named)]
    store: Named,
    /// Directory for the backup, not there yet or empty.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct RestoreArguments {
    /// The backup.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The database to fill: `sqlite:FILE` or `postgres://HOST/NAME`; without a row in it.
    #[arg(long, value_name = "PLACE", value_parser = named)]
    store: Named,
    #[command(flatten)]
    trust: TrustArguments,
}

#[derive(Debug, clap::Args)]
pub(super) struct MoveArguments {
    /// The database to copy: `sqlite:FILE` or `postgres://HOST/NAME`; its server is stopped.
    #[arg(long, value_name = "PLACE", value_parser = named)]
    from: Named,
    /// The database to fill, without a row in it.
    #[arg(long, value_name = "PLACE", value_parser = named)]
    to: Named,
    #[command(flatten)]
    trust: TrustArguments,
}

/// What is verified of a copy.
struct Held<'h> {
    log: &'h Path,
    has_log: bool,
    trust: &'h Trust,
}

impl Session<'_> {
    pub(super) fn backup(&mut self, arguments: &BackupArguments) -> Result<ExitCode, Failure> {
        let BackupArguments { store, to } = arguments;
        let open = Store::open_to_read(&store.place).map_err(BackupError::from)?;
        let taken = self.far(|far| backup::take(&open, to, &clock::now(), far))?;
        // Out of the files as they lie there now.
        let scratch = self.far(|far| Scratch::of(to, far))?;
        writeln!(self.out, "{}{}", self.lang.pick("备份：", "Backup: "), to.display())?;
        self.contents(&taken)?;
        let held = Held { log: &scratch.log(), has_log: taken.has_log(), trust: &Trust::default() };
        let code = self.held(&held, false)?;
        self.without_key(self.lang.pick("不在备份中，请另行保管", "is not in the backup: keep it apart"))?;
        Ok(code)
    }

    pub(super) fn restore(&mut self, arguments: &RestoreArguments) -> Result<ExitCode, Failure> {
        let RestoreArguments { from, store, trust } = arguments;
        let trust = trust.read()?;
        let scratch = self.far(|far| Scratch::of(from, far))?;
        fit(&Held { log: &scratch.log(), has_log: scratch.manifest.has_log(), trust: &trust })?;
        let copied = self.far(|far| backup::restore(from, &scratch.manifest, &store.place, far))?;
        writeln!(self.out, "{}{}", self.lang.pick("已恢复到 ", "Restored to "), store.place)?;
        self.contents(&scratch.manifest)?;
        self.stands(&copied, store, &trust)
    }

    pub(super) fn migrate_store(&mut self, arguments: &MoveArguments) -> Result<ExitCode, Failure> {
        let MoveArguments { from, to, trust } = arguments;
        let trust = trust.read()?;
        let open = Store::open_to_read(&from.place).map_err(BackupError::from)?;
        let has_log = open.read(|link| Ok::<_, BackupError>(!link.signers()?.is_empty() || link.entry_count()? > 0))?;
        fit(&Held { log: &from.text, has_log, trust: &trust })?;
        let copied = self.far(|far| backup::move_store(&open, &to.place, far))?;
        let line = match self.lang {
            Lang::Zh => format!("已由 {} 迁移到 {}：{} 张表，{} 行", from.place, to.place, copied.tables, copied.rows),
            Lang::En => {
                format!("Moved from {} to {}: {} tables, {} rows", from.place, to.place, copied.tables, copied.rows)
            }
        };
        writeln!(self.out, "{line}")?;
        self.stands(&copied, to, &trust)
    }

    /// Copies with a bar.
    fn far<T>(&self, work: impl FnOnce(&mut backup::Far<'_>) -> Result<T, BackupError>) -> Result<T, Failure> {
        let mut progress = Progress::new(self.lang);
        let done = work(&mut |done, all| progress.at(Stage::Copying, done, all));
        progress.done();
        Ok(done?)
    }

    /// What a backup holds.
    fn contents(&mut self, manifest: &Manifest) -> Result<(), Failure> {
        let (tables, rows, bytes) = (manifest.tables.len(), manifest.rows(), manifest.bytes());
        let (at, digest) = (&manifest.taken_at, manifest.digest());
        let lines = match self.lang {
            Lang::Zh => [
                format!("  {at} 的状态：{tables} 张表，{rows} 行，{bytes} 字节"),
                format!("  清单摘要 {digest}：请另行留存"),
            ],
            Lang::En => [
                format!("  as of {at}: {tables} tables, {rows} rows, {bytes} bytes"),
                format!("  digest of its manifest {digest}: keep it elsewhere"),
            ],
        };
        lines.iter().try_for_each(|line| writeln!(self.out, "{line}"))?;
        Ok(())
    }

    /// Says whether the log of a copy holds, and where its newest checkpoint stands.
    fn held(&mut self, held: &Held<'_>, replayed: bool) -> Result<ExitCode, Failure> {
        if held.has_log {
            return self.verify_log(held.log, held.trust, replayed);
        }
        writeln!(
            self.out,
            "{}",
            self.lang.pick("没有日志：只核对了行与摘要", "no log: rows and digests alone were held")
        )?;
        self.verdict(&[])
    }

    /// What a database that was filled is to be compared with before it is used.
    fn stands(&mut self, copied: &Copied, at: &Named, trust: &Trust) -> Result<ExitCode, Failure> {
        let code = self.held(&Held { log: &at.text, has_log: copied.has_log, trust }, false)?;
        if let Some(note) = &copied.checkpoint {
            let head = self.lang.pick(
                "最新检查点如下，启用前请与另行留存的最新检查点对照：",
                "The newest checkpoint; compare it with the newest one kept elsewhere before this is used:",
            );
            write!(self.out, "{head}\n{note}")?;
        }
        let key = match &at.place {
            Place::Sqlite(path) => format!("{}.key", path.display()),
            Place::Postgres(_) => "RATE_LOG_KEY".to_owned(),
        };
        let text = self.lang.pick("没有随之复制，请放到 ", "did not come with it: put it where it is looked for, ");
        self.without_key(&format!("{text}{key}"))?;
        Ok(code)
    }

    fn without_key(&mut self, what: &str) -> Result<(), Failure> {
        let key = self.lang.pick("签署日志的私钥", "The private key that signs the log ");
        writeln!(self.out, "{key}{what}")?;
        Ok(())
    }

    /// `rate verify` of a backup.
    pub(super) fn verify_backup(&mut self, dir: &Path, trust: &Trust, replayed: bool) -> Result<ExitCode, Failure> {
        match self.far(|far| Scratch::of(dir, far)) {
            Err(Failure::Backup(BackupError::Faults(faults))) => self.verdict(&faults),
            Err(failure) => Err(failure),
            Ok(scratch) => {
                self.contents(&scratch.manifest)?;
                self.held(&Held { log: &scratch.log(), has_log: scratch.manifest.has_log(), trust }, replayed)
            }
        }
    }
}

/// Refuses to go on where the log of what is to be copied does not hold.
fn fit(held: &Held<'_>) -> Result<(), Failure> {
    let faults = if held.has_log { verify(held.log, held.trust).faults } else { Vec::new() };
    if faults.is_empty() { Ok(()) } else { Err(BackupError::Faults(faults).into()) }
}
