//! How a rate compares with the one before it.

use std::cmp::Ordering;

use crate::amount::Rate;
use crate::error::Lang;

/// How a rate compares with the previous one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Higher.
    Up,
    /// Lower.
    Down,
    /// The same.
    Same,
    /// No previous rate.
    First,
}

impl Change {
    /// Every way to compare.
    pub const ALL: [Self; 4] = [Self::Up, Self::Down, Self::Same, Self::First];

    /// From one rate, where there was one, to another.
    pub fn between(previous: Option<Rate>, rate: Rate) -> Self {
        match previous.map(|previous| rate.cmp(&previous)) {
            Some(Ordering::Greater) => Self::Up,
            Some(Ordering::Less) => Self::Down,
            Some(Ordering::Equal) => Self::Same,
            None => Self::First,
        }
    }

    /// The change in words.
    pub fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::Up => lang.pick("上升", "up"),
            Self::Down => lang.pick("下降", "down"),
            Self::Same => lang.pick("不变", "same"),
            Self::First => lang.pick("首次核定", "first"),
        }
    }
}
