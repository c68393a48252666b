//! What stands around the sheets: their names and parts, shared texts, formats of numbers, the first day counted from.

use std::collections::HashMap;
use std::path::Path;

use rate_core::Code;

use super::package::{Package, Trouble};
use super::xml::{Said, Xml};

/// The most bytes of the texts that sheets share; they are kept in memory.
const MAX_SHARED: usize = 1 << 28;

/// A sheet by its name.
#[derive(Clone, Debug)]
pub(super) struct SheetOf {
    pub(super) name: String,
    pub(super) hidden: bool,
    relation: String,
}

/// How a cell shows a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// As a number.
    #[default]
    Number,
    /// As a day or a time; its code.
    Date(String),
    /// Times a hundred, with a percent sign; its code.
    Percent(String),
}

/// A workbook that can be read sheet by sheet.
#[derive(Debug)]
pub(super) struct Workbook {
    package: Package,
    pub(super) sheets: Vec<SheetOf>,
    /// Whether days are counted from 1904.
    pub(super) from_1904: bool,
    pub(super) formats: Vec<Format>,
    pub(super) shared: Shared,
    parts: HashMap<String, String>,
}

/// Texts that cells name by number; one buffer, so that a million of them cost little more than their letters.
#[derive(Debug, Default)]
pub(super) struct Shared {
    text: String,
    ends: Vec<usize>,
}

impl Shared {
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let from = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(from..*self.ends.get(index)?)
    }
}

/// A relation of a part to another: id, kind (the last word of its address), part.
type Relation = (String, String, String);

/// A sheet that can be read, and what its cells lean on.
#[derive(Debug)]
pub(super) struct OpenSheet<'w> {
    pub(super) xml: Xml<'w>,
    pub(super) shared: &'w Shared,
    pub(super) formats: &'w [Format],
}

impl Workbook {
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        let mut package = Package::open(path)?;
        let roots = relations(&mut package, "")?;
        let main = roots.into_iter().find(|(_, kind, _)| kind == "officeDocument").map(|(.., part)| part);
        let main = main.ok_or_else(|| Trouble::part("_rels/.rels", "no workbook"))?;
        let related = relations(&mut package, &main)?;
        let of_kind = |kind: &str| related.iter().find(|it| it.1 == kind).map(|(.., part)| part.clone());
        let (styles, texts) = (of_kind("styles"), of_kind("sharedStrings"));
        let (sheets, from_1904) = sheets(&mut package, &main)?;
        let formats = styles.map_or(Ok(Vec::new()), |part| formats(&mut package, &part))?;
        let shared = texts.map_or(Ok(Shared::default()), |part| shared(&mut package, &part))?;
        let parts = related.into_iter().filter(|it| it.1 == "worksheet").map(|(id, _, part)| (id, part)).collect();
        Ok(Self { package, sheets, from_1904, formats, shared, parts })
    }

    /// Opens a sheet; `None` where the sheet is no sheet of cells, such as a chart.
    pub(super) fn sheet(&mut self, sheet: &SheetOf) -> Result<Option<OpenSheet<'_>>, Trouble> {
        let Some(part) = self.parts.get(&sheet.relation) else { return Ok(None) };
        let found = self.package.part(part)?.ok_or_else(|| Trouble::part(part, "is missing"))?;
        Ok(Some(OpenSheet { xml: Xml::of(found), shared: &self.shared, formats: &self.formats }))
    }
}

/// The directory of a part, with its slash.
fn directory(part: &str) -> &str {
    part.rfind('/').map_or("", |slash| &part[..=slash])
}

fn relations(package: &mut Package, part: &str) -> Result<Vec<Relation>, Trouble> {
    let (dir, name) = part.split_at(directory(part).len());
    let Some(file) = package.part(&format!("{dir}_rels/{name}.rels"))? else { return Ok(Vec::new()) };
    let (mut xml, mut found) = (Xml::of(file), Vec::new());
    loop {
        match xml.next()? {
            Said::Open(tag) if tag.is("Relationship") && tag.attribute("TargetMode").as_deref() != Some("External") => {
                let attribute = |name| tag.attribute(name).unwrap_or_default();
                let kind = attribute("Type").rsplit('/').next().unwrap_or_default().to_owned();
                found.push((attribute("Id"), kind, resolved(dir, &attribute("Target"))));
            }
            Said::End => return Ok(found),
            Said::Open(_) | Said::Close(_) | Said::Text(_) => {}
        }
    }
}

/// A target as the name of a part.
fn resolved(dir: &str, target: &str) -> String {
    let path = target.strip_prefix('/').map_or_else(|| format!("{dir}{target}"), str::to_owned);
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." | "" => {}
            _ => steps.push(step),
        }
    }
    steps.join("/")
}

fn sheets(package: &mut Package, part: &str) -> Result<(Vec<SheetOf>, bool), Trouble> {
    let file = package.part(part)?.ok_or_else(|| Trouble::part(part, "is missing"))?;
    let (mut xml, mut sheets, mut from_1904) = (Xml::of(file), Vec::new(), false);
    loop {
        match xml.next()? {
            Said::Open(tag) if tag.is("workbookPr") => from_1904 = tag.is_true("date1904"),
            Said::Open(tag) if tag.is("sheet") => sheets.push(SheetOf {
                name: tag.attribute("name").unwrap_or_default(),
                hidden: tag.attribute("state").is_some_and(|state| state != "visible"),
                relation: tag.attribute("id").unwrap_or_default(),
            }),
            Said::End => return Ok((sheets, from_1904)),
            Said::Open(_) | Said::Close(_) | Said::Text(_) => {}
        }
    }
}

fn shared(package: &mut Package, part: &str) -> Result<Shared, Trouble> {
    let Some(file) = package.part(part)? else { return Ok(Shared::default()) };
    let (mut xml, mut shared) = (Xml::of(file), Shared::default());
    loop {
        let opened = match xml.next()? {
            Said::Open(tag) => tag.is("si").then_some(tag.empty),
            Said::End => return Ok(shared),
            Said::Close(_) | Said::Text(_) => None,
        };
        if opened == Some(false) {
            shared.text.push_str(&xml.text_within("si")?);
        }
        if opened.is_some() {
            shared.ends.push(shared.text.len());
        }
        if shared.text.len() > MAX_SHARED {
            return Err(Trouble::Wrong(Code::WorkbookTooLarge, vec![part.to_owned(), MAX_SHARED.to_string()]));
        }
    }
}

/// The format of each style of cells.
fn formats(package: &mut Package, part: &str) -> Result<Vec<Format>, Trouble> {
    let Some(file) = package.part(part)? else { return Ok(Vec::new()) };
    let (mut xml, mut codes, mut formats, mut of_cells) = (Xml::of(file), HashMap::new(), Vec::new(), false);
    loop {
        match xml.next()? {
            Said::Open(tag) if tag.is("numFmt") => {
                codes.insert(
                    tag.attribute("numFmtId").unwrap_or_default(),
                    tag.attribute("formatCode").unwrap_or_default(),
                );
            }
            Said::Open(tag) if tag.is("cellXfs") => of_cells = !tag.empty,
            Said::Close(name) if name == "cellXfs" => of_cells = false,
            Said::Open(tag) if of_cells && tag.is("xf") => {
                let id = tag.attribute("numFmtId").unwrap_or_default();
                formats.push(codes.get(&id).map_or_else(|| built_in(&id), |code| of_code(code)));
            }
            Said::End => return Ok(formats),
            Said::Open(_) | Said::Close(_) | Said::Text(_) => {}
        }
    }
}

/// The formats that have a number and no code in the file; those of days differ between languages.
fn built_in(id: &str) -> Format {
    match id.parse() {
        Ok(9_u32) => Format::Percent("0%".to_owned()),
        Ok(10) => Format::Percent("0.00%".to_owned()),
        Ok(14..=22 | 27..=36 | 45..=47 | 50..=58) => Format::Date(format!("numFmtId {id}")),
        _ => Format::Number,
    }
}

/// What a code shows: its first section decides, texts in it and conditions left out.
fn of_code(code: &str) -> Format {
    let mut letters = String::new();
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            ';' => break,
            '"' => drop(characters.by_ref().find(|it| *it == '"')),
            '\\' | '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|it| *it != ']').collect();
                // Hours, minutes or seconds that are not cut at a day; anything else is a colour, a language, a condition.
                if inside.chars().all(|it| matches!(it.to_ascii_lowercase(), 'h' | 'm' | 's')) {
                    letters.push_str(&inside);
                }
            }
            _ => letters.push(character.to_ascii_lowercase()),
        }
    }
    let general = letters.contains("general") || letters.contains("g/通用格式");
    if letters.contains('%') {
        Format::Percent(code.to_owned())
    } else if !general && letters.contains(['y', 'm', 'd', 'h', 's']) {
        Format::Date(code.to_owned())
    } else {
        Format::Number
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, of_code, resolved};

    #[test]
    fn codes_of_formats_are_told_apart() {
        for code in ["yyyy-mm-dd", "yyyy\"年\"m\"月\"", "[$-804]yyyy/m/d;@", "h:mm", "[h]:mm:ss", "[red]d"] {
            assert_eq!(of_code(code), Format::Date(code.to_owned()), "{code}");
        }
        for code in ["0.00%", "0%;[red]-0%"] {
            assert_eq!(of_code(code), Format::Percent(code.to_owned()), "{code}");
        }
        for code in
            ["General", "G/通用格式", "0.00E+00", "#,##0.00\"元/month\"", "\\d0", "[red]0", "@", "0_d", "0;yyyy"]
        {
            assert_eq!(of_code(code), Format::Number, "{code}");
        }
    }

    #[test]
    fn targets_are_parts() {
        assert_eq!(resolved("xl/", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl/", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(resolved("xl/", "../sheet.xml"), "sheet.xml");
    }
}
