//! What a document says otherwise than another, in words.

use rate_core::ParametersFile;
use rate_core::input::Amendment;
use rate_core::log::Digest;

use super::GazetteError;
use super::document::{Document, document};
use super::force::{before, examined};
use crate::store::{DocumentKind, Link, StoreError};

/// What a document says otherwise than another one of its area and kind, or, where none is named, than the one it comes
/// after; nothing where there is none such.
///
/// # Errors
/// [`GazetteError::Unknown`] where the one that is named is not there.
pub fn difference(
    link: &mut Link,
    later: &Document,
    against: Option<&Digest>,
) -> Result<Option<(Document, Vec<Amendment>)>, GazetteError> {
    let earlier = match against {
        Some(digest) => Some(document(link, &later.area, later.kind, digest)?),
        None => before(link, later)?,
    };
    let Some(earlier) = earlier else { return Ok(None) };
    let amendments = match later.kind {
        DocumentKind::RuleSet => {
            let (one, two) = (examined(&earlier.content)?, examined(&later.content)?);
            two.rules().amendments(one.rules())
        }
        DocumentKind::Parameters => {
            let read = |document: &Document| {
                let read = ParametersFile::parse_json(&document.content);
                read.map_err(|_| StoreError::Broken("parameters that this version cannot read"))
            };
            read(later)?.amendments(&read(&earlier)?)
        }
    };
    Ok(Some((earlier, amendments)))
}
