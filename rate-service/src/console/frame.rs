//! What is around every page: its head, the way to the others, and the headers of its answer.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rate_core::error::Lang;
use rate_core::notice::yuan;

use super::visitor::Visitor;
use super::{assets, words};
use crate::api_error::ApiError;
use crate::auth::Role;

/// A page has its own style sheet and script, sends its forms to itself, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What is around a page.
pub(super) struct Frame<'f> {
    pub(super) visitor: &'f Visitor,
    pub(super) title: String,
    pub(super) area: Option<&'f str>,
}

impl Frame<'_> {
    /// A text in the language of the visitor.
    pub(super) fn say<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.visitor.lang.pick(zh, en)
    }

    /// The language as pages name it.
    pub(super) fn tag(&self) -> &'static str {
        self.visitor.lang.pick("zh-CN", "en")
    }

    /// The other language: its name, and where it is chosen.
    pub(super) fn other(&self) -> (&'static str, String) {
        let (name, code) = match self.visitor.lang {
            Lang::Zh => ("English", "en"),
            Lang::En => ("中文", "zh"),
        };
        (name, format!("/console/language/{code}?to={}", segment(&self.visitor.here)))
    }

    #[expect(clippy::unused_self, reason = "templates have the frame at hand")]
    pub(super) fn style(&self) -> String {
        assets::place(assets::STYLE)
    }

    #[expect(clippy::unused_self, reason = "templates have the frame at hand")]
    pub(super) fn script(&self) -> String {
        assets::place(assets::SCRIPT)
    }

    /// The pages of an area: address and name, and whether one is of those.
    pub(super) fn pages(&self) -> Vec<(String, &'static str, bool)> {
        let Some(area) = self.area else { return Vec::new() };
        let all = [
            ("", "概览", "Overview"),
            ("/imports", "导入", "Imports"),
            ("/runs", "核定", "Runs"),
            ("/accounts", "单位", "Accounts"),
            ("/objections", "异议", "Objections"),
            ("/rule-sets", "办法", "Rule sets"),
        ];
        let home = format!("/console/areas/{area}");
        let here = self.visitor.here.split('?').next().unwrap_or_default();
        let all = all.into_iter().map(|(below, zh, en)| {
            let address = format!("{home}{below}");
            let is_here = if below.is_empty() { here == home } else { here.starts_with(&address) };
            (address, self.visitor.lang.pick(zh, en), is_here)
        });
        all.collect()
    }

    pub(super) fn role(&self) -> String {
        words::of("role", self.visitor.caller.role.as_str(), self.visitor.lang)
    }

    /// A word of the API in words.
    pub(super) fn word(&self, kind: &str, code: &str) -> String {
        words::of(kind, code, self.visitor.lang)
    }

    /// Fen as yuan, with commas.
    #[expect(clippy::unused_self, reason = "templates have the frame at hand")]
    pub(super) fn yuan(&self, fen: &i128) -> String {
        yuan(*fen)
    }

    /// A whole number with commas.
    #[expect(clippy::unused_self, reason = "templates have the frame at hand")]
    pub(super) fn count(&self, number: &u64) -> String {
        grouped(&number.to_string())
    }

    /// A name as part of an address.
    #[expect(clippy::unused_self, reason = "templates have the frame at hand")]
    pub(super) fn at(&self, name: &str) -> String {
        segment(name)
    }

    /// An instant as people of the area read it: the legal day and the time of Beijing.
    #[expect(clippy::unused_self, reason = "templates have the frame at hand")]
    pub(super) fn when(&self, instant: &str) -> String {
        crate::clock::in_beijing(instant).unwrap_or_else(|| instant.to_owned())
    }

    /// Whether the visitor has a role that may do something.
    pub(super) fn may(&self, roles: &[Role]) -> bool {
        self.visitor.is(roles)
    }

    /// A name for one thing to be done: sent twice, it is done once.
    #[expect(clippy::unused_self, reason = "templates have the frame at hand")]
    pub(super) fn once(&self) -> String {
        super::forms::once()
    }
}

/// Commas between the thousands of whole digits.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A name as part of an address.
pub(super) fn segment(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}

/// A page as an answer.
pub(super) fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => HttpResponse::build(status)
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .body(text),
        Err(error) => HttpResponse::from_error(ApiError::internal(error)),
    }
}

/// The way to another page.
pub(super) fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}
