//! `rate vectors`: cases at the edges of a rule set, for whoever writes the same method elsewhere.

use std::path::PathBuf;
use std::process::ExitCode;

use rate_core::NaiveDate;

use super::{Failure, Session, day};
use crate::run;
use crate::vectors::{self, Request};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  rate vectors fixtures/rule_sets/320000/2023.toml --parameters fixtures/parameters --on 2025-01-01 --book VECTORS\n  rate run --area 320000 --rules fixtures/rule_sets/320000/2023.toml --parameters fixtures/parameters \\\n      --book VECTORS --on 2025-01-01 --accept table-empty,year-empty --out OUT\n  diff OUT/rates.csv VECTORS/expected/expected.csv"
)]
pub(super) struct VectorArguments {
    /// Rule-set file; parents are found around it.
    rule_set: PathBuf,
    /// Directory or file of parameters; without them the facts bring base rates along.
    #[arg(long)]
    parameters: Option<PathBuf>,
    /// A day of the annual setting, YYYY-MM-DD; without it, the first day of the last cycle the rule set lists.
    #[arg(long, value_parser = day)]
    on: Option<NaiveDate>,
    /// Directory to write the cases to as a book, with what a run of it gives in `expected`; else JSON is printed.
    #[arg(long)]
    book: Option<PathBuf>,
}

impl Session<'_> {
    pub(super) fn vectors(&mut self, arguments: VectorArguments) -> Result<ExitCode, Failure> {
        let VectorArguments { rule_set, parameters, on, book } = arguments;
        if let Some(dir) = &book {
            let beside = rule_set.parent().map(PathBuf::from);
            run::apart_from(beside.iter().chain(&parameters), dir)?;
            vectors::writable(dir)?;
        }
        let made = vectors::vectors(&Request { rule_set, parameters, on })?;
        let Some(dir) = book else {
            self.out.write_all(vectors::document(&made).as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        };
        vectors::write_book(&made, &dir)?;
        let lang = self.lang;
        let rules = made.law().rules();
        writeln!(self.out, "{}{}", lang.pick("办法：", "Method: "), rate_core::notice::rule_set_text(rules, lang))?;
        let verdict = rules.report().verdict;
        writeln!(self.out, "  {}", verdict.text(lang))?;
        let (cycle, setting) = (&made.law().cycle().id, made.law().setting());
        writeln!(self.out, "{}{cycle} · {setting}", lang.pick("周期与执行期：", "Cycle and setting: "))?;
        let (cases, tried) = (made.cases().len(), made.cases().iter().map(|case| case.trials.len()).sum::<usize>());
        let missing = made.cases().iter().filter(|case| case.not_seen().is_some()).count();
        match lang {
            rate_core::error::Lang::Zh => writeln!(
                self.out,
                "{cases} 个算例试 {tried} 处；{missing} 个落入未见的值；{} 处没有事实可以达到。",
                made.unmade().len()
            )?,
            rate_core::error::Lang::En => writeln!(
                self.out,
                "{cases} case(s) try {tried} place(s); {missing} fall where a value was not seen; {} place(s) no facts reach.",
                made.unmade().len()
            )?,
        }
        writeln!(self.out, "{}{}", lang.pick("结果：", "Results: "), dir.display())?;
        Ok(ExitCode::SUCCESS)
    }
}
