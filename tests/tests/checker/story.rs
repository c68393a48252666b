//! Made-up facts of an account for a given law, told row by row, in any order.

use rate_core::history::{
    AccountKind, BenefitItem, ChargedRate, Claim, ClaimStatus, ClassSource, Classification, Coverage, CoverageState,
    Event, EventKind, InjuryArticle, OpenMonths, Order, Ordered, OrderingBody, Payer, Payment, Premium, PremiumKind,
    Succession, SuccessionKind,
};
use rate_core::{
    DateSpan, Factor, History, HistoryBuilder, Industry, Law, Money, Month, MonthSpan, NaiveDate, Origin, Problems,
    Rate, RiskClass,
};
use rust_decimal::Decimal;

use super::draw::Draw;

/// Facts as rows.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    area: String,
    kind: AccountKind,
    sub_area: String,
    coverage: Vec<Coverage>,
    classes: Vec<Classification>,
    premiums: Vec<Premium>,
    pub(crate) claims: Vec<Claim>,
    events: Vec<Event>,
    rates: Vec<ChargedRate>,
    pub(crate) orders: Vec<Order>,
    before: Vec<(SuccessionKind, NaiveDate, Factor, Story)>,
}

impl Story {
    pub(crate) fn drawn(draw: &mut Draw, law: &Law) -> Self {
        let mut story = Teller { law, first: law.windows().last().unwrap().from().plus(-3) }.tell(draw);
        if draw.chance(20) {
            let on = law.windows()[0].from().plus(draw.between(0, 30) as i32).first_day();
            let (kind, share) = draw.pick(&[
                (SuccessionKind::Merger, 100),
                (SuccessionKind::Transfer, 100),
                (SuccessionKind::ReRegistration, 100),
                (SuccessionKind::Split, 30),
            ]);
            let predecessor = Teller { law, first: law.windows().last().unwrap().from() }.tell(draw);
            let share = Factor::from_percent(Decimal::from(share)).unwrap();
            story.before.push((kind, on, share, predecessor));
        }
        story
    }

    /// The checked facts, the rows given in some order.
    pub(crate) fn build(&self, draw: &mut Draw) -> Result<History, Problems> {
        enum Fact<'s> {
            Coverage(Coverage),
            Class(&'s Classification),
            Premium(Premium),
            Claim(Claim),
            Event(&'s Event),
            Rate(&'s ChargedRate),
            Order(&'s Order),
        }
        let claims = self.claims.iter().cloned().map(|mut claim| {
            draw.shuffle(&mut claim.payments);
            Fact::Claim(claim)
        });
        let mut facts: Vec<Fact<'_>> = claims.collect();
        facts.extend(self.coverage.iter().map(|it| Fact::Coverage(*it)));
        facts.extend(self.classes.iter().map(Fact::Class));
        facts.extend(self.premiums.iter().map(|it| Fact::Premium(*it)));
        facts.extend(self.events.iter().map(Fact::Event));
        facts.extend(self.rates.iter().map(Fact::Rate));
        facts.extend(self.orders.iter().map(Fact::Order));
        draw.shuffle(&mut facts);
        let start = History::builder(self.area.clone(), "1").kind(self.kind).sub_area(self.sub_area.clone());
        let add = |builder: HistoryBuilder, fact| match fact {
            Fact::Coverage(it) => builder.coverage(it),
            Fact::Class(it) => builder.classification(it.clone()),
            Fact::Premium(it) => builder.premium_row(it),
            Fact::Claim(it) => builder.claim(it),
            Fact::Event(it) => builder.event(it.clone()),
            Fact::Rate(it) => builder.rate(it.clone()),
            Fact::Order(it) => builder.order(it.clone()),
        };
        let mut builder = facts.into_iter().fold(start, add);
        for (kind, on, share, story) in &self.before {
            let predecessor = story.build(draw)?;
            builder = builder.succession(Succession { kind: *kind, on: *on, share: *share, predecessor });
        }
        builder.build()
    }

    /// One more benefit paid on a claim, or nothing where there is no claim.
    pub(crate) fn with_benefit(&self, draw: &mut Draw, law: &Law) -> Self {
        let mut more = self.clone();
        if !more.claims.is_empty() {
            let place = draw.below(more.claims.len());
            let claim = &mut more.claims[place];
            let paid_on = day_in(draw, law).max(claim.accident);
            claim.payments.push(payment(draw, paid_on, 1));
        }
        more
    }

    /// One to three orders of different kinds that touch the setting.
    pub(crate) fn with_orders(&self, draw: &mut Draw, law: &Law) -> Self {
        let mut more = self.clone();
        let grades = law.rules().ladder().grades();
        let classes: Vec<RiskClass> = RiskClass::all(law.rules().classes().system).collect();
        let mut kinds = vec![
            Ordered::Class(draw.pick(&classes)),
            Ordered::Grade(grades[draw.below(grades.len())].label.clone()),
            Ordered::Rate(Rate::from_percent(Decimal::new(draw.between(1_000, 80_000), 4)).unwrap()),
            Ordered::DecideAgain,
        ];
        draw.shuffle(&mut kinds);
        for (number, what) in (0..=draw.below(3)).zip(kinds) {
            let from = law.setting().from() + chrono::Days::new(draw.below(300) as u64) - chrono::Days::new(60);
            let days = from.max(law.setting().from() - chrono::Days::new(1));
            let to = draw.chance(70).then(|| days + chrono::Days::new(1 + draw.below(200) as u64));
            more.orders.push(Order {
                id: format!("order-{number}"),
                body: OrderingBody::Court,
                what,
                days: DateSpan::new(days, to).unwrap(),
                issued_on: days,
                document: "（虚）行初1号".to_owned(),
            });
        }
        more
    }

    /// One more claim.
    pub(crate) fn with_claim(&self, draw: &mut Draw, law: &Law) -> Self {
        let mut more = self.clone();
        let number = 1000 + more.claims.len();
        let mut added = claim(draw, law, number);
        // What is recovered is less, not more.
        added.payments.retain(|payment| payment.amount > Money::ZERO);
        more.claims.push(added);
        more
    }
}

fn payment(draw: &mut Draw, paid_on: NaiveDate, least: i64) -> Payment {
    let amount = Money::from_fen(draw.between(least, 5_000_000));
    let day = Some(paid_on);
    Payment { item: BenefitItem::Medical, payer: Payer::Fund, amount, determined_on: day, accounted_on: day, paid_on }
}

/// A day in or near the windows of a law.
fn day_in(draw: &mut Draw, law: &Law) -> NaiveDate {
    let window = law.windows()[draw.below(law.windows().len())];
    let month = window.from().plus(draw.between(-2, i64::from(window.months()) + 1) as i32);
    month.first_day() + chrono::Days::new(draw.below(28) as u64)
}

fn claim(draw: &mut Draw, law: &Law, number: usize) -> Claim {
    let recognised = day_in(draw, law);
    let accident = recognised - chrono::Days::new(draw.below(400) as u64);
    let article = draw.pick(&[
        InjuryArticle::WorkAccident,
        InjuryArticle::WorkAccident,
        InjuryArticle::Disease,
        InjuryArticle::Commuting,
        InjuryArticle::Rescue,
    ]);
    let status =
        draw.pick(&[ClaimStatus::Recognised, ClaimStatus::Recognised, ClaimStatus::InLitigation, ClaimStatus::Revoked]);
    let mut payments = Vec::new();
    for _ in 0..draw.below(4) {
        let paid_on = day_in(draw, law).max(accident);
        let least = if draw.chance(15) { -2_000_000 } else { 1 };
        payments.push(payment(draw, paid_on, least));
    }
    Claim {
        tags: Vec::new(),
        id: format!("claim-{number}"),
        person: format!("person-{}", draw.below(5)),
        article,
        accident,
        recognised,
        status,
        disability: draw.chance(30).then(|| (1 + draw.below(10) as u8, recognised)),
        death: draw.chance(10).then_some(recognised),
        parties: None,
        project: None,
        payments,
    }
}

struct Teller<'l> {
    law: &'l Law,
    /// First month that facts are told of.
    first: Month,
}

impl Teller<'_> {
    fn tell(&self, draw: &mut Draw) -> Story {
        let law = self.law;
        let area = law.rules().id().area.clone();
        let kind = draw.pick(&[
            AccountKind::Employer,
            AccountKind::Employer,
            AccountKind::Employer,
            AccountKind::Dispatch,
            AccountKind::Institution,
            AccountKind::IndividualBusiness,
        ]);
        let sub_areas = ["".to_owned(), format!("{}01", &area[..4]), format!("{}02", &area[..4])];
        let sub_area = sub_areas[draw.below(3)].clone();
        let coverage = self.coverage(draw);
        let classes = self.classes(draw, &coverage);
        let premiums = self.premiums(draw, &coverage);
        let claims = (0..draw.below(5)).map(|number| claim(draw, law, number)).collect();
        let events = (0..draw.below(3)).map(|number| self.event(draw, number)).collect();
        let rates = self.rates(draw);
        let (orders, before) = (Vec::new(), Vec::new());
        Story { area, kind, sub_area, coverage, classes, premiums, claims, events, rates, orders, before }
    }

    fn setting(&self) -> MonthSpan {
        let setting = self.law.setting();
        MonthSpan::new(Month::of(setting.from()), Month::of(setting.last())).unwrap()
    }

    fn coverage(&self, draw: &mut Draw) -> Vec<Coverage> {
        let insured = |from, to| Coverage { months: OpenMonths { from, to }, state: CoverageState::Insured };
        let setting = self.setting();
        let from = self.first.plus(if draw.chance(70) { 0 } else { draw.between(0, 40) as i32 });
        let last =
            draw.chance(15).then(|| setting.from().plus(draw.between(0, i64::from(setting.months()) - 1) as i32));
        let last = last.filter(|last| *last >= from);
        let pause = if draw.chance(50) { from.plus(1) } else { setting.from().max(from.plus(1)) };
        let pause = pause.plus(draw.between(0, 12) as i32);
        let again = pause.plus(draw.between(1, 30) as i32);
        if draw.chance(75) || again > last.unwrap_or(setting.to()) {
            return vec![insured(from, last)];
        }
        let months = OpenMonths { from: pause, to: Some(again.plus(-1)) };
        let paused = Coverage { months, state: CoverageState::Suspended };
        vec![insured(from, Some(pause.plus(-1))), paused, insured(again, last)]
    }

    fn classes(&self, draw: &mut Draw, coverage: &[Coverage]) -> Vec<Classification> {
        let rules = self.law.rules().classes();
        let classes: Vec<RiskClass> = RiskClass::all(rules.system).collect();
        let edition = rules.editions[draw.below(rules.editions.len())];
        let codes = ["06", "1310", "2610", "33", "5412"];
        // One class, two that adjoin, or one for each spell of insurance and none between.
        let long_ago = Month::new(2000, 1).unwrap();
        let change = self.setting().from().plus(draw.between(-20, 10) as i32);
        let spells: Vec<(Month, Option<Month>)> = match draw.below(10) {
            0..3 => vec![(long_ago, Some(change.plus(-1))), (change, None)],
            3..6 => {
                let insured = coverage.iter().filter(|spell| spell.state == CoverageState::Insured);
                insured.map(|spell| (spell.months.from, spell.months.to)).collect()
            }
            _ => vec![(long_ago, None)],
        };
        let told = spells.into_iter().map(|(from, to)| Classification {
            days: DateSpan::new(from.first_day(), to.map(Month::last_day)).unwrap(),
            class: Some(draw.pick(&classes)),
            industry: Industry::new(edition, draw.pick(&codes)),
            source: ClassSource::Agency,
            document: String::new(),
        });
        told.collect()
    }

    fn premiums(&self, draw: &mut Draw, coverage: &[Coverage]) -> Vec<Premium> {
        let mut rows = Vec::new();
        let (heads, wage) = (draw.between(0, 60), draw.between(300_000, 900_000));
        let relief = draw.chance(20);
        let last = self.setting().to();
        for spell in coverage.iter().filter(|spell| spell.state == CoverageState::Insured) {
            let mut month = spell.months.from;
            while month <= spell.months.to.unwrap_or(last).min(last) {
                let payroll = heads * wage;
                let due = payroll / draw.pick(&[50, 100, 200]);
                let relieved = if relief && draw.chance(30) { due / 2 } else { 0 };
                rows.push(Premium {
                    months: MonthSpan::new(month, month).unwrap(),
                    payroll: Money::from_fen(payroll),
                    heads,
                    due: Money::from_fen(due),
                    paid: Money::from_fen(due - relieved),
                    relieved: Money::from_fen(relieved),
                    kind: PremiumKind::Regular,
                    received_on: Some(month.last_day()),
                });
                month = month.plus(1);
            }
        }
        if draw.chance(15) && !rows.is_empty() {
            let of = rows[draw.below(rows.len())];
            let paid = Money::from_fen(-draw.between(0, 1_000_000));
            let kind = PremiumKind::Refund;
            rows.push(Premium {
                payroll: Money::ZERO,
                heads: 0,
                due: Money::ZERO,
                paid,
                relieved: Money::ZERO,
                kind,
                ..of
            });
        }
        rows
    }

    fn event(&self, draw: &mut Draw, number: usize) -> Event {
        let from = day_in(draw, self.law);
        let to = draw.chance(60).then(|| from + chrono::Days::new(draw.below(1200) as u64));
        Event {
            id: format!("event-{number}"),
            kind: draw.pick(&[
                EventKind::Arrears,
                EventKind::Fraud,
                EventKind::HiddenPayroll,
                EventKind::FalseDocument,
                EventKind::SafetyCertificate,
            ]),
            level: draw.below(4) as u8,
            days: DateSpan::new(from, to).unwrap(),
            found: draw.chance(80).then(|| day_in(draw, self.law)),
            body: String::new(),
            document: String::new(),
        }
    }

    fn rates(&self, draw: &mut Draw) -> Vec<ChargedRate> {
        let grades = self.law.rules().ladder().grades();
        let classes: Vec<RiskClass> = RiskClass::all(self.law.rules().classes().system).collect();
        let mut rates = Vec::new();
        let mut to = self.law.setting().from() - chrono::Days::new(1);
        for _ in 0..draw.below(3) {
            let from = to - chrono::Days::new(365);
            let percent = |draw: &mut Draw| Rate::from_percent(Decimal::new(draw.between(1_000, 80_000), 4)).unwrap();
            let grade = if draw.chance(85) { grades[draw.below(grades.len())].label.clone() } else { String::new() };
            let before_cut = percent(draw);
            rates.push(ChargedRate {
                days: DateSpan::new(from, Some(to)).unwrap(),
                class: draw.pick(&classes),
                base: draw.chance(80).then(|| percent(draw)),
                grade,
                before_cut,
                cut: Factor::ZERO,
                charged: before_cut,
                origin: draw.pick(&[Origin::Floated, Origin::Base, Origin::Carried, Origin::Provisional]),
                cycle: String::new(),
                used: Vec::new(),
                document: String::new(),
            });
            to = from - chrono::Days::new(1);
        }
        rates
    }
}
