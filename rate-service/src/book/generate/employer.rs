//! Who an account is: kind, size, class, and when it is insured.

use rate_core::history::{AccountKind, ClassSource, Classification, Coverage, CoverageState, OpenMonths};
use rate_core::input::book::{credit_code_check, organisation_check};
use rate_core::{AccountKey, DateSpan, History, HistoryBuilder, Industry, Month, RiskClass};

use super::draw::{Draw, Quantiles};
use super::{FIRST_YEAR, LAST_YEAR, Purpose, World};

/// Heads of an account: half have eight or fewer, one in a thousand more than two thousand.
const HEADS: &Quantiles = &[
    (0, 1),
    (1000, 2),
    (2500, 4),
    (5000, 8),
    (7500, 20),
    (9000, 50),
    (9500, 100),
    (9900, 400),
    (9990, 2000),
    (9999, 8000),
    (10_000, 20_000),
];

/// Monthly wage per head in the first year, in yuan.
const WAGE: &Quantiles = &[(0, 3200), (2500, 4400), (5000, 5500), (7500, 7400), (9500, 13_000), (10_000, 26_000)];

/// How much likelier than the class an account's people are to be hurt, in thousandths.
const RISK: &Quantiles = &[(0, 150), (3000, 400), (7000, 900), (9000, 1700), (9800, 4000), (10_000, 8000)];

/// Accounts of a thousand by class.
const CLASSES: &[(u64, u8)] = &[(220, 1), (280, 2), (220, 3), (120, 4), (50, 5), (80, 6), (20, 7), (10, 8)];

/// The month a merger takes effect.
type Merger = (u32, Month);

/// One account of a made-up book.
#[derive(Debug)]
pub(super) struct Employer {
    pub(super) index: u32,
    pub(super) kind: AccountKind,
    /// Heads in each year from the first on.
    pub(super) heads: Vec<i64>,
    /// Monthly wage per head in each year, in fen.
    pub(super) wage_fen: Vec<i64>,
    /// Thousandths of the risk of its class.
    pub(super) risk: u64,
    /// Classes with the month each begins.
    pub(super) classes: Vec<(Month, RiskClass, Industry)>,
    /// Insured months, the last spell open where the account goes on.
    pub(super) insured: Vec<OpenMonths>,
    first_ever: Option<Month>,
    closed: bool,
    /// The account that was merged into this one, and from when.
    pub(super) predecessor: Option<Merger>,
}

/// The account that this one is merged into, and from when. Only odd accounts are: each pair draws for itself.
pub(super) fn merges_into(world: &World<'_>, index: u32) -> Option<Merger> {
    let successor = index.checked_sub(1).filter(|before| before % 2 == 0)?;
    let mut draw = world.draw(Purpose::Pair, successor);
    if !draw.chance(6000) {
        return None;
    }
    let year = i32::try_from(draw.between(2020, 2025)).unwrap_or(2020);
    let month = world.january(year);
    Some((successor, if draw.chance(500_000) { month } else { month.plus(6) }))
}

impl Employer {
    pub(super) fn of(world: &World<'_>, index: u32) -> Self {
        let mut draw = world.draw(Purpose::Employer, index);
        let ends = merges_into(world, index).map(|(_, on)| on.plus(-1));
        let next = index.checked_add(1).filter(|next| *next < world.plan.accounts);
        let predecessor = next.and_then(|next| merges_into(world, next).map(|(_, on)| (next, on)));
        let kind = kind(&mut draw);
        let life = Life::of(world, &mut draw, ends, predecessor.is_some());
        let (heads, wage_fen) = size(&mut draw, kind);
        let classes = classes(world, &mut draw, kind, life.from);
        let risk = draw.quantile(RISK).unsigned_abs();
        let insured = life.insured(world, &mut draw);
        let Life { first_ever, .. } = life;
        let closed = life.to.is_some();
        Self { index, kind, heads, wage_fen, risk, classes, insured, first_ever, closed, predecessor }
    }

    /// The sub-area, 1 or 2: four accounts of seven lie in the first.
    pub(super) const fn sub_area(&self) -> u32 {
        1 + self.index % 7 / 4
    }

    /// Area and number.
    pub(super) fn key(&self, world: &World<'_>) -> AccountKey {
        AccountKey { area: world.plan.area.clone(), number: format!("{:08}", u64::from(self.index) + 1) }
    }

    /// The class of a month.
    pub(super) fn class(&self, month: Month) -> Option<RiskClass> {
        self.classes.iter().rev().find(|(from, ..)| *from <= month).map(|(_, class, _)| *class)
    }

    /// Heads and monthly wage in fen of a year.
    pub(super) fn size(&self, year: i32) -> (i64, i64) {
        let at = usize::try_from(year - FIRST_YEAR).unwrap_or_default();
        (self.heads.get(at).copied().unwrap_or_default(), self.wage_fen.get(at).copied().unwrap_or_default())
    }

    /// The facts about the account itself.
    pub(super) fn builder(&self, world: &World<'_>) -> HistoryBuilder {
        let AccountKey { area, number } = self.key(world);
        let sub_area = format!("{}{:02}", area.get(..4).unwrap_or_default(), self.sub_area());
        let mut builder = History::builder(&*area, &*number)
            .name(format!("虚构单位{number}号"))
            .credit_code(self.credit_code(&area))
            .sub_area(sub_area)
            .kind(self.kind);
        if let Some(month) = self.first_ever {
            builder = builder.first_ever(month);
        }
        builder = self.coverage().into_iter().fold(builder, HistoryBuilder::coverage);
        self.classifications().into_iter().fold(builder, HistoryBuilder::classification)
    }

    /// Insured spells, the suspended ones between them, and the end where there is one.
    fn coverage(&self) -> Vec<Coverage> {
        let mut spells = Vec::new();
        for (at, months) in self.insured.iter().enumerate() {
            spells.push(Coverage { months: *months, state: CoverageState::Insured });
            let Some(end) = months.to else { break };
            let next = self.insured.get(at + 1).map(|next| next.from.plus(-1));
            let state = if next.is_some() { CoverageState::Suspended } else { CoverageState::Closed };
            if next.is_some() || self.closed {
                spells.push(Coverage { months: OpenMonths { from: end.plus(1), to: next }, state });
            }
        }
        spells
    }

    fn classifications(&self) -> Vec<Classification> {
        let ends = self.classes.iter().skip(1).map(|(from, ..)| Some(from.plus(-1).last_day())).chain([None]);
        let spells = self.classes.iter().zip(ends).enumerate();
        let rows = spells.filter_map(|(at, ((from, class, industry), to))| {
            let days = DateSpan::new(from.first_day(), to)?;
            let source = if at > 0 { ClassSource::Inspection } else { ClassSource::Agency };
            Some(Classification {
                days,
                class: Some(*class),
                industry: Some(*industry),
                source,
                document: String::new(),
            })
        });
        rows.collect()
    }

    /// A code with right check characters; one in fifty is not known. The area does not exist, so nobody bears it.
    fn credit_code(&self, area: &str) -> String {
        if self.index % 50 == 49 {
            return String::new();
        }
        let organisation = format!("MA{:06}", self.index % 1_000_000);
        let authority = if self.kind == AccountKind::Institution { "12" } else { "91" };
        let check = |byte: Option<u8>| byte.map(char::from).unwrap_or_default();
        let body = format!("{authority}{area}{organisation}{}", check(organisation_check(organisation.as_bytes())));
        format!("{body}{}", check(credit_code_check(body.as_bytes())))
    }
}

fn kind(draw: &mut Draw) -> AccountKind {
    let kinds = [
        (9380, AccountKind::Employer),
        (70, AccountKind::Dispatch),
        (50, AccountKind::Institution),
        (500, AccountKind::IndividualBusiness),
    ];
    draw.pick(&kinds).unwrap_or(AccountKind::Employer)
}

/// Heads and wages of every year.
fn size(draw: &mut Draw, kind: AccountKind) -> (Vec<i64>, Vec<i64>) {
    let drawn = draw.quantile(HEADS);
    let mut heads = match kind {
        AccountKind::IndividualBusiness => drawn.min(draw.between(1, 9)),
        AccountKind::Dispatch => drawn.max(draw.between(30, 600)),
        AccountKind::Employer | AccountKind::Institution => drawn,
    };
    let mut wage = draw.quantile(WAGE) * 100;
    let (mut of_years, mut wages) = (Vec::new(), Vec::new());
    for _ in FIRST_YEAR..=LAST_YEAR {
        of_years.push(heads);
        wages.push(wage);
        heads = ((heads * draw.between(92, 109) + 50) / 100).max(1);
        wage = wage * draw.between(102, 107) / 100;
    }
    (of_years, wages)
}

/// The class and, for a few, another one from some January or July on.
fn classes(world: &World<'_>, draw: &mut Draw, kind: AccountKind, from: Month) -> Vec<(Month, RiskClass, Industry)> {
    let of_kind = |draw: &mut Draw| match kind {
        AccountKind::Institution => 1,
        AccountKind::Dispatch => 2,
        AccountKind::Employer | AccountKind::IndividualBusiness => draw.pick(CLASSES).unwrap_or(1),
    };
    let spell = |draw: &mut Draw, from: Month| {
        let number = of_kind(draw);
        let of_class: Vec<_> = world.industries.iter().filter(|(class, _)| class.number() == number).collect();
        let chosen = draw.below(of_class.len().max(1).try_into().unwrap_or(1));
        of_class.get(usize::try_from(chosen).unwrap_or_default()).map(|(class, industry)| (from, *class, *industry))
    };
    // The eight classes, and with them the 2017 edition in this book, begin for everybody in January 2018.
    let mut spells: Vec<_> = spell(draw, from.max(world.first.plus(-12))).into_iter().collect();
    if draw.chance(40_000) && kind == AccountKind::Employer {
        let change = world.first.plus(i32::try_from(draw.between(2, 16)).unwrap_or(2) * 6);
        let changed = spell(draw, change)
            .filter(|(_, class, _)| spells.iter().all(|(start, old, _)| *start < change && old != class));
        spells.extend(changed);
    }
    spells
}

/// The months from the first to the last insured one.
#[derive(Debug)]
struct Life {
    from: Month,
    to: Option<Month>,
    first_ever: Option<Month>,
}

impl Life {
    /// Three in five accounts are older than the book; newcomers come and accounts leave all the time. Both sides of a
    /// merger are old, and the one that is taken in ends the month before.
    fn of(world: &World<'_>, draw: &mut Draw, ends: Option<Month>, takes_in: bool) -> Self {
        let merges = ends.is_some() || takes_in;
        let months = |count: i64| i32::try_from(count).unwrap_or_default();
        if !merges && draw.chance(380_000) {
            let from = world.first.plus(months(draw.between(0, 104)));
            return Self { from, to: leaves(world, draw, from), first_ever: None };
        }
        let begun = world.first.plus(-months(draw.between(1, 180)));
        let to = if merges { ends } else { leaves(world, draw, world.first) };
        // Some books were begun anew with another system and only name the first month.
        if draw.chance(50_000) {
            return Self { from: world.first, to, first_ever: Some(begun) };
        }
        Self { from: begun, to, first_ever: None }
    }

    /// One spell, or two where the account was suspended for a while within the years of the book.
    fn insured(&self, world: &World<'_>, draw: &mut Draw) -> Vec<OpenMonths> {
        let Self { from, to, .. } = *self;
        let room = i64::from(world.last.since(from.max(world.first))) - 24;
        if to.is_some() || room < 6 || !draw.chance(15_000) {
            return vec![OpenMonths { from, to }];
        }
        let mut months = |least, most| i32::try_from(draw.between(least, most)).unwrap_or_default();
        let until = from.max(world.first).plus(months(5, room));
        let again = until.plus(1 + months(3, 18));
        vec![OpenMonths { from, to: Some(until) }, OpenMonths { from: again, to: None }]
    }
}

/// The last insured month of an account that leaves: three in a hundred each year.
fn leaves(world: &World<'_>, draw: &mut Draw, from: Month) -> Option<Month> {
    let years = (from.year() + 1)..=LAST_YEAR;
    let year = years.into_iter().find(|_| draw.chance(30_000))?;
    Some(world.january(year).plus(i32::try_from(draw.between(0, 11)).unwrap_or_default()))
}
