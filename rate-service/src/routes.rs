//! Every path of the service on one page, with who may ask it.
//!
//! The table mounts the routes and is the whole of what authorises them: no handler is reached but through its line. A test
//! makes the matrix of callers, operations and areas from it, and holds the OpenAPI document to it.

mod envelope;
mod gate;
mod operation;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, guard, middleware};

pub use envelope::envelope;
pub use operation::{Effect, Operation, Scope, Verb};

use crate::api::{health, keys, rates};
use crate::api_error::{ApiCode, ApiError};
use crate::auth::Role::{self, Actuary, Admin, Approver, Auditor, Billing, Officer};

/// Nobody needs a key.
const NOBODY: &[Role] = &[];
/// Whoever works with rates.
const READERS: &[Role] = &[Billing, Officer, Approver, Actuary, Auditor];

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
                    let resource = web::resource(operation.path).guard(guard::Method(operation.verb.method()));
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

    "accounts.find"  Get "/v1/areas/{area}/accounts"                READERS, Area, Read => rates::accounts;
    "rates.get"      Get "/v1/areas/{area}/accounts/{number}/rates" READERS, Area, Read => rates::of_account;
    "rates.snapshot" Get "/v1/areas/{area}/rate-snapshot"           READERS, Area, Read => rates::snapshot;
    "rates.changes"  Get "/v1/areas/{area}/rate-changes"            READERS, Area, Read => rates::feed;

    "keys.create"   Post   "/v1/keys"      &[Admin], Held, Once => keys::create;
    "keys.list"     Get    "/v1/keys"      &[Admin], Held, Read => keys::list;
    "keys.revoke"   Delete "/v1/keys/{id}" &[Admin], Held, Set  => keys::revoke;
    "accesses.list" Get    "/v1/accesses"  &[Admin, Auditor], Held, Read => keys::accesses;
}

/// What has no line in the table: another method of a path that has one, or no path at all.
async fn unknown(request: HttpRequest) -> Result<&'static str, ApiError> {
    let of_path = |operation: &&Operation| operation.matches(request.path());
    let mut allowed: Vec<&str> = OPERATIONS.iter().filter(of_path).map(|it| it.verb.as_str()).collect();
    allowed.dedup();
    if allowed.is_empty() {
        Err(ApiError::plain(ApiCode::RouteUnknown))
    } else {
        Err(ApiError::method(allowed.join(", ")))
    }
}
