//! Law that is given whole, to be tried: read and resolved as an upload is, and kept nowhere.

use rate_core::input::Examined;
use rate_core::log::Digest;
use rate_core::{NaiveDate, Parameters, Problem, Problems, RuleSet};

use super::GazetteError;
use super::document::{Form, document};
use super::force::{examined, law_among, law_named, lineage, read_parameters, standing};
use super::upload::{Source, merged, other_area};
use crate::run::{ChosenLaw, LawFiles};
use crate::store::{DocumentKind, Link};

/// The text of a document that is given.
#[derive(Clone, Debug)]
pub struct GivenText {
    /// In which form.
    pub form: Form,
    /// The text.
    pub text: String,
    /// The JSON pointer of the place where it was given.
    pub at: String,
}

/// Law that is given whole.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// A rule set; that which is named, or in force, where none is given.
    pub rule_set: Option<GivenText>,
    /// Parameters, which hold beside those that are published.
    pub parameters: Vec<GivenText>,
    /// Published parameters that those given take the place of.
    pub supersedes: Vec<Digest>,
}

impl GivenText {
    fn source(&self) -> Source<'_> {
        Source { form: self.form, text: &self.text, at: &self.at }
    }

    /// Problems of the text at the places where its sender finds them; `pointer` is that of a path.
    pub fn placed(&self, problems: Problems, pointer: impl Fn(&str) -> String) -> Vec<Problem> {
        self.source().placed(problems, pointer)
    }
}

/// The law of an area on a day, with what is given in place of what is kept here: under the rule set given, else the one
/// named, else the one in force.
///
/// # Errors
/// Everything that is wrong with what is given; a set that the checker refuses; no set that decides; the store's.
pub fn law_given(
    link: &mut Link,
    (area, on): (&str, NaiveDate),
    named: Option<&Digest>,
    given: &Given,
) -> Result<ChosenLaw, GazetteError> {
    let mut problems = Vec::new();
    let set = match &given.rule_set {
        Some(text) => wrong_beside(given_set(link, area, text), &mut problems)?,
        None => None,
    };
    let parameters = parameters(link, area, given, &mut problems)?;
    if !problems.is_empty() {
        return Err(GazetteError::Problems(problems));
    }
    match (set, named) {
        (Some(set), _) => Ok(LawFiles::of(vec![set], parameters).law(area, on)?),
        (None, Some(digest)) => law_named(link, area, digest, on, parameters),
        (None, None) => law_among(link, area, on, None, parameters),
    }
}

/// A rule set of an area that is known here, published or not, with what the checker says of it.
///
/// # Errors
/// [`GazetteError::Unknown`] where the area has none of this digest; the store's.
pub fn rule_set(link: &mut Link, area: &str, digest: &Digest) -> Result<Examined, GazetteError> {
    let document = document(link, area, DocumentKind::RuleSet, digest)?;
    Ok(examined(&document.content)?)
}

/// The parameters that hold for an area by a publication, with a document that is known here, published or not, beside them
/// and in place of the one it supersedes.
///
/// # Errors
/// [`GazetteError::Unknown`] where it is neither the area's nor among those that hold; what both have; the store's.
pub fn parameters_with(link: &mut Link, area: &str, digest: &Digest, by: i64) -> Result<Parameters, GazetteError> {
    let standing = standing(link, Some(&lineage(area)), DocumentKind::Parameters, Some(by))?;
    let (mut all, mut own) = (Parameters::default(), None);
    if standing.iter().all(|(_, row)| row.digest != digest.0) {
        own = Some(document(link, area, DocumentKind::Parameters, digest)?);
    }
    let superseded = own.as_ref().and_then(|own| own.supersedes);
    for (_, row) in standing.iter().filter(|(_, row)| superseded.is_none_or(|it| row.digest != it.0)) {
        all.merge(read_parameters(&row.content)?);
    }
    if let Some(own) = own {
        let clashes = merged(&mut all, read_parameters(&own.content)?);
        Problems::none_of(clashes).map_err(|problems| GazetteError::Problems(problems.into_vec()))?;
    }
    Ok(all)
}

/// What was made, where nothing was wrong with it; what was wrong stands beside what else is.
fn wrong_beside<T>(made: Result<T, GazetteError>, problems: &mut Vec<Problem>) -> Result<Option<T>, GazetteError> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(GazetteError::Problems(wrong)) => {
            problems.extend(wrong);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

fn given_set(link: &mut Link, area: &str, text: &GivenText) -> Result<RuleSet, GazetteError> {
    let source = text.source();
    let (file, examined) = source.rule_set(link, area)?;
    let own = &examined.rules().id().area;
    if own != area {
        return Err(other_area(area, own));
    }
    examined.accepted().map_err(|problems| GazetteError::Problems(source.placed(problems, |path| file.pointer(path))))
}

/// The parameters that are published for an area and not superseded, with those given.
fn parameters(
    link: &mut Link,
    area: &str,
    given: &Given,
    problems: &mut Vec<Problem>,
) -> Result<Parameters, GazetteError> {
    let lineage = lineage(area);
    let mut all = Parameters::default();
    let standing = standing(link, Some(&lineage), DocumentKind::Parameters, None)?;
    let stands = |digest: &&Digest| standing.iter().any(|(_, row)| row.digest == digest.0);
    if let Some(unknown) = given.supersedes.iter().find(|digest| !stands(digest)) {
        return Err(GazetteError::refused(
            format!("不能取代 {unknown}：该地区没有这样一份现行的参数"),
            format!("nothing can take the place of {unknown}: no such parameters stand in the area"),
        ));
    }
    for (_, row) in standing.iter().filter(|(_, row)| given.supersedes.iter().all(|it| row.digest != it.0)) {
        all.merge(read_parameters(&row.content)?);
    }
    for text in &given.parameters {
        let source = text.source();
        let Some((file, own)) = wrong_beside(source.parameters(), problems)? else { continue };
        let [document] = own.documents() else { return Err(GazetteError::Unknown) };
        if !lineage.contains(&document.area) {
            return Err(other_area(area, &document.area));
        }
        // The same content again is the same document.
        if all.documents().iter().any(|it| it.digest == document.digest) {
            continue;
        }
        if let Err(clashes) = Problems::none_of(merged(&mut all, own)) {
            problems.extend(source.placed(clashes, |path| file.pointer(path)));
        }
    }
    Ok(all)
}
