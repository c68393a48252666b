//! A book, path by path: claims happen, benefits are paid for years, windows are measured again, grades move, and the
//! fund with them.
//!
//! Everything is simulated by months, from where the book ends: what happens before the first year is paid from what came
//! before, and seen by the next window. Each account draws from a stream of its own, so that what
//! comes out is the same on any number of threads; and since only whole numbers are added up, to the last digit.

mod account;
mod assumptions;
mod claims;
mod estimate;
mod fold;
mod terms;

pub use assumptions::{Assumptions, ClaimKind, ClaimMix, Counts, Frequency, Grounds, ItemPattern, Life, Over, Pattern};
pub use estimate::Estimation;
pub use fold::Percentiles;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use super::portfolio::{Portfolio, Undecided};
use super::real;
use super::shards::Workers;
use crate::calendar::{Month, NaiveDate};
use crate::decide;
use crate::error::Problems;
use crate::history::History;
use crate::rule_set::Law;
use account::{Account, Course, Road};
use assumptions::{checked, wrong};
use claims::Events;
use fold::Fold;
use terms::{Term, terms};

/// The most years.
const MOST_YEARS: usize = 50;

/// The most paths times years.
const MOST_PATH_YEARS: usize = 200_000;

/// The most pieces that accounts are taken in: each holds the sums of all paths.
const PIECES: usize = 32;

/// What is to be projected.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Years, from the first day of the law's setting on.
    pub years: usize,
    /// Paths.
    pub paths: usize,
    /// What all draws follow from.
    pub seed: u64,
    /// What is supposed.
    pub assumptions: Assumptions,
}

/// What became of a book over some years.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// The years, in order.
    pub years: Vec<ProjectedYear>,
    /// Paths.
    pub paths: usize,
    /// Seed.
    pub seed: u64,
    /// Accounts that were projected.
    pub accounts: usize,
    /// Accounts that were not, and why.
    pub undecided: Vec<Undecided>,
    /// Accounts whose orders were passed over.
    pub orders_passed_over: usize,
    /// What the fund had at the start.
    pub start: FundStart,
    /// First month that was simulated, the one after the newest premium of the book or after the newest window, and how
    /// many such months lie before the first year.
    pub simulated_from: (Month, usize),
    /// The first day that no listed cycle holds, from which on the last one's shape is supposed again and again, with
    /// its windows as far on; `None` where all years are listed.
    pub supposed_from: Option<NaiveDate>,
}

/// The balance that a projection begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundStart {
    /// The last month of the fund's table before the first year; `None` where there is none, and the balance begins at
    /// nothing.
    pub month: Option<Month>,
    /// Balance at its end, in fen.
    pub balance_fen: i128,
}

/// One year of a projection, over all paths.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectedYear {
    /// Its first month.
    pub from: Month,
    /// Premiums charged, in fen.
    pub income_fen: Percentiles<i128>,
    /// Benefits and what is loaded on them, in fen.
    pub benefits_fen: Percentiles<i128>,
    /// Balance at the end, in fen.
    pub balance_fen: Percentiles<i128>,
    /// Means over the paths: income, benefits, balance.
    pub means_fen: (f64, f64, f64),
    /// How many months of the year's benefits the balance at its end pays for; `None` where a path has no benefits.
    pub months_payable: Option<Percentiles<f64>>,
    /// Mean share of insured accounts in each grade at the start of the year, lowest first, by label.
    pub grades: Vec<(String, f64)>,
    /// Mean share without one.
    pub without_grade: f64,
    /// Mean share of accounts with another grade than a year before, of those that had one then and now; `None` where
    /// there are none.
    pub changed: Option<f64>,
}

/// Projects a book under a law for the first setting; later ones follow from its rule set.
///
/// Rates within a cycle are carried as the engine carries them, and decided again at the next by it, from what the
/// path's window holds. No account joins or leaves but by the coverage that the book tells; heads stay; events, orders
/// and uses of bonuses are those of the book. Payments still due on claims of the book are left out but for pensions
/// that run. The balance earns nothing. Workers are told of pieces of the book, of which there are at most 32.
///
/// # Errors
/// `scenario.assumption` for what is outside its range, all at once.
pub fn project(portfolio: &Portfolio, law: &Law, plan: &Plan, workers: Workers<'_>) -> Result<Projection, Problems> {
    plan.check()?;
    let start = Month::of(law.setting().from());
    let first = known_to(portfolio, law).plus(1).min(start);
    let lead = usize::try_from(start.since(first)).unwrap_or(0);
    let months = lead + 12 * plan.years;
    let last = first.plus(i32::try_from(months).unwrap_or(i32::MAX) - 1);
    let terms = terms(law, first, last);
    let weights = |mix: &ClaimMix| {
        let sums = mix.kinds.iter().scan(0.0, |sum, kind| {
            *sum += kind.weight;
            Some(*sum)
        });
        sums.collect::<Vec<f64>>()
    };
    let weights = plan.assumptions.mixes.iter().map(weights).collect();
    let road = Road { terms: &terms, assumptions: &plan.assumptions, first, lead, months, weights };
    let histories = portfolio.histories();
    let size = histories.len().div_ceil(PIECES).max(1);
    let pieces: Vec<(usize, &[History])> =
        histories.chunks(size).enumerate().map(|(piece, accounts)| (piece * size, accounts)).collect();
    let done = workers.each(&pieces, |_, (first, accounts)| Piece::of(&road, plan, (*first, accounts), workers));
    let mut all = Piece::new(&road, plan);
    for piece in done {
        all.fold.add(&piece.fold);
        all.undecided.extend(piece.undecided);
        all.orders += piece.orders;
    }
    Ok(all.projection(portfolio, law, plan, &road))
}

/// The last month that the book knows: of its newest premium, and not before the end of the newest window.
fn known_to(portfolio: &Portfolio, law: &Law) -> Month {
    let rows = portfolio.histories().iter().flat_map(History::premiums);
    let newest = rows.map(|row| row.months.to()).max();
    // The reader refuses a cycle without a window.
    let window = law.windows()[0].to();
    newest.map_or(window, |newest| newest.max(window))
}

impl Plan {
    fn check(&self) -> Result<(), Problems> {
        let mut problems = Vec::new();
        if !(1..=MOST_YEARS).contains(&self.years) {
            problems.push(wrong("years", self.years, "1 … 50"));
        }
        if self.paths == 0 || self.paths.saturating_mul(self.years) > MOST_PATH_YEARS {
            problems.push(wrong("paths", self.paths, "at least 1, and at most 200,000 paths × years"));
        }
        self.assumptions.check(&mut problems);
        checked(problems)
    }
}

/// What some accounts came to.
struct Piece {
    fold: Fold,
    undecided: Vec<Undecided>,
    orders: usize,
}

impl Piece {
    fn new(road: &Road<'_>, plan: &Plan) -> Self {
        let grades = road.terms.first().map_or(0, |term| term.law.rules().ladder().grades().len());
        Self { fold: Fold::new(plan.paths, plan.years, grades), undecided: Vec::new(), orders: 0 }
    }

    /// A piece may take minutes, so that it looks up at every path.
    fn of(road: &Road<'_>, plan: &Plan, (first, accounts): (usize, &[History]), workers: Workers<'_>) -> Self {
        let mut piece = Self::new(road, plan);
        for (place, history) in (first..).zip(accounts).take_while(|_| !workers.is_stopped()) {
            let told = Account::of(road, history).and_then(|mut account| Paths::of(&mut account, plan, place, workers));
            match told {
                Ok(paths) => paths.fold_into(&mut piece.fold),
                Err(code) => piece.undecided.push(Undecided { place, code }),
            }
            piece.orders += usize::from(decide::falls_into_stretches(&road.terms[0].law, history));
        }
        piece
    }

    fn projection(self, portfolio: &Portfolio, law: &Law, plan: &Plan, road: &Road<'_>) -> Projection {
        let year_from = |year: usize| road.month(road.lead + 12 * year);
        let start = fund_start(portfolio, year_from(0));
        let mut balances = vec![start.balance_fen; plan.paths];
        let years = (0..plan.years).map(|year| self.year(law, plan, year, year_from(year), &mut balances));
        let supposed: Option<&Term> = road.terms.iter().find(|term| !term.listed);
        Projection {
            years: years.collect(),
            paths: plan.paths,
            seed: plan.seed,
            accounts: self.fold.accounts,
            orders_passed_over: self.orders,
            start,
            simulated_from: (road.first, road.lead),
            supposed_from: supposed.map(|term| term.law.setting().from()),
            undecided: self.undecided,
        }
    }

    fn year(&self, law: &Law, plan: &Plan, year: usize, from: Month, balances: &mut [i128]) -> ProjectedYear {
        let loaded = |fen: i128| {
            let load = real::real(fen) * plan.assumptions.load_percent / 100.0;
            fen + i128::from(real::whole(load))
        };
        let all = (0..plan.paths).map(|path| {
            let (income, benefits) = self.fold.fen(path, year);
            (income, loaded(benefits))
        });
        let all: Vec<(i128, i128)> = all.collect();
        for (balance, (income, benefits)) in balances.iter_mut().zip(&all) {
            *balance += income - benefits;
        }
        let payable = balances.iter().zip(&all).map(|(balance, (_, benefits))| real::ratio(balance * 12, *benefits));
        let payable: Option<Vec<f64>> = payable.collect();
        let counts = self.fold.grades(year);
        let insured = i128::from(counts.iter().sum::<u64>());
        let share = |count: u64| real::ratio(i128::from(count), insured).unwrap_or(0.0);
        let labels = law.rules().ladder().grades().iter().map(|grade| grade.label.clone());
        let (changed, compared) = self.fold.changed(year);
        let mean = |sum: i128| real::real(sum) / real::count(plan.paths);
        ProjectedYear {
            from,
            income_fen: over(all.iter().map(|it| it.0)),
            benefits_fen: over(all.iter().map(|it| it.1)),
            balance_fen: over(balances.iter().copied()),
            means_fen: (
                mean(all.iter().map(|it| it.0).sum()),
                mean(all.iter().map(|it| it.1).sum()),
                mean(balances.iter().sum()),
            ),
            months_payable: payable.and_then(|it| Percentiles::of(it, f64::total_cmp)),
            grades: labels.zip(counts.iter().map(|count| share(*count))).collect(),
            without_grade: counts.last().map_or(0.0, |count| share(*count)),
            changed: real::ratio(i128::from(changed), i128::from(compared)),
        }
    }
}

/// Percentiles over the paths, of which there is at least one.
fn over(fen: impl Iterator<Item = i128>) -> Percentiles<i128> {
    let nothing = Percentiles { p5: 0, p25: 0, p50: 0, p75: 0, p95: 0 };
    Percentiles::of(fen.collect(), i128::cmp).unwrap_or(nothing)
}

fn fund_start(portfolio: &Portfolio, first: Month) -> FundStart {
    let mut months = portfolio.fund().months().iter();
    let before = months.rfind(|it| it.area == portfolio.area() && it.month < first);
    FundStart { month: before.map(|it| it.month), balance_fen: before.map_or(0, |it| i128::from(it.balance.fen())) }
}

/// One account on all paths: how it fares where nothing happens, and the paths on which something does.
struct Paths {
    usual: Course,
    others: Vec<(usize, Course)>,
    /// Paths on which the usual holds.
    untouched: u64,
}

impl Paths {
    fn of(
        account: &mut Account<'_>,
        plan: &Plan,
        place: usize,
        workers: Workers<'_>,
    ) -> Result<Self, crate::error::Code> {
        let drawing = account.drawing();
        let mut stream = ChaCha12Rng::seed_from_u64(plan.seed);
        stream.set_stream(u64::try_from(place).unwrap_or(u64::MAX));
        let all = u64::try_from(plan.paths).unwrap_or(u64::MAX);
        if drawing.is_certain() {
            let usual = account.course(&drawing.draw(&mut stream))?;
            return Ok(Self { usual, others: Vec::new(), untouched: all });
        }
        let usual = account.course(&Events::default())?;
        let mut others = Vec::new();
        for path in (0..plan.paths).take_while(|_| !workers.is_stopped()) {
            let events = drawing.draw(&mut stream);
            if events != Events::default() {
                others.push((path, account.course(&events)?));
            }
        }
        let untouched = all - u64::try_from(others.len()).unwrap_or(all);
        Ok(Self { usual, others, untouched })
    }

    fn fold_into(&self, fold: &mut Fold) {
        fold.every(&self.usual, self.untouched);
        self.others.iter().for_each(|(path, course)| fold.path(*path, course, &self.usual));
    }
}

#[cfg(test)]
mod tests;
