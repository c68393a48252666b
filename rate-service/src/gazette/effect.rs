//! What another law would change for accounts: sums by class and change, moves between grades, and who would feel it most.

use std::collections::BTreeMap;

use rate_core::error::Lang;
use rate_core::{AccountKey, Rate};
use serde::{Deserialize, Serialize};

use crate::run::{Change, Decided, Run, figures};
use crate::store::StoreError;

/// The accounts that are named as those with the largest changes.
const NAMED: usize = 50;

/// What becomes of an account under another law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Move {
    /// Its rate is higher.
    Up,
    /// Its rate is lower.
    Down,
    /// Its rate is the same.
    Same,
    /// Only the other law gives it a rate.
    Gained,
    /// The other law gives it none.
    Lost,
    /// Neither law gives it a rate: its rows are wrong, or it is not insured.
    Neither,
}

impl Move {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Same => "same",
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Neither => "neither",
        }
    }

    /// The move in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Up => Change::Up.text(lang),
            Self::Down => Change::Down.text(lang),
            Self::Same => Change::Same.text(lang),
            Self::Gained => lang.pick("新有费率", "gains a rate"),
            Self::Lost => lang.pick("不再有费率", "loses its rate"),
            Self::Neither => lang.pick("均无费率", "no rate either way"),
        }
    }
}

/// Accounts of one class and move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassRow {
    /// The class under the other law, else under the first; 0 where neither law gives a rate.
    pub class: u8,
    /// What becomes of them.
    pub change: Move,
    /// How many.
    pub accounts: u64,
    /// Heads.
    pub heads: i64,
    /// Twelve months' payroll.
    pub payroll_fen: i64,
    /// Premium under the first law: the sum of the bills.
    pub before_fen: i64,
    /// Premium under the other law: the sum of the bills.
    pub after_fen: i64,
}

/// Accounts that go from one grade to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// Grade under the first law; empty where it gives none.
    pub before: String,
    /// Grade under the other law; empty where it gives none.
    pub after: String,
    /// How many.
    pub accounts: u64,
}

/// An account whose premium changes much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mover {
    /// The account.
    pub account: String,
    /// What becomes of it.
    pub change: Move,
    /// Its class under the other law, else under the first.
    pub class: u8,
    /// Grade under the first law.
    pub grade_before: String,
    /// Grade under the other law.
    pub grade_after: String,
    /// Rate under the first law, in percent.
    pub before_percent: Option<String>,
    /// Rate under the other law, in percent.
    pub after_percent: Option<String>,
    /// Premium under the first law.
    pub before_fen: i64,
    /// Premium under the other law.
    pub after_fen: i64,
}

/// What another law would change for some accounts; everybody is in one row of `by_class`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// By class and move.
    pub by_class: Vec<ClassRow>,
    /// Moves between grades, of accounts that have a rate under both laws.
    pub migration: Vec<Migration>,
    /// The accounts whose premium changes most, at most fifty, the largest change first.
    pub largest: Vec<Mover>,
}

/// What one law comes to for an account.
struct Side<'s> {
    class: u8,
    grade: &'s str,
    rate: Rate,
    premium_fen: i64,
    heads: i64,
    payroll_fen: i64,
}

const TOO_MUCH: StoreError = StoreError::Broken("a sum that is too large");

fn small(number: i128) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| TOO_MUCH)
}

fn side(decided: &Decided) -> Result<Option<Side<'_>>, StoreError> {
    let Some(segment) = decided.decision.decided_segment() else { return Ok(None) };
    let figures = figures(decided);
    Ok(Some(Side {
        class: segment.class.number(),
        grade: decided.decision.grade_label(),
        rate: segment.rate,
        premium_fen: small(figures.after_fen)?,
        heads: small(figures.heads)?,
        payroll_fen: small(figures.payroll_fen)?,
    }))
}

fn percent(rate: Rate) -> String {
    rate.to_string().trim_end_matches('%').to_owned()
}

impl Impact {
    /// How many accounts were looked at.
    pub fn accounts(&self) -> u64 {
        self.by_class.iter().map(|row| row.accounts).sum()
    }

    /// Adds what two laws came to for the same accounts.
    ///
    /// # Errors
    /// Sums that are too large.
    pub(super) fn add(&mut self, before: &Run, after: &Run) -> Result<(), StoreError> {
        type Sides<'s> = (Option<Side<'s>>, Option<Side<'s>>);
        let mut accounts: BTreeMap<&AccountKey, Sides<'_>> = BTreeMap::new();
        for (run, later) in [(before, false), (after, true)] {
            let decided = run.decided.iter().map(|it| (it.decision.account(), Some(it)));
            let refused = run.refused.iter().map(|it| (&it.key, None));
            let others = run.not_insured.iter().map(|key| (key, None));
            for (key, decided) in decided.chain(refused).chain(others) {
                let side = decided.map_or(Ok(None), side)?;
                let sides = accounts.entry(key).or_default();
                *(if later { &mut sides.1 } else { &mut sides.0 }) = side;
            }
        }
        for (key, (before, after)) in accounts {
            self.account(&key.number, before.as_ref(), after.as_ref())?;
        }
        self.by_class.sort_by_key(|row| (row.class, row.change));
        self.migration.sort_by(|one, two| (&one.before, &one.after).cmp(&(&two.before, &two.after)));
        self.largest.sort_by(|one, two| two.moved().cmp(&one.moved()).then_with(|| one.account.cmp(&two.account)));
        self.largest.truncate(NAMED);
        Ok(())
    }

    fn account(&mut self, number: &str, before: Option<&Side<'_>>, after: Option<&Side<'_>>) -> Result<(), StoreError> {
        let change = match (before, after) {
            (Some(before), Some(after)) => match after.rate.cmp(&before.rate) {
                std::cmp::Ordering::Greater => Move::Up,
                std::cmp::Ordering::Less => Move::Down,
                std::cmp::Ordering::Equal => Move::Same,
            },
            (None, Some(_)) => Move::Gained,
            (Some(_), None) => Move::Lost,
            (None, None) => Move::Neither,
        };
        let known = after.or(before);
        let class = known.map_or(0, |side| side.class);
        let premium = |side: Option<&Side<'_>>| side.map_or(0, |side| side.premium_fen);
        let (before_fen, after_fen) = (premium(before), premium(after));
        let row = self.row(class, change);
        row.accounts += 1;
        let sums = [
            (&mut row.heads, known.map_or(0, |side| side.heads)),
            (&mut row.payroll_fen, known.map_or(0, |side| side.payroll_fen)),
            (&mut row.before_fen, before_fen),
            (&mut row.after_fen, after_fen),
        ];
        for (sum, more) in sums {
            *sum = sum.checked_add(more).ok_or(TOO_MUCH)?;
        }
        if let (Some(before), Some(after)) = (before, after) {
            self.moves(before.grade, after.grade);
        }
        let mover = Mover {
            account: number.to_owned(),
            change,
            class,
            grade_before: before.map_or_else(String::new, |side| side.grade.to_owned()),
            grade_after: after.map_or_else(String::new, |side| side.grade.to_owned()),
            before_percent: before.map(|side| percent(side.rate)),
            after_percent: after.map(|side| percent(side.rate)),
            before_fen,
            after_fen,
        };
        if mover.moved() > 0 {
            self.largest.push(mover);
        }
        Ok(())
    }

    fn row(&mut self, class: u8, change: Move) -> &mut ClassRow {
        let place = self.by_class.iter().position(|row| row.class == class && row.change == change);
        let place = place.unwrap_or_else(|| {
            let (accounts, heads, payroll_fen, before_fen, after_fen) = (0, 0, 0, 0, 0);
            self.by_class.push(ClassRow { class, change, accounts, heads, payroll_fen, before_fen, after_fen });
            self.by_class.len() - 1
        });
        &mut self.by_class[place]
    }

    fn moves(&mut self, before: &str, after: &str) {
        match self.migration.iter_mut().find(|it| it.before == before && it.after == after) {
            Some(migration) => migration.accounts += 1,
            None => self.migration.push(Migration { before: before.to_owned(), after: after.to_owned(), accounts: 1 }),
        }
    }
}

impl Mover {
    /// By how much the premium changes, whichever way.
    fn moved(&self) -> i64 {
        // Neither premium is negative.
        self.after_fen.saturating_sub(self.before_fen).saturating_abs()
    }
}
