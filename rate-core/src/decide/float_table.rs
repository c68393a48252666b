//! The float tables: from measures to a grade.

use crate::decision::{Reason, Step, StepKind, Steps};
use crate::experience::{Experience, Measured};
use crate::ladder::{GradeIndex, GradeLadder};
use crate::rule_set::law::Source;
use crate::rule_set::{Answer, Cause, Combine, FloatTable, Law, RowResult, Unmeasured};

use super::Running;
use super::standing::{Standing, WHERE_NOT_SEEN};

/// The grade that the tables give together; or what settles the account instead.
pub(super) fn propose<S: Steps>(
    law: &Law,
    experience: &Experience,
    standing: &Standing,
    steps: &mut S,
) -> Result<Running, (Unmeasured, Reason)> {
    let tables = law.rules().tables();
    let mut ask = |(place, table)| Asking { law, experience, standing, place, table }.propose(steps);
    if let [only] = tables {
        return ask((0, only));
    }
    let proposals = tables.iter().enumerate().map(ask).collect::<Result<Vec<_>, _>>()?;
    Ok(combine(law, &proposals, steps))
}

struct Asking<'a> {
    law: &'a Law,
    experience: &'a Experience,
    standing: &'a Standing,
    place: usize,
    table: &'a FloatTable,
}

impl Asking<'_> {
    fn propose<S: Steps>(&self, steps: &mut S) -> Result<Running, (Unmeasured, Reason)> {
        let measured = |measure, window| match self.experience.get(measure, window) {
            Measured::Value(value) => Ok(value),
            Measured::Undefined(cause) => Err(cause),
            // The diagram asks only what the law asks, and all of that was measured.
            Measured::NotAsked => Err(Cause::NotInsured),
        };
        match self.law.diagram(self.place, self.standing.class).answer(measured) {
            Answer::Rows(rows) => self.by_rows(rows, steps),
            Answer::Settled { measure, cause, then } => {
                Err((*then, Reason::Undefined { measure: *measure, cause: *cause }))
            }
            Answer::Otherwise => self.by_otherwise(steps),
            // A checked method has no gap and leaves no undefined measure unanswered: the reader refuses it.
            Answer::Gap | Answer::Unanswered { .. } => Err((WHERE_NOT_SEEN, Reason::Otherwise { table: self.place })),
        }
    }

    fn ladder(&self) -> &GradeLadder {
        self.law.rules().ladder()
    }

    fn by_rows<S: Steps>(&self, rows: &[usize], steps: &mut S) -> Result<Running, (Unmeasured, Reason)> {
        let last = self.standing.last_grade(self.law);
        // The checker refuses rows of different results that no rule chooses between.
        let row = self.table.deciding(rows, self.ladder(), last).unwrap_or(rows[0]);
        let result = self.table.rows[row].result;
        let grade = result.grade(self.ladder(), last);
        let (table, others) = (self.place, rows.len() - 1);
        if rows.len() > 1 {
            let kind = StepKind::Conflict { table, rows: rows.len() };
            steps.push(|| Step { kind, source: Source::Rules(self.table.basis) });
        }
        if S::WANTED {
            self.state_comparisons(row, steps);
        }
        let source = Source::Rules(self.table.rows[row].basis);
        steps.push(|| Step { kind: StepKind::Row { table, row, others, grade }, source });
        Self::running(result, grade, Reason::Row { table, row }, Reason::SourceMissing { table, row })
    }

    fn by_otherwise<S: Steps>(&self, steps: &mut S) -> Result<Running, (Unmeasured, Reason)> {
        let last = self.standing.last_grade(self.law);
        let result = self.table.otherwise.unwrap_or(RowResult::NotSeen);
        let (table, grade) = (self.place, result.grade(self.ladder(), last));
        let source = Source::Rules(self.table.basis);
        steps.push(|| Step { kind: StepKind::Otherwise { table, grade }, source });
        let reason = Reason::Otherwise { table };
        Self::running(result, grade, reason, reason)
    }

    fn running(
        result: RowResult,
        grade: Option<GradeIndex>,
        reason: Reason,
        missing: Reason,
    ) -> Result<Running, (Unmeasured, Reason)> {
        match (result, grade) {
            (RowResult::KeepLastRate, _) => Err((Unmeasured::LastRate, Reason::KeepsLastRate)),
            (_, Some(grade)) => Ok(Running::new(grade, reason)),
            (_, None) => Err((WHERE_NOT_SEEN, missing)),
        }
    }

    /// The comparisons of the deciding row: all that must hold, and of a choice those that do.
    fn state_comparisons<S: Steps>(&self, row: usize, steps: &mut S) {
        let decided = &self.table.rows[row];
        let source = Source::Rules(decided.basis);
        for window in 0..decided.for_windows {
            for (condition, it) in decided.all.iter().chain(&decided.any).enumerate() {
                let Measured::Value(value) = self.experience.get(it.measure, window) else { continue };
                let holds = it.interval.contains(value);
                let table = self.place;
                if holds {
                    steps.push(|| Step {
                        kind: StepKind::Compared { table, row, condition, window, value, holds },
                        source,
                    });
                }
            }
        }
    }
}

/// One grade from those of several tables.
fn combine<S: Steps>(law: &Law, proposals: &[Running], steps: &mut S) -> Running {
    let ladder = law.rules().ladder();
    let grade = match law.rules().combine {
        Combine::Highest => proposals.iter().map(|it| it.grade).max().unwrap_or(ladder.base()),
        Combine::Sum => {
            let shift = |it: &Running| GradeLadder::steps_between(ladder.base(), it.grade);
            // Added first and held at the ladder's ends once, so that the order of tables cannot matter.
            ladder.moved(ladder.base(), proposals.iter().map(shift).fold(0, i8::saturating_add))
        }
    };
    let source = Source::Rules(law.rules().combine_basis);
    steps.push(|| Step { kind: StepKind::Combined { grade }, source });
    Running::new(grade, Reason::Combined)
}
