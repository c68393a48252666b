//! Reading float tables and adjustments.

use super::super::reader::{At, Fields};
use super::basis::{Bases, label};
use super::sections::{REFERENCES, class_flags, grade_label, points};
use crate::citation::{BasisId, Label};
use crate::error::Code;
use crate::history::EventKind;
use crate::industry::ClassSystem;
use crate::interval::Interval;
use crate::ladder::{GradeLadder, LadderKind};
use crate::rule_set::{
    ActsOn, Adjustment, Condition, Conflict, Effect, EventCondition, FloatTable, Form, Measure, Row, RowResult, Uses,
    When,
};

/// What rows refer to.
pub(super) struct Context<'c, 't> {
    pub(super) bases: &'c Bases<'t>,
    pub(super) form: Form,
    pub(super) system: ClassSystem,
    pub(super) ladder: &'c GradeLadder,
    pub(super) measures: &'c [Measure],
    /// The names under `[measures]`, those of measures that cannot be read included.
    pub(super) declared: &'c [&'t str],
}

/// A diagram node knows cells by bits of 128, and groups of a row by bits of 31.
const MAX_BOUNDS: usize = 48;
const MAX_GROUPS: usize = 31;

/// Reads `[float_table]` or `[float_tables]`.
pub(super) fn read<'t>(root: &Fields<'t>, context: &Context<'_, 't>) -> Vec<FloatTable> {
    if let Some(at) = root.get("float_tables") {
        return at.entries().into_iter().filter_map(|(id, at)| table(id, &at, context)).collect();
    }
    let at = if context.form == Form::Frame { root.get("float_table") } else { root.need("float_table") };
    at.and_then(|at| table("float_table", &at, context)).into_iter().collect()
}

fn table<'t>(id: &str, at: &At<'t>, context: &Context<'_, 't>) -> Option<FloatTable> {
    let fields = at.fields()?;
    let basis = context.bases.of(&fields, None);
    let conflicts = [
        ("highest-grade", Conflict::HighestGrade),
        ("first-row", Conflict::FirstRow),
        ("exactly-one", Conflict::ExactlyOne),
    ];
    let conflict = if context.form == Form::Method { fields.need("conflict") } else { fields.get("conflict") };
    let conflict = conflict.and_then(|at| at.word(&conflicts));
    let otherwise = fields.get("otherwise").map(|at| {
        let fields = at.fields()?;
        let given = result(&fields, context);
        fields.finish();
        given
    });
    let may_fall = fields.get("may_fall").and_then(|at| at.boolean()).unwrap_or(false);
    let mut rows = match fields.get("matrix") {
        Some(at) => matrix(&at, context, basis),
        None => {
            let at = fields.need("rows")?;
            // An empty list says that the document has a table which was not seen; the check then refuses the set.
            if at.items().is_empty() && !context.bases.is_missing(basis, "rows") {
                at.problem(Code::FileMissingKey, ["rows"]);
            }
            rows(&at, context, basis)
        }
    };
    link(&mut rows, &fields);
    fields.finish();
    bounded(at, &rows, context);
    let otherwise = match otherwise {
        Some(read) => Some(read?),
        None => None,
    };
    Some(FloatTable { id: id.to_owned(), conflict, otherwise, rows, may_fall, basis })
}

fn bounded(at: &At<'_>, rows: &[Row], context: &Context<'_, '_>) {
    for measure in 0..context.measures.len() {
        let conditions = rows.iter().flat_map(|row| row.all.iter().chain(&row.any)).filter(|it| it.measure == measure);
        let mut bounds: Vec<i64> = conditions.flat_map(|it| it.interval.bounds()).collect();
        bounds.sort_unstable();
        bounds.dedup();
        if bounds.len() > MAX_BOUNDS {
            at.problem(Code::RuleSetTooLarge, [format!("{} bounds", bounds.len()), MAX_BOUNDS.to_string()]);
        }
    }
    for row in rows {
        let groups = row.for_windows * (row.all.len() + 1);
        if groups > MAX_GROUPS {
            at.problem(Code::RuleSetTooLarge, [format!("row {}: {groups} conditions", row.id), MAX_GROUPS.to_string()]);
        }
    }
    if rows.len() > 200 {
        at.problem(Code::RuleSetTooLarge, [format!("{} rows", rows.len()), "200".to_owned()]);
    }
}

fn rows<'t>(at: &At<'t>, context: &Context<'_, 't>, around: BasisId) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for at in at.items() {
        let Some(row) = row(&at, context, around) else { continue };
        if rows.iter().any(|other| other.id == row.id) {
            at.problem(Code::RuleSetDuplicate, [&row.id]);
        }
        rows.push(row);
    }
    rows
}

fn row<'t>(at: &At<'t>, context: &Context<'_, 't>, around: BasisId) -> Option<Row> {
    let fields = at.fields()?;
    let basis = context.bases.of(&fields, Some(around));
    let id = fields.need("id").and_then(|at| at.text())?.to_owned();
    let label = row_label(&fields, &id);
    let stated = |key| fields.get(key).map(|at| at.entries()).unwrap_or_default();
    let (all, any) = (stated("all"), stated("any"));
    if all.is_empty() && any.is_empty() {
        at.problem(Code::RuleSetResult, ["all, any"]);
    }
    let (all, any) = (conditions(all, context), conditions(any, context));
    let for_windows = fields.get("for_windows").map_or(Some(1), |at| at.integer(1..=10));
    let classes = match fields.get("classes") {
        Some(at) => class_flags(&at, context.system),
        None => Some(vec![true; usize::from(context.system.classes())]),
    };
    // Names of other rows are linked once all rows are read.
    fields.get("unless");
    let result = result(&fields, context);
    fields.finish();
    let for_windows = usize::try_from(for_windows?).ok()?;
    Some(Row { id, label, all, any, for_windows, unless: Vec::new(), classes: classes?, result: result?, basis })
}

fn row_label(fields: &Fields<'_>, id: &str) -> Label {
    fields.get("label").and_then(|at| label(&at)).unwrap_or_else(|| Label { zh: id.to_owned(), en: id.to_owned() })
}

/// Resolves `unless` to places of rows.
fn link(rows: &mut [Row], fields: &Fields<'_>) {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let items = fields.get("rows").map(|at| at.items()).unwrap_or_default();
    for item in items {
        let Some(row_fields) = item.fields() else { continue };
        let own = row_fields.get("id").and_then(|id| id.is_text()).unwrap_or_default();
        for named in row_fields.get("unless").map(|at| at.items()).unwrap_or_default() {
            let Some(name) = named.text() else { continue };
            let other = ids.iter().position(|id| id == name).filter(|_| name != own);
            match (other, ids.iter().position(|id| id == own)) {
                (Some(other), Some(own)) => rows[own].unless.push(other),
                _ => named.problem(Code::RuleSetName, [name, "row"]),
            }
        }
    }
}

fn conditions<'t>(stated: Vec<(&'t str, At<'t>)>, context: &Context<'_, 't>) -> Vec<Condition> {
    stated.into_iter().filter_map(|(name, at)| condition(name, &at, context)).collect()
}

fn condition(name: &str, at: &At<'_>, context: &Context<'_, '_>) -> Option<Condition> {
    let measure = context.measures.iter().position(|measure| measure.id == name);
    // A measure that cannot be read has said why where it stands.
    if measure.is_none() && !context.declared.contains(&name) {
        at.problem(Code::RuleSetName, [name, "measure"]);
    }
    Some(Condition { measure: measure?, interval: interval(at)? })
}

fn interval(at: &At<'_>) -> Option<Interval> {
    let text = at.text()?;
    let interval = Interval::parse(text).ok();
    if interval.is_none() {
        at.problem(Code::RuleSetInterval, [text]);
    }
    interval
}

/// Reads the one result among `grade`, `factor`, `shift` with `from`, `keep`.
fn result(fields: &Fields<'_>, context: &Context<'_, '_>) -> Option<RowResult> {
    let (grade, factor, shift, keep) =
        (fields.get("grade"), fields.get("factor"), fields.get("shift"), fields.get("keep"));
    let from = fields.get("from");
    match (grade, factor, shift, keep) {
        (Some(at), None, None, None) => labelled(&at, context),
        // On a ladder that multiplies the previous rate the grades are called by their factor.
        (None, Some(at), None, None) if context.ladder.kind() == LadderKind::FactorOfPreviousRate => {
            labelled(&at, context)
        }
        (None, None, Some(at), None) => {
            let shift = at.integer(-60..=60).and_then(|shift| i8::try_from(shift).ok());
            let from = from.or_else(|| fields.need("from")).and_then(|at| at.word(REFERENCES));
            Some(RowResult::Shift { shift: shift?, from: from? })
        }
        (None, None, None, Some(at)) => at.word(&[("last-rate", RowResult::KeepLastRate)]),
        _ => {
            fields.at().problem(Code::RuleSetResult, ["grade, factor, shift, keep"]);
            None
        }
    }
}

fn labelled(at: &At<'_>, context: &Context<'_, '_>) -> Option<RowResult> {
    if at.is_text() == Some("?") {
        return Some(RowResult::NotSeen);
    }
    grade_label(at, context.ladder).map(RowResult::Grade)
}

fn matrix<'t>(at: &At<'t>, context: &Context<'_, 't>, basis: BasisId) -> Vec<Row> {
    let Some(fields) = at.fields() else { return Vec::new() };
    let side = |key| fields.need(key).and_then(|at| matrix_side(&at, context)).unwrap_or_default();
    let (down, across) = (side("rows"), side("columns"));
    let cells: Vec<Vec<At<'t>>> =
        fields.need("grade").map(|at| at.items()).unwrap_or_default().iter().map(At::items).collect();
    fields.finish();
    if cells.len() != down.len() || cells.iter().any(|line| line.len() != across.len()) {
        let widest = cells.iter().map(Vec::len).max().unwrap_or(0);
        at.problem(Code::RuleSetMatrix, [cells.len(), widest, down.len(), across.len()]);
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (r, (condition, line)) in down.iter().zip(&cells).enumerate() {
        for (c, (other, cell)) in across.iter().zip(line).enumerate() {
            let id = format!("r{}c{}", r + 1, c + 1);
            let Some(result) = labelled(cell, context) else { continue };
            rows.push(Row {
                label: Label { zh: id.clone(), en: id.clone() },
                id,
                all: vec![condition.clone(), other.clone()],
                any: Vec::new(),
                for_windows: 1,
                unless: Vec::new(),
                classes: vec![true; usize::from(context.system.classes())],
                result,
                basis,
            });
        }
    }
    rows
}

fn matrix_side(at: &At<'_>, context: &Context<'_, '_>) -> Option<Vec<Condition>> {
    let fields = at.fields()?;
    let measure = fields.need("measure");
    let name = measure.as_ref().and_then(At::text).unwrap_or_default();
    let place = context.measures.iter().position(|measure| measure.id == name);
    if let (Some(at), None, false) = (measure, place, context.declared.contains(&name)) {
        at.problem(Code::RuleSetName, [name, "measure"]);
    }
    let bounds = fields.need("bounds").map(|at| at.items()).unwrap_or_default();
    fields.finish();
    let place = place?;
    bounds.iter().map(|at| Some(Condition { measure: place, interval: interval(at)? })).collect()
}

/// Reads `[[adjustments]]`, in the order of the file.
pub(super) fn adjustments<'t>(root: &Fields<'t>, context: &Context<'_, 't>) -> Vec<Adjustment> {
    let Some(at) = root.get("adjustments") else { return Vec::new() };
    let mut adjustments: Vec<Adjustment> = Vec::new();
    for at in at.items() {
        let Some(adjustment) = adjustment(&at, context) else { continue };
        if adjustments.iter().any(|other| other.id == adjustment.id) {
            at.problem(Code::RuleSetDuplicate, [&adjustment.id]);
        }
        adjustments.push(adjustment);
    }
    if adjustments.len() > 64 {
        at.problem(Code::RuleSetTooLarge, [format!("{} adjustments", adjustments.len()), "64".to_owned()]);
    }
    adjustments
}

fn adjustment<'t>(at: &At<'t>, context: &Context<'_, 't>) -> Option<Adjustment> {
    let fields = at.fields()?;
    let basis = context.bases.of(&fields, None);
    let id = fields.need("id").and_then(|at| at.text())?.to_owned();
    let label = row_label(&fields, &id);
    let when = fields.need("when").and_then(|at| when(&at, context));
    let effect = fields.need("effect").and_then(|at| effect(&at, context));
    let uses: Vec<_> = Uses::WORDS.iter().filter_map(|word| Uses::from_word(word).map(|uses| (*word, uses))).collect();
    let uses = fields.get("uses").map(|at| at.word(&uses));
    let may_fall = fields.get("may_fall").and_then(|at| at.boolean()).unwrap_or(false);
    fields.finish();
    let uses = uses.map_or(Some(None), |uses| uses.map(Some))?;
    let (when, effect) = (when?, effect?);
    acts_as_it_can(at, &when, effect, uses);
    Some(Adjustment { id, label, when, effect, uses, may_fall, basis })
}

/// What changes rates inside a setting can only change what days can cut: the grade at once, the rate for some days.
fn acts_as_it_can(at: &At<'_>, when: &When, effect: Effect, uses: Option<Uses>) {
    let Some(acts_on) = when.event.as_ref().map(|event| event.acts_on) else { return };
    let fits = match acts_on {
        ActsOn::OnceFound => !effect.is_beside_grade(),
        ActsOn::MonthAfterFound => effect.is_beside_grade(),
        ActsOn::FoundInWindow | ActsOn::ConductInWindow | ActsOn::WhileListed | ActsOn::YearsAfterFound => return,
    };
    if !fits {
        at.problem(
            Code::RuleSetResult,
            ["once-found with an effect on the grade, month-after-found with points or rate_factor"],
        );
    }
    if !when.measures.is_empty() || when.on_application || uses.is_some() {
        at.problem(Code::RuleSetResult, ["an event alone, where it acts inside a setting"]);
    }
}

fn when(at: &At<'_>, context: &Context<'_, '_>) -> Option<When> {
    let fields = at.fields()?;
    let kinds: Vec<_> =
        EventKind::WORDS.iter().filter_map(|word| EventKind::from_word(word).map(|kind| (*word, kind))).collect();
    let days: Vec<_> =
        ActsOn::WORDS.iter().filter_map(|word| ActsOn::from_word(word).map(|day| (*word, day))).collect();
    let event = fields.get("event");
    let acts_on = if event.is_some() { fields.need("acts_on") } else { fields.get("acts_on") };
    let acts_on = acts_on.and_then(|at| at.word(&days));
    let level = fields.get("level").map(|at| interval(&at));
    let years = if acts_on == Some(ActsOn::YearsAfterFound) { fields.need("years") } else { fields.get("years") };
    let years = years.map(|at| at.integer(1..=30).and_then(|years| u32::try_from(years).ok()));
    let on_application = fields.get("on_application").and_then(|at| at.boolean()).unwrap_or(false);
    let event = match event.map(|at| at.word(&kinds)) {
        Some(kind) => {
            let level = level.map_or(Some(None), |level| level.map(Some))?;
            let years = years.map_or(Some(0), |years| years)?;
            Some(EventCondition { kind: kind?, acts_on: acts_on?, level, years })
        }
        None => None,
    };
    let measures: Vec<Condition> =
        fields.others().into_iter().filter_map(|(name, at)| condition(name, &at, context)).collect();
    if measures.is_empty() && event.is_none() {
        at.problem(Code::RuleSetResult, ["event, a measure"]);
    }
    Some(When { measures, event, on_application })
}

fn effect(at: &At<'_>, context: &Context<'_, '_>) -> Option<Effect> {
    let fields = at.fields()?;
    let (veto, least, below) = (fields.get("no_decrease_from"), fields.get("grade_at_least"), fields.get("not_below"));
    let (grade, shift, added) = (fields.get("grade"), fields.get("shift"), fields.get("points"));
    let factor = fields.get("rate_factor");
    let given = [&veto, &least, &below, &grade, &shift, &added, &factor].into_iter().flatten().count();
    let of_grade = |at: At<'_>, effect: fn(_) -> Effect| grade_label(&at, context.ladder).map(effect);
    let effect = match (veto, least, below, grade, shift, added.or(factor.clone())) {
        _ if given != 1 => {
            at.problem(
                Code::RuleSetResult,
                ["no_decrease_from, grade_at_least, not_below, grade, shift, points, rate_factor"],
            );
            None
        }
        (Some(at), ..) => at.word(REFERENCES).map(Effect::NoDecreaseFrom),
        (_, Some(at), ..) => of_grade(at, Effect::GradeAtLeast),
        (_, _, Some(at), ..) => of_grade(at, Effect::NotBelow),
        (_, _, _, Some(at), ..) => of_grade(at, Effect::Grade),
        (_, _, _, _, Some(at), _) => at.integer(-60..=60).and_then(|shift| i8::try_from(shift).ok()).map(Effect::Shift),
        (_, _, _, _, _, Some(at)) if factor.is_some() => at.parsed("a factor such as `80%`").map(Effect::RateFactor),
        (_, _, _, _, _, Some(at)) => points(&at).map(Effect::Points),
        (None, None, None, None, None, None) => None,
    };
    fields.finish();
    effect
}
