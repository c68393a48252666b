//! Workbooks with one thing wrong, made part by part, and what is to be said of each.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A workbook that is wrong, under the name of its file, and what is reported, as `place code`.
pub(crate) struct Broken {
    pub(crate) file: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) reported: &'static [&'static str],
}

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
const RELATED: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A style for each: none, a day, a percentage.
const STYLES: &str = r#"<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/></numFmts>
<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs>"#;

/// What stands in a workbook beside its sheets.
pub(crate) struct Around {
    pub(crate) from_1904: bool,
    /// What each sheet says of itself, such as `state="hidden"`.
    pub(crate) state: &'static str,
}

const PLAIN: Around = Around { from_1904: false, state: "" };

/// The parts of a workbook of some sheets, each a name and its XML.
fn parts(sheets: &[(&str, &str)], around: &Around) -> Vec<(String, Vec<u8>)> {
    let (mut listed, mut relations, mut parts) = (String::new(), String::new(), Vec::new());
    for ((name, body), id) in sheets.iter().zip(1..) {
        listed += &format!(r#"<sheet name="{name}" sheetId="{id}" {} r:id="rId{id}"/>"#, around.state);
        relations +=
            &format!(r#"<Relationship Id="rId{id}" Type="{RELATED}/worksheet" Target="worksheets/{id}.xml"/>"#);
        parts.push((
            format!("xl/worksheets/{id}.xml"),
            format!("{XML}<worksheet {MAIN}>{body}</worksheet>").into_bytes(),
        ));
    }
    relations += &format!(r#"<Relationship Id="styles" Type="{RELATED}/styles" Target="styles.xml"/>"#);
    let epoch = if around.from_1904 { r#"<workbookPr date1904="1"/>"# } else { "" };
    let namespace = r#"xmlns="http://schemas.openxmlformats.org/package/2006/relationships""#;
    let workbook = format!(r#"{XML}<workbook {MAIN} xmlns:r="{RELATED}">{epoch}<sheets>{listed}</sheets></workbook>"#);
    let root = format!(
        r#"{XML}<Relationships {namespace}><Relationship Id="a" Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let relations = format!("{XML}<Relationships {namespace}>{relations}</Relationships>");
    let styles = format!("{XML}<styleSheet {MAIN}>{STYLES}</styleSheet>");
    let named = |name: &str, text: String| (name.to_owned(), text.into_bytes());
    parts.extend([
        named("_rels/.rels", root),
        named("xl/workbook.xml", workbook),
        named("xl/_rels/workbook.xml.rels", relations),
        named("xl/styles.xml", styles),
    ]);
    parts
}

fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn workbook(sheets: &[(&str, &str)], around: &Around) -> Vec<u8> {
    zipped(&parts(sheets, around))
}

/// Rows of cells; a cell is a text, or XML of its own where it begins with `<`.
pub(crate) fn rows(rows: &[&[&str]]) -> String {
    let mut xml = String::from("<sheetData>");
    for (cells, row) in rows.iter().zip(1..) {
        xml += &format!(r#"<row r="{row}">"#);
        for (cell, column) in cells.iter().zip(1..) {
            let address = format!("{}{row}", rate_core::error::column_letters(column));
            if cell.starts_with('<') {
                xml += &cell.replacen("<c", &format!(r#"<c r="{address}""#), 1);
            } else if !cell.is_empty() {
                xml += &format!(r#"<c r="{address}" t="inlineStr"><is><t>{cell}</t></is></c>"#);
            }
        }
        xml += "</row>";
    }
    xml + "</sheetData>"
}

const ACCOUNTS: &[&str] = &["area", "account", "kind"];
const ONE: &[&str] = &["990100", "0001", "employer"];

/// One account, with some cells of a second row of `accounts` and whatever stands behind the rows.
fn accounts(second: &[&str], behind: &str) -> Vec<u8> {
    workbook(&[("accounts", &(rows(&[ACCOUNTS, ONE, second]) + behind))], &PLAIN)
}

/// One account and a row of another table.
fn with(table: &str, header: &[&str], row: &[&str]) -> Vec<u8> {
    workbook(&[("accounts", &rows(&[ACCOUNTS, ONE])), (table, &rows(&[header, row]))], &PLAIN)
}

fn rate(percent: &str) -> Vec<u8> {
    let columns = ["class_system", "class", "before_cut_percent", "cut_percent", "charged_percent", "origin"];
    let header = [&["area", "account", "from"], columns.as_slice()].concat();
    let cells = ["990100", "0001", "<c s=\"1\"><v>43831</v></c>", "8", "2", "0.56", "0", percent, "base"];
    with("rates", &header, &cells)
}

fn broken(file: &'static str, bytes: Vec<u8>, reported: &'static [&'static str]) -> Broken {
    Broken { file, bytes, reported }
}

/// A workbook with one more part that inflates from nearly nothing.
fn bomb() -> Vec<u8> {
    let mut parts = parts(&[("accounts", &rows(&[ACCOUNTS, ONE]))], &PLAIN);
    parts.push(("xl/media/picture.bin".to_owned(), vec![0; 64 << 20]));
    zipped(&parts)
}

fn with_part(name: &str, text: &str) -> Vec<u8> {
    let mut parts = parts(&[("accounts", &rows(&[ACCOUNTS, ONE]))], &PLAIN);
    parts.retain(|(known, _)| known != name);
    parts.push((name.to_owned(), text.as_bytes().to_vec()));
    zipped(&parts)
}

fn many_parts() -> Vec<u8> {
    let mut parts = parts(&[("accounts", &rows(&[ACCOUNTS, ONE]))], &PLAIN);
    parts.extend((0..5000).map(|number| (format!("xl/media/{number}"), Vec::new())));
    zipped(&parts)
}

/// The size in the directory of the archive made smaller than what comes out.
fn lying() -> Vec<u8> {
    let long = rows(&[ACCOUNTS, ONE, &["", "", "", &"x".repeat(100_000)]]);
    let mut bytes = workbook(&[("accounts", &long)], &PLAIN);
    let size = u32::try_from(format!("{XML}<worksheet {MAIN}>{long}</worksheet>").len()).unwrap().to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..*at + 4] == size).collect();
    assert!(!places.is_empty(), "the size stands in the archive");
    for at in places {
        bytes[at..at + 4].copy_from_slice(&64_u32.to_le_bytes());
    }
    bytes
}

const ENTITY: &str = r#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>"#;
const UNDECLARED: &str = r#"<?xml version="1.0"?><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>"#;
const LONG_TEXT: usize = 3 << 20;

pub(crate) fn all() -> Vec<Broken> {
    let mut all = of_files();
    all.extend(of_sheets());
    all.extend(of_cells());
    all
}

fn of_files() -> Vec<Broken> {
    let mut truncated = accounts(&[], "");
    truncated.truncate(truncated.len() / 2);
    let long = format!(
        "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{}</t></is></c></row></sheetData>",
        "ab cd".repeat(LONG_TEXT / 5)
    );
    vec![
        broken("accounts.xlsx", bomb(), &["accounts.xlsx workbook.too-large"]),
        broken("accounts.xlsx", many_parts(), &["accounts.xlsx workbook.too-large"]),
        broken("accounts.xlsx", lying(), &["accounts.xlsx workbook.unreadable"]),
        broken("accounts.xlsx", workbook(&[("accounts", &long)], &PLAIN), &["accounts.xlsx workbook.too-large"]),
        broken("accounts.xlsx", truncated, &["accounts.xlsx workbook.unreadable"]),
        broken("accounts.xlsx", b"area,account,kind\n".to_vec(), &["accounts.xlsx workbook.unreadable"]),
        broken(
            "accounts.xlsx",
            with_part("xl/worksheets/1.xml", "<worksheet><sheetData>"),
            &["accounts.xlsx workbook.unreadable"],
        ),
        broken(
            "accounts.xlsx",
            with_part("xl/workbook.xml", "<workbook><sheets></workbook>"),
            &["accounts.xlsx workbook.unreadable"],
        ),
        broken("accounts.xlsx", with_part("xl/worksheets/1.xml", ENTITY), &["accounts.xlsx workbook.entity"]),
        broken("accounts.xlsx", with_part("xl/worksheets/1.xml", UNDECLARED), &["accounts.xlsx workbook.entity"]),
        broken("accounts.xlsx", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), &["accounts.xlsx workbook.format"]),
        broken("accounts.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), &["accounts.xls workbook.format"]),
        broken(
            "employers.xlsx",
            accounts(&[], ""),
            &["[accounts] rows.missing-table", "employers.xlsx rows.unknown-table"],
        ),
    ]
}

fn of_sheets() -> Vec<Broken> {
    let one = rows(&[ACCOUNTS, ONE]);
    let hidden = Around { state: "state=\"hidden\"", ..PLAIN };
    vec![
        broken("accounts.xlsx", workbook(&[("a", &one), ("b", &one)], &PLAIN), &["accounts.xlsx!b workbook.sheets"]),
        broken(
            "book.xlsx",
            workbook(&[("accounts", &one), ("premium", &one)], &PLAIN),
            &["book.xlsx!premium rows.unknown-table"],
        ),
        broken(
            "book.xlsx",
            workbook(&[("accounts", &one), ("accounts", &one)], &PLAIN),
            &["book.xlsx!accounts workbook.twice"],
        ),
        broken(
            "book.xlsx",
            workbook(&[("accounts", &one), ("premium", &one)], &hidden),
            &["book.xlsx!accounts workbook.hidden-read", "book.xlsx!premium workbook.hidden-passed"],
        ),
        broken(
            "book.xlsx",
            accounts(&[], r#"<mergeCells><mergeCell ref="A1:B1"/></mergeCells>"#),
            &["book.xlsx!accounts!A1 workbook.merged"],
        ),
        broken(
            "book.xlsx",
            accounts(&[], r#"<mergeCells><mergeCell ref="B2:B3"/></mergeCells>"#),
            &["book.xlsx!accounts!B2 workbook.merged"],
        ),
        broken(
            "book.xlsx",
            workbook(
                &[(
                    "accounts",
                    &rows(&[&["area", "account", "kind", "kind"], &["990100", "0001", "employer", "employer"]]),
                )],
                &PLAIN,
            ),
            &["book.xlsx!accounts!D1 [kind] rows.duplicate"],
        ),
        broken(
            "book.xlsx",
            workbook(&[("accounts", &rows(&[&["area", "account", "kind", "town"], ONE]))], &PLAIN),
            &["book.xlsx!accounts!D1 [town] rows.unknown-column"],
        ),
        broken(
            "book.xlsx",
            workbook(&[("accounts", &rows(&[&["area", "account"], &["990100", "0001"]]))], &PLAIN),
            &["book.xlsx!accounts!1 [kind] rows.header"],
        ),
        broken("book.xlsx", accounts(&["", "", "", "left over"], ""), &["book.xlsx!accounts!D3 cell.outside"]),
        broken("book.xlsx", far(), &["book.xlsx!accounts!XFD1048576 cell.outside"]),
        broken(
            "book.xlsx",
            with_part(
                "xl/worksheets/1.xml",
                "<worksheet><sheetData><row r=\"2\"/><row r=\"1\"/></sheetData></worksheet>",
            ),
            &["book.xlsx workbook.unreadable"],
        ),
        broken(
            "book.xlsx",
            with_part("xl/worksheets/1.xml", "<worksheet><sheetData><row r=\"1048577\"/></sheetData></worksheet>"),
            &["book.xlsx workbook.unreadable"],
        ),
    ]
}

/// One account and the last cell that a sheet has.
fn far() -> Vec<u8> {
    let body = rows(&[ACCOUNTS, ONE])
        .replace("</sheetData>", "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>");
    workbook(&[("accounts", &body)], &PLAIN)
}

fn of_cells() -> Vec<Broken> {
    let coverage = ["area", "account", "from", "state"];
    let from = |cell| with("coverage", &coverage, &["990100", "0001", cell, "insured"]);
    let second = |cell| accounts(&["990100", cell, "employer"], "");
    let premium = |payroll| {
        let header =
            ["area", "account", "from", "to", "payroll_fen", "heads", "due_fen", "paid_fen", "relieved_fen", "kind"];
        with(
            "premiums",
            &header,
            &["990100", "0001", "2020-01", "2020-12", payroll, "<c><v>10</v></c>", "0", "0", "0", "regular"],
        )
    };
    vec![
        broken("book.xlsx", second("<c><v>2</v></c>"), &["book.xlsx!accounts!B3 [account] cell.identifier"]),
        broken("book.xlsx", second("<c t=\"b\"><v>1</v></c>"), &["book.xlsx!accounts!B3 [account] cell.identifier"]),
        broken("book.xlsx", second("<c s=\"1\"><v>43831</v></c>"), &["book.xlsx!accounts!B3 [account] cell.format"]),
        broken(
            "book.xlsx",
            accounts(&["990100", "0002", "<c t=\"e\"><v>#N/A</v></c>"], ""),
            &["book.xlsx!accounts!C3 [kind] cell.error"],
        ),
        broken(
            "book.xlsx",
            accounts(&["990100", "0002", "<c t=\"str\"><f>A1</f></c>"], ""),
            &["book.xlsx!accounts!C3 [kind] cell.formula"],
        ),
        broken(
            "book.xlsx",
            rate("<c><v>0.30000000000000004</v></c>"),
            &["book.xlsx!rates!H2 [charged_percent] cell.inexact"],
        ),
        broken("book.xlsx", rate("<c s=\"1\"><v>0.5</v></c>"), &["book.xlsx!rates!H2 [charged_percent] cell.format"]),
        broken("book.xlsx", from("<c s=\"1\"><v>43832</v></c>"), &["book.xlsx!coverage!C2 [from] rows.date"]),
        broken("book.xlsx", from("<c s=\"1\"><v>60</v></c>"), &["book.xlsx!coverage!C2 [from] cell.format"]),
        broken("book.xlsx", from("<c s=\"1\"><v>43831.5</v></c>"), &["book.xlsx!coverage!C2 [from] cell.format"]),
        broken("book.xlsx", from("<c><v>202001</v></c>"), &["book.xlsx!coverage!C2 [from] rows.date"]),
        broken("book.xlsx", from("<c s=\"2\"><v>0.5</v></c>"), &["book.xlsx!coverage!C2 [from] cell.format"]),
        broken("book.xlsx", premium("<c><v>1000.5</v></c>"), &["book.xlsx!premiums!E2 [payroll_fen] rows.number"]),
        broken(
            "book.xlsx",
            premium("<c><v>1234567890123456</v></c>"),
            &["book.xlsx!premiums!E2 [payroll_fen] cell.inexact"],
        ),
        broken(
            "book.xlsx",
            premium("<c s=\"2\"><v>1000</v></c>"),
            &["book.xlsx!premiums!E2 [payroll_fen] cell.format"],
        ),
    ]
}
