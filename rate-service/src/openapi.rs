//! The document of the API, made from the handlers, checked in as `rate-service/openapi.json`.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::api::{
    areas, audits, checkpoints, collection, decisions, health, hindsight, hooks, impacts, imports, keys, notices,
    objections, parameters, previews, proofs, rates, replays, rule_sets, run_results, runs, scenarios, served,
    vector_checks,
};
use crate::api_error::{PlacedProblem, ProblemBody};

/// The document.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "rate",
        description = "Work-injury insurance premium rates (工伤保险费率): exact, explained, provable.\n\nMoney is an \
                       integer of fen (`*_fen`); rates and factors are decimal strings in percent; dates are inclusive at \
                       both ends; instants are RFC 3339. Failures are problems (RFC 9457) with a stable code. Requests \
                       with an effect bring an `Idempotency-Key`, and may be sent again."
    ),
    paths(
        health::live, health::ready, health::metrics,
        areas::list, rates::of_account, rates::accounts, rates::snapshot, rates::feed,
        collection::quote, collection::acknowledge, collection::reconcile,
        imports::create, imports::list, imports::get, imports::part, imports::bytes, imports::digest, imports::close,
        imports::cancel, imports::events, imports::problems,
        previews::create,
        runs::create, runs::list, runs::get, runs::review, runs::approve, runs::publish, runs::send_back, runs::rerun,
        runs::resume, runs::cancel, runs::accept, runs::events, run_results::summary, run_results::diagnostics, run_results::findings,
        run_results::problems, run_results::not_insured, run_results::accounts, run_results::file, run_results::report,
        decisions::get, notices::one, notices::all,
        served::announce, served::announcement, served::record, served::list, served::clocks, objections::redetermination,
        objections::file, objections::list, objections::get, objections::decide, objections::withdraw,
        vector_checks::create, replays::create, replays::list, replays::get, replays::cancel, replays::events, replays::differences,
        audits::create, audits::list, audits::get, audits::cancel, audits::events, audits::lines, audits::file,
        hindsight::get, proofs::get, proofs::evidence, checkpoints::list, checkpoints::get, checkpoints::keys, checkpoints::consistency,
        keys::create, keys::list, keys::revoke, keys::accesses,
        hooks::create, hooks::list, hooks::get, hooks::delete, hooks::rotate, hooks::deliveries, hooks::retry,
        rule_sets::upload, rule_sets::list, rule_sets::in_force, rule_sets::get, rule_sets::text, rule_sets::findings,
        rule_sets::diff, rule_sets::approve, rule_sets::publish,
        impacts::create, impacts::get,
        scenarios::create, scenarios::list, scenarios::get, scenarios::events, scenarios::tables, scenarios::table,
        scenarios::report, scenarios::drop,
        parameters::upload, parameters::list, parameters::get, parameters::text, parameters::findings,
        parameters::diff, parameters::approve, parameters::publish,
    ),
    components(schemas(ProblemBody, PlacedProblem, rates::SnapshotEnd, collection::ReconciliationEnd)),
    modifiers(&Bearer),
    security(("key" = []))
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("a key: rate_…")).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
