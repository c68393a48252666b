//! What a run settles: its list and its totals.

use std::io::Write;
use std::path::Path;

use rate_core::error::Lang;
use rate_core::notice::yuan;
use rate_core::settlement::Then;

use super::{Run, RunError};
use crate::book::{BOM, cell};

/// The name of the list.
pub(super) const FILE: &str = "settlements.csv";

/// One line for each premium row that is settled, and for each amount settled before; nobody is left out who has one.
pub(super) fn list(run: &Run, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{BOM}area,account,from,to,payroll_fen,rate_percent,posted_fen,due_fen,difference_fen,then")?;
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

impl Run {
    /// Whether anything is settled.
    pub fn settles(&self) -> bool {
        self.decided.iter().any(|it| it.settlement.is_some())
    }

    /// The sum of what one thing becomes of, over all accounts, in fen.
    pub fn settled_fen(&self, then: Then) -> i128 {
        self.decided.iter().filter_map(|it| it.settlement.as_ref()).map(|it| it.sum(then)).sum()
    }

    /// What is settled, in a line; nothing where nothing is.
    pub fn settled(&self, lang: Lang) -> Option<String> {
        let accounts = self.decided.iter().filter(|it| it.settlement.is_some()).count();
        let each = [Then::Refund, Then::SetOff, Then::Collect, Then::Waived, Then::Settled]
            .map(|then| (then, self.settled_fen(then)));
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
