//! From which size on the experience of an employer says more about it than chance does.

use super::bands::SizeBands;
use super::exposure::{Exposure, mean_heads};
use super::portfolio::Portfolio;
use super::real::{count, ratio, real};
use super::shards::Workers;
use super::structure::{NoStructure, Observation, Structure};
use crate::amount::Money;
use crate::calendar::MonthSpan;
use crate::experience::{self, Counting};
use crate::history::History;
use crate::industry::RiskClass;
use crate::rule_set::Law;
use crate::rule_set::measure::ClaimDay;

/// What is observed of an account each year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Observed {
    /// Benefits that the fund paid in the year, in yuan, as the law counts them.
    Benefits,
    /// Persons whose injury was recognised in the year.
    Persons,
}

/// What stands as one risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grouped {
    /// Each account by itself.
    Accounts,
    /// All accounts of a size band together.
    Bands,
}

/// What a study of credibility asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CredibilityAsked<'b> {
    /// What weighs an account.
    pub exposure: Exposure,
    /// What is observed.
    pub observed: Observed,
    /// What stands as one risk.
    pub grouped: Grouped,
    /// What of the benefits of one claim in a year counts at most in this study; everything where `None`.
    pub cap: Option<Money>,
    /// The credibility that is asked for, between zero and one: at ½ an employer's own experience counts as much as that
    /// of its class.
    pub level: f64,
    /// Size bands.
    pub bands: &'b SizeBands,
}

/// The credibility of the accounts of one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandCredibility {
    /// Place of the band.
    pub band: usize,
    /// Accounts in it with anything at risk.
    pub accounts: usize,
    /// Their weight over all years together, in the whole numbers of [`Exposure::parts`].
    pub weight: i128,
    /// Least, mean and largest credibility of an account, or that of the band itself where bands are the risks; `None`
    /// without accounts or estimate.
    pub credibility: Option<(f64, f64, f64)>,
}

/// The size from which on floating is worth its noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorthFloating {
    /// The credibility asked for.
    pub level: f64,
    /// The weight over all years together that has it: yuan of payroll or premium, or heads for a year.
    pub weight: f64,
    /// Heads of an employer of that weight, by what the class has at risk for each head; `None` where nobody has heads.
    pub heads: Option<f64>,
}

/// The credibility of the accounts of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassCredibility {
    /// The class on the last day of the window.
    pub class: RiskClass,
    /// Accounts with anything at risk.
    pub accounts: usize,
    /// Accounts left out because no base rate is known for some of their months.
    pub without_base_rate: usize,
    /// Weight of all years together, in the whole numbers of [`Exposure::parts`].
    pub weight: i128,
    /// Fen of benefits, or persons, of all years together.
    pub observed: i128,
    /// The structural parameters, or why there are none.
    pub structure: Result<Structure, NoStructure>,
    /// By size, in the order of the bands.
    pub bands: Vec<BandCredibility>,
    /// The size from which on floating is worth its noise; `None` without estimate, or where no difference between risks
    /// was found, so that no size is.
    pub worth: Option<WorthFloating>,
}

/// One account's years: weight and what was observed, exact.
struct Account {
    class: RiskClass,
    band: usize,
    head_months: i128,
    years: Option<Vec<(i128, i128)>>,
}

/// How credible the experience of accounts is over the window of a law, class by class.
///
/// Accounts without a class, or with nobody insured in the window, are passed over. Predecessors stand for themselves.
pub fn credibility(
    portfolio: &Portfolio,
    law: &Law,
    asked: &CredibilityAsked<'_>,
    workers: Workers<'_>,
) -> Vec<ClassCredibility> {
    let window = law.windows()[0];
    let years = window.years();
    let account = |history: &History| account(law, history, &window, &years, asked);
    let shards = workers.shards(portfolio.histories(), |_, shard| shard.iter().filter_map(account).collect::<Vec<_>>());
    let accounts: Vec<Account> = shards.into_iter().flatten().collect();
    let classes = RiskClass::all(law.rules().classes().system);
    let of_class = classes.map(|class| (class, accounts.iter().filter(|it| it.class == class).collect::<Vec<_>>()));
    of_class.filter(|(_, of)| !of.is_empty()).map(|(class, of)| of_one_class(class, &of, &window, asked)).collect()
}

fn account(
    law: &Law,
    history: &History,
    window: &MonthSpan,
    years: &[MonthSpan],
    asked: &CredibilityAsked<'_>,
) -> Option<Account> {
    let class = law.class_on(history, window.to().last_day())?.class;
    let counting = Counting::of(law);
    let exposed: Vec<_> = years.iter().map(|year| experience::exposed(law, history, year)).collect();
    let head_months: i128 = exposed.iter().map(|it| it.head_months).sum();
    let observed = |year: &MonthSpan| match asked.observed {
        Observed::Benefits => {
            let paid = experience::benefits_by_claim(law, &counting, history, year);
            paid.iter().map(|(_, fen)| capped(*fen, asked.cap)).sum()
        }
        Observed::Persons => experience::injured(law, &counting, history, year, ClaimDay::Recognised),
    };
    let weighed = exposed.iter().zip(years).map(|(it, year)| Some((asked.exposure.weight(it)?, observed(year))));
    let band = asked.bands.of(mean_heads(law, history, window));
    (head_months > 0).then(|| Account { class, band, head_months, years: weighed.collect() })
}

/// What of a claim counts in a study: no more than its cap.
pub(super) fn capped(fen: i128, cap: Option<Money>) -> i128 {
    cap.map_or(fen, |cap| fen.min(i128::from(cap.fen())))
}

fn of_one_class(
    class: RiskClass,
    all: &[&Account],
    window: &MonthSpan,
    asked: &CredibilityAsked<'_>,
) -> ClassCredibility {
    let known: Vec<(&Account, &[(i128, i128)])> =
        all.iter().filter_map(|it| Some((*it, it.years.as_deref()?))).collect();
    let groups: Vec<Vec<(i128, i128)>> = match asked.grouped {
        Grouped::Accounts => known.iter().map(|(_, years)| years.to_vec()).collect(),
        Grouped::Bands => (0..asked.bands.len()).map(|band| together(&known, band)).collect(),
    };
    let observations: Vec<Vec<Observation>> =
        groups.iter().map(|years| years.iter().filter_map(|year| observation(*year, asked)).collect()).collect();
    let structure = Structure::of(&observations);
    let weight: i128 = known.iter().map(|(_, years)| weight(years)).sum();
    let found = structure.as_ref().ok();
    let worth = found.and_then(|it| it.weight_at(asked.level)).map(|at| {
        let head_months: i128 = known.iter().map(|(it, _)| it.head_months).sum();
        // Weight for each head-year, and the years that the weight was gathered over.
        let each = ratio(weight * 12, head_months * asked.exposure.parts()).filter(|each| *each > 0.0);
        let years = real(window.months().into()) / 12.0;
        WorthFloating { level: asked.level, weight: at, heads: each.map(|each| at / each / years) }
    });
    ClassCredibility {
        class,
        accounts: known.len(),
        without_base_rate: all.len() - known.len(),
        weight,
        observed: known.iter().flat_map(|(_, years)| years.iter().map(|(_, observed)| observed)).sum(),
        bands: (0..asked.bands.len()).map(|band| of_band(band, &known, found, asked)).collect(),
        structure,
        worth,
    }
}

fn weight(years: &[(i128, i128)]) -> i128 {
    years.iter().map(|(weight, _)| weight).sum()
}

/// The years of all accounts of a band, added.
fn together(known: &[(&Account, &[(i128, i128)])], band: usize) -> Vec<(i128, i128)> {
    let mut sums: Vec<(i128, i128)> = Vec::new();
    for (_, years) in known.iter().filter(|(it, _)| it.band == band) {
        sums.resize(sums.len().max(years.len()), (0, 0));
        for (sum, (weight, observed)) in sums.iter_mut().zip(*years) {
            *sum = (sum.0 + weight, sum.1 + observed);
        }
    }
    sums
}

fn observation((weight, observed): (i128, i128), asked: &CredibilityAsked<'_>) -> Option<Observation> {
    // Benefits are observed in yuan, persons by the head.
    let unit = match asked.observed {
        Observed::Benefits => 100,
        Observed::Persons => 1,
    };
    let ratio = ratio(observed * asked.exposure.parts(), weight * unit).filter(|_| weight > 0)?;
    Some(Observation { weight: asked.exposure.amount(weight), ratio })
}

fn of_band(
    band: usize,
    known: &[(&Account, &[(i128, i128)])],
    structure: Option<&Structure>,
    asked: &CredibilityAsked<'_>,
) -> BandCredibility {
    let weights: Vec<i128> = known.iter().filter(|(it, _)| it.band == band).map(|(_, years)| weight(years)).collect();
    let together: i128 = weights.iter().sum();
    let credibility = structure.filter(|_| !weights.is_empty()).map(|structure| {
        let of = |weight: i128| structure.credibility(asked.exposure.amount(weight));
        match asked.grouped {
            Grouped::Bands => (of(together), of(together), of(together)),
            Grouped::Accounts => {
                let all = || weights.iter().map(|weight| of(*weight));
                let (least, most) = (all().fold(1.0, f64::min), all().fold(0.0, f64::max));
                // A mean of equal numbers may miss them by the last digit.
                (least, (all().sum::<f64>() / count(weights.len())).clamp(least, most), most)
            }
        }
    });
    BandCredibility { band, accounts: weights.len(), weight: together, credibility }
}
