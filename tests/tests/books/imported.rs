//! A sheet of a core system as a book: what each row says, and nothing it does not say.

use rate_core::history::{ClassSource, PremiumKind};
use rate_core::input::book::check_book;
use rate_core::{Code, History, MonthSpan};
use rate_service::book::foshan::{Imported, Sheets};

use crate::sheets::{Cells, both, put, write};

fn imported(both: &[Cells; 2]) -> Imported {
    let dir = tempfile::tempdir().unwrap();
    let [with_premium, without_premium] = write(dir.path(), both);
    let window = MonthSpan::new("2019-01".parse().unwrap(), "2020-12".parse().unwrap()).unwrap();
    let sheets = Sheets { area: "990400".to_owned(), window, with_premium, without_premium: Some(without_premium) };
    sheets.read().unwrap().unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn histories(imported: &Imported) -> Vec<History> {
    check_book(&imported.tables).histories
}

fn of<'h>(histories: &'h [History], number: &str) -> &'h History {
    histories.iter().find(|it| it.key().number == number).unwrap()
}

/// Row 10 of the first workbook: 20,000 yuan of premium; 8,200 + 3,500 + 300 yuan of benefits in nine items, of which two
/// are read as rehabilitation.
#[test]
fn a_row_becomes_the_facts_it_says() {
    let all = histories(&imported(&both()));
    let it = of(&all, "00000102");
    assert_eq!((it.name(), it.sub_area()), ("虚构单位乙", "990402"));
    let class: Vec<_> = it.classifications().iter().map(|it| (it.class.unwrap().number(), it.source)).collect();
    assert_eq!(class, [(3, ClassSource::Agency)], "four columns agree: one row");
    assert_eq!(it.classifications()[0].days.from().to_string(), "2019-01-01");
    let [premium] = it.premiums() else { panic!("one row for the window") };
    assert_eq!(
        (premium.months.from().to_string(), premium.months.to().to_string()),
        ("2019-01".into(), "2020-12".into())
    );
    assert_eq!((premium.paid.fen(), premium.due.fen(), premium.payroll.fen()), (2_000_000, 2_000_000, 0));
    let [claim] = it.claims() else { panic!("one claim for all benefits") };
    let paid: Vec<_> = claim.payments.iter().map(|it| (it.item.as_str(), it.amount.fen())).collect();
    let items = [
        ("medical", 700_000),
        // Of one item the smaller amount first: `zykf` 300 yuan, `kfyl` 500.
        ("rehabilitation", 30_000),
        ("rehabilitation", 50_000),
        ("device", 20_000),
        ("board", 15_050),
        ("transport", 4_950),
        ("disability-lump-sum", 300_000),
        ("medical-lump-sum", 50_000),
        ("other", 30_000),
    ];
    assert_eq!(paid, items);
    let days = claim.payments.iter().map(|it| it.paid_on).chain([claim.accident, claim.recognised]);
    assert!(days.map(|day| day.to_string()).all(|day| day == "2020-12-31"), "the last day of the window");
    let [rate] = it.rates() else { panic!("one rate") };
    assert_eq!(
        (rate.charged.percent().to_string(), rate.base.unwrap().percent().to_string()),
        ("0.6".into(), "0.6".into())
    );
    assert_eq!((rate.days.from(), rate.days.last()), (claim.accident, claim.accident));
}

#[test]
fn deaths_are_claims_and_refunds_are_refunds() {
    let all = histories(&imported(&both()));
    let deaths = of(&all, "00000105").claims().iter().filter(|claim| claim.death.is_some()).count();
    assert_eq!(deaths, 3, "gw_rs is 3");
    let rows: Vec<_> = of(&all, "00000108").premiums().iter().map(|it| (it.kind, it.paid.fen())).collect();
    assert_eq!(rows, [(PremiumKind::Regular, 0), (PremiumKind::Refund, -10_000)], "zsjehj is -100 yuan");
    assert!(of(&all, "00000107").claims().is_empty(), "no benefits and no death: no claim");
}

/// The sheet says 3 for the float and 4 for the tax: the book says both, and is refused where one has to hold.
#[test]
fn classes_that_disagree_stand_beside_each_other() {
    let imported = imported(&both());
    let book = check_book(&imported.tables);
    let [refused] = book.refused.as_slice() else { panic!("{:?}", book.refused) };
    assert_eq!((refused.key.number.as_str(), refused.problems.len()), ("00000109", 1));
    assert_eq!(refused.problems[0].code, Code::HistoryClassOverlap);
    assert_eq!(imported.types.into_iter().collect::<Vec<_>>(), [("10".to_owned(), 1)], "a code nobody explained");
}

/// 0.2 % is the number 0.2 in a column times a hundred and 0.002 elsewhere; a percentage stores 0.002 in both.
#[test]
fn percentages_are_what_they_store() {
    let mut changed = both();
    for cell in ["J7", "K7"] {
        put(&mut changed[0], cell, "%0.002");
    }
    let all = histories(&imported(&changed));
    let rate = &of(&all, "00000106").rates()[0];
    assert_eq!(
        (rate.charged.percent().to_string(), rate.base.unwrap().percent().to_string()),
        ("0.2".into(), "0.2".into())
    );
}
