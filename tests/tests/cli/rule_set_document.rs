//! `docs/write-a-rule-set.md` done as it says: its files are saved where it says, and its commands print what it shows.

use std::fs;
use std::path::Path;

use crate::command::{ending, root};

/// The insides of the blocks of one kind, in order.
fn blocks(document: &str, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = document;
    while let Some((_, behind)) = rest.split_once(&format!("```{kind}\n")) {
        let (block, further) = behind.split_once("```").unwrap();
        found.push(block.to_owned());
        rest = further;
    }
    found
}

fn save(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What a block shows stands in what its command prints, in order; `…` stands for any lines.
fn prints(dir: &Path, block: &str) -> i32 {
    let (command, shown) = block.split_once('\n').unwrap();
    let (code, printed) = ending(dir, command.strip_prefix("$ rate ").unwrap());
    let mut lines = printed.lines();
    let mut skips = false;
    for line in shown.lines() {
        if line.trim() == "…" {
            skips = true;
        } else if skips {
            assert!(lines.any(|it| it == line), "{command}: `{line}` is not in\n{printed}");
        } else {
            assert_eq!(lines.next(), Some(line), "{command}\n{printed}");
        }
    }
    code
}

#[test]
fn the_document_on_rule_sets_does_what_it_says() {
    let dir = tempfile::tempdir().unwrap();
    let document = fs::read_to_string(root().join("docs/write-a-rule-set.md")).unwrap();
    let files = blocks(&document, "toml");
    let [method, lowest, parameters, cases] = files.as_slice() else { panic!("the document has four files") };
    let shown = blocks(&document, "console");
    let [check, provenance, test, decide, notice] = shown.as_slice() else { panic!("the document has five commands") };
    let frame = "cn/2015-71.toml";
    save(
        dir.path(),
        &format!("rules/{frame}"),
        &fs::read_to_string(root().join("fixtures/rule_sets").join(frame)).unwrap(),
    );
    // Steps 1 to 3: as on paper, and refused.
    save(dir.path(), "rules/990300/2026.toml", method);
    assert_eq!(prints(dir.path(), check), 1);
    // Step 4: both holes closed.
    let row = "all   = { pay_ratio = \"< 20%\" }\ngrade = \"80%\"\n";
    assert!(method.contains(row) && method.contains("\">= 100%\""));
    save(dir.path(), "rules/990300/2026.toml", &method.replace(row, lowest).replace("\">= 100%\"", "\"> 100%\""));
    assert_eq!(prints(dir.path(), provenance), 0);
    // Step 6: a case with a slip fails, and passes where it is put right.
    save(dir.path(), "parameters/990300.toml", parameters);
    save(dir.path(), "rules/990300/2026.cases.toml", cases);
    assert_eq!(prints(dir.path(), test), 1);
    let slip = "grade  = \"80%\"";
    assert_eq!(cases.matches(slip).count(), 1);
    save(dir.path(), "rules/990300/2026.cases.toml", &cases.replace(slip, "grade  = \"100%\""));
    let (code, printed) = ending(dir.path(), "--lang en test rules/990300/2026.toml");
    assert!(code == 0 && printed.contains("2 case(s): 2 as worked"), "{printed}");
    // Step 7: one account, explained and told.
    let tables = ["accounts", "coverage", "classifications", "premiums"];
    let rows = blocks(&document, "csv");
    assert_eq!(rows.len(), tables.len());
    tables.iter().zip(&rows).for_each(|(table, rows)| save(dir.path(), &format!("book/{table}.csv"), rows));
    assert_eq!((prints(dir.path(), decide), prints(dir.path(), notice)), (0, 0));
    // Cases beside rule sets are no rule sets.
    assert_eq!(ending(dir.path(), "--lang en check rules").0, 0);
}
