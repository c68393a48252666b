//! A history as rows of the book: the way back from facts to files.

use std::convert::Infallible;
use std::fmt::{self, Display, Write as _};

use super::table::TableKind;
use crate::amount::{Money, Rate};
use crate::history::{AccountKey, ChargedRate, Claim, History, Ordered, Party};
use crate::industry::{Industry, RiskClass};
use crate::log::Digest;

/// What takes rows: a table, and a cell for each of its columns.
pub type Take<'t, E> = dyn FnMut(TableKind, &[&dyn Display]) -> Result<(), E> + 't;

/// A cell that is empty where there is no value.
#[derive(Clone, Copy, Debug)]
pub struct MayBe<T>(pub Option<T>);

impl<T: Display> Display for MayBe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(f))
    }
}

/// Hands over all facts of an account as rows, in the order of its facts; its predecessors only by number, and no claim
/// that stands under another account, since those are accounts of their own.
///
/// A row has one cell for each column of its table.
///
/// # Errors
/// What taking a row fails with.
pub fn write_rows<E>(history: &History, take: &mut Take<'_, E>) -> Result<(), E> {
    let mut rows = Rows { take };
    rows.account(history)?;
    rows.standing(history)?;
    rows.premiums(history)?;
    rows.projects(history)?;
    let own = |claim: &&Claim| claim.insured() == history.key().number || claim.parties.is_none();
    history.claims().iter().filter(own).try_for_each(|claim| rows.claim(history.key(), claim))?;
    history.rates().iter().try_for_each(|rate| write_rate(history.key(), rate, rows.take))
}

/// Hands over a rate as a row of `rates`.
///
/// # Errors
/// What taking a row fails with.
pub fn write_rate<E>(key: &AccountKey, rate: &ChargedRate, take: &mut Take<'_, E>) -> Result<(), E> {
    let (from, to) = (&rate.days.from(), &MayBe(rate.days.to()));
    let (system, class) = (&rate.class.system(), &rate.class.number());
    let base = &MayBe(rate.base.map(Rate::percent));
    let (before_cut, cut, charged) = (&rate.before_cut.percent(), &rate.cut.percent(), &rate.charged.percent());
    let (origin, used) = (&rate.origin.as_str(), &rate.used.join(" "));
    let (grade, cycle, document) = (&rate.grade, &rate.cycle, &rate.document);
    take(
        TableKind::Rates,
        &[
            &key.area,
            &key.number,
            from,
            to,
            system,
            class,
            base,
            grade,
            before_cut,
            cut,
            charged,
            origin,
            cycle,
            used,
            document,
        ],
    )
}

/// The facts of an account as one canonical text: a line for each row, its table's name first, empty cells at its end
/// left out; lines in the order of their bytes.
///
/// All facts are in it that its decision may read: the account's own, those of its predecessors, and claims of other
/// accounts that it may have to bear. Equal facts give equal texts, whatever the form, encoding or order of the files
/// they were read from.
///
/// ```
/// use rate_core::{History, input::book::facts_text};
/// let history = History::builder("990100", "0001").covered("2018-01", None).build()?;
/// assert_eq!(facts_text(&history), "accounts,990100,0001,,,,employer\ncoverage,990100,0001,2018-01,,insured\n");
/// # Ok::<(), rate_core::Problems>(())
/// ```
pub fn facts_text(history: &History) -> String {
    let mut lines = Lines { text: String::with_capacity(1_024), ends: Vec::with_capacity(16) };
    lines.add(history);
    lines.sorted().concat()
}

/// The digest of the facts of an account: what a record pins.
pub fn facts_digest(history: &History) -> Digest {
    Digest::of(facts_text(history).as_bytes())
}

/// Lines on their way into order, one behind the other; a line feed may also stand in quotes.
struct Lines {
    text: String,
    ends: Vec<usize>,
}

impl Lines {
    /// Adds all facts of an account.
    fn add(&mut self, history: &History) {
        let mut take = |kind: TableKind, cells: &[&dyn Display]| -> Result<(), Infallible> {
            self.line(kind, cells);
            Ok(())
        };
        let Ok(()) = write_rows(history, &mut take);
        let number = &history.key().number;
        let mut rows = Rows { take: &mut take };
        for claim in history.claims() {
            if let Some(parties) = claim.parties.as_deref().filter(|it| it.insured != *number) {
                let insured = AccountKey { area: history.key().area.clone(), number: parties.insured.clone() };
                let Ok(()) = rows.claim(&insured, claim);
            }
        }
        history.successions().iter().for_each(|it| self.add(&it.predecessor));
    }

    fn line(&mut self, kind: TableKind, cells: &[&dyn Display]) {
        let line = &mut self.text;
        line.push_str(kind.stem());
        cells.iter().for_each(|cell| {
            line.push(',');
            push_cell(line, cell);
        });
        // A column that is added to a table later, behind the others, leaves facts without it what they were.
        line.truncate(line.trim_end_matches(',').len());
        line.push('\n');
        self.ends.push(line.len());
    }

    /// The lines by their bytes, each once.
    fn sorted(&self) -> Vec<&str> {
        let begins = std::iter::once(&0).chain(&self.ends);
        let mut all: Vec<&str> = begins.zip(&self.ends).map(|(from, to)| &self.text[*from..*to]).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Adds a cell to a line of CSV, in quotes where CSV asks for them.
pub fn push_cell(line: &mut String, cell: &dyn Display) {
    let from = line.len();
    // Writing to a string cannot fail.
    let _ = write!(line, "{cell}");
    if line.as_bytes()[from..].iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        let quoted = line[from..].replace('"', "\"\"");
        line.truncate(from);
        line.push('"');
        line.push_str(&quoted);
        line.push('"');
    }
}

/// Where rows go.
struct Rows<'t, E> {
    take: &'t mut Take<'t, E>,
}

impl<E> Rows<'_, E> {
    fn row(&mut self, kind: TableKind, cells: &[&dyn Display]) -> Result<(), E> {
        (self.take)(kind, cells)
    }

    fn account(&mut self, history: &History) -> Result<(), E> {
        let AccountKey { area, number } = history.key();
        let (code, name, sub_area) = (&history.credit_code(), &history.name(), &history.sub_area());
        let kind = &history.kind().as_str();
        self.row(TableKind::Accounts, &[area, number, code, name, sub_area, kind, &MayBe(history.first_ever())])
    }

    /// Coverage, classes, events and predecessors.
    fn standing(&mut self, history: &History) -> Result<(), E> {
        let AccountKey { area, number } = history.key();
        for spell in history.coverage() {
            let (from, to) = (&spell.months.from, &MayBe(spell.months.to));
            self.row(TableKind::Coverage, &[area, number, from, to, &spell.state.as_str()])?;
        }
        for row in history.classifications() {
            let (from, to, document) = (&row.days.from(), &MayBe(row.days.to()), &row.document);
            let edition = &MayBe(row.industry.map(|industry| industry.edition().as_str()));
            let code = &MayBe(row.industry.as_ref().map(Industry::code));
            let (system, class) = (&MayBe(row.class.map(RiskClass::system)), &MayBe(row.class.map(RiskClass::number)));
            let source = &row.source.as_str();
            let cells: &[&dyn Display] = &[area, number, from, to, system, class, edition, code, source, document];
            self.row(TableKind::Classifications, cells)?;
        }
        for event in history.events() {
            let (kind, level) = (&event.kind.as_str(), &MayBe((event.level > 0).then_some(event.level)));
            let (from, to, found) = (&event.days.from(), &MayBe(event.days.to()), &MayBe(event.found));
            let cells: &[&dyn Display] =
                &[area, number, &event.id, kind, level, from, to, found, &event.body, &event.document];
            self.row(TableKind::Events, cells)?;
        }
        for row in history.dispatched() {
            let (from, to, unit) = (&row.days.from(), &MayBe(row.days.to()), &row.using_unit);
            let edition = &MayBe(row.industry.map(|industry| industry.edition().as_str()));
            let code = &MayBe(row.industry.as_ref().map(Industry::code));
            let (system, class) = (&MayBe(row.class.map(RiskClass::system)), &MayBe(row.class.map(RiskClass::number)));
            let cells: &[&dyn Display] = &[area, number, from, to, unit, edition, code, system, class, &row.heads];
            self.row(TableKind::Dispatch, cells)?;
        }
        for order in history.orders() {
            let (body, what) = (&order.body.as_str(), &order.what.kind().as_str());
            let (class, grade, rate) = match &order.what {
                Ordered::Class(class) => (Some(*class), None, None),
                Ordered::Grade(grade) => (None, Some(grade), None),
                Ordered::Rate(rate) => (None, None, Some(rate.percent())),
                Ordered::DecideAgain => (None, None, None),
            };
            let (system, class) = (&MayBe(class.map(RiskClass::system)), &MayBe(class.map(RiskClass::number)));
            let (grade, rate) = (&MayBe(grade), &MayBe(rate));
            let (from, to) = (&order.days.from(), &MayBe(order.days.to()));
            let (issued, document) = (&order.issued_on, &order.document);
            let cells: &[&dyn Display] =
                &[area, number, &order.id, body, what, system, class, grade, rate, from, to, issued, document];
            self.row(TableKind::Orders, cells)?;
        }
        for row in history.successions() {
            let (predecessor, kind) = (&row.predecessor.key().number, &row.kind.as_str());
            let cells: &[&dyn Display] = &[area, number, predecessor, kind, &row.on, &row.share.percent()];
            self.row(TableKind::Successions, cells)?;
        }
        Ok(())
    }

    fn projects(&mut self, history: &History) -> Result<(), E> {
        let AccountKey { area, number } = history.key();
        for row in history.projects() {
            let (kind, base) = (&row.kind.as_str(), &row.base.as_str());
            let [cost, labour, turnover, paid] =
                &[row.cost, row.labour_cost, row.turnover, row.paid.map(|it| it.0)].map(|it| MayBe(it.map(Money::fen)));
            let (tonnes, square_metres) = (&MayBe(row.tonnes), &MayBe(row.square_metres));
            let (from, to, paid_on) = (&row.term.from(), &row.term.last(), &MayBe(row.paid.map(|it| it.1)));
            let (system, class) = (&MayBe(row.class.map(RiskClass::system)), &MayBe(row.class.map(RiskClass::number)));
            let edition = &MayBe(row.industry.map(|industry| industry.edition().as_str()));
            let code = &MayBe(row.industry.as_ref().map(Industry::code));
            let cells: &[&dyn Display] = &[
                area,
                number,
                &row.id,
                kind,
                base,
                cost,
                labour,
                tonnes,
                square_metres,
                turnover,
                &row.enrolled_on,
                from,
                to,
                system,
                class,
                edition,
                code,
                &row.grade,
                paid,
                paid_on,
                &row.document,
            ];
            self.row(TableKind::Projects, cells)?;
        }
        Ok(())
    }

    fn premiums(&mut self, history: &History) -> Result<(), E> {
        let AccountKey { area, number } = history.key();
        for row in history.premiums() {
            let (from, to, payroll) = (&row.months.from(), &row.months.to(), &row.payroll.fen());
            let (due, paid, relieved) = (&row.due.fen(), &row.paid.fen(), &row.relieved.fen());
            let (kind, received) = (&row.kind.as_str(), &MayBe(row.received_on));
            let cells: &[&dyn Display] =
                &[area, number, from, to, payroll, &row.heads, due, paid, relieved, kind, received];
            self.row(TableKind::Premiums, cells)?;
        }
        Ok(())
    }

    fn claim(&mut self, key: &AccountKey, claim: &Claim) -> Result<(), E> {
        let AccountKey { area, number } = key;
        let (article, status) = (&claim.article.as_str(), &claim.status.as_str());
        let (level, assessed) = (&MayBe(claim.disability.map(|it| it.0)), &MayBe(claim.disability.map(|it| it.1)));
        let (accident, recognised, death) = (&claim.accident, &claim.recognised, &MayBe(claim.death));
        let (id, person) = (&claim.id, &claim.person);
        let tags = &claim.tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>().join(" ");
        let parties = claim.parties.as_deref();
        let arrangement = &MayBe(parties.map(|it| it.arrangement.as_str()));
        let other = |party| MayBe(parties.map(|it| it.number(party)).filter(|other| *other != number));
        let [labour, using, responsible] = &[Party::LabourRelation, Party::UsingUnit, Party::Responsible].map(other);
        let cells: &[&dyn Display] = &[
            area,
            number,
            id,
            person,
            article,
            accident,
            recognised,
            status,
            level,
            assessed,
            death,
            arrangement,
            labour,
            using,
            responsible,
            tags,
            &MayBe(claim.project.as_deref()),
        ];
        self.row(TableKind::Claims, cells)?;
        for payment in &claim.payments {
            let (item, payer, amount) = (&payment.item.as_str(), &payment.payer.as_str(), &payment.amount.fen());
            let (determined, accounted) = (&MayBe(payment.determined_on), &MayBe(payment.accounted_on));
            let cells: &[&dyn Display] =
                &[area, number, id, item, payer, determined, accounted, &payment.paid_on, amount];
            self.row(TableKind::Payments, cells)?;
        }
        Ok(())
    }
}
