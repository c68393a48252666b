//! Reading the basis of a section: citation, and which values are assumed, missing or illustrative.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::super::reader::{At, Fields, Sink};
use crate::citation::{Basis, BasisId, CitedPlace, Document, Label};
use crate::error::Code;

/// Documents of a file, and the bases read so far.
pub(in crate::input) struct Bases<'t> {
    /// By key; none where a document cannot be read, which has been said where it stands.
    documents: BTreeMap<String, Option<Document>>,
    read: RefCell<Vec<Basis>>,
    /// Whether illustrative values may stand in this file.
    fictitious: bool,
    area: String,
    sink: &'t Sink<'t>,
}

/// Reads `{ zh, en }`.
pub(in crate::input) fn label(at: &At<'_>) -> Option<Label> {
    let fields = at.fields()?;
    let text = |key| fields.need(key).and_then(|at| at.text().map(str::to_owned));
    let (zh, en) = (text("zh"), text("en"));
    fields.finish();
    Some(Label { zh: zh?, en: en? })
}

impl<'t> Bases<'t> {
    /// Reads `[documents]`.
    pub(in crate::input) fn read(root: &Fields<'t>, area: &str, sink: &'t Sink<'t>) -> Self {
        let mut documents = BTreeMap::new();
        let entries = root.need("documents").map(|at| at.entries()).unwrap_or_default();
        for (key, at) in entries {
            documents.insert(key.to_owned(), document(key, &at));
        }
        Self {
            documents,
            read: RefCell::new(Vec::new()),
            fictitious: area.starts_with("99"),
            area: area.to_owned(),
            sink,
        }
    }

    pub(in crate::input) fn into_bases(self) -> Vec<Basis> {
        self.read.into_inner()
    }

    /// The basis of a section; its own where it cites something, else that of the section around it.
    pub(in crate::input) fn of(&self, fields: &Fields<'t>, around: Option<BasisId>) -> BasisId {
        let cite = fields.get("cite");
        let cited = cite.as_ref().and_then(|at| self.cited(at));
        let list = |key| self.paths(fields, key);
        let (assumed, missing, illustrative) = (list("assumed"), list("missing"), list("illustrative"));
        if let (false, false, Some(at)) = (self.fictitious, illustrative.is_empty(), fields.get("illustrative")) {
            at.problem(Code::RuleSetIllustrative, [&self.area]);
        }
        let inherited = around.and_then(|id| self.read.borrow().get(usize::from(id.0)).cloned());
        let (document, place) = match (cited, inherited) {
            (Some(cited), _) => cited,
            (None, Some(basis)) => (basis.document, basis.place),
            (None, None) => {
                // A citation that cannot be read has said why.
                if cite.is_none() {
                    let path = if fields.at().path().is_empty() { "." } else { fields.at().path() };
                    fields.at().problem(Code::RuleSetUncited, [path]);
                }
                (
                    Document { key: String::new(), number: String::new(), title: Label::default(), date: None },
                    CitedPlace::default(),
                )
            }
        };
        let path = fields.at().path().to_owned();
        self.push(Basis { path, document, place, assumed, missing, illustrative })
    }

    /// Whether a section lists a value as not seen.
    pub(in crate::input) fn is_missing(&self, id: BasisId, path: &str) -> bool {
        let bases = self.read.borrow();
        bases.get(usize::from(id.0)).is_some_and(|basis| basis.missing.iter().any(|other| other == path))
    }

    fn push(&self, basis: Basis) -> BasisId {
        let mut bases = self.read.borrow_mut();
        bases.push(basis);
        // A file of at most 4 MiB cannot hold 65,536 sections that each name a document.
        BasisId(u16::try_from(bases.len() - 1).unwrap_or(u16::MAX))
    }

    fn cited(&self, at: &At<'t>) -> Option<(Document, CitedPlace)> {
        let text = at.text()?;
        let (key, place) = text.split_once(": ").unwrap_or((text, ""));
        let place = CitedPlace::parse(place);
        if place.is_none() {
            at.problem(Code::RuleSetName, [text, "place (`art-8`, `point-4`, `float-table`, …)"]);
        }
        let document = self.documents.get(key);
        if document.is_none() {
            at.problem(Code::RuleSetDocument, [key]);
        }
        Some((document?.clone()?, place?))
    }

    /// A list of paths, each of which must name something in the section.
    fn paths(&self, fields: &Fields<'t>, key: &'static str) -> Vec<String> {
        let items = fields.get(key).map(|at| at.items()).unwrap_or_default();
        let named = items.into_iter().filter_map(|at| {
            let path = at.text()?;
            let section = fields.at().path();
            let full = if section.is_empty() { path.to_owned() } else { format!("{section}.{path}") };
            let found = self.sink.tree().has(&full);
            if !found {
                at.problem(Code::RuleSetProvenance, [path]);
            }
            found.then(|| path.to_owned())
        });
        named.collect()
    }
}

fn document(key: &str, at: &At<'_>) -> Option<Document> {
    let fields = at.fields()?;
    let number = fields.get("number").and_then(|at| at.text().map(str::to_owned)).unwrap_or_default();
    let date = fields.get("date").and_then(|at| at.date());
    let title = fields.need("title").and_then(|at| label(&at));
    fields.finish();
    Some(Document { key: key.to_owned(), number, title: title?, date })
}
