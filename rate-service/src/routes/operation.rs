//! One thing that can be asked of the service.

use actix_web::dev::ResourceDef;
use actix_web::http::Method;

use crate::auth::Role;

/// One thing that can be asked of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What it is called, everywhere: in the document, in logs, in figures.
    pub id: &'static str,
    /// The method.
    pub verb: Verb,
    /// The path, with names in braces.
    pub path: &'static str,
    /// Who may ask it; nobody needs a key where there are none.
    pub roles: &'static [Role],
    /// What of it depends on the areas of the key.
    pub scope: Scope,
    /// What it does.
    pub effect: Effect,
}

/// How the areas of a key bound an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// No key is needed.
    Open,
    /// The path names an area, which the key must reach; else the answer is that of an area that is not there.
    Area,
    /// The handler shows and changes only what lies in areas that the key reaches.
    Held,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changes nothing.
    Read,
    /// It sets something to what it says, however often it comes.
    Set,
    /// It does something, once for each Idempotency-Key.
    Once,
}

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

impl Verb {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// The methods that ask for it: what answers GET answers HEAD, without a body.
    pub(super) const fn methods(self) -> &'static [Method] {
        match self {
            Self::Get => &[Method::GET, Method::HEAD],
            Self::Post => &[Method::POST],
            Self::Put => &[Method::PUT],
            Self::Delete => &[Method::DELETE],
        }
    }
}

impl Operation {
    /// Whether a path is one of this operation's.
    pub fn matches(&self, path: &str) -> bool {
        ResourceDef::new(self.path).is_match(path)
    }
}
