//! Premiums by calendar year, and the rates they were charged at.

use rate_core::RoundMode;
use rate_core::history::{AccountKind, ChargedRate, Claim, OpenMonths, Origin, Payer, Premium, PremiumKind};
use rate_core::{DateSpan, Factor, Money, Month, MonthSpan, NaiveDate, Rate, RiskClass};
use rust_decimal::Decimal;

use super::draw::Draw;
use super::employer::Employer;
use super::injury::days_after;
use super::{FIRST_YEAR, LAST_YEAR, Purpose, World};

/// Base rates in hundredths of a percent, as the parameters of the demonstration state them.
const BASE: [i64; 8] = [20, 40, 70, 90, 110, 130, 160, 190];
/// The same from July 2024 on.
const BASE_2024: [i64; 8] = [20, 36, 60, 80, 100, 120, 140, 170];
/// The second sub-area has a vector of its own.
const BASE_SECOND: [i64; 8] = [30, 60, 90, 110, 130, 160, 190, 220];

/// What an account owed and paid.
#[derive(Debug)]
pub(super) struct Premiums {
    pub(super) rows: Vec<Premium>,
    /// Rates of July 2021 to June 2022: the ones before the first cycle of the book.
    pub(super) rates: Vec<ChargedRate>,
    /// Months left unpaid at first, and the day they were paid, where they were.
    pub(super) arrears: Vec<(MonthSpan, Option<NaiveDate>)>,
    /// Months paid late, and the day.
    pub(super) late: Vec<(MonthSpan, NaiveDate)>,
}

impl Premiums {
    pub(super) fn of(
        world: &World<'_>,
        employer: &Employer,
        predecessor: Option<(&Employer, Month)>,
        claims: &[Claim],
    ) -> Self {
        let mut draw = world.draw(Purpose::Premiums, employer.index);
        let grades = Grades::of(&mut draw, world, employer, claims);
        let rates = rates(world, employer, &grades);
        let mut premiums = Self { rows: Vec::new(), rates, arrears: Vec::new(), late: Vec::new() };
        let mut bounds: Vec<Month> = employer.classes.iter().skip(1).map(|(from, ..)| *from).collect();
        bounds.extend(predecessor.map(|(_, on)| on));
        for year in FIRST_YEAR..=LAST_YEAR {
            let january = world.january(year);
            let of_year = employer.insured.iter().filter_map(|spell| within(*spell, january, january.plus(11)));
            for months in of_year.flat_map(|months| cut(months, &bounds)) {
                let taken_in = predecessor.filter(|(_, on)| months.from() >= *on);
                let (own, wage_fen) = employer.size(year);
                let heads = own + taken_in.map_or(0, |(taken_in, _)| taken_in.size(year).0);
                let bill = Bill { employer, grades: &grades, months, heads, wage_fen };
                premiums.charge(world, &mut draw, &bill);
            }
        }
        premiums
    }

    /// Adds the regular row of a bill and what became of it.
    fn charge(&mut self, world: &World<'_>, draw: &mut Draw, bill: &Bill<'_>) {
        let months = bill.months;
        let (payroll, due, relieved) = (Money::from_fen(bill.payroll(months)), bill.due(), bill.relieved());
        let mut paid = due - relieved;
        let mut received = days_after(months.to().first_day(), 19);
        if draw.chance(12_000) && paid > 0 {
            let unpaid = paid * draw.between(10, 60) / 100;
            paid -= unpaid;
            let later = days_after(months.to().last_day(), draw.between(30, 300));
            let later = Some(later).filter(|later| draw.chance(700_000) && *later <= world.last.last_day());
            self.arrears.push((months, later));
            self.rows.extend(later.map(|later| extra(PremiumKind::Arrears, months, 0, unpaid, later)));
        } else if draw.chance(20_000) {
            received = days_after(months.to().last_day(), draw.between(16, 60));
            self.late.push((months, received));
        }
        if draw.chance(1500) {
            let back = -(paid / 20);
            let kind = if draw.chance(500_000) { PremiumKind::Refund } else { PremiumKind::Settlement };
            self.rows.push(extra(kind, months, back, back, days_after(received, 40)));
        }
        let [due, paid, relieved] = [due, paid, relieved].map(Money::from_fen);
        let (heads, kind, received_on) = (bill.heads, PremiumKind::Regular, Some(received));
        self.rows.push(Premium { months, payroll, heads, due, paid, relieved, kind, received_on });
    }
}

/// A row beside the regular ones: it carries neither payroll nor heads.
fn extra(kind: PremiumKind, months: MonthSpan, due_fen: i64, paid_fen: i64, received: NaiveDate) -> Premium {
    let (due, paid) = (Money::from_fen(due_fen), Money::from_fen(paid_fen));
    let (payroll, relieved, received_on) = (Money::ZERO, Money::ZERO, Some(received));
    Premium { months, payroll, heads: 0, due, paid, relieved, kind, received_on }
}

fn within(spell: OpenMonths, from: Month, to: Month) -> Option<MonthSpan> {
    spell.within(&MonthSpan::new(from, to)?)
}

/// The months in pieces, none of which crosses the beginning of one of the months given.
fn cut(months: MonthSpan, bounds: &[Month]) -> Vec<MonthSpan> {
    let mut starts: Vec<Month> = bounds.iter().copied().filter(|bound| months.contains(*bound)).collect();
    starts.push(months.from());
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|next| next.plus(-1)).chain([months.to()]);
    starts.iter().zip(ends).filter_map(|(from, to)| MonthSpan::new(*from, to)).collect()
}

/// What is owed for some months of one year.
struct Bill<'e> {
    employer: &'e Employer,
    grades: &'e Grades,
    months: MonthSpan,
    heads: i64,
    wage_fen: i64,
}

impl Bill<'_> {
    fn payroll(&self, months: MonthSpan) -> i64 {
        self.heads * self.wage_fen * i64::from(months.months())
    }

    /// The premium of all months.
    fn due(&self) -> i64 {
        self.premium(self.months)
    }

    /// The premium of some months, billed month by month and rounded to fen half up.
    fn premium(&self, months: MonthSpan) -> i64 {
        let monthly = Money::from_fen(self.heads * self.wage_fen);
        let bill = |month| {
            let rate = self.employer.class(month).map(|class| {
                let tariff = Tariff { sub_area: self.employer.sub_area(), month };
                tariff.charged(class, self.grades.on(month))
            });
            rate.and_then(|rate| rate.premium_on(monthly, RoundMode::HalfUp)).map_or(0, Money::fen)
        };
        (0..months.months()).map(|month| bill(months.from().plus(month))).sum()
    }

    /// In 2020 the state relieved employers: small ones of five months, large ones of half of three.
    fn relieved(&self) -> i64 {
        let small = self.heads <= 300;
        let span = Month::new(2020, 2).ok().zip(Month::new(2020, if small { 6 } else { 4 }).ok());
        let span = span.and_then(|(from, to)| self.months.intersect(&MonthSpan::new(from, to)?));
        let Some(months) = span.filter(|_| self.employer.kind != AccountKind::Institution) else { return 0 };
        self.premium(months) / if small { 1 } else { 2 }
    }
}

/// The rates of a sub-area in a month.
struct Tariff {
    sub_area: u32,
    month: Month,
}

impl Tariff {
    fn base(&self, class: RiskClass) -> Rate {
        let vector = match self.sub_area {
            1 if self.is_within((2024, 7), (2199, 12)) => BASE_2024,
            1 => BASE,
            _ => BASE_SECOND,
        };
        let hundredths = vector.get(usize::from(class.number()) - 1).copied().unwrap_or_default();
        Rate::from_percent(Decimal::new(hundredths, 2)).unwrap_or(Rate::ZERO)
    }

    /// Base times grade, less the phased cut of a fifth from May 2023 to the end of 2024, class 1 exempt and the floor.
    fn charged(&self, class: RiskClass, grade: Grade) -> Rate {
        let rate = self.base(class).times(grade.factor()).unwrap_or(Rate::ZERO);
        if class.number() == 1 || !self.is_within((2023, 5), (2024, 12)) {
            return rate;
        }
        let cut = Factor::from_percent(Decimal::from(20)).ok().and_then(|cut| rate.cut_by(cut)).unwrap_or(rate);
        let floor = RiskClass::new(class.system(), 1).map_or(Rate::ZERO, |first| self.base(first));
        cut.max(floor)
    }

    fn is_within(&self, from: (i32, u32), to: (i32, u32)) -> bool {
        let month = (self.month.year(), self.month.month_of_year());
        from <= month && month <= to
    }
}

/// The rate before the first cycle of the book, in pieces where the class changed within it.
fn rates(world: &World<'_>, employer: &Employer, grades: &Grades) -> Vec<ChargedRate> {
    let july = world.january(2021).plus(6);
    let life = employer.insured.first().zip(employer.insured.last());
    let months =
        life.and_then(|(first, last)| within(OpenMonths { from: first.from, to: last.to }, july, july.plus(11)));
    let bounds: Vec<Month> = employer.classes.iter().skip(1).map(|(from, ..)| *from).collect();
    let pieces = months.into_iter().flat_map(|months| cut(months, &bounds));
    let rows = pieces.filter_map(|months| {
        let (class, grade) = (employer.class(months.from())?, grades.on(months.from()));
        let days = DateSpan::new(months.from().first_day(), Some(months.to().last_day()))?;
        let origin = if grades.newcomer { Origin::Base } else { Origin::Floated };
        let tariff = Tariff { sub_area: employer.sub_area(), month: months.from() };
        let (rate, label) = (tariff.charged(class, grade), grade.factor().to_string());
        Some(ChargedRate {
            days,
            class,
            base: Some(tariff.base(class)),
            grade: if grades.newcomer { String::new() } else { label },
            before_cut: rate,
            cut: Factor::ZERO,
            charged: rate,
            origin,
            cycle: String::new(),
            used: Vec::new(),
            document: String::new(),
        })
    });
    rows.collect()
}

/// A grade of the ladder that premiums of the book were charged at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grade {
    Down,
    Base,
    Up,
}

impl Grade {
    fn factor(self) -> Factor {
        let percent = match self {
            Self::Down => Decimal::from(80),
            Self::Base => Decimal::ONE_HUNDRED,
            Self::Up => Decimal::from(120),
        };
        Factor::from_percent(percent).unwrap_or(Factor::ONE)
    }
}

/// The grades an account was charged at: before the book's cycles, and in those of 2022 and 2025.
#[derive(Debug)]
struct Grades {
    newcomer: bool,
    before: Grade,
    cycles: Vec<(Month, Grade)>,
}

impl Grades {
    fn of(draw: &mut Draw, world: &World<'_>, employer: &Employer, claims: &[Claim]) -> Self {
        let class_one = employer.classes.first().is_none_or(|(_, class, _)| class.number() == 1);
        let newcomer = covered(employer, world.january(2018), 42) < 36;
        let weights = [(if class_one { 0 } else { 560 }, Grade::Down), (420, Grade::Base), (20, Grade::Up)];
        let drawn = draw.pick(&weights).unwrap_or(Grade::Base);
        let before = if newcomer { Grade::Base } else { drawn };
        let cycles = [2022, 2025]
            .map(|year| (world.january(year).plus(6), measured(world, employer, claims, year - 3, class_one)));
        Self { newcomer, before, cycles: cycles.into() }
    }

    fn on(&self, month: Month) -> Grade {
        self.cycles.iter().rev().find(|(from, _)| *from <= month).map_or(self.before, |(_, grade)| *grade)
    }
}

/// How many of so many months from one on are insured.
fn covered(employer: &Employer, from: Month, months: i32) -> i32 {
    let shared = employer.insured.iter().filter_map(|spell| within(*spell, from, from.plus(months - 1)));
    shared.map(|shared| shared.months()).sum()
}

/// A plain float over three years: down without benefits, up where they exceed the premium at the base rate.
fn measured(world: &World<'_>, employer: &Employer, claims: &[Claim], from: i32, class_one: bool) -> Grade {
    let years = from..from + 3;
    if covered(employer, world.january(from), 36) < 24 {
        return Grade::Base;
    }
    let paid = claims
        .iter()
        .flat_map(|claim| &claim.payments)
        .filter(|payment| payment.payer == Payer::Fund && years.contains(&Month::of(payment.paid_on).year()));
    let benefits: i64 = paid.map(|payment| payment.amount.fen()).sum();
    let payroll = years.clone().map(|year| {
        let (heads, wage_fen) = employer.size(year);
        heads * wage_fen * i64::from(covered(employer, world.january(year), 12))
    });
    let tariff = Tariff { sub_area: employer.sub_area(), month: world.january(from + 2) };
    let rate = employer.class(tariff.month).map_or(Rate::ZERO, |class| tariff.base(class));
    let premium = rate.premium_on(Money::from_fen(payroll.sum()), RoundMode::HalfUp).map_or(0, Money::fen);
    match benefits {
        0 if !class_one => Grade::Down,
        more if more > premium => Grade::Up,
        _ => Grade::Base,
    }
}
