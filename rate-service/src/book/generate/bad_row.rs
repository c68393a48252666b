//! Rows as a clerk gets them wrong.

use std::fmt::Display;

use rate_core::input::book::{MayBe, TableKind};
use rate_core::{AccountKey, History};

use super::super::{BookError, BookFiles};

/// Adds a wrong row to an account that is written; its problems take turns.
pub(super) fn write(which: usize, history: &History, files: &mut BookFiles) -> Result<(), BookError> {
    let AccountKey { area, number } = history.key();
    match which % 4 {
        // The year of the recognition is mistyped: it stands before the accident.
        0 => files.row(
            TableKind::Claims,
            &[
                area,
                number,
                &"2022-90001",
                &"P-90001",
                &"A14-1",
                &"2022-03-08",
                &"2021-04-02",
                &"recognised",
                &"",
                &"",
                &"",
                &"",
                &"",
                &"",
                &"",
                &"",
                &"",
            ],
        ),
        // The last premium row is entered twice.
        1 => history.premiums().last().map_or(Ok(()), |row| {
            let (from, to, payroll) = (&row.months.from(), &row.months.to(), &row.payroll.fen());
            let (due, paid, relieved) = (&row.due.fen(), &row.paid.fen(), &row.relieved.fen());
            let (kind, received): (_, &dyn Display) = (&row.kind.as_str(), &MayBe(row.received_on));
            let cells: &[&dyn Display] =
                &[area, number, from, to, payroll, &row.heads, due, paid, relieved, kind, received];
            files.row(TableKind::Premiums, cells)
        }),
        // A day that does not exist.
        2 => files.row(
            TableKind::Events,
            &[area, number, &"E901", &"late-payment", &"", &"2023-02-30", &"2023-03-31", &"", &"", &""],
        ),
        // A payment whose claim number has two digits swapped.
        _ => files.row(
            TableKind::Payments,
            &[area, number, &"2022-09001", &"medical", &"fund", &"", &"", &"2022-09-15", &"812350"],
        ),
    }
}
