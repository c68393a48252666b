//! The three clocks of an account: re-check by the agency, administrative review, lawsuit.

use rate_core::deadline::{self, Deadline, Served};
use rate_core::rule_set::notice::Meanwhile;
use rate_core::{Law, NaiveDate};

use super::objection::Kind;
use super::{RemedyError, announced, of_account};
use crate::annual;
use crate::store::Link;

/// One of the clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Which.
    pub kind: Kind,
    /// Its last day, or why none can be named.
    pub last_day: Deadline,
    /// What is paid until it is settled, where it is said.
    pub meanwhile: Option<Meanwhile>,
    /// Its basis, in Chinese and English; empty where nothing is said of it.
    pub basis: [String; 2],
}

/// The clocks of an account, and what they run from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// The day its notice was served, by the last word on it.
    pub served_on: Option<NaiveDate>,
    /// The first day of the announcement.
    pub announced: Option<NaiveDate>,
    /// Re-check, review, lawsuit.
    pub clocks: [Clock; 3],
}

impl Clocks {
    /// The clocks of an account of a run.
    ///
    /// # Errors
    /// A run that is unknown or not frozen.
    pub fn of(link: &mut Link, run: &str, account: &str) -> Result<Self, RemedyError> {
        let law = annual::law_of(link, run)?;
        let served_on = of_account(link, run, account)?.last().map(|(service, _)| service.served_on);
        let announced = announced(link, run)?.map(|it| it.first_day);
        let served = Served { on: served_on, announced };
        Ok(Self { served_on, announced, clocks: Kind::ALL.map(|kind| clock(&law, kind, served)) })
    }

    /// One of them.
    pub fn clock(&self, kind: Kind) -> &Clock {
        let [recheck, review, lawsuit] = &self.clocks;
        match kind {
            Kind::Recheck => recheck,
            Kind::Review => review,
            Kind::Lawsuit => lawsuit,
        }
    }
}

fn clock(law: &Law, kind: Kind, served: Served) -> Clock {
    let (last_day, meanwhile, basis) = match kind {
        Kind::Recheck => match law.rules().notice().and_then(|rules| rules.objection.as_ref()) {
            Some(it) => (deadline::objection(law, it, served), it.meanwhile, Some(it.basis)),
            None => (Deadline::NotKnown, None, None),
        },
        Kind::Review | Kind::Lawsuit => {
            let remedies = law.rules().remedies();
            let one = remedies.and_then(|it| if kind == Kind::Review { it.review } else { it.lawsuit });
            let last_day = one.map_or(Deadline::NotKnown, |it| deadline::remedy(law, &it, served));
            let basis = one.map(|it| it.basis).or(remedies.map(|it| it.basis));
            (last_day, remedies.and_then(|it| it.meanwhile), basis)
        }
    };
    let cited = |lang| basis.map_or_else(String::new, |it| law.rules().basis(it).citation(lang));
    Clock { kind, last_day, meanwhile, basis: [rate_core::Lang::Zh, rate_core::Lang::En].map(cited) }
}
