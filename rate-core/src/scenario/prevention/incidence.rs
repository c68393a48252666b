//! Persons injured in key industries, year by year, against the goal of a prevention plan.

use crate::calendar::{self, Month, MonthSpan};
use crate::citation::Label;
use crate::experience::{self, Counting};
use crate::history::History;
use crate::industry::Industry;
use crate::parameters::prevention::PreventionPlan;
use crate::rule_set::Law;
use crate::rule_set::measure::ClaimDay;
use crate::scenario::portfolio::Portfolio;
use crate::scenario::real::{decimal, ratio, real};
use crate::scenario::shards::Workers;

/// What a study of incidence asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncidenceAsked<'p> {
    /// The plan.
    pub plan: &'p PreventionPlan,
    /// First year.
    pub from: i32,
    /// Last year; years of which the book has no whole are not known yet, and should not be asked for.
    pub to: i32,
    /// The day by which a person counts for a year. By the day of the accident the last years grow as injuries are
    /// recognised later; by the day of recognition they do not.
    pub by: ClaimDay,
    /// The year to compare with, where the plan's own is not known or another is wanted.
    pub base_year: Option<i32>,
}

/// One year of a key industry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YearIncidence {
    /// The year.
    pub year: i32,
    /// Persons injured, as the law counts them; somebody injured at two employers counts at each.
    pub persons: i128,
    /// Heads, a month each.
    pub head_months: i128,
    /// Persons injured for 1,000 heads over a year; `None` without heads.
    pub per_thousand: Option<f64>,
    /// Change from the base year, in percent; below zero is a fall. `None` without a base, or where it had none injured.
    pub change: Option<f64>,
    /// The change by which the year would lie on a straight way to the goal, in percent: the plan names no way. Before
    /// the base year and after the plan there is none.
    pub on_the_way: Option<f64>,
    /// Whether the change is at least that fall.
    pub holds: Option<bool>,
}

/// A key industry over the years.
#[derive(Clone, Debug, PartialEq)]
pub struct IndustryIncidence {
    /// Name within the plan.
    pub id: String,
    /// Name.
    pub name: Label,
    /// Accounts that were in it in any of the years.
    pub accounts: usize,
    /// The years, in order.
    pub years: Vec<YearIncidence>,
}

/// Key industries against the goal of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Incidence {
    /// The year compared with; `None` where neither the plan nor the study names one.
    pub base_year: Option<i32>,
    /// The goal for the last year of the plan, in percent from the base year: −20 for a fall by 20 %.
    pub goal: f64,
    /// Key industries, in the order of the plan.
    pub industries: Vec<IndustryIncidence>,
    /// Head-months by year of accounts whose industry is not known, or known by another edition of the codes: they may
    /// belong to a key industry, and stand in none.
    pub unplaced: Vec<(i32, i128)>,
}

/// Sums of one account: for each year its key industry (or whether it is unplaced), persons and head-months.
struct Placed {
    industry: Where,
    persons: i128,
    head_months: i128,
}

/// Where an account stands in a year.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Key(usize),
    Other,
    Unplaced,
}

/// Persons injured for 1,000 heads in each key industry of a plan. An account stands in the industry it has on the last
/// day of a year, or else on the first.
pub fn incidence(portfolio: &Portfolio, law: &Law, asked: &IncidenceAsked<'_>, workers: Workers<'_>) -> Incidence {
    let base_year = asked.base_year.or(asked.plan.base_year);
    let first = base_year.map_or(asked.from, |base| base.min(asked.from));
    // No month lies outside these years.
    let years: Vec<(i32, MonthSpan)> =
        (first.max(1950)..=asked.to.min(2199)).filter_map(|year| Some((year, months_of(year)?))).collect();
    let counting = Counting::of(law);
    let shards = workers.shards(portfolio.histories(), |_, shard| {
        let placed = |history: &History| -> Vec<Placed> {
            years.iter().map(|(_, months)| placed(law, &counting, history, months, asked)).collect()
        };
        shard.iter().map(placed).collect::<Vec<_>>()
    });
    let accounts: Vec<Vec<Placed>> = shards.into_iter().flatten().collect();
    let sum = |year: usize, at: Where, of: fn(&Placed) -> i128| -> i128 {
        accounts.iter().map(|years| &years[year]).filter(|it| it.industry == at).map(of).sum()
    };
    let goal = -decimal(asked.plan.fall.percent());
    let industry = |place: usize| {
        let at = Where::Key(place);
        let sums = years
            .iter()
            .enumerate()
            .map(|(nth, (year, _))| (*year, sum(nth, at, |it| it.persons), sum(nth, at, |it| it.head_months)));
        let sums: Vec<(i32, i128, i128)> = sums.collect();
        let it = &asked.plan.industries[place];
        let stood = |years: &&Vec<Placed>| years.iter().any(|it| it.industry == at && it.head_months > 0);
        IndustryIncidence {
            id: it.id.clone(),
            name: it.name.clone(),
            accounts: accounts.iter().filter(stood).count(),
            years: compared(&sums, base_year, goal, asked),
        }
    };
    let unplaced =
        |(nth, (year, _)): (usize, &(i32, MonthSpan))| (*year, sum(nth, Where::Unplaced, |it| it.head_months));
    Incidence {
        base_year,
        goal,
        industries: (0..asked.plan.industries.len()).map(industry).collect(),
        unplaced: years.iter().enumerate().map(unplaced).collect(),
    }
}

fn months_of(year: i32) -> Option<MonthSpan> {
    MonthSpan::new(Month::new(year, 1).ok()?, Month::new(year, 12).ok()?)
}

fn placed(
    law: &Law,
    counting: &Counting<'_>,
    history: &History,
    months: &MonthSpan,
    asked: &IncidenceAsked<'_>,
) -> Placed {
    let on = |day| history.class_on(day).and_then(|it| it.industry);
    let industry = on(months.to().last_day()).or_else(|| on(months.from().first_day()));
    let head_months = experience::exposed(law, history, months).head_months;
    let persons = experience::injured(law, counting, history, months, asked.by);
    Placed { industry: industry.map_or(Where::Unplaced, |it| place(it, asked.plan)), persons, head_months }
}

fn place(industry: Industry, plan: &PreventionPlan) -> Where {
    let holds: Vec<Option<bool>> = plan.industries.iter().map(|it| it.holds(industry)).collect();
    match holds.iter().position(|it| *it == Some(true)) {
        Some(place) => Where::Key(place),
        None if holds.iter().any(Option::is_none) => Where::Unplaced,
        None => Where::Other,
    }
}

fn compared(
    sums: &[(i32, i128, i128)],
    base_year: Option<i32>,
    goal: f64,
    asked: &IncidenceAsked<'_>,
) -> Vec<YearIncidence> {
    // A month of a head is the twelfth of a head for a year.
    let per_thousand = |persons: i128, head_months: i128| ratio(persons * 12_000, head_months);
    let base = sums.iter().find(|(year, ..)| Some(*year) == base_year);
    let base = base.and_then(|(_, persons, heads)| per_thousand(*persons, *heads)).filter(|base| *base > 0.0);
    let end = calendar::year_of(asked.plan.days.last());
    let year = |(year, persons, head_months): &(i32, i128, i128)| {
        let per_thousand = per_thousand(*persons, *head_months);
        let change = per_thousand.zip(base).map(|(now, base)| (now / base - 1.0) * 100.0);
        let on_the_way = base_year.filter(|base| base <= year && *year <= end).and_then(|base| {
            Some(goal * real((year - base).into()) / real((end - base).into())).filter(|_| base < end)
        });
        let holds = change.zip(on_the_way).map(|(change, way)| change <= way);
        YearIncidence {
            year: *year,
            persons: *persons,
            head_months: *head_months,
            per_thousand,
            change,
            on_the_way,
            holds,
        }
    };
    sums.iter().map(year).collect()
}
