//! Size bands: employers by heads, as a study groups them.

use crate::error::{Code, Lang, Place, Problem, Problems};

/// Bands of heads, each with its largest number; the last is open.
///
/// ```
/// use rate_core::error::Lang;
/// use rate_core::scenario::SizeBands;
/// let bands = SizeBands::new(&[9, 49])?;
/// assert_eq!((bands.of(9), bands.of(10), bands.of(5_000)), (0, 1, 2));
/// assert_eq!([0, 1, 2].map(|band| bands.label(band, Lang::En)), ["up to 9", "10–49", "50 or more"]);
/// # Ok::<(), rate_core::Problems>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeBands {
    /// Largest number of heads of every band but the last.
    upper: Vec<i64>,
}

/// Bands that one study may have: a table of more is read by nobody.
const MOST: usize = 50;

impl SizeBands {
    /// Bands with these upper bounds, in rising order, and one above them; without bounds, one band for everybody.
    ///
    /// # Errors
    /// `scenario.bands` for each bound that is below one, or not above the one before it, and for too many.
    pub fn new(upper: &[i64]) -> Result<Self, Problems> {
        let before = [0].into_iter().chain(upper.iter().copied());
        let falls = before.zip(upper).enumerate().filter(|(_, (before, bound))| *bound <= before);
        let mut problems: Vec<Problem> = falls
            .map(|(place, (before, bound))| {
                let values = [bound.to_string(), format!("> {before}")];
                Problem::new(Code::ScenarioBands, Place::field(format!("bands.{}", place + 1)), values)
            })
            .collect();
        if upper.len() >= MOST {
            let values = [upper.len().to_string(), format!("< {MOST}")];
            problems.push(Problem::new(Code::ScenarioBands, Place::field("bands"), values));
        }
        Problems::none_of(problems)?;
        Ok(Self { upper: upper.to_vec() })
    }

    /// The place of the band of an employer with so many heads.
    pub fn of(&self, heads: i64) -> usize {
        self.upper.partition_point(|bound| *bound < heads)
    }

    /// How many bands there are, at least one.
    #[expect(clippy::len_without_is_empty, reason = "there is always a band")]
    pub fn len(&self) -> usize {
        self.upper.len() + 1
    }

    /// The smallest and the largest number of heads of a band; `None` where it is open.
    pub fn bounds(&self, place: usize) -> (i64, Option<i64>) {
        // Bounds rise and were read from 64 bits, so only the last may not have a next.
        let from = place.checked_sub(1).and_then(|before| self.upper.get(before)).map_or(0, |it| it.saturating_add(1));
        (from, self.upper.get(place).copied())
    }

    /// A band in words.
    pub fn label(&self, place: usize, lang: Lang) -> String {
        match (self.bounds(place), lang) {
            ((0, None), _) => lang.pick("全部", "all").to_owned(),
            ((0, Some(to)), Lang::Zh) => format!("{to}人及以下"),
            ((0, Some(to)), Lang::En) => format!("up to {to}"),
            ((from, Some(to)), Lang::Zh) => format!("{from}–{to}人"),
            ((from, Some(to)), Lang::En) => format!("{from}–{to}"),
            ((from, None), Lang::Zh) => format!("{from}人及以上"),
            ((from, None), Lang::En) => format!("{from} or more"),
        }
    }
}

impl Default for SizeBands {
    /// Up to 9, 10 to 49, 50 to 299, 300 to 999, and 1,000 or more.
    fn default() -> Self {
        Self { upper: vec![9, 49, 299, 999] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_heads_has_one_band() {
        let bands = SizeBands::default();
        let of = |heads| bands.of(heads);
        assert_eq!(
            [i64::MIN, 0, 9, 10, 49, 50, 299, 300, 999, 1_000, i64::MAX].map(of),
            [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
        );
        assert_eq!(bands.len(), 5);
        assert_eq!((bands.bounds(0), bands.bounds(2), bands.bounds(4)), ((0, Some(9)), (50, Some(299)), (1_000, None)));
        assert_eq!(bands.label(4, Lang::Zh), "1000人及以上");
        assert_eq!(bands.label(0, Lang::Zh), "9人及以下");
        assert_eq!(bands.label(1, Lang::Zh), "10–49人");
        let one = SizeBands::new(&[]).unwrap();
        assert_eq!((one.len(), one.of(77), one.label(0, Lang::Zh)), (1, 0, "全部".to_owned()));
    }

    #[test]
    fn bounds_that_do_not_rise_are_all_named() {
        let problems = SizeBands::new(&[0, 9, 9, 20, 3]).unwrap_err();
        let places: Vec<_> = problems.iter().map(|it| (it.code, it.place.field.as_str())).collect();
        let code = Code::ScenarioBands;
        assert_eq!(places, [(code, "bands.1"), (code, "bands.3"), (code, "bands.5")]);
        assert!(SizeBands::new(&(1..=49).collect::<Vec<_>>()).is_ok());
        assert!(SizeBands::new(&(1..=50).collect::<Vec<_>>()).is_err());
    }
}
