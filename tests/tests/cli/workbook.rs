//! `rate run --xlsx`: the workbook says what the CSV files say, and is the same each time.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use crate::command::rate_ok;

const RUN: &str = "run --area 990100 --rules demo/rules --parameters demo/parameters --book demo/book --on 2022-07-01";

/// A part of a workbook as text.
fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// What stands between an opening tag and its end, for each time the tag stands.
fn within<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    let pieces = text.split(open).skip(1);
    pieces.map(|piece| piece.split(close).next().unwrap()).collect()
}

/// A cell as the file has it: whether it is text, and what it says.
pub type Cell = (bool, String);

/// The cells of a sheet by their address, read letter by letter and not by the program.
pub fn cells(path: &Path, sheet: usize) -> BTreeMap<String, Cell> {
    let plain =
        |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    let shared = part(path, "xl/sharedStrings.xml");
    let shared: Vec<String> = within(&shared, "<si>", "</si>")
        .iter()
        .map(|it| plain(it.split('>').nth(1).unwrap().trim_end_matches("</t")))
        .collect();
    let text = part(path, &format!("xl/worksheets/sheet{sheet}.xml"));
    let cell = |it: &&str| {
        let address = it.split('"').nth(1).unwrap().to_owned();
        let value = within(it, "<v>", "</v>").first().map(|it| (*it).to_owned());
        let of_text = it.contains("t=\"s\"");
        value.map(|value| {
            (address, (of_text, if of_text { shared[value.parse::<usize>().unwrap()].clone() } else { value }))
        })
    };
    within(&text, "<c ", "</c>").iter().filter_map(cell).collect()
}

/// The cells of a line of CSV, quotes removed.
fn csv(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => cells.last_mut().unwrap().push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(letter),
        }
    }
    cells
}

fn yuan(fen: &str) -> String {
    let padded = format!("{fen:0>3}");
    let (yuan, fen) = padded.split_at(padded.len() - 2);
    // As a spreadsheet stores it: without zeros at the end.
    format!("{yuan}.{fen}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[test]
fn the_workbook_says_what_the_lists_say() {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 400");
    let accounts = dir.path().join("demo/book/accounts.csv");
    let text = std::fs::read_to_string(&accounts).unwrap();
    let shown = text.lines().find(|line| line.contains(",00000040,")).unwrap();
    let name = csv(shown)[3].clone();
    std::fs::write(&accounts, text.replace(&name, "=1+1")).unwrap();
    for out in ["one", "two"] {
        rate_ok(dir.path(), &format!("--lang en {RUN} --out {out} --xlsx"));
    }
    let [one, two] = ["one", "two"].map(|out| dir.path().join(out).join("run.xlsx"));
    assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap(), "same run, same bytes");

    let list = std::fs::read_to_string(dir.path().join("one/run_list.csv")).unwrap();
    let sheet = cells(&one, 1);
    assert_eq!(sheet["H1"], (true, "rate, %".to_owned()));
    let (mut compared, mut formula) = (0, false);
    for (line, row) in list.lines().zip(1..).skip(1) {
        for (cell, column) in csv(line).iter().zip('A'..) {
            let found = sheet.get(&format!("{column}{row}"));
            let of_text = !matches!(column, 'D' | 'E' | 'H' | 'M'..='P');
            let expected = match column {
                _ if cell.is_empty() => None,
                'N'..='P' => Some((false, yuan(cell))),
                _ => Some((of_text, cell.strip_prefix('\'').unwrap_or(cell).to_owned())),
            };
            assert_eq!(found, expected.as_ref(), "{column}{row}");
            formula |= expected.is_some_and(|(_, text)| text == "=1+1");
            compared += 1;
        }
    }
    assert!(compared > 18 * 200 && formula, "{compared} cells");
    assert!(!part(&one, "xl/worksheets/sheet1.xml").contains("<f>"), "text that looks like a formula is none");
    assert!(part(&one, "xl/worksheets/sheet1.xml").contains("state=\"frozen\""), "the head stays in sight");
    let problems = std::fs::read_to_string(dir.path().join("one/problems.csv")).unwrap();
    let line = csv(problems.lines().nth(1).unwrap());
    let sheet = cells(&one, 3);
    assert_eq!(sheet["B2"], (true, line[1].clone()), "a number of an account is text");
    assert_eq!(sheet["D2"], (false, line[3].clone()));
}

#[test]
fn the_heads_are_in_the_language_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    rate_ok(dir.path(), "--lang en demo --accounts 200");
    rate_ok(dir.path(), &format!("--lang zh {RUN} --out zh --xlsx"));
    let path = dir.path().join("zh/run.xlsx");
    assert!(part(&path, "xl/workbook.xml").contains("费率浮动明细表"));
    assert_eq!(cells(&path, 1)["N1"], (true, "年工资总额（元）".to_owned()));
    // Premiums of the summary add up to that of the run, in yuan.
    let sums = cells(&path, 2);
    assert_eq!(sums["A1"], (true, "按档次".to_owned()));
}
