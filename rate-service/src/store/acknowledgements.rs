//! What whoever collects says it holds and charges.

use diesel::prelude::*;

use super::facts::LIST;
use super::link::on;
use super::schema::acknowledgements;
use super::{Link, StoreError};

/// A word of whoever collects, on one account.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = acknowledgements, treat_none_as_default_value = false)]
pub struct AcknowledgementRow {
    /// The area.
    pub area: String,
    /// The account.
    pub account: String,
    /// Counts within the account.
    pub number: i64,
    /// The hash of the body it was taken from.
    pub decision: Vec<u8>,
    /// The month that was charged; empty where the rate is held.
    pub month: String,
    /// The rate, in percent.
    pub rate_percent: String,
    /// The key that said so.
    pub caller: String,
    /// When.
    pub at: String,
}

impl Link {
    /// Every word on some accounts, in the order in which they were said.
    ///
    /// # Errors
    /// As the database's.
    pub fn acknowledgements(&mut self, area: &str, of: &[String]) -> Result<Vec<AcknowledgementRow>, StoreError> {
        use acknowledgements as it;
        let mut found = Vec::new();
        for accounts in of.chunks(LIST) {
            let by = it::area.eq(area).and(it::account.eq_any(accounts));
            let rows = it::table.filter(by).order((it::account, it::number));
            let rows: Vec<AcknowledgementRow> =
                on!(&mut *self, link => rows.select(AcknowledgementRow::as_select()).load(link))?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// Adds words.
    ///
    /// # Errors
    /// As the database's; a number that is taken.
    pub fn add_acknowledgements(&mut self, rows: &[AcknowledgementRow]) -> Result<(), StoreError> {
        for rows in rows.chunks(LIST) {
            on!(&mut *self, it => diesel::insert_into(acknowledgements::table).values(rows).execute(it))?;
        }
        Ok(())
    }
}
