//! Chains small enough to be worked by hand.

use super::*;

fn matrix(rows: &[&[f64]]) -> TransitionMatrix {
    TransitionMatrix::new(rows.iter().map(|row| row.to_vec()).collect()).unwrap()
}

fn near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (one, two) in found.iter().zip(expected) {
        assert!((one - two).abs() < 1e-12, "{found:?} is not {expected:?}");
    }
}

fn times(found: &[Option<f64>], expected: &[Option<f64>]) {
    assert_eq!(found.len(), expected.len());
    for (one, two) in found.iter().zip(expected) {
        let same = match (one, two) {
            (Some(one), Some(two)) => (one - two).abs() < 1e-9,
            (one, two) => one == two,
        };
        assert!(same, "{found:?} is not {expected:?}");
    }
}

/// Two states, up with p and down with q: π = (q, p) / (p + q), eigenvalues 1 and 1 − p − q, and the way down takes 1 / q.
#[test]
fn two_states_have_a_closed_form() {
    for (p, q) in [(0.1, 0.3), (0.5, 0.5), (0.9, 0.8), (0.02, 1.0)] {
        let chain = matrix(&[&[1.0 - p, p], &[q, 1.0 - q]]);
        let long_run = chain.long_run(0);
        near(&long_run.shares, &[q / (p + q), p / (p + q)]);
        assert_eq!((long_run.recurrent_classes, long_run.irreducible, long_run.period), (1, true, 1));
        near(&[chain.second_modulus().unwrap()], &[f64::abs(1.0 - p - q)]);
        times(&chain.hitting(&[true, false]), &[Some(0.0), Some(1.0 / q)]);
    }
}

/// A ladder of three: a year without a claim leads one down, one with a claim to the top; a claim comes with 1/4.
///
/// π₁ = ¾ (π₁ + π₂), π₂ = ¾ π₃, π₃ = ¼: so π₃ = 1/4, π₂ = 3/16, and π₁ = 9/16.
/// At 50 %, 100 %, 150 % the mean is 28.125 + 18.75 + 37.5 = 84.375 %.
/// To the lowest: h₂ = 1 + ¼ h₃ and h₃ = 1 + ¾ h₂ + ¼ h₃, so ¾ h₃ = 1 + ¾ + 3/16 h₃, 9/16 h₃ = 7/4, h₃ = 28/9,
/// h₂ = 16/9.
/// Eigenvalues: two years without a claim forget where one began only by the last claim; det(P − λI) with rows
/// (¾−λ, 0, ¼), (¾, −λ, ¼), (0, ¾, ¼−λ): trace 1 = 1 + 0 + 0, so the other two sum to nothing, and the determinant
/// of P is ¾ (0·¼ − ¼·¾) + ¼ (¾·¾) = −9/64 + 9/64 = 0: all the others are zero.
#[test]
fn a_ladder_of_three_by_hand() {
    let chain = matrix(&[&[0.75, 0.0, 0.25], &[0.75, 0.0, 0.25], &[0.0, 0.75, 0.25]]);
    let long_run = chain.long_run(1);
    near(&long_run.shares, &[9.0 / 16.0, 3.0 / 16.0, 0.25]);
    near(&[mean(&long_run.shares, &[50.0, 100.0, 150.0])], &[84.375]);
    times(&chain.hitting(&[true, false, false]), &[Some(0.0), Some(16.0 / 9.0), Some(28.0 / 9.0)]);
    // A double zero is found to about the root of what a number resolves.
    assert!(chain.second_modulus().unwrap() < 1e-6);
}

/// From the middle, down with 0.6 for good and up with 0.4 for good: where one ends depends on where one begins.
#[test]
fn two_ends_that_are_never_left() {
    let chain = matrix(&[&[1.0, 0.0, 0.0], &[0.6, 0.0, 0.4], &[0.0, 0.0, 1.0]]);
    let from_middle = chain.long_run(1);
    near(&from_middle.shares, &[0.6, 0.0, 0.4]);
    assert_eq!((from_middle.recurrent_classes, from_middle.irreducible), (2, false));
    near(&chain.long_run(2).shares, &[0.0, 0.0, 1.0]);
    // The lowest may never be reached from the middle, and is not from the top.
    times(&chain.hitting(&[true, false, false]), &[Some(0.0), None, None]);
    times(&chain.hitting(&[true, false, true]), &[Some(0.0), Some(1.0), Some(0.0)]);
    assert_eq!(chain.second_modulus(), Some(1.0));
}

/// A state that is left for good does not count, and does not make the long run depend on the beginning.
#[test]
fn a_state_left_for_good_has_no_share() {
    let chain = matrix(&[&[0.5, 0.5, 0.0], &[0.25, 0.75, 0.0], &[0.2, 0.3, 0.5]]);
    for from in 0..3 {
        let long_run = chain.long_run(from);
        near(&long_run.shares, &[1.0 / 3.0, 2.0 / 3.0, 0.0]);
        assert_eq!((long_run.recurrent_classes, long_run.irreducible), (1, false));
    }
}

#[test]
fn a_round_trip_of_three_has_period_three() {
    let chain = matrix(&[&[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0], &[1.0, 0.0, 0.0]]);
    let long_run = chain.long_run(0);
    near(&long_run.shares, &[1.0 / 3.0; 3]);
    assert_eq!(long_run.period, 3);
    near(&[chain.second_modulus().unwrap()], &[1.0]);
    let single = matrix(&[&[1.0]]);
    assert_eq!((single.long_run(7).shares, single.second_modulus()), (vec![1.0], None));
}

#[test]
fn what_is_no_matrix_is_refused_row_by_row() {
    let refused = |rows: Vec<Vec<f64>>| TransitionMatrix::new(rows).unwrap_err().into_vec();
    let problems = refused(vec![vec![0.5, 0.4], vec![1.0], vec![f64::NAN, 0.5, 0.5]]);
    assert_eq!(problems.len(), 3);
    assert!(problems.iter().all(|it| it.code == Code::ScenarioAssumption));
    assert_eq!(refused(Vec::new()).len(), 1);
    assert_eq!(refused(vec![vec![-0.1, 1.1], vec![0.0, 1.0]]).len(), 1);
}
