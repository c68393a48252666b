//! The two summaries agencies publish: by grade, and by change against the previous rate. They are not the same table:
//! an employer graded up may pay less than before.

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use rate_core::decision::Change;
use rate_core::error::Lang;
use rate_core::notice::yuan;
use rate_core::premium::{bills, bills_at, payroll_base, total};

use super::output::ListCell;
use super::{Decided, Run, Settled};

/// One line of the summary by grade.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GradeRow {
    /// Accounts.
    pub accounts: u64,
    /// Heads.
    pub heads: i128,
    /// Twelve months' payroll, in fen.
    pub payroll_fen: i128,
    /// Premium of the months billed, in fen: the sum of the bills.
    pub premium_fen: i128,
}

/// One line of the summary by change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeRow {
    /// Accounts.
    pub accounts: u64,
    /// Heads.
    pub heads: i128,
    /// Twelve months' payroll, in fen.
    pub payroll_fen: i128,
    /// Premium of the same months at the previous rate, in fen.
    pub before_fen: i128,
    /// Premium of the months billed, in fen.
    pub after_fen: i128,
}

/// Both summaries; each accounts for everybody who was decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// By grade: place on the ladder (none last), label, figures.
    pub by_grade: BTreeMap<(u8, String), GradeRow>,
    /// By change against the previous rate.
    pub by_change: BTreeMap<Change, ChangeRow>,
    /// Accounts by origin of the rate.
    pub by_origin: BTreeMap<String, u64>,
    /// Accounts by reason code.
    pub by_reason: BTreeMap<String, u64>,
    /// Accounts decided, refused, not insured.
    pub counts: [u64; 3],
    /// Accounts that have a rate in the setting already, where only first rates were asked for.
    pub rated: u64,
    /// What is settled.
    pub settled: Settled,
}

/// The figures of one account that summaries and the run list share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    pub(crate) change: Change,
    pub(crate) heads: i128,
    pub(crate) payroll_fen: i128,
    pub(crate) before_fen: i128,
    pub(crate) after_fen: i128,
}

pub(crate) fn figures(decided: &Decided) -> Figures {
    let schedule = decided.decision.schedule();
    let (history, first) = (&decided.history, schedule.segments().first());
    let previous = first.and_then(|segment| history.rate_before(segment.days.from()));
    let segment = decided.decision.decided_segment();
    let change = segment.map_or(Change::First, |it| Change::between(previous.map(|rate| rate.charged), it.rate));
    let payroll = first.and_then(|segment| payroll_base(history, segment.days.from()));
    let Some(payroll) = payroll else {
        return Figures { change, heads: 0, payroll_fen: 0, before_fen: 0, after_fen: 0 };
    };
    let bills = bills(schedule, payroll.monthly);
    let before = previous.map(|rate| bills_at(rate.charged, &bills, payroll.monthly, schedule.premium_mode()));
    Figures {
        change,
        heads: payroll.heads.into(),
        payroll_fen: i128::from(payroll.monthly.fen()) * 12,
        before_fen: before.unwrap_or(0),
        after_fen: total(&bills),
    }
}

/// Both summaries of a run.
pub fn summarise(run: &Run) -> Summary {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let counts = [count(run.decided.len()), count(run.refused.len()), count(run.not_insured.len())];
    let mut summary =
        Summary { counts, rated: count(run.rated), settled: Settled::of(&run.decided), ..Summary::default() };
    for decided in &run.decided {
        let (figures, outcome) = (figures(decided), decided.decision.outcome());
        let place = outcome.grade.map_or(u8::MAX, rate_core::ladder::GradeIndex::get);
        let grade = GradeRow {
            accounts: 1,
            heads: figures.heads,
            payroll_fen: figures.payroll_fen,
            premium_fen: figures.after_fen,
        };
        let key = (place, decided.decision.grade_label().to_owned());
        summary.by_grade.entry(key).or_default().add(&grade);
        let change = ChangeRow {
            accounts: 1,
            heads: figures.heads,
            payroll_fen: figures.payroll_fen,
            before_fen: figures.before_fen,
            after_fen: figures.after_fen,
        };
        summary.by_change.entry(figures.change).or_default().add(&change);
        *summary.by_origin.entry(outcome.origin.as_str().to_owned()).or_default() += 1;
        *summary.by_reason.entry(outcome.reason.code().to_owned()).or_default() += 1;
    }
    summary
}

impl GradeRow {
    fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        self.heads += other.heads;
        self.payroll_fen += other.payroll_fen;
        self.premium_fen += other.premium_fen;
    }
}

impl ChangeRow {
    fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        self.heads += other.heads;
        self.payroll_fen += other.payroll_fen;
        self.before_fen += other.before_fen;
        self.after_fen += other.after_fen;
    }
}

impl Summary {
    /// Adds the summary of other accounts of the same run.
    pub fn add(&mut self, other: &Self) {
        for (key, row) in &other.by_grade {
            self.by_grade.entry(key.clone()).or_default().add(row);
        }
        for (change, row) in &other.by_change {
            self.by_change.entry(*change).or_default().add(row);
        }
        for (own, others) in [(&mut self.by_origin, &other.by_origin), (&mut self.by_reason, &other.by_reason)] {
            others.iter().for_each(|(word, accounts)| *own.entry(word.clone()).or_default() += accounts);
        }
        self.counts.iter_mut().zip(other.counts).for_each(|(own, other)| *own += other);
        self.rated += other.rated;
        self.settled.add(&other.settled);
    }

    /// Everybody it accounts for.
    pub fn accounts(&self) -> u64 {
        self.counts.iter().sum::<u64>() + self.rated
    }
}

impl Summary {
    /// Premium of everybody decided: the sum of the bills, in fen.
    pub fn premium_fen(&self) -> i128 {
        self.by_grade.values().map(|row| row.premium_fen).sum()
    }

    /// Whether every account stands in both summaries exactly once.
    pub fn everyone_accounted_for(&self) -> bool {
        let (by_grade, by_change): (u64, u64) = (
            self.by_grade.values().map(|row| row.accounts).sum(),
            self.by_change.values().map(|row| row.accounts).sum(),
        );
        let premium: i128 = self.by_change.values().map(|row| row.after_fen).sum();
        by_grade == self.counts[0] && by_change == self.counts[0] && premium == self.premium_fen()
    }

    /// Both tables as text.
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_grades(&mut text, lang).and_then(|()| self.write_changes(&mut text, lang));
        text
    }

    /// Both tables as cells: heads, and a line for each grade and each change.
    pub(super) fn tables(&self, lang: Lang) -> [([&'static str; 5], Vec<Vec<ListCell>>); 2] {
        let number = |number: i128| ListCell::Number(number.to_string());
        let grades = self.by_grade.iter().map(|((_, label), row)| {
            let label = ListCell::Text(grade_text(label, lang).to_owned());
            let figures = [number(row.accounts.into()), number(row.heads)];
            [vec![label], figures.to_vec(), vec![ListCell::Fen(row.payroll_fen), ListCell::Fen(row.premium_fen)]]
                .concat()
        });
        let changes = self.by_change.iter().map(|(change, row)| {
            let label = ListCell::Text(change.text(lang).to_owned());
            let before = if *change == Change::First { ListCell::Nothing } else { ListCell::Fen(row.before_fen) };
            let figures = [number(row.accounts.into()), number(row.heads)];
            [vec![label], figures.to_vec(), vec![before, ListCell::Fen(row.after_fen)]].concat()
        });
        [(grade_heads(lang), grades.collect()), (change_heads(lang), changes.collect())]
    }

    fn write_grades(&self, text: &mut String, lang: Lang) -> std::fmt::Result {
        write_row(text, &grade_heads(lang).map(str::to_owned))?;
        for ((_, label), row) in &self.by_grade {
            let label = grade_text(label, lang);
            let (payroll, premium) = (yuan(row.payroll_fen), yuan(row.premium_fen));
            write_row(text, &[label.to_owned(), row.accounts.to_string(), row.heads.to_string(), payroll, premium])?;
        }
        Ok(())
    }

    fn write_changes(&self, text: &mut String, lang: Lang) -> std::fmt::Result {
        write_row(text, &change_heads(lang).map(str::to_owned))?;
        for (change, row) in &self.by_change {
            // Nobody paid at a previous rate who had none.
            let before = if *change == Change::First { "–".to_owned() } else { yuan(row.before_fen) };
            let (label, after) = (change.text(lang).to_owned(), yuan(row.after_fen));
            write_row(text, &[label, row.accounts.to_string(), row.heads.to_string(), before, after])?;
        }
        let [decided, refused, not_insured] = self.counts;
        let sum = decided + refused + not_insured;
        match lang {
            Lang::Zh => writeln!(
                text,
                "合计 {sum} 户 = 已算出费率 {decided} + 数据有误 {refused} + 本期未参保 {not_insured}；一户不漏。"
            ),
            Lang::En => writeln!(
                text,
                "{sum} accounts = {decided} decided + {refused} refused + {not_insured} not insured: everyone accounted for."
            ),
        }
    }
}

fn grade_heads(lang: Lang) -> [&'static str; 5] {
    match lang {
        Lang::Zh => ["按档次", "户数", "人数", "年工资总额（元）", "年保费（元）"],
        Lang::En => ["by grade", "accounts", "heads", "yearly payroll, yuan", "yearly premium, yuan"],
    }
}

fn change_heads(lang: Lang) -> [&'static str; 5] {
    match lang {
        Lang::Zh => ["按费率变化", "户数", "人数", "按上期费率（元）", "按本期费率（元）"],
        Lang::En => ["by change", "accounts", "heads", "at previous rate, yuan", "at new rate, yuan"],
    }
}

/// The label of a grade; those without one keep their last rate.
fn grade_text(label: &str, lang: Lang) -> &str {
    if label.is_empty() { lang.pick("（沿用上期费率）", "(last rate held)") } else { label }
}

/// One line of a table: the first cell to the left, figures to the right.
fn write_row(text: &mut String, cells: &[String; 5]) -> std::fmt::Result {
    let widths = [18, 9, 10, 24, 22];
    for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let gap = " ".repeat(usize::saturating_sub(width, columns(cell)));
        match place {
            0 => write!(text, "  {cell}{gap}")?,
            _ => write!(text, "{gap}{cell}")?,
        }
    }
    writeln!(text)
}

/// The columns a text takes on a terminal: Chinese characters and full-width marks take two.
pub fn columns(text: &str) -> usize {
    text.chars().map(|c| if ('\u{2E80}'..='\u{FFEF}').contains(&c) { 2 } else { 1 }).sum()
}
