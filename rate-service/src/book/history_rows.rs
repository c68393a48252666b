//! A history as rows of the book: the way back from facts to files.

use std::fmt::Display;
use std::path::Path;

use rate_core::RiskClass;
use rate_core::history::{ChargedRate, Claim, Ordered, Party};
use rate_core::input::book::TableKind;
use rate_core::{AccountKey, History, Industry, Money, Rate};

use super::BookError;
use super::csv::{BookWriter, MayBe};

/// All tables of a book that is being written.
#[derive(Debug)]
pub struct BookFiles {
    writers: Vec<BookWriter>,
}

impl BookFiles {
    /// Creates the tables in a directory, which must exist.
    ///
    /// # Errors
    /// Where a file cannot be created.
    pub fn create(dir: &Path) -> Result<Self, BookError> {
        let writers = TableKind::ALL.iter().map(|kind| BookWriter::create(dir, *kind)).collect::<Result<_, _>>()?;
        Ok(Self { writers })
    }

    /// Writes a row of any table: one cell for each column, in the order of the table's columns.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn row(&mut self, kind: TableKind, cells: &[&dyn Display]) -> Result<(), BookError> {
        // Writers stand in the order of the tables, which is that of their numbers.
        self.writers.get_mut(kind as usize).map_or(Ok(()), |writer| writer.row(cells))
    }

    /// Writes all facts of an account; its predecessors only by number, since they are accounts of their own.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn history(&mut self, history: &History) -> Result<(), BookError> {
        self.account(history)?;
        self.standing(history)?;
        self.premiums(history)?;
        self.projects(history)?;
        // A claim that stands under another account is written there.
        let own = |claim: &&Claim| claim.parties.as_ref().is_none_or(|it| it.insured == history.key().number);
        history.claims().iter().filter(own).try_for_each(|claim| self.claim(history.key(), claim))?;
        let mut rates = history.rates().iter();
        rates.try_for_each(|rate| self.writers[TableKind::Rates as usize].rate(history.key(), rate))
    }

    /// Writes out all files; the rows of each table.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn finish(self) -> Result<Vec<(TableKind, u64)>, BookError> {
        let rows = TableKind::ALL.iter().zip(self.writers);
        rows.map(|(kind, writer)| Ok((*kind, writer.finish()?))).collect()
    }

    fn account(&mut self, history: &History) -> Result<(), BookError> {
        let AccountKey { area, number } = history.key();
        let (code, name, sub_area) = (&history.credit_code(), &history.name(), &history.sub_area());
        let kind = &history.kind().as_str();
        self.row(TableKind::Accounts, &[area, number, code, name, sub_area, kind, &MayBe(history.first_ever())])
    }

    /// Coverage, classes, events, orders and predecessors.
    fn standing(&mut self, history: &History) -> Result<(), BookError> {
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

    fn projects(&mut self, history: &History) -> Result<(), BookError> {
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

    fn premiums(&mut self, history: &History) -> Result<(), BookError> {
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

    fn claim(&mut self, key: &AccountKey, claim: &Claim) -> Result<(), BookError> {
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

impl BookWriter {
    /// Writes a rate as a row of `rates`.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn rate(&mut self, key: &AccountKey, rate: &ChargedRate) -> Result<(), BookError> {
        let (from, to) = (&rate.days.from(), &MayBe(rate.days.to()));
        let (system, class) = (&rate.class.system(), &rate.class.number());
        let base = &MayBe(rate.base.map(Rate::percent));
        let (before_cut, cut, charged) = (&rate.before_cut.percent(), &rate.cut.percent(), &rate.charged.percent());
        let (origin, used) = (&rate.origin.as_str(), &rate.used.join(" "));
        let (grade, cycle, document) = (&rate.grade, &rate.cycle, &rate.document);
        self.row(&[
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
        ])
    }
}
