//! Building a history, and what its facts alone can show to be wrong.

mod check;

use super::{
    AccountKey, AccountKind, ChargedRate, Claim, ClassSource, Classification, Coverage, CoverageState, Dispatched,
    Event, History, OpenMonths, Order, Payment, Premium, PremiumKind, Project, Succession,
};
use crate::amount::Money;
use crate::calendar::{self, DateSpan, Month, MonthSpan};
use crate::error::{Code, Place, Problem, Problems};
use crate::industry::RiskClass;

/// Collects the facts of one account; mistakes are kept and all reported by [`build`](Self::build).
#[derive(Clone, Debug)]
pub struct HistoryBuilder {
    /// The account itself; its lists stay empty until the end.
    account: History,
    /// The row that facts come from now.
    row: u32,
    coverage: Vec<Row<Coverage>>,
    classifications: Vec<Row<Classification>>,
    premiums: Vec<Row<Premium>>,
    claims: Vec<ClaimRow>,
    events: Vec<Row<Event>>,
    rates: Vec<Row<ChargedRate>>,
    dispatched: Vec<Row<Dispatched>>,
    orders: Vec<Row<Order>>,
    projects: Vec<Row<Project>>,
    problems: Vec<Problem>,
}

/// A fact and the row it was read from, zero where it was built in code.
#[derive(Clone, Debug)]
pub(crate) struct Row<T> {
    /// Number the reader gave the row; repeated as the line of its problems.
    pub(crate) row: u32,
    /// The fact.
    pub(crate) fact: T,
}

/// A claim whose payments remember their own rows.
#[derive(Clone, Debug)]
struct ClaimRow {
    row: u32,
    /// Without its payments.
    claim: Claim,
    payments: Vec<Row<Payment>>,
}

impl ClaimRow {
    fn claim(self) -> Claim {
        Claim { payments: facts(self.payments), ..self.claim }
    }
}

fn facts<T>(rows: Vec<Row<T>>) -> Vec<T> {
    let mut facts: Vec<T> = rows.into_iter().map(|row| row.fact).collect();
    // A history never grows again, and a run holds very many.
    facts.shrink_to_fit();
    facts
}

impl History {
    /// The same facts with predecessors, which say nothing about the account's own facts.
    pub(crate) fn with_successions(mut self, mut successions: Vec<Succession>) -> Self {
        successions.sort_by(succession_order);
        self.successions = successions;
        self
    }
}

impl History {
    /// The same facts with claims of other accounts, which were checked under theirs.
    ///
    /// # Errors
    /// The values of `rows.number` where the payments of all claims are more than an account may have.
    pub(crate) fn with_claims(mut self, claims: Vec<Claim>) -> Result<Self, [String; 2]> {
        self.claims.extend(claims);
        self.claims.sort_by(claim_order);
        let payments = self.claims.iter().flat_map(|claim| &claim.payments);
        match check::too_much(payments.map(|payment| payment.amount)) {
            None => Ok(self),
            Some(values) => Err(values),
        }
    }
}

impl History {
    /// Puts other claims in the place of those it has: what a study draws anew. They were checked where they come from.
    pub(crate) fn replace_claims(&mut self, mut claims: Vec<Claim>) {
        claims.sort_by(claim_order);
        self.claims = claims;
    }
}

fn claim_order(one: &Claim, two: &Claim) -> std::cmp::Ordering {
    (one.recognised, &one.id, one.insured()).cmp(&(two.recognised, &two.id, two.insured()))
}

fn succession_order(one: &Succession, two: &Succession) -> std::cmp::Ordering {
    (one.on, &one.predecessor.key).cmp(&(two.on, &two.predecessor.key))
}

impl HistoryBuilder {
    pub(super) fn new(key: AccountKey) -> Self {
        let account = History {
            key,
            name: String::new(),
            credit_code: String::new(),
            sub_area: String::new(),
            kind: AccountKind::Employer,
            first_ever: None,
            coverage: Vec::new(),
            classifications: Vec::new(),
            premiums: Vec::new(),
            claims: Vec::new(),
            events: Vec::new(),
            rates: Vec::new(),
            dispatched: Vec::new(),
            orders: Vec::new(),
            projects: Vec::new(),
            successions: Vec::new(),
        };
        Self {
            account,
            row: 0,
            coverage: Vec::new(),
            classifications: Vec::new(),
            premiums: Vec::new(),
            claims: Vec::new(),
            events: Vec::new(),
            rates: Vec::new(),
            dispatched: Vec::new(),
            orders: Vec::new(),
            projects: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The row of a book that the facts added next come from; problems with them carry it as their line.
    #[must_use]
    pub(crate) const fn at(mut self, row: u32) -> Self {
        self.row = row;
        self
    }

    const fn on_row<T>(&self, fact: T) -> Row<T> {
        Row { row: self.row, fact }
    }

    /// Name of the employer.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.account.name = name.into();
        self
    }

    /// Unified social credit code.
    #[must_use]
    pub fn credit_code(mut self, code: impl Into<String>) -> Self {
        self.account.credit_code = code.into();
        self
    }

    /// Sub-area within the pooling area.
    #[must_use]
    pub fn sub_area(mut self, sub_area: impl Into<String>) -> Self {
        self.account.sub_area = sub_area.into();
        self
    }

    /// Kind of payer; an employer unless said.
    #[must_use]
    pub const fn kind(mut self, kind: AccountKind) -> Self {
        self.account.kind = kind;
        self
    }

    /// First month ever insured, where coverage does not reach back to it.
    #[must_use]
    pub fn first_ever(mut self, month: Month) -> Self {
        self.account.first_ever = Some(month);
        self
    }

    /// An insured spell, months `YYYY-MM`, the last one open where `None`.
    #[must_use]
    pub fn covered(mut self, from: &str, to: Option<&str>) -> Self {
        let months = self.month(from, "coverage.from").zip(Some(to.map(|to| self.month(to, "coverage.to"))));
        if let Some((from, to)) = months {
            let months = OpenMonths { from, to: to.flatten() };
            self = self.coverage(Coverage { months, state: CoverageState::Insured });
        }
        self
    }

    /// A spell of coverage.
    #[must_use]
    pub fn coverage(mut self, coverage: Coverage) -> Self {
        self.coverage.push(self.on_row(coverage));
        self
    }

    /// A class determined by the agency, from a day `YYYY-MM-DD` to a last one or open.
    #[must_use]
    pub fn class(mut self, class: RiskClass, from: &str, to: Option<&str>) -> Self {
        if let Some(days) = self.days(from, to, "classifications.from") {
            let (source, document) = (ClassSource::Agency, String::new());
            self = self.classification(Classification { days, class: Some(class), industry: None, source, document });
        }
        self
    }

    /// A classification.
    #[must_use]
    pub fn classification(mut self, classification: Classification) -> Self {
        self.classifications.push(self.on_row(classification));
        self
    }

    /// A regular premium row: months `YYYY-MM`, payroll in fen, mean heads, premium due and paid in fen.
    #[must_use]
    pub fn premium(mut self, from: &str, to: &str, payroll_fen: i64, heads: i64, paid_fen: i64) -> Self {
        let months = self.month(from, "premiums.from").zip(self.month(to, "premiums.to"));
        let months = months.and_then(|(first, last)| {
            let months = MonthSpan::new(first, last);
            if months.is_none() {
                self.problems.push(Problem::new(Code::RowsSpan, Place::field("premiums.from"), [from, to]));
            }
            months
        });
        if let Some(months) = months {
            let (paid, payroll) = (Money::from_fen(paid_fen), Money::from_fen(payroll_fen));
            let kind = PremiumKind::Regular;
            let relieved = Money::ZERO;
            self = self.premium_row(Premium {
                months,
                payroll,
                heads,
                due: paid,
                paid,
                relieved,
                kind,
                received_on: None,
            });
        }
        self
    }

    /// A premium row.
    #[must_use]
    pub fn premium_row(mut self, premium: Premium) -> Self {
        self.premiums.push(self.on_row(premium));
        self
    }

    /// A claim with its payments.
    #[must_use]
    pub fn claim(self, mut claim: Claim) -> Self {
        let payments = std::mem::take(&mut claim.payments).into_iter().map(|payment| self.on_row(payment)).collect();
        self.claim_rows(claim, payments)
    }

    /// A claim without payments, and its payments with the rows they stand in.
    #[must_use]
    pub(crate) fn claim_rows(mut self, claim: Claim, payments: Vec<Row<Payment>>) -> Self {
        debug_assert!(claim.payments.is_empty(), "payments come with their rows");
        self.claims.push(ClaimRow { row: self.row, claim, payments });
        self
    }

    /// An event.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(self.on_row(event));
        self
    }

    /// A rate charged earlier.
    #[must_use]
    pub fn rate(mut self, rate: ChargedRate) -> Self {
        self.rates.push(self.on_row(rate));
        self
    }

    /// Workers dispatched to a using unit.
    #[must_use]
    pub fn dispatched(mut self, dispatched: Dispatched) -> Self {
        self.dispatched.push(self.on_row(dispatched));
        self
    }

    /// What was ordered for the account.
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.orders.push(self.on_row(order));
        self
    }

    /// A project.
    #[must_use]
    pub fn project(mut self, project: Project) -> Self {
        self.projects.push(self.on_row(project));
        self
    }

    /// A predecessor.
    #[must_use]
    pub fn succession(mut self, succession: Succession) -> Self {
        self.account.successions.push(succession);
        self
    }

    /// The checked facts.
    ///
    /// # Errors
    /// Every problem that the facts alone show: codes `history.*` and `rows.*`.
    pub fn build(mut self) -> Result<History, Problems> {
        self.sort();
        let mut problems = std::mem::take(&mut self.problems);
        check::all(&self, &mut problems);
        Problems::none_of(problems)?;
        Ok(History {
            coverage: facts(self.coverage),
            classifications: facts(self.classifications),
            premiums: facts(self.premiums),
            claims: self.claims.into_iter().map(ClaimRow::claim).collect(),
            events: facts(self.events),
            rates: facts(self.rates),
            dispatched: facts(self.dispatched),
            orders: facts(self.orders),
            projects: facts(self.projects),
            ..self.account
        })
    }

    /// Brings facts into an order that does not depend on the order of rows: the same facts are the same history.
    fn sort(&mut self) {
        self.coverage.sort_by_key(|row| row.fact.months.from);
        self.classifications.sort_by_key(|row| row.fact.days.from());
        self.premiums.sort_by_key(|row| {
            let Premium { months, kind, received_on, due, paid, relieved, .. } = row.fact;
            (months.from(), kind, months.to(), received_on, due, paid, relieved)
        });
        self.claims.sort_by(|one, two| claim_order(&one.claim, &two.claim));
        for claim in &mut self.claims {
            claim.payments.sort_by_key(|row| {
                let Payment { item, payer, amount, determined_on, accounted_on, paid_on } = row.fact;
                (paid_on, item, payer, amount, determined_on, accounted_on)
            });
        }
        self.events.sort_by(|one, two| (one.fact.days.from(), &one.fact.id).cmp(&(two.fact.days.from(), &two.fact.id)));
        self.rates.sort_by_key(|row| row.fact.days.from());
        self.dispatched.sort_by(|one, two| {
            let key = |row: &Row<Dispatched>| (row.fact.days.from(), row.fact.industry, row.fact.class, row.fact.heads);
            key(one).cmp(&key(two)).then_with(|| one.fact.using_unit.cmp(&two.fact.using_unit))
        });
        self.orders.sort_by(|one, two| (one.fact.days.from(), &one.fact.id).cmp(&(two.fact.days.from(), &two.fact.id)));
        self.projects
            .sort_by(|one, two| (one.fact.enrolled_on, &one.fact.id).cmp(&(two.fact.enrolled_on, &two.fact.id)));
        self.account.successions.sort_by(succession_order);
    }

    fn month(&mut self, text: &str, field: &str) -> Option<Month> {
        let month = text.parse().ok();
        if month.is_none() {
            self.problems.push(Problem::new(Code::RowsDate, Place::field(field), [text, "YYYY-MM"]));
        }
        month
    }

    fn days(&mut self, from: &str, to: Option<&str>, field: &str) -> Option<DateSpan> {
        let parsed =
            calendar::date(from).and_then(|first| to.map(calendar::date).transpose().map(|last| (first, last)));
        let Ok((first, last)) = parsed else {
            let text = format!("{from} – {}", to.unwrap_or_default());
            self.problems.push(Problem::new(Code::RowsDate, Place::field(field), [text.as_str(), "YYYY-MM-DD"]));
            return None;
        };
        let days = DateSpan::new(first, last);
        if days.is_none() {
            let values = [from, to.unwrap_or_default()];
            self.problems.push(Problem::new(Code::RowsSpan, Place::field(field), values));
        }
        days
    }
}
