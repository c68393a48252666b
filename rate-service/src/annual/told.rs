//! Why a run stopped, as it is kept: in both languages, for whoever asks in one of them.

use rate_core::error::Lang;
use serde::{Deserialize, Serialize};

use super::AnnualError;

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Told {
    /// What an error says.
    pub(super) fn of(error: &AnnualError) -> Self {
        Self { zh: error.text(Lang::Zh), en: error.text(Lang::En) }
    }

    /// As it is kept.
    pub(super) fn kept(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// What was kept; a text that an earlier version kept is the same in both languages.
    pub(super) fn read(kept: &str) -> Self {
        serde_json::from_str(kept).unwrap_or_else(|_| Self { zh: kept.to_owned(), en: kept.to_owned() })
    }

    /// In a language.
    pub fn text(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_in_both_languages() {
        let told = Told { zh: "没有\"办法\"".to_owned(), en: "no method\n".to_owned() };
        assert_eq!(Told::read(&told.kept()), told);
        for text in ["taken up 5 times / 已 5 次", "", "{", "{\"zh\":\"一\"}", "null"] {
            let read = Told::read(text);
            assert_eq!([read.text(Lang::Zh), read.text(Lang::En)], [text; 2]);
        }
    }
}
