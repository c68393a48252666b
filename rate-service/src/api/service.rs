//! What every request shares: the store, the log, and the bounds.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, rt, web};
use futures_util::future::{Ready, ready};
use rate_core::error::Lang;
use rate_core::log::Digest;
use rate_core::{NaiveDate, Parameters, RuleSet};
use tokio::sync::Semaphore;

use super::shares::Shares;
use super::witness::Witness;
use crate::api_error::{ApiCode, ApiError, language};
use crate::auth::{self, Caller};
use crate::billing::{Ledger, Methods, Seen};
use crate::clock::{self, Stopwatch};
use crate::gazette;
use crate::hooks::Rules;
use crate::jobs::Bell;
use crate::logbook::{LogError, Logbook};
use crate::run::{ChosenLaw, not_of_setting};
use crate::store::{AccessRow, Link, Store};
use crate::telemetry::Metrics;

/// How much one request may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a body that is read whole.
    pub body_bytes: usize,
    /// Bytes of a line of a body that is read line by line.
    pub line_bytes: usize,
    /// How long the next bytes of a body are waited for.
    pub body_wait: Duration,
    /// Requests a second of one key.
    pub requests_per_second: u32,
    /// Where messages of webhooks may be sent.
    pub webhooks: Rules,
}

impl Default for Limits {
    fn default() -> Self {
        let body_wait = Duration::from_secs(30);
        let webhooks = Rules::default();
        Self { body_bytes: 8 << 20, line_bytes: 1 << 20, body_wait, requests_per_second: 5000, webhooks }
    }
}

/// How long a key that was looked up is believed before it is looked up again: a key that is taken back in another
/// process is refused here after this time at the latest.
const BELIEVED_MS: u64 = 5000;

/// How long a law is taken for the one in force without being asked for again.
const IN_FORCE_MS: u64 = 1000;

/// The most laws that are kept compiled.
const MOST_LAWS: usize = 64;

/// The most keys that are remembered; more are looked up each time.
const REMEMBERED: usize = 10_000;

/// How many requests write at a time. They wait for one another and for whoever works beside the requests, and hold a thread
/// while they do: with fewer than a worker has, some are left for those that only read.
const WRITERS: usize = 4;

/// How long a request waits until it may write; then it is told to come again.
const PATIENCE: Duration = Duration::from_secs(30);

/// What every request shares.
#[derive(Debug)]
pub struct Service {
    store: Arc<Store>,
    writers: Arc<Semaphore>,
    stopping: AtomicBool,
    log: Mutex<Logbook>,
    /// The bounds of a request.
    pub limits: Limits,
    /// Figures for whoever watches the server.
    pub metrics: Metrics,
    /// How much each caller may have.
    pub shares: Shares,
    laws: Mutex<HashMap<Asked, (Stopwatch, Arc<ChosenLaw>)>>,
    ledger: Mutex<Arc<Ledger>>,
    methods: Mutex<Methods>,
    callers: RwLock<HashMap<Vec<u8>, (Stopwatch, Caller)>>,
    witness: Witness,
    bell: Arc<Bell>,
}

/// Which law is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The area.
    pub area: String,
    /// A day of the annual setting.
    pub on: NaiveDate,
    /// The day the rate is decided, where that is inside the setting.
    pub decided_on: Option<NaiveDate>,
    /// The rule set; the one in force where none is named.
    pub rule_set: Option<Digest>,
}

/// Where a request was met: what its answer needs to know.
#[derive(Clone, Debug)]
pub struct Started {
    /// The request, as the log names it.
    pub request_id: String,
    /// The language its reader asked for.
    pub lang: Lang,
}

/// Who asks, where they were let in before the gate: by their session, in the process itself. No request from outside has
/// such a thing with it.
#[derive(Clone, Debug)]
pub struct Admitted(pub Caller);

/// The operation and area of a request, for whoever notes it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// What was asked.
    pub operation: &'static str,
    /// The key.
    pub caller: String,
    /// The area, where the path names one.
    pub area: String,
}

impl Service {
    /// A service over a store that is open.
    ///
    /// # Errors
    /// A log that does not fit together; no thread to be had.
    pub fn over(store: Arc<Store>, log_name: &str, limits: Limits) -> Result<Self, LogError> {
        let log = Mutex::new(Logbook::over(Arc::clone(&store), log_name)?);
        let metrics = Metrics::new();
        let witness = Witness::of(Arc::clone(&store), metrics.accesses_lost.clone());
        let witness = witness.map_err(LogError::at(Path::new("thread")))?;
        let shares = Shares::of(limits.requests_per_second);
        Ok(Self {
            store,
            writers: Arc::new(Semaphore::new(WRITERS)),
            stopping: AtomicBool::new(false),
            log,
            limits,
            metrics,
            shares,
            laws: Mutex::default(),
            ledger: Mutex::default(),
            methods: Mutex::default(),
            callers: RwLock::default(),
            witness,
            bell: Arc::default(),
        })
    }

    /// The store.
    pub const fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The log; one thread of this process writes to it at a time.
    pub fn log(&self) -> std::sync::MutexGuard<'_, Logbook> {
        // A panicking writer's transaction was taken back, and the log holds no other state.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does work that waits, on a thread that may.
    ///
    /// # Errors
    /// What the work ends with.
    pub async fn wait<T, W>(self: &Arc<Self>, work: W) -> Result<T, ApiError>
    where
        T: Send + 'static,
        W: FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    {
        let service = Arc::clone(self);
        web::block(move || work(&service)).await.map_err(ApiError::internal)?
    }

    /// Does work that writes, once few enough others do.
    ///
    /// # Errors
    /// What the work ends with; others that do not come to their end.
    pub async fn write<T, W>(self: &Arc<Self>, work: W) -> Result<T, ApiError>
    where
        T: Send + 'static,
        W: FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    {
        let writers = Arc::clone(&self.writers);
        let turn = rt::time::timeout(PATIENCE, writers.acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(ApiError::plain(ApiCode::StoreBusy)) };
        self.wait(move |service| {
            // Held by the work, which goes on where its caller has gone away.
            let _turn = turn;
            work(service)
        })
        .await
    }

    /// Reads one state of the store.
    ///
    /// # Errors
    /// What the work ends with.
    pub async fn read<T, W>(self: &Arc<Self>, work: W) -> Result<T, ApiError>
    where
        T: Send + 'static,
        W: FnOnce(&mut Link) -> Result<T, ApiError> + Send + 'static,
    {
        self.wait(move |service| service.store.read(work)).await
    }

    /// The law that previews are made under: the one in force, or that of a rule set that is known here.
    ///
    /// Compiled once; what is published meanwhile is seen within a second.
    ///
    /// # Errors
    /// No set that decides; a rule set that is unknown.
    pub async fn law(self: &Arc<Self>, asked: Asked) -> Result<Arc<ChosenLaw>, ApiError> {
        let known = self.laws.lock().unwrap_or_else(PoisonError::into_inner).get(&asked).cloned();
        if let Some((since, law)) = known
            && since.millis() < IN_FORCE_MS
        {
            return Ok(law);
        }
        let Asked { area, on, decided_on, rule_set } = asked.clone();
        let found = self.read(move |link| {
            let chosen = match rule_set {
                Some(digest) => gazette::law_of(link, &area, &digest, on)?,
                None => gazette::law(link, &area, on, None, Parameters::default())?,
            };
            on_its_day(chosen, decided_on)
        });
        let found = found.await?;
        let mut laws = self.laws.lock().unwrap_or_else(PoisonError::into_inner);
        if laws.len() >= MOST_LAWS {
            laws.clear();
        }
        laws.insert(asked, (Stopwatch::start(), Arc::clone(&found)));
        Ok(found)
    }

    /// The law that previews are made under where some of it is given whole; nothing of it is kept.
    ///
    /// # Errors
    /// What is wrong with what is given; no set that decides; a rule set that is unknown.
    pub async fn law_given(self: &Arc<Self>, asked: Asked, given: gazette::Given) -> Result<Arc<ChosenLaw>, ApiError> {
        let Asked { area, on, decided_on, rule_set } = asked;
        let found = self.read(move |link| {
            let chosen = gazette::law_given(link, (&area, on), rule_set.as_ref(), &given)?;
            on_its_day(chosen, decided_on)
        });
        found.await
    }

    /// The published runs, as far as a state of the store has them.
    ///
    /// # Errors
    /// As the store's.
    pub fn ledger(&self, link: &mut Link) -> Result<Seen, ApiError> {
        Ok(Seen::by(link, &mut self.ledger.lock().unwrap_or_else(PoisonError::into_inner))?)
    }

    /// The rule set of a published decision.
    ///
    /// # Errors
    /// As the store's.
    pub fn method(&self, link: &mut Link, digest: Digest) -> Result<Arc<RuleSet>, ApiError> {
        Ok(self.methods.lock().unwrap_or_else(PoisonError::into_inner).of(link, digest)?)
    }

    /// Who holds a key; `None` where nobody does.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn caller(self: &Arc<Self>, secret: &str) -> Result<Option<Caller>, ApiError> {
        // Remembered by its hash: no key stays in memory.
        let hash = auth::hash(secret);
        let remembered = self.callers.read().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        if let Some((since, caller)) = remembered
            && since.millis() < BELIEVED_MS
        {
            return Ok(Some(caller));
        }
        let asked = secret.to_owned();
        let found = self.read(move |link| Ok(auth::known(link, &asked)?)).await?;
        let mut callers = self.callers.write().unwrap_or_else(PoisonError::into_inner);
        match &found {
            Some(caller) if callers.len() < REMEMBERED || callers.contains_key(&hash) => {
                callers.insert(hash, (Stopwatch::start(), caller.clone()));
            }
            _ => drop(callers.remove(&hash)),
        }
        Ok(found)
    }

    /// Looks every key up again at its next request.
    pub fn forget_callers(&self) {
        self.callers.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Tells whoever works beside the requests that there is something to do.
    pub fn wake(&self) {
        self.bell.ring();
    }

    /// What workers wait for.
    pub const fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    /// Takes note of a request for the access log.
    pub fn note_access(&self, row: AccessRow) {
        if !self.witness.note(row) {
            self.metrics.accesses_lost.inc();
        }
    }

    /// Says that the server was told to stop: answers that would go on for as long as somebody reads come to their end.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Ends what this service does beside answering.
    pub fn close(&self) {
        self.witness.close();
    }

    /// The instant it is.
    pub fn now(&self) -> String {
        clock::now()
    }
}

/// A law, as it decides on a day of its setting.
fn on_its_day(mut chosen: ChosenLaw, decided_on: Option<NaiveDate>) -> Result<Arc<ChosenLaw>, ApiError> {
    if let Some(day) = decided_on {
        if let Some((zh, en)) = not_of_setting(&chosen.law, day) {
            return Err(ApiError::refused(zh, en));
        }
        chosen.law = chosen.law.decided_on(day);
    }
    Ok(Arc::new(chosen))
}

impl Started {
    /// Where a request is met.
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(|| {
            let header = request.headers().get("accept-language").and_then(|value| value.to_str().ok());
            Self { request_id: String::new(), lang: language(header.unwrap_or_default()) }
        })
    }
}

impl FromRequest for Started {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    /// The gate before every route left the caller here; a route without a gate has none, and answers nobody.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| ApiError::plain(ApiCode::AuthMissing)))
    }
}
