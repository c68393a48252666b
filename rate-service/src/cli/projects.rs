//! `rate projects`: the bills of all projects, or one explained.

use std::path::PathBuf;
use std::process::ExitCode;

use rate_core::NaiveDate;
use rate_core::notice::project_text;

use super::{Failure, ReadingArguments, Session, day, progress::Progress};
use crate::projects::{self, Bills, Request};
use crate::run::{self, Stage};

#[derive(Debug, clap::Args)]
pub(super) struct ProjectArguments {
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
    /// Projects enrolled by this day, YYYY-MM-DD; each by the rules of its own day of enrolment.
    #[arg(long, value_parser = day)]
    on: NaiveDate,
    /// Directory for the results.
    #[arg(long, required_unless_present = "project")]
    out: Option<PathBuf>,
    /// Explain the projects of this number instead.
    #[arg(long)]
    project: Option<String>,
}

impl Session<'_> {
    pub(super) fn projects(&mut self, arguments: ProjectArguments) -> Result<ExitCode, Failure> {
        let ProjectArguments { area, rules, parameters, book, reading, on, out, project } = arguments;
        let request = Request { area, rules, parameters, book, reading: reading.read()?, on };
        if let Some(dir) = &out {
            run::apart_from([&request.book, &request.rules, &request.parameters], dir)?;
        }
        let mut progress = Progress::new(self.lang);
        let bills = projects::bills(&request, &mut |stage, done, all| progress.at(stage, done, all))?;
        if let Some(dir) = &out {
            progress.at(Stage::Writing, 0, 1);
            projects::write(&bills, dir, self.lang)?;
        }
        progress.done();
        for note in bills.warnings.iter().filter(|warning| warning.code.is_of_reading()) {
            writeln!(self.out, "{}{}", self.lang.pick("读取：", "Read: "), note.line(self.lang))?;
        }
        if let Some(number) = &project {
            return self.explain_projects(&bills, number);
        }
        writeln!(self.out, "{}", bills.text(self.lang))?;
        if let Some(dir) = &out {
            writeln!(self.out, "{}{}", self.lang.pick("结果：", "Results: "), dir.display())?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Numbers of projects are unique within an account only, so there may be several.
    fn explain_projects(&mut self, bills: &Bills, number: &str) -> Result<ExitCode, Failure> {
        let mut found = false;
        for entry in &bills.enrolled {
            let (history, project) = bills.of(entry);
            if project.id == number {
                found = true;
                let text = project_text(history, project, &entry.billed, &bills.parameters, self.lang);
                writeln!(self.out, "{text}")?;
            }
        }
        if found { Ok(ExitCode::SUCCESS) } else { Err(Failure::UnknownProject(number.to_owned())) }
    }
}
