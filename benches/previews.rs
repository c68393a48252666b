//! Previews over HTTP beside an echo of the same server that reads into and answers with the same types: how many a second
//! at full speed, and how long they take at half of that.
//!
//! `cargo bench -p rate-benches --bench previews -- [SECONDS]`. One worker answers, one thread asks, over loopback.

mod load;

use std::error::Error;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer, middleware, rt};
use load::{Request, Speed, at_a_pace, at_full_speed};
use rate_core::log::Digest;
use rate_service::api::previews::{Preview, PreviewRequest, PreviewSegment};
use rate_service::api::rates::Grade;
use rate_service::api::{Json, Limits, Service};
use rate_service::auth::{Areas, Role, make};
use rate_service::gazette::{self, Approval, Form, Person, Upload};
use rate_service::routes;
use rate_service::store::{DocumentKind, Place, Store};

/// As in the `rate` command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LAW: [(DocumentKind, &str, &str); 3] = [
    (DocumentKind::RuleSet, "cn", include_str!("../fixtures/rule_sets/cn/2015-71.toml")),
    (DocumentKind::RuleSet, AREA, include_str!("../fixtures/rule_sets/illustrative/three-year.toml")),
    (DocumentKind::Parameters, AREA, include_str!("../fixtures/parameters/990100/demonstration.toml")),
];
const AREA: &str = "990100";
/// Connections that ask at the same time.
const CONNECTIONS: usize = 16;
/// Measurements of each, of which the median counts.
const TIMES: usize = 5;

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    let seconds = std::env::args().skip(1).find(|word| word != "--bench").map_or(Ok(3), |text| text.parse::<u64>())?;
    let dir = tempfile::tempdir()?;
    let place: Place = format!("sqlite:{}", dir.path().join("rate.db").display()).parse()?;
    let store = Arc::new(Store::open(&place)?);
    let limits = Limits { requests_per_second: 10_000_000, ..Limits::default() };
    let service = Arc::new(Service::over(store, "bench", limits)?);
    law(&service)?;
    let made =
        make(Role::Actuary, &AREA.parse::<Areas>()?, "bench", "", &service.now()).map_err(|it| it.to_string())?;
    service.store().change(|link| link.add_key(&made.row))?;

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let data = Data::from(Arc::clone(&service));
    std::thread::spawn(move || {
        let app = move || {
            App::new()
                .app_data(data.clone())
                .wrap(middleware::Compress::default())
                .wrap(middleware::from_fn(routes::envelope))
                .route("/echo", web::post().to(echo))
                .configure(routes::mount)
        };
        let server = HttpServer::new(app).workers(1).listen(listener);
        rt::System::new().block_on(async { server.map(HttpServer::run)?.await })
    });

    let of = |path: &str| Request { path: path.to_owned(), key: made.secret.clone(), body: body() };
    let (preview, echo) = (of("/v1/previews"), of("/echo"));
    println!(
        "{} bytes in; out: preview {}, echo {}",
        preview.body.len(),
        preview.answer(address)?,
        echo.answer(address)?
    );
    let mut pairs = Vec::new();
    for _ in 0..TIMES {
        // One behind the other each time: whatever else the machine does meets both.
        let full = [&preview, &echo].map(|it| at_full_speed(address, it, CONNECTIONS, seconds * 1000));
        let [preview, echo] = full;
        pairs.push((preview?, echo?));
    }
    let speed = |of: fn(&(Speed, Speed)) -> Speed| median(pairs.iter().map(of).map(|it| it.a_second).collect());
    let (previews, echoes) = (speed(|it| it.0), speed(|it| it.1));
    let ratios = median(pairs.iter().map(|it| it.0.a_second * 1000 / it.1.a_second.max(1)).collect());
    println!("previews {previews} a second, echo {echoes}, ratio {}.{} %", ratios / 10, ratios % 10);
    for (name, request, full) in [("previews", &preview, previews), ("echo", &echo, previews)] {
        let mut taken = Vec::new();
        for _ in 0..TIMES {
            taken.push(at_a_pace(address, request, CONNECTIONS, full / 2, seconds * 1000)?);
        }
        let middle = |of: fn(&load::Times) -> u64| median(taken.iter().map(of).collect());
        let (half, p50, p99) = (full / 2, middle(|it| it.p50_micros), middle(|it| it.p99_micros));
        println!("{name} at {half} a second: half within {p50} µs, 99 of 100 within {p99} µs");
    }
    Ok(())
}

fn median(mut figures: Vec<u64>) -> u64 {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// The law of the demonstration, published for trial.
fn law(service: &Service) -> Done<()> {
    let person = |name: &str| Person { key: name.to_owned(), name: name.to_owned() };
    let (clerk, head, now) = (person("clerk"), person("head"), service.now());
    let approval = Approval { number: "1".to_owned(), organ: "bench".to_owned(), date: "2022-05-01".to_owned() };
    for (kind, area, text) in LAW {
        let upload = Upload { area: area.to_owned(), kind, form: Form::Toml, text: text.to_owned(), supersedes: None };
        let prepared = service.store().read(|link| gazette::prepare(link, &upload))?;
        let (document, _) = service.store().change(|link| gazette::keep(link, prepared, &clerk, &now))?;
        let named = (area, kind, &document.digest);
        service.store().change(|link| gazette::approve(link, named, &approval, &head, &now))?;
        service.store().write(|link| gazette::publish(link, &service.log(), named, &head, &now))?;
    }
    Ok(())
}

/// An account with three yearly rows, an injury and two payments.
fn body() -> String {
    let key = |more: serde_json::Value| {
        let mut row = serde_json::json!({"area": AREA, "account": "00000001"});
        if let (Some(row), Some(more)) = (row.as_object_mut(), more.as_object()) {
            row.extend(more.clone());
        }
        row
    };
    let premium = |year: u32| {
        key(serde_json::json!({"from": format!("{year}-01"), "to": format!("{year}-12"), "payroll_fen": 96_000_000,
            "heads": 12, "due_fen": 768_000, "paid_fen": 768_000, "relieved_fen": 0, "kind": "regular",
            "received_on": format!("{year}-12-20")}))
    };
    let payment = |paid_on: &str, amount: i64| {
        key(
            serde_json::json!({"claim": "C1", "item": "medical", "payer": "fund", "paid_on": paid_on, "amount_fen": amount}),
        )
    };
    let tables = serde_json::json!({
        "accounts": [key(serde_json::json!({"name": "虚构单位", "sub_area": "990101", "kind": "employer"}))],
        "coverage": [key(serde_json::json!({"from": "2015-01", "state": "insured"}))],
        "classifications": [key(serde_json::json!({"from": "2015-10-01", "class_system": 8, "class": 4,
            "decided_by": "agency"}))],
        "premiums": [premium(2019), premium(2020), premium(2021)],
        "claims": [key(serde_json::json!({"claim": "C1", "person": "P1", "article": "A14-1", "accident": "2020-03-02",
            "recognised": "2020-04-20", "status": "recognised"}))],
        "payments": [payment("2020-05-11", 412_300), payment("2020-09-01", 96_500)],
    });
    serde_json::json!({"area": AREA, "on": "2022-07-01", "tables": tables}).to_string()
}

/// Reads a request and answers with a preview that was made beforehand: what HTTP, JSON and the envelope cost.
async fn echo(request: Json<PreviewRequest>) -> HttpResponse {
    let Json(PreviewRequest { account, area, .. }) = request;
    let percent = |text: &str| text.to_owned();
    let segment = PreviewSegment {
        from: "2022-07-01".to_owned(),
        to: Some("2023-06-30".to_owned()),
        class: 4,
        base_percent: Some(percent("0.9")),
        grade: Some(Grade { label: "100%".to_owned(), shift: Some(0), factor_percent: Some(percent("100")) }),
        before_cut_percent: percent("0.9"),
        cut_percent: percent("0"),
        rate_percent: percent("0.9"),
        origin: "floated",
    };
    let explanation = "支缴率落在表中的这一行，费率档次不变；自2022年7月1日至2023年6月30日，费率为0.9%。".to_owned();
    HttpResponse::Ok().json(Preview {
        account: account.unwrap_or(area),
        rule_set: "990100/three-year".to_owned(),
        rule_set_digest: Digest::of(b"echo").to_string(),
        class: 4,
        origin: "floated",
        reason: "float-table",
        segments: vec![segment],
        explanation,
        steps: Vec::new(),
        assumptions: Vec::new(),
    })
}
