//! What auditors asked: work that goes on in pieces, by one worker at a time, and what came of it.

use diesel::prelude::*;

use super::link::on;
use super::queue::{OPEN, page, queue};
use super::schema::{examination_attempts, examination_events, examination_files, examination_lines, examinations};
use super::{Link, StoreError};

/// Lines that are written in one statement.
const CHUNK: usize = 500;

/// What was asked, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = examinations, treat_none_as_default_value = false)]
pub struct ExaminationRow {
    /// Its name.
    pub id: String,
    /// `replay` or `audit`.
    pub kind: String,
    /// The area.
    pub area: String,
    /// What was asked, as JSON.
    pub request: String,
    /// The number of the facts of the day it was asked.
    pub knowledge: i64,
    /// The last publication of law that counts.
    pub law: i64,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// How many records or accounts are done.
    pub done: i64,
    /// Of how many; 0 where nobody knows.
    pub out_of: i64,
    /// Lines of the list so far.
    pub lines: i64,
    /// Sums so far, or why it failed, as their writer wrote it.
    pub result: String,
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

/// A change of state of an examination.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = examination_events)]
pub struct ExaminationEventRow {
    /// The examination.
    pub examination: String,
    /// Its place among the events of the examination, from 1.
    pub number: i64,
    /// The state from here on.
    pub state: String,
    /// When.
    pub recorded_at: String,
}

/// A line of the list of an examination, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = examination_lines, treat_none_as_default_value = false)]
pub struct ExaminationLineRow {
    /// The examination.
    pub examination: String,
    /// Its place, from 0.
    pub place: i64,
    /// As JSON, in Chinese.
    pub zh: String,
    /// As JSON, in English.
    pub en: String,
}

/// A file of an examination.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = examination_files)]
pub struct ExaminationFileRow {
    /// The examination.
    pub examination: String,
    /// The language.
    pub lang: String,
    /// The name.
    pub name: String,
    /// The bytes.
    pub content: Vec<u8>,
}

queue!(
    ExaminationRow in examinations, ExaminationEventRow in examination_events by examination;
    examination, examination_events, open_examinations, lease_examination, add_examination_event, counting count_attempt
);

impl Link {
    /// Adds work.
    ///
    /// # Errors
    /// As the database's; a name that another has.
    pub fn add_examination(&mut self, row: &ExaminationRow) -> Result<(), StoreError> {
        on!(&mut *self, it => diesel::insert_into(examinations::table).values(row).execute(it))?;
        self.add_examination_event(row, &row.asked_at)
    }

    /// Examinations of one kind of an area, those asked last first: at most so many behind one that was seen.
    ///
    /// # Errors
    /// As the database's.
    pub fn examinations_of(
        &mut self,
        (area, kind): (&str, &str),
        seen: Option<&ExaminationRow>,
        most: i64,
    ) -> Result<Vec<ExaminationRow>, StoreError> {
        let all = examinations::table.filter(examinations::area.eq(area).and(examinations::kind.eq(kind)));
        page!(self, ExaminationRow in examinations, all, seen, most)
    }

    /// Says how far an examination is, with the lines that came since, and holds it so much longer, or gives it back where
    /// that is nothing; `false` where it has ended or somebody else took it up: then nothing is changed.
    ///
    /// # Errors
    /// As the database's.
    pub fn settle_examination(
        &mut self,
        row: &ExaminationRow,
        lines: &[ExaminationLineRow],
        millis: i64,
    ) -> Result<bool, StoreError> {
        let until = if millis > 0 { self.lease_clock()?.saturating_add(millis) } else { 0 };
        let mine = examinations::id.eq(&row.id).and(examinations::fence.eq(row.fence));
        let mine = examinations::table.filter(mine.and(examinations::state.eq("running")));
        let values = (
            examinations::state.eq(&row.state),
            examinations::done.eq(row.done),
            examinations::out_of.eq(row.out_of),
            examinations::lines.eq(row.lines),
            examinations::result.eq(&row.result),
            examinations::lease_until.eq(until),
            examinations::ended_at.eq(&row.ended_at),
        );
        if on!(&mut *self, it => diesel::update(mine).set(values).execute(it))? == 0 {
            return Ok(false);
        }
        if millis <= 0 {
            self.forget_attempts(&row.id)?;
        }
        if let Some(at) = &row.ended_at {
            self.add_examination_event(row, at)?;
        }
        for lines in lines.chunks(CHUNK) {
            on!(&mut *self, it => diesel::insert_into(examination_lines::table).values(lines).execute(it))?;
        }
        Ok(true)
    }

    /// How often the piece that is next was taken up without coming to its end.
    ///
    /// # Errors
    /// As the database's.
    pub fn examination_attempts(&mut self, id: &str) -> Result<i64, StoreError> {
        let of = examination_attempts::table.filter(examination_attempts::examination.eq(id));
        Ok(on!(self, it => of.select(examination_attempts::attempts).first(it).optional())?.unwrap_or_default())
    }

    fn count_attempt(&mut self, id: &str) -> Result<(), StoreError> {
        use examination_attempts::{attempts, examination, table};
        let first = diesel::insert_into(table).values((examination.eq(id), attempts.eq(1)));
        let one_more = first.on_conflict(examination).do_update().set(attempts.eq(attempts + 1));
        on!(self, it => one_more.execute(it))?;
        Ok(())
    }

    fn forget_attempts(&mut self, id: &str) -> Result<(), StoreError> {
        let of = examination_attempts::table.filter(examination_attempts::examination.eq(id));
        on!(self, it => diesel::delete(of).execute(it))?;
        Ok(())
    }

    /// Cancels an examination that is not ended; `false` where it has ended.
    ///
    /// # Errors
    /// As the database's.
    pub fn cancel_examination(&mut self, row: &mut ExaminationRow, at: &str) -> Result<bool, StoreError> {
        let open = examinations::id.eq(&row.id).and(examinations::state.eq_any(OPEN));
        let values =
            (examinations::state.eq("cancelled"), examinations::lease_until.eq(0), examinations::ended_at.eq(Some(at)));
        let open = examinations::table.filter(open);
        if on!(&mut *self, it => diesel::update(open).set(values).execute(it))? == 0 {
            return Ok(false);
        }
        "cancelled".clone_into(&mut row.state);
        row.ended_at = Some(at.to_owned());
        self.add_examination_event(row, at)?;
        Ok(true)
    }

    /// Keeps a file of an examination.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_examination_file(&mut self, row: &ExaminationFileRow) -> Result<(), StoreError> {
        on!(self, it => diesel::insert_into(examination_files::table).values(row).execute(it))?;
        Ok(())
    }

    /// A file of an examination.
    ///
    /// # Errors
    /// As the database's.
    pub fn examination_file(&mut self, id: &str, lang: &str, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        use examination_files as files;
        let of = files::examination.eq(id).and(files::lang.eq(lang)).and(files::name.eq(name));
        Ok(on!(self, it => files::table.filter(of).select(files::content).first(it).optional())?)
    }

    /// The lines of an examination from a place on: at most so many, in order.
    ///
    /// # Errors
    /// As the database's.
    pub fn examination_lines(&mut self, id: &str, from: i64, most: i64) -> Result<Vec<ExaminationLineRow>, StoreError> {
        use examination_lines as lines;
        let of = lines::table.filter(lines::examination.eq(id).and(lines::place.ge(from)));
        let page = of.order(lines::place).limit(most);
        Ok(on!(self, it => page.select(ExaminationLineRow::as_select()).load(it))?)
    }

    /// Forgets examinations that ended before an instant, with their histories and lists; how many.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_examinations(&mut self, before: &str) -> Result<usize, StoreError> {
        let old = examinations::table.filter(examinations::ended_at.lt(before)).select(examinations::id);
        let old: Vec<String> = on!(&mut *self, it => old.load(it))?;
        for id in &old {
            self.forget_attempts(id)?;
            let files = examination_files::table.filter(examination_files::examination.eq(id));
            on!(&mut *self, it => diesel::delete(files).execute(it))?;
            let lines = examination_lines::table.filter(examination_lines::examination.eq(id));
            on!(&mut *self, it => diesel::delete(lines).execute(it))?;
            let events = examination_events::table.filter(examination_events::examination.eq(id));
            on!(&mut *self, it => diesel::delete(events).execute(it))?;
            on!(&mut *self, it => diesel::delete(examinations::table.filter(examinations::id.eq(id))).execute(it))?;
        }
        Ok(old.len())
    }
}
