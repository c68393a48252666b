//! The rule sets that published decisions name, each read once.

use std::collections::HashMap;
use std::sync::Arc;

use rate_core::log::Digest;
use rate_core::{RuleSet, RuleSetFile};

use super::BillingError;
use crate::store::{DocumentKind, Link, StoreError};

/// Rule sets by digest.
#[derive(Debug, Default)]
pub struct Methods(HashMap<Digest, Arc<RuleSet>>);

impl Methods {
    /// The rule set of a digest.
    ///
    /// # Errors
    /// As the store's; where it holds none of this digest that this build can read.
    pub fn of(&mut self, link: &mut Link, digest: Digest) -> Result<Arc<RuleSet>, BillingError> {
        if let Some(known) = self.0.get(&digest) {
            return Ok(Arc::clone(known));
        }
        let broken = || StoreError::Broken("a decision under a rule set that is not kept");
        let text = link.document(DocumentKind::RuleSet, &digest.0)?.ok_or_else(broken)?;
        let set = RuleSetFile::parse_json(&text).and_then(RuleSetFile::check).map_err(|_| broken())?;
        let set = Arc::new(set);
        self.0.insert(digest, Arc::clone(&set));
        Ok(set)
    }
}
