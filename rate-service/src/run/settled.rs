//! What a run settles: its list and its totals.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use rate_core::error::Lang;
use rate_core::notice::yuan;
use rate_core::settlement::Then;

use serde_json::{Map, Value, json};

use super::{Decided, Run, RunError};
use crate::book::cell;

/// The name of the list.
pub(super) const FILE: &str = "settlements.csv";

/// The heads of the list.
pub(super) const HEADS: &str = "area,account,from,to,payroll_fen,rate_percent,posted_fen,due_fen,difference_fen,then";

/// One line for each premium row that is settled, and for each amount settled before; nobody is left out who has one.
pub(super) fn list(run: &Run, out: &mut dyn Write) -> std::io::Result<()> {
    for decided in &run.decided {
        let key = decided.decision.account();
        for line in decided.settlement.iter().flat_map(|it| &it.lines) {
            let rate = line.rate.map_or_else(String::new, |rate| rate.percent().to_string());
            writeln!(
                out,
                "{},{},{},{},{},{rate},{},{},{},{}",
                cell(&key.area),
                cell(&key.number),
                line.months.from(),
                line.months.to(),
                line.payroll.fen(),
                line.posted.fen(),
                line.due.fen(),
                line.difference(),
                line.then.as_str()
            )?;
        }
    }
    Ok(())
}

/// Takes the list of an earlier run away where this one settles nothing: it would be read as this one's.
pub(super) fn none(dir: &Path) -> Result<(), RunError> {
    let path = dir.join(FILE);
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(RunError::Output { path, source }),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What a run settles, over all accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Accounts of which anything is settled.
    pub accounts: u64,
    /// What becomes of it, in fen, by word.
    sums: BTreeMap<&'static str, i128>,
}

impl Settled {
    pub(super) fn of(decided: &[Decided]) -> Self {
        let mut settled = Self::default();
        for it in decided.iter().filter_map(|it| it.settlement.as_ref()) {
            settled.accounts += 1;
            // A run settles what the method says of rates decided late, and nothing else.
            let said = Then::WORDS.iter().filter_map(|word| Then::from_word(word)).filter(|then| *then != Then::Unsaid);
            for then in said {
                *settled.sums.entry(then.as_str()).or_default() += it.sum(then);
            }
        }
        settled
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        other.sums.iter().for_each(|(word, fen)| *self.sums.entry(word).or_default() += fen);
    }

    /// The sum of what one thing becomes of, over all accounts, in fen.
    pub fn fen(&self, then: Then) -> i128 {
        self.sums.get(then.as_str()).copied().unwrap_or_default()
    }

    pub(super) fn to_json(&self) -> Value {
        let sums: Map<String, Value> =
            self.sums.iter().map(|(word, fen)| ((*word).to_owned(), json!(fen.to_string()))).collect();
        json!({ "accounts": self.accounts, "sums": sums })
    }

    pub(super) fn from_json(value: &Value) -> Option<Self> {
        let sum = |(word, fen): (&String, &Value)| Some((Then::from_word(word)?.as_str(), fen.as_str()?.parse().ok()?));
        let sums = value["sums"].as_object()?.iter().map(sum).collect::<Option<_>>()?;
        Some(Self { accounts: value["accounts"].as_u64()?, sums })
    }

    /// What is settled, in a line; nothing where nothing is.
    pub fn text(&self, lang: Lang) -> Option<String> {
        let accounts = self.accounts;
        let each =
            [Then::Refund, Then::SetOff, Then::Collect, Then::Waived, Then::Settled].map(|then| (then, self.fen(then)));
        let parts: Vec<String> = each
            .into_iter()
            .filter(|(_, fen)| *fen != 0)
            .map(|(then, fen)| match lang {
                Lang::Zh => format!("{} {} 元", then.text(lang), yuan(fen.abs())),
                Lang::En => format!("{} yuan {}", yuan(fen.abs()), then.text(lang)),
            })
            .collect();
        let sums = if parts.is_empty() {
            lang.pick("无差额", "no difference").to_owned()
        } else {
            parts.join(lang.pick("，", ", "))
        };
        (accounts > 0).then(|| match lang {
            Lang::Zh => format!("结算 {accounts} 户：{sums}；见 {FILE}"),
            Lang::En => format!("{accounts} account(s) settled: {sums}; see {FILE}"),
        })
    }
}

impl Run {
    /// Whether anything is settled.
    pub fn settles(&self) -> bool {
        self.decided.iter().any(|it| it.settlement.is_some())
    }

    /// What is settled, in a line; nothing where nothing is.
    pub fn settled(&self, lang: Lang) -> Option<String> {
        Settled::of(&self.decided).text(lang)
    }
}
