//! A hand-written loop in Rust, of the standard library alone: `loop SHAPE BOOK RESULT`. One thread, whole numbers, no checks of
//! the book, no trace: what a programmer writes who trusts the files, and about as fast as it gets.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{BufWriter, Write};

/// What is kept of an account while the tables go by.
#[derive(Default)]
struct Account {
    number: String,
    second: bool,
    class: usize,
    months: i64,
    first_month: i64,
    insured: bool,
    /// Of the window, and of the one before it.
    paid: [i64; 2],
    person_months: [i64; 2],
    benefits: [i64; 2],
    persons: [HashSet<String>; 2],
    dead: HashSet<String>,
    latest: (i64, i64),
    certificate: bool,
    arrears: bool,
    false_document: bool,
    last: Option<(String, String, i64)>,
}

struct Shape {
    jiangsu: bool,
    /// Month numbers of the window, and of the one before it.
    windows: [(i64, i64); 2],
    on: &'static str,
}

const BASE: [[i64; 8]; 2] =
    [[2000, 4000, 7000, 9000, 11000, 13000, 16000, 19000], [3000, 6000, 9000, 11000, 13000, 16000, 19000, 22000]];
const FACTOR: [i64; 5] = [50, 80, 100, 120, 150];

fn month(text: &str) -> i64 {
    text[..4].parse::<i64>().expect("a year") * 12 + text[5..7].parse::<i64>().expect("a month") - 1
}

fn half_up(above: i64, below: i64) -> i64 {
    (2 * above + below) / (2 * below)
}

/// The rows of a table: no cell of these books is quoted.
fn rows(book: &str, table: &str, mut row: impl FnMut(&[&str])) {
    let text = fs::read_to_string(format!("{book}/{table}.csv")).expect("a table");
    let mut cells = Vec::with_capacity(24);
    for line in text.lines().skip(1) {
        cells.clear();
        cells.extend(line.split(','));
        row(&cells);
    }
}

impl Shape {
    fn window(&self, month: i64) -> Option<usize> {
        self.windows.iter().position(|(first, last)| (*first..=*last).contains(&month))
    }
}

fn read(shape: &Shape, book: &str) -> Vec<Account> {
    let (mut accounts, mut index) = (Vec::<Account>::new(), HashMap::<String, usize>::new());
    rows(book, "accounts", |it| {
        index.insert(it[1].to_owned(), accounts.len());
        accounts.push(Account {
            number: it[1].to_owned(),
            second: it[4] == "990102",
            first_month: i64::MAX,
            ..Account::default()
        });
    });
    let on = month(shape.on);
    rows(book, "coverage", |it| {
        let account = &mut accounts[index[it[1]]];
        if it[4] == "insured" {
            let (first, last) = (month(it[2]), if it[3].is_empty() { i64::MAX / 2 } else { month(it[3]) });
            account.months += (last.min(shape.windows[0].1) - first.max(shape.windows[0].0) + 1).max(0);
            account.first_month = account.first_month.min(first);
            account.insured |= first <= on && on <= last;
        }
    });
    rows(book, "classifications", |it| {
        if it[2] <= shape.on && (it[3].is_empty() || it[3] >= shape.on) {
            accounts[index[it[1]]].class = it[5].parse().expect("a class");
        }
    });
    rows(book, "premiums", |it| {
        let account = &mut accounts[index[it[1]]];
        let (first, last) = (month(it[2]), month(it[3]));
        let cell = |at: usize| it[at].parse::<i64>().expect("an amount");
        if let Some(which) = shape.window(first).filter(|it| shape.window(last) == Some(*it)) {
            account.paid[which] += cell(7) + if shape.jiangsu { 0 } else { cell(8) };
            if it[9] == "regular" {
                account.person_months[which] += cell(5) * (last - first + 1);
            }
        }
        if it[9] == "regular" && first <= on && first > account.latest.0 {
            account.latest = (first, half_up(cell(4), last - first + 1));
        }
    });
    claims(shape, book, &mut accounts, &index);
    others(shape, book, &mut accounts, &index);
    accounts
}

fn claims(shape: &Shape, book: &str, accounts: &mut [Account], index: &HashMap<String, usize>) {
    let mut counted = HashMap::<(usize, String), ()>::new();
    rows(book, "claims", |it| {
        let place = index[it[1]];
        let (account, left_out) = (&mut accounts[place], !shape.jiangsu && ["A15-2", "A15-3"].contains(&it[4]));
        if it[7] == "revoked" {
            return;
        }
        if let Some(which) = shape.window(month(it[6])) {
            if !left_out {
                account.persons[which].insert(it[3].to_owned());
            }
            if which == 0 && !it[10].is_empty() && it[10] < shape.on {
                account.dead.insert(it[3].to_owned());
            }
        }
        if !left_out {
            counted.insert((place, it[2].to_owned()), ());
        }
    });
    rows(book, "payments", |it| {
        let place = index[it[1]];
        if it[4] == "fund" && counted.contains_key(&(place, it[2].to_owned())) {
            if let Some(which) = shape.window(month(it[7])) {
                accounts[place].benefits[which] += it[8].parse::<i64>().expect("an amount");
            }
        }
    });
}

fn others(shape: &Shape, book: &str, accounts: &mut [Account], index: &HashMap<String, usize>) {
    rows(book, "events", |it| {
        let account = &mut accounts[index[it[1]]];
        let found = !it[7].is_empty() && shape.window(month(it[7])) == Some(0);
        match it[3] {
            "safety-certificate" => {
                let listed = it[5] <= shape.on && (it[6].is_empty() || it[6] >= shape.on);
                account.certificate |= listed && it[4] == "1";
            }
            "arrears" => account.arrears |= found,
            "false-document" => account.false_document |= found,
            _ => {}
        }
    });
    rows(book, "rates", |it| {
        let account = &mut accounts[index[it[1]]];
        if it[2] < shape.on && account.last.as_ref().is_none_or(|last| last.0.as_str() < it[2]) {
            account.last = Some((it[2].to_owned(), it[7].to_owned(), millionths(it[8])));
        }
    });
}

/// A percentage with at most four decimals.
fn millionths(percent: &str) -> i64 {
    let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
    format!("{whole}{part:0<4}").parse().expect("a percentage")
}

fn origin(shape: &Shape, it: &Account) -> &'static str {
    let new = if shape.jiangsu {
        shape.windows[0].1 - it.first_month + 1 < 24
    } else {
        it.months < 36 && it.first_month >= shape.windows[0].0
    };
    let (paid, benefits) = (it.paid[0], it.benefits[0].max(0));
    if new {
        "base"
    } else if (!shape.jiangsu && it.person_months[0] == 0) || (paid <= 0 && benefits > 0) {
        "provisional"
    } else if paid <= 0 {
        "base"
    } else {
        "floated"
    }
}

fn three_year(it: &Account) -> usize {
    let (u, premium) = (it.benefits[0].max(0) * 100, it.paid[0]);
    let (i, heads) = (it.persons[0].len() as i64 * 12 * 1000, it.person_months[0]);
    let mut step = if u > premium * 150 || i > heads * 20 {
        4
    } else if u > premium * 90 || i > heads * 10 {
        3
    } else if u == 0 && i == 0 {
        0
    } else if u <= premium * 40 && i <= heads * 3 {
        1
    } else {
        2
    };
    if it.certificate && step > 0 {
        step -= 1;
    }
    if !it.dead.is_empty() || it.arrears {
        step = step.max(2);
    }
    if it.false_document { step.max(3) } else { step }
}

fn jiangsu(it: &Account) -> usize {
    let (u, premium) = (it.benefits[0].max(0) * 100, it.paid[0]);
    let (i, heads) = (it.persons[0].len() as i64 * it.months * 100, it.person_months[0]);
    let zero_before = it.benefits[1] <= 0 && it.paid[1] > 0 && it.persons[1].is_empty() && it.person_months[1] > 0;
    if u > premium * 100 || (heads > 0 && i > heads * 3) {
        4
    } else if u > premium * 50 || (heads > 0 && i > heads) {
        3
    } else if u == 0 && i == 0 && heads > 0 {
        usize::from(!zero_before)
    } else {
        2
    }
}

fn decide(shape: &Shape, it: &Account, out: &mut impl Write) {
    let (origin, table) = (origin(shape, it), BASE[usize::from(it.second)]);
    let step = match (origin, shape.jiangsu) {
        ("floated", true) => jiangsu(it),
        ("floated", false) => three_year(it),
        _ => 2,
    };
    let step = if it.class == 1 { step.max(2) } else { step };
    let (mut grade, mut rate) = (format!("{}%", FACTOR[step]), table[it.class - 1] * FACTOR[step] / 100);
    if let ("provisional", Some(last)) = (origin, &it.last) {
        grade.clone_from(&last.1);
        rate = last.2;
    }
    if it.class > 1 {
        rate = rate.max(table[0]);
    }
    let cut = !shape.jiangsu && it.class > 1;
    let later = if cut { (rate * 80 / 100).max(table[0]) } else { rate };
    let bill = |rate: i64| half_up(it.latest.1 * rate, 1_000_000);
    let premium = 10 * bill(rate) + 2 * bill(later);
    writeln!(out, "{},{origin},{grade},{rate},{later},{premium}", it.number).expect("a disk with room");
}

fn main() {
    let told: Vec<String> = std::env::args().skip(1).collect();
    let [name, book, result] = told.as_slice() else { panic!("loop SHAPE BOOK RESULT") };
    let jiangsu = name == "jiangsu";
    let shape = if jiangsu {
        Shape {
            jiangsu,
            windows: [(month("2022-10"), month("2024-09")), (month("2021-01"), month("2022-09"))],
            on: "2025-01-01",
        }
    } else {
        Shape { jiangsu, windows: [(month("2019-01"), month("2021-12")), (1, 0)], on: "2022-07-01" }
    };
    let mut out = BufWriter::new(File::create(result).expect("a file"));
    writeln!(out, "account,origin,grade,rate_ppm,later_ppm,premium_fen").expect("a disk with room");
    for account in read(&shape, book).iter().filter(|it| it.insured) {
        decide(&shape, account, &mut out);
    }
}
