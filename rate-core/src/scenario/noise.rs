//! How much of the movement between grades is chance: what the engine does with claims drawn anew while risks stay as they
//! are.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Poisson, Uniform};

use super::bands::SizeBands;
use super::exposure::mean_heads;
use super::measuring::Found;
use super::portfolio::Portfolio;
use super::real::{count, drawn, ratio, real};
use super::shards::Workers;
use super::structure::{Observation, Structure};
use crate::calendar::MonthSpan;
use crate::decide;
use crate::decision::NoSteps;
use crate::error::Code;
use crate::experience::{self, Experience};
use crate::history::{Claim, History, Origin};
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::rule_set::Law;

/// What the risk of an account is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Risk {
    /// The claims of its class for each head.
    OfClass,
    /// Its own claims for each head as far as they are credible (Bühlmann–Straub by heads within its class), and those of
    /// its class for the rest; those of its class alone where nothing can be estimated.
    Credible,
}

/// What a study of noise asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoiseAsked<'b> {
    /// What the risk of an account is taken to be.
    pub risk: Risk,
    /// How often the claims of each account are drawn, at least twice.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
    /// Size bands.
    pub bands: &'b SizeBands,
}

/// Movement of some accounts, observed and by chance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Movement {
    /// Accounts that are floated and whose claims could be drawn.
    pub accounts: usize,
    /// How many of them two windows of the same risk would be expected to put on different grades.
    pub chance: f64,
    /// Accounts among them whose last grade is known.
    pub compared: usize,
    /// How many of those have another grade now.
    pub moved: usize,
    /// How many of those chance alone would be expected to move.
    pub chance_of_compared: f64,
    /// The share of the movement observed that chance alone explains, one where it explains all of it or more; `None`
    /// where nothing moved.
    pub noise: Option<f64>,
}

impl Movement {
    fn add(&mut self, drawn: &Drawn) {
        self.accounts += 1;
        self.chance += drawn.chance;
        if let Some(moved) = drawn.moved {
            self.compared += 1;
            self.moved += usize::from(moved);
            self.chance_of_compared += drawn.chance;
        }
    }

    fn ended(self) -> Self {
        let noise = (self.moved > 0).then(|| (self.chance_of_compared / count(self.moved)).min(1.0));
        Self { noise, ..self }
    }
}

/// The share of movement that is noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// Everybody together.
    pub all: Movement,
    /// By size, in the order of the bands.
    pub bands: Vec<Movement>,
    /// Claims of all accounts that claims were drawn from.
    pub claims: usize,
    /// Floated accounts whose claims cannot be drawn: with predecessors, or with nobody insured in the windows.
    pub left_out: usize,
}

/// What the claims of a class are drawn from.
struct Pool<'p> {
    class: RiskClass,
    claims: Vec<&'p Claim>,
    head_months: i128,
    structure: Option<Structure>,
}

/// What an account itself shows in the windows of a law.
struct Own<'p> {
    class: RiskClass,
    claims: Vec<&'p Claim>,
    years: Vec<(i128, usize)>,
    head_months: i128,
}

/// What drawing the claims of one account showed.
struct Drawn {
    band: usize,
    chance: f64,
    moved: Option<bool>,
}

/// How much of the movement of grades under a law chance alone explains.
///
/// Of each account that the law floats, the claims that have a day in its windows are drawn anew: a Poisson number around
/// what is expected of its heads, each claim one of its class, with all its days and payments as they are; everything else
/// of the account stays. The engine decides on each draw. Two draws on different grades are a movement without a cause,
/// counted over all pairs of draws. The last grade stays what it is, so a method that counts from it moves a little less
/// than it would over two windows.
pub fn noise(portfolio: &Portfolio, law: &Law, asked: &NoiseAsked<'_>, workers: Workers<'_>) -> Noise {
    let measuring = portfolio.measured(law, workers);
    let whole = whole(law);
    let shards = measuring.in_shards(workers, |first, shard| {
        let own = |(history, found): (_, &Result<Found, Code>)| {
            Some(own(law, history, found.as_ref().ok()?.standing.class, &whole))
        };
        portfolio.histories()[first..].iter().zip(shard).map(own).collect::<Vec<_>>()
    });
    let all: Vec<Option<Own<'_>>> = shards.into_iter().flatten().collect();
    let pools: Vec<Pool<'_>> =
        RiskClass::all(law.rules().classes().system).map(|class| pool(class, &all, asked.risk)).collect();
    let shards = measuring.in_shards(workers, |first, shard| {
        let one = |(place, found): (usize, &Result<Found, Code>)| {
            let (found, own) = (found.as_ref().ok()?, all[place].as_ref()?);
            let pool = pools.iter().find(|pool| pool.class == own.class)?;
            let history = &portfolio.histories()[place];
            let drawing = Drawing { law, history, found, asked };
            drawing.floats().then(|| drawing.drawn(own, pool, place, mean_heads(law, history, &whole)))
        };
        (first..).zip(shard).filter_map(one).collect::<Vec<_>>()
    });
    let (mut all_together, mut bands) = (Movement::default(), vec![Movement::default(); asked.bands.len()]);
    let mut left_out = 0;
    for drawn in shards.into_iter().flatten() {
        let Some(drawn) = drawn else {
            left_out += 1;
            continue;
        };
        all_together.add(&drawn);
        bands[drawn.band].add(&drawn);
    }
    Noise {
        all: all_together.ended(),
        bands: bands.into_iter().map(Movement::ended).collect(),
        claims: pools.iter().map(|pool| pool.claims.len()).sum(),
        left_out,
    }
}

/// From the first month of the oldest window that is read to the last of the newest.
fn whole(law: &Law) -> MonthSpan {
    let read = law.windows().iter().take(law.windows_asked());
    let newest = law.windows()[0];
    read.fold(newest, |all, window| MonthSpan::new(all.from().min(window.from()), all.to()).unwrap_or(all))
}

fn own<'p>(law: &Law, history: &'p History, class: RiskClass, whole: &MonthSpan) -> Own<'p> {
    let claims = experience::borne_within(law, history, whole);
    let of_year = |year: &MonthSpan| {
        let first =
            |claim: &&&Claim| experience::first_day_within(claim, whole).is_some_and(|day| year.contains_date(day));
        (experience::exposed(law, history, year).head_months, claims.iter().filter(first).count())
    };
    let years: Vec<(i128, usize)> = whole.years().iter().map(of_year).collect();
    let head_months = years.iter().map(|(head_months, _)| head_months).sum();
    Own { class, claims, years, head_months }
}

fn pool<'p>(class: RiskClass, all: &[Option<Own<'p>>], risk: Risk) -> Pool<'p> {
    let of_class = || all.iter().flatten().filter(|own| own.class == class);
    let observation = |(head_months, claims): &(i128, usize)| {
        let weight = real(*head_months);
        (*head_months > 0).then(|| Observation { weight, ratio: count(*claims) / weight })
    };
    let groups = || of_class().map(|own| own.years.iter().filter_map(observation).collect()).collect::<Vec<_>>();
    Pool {
        class,
        claims: of_class().flat_map(|own| own.claims.iter().copied()).collect(),
        head_months: of_class().map(|own| own.head_months).sum(),
        structure: (risk == Risk::Credible).then(|| Structure::of(&groups()).ok()).flatten(),
    }
}

/// One account whose claims are drawn.
struct Drawing<'d> {
    law: &'d Law,
    history: &'d History,
    found: &'d Found,
    asked: &'d NoiseAsked<'d>,
}

impl Drawing<'_> {
    fn outcome(&self, experience: &Experience) -> (Option<GradeIndex>, Origin) {
        let outcome = decide::decide_on(self.law, experience, &self.found.standing, &mut NoSteps);
        (outcome.grade, outcome.origin)
    }

    fn floats(&self) -> bool {
        self.outcome(&self.found.experience).1 == Origin::Floated
    }

    fn drawn(&self, own: &Own<'_>, pool: &Pool<'_>, place: usize, heads: i64) -> Option<Drawn> {
        if own.head_months <= 0 || !self.history.successions().is_empty() {
            return None;
        }
        let numbers = Poisson::new(expected(own, pool)?).ok();
        let which = Uniform::new(0, pool.claims.len()).ok();
        let mut telling = Telling::of(self, own);
        let mut grades: Vec<(Option<GradeIndex>, usize)> = Vec::new();
        let mut draws = ChaCha12Rng::seed_from_u64(self.asked.seed);
        draws.set_stream(u64::try_from(place).unwrap_or(u64::MAX));
        let repeats = self.asked.draws.max(2);
        for _ in 0..repeats {
            let number = numbers.as_ref().map_or(0, |it| drawn(it.sample(&mut draws)));
            let claim = |_| which.as_ref().map(|it| pool.claims[it.sample(&mut draws)]);
            let grade = telling.grade(&(0..number).filter_map(claim).collect::<Vec<_>>());
            match grades.iter_mut().find(|(known, _)| *known == grade) {
                Some((_, times)) => *times += 1,
                None => grades.push((grade, 1)),
            }
        }
        let now = self.outcome(&self.found.experience).0;
        let moved = self.found.standing.last.and_then(|last| last.grade).zip(now).map(|(last, now)| last != now);
        Some(Drawn { band: self.asked.bands.of(heads), chance: apart(&grades, repeats), moved })
    }
}

/// An account that is told with other claims.
struct Telling<'d> {
    drawing: &'d Drawing<'d>,
    /// Its facts, whose claims are replaced.
    told: History,
    /// The claims that stay.
    others: Vec<Claim>,
    /// Its grade without any drawn: small accounts seldom have one.
    quiet: Option<GradeIndex>,
}

impl<'d> Telling<'d> {
    fn of(drawing: &'d Drawing<'d>, own: &Own<'_>) -> Self {
        let replaced = |claim: &&Claim| own.claims.iter().any(|other| std::ptr::eq(*other, *claim));
        let others = drawing.history.claims().iter().filter(|it| !replaced(it)).cloned().collect();
        let mut telling = Self { drawing, told: drawing.history.clone(), others, quiet: None };
        telling.quiet = telling.measured(&[]);
        telling
    }

    fn grade(&mut self, drawn: &[&Claim]) -> Option<GradeIndex> {
        if drawn.is_empty() { self.quiet } else { self.measured(drawn) }
    }

    fn measured(&mut self, drawn: &[&Claim]) -> Option<GradeIndex> {
        let drawn = drawn.iter().enumerate().map(|(nth, claim)| renamed(claim, nth));
        self.told.replace_claims(self.others.iter().cloned().chain(drawn).collect());
        let (law, standing) = (self.drawing.law, &self.drawing.found.standing);
        self.drawing.outcome(&experience::measure_over(law, &self.told, &standing.windows(law))).0
    }
}

/// The claims that are expected of the account.
fn expected(own: &Own<'_>, pool: &Pool<'_>) -> Option<f64> {
    let of_class = ratio(i128::try_from(pool.claims.len()).ok()?, pool.head_months)?;
    let weight = real(own.head_months);
    let rate = match &pool.structure {
        Some(structure) => {
            let credible = structure.credibility(weight);
            credible * (count(own.claims.len()) / weight) + (1.0 - credible) * of_class
        }
        None => of_class,
    };
    Some(rate * weight)
}

/// The part of all pairs of draws that are on different grades.
fn apart(grades: &[(Option<GradeIndex>, usize)], draws: usize) -> f64 {
    let alike: usize = grades.iter().map(|(_, times)| times * (times - 1)).sum();
    1.0 - count(alike) / count(draws * (draws - 1))
}

/// A claim of somebody else as one of the account's own, with a person of its own.
fn renamed(claim: &Claim, nth: usize) -> Claim {
    let id = format!("drawn-{nth}");
    Claim { id: id.clone(), person: id, parties: None, project: None, ..claim.clone() }
}
