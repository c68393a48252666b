//! Where the fund of an area stands after a year under a law: income, benefits, balance, months of reserve.

use super::portfolio::Portfolio;
use crate::amount::{Factor, Quantity};
use crate::calendar::{Month, MonthSpan};
use crate::error::{Code, Place, Problem};
use crate::history::Payer;
use crate::rule_set::Law;

/// How what the fund pays beside the claims of the book (prevention, assessment, old cases) is reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// As much of the claims' benefits as it was in the fund table's last twelve months.
    AsInTable,
    /// So much of the claims' benefits.
    Stated(Factor),
}

/// The fund after twelve months of premiums under a law, if benefits stay what they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The twelve months of the fund table it starts from.
    pub over: MonthSpan,
    /// Income of these months, in fen.
    pub table_income_fen: i128,
    /// Benefits of these months as the table says, in fen.
    pub table_benefits_fen: i128,
    /// Benefits of these months that the fund paid for claims of the book, in fen.
    pub claims_fen: i128,
    /// Balance at their end, in fen.
    pub balance_fen: i128,
    /// How the rest is reckoned.
    pub load: Load,
    /// Premium of a year under the law, in fen.
    pub income_fen: i128,
    /// Benefits of that year, in fen.
    pub benefits: Quantity,
    /// Balance at its end, in fen.
    pub balance: Quantity,
    /// Months of benefits the balance pays for; `None` where nothing is paid.
    pub months: Option<Quantity>,
    /// The phased cut that the national bands give for these months; `None` without bands, where none is assigned, and where
    /// the table ends more than twelve months before the setting begins.
    pub cut: Option<Factor>,
}

/// Months that a fund table may end before the one that the setting follows, where a band is told.
const MOST_MONTHS_OLD: i32 = 12;

impl Outlook {
    /// Income less benefits, in fen.
    pub const fn surplus(&self) -> Quantity {
        let Quantity { numerator, denominator } = self.benefits;
        Quantity { numerator: self.income_fen * denominator - numerator, denominator }
    }
}

impl Portfolio {
    /// The fund after a year whose income a law gives.
    ///
    /// # Errors
    /// `scenario.fund` where the fund table does not hold twelve months before the setting.
    pub fn outlook(&self, law: &Law, income_fen: i128, load: Load) -> Result<Outlook, Box<Problem>> {
        let last = Month::of(law.setting().from()).plus(-1);
        let lacks = || {
            let values = [self.area().to_owned(), last.to_string()];
            Box::new(Problem::new(Code::ScenarioFund, Place::field("fund.month"), values))
        };
        let months = || self.fund().months().iter().filter(|it| it.area == self.area() && it.month <= last);
        let newest = months().next_back().ok_or_else(lacks)?;
        let over = MonthSpan::new(newest.month.plus(-11), newest.month).ok_or_else(lacks)?;
        let inside = || months().filter(|it| over.contains(it.month));
        if i32::try_from(inside().count()) != Ok(over.months()) {
            return Err(lacks());
        }
        let sum = |fen: fn(&crate::fund::FundMonth) -> i64| inside().map(|it| i128::from(fen(it))).sum::<i128>();
        let (table_income_fen, table_benefits_fen) = (sum(|it| it.income.fen()), sum(|it| it.benefits.fen()));
        let claims_fen = self.paid_for_claims(law, &over);
        let benefits = match load {
            Load::AsInTable => Quantity::count(table_benefits_fen),
            Load::Stated(factor) => loaded(claims_fen, factor),
        };
        let balance_fen = i128::from(newest.balance.fen());
        let of_year = (balance_fen + income_fen) * benefits.denominator - benefits.numerator;
        let balance = Quantity { numerator: of_year, denominator: benefits.denominator };
        let months =
            (benefits.numerator > 0).then_some(Quantity { numerator: of_year * 12, denominator: benefits.numerator });
        // A band is one of how things stand: of a balance of long ago there is none.
        let is_recent = last.since(newest.month) <= MOST_MONTHS_OLD;
        let cut = months.filter(|_| is_recent).and_then(|months| {
            let bands = law.parameters().bands().iter().flat_map(|it| &it.bands);
            bands.into_iter().find(|(interval, _)| interval.contains(months)).map(|(_, cut)| *cut)
        });
        Ok(Outlook {
            over,
            table_income_fen,
            table_benefits_fen,
            claims_fen,
            balance_fen,
            load,
            income_fen,
            benefits,
            balance,
            months,
            cut,
        })
    }

    /// What the fund paid in some months for claims of the book, each borne once, in fen.
    pub fn paid_for_claims(&self, law: &Law, over: &MonthSpan) -> i128 {
        let borne = self
            .histories()
            .iter()
            .flat_map(|history| history.claims().iter().filter(|claim| law.bears(history, claim)));
        let paid = borne.flat_map(|claim| &claim.payments);
        let inside = paid.filter(|it| it.payer == Payer::Fund && over.contains_date(it.paid_on));
        inside.map(|it| i128::from(it.amount.fen())).sum()
    }
}

/// An amount with a load on top, exact.
fn loaded(fen: i128, load: Factor) -> Quantity {
    let percent = load.percent();
    let whole = 100 * 10_i128.pow(percent.scale());
    Quantity { numerator: fen * (whole + percent.mantissa()), denominator: whole }
}
