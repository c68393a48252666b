//! Webhooks: signed, sent until they are taken, of what holds and of nothing else. The receivers are the test's own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rate_core::date;
use rate_core::input::book::TableKind;
use rate_service::clock::{self, Stopwatch};
use rate_service::hooks::{self, Courier, NewWebhook, Rules};
use rate_service::intake::{Keep, Mode};
use rate_service::remedy::{self, Filing, Kind, Ruling};
use rate_service::store::{HookDeliveryRow, HookKind, Store, StoreError, WebhookRow};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::annual::{self, demo, request, run_on_files, worker};
use crate::intake::each;
use crate::law::{enact, fixture, text_of};
use crate::server::{Client, Server};
use crate::stored::databases;

const AREA: &str = "990100";
const NOW: &str = "2022-06-20T01:00:00.000Z";
const HERE: Rules = Rules { loopback: true, tls_gateway: None };
/// Longer than anything here takes, in milliseconds.
const LONG: u64 = 180_000;

/// HMAC-SHA256 as RFC 2104 writes it, apart from what signs.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let with = |pad: u8| Sha256::new().chain_update(block.map(|byte| byte ^ pad));
    let inner = with(0x36).chain_update(text).finalize();
    with(0x5c).chain_update(inner).finalize().into()
}

/// The second case of RFC 4231.
#[test]
fn what_signatures_are_held_against_is_right() {
    let found = hmac(b"Jefe", b"what do ya want for nothing?").map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(found, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/// A message as it came.
#[derive(Clone, Debug)]
struct Message {
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Message {
    fn read(stream: &TcpStream) -> Self {
        let mut reader = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            lines.push(line.trim().to_owned());
        }
        let headers: BTreeMap<String, String> = lines[1..]
            .iter()
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let path = lines[0].split(' ').nth(1).unwrap().to_owned();
        Self { path, headers, body: String::from_utf8(body).unwrap() }
    }

    fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Which of its signatures, in their order, are those of a secret.
    fn signed_by(&self, secret: &str) -> Vec<bool> {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert!((24..=64).contains(&key.len()), "as the specification asks");
        let text = format!("{}.{}.{}", self.id(), self.headers["webhook-timestamp"], self.body);
        let right = format!("v1,{}", STANDARD.encode(hmac(&key, text.as_bytes())));
        self.headers["webhook-signature"].split(' ').map(|it| it == right).collect()
    }
}

/// Answers on every path as it is told, by path and how many messages came there before; what came can be heard.
struct Listener {
    address: String,
    heard: Receiver<Message>,
}

/// How a message is answered: a head beyond its protocol, after some milliseconds; nothing is said where it is empty.
type Manner = fn(&str, usize) -> (&'static str, u64);

impl Listener {
    fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (tell, heard) = channel::<Message>();
        std::thread::spawn(move || {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let message = Message::read(&stream);
                let count = counts.entry(message.path.clone()).or_default();
                let (head, millis) = manner(&message.path, *count);
                *count += 1;
                if tell.send(message).is_err() {
                    return;
                }
                std::thread::spawn(move || answer(stream, head, millis));
            }
        });
        Self { address, heard }
    }

    fn next(&self) -> Message {
        self.heard.recv_timeout(Duration::from_millis(LONG)).unwrap()
    }

    fn is_silent(&self) -> bool {
        self.heard.try_recv().is_err()
    }
}

fn answer(mut stream: TcpStream, head: &str, millis: u64) {
    pause(millis);
    if !head.is_empty() {
        // Whoever asked may have gone.
        let _ = write!(stream, "HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}

fn pause(millis: u64) {
    let (_tell, never): (Sender<()>, Receiver<()>) = channel();
    let _ = never.recv_timeout(Duration::from_millis(millis));
}

fn takes(_: &str, _: usize) -> (&'static str, u64) {
    ("204 No Content", 0)
}

/// A webhook below HTTP, and its secret.
fn hooked(store: &Store, area: &str, url: &str, id: &str) -> (WebhookRow, String) {
    let new =
        NewWebhook { id: id.to_owned(), area: area.to_owned(), url: url.to_owned(), kinds: HookKind::ALL.to_vec() };
    let made = store.change(|link| hooks::ask(link, new, &HERE, "key", NOW));
    let (row, secret) = made.unwrap();
    (row, secret.text())
}

/// A courier that tries again at once, so many times.
fn courier(store: &Arc<Store>, retries: usize) -> Courier {
    let mut courier = Courier::new(Arc::clone(store), HERE);
    courier.retries_millis = vec![1; retries];
    courier
}

fn happened(store: &Store, data: &Value) {
    let told = store.change(|link| link.add_hook_event(AREA, HookKind::RunPublished, &data.to_string(), NOW));
    told.unwrap();
}

fn of_webhook(store: &Store, id: &str) -> Vec<HookDeliveryRow> {
    let found = store.read(|link| link.hook_deliveries_after(id, None, 0, 100)).unwrap();
    found.into_iter().map(|(row, _)| row).collect()
}

/// Works until nothing waits for a webhook.
fn worked_off(store: &Store, courier: &Courier, id: &str) -> Vec<HookDeliveryRow> {
    let watch = Stopwatch::start();
    loop {
        while courier.work(&clock::now).unwrap() {}
        let all = of_webhook(store, id);
        if all.iter().all(|it| it.state != "waiting") {
            return all;
        }
        assert!(watch.millis() < LONG, "{all:?}");
        pause(2);
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// What is published, filed, decided and brought in is told, signed, with names of things alone.
#[test]
fn what_happens_is_told_with_names_alone() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    demo(here, 200);
    for url in databases(here) {
        run_on_files(here, &url);
        let mut house = annual::service(here, &url);
        let listener = Listener::new(takes);
        let (row, secret) = hooked(&house.store, AREA, &format!("{}/hook?of=990100", listener.address), "one");
        house.ask(&request("again", "2022-07-01"));
        house.work(&mut worker("one", 64));
        assert!(!courier(&house.store, 0).work(&clock::now).unwrap(), "a trial is no publication");
        house.publish("again");
        let all = worked_off(&house.store, &courier(&house.store, 0), &row.id);
        assert_eq!(all.iter().map(|it| (it.state.as_str(), it.status)).collect::<Vec<_>>(), [("delivered", 204)]);
        let message = listener.next();
        assert_eq!((message.path.as_str(), message.signed_by(&secret)), ("/hook?of=990100", vec![true]));
        assert_eq!(message.headers["content-type"], "application/json");
        let sent: i64 = message.headers["webhook-timestamp"].parse().unwrap();
        assert!((clock::millis(&clock::now()).unwrap() / 1000 - sent).abs() < 300, "of the attempt");
        let told = message.json();
        assert_eq!((&told["type"], &told["timestamp"]), (&json!("run.published"), &json!(annual::NOW)));
        let data = &told["data"];
        let size = house.log.view().unwrap().runs().iter().find(|it| it.id == "again").unwrap().size;
        assert_eq!(data["root"], house.root_of("again"));
        assert_eq!(
            (&data["run"], &data["accounts"], &data["supersedes"]),
            (&json!("again"), &json!(size), &json!("file"))
        );
        assert_eq!(data["setting"], json!({"from": "2022-07-01", "to": "2023-06-30"}));
        assert_eq!(keys(data), ["accounts", "area", "cause", "root", "run", "setting", "supersedes", "trial"]);
        is_told_of_objections(&house.store, &listener, &row.id);
    }
}

fn is_told_of_objections(store: &Arc<Store>, listener: &Listener, webhook: &str) {
    let account = store.read(|link| link.bodies("again")).unwrap()[0].account.clone();
    let filing = Filing {
        area: AREA.to_owned(),
        run: "again".to_owned(),
        account,
        kind: Kind::Review,
        filed_on: date("2022-07-05").unwrap(),
        grounds: "a matter of its own".to_owned(),
        documents: Vec::new(),
    };
    let today = date("2022-07-06").unwrap();
    let file = |name| store.change(|link| remedy::file(link, filing.clone(), "clerk", (NOW, today), name)).unwrap();
    let (filed, back) = (file("one"), file("two"));
    let ruling = Ruling { granted: false, on: today, document: "No. 1".to_owned(), reasons: "it stands".to_owned() };
    let decide = |by: &str| store.change(|link| remedy::decide(link, (AREA, &filed.id), &ruling, by, (NOW, today)));
    decide("clerk").unwrap_err();
    decide("head").unwrap();
    let withdraw =
        |area| store.change(|link| remedy::withdraw(link, (area, &back.id), "settled", "clerk", (NOW, today)));
    withdraw("330100").unwrap_err();
    withdraw(AREA).unwrap();
    worked_off(store, &courier(store, 0), webhook);
    for (of, kind, state) in [
        (&filed, "objection.filed", "filed"),
        (&back, "objection.filed", "filed"),
        (&filed, "objection.decided", "rejected"),
        (&back, "objection.withdrawn", "withdrawn"),
    ] {
        let told = listener.next().json();
        assert_eq!(told["type"], kind);
        assert_eq!(told["data"], json!({"area": AREA, "objection": of.id, "run": "again", "state": state}));
    }
    assert!(listener.is_silent(), "what was refused is not told");
}

/// An import that came in is told, one that was refused is not; nor is what was taken back, nor anything of another area.
#[test]
fn what_does_not_hold_is_not_told() {
    each(|house, _, _| {
        let listener = Listener::new(takes);
        let (row, _) = hooked(&house.store, AREA, &listener.address, "one");
        let (other, _) = hooked(&house.store, "330100", &listener.address, "other");
        let accounts = "area,account,kind\n990100,1,employer\n".to_owned();
        house.tables(
            "wrong",
            Mode::Add,
            Keep::AllOrNothing,
            &[(TableKind::Accounts, accounts.replace("employer", "none"))],
        );
        let taken_back: Result<(), StoreError> = house.store.change(|link| {
            link.add_hook_event(AREA, HookKind::RunPublished, "{}", NOW)?;
            Err(StoreError::Broken("a change of mind"))
        });
        taken_back.unwrap_err();
        assert!(!courier(&house.store, 0).work(&clock::now).unwrap());
        let came = house.tables("right", Mode::Add, Keep::AllOrNothing, &[(TableKind::Accounts, accounts)]);
        assert_eq!(worked_off(&house.store, &courier(&house.store, 0), &row.id).len(), 1);
        let told = listener.next().json();
        assert_eq!(told["type"], "import.committed");
        assert_eq!(told["data"], json!({"area": AREA, "import": "right", "knowledge": came.number.unwrap()}));
        assert!(of_webhook(&house.store, &other.id).is_empty() && listener.is_silent());
    });
}

fn fails_twice(_: &str, before: usize) -> (&'static str, u64) {
    match before {
        0 => ("500 Internal Server Error", 0),
        1 => ("", 0),
        _ => ("200 OK", 0),
    }
}

fn sends_away(_: &str, _: usize) -> (&'static str, u64) {
    ("302 Found\r\nLocation: http://127.0.0.1:9/", 0)
}

/// A message is the same at every attempt, is given up behind the last, and sent once more where somebody asks.
#[test]
fn a_message_is_sent_until_it_is_taken_or_given_up() {
    each(|house, _, _| {
        let store = &house.store;
        let (listener, elsewhere) = (Listener::new(fails_twice), Listener::new(sends_away));
        let (row, secret) = hooked(store, AREA, &listener.address, "one");
        let (lost, _) = hooked(store, AREA, &elsewhere.address, "two");
        happened(store, &json!({"run": "a.b"}));
        let all = worked_off(store, &courier(store, 2), &row.id);
        assert_eq!((all[0].state.as_str(), all[0].attempts, all[0].status), ("delivered", 3, 200));
        let came: Vec<Message> = (0..3).map(|_| listener.next()).collect();
        assert!(came.iter().all(|it| it.signed_by(&secret) == [true] && it.body == came[0].body));
        assert!(came.iter().all(|it| it.id() == came[0].id() && !it.id().contains('.')), "{came:?}");
        let all = worked_off(store, &courier(store, 2), &lost.id);
        assert_eq!((all[0].state.as_str(), all[0].attempts, all[0].status), ("failed", 3, 302));
        let again = store.change(|link| hooks::retry(link, (AREA, &lost.id), all[0].event)).unwrap();
        assert_eq!((again.0.state.as_str(), again.0.ended_at), ("waiting", None));
        let all = worked_off(store, &courier(store, 2), &lost.id);
        assert_eq!((all[0].state.as_str(), all[0].attempts), ("failed", 4));
        store.change(|link| hooks::retry(link, ("330100", &lost.id), all[0].event)).unwrap_err();
    });
}

fn by_path(path: &str, _: usize) -> (&'static str, u64) {
    match path {
        "/gone" => ("410 Gone", 0),
        "/busy" => ("503 Service Unavailable\r\nRetry-After: 3600", 0),
        _ => ("200 OK", 0),
    }
}

/// Who wants no more is told no more; who asks for a rest has it, for all that waits.
#[test]
fn a_receiver_is_heeded() {
    each(|house, _, _| {
        let (store, listener) = (&house.store, Listener::new(by_path));
        let (gone, _) = hooked(store, AREA, &format!("{}/gone", listener.address), "gone");
        let (busy, _) = hooked(store, AREA, &format!("{}/busy", listener.address), "busy");
        happened(store, &json!({"run": "one"}));
        happened(store, &json!({"run": "two"}));
        let courier = courier(store, 5);
        let all = worked_off(store, &courier, &gone.id);
        let ends: Vec<(&str, i64, &str)> =
            all.iter().map(|it| (it.state.as_str(), it.status, it.problem.as_str())).collect();
        assert_eq!(ends, [("failed", 410, ""), ("failed", 0, "webhook-disabled")]);
        let row = store.read(|link| hooks::webhook(link, AREA, &gone.id)).unwrap();
        assert_eq!((row.state.as_str(), row.disabled_at.is_some()), ("disabled", true));
        store.change(|link| hooks::retry(link, (AREA, &gone.id), all[0].event)).unwrap_err();
        happened(store, &json!({"run": "three"}));
        while courier.work(&clock::now).unwrap() {}
        assert_eq!(of_webhook(store, &gone.id).len(), 2);
        let all = of_webhook(store, &busy.id);
        assert_eq!(all.iter().map(|it| it.attempts).collect::<Vec<_>>(), [1, 0, 0], "all of it rests");
        let hour = all[0].due_at - store.read(|link| link.lease_clock()).unwrap();
        assert!((3_500_000..=3_600_000).contains(&hour), "{hour}");
        let paths: Vec<String> = (0..2).map(|_| listener.next().path).collect();
        assert!(paths.contains(&"/gone".to_owned()) && paths.contains(&"/busy".to_owned()) && listener.is_silent());
        // An attempt of somebody whose lease is over writes nothing.
        let leased = |millis| store.change(|link| link.lease_webhook(millis)).unwrap();
        let (late, _) = hooked(store, AREA, &listener.address, "late");
        happened(store, &json!({"run": "four"}));
        courier.work(&clock::now).unwrap();
        happened(store, &json!({"run": "five"}));
        store.change(|link| link.share_hook_event(5, std::slice::from_ref(&late.id))).unwrap();
        let (first, _) = leased(0).unwrap();
        let (second, delivery) = leased(600_000).unwrap();
        assert_eq!((first.fence + 1, delivery.attempts), (second.fence, 2));
        assert!(leased(600_000).is_none(), "one message at a time");
        assert!(!store.change(|link| link.release_webhook(&first)).unwrap());
        assert!(store.change(|link| link.release_webhook(&second)).unwrap());
    });
}

/// What was delivered is forgotten with its time, the last event excepted.
#[test]
fn what_was_delivered_is_forgotten() {
    each(|house, _, _| {
        let (store, listener) = (&house.store, Listener::new(takes));
        let (row, _) = hooked(store, AREA, &listener.address, "one");
        happened(store, &json!({"run": "one"}));
        happened(store, &json!({"run": "two"}));
        worked_off(store, &courier(store, 0), &row.id);
        store.change(|link| link.forget_hook_events("2022-01-01T00:00:00.000Z")).unwrap();
        assert_eq!(of_webhook(store, &row.id).len(), 2);
        store.change(|link| link.forget_hook_events("9999-01-01T00:00:00.000Z")).unwrap();
        assert!(of_webhook(store, &row.id).is_empty());
        let left = |number| store.read(|link| link.hook_event(number)).unwrap().is_some();
        assert_eq!((left(1), left(2)), (false, true));
        happened(store, &json!({"run": "three"}));
        assert!(left(3));
    });
}

/// A server that may send to this machine, and says all that it has to say.
fn begun(here: &Path, url: &str) -> Server {
    let key = here.join("log.key");
    let told = [("RATE_LOG_KEY", key.to_str().unwrap()), ("RATE_WEBHOOK_LOOPBACK", "true"), ("RATE_LOG", "trace")];
    Server::over(here, url, &told)
}

fn wanted(address: &str, kinds: &[&str]) -> Value {
    json!({"url": address, "kinds": kinds})
}

/// Publishes a rule set of the nation: the shortest way to something that is told.
fn publishes(server: &Server) {
    enact(server, "/v1/areas/cn/rule-sets", &fixture("rule_sets/cn/2015-71.toml"));
}

fn deliveries(client: &Client, webhook: &str) -> Vec<Value> {
    client.get(&format!("{webhook}/deliveries")).expect(200)["items"].as_array().unwrap().clone()
}

fn hangs_first(path: &str, before: usize) -> (&'static str, u64) {
    match (path, before) {
        ("/slow", 0) => ("200 OK", LONG),
        _ => ("200 OK", 0),
    }
}

/// Killed between an attempt and its answer, a server sends the same message again; who is slow holds up nobody; and no
/// secret stands anywhere that is read.
#[test]
fn a_server_that_is_killed_sends_again() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    for url in databases(here) {
        let listener = Listener::new(hangs_first);
        let server = begun(here, &url);
        let admin = server.admin();
        let at = |path: &str| wanted(&format!("{}{path}", listener.address), &["rule_set.published"]);
        let slow = admin.post("/v1/areas/cn/webhooks", &at("/slow")).expect(201);
        let quick = admin.post("/v1/areas/cn/webhooks", &at("/quick")).expect(201);
        let other = admin.post("/v1/areas/990100/webhooks", &at("/other")).expect(201);
        let path = |it: &Value| format!("/v1/areas/{}/webhooks/{}", text_of(it, "area"), text_of(it, "id"));
        publishes(&server);
        let mut came = [listener.next(), listener.next()];
        came.sort_by(|one, two| one.path.cmp(&two.path));
        assert_eq!(came.each_ref().map(|it| it.path.as_str()), ["/quick", "/slow"]);
        assert_eq!(came[0].id(), came[1].id());
        for (message, hook) in came.iter().zip([&quick, &slow]) {
            assert_eq!(message.signed_by(&text_of(hook, "secret")), [true]);
        }
        // What was taken and not yet noted as such would come again, too.
        let watch = Stopwatch::start();
        while deliveries(&admin, &path(&quick))[0]["state"] != "delivered" {
            assert!(watch.millis() < LONG);
            pause(20);
        }
        assert_eq!(deliveries(&admin, &path(&slow))[0]["state"], "waiting");
        drop(server);
        let server = begun(here, &url);
        let admin = admin.at(&server);
        let again = listener.next();
        assert_eq!((again.path.as_str(), again.id(), &again.body), ("/slow", came[1].id(), &came[1].body));
        let watch = Stopwatch::start();
        while deliveries(&admin, &path(&slow))[0]["state"] != "delivered" {
            assert!(watch.millis() < LONG);
            pause(20);
        }
        let told = &deliveries(&admin, &path(&slow))[0];
        assert_eq!((&told["attempts"], &told["message"]), (&json!(2), &json!(again.id())));
        assert!(deliveries(&admin, &path(&other)).is_empty() && listener.is_silent());
        let log = std::fs::read_to_string(here.join("server.log")).unwrap();
        let listed = admin.get("/v1/areas/cn/webhooks").expect(200).to_string();
        for hook in [&slow, &quick, &other] {
            let secret = text_of(hook, "secret");
            assert!(!log.contains(&secret["whsec_".len()..]) && !listed.contains(&secret));
        }
        assert!(!log.contains("whsec_") && log.contains("webhooks.create"), "it says all that it has to say");
    }
}

/// Parameters that hold are told with what they take the place of, and to those of their area alone.
#[test]
fn parameters_that_hold_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    for url in databases(here) {
        let listener = Listener::new(takes);
        let server = begun(here, &url);
        let admin = server.admin();
        let hook = |area: &str| {
            let asked = wanted(&format!("{}/{area}", listener.address), &["parameters.published"]);
            admin.post(&format!("/v1/areas/{area}/webhooks"), &asked).expect(201)
        };
        let (nation, _) = (hook("cn"), hook("990100"));
        let holidays = fixture("parameters/cn/holidays.toml");
        let first = enact(&server, "/v1/areas/cn/parameters", &holidays);
        let told = |instead: &Value, document: &Value| {
            let message = listener.next();
            assert_eq!((message.path.as_str(), message.signed_by(&text_of(&nation, "secret"))), ("/cn", vec![true]));
            let told = message.json();
            assert_eq!(told["type"], "parameters.published");
            let data = json!({"area": "cn", "parameters": document["digest"], "name": document["name"], "supersedes": instead});
            assert_eq!(told["data"], data);
        };
        told(&Value::Null, &first);
        let shorter =
            holidays.replacen("{ from = 2026-10-01, to = 2026-10-07 }", "{ from = 2026-10-01, to = 2026-10-06 }", 1);
        assert_ne!(shorter, holidays);
        let path = format!("/v1/areas/cn/parameters?supersedes={}", text_of(&first, "digest"));
        let second = enact(&server, &path, &shorter);
        told(&first["digest"], &second);
        assert!(listener.is_silent());
    }
}

/// Who may, what is refused, and that a secret is shown once.
#[test]
fn a_webhook_is_made_by_who_may_and_its_secret_shown_once() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let listener = Listener::new(takes);
    let server = begun(here, &databases(here)[0]);
    let (admin, hooks) = (server.client("admin", "330100"), "/v1/areas/330100/webhooks");
    let asked = wanted(&listener.address, &["run.published", "rule_set.published", "run.published"]);
    for role in ["billing", "officer", "approver", "actuary", "auditor"] {
        assert_eq!(server.client(role, "*").post(hooks, &asked).problem(403), "auth.role", "{role}");
    }
    assert_eq!(admin.post("/v1/areas/cn/webhooks", &asked).problem(404), "object.unknown");
    for (wrong, status, code) in [
        (wanted("http://169.254.169.254/", &["run.published"]), 422, "content.refused"),
        (wanted("https://receiver.example/", &["run.published"]), 422, "content.refused"),
        (wanted("http://user:word@receiver.example/", &["run.published"]), 422, "content.refused"),
        (wanted(&listener.address, &[]), 422, "content.refused"),
        (wanted(&listener.address, &["run.deleted"]), 400, "request.value"),
        (json!({"url": listener.address}), 400, "request.malformed"),
    ] {
        assert_eq!(admin.post(hooks, &wrong).problem(status), code, "{wrong}");
    }
    let made = admin.post_as("once", hooks, &asked).expect(201);
    assert_eq!(made["kinds"], json!(["rule_set.published", "run.published"]));
    let again = admin.post_as("once", hooks, &asked).expect(201);
    assert_eq!((&again["id"], again.get("secret")), (&made["id"], None));
    let here = format!("{hooks}/{}", text_of(&made, "id"));
    assert_eq!(admin.get(&here).expect(200), again);
    assert_eq!(server.client("auditor", "330100").get(&here).expect(200), again);
    let beside = server.client("admin", "330200");
    assert_eq!(beside.get(&here).problem(404), "object.unknown");
    assert_eq!(server.admin().get(&here.replace("330100", "330200")).problem(404), "object.unknown");
    assert_eq!(admin.get(&format!("{here}/deliveries?state=lost")).problem(400), "request.value");
    assert_eq!(admin.post(&format!("{here}/deliveries/7/retry"), &json!({})).problem(404), "object.unknown");
    assert_eq!(admin.post(&format!("{here}/rotation"), &json!({"overlap_hours": 169})).problem(422), "content.refused");
    assert_eq!(admin.delete(&here).expect(200), again);
    assert_eq!(admin.delete(&here).problem(404), "object.unknown");
    for _ in 0..20 {
        admin.post(hooks, &asked).expect(201);
    }
    assert_eq!(admin.post(hooks, &asked).problem(409), "state.conflict");
}

/// While a secret is changed both sign; with no overlap the new one alone. What was delivered is sent again where it is asked.
#[test]
fn a_secret_is_changed_without_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let listener = Listener::new(takes);
    let server = begun(here, &databases(here)[0]);
    let admin = server.admin();
    let asked = wanted(&listener.address, &["rule_set.published"]);
    let made = admin.post("/v1/areas/cn/webhooks", &asked).expect(201);
    let hook = format!("/v1/areas/cn/webhooks/{}", text_of(&made, "id"));
    let first = text_of(&made, "secret");
    publishes(&server);
    let message = listener.next();
    assert_eq!(message.signed_by(&first), [true]);
    let changed = admin.post(&format!("{hook}/rotation"), &json!({})).expect(200);
    let second = text_of(&changed, "secret");
    assert!(second != first && changed["former_secret_until"].is_string());
    let number = deliveries(&admin, &hook)[0]["number"].clone();
    let retry = || admin.post(&format!("{hook}/deliveries/{number}/retry"), &json!({})).expect(202);
    retry();
    let again = listener.next();
    assert_eq!((again.signed_by(&second), again.signed_by(&first)), (vec![true, false], vec![false, true]));
    assert_eq!((again.id(), &again.body), (message.id(), &message.body));
    let changed = admin.post(&format!("{hook}/rotation"), &json!({"overlap_hours": 0})).expect(200);
    assert_eq!(changed["former_secret_until"], Value::Null);
    retry();
    assert_eq!(listener.next().signed_by(&text_of(&changed, "secret")), [true]);
}
