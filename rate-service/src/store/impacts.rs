//! What rule sets would change: work that goes on a range of accounts at a time, by one worker at a time.

use diesel::prelude::*;

use super::link::on;
use super::schema::impacts;
use super::{Link, StoreError};

/// What a rule set would change, and how far that is known.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = impacts, treat_none_as_default_value = false)]
pub struct ImpactRow {
    /// Its name.
    pub id: String,
    /// The area.
    pub area: String,
    /// The rule set.
    pub digest: Vec<u8>,
    /// The one it is held against.
    pub against: Vec<u8>,
    /// The day on which the law of the rule set is asked.
    pub day: String,
    /// The day on which that of the other is.
    pub day_before: String,
    /// The number of the facts.
    pub knowledge: i64,
    /// The last publication whose parameters count.
    pub law: i64,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// The last account that was looked at.
    pub after_account: String,
    /// Sums over the accounts so far, or why it failed, as their writer wrote it.
    pub result: String,
    /// How often it was taken up.
    pub fence: i64,
    /// Until when somebody has it, by the clock of the database.
    pub lease_until: i64,
    /// The key that asked.
    pub asked_by: String,
    /// When.
    pub asked_at: String,
    /// When it was done or failed.
    pub ended_at: Option<String>,
}

impl Link {
    /// Adds work; `false` where the same is asked already.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_impact(&mut self, row: &ImpactRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(impacts::table).values(row);
        Ok(on!(self, it => insert.on_conflict_do_nothing().execute(it))? == 1)
    }

    /// A piece of work by its name.
    ///
    /// # Errors
    /// As the database's.
    pub fn impact(&mut self, id: &str) -> Result<Option<ImpactRow>, StoreError> {
        let of = impacts::table.filter(impacts::id.eq(id));
        Ok(on!(self, it => of.select(ImpactRow::as_select()).first(it).optional())?)
    }

    /// Takes up the oldest work that nobody has; nobody else gets it before the lease ends.
    ///
    /// # Errors
    /// As the database's.
    pub fn lease_impact(&mut self, millis: i64) -> Result<Option<ImpactRow>, StoreError> {
        let now = self.lease_clock()?;
        let open = impacts::state.eq_any(["queued", "running"]).and(impacts::lease_until.le(now));
        let first = impacts::table.filter(open).order((impacts::asked_at, impacts::id)).limit(1);
        let found: Option<ImpactRow> = match self {
            Self::Sqlite(it) => first.select(ImpactRow::as_select()).first(it).optional()?,
            Self::Postgres(it) => {
                first.select(ImpactRow::as_select()).for_update().skip_locked().first(it).optional()?
            }
        };
        let Some(mut row) = found else { return Ok(None) };
        "running".clone_into(&mut row.state);
        row.fence += 1;
        row.lease_until = now.saturating_add(millis);
        let leased =
            (impacts::state.eq(&row.state), impacts::fence.eq(row.fence), impacts::lease_until.eq(row.lease_until));
        let of = impacts::table.filter(impacts::id.eq(&row.id));
        on!(self, it => diesel::update(of).set(leased).execute(it))?;
        Ok(Some(row))
    }

    /// Says how far work is, and gives it back; `false` where somebody else took it up meanwhile: then nothing is changed.
    ///
    /// # Errors
    /// As the database's.
    pub fn settle_impact(&mut self, row: &ImpactRow) -> Result<bool, StoreError> {
        let mine = impacts::table.filter(impacts::id.eq(&row.id).and(impacts::fence.eq(row.fence)));
        let values = (
            impacts::state.eq(&row.state),
            impacts::after_account.eq(&row.after_account),
            impacts::result.eq(&row.result),
            impacts::lease_until.eq(0),
            impacts::ended_at.eq(&row.ended_at),
        );
        Ok(on!(self, it => diesel::update(mine).set(values).execute(it))? == 1)
    }
}
