//! The ladder as a bonus-malus chain: how often each grade is held in the long run, and how long the way back takes.
//!
//! A chain here is homogeneous and of finite states: the grade of the next cycle depends on the grade held and on what
//! happens in one window, never on earlier windows. Chains of several recurrent classes have no single long run; it is
//! given from a stated first grade.

mod abreast;
mod claims;
mod cycle;
mod risk;

pub use abreast::{LadderStudy, SideBySide, side_by_side};
pub use cycle::{CycleChain, View};
pub use risk::{Reference, RiskLevel, RiskLevels, Severity, SeverityPoint};

use nalgebra::linalg::Schur;
use nalgebra::{DMatrix, DVector};

use crate::error::{Code, Place, Problem, Problems};

/// The most states of a chain: as many as a ladder may have grades.
const MOST_STATES: usize = 64;

/// How far the sum of a row may lie from one.
const TOLERANCE: f64 = 1e-9;

/// Probabilities of going from one state to another in one step; every row sums to one.
#[derive(Clone, Debug, PartialEq)]
#[doc(alias = "转移矩阵")]
pub struct TransitionMatrix {
    rows: Vec<Vec<f64>>,
}

/// Where a chain is in the long run.
#[derive(Clone, Debug, PartialEq)]
#[doc(alias = "平稳分布")]
pub struct LongRun {
    /// Share of all steps spent in each state, in the order of the states.
    pub shares: Vec<f64>,
    /// Groups of states that, once entered, are never left. Of one, the shares do not depend on where the chain
    /// began; of several, they are those from the first state that was stated.
    pub recurrent_classes: usize,
    /// Whether every state leads to every other.
    pub irreducible: bool,
    /// Steps after which the chain may return: the greatest common divisor over the recurrent classes that are reached.
    /// Of one, the distribution itself comes to the shares; of more, it goes round, and only its mean over time does.
    pub period: usize,
}

impl TransitionMatrix {
    /// A matrix, checked; its rows are divided by their sums, so that they sum to one as closely as numbers do.
    ///
    /// # Errors
    /// `scenario.assumption` for every row that is not as long as there are rows, has an entry outside 0 … 1, or whose
    /// sum lies further than 10⁻⁹ from one; and for none or more than 64 rows.
    pub fn new(rows: Vec<Vec<f64>>) -> Result<Self, Problems> {
        let count = rows.len();
        let wrong = |field: String, found: String, expected: &str| {
            Problem::new(Code::ScenarioAssumption, Place::field(field.clone()), [field, found, expected.to_owned()])
        };
        let mut problems = Vec::new();
        if !(1..=MOST_STATES).contains(&count) {
            problems.push(wrong("matrix".to_owned(), format!("{count} × …"), "1 … 64 rows"));
        }
        for (place, row) in rows.iter().enumerate() {
            let sum: f64 = row.iter().sum();
            if row.len() != count {
                problems.push(wrong(format!("matrix[{place}]"), row.len().to_string(), &count.to_string()));
            } else if !row.iter().all(|share| (0.0..=1.0).contains(share)) || (sum - 1.0).abs() > TOLERANCE {
                problems.push(wrong(format!("matrix[{place}]"), format!("{row:?}"), "shares of 0 … 1 that sum to 1"));
            }
        }
        Problems::none_of(problems)?;
        Ok(Self::normalised(rows))
    }

    /// A matrix from rows of masses, each row of a positive sum.
    fn normalised(mut rows: Vec<Vec<f64>>) -> Self {
        for row in &mut rows {
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|share| *share /= sum);
        }
        Self { rows }
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.rows.len()
    }

    /// The rows: from each state to every state.
    pub fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }

    /// The long run of a chain that begins in a state; a state that does not exist counts as the first.
    ///
    /// With one recurrent class this is its stationary distribution π = πP, wherever the chain begins. With several it
    /// is each one's stationary distribution, weighted with the probability of ending in it.
    pub fn long_run(&self, from: usize) -> LongRun {
        let from = if from < self.states() { from } else { 0 };
        let reach = self.reach();
        let classes = recurrent(&reach);
        let mut shares = vec![0.0; self.states()];
        let mut period = 0;
        for class in &classes {
            let weight = self.absorbed(class, &reach)[from];
            if weight > 0.0 {
                period = gcd(period, self.period(class));
                for (state, share) in class.iter().zip(self.stationary(class)) {
                    shares[*state] = weight * share;
                }
            }
        }
        LongRun {
            shares,
            recurrent_classes: classes.len(),
            irreducible: reach.iter().all(|row| row.iter().all(|it| *it)),
            period,
        }
    }

    /// Expected number of steps until one of some states is first reached, from every state; zero from these themselves.
    ///
    /// `None` from where it may never be reached: the mean does not exist.
    pub fn hitting(&self, targets: &[bool]) -> Vec<Option<f64>> {
        let is_target = |state: usize| targets.get(state).copied().unwrap_or(false);
        let mut blocked = self.clone();
        for (state, row) in blocked.rows.iter_mut().enumerate().filter(|(state, _)| is_target(*state)) {
            row.fill(0.0);
            row[state] = 1.0;
        }
        let reach = blocked.reach();
        let arrives = |state: usize| (0..self.states()).any(|to| is_target(to) && reach[state][to]);
        let certain = |state: usize| (0..self.states()).all(|via| !reach[state][via] || arrives(via));
        let open: Vec<usize> = (0..self.states()).filter(|it| !is_target(*it) && certain(*it)).collect();
        // (I − Q) h = 1 over the states from which arrival is certain; what they lead to outside the targets is among them.
        let steps = self.solve(&open, |_| 1.0);
        let mut times: Vec<Option<f64>> = (0..self.states()).map(|it| is_target(it).then_some(0.0)).collect();
        for (place, state) in open.iter().enumerate() {
            times[*state] = steps.as_ref().map(|steps| steps[place]).filter(|time| time.is_finite());
        }
        times
    }

    /// The second-largest modulus of an eigenvalue: what remains, of any difference in where two chains began, shrinks
    /// by it with every step. `None` for a single state, and where the eigenvalues were not found.
    pub fn second_modulus(&self) -> Option<f64> {
        let count = self.states();
        let matrix = DMatrix::from_fn(count, count, |row, column| self.rows[row][column]);
        let schur = Schur::try_new(matrix, f64::EPSILON, 10_000)?;
        let values = schur.complex_eigenvalues();
        let mut moduli: Vec<f64> = values.iter().map(|it| it.re.hypot(it.im)).collect();
        moduli.sort_by(|one, two| two.total_cmp(one));
        moduli.get(1).copied().filter(|it| it.is_finite()).map(|it| it.min(1.0))
    }

    /// Which states lead to which, in any number of steps, none included.
    fn reach(&self) -> Vec<Vec<bool>> {
        let count = self.states();
        let mut reach: Vec<Vec<bool>> = self.rows.iter().map(|row| row.iter().map(|it| *it > 0.0).collect()).collect();
        reach.iter_mut().enumerate().for_each(|(state, row)| row[state] = true);
        for via in 0..count {
            let onward = reach[via].clone();
            for row in reach.iter_mut().filter(|row| row[via]) {
                row.iter_mut().zip(&onward).for_each(|(known, new)| *known |= new);
            }
        }
        reach
    }

    /// The stationary distribution within a recurrent class: π (P − I) = 0 with the last equation replaced by Σ π = 1.
    fn stationary(&self, class: &[usize]) -> Vec<f64> {
        let count = class.len();
        let matrix = DMatrix::from_fn(count, count, |row, column| {
            let identity = if row == column { 1.0 } else { 0.0 };
            if row + 1 == count { 1.0 } else { self.rows[class[column]][class[row]] - identity }
        });
        let right = DVector::from_fn(count, |row, _| if row + 1 == count { 1.0 } else { 0.0 });
        // Of a recurrent class the equations have one solution; rounding may leave a share just below zero.
        let solved = matrix.lu().solve(&right).unwrap_or_else(|| DVector::from_element(count, 1.0));
        let shares: Vec<f64> = solved.iter().map(|it| it.max(0.0)).collect();
        let sum: f64 = shares.iter().sum();
        shares.iter().map(|it| it / sum).collect()
    }

    /// The probability of ending in a recurrent class, from every state.
    fn absorbed(&self, class: &[usize], reach: &[Vec<bool>]) -> Vec<f64> {
        let count = self.states();
        let mut chances: Vec<f64> = (0..count).map(|it| if class.contains(&it) { 1.0 } else { 0.0 }).collect();
        let transient = |state: usize| (0..count).any(|to| reach[state][to] && !reach[to][state]);
        let open: Vec<usize> = (0..count).filter(|it| transient(*it)).collect();
        let into = |state: usize| class.iter().map(|to| self.rows[state][*to]).sum();
        if let Some(solved) = self.solve(&open, into) {
            open.iter().zip(&solved).for_each(|(state, chance)| chances[*state] = chance.clamp(0.0, 1.0));
        }
        chances
    }

    /// Solves (I − Q) x = b, where Q are the transitions among some states.
    fn solve(&self, among: &[usize], right: impl Fn(usize) -> f64) -> Option<Vec<f64>> {
        if among.is_empty() {
            return Some(Vec::new());
        }
        let matrix = DMatrix::from_fn(among.len(), among.len(), |row, column| {
            let identity = if row == column { 1.0 } else { 0.0 };
            identity - self.rows[among[row]][among[column]]
        });
        let right = DVector::from_fn(among.len(), |row, _| right(among[row]));
        Some(matrix.lu().solve(&right)?.iter().copied().collect())
    }

    /// The period of a recurrent class: the greatest common divisor of the lengths of its round trips.
    fn period(&self, class: &[usize]) -> usize {
        let Some(first) = class.first() else { return 0 };
        let mut depth: Vec<Option<usize>> = vec![None; self.states()];
        depth[*first] = Some(0);
        let (mut open, mut period) = (vec![*first], 0);
        while let Some(state) = open.pop() {
            let steps = depth[state].unwrap_or_default() + 1;
            for to in class.iter().copied().filter(|to| self.rows[state][*to] > 0.0) {
                match depth[to] {
                    Some(known) => period = gcd(period, known.abs_diff(steps)),
                    None => {
                        depth[to] = Some(steps);
                        open.push(to);
                    }
                }
            }
        }
        period
    }
}

/// The mean of a value of each state, by shares.
pub(super) fn mean(shares: &[f64], values: &[f64]) -> f64 {
    shares.iter().zip(values).map(|(share, value)| share * value).sum()
}

/// The groups of states that lead to each other and nowhere else.
fn recurrent(reach: &[Vec<bool>]) -> Vec<Vec<usize>> {
    let count = reach.len();
    let closed = |state: &usize| (0..count).all(|to| !reach[*state][to] || reach[to][*state]);
    let first = |state: &usize| (0..*state).all(|before| !reach[*state][before]);
    let heads = (0..count).filter(|state| closed(state) && first(state));
    heads.map(|head| (0..count).filter(|to| reach[head][*to]).collect()).collect()
}

const fn gcd(mut one: usize, mut two: usize) -> usize {
    while two != 0 {
        (one, two) = (two, one % two);
    }
    one
}

#[cfg(test)]
mod tests;
