//! Questions that wait for somebody who answers them: by one worker at a time under a lease, with every change of state noted.
//! What is asked and what came of it is another in each queue; how it waits is the same.

/// The states of a question that is not ended.
pub(super) const OPEN: [&str; 2] = ["queued", "running"];

/// What is the same of every queue. Its table has a name, an area, when it was asked, a state, a fence and a lease, and
/// another beside it the changes of state; `counting` names what counts that a piece was taken up.
macro_rules! queue {
    (
        $row:ident in $table:ident, $event:ident in $events:ident by $of:ident;
        $one:ident, $history:ident, $open:ident, $lease:ident, $note:ident $(, counting $count:ident)?
    ) => {
        impl Link {
            /// The one of a name.
            ///
            /// # Errors
            /// As the database's.
            pub fn $one(&mut self, id: &str) -> Result<Option<$row>, StoreError> {
                let of = $table::table.filter($table::id.eq(id));
                Ok(on!(self, it => of.select($row::as_select()).first(it).optional())?)
            }

            /// The changes of its state behind a number.
            ///
            /// # Errors
            /// As the database's.
            pub fn $history(&mut self, id: &str, after: i64) -> Result<Vec<$event>, StoreError> {
                let of = $events::table.filter($events::$of.eq(id).and($events::number.gt(after)));
                let of = of.order($events::number);
                Ok(on!(self, it => of.select($event::as_select()).load(it))?)
            }

            /// How many of an area are not ended.
            ///
            /// # Errors
            /// As the database's.
            pub fn $open(&mut self, area: &str) -> Result<i64, StoreError> {
                let of = $table::table.filter($table::area.eq(area).and($table::state.eq_any(OPEN)));
                Ok(on!(self, it => of.count().get_result(it))?)
            }

            /// Takes up the oldest one that nobody has; nobody else gets it before the lease ends.
            ///
            /// # Errors
            /// As the database's.
            pub fn $lease(&mut self, millis: i64, at: &str) -> Result<Option<$row>, StoreError> {
                let now = self.lease_clock()?;
                let open = $table::state.eq_any(OPEN).and($table::lease_until.le(now));
                let first = $table::table.filter(open).order(($table::asked_at, $table::id)).limit(1);
                let found: Option<$row> = match &mut *self {
                    Self::Sqlite(it) => first.select($row::as_select()).first(it).optional()?,
                    Self::Postgres(it) => {
                        first.select($row::as_select()).for_update().skip_locked().first(it).optional()?
                    }
                };
                let Some(mut row) = found else { return Ok(None) };
                if row.state != "running" {
                    "running".clone_into(&mut row.state);
                    self.$note(&row, at)?;
                }
                row.fence += 1;
                row.lease_until = now.saturating_add(millis);
                let leased = (
                    $table::state.eq(&row.state),
                    $table::fence.eq(row.fence),
                    $table::lease_until.eq(row.lease_until),
                );
                let of = $table::table.filter($table::id.eq(&row.id));
                on!(&mut *self, it => diesel::update(of).set(leased).execute(it))?;
                $(self.$count(&row.id)?;)?
                Ok(Some(row))
            }

            /// Notes the state that it came to.
            fn $note(&mut self, row: &$row, at: &str) -> Result<(), StoreError> {
                let of = $events::table.filter($events::$of.eq(&row.id));
                let last: Option<i64> =
                    on!(&mut *self, it => of.select(diesel::dsl::max($events::number)).first(it))?;
                let event = $event {
                    $of: row.id.clone(),
                    number: last.unwrap_or_default() + 1,
                    state: row.state.clone(),
                    recorded_at: at.to_owned(),
                };
                on!(self, it => diesel::insert_into($events::table).values(&event).execute(it))?;
                Ok(())
            }
        }
    };
}

/// A page of a queue, those asked last first: at most so many behind one that was seen.
macro_rules! page {
    ($link:expr, $row:ident in $table:ident, $all:expr, $seen:expr, $most:expr) => {{
        let order = ($table::asked_at.desc(), $table::id.desc());
        match $seen {
            Some(seen) => {
                let earlier = $table::asked_at.lt(&seen.asked_at);
                let beside = $table::asked_at.eq(&seen.asked_at).and($table::id.lt(&seen.id));
                let page = $all.filter(earlier.or(beside)).order(order).limit($most);
                Ok(on!($link, it => page.select($row::as_select()).load(it))?)
            }
            None => {
                let page = $all.order(order).limit($most);
                Ok(on!($link, it => page.select($row::as_select()).load(it))?)
            }
        }
    }};
}

pub(super) use {page, queue};
