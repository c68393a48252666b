//! Two questions that the made-up files put to the reader of files instead of knowing the answer.

use std::sync::OnceLock;

use rate_core::{Code, RuleSetFile};

use super::shape::{Condition, Given, Interval, Kind, Measure, Row, Set, Table};
use super::text;

/// One row on one measure, about which nothing is said where it has no value.
fn silent(kind: Kind, windows: usize) -> String {
    let measure = Measure {
        kind,
        undefined: Vec::new(),
        earlier_as_zero: None,
        may_lack_earlier: true,
        round: None,
        per_mille: false,
    };
    let any = Condition { measure: 0, interval: Interval { low: Some((0, true)), high: None } };
    let row = Row {
        id: "any".to_owned(),
        all: vec![any],
        any: Vec::new(),
        windows,
        unless: Vec::new(),
        classes: vec![true; 3],
        given: Given::Grade(0),
    };
    let table = Table {
        id: "a",
        conflict: Some(super::shape::Conflict::ExactlyOne),
        otherwise: Some(Given::Grade(0)),
        rows: vec![row],
        may_fall: true,
        matrix: None,
    };
    text::file(&Set {
        published: false,
        classes: 3,
        measures: vec![measure],
        tables: vec![table],
        highest: true,
        adjustments: Vec::new(),
        grades: 3,
        base: 1,
        first_class: None,
        max_move: (2, super::shape::From::Base),
        windows: 2,
    })
}

/// Whether a file must say what follows where more premium was paid back than in.
pub(crate) fn premium_may_be_below_zero() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| RuleSetFile::parse(&silent(Kind::Premium, 1)).unwrap().examine().is_err())
}

/// Whether a file must say what follows where a row asks about a window that the cycle does not list.
pub(crate) fn counts_may_lack_windows() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| {
        let examined = RuleSetFile::parse(&silent(Kind::Deaths, 2)).unwrap().examine().unwrap();
        examined.report().findings.iter().any(|finding| finding.problem.code == Code::CheckUnanswered)
    })
}
