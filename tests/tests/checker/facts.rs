//! Facts of an account in this test's own terms, what they measure, and the same facts for the engine.

use std::sync::OnceLock;

use rate_core::history::{
    BenefitItem, ChargedRate, Claim, ClaimStatus, ClassSource, Classification, Event, EventKind, InjuryArticle, Payer,
    Payment, Premium, PremiumKind,
};
use rate_core::{
    ClassSystem, DateSpan, Factor, History, HistoryBuilder, Industry, IndustryEdition, Money, MonthSpan, NaiveDate,
    Origin, Parameters, ParametersFile, Rate, RiskClass, date,
};

use super::draw::Draw;
use super::naive::Fact;
use super::shape::{Cause, Kind, Measure, Set, Value};

/// One window.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) insured: bool,
    pub(crate) heads: i64,
    pub(crate) premium_fen: i64,
    pub(crate) paid_fen: i64,
    pub(crate) booked_fen: i64,
    pub(crate) received_fen: i64,
    pub(crate) hurt: i64,
    pub(crate) diseased: i64,
    pub(crate) dead: i64,
    pub(crate) assessed: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// Counted from zero.
    pub(crate) class: usize,
    pub(crate) average_known: bool,
    pub(crate) windows: [Window; 2],
    /// The last rate: none, one without a grade, one with.
    pub(crate) last: Option<Option<usize>>,
    pub(crate) event: bool,
}

/// Heads, so that five per cent of them are four.
const HEADS: i64 = 80;
/// Premium, so that half a millionth of it is one fen.
const PREMIUM_FEN: i64 = 2_000_000;

impl Facts {
    pub(crate) fn drawn(draw: &mut Draw, set: &Set) -> Self {
        let class = draw.below(set.classes);
        let windows = [Window::drawn(draw), Window::drawn(draw)];
        let last = draw.chance(70).then(|| draw.chance(85).then(|| draw.below(set.grades)));
        Self { class, average_known: draw.chance(90), windows, last, event: draw.chance(30) }
    }

    /// The same facts with more injury in one respect.
    pub(crate) fn worse(&self, draw: &mut Draw) -> Self {
        let mut worse = self.clone();
        let window = &mut worse.windows[draw.below(2)];
        match draw.below(6) {
            0 => window.paid_fen += draw.between(1, 2_000_000),
            1 => window.booked_fen += draw.pick(&[1, 9_999, 10_000, 500_000]),
            2 => window.hurt += draw.between(1, 8),
            3 => window.diseased += draw.between(1, 6),
            4 => window.dead += draw.between(1, 3),
            _ => window.assessed += draw.between(1, 3),
        }
        worse
    }

    /// What a measure of a set finds.
    pub(crate) fn measured(&self, set: &Set, measure: usize, window: usize) -> Fact {
        let measure = &set.measures[measure];
        // A window that the cycle does not list is one that nobody was insured in.
        let Some(it) = self.windows[..set.windows].get(window) else { return Fact::Undefined(Cause::NotInsured) };
        let count = |number: i64| Fact::Value(Value { over: i128::from(number), under: 1 });
        let over_heads = |number: i64, scale: i128| match (it.insured, it.heads) {
            (false, _) => Fact::Undefined(Cause::NotInsured),
            (true, 0) => Fact::Undefined(Cause::NoHeadcount),
            (true, heads) => Fact::Value(Value { over: i128::from(number) * scale, under: i128::from(heads) }),
        };
        match measure.kind {
            Kind::Assessed => count(it.assessed),
            Kind::Deaths => count(it.dead),
            Kind::Benefits if it.booked_fen < 0 => Fact::Undefined(Cause::BelowZero),
            Kind::Benefits => count(it.booked_fen),
            Kind::Premium if it.received_fen < 0 => Fact::Undefined(Cause::BelowZero),
            Kind::Premium => count(it.received_fen),
            Kind::Incidence => over_heads(it.hurt, 1),
            // The average is a twentieth.
            Kind::Relative => match over_heads(it.diseased, 20) {
                Fact::Value(_) if !self.average_known => Fact::Undefined(Cause::NoAverage),
                fact => fact,
            },
            Kind::Ratio => match (it.premium_fen, it.paid_fen) {
                _ if !it.insured => Fact::Undefined(Cause::NotInsured),
                (0, paid) if paid > 0 => Fact::Undefined(Cause::BenefitsWithoutPremium),
                (0, _) => Fact::Undefined(Cause::NoPremium),
                (_, paid) if paid < 0 => Fact::Undefined(Cause::BelowZero),
                (premium, paid) => Fact::Value(rounded(measure, i128::from(paid), i128::from(premium))),
            },
        }
    }
}

fn rounded(measure: &Measure, over: i128, under: i128) -> Value {
    let Some((digits, up)) = measure.round else { return Value { over, under } };
    let scale = 100 * 10_i128.pow(digits);
    let half = if up { under } else { 0 };
    Value { over: (2 * over * scale + half) / (2 * under), under: scale }
}

impl Window {
    fn drawn(draw: &mut Draw) -> Self {
        let premium_fen = if draw.chance(90) { PREMIUM_FEN * draw.between(1, 3) } else { 0 };
        let base = premium_fen.max(PREMIUM_FEN);
        let bound = draw.pick(&[0, 0, 0, 1, 100_000, 333_333, 500_000, 1_000_000, 1_500_000]);
        // On a bound, a fen beside it, or half a unit of some decimal of a per cent below it, where rounding turns; or
        // anywhere.
        let beside = [-1, 0, 0, 0, 0, 1, -base / 200, -base / 2_000, -base / 20_000, -base / 200 - 1];
        let near = bound * (base / 1_000_000) + draw.pick(&beside);
        let paid_fen = if draw.chance(80) { near } else { draw.between(-10, 2 * base) };
        Self {
            insured: draw.chance(92),
            heads: if draw.chance(92) { HEADS } else { 0 },
            premium_fen,
            paid_fen,
            booked_fen: draw.pick(&[0, 0, 0, 1, 10_000, 500_000]) + draw.pick(&[-1, 0, 0, 0, 1]),
            received_fen: draw.pick(&[0, 0, 1, 2, 9_999, 10_000, 10_001, 499_999, 500_000, 500_001, -1]),
            hurt: draw.pick(&[0, 0, 0, 1, 3, 4, 5, 8, 9, 12, 13, 16, 17]),
            diseased: draw.pick(&[0, 0, 0, 1, 2, 3, 4, 5, 6, 8, 9]),
            dead: draw.pick(&[0, 0, 0, 1, 2, 3, 4]),
            assessed: draw.pick(&[0, 0, 0, 1, 2, 3, 4]),
        }
    }
}

fn day(text: &str) -> NaiveDate {
    date(text).unwrap()
}

fn span(from: &str, to: &str) -> DateSpan {
    DateSpan::new(day(from), Some(day(to))).unwrap()
}

/// Averages and base rates of the made-up area.
pub(crate) fn parameters() -> &'static Parameters {
    static PARAMETERS: OnceLock<Parameters> = OnceLock::new();
    PARAMETERS.get_or_init(|| {
        let text = r#"
            format = "parameters/1"
            area = "100001"
            name = { zh = "x", en = "x" }
            documents.d = { title = { zh = "x", en = "x" } }
            base_rates = [
                { from = 2015-01-01, system = "three", rates = ["0.5%", "1%", "2%"], cite = "d" },
                { from = 2015-01-01, system = "eight", rates = ["0.2%", "0.4%", "0.7%", "0.9%", "1.1%", "1.3%", "1.6%", "1.9%"], cite = "d" },
            ]
            statistics = [ { id = "average", year = 2020, edition = "gbt4754-2017", values = { "26" = "50‰" }, cite = "d" } ]
        "#;
        ParametersFile::parse(text).unwrap().check().unwrap()
    })
}

/// The facts as the engine takes them. Claims and payments of one measure lie outside the windows of all others.
pub(crate) fn history(set: &Set, facts: &Facts) -> History {
    let system = if set.classes == 3 { ClassSystem::Three } else { ClassSystem::Eight };
    let class = RiskClass::new(system, facts.class as u8 + 1).unwrap();
    let industry = facts.average_known.then(|| Industry::new(IndustryEdition::Gbt2017, "2610").unwrap());
    let days = DateSpan::new(day("2015-01-01"), None).unwrap();
    let (source, document) = (ClassSource::Agency, String::new());
    let mut builder = History::builder("100001", "1")
        .covered("2015-01", Some("2021-12"))
        .covered("2024-01", None)
        .classification(Classification { days, class: Some(class), industry, source, document });
    let mut told = Told { claims: 0 };
    for (window, year) in facts.windows.iter().zip([2023, 2022]) {
        builder = told.window(builder, window, year);
    }
    if let Some(grade) = facts.last {
        builder = builder.rate(last_rate(class, grade.map_or_else(String::new, |grade| set.label(grade))));
    }
    if facts.event {
        let (id, kind, body, document) = ("1".to_owned(), EventKind::Fraud, String::new(), String::new());
        let days = span("2016-01-01", "2016-12-31");
        builder = builder.event(Event { id, kind, level: 0, days, found: Some(day("2023-05-05")), body, document });
    }
    builder.build().unwrap_or_else(|problems| panic!("{problems}"))
}

fn last_rate(class: RiskClass, grade: String) -> ChargedRate {
    let rate: Rate = "1%".parse().unwrap();
    ChargedRate {
        days: span("2023-01-01", "2023-12-31"),
        class,
        base: None,
        grade,
        before_cut: rate,
        cut: Factor::ZERO,
        charged: rate,
        origin: Origin::Floated,
        cycle: String::new(),
        used: Vec::new(),
        document: String::new(),
    }
}

/// Numbers claims.
struct Told {
    claims: usize,
}

impl Told {
    fn claim(&mut self, person: &str) -> Claim {
        self.claims += 1;
        Claim {
            tags: Vec::new(),
            id: self.claims.to_string(),
            person: person.to_owned(),
            article: InjuryArticle::WorkAccident,
            accident: day("2016-01-01"),
            recognised: day("2016-02-01"),
            status: ClaimStatus::Recognised,
            disability: None,
            death: None,
            parties: None,
            project: None,
            payments: Vec::new(),
        }
    }

    fn window(&mut self, builder: HistoryBuilder, window: &Window, year: i32) -> HistoryBuilder {
        let within = day(&format!("{year}-06-15"));
        let mut builder = premiums(builder, window, year);
        for number in 0..window.hurt {
            let claim = Claim { recognised: within, ..self.claim(&format!("hurt-{number}")) };
            // The same person twice is one person.
            if number == 0 {
                let again = Claim { recognised: within, ..self.claim(&claim.person) };
                builder = builder.claim(again);
            }
            builder = builder.claim(claim);
        }
        for number in 0..window.diseased {
            let article = InjuryArticle::Disease;
            builder = builder.claim(Claim { recognised: within, article, ..self.claim(&format!("ill-{number}")) });
        }
        for number in 0..window.dead {
            builder = builder.claim(Claim { death: Some(within), ..self.claim(&format!("dead-{number}")) });
        }
        for number in 0..window.assessed {
            let disability = Some((1 + (number % 4) as u8, within));
            builder = builder.claim(Claim { disability, ..self.claim(&format!("assessed-{number}")) });
        }
        let outside = day("2016-03-01");
        let payment = |amount: i64, paid_on, accounted_on| Payment {
            item: BenefitItem::Medical,
            payer: Payer::Fund,
            amount: Money::from_fen(amount),
            determined_on: None,
            accounted_on: Some(accounted_on),
            paid_on,
        };
        let payments = vec![payment(window.paid_fen, within, outside), payment(window.booked_fen, outside, within)];
        let revoked = Claim {
            status: ClaimStatus::Revoked,
            recognised: within,
            death: Some(within),
            parties: None,
            project: None,
            payments: payments.clone(),
            ..self.claim("revoked")
        };
        builder.claim(Claim { payments, ..self.claim("paid") }).claim(revoked)
    }
}

fn premiums(mut builder: HistoryBuilder, window: &Window, year: i32) -> HistoryBuilder {
    let row = |from: &str, to: &str, paid: i64| Premium {
        months: MonthSpan::new(from.parse().unwrap(), to.parse().unwrap()).unwrap(),
        payroll: Money::from_fen(paid * 100),
        heads: window.heads,
        due: Money::from_fen(paid),
        paid: Money::from_fen(paid),
        relieved: Money::ZERO,
        kind: PremiumKind::Regular,
        received_on: Some(day("2016-03-01")),
    };
    if window.insured {
        let half = window.premium_fen / 2;
        builder = builder
            .covered(&format!("{year}-01"), Some(&format!("{year}-12")))
            .premium_row(row(&format!("{year}-01"), &format!("{year}-06"), half))
            .premium_row(row(&format!("{year}-07"), &format!("{year}-12"), window.premium_fen - half));
    }
    let received_on = Some(day(&format!("{year}-01-01")));
    let arrears = row("2015-01", "2015-01", window.received_fen);
    let kind = if window.received_fen < 0 { PremiumKind::Refund } else { PremiumKind::Arrears };
    builder.premium_row(Premium { payroll: Money::ZERO, heads: 0, kind, received_on, ..arrears })
}
