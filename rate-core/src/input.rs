//! Shapes from outside: rule-set files, parameter files, mapping files and the rows of a book. Everything is checked here, all
//! problems at once; inside, nothing is in doubt.

mod amended;
pub mod book;
pub mod case_file;
mod change;
mod mapping_file;
mod parameters_file;
mod prevention_file;
mod reader;
mod rule_set_file;
mod study_file;
mod tree;

pub use amended::Amendment;
pub use case_file::{CaseFile, Cases};
pub use change::Change;
pub use mapping_file::{MAPPING, MappingFile};
pub use parameters_file::{ParametersFile, band_of};
pub use prevention_file::PreventionFile;
pub use rule_set_file::{Examined, RuleSetFile, examine_all};
pub use study_file::{
    STUDY, Study, StudyCalibration, StudyCandidate, StudyChain, StudyFile, StudyMethod, StudyPrevention,
    StudyProjection, StudySetting, StudySweep, StudyTarget,
};
pub use tree::keys_twice;

#[cfg(test)]
mod tests {
    use super::{ParametersFile, PreventionFile, RuleSetFile};

    const FRAME: &str = include_str!("../../fixtures/rule_sets/cn/2015-71.toml");
    const METHODS: [&str; 3] = [
        include_str!("../../fixtures/rule_sets/320000/2023.toml"),
        include_str!("../../fixtures/rule_sets/310000/2016.toml"),
        include_str!("../../fixtures/rule_sets/illustrative/three-year.toml"),
    ];
    const PARAMETERS: &str = include_str!("../../fixtures/parameters/990100/demonstration.toml");

    const PLANS: &str = include_str!("../../fixtures/prevention_plans/cn.toml");

    /// A small generator with a fixed start, so that a failure comes back.
    struct Draw(u64);

    impl Draw {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % limit
        }
    }

    /// The text with a few pieces cut, doubled, swapped for others of the same file, or overwritten.
    fn damaged(text: &str, draw: &mut Draw) -> String {
        let tokens: Vec<&str> = text.split_inclusive([' ', '\n', ',', '"', '=']).collect();
        let mut pieces: Vec<&str> = tokens.clone();
        for _ in 0..=draw.below(4) {
            let at = draw.below(pieces.len());
            match draw.below(5) {
                0 => drop(pieces.remove(at)),
                1 => pieces.insert(at, tokens[draw.below(tokens.len())]),
                2 => pieces[at] = tokens[draw.below(tokens.len())],
                3 => pieces[at] = "\"?\"",
                _ => {
                    let slips = ["-1", "99999999999999999999", "\"(1%, 0%]\"", "[[", "0", "\"\"", "1e3", "\u{FEFF}"];
                    pieces[at] = slips[draw.below(slips.len())];
                }
            }
        }
        pieces.concat()
    }

    #[test]
    fn no_damage_to_a_file_of_law_can_panic() {
        let (frame, mut draw) = (RuleSetFile::parse(FRAME).unwrap(), Draw(7));
        let (mut read, mut refused) = (0, 0);
        for turn in 0..3_000 {
            let text = damaged(METHODS[turn % METHODS.len()], &mut draw);
            match RuleSetFile::parse(&text).and_then(|file| file.extending(&frame).examine()) {
                Ok(_) => read += 1,
                Err(problems) => {
                    assert!(problems.iter().next().is_some(), "a refusal says why");
                    refused += 1;
                }
            }
            let _ = ParametersFile::parse(&damaged(PARAMETERS, &mut draw)).and_then(ParametersFile::check);
            let _ = PreventionFile::parse(&damaged(PLANS, &mut draw)).and_then(PreventionFile::check);
        }
        assert!(read > 50 && refused > 500, "{read} read, {refused} refused");
    }
}
