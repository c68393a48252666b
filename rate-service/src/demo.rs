//! The demonstration: rules, a synthetic book and its rates, written to a directory and shown on a page.

use std::fmt::Write as _;
use std::path::Path;

use rate_core::Explanation;
use rate_core::error::Lang;
use rate_core::rule_set::{Effect, FindingKind};
use rate_core::{History, NaiveDate};

use crate::book::{Plan, Reading, generate};
use crate::diagnostics::Entry;
use crate::run::{self, Decided, Request, Run, RunError, Stage, Summary};
use crate::store::DocumentKind;

/// The files of law that the demonstration writes, as they stand in `fixtures/`.
const LAW: &[(&str, &str)] = &[
    ("rules/cn/2015-71.toml", include_str!("../../fixtures/rule_sets/cn/2015-71.toml")),
    ("rules/990100/three-year.toml", include_str!("../../fixtures/rule_sets/illustrative/three-year.toml")),
    ("parameters/holidays.toml", include_str!("../../fixtures/parameters/cn/holidays.toml")),
    ("parameters/990100.toml", include_str!("../../fixtures/parameters/990100/demonstration.toml")),
];

/// The sample city.
pub(crate) const AREA: &str = "990100";
/// Another seed would give another book.
pub(crate) const SEED: u64 = 7;

/// The first day of the first cycle.
pub(crate) fn on() -> NaiveDate {
    // A constant date that exists.
    NaiveDate::from_ymd_opt(2022, 7, 1).unwrap_or_default()
}

/// The law of the demonstration: what each document is, its area, and its text; frames before those that extend them.
pub(crate) fn law() -> impl Iterator<Item = (DocumentKind, &'static str, &'static str)> {
    LAW.iter().map(|(name, text)| {
        let kind = if name.starts_with("rules/") { DocumentKind::RuleSet } else { DocumentKind::Parameters };
        let area = if name.contains(AREA) { AREA } else { "cn" };
        (kind, area, *text)
    })
}

/// Writes the demonstration and returns what to show of it.
///
/// # Errors
/// Where a file cannot be written or read back.
pub fn demo(
    dir: &Path,
    accounts: u32,
    lang: Lang,
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<String, RunError> {
    for (name, text) in LAW {
        let path = dir.join(name);
        let parent = path.parent().unwrap_or(dir);
        let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, text));
        written.map_err(|source| RunError::Output { path, source })?;
    }
    let plan = Plan { accounts, seed: SEED, area: AREA.to_owned(), bad_rows: 1 };
    generate(&plan, &dir.join("book"), &mut |done, all| progress(Stage::Writing, done, all))?;
    let request = Request {
        area: AREA.to_owned(),
        rules: dir.join("rules"),
        parameters: dir.join("parameters"),
        book: dir.join("book"),
        reading: Reading::default(),
        decided_on: None,
        first_only: false,
        on: on(),
        previous: None,
    };
    let run = run::gated(&request, &Entry::default(), progress)?;
    let summary = run::summarise(&run);
    run::write(&run, &summary, &dir.join("out"), lang)?;
    Ok(Page { run: &run, summary: &summary, dir, lang }.text())
}

/// What is shown: at most 60 lines.
struct Page<'p> {
    run: &'p Run,
    summary: &'p Summary,
    dir: &'p Path,
    lang: Lang,
}

impl Page<'_> {
    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let lang = self.lang;
        let synthetic = lang.pick(
            "示例：990100 为虚构地区，单位、保费、案件均为按随机种子虚构；考核期与执行期的日期取自湖北公布的周期，浮动界限为示例值。",
            "A demonstration: area 990100, its accounts, premiums and claims are made up from a seed; the dates of window and rate are those Hubei published, the thresholds are illustrative.",
        );
        writeln!(text, "{synthetic}\n")?;
        write!(text, "{}", self.summary.text(lang))?;
        self.whole(text)?;
        self.short(text)?;
        self.refused(text)?;
        self.assumptions(text)?;
        self.commands(text)
    }

    fn find(&self, wanted: impl Fn(&Decided) -> bool) -> Option<&Decided> {
        self.run.decided.iter().find(|decided| wanted(decided))
    }

    fn shift(decided: &Decided) -> i8 {
        let ladder = decided.decision.law().rules().ladder();
        decided.decision.outcome().grade.and_then(|grade| ladder.grade(grade).shift).unwrap_or(0)
    }

    /// The account shown in full: up by a row, with a previous rate; if there is one, such that a shorter window would
    /// have given another grade.
    fn raised(&self) -> Option<&Decided> {
        let previous = |history: &History| history.rate_before(on()).is_some();
        let up =
            |it: &Decided| Self::shift(it) > 0 && it.decision.outcome().reason.code() == "row" && previous(&it.history);
        let differs = |it: &Decided| {
            let trend = Explanation::of(&it.decision, &it.history).trend;
            trend.is_some_and(|trend| trend.shorter.iter().any(|shorter| shorter.grade != trend.grade))
        };
        self.find(|it| up(it) && differs(it)).or_else(|| self.find(up))
    }

    fn whole(&self, text: &mut String) -> std::fmt::Result {
        let Some(decided) = self.raised() else { return Ok(()) };
        writeln!(text, "\n{}", self.lang.pick("—— 一户上浮，全文 ——", "-- One account up, in full --"))?;
        writeln!(text, "{}", Explanation::of(&decided.decision, &decided.history).text(self.lang))
    }

    fn short(&self, text: &mut String) -> std::fmt::Result {
        let lowered = self.find(|it| Self::shift(it) < 0 && it.decision.outcome().reason.code() == "row");
        let held = self.find(|it| it.decision.outcome().reason.code() == "adjusted" && self.is_veto(it));
        let heads = [self.lang.pick("一户下浮：", "One down: "), self.lang.pick("一户被限制：", "One held: ")];
        for (head, decided) in heads.iter().zip([lowered, held]) {
            if let Some(decided) = decided {
                let rate = decided.decision.schedule().rate_on(on()).map_or_else(String::new, |rate| rate.to_string());
                writeln!(text, "{head}{} {} · {rate}", decided.history.key(), decided.decision.summary(self.lang))?;
            }
        }
        Ok(())
    }

    fn is_veto(&self, decided: &Decided) -> bool {
        match decided.decision.outcome().reason {
            rate_core::decision::Reason::Adjusted { adjustment } => {
                let effect = self.run.chosen.law.rules().adjustments()[adjustment].effect;
                matches!(effect, Effect::NoDecreaseFrom(_) | Effect::NotBelow(_) | Effect::GradeAtLeast(_))
            }
            _ => false,
        }
    }

    fn refused(&self, text: &mut String) -> std::fmt::Result {
        for problem in self.run.refused.iter().flat_map(|account| &account.problems).take(1) {
            let mut problem = problem.clone();
            // The book's directory is named below; here the file is enough.
            problem.place.file = problem.place.file.rsplit('/').next().unwrap_or_default().to_owned();
            writeln!(text, "{}{}", self.lang.pick("一行有误：", "One row refused: "), problem.line(self.lang))?;
        }
        Ok(())
    }

    fn assumptions(&self, text: &mut String) -> std::fmt::Result {
        let report = self.run.chosen.law.rules().report();
        let notes = report.findings.iter().filter(|finding| finding.kind == FindingKind::Note).count();
        let bases = self.run.chosen.law.rules().bases();
        let count = |list: fn(&rate_core::citation::Basis) -> usize| bases.iter().map(list).sum::<usize>();
        let (assumed, invented) = (count(|basis| basis.assumed.len()), count(|basis| basis.illustrative.len()));
        match self.lang {
            Lang::Zh => writeln!(
                text,
                "\n规则集：推定 {assumed} 处，示例值 {invented} 处，校验提示 {notes} 条（rate check --provenance 可逐条查看）。"
            ),
            Lang::En => writeln!(
                text,
                "\nThe rule set: {assumed} assumptions, {invented} illustrative values, {notes} notes of the checker (rate check --provenance lists them)."
            ),
        }
    }

    fn commands(&self, text: &mut String) -> std::fmt::Result {
        let dir = self.dir.display();
        let lang = self.lang.pick("zh", "en");
        let common =
            format!("--area {AREA} --rules {dir}/rules --parameters {dir}/parameters --book {dir}/book --on {}", on());
        let account = self.raised().map_or_else(String::new, |decided| decided.history.key().number.clone());
        writeln!(text, "{}", self.lang.pick("接下来：", "Next:"))?;
        writeln!(text, "  rate --lang {lang} run {common} --out {dir}/again")?;
        writeln!(text, "  rate --lang {lang} decide {common} --account {account}")?;
        writeln!(text, "  rate --lang {lang} notice {common} --account {account}")?;
        writeln!(text, "  rate --lang {lang} check {dir}/rules --provenance")
    }
}
