//! The years of an account: what was paid in and out, how many worked, how many were hurt.

use std::collections::BTreeMap;

use super::{Tables, cell};

/// A year of an account, as its rows tell it; a method measures in its own way, which the steps of a decision show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::console) struct Year {
    pub(in crate::console) number: i32,
    /// The most heads of a row.
    pub(in crate::console) heads: i64,
    pub(in crate::console) payroll_fen: i128,
    pub(in crate::console) due_fen: i128,
    /// Paid by the fund in the year.
    pub(in crate::console) benefits_fen: i128,
    /// Injuries recognised in the year, and not revoked since.
    pub(in crate::console) injuries: u64,
    pub(in crate::console) deaths: u64,
}

impl Year {
    /// Benefits to premium in hundredths of a percent, rounded; nothing where no premium was due.
    pub(in crate::console) const fn ratio(&self) -> Option<i128> {
        if self.due_fen > 0 && self.benefits_fen >= 0 {
            Some((self.benefits_fen * 20_000 + self.due_fen) / (2 * self.due_fen))
        } else {
            None
        }
    }

    /// The same as a percentage.
    pub(in crate::console) fn ratio_text(&self) -> String {
        self.ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{}.{:02}%", ratio / 100, ratio % 100))
    }
}

/// The years that rows are about, in order and without a gap.
pub(super) fn of(tables: &Tables) -> Vec<Year> {
    let mut years: BTreeMap<i32, Year> = BTreeMap::new();
    let mut in_year = |day: &str, add: &mut dyn FnMut(&mut Year)| {
        if let Some(year) = day.get(..4).and_then(|year| year.parse().ok()) {
            add(years.entry(year).or_insert_with(|| Year { number: year, ..Year::default() }));
        }
    };
    let rows = |table: &str| tables.get(table).map_or(&[][..], Vec::as_slice);
    let fen = |text: &str| text.parse::<i128>().unwrap_or_default();
    for row in rows("premiums") {
        in_year(cell(row, "from"), &mut |year| {
            year.heads = year.heads.max(cell(row, "heads").parse().unwrap_or_default());
            year.payroll_fen += fen(cell(row, "payroll_fen"));
            year.due_fen += fen(cell(row, "due_fen"));
        });
    }
    for row in rows("payments").iter().filter(|row| cell(row, "payer") == "fund") {
        in_year(cell(row, "paid_on"), &mut |year| year.benefits_fen += fen(cell(row, "amount_fen")));
    }
    for row in rows("claims").iter().filter(|row| cell(row, "status") == "recognised") {
        in_year(cell(row, "recognised"), &mut |year| {
            year.injuries += 1;
            year.deaths += u64::from(!cell(row, "death").is_empty());
        });
    }
    if let (Some(first), Some(last)) = (years.keys().next().copied(), years.keys().last().copied()) {
        for year in first..=last {
            years.entry(year).or_insert_with(|| Year { number: year, ..Year::default() });
        }
    }
    years.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(&str, &str)]) -> BTreeMap<String, String> {
        cells.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// Premium of 2021 is 3,000 and benefits of 2021 are 1,000: 33.33 %. 2022 has no row; 2023 has an injury and no
    /// premium, and so no ratio. What another payer paid does not count, nor does what was revoked.
    #[test]
    fn years_are_sums_without_gaps() {
        let premiums = vec![
            row(&[("from", "2021-01"), ("heads", "9"), ("payroll_fen", "100"), ("due_fen", "1000")]),
            row(&[("from", "2021-07"), ("heads", "7"), ("payroll_fen", "200"), ("due_fen", "2000")]),
        ];
        let payments = vec![
            row(&[("payer", "fund"), ("paid_on", "2021-03-02"), ("amount_fen", "1200")]),
            row(&[("payer", "fund"), ("paid_on", "2021-12-31"), ("amount_fen", "-200")]),
            row(&[("payer", "employer"), ("paid_on", "2021-12-31"), ("amount_fen", "999")]),
        ];
        let claims = vec![
            row(&[("status", "recognised"), ("recognised", "2023-02-01")]),
            row(&[("status", "revoked"), ("recognised", "2024-02-01")]),
        ];
        let tables = [("premiums", premiums), ("payments", payments), ("claims", claims)];
        let years = of(&tables.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect());
        let told: Vec<_> = years.iter().map(|it| (it.number, it.heads, it.injuries, it.ratio_text())).collect();
        let none = || "–".to_owned();
        assert_eq!(told, [(2021, 9, 0, "33.33%".to_owned()), (2022, 0, 0, none()), (2023, 0, 1, none())]);
    }
}
