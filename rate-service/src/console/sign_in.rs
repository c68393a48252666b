//! Signing in with a key, and out again.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::ROOT;
use super::frame::{Frame, html, redirect};
use super::refused::Refused;
use super::visitor::{LANGUAGE, Visitor};
use crate::api::Service;
use crate::api_error::{ApiCode, ApiError};
use crate::auth::{NewSession, signed_out};

/// The cookie with a session.
pub(super) const SESSION: &str = "rate_session";

/// Where somebody wanted to go.
#[derive(Debug, Default, Deserialize)]
pub(super) struct To {
    #[serde(default)]
    to: String,
}

impl To {
    /// A page of ours; the first one where it is none.
    fn page(&self) -> &str {
        let below = self.to.strip_prefix(ROOT);
        let plain = below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
        if plain && !self.to.contains(['\\', '\r', '\n']) && !self.to.contains("//") { &self.to } else { ROOT }
    }
}

/// What the form of the page sends.
#[derive(Debug, Deserialize)]
pub(super) struct SignIn {
    key: String,
    #[serde(default)]
    to: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'p> {
    frame: Frame<'p>,
    to: &'p str,
    problem: String,
}

fn page(visitor: &Visitor, to: &To, problem: String) -> HttpResponse {
    let frame = visitor.frame(visitor.say("登录", "Sign in"), None);
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
    html(status, &SignInPage { frame, to: to.page(), problem })
}

/// Where a key is asked for.
pub(super) async fn form(request: HttpRequest, to: Query<To>) -> HttpResponse {
    page(&Visitor::nobody(&request), &to, String::new())
}

/// Begins a session for the holder of a key.
pub(super) async fn sign_in(request: HttpRequest, service: Data<Service>, form: Form<SignIn>) -> HttpResponse {
    let visitor = Visitor::nobody(&request);
    let SignIn { key, to } = form.into_inner();
    let to = To { to };
    match begun(&service, key.trim()).await {
        Ok(Some(secret)) => {
            let mut answer = redirect(to.page());
            let cookie = kept(&request, SESSION, secret).http_only(true).finish();
            match answer.add_cookie(&cookie) {
                Ok(()) => answer,
                Err(error) => Refused::internal(error).page(&visitor),
            }
        }
        Ok(None) => page(&visitor, &to, ApiError::plain(ApiCode::AuthUnknown).detail(visitor.lang)),
        Err(error) => Refused::of(&error, visitor.lang).page(&visitor),
    }
}

/// What the browser of a key's holder keeps; nothing where nobody holds it.
async fn begun(service: &Data<Service>, key: &str) -> Result<Option<String>, ApiError> {
    let Some(caller) = service.caller(key).await? else { return Ok(None) };
    let session = NewSession::of(&caller, &service.now()).map_err(ApiError::internal)?;
    let secret = session.secret.clone();
    service.write(move |service| Ok(service.store().change(|link| session.keep(link))?)).await?;
    Ok(Some(secret))
}

/// A cookie that only our own pages send; over TLS it never goes without.
fn kept<'c>(request: &HttpRequest, name: &'c str, value: String) -> actix_web::cookie::CookieBuilder<'c> {
    let secure = request.connection_info().scheme() == "https";
    Cookie::build(name, value).path(ROOT).same_site(SameSite::Strict).secure(secure)
}

/// Ends a session.
pub(super) async fn sign_out(request: HttpRequest, service: Data<Service>, visitor: Visitor) -> HttpResponse {
    let secret = request.cookie(SESSION).map(|it| it.value().to_owned()).unwrap_or_default();
    let ended = service.write(move |service| Ok(service.store().change(|link| signed_out(link, &secret))?)).await;
    if let Err(error) = ended {
        return Refused::of(&error, visitor.lang).page(&visitor);
    }
    let mut answer = redirect(&format!("{ROOT}/sign-in"));
    let gone = kept(&request, SESSION, String::new()).max_age(Duration::ZERO).finish();
    match answer.add_cookie(&gone) {
        Ok(()) => answer,
        Err(error) => Refused::internal(error).page(&visitor),
    }
}

/// Chooses a language, and goes back.
pub(super) async fn language(request: HttpRequest, lang: Path<String>, to: Query<To>) -> HttpResponse {
    let mut answer = redirect(to.page());
    if matches!(lang.as_str(), "zh" | "en") {
        let chosen = kept(&request, LANGUAGE, lang.into_inner()).max_age(Duration::days(400)).finish();
        if let Err(error) = answer.add_cookie(&chosen) {
            return Refused::internal(error).page(&Visitor::nobody(&request));
        }
    }
    answer
}
