//! What no window holds: classes, kinds, months since first insured, last rates, sub-areas, changes inside the setting.

use crate::calendar::{self, DateSpan, Month, MonthSpan};
use crate::history::{AccountKind, Event, EventKind, OpenMonths, Origin};
use crate::industry::RiskClass;
use crate::ladder::GradeIndex;
use crate::rule_set::CountedMonths;

use super::ground::Ground;
use super::reach::reach;
use super::scene::{Scene, Scenes};
use super::sketch::Sketch;
use super::{Cases, label};

pub(super) fn all(cases: &mut Cases<'_>, scenes: &Scenes) {
    let ends = scenes.ends();
    classes(cases, &ends);
    kinds(cases, &ends);
    sub_areas(cases, &ends);
    listed(cases, &ends);
    // Who floats is told from who does not by the scene that is furthest from the base rate.
    let Some((_, floats)) = ends.first() else { return };
    first_insured(cases, floats);
    returning(cases, floats);
    last_rates(cases, &ends);
    changes(cases, floats);
    carried(cases, floats);
}

/// A scene for another class, kind or sub-area.
fn again(cases: &Cases<'_>, scene: &Scene, change: impl FnOnce(&mut Sketch)) -> Option<Sketch> {
    let mut start = cases.ground.start(scene.class);
    change(&mut start);
    let base = cases.ground.law.rules().ladder().base();
    start.last = cases.ground.last_rate(&start, base);
    reach(&cases.ground, &start, &scene.wanted).or(Some(start))
}

/// Every class of the system: its base rate, the grades it has, its floor.
fn classes(cases: &mut Cases<'_>, ends: &[(&'static str, Scene)]) {
    for class in RiskClass::all(cases.ground.law.rules().classes().system) {
        for (name, scene) in ends {
            let Some(sketch) = again(cases, scene, |it| it.class = class) else { continue };
            let words = label(format!("{class} 类，{}", name_zh(name)), format!("class {class}, {name} grade"));
            cases.add(format!("class/{class}/{name}"), words, sketch);
        }
    }
}

fn name_zh(name: &str) -> &'static str {
    match name {
        "lowest" => "最低档",
        "base" => "基准档",
        _ => "最高档",
    }
}

/// Every kind of account; of kinds for which other classes float, every class.
fn kinds(cases: &mut Cases<'_>, ends: &[(&'static str, Scene)]) {
    let law = cases.ground.law;
    for kind in AccountKind::WORDS.iter().filter_map(|word| AccountKind::from_word(word)) {
        let Some((name, scene)) = ends.first() else { continue };
        let own = law.participation().classes_of.iter().any(|(of, _)| *of == kind);
        let system = law.rules().classes().system;
        let classes: Vec<RiskClass> = if own { RiskClass::all(system).collect() } else { vec![scene.class] };
        for class in classes {
            let sketch = again(cases, scene, |it| (it.kind, it.class) = (kind, class));
            let Some(sketch) = sketch else { continue };
            let words = label(
                format!("单位类型 {}，{class} 类，{}", kind.as_str(), name_zh(name)),
                format!("kind {}, class {class}, {name} grade", kind.as_str()),
            );
            cases.add(format!("kind/{}/{class}", kind.as_str()), words, sketch);
        }
    }
}

fn sub_areas(cases: &mut Cases<'_>, ends: &[(&'static str, Scene)]) {
    let parameters = cases.ground.law.parameters();
    let of_vectors = parameters.vectors().iter().map(|it| &it.sub_area);
    let of_cuts = parameters.cuts().iter().map(|it| &it.sub_area);
    let mut names: Vec<&String> = of_vectors.chain(of_cuts).filter(|it| !it.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    for sub_area in names {
        for (name, scene) in ends {
            let Some(sketch) = again(cases, scene, |it| it.sub_area.clone_from(sub_area)) else { continue };
            let words =
                label(format!("片区 {sub_area}，{}", name_zh(name)), format!("sub-area {sub_area}, {name} grade"));
            cases.add(format!("sub-area/{sub_area}/{name}"), words, sketch);
        }
    }
}

/// Base rates of accounts on which an event stands.
fn listed(cases: &mut Cases<'_>, ends: &[(&'static str, Scene)]) {
    let vectors = cases.ground.law.parameters().vectors();
    let mut kinds: Vec<EventKind> = vectors.iter().filter_map(|it| it.listed).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        for (name, scene) in ends {
            let Some(days) = DateSpan::new(cases.ground.first_day(), None) else { continue };
            let event: Event = Ground::event(kind, 0, days, None);
            let Some(sketch) = again(cases, scene, |it| it.events.push(event)) else { continue };
            let words = label(
                format!("基准费率另定的事件 {}，{}", kind.as_str(), name_zh(name)),
                format!("listed as {}, {name} grade", kind.as_str()),
            );
            cases.add(format!("listed/{}/{name}", kind.as_str()), words, sketch);
        }
    }
}

/// Months since first insured around the number asked for, and somebody insured only when the rates begin.
fn first_insured(cases: &mut Cases<'_>, floats: &Scene) {
    let law = cases.ground.law;
    let rule = law.participation().first_insured;
    // A newcomer has no last rate, unless the law has no base rate that a first one could come from.
    let newcomer = floats.sketch.last.clone().filter(|_| !cases.ground.has_base_rate(floats.class));
    let window = law.windows()[0];
    for months in [rule.covered_months_under - 1, rule.covered_months_under, rule.covered_months_under + 1] {
        if months < 1 || (rule.counted == CountedMonths::InWindow && months > window.months()) {
            continue;
        }
        let from = window.to().plus(1 - months);
        let sketch =
            Sketch { covered: vec![OpenMonths { from, to: None }], last: newcomer.clone(), ..floats.sketch.clone() };
        let words = label(
            format!("首次参保至考核期末 {months} 个月"),
            format!("first insured {months} months before the end of the window"),
        );
        cases.add(format!("first-insured/{months}"), words, sketch);
    }
    if rule.counted == CountedMonths::InWindow {
        let sketch =
            Sketch { covered: vec![OpenMonths { from: window.from().plus(-1), to: None }], ..floats.sketch.clone() };
        let words = label("考核期前一月首次参保".to_owned(), "first insured in the month before the window".to_owned());
        cases.add("first-insured/month-before".to_owned(), words, sketch);
    }
    let first = Month::of(law.setting().from());
    for (name, from, zh, en) in [
        ("first-month", first, "执行期首月首次参保", "first insured in the first month of the rates"),
        ("second-month", first.plus(1), "执行期次月首次参保", "first insured in the second month of the rates"),
    ] {
        let sketch =
            Sketch { covered: vec![OpenMonths { from, to: None }], last: newcomer.clone(), ..floats.sketch.clone() };
        if law.setting().contains(from.first_day()) {
            cases.add(format!("first-insured/{name}"), label(zh.to_owned(), en.to_owned()), sketch);
        }
    }
}

/// Covered months in the window around the number asked of somebody who returned.
fn returning(cases: &mut Cases<'_>, floats: &Scene) {
    let law = cases.ground.law;
    let (asked, window) = (law.participation().returning.covered_months_under, law.windows()[0]);
    let number = if asked > window.months() { window.months() } else { asked };
    for months in [number - 1, number, number + 1].into_iter().filter(|it| (1..=window.months()).contains(it)) {
        let back = window.to().plus(1 - months);
        let gone = MonthSpan::new(window.from().plus(-6), back.plus(-1));
        let Some(gone) = gone else { continue };
        let from = floats.sketch.covered.iter().map(|it| it.from).min().unwrap_or(gone.from().plus(-1));
        let covered = vec![OpenMonths { from, to: Some(gone.from().plus(-1)) }, OpenMonths { from: back, to: None }];
        let sketch = Sketch { covered, ..floats.sketch.clone() };
        let words = label(
            format!("中断后恢复参保，考核期内 {months} 个月"),
            format!("returned after an interruption, {months} months in the window"),
        );
        cases.add(format!("returning/{months}"), words, sketch);
    }
}

/// No last rate, and last rates at each grade where the method looks at them; else at the ends.
fn last_rates(cases: &mut Cases<'_>, ends: &[(&'static str, Scene)]) {
    let law = cases.ground.law;
    let ladder = law.rules().ladder();
    let counts = law.counts_from_last_grade() || ladder.kind() == crate::ladder::LadderKind::FactorOfPreviousRate;
    let (base, top) = (ladder.base(), ladder.moved(ladder.base(), i8::MAX));
    let mut grades: Vec<GradeIndex> = vec![ladder.moved(base, i8::MIN), top];
    if counts {
        grades = (i8::MIN..=i8::MAX).map(|shift| ladder.moved(base, shift)).collect();
        grades.dedup();
    }
    for (name, scene) in ends {
        let words = label(format!("无上期费率，{}", name_zh(name)), format!("no last rate, {name} grade"));
        cases.add(format!("last/none/{name}"), words, Sketch { last: None, ..scene.sketch.clone() });
        for grade in &grades {
            let last = cases.ground.last_rate(&scene.sketch, *grade);
            let it = &ladder.grade(*grade).label;
            let words = label(format!("上期档次 {it}，{}", name_zh(name)), format!("last grade {it}, {name} grade"));
            cases.add(format!("last/{it}/{name}"), words, Sketch { last, ..scene.sketch.clone() });
        }
    }
}

/// A change of class, and an end of coverage, inside the setting.
fn changes(cases: &mut Cases<'_>, floats: &Scene) {
    let law = cases.ground.law;
    let system = law.rules().classes().system;
    let month = Month::of(law.setting().from()).plus(1);
    let days = [
        ("first-of-month", month.first_day(), "次月首日", "on the first day of the second month"),
        ("mid-month", calendar::days_after(month.first_day(), 14), "次月中", "in the middle of the second month"),
    ];
    let number = floats.class.number();
    let others = [number.checked_sub(1), number.checked_add(1)].into_iter().flatten();
    // Where the law has no base rates, the facts bring along that of one class only.
    let known = |class: &RiskClass| cases.ground.has_base_rate(*class);
    let others: Vec<RiskClass> = others.filter_map(|number| RiskClass::new(system, number)).filter(known).collect();
    for (name, day, zh, en) in days {
        for class in others.iter().filter(|_| law.setting().contains(day)) {
            let sketch = Sketch { later_class: Some((day, *class)), ..floats.sketch.clone() };
            let words = label(format!("{zh}类别变为 {class} 类"), format!("the class becomes {class} {en}"));
            cases.add(format!("class-change/{class}/{name}"), words, sketch);
        }
    }
    if law.setting().contains(month.last_day()) {
        let ended = |spell: &OpenMonths| OpenMonths { to: spell.to.or(Some(month)), ..*spell };
        let sketch = Sketch { covered: floats.sketch.covered.iter().map(ended).collect(), ..floats.sketch.clone() };
        let words = label("次月末停保".to_owned(), "coverage ends with the second month".to_owned());
        cases.add("coverage/ends".to_owned(), words, sketch);
    }
}

/// A grade that an earlier setting of the cycle fixed.
fn carried(cases: &mut Cases<'_>, floats: &Scene) {
    let law = cases.ground.law;
    if law.first_setting() {
        return;
    }
    let ladder = law.rules().ladder();
    let days = DateSpan::new(cases.ground.cycle_from(), Some(calendar::day_before(law.setting().from())));
    for shift in [i8::MIN, 0, i8::MAX] {
        let grade = ladder.moved(ladder.base(), shift);
        let Some((days, last)) = days.zip(cases.ground.last_rate(&floats.sketch, grade)) else { continue };
        let it = ladder.grade(grade).label.clone();
        for (name, origin) in [("floated", Origin::Floated), ("base", Origin::Base)] {
            let cycle = law.cycle().id.clone();
            let rate = crate::history::ChargedRate { days, origin, cycle, ..last.clone() };
            let sketch = Sketch { last: Some(rate), ..floats.sketch.clone() };
            let words = label(
                format!("本周期前一年度档次 {it}（{}）", origin.as_str()),
                format!("grade {it} earlier in the cycle ({})", origin.as_str()),
            );
            cases.add(format!("carried/{it}/{name}"), words, sketch);
        }
    }
}
