//! Law that is given whole in the body of a request.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::documents::asked;
use crate::api_error::{ApiCode, ApiError};
use crate::gazette::{Form, Given, GivenText};
use crate::preview::wrong_type;

/// The most documents of parameters; each is held against all others.
const MOST: usize = 20;

/// Law that is given whole, read and resolved as an upload is, and kept nowhere.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenLaw {
    /// A rule set of the area: a text of TOML, or an object of the same shape. Without it, the rule set that is named, or
    /// the one in force.
    #[schema(value_type = Option<Value>)]
    pub rule_set: Option<Box<RawValue>>,
    /// Parameters of the area, of one around it or of the nation, each a text of TOML or an object of the same shape: they
    /// hold beside those that are published. At most 20.
    #[serde(default)]
    #[schema(value_type = Vec<Value>, max_items = 20)]
    pub parameters: Vec<Box<RawValue>>,
    /// Digests of published parameters that do not hold beside those given.
    #[serde(default)]
    pub supersedes: Vec<String>,
}

impl GivenLaw {
    /// What is given, with where it stands in the request.
    ///
    /// # Errors
    /// What is neither a text nor an object; no digest; more parameters than are taken.
    pub(super) fn given(&self) -> Result<Given, ApiError> {
        if self.parameters.len() > MOST {
            let count = self.parameters.len().to_string();
            return Err(ApiError::new(ApiCode::RequestValue, ["law.parameters", &count, "0–20"]));
        }
        let mut problems = Vec::new();
        let mut read = |raw: &RawValue, at: String| {
            let text = raw.get();
            let found = match text.as_bytes().first() {
                Some(b'{') => Some((Form::Json, text.to_owned())),
                Some(b'"') => serde_json::from_str(text).ok().map(|text| (Form::Toml, text)),
                _ => None,
            };
            let Some((form, text)) = found else {
                let found = serde_json::from_str(text).unwrap_or(Value::Null);
                problems.push(wrong_type(at, "a text of TOML, or an object", &found));
                return None;
            };
            Some(GivenText { form, text, at })
        };
        let rule_set = self.rule_set.as_ref().and_then(|raw| read(raw, "/law/rule_set".to_owned()));
        let parameters = self.parameters.iter().enumerate();
        let parameters = parameters.filter_map(|(place, raw)| read(raw, format!("/law/parameters/{place}"))).collect();
        if !problems.is_empty() {
            return Err(ApiError::problems(problems));
        }
        let digests = self.supersedes.iter().map(|digest| asked("law.supersedes", Some(digest)));
        let supersedes = digests.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        Ok(Given { rule_set, parameters, supersedes })
    }
}
