//! Sends messages: shares events out among the webhooks of their area, and tries each until it is taken or given up.

use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{HeaderMap, Request, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::message::{id_of, payload, put_off};
use super::{Rules, Secret, Target, may_be_reached};
use crate::clock;
use crate::store::{HookDeliveryRow, HookEventRow, Link, Store, StoreError, WebhookRow};

/// For how long an answer is waited for.
pub const TIMEOUT_MILLIS: u64 = 10_000;
/// How long after an attempt that failed the next one comes: the example schedule of the specification. Behind the last one
/// a message is given up.
pub const RETRIES_MILLIS: [i64; 9] = {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    [5000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
};
/// The longest that a receiver may put the next attempt off, and the longest rest of one that is overloaded and does not say.
const MOST_REST_MILLIS: i64 = 86_400_000;
const USUAL_REST_MILLIS: i64 = 300_000;
/// Events that are shared out in one transaction.
const SHARED: i64 = 100;

/// Sends messages, one at a time.
#[derive(Debug)]
pub struct Courier {
    store: Arc<Store>,
    rules: Rules,
    direct: Agent,
    through: Option<Agent>,
    /// How long after an attempt that failed the next one comes.
    pub retries_millis: Vec<i64>,
    /// How long a webhook is left to whoever took it up: longer than an answer is waited for.
    pub lease_millis: i64,
}

/// What came of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Answer {
    /// The status; 0 where there was no answer.
    status: u16,
    /// Why there was none.
    problem: &'static str,
    /// How long the receiver wants to be left alone.
    wait_millis: Option<i64>,
}

impl Courier {
    /// A courier over a store, as an operator allows.
    pub fn new(store: Arc<Store>, rules: Rules) -> Self {
        let timeout = i64::try_from(TIMEOUT_MILLIS).unwrap_or(i64::MAX);
        Self {
            store,
            rules,
            direct: agent(Guarded { rules, gateway: None, names: DefaultResolver::default() }),
            through: rules
                .tls_gateway
                .map(|it| agent(Guarded { rules, gateway: Some(it), names: DefaultResolver::default() })),
            retries_millis: RETRIES_MILLIS.to_vec(),
            lease_millis: timeout.saturating_mul(2),
        }
    }

    /// Shares out what happened, and makes one attempt, where there is anything to be sent; whether there was.
    ///
    /// # Errors
    /// As the database's. What was being sent is sent again, once its lease is over.
    pub fn work(&self, now: &dyn Fn() -> String) -> Result<bool, StoreError> {
        if !self.store.read(Link::has_hook_work)? {
            return Ok(false);
        }
        let shared = self.store.change(share_out)?;
        let Some((row, delivery)) = self.store.change(|link| link.lease_webhook(self.lease_millis))? else {
            return Ok(shared);
        };
        let event = self.store.read(|link| link.hook_event(delivery.event))?;
        let event = event.ok_or(StoreError::Broken("a delivery of no event"))?;
        let answer = self.send(&row, &event, &now())?;
        self.store.change(|link| self.settle(link, (row, delivery), &event, &answer, &now()))?;
        Ok(true)
    }

    /// Makes an attempt.
    fn send(&self, row: &WebhookRow, event: &HookEventRow, now: &str) -> Result<Answer, StoreError> {
        let none = |problem| Answer { problem, ..Answer::default() };
        // The configuration may have changed since the webhook was made.
        let Ok(target) = Target::read(&row.url, &self.rules) else { return Ok(none("address-not-allowed")) };
        let agent = if target.is_secure() { self.through.as_ref() } else { Some(&self.direct) };
        let Some(agent) = agent else { return Ok(none("address-not-allowed")) };
        let (id, payload) = (id_of(event), payload(event)?);
        let seconds = clock::millis(now).unwrap_or_default() / 1000;
        let signatures = signatures(row, now, |secret| secret.sign(&id, seconds, &payload))?;
        let request = Request::post(target.plain())
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signatures)
            .body(payload.as_str());
        let Ok(request) = request else { return Ok(none("address-not-allowed")) };
        Ok(match agent.run(request) {
            Ok(answer) => Answer {
                status: answer.status().as_u16(),
                problem: "",
                wait_millis: wanted_rest(answer.headers(), now),
            },
            Err(Error::Timeout(_)) => none("timeout"),
            Err(Error::HostNotFound) => none("host-unknown"),
            Err(Error::Other(_)) => none("address-not-allowed"),
            Err(Error::Io(_) | Error::ConnectionFailed) => none("no-connection"),
            Err(_) => none("no-answer"),
        })
    }

    /// Notes what came of an attempt, unless somebody else took the webhook up meanwhile.
    fn settle(
        &self,
        link: &mut Link,
        (mut row, mut delivery): (WebhookRow, HookDeliveryRow),
        event: &HookEventRow,
        answer: &Answer,
        now: &str,
    ) -> Result<(), StoreError> {
        let clock = link.lease_clock()?;
        (delivery.status, delivery.problem) = (i64::from(answer.status), answer.problem.to_owned());
        delivery.tried_at = Some(now.to_owned());
        let attempt = usize::try_from(delivery.attempts).unwrap_or(usize::MAX).saturating_sub(1);
        let retry = self.retries_millis.get(attempt).copied();
        let ended = match (answer.status, retry) {
            (200..=299, _) => Some("delivered"),
            (410, _) | (_, None) => Some("failed"),
            (_, Some(millis)) => {
                let millis = millis.saturating_add(put_off(event, delivery.attempts, millis));
                delivery.due_at = clock.saturating_add(millis.max(answer.wait_millis.unwrap_or_default()));
                None
            }
        };
        if let Some(state) = ended {
            state.clone_into(&mut delivery.state);
            delivery.ended_at = Some(now.to_owned());
        }
        if answer.status == 410 {
            "disabled".clone_into(&mut row.state);
            row.disabled_at = Some(now.to_owned());
        }
        if let Some(rest) = rest(answer, retry) {
            row.rests_until = clock.saturating_add(rest);
        }
        if !link.release_webhook(&row)? {
            return Ok(());
        }
        link.set_hook_delivery(&delivery)?;
        if row.state == "disabled" {
            tracing::warn!(webhook = row.id, "the receiver of a webhook wants no more: it is disabled");
            return link.give_up_deliveries(&row.id, "webhook-disabled", now);
        }
        if delivery.state == "failed" {
            let (webhook, message) = (&row.id, id_of(event));
            tracing::warn!(webhook, message, "a message was not taken at any attempt: it is given up");
        }
        Ok(())
    }
}

/// How long nothing more is sent to a receiver that did not take a message: as long as it says; a while where it is
/// overloaded and does not say.
fn rest(answer: &Answer, retry: Option<i64>) -> Option<i64> {
    let usual = || matches!(answer.status, 429 | 502..=504).then(|| retry.unwrap_or(i64::MAX).min(USUAL_REST_MILLIS));
    if (200..=299).contains(&answer.status) { None } else { answer.wait_millis.or_else(usual) }
}

/// What `Retry-After` says, in milliseconds: seconds, or an instant.
fn wanted_rest(headers: &HeaderMap, now: &str) -> Option<i64> {
    let said = headers.get("retry-after")?.to_str().ok()?.trim();
    let seconds = said.parse::<u32>().ok().map(|it| i64::from(it).saturating_mul(1000));
    seconds.or_else(|| clock::millis_to(now, said)).map(|millis| millis.clamp(0, MOST_REST_MILLIS))
}

/// The signatures under all secrets that hold, with spaces between.
fn signatures(row: &WebhookRow, now: &str, sign: impl Fn(&Secret) -> Option<String>) -> Result<String, StoreError> {
    let former = (row.former_until.as_str() > now).then_some(&row.former);
    let all = [Some(&row.secret), former].into_iter().flatten();
    let signed = all.map(|text| Secret::read(text).and_then(|secret| sign(&secret)));
    let signed: Option<Vec<String>> = signed.collect();
    signed.map(|it| it.join(" ")).ok_or(StoreError::Broken("a secret that is none"))
}

/// Shares events out among the webhooks of their area that were there; whether there were any.
fn share_out(link: &mut Link) -> Result<bool, StoreError> {
    let events = link.hook_events_to_share(SHARED)?;
    for event in &events {
        let wants = |row: &WebhookRow| {
            let there = row.state == "active" && row.created_at <= event.recorded_at;
            there && row.kinds.split(' ').any(|kind| kind == event.kind)
        };
        let webhooks = link.webhooks_of(&event.area)?.into_iter().filter(wants).map(|row| row.id);
        let webhooks: Vec<String> = webhooks.collect();
        link.share_hook_event(event.number, &webhooks)?;
    }
    Ok(!events.is_empty())
}

/// Whoever asks receivers: no redirects, no proxy of the environment, no connection that is kept.
fn agent(guarded: Guarded) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .max_idle_connections(0)
        .user_agent(concat!("rate/", env!("CARGO_PKG_VERSION")))
        .timeout_global(Some(Duration::from_millis(TIMEOUT_MILLIS)));
    Agent::with_parts(config.build(), DefaultConnector::default(), guarded)
}

/// Finds the addresses of a name, and leaves out those that nothing is sent to: a name says nothing of where it leads.
#[derive(Debug)]
struct Guarded {
    rules: Rules,
    gateway: Option<std::net::SocketAddr>,
    names: DefaultResolver,
}

/// A name that leads nowhere that something may be sent to.
#[derive(Debug, thiserror::Error)]
#[error("no address that may be reached")]
struct NotAllowed;

impl Resolver for Guarded {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut allowed = self.empty();
        if let Some(gateway) = self.gateway {
            allowed.push(gateway);
            return Ok(allowed);
        }
        let found = self.names.resolve(uri, config, timeout)?;
        for address in found.iter().filter(|it| may_be_reached(it.ip(), self.rules.loopback)) {
            allowed.push(*address);
        }
        if allowed.is_empty() { Err(Error::Other(Box::new(NotAllowed))) } else { Ok(allowed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(said: &str) -> HeaderMap {
        HeaderMap::from_iter([("retry-after".parse().unwrap(), said.parse().unwrap())])
    }

    /// What a name leads to is asked when something is sent, whatever the name looked like when the webhook was made.
    #[test]
    fn a_name_that_leads_to_this_machine_is_not_followed() {
        let sent = |loopback| {
            let rules = Rules { loopback, ..Rules::default() };
            agent(Guarded { rules, gateway: None, names: DefaultResolver::default() })
                .run(Request::post("http://localhost:9/").body("").unwrap())
        };
        assert!(matches!(sent(false), Err(Error::Other(_))));
        // Nobody listens there.
        assert!(matches!(sent(true), Err(Error::Io(_) | Error::ConnectionFailed)));
    }

    #[test]
    fn retry_after_is_seconds_or_an_instant_and_no_more_than_a_day() {
        let now = "1994-11-06T08:49:30.000Z";
        for (said, millis) in [
            ("120", Some(120_000)),
            ("0", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7000)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("4294967295", Some(86_400_000)),
            ("-5", None),
            ("soon", None),
        ] {
            assert_eq!(wanted_rest(&headers(said), now), millis, "{said}");
        }
        assert_eq!(wanted_rest(&HeaderMap::new(), now), None);
    }
}
