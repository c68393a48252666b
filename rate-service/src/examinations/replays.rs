//! Replays of published runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rate_core::Parameters;
use rate_core::error::Lang;
use rate_core::replay::DifferenceCause;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Asking, ExaminationError, Kind, MOST_ACCOUNTS, On, Piece, ReplayRequest, line};
use crate::gazette;
use crate::replay::{Now, Outcome, Pieces, Replayed, Sum, Tally, Today, cause_of};
use crate::store::{ExaminationRow, Link, Store, StoreError};

/// How long a run whose hashes do not hold belongs to whoever replays it whole.
const LONG_LEASE: i64 = 1_800_000;

/// Decisions and money of one cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Money {
    /// Decisions whose outcome or rates differ.
    pub decisions: u64,
    /// Decisions that say the same but were made from something else.
    pub inputs_only: u64,
    /// Premium by the records.
    pub recorded_fen: i64,
    /// Premium by the replays.
    pub now_fen: i64,
}

/// What a replay came to so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Sums {
    /// Whether the hashes that are stored for the records are those of the entry of the run.
    pub hashes_hold: bool,
    /// Records replayed on what the log keeps.
    pub records: u64,
    /// Those that came out the same, byte for byte.
    pub identical: u64,
    /// Those that did not, by cause.
    pub kept: BTreeMap<String, Money>,
    /// What came out differently on what of today.
    pub today: BTreeMap<String, Money>,
    /// Accounts that something of today changes.
    pub accounts: u64,
}

impl Money {
    fn add(&mut self, sum: &Sum) {
        let count = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
        let fen = |it: i128| i64::try_from(it).unwrap_or(i64::MAX);
        self.decisions += count(sum.decisions);
        self.inputs_only += count(sum.inputs_only);
        self.recorded_fen = self.recorded_fen.saturating_add(fen(sum.recorded_fen));
        self.now_fen = self.now_fen.saturating_add(fen(sum.now_fen));
    }
}

impl Sums {
    fn add(&mut self, tally: &Tally) {
        let count = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
        self.records += count(tally.kept[0]);
        self.identical += count(tally.kept[1]);
        self.accounts += count(tally.accounts.len());
        for (cause, sum) in &tally.differing {
            self.kept.entry(cause.as_str().to_owned()).or_default().add(sum);
        }
        for (what, sum) in &tally.today {
            self.today.entry(word(Some(*what)).to_owned()).or_default().add(sum);
        }
    }
}

/// The word for what something was replayed on.
const fn word(what: Option<Today>) -> &'static str {
    match what {
        None => "kept",
        Some(Today::Facts) => "facts",
        Some(Today::RuleSet) => "rule-set",
        Some(Today::Parameters) => "parameters",
    }
}

pub(super) fn asked(
    store: &Arc<Store>,
    asking: Asking,
    request: &ReplayRequest,
) -> Result<ExaminationRow, ExaminationError> {
    let pieces = Pieces::of(store, &request.run, Now::default())?;
    if pieces.run().area != asking.area {
        return Err(ExaminationError::Unknown);
    }
    let accounts: Vec<String> = request.accounts.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    if accounts.len() > MOST_ACCOUNTS {
        let zh = format!("一次至多指明 {MOST_ACCOUNTS} 户");
        return Err(ExaminationError::Refused(zh, format!("at most {MOST_ACCOUNTS} accounts are named at a time")));
    }
    let mut on = request.on.clone();
    on.sort_unstable();
    on.dedup();
    store.read(|link| {
        let decided: BTreeSet<String> = link
            .bodies_of(&asking.area, &accounts)?
            .into_iter()
            .filter(|row| row.run == request.run)
            .map(|row| row.account)
            .collect();
        let missing: Vec<&str> =
            accounts.iter().filter(|it| !decided.contains(*it)).map(String::as_str).take(20).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(ExaminationError::Refused(
                format!("该运行未核定这些单位：{missing}"),
                format!("the run decided nothing for: {missing}"),
            ));
        }
        let count = if accounts.is_empty() { pieces.run().size } else { accounts.len().try_into().unwrap_or(u64::MAX) };
        let kept = ReplayRequest { run: request.run.clone(), accounts: accounts.clone(), on };
        let row = asking.row(link, Kind::Replay, &kept)?;
        Ok(ExaminationRow { out_of: i64::try_from(count).unwrap_or(i64::MAX), ..row })
    })
}

/// What of today is wanted, as it was pinned when it was asked.
fn now(
    link: &mut Link,
    row: &ExaminationRow,
    on: &[On],
    setting: rate_core::NaiveDate,
) -> Result<Now, ExaminationError> {
    let mut now = Now::default();
    for what in on {
        match what {
            On::Facts => now.facts = u64::try_from(row.knowledge).ok(),
            On::RuleSet => {
                let chosen = gazette::law(link, &row.area, setting, Some(row.law), Parameters::default())?;
                now.rule_set = Some(chosen.law.rules().clone());
            }
            On::Parameters => now.parameters = Some(gazette::parameters(link, &row.area, Some(row.law))?),
        }
    }
    Ok(now)
}

/// Replays the next records; `None` where somebody else has the work.
pub(super) fn step(
    store: &Arc<Store>,
    row: &mut ExaminationRow,
    most: usize,
) -> Result<Option<Piece>, ExaminationError> {
    let unread = |_| StoreError::Broken("a replay that nobody asked for");
    let request: ReplayRequest = serde_json::from_str(&row.request).map_err(unread)?;
    let setting = Pieces::of(store, &request.run, Now::default())?.run().setting.from();
    let today = store.read(|link| now(link, row, &request.on, setting))?;
    let pieces = Pieces::of(store, &request.run, today)?;
    let mut sums: Sums = match row.result.as_str() {
        "" => Sums { hashes_hold: pieces.holds()?, ..Sums::default() },
        text => serde_json::from_str(text).map_err(|_| StoreError::Broken("sums that nobody wrote"))?,
    };
    let (mut tally, mut found) = (Tally::default(), Vec::new());
    let mut each = |replayed: Replayed| {
        tally.add(&replayed);
        found.extend(lines(&replayed));
    };
    let done = usize::try_from(row.done).unwrap_or_default();
    let ended = if !sums.hashes_hold && request.accounts.is_empty() {
        if !store.change(|link| link.settle_examination(row, &[], LONG_LEASE))? {
            return Ok(None);
        }
        pieces.whole(&mut each)?;
        row.done = row.out_of;
        true
    } else if request.accounts.is_empty() {
        let count = pieces.from(row.done, most, &mut each)?;
        row.done += i64::try_from(count).unwrap_or_default();
        count < most
    } else {
        let rest = request.accounts.get(done..).unwrap_or_default();
        let portion = &rest[..rest.len().min(most)];
        pieces.of_accounts(portion, &mut each)?;
        row.done += i64::try_from(portion.len()).unwrap_or_default();
        portion.len() == rest.len()
    };
    sums.add(&tally);
    row.result = json!(sums).to_string();
    let lines = found.into_iter().map(|texts| line(row, texts)).collect();
    Ok(Some(Piece { lines, files: Vec::new(), ended }))
}

/// What of a replayed record is not identical, on each thing that it was replayed on, in both languages.
fn lines(replayed: &Replayed) -> Vec<[String; 2]> {
    let both = |(what, outcome)| [Lang::Zh, Lang::En].map(|lang| told(replayed, what, outcome, lang));
    replayed.differing().map(both).collect()
}

fn told(replayed: &Replayed, what: Option<Today>, outcome: &Outcome, lang: Lang) -> String {
    let [recorded, now] = outcome.values(lang);
    let [recorded_fen, now_fen] = outcome.money().map(|fen| fen.and_then(|fen| i64::try_from(fen).ok()));
    let cause = cause_of(what, outcome);
    let line = json!({
        "account": replayed.account.as_ref().map(|it| it.number.as_str()),
        "record": replayed.index,
        "on": word(what),
        "cause": cause.map(DifferenceCause::as_str),
        "cause_text": cause.map(|it| it.text(lang)),
        "place": outcome.place(),
        "place_text": outcome.place_text(lang),
        "recorded": recorded,
        "now": now,
        "recorded_fen": recorded_fen,
        "now_fen": now_fen,
    });
    line.to_string()
}
