//! What every case begins with under a law: an account that takes part in the float, with nothing paid and nobody hurt.

use rust_decimal::Decimal;

use crate::amount::{Factor, Rate};
use crate::calendar::{self, DateSpan, MonthSpan, NaiveDate};
use crate::history::{
    AccountKind, BenefitItem, ChargedRate, Event, EventKind, History, InjuryArticle, OpenMonths, Origin,
};
use crate::industry::{Industry, RiskClass};
use crate::ladder::GradeIndex;
use crate::rule_set::{Law, Numerator};

use super::sketch::{Carrier, Ledger, Sketch};

/// An industry with an average of its own, and one without, where the averages were made up for the cases.
pub(super) const INDUSTRY: &str = "33";
pub(super) const INDUSTRY_WITHOUT: &str = "64";

/// Fen a window, and fen a month: so round that printed bounds are hit exactly.
const PAID: i64 = 10_000_000;
const PAYROLL: i64 = 100_000_000;
const HEADS: i64 = 100;

/// A law with the facts that cases begin with.
#[derive(Debug)]
pub(super) struct Ground<'l> {
    pub(super) law: &'l Law,
    pub(super) industry: Option<Industry>,
    pub(super) industry_without: Option<Industry>,
}

impl<'l> Ground<'l> {
    pub(super) fn of(law: &'l Law) -> Self {
        let relative = law.rules().measures().iter().find_map(|it| it.relative_to.clone());
        let mut known = law.parameters().statistics().iter().filter(|it| Some(&it.id) == relative.as_ref());
        let first = known.find_map(|it| Industry::new(it.edition, it.values.keys().next()?));
        let industry = first.filter(|_| relative.is_some());
        let without = industry.and_then(|it| {
            let codes = [INDUSTRY_WITHOUT, "99", "01"].into_iter();
            let fits = codes.filter_map(|code| Industry::new(it.edition(), code));
            let id = relative.as_deref().unwrap_or_default();
            fits.into_iter().find(|code| law.parameters().average(id, *code, i32::MAX).is_none())
        });
        Self { law, industry, industry_without: without }
    }

    /// The windows whose facts are read, newest first.
    pub(super) fn windows(&self) -> &'l [MonthSpan] {
        let law = self.law;
        law.windows().get(..law.windows_asked()).unwrap_or(law.windows())
    }

    /// The first day of the setting.
    pub(super) fn first_day(&self) -> NaiveDate {
        self.law.setting().from()
    }

    /// The first day of the rate period of the cycle.
    pub(super) fn cycle_from(&self) -> NaiveDate {
        self.law.cycle().rate_period.from()
    }

    /// The first kind of account that floats.
    pub(super) fn kind(&self) -> AccountKind {
        self.law.participation().kinds.first().copied().unwrap_or(AccountKind::Employer)
    }

    /// The classes that float, those in the middle first: grades of the lowest and highest class may be held.
    pub(super) fn classes(&self) -> Vec<RiskClass> {
        let system = self.law.rules().classes().system;
        let floats = |class: &RiskClass| self.law.participation().floats(self.kind(), *class);
        let mut classes: Vec<RiskClass> = RiskClass::all(system).filter(floats).collect();
        let middle = i16::from(system.classes()) + 1;
        classes.sort_by_key(|class| ((2 * i16::from(class.number()) - middle).abs(), class.number()));
        classes
    }

    /// Facts of an account of a class: long insured, with premium and heads in every window that is read.
    pub(super) fn start(&self, class: RiskClass) -> Sketch {
        let ledger = |months: &MonthSpan| Ledger {
            months: *months,
            heads: HEADS,
            more_heads: 0,
            payroll: PAYROLL,
            paid: PAID,
            only: None,
            received: None,
        };
        let listed = self.law.windows().iter().chain(self.law.filled_window().iter()).map(MonthSpan::from).min();
        let oldest = listed.unwrap_or(calendar::Month::of(self.first_day()));
        let years = self.law.participation().first_insured.covered_months_under.max(12);
        let from = oldest.plus(-24 - years);
        let mut sketch = Sketch {
            kind: self.kind(),
            class,
            sub_area: String::new(),
            industry: self.industry,
            covered: vec![OpenMonths { from, to: None }],
            later_class: None,
            ledgers: self.windows().iter().map(ledger).collect(),
            carrier: self.carrier(oldest.plus(-13).first_day()),
            payments: Vec::new(),
            injuries: Vec::new(),
            events: Vec::new(),
            last: None,
        };
        let base = self.law.rules().ladder().base();
        sketch.last = self.last_rate(&sketch, base);
        sketch
    }

    fn carrier(&self, on: NaiveDate) -> Carrier {
        let mut carrier = Carrier { article: InjuryArticle::WorkAccident, item: BenefitItem::Medical, on };
        for measure in self.law.rules().measures() {
            if let Numerator::Benefits { exclude, items, .. } = &measure.numerator {
                let mut articles = InjuryArticle::WORDS.iter().filter_map(|word| InjuryArticle::from_word(word));
                carrier.article = articles.find(|it| !exclude.articles.contains(it)).unwrap_or(carrier.article);
                carrier.item = items.first().copied().unwrap_or(carrier.item);
            }
        }
        carrier
    }

    /// The rate of the year before the cycle, at a grade.
    pub(super) fn last_rate(&self, sketch: &Sketch, grade: GradeIndex) -> Option<ChargedRate> {
        let last = calendar::day_before(self.cycle_from());
        let days = DateSpan::new(calendar::day_after(calendar::years_before(last, 1)), Some(last))?;
        let ladder = self.law.rules().ladder();
        let on_ladder = ladder.grade(grade);
        let base = self.base_rate(sketch)?;
        let before_cut = match (on_ladder.factor, on_ladder.points) {
            (Some(factor), _) => base.times(factor)?,
            (None, Some(points)) => Rate::from_percent(base.percent().checked_add(points)?).ok()?,
            (None, None) => base,
        };
        Some(ChargedRate {
            days,
            class: sketch.class,
            base: Some(base),
            grade: on_ladder.label.clone(),
            before_cut,
            cut: Factor::ZERO,
            charged: before_cut,
            origin: Origin::Floated,
            cycle: String::new(),
            used: Vec::new(),
            document: String::new(),
        })
    }

    /// The base rate of the class on the first day; where no vector is at hand, one that the facts bring along: a tenth
    /// of a percent for each class, and two more.
    fn base_rate(&self, sketch: &Sketch) -> Option<Rate> {
        let invented = Decimal::new(2 + i64::from(sketch.class.number()), 1);
        self.vector_rate(sketch).or_else(|| Rate::from_percent(invented).ok())
    }

    fn vector_rate(&self, sketch: &Sketch) -> Option<Rate> {
        let (system, on) = (sketch.class.system(), self.first_day());
        let history = History::builder(&self.law.rules().id().area, "0").sub_area(&sketch.sub_area).kind(sketch.kind);
        let vector = self.law.parameters().vector(&history.build().ok()?, system, on)?;
        vector.rates.get(sketch.class.index()).copied()
    }

    /// Whether the parameters have a base rate for a class on the first day.
    pub(super) fn has_base_rate(&self, class: RiskClass) -> bool {
        self.vector_rate(&self.start(class)).is_some()
    }

    /// An event of a kind on some days.
    pub(super) fn event(kind: EventKind, level: u8, days: DateSpan, found: Option<NaiveDate>) -> Event {
        Event { id: "E1".to_owned(), kind, level, days, found, body: String::new(), document: String::new() }
    }
}
