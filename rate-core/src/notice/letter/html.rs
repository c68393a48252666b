//! A letter as one page of HTML: headings, tables and lists, a style for screen and A4 paper, and nothing that runs.

use std::fmt::Write as _;

use super::plain::numbered;
use super::{Block, Cited, Letter, Table, harmless};
use crate::error::Lang;

const STYLE: &str = "\
@page { size: A4; margin: 16mm 16mm 18mm; }
* { box-sizing: border-box; }
body { margin: 0; background: #f2f2f0; color: #111; line-height: 1.6; font-size: 15px;
  font-family: \"Songti SC\", \"SimSun\", \"Noto Serif CJK SC\", \"Source Han Serif SC\", \"Noto Sans CJK SC\", \"Microsoft YaHei\", \"PingFang SC\", serif; }
main { max-width: 210mm; margin: 0 auto; padding: 18mm; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 24px; text-align: center; margin: 0 0 6px; line-height: 1.4; }
h2 { font-size: 17px; margin: 22px 0 8px; border-bottom: 1px solid #999; padding-bottom: 2px; break-after: avoid; }
p { margin: 6px 0; }
.number { text-align: center; }
.warning { border: 2px solid #a40000; color: #a40000; padding: 6px 10px; margin: 12px 0; font-weight: bold; }
.addressee { margin-top: 16px; font-weight: bold; }
table { width: 100%; border-collapse: collapse; margin: 8px 0; break-inside: avoid; }
caption { text-align: start; font-weight: bold; padding: 4px 0; }
th, td { border: 1px solid #888; padding: 4px 8px; text-align: start; vertical-align: top; }
thead th { background: #eee; }
th.figure, td.figure { text-align: end; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.facts th { width: 30%; font-weight: normal; background: #f6f6f4; }
li { margin: 4px 0; }
cite, .note { color: #555; font-size: 13px; font-style: normal; }
footer { margin-top: 36px; text-align: end; break-inside: avoid; break-before: avoid; }
.note { break-before: avoid; }
.seal { display: inline-block; min-width: 45mm; min-height: 30mm; }
@media (max-width: 600px) { main { padding: 16px; } }
@media print { body { background: #fff; font-size: 10pt; line-height: 1.4; } main { max-width: none; padding: 0; }
  h1 { font-size: 17pt; } h2 { font-size: 12pt; margin: 12pt 0 4pt; } thead { display: table-header-group; }
  tr, li { break-inside: avoid; } th, td { padding: 1.5pt 5pt; } table { margin: 4pt 0; } caption { padding: 2pt 0; }
  p, li { margin: 2pt 0; } ul, ol { margin: 3pt 0; } cite, .note { font-size: 8.5pt; } }
";

/// Text as it may stand between tags and in attributes of a page: marks that would turn or hide what stands around them
/// are gone.
///
/// ```
/// assert_eq!(rate_core::notice::escaped("<b>'1' & \"2\"</b>"), "&lt;b&gt;&#39;1&#39; &amp; &quot;2&quot;&lt;/b&gt;");
/// ```
pub fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in harmless(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

pub(super) fn page(letter: &Letter) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut page, letter);
    page
}

fn write(page: &mut String, letter: &Letter) -> std::fmt::Result {
    let lang = letter.lang;
    let title = escaped(&letter.title);
    writeln!(page, "<!DOCTYPE html>\n<html lang=\"{}\" dir=\"ltr\">\n<head>", lang.pick("zh-CN", "en"))?;
    writeln!(page, "<meta charset=\"utf-8\">")?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(page, "<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>")?;
    if let Some(number) = &letter.number {
        writeln!(page, "<p class=\"number\">{}<bdi>{}</bdi></p>", lang.pick("文号：", "No. "), escaped(number))?;
    }
    if let Some(warning) = &letter.warning {
        writeln!(page, "<p class=\"warning\">{}</p>", escaped(warning))?;
    }
    writeln!(page, "<p class=\"addressee\"><bdi>{}</bdi></p>", escaped(&letter.addressee))?;
    for said in &letter.opening {
        writeln!(page, "<p>{}</p>", escaped(said))?;
    }
    for (place, section) in letter.sections.iter().enumerate() {
        writeln!(page, "<section>\n<h2>{}</h2>", escaped(&numbered(place, &section.heading, lang)))?;
        for it in &section.blocks {
            block(page, it, lang)?;
        }
        writeln!(page, "</section>")?;
    }
    let closing = &letter.closing;
    writeln!(
        page,
        "<footer>\n<div class=\"seal\"><p><bdi>{}</bdi>{}</p><p>{}</p></div>\n</footer>",
        escaped(&closing.agency),
        escaped(&closing.seal),
        escaped(&closing.date)
    )?;
    writeln!(page, "</main>\n</body>\n</html>")
}

fn block(page: &mut String, block: &Block, lang: Lang) -> std::fmt::Result {
    match block {
        Block::Paragraph(said) => writeln!(page, "<p>{}</p>", cited(said)),
        Block::Facts(named) => facts(page, "", named),
        Block::Amounts(named) => facts(page, " class=\"figure\"", named),
        Block::Table(it) => table(page, it, lang),
        Block::Steps(steps) => list(page, "ol", steps),
        Block::Points(points) => list(page, "ul", points),
    }
}

fn facts(page: &mut String, class: &str, named: &[(String, String)]) -> std::fmt::Result {
    writeln!(page, "<table class=\"facts\">\n<tbody>")?;
    for (name, value) in named {
        let (name, value) = (escaped(name), escaped(value));
        writeln!(page, "<tr><th scope=\"row\">{name}</th><td{class}><bdi>{value}</bdi></td></tr>")?;
    }
    writeln!(page, "</tbody>\n</table>")
}

fn cited(said: &Cited) -> String {
    match said.citation.as_str() {
        "" => escaped(&said.text),
        citation => format!("{} <cite>[{}]</cite>", escaped(&said.text), escaped(citation)),
    }
}

fn list(page: &mut String, tag: &str, points: &[Cited]) -> std::fmt::Result {
    writeln!(page, "<{tag}>")?;
    for point in points {
        writeln!(page, "<li>{}</li>", cited(point))?;
    }
    writeln!(page, "</{tag}>")
}

fn table(page: &mut String, table: &Table, lang: Lang) -> std::fmt::Result {
    let (open, close) = (lang.pick("（", " ("), lang.pick("）", ")"));
    // Without a sentence of its own, what the table rests on stands with its name.
    let alone = if table.note.text.is_empty() { table.note.citation.as_str() } else { "" };
    let caption = cited(&Cited { text: table.caption.clone(), citation: alone.to_owned() });
    writeln!(page, "<table>\n<caption>{caption}</caption>\n<thead>\n<tr>")?;
    for column in &table.columns {
        let unit =
            if column.unit.is_empty() { String::new() } else { format!("{open}{}{close}", escaped(&column.unit)) };
        let class = if column.figures { " class=\"figure\"" } else { "" };
        writeln!(page, "<th scope=\"col\"{class}>{}{unit}</th>", escaped(&column.title))?;
    }
    writeln!(page, "</tr>\n</thead>\n<tbody>")?;
    for row in &table.rows {
        write!(page, "<tr>")?;
        for (place, (column, cell)) in table.columns.iter().zip(row).enumerate() {
            let class = if column.figures { " class=\"figure\"" } else { "" };
            match place {
                0 => write!(page, "<th scope=\"row\">{}</th>", escaped(cell))?,
                _ => write!(page, "<td{class}>{}</td>", escaped(cell))?,
            }
        }
        writeln!(page, "</tr>")?;
    }
    writeln!(page, "</tbody>\n</table>")?;
    if table.note.text.is_empty() {
        return Ok(());
    }
    writeln!(page, "<p class=\"note\">{}</p>", cited(&table.note))
}
