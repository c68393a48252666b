//! Law as it is kept: documents of a law, and the law of documents.

use rate_core::log::Digest;
use rate_core::record::Event;
use rate_core::{Law, Parameters, ParametersFile, Problems, RuleSet, RuleSetFile};

use crate::store::DocumentKind;

/// A rule set or parameters as they are kept: their canonical form under its digest.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) kind: DocumentKind,
    /// Identity of a rule set, area of parameters.
    pub(crate) name: String,
    pub(crate) digest: Digest,
    pub(crate) text: String,
}

/// The rule set and the parameters of a law.
pub(crate) fn documents(law: &Law) -> (Document, Vec<Document>) {
    let text = law.rules().canonical_text();
    let digest = Digest::of(text.as_bytes());
    let rule_set = Document { kind: DocumentKind::RuleSet, name: law.rules().id().to_string(), digest, text };
    let parameters = law.parameters().documents().iter().map(|it| Document {
        kind: DocumentKind::Parameters,
        name: it.area.clone(),
        digest: Digest::of(it.text.as_bytes()),
        text: it.text.clone(),
    });
    (rule_set, parameters.collect())
}

impl Document {
    /// A document that was read.
    pub(super) fn of(kind: DocumentKind, name: &str, text: &str) -> Self {
        Self { kind, name: name.to_owned(), digest: Digest::of(text.as_bytes()), text: text.to_owned() }
    }

    pub(super) fn event(&self) -> Event {
        let (name, digest) = (self.name.clone(), self.digest);
        match self.kind {
            DocumentKind::RuleSet => Event::RuleSet { id: name, digest },
            DocumentKind::Parameters => Event::Parameters { area: name, digest },
        }
    }
}

/// The rule set of its canonical form.
pub(crate) fn rule_set(text: &str) -> Result<RuleSet, Problems> {
    RuleSetFile::parse_json(text).and_then(RuleSetFile::check)
}

/// The parameters of their canonical form; none of averages that came with a book, which are lines and no document: the
/// book gives them again.
pub(crate) fn parameters(text: &str) -> Result<Option<Parameters>, Problems> {
    let read = || ParametersFile::parse_json(text).and_then(ParametersFile::check);
    text.starts_with('{').then(read).transpose()
}
