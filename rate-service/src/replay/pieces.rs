//! A run of a stored log replayed some records at a time, for whoever cannot hold all of its facts.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rate_core::log::{Digest, Tree};
use rate_core::record::Run;
use rate_core::{Parameters, RuleSet};

use super::outcome::{Damage, Outcome};
use super::{
    Facts, Laws, Material, One, ReplayError, Replayed, Today, as_decided, changed_facts, facts_in, material, refused,
    stands,
};
use crate::logbook::{LogError, View};
use crate::pipeline::{self, Portion};
use crate::store::{AccountRange, BodyRow, Store, StoreError};

/// What of today a run is replayed on, beside what its log keeps.
#[derive(Debug, Default)]
pub struct Now {
    /// The number of the facts of today.
    pub facts: Option<u64>,
    /// The rule set of today.
    pub rule_set: Option<RuleSet>,
    /// The parameters of today, without averages of a book.
    pub parameters: Option<Parameters>,
}

/// A run of a stored log that is replayed some records at a time.
#[derive(Debug)]
pub struct Pieces {
    store: Arc<Store>,
    view: View,
    run: Run,
    now: Now,
    changed: OnceCell<bool>,
}

impl Pieces {
    /// The run of a name.
    ///
    /// # Errors
    /// A log that cannot be read, or that has no such run.
    pub fn of(store: &Arc<Store>, run: &str, now: Now) -> Result<Self, ReplayError> {
        let view = View::stored(store)?;
        let found = view.runs().into_iter().find(|it| it.id == run);
        let unknown = || LogError::Unknown(format!("the log has no run `{run}` / 日志中没有运行 `{run}`"));
        Ok(Self { store: Arc::clone(store), view, run: found.ok_or_else(unknown)?, now, changed: OnceCell::new() })
    }

    /// The run.
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// Whether the hashes that are stored for its records are those of its entry. Where they are not, records may be missing
    /// or doubled, and only the whole run tells which: see [`Pieces::whole`].
    ///
    /// # Errors
    /// As the store's.
    pub fn holds(&self) -> Result<bool, ReplayError> {
        let leaves = self.store.read(|link| link.body_leaves(&self.run.id))?;
        let read = |(_, leaf): (i64, Vec<u8>)| leaf.try_into().map(Digest).ok();
        let tree = leaves.into_iter().map(read).collect::<Option<Tree>>();
        Ok(tree.is_some_and(|tree| tree.len() == self.run.size && tree.root() == self.run.root))
    }

    /// Replays the records from a place on, at most so many; how many there were.
    ///
    /// # Errors
    /// A log that cannot be read; law of today that decides nothing.
    pub fn from(&self, place: i64, most: usize, each: &mut dyn FnMut(Replayed)) -> Result<usize, ReplayError> {
        let bodies = self.store.read(|link| link.bodies_from(&self.run.id, place, most))?;
        let (Some(first), Some(last)) = (bodies.first(), bodies.last()) else { return Ok(0) };
        let count = bodies.len();
        let upto = Some(last.account.clone());
        // Behind whoever stands right before the first: an account in it is one of the range, and so is nobody before it.
        let before = self.store.read(|link| link.account_before(&self.run.id, first.place))?;
        let range = AccountRange { after: before.unwrap_or_default(), upto };
        let read = |knowledge: i64| self.store.read(|link| pipeline::portion(link, &self.run.area, &range, knowledge));
        self.replayed(&bodies, &read, each)?;
        Ok(count)
    }

    /// Replays the records of some accounts, each of which the run decided.
    ///
    /// # Errors
    /// As [`Pieces::from`].
    pub fn of_accounts(&self, accounts: &[String], each: &mut dyn FnMut(Replayed)) -> Result<(), ReplayError> {
        let mut bodies = self.store.read(|link| link.bodies_of(&self.run.area, accounts))?;
        bodies.retain(|row| row.run == self.run.id);
        let listed: BTreeSet<String> = accounts.iter().cloned().collect();
        let read =
            |knowledge: i64| self.store.read(|link| pipeline::listed(link, &self.run.area, listed.clone(), knowledge));
        self.replayed(&bodies, &read, each)
    }

    /// Replays all of a run whose hashes do not hold, in one go, and names what became of its records.
    ///
    /// # Errors
    /// As [`Pieces::from`].
    pub fn whole(&self, each: &mut dyn FnMut(Replayed)) -> Result<(), ReplayError> {
        let known = |number: u64| self.view.tables(number).map_err(ReplayError::from);
        let kept = material(&self.view, &self.run, &known(self.run.knowledge)?)?;
        let now = match self.now.facts {
            Some(number) => Some(facts_in(&known(number)?)?),
            None => None,
        };
        let laws = self.laws(&kept)?;
        let published = self.view.published(self.run.clone())?;
        self.one(&kept, now.as_ref(), &laws, &|| self.changed()).all(&published, each);
        Ok(())
    }

    fn replayed(
        &self,
        bodies: &[BodyRow],
        read: &dyn Fn(i64) -> Result<Portion, StoreError>,
        each: &mut dyn FnMut(Replayed),
    ) -> Result<(), ReplayError> {
        let number = |knowledge: u64| i64::try_from(knowledge).unwrap_or(i64::MAX);
        let kept = material(&self.view, &self.run, read(number(self.run.knowledge))?.tables())?;
        let now = match self.now.facts {
            Some(knowledge) => Some(facts_in(read(number(knowledge))?.tables())?),
            None => None,
        };
        let laws = self.laws(&kept)?;
        let changed = || self.changed();
        let one = self.one(&kept, now.as_ref(), &laws, &changed);
        for row in bodies {
            // Where the hashes hold, a record is the one that was logged exactly where it has its hash.
            let damage =
                (Digest::leaf(&row.body).0 != row.leaf.as_slice()).then_some(Outcome::Record(Damage::Changed(None)));
            let index = usize::try_from(row.place).unwrap_or_default();
            one.replayed(index, &row.body, damage).into_iter().for_each(&mut *each);
        }
        Ok(())
    }

    fn one<'o>(
        &'o self,
        kept: &'o Material,
        now: Option<&'o Facts>,
        laws: &'o Laws,
        changed: &'o dyn Fn() -> bool,
    ) -> One<'o> {
        One { account: None, id: &self.run.id, kept, now, laws, changed }
    }

    fn laws(&self, kept: &Material) -> Result<Laws, ReplayError> {
        let (run, on) = (&self.run, self.run.setting.from());
        let mut today = Vec::new();
        if let Some(rules) = &self.now.rule_set {
            let law = rules.law_for(&kept.parameters, on).map_err(refused)?;
            today.push((Today::RuleSet, as_decided(law, run)));
        }
        if let Some(parameters) = &self.now.parameters {
            let mut parameters = parameters.clone();
            parameters.merge(kept.averages.clone());
            let law = kept.rules.law_for(&parameters, on).map_err(refused)?;
            today.push((Today::Parameters, as_decided(law, run)));
        }
        Ok(Laws { kept: kept.law(run)?, today })
    }

    /// Whether the rows that the log keeps for the run are not those that came in.
    fn changed(&self) -> bool {
        *self.changed.get_or_init(|| {
            let stands = stands(&self.view, self.run.knowledge);
            changed_facts(&self.view).iter().any(|it| stands.contains(it))
        })
    }
}
