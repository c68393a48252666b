//! Who looks at a page, and in which language.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use futures_util::future::{Ready, ready};
use rate_core::error::Lang;

use super::frame::{Frame, html};
use super::refused::Refused;
use crate::api::Started;
use crate::api_error::{ApiCode, ApiError};
use crate::auth::{Areas, Caller, Role};
use actix_web::http::StatusCode;

/// The cookie with the language that somebody chose.
pub(super) const LANGUAGE: &str = "rate_lang";

/// Who looks at a page.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The holder of the key that signed in.
    pub(super) caller: Caller,
    /// The language they read.
    pub(super) lang: Lang,
    /// The page, with its query: where a change of language comes back to.
    pub(super) here: String,
    /// Whether somebody signed in.
    pub(super) known: bool,
}

impl Visitor {
    /// Somebody of a request whom nobody knows.
    pub(super) fn nobody(request: &HttpRequest) -> Self {
        let here = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
        // A key without an area reaches nothing; no operation is asked in its name.
        let caller = Caller { id: String::new(), role: Role::Billing, areas: Areas::none(), holder: String::new() };
        Self { caller, lang: lang(request), here, known: false }
    }

    /// Somebody of a request who signed in.
    pub(super) fn signed_in(request: &HttpRequest, caller: Caller) -> Self {
        Self { caller, known: true, ..Self::nobody(request) }
    }

    /// Whoever the door let in; nobody where it asked nobody.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let found = request.extensions().get::<Self>().cloned();
        found.unwrap_or_else(|| Self::nobody(request))
    }

    /// The frame of a page.
    pub(super) fn frame<'f>(&'f self, title: String, area: Option<&'f str>) -> Frame<'f> {
        Frame { visitor: self, title, area }
    }

    /// A sentence in the language of the visitor.
    pub(super) fn say(&self, zh: &str, en: &str) -> String {
        self.lang.pick(zh, en).to_owned()
    }

    /// Whether they have one of some roles.
    pub(super) fn is(&self, roles: &[Role]) -> bool {
        roles.contains(&self.caller.role)
    }

    /// A page, or why there is none.
    pub(super) async fn shows<P: Template>(&self, page: impl Future<Output = Result<P, Refused>>) -> HttpResponse {
        match page.await {
            Ok(page) => html(StatusCode::OK, &page),
            Err(refused) => refused.page(self),
        }
    }
}

/// The language that somebody chose; else the one their browser asks for.
fn lang(request: &HttpRequest) -> Lang {
    match request.cookie(LANGUAGE).as_ref().map(actix_web::cookie::Cookie::value) {
        Some("en") => Lang::En,
        Some("zh") => Lang::Zh,
        _ => Started::of(request).lang,
    }
}

impl FromRequest for Visitor {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    /// The door before every page left its visitor here.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = request.extensions().get::<Self>().cloned().filter(|it| it.known);
        ready(visitor.ok_or_else(|| ApiError::plain(ApiCode::AuthMissing)))
    }
}
