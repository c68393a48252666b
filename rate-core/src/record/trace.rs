//! The steps of a decision as canonical bytes: what each came to, for the body, and everything each says, for its digest.

use std::ops::Range;

use rust_decimal::Decimal;

use super::alike::alike;
use super::bytes::Writer;
use crate::amount::Rate;
use crate::calendar::DateSpan;
use crate::citation::Basis;
use crate::decision::{Decision, Ruling, Step, StepKind};
use crate::log::Digest;
use crate::rule_set::Law;
use crate::rule_set::law::{Alike, ClassBasis, Source};

macro_rules! codes {
    ($($kind:ident = $number:literal $word:literal,)+) => {
        /// The number of a kind of step. Numbers are never changed and never used for another kind.
        const fn code(kind: &StepKind) -> u8 {
            match kind {
                $(StepKind::$kind { .. } => $number,)+
            }
        }

        /// The word for a number of a step; `None` where this build knows no such kind.
        pub const fn step_word(code: u8) -> Option<&'static str> {
            match code {
                $($number => Some($word),)+
                _ => None,
            }
        }

        /// Every kind of step: its number and its word.
        pub const STEP_CODES: &[(u8, &str)] = &[$(($number, $word),)+];
    };
}

codes! {
    Setting = 1 "setting",
    Class = 2 "class",
    UsingUnits = 3 "using-units",
    Carried = 4 "carried",
    Predecessors = 5 "predecessors",
    SharedClaims = 6 "shared-claims",
    TakesPart = 7 "takes-part",
    NotMeasured = 8 "not-measured",
    Measured = 9 "measured",
    Undefined = 10 "undefined",
    Compared = 11 "compared",
    Row = 12 "row",
    Conflict = 13 "conflict",
    Otherwise = 14 "otherwise",
    Combined = 15 "combined",
    Adjusted = 16 "adjusted",
    NotGranted = 17 "not-granted",
    RisesInside = 18 "rises-inside",
    HeldByClass = 19 "held-by-class",
    HeldByLimit = 20 "held-by-limit",
    Grade = 21 "grade",
    ClassChanged = 22 "class-changed",
    Base = 23 "base",
    BaseCut = 24 "base-cut",
    LastRate = 25 "last-rate",
    Floated = 26 "floated",
    Points = 27 "points",
    RateFactor = 28 "rate-factor",
    Floor = 29 "floor",
    Bounded = 30 "bounded",
    Rounded = 31 "rounded",
    Cut = 32 "cut",
    Rate = 33 "rate",
    Ordered = 34 "ordered",
    Undecided = 35 "undecided",
    HoldsFromFirstDay = 36 "holds-from-first-day",
    NotAboveLast = 37 "not-above-last",
}

/// The steps as a body holds them, number and what the step came to, and behind them the digest of the whole trace.
pub(super) fn write_steps(decision: &Decision, out: &mut Writer) {
    let (steps, alike) = (decision.steps(), alike(decision.law()));
    let mut trace = Writer::with_capacity(4_096);
    trace.array(steps.len());
    out.array(steps.len());
    for step in steps {
        let came_to = write_step(step, decision, alike, &mut trace);
        out.array(2);
        out.items(&trace.written()[came_to]);
    }
    out.bytes(&Digest::of(trace.written()).0);
}

/// The whole trace: an array of steps, each its number, what it came to, what else it says, and where that stands.
///
/// Nobody keeps it: it is derived again from law and facts, byte for byte, and a body pins its digest.
pub fn trace_bytes(decision: &Decision) -> Vec<u8> {
    let (mut out, alike) = (Writer::new(), alike(decision.law()));
    out.list(decision.steps().iter(), |out, step| {
        write_step(step, decision, alike, out);
    });
    out.finish()
}

/// A step of the trace; gives where its number and what it came to stand, which is what a body holds of it.
fn write_step(step: &Step, decision: &Decision, alike: &Alike, out: &mut Writer) -> Range<usize> {
    out.array(4);
    let from = out.written().len();
    out.number(code(&step.kind));
    value(&step.kind, decision.law(), out);
    let came_to = from..out.written().len();
    rest(&step.kind, decision, out);
    let written = match step.source {
        Source::Rules(id) => alike.of_rules.get(usize::from(id.0)),
        Source::Parameters(id) => alike.of_parameters.get(usize::from(id.0)),
        Source::Order(_) => None,
    };
    match written {
        Some(written) => out.items(written),
        None => source(step.source, decision, out),
    }
    came_to
}

/// What a step came to.
fn value(kind: &StepKind, law: &Law, out: &mut Writer) {
    match *kind {
        StepKind::Setting { window, .. } => out.months(&window),
        StepKind::Class { class, .. } | StepKind::ClassChanged { class } => out.class(class),
        StepKind::UsingUnits | StepKind::TakesPart | StepKind::NotGranted { .. } => out.null(),
        StepKind::Predecessors { count } => out.place(count),
        StepKind::SharedClaims { kept, taken, left } => {
            out.list([kept, taken, left].into_iter(), Writer::place);
        }
        StepKind::NotMeasured { reason, .. } => out.reason(law, reason),
        StepKind::Measured { value, .. } => out.quantity(value),
        StepKind::Undefined { cause, .. } => out.text(cause.as_str()),
        StepKind::Compared { holds, .. } => out.boolean(holds),
        StepKind::Row { grade, .. } | StepKind::Otherwise { grade, .. } => {
            out.maybe(grade, |out, grade| out.grade(law, grade));
        }
        StepKind::Conflict { rows, .. } => out.place(rows),
        StepKind::Undecided { decided_on, .. } | StepKind::HoldsFromFirstDay { decided_on } => out.day(decided_on),
        StepKind::Ordered { ruling, .. } => match ruling {
            Ruling::Class(class) => out.class(class),
            Ruling::Grade(grade) => out.grade(law, grade),
            Ruling::Rate(rate) => out.decimal(rate.percent()),
            Ruling::DecideAgain => out.null(),
        },
        StepKind::Carried { grade }
        | StepKind::Combined { grade }
        | StepKind::Grade { grade, .. }
        | StepKind::Adjusted { to: grade, .. }
        | StepKind::RisesInside { to: grade, .. }
        | StepKind::HeldByClass { to: grade, .. }
        | StepKind::HeldByLimit { to: grade, .. } => out.grade(law, grade),
        StepKind::Base { rate, .. }
        | StepKind::BaseCut { rate, .. }
        | StepKind::LastRate { rate, .. }
        | StepKind::Floated { rate, .. }
        | StepKind::Points { rate, .. }
        | StepKind::RateFactor { rate, .. }
        | StepKind::Floor { rate, .. }
        | StepKind::Bounded { bound: rate, .. }
        | StepKind::Rounded { rate, .. }
        | StepKind::NotAboveLast { rate, .. }
        | StepKind::Cut { rate, .. }
        | StepKind::Rate { rate, .. } => out.decimal(rate.percent()),
    }
}

/// What else a step says, as an array; places of measures, tables, rows and conditions count from zero.
fn rest(kind: &StepKind, decision: &Decision, out: &mut Writer) {
    let law = decision.law();
    let grade = |out: &mut Writer, grade| out.grade(law, grade);
    match *kind {
        StepKind::Setting { days, .. }
        | StepKind::Undecided { days, .. }
        | StepKind::Rate { days, .. }
        | StepKind::LastRate { days, .. } => out.one(&days, Writer::days),
        StepKind::Ordered { ruling, days } => ordered(ruling, &days, out),
        StepKind::Class { how, .. } => class_basis(how, decision, out),
        StepKind::NotMeasured { months, needed, .. } => out.list([months, needed].into_iter(), Writer::maybe_number),
        StepKind::Measured { measure, window, months, .. } | StepKind::Undefined { measure, window, months, .. } => {
            out.array(3);
            out.place(measure);
            out.place(window);
            out.months(&months);
        }
        StepKind::Compared { table, row, condition, window, value, .. } => {
            out.array(5);
            [table, row, condition, window].into_iter().for_each(|place| out.place(place));
            out.quantity(value);
        }
        StepKind::Row { table, row, others, .. } => out.list([table, row, others].into_iter(), Writer::place),
        StepKind::Conflict { table: place, .. }
        | StepKind::Otherwise { table: place, .. }
        | StepKind::NotGranted { adjustment: place } => out.one(place, Writer::place),
        StepKind::Adjusted { adjustment, from, .. } => {
            out.array(2);
            out.place(adjustment);
            grade(out, from);
        }
        StepKind::RisesInside { adjustment, days, from, .. } => {
            out.array(3);
            out.place(adjustment);
            out.days(&days);
            grade(out, from);
        }
        StepKind::HeldByClass { from, .. } | StepKind::HeldByLimit { from, .. } => out.one(from, grade),
        StepKind::Grade { origin, .. } => out.one(origin.as_str(), Writer::text),
        StepKind::Base { days, class, from_last_rate, .. } => {
            out.array(3);
            out.days(&days);
            out.class(class);
            out.boolean(from_last_rate);
        }
        StepKind::Floated { grade: to, from, .. } => {
            out.array(2);
            grade(out, to);
            out.decimal(from.percent());
        }
        StepKind::BaseCut { cut, .. } => out.one(cut.percent(), Writer::decimal),
        StepKind::Points { points, .. } => out.one(points, Writer::decimal),
        StepKind::Bounded { from, .. } | StepKind::Rounded { from, .. } => out.one(from.percent(), Writer::decimal),
        StepKind::RateFactor { factor: part, from, .. } | StepKind::Cut { cut: part, from, .. } => {
            pair(part.percent(), from, out);
        }
        StepKind::Floor { floor: bound, from, .. } | StepKind::NotAboveLast { last: bound, from, .. } => {
            pair(bound.percent(), from, out);
        }
        StepKind::UsingUnits
        | StepKind::HoldsFromFirstDay { .. }
        | StepKind::TakesPart
        | StepKind::Carried { .. }
        | StepKind::Predecessors { .. }
        | StepKind::SharedClaims { .. }
        | StepKind::Combined { .. }
        | StepKind::ClassChanged { .. } => out.array(0),
    }
}

/// What was ordered, by its word, and on which days.
fn ordered(ruling: Ruling, days: &DateSpan, out: &mut Writer) {
    let word = match ruling {
        Ruling::Class(_) => "class",
        Ruling::Grade(_) => "grade",
        Ruling::Rate(_) => "rate",
        Ruling::DecideAgain => "decide-again",
    };
    out.array(2);
    out.text(word);
    out.days(days);
}

fn pair(part: Decimal, from: Rate, out: &mut Writer) {
    out.list([part, from.percent()].into_iter(), Writer::decimal);
}

/// Where a class comes from: a word, and what belongs to it.
fn class_basis(how: ClassBasis, decision: &Decision, out: &mut Writer) {
    match how {
        ClassBasis::Fixed => out.one("fixed", Writer::text),
        ClassBasis::Determined => out.one("determined", Writer::text),
        ClassBasis::Ordered => out.one("ordered", Writer::text),
        ClassBasis::Dispatched { heads, of, annex, determined } => {
            out.array(5);
            out.text("dispatched");
            out.number(heads);
            out.number(of);
            out.maybe(annex, |out, annex| source(Source::Parameters(annex), decision, out));
            out.maybe(determined, Writer::class);
        }
        ClassBasis::Proposed(_, status) => {
            out.array(2);
            out.text("proposed");
            out.text(status.as_str());
        }
    }
}

/// A place in the rule set (0) or the parameters (1).
pub(super) fn cited(file: u8, basis: &Basis, out: &mut Writer) {
    out.array(5);
    out.number(file);
    out.text(&basis.path);
    out.text(&basis.document.number);
    out.text(&basis.document.title.zh);
    out.text(basis.place.as_str());
}

/// What a step rests on: in the rule set (0) or the parameters (1) the path, the document and the place in it; of an
/// order (2) its id, body and document.
fn source(source: Source, decision: &Decision, out: &mut Writer) {
    let file = match source {
        Source::Rules(_) => 0_u8,
        Source::Parameters(_) => 1,
        Source::Order(_) => 2,
    };
    if let Some(basis) = decision.basis(source) {
        cited(file, basis, out);
    } else if let Source::Order(place) = source {
        out.array(4);
        out.number(file);
        // A step points to an order of its own decision.
        let order = &decision.orders()[place];
        out.text(&order.id);
        out.text(order.body.as_str());
        out.text(&order.document);
    }
}
