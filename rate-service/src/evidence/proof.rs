//! What leads from one record to a signed checkpoint.

use std::path::Path;

use rate_core::AccountKey;
use rate_core::log::{Checkpoint, Digest, SignedNote, Tree, VerifyingKey, check_inclusion};
use rate_core::record::Run;

use super::chain::{self, HandOver};
use crate::logbook::{LogError, RunRecord, View};

/// The path from one record to a signed checkpoint, and that of the keys. Of everything else in the log, hashes alone.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The run.
    pub run: Run,
    /// Index of the record in the tree of the run.
    pub record: u64,
    /// The record.
    pub body: Vec<u8>,
    /// From the record to the root of the run.
    pub record_path: Vec<Digest>,
    /// Index of the entry of the run.
    pub entry: u64,
    /// That entry.
    pub entry_bytes: Vec<u8>,
    /// From the entry to the root that the checkpoint signs.
    pub entry_path: Vec<Digest>,
    /// Number of entries that the checkpoint signs.
    pub size: u64,
    /// The checkpoint.
    pub checkpoint: SignedNote,
    /// The keys of the log up to there, oldest first.
    pub keys: Vec<VerifyingKey>,
    /// How each but the first came to be one.
    pub hand_overs: Vec<HandOver>,
}

/// The record of an account in a run.
///
/// # Errors
/// [`LogError::Unknown`] where the log has no such run, or the run no such record; a log that cannot be read.
pub fn record(view: &View, run: &str, account: &str) -> Result<RunRecord, LogError> {
    let found = view.runs().into_iter().find(|it| it.id == run);
    let found =
        found.ok_or_else(|| LogError::Unknown(format!("the log has no run `{run}` / 日志中没有运行 `{run}`")))?;
    let key = AccountKey { area: found.area.clone(), number: account.to_owned() };
    let record = view.record(found, &key)?;
    record.ok_or_else(|| LogError::Unknown(format!("the run has no record of {key} / 该运行中没有 {key} 的记录")))
}

impl Proof {
    /// The proof of a record under the checkpoint of so many entries, else the last one.
    ///
    /// # Errors
    /// A checkpoint that is not there; hashes that do not come to what the entry says.
    pub fn of(view: &View, record: RunRecord, size: Option<u64>) -> Result<Self, LogError> {
        let RunRecord { run, leaves, index, body } = record;
        let broken = |what: &str| LogError::broken(Path::new("entries"), what);
        let path = leaves.into_iter().collect::<Tree>().inclusion(index, run.size);
        let record_path =
            path.ok_or_else(|| broken("the run has other bodies than its entry says / 记录与运行条目不符"))?;
        let (entry, entry_bytes) = view.entry_of(&run.id).ok_or_else(|| broken("no entry of the run"))?;
        let asked = |of: &u64| size.is_none_or(|size| size == *of);
        let (size, checkpoint) =
            view.checkpoints.iter().rev().find(|(of, _)| asked(of)).cloned().ok_or_else(|| {
                LogError::Unknown("the log has no such checkpoint / 日志中没有这样的检查点".to_owned())
            })?;
        let path = view.tree().inclusion(entry, size);
        let entry_path = path.ok_or_else(|| broken("the checkpoint does not sign the entry / 该检查点未签署此运行"))?;
        let (hand_overs, keys) = chain::of(view, size);
        Ok(Self {
            run,
            record: index,
            body,
            record_path,
            entry,
            entry_bytes,
            entry_path,
            size,
            checkpoint,
            keys,
            hand_overs,
        })
    }

    /// The root that the checkpoint signs, where both paths lead where they should; whose signature is on it is for its
    /// reader to say.
    pub fn root(&self) -> Option<Digest> {
        let of_run =
            check_inclusion(Digest::leaf(&self.body), self.record, self.run.size, &self.record_path, self.run.root);
        let signed = Checkpoint::parse(self.checkpoint.unverified_text()).ok().filter(|it| it.size == self.size)?;
        let leaf = Digest::leaf(&self.entry_bytes);
        let of_log = check_inclusion(leaf, self.entry, self.size, &self.entry_path, signed.root);
        (of_run.is_ok() && of_log.is_ok()).then_some(signed.root)
    }
}
