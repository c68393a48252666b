//! Premium on output, floor area or turnover: the payroll it stands for, times the rate of the industry.

use rust_decimal::Decimal;

use super::{Billing, NoBill, ProjectBill, ProjectStepKind};
use crate::amount::RoundMode;
use crate::calendar::MonthSpan;
use crate::history::Project;
use crate::parameters::other_base::Formula;
use crate::rule_set::law::Source;

impl Billing<'_> {
    pub(super) fn on_other_base(&mut self) -> Result<ProjectBill, NoBill> {
        let project = self.project;
        let area = &self.contractor.key().area;
        let found = self.parameters.other_base(area, project).ok_or(NoBill::BaseNotKnown(project.base))?;
        let source = Source::Parameters(found.basis);
        let reckoned = reckon(found.formula, project)?;
        let fen = reckoned.payroll;
        self.step(ProjectStepKind::Reckoned(reckoned), source);
        let rate = self.industry_rate()?;
        let exact = fen.checked_mul(rate.percent()).and_then(|it| it.checked_div(Decimal::ONE_HUNDRED));
        let exact = exact.ok_or(NoBill::TooLarge)?.normalize();
        self.finish(project.base, None, exact, (found.premium, source))
    }
}

/// A payroll that nobody has paid, and what it was reckoned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reckoned {
    /// How.
    pub formula: Formula,
    /// Tonnes, square metres, or fen of turnover.
    pub quantity: i64,
    /// Assumed heads and months of the term, on floor area.
    pub heads: Option<(i64, i32)>,
    /// The payroll of the term in fen, exact.
    pub payroll: Decimal,
}

fn reckon(formula: Formula, project: &Project) -> Result<Reckoned, NoBill> {
    // A history whose project lacks what its base asks for does not exist.
    let (quantity, heads, payroll) = match formula {
        Formula::Output { wage_per_tonne } => {
            let tonnes = project.tonnes.unwrap_or_default();
            let payroll = Decimal::from(tonnes).checked_mul(Decimal::from(wage_per_tonne.fen()));
            (tonnes, None, payroll)
        }
        Formula::FloorArea { square_metres_per_head, heads, monthly_wage, wage_share } => {
            let metres = project.square_metres.unwrap_or_default();
            let months = MonthSpan::of(&project.term).ok_or(NoBill::TermNotMonths)?.months();
            let heads = whole_heads(metres, square_metres_per_head, heads).ok_or(NoBill::TooLarge)?;
            let wage = Decimal::from(monthly_wage.fen()).checked_mul(wage_share.percent());
            let wage = wage.and_then(|it| it.checked_div(Decimal::ONE_HUNDRED));
            let all = wage.and_then(|it| it.checked_mul(Decimal::from(heads)));
            (metres, Some((heads, months)), all.and_then(|it| it.checked_mul(Decimal::from(months))))
        }
        Formula::Turnover { share } => {
            let fen = project.turnover.unwrap_or_default().fen();
            let payroll = Decimal::from(fen).checked_mul(share.percent());
            (fen, None, payroll.and_then(|it| it.checked_div(Decimal::ONE_HUNDRED)))
        }
    };
    let payroll = payroll.ok_or(NoBill::TooLarge)?.normalize();
    Ok(Reckoned { formula, quantity, heads, payroll })
}

/// Square metres over those of a head, a part of a head rounded as the area says.
fn whole_heads(metres: i64, per_head: i64, mode: RoundMode) -> Option<i64> {
    let (whole, rest) = (metres.checked_div(per_head)?, metres.checked_rem(per_head)?);
    let up = match mode {
        RoundMode::HalfUp => rest >= per_head - rest,
        RoundMode::Down => false,
        RoundMode::Up => rest > 0,
    };
    whole.checked_add(i64::from(up))
}
