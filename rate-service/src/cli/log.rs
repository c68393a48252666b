//! `rate run --log`, `rate log`, `rate replay`, `rate evidence export`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rate_core::error::Lang;
use rate_core::notice::{harmless, yuan};
use rate_core::record::{Entry, Event};
use rate_core::replay::DifferenceCause;

use super::{Failure, ReadingArguments, Session, progress::Progress};
use crate::book::{BOM, BookRows, cell};
use crate::clock;
use crate::evidence;
use crate::logbook::{Facts, LogError, Logbook, Publication, Published, TakenOut, View, sealed};
use crate::replay::{Outcome, Replayed, Request, Sum, Tally, Today, cause_of, replays};
use crate::run::{self, Run, Stage};

#[derive(Debug, clap::Args)]
pub(super) struct PublishArguments {
    /// Publish the run to the log in this directory or database (`sqlite:FILE`, `postgres://HOST/NAME`), which is made
    /// where there is none. Under a rule set that may not be published the run is recorded as a trial.
    #[arg(long, requires = "author", requires = "approver")]
    log: Option<PathBuf>,
    /// Name of a new log: the one that signs its checkpoints.
    #[arg(long, default_value = "rate-log", requires = "log")]
    log_name: String,
    /// Who made the run.
    #[arg(long, requires = "log")]
    author: Option<String>,
    /// Who approves it; another person.
    #[arg(long, requires = "log")]
    approver: Option<String>,
    /// What the run is to be called; else area and first day.
    #[arg(long, requires = "log")]
    run_id: Option<String>,
    /// The run it takes the place of.
    #[arg(long, requires = "log")]
    supersedes: Option<String>,
    /// The instant to record (RFC 3339); else the clock.
    #[arg(long, requires = "log", value_parser = instant)]
    recorded_at: Option<String>,
}

fn instant(text: &str) -> Result<String, String> {
    clock::instant(text).ok_or_else(|| "expected an instant such as 2025-01-06T08:30:00+08:00".to_owned())
}

/// A log that is open for a run.
pub(super) struct Publisher {
    book: Logbook,
    arguments: PublishArguments,
}

impl PublishArguments {
    /// Opens the log before anything is decided, so that nobody works for nothing.
    pub(super) fn open(self, lang: Lang) -> Result<Option<Publisher>, Failure> {
        let Some(dir) = &self.log else { return Ok(None) };
        let book = opened(dir, &self.log_name, lang)?;
        Ok(Some(Publisher { book, arguments: self }))
    }
}

impl Publisher {
    pub(super) fn publish(mut self, run: &Run, rows: &BookRows) -> Result<Published, LogError> {
        let PublishArguments { author, approver, run_id, supersedes, recorded_at, .. } = self.arguments;
        self.book.publish(Publication {
            law: &run.chosen.law,
            trial: run.chosen.trial(),
            facts: Facts::Rows(rows),
            bodies: sealed(run),
            id: run_id,
            author: author.unwrap_or_default(),
            approver: approver.unwrap_or_default(),
            supersedes,
            whole: false,
            without: std::collections::BTreeSet::new(),
            recorded_at: recorded_at.unwrap_or_else(clock::now),
        })
    }
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum LogCommand {
    /// Show the entries of a log and its last checkpoint.
    Show {
        /// The log: a directory, `sqlite:FILE` or `postgres://HOST/NAME`.
        dir: PathBuf,
    },
    /// Hand a log over to a new key: the old one signs that the new one follows.
    Rotate {
        /// The log: a directory, `sqlite:FILE` or `postgres://HOST/NAME`.
        dir: PathBuf,
        /// The instant to record (RFC 3339); else the clock.
        #[arg(long, value_parser = instant)]
        recorded_at: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct ReplayArguments {
    /// The log: a directory, `sqlite:FILE` or `postgres://HOST/NAME`.
    #[arg(long)]
    log: PathBuf,
    /// The run of this name only.
    #[arg(long)]
    run: Option<String>,
    /// Runs whose rates begin in this year only.
    #[arg(long)]
    year: Option<i32>,
    /// The account of this number only, in every run.
    #[arg(long)]
    account: Option<String>,
    /// A book of today: what do facts known later change?
    #[arg(long)]
    book: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Rule sets of today: what does another rule set change?
    #[arg(long)]
    rules: Option<PathBuf>,
    /// Parameters of today: what do other parameters change?
    #[arg(long)]
    parameters: Option<PathBuf>,
    /// File for every difference, as CSV.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum EvidenceCommand {
    /// Write everything about one decision that somebody without this system needs to check it.
    Export {
        /// The log: a directory, `sqlite:FILE` or `postgres://HOST/NAME`.
        #[arg(long)]
        log: PathBuf,
        /// The run.
        #[arg(long)]
        run: String,
        /// Number of the account.
        #[arg(long)]
        account: String,
        /// Under the checkpoint of so many entries; else the last one.
        #[arg(long)]
        size: Option<u64>,
        /// Directory for the evidence; not there yet, or empty, and not inside the log.
        #[arg(long)]
        out: PathBuf,
    },
}

impl Session<'_> {
    /// What to keep elsewhere after a publication.
    pub(super) fn published(&mut self, published: &Published) -> Result<(), Failure> {
        let (run, checkpoint) = (&published.run, &published.checkpoint);
        let line = match self.lang {
            Lang::Zh => format!(
                "{}{}，{} 户，根 {}",
                if run.trial { "已登记（试算，不得发布）：" } else { "已发布：" },
                run.id,
                run.size,
                run.root
            ),
            Lang::En => format!(
                "{}{}, {} accounts, root {}",
                if run.trial { "Recorded as a trial, never to be published: " } else { "Published: " },
                run.id,
                run.size,
                run.root
            ),
        };
        writeln!(self.out, "{line}")?;
        let line = match self.lang {
            Lang::Zh => format!("日志 {} 条，根 {}：请将检查点另行留存", checkpoint.size, checkpoint.root),
            Lang::En => {
                format!(
                    "Log of {} entries, root {}: keep its checkpoint elsewhere too",
                    checkpoint.size, checkpoint.root
                )
            }
        };
        writeln!(self.out, "{line}")?;
        if !published.beside.is_empty() {
            let runs = harmless(&published.beside.join(", "));
            let line = match self.lang {
                Lang::Zh => {
                    format!("注意：同一统筹区、同一执行期已有运行 {runs}，本次未以 --supersedes 写明替代哪一次")
                }
                Lang::En => format!(
                    "Note: runs of this area and setting stand beside it: {runs}; --supersedes says which one a run takes the place of"
                ),
            };
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    pub(super) fn log(&mut self, command: LogCommand) -> Result<ExitCode, Failure> {
        match command {
            LogCommand::Show { dir } => self.show(&dir),
            LogCommand::Rotate { dir, recorded_at } => {
                // A log is made by publishing to it, never by handing it over.
                let mut book = existing(&dir, self.lang)?;
                let checkpoint = book.rotate(&recorded_at.unwrap_or_else(clock::now))?;
                let head = self.lang.pick("新公钥：", "New public key: ");
                writeln!(self.out, "{head}{}", book.public_key())?;
                write!(self.out, "{checkpoint}")?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn show(&mut self, dir: &Path) -> Result<ExitCode, Failure> {
        let view = View::read(dir)?;
        for (index, entry) in view.entries.iter().enumerate() {
            let unsigned = if index < view.covered() { "" } else { self.lang.pick("（未签署）", " (not signed)") };
            writeln!(self.out, "{:>6}  {}{unsigned}", index + 1, entry_text(entry))?;
        }
        self.set_aside(&view)?;
        if let Some((_, note)) = view.checkpoints.last() {
            write!(self.out, "\n{note}")?;
        }
        for key in &view.keys {
            writeln!(self.out, "{}{key}", self.lang.pick("公钥：", "public key: "))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What writers took out, which whoever looks at a log is told.
    pub(super) fn set_aside(&mut self, view: &View) -> Result<(), Failure> {
        for name in view.set_aside()? {
            let head = self.lang.pick("曾被移出日志、另存于 ", "taken out of this log, kept in ");
            writeln!(self.out, "{head}set-aside/{}", harmless(&name))?;
        }
        Ok(())
    }

    pub(super) fn replay(&mut self, arguments: ReplayArguments) -> Result<ExitCode, Failure> {
        let ReplayArguments { log, run, year, account, book, reading, rules, parameters, out } = arguments;
        let request = Request { log, run, year, account, book, reading: reading.read()?, rules, parameters };
        if let Some(out) = &out {
            let beside = [&request.book, &request.rules, &request.parameters].into_iter().flatten().cloned();
            run::outside_of(&database_files(&request.log).chain(beside).collect::<Vec<_>>(), out)?;
        }
        let mut list = out.as_deref().map(|path| List::create(path, self.lang)).transpose()?;
        let mut progress = Progress::new(self.lang);
        let (mut tally, mut shown, mut failed) = (Tally::default(), Vec::new(), Ok(()));
        replays(&request, &mut |replayed| {
            tally.add(&replayed);
            progress.at(Stage::Deciding, u64::try_from(tally.kept[0]).unwrap_or(u64::MAX), 0);
            for (what, outcome) in replayed.differing() {
                if shown.len() < SHOWN {
                    shown.push(difference_text(&replayed, what, outcome, self.lang));
                }
                if let (Some(list), Ok(())) = (&mut list, &failed) {
                    failed = list.line(&replayed, what, outcome);
                }
            }
        })?;
        progress.done();
        failed?;
        if let Some(list) = list {
            list.finish()?;
        }
        self.tally(&tally, &shown)?;
        let identical = tally.differing.is_empty();
        Ok(if identical { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn tally(&mut self, tally: &Tally, shown: &[String]) -> Result<(), Failure> {
        shown.iter().try_for_each(|line| writeln!(self.out, "{line}"))?;
        let [all, identical] = tally.kept;
        let head = match self.lang {
            Lang::Zh => format!("按日志所存数据与规则重算 {all} 份：{identical} 份逐字节相同"),
            Lang::En => {
                format!("{all} decided again on the facts and law of the log: {identical} identical, byte for byte")
            }
        };
        writeln!(self.out, "{head}")?;
        for (cause, sum) in &tally.differing {
            writeln!(self.out, "  {:<12}{}", cause.text(self.lang), sum_text(sum, self.lang))?;
        }
        for (what, sum) in &tally.today {
            let head = match (what, self.lang) {
                (Today::Facts, Lang::Zh) => "按现有数据",
                (Today::Facts, Lang::En) => "on the facts of today",
                (Today::RuleSet, Lang::Zh) => "按现行规则集",
                (Today::RuleSet, Lang::En) => "under the rule set of today",
                (Today::Parameters, Lang::Zh) => "按现行参数",
                (Today::Parameters, Lang::En) => "with the parameters of today",
            };
            writeln!(self.out, "{head}{}{}", self.lang.pick("：", ": "), sum_text(sum, self.lang))?;
        }
        Ok(())
    }

    pub(super) fn evidence(&mut self, command: EvidenceCommand) -> Result<ExitCode, Failure> {
        let EvidenceCommand::Export { log, run, account, size, out } = command;
        run::outside_of(&database_files(&log).collect::<Vec<_>>(), &out)?;
        evidence::export(&evidence::Request { log, run, account, size }, &out)?;
        writeln!(self.out, "{}{}", self.lang.pick("证据：", "Evidence: "), out.display())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The files of a log that a path does not name itself: those beside a database in a file.
fn database_files(log: &Path) -> impl Iterator<Item = PathBuf> {
    let file = log.to_str().and_then(|text| text.strip_prefix("sqlite:")).map(str::to_owned);
    let beside =
        file.into_iter().flat_map(|file| ["", ".key", "-wal", "-shm"].map(|end| PathBuf::from(file.clone() + end)));
    std::iter::once(log.to_owned()).chain(beside)
}

fn existing(dir: &Path, lang: Lang) -> Result<Logbook, Failure> {
    View::read(dir)?;
    opened(dir, "rate-log", lang)
}

/// Opens a log to write, and says aloud what no checkpoint covered: after a crash that is what was being written, and
/// otherwise somebody has taken a checkpoint away.
fn opened(dir: &Path, name: &str, lang: Lang) -> Result<Logbook, Failure> {
    let book = Logbook::open(dir, name)?;
    if let Some(TakenOut { first, entries, kept }) = book.taken_out() {
        let kept = kept.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        let count = entries.len();
        let mut lines = vec![match lang {
            Lang::Zh => format!("没有检查点签署的 {count} 条及未写完的字节已移出日志，原字节存于 {kept}"),
            Lang::En => {
                format!("{count} entries and loose bytes that no checkpoint signs were taken out, kept in {kept}")
            }
        }];
        let numbered = entries.iter().zip(*first..);
        lines.extend(numbered.map(|(entry, number)| format!("{number:>6}  {}", entry_text(entry))));
        let mut err = std::io::stderr().lock();
        lines.iter().try_for_each(|line| writeln!(err, "rate: {line}"))?;
    }
    Ok(book)
}

/// An entry in a line, where nothing that somebody wrote can turn or break it.
fn entry_text(bytes: &[u8]) -> String {
    match Entry::read(bytes) {
        Ok(entry) => harmless(&format!("{}  {}", entry.recorded_at, event_text(&entry.event))),
        Err(error) => error.to_string(),
    }
}

/// Names behind a word, where there are any.
fn names(word: &str, names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!(" {word} {}", names.join(", ")) }
}

fn event_text(event: &Event) -> String {
    match event {
        Event::Batch(batch) => {
            let tables: Vec<String> = batch.tables.iter().map(|(table, rows)| format!("{table} {rows}")).collect();
            format!("batch      {} root {} ({})", batch.knowledge, batch.root, tables.join(", "))
        }
        Event::Facts(change) => {
            let tables = change.tables.iter().map(|(table, added, withdrawn)| format!("{table} +{added} -{withdrawn}"));
            let tables: Vec<String> = tables.collect();
            format!("facts      {} root {} ({})", change.knowledge, change.root, tables.join(", "))
        }
        Event::RuleSet { id, digest } => format!("rule-set   {id} {digest}"),
        Event::Parameters { area, digest } => format!("parameters {area} {digest}"),
        Event::Run(run) => {
            let trial = if run.trial { " (trial)" } else { "" };
            let supersedes = names("supersedes", &run.replaces().collect::<Vec<_>>());
            let without = names("without", &run.without.iter().map(String::as_str).collect::<Vec<_>>());
            format!(
                "run        {}{trial} size {} root {} by {} and {}{supersedes}{without}",
                run.id, run.size, run.root, run.author, run.approver
            )
        }
        Event::Decision(envelope) => format!("decision   {}", envelope.id),
        Event::Key { key } => format!("key        {key}"),
    }
}

/// The most differences that are shown; all of them stand in the list.
const SHOWN: usize = 10;

fn sum_text(sum: &Sum, lang: Lang) -> String {
    let Sum { decisions, inputs_only, recorded_fen, now_fen } = sum;
    let (before, after, change) = (yuan(*recorded_fen), yuan(*now_fen), yuan(now_fen - recorded_fen));
    match lang {
        Lang::Zh => format!(
            "{decisions} 份结果不同（另有 {inputs_only} 份结果相同而所据不同）；保费 {before} 元 → {after} 元，相差 {change} 元"
        ),
        Lang::En => format!(
            "{decisions} come out differently ({inputs_only} more the same from other inputs); premium {before} → {after} yuan, a difference of {change}"
        ),
    }
}

pub(super) fn difference_text(replayed: &Replayed, what: Option<Today>, outcome: &Outcome, lang: Lang) -> String {
    let account = replayed.account.as_ref().map_or_else(|| format!("#{}", replayed.index + 1), ToString::to_string);
    let [recorded, now] = outcome.values(lang);
    let cause = cause_of(what, outcome).map_or("", |cause| cause.text(lang));
    format!(
        "{} {account}: {} {}{recorded}{}{now} [{cause}]",
        replayed.run,
        outcome.place_text(lang),
        lang.pick("记录 ", "recorded "),
        lang.pick("，现为 ", ", now "),
    )
}

/// The list of differences.
struct List {
    path: PathBuf,
    lang: Lang,
    out: BufWriter<File>,
}

impl List {
    fn create(path: &Path, lang: Lang) -> Result<Self, Failure> {
        let file = File::create(path).map_err(LogError::at(path))?;
        let mut out = BufWriter::new(file);
        let header = "run,area,account,cause,place,recorded,now,recorded_fen,now_fen";
        writeln!(out, "{BOM}{header}").map_err(LogError::at(path))?;
        Ok(Self { path: path.to_owned(), lang, out })
    }

    fn line(&mut self, replayed: &Replayed, what: Option<Today>, outcome: &Outcome) -> Result<(), LogError> {
        let (area, number) = replayed.account.as_ref().map_or(("", ""), |key| (key.area.as_str(), key.number.as_str()));
        let fen = outcome.money().map(|fen| fen.map_or_else(String::new, |fen| fen.to_string()));
        let cause = cause_of(what, outcome).map_or("", DifferenceCause::as_str);
        let (place, values) = (outcome.place(), outcome.values(self.lang));
        let cells = [&replayed.run, area, number, cause, &place].into_iter();
        let cells = cells.chain(values.iter().chain(&fen).map(String::as_str));
        let line: Vec<String> = cells.map(cell).collect();
        writeln!(self.out, "{}", line.join(",")).map_err(LogError::at(&self.path))
    }

    fn finish(mut self) -> Result<(), LogError> {
        self.out.flush().map_err(LogError::at(&self.path))
    }
}
