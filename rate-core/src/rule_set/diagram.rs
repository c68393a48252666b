//! The decision diagram of one float table: every combination of facts, each with exactly one answer.
//!
//! Each measure (in each window a row asks about) is cut into cells by the bounds that the file itself prints: points,
//! the open stretches between them, and one cell per cause for which the measure does not exist. The diagram asks the
//! measures in a fixed order and shares equal parts, so it is small, its answers are complete by construction, and the
//! checker and the engine read one and the same thing.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::measure::{Cause, Measure, WhenUndefined};
use super::table::{Condition, FloatTable};
use super::{RuleSet, Unmeasured};
use crate::amount::Quantity;
use crate::interval::{BOUND_SCALE, End, Interval};

/// One measure in one window, with the bounds that cut it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Place of the measure in the rule set.
    pub(crate) measure: usize,
    /// Window, 0 for the one being decided on.
    pub(crate) window: usize,
    bounds: Vec<i64>,
    undefined: Vec<Option<Cause>>,
}

/// A cell of a variable, for people: an interval, or the reason why there is no value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cell {
    /// Values between two ends.
    Range {
        /// Lower end, or from zero.
        low: Option<End>,
        /// Upper end, or without end.
        high: Option<End>,
    },
    /// No value; in an earlier window the cause is not told apart.
    Undefined(Option<Cause>),
}

/// What the table answers to one combination of facts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// These rows apply, in the order of the file.
    Rows(Vec<usize>),
    /// No row applies, and `otherwise` answers.
    Otherwise,
    /// No row applies, and nothing answers.
    Gap,
    /// A measure does not exist, and the file says what that leads to.
    Settled {
        /// The measure.
        measure: usize,
        /// Why it does not exist.
        cause: Cause,
        /// Where the account ends up.
        then: Unmeasured,
    },
    /// A measure does not exist, and the file says nothing about it.
    Unanswered {
        /// The measure.
        measure: usize,
        /// Why it does not exist, where known.
        cause: Option<Cause>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Node {
    Ask { variable: u32, first_child: u32 },
    Leaf(u32),
}

/// A part of the space of facts: for some variables a run of cells, for the others anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// Variable, first and last cell.
    pub(crate) sides: Vec<(usize, usize, usize)>,
    /// The answer within it.
    pub(crate) answer: Answer,
}

/// The most surroundings that are told apart while a diagram is built; tables of real methods have tens.
const MOST_STATES: usize = 20_000;
/// The most regions of one that can be gone through in a time that anybody waits.
const MOST_REGIONS: u64 = 20_000;

/// The diagram of one table for one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagram {
    variables: Vec<Variable>,
    nodes: Vec<Node>,
    children: Vec<u32>,
    answers: Vec<Answer>,
    root: u32,
    /// Not all of it was built.
    cut_off: bool,
}

impl Variable {
    fn new(set: &RuleSet, table: &FloatTable, class: usize, measure: usize, window: usize) -> Self {
        let rows = table.rows.iter().filter(|row| row.classes[class] && row.for_windows > window);
        let conditions = rows.flat_map(|row| row.all.iter().chain(&row.any));
        let mut bounds: Vec<i64> =
            conditions.filter(|condition| condition.measure == measure).flat_map(|it| it.interval.bounds()).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let measure_set = &set.measures[measure];
        let undefined = if window == 0 { causes_that_stay(measure_set) } else { earlier(measure_set) };
        Self { measure, window, bounds, undefined }
    }

    /// Number of cells, the unreachable one below zero included.
    pub(crate) fn cells(&self) -> usize {
        self.bounds.len() * 2 + 1 + self.undefined.len()
    }

    /// The bounds that cut it, in millionths, rising: the cell of the bound at a place is twice the place and one.
    pub(crate) fn bounds(&self) -> &[i64] {
        &self.bounds
    }

    /// Number of cells that hold values.
    pub(crate) fn valued_cells(&self) -> usize {
        self.bounds.len() * 2 + 1
    }

    /// Whether facts can lie in a cell: nothing lies below zero.
    pub(crate) fn reachable(&self, cell: usize) -> bool {
        cell > 0 || self.bounds.first() != Some(&0)
    }

    fn cell_of_value(&self, value: Quantity) -> usize {
        match self.bounds.binary_search_by(|bound| whole(*bound).compare(value)) {
            Ok(on) => on * 2 + 1,
            Err(below) => below * 2,
        }
    }

    fn cell_of_cause(&self, cause: Cause) -> usize {
        let place = self.undefined.iter().position(|stays| stays.is_none_or(|known| known == cause));
        // The measuring and the cells read the same settings, so a cause that can occur has its cell.
        debug_assert!(place.is_some(), "an undefined measure has a cell");
        self.valued_cells() + place.unwrap_or(0)
    }

    /// The part of the variable that a run of cells makes up.
    pub(crate) fn describe(&self, first: usize, last: usize) -> Vec<Cell> {
        let mut cells = Vec::new();
        if first < self.valued_cells() {
            let last_value = last.min(self.valued_cells() - 1);
            let low = (first > 0).then(|| {
                let on = first % 2 == 1;
                End { millionths: self.bounds[(first - 1) / 2], closed: on }
            });
            let high = (last_value + 1 < self.valued_cells()).then(|| {
                let on = last_value % 2 == 1;
                End { millionths: self.bounds[last_value / 2], closed: on }
            });
            cells.push(Cell::Range { low, high });
        }
        cells.extend(
            (first.max(self.valued_cells())..=last)
                .map(|cell| Cell::Undefined(self.undefined[cell - self.valued_cells()])),
        );
        cells
    }

    /// Cells whose values lie in an interval, one bit each.
    fn cells_in(&self, interval: &Interval) -> u128 {
        let inside = |cell: &usize| {
            // The smallest value of the cell stands for it; an open stretch is represented by its middle.
            let at = |place: usize| self.bounds[place] * 2;
            let twice = match (cell % 2, cell / 2) {
                (1, place) => at(place),
                (_, 0) => self.bounds.first().map_or(0, |first| first - 1),
                (_, place) if place == self.bounds.len() => at(place - 1) + 1,
                (_, place) => self.bounds[place - 1] + self.bounds[place],
            };
            interval.contains(Quantity { numerator: i128::from(twice), denominator: 2 * BOUND_SCALE })
        };
        (0..self.valued_cells()).filter(inside).fold(0, |mask, cell| mask | 1 << cell)
    }
}

fn whole(millionths: i64) -> Quantity {
    Quantity { numerator: i128::from(millionths), denominator: BOUND_SCALE }
}

/// The causes that leave a measure without a value: those that count as zero are values.
fn causes_that_stay(measure: &Measure) -> Vec<Option<Cause>> {
    let stays = |cause: &Cause| measure.undefined.for_cause(*cause) != Some(WhenUndefined::AsZero);
    measure.causes().into_iter().filter(stays).map(Some).collect()
}

fn earlier(measure: &Measure) -> Vec<Option<Cause>> {
    // Even a count has no value in a window that the cycle does not list.
    if measure.undefined.earlier_as_zero == Some(true) { Vec::new() } else { vec![None] }
}

/// A row as a conjunction of groups, each a choice of cells of variables.
struct RowGroups {
    row: usize,
    groups: Vec<Vec<(usize, u128)>>,
}

const DEAD: u32 = u32::MAX;

struct Builder<'s> {
    set: &'s RuleSet,
    table: &'s FloatTable,
    variables: Vec<Variable>,
    rows: Vec<RowGroups>,
    nodes: Vec<Node>,
    known_nodes: HashMap<(usize, Vec<u32>), u32>,
    children: Vec<u32>,
    answers: Vec<Answer>,
    known_answers: HashMap<Answer, u32>,
    memo: HashMap<(usize, Vec<u32>), u32>,
    cut_off: bool,
}

impl Diagram {
    /// Builds the diagram of a table for one class.
    pub(crate) fn build(set: &RuleSet, table: &FloatTable, class: usize) -> Self {
        let variables = variables(set, table, class);
        let rows = rows(table, class, &variables);
        let start = rows.iter().map(|_| 0).collect();
        let mut builder = Builder {
            set,
            table,
            variables,
            rows,
            nodes: Vec::new(),
            known_nodes: HashMap::new(),
            children: Vec::new(),
            answers: Vec::new(),
            known_answers: HashMap::new(),
            memo: HashMap::new(),
            cut_off: false,
        };
        let root = builder.grow(0, start);
        let Builder { variables, nodes, children, answers, cut_off, .. } = builder;
        Self { variables, nodes, children, answers, root, cut_off }
    }

    /// Whether it tells too much apart to be gone through; no rule set that passed the check has such a table.
    pub(crate) fn is_too_large(&self) -> bool {
        self.cut_off || self.regions_from(self.root, &mut HashMap::new()) > MOST_REGIONS
    }

    /// How many regions lie behind a node.
    fn regions_from(&self, at: u32, known: &mut HashMap<u32, u64>) -> u64 {
        if let Some(known) = known.get(&at) {
            return *known;
        }
        let count = match self.nodes[to_usize(at)] {
            Node::Leaf(_) => 1,
            Node::Ask { .. } => {
                let behind = self.runs(at).into_iter().map(|(child, ..)| self.regions_from(child, known));
                behind.fold(0, u64::saturating_add)
            }
        };
        known.insert(at, count);
        count
    }

    /// The variables, in the order they are asked.
    pub(crate) fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The answer to some facts.
    pub(crate) fn answer(&self, measured: impl Fn(usize, usize) -> Result<Quantity, Cause>) -> &Answer {
        let mut at = self.root;
        loop {
            match self.nodes[to_usize(at)] {
                Node::Leaf(answer) => return &self.answers[to_usize(answer)],
                Node::Ask { variable, first_child } => {
                    let variable = &self.variables[to_usize(variable)];
                    let cell = match measured(variable.measure, variable.window) {
                        Ok(value) => variable.cell_of_value(value),
                        Err(cause) => variable.cell_of_cause(cause),
                    };
                    at = self.children[to_usize(first_child) + cell];
                }
            }
        }
    }

    /// Every region, largest runs of cells first joined; unreachable cells are left out.
    pub(crate) fn regions(&self) -> Vec<Region> {
        let mut regions = Vec::new();
        self.collect(self.root, &mut Vec::new(), &mut regions);
        regions
    }

    fn collect(&self, at: u32, sides: &mut Vec<(usize, usize, usize)>, regions: &mut Vec<Region>) {
        match self.nodes[to_usize(at)] {
            Node::Leaf(answer) => {
                let answer = self.answers[to_usize(answer)].clone();
                regions.push(Region { sides: sides.clone(), answer });
            }
            Node::Ask { variable, .. } => {
                for (child, first, last) in self.runs(at) {
                    sides.push((to_usize(variable), first, last));
                    self.collect(child, sides, regions);
                    sides.pop();
                }
            }
        }
    }

    /// The children of a node with the runs of reachable cells that lead to them.
    fn runs(&self, at: u32) -> Vec<(u32, usize, usize)> {
        let Node::Ask { variable, first_child } = self.nodes[to_usize(at)] else { return Vec::new() };
        let cells = self.variables[to_usize(variable)].cells();
        let valued = self.variables[to_usize(variable)].valued_cells();
        let mut runs: Vec<(u32, usize, usize)> = Vec::new();
        for cell in (0..cells).filter(|cell| self.variables[to_usize(variable)].reachable(*cell)) {
            let child = self.children[to_usize(first_child) + cell];
            match runs.last_mut() {
                // Values and missing values are told apart even where they lead to the same place.
                Some((same, _, last)) if *same == child && cell != valued => *last = cell,
                _ => runs.push((child, cell, cell)),
            }
        }
        runs
    }

    /// Pairs of neighbouring cells, with the answers they lead to, for every combination of the other facts: what
    /// shows where a table falls as a measure rises. Stops at the first pair that `falls` reports for a variable.
    pub(crate) fn first_fall(
        &self,
        rises: impl Fn(&Variable) -> bool,
        falls: &dyn Fn(&Answer, &Answer) -> bool,
    ) -> Option<(Region, Region)> {
        let mut path = HashMap::new();
        self.paths(self.root, &mut Vec::new(), &mut path);
        let mut nodes: Vec<_> = path.into_iter().collect();
        nodes.sort_unstable();
        for (at, sides) in nodes {
            let Node::Ask { variable, .. } = self.nodes[to_usize(at)] else { continue };
            let asked = &self.variables[to_usize(variable)];
            if !rises(asked) {
                continue;
            }
            let runs: Vec<_> = self.runs(at).into_iter().filter(|run| run.1 < asked.valued_cells()).collect();
            // Not only neighbours: between two answers there may be one that cannot be compared.
            let pairs = (1..runs.len()).flat_map(|apart| runs.iter().zip(runs.iter().skip(apart)));
            for (low, high) in pairs {
                let found = self.compare(low.0, high.0, &mut HashSet::new(), falls);
                if let Some((deeper, lower, higher)) = found {
                    let region = |run: &(u32, usize, usize), answer| {
                        let own = std::iter::once((to_usize(variable), run.1, run.2));
                        Region {
                            sides: sides.iter().copied().chain(own).chain(deeper.iter().copied()).collect(),
                            answer,
                        }
                    };
                    return Some((region(low, lower), region(high, higher)));
                }
            }
        }
        None
    }

    /// Surroundings in which the answer turns as a variable goes from one cell to the next, as far as `wanted` asks:
    /// the cells of the other variables that the answers depend on; at most one for each node that asks the variable.
    pub(crate) fn turns(
        &self,
        variable: usize,
        cell: usize,
        wanted: &dyn Fn(&Answer, &Answer) -> bool,
    ) -> Vec<Vec<(usize, usize, usize)>> {
        let mut path = HashMap::new();
        self.paths(self.root, &mut Vec::new(), &mut path);
        let mut nodes: Vec<_> = path.into_iter().collect();
        nodes.sort_unstable();
        let turned = nodes.into_iter().filter_map(|(at, sides)| {
            let Node::Ask { variable: asked, first_child } = self.nodes[to_usize(at)] else { return None };
            let child = |cell: usize| self.children[to_usize(first_child) + cell];
            if to_usize(asked) != variable {
                return None;
            }
            let (deeper, ..) = self.compare(child(cell), child(cell + 1), &mut HashSet::new(), wanted)?;
            Some(sides.into_iter().chain(deeper).collect())
        });
        turned.collect()
    }

    /// One way to reach every node.
    fn paths(
        &self,
        at: u32,
        sides: &mut Vec<(usize, usize, usize)>,
        known: &mut HashMap<u32, Vec<(usize, usize, usize)>>,
    ) {
        if known.contains_key(&at) {
            return;
        }
        known.insert(at, sides.clone());
        let Node::Ask { variable, .. } = self.nodes[to_usize(at)] else { return };
        for (child, first, last) in self.runs(at) {
            sides.push((to_usize(variable), first, last));
            self.paths(child, sides, known);
            sides.pop();
        }
    }

    #[expect(clippy::type_complexity, reason = "a path and the two answers at its end, used in one place")]
    fn compare(
        &self,
        low: u32,
        high: u32,
        seen: &mut HashSet<(u32, u32)>,
        falls: &dyn Fn(&Answer, &Answer) -> bool,
    ) -> Option<(Vec<(usize, usize, usize)>, Answer, Answer)> {
        if low == high || !seen.insert((low, high)) {
            return None;
        }
        let asked = |at: u32| match self.nodes[to_usize(at)] {
            Node::Ask { variable, .. } => Some(variable),
            Node::Leaf(_) => None,
        };
        let variable = match (asked(low), asked(high)) {
            (None, None) => {
                let (Node::Leaf(one), Node::Leaf(two)) = (self.nodes[to_usize(low)], self.nodes[to_usize(high)]) else {
                    return None;
                };
                let (one, two) = (&self.answers[to_usize(one)], &self.answers[to_usize(two)]);
                return falls(one, two).then(|| (Vec::new(), one.clone(), two.clone()));
            }
            (Some(one), Some(two)) => one.min(two),
            (Some(one), None) | (None, Some(one)) => one,
        };
        let below = |at: u32, cell: usize| match self.nodes[to_usize(at)] {
            Node::Ask { variable: own, first_child } if own == variable => self.children[to_usize(first_child) + cell],
            Node::Ask { .. } | Node::Leaf(_) => at,
        };
        let asked = &self.variables[to_usize(variable)];
        (0..asked.cells()).filter(|cell| asked.reachable(*cell)).find_map(|cell| {
            let (mut path, one, two) = self.compare(below(low, cell), below(high, cell), seen, falls)?;
            path.insert(0, (to_usize(variable), cell, cell));
            Some((path, one, two))
        })
    }
}

fn to_usize(number: u32) -> usize {
    // Every platform the engine is built for has pointers of at least 32 bits.
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn to_u32(number: usize) -> u32 {
    // The checker bounds rows, bounds and windows, so diagrams stay far below four billion nodes.
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The variables the rows of a class ask about: this window first, each in the order of the file.
fn variables(set: &RuleSet, table: &FloatTable, class: usize) -> Vec<Variable> {
    let rows = || table.rows.iter().filter(|row| row.classes[class]);
    let windows = rows().map(|row| row.for_windows).max().unwrap_or(1);
    let asks = |measure: usize, window: usize| {
        rows().any(|row| row.for_windows > window && row.all.iter().chain(&row.any).any(|it| it.measure == measure))
    };
    let measures = || 0..set.measures.len();
    (0..windows)
        .flat_map(|window| measures().map(move |measure| (measure, window)))
        .filter(|(measure, window)| asks(*measure, *window))
        .map(|(measure, window)| Variable::new(set, table, class, measure, window))
        .collect()
}

fn rows(table: &FloatTable, class: usize, variables: &[Variable]) -> Vec<RowGroups> {
    let atom = |condition: &Condition, window: usize| {
        let place = variables.iter().position(|it| it.measure == condition.measure && it.window == window);
        // The variables were collected from these very conditions.
        place.map(|place| (place, variables[place].cells_in(&condition.interval)))
    };
    let of_class = table.rows.iter().enumerate().filter(|(_, row)| row.classes[class]);
    of_class
        .map(|(place, row)| {
            let windows = 0..row.for_windows;
            let all = windows.clone().flat_map(|window| row.all.iter().map(move |it| vec![(it, window)]));
            let any =
                windows.filter(|_| !row.any.is_empty()).map(|window| row.any.iter().map(|it| (it, window)).collect());
            let groups = all
                .chain(any)
                .map(|group: Vec<_>| group.into_iter().filter_map(|(it, window)| atom(it, window)).collect());
            RowGroups { row: place, groups: groups.collect() }
        })
        .collect()
}

impl Builder<'_> {
    /// The node for the variables from `variable` on, given which groups of each row are already satisfied.
    fn grow(&mut self, variable: usize, mut states: Vec<u32>) -> u32 {
        self.bury(variable, &mut states);
        if variable == self.variables.len() {
            let answer = self.answer(&states);
            return self.leaf(answer);
        }
        if let Some(known) = self.memo.get(&(variable, states.clone())) {
            return *known;
        }
        if self.memo.len() >= MOST_STATES {
            self.cut_off = true;
            return self.leaf(Answer::Gap);
        }
        let cells = self.variables[variable].cells();
        let children: Vec<u32> = (0..cells).map(|cell| self.child(variable, cell, &states)).collect();
        let reachable = |cell: &usize| self.variables[variable].reachable(*cell);
        let first_reachable = (0..cells).find(reachable).unwrap_or(0);
        let same = (first_reachable..cells).all(|cell| children[cell] == children[first_reachable]);
        let node = if same { children[first_reachable] } else { self.node(variable, children) };
        self.memo.insert((variable, states), node);
        node
    }

    fn child(&mut self, variable: usize, cell: usize, states: &[u32]) -> u32 {
        if let Some(answer) = self.answer_to_undefined(variable, cell) {
            return self.leaf(answer);
        }
        let mut next = states.to_vec();
        for (state, row) in next.iter_mut().zip(&self.rows).filter(|(state, _)| **state != DEAD) {
            for (place, group) in row.groups.iter().enumerate() {
                if group.iter().any(|(asked, cells)| *asked == variable && cells >> cell & 1 == 1) {
                    *state |= 1 << place;
                }
            }
        }
        self.grow(variable + 1, next)
    }

    /// What the file says where the measure does not exist; `None` where rows go on without it.
    fn answer_to_undefined(&self, variable: usize, cell: usize) -> Option<Answer> {
        let asked = &self.variables[variable];
        let cause = *asked.undefined.get(cell.checked_sub(asked.valued_cells())?)?;
        let measure = asked.measure;
        let undefined = &self.set.measures[measure].undefined;
        let Some(cause) = cause else {
            return undefined.earlier_as_zero.is_none().then_some(Answer::Unanswered { measure, cause: None });
        };
        match undefined.for_cause(cause) {
            Some(WhenUndefined::Settles(then)) => Some(Answer::Settled { measure, cause, then }),
            Some(WhenUndefined::RowFails | WhenUndefined::AsZero) => None,
            None => Some(Answer::Unanswered { measure, cause: Some(cause) }),
        }
    }

    /// Marks rows that can no longer apply, so that equal futures look equal.
    fn bury(&self, variable: usize, states: &mut [u32]) {
        for (state, row) in states.iter_mut().zip(&self.rows) {
            let lost = row.groups.iter().enumerate().any(|(place, group)| {
                let satisfied = *state >> place & 1 == 1;
                !satisfied && group.iter().all(|(asked, _)| *asked < variable)
            });
            if *state != DEAD && lost {
                *state = DEAD;
            }
        }
    }

    fn answer(&self, states: &[u32]) -> Answer {
        let applies: Vec<usize> =
            states.iter().zip(&self.rows).filter(|(state, _)| **state != DEAD).map(|(_, row)| row.row).collect();
        let kept = |row: &usize| !self.table.rows[*row].unless.iter().any(|other| applies.contains(other));
        let rows: Vec<usize> = applies.iter().copied().filter(kept).collect();
        match (rows.is_empty(), &self.table.otherwise) {
            (false, _) => Answer::Rows(rows),
            (true, Some(_)) => Answer::Otherwise,
            (true, None) => Answer::Gap,
        }
    }

    fn leaf(&mut self, answer: Answer) -> u32 {
        if let Some(known) = self.known_answers.get(&answer) {
            return *known;
        }
        let id = to_u32(self.nodes.len());
        self.nodes.push(Node::Leaf(to_u32(self.answers.len())));
        self.answers.push(answer.clone());
        self.known_answers.insert(answer, id);
        id
    }

    fn node(&mut self, variable: usize, children: Vec<u32>) -> u32 {
        let key = (variable, children);
        if let Some(known) = self.known_nodes.get(&key) {
            return *known;
        }
        let id = to_u32(self.nodes.len());
        self.nodes.push(Node::Ask { variable: to_u32(variable), first_child: to_u32(self.children.len()) });
        self.children.extend(&key.1);
        self.known_nodes.insert(key, id);
        id
    }
}
