//! What replaying a decision came to, in the words of lists and of people.

use rate_core::error::{Lang, Problems};
use rate_core::replay::{Difference, DifferenceCause};

/// What replaying came to.
#[derive(Debug)]
pub enum Outcome {
    /// The same bytes.
    Identical,
    /// Other bytes.
    Differs(Difference),
    /// The account cannot be decided on these facts.
    Refused(Refused),
    /// The record is not the one that was logged.
    Record(Damage),
    /// This build does not know the semantics.
    UnknownSemantics(u16),
}

/// An account that was decided then and cannot be decided on these facts.
#[derive(Debug)]
pub struct Refused {
    /// Why that is.
    pub cause: DifferenceCause,
    /// The rates of the record.
    pub rates: String,
    /// Premium by the record, in fen, where the facts have payroll.
    pub recorded_fen: Option<i128>,
    /// What is wrong with the facts; `None` where the account is not among them, or its rows are wrong.
    pub problems: Option<Problems>,
}

/// What became of a record.
#[derive(Debug)]
pub enum Damage {
    /// It was changed; where it parts from what deciding again gives, if it can still be read and decided.
    Changed(Option<Box<Difference>>),
    /// It is there twice, or out of order.
    Misplaced,
    /// It is not there.
    Missing {
        /// The rates that deciding again gives; empty where it is not known whose record it was.
        now: String,
        /// Premium at these rates, in fen.
        now_fen: Option<i128>,
    },
}

impl Outcome {
    /// What it counts as.
    pub fn cause(&self) -> Option<DifferenceCause> {
        match self {
            Self::Identical => None,
            Self::Differs(difference) => difference.causes.first().copied(),
            Self::Refused(refused) => Some(refused.cause),
            Self::Record(_) => Some(DifferenceCause::Record),
            Self::UnknownSemantics(_) => Some(DifferenceCause::Semantics),
        }
    }

    /// Where both part, in the stable words of lists.
    pub fn place(&self) -> String {
        match self {
            Self::Identical => String::new(),
            Self::Differs(it) => it.place.to_string(),
            Self::Record(Damage::Changed(Some(it))) => it.place.to_string(),
            Self::Refused(_) => "refused".to_owned(),
            Self::Record(Damage::Changed(None)) => "record".to_owned(),
            Self::Record(Damage::Misplaced) => "misplaced".to_owned(),
            Self::Record(Damage::Missing { .. }) => "missing".to_owned(),
            Self::UnknownSemantics(_) => "semantics".to_owned(),
        }
    }

    /// The place as people read it.
    pub fn place_text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Differs(it), _) => it.place.text(lang),
            (Self::Record(Damage::Changed(Some(it))), _) => it.place.text(lang),
            (_, Lang::En) | (Self::Identical, Lang::Zh) => self.place(),
            (Self::Refused(_), Lang::Zh) => "不能核定".to_owned(),
            (Self::Record(Damage::Changed(None)), Lang::Zh) => "记录".to_owned(),
            (Self::Record(Damage::Misplaced), Lang::Zh) => "记录重复或错位".to_owned(),
            (Self::Record(Damage::Missing { .. }), Lang::Zh) => "记录缺失".to_owned(),
            (Self::UnknownSemantics(_), Lang::Zh) => "程序的规则解释版本".to_owned(),
        }
    }

    /// What the record says there, and what deciding again does.
    pub fn values(&self, lang: Lang) -> [String; 2] {
        let none = String::new;
        match self {
            Self::Identical | Self::Record(Damage::Changed(None) | Damage::Misplaced) => [none(), none()],
            Self::Differs(it) => [it.recorded.clone(), it.now.clone()],
            Self::Record(Damage::Changed(Some(it))) => [it.recorded.clone(), it.now.clone()],
            Self::Refused(it) => [it.rates.clone(), it.why(lang)],
            Self::Record(Damage::Missing { now, .. }) => [none(), now.clone()],
            Self::UnknownSemantics(number) => [number.to_string(), none()],
        }
    }

    /// Premium by the record and by deciding again, in fen, each where it can be worked out.
    pub fn money(&self) -> [Option<i128>; 2] {
        let both = |it: &Difference| [it.money.map(|it| it.recorded_fen), it.money.map(|it| it.now_fen)];
        match self {
            Self::Differs(it) => both(it),
            Self::Record(Damage::Changed(Some(it))) => both(it),
            Self::Refused(it) => [it.recorded_fen, None],
            Self::Record(Damage::Missing { now_fen, .. }) => [None, *now_fen],
            Self::Identical | Self::Record(Damage::Changed(None) | Damage::Misplaced) | Self::UnknownSemantics(_) => {
                [None, None]
            }
        }
    }
}

impl Refused {
    fn why(&self, lang: Lang) -> String {
        match &self.problems {
            Some(problems) => problems.iter().map(|it| it.line(lang)).collect::<Vec<_>>().join("; "),
            None => {
                let zh = "数据中没有该单位，或其数据有误";
                lang.pick(zh, "not among the facts, or its rows are wrong").to_owned()
            }
        }
    }
}
