//! Style sheet and script: in the program, under names that change with what is in them.

use std::fmt::Write as _;
use std::sync::OnceLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use sha2::{Digest as _, Sha256};

/// A file that pages need.
#[derive(Clone, Copy)]
pub(super) struct Asset {
    stem: &'static str,
    ending: &'static str,
    kind: &'static str,
    text: &'static str,
}

pub(super) const STYLE: Asset = Asset {
    stem: "console",
    ending: "css",
    kind: "text/css; charset=utf-8",
    text: include_str!("../../assets/console.css"),
};

pub(super) const SCRIPT: Asset = Asset {
    stem: "console",
    ending: "js",
    kind: "text/javascript; charset=utf-8",
    text: include_str!("../../assets/console.js"),
};

/// What is in both, in letters: a browser that has an old one asks for the new one.
fn mark() -> &'static str {
    static MARK: OnceLock<String> = OnceLock::new();
    MARK.get_or_init(|| {
        let hash = Sha256::new().chain_update(STYLE.text).chain_update(SCRIPT.text).finalize();
        hash.iter().take(6).fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    })
}

/// Where a file lies.
pub(super) fn place(asset: Asset) -> String {
    format!("/console/assets/{}", name(asset))
}

fn name(asset: Asset) -> String {
    format!("{}-{}.{}", asset.stem, mark(), asset.ending)
}

/// One of the files.
pub(super) async fn get(asked: web::Path<String>) -> HttpResponse {
    let Some(asset) = [STYLE, SCRIPT].into_iter().find(|asset| name(*asset) == *asked) else {
        return HttpResponse::NotFound().finish();
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.kind))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.text)
}
