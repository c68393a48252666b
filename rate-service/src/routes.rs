//! Every path of the service on one page, with who may ask it.
//!
//! The table mounts the routes and is the whole of what authorises them: no handler is reached but through its line. A test
//! makes the matrix of callers, operations and areas from it, and holds the document of the API to it.

mod envelope;
mod gate;
mod operation;

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, guard, middleware};

pub use envelope::envelope;
pub use operation::{Effect, Operation, Scope, Verb};

use crate::api::{
    areas, audits, checkpoints, collection, decisions, health, hindsight, hooks, impacts, imports, keys, notices,
    objections, parameters, previews, proofs, rates, replays, rule_sets, run_results, runs, scenarios, served,
    vector_checks,
};
use crate::api_error::{ApiCode, ApiError};
use crate::auth::Role::{self, Actuary, Admin, Approver, Auditor, Billing, Officer};

/// Nobody needs a key.
const NOBODY: &[Role] = &[];
/// Whoever works with rates.
const READERS: &[Role] = &[Billing, Officer, Approver, Actuary, Auditor];
/// Whoever asks what rules would change.
const STUDENTS: &[Role] = &[Officer, Approver, Actuary, Auditor];
/// Whoever asks for proof of what was decided.
const EXAMINERS: &[Role] = &[Officer, Approver, Auditor];

macro_rules! operations {
    ($($id:literal $verb:ident $path:literal $roles:expr, $scope:ident, $effect:ident => $handler:path;)+) => {
        /// Every operation, in the order of paths.
        pub const OPERATIONS: &[Operation] = &[$(
            Operation {
                id: $id,
                verb: Verb::$verb,
                path: $path,
                roles: $roles,
                scope: Scope::$scope,
                effect: Effect::$effect,
            },
        )+];

        /// Mounts every operation behind its gate.
        pub fn mount(config: &mut ServiceConfig) {
            let mut operations = OPERATIONS.iter();
            $(
                // The table has as many lines as this.
                if let Some(operation) = operations.next() {
                    let gate = middleware::from_fn(move |request, next| gate::pass(operation, request, next));
                    let asks = |of: &guard::GuardContext<'_>| operation.verb.methods().contains(&of.head().method);
                    let resource = web::resource(operation.path).guard(guard::fn_guard(asks));
                    config.service(resource.wrap(gate).route(web::route().to($handler)));
                }
            )+
            config.default_service(web::route().to(unknown));
        }
    };
}

operations! {
    "health.live"   Get "/health/live"  NOBODY, Open, Read => health::live;
    "health.ready"  Get "/health/ready" NOBODY, Open, Read => health::ready;
    "metrics"       Get "/metrics"      NOBODY, Open, Read => health::metrics;

    "areas.list"     Get "/v1/areas"                                READERS, Held, Read => areas::list;
    "accounts.find"  Get "/v1/areas/{area}/accounts"                READERS, Area, Read => rates::accounts;
    "rates.get"      Get "/v1/areas/{area}/accounts/{number}/rates" READERS, Area, Read => rates::of_account;
    "accounts.as-of" Get "/v1/areas/{area}/accounts/{number}/as-of" EXAMINERS, Area, Read => hindsight::get;
    "rates.snapshot" Get "/v1/areas/{area}/rate-snapshot"           READERS, Area, Read => rates::snapshot;
    "rates.changes"  Get "/v1/areas/{area}/rate-changes"            READERS, Area, Read => rates::feed;

    "quotations.create"       Post "/v1/areas/{area}/premium-quotations" READERS, Area, Read => collection::quote;
    "acknowledgements.create" Post "/v1/areas/{area}/acknowledgements"   &[Billing], Area, Once => collection::acknowledge;
    "reconciliation.get"      Get  "/v1/areas/{area}/reconciliation"     READERS, Area, Read => collection::reconcile;

    "imports.create"   Post "/v1/areas/{area}/imports"                         &[Officer], Area, Once => imports::create;
    "imports.list"     Get  "/v1/areas/{area}/imports"                         READERS, Area, Read => imports::list;
    "imports.get"      Get  "/v1/areas/{area}/imports/{import}"                READERS, Area, Read => imports::get;
    "imports.part"     Put  "/v1/areas/{area}/imports/{import}/parts/{part}"   &[Officer], Area, Set => imports::part;
    "imports.bytes"    Put  "/v1/areas/{area}/imports/{import}/parts/{part}/bytes"  &[Officer], Area, Set => imports::bytes;
    "imports.digest"   Put  "/v1/areas/{area}/imports/{import}/parts/{part}/digest" &[Officer], Area, Set => imports::digest;
    "imports.close"    Post "/v1/areas/{area}/imports/{import}/closing"        &[Officer], Area, Once => imports::close;
    "imports.cancel"   Post "/v1/areas/{area}/imports/{import}/cancellation"   &[Officer], Area, Once => imports::cancel;
    "imports.events"   Get  "/v1/areas/{area}/imports/{import}/events"         READERS, Area, Read => imports::events;
    "imports.problems" Get  "/v1/areas/{area}/imports/{import}/problems"       READERS, Area, Read => imports::problems;

    "previews.create"  Post "/v1/previews" &[Officer, Approver, Actuary, Auditor], Held, Read => previews::create;

    "runs.create"      Post "/v1/areas/{area}/runs"                    &[Officer], Area, Once => runs::create;
    "runs.list"        Get  "/v1/areas/{area}/runs"                    READERS, Area, Read => runs::list;
    "runs.get"         Get  "/v1/areas/{area}/runs/{run}"              READERS, Area, Read => runs::get;
    "runs.review"      Post "/v1/areas/{area}/runs/{run}/review"       &[Officer, Approver], Area, Once => runs::review;
    "runs.approve"     Post "/v1/areas/{area}/runs/{run}/approval"     &[Approver], Area, Once => runs::approve;
    "runs.publish"     Post "/v1/areas/{area}/runs/{run}/publication"  &[Approver], Area, Once => runs::publish;
    "runs.return"      Post "/v1/areas/{area}/runs/{run}/return"       &[Officer, Approver], Area, Once => runs::send_back;
    "runs.rerun"       Post "/v1/areas/{area}/runs/{run}/rerun"        &[Officer], Area, Once => runs::rerun;
    "runs.resume"      Post "/v1/areas/{area}/runs/{run}/resumption"   &[Officer], Area, Once => runs::resume;
    "runs.cancel"      Post "/v1/areas/{area}/runs/{run}/cancellation" &[Officer, Approver], Area, Once => runs::cancel;
    "runs.accept"      Post "/v1/areas/{area}/runs/{run}/acceptance"   &[Officer], Area, Once => runs::accept;
    "runs.events"      Get  "/v1/areas/{area}/runs/{run}/events"       READERS, Area, Read => runs::events;
    "runs.summary"     Get  "/v1/areas/{area}/runs/{run}/summary"      READERS, Area, Read => run_results::summary;
    "runs.diagnostics" Get  "/v1/areas/{area}/runs/{run}/diagnostics"  READERS, Area, Read => run_results::diagnostics;
    "runs.findings"    Get  "/v1/areas/{area}/runs/{run}/findings"     READERS, Area, Read => run_results::findings;
    "runs.problems"    Get  "/v1/areas/{area}/runs/{run}/problems"     READERS, Area, Read => run_results::problems;
    "runs.not-insured" Get  "/v1/areas/{area}/runs/{run}/not-insured"  READERS, Area, Read => run_results::not_insured;
    "runs.accounts"    Get  "/v1/areas/{area}/runs/{run}/list"         READERS, Area, Read => run_results::accounts;
    "runs.file"        Get  "/v1/areas/{area}/runs/{run}/files/{file}" READERS, Area, Read => run_results::file;
    "runs.notices"     Get  "/v1/areas/{area}/runs/{run}/notices"           READERS, Area, Read => notices::all;
    "runs.notice"      Get  "/v1/areas/{area}/runs/{run}/notices/{account}" READERS, Area, Read => notices::one;

    "decisions.get"    Get  "/v1/areas/{area}/runs/{run}/decisions/{account}" STUDENTS, Area, Read => decisions::get;

    "runs.announce"     Post "/v1/areas/{area}/runs/{run}/announcement"       &[Officer], Area, Once => served::announce;
    "runs.announcement" Get  "/v1/areas/{area}/runs/{run}/announcement"       READERS, Area, Read => served::announcement;
    "services.record"   Post "/v1/areas/{area}/runs/{run}/services"           &[Officer], Area, Once => served::record;
    "services.list"     Get  "/v1/areas/{area}/runs/{run}/services"           READERS, Area, Read => served::list;
    "services.get"      Get  "/v1/areas/{area}/runs/{run}/services/{account}" READERS, Area, Read => served::clocks;
    "runs.redetermination" Get "/v1/areas/{area}/runs/{run}/redetermination"  READERS, Area, Read => objections::redetermination;

    "objections.file"     Post "/v1/areas/{area}/objections"                        &[Officer],  Area, Once => objections::file;
    "objections.list"     Get  "/v1/areas/{area}/objections"                        STUDENTS,    Area, Read => objections::list;
    "objections.get"      Get  "/v1/areas/{area}/objections/{objection}"            STUDENTS,    Area, Read => objections::get;
    "objections.decide"   Post "/v1/areas/{area}/objections/{objection}/decision"   &[Approver], Area, Once => objections::decide;
    "objections.withdraw" Post "/v1/areas/{area}/objections/{objection}/withdrawal" &[Officer],  Area, Once => objections::withdraw;

    "proofs.get"       Get  "/v1/areas/{area}/runs/{run}/proofs/{account}"   EXAMINERS, Area, Read => proofs::get;
    "evidence.get"     Get  "/v1/areas/{area}/runs/{run}/evidence/{account}" EXAMINERS, Area, Read => proofs::evidence;
    "reports.get"      Get  "/v1/areas/{area}/reports/{year}"          READERS, Area, Read => run_results::report;

    "log.checkpoints" Get "/v1/log/checkpoints"        READERS, Held, Read => checkpoints::list;
    "log.checkpoint"  Get "/v1/log/checkpoints/{size}" READERS, Held, Read => checkpoints::get;
    "log.keys"        Get "/v1/log/keys"               READERS, Held, Read => checkpoints::keys;
    "log.consistency" Get "/v1/log/consistency"        READERS, Held, Read => checkpoints::consistency;

    "vectors.check" Post "/v1/vector-checks" STUDENTS, Held, Read => vector_checks::create;

    "replays.create"      Post   "/v1/areas/{area}/replays"                  EXAMINERS, Area, Once => replays::create;
    "replays.list"        Get    "/v1/areas/{area}/replays"                  EXAMINERS, Area, Read => replays::list;
    "replays.get"         Get    "/v1/areas/{area}/replays/{id}"             EXAMINERS, Area, Read => replays::get;
    "replays.events"      Get    "/v1/areas/{area}/replays/{id}/events"      EXAMINERS, Area, Read => replays::events;
    "replays.differences" Get    "/v1/areas/{area}/replays/{id}/differences" EXAMINERS, Area, Read => replays::differences;
    "replays.cancel"      Delete "/v1/areas/{area}/replays/{id}"             EXAMINERS, Area, Set => replays::cancel;

    "audits.create" Post   "/v1/areas/{area}/audits"                   EXAMINERS, Area, Once => audits::create;
    "audits.list"   Get    "/v1/areas/{area}/audits"                   EXAMINERS, Area, Read => audits::list;
    "audits.get"    Get    "/v1/areas/{area}/audits/{id}"              EXAMINERS, Area, Read => audits::get;
    "audits.events" Get    "/v1/areas/{area}/audits/{id}/events"       EXAMINERS, Area, Read => audits::events;
    "audits.lines"  Get    "/v1/areas/{area}/audits/{id}/lines"        EXAMINERS, Area, Read => audits::lines;
    "audits.file"   Get    "/v1/areas/{area}/audits/{id}/files/{file}" EXAMINERS, Area, Read => audits::file;
    "audits.cancel" Delete "/v1/areas/{area}/audits/{id}"              EXAMINERS, Area, Set => audits::cancel;

    "keys.create"   Post   "/v1/keys"      &[Admin], Held, Once => keys::create;
    "keys.list"     Get    "/v1/keys"      &[Admin], Held, Read => keys::list;
    "keys.revoke"   Delete "/v1/keys/{id}" &[Admin], Held, Set  => keys::revoke;
    "accesses.list" Get    "/v1/accesses"  &[Admin, Auditor], Held, Read => keys::accesses;

    "webhooks.create"     Post   "/v1/areas/{area}/webhooks"                                        &[Admin], Area, Once => hooks::create;
    "webhooks.list"       Get    "/v1/areas/{area}/webhooks"                                        &[Admin, Auditor], Area, Read => hooks::list;
    "webhooks.get"        Get    "/v1/areas/{area}/webhooks/{webhook}"                              &[Admin, Auditor], Area, Read => hooks::get;
    "webhooks.delete"     Delete "/v1/areas/{area}/webhooks/{webhook}"                              &[Admin], Area, Set => hooks::delete;
    "webhooks.rotate"     Post   "/v1/areas/{area}/webhooks/{webhook}/rotation"                     &[Admin], Area, Once => hooks::rotate;
    "webhooks.deliveries" Get    "/v1/areas/{area}/webhooks/{webhook}/deliveries"                   &[Admin, Auditor], Area, Read => hooks::deliveries;
    "webhooks.retry"      Post   "/v1/areas/{area}/webhooks/{webhook}/deliveries/{delivery}/retry"  &[Admin], Area, Once => hooks::retry;

    "rule_sets.upload"   Post "/v1/areas/{area}/rule-sets"                      &[Officer],  Area, Once => rule_sets::upload;
    "rule_sets.list"     Get  "/v1/areas/{area}/rule-sets"                      READERS,     Area, Read => rule_sets::list;
    "rule_sets.in_force" Get  "/v1/areas/{area}/rule-sets/in-force"             READERS,     Area, Read => rule_sets::in_force;
    "rule_sets.get"      Get  "/v1/areas/{area}/rule-sets/{digest}"             READERS,     Area, Read => rule_sets::get;
    "rule_sets.text"     Get  "/v1/areas/{area}/rule-sets/{digest}/text"        READERS,     Area, Read => rule_sets::text;
    "rule_sets.findings" Get  "/v1/areas/{area}/rule-sets/{digest}/findings"    READERS,     Area, Read => rule_sets::findings;
    "rule_sets.diff"     Get  "/v1/areas/{area}/rule-sets/{digest}/diff"        READERS,     Area, Read => rule_sets::diff;
    "rule_sets.approve"  Post "/v1/areas/{area}/rule-sets/{digest}/approval"    &[Approver], Area, Once => rule_sets::approve;
    "rule_sets.publish"  Post "/v1/areas/{area}/rule-sets/{digest}/publication" &[Approver], Area, Once => rule_sets::publish;

    "impacts.create" Post "/v1/areas/{area}/rule-sets/{digest}/impacts"      &[Officer, Approver, Actuary], Area, Once => impacts::create;
    "impacts.get"    Get  "/v1/areas/{area}/rule-sets/{digest}/impacts/{id}" &[Officer, Approver, Actuary, Auditor], Area, Read => impacts::get;

    "scenarios.create" Post   "/v1/scenarios"                     &[Officer, Approver, Actuary], Held, Once => scenarios::create;
    "scenarios.list"   Get    "/v1/scenarios"                     STUDENTS, Held, Read => scenarios::list;
    "scenarios.get"    Get    "/v1/scenarios/{id}"                STUDENTS, Held, Read => scenarios::get;
    "scenarios.events" Get    "/v1/scenarios/{id}/events"         STUDENTS, Held, Read => scenarios::events;
    "scenarios.tables" Get    "/v1/scenarios/{id}/tables"         STUDENTS, Held, Read => scenarios::tables;
    "scenarios.table"  Get    "/v1/scenarios/{id}/tables/{table}" STUDENTS, Held, Read => scenarios::table;
    "scenarios.report" Get    "/v1/scenarios/{id}/report"         STUDENTS, Held, Read => scenarios::report;
    "scenarios.drop"   Delete "/v1/scenarios/{id}"                &[Officer, Approver, Actuary], Held, Set => scenarios::drop;

    "parameters.upload"   Post "/v1/areas/{area}/parameters"                      &[Officer],  Area, Once => parameters::upload;
    "parameters.list"     Get  "/v1/areas/{area}/parameters"                      READERS,     Area, Read => parameters::list;
    "parameters.get"      Get  "/v1/areas/{area}/parameters/{digest}"             READERS,     Area, Read => parameters::get;
    "parameters.text"     Get  "/v1/areas/{area}/parameters/{digest}/text"        READERS,     Area, Read => parameters::text;
    "parameters.findings" Get  "/v1/areas/{area}/parameters/{digest}/findings"    READERS,     Area, Read => parameters::findings;
    "parameters.diff"     Get  "/v1/areas/{area}/parameters/{digest}/diff"        READERS,     Area, Read => parameters::diff;
    "parameters.approve"  Post "/v1/areas/{area}/parameters/{digest}/approval"    &[Approver], Area, Once => parameters::approve;
    "parameters.publish"  Post "/v1/areas/{area}/parameters/{digest}/publication" &[Approver], Area, Once => parameters::publish;
}

/// What has no line in the table: another method of a path that has one, or no path at all.
async fn unknown(request: HttpRequest) -> Result<&'static str, ApiError> {
    let of_path = |operation: &&Operation| operation.matches(request.path());
    let methods = OPERATIONS.iter().filter(of_path).flat_map(|it| it.verb.methods());
    let mut allowed: Vec<&str> = methods.map(Method::as_str).collect();
    allowed.dedup();
    if allowed.is_empty() {
        Err(ApiError::plain(ApiCode::RouteUnknown))
    } else {
        Err(ApiError::method(&allowed.join(", ")))
    }
}
