//! `rate book import`: sheets of another system become a book.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use rate_core::{Month, MonthSpan};

use super::{Failure, Session};
use crate::book::foshan::Sheets;
use crate::run;

/// A sheet layout of a core system.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SheetLayout {
    /// One row for an employer and a window, in two workbooks: with premium and without (佛山).
    Foshan,
}

#[derive(Debug, clap::Args)]
pub(super) struct ImportArguments {
    /// The layout of the sheets.
    #[arg(long, value_enum)]
    layout: SheetLayout,
    /// Pooling area, GB/T 2260 digits; the sheets do not name it.
    #[arg(long, value_parser = area)]
    area: String,
    /// The window the sheets are of, YYYY-MM..YYYY-MM; they do not name it.
    #[arg(long, value_parser = window)]
    window: MonthSpan,
    /// The workbook of employers with premium in the window.
    with_premium: PathBuf,
    /// The workbook of employers without.
    without_premium: Option<PathBuf>,
    /// Directory for the book.
    #[arg(long)]
    out: PathBuf,
}

fn area(text: &str) -> Result<String, String> {
    let six = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if six { Ok(text.to_owned()) } else { Err("expected six digits".to_owned()) }
}

fn window(text: &str) -> Result<MonthSpan, String> {
    let month = |text: &str| text.parse::<Month>().ok();
    let ends = text.split_once("..").and_then(|(from, to)| Some((month(from)?, month(to)?)));
    let span = ends.and_then(|(from, to)| MonthSpan::new(from, to));
    span.ok_or_else(|| "expected YYYY-MM..YYYY-MM, the first month not after the last".to_owned())
}

impl Session<'_> {
    pub(super) fn import(&mut self, arguments: ImportArguments) -> Result<ExitCode, Failure> {
        let ImportArguments { layout: SheetLayout::Foshan, area, window, with_premium, without_premium, out } =
            arguments;
        // A book is not written over the sheets it was made from.
        let here = |dir: &Path| if dir.as_os_str().is_empty() { PathBuf::from(".") } else { dir.to_owned() };
        let dirs = [&with_premium].into_iter().chain(&without_premium).filter_map(|path| path.parent());
        run::apart_from(&dirs.map(here).collect::<Vec<_>>(), &out)?;
        let sheets = Sheets { area, window, with_premium, without_premium };
        let imported = sheets.read()?.map_err(Failure::Problems)?;
        let rows = imported.write(&out)?;
        let lang = self.lang;
        writeln!(self.out, "{}{}", lang.pick("数据：", "Book: "), out.display())?;
        for (table, rows) in rows.iter().filter(|(_, rows)| *rows > 0) {
            writeln!(self.out, "  {:<16} {rows:>9}", table.stem())?;
        }
        for (name, count) in &imported.types {
            let text = lang.pick(
                "单位类型 `{0}` 未识别，{1} 户按用人单位计",
                "type of employer `{0}` not known: {1} taken as `employer`",
            );
            writeln!(self.out, "{}", text.replace("{0}", name).replace("{1}", &count.to_string()))?;
        }
        let text = lang.pick(
            "汇总表没有日期、工资与人数：各项均记在 {}，工资与人数记为零（docs/foshan.md）",
            "The sheet has no days, payroll or heads: everything stands on {}, payroll and heads are zero (docs/foshan.md)",
        );
        writeln!(self.out, "{}", text.replace("{}", &window.to().last_day().to_string()))?;
        Ok(ExitCode::SUCCESS)
    }
}
