//! The command line: arguments in, text and exit codes out.
//!
//! Exit codes: 0 done; 1 something is wrong with the files or the rules refuse; 2 wrong arguments; 3 the file system
//! or the output failed.

mod audit;
mod backup;
mod check;
mod diagnose;
mod failure;
mod import;
mod log;
mod notice;
mod progress;
mod projects;
mod scenario;
mod serve;
mod test;
mod vectors;
mod verify;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use rate_core::Explanation;
use rate_core::diagnostics::Kind;
use rate_core::error::Lang;
use rate_core::input::book::Mapping;
use rate_core::{AccountKey, NaiveDate};

use crate::book::{self, Encoding, Plan, Reading};
use crate::casebook;
use crate::demo;
use crate::diagnostics::Entry;
use crate::run::{self, Request, Stage};
use failure::{Failure, report};
use progress::Progress;

/// Work-injury insurance premium rates: exact, explained. 工伤保险费率：精确、可解释。
#[derive(Debug, Parser)]
#[command(name = "rate", version, about, disable_help_subcommand = true)]
struct Arguments {
    /// Language of texts: zh or en.
    #[arg(long, global = true, value_enum, default_value_t = Language::Zh)]
    lang: Language,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Zh,
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Zh => Self::Zh,
            Language::En => Self::En,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a rule-set file, or every one in a directory: may it decide, and if not, why, with a witness.
    Check {
        /// File or directory.
        path: PathBuf,
        /// Show where every section comes from, and what in it is assumed, missing or illustrative.
        #[arg(long)]
        provenance: bool,
    },
    /// Decide the worked cases beside a rule set, compare, and name the rows that no case reached.
    Test {
        /// Rule-set file, or a file of project cases.
        rule_set: PathBuf,
        /// File or directory of cases; may be given again. Without it, the directory of the rule set and below.
        #[arg(long)]
        cases: Vec<PathBuf>,
        /// Directory or file of parameters, for case files that name none.
        #[arg(long)]
        parameters: Option<PathBuf>,
        /// Show every figure and the working of every case, not only of those that differ.
        #[arg(long)]
        full: bool,
    },
    /// Look through a book as a run would: what a person should know before anything is decided.
    Diagnose {
        #[command(flatten)]
        request: RunArguments,
        #[command(flatten)]
        entry: EntryArguments,
        /// Directory for the lists of findings and the control totals.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Decide every account of a book for the annual setting that holds a day, unless its diagnostics block.
    Run {
        #[command(flatten)]
        request: RunArguments,
        #[command(flatten)]
        entry: EntryArguments,
        /// Decide only accounts that have no rate in the setting yet, and pass the rates of the others on.
        #[arg(long)]
        first_only: bool,
        #[command(flatten)]
        publish: log::PublishArguments,
        /// Directory for the results.
        #[arg(long)]
        out: PathBuf,
        /// Write run list, summary, problems and diagnostics as sheets of one workbook, run.xlsx, too.
        #[arg(long)]
        xlsx: bool,
        /// Write the decided accounts in the sheet layout of a core system, too.
        #[arg(long, value_enum)]
        layout: Option<import::SheetLayout>,
    },
    /// Hold rates that somebody else charged against what the rules give, and name every mistake that explains a
    /// difference.
    Audit(audit::AuditArguments),
    /// Decide one account and explain it in full.
    Decide {
        #[command(flatten)]
        request: RunArguments,
        /// Number of the account.
        #[arg(long)]
        account: String,
    },
    /// Write the notice of one account to an employer, or one file for every account with a rate.
    Notice {
        #[command(flatten)]
        request: RunArguments,
        #[command(flatten)]
        entry: EntryArguments,
        #[command(flatten)]
        notice: notice::NoticeArguments,
    },
    /// Make cases at every edge of a rule set, with what is decided: for whoever writes the same method elsewhere.
    Vectors(vectors::VectorArguments),
    /// Bill every project of a book that has enrolled by a day, or explain one.
    Projects(projects::ProjectArguments),
    /// Answer a study: what other tables, ladders, base rates or cycles would do to premiums, employers and the fund.
    Scenario(scenario::ScenarioArguments),
    /// Answer over HTTP, on an SQLite file or a PostgreSQL database, until it is told to stop.
    Serve(serve::ServeArguments),
    /// Make a demonstration in a directory: rules, a synthetic book, and rates for everybody in it.
    Demo {
        /// Directory to write to.
        #[arg(default_value = "demo")]
        dir: PathBuf,
        /// Accounts in the synthetic book.
        #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(200..=100_000))]
        accounts: u32,
    },
    /// Books of accounts.
    #[command(subcommand)]
    Book(BookCommand),
    /// Decide again what a log says was decided, and say where it differs and why.
    Replay(log::ReplayArguments),
    /// Look at every byte of a log, of a backup, or of evidence: hashes, proofs, signatures, and deciding again.
    Verify(verify::VerifyArguments),
    /// Copy a database to a directory of files while it is in use, and verify the copy.
    Backup(backup::BackupArguments),
    /// Fill an empty database from a backup, verified before and after.
    Restore(backup::RestoreArguments),
    /// Copy a database that nobody writes to into an empty one, SQLite or PostgreSQL, row for row, and verify it.
    MigrateStore(backup::MoveArguments),
    /// Evidence of single decisions, for somebody without this system.
    #[command(subcommand)]
    Evidence(log::EvidenceCommand),
    /// Show a log, or hand it over to a new key.
    #[command(subcommand)]
    Log(log::LogCommand),
    /// Print a completion script for a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
enum BookCommand {
    /// Make up a synthetic book of realistic shape.
    Generate {
        /// How many accounts.
        #[arg(long)]
        accounts: u32,
        /// Another seed gives another book; the same seed the same bytes.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Fictitious pooling area: six digits beginning with 99.
        #[arg(long, default_value = "990100")]
        area: String,
        /// Accounts that get one wrong row.
        #[arg(long, default_value_t = 0)]
        bad_rows: u32,
        /// Directory to write to.
        #[arg(long)]
        out: PathBuf,
    },
    /// Read sheets in the layout of a core system as a book.
    Import(import::ImportArguments),
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// Pooling area, GB/T 2260 digits.
    #[arg(long)]
    area: String,
    /// Directory of rule sets; parents are found in the same directory.
    #[arg(long)]
    rules: PathBuf,
    /// Directory of parameters.
    #[arg(long)]
    parameters: PathBuf,
    /// Directory of the book.
    #[arg(long)]
    book: PathBuf,
    #[command(flatten)]
    reading: ReadingArguments,
    /// A day of the annual setting, YYYY-MM-DD; chooses rule set, cycle and parameters.
    #[arg(long, value_parser = day)]
    on: NaiveDate,
    /// Day the rates are decided, YYYY-MM-DD, where that is inside the setting: the method says what was paid until then
    /// and what is settled.
    #[arg(long, value_parser = day)]
    decided_on: Option<NaiveDate>,
    /// Output of the run before; its rates are added to the book's `rates` table as the last ones.
    #[arg(long)]
    previous: Option<PathBuf>,
}

/// How the files of a book are read.
#[derive(Debug, clap::Args)]
struct ReadingArguments {
    /// Encoding of the CSV files of the book; auto: UTF-8 where a file is valid UTF-8, else GB18030, said aloud.
    #[arg(long, value_enum, default_value_t = EncodingName::Auto)]
    encoding: EncodingName,
    /// TOML: what the files, sheets, headers, words, units and dates of another system are in a book.
    #[arg(long)]
    mapping: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EncodingName {
    Auto,
    #[value(name = "utf-8")]
    Utf8,
    Gb18030,
}

impl ReadingArguments {
    fn read(self) -> Result<Reading, Failure> {
        let encoding = match self.encoding {
            EncodingName::Auto => Encoding::Auto,
            EncodingName::Utf8 => Encoding::Utf8,
            EncodingName::Gb18030 => Encoding::Gb18030,
        };
        Ok(Reading { encoding, mapping: self.mapping.as_deref().map(mapping).transpose()?, list: false })
    }
}

fn mapping(path: &std::path::Path) -> Result<Mapping, Failure> {
    book::reading::mapping(path)?.map_err(|problems| Failure::Problems(problems.into_vec()))
}

#[derive(Debug, clap::Args)]
struct EntryArguments {
    /// Kinds of findings that are accepted for this run, separated by commas; the run says so.
    #[arg(long, value_delimiter = ',', value_parser = kind, value_name = "KIND")]
    accept: Vec<Kind>,
    /// CSV `kind,most`: how many accounts of a kind there may be, or what share of them, such as 0.5%.
    #[arg(long)]
    gate: Option<PathBuf>,
    /// CSV `table,year,what,value`: control totals of the sender.
    #[arg(long)]
    control: Option<PathBuf>,
}

impl EntryArguments {
    fn read(&self) -> Result<Entry, Failure> {
        Ok(Entry::read(self.gate.as_deref(), self.control.as_deref(), &self.accept)?)
    }
}

fn kind(text: &str) -> Result<Kind, String> {
    let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    Kind::from_word(text).ok_or_else(|| format!("possible values: {}", known.join(", ")))
}

fn day(text: &str) -> Result<NaiveDate, String> {
    rate_core::date(text).map_err(|_| "expected YYYY-MM-DD between 1950 and 2199".to_owned())
}

impl RunArguments {
    fn read(self) -> Result<Request, Failure> {
        let Self { area, rules, parameters, book, reading, on, decided_on, previous } = self;
        let reading = reading.read()?;
        Ok(Request { area, rules, parameters, book, reading, on, decided_on, first_only: false, previous })
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = io::stdout().lock();
    let lang = arguments.lang.into();
    let result = Session { lang, out: &mut out }.run(arguments.command);
    match result.and_then(|code| out.flush().map(|()| code).map_err(Failure::Output)) {
        Ok(code) => code,
        // A reader that has seen enough, such as `head`, is no failure.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => report(&failure, lang),
    }
}

/// Why an account got no rate.
fn undecided(run: run::Run, key: AccountKey) -> Failure {
    if run.not_insured.contains(&key) {
        return Failure::NotInsured(key);
    }
    match run.refused.into_iter().find(|account| account.key == key) {
        Some(account) => Failure::Problems(account.problems),
        None => Failure::UnknownAccount(key),
    }
}

/// Where the results of a run go.
struct Outputs {
    dir: PathBuf,
    xlsx: bool,
    layout: Option<import::SheetLayout>,
    publish: log::PublishArguments,
}

struct Session<'o> {
    lang: Lang,
    out: &'o mut dyn Write,
}

impl Session<'_> {
    fn run(&mut self, command: Command) -> Result<ExitCode, Failure> {
        match command {
            Command::Check { path, provenance } => check::check(&path, provenance, self.lang, self.out),
            Command::Test { rule_set, cases, parameters, full } => {
                if let Some(tested) = casebook::test_projects(&rule_set)? {
                    return test::projects(&tested, full, self.lang, self.out);
                }
                let mut progress = Progress::new(self.lang);
                let request = casebook::Request { rule_set, cases, parameters };
                let tested = casebook::test(&request, &mut |done, all| progress.at(Stage::Testing, done, all));
                progress.done();
                test::report(&tested?, full, self.lang, self.out)
            }
            Command::Diagnose { request, entry, out } => {
                self.diagnose(&request.read()?, &entry.read()?, out.as_deref())
            }
            Command::Run { request, entry, first_only, publish, out, xlsx, layout } => {
                let request = Request { first_only, ..request.read()? };
                self.run_book(&request, &entry.read()?, Outputs { dir: out, xlsx, layout, publish })
            }
            Command::Replay(arguments) => self.replay(arguments),
            Command::Verify(arguments) => self.verify(&arguments),
            Command::Backup(arguments) => self.backup(&arguments),
            Command::Restore(arguments) => self.restore(&arguments),
            Command::MigrateStore(arguments) => self.migrate_store(&arguments),
            Command::Evidence(command) => self.evidence(command),
            Command::Log(command) => self.log(command),
            Command::Audit(arguments) => self.audit(arguments),
            Command::Decide { request, account } => self.decide(&request.read()?, account),
            Command::Notice { request, entry, notice } => self.notice(&request.read()?, &entry.read()?, notice),
            Command::Vectors(arguments) => self.vectors(arguments),
            Command::Projects(arguments) => self.projects(arguments),
            Command::Scenario(arguments) => self.scenario(arguments),
            Command::Serve(arguments) => self.serve(&arguments),
            Command::Demo { dir, accounts } => {
                let mut progress = Progress::new(self.lang);
                let text =
                    demo::demo(&dir, accounts, self.lang, &mut |stage, done, all| progress.at(stage, done, all))?;
                progress.done();
                self.out.write_all(text.as_bytes())?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Book(BookCommand::Generate { accounts, seed, area, bad_rows, out }) => {
                self.generate(&Plan { accounts, seed, area, bad_rows }, &out)
            }
            Command::Book(BookCommand::Import(arguments)) => self.import(arguments),
            Command::Completions { shell } => {
                // Written to memory first: the generator panics where its output fails.
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Arguments::command(), "rate", &mut script);
                self.out.write_all(&script)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn run_book(
        &mut self,
        request: &Request,
        entry: &Entry,
        Outputs { dir, xlsx, layout, publish }: Outputs,
    ) -> Result<ExitCode, Failure> {
        let dir = dir.as_path();
        run::apart(request, dir)?;
        let publisher = publish.open(self.lang)?;
        let mut progress = Progress::new(self.lang);
        let (run, rows) = run::with_rows(request, entry, &mut |stage, done, all| progress.at(stage, done, all))?;
        let summary = run::summarise(&run);
        progress.at(Stage::Writing, 0, 1);
        if xlsx {
            run::fits(&run, dir)?;
        }
        let sheets = layout.map(|import::SheetLayout::Foshan| run::foshan::Sheets::of(&run, dir)).transpose()?;
        run::write(&run, &summary, dir, self.lang)?;
        if let Some(sheets) = sheets {
            sheets.write(dir)?;
        }
        if xlsx {
            run::write_workbook(&run, &summary, dir, self.lang)?;
        }
        progress.done();
        self.selection(&run.chosen, &run.fund)?;
        self.reading(&run)?;
        write!(self.out, "{}", summary.text(self.lang))?;
        self.remarks(&run)?;
        if let Some(settled) = run.settled(self.lang) {
            writeln!(self.out, "{settled}")?;
        }
        if let Some(accepted) = run.accepted(self.lang) {
            writeln!(self.out, "{accepted}")?;
        }
        if let Some(publisher) = publisher {
            self.published(&publisher.publish(&run, &rows)?)?;
        }
        writeln!(self.out, "{}{}", self.lang.pick("结果：", "Results: "), dir.display())?;
        Ok(ExitCode::SUCCESS)
    }

    /// What a caller may otherwise overlook.
    fn remarks(&mut self, run: &run::Run) -> Result<(), Failure> {
        let lang = self.lang;
        let mut remark = |number: usize, zh: &str, en: &str| match number {
            0 => Ok(()),
            number => writeln!(self.out, "{}", lang.pick(zh, en).replace("{}", &number.to_string())),
        };
        let kinds = run.diagnosis.counts.len();
        remark(
            kinds,
            "核定前检查所见 {} 类：见 diagnostics.csv",
            "{} kind(s) of findings before deciding: see diagnostics.csv",
        )?;
        remark(run.refused.len(), "数据有误 {} 户：见 problems.csv", "{} account(s) refused: see problems.csv")?;
        remark(run.warnings.len(), "提示 {} 条：见 warnings.csv", "{} warning(s): see warnings.csv")?;
        remark(
            run.other_areas,
            "数据中另有其他地区 {} 户，未处理",
            "{} account(s) of other areas in the book, passed over",
        )?;
        remark(
            run.rated,
            "本期已有费率 {} 户：未重新核定，费率照录",
            "{} account(s) have a rate in the setting: left as they are, and passed on",
        )?;
        let law = &run.chosen.law;
        remark(
            usize::from(law.decided_late().is_some() && law.settlement().is_none()),
            "注意：办法没有写迟定的费率如何起算与结算，--decided-on 不起作用",
            "note: the method says nothing of rates decided late: --decided-on changes nothing",
        )?;
        let afresh = usize::from(run.measured_afresh());
        remark(
            afresh,
            "注意：本期为周期内后续年度，但没有本周期的上期费率（--previous），全部重新测算",
            "note: a later setting of its cycle, but no earlier rates of the cycle were given (--previous): everybody was measured afresh",
        )?;
        Ok(())
    }

    /// How the files of the book were read, where they do not say it themselves.
    fn reading(&mut self, run: &run::Run) -> Result<(), Failure> {
        for note in run.warnings.iter().filter(|warning| warning.code.is_of_reading()) {
            writeln!(self.out, "{}{}", self.lang.pick("读取：", "Read: "), note.line(self.lang))?;
        }
        Ok(())
    }

    fn selection(&mut self, chosen: &run::ChosenLaw, fund: &rate_core::fund::Fund) -> Result<(), Failure> {
        let lang = self.lang;
        let law = &chosen.law;
        let rules = rate_core::notice::rule_set_text(law.rules(), lang);
        writeln!(self.out, "{}{rules} · {}", lang.pick("办法：", "Method: "), chosen.verdict.text(lang))?;
        let (cycle, setting) = (&law.cycle().id, law.setting());
        writeln!(self.out, "{}{cycle} · {setting}", lang.pick("周期与执行期：", "Cycle and setting: "))?;
        for it in law.dated_parameters() {
            let what = if it.cut {
                lang.pick("阶段性降费", "phased cut")
            } else {
                lang.pick("基准费率", "base rates")
            };
            let state = match (it.used, it.later) {
                (true, _) => lang.pick("采用", "used"),
                (false, true) => lang.pick("未采用：尚未开始", "not used: begins later"),
                (false, false) => lang.pick("未采用：已结束", "not used: has ended"),
            };
            let basis = law.parameters().basis(it.basis);
            let scope = it.scope.join(" ");
            let gap = if scope.is_empty() { "" } else { " " };
            writeln!(self.out, "  {what}{gap}{scope} {} [{}] – {state}", it.days, basis.citation(lang))?;
            if let Some((finding, payable)) =
                it.finding.and_then(|finding| Some((finding, chosen.payable(fund, &finding)?)))
            {
                let months = finding.months_payable;
                writeln!(self.out, "    {}", rate_core::notice::months_payable_text(&payable, months, lang))?;
            }
        }
        for other in law.rules().other_cycles(law.setting().from()) {
            let why = if other.later {
                lang.pick("尚未开始", "begins later")
            } else {
                lang.pick("已结束", "has ended")
            };
            writeln!(self.out, "  {}{} – {why}", lang.pick("未采用周期 ", "not used: cycle "), other.id)?;
        }
        for other in &chosen.considered {
            if let Some(why) = other.why_not {
                writeln!(self.out, "  {}{} – {}", lang.pick("未采用 ", "not used: "), other.id, why.text(lang))?;
            }
        }
        Ok(())
    }

    fn decide(&mut self, request: &Request, number: String) -> Result<ExitCode, Failure> {
        let run = run::run(request, &mut |_, _, _| {})?;
        let key = AccountKey { area: request.area.clone(), number };
        self.selection(&run.chosen, &run.fund)?;
        self.reading(&run)?;
        if let Some(decided) = run.decided.iter().find(|it| it.history.key() == &key) {
            let text = Explanation::of(&decided.decision, &decided.history).text(self.lang);
            writeln!(self.out, "{text}")?;
            return Ok(ExitCode::SUCCESS);
        }
        Err(undecided(run, key))
    }

    fn generate(&mut self, plan: &Plan, dir: &std::path::Path) -> Result<ExitCode, Failure> {
        let mut progress = Progress::new(self.lang);
        let made = book::generate(plan, dir, &mut |done, all| progress.at(Stage::Writing, done, all))?;
        progress.done();
        let lang = self.lang;
        writeln!(self.out, "{}{}", lang.pick("虚构数据（随机种子生成）：", "Synthetic book: "), dir.display())?;
        for (table, rows) in &made.rows {
            writeln!(self.out, "  {:<16} {rows:>9}", table.stem())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
