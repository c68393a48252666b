//! One row of each table as a fact.

use super::check_digits::is_identity_number;
use super::row::{Cells, ID, LIST, TEXT, is_text};
use crate::amount::Factor;
use crate::calendar::{Month, MonthSpan, NaiveDate};
use crate::error::Code;
use crate::history::{
    AccountKind, Arrangement, BenefitItem, ChargedRate, Claim, ClaimStatus, ClaimTag, ClassSource, Classification,
    Coverage, CoverageState, Dispatched, Event, EventKind, InjuryArticle, OpenMonths, Order, OrderKind, Ordered,
    OrderingBody, Origin, Parties, Payer, Payment, Premium, PremiumKind, Project, ProjectBase, ProjectKind,
    SuccessionKind,
};
use crate::industry::{ClassSystem, Industry, IndustryEdition, RiskClass};

const EDITIONS: [IndustryEdition; 3] = [IndustryEdition::Gbt2002, IndustryEdition::Gbt2011, IndustryEdition::Gbt2017];

/// What a row of `accounts` says beside the key.
pub(super) struct Account<'t> {
    pub(super) credit_code: &'t str,
    pub(super) name: &'t str,
    pub(super) sub_area: &'t str,
    pub(super) kind: AccountKind,
    pub(super) first_ever: Option<Month>,
}

/// Whether a text can be the number of an account: not empty, at most 64 characters, none that breaks lines or hides.
///
/// ```
/// use rate_core::input::book::is_account_number;
/// assert!(is_account_number("0001"));
/// assert!(!is_account_number(""));
/// ```
pub fn is_account_number(text: &str) -> bool {
    !text.is_empty() && is_text(text, ID)
}

/// A succession whose predecessor is only a number yet.
#[derive(Debug)]
pub(super) struct Link<'t> {
    pub(super) predecessor: &'t str,
    pub(super) kind: SuccessionKind,
    pub(super) on: NaiveDate,
    pub(super) share: Factor,
}

pub(super) fn account<'t>(cells: &mut Cells<'_, 't>) -> Option<Account<'t>> {
    let (credit_code, name) = (cells.text("credit_code", ID), cells.text("name", TEXT));
    let sub_area = cells.text("sub_area", ID);
    let kind = cells.word("kind", AccountKind::WORDS, AccountKind::from_word);
    let first_ever = cells.month("first_ever");
    Some(Account { credit_code, name, sub_area, kind: kind?, first_ever })
}

pub(super) fn coverage(cells: &mut Cells<'_, '_>) -> Option<Coverage> {
    let (from, to) = (cells.month("from"), cells.month("to"));
    let state = cells.word("state", CoverageState::WORDS, CoverageState::from_word);
    Some(Coverage { months: OpenMonths { from: from?, to }, state: state? })
}

pub(super) fn classification(cells: &mut Cells<'_, '_>) -> Option<Classification> {
    let days = cells.days("from", "to");
    let class = risk_class(cells);
    let industry = industry(cells);
    let source = cells.word("decided_by", ClassSource::WORDS, ClassSource::from_word);
    let document = cells.text("document", TEXT).to_owned();
    class_or_industry(cells);
    Some(Classification { days: days?, class, industry, source: source?, document })
}

/// An industry with its edition from the next two cells.
pub(super) fn industry(cells: &mut Cells<'_, '_>) -> Option<Industry> {
    let edition_of = |word: &str| EDITIONS.into_iter().find(|edition| edition.as_str() == word);
    let edition = cells.word("industry_edition", &EDITIONS.map(IndustryEdition::as_str), edition_of);
    let code = cells.text("industry", ID);
    let industry = edition.and_then(|edition| Industry::new(edition, code));
    if industry.is_none() && edition.is_some() && !code.is_empty() {
        cells.problem("industry", Code::RowsNumber, [code, "NN … NNNN"]);
    }
    cells.together("industry_edition", "industry");
    industry
}

/// Where neither stands, nothing leads to a class.
fn class_or_industry(cells: &mut Cells<'_, '_>) {
    cells.together("class_system", "class");
    if cells.is_empty("class") && cells.is_empty("class_system") && cells.is_empty("industry") {
        cells.problem("class", Code::RowsEmpty, ["class"]);
    }
}

/// A class with its system from the next two cells.
fn risk_class(cells: &mut Cells<'_, '_>) -> Option<RiskClass> {
    let from_word = |word: &str| match word {
        "3" => Some(ClassSystem::Three),
        "8" => Some(ClassSystem::Eight),
        _ => None,
    };
    let system = cells.word("class_system", &["3", "8"], from_word);
    let most = system.map_or(ClassSystem::Eight.classes(), ClassSystem::classes);
    let number = cells.level("class", 1, most);
    RiskClass::new(system?, number?)
}

pub(super) fn premium(cells: &mut Cells<'_, '_>) -> Option<Premium> {
    let (from, to) = (cells.month("from"), cells.month("to"));
    let months = from.zip(to).and_then(|(from, to)| {
        let months = MonthSpan::new(from, to);
        if months.is_none() {
            cells.problem("to", Code::RowsSpan, [from, to]);
        }
        months
    });
    let (payroll, heads) = (cells.fen("payroll_fen"), cells.count("heads"));
    let (due, paid, relieved) = (cells.fen("due_fen"), cells.fen("paid_fen"), cells.fen("relieved_fen"));
    let kind = cells.word("kind", PremiumKind::WORDS, PremiumKind::from_word);
    let received_on = cells.date("received_on");
    Some(Premium {
        months: months?,
        payroll: payroll?,
        heads: heads?,
        due: due?,
        paid: paid?,
        relieved: relieved?,
        kind: kind?,
        received_on,
    })
}

/// The other accounts a claim names: column and number.
pub(super) type Named<'t> = Vec<(&'static str, &'t str)>;

/// A claim under the number of its account, still without its payments, and the other accounts it names, which are
/// known even where the claim has problems.
pub(super) fn claim<'t>(cells: &mut Cells<'_, 't>, insured: &str) -> (Option<Claim>, Named<'t>) {
    let claim = claim_itself(cells);
    let arrangement = cells.word("arrangement", Arrangement::WORDS, Arrangement::from_word);
    let named = ["labour_relation", "using_unit", "responsible"].map(|column| (column, cells.text(column, ID)));
    if cells.is_empty("arrangement") && named.iter().any(|(_, number)| !number.is_empty()) {
        cells.problem("arrangement", Code::RowsEmpty, ["arrangement"]);
    }
    let [labour_relation, using_unit, responsible] =
        named.map(|(_, number)| if number.is_empty() { insured } else { number }.to_owned());
    let insured = insured.to_owned();
    let parties = |arrangement| Parties { arrangement, insured, labour_relation, using_unit, responsible };
    let parties = arrangement.map(parties).map(Box::new);
    let named = named.into_iter().filter(|(_, number)| !number.is_empty()).collect();
    let tags = cells.word_list("tags", ClaimTag::WORDS, ClaimTag::from_word);
    let project = Some(cells.text("project", ID)).filter(|project| !project.is_empty()).map(Box::from);
    (claim.map(|claim| Claim { tags, parties, project, ..claim }), named)
}

fn claim_itself(cells: &mut Cells<'_, '_>) -> Option<Claim> {
    let (id, person) = (cells.text("claim", ID).to_owned(), cells.text("person", ID).to_owned());
    if is_identity_number(&person) {
        cells.problem::<&str>("person", Code::RowsIdentityNumber, []);
    }
    let article = cells.word("article", InjuryArticle::WORDS, InjuryArticle::from_word);
    let (accident, recognised) = (cells.date("accident"), cells.date("recognised"));
    let status = cells.word("status", ClaimStatus::WORDS, ClaimStatus::from_word);
    let (level, assessed) = (cells.level("disability_level", 1, 10), cells.date("assessed_on"));
    cells.together("disability_level", "assessed_on");
    let death = cells.date("death");
    Some(Claim {
        id,
        person,
        article: article?,
        tags: Vec::new(),
        accident: accident?,
        recognised: recognised?,
        status: status?,
        disability: level.zip(assessed),
        death,
        parties: None,
        project: None,
        payments: Vec::new(),
    })
}

/// A payment with the number of its claim.
pub(super) fn payment<'t>(cells: &mut Cells<'_, 't>) -> Option<(&'t str, Payment)> {
    let claim = cells.text("claim", ID);
    let item = cells.word("item", BenefitItem::WORDS, BenefitItem::from_word);
    let payer = cells.word("payer", Payer::WORDS, Payer::from_word);
    let (determined_on, accounted_on) = (cells.date("determined_on"), cells.date("accounted_on"));
    let (paid_on, amount) = (cells.date("paid_on"), cells.fen("amount_fen"));
    let payment =
        Payment { item: item?, payer: payer?, amount: amount?, determined_on, accounted_on, paid_on: paid_on? };
    (!claim.is_empty()).then_some((claim, payment))
}

pub(super) fn event(cells: &mut Cells<'_, '_>) -> Option<Event> {
    let id = cells.text("event", ID).to_owned();
    let kind = cells.word("kind", EventKind::WORDS, EventKind::from_word);
    let level = cells.level("level", 0, 9).unwrap_or_default();
    let (days, found) = (cells.days("from", "to"), cells.date("found"));
    let (body, document) = (cells.text("body", TEXT).to_owned(), cells.text("document", TEXT).to_owned());
    Some(Event { id, kind: kind?, level, days: days?, found, body, document })
}

pub(super) fn rate(cells: &mut Cells<'_, '_>) -> Option<ChargedRate> {
    let (days, class) = (cells.days("from", "to"), risk_class(cells));
    let (base, grade) = (cells.rate("base_percent"), cells.text("grade", ID).to_owned());
    let (before_cut, cut) = (cells.rate("before_cut_percent"), cells.share("cut_percent", 4));
    let charged = cells.rate("charged_percent");
    let origin = cells.word("origin", Origin::WORDS, Origin::from_word);
    let cycle = cells.text("cycle", ID).to_owned();
    let used = cells.text("used", LIST).split(' ').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let document = cells.text("document", TEXT).to_owned();
    Some(ChargedRate {
        days: days?,
        class: class?,
        base,
        grade,
        before_cut: before_cut?,
        cut: cut?,
        charged: charged?,
        origin: origin?,
        cycle,
        used,
        document,
    })
}

pub(super) fn dispatched(cells: &mut Cells<'_, '_>) -> Option<Dispatched> {
    let days = cells.days("from", "to");
    let using_unit = cells.text("using_unit", TEXT).to_owned();
    let (industry, class) = (industry(cells), risk_class(cells));
    let heads = cells.count("heads");
    class_or_industry(cells);
    Some(Dispatched { days: days?, using_unit, industry, class, heads: heads? })
}

/// The columns that say what an order comes to, each with the kind it belongs to.
const ORDER_VALUES: &[(&str, OrderKind)] = &[
    ("class_system", OrderKind::Class),
    ("class", OrderKind::Class),
    ("grade", OrderKind::Grade),
    ("rate_percent", OrderKind::Rate),
];

pub(super) fn order(cells: &mut Cells<'_, '_>) -> Option<Order> {
    let id = cells.text("order", ID).to_owned();
    let body = cells.word("body", OrderingBody::WORDS, OrderingBody::from_word);
    let kind = cells.word("what", OrderKind::WORDS, OrderKind::from_word);
    let (class, grade) = (risk_class(cells), cells.text("grade", ID).to_owned());
    let rate = cells.rate("rate_percent");
    let (days, issued_on) = (cells.days("from", "to"), cells.date("issued_on"));
    let document = cells.text("document", TEXT).to_owned();
    let kind = kind?;
    for (column, of) in ORDER_VALUES {
        match (*of == kind, cells.is_empty(column)) {
            (true, true) => cells.problem(column, Code::RowsEmpty, [column]),
            (false, false) => cells.problem(column, Code::RowsContradiction, [*column, "what", kind.as_str()]),
            (true, false) | (false, true) => {}
        }
    }
    let what = match kind {
        OrderKind::Class => Ordered::Class(class?),
        OrderKind::Grade => Ordered::Grade(grade),
        OrderKind::Rate => Ordered::Rate(rate?),
        OrderKind::DecideAgain => Ordered::DecideAgain,
    };
    Some(Order { id, body: body?, what, days: days?, issued_on: issued_on?, document })
}

pub(super) fn project(cells: &mut Cells<'_, '_>) -> Option<Project> {
    let id = cells.text("project", ID).to_owned();
    let kind = cells.word("kind", ProjectKind::WORDS, ProjectKind::from_word);
    let base = cells.word("base", ProjectBase::WORDS, ProjectBase::from_word);
    let (cost, labour_cost) = (cells.fen("cost_fen"), cells.fen("labour_cost_fen"));
    let (tonnes, square_metres) = (cells.quantity("output_tonnes"), cells.quantity("floor_area_m2"));
    let turnover = cells.fen("turnover_fen");
    let (enrolled_on, term) = (cells.date("enrolled_on"), cells.days("from", "to"));
    let (class, industry) = (risk_class(cells), industry(cells));
    cells.together("class_system", "class");
    let grade = cells.text("grade", ID).to_owned();
    let (paid, paid_on) = (cells.fen("paid_fen"), cells.date("paid_on"));
    cells.together("paid_fen", "paid_on");
    let document = cells.text("document", TEXT).to_owned();
    Some(Project {
        id,
        kind: kind?,
        base: base?,
        cost,
        labour_cost,
        tonnes,
        square_metres,
        turnover,
        enrolled_on: enrolled_on?,
        term: term?,
        class,
        industry,
        grade,
        paid: paid.zip(paid_on),
        document,
    })
}

pub(super) fn succession<'t>(cells: &mut Cells<'_, 't>) -> Option<Link<'t>> {
    let predecessor = cells.text("predecessor", ID);
    let kind = cells.word("kind", SuccessionKind::WORDS, SuccessionKind::from_word);
    let (on, share) = (cells.date("on"), cells.share("share_percent", 2));
    (!predecessor.is_empty()).then_some(())?;
    Some(Link { predecessor, kind: kind?, on: on?, share: share? })
}
