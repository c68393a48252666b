//! Employers of a sheet as the rows of a book, each with the cell it came from.
//!
//! The sheet has sums of a window and no day. Whatever a book asks a day of has the last day of the window, so that every
//! method which measures that window adds up what the sheet added up. `docs/foshan.md` lists what the rows then do not
//! say.

use std::collections::BTreeMap;

use rate_core::history::{ClaimStatus, CoverageState, InjuryArticle, Payer, PremiumKind};
use rate_core::input::book::{RawTable, TableKind};
use rate_core::{AccountKind, ClassSystem, MonthSpan, Origin, Rate};

use super::layout::{CLASSES, HEADER_ROW, ITEMS};
use super::sheet::Employer;

/// The claim that all benefits of an employer stand on.
const BENEFITS: &str = "benefits";

/// The tables that an employer has rows in.
const TABLES: [TableKind; 7] = [
    TableKind::Accounts,
    TableKind::Coverage,
    TableKind::Classifications,
    TableKind::Premiums,
    TableKind::Claims,
    TableKind::Payments,
    TableKind::Rates,
];

/// The column of the sheet that a column of a book comes from; empty where the sheet has none.
fn source(kind: TableKind, column: &str) -> &'static str {
    match (kind, column) {
        (_, "account") => "dwbh",
        (TableKind::Accounts, "name") => "dwmc",
        (TableKind::Accounts, "sub_area") => "sbjgdm",
        (TableKind::Accounts, "kind") => "dwlx",
        (TableKind::Classifications | TableKind::Rates, "class") => "gshylb",
        (TableKind::Premiums, "due_fen" | "paid_fen") => "zsjehj",
        (TableKind::Claims, "death") => "gw_rs",
        (TableKind::Payments, "amount_fen") => "zfjehj",
        (TableKind::Rates, "base_percent") => "jzfl",
        (TableKind::Rates, "before_cut_percent" | "charged_percent") => "GSHYLB_FL",
        (_, _) => "",
    }
}

/// The rows of some employers: for each sheet they stand in, a table of each kind.
pub(super) fn tables(area: &str, window: &MonthSpan, employers: &[Employer]) -> Vec<RawTable> {
    let mut by_sheet: BTreeMap<(String, String), Vec<&Employer>> = BTreeMap::new();
    for employer in employers {
        let row = &employer.places.row;
        by_sheet.entry((row.file.clone(), row.sheet.clone())).or_default().push(employer);
    }
    by_sheet.values().flat_map(|employers| of_sheet(area, window, employers)).collect()
}

fn of_sheet(area: &str, window: &MonthSpan, employers: &[&Employer]) -> Vec<RawTable> {
    let Some(first) = employers.first() else { return Vec::new() };
    let table = |kind: TableKind| {
        let columns = kind.columns().iter().map(|column| first.places.column(source(kind, column.name))).collect();
        let row = &first.places.row;
        RawTable::of_kind(kind, row.file.as_str()).placed(row.sheet.as_str(), HEADER_ROW, columns)
    };
    let mut tables = TABLES.map(table);
    for employer in employers {
        Rows { area, window, employer, tables: &mut tables }.write();
    }
    tables.into()
}

/// The rows of one employer on their way into the tables.
struct Rows<'t> {
    area: &'t str,
    window: &'t MonthSpan,
    employer: &'t Employer,
    tables: &'t mut [RawTable],
}

impl Rows<'_> {
    fn write(&mut self) {
        let employer = self.employer;
        let kind = employer.kind.1.unwrap_or(AccountKind::Employer).as_str();
        self.row(TableKind::Accounts, &[("name", &employer.name), ("sub_area", &employer.branch), ("kind", kind)]);
        let from = self.window.from().to_string();
        self.row(TableKind::Coverage, &[("from", &from), ("state", CoverageState::Insured.as_str())]);
        self.classes();
        self.premium();
        self.claims();
        self.rate();
    }

    /// Adds a row: what some columns say; the others are empty.
    fn row(&mut self, kind: TableKind, said: &[(&str, &str)]) {
        let known = [("area", self.area), ("account", self.employer.number.as_str())];
        let said: BTreeMap<&str, &str> = known.into_iter().chain(said.iter().copied()).collect();
        let cells = kind.columns().iter().map(|column| said.get(column.name).copied().unwrap_or_default());
        if let Some(table) = self.tables.iter_mut().find(|table| table.kind() == kind) {
            table.push(self.employer.places.row.line, cells);
        }
    }

    /// A row for each class that a column names, under the first that names it: where all agree it is one, and where
    /// they do not, the book disagrees with itself as the sheet did.
    fn classes(&mut self) {
        let from = self.window.from().first_day().to_string();
        let system = ClassSystem::Eight.to_string();
        let mut named = Vec::new();
        for ((column, decided_by), class) in CLASSES.iter().zip(&self.employer.classes) {
            let Some(class) = class.filter(|class| !named.contains(class)) else { continue };
            named.push(class);
            let class = class.to_string();
            let said = [("from", from.as_str()), ("class_system", &system), ("class", &class)];
            let said = said.into_iter().chain([("decided_by", *decided_by), ("document", *column)]);
            self.row(TableKind::Classifications, &said.collect::<Vec<_>>());
        }
    }

    /// One row that fills the window, and, where refunds outweigh what was collected, a refund beside a row of zero.
    fn premium(&mut self) {
        let premium = self.fen("zsjehj");
        let regular = (PremiumKind::Regular, premium.max(0));
        let refund = (premium < 0).then_some((PremiumKind::Refund, premium));
        let (from, to) = (self.window.from().to_string(), self.window.to().to_string());
        let received_on = self.last_day();
        for (kind, fen) in [regular].into_iter().chain(refund) {
            let fen = fen.to_string();
            let said = [
                ("from", from.as_str()),
                ("to", &to),
                ("payroll_fen", "0"),
                ("heads", "0"),
                ("due_fen", &fen),
                ("paid_fen", &fen),
                ("relieved_fen", "0"),
                ("kind", kind.as_str()),
                ("received_on", &received_on),
            ];
            self.row(TableKind::Premiums, &said);
        }
    }

    /// One claim that all benefits stand on, and one for each death.
    fn claims(&mut self) {
        let paid: Vec<_> = ITEMS.iter().map(|(name, item)| (*item, self.fen(name))).filter(|it| it.1 != 0).collect();
        if !paid.is_empty() {
            self.claim(BENEFITS, false);
        }
        for death in 1..=self.employer.deaths {
            self.claim(&format!("death-{death}"), true);
        }
        let day = self.last_day();
        for (item, fen) in paid {
            let fen = fen.to_string();
            let days = ["determined_on", "accounted_on", "paid_on"].map(|column| (column, day.as_str()));
            let said = [("claim", BENEFITS), ("item", item.as_str()), ("payer", Payer::Fund.as_str())];
            let said: Vec<_> = said.into_iter().chain(days).chain([("amount_fen", fen.as_str())]).collect();
            self.row(TableKind::Payments, &said);
        }
    }

    fn claim(&mut self, claim: &str, death: bool) {
        // No two employers share a person: nothing is known of whom a row speaks.
        let person = format!("{}/{claim}", self.employer.number);
        let (day, article) = (self.last_day(), InjuryArticle::WORDS.first().copied().unwrap_or_default());
        let said = [("claim", claim), ("person", &person), ("article", article), ("accident", &day)];
        let status = [("recognised", day.as_str()), ("status", ClaimStatus::Recognised.as_str())];
        let death = death.then_some(("death", day.as_str()));
        self.row(TableKind::Claims, &said.into_iter().chain(status).chain(death).collect::<Vec<_>>());
    }

    /// The current rate, on the last day of the window: the last one before whatever is decided from it. A rate needs a
    /// class; where no column names one, there is none.
    fn rate(&mut self) {
        let class = self.employer.classes.iter().flatten().next();
        let (Some(class), Some(current)) = (class, self.employer.current) else { return };
        let base = self.employer.base;
        let origin = if base == Some(current) { Origin::Base } else { Origin::Floated };
        let percent = |rate: Rate| rate.percent().normalize().to_string();
        let (day, system, class) = (self.last_day(), ClassSystem::Eight.to_string(), class.to_string());
        let (base, current) = (base.map(percent).unwrap_or_default(), percent(current));
        let said = [
            ("from", day.as_str()),
            ("to", &day),
            ("class_system", &system),
            ("class", &class),
            ("base_percent", &base),
            ("before_cut_percent", &current),
            ("cut_percent", "0"),
            ("charged_percent", &current),
            ("origin", origin.as_str()),
            ("document", "GSHYLB_FL"),
        ];
        self.row(TableKind::Rates, &said);
    }

    fn fen(&self, name: &str) -> i64 {
        self.employer.fen.get(name).copied().unwrap_or_default()
    }

    fn last_day(&self) -> String {
        self.window.to().last_day().to_string()
    }
}
