//! What others are told: events as they happen, who wants to hear of them, and how far each is on its way there.

use diesel::prelude::*;

use super::link::on;
use super::schema::{hook_deliveries, hook_events, webhooks};
use super::{Link, StoreError};

/// The advisory lock under which events are numbered on PostgreSQL; whoever holds that of the log too has taken it first.
const LOCK: i64 = 0x7261_7466;

/// Something that others are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookKind {
    /// An import came in.
    ImportCommitted,
    /// A rule set holds.
    RuleSetPublished,
    /// Parameters hold.
    ParametersPublished,
    /// A run was published.
    RunPublished,
    /// An objection was filed.
    ObjectionFiled,
    /// It was taken back.
    ObjectionWithdrawn,
    /// It was granted or rejected.
    ObjectionDecided,
    /// The rate was determined again.
    ObjectionRedetermined,
}

impl HookKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::ImportCommitted,
        Self::RuleSetPublished,
        Self::ParametersPublished,
        Self::RunPublished,
        Self::ObjectionFiled,
        Self::ObjectionWithdrawn,
        Self::ObjectionDecided,
        Self::ObjectionRedetermined,
    ];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ImportCommitted => "import.committed",
            Self::RuleSetPublished => "rule_set.published",
            Self::ParametersPublished => "parameters.published",
            Self::RunPublished => "run.published",
            Self::ObjectionFiled => "objection.filed",
            Self::ObjectionWithdrawn => "objection.withdrawn",
            Self::ObjectionDecided => "objection.decided",
            Self::ObjectionRedetermined => "objection.redetermined",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = hook_events)]
pub struct HookEventRow {
    /// Its number.
    pub number: i64,
    /// The area.
    pub area: String,
    /// What kind of thing.
    pub kind: String,
    /// What is told of it, as JSON.
    pub data: String,
    /// When it happened.
    pub recorded_at: String,
}

/// Where somebody wants to be told.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false)]
pub struct WebhookRow {
    /// Its name.
    pub id: String,
    /// The area.
    pub area: String,
    /// Where it is told.
    pub url: String,
    /// What it wants to hear of, with spaces between.
    pub kinds: String,
    /// What is sent is signed with this.
    pub secret: String,
    /// The secret before it; empty where there is none.
    pub former: String,
    /// Until when that one signs too.
    pub former_until: String,
    /// `active` or `disabled`.
    pub state: String,
    /// The key that made it.
    pub created_by: String,
    /// When.
    pub created_at: String,
    /// When its receiver said that it wants no more.
    pub disabled_at: Option<String>,
    /// Nothing is sent before, by the clock of the database.
    pub rests_until: i64,
    /// When it was last taken up, by the same clock.
    pub served_at: i64,
    /// How often it was taken up.
    pub fence: i64,
    /// Until when somebody has it, by the same clock.
    pub lease_until: i64,
}

impl std::fmt::Debug for WebhookRow {
    /// Without its secrets, and without the address, which may hold one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebhookRow({} of {}, {})", self.id, self.area, self.state)
    }
}

/// An event on its way to a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = hook_deliveries, treat_none_as_default_value = false)]
pub struct HookDeliveryRow {
    /// The webhook.
    pub webhook: String,
    /// The number of the event.
    pub event: i64,
    /// `waiting`, `delivered` or `failed`.
    pub state: String,
    /// How often it was begun.
    pub attempts: i64,
    /// The status of the last answer; 0 where there was none.
    pub status: i64,
    /// Why there was none; else empty.
    pub problem: String,
    /// When it is tried next, by the clock of the database.
    pub due_at: i64,
    /// When it was last tried.
    pub tried_at: Option<String>,
    /// When it was delivered, or given up.
    pub ended_at: Option<String>,
}

impl Link {
    /// Says that something happened, in the transaction in which it does: it is told where that holds, and not where it is
    /// taken back.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_hook_event(&mut self, area: &str, kind: HookKind, data: &str, now: &str) -> Result<(), StoreError> {
        use diesel::dsl::max;
        if let Self::Postgres(it) = self {
            diesel::sql_query(format!("SELECT pg_advisory_xact_lock({LOCK})")).execute(it)?;
        }
        let last: Option<i64> = on!(&mut *self, it => hook_events::table.select(max(hook_events::number)).first(it))?;
        let row = (
            hook_events::number.eq(last.unwrap_or_default() + 1),
            hook_events::area.eq(area),
            hook_events::kind.eq(kind.as_str()),
            hook_events::data.eq(data),
            hook_events::recorded_at.eq(now),
            hook_events::shared_out.eq(false),
        );
        on!(self, it => diesel::insert_into(hook_events::table).values(row).execute(it))?;
        Ok(())
    }

    /// Whether there is an event to be shared out, or a webhook to be told of one.
    ///
    /// # Errors
    /// As the database's.
    pub fn has_hook_work(&mut self) -> Result<bool, StoreError> {
        use diesel::dsl::exists;
        let now = self.lease_clock()?;
        let open = diesel::select(exists(hook_events::table.filter(hook_events::shared_out.eq(false))));
        if on!(&mut *self, it => open.get_result(it))? {
            return Ok(true);
        }
        let free = webhooks::lease_until.le(now).and(webhooks::rests_until.le(now)).and(webhooks::state.eq("active"));
        let due = hook_deliveries::webhook.eq(webhooks::id).and(hook_deliveries::state.eq("waiting"));
        let due = hook_deliveries::table.filter(due.and(hook_deliveries::due_at.le(now)));
        let found = diesel::select(exists(webhooks::table.filter(free).filter(exists(due))));
        Ok(on!(self, it => found.get_result(it))?)
    }

    /// The oldest events that are not shared out, kept from others until this transaction ends.
    ///
    /// # Errors
    /// As the database's.
    pub fn hook_events_to_share(&mut self, most: i64) -> Result<Vec<HookEventRow>, StoreError> {
        let open = hook_events::table.filter(hook_events::shared_out.eq(false));
        let open = open.order(hook_events::number).limit(most);
        Ok(match self {
            Self::Sqlite(it) => open.select(HookEventRow::as_select()).load(it)?,
            Self::Postgres(it) => open.select(HookEventRow::as_select()).for_update().skip_locked().load(it)?,
        })
    }

    /// Notes that an event is shared out, with the webhooks that are to be told of it.
    ///
    /// # Errors
    /// As the database's.
    pub fn share_hook_event(&mut self, event: i64, webhooks: &[String]) -> Result<(), StoreError> {
        for webhook in webhooks {
            let row = HookDeliveryRow {
                webhook: webhook.clone(),
                event,
                state: "waiting".to_owned(),
                attempts: 0,
                status: 0,
                problem: String::new(),
                due_at: 0,
                tried_at: None,
                ended_at: None,
            };
            let insert = diesel::insert_into(hook_deliveries::table).values(&row).on_conflict_do_nothing();
            on!(&mut *self, it => insert.execute(it))?;
        }
        let of = hook_events::table.filter(hook_events::number.eq(event));
        on!(self, it => diesel::update(of).set(hook_events::shared_out.eq(true)).execute(it))?;
        Ok(())
    }

    /// An event.
    ///
    /// # Errors
    /// As the database's.
    pub fn hook_event(&mut self, number: i64) -> Result<Option<HookEventRow>, StoreError> {
        let of = hook_events::table.filter(hook_events::number.eq(number));
        Ok(on!(self, it => of.select(HookEventRow::as_select()).first(it).optional())?)
    }

    /// Adds a webhook; `false` where there is one of that name.
    ///
    /// # Errors
    /// As the database's.
    pub fn add_webhook(&mut self, row: &WebhookRow) -> Result<bool, StoreError> {
        let insert = diesel::insert_into(webhooks::table).values(row);
        Ok(on!(self, it => insert.on_conflict_do_nothing().execute(it))? == 1)
    }

    /// A webhook, kept from others until this transaction ends.
    ///
    /// # Errors
    /// As the database's.
    pub fn webhook_kept(&mut self, id: &str) -> Result<Option<WebhookRow>, StoreError> {
        let of = webhooks::table.filter(webhooks::id.eq(id));
        Ok(match self {
            Self::Sqlite(it) => of.select(WebhookRow::as_select()).first(it).optional()?,
            Self::Postgres(it) => of.select(WebhookRow::as_select()).for_update().first(it).optional()?,
        })
    }

    /// A webhook.
    ///
    /// # Errors
    /// As the database's.
    pub fn webhook(&mut self, id: &str) -> Result<Option<WebhookRow>, StoreError> {
        let of = webhooks::table.filter(webhooks::id.eq(id));
        Ok(on!(self, it => of.select(WebhookRow::as_select()).first(it).optional())?)
    }

    /// The webhooks of an area, by name.
    ///
    /// # Errors
    /// As the database's.
    pub fn webhooks_of(&mut self, area: &str) -> Result<Vec<WebhookRow>, StoreError> {
        let of = webhooks::table.filter(webhooks::area.eq(area)).order(webhooks::id);
        Ok(on!(self, it => of.select(WebhookRow::as_select()).load(it))?)
    }

    /// Gives a webhook other secrets.
    ///
    /// # Errors
    /// As the database's.
    pub fn set_webhook_secrets(&mut self, row: &WebhookRow) -> Result<(), StoreError> {
        let secrets = (
            webhooks::secret.eq(&row.secret),
            webhooks::former.eq(&row.former),
            webhooks::former_until.eq(&row.former_until),
        );
        let of = webhooks::table.filter(webhooks::id.eq(&row.id));
        on!(self, it => diesel::update(of).set(secrets).execute(it))?;
        Ok(())
    }

    /// Says until when nothing is sent to a webhook.
    ///
    /// # Errors
    /// As the database's.
    pub fn set_webhook_rest(&mut self, row: &WebhookRow) -> Result<(), StoreError> {
        let of = webhooks::table.filter(webhooks::id.eq(&row.id));
        on!(self, it => diesel::update(of).set(webhooks::rests_until.eq(row.rests_until)).execute(it))?;
        Ok(())
    }

    /// Forgets a webhook with all that was on its way to it.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_webhook(&mut self, id: &str) -> Result<(), StoreError> {
        let of = hook_deliveries::table.filter(hook_deliveries::webhook.eq(id));
        on!(&mut *self, it => diesel::delete(of).execute(it))?;
        on!(self, it => diesel::delete(webhooks::table.filter(webhooks::id.eq(id))).execute(it))?;
        Ok(())
    }

    /// Takes up the webhook that has waited longest of those that are to be told something, with what it is told; nobody else
    /// gets that webhook before the lease ends.
    ///
    /// # Errors
    /// As the database's.
    pub fn lease_webhook(&mut self, millis: i64) -> Result<Option<(WebhookRow, HookDeliveryRow)>, StoreError> {
        use diesel::dsl::exists;
        let now = self.lease_clock()?;
        let free = webhooks::lease_until.le(now).and(webhooks::rests_until.le(now)).and(webhooks::state.eq("active"));
        let waits = hook_deliveries::state.eq("waiting").and(hook_deliveries::due_at.le(now));
        let due = hook_deliveries::table.filter(hook_deliveries::webhook.eq(webhooks::id).and(waits));
        let first = webhooks::table.filter(free).filter(exists(due));
        let first = first.order((webhooks::served_at, webhooks::id)).limit(1);
        let found: Option<WebhookRow> = match &mut *self {
            Self::Sqlite(it) => first.select(WebhookRow::as_select()).first(it).optional()?,
            Self::Postgres(it) => {
                first.select(WebhookRow::as_select()).for_update().skip_locked().first(it).optional()?
            }
        };
        let Some(mut row) = found else { return Ok(None) };
        let waits = hook_deliveries::state.eq("waiting").and(hook_deliveries::due_at.le(now));
        let next = hook_deliveries::table.filter(hook_deliveries::webhook.eq(&row.id).and(waits));
        let next = next.order((hook_deliveries::due_at, hook_deliveries::event)).limit(1);
        let next: Option<HookDeliveryRow> =
            on!(&mut *self, it => next.select(HookDeliveryRow::as_select()).first(it).optional())?;
        // Whoever had it a moment ago has delivered it.
        let Some(mut next) = next else { return Ok(None) };
        (row.fence, row.served_at, row.lease_until) = (row.fence + 1, now, now.saturating_add(millis));
        let leased = (
            webhooks::fence.eq(row.fence),
            webhooks::served_at.eq(row.served_at),
            webhooks::lease_until.eq(row.lease_until),
        );
        let of = webhooks::table.filter(webhooks::id.eq(&row.id));
        on!(&mut *self, it => diesel::update(of).set(leased).execute(it))?;
        next.attempts += 1;
        self.set_hook_delivery(&next)?;
        Ok(Some((row, next)))
    }

    /// Gives a webhook back, and says whether it rests or is told nothing more; `false` where somebody else took it up, or it
    /// is gone: then nothing is changed.
    ///
    /// # Errors
    /// As the database's.
    pub fn release_webhook(&mut self, row: &WebhookRow) -> Result<bool, StoreError> {
        let mine = webhooks::table.filter(webhooks::id.eq(&row.id).and(webhooks::fence.eq(row.fence)));
        let values = (
            webhooks::lease_until.eq(0),
            webhooks::rests_until.eq(row.rests_until),
            webhooks::state.eq(&row.state),
            webhooks::disabled_at.eq(&row.disabled_at),
        );
        Ok(on!(self, it => diesel::update(mine).set(values).execute(it))? == 1)
    }

    /// Says how far an event is on its way.
    ///
    /// # Errors
    /// As the database's.
    pub fn set_hook_delivery(&mut self, row: &HookDeliveryRow) -> Result<(), StoreError> {
        let values = (
            hook_deliveries::state.eq(&row.state),
            hook_deliveries::attempts.eq(row.attempts),
            hook_deliveries::status.eq(row.status),
            hook_deliveries::problem.eq(&row.problem),
            hook_deliveries::due_at.eq(row.due_at),
            hook_deliveries::tried_at.eq(&row.tried_at),
            hook_deliveries::ended_at.eq(&row.ended_at),
        );
        let of = hook_deliveries::table.find((&row.webhook, row.event));
        on!(self, it => diesel::update(of).set(values).execute(it))?;
        Ok(())
    }

    /// Gives up whatever waits for a webhook, and says why.
    ///
    /// # Errors
    /// As the database's.
    pub fn give_up_deliveries(&mut self, webhook: &str, problem: &str, now: &str) -> Result<(), StoreError> {
        let waiting = hook_deliveries::webhook.eq(webhook).and(hook_deliveries::state.eq("waiting"));
        let values = (
            hook_deliveries::state.eq("failed"),
            hook_deliveries::problem.eq(problem),
            hook_deliveries::ended_at.eq(now),
        );
        let of = hook_deliveries::table.filter(waiting);
        on!(self, it => diesel::update(of).set(values).execute(it))?;
        Ok(())
    }

    /// An event on its way to a webhook.
    ///
    /// # Errors
    /// As the database's.
    pub fn hook_delivery(&mut self, webhook: &str, event: i64) -> Result<Option<HookDeliveryRow>, StoreError> {
        let of = hook_deliveries::table.find((webhook, event));
        Ok(on!(self, it => of.select(HookDeliveryRow::as_select()).first(it).optional())?)
    }

    /// What is or was on its way to a webhook, of a state where one is named, by number behind one that was seen.
    ///
    /// # Errors
    /// As the database's.
    pub fn hook_deliveries_after(
        &mut self,
        webhook: &str,
        state: Option<&str>,
        seen: i64,
        most: i64,
    ) -> Result<Vec<(HookDeliveryRow, HookEventRow)>, StoreError> {
        let joined = hook_events::table.on(hook_events::number.eq(hook_deliveries::event));
        let of = hook_deliveries::webhook.eq(webhook).and(hook_deliveries::event.gt(seen));
        let of = hook_deliveries::table.inner_join(joined).filter(of).order(hook_deliveries::event).limit(most);
        match state {
            Some(state) => {
                let of = of.filter(hook_deliveries::state.eq(state));
                Ok(on!(self, it => of.select((HookDeliveryRow::as_select(), HookEventRow::as_select())).load(it))?)
            }
            None => Ok(on!(self, it => of.select((HookDeliveryRow::as_select(), HookEventRow::as_select())).load(it))?),
        }
    }

    /// Forgets what was delivered or given up before an instant, and events from before it that are on no way any more; but the
    /// last one, from which the next is counted on.
    ///
    /// # Errors
    /// As the database's.
    pub fn forget_hook_events(&mut self, before: &str) -> Result<(), StoreError> {
        use diesel::dsl::{exists, max, not};
        let old = hook_deliveries::table.filter(hook_deliveries::ended_at.lt(before));
        on!(&mut *self, it => diesel::delete(old).execute(it))?;
        let on_its_way = exists(hook_deliveries::table.filter(hook_deliveries::event.eq(hook_events::number)));
        let last: Option<i64> = on!(&mut *self, it => hook_events::table.select(max(hook_events::number)).first(it))?;
        let old = hook_events::recorded_at.lt(before).and(hook_events::shared_out.eq(true));
        let old = old.and(hook_events::number.lt(last.unwrap_or_default()));
        let old = hook_events::table.filter(old).filter(not(on_its_way));
        on!(self, it => diesel::delete(old).execute(it))?;
        Ok(())
    }
}
