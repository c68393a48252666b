//! The demonstration in a database: the sample city's law, book and rates, published as an agency would, and a key a role.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::ServeError;
use crate::annual::{self, Act, State, Worker};
use crate::api::Service;
use crate::auth::{Areas, Role, make};
use crate::book::{Encoding, Plan, generate};
use crate::clock;
use crate::demo::{AREA, SEED, law, on};
use crate::gazette::{self, Approval, Form, Person, Upload};
use crate::intake::{self, Keep, Mode, Opening, Part};
use crate::jobs::InForce;
use crate::store::DocumentKind;

/// Accounts of the sample city.
const ACCOUNTS: u32 = 2000;
/// What its run is called.
const RUN: &str = "990100-demo";
/// How long a piece of work is left to whoever took it, in milliseconds; nobody else works on a new database.
const LEASE_MILLIS: i64 = 60_000;
/// Bytes of a file that are handed over in one go.
const PIECE: usize = 1 << 20;

/// What somebody who looks at the demonstration needs.
#[derive(Debug)]
pub(super) struct Shown {
    billing: String,
    actuary: String,
    account: String,
}

impl Shown {
    /// Three requests to begin with, at an address.
    pub(super) fn requests(&self, address: &str) -> String {
        let Self { billing, actuary, account } = self;
        let day = on();
        format!(
            "try / 试试:\n  \
             curl -H 'Authorization: Bearer {billing}' 'http://{address}/v1/areas/{AREA}/accounts/{account}/rates?from=2022-07&to=2023-06'\n  \
             curl -H 'Authorization: Bearer {billing}' 'http://{address}/v1/areas/{AREA}/rate-snapshot?on={day}'\n  \
             curl -H 'Authorization: Bearer {actuary}' -H 'Content-Type: application/json' -d '{{\"area\":\"{AREA}\",\"on\":\"{day}\",\"account\":\"{account}\",\"steps\":true}}' http://{address}/v1/previews\n"
        )
    }
}

/// Makes the demonstration in a database that has no facts; nothing, where it has some.
pub(super) fn made(service: &Arc<Service>, out: &mut dyn Write) -> Result<Option<Shown>, ServeError> {
    let known = service.store().read(crate::store::Link::last_knowledge)?;
    if known > 0 {
        say(out, "the database has facts already: no demonstration is made / 数据库中已有数据，不建立演示")?;
        return Ok(None);
    }
    let (clerk, head) = (person("clerk", "演示经办"), person("head", "演示审批"));
    for (kind, area, text) in law() {
        become_law(service, (kind, area, text), &clerk, &head)?;
    }
    say(out, "law published for trial / 规则已发布（试行）")?;
    let dir = tempfile::tempdir().map_err(ServeError::system("a directory for the demonstration"))?;
    let plan = Plan { accounts: ACCOUNTS, seed: SEED, area: AREA.to_owned(), bad_rows: 1 };
    generate(&plan, dir.path(), &mut |_, _| {}).map_err(|error| ServeError::demo(&error))?;
    come_in(service, dir.path(), &clerk.name)?;
    say(out, "book imported / 数据已导入")?;
    let decided = publish_run(service, &clerk.name, &head.name)?;
    say(out, &format!("{decided} accounts decided and published / 已核定并发布 {decided} 户"))?;
    let mut keys = Vec::new();
    for role in Role::ALL {
        let areas: Areas = AREA.parse().map_err(|error| ServeError::demo(&error))?;
        let made = make(role, &areas, &format!("demo {role}"), "", &service.now()).map_err(ServeError::Random)?;
        service.store().change(|link| link.add_key(&made.row))?;
        say(out, &format!("{:<9}{}", role.as_str(), made.secret))?;
        keys.push((role, made.secret));
    }
    let key = |role| keys.iter().find(|(of, _)| *of == role).map(|(_, key)| key.clone()).unwrap_or_default();
    let list =
        annual::run_list(service.store(), RUN, "", 1, rate_core::Lang::En).map_err(|error| ServeError::demo(&error))?;
    let place = list.columns.iter().position(|column| *column == "account");
    let first = list.rows.first().and_then(|row| row.get(place?).cloned().flatten());
    let account = first.unwrap_or_default();
    Ok(Some(Shown { billing: key(Role::Billing), actuary: key(Role::Actuary), account }))
}

fn say(out: &mut dyn Write, line: &str) -> Result<(), ServeError> {
    writeln!(out, "{line}").map_err(ServeError::system("output"))
}

fn person(key: &str, name: &str) -> Person {
    Person { key: key.to_owned(), name: name.to_owned() }
}

fn become_law(
    service: &Service,
    (kind, area, text): (DocumentKind, &str, &str),
    clerk: &Person,
    head: &Person,
) -> Result<(), ServeError> {
    let (store, now) = (service.store(), service.now());
    let upload = Upload { area: area.to_owned(), kind, form: Form::Toml, text: text.to_owned(), supersedes: None };
    let failed = |error: gazette::GazetteError| ServeError::demo(&error);
    let prepared = store.read(|link| gazette::prepare(link, &upload)).map_err(failed)?;
    let (document, _) = store.change(|link| gazette::keep(link, prepared, clerk, &now)).map_err(failed)?;
    let named = (area, kind, &document.digest);
    let approval =
        Approval {
            number: "演示〔2022〕1号".to_owned(), organ: "演示".to_owned(), date: "2022-05-01".to_owned()
        };
    store.change(|link| gazette::approve(link, named, &approval, head, &now)).map_err(failed)?;
    let log = service.log();
    store.write(|link| gazette::publish(link, &log, named, head, &now)).map_err(failed)?;
    Ok(())
}

/// Brings in the files of a directory; the account with the wrong row stays out.
fn come_in(service: &Service, dir: &Path, author: &str) -> Result<(), ServeError> {
    let (store, log) = (service.store(), service.log());
    let failed = |error: intake::IntakeError| ServeError::demo(&error);
    let id = "demo";
    let opening = Opening {
        id: id.to_owned(),
        area: AREA.to_owned(),
        mode: Mode::Replace,
        keep: Keep::KeepTheGood,
        dry_run: false,
        author: author.to_owned(),
        opened_at: service.now(),
    };
    intake::open(store, &opening).map_err(failed)?;
    let listed: io::Result<Vec<_>> = fs::read_dir(dir).and_then(Iterator::collect);
    let mut files: Vec<_> = listed.map_err(ServeError::system("the book"))?.into_iter().map(|it| it.path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "csv"));
    files.sort();
    for (path, number) in files.iter().zip(1..) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (form, encoding) = (intake::Form::Csv, Encoding::Utf8);
        let part = Part { number, name, kind: None, form, encoding, mapping: None, list: None };
        intake::begin_part(store, id, &part).map_err(failed)?;
        let mut file = fs::File::open(path).map_err(ServeError::system("the book"))?;
        let (mut hash, mut offset, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
        loop {
            let read = file.read(&mut piece).map_err(ServeError::system("the book"))?;
            if read == 0 && offset > 0 {
                break;
            }
            hash.update(&piece[..read]);
            offset = intake::receive(store, id, number, offset, &piece[..read]).map_err(failed)?;
            if read == 0 {
                break;
            }
        }
        let digest = rate_core::log::Digest(hash.finalize().into());
        intake::complete_part(store, id, number, &digest.to_string()).map_err(failed)?;
    }
    intake::close(store, id, &clock::now()).map_err(failed)?;
    while intake::work(store, &log, ("demo", LEASE_MILLIS), &clock::now).map_err(failed)? {}
    Ok(())
}

/// Has a run made, reviewed, approved and published; how many it decided.
fn publish_run(service: &Service, clerk: &str, head: &str) -> Result<u64, ServeError> {
    let (store, mut log) = (service.store(), service.log());
    let failed = |error: annual::AnnualError| ServeError::demo(&error);
    let request = annual::Request {
        id: RUN.to_owned(),
        area: AREA.to_owned(),
        on: on(),
        decided_on: None,
        first_only: false,
        supersedes: None,
        only: None,
        limits: String::new(),
        control: String::new(),
    };
    annual::open(store, &request, clerk, &service.now()).map_err(failed)?;
    let mut worker = Worker::new("demo");
    let source = InForce(Arc::clone(store));
    let mut work = || -> Result<State, ServeError> {
        while worker.work(store, &mut log, &source, &service.now()).map_err(failed)? {}
        Ok(annual::progress(store, RUN).map_err(failed)?.state)
    };
    let mut state = work()?;
    if state == State::Blocked {
        let (_, beyond) = annual::diagnosis(store, RUN).map_err(failed)?.unwrap_or_default();
        let reason = || "made up / 演示数据".to_owned();
        let accepted: Vec<_> = beyond.iter().map(|it| annual::Accepted { kind: it.kind, reason: reason() }).collect();
        annual::accept(store, RUN, &accepted, clerk, &service.now()).map_err(failed)?;
        state = work()?;
    }
    if state != State::Trial {
        return Err(ServeError::demo(&state));
    }
    for act in [Act::Review, Act::Approve, Act::Publish] {
        annual::act(store, RUN, act, head, &service.now(), "").map_err(failed)?;
    }
    match work()? {
        State::Published => Ok(annual::summary(store, RUN).map_err(failed)?.counts[0]),
        state => Err(ServeError::demo(&state)),
    }
}
