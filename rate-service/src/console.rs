//! The console: pages for people, in the language they read.
//!
//! A page is answers of the API made visible. It asks the operations that programs ask, inside the process (`Desk`), as the
//! holder of the key that signed in: nothing is shown or done here that the API would refuse, every look stands in the
//! access log under its operation, and no rule is written twice. Pages come whole from the server; the one script only makes
//! them livelier, and nothing is fetched from anywhere else.

mod account;
mod accounts;
mod assets;
mod decision;
mod desk;
mod door;
mod forms;
mod frame;
mod imports;
mod objections;
mod overview;
mod picture;
mod refused;
mod rule_sets;
mod run;
mod runs;
mod sign_in;
mod visitor;
mod words;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, middleware};

pub use desk::Desk;

use frame::redirect;

/// Where all pages are.
const ROOT: &str = "/console";

/// Mounts every page.
pub fn mount(config: &mut ServiceConfig) {
    let area = web::scope("/areas/{area}")
        .route("", web::get().to(overview::of_area))
        .route("/imports", web::get().to(imports::list))
        .route("/imports/{import}", web::get().to(imports::get))
        .route("/runs", web::get().to(runs::list))
        .route("/runs", web::post().to(runs::create))
        .route("/runs/{run}", web::get().to(run::get))
        .route("/runs/{run}/{act}", web::post().to(run::moved))
        .route("/runs/{run}/accounts/{account}", web::get().to(decision::get))
        .route("/runs/{run}/accounts/{account}/objections", web::post().to(objections::file))
        .route("/accounts", web::get().to(accounts::find))
        .route("/accounts/{account}", web::get().to(account::get))
        .route("/objections", web::get().to(objections::list))
        .route("/objections/{objection}", web::get().to(objections::get))
        .route("/objections/{objection}/{act}", web::post().to(objections::moved))
        .route("/rule-sets", web::get().to(rule_sets::list))
        .route("/rule-sets/{digest}", web::get().to(rule_sets::get));
    let pages = web::scope(ROOT)
        .wrap(middleware::from_fn(door::pass))
        .route("", web::get().to(overview::areas))
        .route("/sign-in", web::get().to(sign_in::form))
        .route("/sign-in", web::post().to(sign_in::sign_in))
        .route("/sign-out", web::post().to(sign_in::sign_out))
        .route("/language/{lang}", web::get().to(sign_in::language))
        .route("/assets/{name}", web::get().to(assets::get))
        .route("/api/{tail:.*}", web::get().to(desk::shown))
        .service(area)
        .default_service(web::route().to(refused::unknown));
    config.route("/", web::get().to(async || -> HttpResponse { redirect(ROOT) }));
    config.service(pages);
}
