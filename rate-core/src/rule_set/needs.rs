//! What a method asks of the facts before it measures them.

use super::measure::{PaymentDay, PremiumBasis, PremiumDay};
use super::{Denominator, Measure, Numerator};

/// What the measures of a law need of premium rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    /// The day of payments that decides and that not every payment has.
    pub(crate) payment_day: Option<PaymentDay>,
    /// Every covered month has a row.
    pub(crate) rows: bool,
    /// Rows have a base rate.
    pub(crate) base_rate: bool,
    /// Rows have the day they were received.
    pub(crate) received_on: bool,
}

impl Needs {
    pub(super) fn of(measures: &[Measure]) -> Self {
        let mut needs = Self { payment_day: None, rows: false, base_rate: false, received_on: false };
        for measure in measures {
            match measure.denominator {
                Denominator::Premium { basis, by, .. } => {
                    needs.rows = true;
                    needs.base_rate |= basis == PremiumBasis::AtBaseRate;
                    needs.received_on |= by == PremiumDay::Received;
                }
                Denominator::Headcount(_) => needs.rows = true,
                Denominator::One | Denominator::WindowBefore => {}
            }
            match measure.numerator {
                Numerator::Premium { by, .. } => {
                    needs.rows = true;
                    needs.received_on |= by == PremiumDay::Received;
                }
                Numerator::Benefits { by: by @ (PaymentDay::Determined | PaymentDay::Accounted), .. } => {
                    needs.payment_day = Some(by);
                }
                Numerator::Benefits { by: PaymentDay::Paid, .. } | Numerator::Claims { .. } => {}
            }
        }
        needs
    }
}
