//! Risk classes and industry codes: numbers within a class system, codes within an edition.

use std::fmt;

/// How many classes the system of the day has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClassSystem {
    /// Three classes, 劳社部发〔2003〕29号, 2004 to September 2015.
    Three,
    /// Eight classes, 人社部发〔2015〕71号, from October 2015.
    Eight,
}

impl ClassSystem {
    /// The highest class number.
    pub const fn classes(self) -> u8 {
        match self {
            Self::Three => 3,
            Self::Eight => 8,
        }
    }
}

impl fmt::Display for ClassSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.classes().fmt(f)
    }
}

/// An industry risk class: a number within its class system.
///
/// ```
/// use rate_core::{ClassSystem, RiskClass};
/// let class = RiskClass::new(ClassSystem::Eight, 3).unwrap();
/// assert_eq!(class.number(), 3);
/// assert!(RiskClass::new(ClassSystem::Three, 4).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "行业风险类别")]
pub struct RiskClass {
    system: ClassSystem,
    number: u8,
}

impl RiskClass {
    /// A class, or `None` where the system has no such number.
    pub const fn new(system: ClassSystem, number: u8) -> Option<Self> {
        if number >= 1 && number <= system.classes() { Some(Self { system, number }) } else { None }
    }

    /// The class system.
    pub const fn system(self) -> ClassSystem {
        self.system
    }

    /// The number, from 1 (smallest risk).
    pub const fn number(self) -> u8 {
        self.number
    }

    /// Place in a table of all classes, from 0.
    pub(crate) fn index(self) -> usize {
        usize::from(self.number) - 1
    }

    /// All classes of a system, in order.
    pub fn all(system: ClassSystem) -> impl Iterator<Item = Self> {
        (1..=system.classes()).map(move |number| Self { system, number })
    }
}

impl fmt::Display for RiskClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

/// An edition of the industry classification GB/T 4754.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndustryEdition {
    /// GB/T 4754-2002.
    Gbt2002,
    /// GB/T 4754-2011.
    Gbt2011,
    /// GB/T 4754-2017.
    Gbt2017,
}

impl IndustryEdition {
    /// The word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gbt2002 => "gbt4754-2002",
            Self::Gbt2011 => "gbt4754-2011",
            Self::Gbt2017 => "gbt4754-2017",
        }
    }
}

/// An industry code of two to four digits, with the edition it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Industry {
    edition: IndustryEdition,
    digits: [u8; 4],
    length: u8,
}

impl Industry {
    /// A code; `None` unless it has two to four digits.
    pub fn new(edition: IndustryEdition, code: &str) -> Option<Self> {
        let bytes = code.as_bytes();
        if !(2..=4).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut digits = [0; 4];
        digits[..bytes.len()].copy_from_slice(bytes);
        Some(Self { edition, digits, length: u8::try_from(bytes.len()).ok()? })
    }

    /// The edition.
    pub const fn edition(&self) -> IndustryEdition {
        self.edition
    }

    /// The digits.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.digits[..usize::from(self.length)]).unwrap_or_default()
    }

    /// The division: the first two digits.
    pub fn division(&self) -> &str {
        self.code().get(..2).unwrap_or_default()
    }
}

impl fmt::Display for Industry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.edition.as_str(), self.code())
    }
}
