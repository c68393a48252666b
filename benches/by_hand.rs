//! The method of the demonstration in whole numbers, as somebody would write it who has no other: what a general engine is
//! held against. It checks nothing, explains nothing and knows one cycle.

use rate_core::history::{ClaimStatus, Event, EventKind, InjuryArticle, Payer, PremiumKind};
use rate_core::{History, Month, NaiveDate, date};

/// Place of the base grade among the five: 50 %, 80 %, 100 %, 120 %, 150 %.
const BASE: u8 = 2;

struct Sums {
    paid: i64,
    head_months: i64,
    benefits: i64,
    hurt: i64,
    deaths: i64,
}

/// The days that the method asks about.
pub struct Days {
    window: [Month; 2],
    first: NaiveDate,
    last: NaiveDate,
    decided: NaiveDate,
}

/// How many of three rising bounds a quotient lies above, and one.
fn band(numerator: i64, bounds: [i64; 3], denominator: i64) -> u8 {
    1 + bounds.iter().map(|bound| u8::from(numerator > bound * denominator)).sum::<u8>()
}

impl Days {
    /// Those of the window 2019-2021 and the rates from July 2022 on.
    pub fn new() -> Self {
        let [first, last, decided] = ["2019-01-01", "2021-12-31", "2022-07-01"].map(|day| date(day).unwrap());
        Self { window: [Month::of(first), Month::of(last)], first, last, decided }
    }

    fn inside(&self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// The grade of an account that was insured throughout the window.
    pub fn grade(&self, history: &History) -> u8 {
        let sums = self.sums(history);
        let ratio = band(sums.benefits * 100, [40, 90, 150], sums.paid);
        let incidence = band(sums.hurt * 12 * 1_000, [3, 10, 20], sums.head_months);
        let table = if sums.benefits == 0 && sums.hurt == 0 { 0 } else { ratio.max(incidence) };
        self.adjusted(history, table, sums.deaths)
    }

    fn sums(&self, history: &History) -> Sums {
        let [from, to] = self.window;
        let mut sums = Sums { paid: 0, head_months: 0, benefits: 0, hurt: 0, deaths: 0 };
        for row in history.premiums().iter().filter(|row| from <= row.months.from() && row.months.from() <= to) {
            sums.paid += row.paid.fen() + row.relieved.fen();
            if row.kind == PremiumKind::Regular {
                sums.head_months += row.heads * i64::from(row.months.months());
            }
        }
        // A person is counted once: these accounts have one claim each at most.
        for claim in history.claims().iter().filter(|claim| claim.status != ClaimStatus::Revoked) {
            let excluded = matches!(claim.article, InjuryArticle::Rescue | InjuryArticle::Veteran);
            let counts = self.inside(claim.recognised);
            sums.hurt += i64::from(counts && !excluded);
            sums.deaths += i64::from(counts && claim.death.is_some_and(|day| day < self.decided));
            let paid = claim.payments.iter().filter(|it| !excluded && it.payer == Payer::Fund);
            sums.benefits += paid.filter(|it| self.inside(it.paid_on)).map(|it| it.amount.fen()).sum::<i64>();
        }
        sums.benefits = sums.benefits.max(0);
        sums
    }

    fn adjusted(&self, history: &History, table: u8, deaths: i64) -> u8 {
        let mut grade = table;
        let found = |event: &Event| event.found.is_some_and(|day| self.inside(day));
        let (mut certified, mut arrears, mut forged) = (false, false, false);
        for event in history.events() {
            match event.kind {
                EventKind::SafetyCertificate => certified |= event.level == 1 && event.days.contains(self.decided),
                EventKind::Arrears => arrears |= found(event),
                EventKind::FalseDocument => forged |= found(event),
                _ => {}
            }
        }
        if certified {
            grade = grade.saturating_sub(1);
        }
        if deaths > 0 || arrears {
            grade = grade.max(BASE);
        }
        if forged { grade.max(BASE + 1) } else { grade }
    }
}
