//! The industries of GB/T 4754-2017 with their risk classes.

use rate_core::{ClassSystem, Industry, IndustryEdition, RiskClass};

/// 人社部发〔2015〕71号, annex, carried over to the 2017 edition; see the file for the standing of each row.
const TABLE: &str = include_str!("../../../../fixtures/parameters/cn/industry-risk-classes.csv");

/// Every industry of the 2017 edition that has a class. Rows whose class is a matter of judgement and left open stand
/// in the file without one.
pub(super) fn classed() -> Vec<(RiskClass, Industry)> {
    TABLE.lines().skip(1).filter_map(classed_row).collect()
}

fn classed_row(line: &str) -> Option<(RiskClass, Industry)> {
    // The first four columns are never quoted.
    let mut cells = line.split(',');
    let (edition, code, _name, class) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let class = RiskClass::new(ClassSystem::Eight, class.parse().ok()?)?;
    let industry = Industry::new(IndustryEdition::Gbt2017, code)?;
    (edition == IndustryEdition::Gbt2017.as_str()).then_some((class, industry))
}

#[cfg(test)]
mod tests {
    use super::classed;

    #[test]
    fn every_class_has_an_industry_and_open_rows_are_left_out() {
        let classed = classed();
        assert_eq!(classed.len(), 102);
        for class in 1..=8 {
            assert!(classed.iter().any(|(of, _)| of.number() == class), "{class}");
        }
        assert!(!classed.iter().any(|(_, industry)| industry.code() == "79"));
    }
}
