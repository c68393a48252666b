//! Bühlmann–Straub: how much of what groups show is their own, and how much is chance.

use super::real::count;

/// One year of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// How much was at risk.
    pub weight: f64,
    /// What was observed for each unit of it: benefits, or persons injured.
    pub ratio: f64,
}

/// Why there is no estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoStructure {
    /// Fewer than two groups have anything at risk.
    OneGroup,
    /// No group has two years, so that nothing shows how much chance there is.
    NoRepeats,
}

impl NoStructure {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneGroup => "fewer-than-two-groups",
            Self::NoRepeats => "no-group-with-two-years",
        }
    }
}

/// The structural parameters of a collective, by their unbiased estimators (Bühlmann and Straub 1970).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Structure {
    /// The collective mean: of the groups by their credibilities; by their weights where no difference was found.
    pub mean: f64,
    /// The variance within a group, of one unit of weight (s²).
    pub within: f64,
    /// The variance between groups (a). The estimate may fall below zero, which says that chance alone explains what the
    /// groups show.
    pub between: f64,
    /// Groups with anything at risk.
    pub groups: usize,
    /// Years of all groups.
    pub observations: usize,
}

/// What a group shows over all its years.
#[derive(Clone, Copy)]
struct Own {
    weight: f64,
    mean: f64,
    years: usize,
    /// Σ w (X − mean)².
    squares: f64,
}

impl Own {
    fn of(years: &[Observation]) -> Option<Self> {
        let seen = || years.iter().filter(|it| it.weight > 0.0 && it.weight.is_finite() && it.ratio.is_finite());
        let weight: f64 = seen().map(|it| it.weight).sum();
        let mean = seen().map(|it| it.weight * it.ratio).sum::<f64>() / weight;
        let squares = seen().map(|it| it.weight * (it.ratio - mean) * (it.ratio - mean)).sum();
        (weight > 0.0).then(|| Self { weight, mean, years: seen().count(), squares })
    }
}

impl Structure {
    /// Estimates the parameters from the years of groups. Years without weight are passed over.
    ///
    /// # Errors
    /// [`NoStructure`] where there is nothing to estimate them from.
    pub fn of(groups: &[Vec<Observation>]) -> Result<Self, NoStructure> {
        let groups: Vec<Own> = groups.iter().filter_map(|years| Own::of(years)).collect();
        let total: f64 = groups.iter().map(|it| it.weight).sum();
        // Σ wᵢ − Σ wᵢ² / w: zero where one group is all there is, or so large that the others vanish beside it.
        let spread: f64 = groups.iter().map(|it| it.weight * ((total - it.weight) / total)).sum();
        if groups.len() < 2 || spread <= 0.0 {
            return Err(NoStructure::OneGroup);
        }
        let repeats: usize = groups.iter().map(|it| it.years - 1).sum();
        if repeats == 0 {
            return Err(NoStructure::NoRepeats);
        }
        let within = groups.iter().map(|it| it.squares).sum::<f64>() / count(repeats);
        let weighted = groups.iter().map(|it| it.weight * it.mean).sum::<f64>() / total;
        let apart: f64 = groups.iter().map(|it| it.weight * (it.mean - weighted) * (it.mean - weighted)).sum();
        let between = (apart - count(groups.len() - 1) * within) / spread;
        let observations = groups.iter().map(|it| it.years).sum();
        let mut found = Self { mean: weighted, within, between, groups: groups.len(), observations };
        let credible: f64 = groups.iter().map(|it| found.credibility(it.weight)).sum();
        if credible > 0.0 {
            found.mean = groups.iter().map(|it| found.credibility(it.weight) * it.mean).sum::<f64>() / credible;
        }
        Ok(found)
    }

    /// Whether a difference between the risks of the groups was found.
    pub fn differs(&self) -> bool {
        self.between > 0.0
    }

    /// How much of a group's own experience is to be believed: `w / (w + s² / a)`; zero where no difference was found.
    pub fn credibility(&self, weight: f64) -> f64 {
        if !self.differs() || weight <= 0.0 {
            return 0.0;
        }
        weight / (weight + self.within / self.between)
    }

    /// What to expect of a group with a mean of its own.
    pub fn expected(&self, weight: f64, mean: f64) -> f64 {
        let own = self.credibility(weight);
        own * mean + (1.0 - own) * self.mean
    }

    /// The weight at which the credibility reaches a level between zero and one: `z / (1 − z) · s² / a`. `None` where no
    /// weight reaches it, since no difference was found, or where the level is none.
    pub fn weight_at(&self, level: f64) -> Option<f64> {
        let reached = self.differs() && level > 0.0 && level < 1.0;
        reached.then(|| level / (1.0 - level) * self.within / self.between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: f64, two: f64, by: f64) {
        assert!((one - two).abs() <= by, "{one} is not {two} within {by}");
    }

    fn groups(ratios: &[&[f64]], weights: &[&[f64]]) -> Vec<Vec<Observation>> {
        let group = |(ratios, weights): (&&[f64], &&[f64])| {
            ratios.iter().zip(*weights).map(|(ratio, weight)| Observation { weight: *weight, ratio: *ratio }).collect()
        };
        ratios.iter().zip(weights).map(group).collect()
    }

    /// Hachemeister (1975), claim averages and claim numbers of five states over twelve quarters, as printed in the vignette
    /// "Credibility theory features of actuar" (R package actuar 3.3-2), section 2.
    const RATIOS: [&[f64]; 5] = [
        &[1738., 1642., 1794., 2051., 2079., 2234., 2032., 2035., 2115., 2262., 2267., 2517.],
        &[1364., 1408., 1597., 1444., 1342., 1675., 1470., 1448., 1464., 1831., 1612., 1471.],
        &[1759., 1685., 1479., 1763., 1674., 2103., 1502., 1622., 1828., 2155., 2233., 2059.],
        &[1223., 1146., 1010., 1257., 1426., 1532., 1953., 1123., 1343., 1243., 1762., 1306.],
        &[1456., 1499., 1609., 1741., 1482., 1572., 1606., 1735., 1607., 1573., 1613., 1690.],
    ];
    const WEIGHTS: [&[f64]; 5] = [
        &[7861., 9251., 8706., 8575., 7917., 8263., 9456., 8003., 7365., 7832., 7849., 9077.],
        &[1622., 1742., 1523., 1515., 1622., 1602., 1964., 1515., 1527., 1748., 1654., 1861.],
        &[1147., 1357., 1329., 1204., 998., 1077., 1277., 1218., 896., 1003., 1108., 1121.],
        &[407., 396., 348., 341., 315., 328., 352., 331., 287., 384., 321., 342.],
        &[2902., 3172., 3046., 3068., 2693., 2910., 3275., 2697., 2663., 3017., 3242., 3425.],
    ];

    /// Section 4 of the vignette prints for these data: collective premium 1684, between state variance 89639, within state
    /// variance 139120026; and without weights 1671, 72310, 46040.
    #[test]
    fn the_states_of_hachemeister_come_out_as_published() {
        let found = Structure::of(&groups(&RATIOS, &WEIGHTS)).unwrap();
        near(found.mean, 1684.0, 0.5);
        near(found.between, 89_639.0, 0.5);
        near(found.within, 139_120_026.0, 0.5);
        assert_eq!((found.groups, found.observations), (5, 60));
        let plain = Structure::of(&groups(&RATIOS, &[[1.0; 12].as_slice(); 5])).unwrap();
        near(plain.mean, 1671.0, 0.5);
        near(plain.between, 72_310.0, 0.5);
        near(plain.within, 46_040.0, 0.5);
    }

    /// Two groups, two years, all weights 2. X = (1, 3) and (6, 10): means 2 and 8, together 5.
    /// s² = [2·1 + 2·1 + 2·4 + 2·4] / (1 + 1) = 20 / 2 = 10.
    /// Σ wᵢ (Xᵢ − X)² = 4·9 + 4·9 = 72; Σ wᵢ − Σ wᵢ² / w = 8 − 32 / 8 = 4; a = (72 − 1·10) / 4 = 15.5.
    /// Z = 4 / (4 + 10 / 15.5) = 62 / 72 = 31 / 36; both alike, so the mean is 5. What to expect of the second group:
    /// 31/36 · 8 + 5/36 · 5 = 273 / 36. Z = ½ at w = 10 / 15.5 = 20 / 31.
    #[test]
    fn two_groups_by_hand() {
        let found = Structure::of(&groups(&[&[1., 3.], &[6., 10.]], &[&[2., 2.], &[2., 2.]])).unwrap();
        near(found.within, 10.0, 1e-12);
        near(found.between, 15.5, 1e-12);
        near(found.mean, 5.0, 1e-12);
        near(found.credibility(4.0), 31.0 / 36.0, 1e-12);
        near(found.expected(4.0, 8.0), 273.0 / 36.0, 1e-12);
        near(found.weight_at(0.5).unwrap(), 20.0 / 31.0, 1e-12);
        // 0.8 / 0.2 = 4 times as much.
        near(found.weight_at(0.8).unwrap(), 80.0 / 31.0, 1e-12);
    }

    /// X = (1, 9) and (2, 10), weights 1: means 5 and 6, together 5.5. s² = (16 + 16 + 16 + 16) / 2 = 32;
    /// Σ wᵢ (Xᵢ − X)² = 2·¼ + 2·¼ = 1; a = (1 − 32) / (4 − 8/4) = −15.5: chance explains more than there is.
    #[test]
    fn what_chance_explains_is_no_difference() {
        let found = Structure::of(&groups(&[&[1., 9.], &[2., 10.]], &[&[1., 1.], &[1., 1.]])).unwrap();
        near(found.between, -15.5, 1e-12);
        near(found.mean, 5.5, 1e-12);
        assert!(!found.differs());
        assert_eq!((found.credibility(1e9).to_bits(), found.weight_at(0.5)), (0.0_f64.to_bits(), None));
    }

    #[test]
    fn what_cannot_be_estimated_is_said() {
        let none: &[f64] = &[];
        assert_eq!(Structure::of(&[]), Err(NoStructure::OneGroup));
        assert_eq!(Structure::of(&groups(&[&[1., 2.], none], &[&[1., 1.], none])), Err(NoStructure::OneGroup));
        assert_eq!(
            Structure::of(&groups(&[&[1., 2.], &[3., 4.]], &[&[1., 1.], &[0., 0.]])),
            Err(NoStructure::OneGroup)
        );
        assert_eq!(Structure::of(&groups(&[&[1.], &[3.]], &[&[1.], &[1.]])), Err(NoStructure::NoRepeats));
        let found = Structure::of(&groups(&[&[1., 2.], &[3., 5.]], &[&[1., 1.], &[1., 1.]])).unwrap();
        assert_eq!([0.0, 1.0, 1.5, f64::NAN].map(|level| found.weight_at(level)), [None; 4]);
    }
}
