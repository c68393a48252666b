//! Rule sets as plain data of this test's own, in whole numbers; nothing here knows the engine.

/// A value as a quotient of whole numbers; the lower one is above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) over: i128,
    pub(crate) under: i128,
}

impl Value {
    pub(crate) const ZERO: Self = Self { over: 0, under: 1 };

    /// Millionths, counted in halves so that the middle of two bounds is a whole number.
    pub(crate) const fn half_millionths(halves: i128) -> Self {
        Self { over: halves, under: 2_000_000 }
    }

    pub(crate) fn against(self, millionths: i64) -> std::cmp::Ordering {
        (self.over * 1_000_000).cmp(&(i128::from(millionths) * self.under))
    }
}

/// What a measure can be made of; in the order of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Persons assessed at levels 1 to 4, a count.
    Assessed,
    /// Benefits booked, in yuan.
    Benefits,
    /// Deaths, a count.
    Deaths,
    /// Persons hurt over mean heads.
    Incidence,
    /// Premium received, in yuan.
    Premium,
    /// Benefits paid over premium paid.
    Ratio,
    /// New diseases over mean heads, over the industry's average.
    Relative,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Number,
    Yuan,
    Percent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cause {
    NotInsured,
    NoPremium,
    BenefitsWithoutPremium,
    BelowZero,
    NoHeadcount,
    NoAverage,
}

impl Cause {
    pub(crate) const ALL: [Self; 6] = [
        Self::NotInsured,
        Self::NoPremium,
        Self::BenefitsWithoutPremium,
        Self::BelowZero,
        Self::NoHeadcount,
        Self::NoAverage,
    ];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::NotInsured => "not_insured",
            Self::NoPremium => "no_premium",
            Self::BenefitsWithoutPremium => "benefits_without_premium",
            Self::BelowZero => "below_zero",
            Self::NoHeadcount => "no_headcount",
            Self::NoAverage => "no_average",
        }
    }
}

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::Assessed, Self::Benefits, Self::Deaths, Self::Incidence, Self::Premium, Self::Ratio, Self::Relative];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Assessed => "assessed",
            Self::Benefits => "benefits",
            Self::Deaths => "deaths",
            Self::Incidence => "incidence",
            Self::Premium => "premium",
            Self::Ratio => "ratio",
            Self::Relative => "relative",
        }
    }

    pub(crate) const fn unit(self) -> Unit {
        match self {
            Self::Assessed | Self::Deaths => Unit::Number,
            Self::Benefits | Self::Premium => Unit::Yuan,
            Self::Incidence | Self::Ratio | Self::Relative => Unit::Percent,
        }
    }

    pub(crate) const fn causes(self) -> &'static [Cause] {
        match self {
            Self::Assessed | Self::Deaths => &[],
            Self::Benefits | Self::Premium => &[Cause::BelowZero],
            Self::Incidence => &[Cause::NotInsured, Cause::NoHeadcount],
            Self::Ratio => &[Cause::NotInsured, Cause::NoPremium, Cause::BenefitsWithoutPremium, Cause::BelowZero],
            Self::Relative => &[Cause::NotInsured, Cause::NoHeadcount, Cause::NoAverage],
        }
    }

    /// Whether more of it means more injury.
    pub(crate) const fn is_injury(self) -> bool {
        !matches!(self, Self::Premium)
    }

    /// The bounds that made-up tables choose among, in millionths.
    pub(crate) const fn bounds(self) -> &'static [i64] {
        match self {
            Self::Assessed | Self::Deaths => &[0, 1_000_000, 2_000_000, 3_000_000],
            // One fen, 100 and 5000 yuan.
            Self::Benefits | Self::Premium => &[0, 1_000_000, 10_000_000_000, 500_000_000_000],
            Self::Incidence => &[0, 50_000, 100_000, 150_000, 200_000],
            Self::Ratio => &[0, 1, 100_000, 333_333, 500_000, 1_000_000, 1_500_000],
            Self::Relative => &[0, 500_000, 1_000_000, 1_500_000, 2_000_000],
        }
    }
}

/// What follows where a measure does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follows {
    Base,
    Last,
    Fails,
    Zero,
}

#[derive(Clone, Debug)]
pub(crate) struct Measure {
    pub(crate) kind: Kind,
    /// Per cause of the kind; nothing where a published text says nothing.
    pub(crate) undefined: Vec<(Cause, Option<Follows>)>,
    /// Earlier windows: whether zero, else the row fails.
    pub(crate) earlier_as_zero: Option<bool>,
    /// Decimals of a percent, and whether halves go up; else down.
    pub(crate) round: Option<(u32, bool)>,
    pub(crate) per_mille: bool,
}

impl Measure {
    pub(crate) fn follows(&self, cause: Cause) -> Option<Follows> {
        self.undefined.iter().find(|(known, _)| *known == cause).and_then(|(_, follows)| *follows)
    }
}

/// Ends in millionths, and whether they belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) low: Option<(i64, bool)>,
    pub(crate) high: Option<(i64, bool)>,
}

impl Interval {
    pub(crate) fn holds(&self, value: Value) -> bool {
        let above = self.low.is_none_or(|(end, closed)| {
            let order = value.against(end);
            order.is_gt() || closed && order.is_eq()
        });
        let below = self.high.is_none_or(|(end, closed)| {
            let order = value.against(end);
            order.is_lt() || closed && order.is_eq()
        });
        above && below
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Place among the set's measures.
    pub(crate) measure: usize,
    pub(crate) interval: Interval,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum From {
    Base,
    Last,
}

/// What a row gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Given {
    Grade(usize),
    Shift(i64, From),
    Keep,
    NotSeen,
}

impl Given {
    pub(crate) const fn needs_last(self) -> bool {
        matches!(self, Self::Shift(_, From::Last) | Self::Keep)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) all: Vec<Condition>,
    pub(crate) any: Vec<Condition>,
    pub(crate) windows: usize,
    pub(crate) unless: Vec<usize>,
    /// One flag per class.
    pub(crate) classes: Vec<bool>,
    pub(crate) given: Given,
}

impl Row {
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.all.iter().chain(&self.any)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    HighestGrade,
    FirstRow,
    ExactlyOne,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) id: &'static str,
    pub(crate) conflict: Option<Conflict>,
    pub(crate) otherwise: Option<Given>,
    pub(crate) rows: Vec<Row>,
    pub(crate) may_fall: bool,
    /// Rows and columns, where the file writes it as a matrix.
    pub(crate) matrix: Option<(usize, usize)>,
}

impl Table {
    pub(crate) fn relative(&self) -> bool {
        self.rows.iter().map(|row| row.given).chain(self.otherwise).any(Given::needs_last)
    }

    /// Whether a row for a class asks about a measure in a window.
    pub(crate) fn asks(&self, class: usize, measure: usize, window: usize) -> bool {
        let asks = |row: &Row| row.windows > window && row.conditions().any(|it| it.measure == measure);
        self.rows.iter().any(|row| row.classes[class] && asks(row))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    NoDecrease(From),
    AtLeast(usize),
    NotBelow(usize),
    Grade(usize),
    Shift(i64),
    /// Hundredths of a percentage point.
    Points(i64),
}

#[derive(Clone, Debug)]
pub(crate) struct Adjustment {
    pub(crate) id: &'static str,
    pub(crate) when: Vec<Condition>,
    /// Whether it also asks for an event.
    pub(crate) event: bool,
    pub(crate) effect: Effect,
}

#[derive(Clone, Debug)]
pub(crate) struct Set {
    /// A text as published: may leave things out, decides nothing.
    pub(crate) published: bool,
    pub(crate) classes: usize,
    pub(crate) measures: Vec<Measure>,
    pub(crate) tables: Vec<Table>,
    /// Several tables: the highest grade, else the sum of shifts.
    pub(crate) highest: bool,
    pub(crate) adjustments: Vec<Adjustment>,
    pub(crate) grades: usize,
    pub(crate) base: usize,
    /// The first class has only these grades.
    pub(crate) first_class: Option<(usize, usize)>,
    pub(crate) max_move: (usize, From),
    /// Windows that the cycle lists.
    pub(crate) windows: usize,
}

impl Set {
    pub(crate) fn label(&self, grade: usize) -> String {
        format!("{}%", 100 + 10 * (grade as i64 - self.base as i64))
    }

    pub(crate) fn moved(&self, from: usize, shift: i64) -> usize {
        (from as i64 + shift).clamp(0, self.grades as i64 - 1) as usize
    }
}
