//! What follows a publication: where it was announced, how notices were served, what employers undertook against it. All of
//! it is only ever added to.

use diesel::prelude::*;

use super::facts::LIST;
use super::link::on;
use super::schema::{announcements, objection_events, objections, services};
use super::{Link, StoreError};

/// Where the result of a run is announced.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = announcements, treat_none_as_default_value = false)]
pub struct AnnouncementRow {
    /// The run.
    pub run: String,
    /// Counts within the run; the last holds.
    pub number: i64,
    /// The first day.
    pub first_day: String,
    /// Where it can be seen.
    pub place: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: String,
}

/// How the notice of an account was served.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = services, treat_none_as_default_value = false)]
pub struct ServiceRow {
    /// The run it is about.
    pub run: String,
    /// The account.
    pub account: String,
    /// Counts within the account of the run; the last holds.
    pub number: i64,
    /// The day of service.
    pub served_on: String,
    /// The word of its channel.
    pub channel: String,
    /// The proof.
    pub proof: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: String,
}

/// What an employer undertook against a rate.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = objections, treat_none_as_default_value = false)]
pub struct ObjectionRow {
    /// What it is called.
    pub id: String,
    /// The area.
    pub area: String,
    /// The account.
    pub account: String,
    /// The run that gave the rate.
    pub run: String,
    /// The word of its kind.
    pub kind: String,
    /// The day it was filed.
    pub filed_on: String,
    /// The last day of its term, as reckoned then; empty where it could not be.
    pub last_day: String,
    /// Why.
    pub grounds: String,
    /// The evidence, as its writer wrote it.
    pub documents: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: String,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = objection_events, treat_none_as_default_value = false)]
pub struct ObjectionEventRow {
    /// The objection.
    pub objection: String,
    /// From 1.
    pub number: i64,
    /// The word of the state from here on.
    pub state: String,
    /// The day it happened.
    pub happened_on: String,
    /// The document that says so.
    pub document: String,
    /// Reasons.
    pub remark: String,
    /// The run by which it was determined again; else empty.
    pub run: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: String,
}

impl Link {
    /// The last word on where a run is announced.
    ///
    /// # Errors
    /// As the database's.
    pub fn announcement(&mut self, run: &str) -> Result<Option<AnnouncementRow>, StoreError> {
        use announcements as it;
        let of = it::table.filter(it::run.eq(run)).order(it::number.desc());
        Ok(on!(self, link => of.select(AnnouncementRow::as_select()).first(link).optional())?)
    }

    /// Adds a word on where a run is announced; `false` where somebody else did meanwhile.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_announcement(&mut self, row: &AnnouncementRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(announcements::table).values(row);
        Ok(on!(self, it => insert.on_conflict_do_nothing().execute(it))? == 1)
    }

    /// Every word on the service of some accounts of a run, in the order in which they were said.
    ///
    /// # Errors
    /// As the database's.
    pub fn services_of(&mut self, run: &str, accounts: &[String]) -> Result<Vec<ServiceRow>, StoreError> {
        use services as it;
        let mut found = Vec::new();
        for accounts in accounts.chunks(LIST) {
            let by = it::run.eq(run).and(it::account.eq_any(accounts));
            let of = it::table.filter(by).order((it::account, it::number));
            let rows: Vec<ServiceRow> = on!(&mut *self, link => of.select(ServiceRow::as_select()).load(link))?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// Words on service behind one, by account: at most so many.
    ///
    /// # Errors
    /// As the database's.
    pub fn services_after(
        &mut self,
        run: &str,
        (account, number): (&str, i64),
        most: i64,
    ) -> Result<Vec<ServiceRow>, StoreError> {
        use services as it;
        let behind = it::account.gt(account).or(it::account.eq(account).and(it::number.gt(number)));
        let of = it::table.filter(it::run.eq(run).and(behind)).order((it::account, it::number)).limit(most);
        Ok(on!(self, link => of.select(ServiceRow::as_select()).load(link))?)
    }

    /// Adds words on service.
    ///
    /// # Errors
    /// As the database's; a number that is taken.
    pub fn add_services(&mut self, rows: &[ServiceRow]) -> Result<(), StoreError> {
        for rows in rows.chunks(LIST) {
            on!(&mut *self, it => diesel::insert_into(services::table).values(rows).execute(it))?;
        }
        Ok(())
    }

    /// Adds what an employer undertook; `false` where there is one of that name.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_objection(&mut self, row: &ObjectionRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(objections::table).values(row);
        Ok(on!(self, it => insert.on_conflict_do_nothing().execute(it))? == 1)
    }

    /// What an employer undertook.
    ///
    /// # Errors
    /// As the database's.
    pub fn objection(&mut self, id: &str) -> Result<Option<ObjectionRow>, StoreError> {
        let of = objections::table.find(id);
        Ok(on!(self, link => of.select(ObjectionRow::as_select()).first(link).optional())?)
    }

    /// What was undertaken in an area, of an account or against a run where one is named, behind one that was seen.
    ///
    /// # Errors
    /// As the database's.
    pub fn objections_after(
        &mut self,
        area: &str,
        (account, run): (Option<&str>, Option<&str>),
        seen: &str,
        most: i64,
    ) -> Result<Vec<ObjectionRow>, StoreError> {
        use objections as it;
        let account = account.unwrap_or_default();
        let run = run.unwrap_or_default();
        let by = it::area.eq(area).and(it::id.gt(seen));
        let by = by.and(it::account.eq(account).or(account.is_empty().into_sql::<diesel::sql_types::Bool>()));
        let by = by.and(it::run.eq(run).or(run.is_empty().into_sql::<diesel::sql_types::Bool>()));
        let of = it::table.filter(by).order(it::id).limit(most);
        Ok(on!(self, link => of.select(ObjectionRow::as_select()).load(link))?)
    }

    /// What became of it.
    ///
    /// # Errors
    /// As the database's.
    pub fn objection_events(&mut self, objection: &str) -> Result<Vec<ObjectionEventRow>, StoreError> {
        use objection_events as it;
        let of = it::table.filter(it::objection.eq(objection)).order(it::number);
        Ok(on!(self, link => of.select(ObjectionEventRow::as_select()).load(link))?)
    }

    /// Adds what became of it; `false` where somebody else said something meanwhile.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_objection_event(&mut self, row: &ObjectionEventRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(objection_events::table).values(row);
        Ok(on!(self, it => insert.on_conflict_do_nothing().execute(it))? == 1)
    }
}
