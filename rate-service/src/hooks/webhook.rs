//! Who wants to hear of what, and how far each message is.

use super::{HookError, Rules, Secret, Target};
use crate::clock;
use crate::store::{HookDeliveryRow, HookEventRow, HookKind, Link, WebhookRow};

/// Webhooks of an area.
pub const MOST_OF_AREA: usize = 20;
/// Hours for which the secret before signs too, where it is changed.
pub const MOST_OVERLAP_HOURS: u32 = 168;

/// A webhook as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// What it is to be called.
    pub id: String,
    /// The area.
    pub area: String,
    /// Where messages are sent.
    pub url: String,
    /// Of what.
    pub kinds: Vec<HookKind>,
}

/// Makes a webhook, with its secret: it hears of what happens from now on.
///
/// # Errors
/// An address that nothing is sent to, no kind, too many webhooks.
pub fn ask(
    link: &mut Link,
    new: NewWebhook,
    rules: &Rules,
    by: &str,
    now: &str,
) -> Result<(WebhookRow, Secret), HookError> {
    Target::read(&new.url, rules)?;
    if new.kinds.is_empty() {
        return Err(HookError::unfit("须至少写明一种事件", "at least one kind of event"));
    }
    if link.webhooks_of(&new.area)?.len() >= MOST_OF_AREA {
        return Err(HookError::not_now(
            format!("该统筹地区已有 {MOST_OF_AREA} 个 webhook"),
            format!("the area has {MOST_OF_AREA} webhooks already"),
        ));
    }
    let secret = Secret::fresh()?;
    let kinds: Vec<&str> =
        HookKind::ALL.into_iter().filter(|it| new.kinds.contains(it)).map(HookKind::as_str).collect();
    let row = WebhookRow {
        id: new.id,
        area: new.area,
        url: new.url,
        kinds: kinds.join(" "),
        secret: secret.text(),
        former: String::new(),
        former_until: String::new(),
        state: "active".to_owned(),
        created_by: by.to_owned(),
        created_at: now.to_owned(),
        disabled_at: None,
        rests_until: 0,
        served_at: 0,
        fence: 0,
        lease_until: 0,
    };
    if !link.add_webhook(&row)? {
        return Err(HookError::not_now("已有此名的 webhook", "there is a webhook of this name"));
    }
    Ok((row, secret))
}

/// The webhooks of an area, by name.
///
/// # Errors
/// As the store's.
pub fn of_area(link: &mut Link, area: &str) -> Result<Vec<WebhookRow>, HookError> {
    Ok(link.webhooks_of(area)?)
}

/// A webhook of an area.
///
/// # Errors
/// One that is unknown, or of another area.
pub fn webhook(link: &mut Link, area: &str, id: &str) -> Result<WebhookRow, HookError> {
    link.webhook(id)?.filter(|row| row.area == area).ok_or(HookError::Unknown)
}

/// The same, kept from others until this transaction ends.
fn kept(link: &mut Link, area: &str, id: &str) -> Result<WebhookRow, HookError> {
    link.webhook_kept(id)?.filter(|row| row.area == area).ok_or(HookError::Unknown)
}

/// Gives a webhook another secret; for some hours the one before signs too, so that its receiver can change over.
///
/// # Errors
/// A webhook that is unknown, more hours than there may be.
pub fn rotate(
    link: &mut Link,
    (area, id): (&str, &str),
    overlap_hours: u32,
    now: &str,
) -> Result<(WebhookRow, Secret), HookError> {
    let mut row = kept(link, area, id)?;
    if overlap_hours > MOST_OVERLAP_HOURS {
        return Err(HookError::unfit(
            format!("旧密钥至多再用 {MOST_OVERLAP_HOURS} 小时"),
            format!("the secret before signs for at most {MOST_OVERLAP_HOURS} hours more"),
        ));
    }
    let secret = Secret::fresh()?;
    (row.former, row.former_until) = (String::new(), String::new());
    if overlap_hours > 0 {
        (row.former, row.former_until) = (row.secret, clock::hours_behind(now, overlap_hours));
    }
    row.secret = secret.text();
    link.set_webhook_secrets(&row)?;
    Ok((row, secret))
}

/// Forgets a webhook with all that was on its way to it.
///
/// # Errors
/// A webhook that is unknown.
pub fn forget(link: &mut Link, area: &str, id: &str) -> Result<WebhookRow, HookError> {
    let row = kept(link, area, id)?;
    link.forget_webhook(id)?;
    Ok(row)
}

/// What is or was on its way to a webhook, of a state where one is named, by number behind one that was seen.
///
/// # Errors
/// A webhook that is unknown.
pub fn deliveries(
    link: &mut Link,
    (area, id): (&str, &str),
    state: Option<&str>,
    seen: i64,
    most: i64,
) -> Result<Vec<(HookDeliveryRow, HookEventRow)>, HookError> {
    webhook(link, area, id)?;
    Ok(link.hook_deliveries_after(id, state, seen, most)?)
}

/// Has a message sent again as soon as may be, whether it was delivered, was given up or waits. Once all its attempts are
/// used up, this is one more.
///
/// # Errors
/// A message that is unknown; a webhook that is disabled.
pub fn retry(
    link: &mut Link,
    (area, id): (&str, &str),
    number: i64,
) -> Result<(HookDeliveryRow, HookEventRow), HookError> {
    let mut row = kept(link, area, id)?;
    let mut delivery = link.hook_delivery(id, number)?.ok_or(HookError::Unknown)?;
    let event = link.hook_event(number)?.ok_or(HookError::Unknown)?;
    if row.state != "active" {
        return Err(HookError::not_now(
            "该 webhook 已停用（接收方答复 410），请另建一个",
            "the webhook is disabled (its receiver answered 410): make another one",
        ));
    }
    row.rests_until = 0;
    link.set_webhook_rest(&row)?;
    "waiting".clone_into(&mut delivery.state);
    (delivery.due_at, delivery.ended_at) = (0, None);
    link.set_hook_delivery(&delivery)?;
    Ok((delivery, event))
}
