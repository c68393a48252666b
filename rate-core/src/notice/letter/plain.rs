//! A letter as plain text: one thing on a line, tables as lines that name their figures.

use super::{Block, Cited, Letter, Section, Table, harmless};
use crate::error::Lang;

/// The heading numbers of a Chinese letter.
const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

pub(super) fn numbered(place: usize, heading: &str, lang: Lang) -> String {
    match (lang, NUMERALS.get(place)) {
        (Lang::Zh, Some(numeral)) => format!("{numeral}、{heading}"),
        (Lang::Zh, None) | (Lang::En, _) => format!("{}. {heading}", place + 1),
    }
}

pub(super) fn page(letter: &Letter) -> String {
    let lang = letter.lang;
    let mut lines = vec![letter.title.clone()];
    lines.extend(letter.number.as_ref().map(|number| format!("{}{number}", lang.pick("文号：", "No. "))));
    lines.extend(
        letter.warning.iter().map(|warning| format!("{}{warning}{}", lang.pick("【", "[ "), lang.pick("】", " ]"))),
    );
    lines.extend([String::new(), letter.addressee.clone()]);
    lines.extend(letter.opening.iter().cloned());
    for (place, section) in letter.sections.iter().enumerate() {
        lines.extend([String::new(), numbered(place, &section.heading, lang)]);
        lines.extend(section_lines(section, lang));
    }
    let closing = &letter.closing;
    lines.extend([String::new(), format!("{}{}", closing.agency, closing.seal), closing.date.clone()]);
    let mut text = String::new();
    for line in lines {
        text.push_str(&harmless(&line));
        text.push('\n');
    }
    text
}

fn section_lines(section: &Section, lang: Lang) -> Vec<String> {
    let each = section.blocks.iter().flat_map(|block| match block {
        Block::Paragraph(said) => vec![format!("  {}", with_citation(said))],
        Block::Facts(facts) | Block::Amounts(facts) => {
            facts.iter().map(|(name, value)| format!("  {name}{}{value}", lang.pick("：", ": "))).collect()
        }
        Block::Table(table) => table_lines(table, lang),
        Block::Steps(steps) => {
            steps.iter().zip(1..).map(|(step, number)| format!("  {number}. {}", with_citation(step))).collect()
        }
        Block::Points(points) => points.iter().map(|point| format!("  - {}", with_citation(point))).collect(),
    });
    each.collect()
}

fn with_citation(said: &Cited) -> String {
    if said.citation.is_empty() { said.text.clone() } else { format!("{} [{}]", said.text, said.citation) }
}

fn table_lines(table: &Table, lang: Lang) -> Vec<String> {
    // Without a sentence of its own, what the table rests on stands with its name.
    let (note, citation) = (table.note.text.as_str(), table.note.citation.as_str());
    let alone = note.is_empty() && !citation.is_empty();
    let mut lines =
        vec![format!("  {}{}", table.caption, if alone { format!(" [{citation}]") } else { String::new() })];
    for row in &table.rows {
        let mut cells = table.columns.iter().zip(row);
        let lead = cells.next().map_or("", |(_, cell)| cell.as_str());
        let figures = cells.map(|(column, cell)| {
            let unit =
                if column.unit.is_empty() || cell == "–" { String::new() } else { format!(" {}", column.unit) };
            format!("{} {cell}{unit}", column.title)
        });
        let figures = figures.collect::<Vec<_>>().join(lang.pick("，", ", "));
        lines.push(format!("    {lead}{}{figures}", lang.pick("：", ": ")));
    }
    if !note.is_empty() {
        lines.push(format!("    {}", with_citation(&table.note)));
    }
    lines
}
