//! What the engine makes of a rule set, by number.

/// How the engine reads law and facts. A repair that changes any outcome or step gets a new number; old numbers stay
/// runnable, so that a decision of years ago can be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Semantics {
    /// The first.
    One,
}

impl Semantics {
    /// What decides today.
    pub const CURRENT: Self = Self::One;

    /// The number that records hold.
    pub const fn number(self) -> u16 {
        match self {
            Self::One => 1,
        }
    }

    /// The semantics of a number; `None` where this build does not know them.
    pub const fn from_number(number: u16) -> Option<Self> {
        match number {
            1 => Some(Self::One),
            _ => None,
        }
    }
}
