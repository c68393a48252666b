//! Published averages that come with a book, as parameters of the run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::fact;
use super::row::{Cells, ID, Layout, TEXT};
use crate::amount::plain_decimal;
use crate::citation::{Basis, BasisId, CitedPlace, Document, Label};
use crate::error::{Code, Problem};
use crate::industry::IndustryEdition;
use crate::input::tree;
use crate::interval::Interval;
use crate::parameters::{ParameterDocument, Parameters, Statistic};

/// The most documents that averages of one book stand in.
const DOCUMENTS: usize = 1000;

/// What an average is of.
type Key<'t> = (&'t str, &'t str, i32, IndustryEdition, String);

/// One row.
struct Average<'t> {
    key: Key<'t>,
    millionths: i64,
    document: &'t str,
}

/// The averages of a book, as the parameters they are; what is wrong goes to the problems of the files, since any
/// account may need the row.
pub(super) fn parameters<'t>(layouts: &[Layout<'t>], problems: &mut Vec<Problem>) -> Parameters {
    let mut averages: BTreeMap<Key<'t>, (i64, &'t str)> = BTreeMap::new();
    let mut documents: BTreeMap<&'t str, BasisId> = BTreeMap::new();
    for layout in layouts {
        for row in layout.table.rows() {
            let Some(mut cells) = Cells::behind_key(layout, row, problems) else { continue };
            let area = cells.area();
            let Some(Average { key, millionths, document }) = average(area, &mut cells) else { continue };
            if averages.contains_key(&key) {
                cells.problem("industry", Code::RowsDuplicate, [&key.4]);
            }
            if documents.len() == DOCUMENTS && !documents.contains_key(document) {
                let most = [format!("document ({document})"), DOCUMENTS.to_string()];
                cells.problem("document", Code::RuleSetTooLarge, most);
                continue;
            }
            documents.entry(document).or_insert(BasisId(0));
            averages.insert(key, (millionths, document));
        }
    }
    // Numbered in their own order, so that the same averages are the same parameters whatever the order of rows.
    documents.values_mut().zip(0..).for_each(|(basis, place)| *basis = BasisId(place));
    let mut found =
        Parameters { bases: documents.keys().map(|document| basis(document)).collect(), ..Default::default() };
    for ((area, id, year, edition, code), (millionths, document)) in &averages {
        let basis = documents[document];
        let same = |it: &Statistic| {
            (it.area.as_str(), it.id.as_str(), it.year, it.edition, it.basis) == (*area, *id, *year, *edition, basis)
        };
        match found.statistics.iter_mut().rev().find(|it| same(it)) {
            Some(statistic) => {
                statistic.values.insert(code.clone(), *millionths);
            }
            None => found.statistics.push(Statistic {
                area: (*area).to_owned(),
                id: (*id).to_owned(),
                year: *year,
                edition: *edition,
                values: BTreeMap::from([(code.clone(), *millionths)]),
                basis,
            }),
        }
    }
    found.documents = pinned(&averages);
    found
}

fn average<'t>(area: &'t str, cells: &mut Cells<'_, 't>) -> Option<Average<'t>> {
    let statistic = cells.text("statistic", ID);
    let year = cells.year("year");
    let industry = fact::industry(cells);
    let value = cells.text("value", ID);
    let sign_of = |word: &str| match word {
        "percent" => Some('%'),
        "per-mille" => Some('‰'),
        _ => None,
    };
    let sign = cells.word("unit", &["percent", "per-mille"], sign_of);
    let document = cells.text("document", TEXT);
    let millionths = sign.and_then(|sign| {
        plain_decimal(value).ok()?;
        let point = Interval::parse(&format!("{value}{sign}")).ok()?;
        point.low.map(|low| low.millionths).filter(|millionths| *millionths > 0)
    });
    if sign.is_some() && millionths.is_none() && !value.is_empty() {
        cells.problem("value", Code::RowsNumber, [value, "0.0001 … 10^7 (percent), 0.001 … 10^8 (per-mille)"]);
    }
    let industry = industry?;
    let key = (area, statistic, year?, industry.edition(), industry.code().to_owned());
    Some(Average { key, millionths: millionths?, document })
}

fn basis(document: &str) -> Basis {
    let title = Label { zh: document.to_owned(), en: document.to_owned() };
    Basis {
        path: "statistics".to_owned(),
        document: Document { key: String::new(), number: String::new(), title, date: None },
        place: CitedPlace::default(),
        assumed: Vec::new(),
        missing: Vec::new(),
        illustrative: Vec::new(),
    }
}

/// One document for each area, named by the digest of its averages.
fn pinned(averages: &BTreeMap<Key<'_>, (i64, &str)>) -> Vec<ParameterDocument> {
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for ((area, id, year, edition, code), (millionths, document)) in averages {
        let text = texts.entry(area).or_default();
        // No cell has control characters; writing to a String cannot fail.
        let _ = writeln!(text, "{id}\t{year}\t{}\t{code}\t{millionths}\t{document}", edition.as_str());
    }
    let name = || Label { zh: "数据集所附统计数据".to_owned(), en: "statistics of the book".to_owned() };
    let document = |(area, text): (&str, String)| ParameterDocument {
        area: area.to_owned(),
        name: name(),
        digest: tree::digest_of(&text),
        text,
    };
    texts.into_iter().map(document).collect()
}
