//! Mapping files: what stands in the files of another system, read as the same facts.

use std::path::Path;

use rate_core::Code;
use rate_core::input::MappingFile;
use rate_core::input::book::{CheckedBook, Content, Mapping, RawRow, RawTable, TableKind, check_book};
use rate_service::book::reading;
use rate_service::book::{Plan, Reading, read_tables};
use rust_xlsxwriter::Workbook;

use crate::broken_workbooks::{Around, rows, workbook};
use crate::{fixtures, made_up, reported};

fn chinese() -> Mapping {
    reading::mapping(&fixtures("mappings/zh.toml")).unwrap().unwrap()
}

fn parsed(body: &str) -> Result<Mapping, Vec<String>> {
    let text = format!("format = \"mapping/1\"\nname = {{ zh = \"例\", en = \"example\" }}\n{body}");
    let read = MappingFile::parse_named("m.toml", &text).and_then(MappingFile::check);
    read.map_err(|problems| problems.iter().map(|it| format!("{} {}", it.place, it.code)).collect())
}

fn read(dir: &Path, mapping: Mapping) -> CheckedBook {
    let reading = Reading { mapping: Some(mapping), ..Reading::default() };
    check_book(&reading.tables(dir, &mut |_, _| {}).unwrap())
}

fn one_file(name: &str, bytes: &[u8], mapping: Mapping) -> CheckedBook {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), bytes).unwrap();
    read(dir.path(), mapping)
}

/// What the Chinese mapping says of one table, read from its lines and not by the program.
#[derive(Default)]
struct Called {
    table: String,
    name: String,
    /// Section and both sides of each line below it.
    lines: Vec<(String, String, String)>,
}

impl Called {
    fn all() -> Vec<Self> {
        let text = std::fs::read_to_string(fixtures("mappings/zh.toml")).unwrap();
        let unquoted = |text: &str| text.trim().trim_matches(['"', '[', ']']).to_owned();
        let (mut all, mut section): (Vec<Self>, String) = (Vec::new(), String::new());
        for line in text.lines() {
            match (line.split_once('='), all.last_mut()) {
                (None, _) if line == "[[tables]]" => all.push(Self::default()),
                (None, _) => section = unquoted(line).replace("tables.", ""),
                (Some((left, right)), Some(table)) if left.trim() == "table" => table.table = unquoted(right),
                (Some((left, right)), Some(table)) if left.trim() == "names" => {
                    table.name = unquoted(right.split(',').next().unwrap());
                }
                (Some((left, right)), Some(table)) => {
                    table.lines.push((section.clone(), unquoted(left), unquoted(right)));
                }
                (Some(_), None) => {}
            }
        }
        all
    }

    fn of(kind: TableKind) -> Self {
        let found = Self::all().into_iter().find(|it| it.table == kind.stem());
        found.unwrap_or_else(|| panic!("mappings/zh.toml has no table {}", kind.stem()))
    }

    fn found(&self, section: &str, ours: &str) -> Option<&str> {
        let mut lines = self.lines.iter();
        lines.find(|(in_section, _, right)| in_section == section && right == ours).map(|(_, left, _)| left.as_str())
    }

    fn header(&self, column: &str) -> Option<&str> {
        self.found("columns", column)
    }

    fn cell(&self, kind: TableKind, column: &str, text: &str) -> String {
        let in_yuan = self.lines.iter().any(|(section, left, _)| section == "units" && left == column);
        if let Some(word) = self.found(&format!("words.{column}"), text) {
            return word.to_owned();
        }
        if in_yuan && !text.is_empty() {
            let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
            let padded = format!("{digits:0>3}");
            let (yuan, fen) = padded.split_at(padded.len() - 2);
            return format!("{sign}{yuan}.{fen}");
        }
        if kind.content(column) == Content::Month { text.replace('-', "") } else { text.to_owned() }
    }

    fn translated(&self, table: &RawTable) -> Vec<Vec<String>> {
        let header = table.header().iter().map(|column| self.header(column).unwrap().to_owned()).collect();
        let cells = |row: RawRow<'_>| {
            let texts = (0..row.len()).map(|at| row.cell(at).unwrap());
            table.header().iter().zip(texts).map(|(column, text)| self.cell(table.kind(), column, text)).collect()
        };
        std::iter::once(header).chain(table.rows().map(cells)).collect()
    }
}

#[test]
fn every_column_of_every_table_has_a_chinese_name() {
    for kind in TableKind::ALL.iter().chain([&TableKind::Listed]) {
        let called = Called::of(*kind);
        for column in kind.columns() {
            assert!(called.header(column.name).is_some(), "mappings/zh.toml: {}.{}", kind.stem(), column.name);
        }
    }
}

/// A made-up book under Chinese names, with words, yuan and months as people write them, as CSV in GB18030 and as one
/// workbook of text cells: the histories are those of the book itself.
#[test]
fn a_book_under_chinese_names_gives_the_same_facts() {
    let [own, csv, xlsx] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    made_up(&Plan { accounts: 200, seed: 9, ..Plan::default() }, own.path());
    let tables = read_tables(own.path(), &mut |_, _| {}).unwrap();
    let expected = check_book(&tables).histories;
    let mut all = Workbook::new();
    for table in &tables {
        let called = Called::of(table.kind());
        let sheet = all.add_worksheet().set_name(&called.name).unwrap();
        let mut text = String::new();
        for (cells, row) in called.translated(table).iter().zip(0..) {
            text += &(cells.join(",") + "\n");
            for (cell, column) in cells.iter().zip(0..) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        let (bytes, ..) = encoding_rs::GB18030.encode(&text);
        std::fs::write(csv.path().join(format!("{}.csv", called.name)), bytes).unwrap();
    }
    all.save(xlsx.path().join("数据.xlsx")).unwrap();
    for dir in [csv.path(), xlsx.path()] {
        let book = read(dir, chinese());
        let wrong: Vec<String> = reported(&book).into_iter().filter(|it| !it.ends_with("encoding-taken")).collect();
        assert_eq!(wrong, Vec::<String>::new());
        assert_eq!(book.histories, expected);
    }
}

const ACCOUNTS: &str = r#"
    [[tables]]
    table      = "accounts"
    names      = ["单位"]
    header_row = 3
    columns    = { "单位编号" = "account", "编号" = "account", "类型" = "kind", "首次 参保" = "first_ever" }
    constants  = { area = "990100" }
    words      = { kind = { "企业" = "employer", "1" = "employer" } }
    dates      = ["YYYYMM"]
    ignore     = ["序号"]
"#;

fn sheet(lines: &[&[&str]]) -> CheckedBook {
    let title: &[&[&str]] = &[&["参保单位一览表"], &["制表：某科"]];
    let body = rows(&[title, lines].concat());
    one_file(
        "数据.xlsx",
        &workbook(&[("单位", &body)], &Around { from_1904: false, state: "" }),
        parsed(ACCOUNTS).unwrap(),
    )
}

#[test]
fn titles_constants_and_numbered_words_are_read() {
    let book = sheet(&[
        &["序号", "单位编号", "类型", "首次\n参保"],
        &["<c><v>1</v></c>", "0001", "企业", "<c><v>200903</v></c>"],
        &["", "0002", "<c><v>1</v></c>", ""],
    ]);
    assert_eq!(reported(&book), Vec::<String>::new());
    let first: Vec<_> = book.histories.iter().map(|it| it.first_ever().map(|month| month.to_string())).collect();
    assert_eq!(first, [Some("2009-03".to_owned()), None]);
    assert_eq!(book.histories[0].key().area, "990100");
}

#[test]
fn what_a_mapping_does_not_know_is_named_with_its_cell() {
    let unknown_word = sheet(&[&["单位编号", "类型"], &["0001", "公司"]]);
    assert_eq!(reported(&unknown_word), ["数据.xlsx!单位!B4 [kind] rows.word"]);
    let unknown_header = sheet(&[&["单位编号", "类型", "电话"], &["0001", "企业", "12345"]]);
    assert_eq!(reported(&unknown_header), ["数据.xlsx!单位!C3 [电话] rows.unknown-column"]);
    let problem = unknown_header.problems().next().unwrap();
    assert!(
        problem.message(rate_core::Lang::Zh).contains("单位编号"),
        "the headers of the mapping are listed: {problem}"
    );
    let misspelt = sheet(&[&["单位编号", "类型", "单位编吗"], &["0001", "企业", "12345"]]);
    assert_eq!(reported(&misspelt), ["数据.xlsx!单位!C3 [单位编吗] rows.unknown-column"]);
    let message = misspelt.problems().next().unwrap().message(rate_core::Lang::Zh);
    assert!(message.starts_with("未知的列 `单位编吗`；最接近的是 `单位编号`；此表的列："), "{message}");
    let twice = sheet(&[&["单位编号", "编号", "类型"], &["0001", "0001", "企业"]]);
    assert_eq!(reported(&twice), ["数据.xlsx!单位!B3 [account] rows.duplicate"]);
    let missing = sheet(&[&["单位编号"], &["0001"]]);
    assert_eq!(reported(&missing), ["数据.xlsx!单位!3 [kind] rows.header"]);
    let text = sheet(&[&["单位编号", "类型"], &["<c><v>1</v></c>", "企业"]]);
    assert_eq!(reported(&text), ["数据.xlsx!单位!A4 [account] cell.identifier"]);
    let date = sheet(&[&["单位编号", "类型", "首次参保"], &["0001", "企业", "2009/03"]]);
    assert_eq!(reported(&date), ["数据.xlsx!单位!C4 [first_ever] rows.date"], "a form that the mapping does not name");
}

#[test]
fn csv_lines_keep_their_places_under_a_mapping() {
    let text = "参保单位一览表\n制表\n序号,单位编号,类型\n1,0001,企业\n2,0002,公司\n3,0003\n";
    let book = one_file("单位.csv", text.as_bytes(), parsed(ACCOUNTS).unwrap());
    assert_eq!(reported(&book), ["单位.csv:5:3 [kind] rows.word", "单位.csv:6 rows.ragged"]);
    assert_eq!(book.histories.len(), 1);
}

/// One sheet that says of each unit its name and its class feeds two tables; an amount in yuan with a third decimal is
/// refused, not rounded.
#[test]
fn a_sheet_may_hold_two_tables_and_yuan_are_exact() {
    let mapping = || {
        parsed(
            r#"
            [[tables]]
            table     = "accounts"
            names     = ["单位"]
            columns   = { "编号" = "account" }
            constants = { area = "990100", kind = "employer" }
            [[tables]]
            table     = "premiums"
            names     = ["单位"]
            columns   = { "编号" = "account", "工资" = "payroll_fen", "人数" = "heads", "实缴" = "paid_fen", "应缴" = "due_fen" }
            constants = { area = "990100", from = "2020-01", to = "2020-12", relieved_fen = 0, kind = "regular" }
            units     = { payroll_fen = "ten-thousand-yuan", paid_fen = "yuan", due_fen = "yuan" }
            "#,
        )
        .unwrap()
    };
    let right = "编号,工资,人数,实缴,应缴\n0001,12.345678,3,1868.16,1868.1\n";
    let book = one_file("单位.csv", right.as_bytes(), mapping());
    assert_eq!(reported(&book), Vec::<String>::new());
    let premium = &book.histories[0].premiums()[0];
    assert_eq!([premium.payroll, premium.paid, premium.due].map(|it| it.fen()), [12_345_678, 186_816, 186_810]);
    let own_name =
        one_file("单位.csv", right.replace("实缴", "paid_fen").replace("1868.16", "186816").as_bytes(), mapping());
    assert_eq!(own_name.histories, book.histories, "under its own name a column is in fen");
    let wrong = right.replace("1868.16", "1868.165");
    let book = one_file("单位.csv", wrong.as_bytes(), mapping());
    assert_eq!(reported(&book), ["单位.csv:2:4 [paid_fen] rows.number"]);
    let message = book.problems().next().unwrap().message(rate_core::Lang::Zh);
    assert_eq!(message, "`1868.165` 不可用；应为：元，最多 2 位小数");
}

/// A sheet for each year is one table, where the mapping says so; the same name twice is not.
#[test]
fn a_table_may_be_parted_among_sheets_that_the_mapping_names() {
    let mapping = || parsed("[[tables]]\ntable = \"accounts\"\nnames = [\"甲\", \"乙\"]\ncolumns = {}\n").unwrap();
    let of = |number: &str| rows(&[&["area", "account", "kind"], &["990100", number, "employer"]]);
    let around = Around { from_1904: false, state: "" };
    let two = workbook(&[("甲", &of("0001")), ("乙", &of("0002"))], &around);
    let book = one_file("book.xlsx", &two, mapping());
    assert_eq!((reported(&book), book.histories.len()), (Vec::new(), 2));
    let third = workbook(&[("甲", &of("0001")), ("accounts", &of("0002"))], &around);
    assert_eq!(reported(&one_file("book.xlsx", &third, mapping())), ["book.xlsx!accounts workbook.twice"]);
}

/// 旧伤复发 is an article of its own, A15-3; what methods leave out under a tag are injuries from before the pooling.
#[test]
fn an_old_injury_taken_over_is_no_injury_that_broke_open_again() {
    let claims = |tag: &str| {
        let text = format!(
            "统筹地区,单位编号,案件编号,职工编号,认定条款,事故日期,认定日期,案件状态,标记\n990100,1,c,p,第十四条第一项,2020-01-02,2020-01-01,已认定,{tag}\n"
        );
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("工伤案件.csv"), text).unwrap();
        std::fs::write(dir.path().join("单位.csv"), "统筹地区,单位编号,单位类型\n990100,1,企业\n").unwrap();
        read(dir.path(), chinese())
    };
    let wrong = claims("旧伤复发");
    assert!(reported(&wrong).contains(&"工伤案件.csv:2:9 [tags] rows.word".to_owned()), "{:?}", reported(&wrong));
    let known = claims("老工伤");
    // The tag is understood; the days of this row are not in order, which is said in the words of the language.
    assert_eq!(reported(&known), ["工伤案件.csv:2:7 [recognised] history.order"]);
    let problem = known.problems().next().unwrap();
    assert_eq!(problem.message(rate_core::Lang::Zh), "认定日期 2020-01-01 早于 事故日期 2020-01-02");
    assert_eq!(problem.message(rate_core::Lang::En), "recognised 2020-01-01 is before accident 2020-01-02");
}

#[test]
fn a_mapping_file_is_checked_as_a_whole() {
    let wrong = parsed(
        r#"
        [[tables]]
        table     = "account"
        [[tables]]
        table     = "accounts"
        names     = ["单位"]
        header_row = 0
        columns   = { "编号" = "number", "类型" = "kind" }
        constants = { kind = "employer", town = "x" }
        units     = { name = "yuan" }
        words     = { status = { "a" = "b" } }
        dates     = ["DD.MM.YYYY"]
        colours   = true
        [[tables]]
        table     = "accounts"
        names     = ["单位"]
        columns   = {}
        "#,
    );
    let places = [
        "m.toml:4:17 [tables.0.table] file.unknown-word",
        "m.toml:8:22 [tables.1.header_row] file.number",
        "m.toml:9:30 [tables.1.columns.编号] file.unknown-word",
        "m.toml:10:30 [tables.1.constants.kind] rule-set.duplicate",
        "m.toml:10:49 [tables.1.constants.town] file.unknown-word",
        "m.toml:11:30 [tables.1.units.name] file.unknown-word",
        "m.toml:12:21 [tables.1.words.status] file.unknown-word",
        "m.toml:13:22 [tables.1.dates.0] file.unknown-word",
        "m.toml:14:21 [tables.1.colours] file.unknown-key",
        "m.toml:15:9 [tables.2] rule-set.duplicate",
    ];
    let found = wrong.unwrap_err();
    let codes =
        |lines: &[String]| -> Vec<String> { lines.iter().map(|it| it.split_once(' ').unwrap().1.to_owned()).collect() };
    assert_eq!(codes(&found), codes(&places.map(str::to_owned)), "{found:#?}");
    let format =
        MappingFile::parse_named("m.toml", "format = \"mapping/2\"\nname = { zh = \"例\", en = \"e\" }\ntables = []")
            .and_then(MappingFile::check);
    assert_eq!(format.unwrap_err().iter().map(|it| it.code).collect::<Vec<_>>(), [Code::FileFormat]);
}
