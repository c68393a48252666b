//! Predecessors put into the histories of their successors.

use super::RefusedAccount;
use super::assemble::{Draft, Drafts};
use crate::error::{Code, Place, Problem};
use crate::history::{History, Succession};

/// How many generations of predecessors a history holds; more than any observation window reaches back.
pub const GENERATIONS: usize = 3;

/// How many predecessors stand behind one account at most: a few rows that refer to each other could otherwise grow
/// without bound, since each history holds its predecessors whole.
const PREDECESSORS: usize = 1000;

/// The histories with their predecessors, and the accounts that are refused, both by key.
pub(super) fn resolve(drafts: Drafts<'_>) -> (Vec<History>, Vec<RefusedAccount>) {
    let resolved: Vec<Result<Vec<Succession>, Vec<Problem>>> =
        (0..drafts.accounts.len()).map(|index| successions(&drafts, index)).collect();
    let (mut histories, mut refused) = (Vec::with_capacity(drafts.accounts.len()), Vec::new());
    for (mut draft, successions) in drafts.accounts.into_iter().zip(resolved) {
        match (draft.history.take(), successions) {
            (Some(history), Ok(successions)) if successions.is_empty() => histories.push(history),
            (Some(history), Ok(successions)) => histories.push(history.with_successions(successions)),
            (_, successions) => {
                let mut problems = std::mem::take(&mut draft.problems);
                problems.extend(successions.err().unwrap_or_default());
                super::in_order(&mut problems);
                refused.push(RefusedAccount { key: draft.key(), problems });
            }
        }
    }
    (histories, refused)
}

/// The predecessors of one account, or what is wrong with each of them.
fn successions(drafts: &Drafts<'_>, index: usize) -> Result<Vec<Succession>, Vec<Problem>> {
    let draft = &drafts.accounts[index];
    let (mut successions, mut problems) = (Vec::with_capacity(draft.links.len()), Vec::new());
    let mut walk = Walk { drafts, path: vec![index], count: 0 };
    for (position, (_, place)) in draft.links.iter().enumerate() {
        match walk.succession(draft, position) {
            Ok(succession) => successions.push(succession),
            Err(problem) => problems.push(problem.at(place)),
        }
    }
    if problems.is_empty() { Ok(successions) } else { Err(problems) }
}

/// Why a predecessor cannot stand behind its successor.
enum Obstacle {
    Unknown(String),
    Twice(String),
    Refused(String),
    Cycle(String),
    TooMany,
}

impl Obstacle {
    fn at(self, place: &Place) -> Problem {
        let (code, values) = match self {
            Self::Unknown(number) => (Code::RowsUnknownAccount, vec![number]),
            Self::Twice(number) => (Code::RowsDuplicate, vec![number]),
            Self::Refused(number) => (Code::RowsPredecessor, vec![number]),
            Self::Cycle(number) => (Code::RowsSuccessionCycle, vec![number]),
            Self::TooMany => (Code::RowsSuccessionDepth, [GENERATIONS, PREDECESSORS].map(|n| n.to_string()).to_vec()),
        };
        Problem::new(code, place.clone(), values)
    }
}

/// The way from an account back through its predecessors.
struct Walk<'d, 't> {
    drafts: &'d Drafts<'t>,
    /// The account and the predecessors that lead to where the walk is.
    path: Vec<usize>,
    count: usize,
}

impl<'d, 't> Walk<'d, 't> {
    fn succession(&mut self, successor: &'d Draft<'t>, position: usize) -> Result<Succession, Obstacle> {
        let (link, _) = &successor.links[position];
        let number = || link.predecessor.to_owned();
        let earlier = successor.links[..position].iter();
        if earlier.into_iter().any(|(other, _)| (other.predecessor, other.on) == (link.predecessor, link.on)) {
            return Err(Obstacle::Twice(number()));
        }
        let index =
            *self.drafts.by_key.get(&(successor.key.0, link.predecessor)).ok_or_else(|| Obstacle::Unknown(number()))?;
        if self.path.contains(&index) {
            return Err(Obstacle::Cycle(number()));
        }
        self.count += 1;
        if self.path.len() > GENERATIONS || self.count > PREDECESSORS {
            return Err(Obstacle::TooMany);
        }
        let draft = &self.drafts.accounts[index];
        let history = draft.history.clone().ok_or_else(|| Obstacle::Refused(number()))?;
        self.path.push(index);
        let further: Result<Vec<_>, _> =
            (0..draft.links.len()).map(|further| self.succession(draft, further)).collect();
        self.path.pop();
        let predecessor = history.with_successions(further.map_err(|obstacle| obstacle.behind(link.predecessor))?);
        Ok(Succession { kind: link.kind, on: link.on, share: link.share, predecessor })
    }
}

impl Obstacle {
    /// The same, one generation nearer: what is wrong behind a predecessor refuses the predecessor.
    fn behind(self, predecessor: &str) -> Self {
        match self {
            Self::Unknown(_) | Self::Twice(_) | Self::Refused(_) => Self::Refused(predecessor.to_owned()),
            Self::Cycle(_) | Self::TooMany => self,
        }
    }
}
