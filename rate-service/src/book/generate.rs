//! Books that are made up: accounts, premiums and claims of an area that does not exist, in the shape of real ones.
//!
//! The same plan gives the same bytes on every machine: whole numbers only, one stream of chance for each account.
//! Shares and amounts are invented, after the orders of magnitude that pooling areas publish: most accounts are small
//! and have no claim for years, a few large ones have many, and a few claims cost more than all others.

mod bad_row;
mod draw;
mod employer;
mod event;
mod fund;
mod industry;
mod injury;
mod premium;

use std::path::Path;

use rate_core::history::{Payer, Succession, SuccessionKind};
use rate_core::input::book::TableKind;
use rate_core::{AccountKey, Factor, History, HistoryBuilder, Industry, Month, RiskClass};

use super::{BookError, BookFiles};
use draw::Draw;
use employer::Employer;
use fund::MadeFund;

/// What book to make up.
///
/// ```
/// use rate_service::book::Plan;
/// let plan = Plan { accounts: 500, ..Plan::default() };
/// assert_eq!(plan.area, "990100");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many accounts.
    pub accounts: u32,
    /// Another seed gives another book.
    pub seed: u64,
    /// The pooling area: six digits beginning with 99, since no real area may appear in a made-up book.
    pub area: String,
    /// How many accounts have one row as a clerk might get it wrong; they are refused.
    pub bad_rows: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self { accounts: 1000, seed: 1, area: "990100".to_owned(), bad_rows: 0 }
    }
}

/// What was made up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GeneratedBook {
    /// Rows of each table.
    pub rows: Vec<(TableKind, u64)>,
    /// Premium paid, in fen.
    pub premium_fen: i128,
    /// Benefits the fund paid, in fen.
    pub benefit_fen: i128,
    /// The accounts with a bad row.
    pub bad: Vec<AccountKey>,
}

/// Makes up a book and writes it to a directory, with a note that says so.
///
/// `progress` is told accounts written and accounts in all.
///
/// # Errors
/// Where the plan cannot be carried out or a file cannot be written.
pub fn generate(plan: &Plan, dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<GeneratedBook, BookError> {
    plan.check()?;
    let world = World::of(plan)?;
    std::fs::create_dir_all(dir).map_err(BookError::at(dir))?;
    let mut files = BookFiles::create(dir)?;
    let mut book = GeneratedBook::default();
    let bad = world.bad_accounts();
    let mut fund = MadeFund::default();
    for index in 0..plan.accounts {
        let history = world.account(index)?;
        files.history(&history)?;
        if let Some(which) = bad.iter().position(|bad| *bad == index) {
            bad_row::write(which, &history, &mut files)?;
            book.bad.push(history.key().clone());
        }
        book.add(&history);
        fund.add(&history);
        if index % 1024 == 0 {
            progress(index.into(), plan.accounts.into());
        }
    }
    fund.write(&plan.area, &mut files)?;
    book.rows = files.finish()?;
    progress(plan.accounts.into(), plan.accounts.into());
    let note = dir.join("README.txt");
    std::fs::write(&note, plan.note()).map_err(BookError::at(&note))?;
    Ok(book)
}

impl Plan {
    fn check(&self) -> Result<(), BookError> {
        let fictitious = self.area.len() == 6 && self.area.bytes().all(|byte| byte.is_ascii_digit());
        if !fictitious || !self.area.starts_with("99") {
            let area = &self.area;
            return Err(BookError::Plan(format!(
                "area `{area}` is not six digits beginning with 99: only a fictitious area may have made-up accounts"
            )));
        }
        if u64::from(self.bad_rows) * 2 > u64::from(self.accounts) {
            let Self { accounts, bad_rows, .. } = self;
            return Err(BookError::Plan(format!(
                "{bad_rows} bad rows need at least twice as many accounts, not {accounts}"
            )));
        }
        Ok(())
    }

    fn note(&self) -> String {
        let Self { accounts, seed, area, bad_rows } = self;
        format!(
            "本目录中的全部数据均为程序虚构，不涉及任何真实的地区、单位或个人。\n\
             统筹地区代码 {area} 不存在；单位、缴费、工伤案件、待遇与证照均为随机生成，金额与比例不可用于任何统计。\n\
             单位数：{accounts}；随机种子：{seed}；故意写错的行：{bad_rows}。\n\
             \n\
             Everything in this directory is made up by a program; no real area, employer or person stands behind it.\n\
             The pooling area {area} does not exist; accounts, premiums, injuries, benefits and certificates are drawn at\n\
             random, and no amount or share of them may be used as a statistic.\n\
             Accounts: {accounts}; seed: {seed}; rows that are wrong on purpose: {bad_rows}.\n"
        )
    }
}

impl GeneratedBook {
    fn add(&mut self, history: &History) {
        self.premium_fen += history.premiums().iter().map(|row| i128::from(row.paid.fen())).sum::<i128>();
        let payments = history.claims().iter().flat_map(|claim| &claim.payments);
        let by_fund = payments.filter(|payment| payment.payer == Payer::Fund);
        self.benefit_fen += by_fund.map(|payment| i128::from(payment.amount.fen())).sum::<i128>();
    }
}

/// What all accounts of a made-up book share.
#[derive(Debug)]
struct World<'p> {
    plan: &'p Plan,
    industries: Vec<(RiskClass, Industry)>,
    /// The first and the last month that facts are made up for.
    first: Month,
    last: Month,
}

/// The first year of premiums and claims.
const FIRST_YEAR: i32 = 2019;
/// The last one.
const LAST_YEAR: i32 = 2027;

/// Streams of chance, one for each account and purpose.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Employer,
    Injuries,
    Premiums,
    Events,
    Pair,
}

impl<'p> World<'p> {
    fn of(plan: &'p Plan) -> Result<Self, BookError> {
        let month = |year, month| Month::new(year, month).map_err(|error| BookError::Plan(error.to_string()));
        let (first, last) = (month(FIRST_YEAR, 1)?, month(LAST_YEAR, 12)?);
        Ok(Self { plan, industries: industry::classed(), first, last })
    }

    fn draw(&self, purpose: Purpose, index: u32) -> Draw {
        Draw::of(self.plan.seed, (purpose as u64) << 32 | u64::from(index))
    }

    /// January of a year.
    fn january(&self, year: i32) -> Month {
        self.first.plus((year - FIRST_YEAR) * 12)
    }

    /// All facts of an account.
    fn account(&self, index: u32) -> Result<History, BookError> {
        let employer = Employer::of(self, index);
        let predecessor =
            employer.predecessor.as_ref().map(|(predecessor, on)| (Employer::of(self, *predecessor), *on));
        let mut builder = employer.builder(self);
        let claims = injury::claims(self, &employer);
        let premiums = premium::Premiums::of(self, &employer, predecessor.as_ref().map(|(it, on)| (it, *on)), &claims);
        let events = event::events(self, &employer, &premiums, &claims);
        builder = claims.into_iter().fold(builder, HistoryBuilder::claim);
        builder = premiums.rows.into_iter().fold(builder, HistoryBuilder::premium_row);
        builder = premiums.rates.into_iter().fold(builder, HistoryBuilder::rate);
        builder = events.into_iter().fold(builder, HistoryBuilder::event);
        if let Some((predecessor, on)) = predecessor {
            let predecessor = built(predecessor.builder(self))?;
            let (kind, on, share) = (SuccessionKind::Merger, on.first_day(), Factor::ONE);
            builder = builder.succession(Succession { kind, on, share, predecessor });
        }
        built(builder)
    }

    /// The accounts that get a bad row, spread over the book. None is a predecessor, which would refuse two accounts.
    fn bad_accounts(&self) -> Vec<u32> {
        let (accounts, bad) = (u64::from(self.plan.accounts), u64::from(self.plan.bad_rows));
        let spread = (0..bad).map(|which| u32::try_from((2 * which + 1) * accounts / (2 * bad)).unwrap_or_default());
        spread.map(|index| if employer::merges_into(self, index).is_some() { index - 1 } else { index }).collect()
    }
}

fn built(builder: HistoryBuilder) -> Result<History, BookError> {
    builder.build().map_err(|problems| BookError::Plan(format!("made-up facts contradict each other: {problems}")))
}
