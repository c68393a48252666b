//! The facts of a case while they are put together: windows with their premium, payments, injuries; then a history.

use crate::amount::Money;
use crate::calendar::{self, DateSpan, Month, MonthSpan, NaiveDate};
use crate::error::Problems;
use crate::history::{
    AccountKind, BenefitItem, ChargedRate, Claim, ClaimStatus, ClassSource, Classification, Coverage, CoverageState,
    Event, History, InjuryArticle, OpenMonths, Payer, Payment, Premium, PremiumKind,
};
use crate::industry::{Industry, RiskClass};
use crate::rule_set::Law;

/// The premium of one window.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) months: MonthSpan,
    pub(super) heads: i64,
    /// Heads of the first covered month beyond the others.
    pub(super) more_heads: i64,
    /// A month, in fen.
    pub(super) payroll: i64,
    /// The whole window, in fen.
    pub(super) paid: i64,
    /// The one month that all payroll and premium are for, which may lie outside.
    pub(super) only: Option<Month>,
    /// The day all of it was received.
    pub(super) received: Option<NaiveDate>,
}

/// A payment of the fund.
#[derive(Clone, Copy, Debug)]
pub(super) struct PaidOut {
    pub(super) amount: i64,
    pub(super) paid_on: NaiveDate,
    pub(super) determined_on: NaiveDate,
    pub(super) accounted_on: NaiveDate,
}

impl PaidOut {
    /// Paid, determined and booked on one day.
    pub(super) const fn on(day: NaiveDate, amount: i64) -> Self {
        Self { amount, paid_on: day, determined_on: day, accounted_on: day }
    }
}

/// A recognised injury of somebody.
#[derive(Clone, Copy, Debug)]
pub(super) struct Injury {
    pub(super) article: InjuryArticle,
    pub(super) accident: NaiveDate,
    pub(super) recognised: NaiveDate,
    pub(super) death: Option<NaiveDate>,
    pub(super) assessed: Option<(u8, NaiveDate)>,
}

/// What payments are put under: a claim that was recognised before every window, so that no measure counts it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carrier {
    pub(super) article: InjuryArticle,
    pub(super) item: BenefitItem,
    pub(super) on: NaiveDate,
}

/// The facts of one account.
#[derive(Clone, Debug)]
pub(super) struct Sketch {
    pub(super) kind: AccountKind,
    pub(super) class: RiskClass,
    pub(super) sub_area: String,
    pub(super) industry: Option<Industry>,
    pub(super) covered: Vec<OpenMonths>,
    /// Another class from a day on.
    pub(super) later_class: Option<(NaiveDate, RiskClass)>,
    /// Windows, newest first.
    pub(super) ledgers: Vec<Ledger>,
    pub(super) carrier: Carrier,
    pub(super) payments: Vec<PaidOut>,
    pub(super) injuries: Vec<Injury>,
    pub(super) events: Vec<Event>,
    pub(super) last: Option<ChargedRate>,
}

impl Sketch {
    /// The months of a span that are covered, as runs.
    pub(super) fn covered_within(&self, span: &MonthSpan) -> Vec<MonthSpan> {
        self.covered.iter().filter_map(|months| months.within(span)).collect()
    }

    /// The facts as an account of a number.
    pub(super) fn history(&self, law: &Law, number: &str) -> Result<History, Problems> {
        let mut builder = History::builder(&law.rules().id().area, number).kind(self.kind).sub_area(&self.sub_area);
        for months in &self.covered {
            builder = builder.coverage(Coverage { months: *months, state: CoverageState::Insured });
        }
        for (days, class) in self.classes() {
            let (industry, source, document) = (self.industry, ClassSource::Agency, String::new());
            builder = builder.classification(Classification { days, class: Some(class), industry, source, document });
        }
        for row in self.premiums(law) {
            builder = builder.premium_row(row);
        }
        for claim in self.claims() {
            builder = builder.claim(claim);
        }
        for event in &self.events {
            builder = builder.event(event.clone());
        }
        if let Some(rate) = &self.last {
            builder = builder.rate(rate.clone());
        }
        builder.build()
    }

    fn classes(&self) -> Vec<(DateSpan, RiskClass)> {
        let Some(from) = self.covered.iter().map(|months| months.from).min() else { return Vec::new() };
        let from = from.first_day();
        let days = match self.later_class {
            Some((later, class)) => vec![
                (DateSpan::new(from, Some(calendar::day_before(later))), self.class),
                (DateSpan::new(later, None), class),
            ],
            None => vec![(DateSpan::new(from, None), self.class)],
        };
        days.into_iter().filter_map(|(days, class)| Some((days?, class))).collect()
    }

    fn premiums(&self, law: &Law) -> Vec<Premium> {
        let mut rows: Vec<Premium> = self.ledgers.iter().flat_map(|ledger| self.rows_of(ledger, law)).collect();
        for ledger in &self.ledgers {
            let Some(month) = ledger.only else { continue };
            let payroll = ledger.payroll.saturating_mul(i64::from(ledger.months.months()));
            let place = match rows.iter().position(|row| row.months.from() == month && row.months.months() == 1) {
                Some(place) => place,
                None => {
                    let Some(months) = MonthSpan::new(month, month) else { continue };
                    rows.push(row(months, ledger.heads, 0, 0, ledger.received));
                    rows.len() - 1
                }
            };
            let row = &mut rows[place];
            row.payroll = Money::from_fen(row.payroll.fen().saturating_add(payroll));
            row.paid = Money::from_fen(row.paid.fen().saturating_add(ledger.paid));
            row.due = row.paid;
        }
        rows
    }

    /// The rows of a window: cut where the base rate may change and around a month that stands out, since no row may
    /// cross such a bound.
    fn rows_of(&self, ledger: &Ledger, law: &Law) -> Vec<Premium> {
        let covered = self.covered_within(&ledger.months);
        let mut cuts: Vec<Month> = law.parameters().change_days().into_iter().map(Month::of).collect();
        let singled = self.ledgers.iter().filter_map(|it| it.only);
        cuts.extend(singled.flat_map(|month| [month, month.plus(1)]));
        cuts.extend(self.later_class.map(|(day, _)| Month::of(day)));
        if let (Some(first), true) = (covered.first(), ledger.more_heads != 0) {
            cuts.push(first.from().plus(1));
        }
        let spans: Vec<MonthSpan> = covered.iter().flat_map(|span| cut(*span, &cuts)).collect();
        let months: i64 = spans.iter().map(|span| i64::from(span.months())).sum();
        let (mut rows, mut left) = (Vec::new(), ledger.paid);
        for (place, span) in spans.iter().enumerate() {
            let own = i64::from(span.months());
            let heads = ledger.heads + if place == 0 { ledger.more_heads } else { 0 };
            let share = if place + 1 == spans.len() { left } else { ledger.paid / months.max(1) * own };
            left -= share;
            let (payroll, paid) =
                if ledger.only.is_some() { (0, 0) } else { (ledger.payroll.saturating_mul(own), share) };
            rows.push(row(*span, heads, payroll, paid, ledger.received));
        }
        rows
    }

    fn claims(&self) -> Vec<Claim> {
        let blank = |id: String, person: String, article, on| Claim {
            id,
            person,
            article,
            tags: Vec::new(),
            accident: on,
            recognised: on,
            status: ClaimStatus::Recognised,
            disability: None,
            death: None,
            parties: None,
            project: None,
            payments: Vec::new(),
        };
        let mut claims: Vec<Claim> = Vec::new();
        if !self.payments.is_empty() {
            let Carrier { article, item, on } = self.carrier;
            let payment = |it: &PaidOut| Payment {
                item,
                payer: Payer::Fund,
                amount: Money::from_fen(it.amount),
                determined_on: Some(it.determined_on),
                accounted_on: Some(it.accounted_on),
                paid_on: it.paid_on,
            };
            let payments = self.payments.iter().map(payment).collect();
            claims.push(Claim { payments, ..blank("B".to_owned(), "B".to_owned(), article, on) });
        }
        claims.extend(self.injuries.iter().zip(1..).map(|(it, number)| Claim {
            accident: it.accident,
            death: it.death,
            disability: it.assessed,
            ..blank(format!("C{number}"), format!("P{number}"), it.article, it.recognised)
        }));
        claims
    }
}

fn row(months: MonthSpan, heads: i64, payroll: i64, paid: i64, received: Option<NaiveDate>) -> Premium {
    // Premium comes in on the last day of its months, unless a case says otherwise.
    let received_on = Some(received.unwrap_or(months.to().last_day()));
    let (payroll, paid) = (Money::from_fen(payroll), Money::from_fen(paid));
    let kind = PremiumKind::Regular;
    Premium { months, payroll, heads, due: paid, paid, relieved: Money::ZERO, kind, received_on }
}

/// A span in pieces that begin at its own first month and at every cut inside.
fn cut(span: MonthSpan, cuts: &[Month]) -> Vec<MonthSpan> {
    let mut starts: Vec<Month> = cuts.iter().copied().filter(|cut| span.from() < *cut && *cut <= span.to()).collect();
    starts.push(span.from());
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|next| next.plus(-1)).chain([span.to()]);
    starts.iter().zip(ends).filter_map(|(from, to)| MonthSpan::new(*from, to)).collect()
}
