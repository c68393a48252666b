//! What a run leaves behind: files whose bytes depend on the inputs alone.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rate_core::error::{Lang, column_letters};
use rate_core::history::ChargedRate;
use rate_core::input::book::{TableKind, write_rate};
use rate_core::notice::{origin_text, reason_text, step_text};
use rate_core::settlement::Then;
use rate_core::{AccountKey, Decision, Problem, Segment};
use serde_json::json;

use super::summary::figures;
use super::{Decided, Run, RunError, Settled, Summary, settled};
use crate::book::{BOM, BookWriter, cell};
use crate::diagnostics;

/// Writes the files of a run to a directory: `rates.csv`, `run_list.csv`, `decisions.ndjson`, `problems.csv`,
/// `warnings.csv`, `diagnostics.csv`, `not_insured.csv`, `summary.txt`, `run.json`, and `settlements.csv` where anything
/// is settled.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(run: &Run, summary: &Summary, dir: &Path, lang: Lang) -> Result<(), RunError> {
    let mut files = RunFiles::create(dir, lang)?;
    files.add(run)?;
    files.finish(run, summary)
}

/// The files of a run on their way to a directory, a portion of its accounts at a time.
#[derive(Debug)]
pub struct RunFiles {
    dir: PathBuf,
    lang: Lang,
    rates: BookWriter,
    list: Lines,
    decisions: Lines,
    problems: Lines,
    warnings: Lines,
    not_insured: Lines,
    settlements: Option<Lines>,
    /// Rates that stand behind those decided here.
    passed_on: Vec<(AccountKey, ChargedRate)>,
    unread: Vec<Vec<String>>,
    warned: usize,
}

/// A file that is filled line by line.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Lines {
    fn create(dir: &Path, name: &str, head: &str) -> Result<Self, RunError> {
        let path = dir.join(name);
        let file = File::create(&path).map_err(|source| RunError::Output { path: path.clone(), source })?;
        let mut lines = Self { path, out: BufWriter::with_capacity(1 << 18, file) };
        lines.fill(|out| if head.is_empty() { Ok(()) } else { writeln!(out, "{BOM}{head}") })?;
        Ok(lines)
    }

    fn fill(&mut self, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), RunError> {
        fill(&mut self.out).map_err(|source| RunError::Output { path: self.path.clone(), source })
    }

    fn finish(mut self) -> Result<(), RunError> {
        self.fill(|out| out.flush())
    }
}

impl RunFiles {
    /// Creates the files, replacing those that are there.
    ///
    /// # Errors
    /// Where a file cannot be created.
    pub fn create(dir: &Path, lang: Lang) -> Result<Self, RunError> {
        std::fs::create_dir_all(dir).map_err(|source| RunError::Output { path: dir.to_owned(), source })?;
        let heads: Vec<&str> = RUN_LIST.iter().map(|(name, ..)| *name).collect();
        let lines = |name: &str, head: &str| Lines::create(dir, name, head);
        Ok(Self {
            rates: BookWriter::create(dir, TableKind::Rates)?,
            list: lines("run_list.csv", &heads.join(","))?,
            decisions: lines("decisions.ndjson", "")?,
            problems: lines("problems.csv", "area,account,file,row,column,field,code,message")?,
            warnings: lines("warnings.csv", "file,row,column,field,code,message")?,
            not_insured: lines("not_insured.csv", "area,account")?,
            settlements: None,
            passed_on: Vec::new(),
            unread: Vec::new(),
            warned: 0,
            dir: dir.to_owned(),
            lang,
        })
    }

    /// Adds the accounts of a portion, which stand behind those of the portions before.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn add(&mut self, run: &Run) -> Result<(), RunError> {
        let (lang, rates) = (self.lang, &mut self.rates);
        for decided in &run.decided {
            for segment in decided.decision.schedule().segments() {
                let rate = charged(&decided.decision, segment);
                write_rate(decided.decision.account(), &rate, &mut |_, cells| rates.row(cells))?;
            }
        }
        self.passed_on.extend_from_slice(&run.last_rates);
        self.unread.extend_from_slice(&run.unread_rates);
        self.warned += run.warnings.len();
        self.list.fill(|out| run.decided.iter().try_for_each(|decided| line(out, &list_line(decided, lang))))?;
        self.decisions.fill(|out| decisions(run, lang, out))?;
        self.problems.fill(|out| problems(run, lang, out))?;
        self.warnings.fill(|out| run.warnings.iter().try_for_each(|problem| line(out, &place_cells(problem, lang))))?;
        self.not_insured.fill(|out| {
            run.not_insured.iter().try_for_each(|key| writeln!(out, "{},{}", cell(&key.area), cell(&key.number)))
        })?;
        if run.settles() {
            if self.settlements.is_none() {
                self.settlements = Some(Lines::create(&self.dir, settled::FILE, settled::HEADS)?);
            }
            self.settlements.iter_mut().try_for_each(|lines| lines.fill(|out| settled::list(run, out)))?;
        }
        Ok(())
    }

    /// Writes what concerns the run as a whole, of which `run` need hold no account, and closes the files.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(mut self, run: &Run, summary: &Summary) -> Result<(), RunError> {
        let (dir, lang) = (self.dir.as_path(), self.lang);
        for (key, rate) in &self.passed_on {
            write_rate(key, rate, &mut |_, cells| self.rates.row(cells))?;
        }
        for row in &self.unread {
            let cells: Vec<&dyn Display> = row.iter().map(|cell| cell as &dyn Display).collect();
            self.rates.row(&cells)?;
        }
        self.rates.finish()?;
        let lists = [self.list, self.decisions, self.problems, self.warnings, self.not_insured];
        lists.into_iter().try_for_each(Lines::finish)?;
        match self.settlements {
            Some(lines) => lines.finish()?,
            None => settled::none(dir)?,
        }
        let whole = |name: &str, fill: &dyn Fn(&mut dyn Write) -> std::io::Result<()>| {
            let mut lines = Lines::create(dir, name, "")?;
            lines.fill(fill)?;
            lines.finish()
        };
        whole("diagnostics.csv", &|out| diagnostics::findings(&run.diagnosis, lang, out))?;
        whole("summary.txt", &|out| {
            out.write_all(summary.text(lang).as_bytes())?;
            summary.settled.text(lang).iter().try_for_each(|line| writeln!(out, "{line}"))?;
            run.accepted(lang).iter().try_for_each(|line| writeln!(out, "{line}"))
        })?;
        whole("run.json", &|out| writeln!(out, "{:#}", about(run, summary, self.warned)))
    }
}

/// A cell of a list, before it is written as CSV or into a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListCell {
    /// Text, and numbers of things.
    Text(String),
    /// A plain decimal.
    Number(String),
    /// An amount in fen.
    Fen(i128),
    /// No value.
    Nothing,
}

impl ListCell {
    /// A place counted from one; zero is none.
    pub(super) fn count(number: u32) -> Self {
        if number == 0 { Self::Nothing } else { Self::Number(number.to_string()) }
    }

    /// The value as text; none where there is none.
    pub(crate) fn value(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text.clone()),
            Self::Fen(fen) => Some(fen.to_string()),
            Self::Nothing => None,
        }
    }

    fn csv(&self) -> String {
        match self {
            Self::Text(text) => cell(text),
            Self::Number(text) => text.clone(),
            Self::Fen(fen) => fen.to_string(),
            Self::Nothing => String::new(),
        }
    }
}

fn line(out: &mut dyn Write, cells: &[ListCell]) -> std::io::Result<()> {
    let cells: Vec<String> = cells.iter().map(ListCell::csv).collect();
    writeln!(out, "{}", cells.join(","))
}

/// The columns of the run list: name in the CSV, head of a workbook in both languages, width in letters.
pub(crate) const RUN_LIST: &[(&str, &str, &str, u32)] = &[
    ("area", "统筹地区", "pooling area", 10),
    ("account", "单位编号", "account", 20),
    ("name", "单位名称", "name", 36),
    ("class", "行业风险类别", "class", 8),
    ("previous_percent", "上期费率（%）", "previous rate, %", 12),
    ("previous_grade", "上期档次", "previous grade", 12),
    ("grade", "本期档次", "grade", 12),
    ("rate_percent", "本期费率（%）", "rate, %", 12),
    ("origin", "来源代码", "origin", 14),
    ("reason", "理由代码", "reason", 20),
    ("explanation", "理由", "explanation", 48),
    ("article", "依据", "article", 60),
    ("heads", "人数", "heads", 10),
    ("payroll_fen", "年工资总额（元）", "yearly payroll, yuan", 18),
    ("premium_before_fen", "按上期费率保费（元）", "premium at previous rate, yuan", 18),
    ("premium_fen", "本期保费（元）", "premium, yuan", 18),
    ("change", "费率变化", "change", 10),
    ("assumptions", "所用推定", "assumptions", 40),
];

/// A piece of a schedule as a row of the book's `rates`.
pub(crate) fn charged(decision: &Decision, segment: &Segment) -> ChargedRate {
    let ladder = decision.law().rules().ladder();
    ChargedRate {
        days: segment.days,
        class: segment.class,
        base: segment.base,
        grade: segment.grade.map_or_else(String::new, |grade| ladder.grade(grade).label.clone()),
        before_cut: segment.before_cut,
        cut: segment.cut,
        charged: segment.rate,
        origin: segment.origin,
        cycle: decision.law().cycle().id.clone(),
        used: decision.used().to_vec(),
        document: decision.rule_set().to_string(),
    }
}

/// The article an outcome rests on: that of the last step before the grade was fixed.
fn article(decision: &Decision, lang: Lang) -> String {
    let fixed =
        decision.steps().iter().position(|step| matches!(step.kind, rate_core::decision::StepKind::Grade { .. }));
    let before = fixed.and_then(|place| place.checked_sub(1)).and_then(|place| decision.steps().get(place));
    let carried =
        decision.steps().iter().find(|step| matches!(step.kind, rate_core::decision::StepKind::Carried { .. }));
    before.or(carried).map_or_else(String::new, |step| decision.citation(step.source, lang))
}

/// A line of 工伤保险费率浮动明细表.
pub(crate) fn list_line(decided: &Decided, lang: Lang) -> Vec<ListCell> {
    let (decision, history) = (&decided.decision, &decided.history);
    let (outcome, figures) = (decision.outcome(), figures(decided));
    let previous = decision.schedule().segments().first().and_then(|it| history.rate_before(it.days.from()));
    let first = decision.decided_segment();
    let (origin, reason) = (origin_text(outcome.origin, lang), reason_text(outcome.reason, decision.law(), lang));
    let explanation = format!("{origin}{}{reason}", lang.pick("：", ": "));
    let text = |text: &str| ListCell::Text(text.to_owned());
    let number = |number: String| ListCell::Number(number);
    vec![
        text(&history.key().area),
        text(&history.key().number),
        text(history.name()),
        number(outcome.class.to_string()),
        previous.map_or(ListCell::Nothing, |rate| number(rate.charged.percent().to_string())),
        previous.map_or(ListCell::Nothing, |rate| text(&rate.grade)),
        text(decision.grade_label()),
        first.map_or(ListCell::Nothing, |segment| number(segment.rate.percent().to_string())),
        text(outcome.origin.as_str()),
        text(outcome.reason.code()),
        text(&explanation),
        text(&article(decision, lang)),
        number(figures.heads.to_string()),
        ListCell::Fen(figures.payroll_fen),
        previous.map_or(ListCell::Nothing, |_| ListCell::Fen(figures.before_fen)),
        ListCell::Fen(figures.after_fen),
        text(figures.change.text(Lang::En)),
        text(&decision.assumptions().join(" ")),
    ]
}

/// One line per account with every step.
fn decisions(run: &Run, lang: Lang, out: &mut dyn Write) -> std::io::Result<()> {
    for decided in &run.decided {
        let decision = &decided.decision;
        let law = decision.law();
        let steps: Vec<_> = decision.steps().iter().map(|step| step_text(step, decision, lang)).collect();
        let segments: Vec<_> =
            decision.schedule().segments().iter().map(|segment| segment_json(segment, decision)).collect();
        let value = json!({
            "account": { "area": decision.account().area, "number": decision.account().number },
            "rule_set": { "id": decision.rule_set().to_string(), "digest": law.rules().digest() },
            "cycle": law.cycle().id,
            "class": decision.outcome().class.number(),
            "grade": decision.grade_label(),
            "origin": decision.outcome().origin.as_str(),
            "reason": decision.outcome().reason.code(),
            "explanation": decision.summary(lang),
            "segments": segments,
            "steps": steps,
            "assumptions": decision.assumptions(),
        });
        writeln!(out, "{value}")?;
    }
    Ok(())
}

/// A piece of a schedule, its numbers as decimal strings.
pub(crate) fn segment_json(segment: &Segment, decision: &Decision) -> serde_json::Value {
    let ladder = decision.law().rules().ladder();
    json!({
        "from": segment.days.from().to_string(),
        "to": segment.days.to().map(|to| to.to_string()),
        "class": segment.class.number(),
        "base_percent": segment.base.map(|base| base.percent().to_string()),
        "grade": segment.grade.map(|grade| ladder.grade(grade).label.clone()),
        "before_cut_percent": segment.before_cut.percent().to_string(),
        "cut_percent": segment.cut.percent().to_string(),
        "rate_percent": segment.rate.percent().to_string(),
        "origin": segment.origin.as_str(),
    })
}

fn problems(run: &Run, lang: Lang, out: &mut dyn Write) -> std::io::Result<()> {
    for account in &run.refused {
        for problem in &account.problems {
            let mut cells = [&account.key.area, &account.key.number].map(|text| ListCell::Text(text.clone())).to_vec();
            cells.extend(place_cells(problem, lang));
            line(out, &cells)?;
        }
    }
    Ok(())
}

/// Where a problem stands and what it says, as cells of a CSV file.
pub(crate) fn problem_cells(problem: &Problem, lang: Lang) -> Vec<String> {
    place_cells(problem, lang).iter().map(ListCell::csv).collect()
}

pub(super) fn place_cells(problem: &Problem, lang: Lang) -> Vec<ListCell> {
    let place = &problem.place;
    let column = if place.sheet.is_empty() {
        ListCell::count(place.column)
    } else {
        ListCell::Text(column_letters(place.column))
    };
    vec![
        ListCell::Text(place.file_and_sheet()),
        ListCell::count(place.line),
        column,
        ListCell::Text(place.field.clone()),
        ListCell::Text(problem.code.to_string()),
        ListCell::Text(problem.message(lang)),
    ]
}

/// The sums of what is settled, by what becomes of it; nothing where nothing is.
fn settled_totals(settled: &Settled) -> Option<serde_json::Value> {
    let each = Then::WORDS.iter().filter_map(|word| Then::from_word(word)).filter(|then| *then != Then::Unsaid);
    let sums: serde_json::Map<_, _> =
        each.map(|then| (then.as_str().to_owned(), json!(settled.fen(then).to_string()))).collect();
    (settled.accounts > 0).then(|| json!(sums))
}

/// What the run was made from and what came of it.
fn about(run: &Run, summary: &Summary, warnings: usize) -> serde_json::Value {
    let law = &run.chosen.law;
    let parameters: Vec<_> = law
        .parameters()
        .documents()
        .iter()
        .map(|it| json!({ "area": it.area, "name": it.name.en, "digest": it.digest }))
        .collect();
    let considered: Vec<_> = run
        .chosen
        .considered
        .iter()
        .map(|it| json!({ "id": it.id.to_string(), "why_not": it.why_not.map(|why| why.text(Lang::En)) }))
        .collect();
    let totals: Vec<_> = run
        .totals
        .iter()
        .map(|table| {
            let fen: serde_json::Map<_, _> =
                table.fen.iter().map(|(column, sum)| ((*column).to_owned(), json!(sum.to_string()))).collect();
            json!({ "table": table.kind.stem(), "rows": table.rows, "fen": fen })
        })
        .collect();
    let [decided, refused, not_insured] = summary.counts;
    json!({
        "area": law.rules().id().area,
        "rule_set": { "id": law.rules().id().to_string(), "digest": law.rules().digest(), "verdict": run.chosen.verdict.text(Lang::En) },
        "parameters": parameters,
        "considered": considered,
        "cycle": law.cycle().id,
        "setting": { "from": law.setting().from().to_string(), "to": law.setting().to().map(|to| to.to_string()) },
        "control_totals": totals,
        "accounts": { "decided": decided, "refused": refused, "not_insured": not_insured, "rated_already": summary.rated, "other_areas": run.other_areas },
        "warnings": warnings,
        "diagnostics": diagnostics::counts(&run.diagnosis, &run.gate),
        "by_origin": summary.by_origin,
        "by_reason": summary.by_reason,
        "premium_fen": summary.premium_fen().to_string(),
        "decided_on": law.decided_late().map(|day| day.to_string()),
        "settled_fen": settled_totals(&summary.settled),
    })
}
