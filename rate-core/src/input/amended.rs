//! What one version of a document of law says otherwise than another: every value that changed, was added or taken out,
//! with where it stands and what it is cited from, in words.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::tree::text;
use crate::citation::{Basis, Label};
use crate::document::{Node, Tree, Value};
use crate::error::Lang;
use crate::input::ParametersFile;
use crate::rule_set::RuleSet;
use words::{place_text, rank};

/// A value that two versions of a document do not have alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// Where it stands: a dotted path, elements by their id where they have one.
    pub path: String,
    /// What the earlier version says; `None` where it is new.
    pub before: Option<Label>,
    /// What the later version says; `None` where it was taken out.
    pub after: Option<Label>,
    /// What the earlier value is cited from.
    pub cited_before: Option<Label>,
    /// What the later value is cited from.
    pub cited_after: Option<Label>,
}

impl Amendment {
    /// The section of the document, as its key.
    pub fn section(&self) -> &str {
        self.path.split('.').next().unwrap_or_default()
    }

    /// Where it stands, in words.
    pub fn place(&self, lang: Lang) -> String {
        place_text(&self.path, lang)
    }

    /// The amendment as a sentence: where, from what to what, and what both are cited from.
    pub fn text(&self, lang: Lang) -> String {
        let said = |label: &Label| label.text(lang).to_owned();
        let change = match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{} → {}", said(before), said(after)),
            (None, Some(after)) => format!("{}{}", lang.pick("新增 ", "added "), said(after)),
            (Some(before), None) => format!("{}{}", lang.pick("删去 ", "taken out "), said(before)),
            (None, None) => String::new(),
        };
        let mut cited: Vec<String> = [&self.cited_before, &self.cited_after].into_iter().flatten().map(said).collect();
        cited.dedup();
        let place = self.place(lang);
        match (lang, cited.is_empty()) {
            (Lang::Zh, true) => format!("{place}：{change}"),
            (Lang::Zh, false) => format!("{place}：{change}（依据：{}）", cited.join(" → ")),
            (Lang::En, true) => format!("{place}: {change}"),
            (Lang::En, false) => format!("{place}: {change} (under: {})", cited.join(" → ")),
        }
    }
}

impl RuleSet {
    /// What this set says otherwise than an earlier one, in the order of sections.
    pub fn amendments(&self, earlier: &Self) -> Vec<Amendment> {
        let (before, after) =
            (Side { tree: &earlier.tree, bases: &earlier.bases }, Side { tree: &self.tree, bases: &self.bases });
        compared(&before, &after)
    }
}

impl ParametersFile {
    /// What these parameters say otherwise than earlier ones, in the order of sections.
    pub fn amendments(&self, earlier: &Self) -> Vec<Amendment> {
        // Both were checked before they came to stand beside each other; where they were not, nothing is cited.
        let bases = |file: &Self| file.clone().check().map(|it| it.bases).unwrap_or_default();
        let (one, two) = (bases(earlier), bases(self));
        compared(&Side { tree: &earlier.tree, bases: &one }, &Side { tree: &self.tree, bases: &two })
    }
}

/// One version.
struct Side<'s> {
    tree: &'s Tree,
    bases: &'s [Basis],
}

impl Side<'_> {
    /// What the value at a path is cited from: the basis of the section nearest around it.
    fn citation(&self, path: &str) -> Option<Label> {
        let holds = |basis: &&Basis| {
            let rest = path.strip_prefix(basis.path.as_str());
            basis.path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let nearest = self.bases.iter().filter(holds).max_by_key(|basis| basis.path.len())?;
        Some(Label { zh: nearest.citation(Lang::Zh), en: nearest.citation(Lang::En) })
    }
}

fn compared(before: &Side<'_>, after: &Side<'_>) -> Vec<Amendment> {
    let mut found = Found(Vec::new());
    found.values("", Some(&before.tree.root), Some(&after.tree.root));
    let mut amendments = found.0;
    for amendment in &mut amendments {
        amendment.cited_before = amendment.before.as_ref().and_then(|_| before.citation(&amendment.path));
        amendment.cited_after = amendment.after.as_ref().and_then(|_| after.citation(&amendment.path));
    }
    // Within a section they stand as they were found: in the order of the file where that has one.
    amendments.sort_by_key(|it| (rank(it.section()), it.section().to_owned()));
    amendments
}

struct Found(Vec<Amendment>);

impl Found {
    fn values(&mut self, path: &str, before: Option<&Node>, after: Option<&Node>) {
        if let (Some(before), Some(after)) = (before, after) {
            if text(&before.value) == text(&after.value) {
                return;
            }
            match (&before.value, &after.value) {
                (Value::Table(one), Value::Table(two)) if !is_said_whole(one) || !is_said_whole(two) => {
                    return self.tables(path, one, two);
                }
                (Value::Array(one), Value::Array(two)) if are_elements(one) && are_elements(two) => {
                    return self.elements(path, one, two);
                }
                (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
                    for (place, (one, two)) in one.iter().zip(two).enumerate() {
                        self.values(&below(path, &place.to_string()), Some(one), Some(two));
                    }
                    return;
                }
                _ => {}
            }
        }
        let said = |node: &Node| said(&node.value);
        self.push(path, before.map(said), after.map(said));
    }

    fn push(&mut self, path: &str, before: Option<Label>, after: Option<Label>) {
        self.0.push(Amendment { path: path.to_owned(), before, after, cited_before: None, cited_after: None });
    }

    fn tables(&mut self, path: &str, before: &BTreeMap<String, Node>, after: &BTreeMap<String, Node>) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            self.values(&below(path, key), before.get(key), after.get(key));
        }
    }

    /// Elements of a list: by their id where they have one, else those that are alike beside each other, the rest in order.
    fn elements(&mut self, path: &str, before: &[Node], after: &[Node]) {
        let (Some(one), Some(two)) = (ids(before), ids(after)) else { return self.unnamed(path, before, after) };
        let place = |names: &[&str], name: &str| names.iter().position(|it| *it == name);
        for (name, item) in one.iter().zip(before) {
            self.values(&below(path, name), Some(item), place(&two, name).map(|place| &after[place]));
        }
        for (name, item) in two.iter().zip(after).filter(|(name, _)| !one.contains(name)) {
            self.values(&below(path, name), None, Some(item));
        }
        // Rows and adjustments act in their order.
        let (kept, now): (Vec<&str>, Vec<&str>) = (
            one.iter().copied().filter(|it| two.contains(it)).collect(),
            two.iter().copied().filter(|it| one.contains(it)).collect(),
        );
        if kept != now {
            let order = |names: &[&str]| Label { zh: names.join("、"), en: names.join(", ") };
            self.push(path, Some(order(&kept)), Some(order(&now)));
        }
    }

    fn unnamed(&mut self, path: &str, before: &[Node], after: &[Node]) {
        // Of those that are alike, as many as both have are the same ones.
        let count = |items: &[Node]| {
            let mut count: BTreeMap<String, usize> = BTreeMap::new();
            items.iter().for_each(|item| *count.entry(text(&item.value)).or_default() += 1);
            count
        };
        let rest = |items: &[Node], mut others: BTreeMap<String, usize>| {
            let is_alone = |(_, item): &(usize, &Node)| match others.get_mut(&text(&item.value)) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    false
                }
                _ => true,
            };
            items.iter().enumerate().filter(is_alone).map(|(place, _)| place).collect::<Vec<_>>()
        };
        let (gone, new) = (rest(before, count(after)), rest(after, count(before)));
        for at in 0..gone.len().max(new.len()) {
            let (one, two) = (gone.get(at).copied(), new.get(at).copied());
            let place = two.or(one).unwrap_or_default();
            self.values(&below(path, &place.to_string()), one.map(|it| &before[it]), two.map(|it| &after[it]));
        }
    }
}

fn below(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") }
}

/// The ids of elements, where all of them have one.
fn ids(items: &[Node]) -> Option<Vec<&str>> {
    items.iter().map(id_of).collect()
}

fn id_of(node: &Node) -> Option<&str> {
    let Value::Table(entries) = &node.value else { return None };
    match &entries.get("id")?.value {
        Value::Text(id) => Some(id),
        _ => None,
    }
}

fn are_elements(items: &[Node]) -> bool {
    items.iter().all(|item| matches!(item.value, Value::Table(_)))
}

/// Whether a table is one thing to a reader: a text in two languages, or a span of days.
fn is_said_whole(entries: &BTreeMap<String, Node>) -> bool {
    let only = |keys: &[&str]| entries.keys().all(|key| keys.contains(&key.as_str()));
    only(&["zh", "en"]) || only(&["from", "to"])
}

/// Keys that say where a value comes from and how it is called, and are not said again inside one.
const BESIDE: [&str; 5] = ["id", "cite", "assumed", "missing", "illustrative"];

/// A value as a reader is told it.
fn said(value: &Value) -> Label {
    let both = |text: String| Label { zh: text.clone(), en: text };
    match value {
        Value::Text(text) | Value::Refused(text) => both(text.clone()),
        Value::Integer(number) => both(number.to_string()),
        Value::Boolean(flag) => both(flag.to_string()),
        Value::Date(date) => both(date.to_string()),
        Value::Array(items) => {
            let items: Vec<Label> = items.iter().map(|item| said(&item.value)).collect();
            let list = |lang| format!("[{}]", items.iter().map(|it| it.text(lang)).collect::<Vec<_>>().join(", "));
            Label { zh: list(Lang::Zh), en: list(Lang::En) }
        }
        Value::Table(entries) if !entries.is_empty() && is_said_whole(entries) => {
            let one = |key: &str| entries.get(key).map(|node| said(&node.value));
            match (one("zh"), one("en"), one("from")) {
                (Some(zh), Some(en), _) => Label { zh: zh.zh, en: en.en },
                (_, _, Some(from)) => {
                    let to = one("to").unwrap_or_default();
                    Label { zh: format!("{} 至 {}", from.zh, to.zh), en: format!("{} to {}", from.en, to.en) }
                }
                _ => listed(entries),
            }
        }
        Value::Table(entries) => listed(entries),
    }
}

fn listed(entries: &BTreeMap<String, Node>) -> Label {
    let entries = || entries.iter().filter(|(key, _)| !BESIDE.contains(&key.as_str()));
    let list = |lang: Lang| {
        let one = |(key, node): (&String, &Node)| format!("{key} = {}", said(&node.value).text(lang));
        format!("{{ {} }}", entries().map(one).collect::<Vec<_>>().join(", "))
    };
    Label { zh: list(Lang::Zh), en: list(Lang::En) }
}

#[cfg(test)]
mod tests {
    use super::Amendment;
    use crate::error::Lang;
    use crate::input::{ParametersFile, RuleSetFile, examine_all};
    use crate::rule_set::RuleSet;

    const FRAME: &str = include_str!("../../../fixtures/rule_sets/cn/2015-71.toml");
    const METHOD: &str = include_str!("../../../fixtures/rule_sets/illustrative/three-year.toml");
    const PARAMETERS: &str = include_str!("../../../fixtures/parameters/990100/demonstration.toml");

    fn set(text: &str) -> RuleSet {
        let files = [RuleSetFile::parse(text).unwrap(), RuleSetFile::parse(FRAME).unwrap()];
        examine_all(&files).remove(0).unwrap().rules().clone()
    }

    fn amendments(changes: &[(&str, &str)]) -> Vec<Amendment> {
        let changed = changes.iter().fold(METHOD.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        set(&changed).amendments(&set(METHOD))
    }

    fn sentences(changes: &[(&str, &str)], lang: Lang) -> Vec<String> {
        amendments(changes).iter().map(|it| it.text(lang)).collect()
    }

    #[test]
    fn what_is_the_same_is_not_said() {
        assert!(amendments(&[]).is_empty());
        // A set in JSON is the same set.
        let method = set(METHOD);
        let read = RuleSetFile::parse_json(&method.canonical_text()).unwrap().examine().unwrap();
        assert!(read.rules().amendments(&method).is_empty());
    }

    #[test]
    fn a_bound_a_grade_and_a_window_are_said_with_what_they_are_cited_from() {
        let changes = [
            ("pay_ratio = \"<= 40%\"", "pay_ratio = \"<= 45%\""),
            ("grade        = \"50%\"", "grade        = \"80%\""),
            ("{ from = 2019-01-01, to = 2021-12-31 }", "{ from = 2019-07-01, to = 2021-12-31 }"),
        ];
        assert_eq!(
            sentences(&changes, Lang::En),
            [
                "cycles › 2022-2025 › windows › 1: 2019-01-01 to 2021-12-31 → 2019-07-01 to 2021-12-31 (under: Hubei \
                 provisional rules on enrolment and payment (鄂人社规〔2021〕3号), provisions on the window)",
                "float table › rows › zero › grade: 50% → 80% (under: demonstration of three-year cycles \
                 (fictitious), provisions on the float)",
                "float table › rows › low › all conditions › pay_ratio: <= 40% → <= 45% (under: demonstration of \
                 three-year cycles (fictitious), provisions on the float)",
            ]
        );
        let zh = sentences(&changes, Lang::Zh);
        assert_eq!(
            zh[2],
            "浮动档次表 › 行 › low › 同时满足 › pay_ratio：<= 40% → <= 45%（依据：《三年周期演示办法（虚构）》浮动档次条款）"
        );
    }

    #[test]
    fn rows_that_come_go_and_change_places_are_said() {
        let (at, end) = (METHOD.find("[[float_table.rows]]\nid           = \"very-high\"").unwrap(), METHOD.len());
        let next = METHOD[at + 5..].find("\n[").map_or(end, |found| at + 5 + found + 1);
        let row = &METHOD[at..next];
        let renamed = row.replace("very-high", "highest");
        let found = amendments(&[(row, &renamed)]);
        let shape: Vec<_> =
            found.iter().map(|it| (it.path.as_str(), it.before.is_some(), it.after.is_some())).collect();
        assert_eq!(shape, [("float_table.rows.very-high", true, false), ("float_table.rows.highest", false, true)]);
        assert!(
            found[1].text(Lang::En).contains("added { any = { incidence = > 20‰, pay_ratio = > 150% }, grade = 150%")
        );
        let first = "[[float_table.rows]]\nid           = \"zero\"";
        let moved = amendments(&[(row, ""), (first, &format!("{row}\n{first}"))]);
        let texts: Vec<String> = moved.iter().map(|it| it.text(Lang::Zh)).collect();
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(
            texts[0].starts_with("浮动档次表 › 行：zero、low、middle、high、very-high → very-high、zero、"),
            "{texts:?}"
        );
    }

    #[test]
    fn vectors_of_parameters_are_paired_however_many_stand_before_them() {
        let read = |text: &str| ParametersFile::parse(text).unwrap();
        let parameters = read(PARAMETERS);
        assert!(parameters.amendments(&parameters).is_empty());
        let at = PARAMETERS.find("[[base_rates]]").unwrap();
        let next = PARAMETERS[at + 2..].find("\n[[").map_or(PARAMETERS.len(), |found| at + 2 + found + 1);
        let without = format!("{}{}", &PARAMETERS[..at], &PARAMETERS[next..]);
        let found = parameters.amendments(&read(&without));
        let shape: Vec<_> = found.iter().map(|it| (it.path.as_str(), it.before.is_some())).collect();
        assert_eq!(shape, [("base_rates.0", false)]);
        let back = read(&without).amendments(&parameters);
        assert_eq!((back.len(), back[0].after.is_none()), (1, true));
    }
}
