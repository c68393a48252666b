//! What a court, a review organ or an inspection ordered for an account.

use super::words;
use crate::amount::Rate;
use crate::calendar::{DateSpan, NaiveDate};
use crate::error::Lang;
use crate::industry::RiskClass;

words! {
    /// Who ordered.
    pub enum OrderingBody {
        /// A court (人民法院).
        Court = "court",
        /// An organ of administrative review (行政复议机关).
        ReviewOrgan = "review-organ",
        /// An inspection of labour security (劳动保障监察).
        Inspection = "inspection",
        /// The agency, correcting itself (经办机构自行纠正).
        Agency = "agency",
    }
}

words! {
    /// What kind of thing was ordered.
    pub enum OrderKind {
        /// The class.
        Class = "class",
        /// The grade.
        Grade = "grade",
        /// The rate.
        Rate = "rate",
        /// To decide again.
        DecideAgain = "decide-again",
    }
}

/// What was ordered, with its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ordered {
    /// This class.
    Class(RiskClass),
    /// The grade of this label.
    Grade(String),
    /// This rate, as it stands.
    Rate(Rate),
    /// To decide the grade again.
    DecideAgain,
}

impl Ordered {
    /// What kind of thing it is.
    pub const fn kind(&self) -> OrderKind {
        match self {
            Self::Class(_) => OrderKind::Class,
            Self::Grade(_) => OrderKind::Grade,
            Self::Rate(_) => OrderKind::Rate,
            Self::DecideAgain => OrderKind::DecideAgain,
        }
    }
}

/// An order about one account. On its days it goes before the method; on all others it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "裁决")]
pub struct Order {
    /// Number of the order.
    pub id: String,
    /// Who ordered.
    pub body: OrderingBody,
    /// What.
    pub what: Ordered,
    /// The days it is about.
    pub days: DateSpan,
    /// Day it was issued, before or after the days it is about.
    pub issued_on: NaiveDate,
    /// Its document.
    pub document: String,
}

impl Order {
    /// Who ordered and in which document, as people read it.
    pub fn citation(&self, lang: Lang) -> String {
        let body = match self.body {
            OrderingBody::Court => lang.pick("人民法院", "court"),
            OrderingBody::ReviewOrgan => lang.pick("行政复议机关", "review organ"),
            OrderingBody::Inspection => lang.pick("劳动保障监察", "inspection"),
            OrderingBody::Agency => lang.pick("经办机构", "agency"),
        };
        let (open, close) = match lang {
            Lang::Zh => ("《", "》，"),
            Lang::En => (", ", ", "),
        };
        format!("{body}{open}{}{close}{}", self.document, self.issued_on)
    }
}
