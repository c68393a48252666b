//! Accounts made in code from a few numbers, for tests that move one of them at a time.

use rate_core::history::{BenefitItem, Claim, ClaimStatus, InjuryArticle, Payer, Payment};
use rate_core::{ClassSystem, History, HistoryBuilder, Industry, IndustryEdition, Money, NaiveDate, RiskClass, date};

/// A claim recognised on a day, without payments.
pub fn claim(id: &str, article: InjuryArticle, on: &str, death: bool) -> Claim {
    let day = date(on).unwrap();
    Claim {
        tags: Vec::new(),
        id: id.to_owned(),
        person: id.to_owned(),
        article,
        accident: day,
        recognised: day,
        status: ClaimStatus::Recognised,
        disability: None,
        death: death.then_some(day),
        parties: None,
        project: None,
        payments: Vec::new(),
    }
}

/// A payment of the fund, determined and paid on one day.
pub fn payment(on: NaiveDate, fen: i64) -> Payment {
    Payment {
        item: BenefitItem::Medical,
        payer: Payer::Fund,
        amount: Money::from_fen(fen),
        determined_on: Some(on),
        accounted_on: Some(on),
        paid_on: on,
    }
}

/// What an account of the tests has.
#[derive(Clone, Debug)]
pub struct Person {
    /// Area of the rule set.
    pub area: String,
    /// Class system and class.
    pub class: (ClassSystem, u8),
    /// Premium rows: months, payroll, heads, paid.
    pub premiums: Vec<(&'static str, &'static str, i64, i64, i64)>,
    /// Day on which claims are recognised and benefits paid.
    pub day: &'static str,
    /// Benefits paid on that day, on a claim of long ago.
    pub benefits: i64,
    /// Persons hurt.
    pub hurt: i64,
    /// Persons who died in a rescue.
    pub dead: i64,
}

impl Person {
    /// The facts, as far as they are the account's own.
    pub fn builder(&self) -> HistoryBuilder {
        let class = RiskClass::new(self.class.0, self.class.1).unwrap();
        let industry = Industry::new(IndustryEdition::Gbt2017, "33");
        let days = rate_core::DateSpan::new(date("2009-01-01").unwrap(), None).unwrap();
        let source = rate_core::history::ClassSource::Agency;
        let classification =
            rate_core::history::Classification { days, class: Some(class), industry, source, document: String::new() };
        let mut builder =
            History::builder(self.area.as_str(), "1").covered("2009-01", None).classification(classification);
        for (from, to, payroll, heads, paid) in &self.premiums {
            builder = builder.premium(from, to, *payroll, *heads, *paid);
        }
        let mut old = claim("old", InjuryArticle::WorkAccident, "2009-02-01", false);
        old.payments = vec![payment(date(self.day).unwrap(), self.benefits)];
        builder = builder.claim(old);
        for hurt in 0..self.hurt {
            builder = builder.claim(claim(&format!("hurt-{hurt}"), InjuryArticle::WorkAccident, self.day, false));
        }
        for dead in 0..self.dead {
            builder = builder.claim(claim(&format!("dead-{dead}"), InjuryArticle::Rescue, self.day, true));
        }
        builder
    }

    /// The checked facts.
    pub fn history(&self) -> History {
        self.builder().build().unwrap()
    }
}
