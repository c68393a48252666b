//! The search for what explains a difference: every single mistake, then every two at once.

use std::borrow::Cow;

use super::{Auditor, Candidate, Case, Difference, Lack, Made, Mistake, Piece, Way, gives, vary};
use crate::decide;
use crate::decision::{NoSteps, Outcome, Reason, Schedule, Step, Steps};
use crate::error::Problems;
use crate::history::History;
use crate::rule_set::Law;

/// Places of ways made together.
type Places = Vec<usize>;

/// Ways that give the charged rates, with how many columns of the charged rows say otherwise.
struct Hit {
    places: Places,
    contradicted: usize,
}

impl Auditor {
    pub(super) fn differences(&self, case: &Case<'_>, ours: &[Step]) -> Vec<Difference> {
        let differing: Places = (0..case.pieces.len()).filter(|place| case.pieces[*place].differs()).collect();
        let mut tried = Tried::of(self, case, ours);
        let whole = tried.difference(differing.clone());
        if !whole.candidates.is_empty() || differing.len() == 1 {
            return vec![whole];
        }
        // Nothing explains all of it: perhaps something else went wrong on other days.
        differing.into_iter().map(|place| tried.difference(vec![place])).collect()
    }

    fn law_of(&self, places: &[usize]) -> &Law {
        let changing: Places =
            places.iter().copied().filter(|place| vary::changes_law(self.ways[*place], &self.law)).collect();
        let change =
            || self.law.varied(|parts| changing.iter().for_each(|place| vary::change_law(self.ways[*place], parts)));
        match changing.as_slice() {
            [] => &self.law,
            [one] => self.single[*one].get_or_init(change),
            [one, two, ..] => self.double[one * self.ways.len() + two].get_or_init(change),
        }
    }

    /// Decides again as the ways have it.
    fn decide<S: Steps>(
        &self,
        case: &Case<'_>,
        places: &[usize],
        steps: &mut S,
    ) -> Result<(Outcome, Schedule), Problems> {
        let law = self.law_of(places);
        let mut history = Cow::Borrowed(case.history.as_ref());
        for place in places {
            let told: Option<History> = vary::told(self.ways[*place], &self.law, &history, case.first_day);
            history = told.map_or(history, Cow::Owned);
        }
        let amend = |standing: &decide::Standing, outcome: Outcome| {
            let last = standing.last.map(|last| last.before_cut);
            places.iter().fold(outcome, |outcome, place| vary::amended(self.ways[*place], last, outcome))
        };
        decide::amended(law, &history, amend, steps)
    }
}

/// What was tried with one account.
struct Tried<'a> {
    auditor: &'a Auditor,
    case: &'a Case<'a>,
    /// Places of ways that can have been made, each with the schedule it gives, where it gives one.
    fitting: Vec<(usize, Option<Schedule>)>,
    lacking: Vec<(Mistake, Lack)>,
    /// Steps of our own decision.
    ours: &'a [Step],
    doubles: Option<Vec<(Places, Schedule)>>,
}

impl<'a> Tried<'a> {
    fn of(auditor: &'a Auditor, case: &'a Case<'a>, ours: &'a [Step]) -> Self {
        let mut tried = Self { auditor, case, fitting: Vec::new(), lacking: Vec::new(), ours, doubles: None };
        for (place, way) in auditor.ways.iter().copied().enumerate() {
            let segments = case.schedule.segments();
            match vary::fits(way, &auditor.law, &case.history, case.first_day, segments) {
                Ok(false) => {}
                Ok(true) => {
                    let schedule = tried.single(way, place);
                    tried.fitting.push((place, schedule));
                }
                Err(lack) => tried.lacks(way, lack),
            }
        }
        tried
    }

    fn lacks(&mut self, way: Way, lack: Lack) {
        let found = (way.mistake(), lack);
        if !self.lacking.contains(&found) {
            self.lacking.push(found);
        }
    }

    fn single(&mut self, way: Way, place: usize) -> Option<Schedule> {
        match self.auditor.decide(self.case, &[place], &mut NoSteps) {
            Ok((outcome, schedule)) => {
                if let Reason::SourceMissing { .. } = outcome.reason {
                    self.lacks(way, Lack::NotSeen);
                    return None;
                }
                Some(schedule)
            }
            Err(problems) => {
                if needs_what_is_there(way) {
                    self.lacks(way, Lack::Facts(problems));
                }
                None
            }
        }
    }

    fn difference(&mut self, pieces: Places) -> Difference {
        let found = |schedule: &Schedule, case: &Case<'_>| {
            let holds = pieces.iter().all(|at| {
                let piece = &case.pieces[*at];
                piece.charged.as_ref().is_some_and(|charged| gives(schedule, &piece.days, charged.charged))
            });
            holds.then(|| contradicted(schedule, &case.pieces, &pieces, &self.auditor.law))
        };
        let singles = self.fitting.iter().filter_map(|(place, schedule)| {
            let contradicted = found(schedule.as_ref()?, self.case)?;
            Some(Hit { places: vec![*place], contradicted })
        });
        let mut hits: Vec<Hit> = singles.collect();
        // A mistake in some measures only is no reason not to ask about two at once.
        let plain = |hit: &&Hit| hit.places.iter().all(|at| vary::pairs(self.auditor.ways[*at], &self.auditor.law));
        let least = hits.iter().filter(plain).map(|hit| hit.contradicted).min();
        if least != Some(0) {
            let doubles = self.doubles.take().unwrap_or_else(|| self.all_doubles());
            let better = doubles.iter().filter_map(|(places, schedule)| {
                let contradicted = found(schedule, self.case).filter(|it| least.is_none_or(|least| *it < least))?;
                Some(Hit { places: places.clone(), contradicted })
            });
            hits.extend(better.collect::<Vec<_>>());
            self.doubles = Some(doubles);
        }
        let candidates = self.candidates(hits);
        let named = |mistake: &Mistake| candidates.iter().any(|it| it.mistakes().contains(mistake));
        let lacking = self.lacking.iter().filter(|(mistake, _)| !named(mistake)).cloned().collect();
        Difference { pieces, candidates, lacking }
    }

    /// Every two mistakes at once; two ways of one mistake are not two mistakes, and an account has one class.
    fn all_doubles(&self) -> Vec<(Places, Schedule)> {
        let ways = &self.auditor.ways;
        let whole: Places = self
            .fitting
            .iter()
            .map(|(place, _)| *place)
            .filter(|place| vary::pairs(ways[*place], &self.auditor.law))
            .collect();
        let mut doubles = Vec::new();
        for (at, one) in whole.iter().enumerate() {
            for two in &whole[at + 1..] {
                let (first, second) = (ways[*one], ways[*two]);
                if first.mistake() == second.mistake() || (of_class(first) && of_class(second)) {
                    continue;
                }
                let places = vec![*one, *two];
                let seen = |outcome: &Outcome| !matches!(outcome.reason, Reason::SourceMissing { .. });
                let decided = self.auditor.decide(self.case, &places, &mut NoSteps).ok();
                if let Some((_, schedule)) = decided.filter(|(outcome, _)| seen(outcome)) {
                    doubles.push((places, schedule));
                }
            }
        }
        doubles
    }

    /// Hits of the same mistakes are one candidate with several ways.
    fn candidates(&self, mut hits: Vec<Hit>) -> Vec<Candidate> {
        let ways = &self.auditor.ways;
        let mistakes = |hit: &Hit| hit.places.iter().map(|place| ways[*place].mistake()).collect::<Vec<_>>();
        hits.sort_by_key(|hit| (hit.contradicted, hit.places.len(), hit.places.clone()));
        let mut candidates: Vec<Candidate> = Vec::new();
        for hit in &hits {
            let same = candidates.iter_mut().find(|it| it.mistakes() == mistakes(hit));
            let made_so: Vec<Way> = hit.places.iter().map(|place| ways[*place]).collect();
            match same {
                Some(candidate) => candidate.other_ways.push(made_so),
                None => candidates.push(Candidate {
                    made: self.made(&hit.places),
                    other_ways: Vec::new(),
                    contradicted: hit.contradicted,
                }),
            }
        }
        candidates
    }

    /// The mistakes of a hit, each with where it parts from our decision: made alone, else together with the one before.
    fn made(&self, places: &[usize]) -> Vec<Made> {
        let made = places.iter().enumerate().filter_map(|(at, place)| {
            let way = self.auditor.ways[*place];
            let parting = self.parting(&[*place], &[]).or_else(|| self.parting(places, &places[..at]))?;
            let article = vary::violated(way, &self.auditor.law).unwrap_or(parting.source);
            Some(Made { way, article, parting })
        });
        made.collect()
    }

    /// The first step, in the trace with some ways, at which that with others goes elsewhere.
    fn parting(&self, with: &[usize], without: &[usize]) -> Option<Step> {
        let trace = |places: &[usize]| {
            let mut steps: Vec<Step> = Vec::new();
            self.auditor.decide(self.case, places, &mut steps).ok().map(|_| steps)
        };
        let base = if without.is_empty() { self.ours.to_vec() } else { trace(without)? };
        let theirs = trace(with)?;
        let at = base.iter().zip(&theirs).position(|(one, two)| one != two);
        let at = at.or_else(|| (base.len() != theirs.len()).then(|| base.len().min(theirs.len())))?;
        // A step that ours does not have parts from the one before it.
        base.get(at).or_else(|| base.last()).copied()
    }
}

const fn of_class(way: Way) -> bool {
    matches!(way, Way::Class { .. } | Way::Edition { .. })
}

/// Whether missing facts keep a way from being judged. Nobody can have counted a later window before it was over; a
/// class without a base rate, or a measure nobody has rows for, was not used by anybody either.
const fn needs_what_is_there(way: Way) -> bool {
    !matches!(way, Way::Window { months: 0.. } | Way::Class { .. } | Way::Edition { .. })
}

/// How many columns of the charged rows say otherwise than a schedule does; and one more, where it gives other rates
/// on days that were charged as the rules have it.
fn contradicted(schedule: &Schedule, pieces: &[Piece], of: &[usize], law: &Law) -> usize {
    let ladder = law.rules().ladder();
    let columns = of.iter().filter_map(|at| {
        let charged = pieces[*at].charged.as_ref()?;
        let segment = schedule.segments().iter().find(|it| it.days.contains(pieces[*at].days.from()))?;
        let grade = segment.grade.map_or("", |grade| ladder.grade(grade).label.as_str());
        Some([
            charged.class != segment.class,
            !charged.grade.is_empty() && charged.grade != grade,
            charged.before_cut != segment.before_cut,
            charged.cut != segment.cut,
            charged.origin != segment.origin,
        ])
    });
    let all = columns.fold([false; 5], |all, row| std::array::from_fn(|at| all[at] || row[at]));
    let spoilt = pieces
        .iter()
        .filter(|piece| !piece.differs())
        .any(|piece| piece.charged.as_ref().is_some_and(|charged| !gives(schedule, &piece.days, charged.charged)));
    all.into_iter().filter(|column| *column).count() + usize::from(spoilt)
}
