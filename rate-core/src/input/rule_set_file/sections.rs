//! The sections of a rule set, except measures and tables.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::reader::{At, Fields, Sink};
use super::basis::{Bases, label};
use super::{measures, notice, projects, settlement, tables};
use crate::amount::{Factor, Rate, RoundMode, Rounding, plain_decimal};
use crate::calendar::{self, DateSpan, MonthSpan, NaiveDate};
use crate::citation::{BasisId, Label};
use crate::document::Tree;
use crate::error::Code;
use crate::history::{AccountKind, Party};
use crate::industry::{ClassSystem, IndustryEdition, RiskClass};
use crate::ladder::{GradeIndex, GradeLadder, LadderKind, RateGrade};
use crate::rule_set::measure::Unit;
use crate::rule_set::{
    Adjustment, Attribution, Changes, ClassChange, ClassRules, Combine, CountedMonths, Cycle, DispatchRule,
    FirstInsured, FloatTable, Floor, Form, Limits, MaxMove, Measure, Participation, Prolonged, RateCap, Reference,
    Returning, RoundingRules, RuleSet, RuleSetId, Setting, Unmeasured,
};

const FORMS: &[(&str, Form)] = &[("frame", Form::Frame), ("method", Form::Method), ("as-published", Form::AsPublished)];
pub(super) const UNMEASURED: &[(&str, Unmeasured)] =
    &[("base-rate", Unmeasured::BaseRate), ("last-rate", Unmeasured::LastRate)];
const MODES: &[(&str, RoundMode)] = &[("half-up", RoundMode::HalfUp), ("down", RoundMode::Down), ("up", RoundMode::Up)];
pub(super) const REFERENCES: &[(&str, Reference)] = &[("base", Reference::Base), ("last-grade", Reference::LastGrade)];

/// Reads a resolved tree; what is wrong goes to the sink.
pub(super) fn rule_set<'t>(sink: &'t Sink<'t>, tree: &Arc<Tree>, digest: String) -> Option<RuleSet> {
    let root = sink.root().at(String::new()).fields()?;
    let Head { area, version, form, name, in_force } = head(&root);
    let bases = Bases::read(&root, area.as_deref().unwrap_or_default(), sink);
    let basis = bases.of(&root, None);
    let form = form?;
    let reader = Sections { root: &root, bases: &bases, form };

    let classes = reader.section("classes", true, |fields, basis| classes(fields, basis, &bases));
    let system = classes.as_ref().map_or(ClassSystem::Eight, |classes| classes.system);
    let ladder = reader.section("ladder", true, |fields, basis| ladder(fields, basis, system));
    let limits = reader.section("limits", true, |fields, basis| limits(fields, basis, system));
    let floor = reader.section("floor", true, |fields, basis| floor(fields, basis, system));
    let rounding = reader.section("rounding", true, rounding);
    let participation =
        reader.section("participation", form == Form::Method, |fields, basis| participation(fields, basis, system));
    let attribution = reader.section("attribution", form == Form::Method, attribution);
    let changes = reader.section("changes", form == Form::Method, changes);
    let settlement = reader.section("settlement", false, settlement::rules);
    let cycles = reader.cycles();
    let notice = reader.section("notice", false, |fields, basis| notice::rules(fields, basis, &bases, &cycles));
    let remedies = reader.section("remedies", false, |fields, basis| Some(notice::remedies(fields, basis, &bases)));
    let of_projects = reader.section("projects", false, |fields, basis| projects::rules(fields, basis, system));
    let mut measures = measures::read(&root, &bases, form);
    let ladder = ladder?;
    let declared = &measures::declared(&root);
    let context = tables::Context { bases: &bases, form, system, ladder: &ladder, measures: &measures, declared };
    let tables = tables::read(&root, &context);
    let adjustments = tables::adjustments(&root, &context);
    print_as_bounds(&mut measures, &tables, &adjustments);
    let (combine, combine_basis) = reader.combine(&tables, basis);
    rounds_what_grows(&root, &ladder, rounding.as_ref());
    projects::check(&root, of_projects, (&ladder, limits.as_ref(), &measures, &tables, &adjustments));
    root.finish();
    let (classes, limits, floor, rounding) = (classes?, limits?, floor?, rounding?);
    let (id, name, in_force) = (RuleSetId { area: area?, version: version? }, name?, in_force?);
    let (bases, tree) = (bases.into_bases(), Arc::clone(tree));
    Some(RuleSet {
        id,
        form,
        name,
        in_force,
        basis,
        bases,
        classes,
        cycles,
        participation,
        attribution,
        measures,
        tables,
        combine,
        combine_basis,
        adjustments,
        ladder,
        limits,
        floor,
        rounding,
        changes,
        settlement,
        notice,
        remedies,
        projects: of_projects,
        tree,
        digest,
    })
}

/// What a file says of itself, each where it could be read.
struct Head {
    area: Option<String>,
    version: Option<String>,
    form: Option<Form>,
    name: Option<Label>,
    in_force: Option<DateSpan>,
}

fn head(root: &Fields<'_>) -> Head {
    let format = root.need("format").and_then(|at| at.text().map(|text| (at.clone(), text)));
    if let Some((at, other)) = format.filter(|(_, text)| *text != "rule-set/1") {
        at.problem(Code::FileFormat, [other, "rule-set/1"]);
    }
    root.get("extends");
    let text = |key| root.need(key).and_then(|at| at.text().map(str::to_owned));
    Head {
        area: text("area"),
        version: text("version"),
        form: root.need("form").and_then(|at| at.word(FORMS)),
        name: root.need("name").and_then(|at| label(&at)),
        in_force: root.need("in_force").and_then(|at| at.span(true)),
    }
}

/// Rates that are multiplied again and again need a stated rounding.
fn rounds_what_grows(root: &Fields<'_>, ladder: &GradeLadder, rounding: Option<&RoundingRules>) {
    if let (LadderKind::FactorOfPreviousRate, Some(RoundingRules { rate: None, .. }), Some(at)) =
        (ladder.kind, rounding, root.get("rounding"))
    {
        at.problem::<&str>(Code::RuleSetRounding, []);
    }
}

/// Measures are printed in the unit the file prints their bounds in.
fn print_as_bounds(measures: &mut [Measure], tables: &[FloatTable], adjustments: &[Adjustment]) {
    let rows = tables.iter().flat_map(|table| &table.rows).flat_map(|row| row.all.iter().chain(&row.any));
    let conditions = rows.chain(adjustments.iter().flat_map(|adjustment| &adjustment.when.measures));
    for condition in conditions.filter(|it| it.interval.to_string().contains('‰')) {
        measures[condition.measure].unit = Unit::PerMille;
    }
}

struct Sections<'r, 't> {
    root: &'r Fields<'t>,
    bases: &'r Bases<'t>,
    form: Form,
}

impl<'t> Sections<'_, 't> {
    fn section<T>(
        &self,
        key: &'static str,
        needed: bool,
        read: impl FnOnce(&Fields<'t>, BasisId) -> Option<T>,
    ) -> Option<T> {
        let at = if needed { self.root.need(key) } else { self.root.get(key) }?;
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let value = read(&fields, basis);
        fields.finish();
        value
    }

    fn cycles(&self) -> Vec<Cycle> {
        let items = self.root.get("cycles").map(|at| at.items()).unwrap_or_default();
        let mut cycles: Vec<(&At<'t>, Cycle)> = items.iter().filter_map(|at| Some((at, self.cycle(at)?))).collect();
        cycles.sort_by_key(|(_, cycle)| cycle.rate_period.from());
        for pair in cycles.windows(2) {
            let [(_, one), (at, two)] = pair else { continue };
            if one.rate_period.last() >= two.rate_period.from() {
                at.problem(Code::RuleSetCycleOverlap, [&one.id, &two.id]);
            }
        }
        cycles.into_iter().map(|(_, cycle)| cycle).collect()
    }

    fn cycle(&self, at: &At<'t>) -> Option<Cycle> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let id = fields.need("id").and_then(|at| at.text().map(str::to_owned));
        let rate_period = fields.need("rate_period").and_then(|at| at.span(false));
        let windows = fields.need("windows").and_then(|at| windows(&at));
        let items = fields.get("settings").map(|at| at.items()).unwrap_or_default();
        let settings: Option<Vec<Setting>> = items.iter().map(setting).collect();
        let prolonged_at = fields.get("prolonged");
        let prolonged = prolonged_at.as_ref().map(|at| self.prolonged(at, basis));
        let settlement = fields.get("settlement").and_then(|at| settlement::of_cycle(&at, basis, self.bases));
        let not_above_last = fields.get("transition").and_then(|at| settlement::transition(&at, basis, self.bases));
        fields.finish();
        let (rate_period, mut settings) = (rate_period?, settings?);
        let outside = |(_, setting): &(&At<'t>, &Setting)| !rate_period.contains(setting.from);
        if let Some((at, setting)) = items.iter().zip(&settings).find(outside) {
            at.problem(Code::FileNumber, [setting.from.to_string(), rate_period.to_string()]);
            return None;
        }
        let windows = windows?;
        settings.sort_by_key(|setting| setting.from);
        if settings.first().is_none_or(|setting| setting.from != rate_period.from()) {
            settings.insert(0, Setting { from: rate_period.from(), filled_window: None });
        }
        let Some(prolonged) = prolonged else {
            let (id, prolonged) = (id?, None);
            return Some(Cycle { id, rate_period, windows, settings, prolonged, settlement, not_above_last, basis });
        };
        let (to, at_base_rate, basis_of_more) = prolonged?;
        let from = calendar::day_after(rate_period.last());
        let longer = DateSpan::new(rate_period.from(), to).filter(|longer| longer.last() >= from);
        let Some(rate_period) = longer else {
            let values = [from.to_string(), to.map_or_else(String::new, |to| to.to_string())];
            prolonged_at.iter().for_each(|at| at.problem(Code::FileSpan, &values));
            return None;
        };
        settings.push(Setting { from, filled_window: None });
        let prolonged = Some(Prolonged { from, at_base_rate, basis: basis_of_more });
        Some(Cycle { id: id?, rate_period, windows, settings, prolonged, settlement, not_above_last, basis })
    }

    /// Reads `{ to, rate, cite }`: how long a cycle goes on past its end, and at which rates.
    fn prolonged(&self, at: &At<'t>, around: BasisId) -> Option<(Option<NaiveDate>, bool, BasisId)> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, Some(around));
        let to = fields.get("to").map(|at| at.date());
        let words = [("carried", false), ("base-rate", true)];
        let at_base_rate = fields.need("rate").and_then(|at| at.word(&words));
        fields.finish();
        Some((to.map_or(Some(None), |to| to.map(Some))?, at_base_rate?, basis))
    }

    fn combine(&self, tables: &[FloatTable], around: BasisId) -> (Combine, BasisId) {
        let words = [("sum", Combine::Sum), ("highest", Combine::Highest)];
        let read = self.section("combine", tables.len() > 1 && self.form == Form::Method, |fields, basis| {
            let listed = fields.need("tables")?;
            let named: Vec<&str> = listed.items().iter().filter_map(At::text).collect();
            for name in named.iter().filter(|name| !tables.iter().any(|table| table.id == **name)) {
                listed.problem(Code::RuleSetName, [name, "table"]);
            }
            // All tables are combined, so the list says all of them: one left out would count unseen.
            for table in tables.iter().filter(|table| !named.contains(&table.id.as_str())) {
                listed.problem(Code::FileMissingKey, [&table.id]);
            }
            Some((fields.need("rule")?.word(&words)?, basis))
        });
        read.unwrap_or((Combine::Highest, around))
    }
}

/// The windows of a cycle: there is no measuring without one.
fn windows(at: &At<'_>) -> Option<Vec<MonthSpan>> {
    let items = at.items();
    if items.is_empty() {
        at.problem(Code::FileNumber, ["0", "≥ 1"]);
        return None;
    }
    items.iter().map(window).collect()
}

fn window(at: &At<'_>) -> Option<MonthSpan> {
    let span = at.span(false)?;
    let months = MonthSpan::of(&span);
    if months.is_none() {
        at.problem(Code::RuleSetWindow, [span]);
    }
    months
}

fn setting(at: &At<'_>) -> Option<Setting> {
    let fields = at.fields()?;
    let from = fields.need("from").and_then(|at| at.date());
    let filled_window = fields.get("filled_window").map(|at| window(&at));
    fields.finish();
    Some(Setting { from: from?, filled_window: filled_window.map_or(Some(None), |window| window.map(Some))? })
}

fn classes<'t>(fields: &Fields<'t>, basis: BasisId, bases: &Bases<'t>) -> Option<ClassRules> {
    let systems = [("three", ClassSystem::Three), ("eight", ClassSystem::Eight)];
    let system = fields.need("system").and_then(|at| at.word(&systems));
    let editions =
        [IndustryEdition::Gbt2002, IndustryEdition::Gbt2011, IndustryEdition::Gbt2017].map(|it| (it.as_str(), it));
    let editions = fields
        .need("editions")
        .map(|at| at.items())
        .unwrap_or_default()
        .iter()
        .filter_map(|at| at.word(&editions))
        .collect();
    let fixed = fields.get("fixed").map(|at| at.entries()).unwrap_or_default();
    let dispatch = fields.get("dispatch").map(|at| dispatch(&at, basis, bases));
    let system = system?;
    let fixed = fixed.into_iter().filter_map(|(word, at)| {
        let kind = AccountKind::from_word(word);
        if kind.is_none() {
            at.problem(Code::FileUnknownWord, [word, &AccountKind::WORDS.join(", ")]);
        }
        let number = at.integer(1..=i64::from(system.classes()))?;
        Some((kind?, RiskClass::new(system, u8::try_from(number).ok()?)?))
    });
    let fixed: Vec<_> = fixed.collect();
    if let (Some(at), true) = (fields.get("dispatch"), fixed.iter().any(|(kind, _)| *kind == AccountKind::Dispatch)) {
        at.problem(Code::RuleSetResult, ["fixed.dispatch, dispatch"]);
    }
    let dispatch = dispatch.map_or(Some(None), |rule| rule.map(Some))?;
    Some(ClassRules { system, editions, fixed, dispatch, basis })
}

fn dispatch<'t>(at: &At<'t>, around: BasisId, bases: &Bases<'t>) -> Option<DispatchRule> {
    let fields = at.fields()?;
    let basis = bases.of(&fields, Some(around));
    let by = fields.need("by").and_then(|at| at.word(&[("most-heads", ())]));
    let tie = fields.need("tie").and_then(|at| at.word(&[("higher-class", true), ("lower-class", false)]));
    fields.finish();
    by?;
    Some(DispatchRule { tie_higher: tie?, basis })
}

/// Reads class numbers such as `1-8` or `1,3-8` into one flag per class.
pub(in crate::input) fn class_flags(at: &At<'_>, system: ClassSystem) -> Option<Vec<bool>> {
    let text = at.text()?;
    let mut flags = vec![false; usize::from(system.classes())];
    let number = |part: &str| part.trim().parse::<u8>().ok().filter(|number| (1..=system.classes()).contains(number));
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => {
                (first..=last).for_each(|class| flags[usize::from(class) - 1] = true);
            }
            _ => {
                at.problem(
                    Code::FileNumber,
                    [text.to_owned(), format!("a list of classes 1 to {system} such as `1,3-{system}`")],
                );
                return None;
            }
        }
    }
    Some(flags)
}

fn months_under(fields: &Fields<'_>) -> Option<i32> {
    fields.need("covered_months_under")?.integer(0..=600).and_then(|months| i32::try_from(months).ok())
}

fn participation(fields: &Fields<'_>, basis: BasisId, system: ClassSystem) -> Option<Participation> {
    let kinds = fields.need("kinds").map(|at| at.items()).unwrap_or_default();
    let kinds = kinds.iter().filter_map(|at| {
        let kind = AccountKind::from_word(at.text()?);
        if kind.is_none() {
            at.problem(Code::FileUnknownWord, [at.text().unwrap_or_default(), &AccountKind::WORDS.join(", ")]);
        }
        kind
    });
    let kinds = kinds.collect();
    let classes = fields.need("classes").and_then(|at| class_flags(&at, system));
    let by_kind = fields.get("classes_of").map(|at| at.entries()).unwrap_or_default();
    let classes_of = by_kind.into_iter().filter_map(|(word, at)| {
        let kind = AccountKind::from_word(word);
        if kind.is_none() {
            at.problem(Code::FileUnknownWord, [word, &AccountKind::WORDS.join(", ")]);
        }
        Some((kind?, class_flags(&at, system)?))
    });
    let classes_of = classes_of.collect();
    let others = fields.need("others").and_then(|at| at.word(UNMEASURED));
    let first_insured = fields.need("first_insured").and_then(|at| {
        let fields = at.fields()?;
        let months = months_under(&fields);
        let counted = [("to-window-end", CountedMonths::ToWindowEnd), ("in-window", CountedMonths::InWindow)];
        let counted = fields.need("counted").and_then(|at| at.word(&counted));
        let then = fields.need("then").and_then(|at| at.word(UNMEASURED));
        fields.finish();
        Some(FirstInsured { covered_months_under: months?, counted: counted?, then: then? })
    });
    let returning = fields.need("returning").and_then(|at| {
        let fields = at.fields()?;
        let months = months_under(&fields);
        let words = [
            ("measure-covered-months", None),
            ("base-rate", Some(Unmeasured::BaseRate)),
            ("last-rate", Some(Unmeasured::LastRate)),
        ];
        let then = fields.need("then").and_then(|at| at.word(&words));
        fields.finish();
        Some(Returning { covered_months_under: months?, then: then? })
    });
    Some(Participation {
        kinds,
        classes: classes?,
        classes_of,
        others: others?,
        first_insured: first_insured?,
        returning: returning?,
        basis,
    })
}

fn ladder(fields: &Fields<'_>, basis: BasisId, system: ClassSystem) -> Option<GradeLadder> {
    let kinds = [
        ("factor-of-base", LadderKind::FactorOfBase),
        ("factor-of-previous-rate", LadderKind::FactorOfPreviousRate),
        ("points", LadderKind::Points),
    ];
    let kind = fields.need("kind").and_then(|at| at.word(&kinds))?;
    let items = fields.need("grades").map(|at| at.items()).unwrap_or_default();
    let grades: Option<Vec<RateGrade>> = items.iter().map(|at| grade(at, kind)).collect();
    let grades = grades?;
    let at = fields.need("grades")?;
    for (place, grade) in grades.iter().enumerate() {
        if grades[..place].iter().any(|other| other.label == grade.label) {
            items[place].problem(Code::RuleSetDuplicate, [&grade.label]);
        }
    }
    let is_base = |grade: &RateGrade| match kind {
        LadderKind::FactorOfPreviousRate => grade.factor == Some(Factor::ONE),
        LadderKind::FactorOfBase | LadderKind::Points => grade.shift == Some(0),
    };
    let rising = grades.windows(2).all(|pair| (pair[0].factor, pair[0].points) < (pair[1].factor, pair[1].points));
    let bases: Vec<usize> =
        grades.iter().enumerate().filter(|(_, grade)| is_base(grade)).map(|(place, _)| place).collect();
    let (&[base], true, true) = (bases.as_slice(), rising, grades.len() <= 64) else {
        at.problem(Code::RuleSetResult, ["1 to 64 grades, lowest first, exactly one of them the base"]);
        return None;
    };
    let index = |place: usize| u8::try_from(place).ok().map(GradeIndex);
    let top = (index(0)?, index(grades.len() - 1)?);
    let restarts_on_class_change = match kind {
        LadderKind::FactorOfPreviousRate => {
            let words = [("base-rate", true), ("previous-rate", false)];
            fields.need("after_class_change").and_then(|at| at.word(&words))?
        }
        LadderKind::FactorOfBase | LadderKind::Points => false,
    };
    let ends = vec![top; usize::from(system.classes())];
    let base = index(base)?;
    let mut ladder = GradeLadder { kind, grades, base, ends, restarts_on_class_change, basis };
    for (class, at) in fields.get("by_class").map(|at| at.entries()).unwrap_or_default() {
        class_ends(&mut ladder, class, &at, system);
    }
    Some(ladder)
}

fn class_ends(ladder: &mut GradeLadder, class: &str, at: &At<'_>, system: ClassSystem) {
    let class = class.parse().ok().and_then(|number| RiskClass::new(system, number));
    let grades: Option<Vec<GradeIndex>> = at.items().iter().map(|at| grade_label(at, ladder)).collect();
    match (class, grades.as_deref()) {
        (Some(class), Some([low, .., high] | [low @ high])) if low <= high => {
            ladder.ends[class.index()] = (*low, *high);
        }
        (_, None) => {}
        (None, _) | (_, Some(_)) => at.problem(Code::FileNumber, [at.path(), "a class with its grades, lowest first"]),
    }
}

/// Reads the label of a grade.
pub(super) fn grade_label(at: &At<'_>, ladder: &GradeLadder) -> Option<GradeIndex> {
    let text = at.text()?;
    let found = ladder.labelled(text);
    if found.is_none() {
        let known: Vec<&str> = ladder.grades.iter().map(|grade| grade.label.as_str()).collect();
        at.problem(Code::RuleSetGrade, [text, &known.join(", ")]);
    }
    found
}

/// Reads percentage points such as `-0.03pp`.
pub(super) fn points(at: &At<'_>) -> Option<Decimal> {
    let text = at.text()?;
    let points = text.strip_suffix("pp").and_then(|number| plain_decimal(number).ok());
    let points = points.filter(|points| points.abs() <= Decimal::ONE_HUNDRED && points.scale() <= 4);
    if points.is_none() {
        at.problem(Code::FileNumber, [text, "percentage points such as `0.5pp`, at most four decimals"]);
    }
    points
}

fn grade(at: &At<'_>, kind: LadderKind) -> Option<RateGrade> {
    let fields = at.fields()?;
    let label = fields.need("label").and_then(|at| at.text().map(str::to_owned));
    let shift = match kind {
        LadderKind::FactorOfPreviousRate => None,
        LadderKind::FactorOfBase | LadderKind::Points => Some(fields.need("shift")?.integer(-60..=60)?),
    };
    let (factor, added) = match kind {
        LadderKind::Points => (None, Some(points(&fields.need("points")?)?)),
        LadderKind::FactorOfBase | LadderKind::FactorOfPreviousRate => {
            (Some(fields.need("factor")?.parsed("a factor such as `80%`")?), None)
        }
    };
    fields.finish();
    Some(RateGrade { label: label?, shift: shift.and_then(|shift| i8::try_from(shift).ok()), factor, points: added })
}

fn limits(fields: &Fields<'_>, basis: BasisId, system: ClassSystem) -> Option<Limits> {
    let max_fall = fields.get("max_fall").map(|at| at.integer(1..=60).and_then(|grades| i8::try_from(grades).ok()));
    let max_move = fields.need("max_move").and_then(|at| {
        let fields = at.fields()?;
        let grades =
            fields.need("grades").and_then(|at| at.integer(1..=60)).and_then(|grades| i8::try_from(grades).ok());
        let from = fields.need("from").and_then(|at| at.word(REFERENCES));
        fields.finish();
        Some(MaxMove { grades: grades?, from: from? })
    });
    let caps = fields.get("rate_cap").map(|at| at.items()).unwrap_or_default();
    let rate_cap = caps.iter().filter_map(|at| {
        let fields = at.fields()?;
        let (from, to) = (fields.get("from").and_then(|at| at.date()), fields.get("to").and_then(|at| at.date()));
        let max = fields.need("max").and_then(|at| at.parsed::<Rate>("a rate such as `7%`"));
        fields.finish();
        Some(RateCap { from, to, max: max? })
    });
    let rate_cap = rate_cap.collect();
    let floors = fields.get("rate_floor").map(|at| at.entries()).unwrap_or_default();
    let rate_floor = floors.into_iter().filter_map(|(class, at)| {
        let number = class.parse().ok().and_then(|number| RiskClass::new(system, number));
        if number.is_none() {
            at.problem(Code::FileNumber, [class, "a class"]);
        }
        Some((number?, at.parsed::<Rate>("a rate such as `0.6%`")?))
    });
    let rate_floor = rate_floor.collect();
    let max_fall = max_fall.map_or(Some(None), |fall| fall.map(Some))?;
    Some(Limits { max_move: max_move?, max_fall, rate_cap, rate_floor, basis })
}

fn floor(fields: &Fields<'_>, basis: BasisId, system: ClassSystem) -> Option<Floor> {
    let words = [("class-1-base", true), ("none", false)];
    let at = fields.need("at").and_then(|at| at.word(&words))?;
    let classes = if at { fields.need("classes") } else { fields.get("classes") };
    let classes = classes.map_or(Some(vec![false; usize::from(system.classes())]), |at| class_flags(&at, system));
    Some(Floor { class_one_base: at, classes: classes?, basis })
}

/// Reads `{ digits, of = "percent", mode }`.
pub(super) fn digits(at: &At<'_>) -> Option<Rounding> {
    let fields = at.fields()?;
    let digits = fields.need("digits").and_then(|at| at.integer(0..=6)).and_then(|digits| u32::try_from(digits).ok());
    let of = fields.need("of").and_then(|at| at.word(&[("percent", ())]));
    let mode = fields.need("mode").and_then(|at| at.word(MODES));
    fields.finish();
    of?;
    Some(Rounding { digits: digits?, mode: mode? })
}

fn rounding(fields: &Fields<'_>, basis: BasisId) -> Option<RoundingRules> {
    let rate = fields.need("rate")?;
    let rate = if rate.is_text() == Some("none") { Some(None) } else { digits(&rate).map(Some) };
    let premium = fields.need("premium").and_then(|at| {
        let fields = at.fields()?;
        let unit = fields.need("unit").and_then(|at| at.word(&[("fen", ())]));
        let mode = fields.need("mode").and_then(|at| at.word(MODES));
        fields.finish();
        unit?;
        mode
    });
    Some(RoundingRules { rate: rate?, premium: premium?, basis })
}

fn attribution(fields: &Fields<'_>, basis: BasisId) -> Option<Attribution> {
    let parties = [Party::Insured, Party::LabourRelation, Party::UsingUnit, Party::Responsible];
    let parties = parties.map(|party| (party.as_str(), party));
    let party = |key| fields.need(key).and_then(|at| at.word(&parties));
    let (dispatch, secondment) = (party("dispatch"), party("secondment"));
    let (several_jobs, disease) = (party("several_jobs"), party("disease_after_leaving"));
    Some(Attribution {
        dispatch: dispatch?,
        secondment: secondment?,
        several_jobs: several_jobs?,
        disease_after_leaving: disease?,
        basis,
    })
}

fn changes(fields: &Fields<'_>, basis: BasisId) -> Option<Changes> {
    let class_changes = [
        ("keep-grade", ClassChange::KeepGrade),
        ("reset", ClassChange::Reset),
        ("next-filing", ClassChange::NextFiling),
    ];
    let class_change = fields.need("class_change").and_then(|at| at.word(&class_changes));
    let filled = fields.need("window_filled").and_then(|at| at.word(&[("next-cycle", false), ("float-at-once", true)]));
    let merger = fields.need("merger").and_then(|at| at.word(&[("add", true), ("own-only", false)]));
    let split = fields.need("split").and_then(|at| at.word(&[("by-share", true), ("own-only", false)]));
    Some(Changes {
        class_change: class_change?,
        float_when_filled: filled?,
        merger_adds: merger?,
        split_adds_share: split?,
        basis,
    })
}
