//! The facts of one account, checked.
//!
//! A [`History`] holds the dated facts of an account and of its predecessors. It is built from the rows of a book
//! (`input`) or in code ([`History::builder`]); either way [`HistoryBuilder::build`] finds every
//! problem that the facts alone show. What only a rule set can see (a row across a bound of its window) is found when
//! the history meets the law.

mod builder;
mod claim;
mod dispatched;
mod order;
mod parties;
mod project;
mod varied;

use std::fmt;

pub use builder::HistoryBuilder;
pub(crate) use builder::Row;
pub use claim::{BenefitItem, Claim, ClaimStatus, ClaimTag, InjuryArticle, Payer, Payment};
pub use dispatched::Dispatched;
pub use order::{Order, OrderKind, Ordered, OrderingBody};
pub use parties::{Arrangement, Parties, Party};
pub use project::{Project, ProjectBase, ProjectKind};

use crate::amount::{Factor, Money, Rate};
use crate::calendar::{self, DateSpan, Month, MonthSpan, NaiveDate};
use crate::industry::{Industry, RiskClass};

/// Words of a closed list, with the form files use.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl $name {
            /// All words, in order.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word used in files.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use words;

/// The key of everything: pooling area and the number the area gave the employer (单位编号).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "参保单位")]
pub struct AccountKey {
    /// Pooling area, GB/T 2260 digits.
    pub area: String,
    /// Number of the account within the area.
    pub number: String,
}

impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.area, self.number)
    }
}

words! {
    /// What kind of payer an account is.
    pub enum AccountKind {
        /// An employer (用人单位).
        Employer = "employer",
        /// A labour-dispatch company (劳务派遣单位).
        Dispatch = "dispatch",
        /// A state organ or public institution (机关事业单位).
        Institution = "institution",
        /// An individual business with employees (有雇工的个体工商户).
        IndividualBusiness = "individual-business",
    }
}

words! {
    /// Whether an account is insured in a spell of coverage.
    pub enum CoverageState {
        /// Insured and paying (正常参保).
        Insured = "insured",
        /// Suspended (中断缴费): the months are not covered.
        Suspended = "suspended",
        /// Closed (注销).
        Closed = "closed",
    }
}

/// A spell of coverage; only insured months count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// First and last month.
    pub months: OpenMonths,
    /// Whether the account is insured in it.
    pub state: CoverageState,
}

/// Months from a first one on, with an end that may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenMonths {
    /// First month.
    pub from: Month,
    /// Last month, or open.
    pub to: Option<Month>,
}

impl OpenMonths {
    /// The months shared with a closed span.
    pub fn within(&self, span: &MonthSpan) -> Option<MonthSpan> {
        MonthSpan::new(self.from.max(span.from()), self.to.map_or(span.to(), |to| to.min(span.to())))
    }
}

words! {
    /// Who determined a class.
    pub enum ClassSource {
        /// The handling agency.
        Agency = "agency",
        /// The tax office.
        Tax = "tax",
        /// The employer's own declaration.
        Declared = "declared",
        /// An inspection.
        Inspection = "inspection",
    }
}

/// A risk class, or the industry that one can be proposed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    /// Days it holds.
    pub days: DateSpan,
    /// The class determined, with its system; `None` where nobody has, and the law proposes one from the industry.
    pub class: Option<RiskClass>,
    /// The industry it follows from, where known.
    pub industry: Option<Industry>,
    /// Who determined it.
    pub source: ClassSource,
    /// The document, where known.
    pub document: String,
}

words! {
    /// What a premium row is.
    pub enum PremiumKind {
        /// The month's own premium; carries payroll and heads.
        Regular = "regular",
        /// Arrears paid later (补缴).
        Arrears = "arrears",
        /// A refund (退费); amounts are negative.
        Refund = "refund",
        /// A settlement after a new rate (多退少补).
        Settlement = "settlement",
    }
}

/// Premium for some months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Premium {
    /// The months it is for.
    pub months: MonthSpan,
    /// Payroll of these months together.
    pub payroll: Money,
    /// Heads insured, the mean of these months.
    pub heads: i64,
    /// Premium due.
    pub due: Money,
    /// Premium paid.
    pub paid: Money,
    /// Premium relieved (exempted or halved by the state), not paid.
    pub relieved: Money,
    /// What kind of row.
    pub kind: PremiumKind,
    /// Day it was received, where known.
    pub received_on: Option<NaiveDate>,
}

words! {
    /// What happened.
    pub enum EventKind {
        /// Premium in arrears (欠费).
        Arrears = "arrears",
        /// Premium paid late (迟缴).
        LatePayment = "late-payment",
        /// Payroll or heads hidden (瞒报缴费工资或人数).
        HiddenPayroll = "hidden-payroll",
        /// Benefits obtained by fraud (骗取待遇).
        Fraud = "fraud",
        /// False facts or documents for recognition, assessment or benefits (弄虚作假).
        FalseDocument = "false-document",
        /// On the list of joint punishment or the safety blacklist (联合惩戒).
        JointPunishment = "joint-punishment",
        /// A production-safety accident for which the employer is liable (生产安全责任事故).
        ProductionAccident = "production-accident",
        /// A safety-standardisation certificate, with its level (安全生产标准化).
        SafetyCertificate = "safety-certificate",
        /// An award as a model of safety or of labour relations.
        Award = "award",
        /// A firm with an occupational disease, as an area lists it (有职业病的单位).
        DiseaseFirm = "disease-firm",
        /// The employer applied for a bonus that is given on application only (申请).
        Application = "application",
    }
}

/// An event with the days it covers and was found on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Number of the event.
    pub id: String,
    /// What happened.
    pub kind: EventKind,
    /// Level of a certificate, zero where the kind has none.
    pub level: u8,
    /// Days of the conduct, of the listing or of the certificate's validity.
    pub days: DateSpan,
    /// Day it was found or published, where known.
    pub found: Option<NaiveDate>,
    /// Body that found it.
    pub body: String,
    /// Its document.
    pub document: String,
}

words! {
    /// Where a rate comes from.
    pub enum Origin {
        /// Measured and floated in this cycle.
        Floated = "floated",
        /// The base rate.
        Base = "base",
        /// The grade of the cycle, carried into a later year of it.
        Carried = "carried",
        /// The last rate, until the question is settled.
        Provisional = "provisional",
        /// Determined again.
        Redetermined = "redetermined",
        /// Ordered by a court, a review organ or an inspection.
        Ordered = "ordered",
    }
}

/// A rate that was charged: history before this system, another system's decision, or an earlier run of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargedRate {
    /// Days it was charged.
    pub days: DateSpan,
    /// Class it was charged in.
    pub class: RiskClass,
    /// Base rate, where known.
    pub base: Option<Rate>,
    /// Label of the grade, empty where none was fixed.
    pub grade: String,
    /// Rate before any phased cut.
    pub before_cut: Rate,
    /// The cut, zero where there was none.
    pub cut: Factor,
    /// Rate charged.
    pub charged: Rate,
    /// Where it came from.
    pub origin: Origin,
    /// The cycle it was fixed in, empty where unknown.
    pub cycle: String,
    /// Bonuses it used up, by adjustment id.
    pub used: Vec<String>,
    /// Its document or decision.
    pub document: String,
}

words! {
    /// How an account came to succeed another.
    pub enum SuccessionKind {
        /// The predecessor was merged into this account.
        Merger = "merger",
        /// A part of the predecessor was split off into this account.
        Split = "split",
        /// The business was transferred.
        Transfer = "transfer",
        /// The same employer under a new number.
        ReRegistration = "re-registration",
    }
}

/// A predecessor with all its own facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// How.
    pub kind: SuccessionKind,
    /// First day the successor stands for the predecessor.
    pub on: NaiveDate,
    /// Share of the predecessor that passes on; 100 % for a merger.
    pub share: Factor,
    /// The predecessor's facts.
    pub predecessor: History,
}

/// The checked facts of one account.
///
/// Sorted by date; nothing overlaps that may not. Immutable: a correction is a new history.
///
/// ```
/// use rate_core::{ClassSystem, History, RiskClass};
/// let class = RiskClass::new(ClassSystem::Eight, 3).unwrap();
/// let history = History::builder("990100", "0001")
///     .covered("2018-01", None)
///     .class(class, "2018-01-01", None)
///     .premium("2019-01", "2019-12", 120_000_000, 20, 840_000)
///     .build()?;
/// assert_eq!(history.key().number, "0001");
/// # Ok::<(), rate_core::Problems>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    key: AccountKey,
    name: String,
    credit_code: String,
    sub_area: String,
    kind: AccountKind,
    first_ever: Option<Month>,
    coverage: Vec<Coverage>,
    classifications: Vec<Classification>,
    premiums: Vec<Premium>,
    claims: Vec<Claim>,
    events: Vec<Event>,
    rates: Vec<ChargedRate>,
    dispatched: Vec<Dispatched>,
    orders: Vec<Order>,
    projects: Vec<Project>,
    successions: Vec<Succession>,
}

impl History {
    /// Begins the facts of an account.
    pub fn builder(area: impl Into<String>, number: impl Into<String>) -> HistoryBuilder {
        HistoryBuilder::new(AccountKey { area: area.into(), number: number.into() })
    }

    /// Area and number.
    pub const fn key(&self) -> &AccountKey {
        &self.key
    }

    /// Name of the employer; may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Unified social credit code; may be empty.
    pub fn credit_code(&self) -> &str {
        &self.credit_code
    }

    /// Sub-area within the pooling area; may be empty.
    pub fn sub_area(&self) -> &str {
        &self.sub_area
    }

    /// Kind of payer.
    pub const fn kind(&self) -> AccountKind {
        self.kind
    }

    /// First month ever insured, where coverage does not reach back to it.
    pub const fn first_ever(&self) -> Option<Month> {
        self.first_ever
    }

    /// Spells of coverage, in order.
    pub fn coverage(&self) -> &[Coverage] {
        &self.coverage
    }

    /// Classes, in order.
    pub fn classifications(&self) -> &[Classification] {
        &self.classifications
    }

    /// Premium rows, by first month.
    pub fn premiums(&self) -> &[Premium] {
        &self.premiums
    }

    /// Claims with their payments, by recognition; among them those of other accounts that this one may have to bear.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// Events, by first day.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Rates charged, in order.
    pub fn rates(&self) -> &[ChargedRate] {
        &self.rates
    }

    /// Workers dispatched to using units, by first day.
    pub fn dispatched(&self) -> &[Dispatched] {
        &self.dispatched
    }

    /// What was ordered for the account, by first day.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// Projects and what else pays on another base than payroll, by day of enrolment.
    pub fn projects(&self) -> &[Project] {
        &self.projects
    }

    /// Predecessors.
    pub fn successions(&self) -> &[Succession] {
        &self.successions
    }

    /// First month the account was ever insured.
    pub fn first_insured(&self) -> Option<Month> {
        let first = self.insured().next().map(|months| months.from);
        match (self.first_ever, first) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        }
    }

    /// The insured spells, in order.
    pub fn insured(&self) -> impl Iterator<Item = OpenMonths> + '_ {
        self.coverage.iter().filter(|spell| spell.state == CoverageState::Insured).map(|spell| spell.months)
    }

    /// The first insured day within some days.
    pub fn first_insured_day(&self, within: &DateSpan) -> Option<NaiveDate> {
        let first = Month::of(within.from());
        let days = self.insured().filter(|months| months.to.is_none_or(|to| first <= to));
        // Spells are whole months: one that has begun by the month of the first day, and goes on in it, holds that day.
        let days = days.map(|it| if it.from <= first { within.from() } else { it.from.first_day() });
        days.filter(|day| *day <= within.last()).min()
    }

    /// The predecessors whose history an account continues from a day on: merged, transferred or re-registered by then.
    pub fn continued(&self, by: NaiveDate) -> impl Iterator<Item = &Succession> {
        self.successions.iter().filter(move |it| it.on <= by && it.kind != SuccessionKind::Split)
    }

    /// Number of insured months within a span.
    pub fn covered_months(&self, span: &MonthSpan) -> i32 {
        self.insured().filter_map(|months| months.within(span)).map(|shared| shared.months()).sum()
    }

    /// The class in force on a day.
    pub fn class_on(&self, date: NaiveDate) -> Option<&Classification> {
        self.classifications.iter().find(|classification| classification.days.contains(date))
    }

    /// The order of a kind that is about a day.
    pub fn order_on(&self, kind: OrderKind, date: NaiveDate) -> Option<&Order> {
        self.orders.iter().find(|order| order.what.kind() == kind && order.days.contains(date))
    }

    /// The same facts as if its orders had ended the day before, but for some that stay whole.
    pub(crate) fn with_orders_before(&self, date: NaiveDate, whole: impl Fn(&Order) -> bool) -> Self {
        let last = Some(calendar::day_before(date));
        let cut = |order: &Order| match (whole(order), order.days.contains(date)) {
            (true, _) => Some(order.clone()),
            (false, false) => Some(order.clone()).filter(|order| order.days.from() < date),
            (false, true) => Some(Order { days: DateSpan::new(order.days.from(), last)?, ..order.clone() }),
        };
        Self { orders: self.orders.iter().filter_map(cut).collect(), ..self.clone() }
    }

    /// The last rate charged before a day.
    pub fn rate_before(&self, date: NaiveDate) -> Option<&ChargedRate> {
        self.rates.iter().rev().find(|rate| rate.days.from() < date)
    }
}
