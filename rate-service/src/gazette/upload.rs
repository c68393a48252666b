//! An upload: read, resolved against what is published, examined by the one checker, and kept.

use std::collections::BTreeSet;

use rate_core::input::{Examined, examine_all};
use rate_core::log::Digest;
use rate_core::rule_set::{Finding, RuleSet, Verdict, check::between_versions};
use rate_core::{Code, Parameters, ParametersFile, Place, Problem, Problems, RuleSetFile};

use super::document::{Document, Form, Person, document};
use super::force::{digest, examined, lineage, read_parameters, standing};
use super::{GazetteError, findings};
use crate::store::{DocumentKind, DraftRow, Link, StoreError};

/// A document as somebody brings it.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What it is.
    pub kind: DocumentKind,
    /// The area it is brought to.
    pub area: String,
    /// In which form.
    pub form: Form,
    /// Its text.
    pub text: String,
    /// The document it takes the place of once it is published.
    pub supersedes: Option<Digest>,
}

impl Upload {
    fn source(&self) -> Source<'_> {
        Source { form: self.form, text: &self.text, at: "" }
    }
}

/// An upload that was read and examined.
#[derive(Clone, Debug)]
pub struct Prepared {
    upload: Upload,
    digest: Digest,
    name: String,
    content: String,
    verdict: Verdict,
    findings: Vec<Finding>,
}

/// The most problems whose places are put as pointers; more are counted and not shown.
const POINTED: usize = 1000;

/// Reads and examines an upload.
///
/// # Errors
/// Everything that is wrong with it; a document of another area; one that it cannot take the place of.
pub fn prepare(link: &mut Link, upload: &Upload) -> Result<Prepared, GazetteError> {
    let prepared = match upload.kind {
        DocumentKind::RuleSet => rule_set(link, upload)?,
        DocumentKind::Parameters => parameters(link, upload)?,
    };
    // The same content again is the same document, whatever stands by now.
    if link.draft(&prepared.digest.0)?.is_none() {
        let candidate = Candidate {
            kind: upload.kind,
            area: &upload.area,
            digest: &prepared.digest,
            name: &prepared.name,
            content: &prepared.content,
            supersedes: upload.supersedes.as_ref(),
            trial: for_trial(prepared.verdict),
        };
        candidate.fits(link)?;
    }
    Ok(prepared)
}

/// Whether a document of such a verdict may only ever be tried.
pub(super) const fn for_trial(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Complete | Verdict::Frame)
}

/// Keeps an upload as a draft; the same content again is the same draft, and then the answer is `false`.
///
/// # Errors
/// A draft of the same content that takes the place of another document.
pub fn keep(link: &mut Link, prepared: Prepared, author: &Person, now: &str) -> Result<(Document, bool), GazetteError> {
    let Prepared { upload, digest, name, content, verdict, findings } = prepared;
    let row = DraftRow {
        digest: digest.0.to_vec(),
        kind: upload.kind.as_str().to_owned(),
        area: upload.area.clone(),
        name,
        form: upload.form.as_str().to_owned(),
        source: upload.text,
        content,
        verdict: verdict.as_str().to_owned(),
        findings: findings::text(&findings),
        supersedes: upload.supersedes.map(|it| it.0.to_vec()),
        author: author.key.clone(),
        author_name: author.name.clone(),
        uploaded_at: now.to_owned(),
    };
    let added = link.add_draft(&row)?;
    let kept = document(link, &upload.area, upload.kind, &digest)?;
    if kept.supersedes != upload.supersedes {
        return Err(GazetteError::conflict(
            "同一内容已上传，其所取代的文件与此次不同",
            "the same content was uploaded before, to take the place of another document",
        ));
    }
    Ok((kept, added))
}

/// The text of a document, and where it stands in what was sent: the JSON pointer of it; empty where it is all that was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'s> {
    pub(super) form: Form,
    pub(super) text: &'s str,
    pub(super) at: &'s str,
}

impl Source<'_> {
    /// Puts places as the sender finds them: JSON pointers in JSON, lines of a part in TOML.
    fn place<'p>(&self, problems: impl Iterator<Item = &'p mut Problem>, pointer: impl Fn(&str) -> String) {
        let own = problems.take(POINTED).filter(|it| it.place.file == self.at || it.place.file.is_empty());
        for Place { file, line, column, field, .. } in own.map(|problem| &mut problem.place) {
            if self.form == Form::Toml {
                self.at.clone_into(file);
                continue;
            }
            if !field.starts_with('/') {
                *field = pointer(field);
            }
            if !self.at.is_empty() {
                // Lines of a part are no lines of the whole.
                (*line, *column) = (0, 0);
                file.clear();
                field.insert_str(0, self.at);
            }
        }
    }

    pub(super) fn placed(&self, problems: Problems, pointer: impl Fn(&str) -> String) -> Vec<Problem> {
        let mut problems = problems.into_vec();
        self.place(problems.iter_mut(), pointer);
        problems
    }

    /// Reads a rule set, and examines it over what it extends.
    ///
    /// # Errors
    /// Everything that is wrong with it; the store's.
    pub(super) fn rule_set(&self, link: &mut Link, area: &str) -> Result<(RuleSetFile, Examined), GazetteError> {
        let read = match self.form {
            Form::Toml => RuleSetFile::parse_named(self.at, self.text),
            Form::Json => RuleSetFile::parse_json_named(self.at, self.text),
        };
        let wrong = |problems, pointer: &dyn Fn(&str) -> String| GazetteError::Problems(self.placed(problems, pointer));
        let file = read.map_err(|problems| wrong(problems, &str::to_owned))?;
        let mut files = vec![file.clone()];
        // Of no other area is anything told, not even that it is there.
        let rows = standing(link, Some(&lineage(area)), DocumentKind::RuleSet, None)?;
        let mut wanted: Vec<String> = file.extends().map(str::to_owned).into_iter().collect();
        let mut known = BTreeSet::new();
        while let Some(name) = wanted.pop().filter(|name| known.insert(name.clone())) {
            for (_, row) in rows.iter().filter(|(_, row)| row.name == name) {
                let parent = RuleSetFile::parse_json_named(&row.name, &row.content);
                let parent = parent.map_err(|_| StoreError::Broken("a rule set that this version cannot read"))?;
                wanted.extend(parent.extends().map(str::to_owned));
                files.push(parent);
            }
        }
        // There are as many results as files.
        let result = examine_all(&files).into_iter().next().ok_or(GazetteError::Unknown)?;
        let examined = result.map_err(|problems| wrong(problems, &|path| file.pointer(path)))?;
        Ok((file, examined))
    }

    /// Reads parameters.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(super) fn parameters(&self) -> Result<(ParametersFile, Parameters), GazetteError> {
        let read = match self.form {
            Form::Toml => ParametersFile::parse_named(self.at, self.text),
            Form::Json => ParametersFile::parse_json_named(self.at, self.text),
        };
        let wrong = |problems, pointer: &dyn Fn(&str) -> String| GazetteError::Problems(self.placed(problems, pointer));
        let file = read.map_err(|problems| wrong(problems, &str::to_owned))?;
        let checked = file.clone().check().map_err(|problems| wrong(problems, &|path| file.pointer(path)))?;
        Ok((file, checked))
    }
}

pub(super) fn other_area(area: &str, own: &str) -> GazetteError {
    GazetteError::refused(
        format!("文件的统筹地区为 `{own}`，与请求中的 `{area}` 不同"),
        format!("the document is of area `{own}`, not of `{area}` as the request says"),
    )
}

fn rule_set(link: &mut Link, upload: &Upload) -> Result<Prepared, GazetteError> {
    let (area, source) = (&upload.area, upload.source());
    let (file, examined) = source.rule_set(link, area)?;
    let rules = examined.rules();
    if rules.id().area != *area {
        return Err(other_area(area, &rules.id().area));
    }
    let mut findings = examined.report().findings.clone();
    findings.extend(beside(link, upload, rules)?);
    source.place(findings.iter_mut().map(|it| &mut it.problem), |path| file.pointer(path));
    Ok(Prepared {
        digest: digest(rules)?,
        name: rules.id().to_string(),
        content: rules.canonical_text(),
        verdict: examined.report().verdict,
        findings,
        upload: upload.clone(),
    })
}

/// What stands between this version and those that stand: days without a method, days with two.
fn beside(link: &mut Link, upload: &Upload, rules: &RuleSet) -> Result<Vec<Finding>, GazetteError> {
    let rows = standing(link, Some(std::slice::from_ref(&upload.area)), DocumentKind::RuleSet, None)?;
    let replaced = upload.supersedes.map(|it| it.0.to_vec());
    let others: Result<Vec<RuleSet>, StoreError> = rows
        .iter()
        .filter(|(_, row)| Some(&row.digest) != replaced.as_ref() && row.name != rules.id().to_string())
        .map(|(_, row)| Ok(examined(&row.content)?.rules().clone()))
        .collect();
    let others = others?;
    let without = between_versions(&others);
    let with = between_versions(others.iter().chain([rules]));
    Ok(with.into_iter().filter(|finding| !without.contains(finding)).collect())
}

fn parameters(link: &mut Link, upload: &Upload) -> Result<Prepared, GazetteError> {
    let (area, source) = (&upload.area, upload.source());
    let (file, checked) = source.parameters()?;
    let [document] = checked.documents() else { return Err(GazetteError::Unknown) };
    if document.area != *area {
        return Err(other_area(area, &document.area));
    }
    if let Some(digest) = Digest::from_hex(&document.digest)
        && link.draft(&digest.0)?.is_none()
    {
        let clashes = clashes(link, area, upload.supersedes.as_ref(), &checked)?;
        let wrong = |problems| GazetteError::Problems(source.placed(problems, |path| file.pointer(path)));
        Problems::none_of(clashes).map_err(wrong)?;
    }
    let verdict = if area.starts_with("99") { Verdict::Illustrative } else { Verdict::Complete };
    Ok(Prepared {
        digest: Digest::of(document.text.as_bytes()),
        name: document.name.zh.clone(),
        content: document.text.clone(),
        verdict,
        findings: Vec::new(),
        upload: upload.clone(),
    })
}

/// What parameters have that others which stand have too, so that no rule chooses between them.
fn clashes(
    link: &mut Link,
    area: &str,
    supersedes: Option<&Digest>,
    own: &Parameters,
) -> Result<Vec<Problem>, GazetteError> {
    // National averages meet those of every area.
    let areas = lineage(area);
    let areas = if area == "cn" { None } else { Some(areas.as_slice()) };
    let mut all = Parameters::default();
    for (_, row) in standing(link, areas, DocumentKind::Parameters, None)? {
        if supersedes.is_none_or(|it| row.digest != it.0) {
            all.merge(read_parameters(&row.content)?);
        }
    }
    Ok(merged(&mut all, own.clone()))
}

/// Puts parameters beside others; what they have that these have too, so that no rule chooses between them.
pub(super) fn merged(all: &mut Parameters, own: Parameters) -> Vec<Problem> {
    let found = |all: &Parameters| {
        [all.check_overlaps(), all.check_statistics(), all.check_findings()].into_iter().flatten().collect::<Vec<_>>()
    };
    let mut known = found(all);
    all.merge(own);
    let mut new = found(all);
    new.retain(|problem| match known.iter().position(|other| other == problem) {
        Some(place) => {
            known.swap_remove(place);
            false
        }
        None => true,
    });
    new
}

/// A document that is to stand beside those that do.
pub(super) struct Candidate<'c> {
    pub(super) kind: DocumentKind,
    pub(super) area: &'c str,
    pub(super) digest: &'c Digest,
    pub(super) name: &'c str,
    pub(super) content: &'c str,
    pub(super) supersedes: Option<&'c Digest>,
    pub(super) trial: bool,
}

impl Candidate<'_> {
    /// Holds a document against those that stand.
    ///
    /// # Errors
    /// Another of the same name; parameters that claim the same; a document it cannot take the place of.
    pub(super) fn fits(&self, link: &mut Link) -> Result<(), GazetteError> {
        let here = standing(link, Some(&[self.area.to_owned()]), self.kind, None)?;
        if let Some(replaced) = self.supersedes {
            let found = here.iter().find(|(_, row)| row.digest == replaced.0);
            if found.is_none_or(|(publication, _)| self.trial && !publication.trial) || replaced == self.digest {
                return Err(GazetteError::refused(
                    format!("不能取代 {replaced}：该地区没有这样一份现行的同类文件，或试行文件不得取代正式发布的文件"),
                    format!(
                        "it cannot take the place of {replaced}: no such document of this kind stands in the area, or one on \
                         trial would take the place of one that is published"
                    ),
                ));
            }
        }
        let others = || here.iter().filter(|(_, row)| self.supersedes.is_none_or(|it| row.digest != it.0));
        match self.kind {
            DocumentKind::RuleSet if others().any(|(_, row)| row.name == self.name) => {
                let problem = Problem::new(Code::RuleSetDuplicate, Place::field("version"), [self.name]);
                Err(GazetteError::Problems(vec![problem]))
            }
            DocumentKind::RuleSet => Ok(()),
            DocumentKind::Parameters => {
                let own = read_parameters(self.content)?;
                Problems::none_of(clashes(link, self.area, self.supersedes, &own)?)
                    .map_err(|problems| GazetteError::Problems(problems.into_vec()))
            }
        }
    }
}
