//! The console, asked as a browser asks it: who comes in, what pages say, what forms do.

use std::collections::BTreeMap;

use rate_service::auth::{self, NewSession};
use rate_service::store::{Place, Store};
use rate_tests::postgres;
use ureq::http::HeaderMap;

use crate::life::Agency;
use crate::server::{Server, new_name};

const HOME: &str = "/console/areas/990100";
const RUN: &str = "990100-demo";

/// A browser with the cookies that it was given, which goes where it is sent only when it is told to.
struct Browser {
    agent: ureq::Agent,
    address: String,
    cookies: BTreeMap<String, String>,
}

/// What a browser was answered.
struct Page {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where it sends its reader.
    fn to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location")
    }

    fn shows(&self, text: &str) -> &Self {
        assert!(self.text.contains(text), "no `{text}` in\n{}", self.text);
        self
    }

    fn hides(&self, text: &str) -> &Self {
        assert!(!self.text.contains(text), "`{text}` in\n{}", self.text);
        self
    }

    /// The name under which the first form of the page is done once.
    fn once(&self) -> String {
        let (_, behind) = self.text.split_once("name=\"once\" value=\"").unwrap();
        behind.split_once('"').unwrap().0.to_owned()
    }
}

impl Browser {
    fn at(server: &Server) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        Self { agent: config.build().into(), address: server.address.clone(), cookies: BTreeMap::new() }
    }

    /// One whose holder of a key signed in, and reads a language.
    fn signed_in(server: &Server, key: &str, lang: &str) -> Self {
        let mut browser = Self::at(server);
        assert_eq!(browser.send("/console/sign-in", &[("key", key)]).to(), "/console");
        browser.cookies.insert("rate_lang".to_owned(), lang.to_owned());
        browser
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn get(&mut self, path: &str) -> Page {
        self.get_with(path, &[])
    }

    fn get_with(&mut self, path: &str, headers: &[(&str, String)]) -> Page {
        let mut asked = self.agent.get(format!("{}{path}", self.address)).header("cookie", self.cookie());
        for (name, value) in headers {
            asked = asked.header(*name, value);
        }
        let answer = asked.call().unwrap();
        self.took(answer)
    }

    /// Sends a form as a page of the console does.
    fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send_from(path, fields, &[("sec-fetch-site", "same-origin")])
    }

    fn send_from(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let mut asked = self.agent.post(format!("{}{path}", self.address)).header("cookie", self.cookie());
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        let answer = asked.send_form(fields.iter().copied()).unwrap();
        self.took(answer)
    }

    fn took(&mut self, mut answer: ureq::http::Response<ureq::Body>) -> Page {
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = String::from_utf8_lossy(&answer.body_mut().read_to_vec().unwrap()).into_owned();
        Page { status, headers, text }
    }
}

#[test]
fn who_is_not_signed_in_sees_no_page() {
    let dir = tempfile::tempdir().unwrap();
    let (server, keys) = Server::demonstration(dir.path());
    let mut browser = Browser::at(&server);
    assert_eq!(browser.get("/").to(), "/console");
    for page in ["/console", HOME, &format!("{HOME}/runs/{RUN}"), "/console/api/v1/areas", "/console/nothing"] {
        let to = browser.get(page).to().to_owned();
        assert!(to.starts_with("/console/sign-in?to=%2Fconsole"), "{page} leads to {to}");
    }
    let form = browser.get("/console/sign-in?to=%2Fconsole%2Fareas%2F990100");
    form.shows("name=\"to\" value=\"/console/areas/990100\"");
    for elsewhere in ["https://example.org/", "//example.org", "/console//example.org", "/console\\x", "/v1/areas"] {
        let asked = browser.send("/console/sign-in", &[("key", &keys["officer"]), ("to", elsewhere)]);
        assert_eq!(asked.to(), "/console", "{elsewhere}");
        browser.cookies.clear();
    }
    let wrong = browser.send("/console/sign-in", &[("key", "rate_abcdefgh_nothing")]);
    assert_eq!(wrong.status, 401);
    wrong.shows("密钥不存在或已收回");
    assert!(browser.cookies.is_empty(), "no session for a key that is none");
    for headers in [&[("sec-fetch-site", "cross-site")][..], &[("origin", "http://example.org")], &[]] {
        let sent = browser.send_from("/console/sign-in", &[("key", &keys["officer"])], headers);
        assert_eq!(sent.status, 403, "{headers:?}");
        assert!(browser.cookies.is_empty());
    }
    browser.cookies.insert("rate_session".to_owned(), "bm90aGluZw".to_owned());
    assert_eq!(browser.get(HOME).status, 303, "a session that nobody began");
    // What programs may bring is nothing here, and what a browser keeps is nothing there.
    let bearer = [("authorization", format!("Bearer {}", keys["officer"]))];
    browser.cookies.clear();
    assert_eq!(browser.get_with(HOME, &bearer).status, 303);
    let mut officer = Browser::signed_in(&server, &keys["officer"], "zh");
    assert_eq!(officer.get("/v1/areas").status, 401);
}

#[test]
fn a_session_ends_with_its_holder_and_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let (server, keys) = Server::demonstration(dir.path());
    let mut browser = Browser::signed_in(&server, &keys["officer"], "zh");
    assert_eq!(browser.get(HOME).status, 200);
    let kept = browser.cookies.clone();
    assert_eq!(browser.send("/console/sign-out", &[]).to(), "/console/sign-in");
    browser.cookies = kept;
    assert_eq!(browser.get(HOME).status, 303, "signed out, whatever the browser still keeps");
    let mut browser = Browser::signed_in(&server, &keys["officer"], "zh");
    let id = keys["officer"].split('_').nth(1).unwrap().to_owned();
    server.nobody().with(&keys["admin"]).send("DELETE", &format!("/v1/keys/{id}"), &[], b"").expect(200);
    assert_eq!(browser.get(HOME).status, 303, "its key was taken back");
}

/// Half an hour without a request, twelve hours with requests; on both databases.
#[test]
fn a_session_ends_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite:{}", dir.path().join("rate.db").display());
    for url in std::iter::once(sqlite).chain(postgres::server().map(postgres::Server::database)) {
        let store = Store::open(&url.parse::<Place>().unwrap()).unwrap();
        let at = |time: &str| format!("2026-01-05T{time}.000Z");
        let made =
            auth::make(auth::Role::Officer, &"990100".parse().unwrap(), "somebody", "", &at("08:00:00")).unwrap();
        let known = |secret: &str, time: &str| {
            let found = store.read(|link| auth::signed_in(link, secret, &at(time))).unwrap();
            if found.as_ref().is_some_and(|it| it.is_news) {
                store.change(|link| auth::seen(link, secret, &at(time))).unwrap();
            }
            found.map(|it| it.caller.holder)
        };
        let begin = |time: &str| {
            let caller = auth::Caller {
                id: made.row.id.clone(),
                role: auth::Role::Officer,
                areas: "990100".parse().unwrap(),
                holder: String::new(),
            };
            let session = NewSession::of(&caller, &at(time)).unwrap();
            store.change(|link| session.keep(link)).unwrap();
            session.secret
        };
        store.change(|link| link.add_key(&made.row)).unwrap();
        let holder = Some("somebody".to_owned());
        let idle = begin("08:00:00");
        assert_eq!(known(&idle, "08:00:30"), holder);
        assert_eq!(known(&idle, "08:29:59"), holder, "{url}: just in time");
        assert_eq!(known(&idle, "08:59:58"), holder, "{url}: half an hour from when it was last seen");
        assert_eq!(known(&idle, "09:29:58"), None, "{url}: not seen for half an hour");
        let busy = begin("08:00:00");
        for hour in 8..20 {
            for minute in [10, 35, 59] {
                assert_eq!(known(&busy, &format!("{hour:02}:{minute}:00")), holder, "{url}: {hour}:{minute}");
            }
        }
        assert_eq!(known(&busy, "20:00:00"), None, "{url}: twelve hours are over");
    }
}

/// Each page as each role sees it, in both languages: what the API refuses is a page that says so.
#[test]
fn pages_show_what_the_api_says() {
    let dir = tempfile::tempdir().unwrap();
    let (server, keys) = Server::demonstration(dir.path());
    let api = server.nobody().with(&keys["auditor"]);
    let sets = api.get("/v1/areas/990100/rule-sets").expect(200);
    let digest = sets["items"][0]["digest"].as_str().unwrap().to_owned();
    let pages: [(String, &[&str], &str); 9] = [
        (HOME.to_owned(), &[], "虚构"),
        (format!("{HOME}/imports"), &[], "已导入"),
        (format!("{HOME}/runs"), &[], RUN),
        (format!("{HOME}/runs/{RUN}"), &[], "37,091,920.63"),
        (format!("{HOME}/runs/{RUN}/accounts/00000001"), &["billing"], "《三年周期演示办法（虚构）》"),
        (format!("{HOME}/accounts/00000001"), &[], "0.2%"),
        (format!("{HOME}/objections"), &["billing"], "异议"),
        (format!("{HOME}/rule-sets"), &[], "990100/three-year"),
        (format!("{HOME}/rule-sets/{digest}"), &[], "float_table"),
    ];
    for role in ["billing", "officer", "approver", "actuary", "auditor"] {
        let mut browser = Browser::signed_in(&server, &keys[role], "zh");
        for (path, refused, says) in &pages {
            let page = browser.get(path);
            let expected = if refused.contains(&role) { 403 } else { 200 };
            assert_eq!(page.status, expected, "{role} {path}\n{}", page.text);
            is_sound(&page, path);
            if expected == 200 && path != HOME {
                page.shows(says);
            }
        }
        browser.cookies.insert("rate_lang".to_owned(), "en".to_owned());
        for (path, ..) in &pages {
            browser.get(path).shows("<html lang=\"en\">").hides("概览");
        }
    }
    let mut admin = Browser::signed_in(&server, &keys["admin"], "zh");
    assert_eq!(admin.get(HOME).status, 403, "who makes keys looks at no rates");
    let mut auditor = Browser::signed_in(&server, &keys["auditor"], "zh");
    for unknown in ["/console/areas/330100/runs/x", &format!("{HOME}/accounts/99999999"), &format!("{HOME}/x")] {
        assert_eq!(auditor.get(unknown).status, 404, "{unknown}");
    }
    let notice = auditor.get(&format!("/console/api/v1/areas/990100/runs/{RUN}/notices/00000001"));
    assert!(notice.header("content-security-policy").contains("sandbox"), "a notice runs nothing");
    notice.shows("工伤保险费率浮动告知书");
    assert_eq!(auditor.get(&format!("{HOME}/accounts?q=00000001")).to(), format!("{HOME}/accounts/00000001"));
    auditor.get(&format!("{HOME}/accounts?q=91990100MA00000073")).shows("00000001");
}

/// What holds of every page: its policy, and that nothing in it would need another.
fn is_sound(page: &Page, path: &str) {
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    assert_eq!(page.header("cache-control"), "no-store", "{path}");
    page.shows("<html lang=\"zh-CN\">").hides(" style=\"").hides("onclick").hides("<style");
    assert_eq!(page.text.matches("<script").count(), 1, "{path}: one script, and that of the console");
}

/// A name as an employer might have it who wants to be read by more than people.
#[test]
fn names_are_only_names() {
    const NAME: &str = "<script>alert(1)</script>\"'&=cmd 𬭎";
    let dir = tempfile::tempdir().unwrap();
    let (server, keys) = Server::demonstration(dir.path());
    let cell = NAME.replace('"', "\"\"");
    let tables = [
        ("accounts", format!("area,account,name,kind,sub_area\n990100,90000001,\"{cell}\",employer,990101\n")),
        ("coverage", "area,account,from,state\n990100,90000001,2025-01,insured\n".to_owned()),
    ];
    Agency::of_demonstration(&server, &keys).import_as("add", &tables);
    let mut browser = Browser::signed_in(&server, &keys["officer"], "zh");
    let page = browser.get(&format!("{HOME}/accounts/90000001"));
    assert_eq!(page.status, 200);
    page.shows("&#60;script&#62;alert(1)").hides("<script>alert");
    page.shows("𬭎</bdi>");
    let asked = browser.get(&format!("{HOME}/accounts?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"));
    asked.hides("<script>alert");
}

/// A run from its form to its publication, by two people; a form that is sent twice is done once.
#[test]
fn a_run_goes_through_its_pages() {
    let dir = tempfile::tempdir().unwrap();
    let (server, keys) = Server::demonstration(dir.path());
    let mut officer = Browser::signed_in(&server, &keys["officer"], "zh");
    let mut approver = Browser::signed_in(&server, &keys["approver"], "en");
    let form = officer.get(&format!("{HOME}/runs"));
    let once = form.once();
    let fields = [("once", once.as_str()), ("on", "2023-07-01"), ("supersedes", "")];
    let run = officer.send(&format!("{HOME}/runs"), &fields).to().to_owned();
    assert_eq!(officer.send(&format!("{HOME}/runs"), &fields).to(), run, "sent twice, asked for once");
    let id = run.rsplit('/').next().unwrap();
    let agency = Agency::of_demonstration(&server, &keys);
    let here = format!("/v1/areas/990100/runs/{id}");
    assert_eq!(agency.until(&here, &["trial", "blocked", "failed"])["state"], "trial");
    officer.get(&run).shows("试算完成").hides("/review\"");
    approver.get(HOME).shows("waits for review");
    for (act, state) in [("review", "reviewed"), ("approval", "approved"), ("publication", "publish")] {
        let page = approver.get(&run);
        page.shows(&format!("/{act}\""));
        let (once, remark) = (page.once(), new_name());
        let to = approver.send(&format!("{run}/{act}"), &[("once", &once), ("remark", &remark)]).to().to_owned();
        assert_eq!(to, run);
        approver.get(&run).shows(state).shows(&remark);
    }
    agency.until(&here, &["published"]);
    approver.get(&format!("{run}/accounts/00000040")).shows("This decision stands in the signed log.");
    let again = officer.send(&format!("{run}/publication"), &[("once", "other"), ("remark", "")]);
    assert_eq!(again.status, 403, "an officer publishes nothing");
}
