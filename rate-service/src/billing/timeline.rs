//! The rates of one account, day by day.

use std::rc::Rc;

use rate_core::calendar::{day_after, day_before};
use rate_core::log::Digest;
use rate_core::record::Body;
use rate_core::{DateSpan, NaiveDate};

use super::{AreaRuns, BillingError};
use crate::store::BodyRow;

/// The published decision a rate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRef {
    /// The hash of its body, which names it.
    pub id: Digest,
    /// The run it was published with.
    pub run: String,
    /// The entry of that run in the log.
    pub entry: u64,
    /// When that was recorded.
    pub recorded_at: String,
    /// Area and version of the rule set.
    pub rule_set: String,
    /// Digest of the rule set.
    pub rule_set_digest: Digest,
    /// Whether the run was a trial.
    pub trial: bool,
}

/// A rate of an account over some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedRate {
    /// The days.
    pub days: DateSpan,
    /// System and number of the class.
    pub class: [u8; 2],
    /// Base rate, where known, in percent.
    pub base_percent: Option<String>,
    /// Label of the grade.
    pub grade: Option<String>,
    /// Rate before any phased cut, in percent.
    pub before_cut_percent: String,
    /// Phased cut, in percent.
    pub cut_percent: String,
    /// Rate charged, in percent.
    pub rate_percent: String,
    /// Where it comes from.
    pub origin: String,
    /// The decision.
    pub decision: Rc<DecisionRef>,
}

/// The rates of one account, in the order of days, none on another's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline(pub Vec<DatedRate>);

impl Timeline {
    /// The rates that the bodies of an account give once the log has been read through an entry.
    ///
    /// # Errors
    /// A body that is none.
    pub fn of(account: &str, bodies: &[BodyRow], runs: &AreaRuns<'_>, through: u64) -> Result<Self, BillingError> {
        let standing = bodies.iter().filter_map(|row| Some((runs.stands(&row.run, through)?, Some(row))));
        let out = runs.without(account, through).map(|run| (run, None));
        let mut standing: Vec<_> = standing.chain(out).collect();
        standing.sort_by_key(|(run, _)| run.entry);
        // Of one setting, what was determined last takes the place of whatever was before, whole.
        let settings: Vec<DateSpan> = standing.iter().map(|(run, _)| run.run.setting).collect();
        let last = |place: usize| !settings[place + 1..].contains(&settings[place]);
        let standing = standing.into_iter().enumerate().filter(|(place, _)| last(*place));
        let mut timeline = Self::default();
        for (run, row) in standing.filter_map(|(_, (run, row))| Some((run, row?))) {
            let body = Body::read(&row.body)?;
            let decision = Rc::new(DecisionRef {
                id: Digest::leaf(&row.body),
                run: row.run.clone(),
                entry: run.entry,
                recorded_at: run.recorded_at.clone(),
                rule_set: body.rule_set,
                rule_set_digest: body.rule_set_digest,
                trial: run.run.trial,
            });
            for it in body.segments {
                timeline.put(DatedRate {
                    days: it.days,
                    class: it.class,
                    base_percent: it.base_percent,
                    grade: it.grade,
                    before_cut_percent: it.before_cut_percent,
                    cut_percent: it.cut_percent,
                    rate_percent: it.rate_percent,
                    origin: it.origin,
                    decision: Rc::clone(&decision),
                });
            }
        }
        Ok(timeline)
    }

    /// Puts a rate over what stands on its days.
    fn put(&mut self, rate: DatedRate) {
        let mut around = Vec::with_capacity(self.0.len() + 2);
        for stood in std::mem::take(&mut self.0) {
            let [before, behind] = outside(&stood.days, &rate.days);
            around.extend(before.map(|days| DatedRate { days, ..stood.clone() }));
            around.extend(behind.map(|days| DatedRate { days, ..stood }));
        }
        around.push(rate);
        around.sort_by_key(|it| it.days.from());
        self.0 = around;
    }

    /// The rate on a day.
    pub fn on(&self, day: NaiveDate) -> Option<&DatedRate> {
        self.0.iter().find(|it| it.days.contains(day))
    }
}

/// What of some days lies before and behind others; all of it before, where they do not meet.
fn outside(days: &DateSpan, others: &DateSpan) -> [Option<DateSpan>; 2] {
    if days.intersect(others).is_none() {
        return [Some(*days), None];
    }
    let before = (days.from() < others.from()).then(|| DateSpan::new(days.from(), Some(day_before(others.from()))));
    let ends_later = others.to().filter(|to| days.to().is_none_or(|end| *to < end));
    let behind = ends_later.map(|to| DateSpan::new(day_after(to), days.to()));
    [before.flatten(), behind.flatten()]
}

/// Why an account has no rate on some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// No published run is about these days.
    NoRun,
    /// A published run is about them, and decided nothing for this account: it was not insured then, or its facts were
    /// refused; the run says which.
    NotInRun,
}

impl Gap {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoRun => "no-run",
            Self::NotInRun => "not-in-run",
        }
    }
}

/// Some days of an account: its rate, or why it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// It has a rate.
    Rate(DatedRate),
    /// It has none.
    Gap(DateSpan, Gap),
}

/// The days of a span without a gap: rates where there are any, and why not where there are none.
pub fn pieces(timeline: &Timeline, runs: &AreaRuns<'_>, span: &DateSpan) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut next = Some(span.from());
    for rate in &timeline.0 {
        let (Some(from), Some(days)) = (next, rate.days.intersect(span)) else { continue };
        if from < days.from() {
            pieces.extend(gaps(runs, from, Some(day_before(days.from()))));
        }
        pieces.push(Piece::Rate(DatedRate { days, ..rate.clone() }));
        next = days.to().map(day_after);
    }
    let left = next.filter(|from| span.to().is_none_or(|to| *from <= to));
    pieces.extend(left.into_iter().flat_map(|from| gaps(runs, from, span.to())));
    pieces
}

/// Days without a rate, parted where a run begins or ends.
fn gaps(runs: &AreaRuns<'_>, from: NaiveDate, to: Option<NaiveDate>) -> Vec<Piece> {
    let Some(span) = DateSpan::new(from, to) else { return Vec::new() };
    let through = runs.last().unwrap_or_default();
    let standing = runs.all().iter().filter(|it| runs.stands(&it.run.id, through).is_some());
    let settings: Vec<DateSpan> = standing.filter_map(|it| it.run.setting.intersect(&span)).collect();
    let begins = settings.iter().map(DateSpan::from);
    let behind = settings.iter().filter_map(DateSpan::to).map(day_after);
    let mut bounds: Vec<NaiveDate> = begins.chain(behind).filter(|day| span.contains(*day)).chain([from]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, begins) in bounds.iter().enumerate() {
        let end = bounds.get(index + 1).map(|next| day_before(*next)).or(to);
        let why = if settings.iter().any(|it| it.contains(*begins)) { Gap::NotInRun } else { Gap::NoRun };
        let Some(days) = DateSpan::new(*begins, end) else { continue };
        match pieces.last_mut() {
            Some(Piece::Gap(before, same)) if *same == why => {
                *before = DateSpan::new(before.from(), end).unwrap_or(days);
            }
            _ => pieces.push(Piece::Gap(days, why)),
        }
    }
    pieces
}
