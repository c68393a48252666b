//! What was asked of stored books: work that is done as a whole by one worker at a time, and what came of it.

use diesel::prelude::*;

use super::link::on;
use super::queue::{OPEN, page, queue};
use super::schema::{scenario_events, scenario_parts, scenarios};
use super::{Link, StoreError};

/// What was asked of the stored book of an area, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = scenarios, treat_none_as_default_value = false)]
pub struct ScenarioRow {
    /// Its name.
    pub id: String,
    /// The area.
    pub area: String,
    /// A day of the annual setting.
    pub day: String,
    /// The study, as JSON.
    pub study: String,
    /// The number of the facts.
    pub knowledge: i64,
    /// The last publication that counts.
    pub law: i64,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// What is done while it is running; else empty.
    pub stage: String,
    /// How much of the stage is done.
    pub done: i64,
    /// Of how much; 0 where nobody knows.
    pub out_of: i64,
    /// Why it failed, as its writer wrote it; else empty.
    pub problems: String,
    /// How often it was taken up.
    pub fence: i64,
    /// Until when somebody has it, by the clock of the database.
    pub lease_until: i64,
    /// The key that asked.
    pub asked_by: String,
    /// When.
    pub asked_at: String,
    /// When it was done, failed or was cancelled.
    pub ended_at: Option<String>,
}

/// A change of state of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = scenario_events)]
pub struct ScenarioEventRow {
    /// The scenario.
    pub scenario: String,
    /// Its place among the events of the scenario, from 1.
    pub number: i64,
    /// The state from here on.
    pub state: String,
    /// When.
    pub recorded_at: String,
}

/// A part of what came of a scenario, in one language and form.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = scenario_parts)]
pub struct ScenarioPartRow {
    /// The scenario.
    pub scenario: String,
    /// The language.
    pub lang: String,
    /// `json` or `csv` of a table, `html` of the report.
    pub form: String,
    /// Its place among those of its form, from 0.
    pub place: i64,
    /// The name of the table; `report` of the report.
    pub name: String,
    /// The text.
    pub content: String,
}

queue!(
    ScenarioRow in scenarios, ScenarioEventRow in scenario_events by scenario;
    scenario, scenario_events, open_scenarios, lease_scenario, add_scenario_event
);

impl Link {
    /// Adds work; `false` where there is some of that name.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_scenario(&mut self, row: &ScenarioRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(scenarios::table).values(row);
        if on!(&mut *self, it => insert.on_conflict_do_nothing().execute(it))? == 0 {
            return Ok(false);
        }
        self.add_scenario_event(row, &row.asked_at)?;
        Ok(true)
    }

    /// The areas that have scenarios.
    ///
    /// # Errors
    /// As the database's.
    pub fn scenario_areas(&mut self) -> Result<Vec<String>, StoreError> {
        let all = scenarios::table.select(scenarios::area).distinct().order(scenarios::area);
        Ok(on!(self, it => all.load(it))?)
    }

    /// Scenarios of some areas, those asked last first: at most so many behind one that was seen.
    ///
    /// # Errors
    /// As the database's.
    pub fn scenarios_of(
        &mut self,
        areas: &[String],
        seen: Option<&ScenarioRow>,
        most: i64,
    ) -> Result<Vec<ScenarioRow>, StoreError> {
        let all = scenarios::table.filter(scenarios::area.eq_any(areas));
        page!(self, ScenarioRow in scenarios, all, seen, most)
    }

    /// Says how far a scenario is and holds it so much longer, or gives it back where that is nothing; `false` where it is no
    /// longer held: it was cancelled, or somebody else took it up.
    ///
    /// # Errors
    /// As the database's.
    pub fn hold_scenario(&mut self, row: &ScenarioRow, millis: i64) -> Result<bool, StoreError> {
        let until = if millis > 0 { self.lease_clock()?.saturating_add(millis) } else { 0 };
        let values = (
            scenarios::stage.eq(&row.stage),
            scenarios::done.eq(row.done),
            scenarios::out_of.eq(row.out_of),
            scenarios::lease_until.eq(until),
        );
        let mine = scenarios::id.eq(&row.id).and(scenarios::fence.eq(row.fence)).and(scenarios::state.eq("running"));
        let mine = scenarios::table.filter(mine);
        Ok(on!(self, it => diesel::update(mine).set(values).execute(it))? == 1)
    }

    /// A scenario by its name, kept from others until this transaction ends.
    ///
    /// # Errors
    /// As the database's.
    pub fn scenario_kept(&mut self, id: &str) -> Result<Option<ScenarioRow>, StoreError> {
        let of = scenarios::table.filter(scenarios::id.eq(id));
        Ok(match self {
            Self::Sqlite(it) => of.select(ScenarioRow::as_select()).first(it).optional()?,
            Self::Postgres(it) => of.select(ScenarioRow::as_select()).for_update().first(it).optional()?,
        })
    }

    /// Ends a scenario with what came of it; `false` where it has ended, or somebody else took it up: then nothing is changed.
    ///
    /// # Errors
    /// As the database's.
    pub fn end_scenario(&mut self, row: &ScenarioRow, parts: &[ScenarioPartRow]) -> Result<bool, StoreError> {
        let mine = scenarios::id.eq(&row.id).and(scenarios::fence.eq(row.fence)).and(scenarios::state.eq_any(OPEN));
        let values = (
            scenarios::state.eq(&row.state),
            scenarios::stage.eq(""),
            scenarios::problems.eq(&row.problems),
            scenarios::lease_until.eq(0),
            scenarios::ended_at.eq(&row.ended_at),
        );
        let mine = scenarios::table.filter(mine);
        if on!(&mut *self, it => diesel::update(mine).set(values).execute(it))? == 0 {
            return Ok(false);
        }
        self.add_scenario_event(row, row.ended_at.as_deref().unwrap_or_default())?;
        for part in parts {
            on!(&mut *self, it => diesel::insert_into(scenario_parts::table).values(part).execute(it))?;
        }
        Ok(true)
    }

    /// Forgets a scenario, with its history and what came of it.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_scenario(&mut self, id: &str) -> Result<(), StoreError> {
        let (parts, events) = (scenario_parts::scenario.eq(id), scenario_events::scenario.eq(id));
        on!(&mut *self, it => diesel::delete(scenario_parts::table.filter(parts)).execute(it))?;
        on!(&mut *self, it => diesel::delete(scenario_events::table.filter(events)).execute(it))?;
        on!(self, it => diesel::delete(scenarios::table.filter(scenarios::id.eq(id))).execute(it))?;
        Ok(())
    }

    /// Forgets scenarios that ended before an instant; how many.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_scenarios(&mut self, before: &str) -> Result<usize, StoreError> {
        let old = scenarios::table.filter(scenarios::ended_at.lt(before)).select(scenarios::id);
        let old: Vec<String> = on!(&mut *self, it => old.load(it))?;
        old.iter().try_for_each(|id| self.forget_scenario(id))?;
        Ok(old.len())
    }

    /// The parts of what came of a scenario in a language and form, in order; of all names, or of one.
    ///
    /// # Errors
    /// As the database's.
    pub fn scenario_parts(
        &mut self,
        id: &str,
        (lang, form): (&str, &str),
        name: Option<&str>,
    ) -> Result<Vec<ScenarioPartRow>, StoreError> {
        use scenario_parts as parts;
        let of = parts::scenario.eq(id).and(parts::lang.eq(lang)).and(parts::form.eq(form));
        let of = parts::table.filter(of).order(parts::place);
        match name {
            Some(name) => {
                let of = of.filter(parts::name.eq(name));
                Ok(on!(self, it => of.select(ScenarioPartRow::as_select()).load(it))?)
            }
            None => Ok(on!(self, it => of.select(ScenarioPartRow::as_select()).load(it))?),
        }
    }
}
