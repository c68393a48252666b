//! Who may move a run from which state to which: every state, every act, every one who acts.

use std::collections::BTreeMap;

use rate_service::annual::{Act, NotMoved, State, Who, next};

/// The whole table as the rules of the office say it: from, act, to, who may. W is a worker, A the author, O another
/// person. Four eyes: nobody reviews, approves, publishes or returns a run of
/// their own.
const MOVES: &str = "\
    queued     start    running    W
    running    block    blocked    W
    running    finish   trial      W
    running    fail     failed     W
    blocked    accept   running    AO
    failed     resume   running    AO
    trial      review   reviewed   O
    reviewed   approve  approved   O
    approved   publish  publishing O
    publishing record   published  W
    publishing withhold approved   W
    blocked    return   returned   O
    trial      return   returned   O
    reviewed   return   returned   O
    approved   return   returned   O
    returned   rerun    queued     A
    queued     cancel   cancelled  AO
    running    cancel   cancelled  AO
    blocked    cancel   cancelled  AO
    trial      cancel   cancelled  AO
    reviewed   cancel   cancelled  AO
    approved   cancel   cancelled  AO
    returned   cancel   cancelled  AO
    failed     cancel   cancelled  AO";

#[test]
fn every_move_is_one_of_the_table() {
    let table: BTreeMap<(&str, &str), (&str, &str)> = MOVES
        .lines()
        .map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
            [from, act, to, who] => ((from, act), (to, who)),
            _ => panic!("{line}"),
        })
        .collect();
    assert_eq!(table.len(), 24);
    let (mut moved, mut looked) = (0, 0);
    for state in State::ALL {
        for act in Act::ALL {
            for (who, letter) in [(Who::Worker, 'W'), (Who::Author, 'A'), (Who::Other, 'O')] {
                let found = next(state, act, who);
                let expected = match table.get(&(state.as_str(), act.as_str())) {
                    None => Err(NotMoved::State),
                    Some((to, may)) if may.contains(letter) => Ok(State::from_word(to).unwrap()),
                    Some(_) => Err(NotMoved::Person),
                };
                assert_eq!(found, expected, "{state} {act} {who:?}");
                moved += usize::from(found.is_ok());
                looked += 1;
            }
        }
    }
    // 11 states, 14 acts, 3 who act; 6 moves of a worker, 7 of another person, 1 of the author, 10 of either.
    assert_eq!((looked, moved), (11 * 14 * 3, 6 + 7 + 1 + 2 * 10));
}

#[test]
fn what_is_published_or_cancelled_stays_so() {
    for state in [State::Published, State::Cancelled] {
        for act in Act::ALL {
            for who in [Who::Worker, Who::Author, Who::Other] {
                assert_eq!(next(state, act, who), Err(NotMoved::State));
            }
        }
    }
}
