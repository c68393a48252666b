//! The server: a store that is open, workers that answer, and an end that loses nothing.

mod demo;

use std::future::poll_fn;
use std::io::Write;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::rt::signal::unix::{SignalKind, signal};
use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, Error, HttpServer, middleware};
use utoipa_swagger_ui::SwaggerUi;

use crate::api::{Limits, Service};
use crate::auth::{Areas, Role, make};
use crate::config::{Config, ConfigError};
use crate::console::{self, Desk};
use crate::hooks::Rules;
use crate::jobs::{Crew, How};
use crate::logbook::LogError;
use crate::openapi;
use crate::routes;
use crate::store::{Store, StoreError};

/// Threads of each worker that wait for the database; with all of them busy, requests queue.
const WAITING: usize = 8;

/// Why a server could not begin, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// What it was told.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Where it keeps everything.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log there.
    #[error(transparent)]
    Log(#[from] LogError),
    /// No random bytes for a key.
    #[error("no random bytes for a key: {0}")]
    Random(getrandom::Error),
    /// The demonstration could not be made.
    #[error("the demonstration could not be made / 演示未能建立: {0}")]
    Demo(String),
    /// The network, or the output.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ServeError {
    fn demo(why: &dyn std::fmt::Display) -> Self {
        Self::Demo(why.to_string())
    }

    fn system(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::System { what, source }
    }
}

/// Serves until it is told to stop (SIGTERM, SIGINT); says on `out` where it listens, and, the first time, the one key that
/// makes all others. Where a demonstration is wanted and the database has no facts, the sample city is put into it first.
///
/// # Errors
/// What it was told, a store that does not open, an address that is taken.
pub fn serve(config: &Config, demonstrated: bool, out: &mut dyn Write) -> Result<(), ServeError> {
    // An address that is taken is said before anything is made, a key above all.
    let listener = TcpListener::bind(&config.listen).map_err(ServeError::system(config.listen.clone()))?;
    let store = Arc::new(Store::open(&config.place()?)?);
    let Config { body_bytes, line_bytes, requests_per_second, .. } = *config;
    let body_wait = Duration::from_secs(config.body_wait_seconds);
    let webhooks = Rules { loopback: config.webhook_loopback, tls_gateway: config.tls_gateway()? };
    let limits = Limits { body_bytes, line_bytes, body_wait, requests_per_second, webhooks };
    let service = Arc::new(Service::over(store, &config.log_name, limits)?);
    if let Some(key) = first_key(&service)? {
        let said = writeln!(out, "admin key, shown this once / 管理密钥（仅此一次）: {key}");
        said.map_err(ServeError::system("output"))?;
    }
    let shown = if demonstrated { demo::made(&service, out)? } else { None };
    let how = How {
        threads: threads(config.job_threads),
        accounts: config.chunk_accounts.max(1),
        lease_millis: i64::from(config.lease_seconds) * 1000,
        scenario_accounts: config.scenario_accounts,
        couriers: config.webhook_threads,
        hooks: webhooks,
    };
    let crew = Crew::begin(service.store(), &config.log_name, service.bell(), how)?;
    let ended = actix_web::rt::System::new().block_on(answer((config, listener), &service, shown.as_ref(), out));
    crew.end();
    service.close();
    ended
}

async fn answer(
    (config, listener): (&Config, TcpListener),
    service: &Arc<Service>,
    shown: Option<&demo::Shown>,
    out: &mut dyn Write,
) -> Result<(), ServeError> {
    let data = Data::from(Arc::clone(service));
    let app = move || {
        let mount = |config: &mut ServiceConfig| {
            config.service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", openapi::document()));
            console::mount(config);
            routes::mount(config);
        };
        let inside = data.clone();
        App::new()
            .app_data(data.clone())
            .data_factory(move || Desk::over(programs(inside.clone())))
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(routes::envelope))
            .configure(mount)
    };
    let mut server =
        HttpServer::new(app).worker_max_blocking_threads(WAITING).shutdown_timeout(config.shutdown_seconds);
    if config.workers > 0 {
        server = server.workers(config.workers);
    }
    let server = server.listen(listener).map_err(ServeError::system(config.listen.clone()))?;
    let addresses = server.addrs();
    told_to_stop(service)?;
    // Its first step takes the signals: whoever reads the line below may tell it to stop at once.
    let mut server = pin!(server.run());
    if let Poll::Ready(ended) = poll_fn(|context| Poll::Ready(server.as_mut().poll(context))).await {
        return ended.map_err(ServeError::system("serving"));
    }
    for address in addresses {
        if let Some(shown) = shown {
            write!(out, "{}", shown.requests(&address.to_string())).map_err(ServeError::system("output"))?;
        }
        writeln!(out, "listening on http://{address}").map_err(ServeError::system("output"))?;
    }
    out.flush().map_err(ServeError::system("output"))?;
    server.await.map_err(ServeError::system("serving"))
}

/// What programs ask, without a way in from outside: behind the pages of the console.
fn programs(
    data: Data<Service>,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>,
> {
    App::new().app_data(data).wrap(middleware::from_fn(routes::envelope)).configure(routes::mount)
}

/// Has the service know as soon as the server is told to stop, which then waits for answers under way.
fn told_to_stop(service: &Arc<Service>) -> Result<(), ServeError> {
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let (mut told, service) = (signal(kind).map_err(ServeError::system("signals"))?, Arc::clone(service));
        actix_web::rt::spawn(async move {
            told.recv().await;
            service.stop();
        });
    }
    Ok(())
}

/// As many threads as are asked for; as there are cores, where none are.
fn threads(asked: usize) -> usize {
    if asked > 0 { asked } else { std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get) }
}

/// Makes the first key of a store that has none.
fn first_key(service: &Service) -> Result<Option<String>, ServeError> {
    let Ok(everywhere) = "*".parse::<Areas>() else { return Ok(None) };
    let made = make(Role::Admin, &everywhere, "admin", "", &service.now()).map_err(ServeError::Random)?;
    // Of replicas that begin together, one finds no key.
    service.store().write(|link| -> Result<_, ServeError> {
        if !link.keys()?.is_empty() {
            return Ok(None);
        }
        link.add_key(&made.row)?;
        Ok(Some(made.secret))
    })
}
