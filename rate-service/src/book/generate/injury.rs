//! Injuries and the benefits paid on them.

use rate_core::history::{BenefitItem, Claim, ClaimStatus, InjuryArticle, Payer, Payment};
use rate_core::{Money, Month, MonthSpan, NaiveDate};

use super::draw::{Draw, Quantiles};
use super::employer::Employer;
use super::{FIRST_YEAR, LAST_YEAR, Purpose, World};

/// Injuries a year among a million heads, by class.
const INCIDENCE: [u64; 8] = [1000, 2500, 5000, 8000, 10_000, 12_000, 14_000, 20_000];

/// Large accounts report more injuries for each head: thousandths, from so many heads on.
const BY_SIZE: &[(i64, u64)] = &[(300, 1800), (100, 1100), (50, 600), (20, 350), (10, 200), (0, 130)];

const ARTICLES: &[(u64, InjuryArticle)] = &[
    (780, InjuryArticle::WorkAccident),
    (10, InjuryArticle::Preparation),
    (10, InjuryArticle::Violence),
    (15, InjuryArticle::Disease),
    (30, InjuryArticle::Business),
    (140, InjuryArticle::Commuting),
    (3, InjuryArticle::OtherByLaw),
    (8, InjuryArticle::SuddenIllness),
    (2, InjuryArticle::Rescue),
    (2, InjuryArticle::Veteran),
];

/// Cost of treatment of one injury, in yuan.
const MEDICAL: &Quantiles = &[
    (0, 300),
    (2500, 3000),
    (5000, 7000),
    (7500, 15_000),
    (9000, 36_000),
    (9700, 90_000),
    (9990, 300_000),
    (10_000, 600_000),
];

/// Disability levels among those assessed, in thousandths.
const LEVELS: &[(u64, u8)] = &[(2, 1), (3, 2), (5, 3), (8, 4), (14, 5), (20, 6), (45, 7), (80, 8), (200, 9), (623, 10)];

/// Monthly wages of the disability lump sum by level: 工伤保险条例 art. 35 to 37.
const LUMP_SUM_MONTHS: [i64; 10] = [27, 25, 23, 21, 18, 16, 13, 11, 9, 7];

/// Percent of the wage paid as a pension at levels 1 to 4: 工伤保险条例 art. 35.
const PENSION_PERCENT: [i64; 4] = [90, 85, 80, 75];

/// All claims of an account that were recognised within the years of the book.
pub(super) fn claims(world: &World<'_>, employer: &Employer) -> Vec<Claim> {
    let mut draw = world.draw(Purpose::Injuries, employer.index);
    let mut claims = Vec::new();
    for year in FIRST_YEAR..=LAST_YEAR {
        let january = world.january(year);
        let Some(of_year) = MonthSpan::new(january, january.plus(11)) else { continue };
        for months in employer.insured.iter().filter_map(|spell| spell.within(&of_year)) {
            let heads = employer.size(year).0;
            for _ in 0..draw.hits(heads, likelihood(employer, heads, months)) {
                let number = claims.len() + 1;
                claims.extend(Injury::of(world, employer, &mut draw, months).claim(number));
            }
        }
    }
    claims
}

/// How likely a head is hurt in the months given, in thousand-millionths.
fn likelihood(employer: &Employer, heads: i64, months: MonthSpan) -> u64 {
    let class = employer.class(months.from()).map_or(0, |class| usize::from(class.number()) - 1);
    let by_size = BY_SIZE.iter().find(|(from, _)| heads >= *from).map_or(0, |(_, factor)| *factor);
    let months = u64::try_from(months.months()).unwrap_or_default();
    INCIDENCE[class] * by_size * employer.risk / 1000 * months / 12
}

/// So many days later.
pub(super) fn days_after(date: NaiveDate, days: i64) -> NaiveDate {
    date.checked_add_signed(chrono::TimeDelta::days(days)).unwrap_or(date)
}

/// One injury on its way to a claim.
struct Injury<'d> {
    draw: &'d mut Draw,
    /// The account's number and the years' last day.
    account: u32,
    end: NaiveDate,
    wage_fen: i64,
    heads: i64,
    article: InjuryArticle,
    accident: NaiveDate,
    recognised: NaiveDate,
    payments: Vec<Payment>,
}

impl<'d> Injury<'d> {
    fn of(world: &World<'_>, employer: &Employer, draw: &'d mut Draw, months: MonthSpan) -> Self {
        let month =
            months.from().plus(i32::try_from(draw.between(0, i64::from(months.months()) - 1)).unwrap_or_default());
        let accident = days_after(month.first_day(), draw.between(0, 27));
        let recognised = days_after(accident, draw.between(12, 75));
        let article = draw.pick(ARTICLES).unwrap_or(InjuryArticle::WorkAccident);
        let (heads, mean_wage) = employer.size(month.year());
        let wage_fen = mean_wage * draw.between(60, 180) / 100;
        let (account, end) = (employer.index, world.last.last_day());
        Self { draw, account, end, wage_fen, heads, article, accident, recognised, payments: Vec::new() }
    }

    /// The claim with its payments, unless it was not recognised yet when the book ends.
    fn claim(mut self, number: usize) -> Option<Claim> {
        if self.recognised > self.end {
            return None;
        }
        let died = self.article == InjuryArticle::SuddenIllness || self.draw.chance(6000);
        let death = died.then(|| days_after(self.accident, self.draw.between(0, 12)));
        self.treatment();
        let disability = if died { None } else { self.disability() };
        if let Some((level, assessed)) = disability {
            self.disabled(level, assessed);
        }
        if died {
            self.dead();
        }
        let statuses = [(990, ClaimStatus::Recognised), (4, ClaimStatus::Revoked), (6, ClaimStatus::InLitigation)];
        let status = self.draw.pick(&statuses).unwrap_or(ClaimStatus::Recognised);
        let person = self.draw.between(1, self.heads * 2);
        Some(Claim {
            tags: Vec::new(),
            id: format!("{}-{number:05}", Month::of(self.recognised).year()),
            person: format!("P{:08}-{person:05}", self.account + 1),
            article: self.article,
            accident: self.accident,
            recognised: self.recognised,
            status,
            disability,
            death,
            parties: None,
            project: None,
            payments: self.payments,
        })
    }

    /// Adds a payment of the fund, unless it lies behind the end of the book.
    fn pay(&mut self, item: BenefitItem, on: NaiveDate, fen: i64) {
        self.pay_by(Payer::Fund, item, on, fen);
    }

    fn pay_by(&mut self, payer: Payer, item: BenefitItem, paid_on: NaiveDate, fen: i64) {
        if paid_on > self.end || fen == 0 {
            return;
        }
        let determined = days_after(paid_on, -self.draw.between(3, 15)).max(self.recognised.min(paid_on));
        let (determined_on, accounted_on) = (Some(determined), Some(paid_on));
        self.payments.push(Payment { item, payer, amount: Money::from_fen(fen), determined_on, accounted_on, paid_on });
    }

    /// Treatment, settled in one to three payments some weeks after recognition, and what goes with it.
    fn treatment(&mut self) {
        let cost = self.draw.quantile(MEDICAL) * 100 + self.draw.between(0, 99);
        let parts = self.draw.between(1, 3);
        // On the road a third party often pays.
        let on_road = self.article == InjuryArticle::Commuting && self.draw.chance(400_000);
        let payer = if on_road { Payer::ThirdParty } else { Payer::Fund };
        let mut on = self.recognised;
        for part in 1..=parts {
            on = days_after(on, self.draw.between(20, 90));
            let share = cost / parts + if part == parts { cost % parts } else { 0 };
            self.pay_by(payer, BenefitItem::Medical, on, share);
        }
        if self.draw.chance(350_000) {
            let days = self.draw.between(3, 40);
            self.pay(BenefitItem::Board, on, days * 3000);
            let a_day = self.draw.between(500, 4000);
            self.pay(BenefitItem::Transport, on, days * a_day);
        }
        if self.draw.chance(40_000) {
            let fen = self.draw.between(300_000, 4_000_000);
            self.pay(BenefitItem::Rehabilitation, days_after(on, 60), fen);
        }
        if self.draw.chance(15_000) {
            let fen = self.draw.between(200_000, 3_000_000);
            self.pay(BenefitItem::Device, days_after(on, 90), fen);
        }
        if self.draw.chance(5000) {
            self.pay(BenefitItem::Medical, days_after(on, 150), -(cost / 10));
        }
    }

    /// One in three is assessed, some months after the accident.
    fn disability(&mut self) -> Option<(u8, NaiveDate)> {
        let assessed = days_after(self.recognised, self.draw.between(60, 300));
        let level = self.draw.pick(LEVELS)?;
        (self.draw.chance(330_000) && assessed <= self.end).then_some((level, assessed))
    }

    fn disabled(&mut self, level: u8, assessed: NaiveDate) {
        let at = usize::from(level) - 1;
        let on = days_after(assessed, self.draw.between(20, 60));
        self.pay(BenefitItem::DisabilityLumpSum, on, LUMP_SUM_MONTHS[at] * self.wage_fen);
        if let Some(percent) = PENSION_PERCENT.get(at) {
            self.monthly(BenefitItem::DisabilityPension, assessed, self.wage_fen * percent / 100);
            if level <= 2 {
                self.monthly(BenefitItem::Care, assessed, self.wage_fen * 40 / 100);
            }
        } else if self.draw.chance(250_000) {
            let leaves = days_after(assessed, self.draw.between(100, 900));
            let months = 2 + 3 * (10 - i64::from(level));
            self.pay(BenefitItem::MedicalLumpSum, leaves, months * self.wage_fen);
        }
    }

    /// Six monthly wages for the funeral, a lump sum that grows with the years, and a pension where someone is left.
    fn dead(&mut self) {
        let on = days_after(self.recognised, self.draw.between(20, 60));
        let years = i64::from(Month::of(self.accident).year() - FIRST_YEAR);
        self.pay(BenefitItem::Funeral, on, 6 * self.wage_fen);
        self.pay(BenefitItem::DeathLumpSum, on, (800_000 + 45_000 * years) * 100);
        if self.draw.chance(700_000) {
            let fen = self.wage_fen * self.draw.between(30, 70) / 100;
            self.monthly(BenefitItem::Dependants, self.recognised, fen);
        }
    }

    /// The same amount on the fifteenth of every month after a day, to the end of the book.
    fn monthly(&mut self, item: BenefitItem, after: NaiveDate, fen: i64) {
        let first = Month::of(after).plus(1);
        for month in 0..=Month::of(self.end).since(first) {
            self.pay(item, days_after(first.plus(month).first_day(), 14), fen);
        }
    }
}
