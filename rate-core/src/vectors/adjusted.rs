//! Adjustments: each with its event on the edges of when it acts, with levels beside those asked for, not applied for,
//! and used up.

use crate::calendar::{DateSpan, Month, MonthSpan, NaiveDate, day_after, day_before, days_after, years_before};
use crate::citation::Label;
use crate::history::{Event, EventKind};
use crate::industry::RiskClass;
use crate::rule_set::{ActsOn, Adjustment, EventCondition, Uses};

use super::ground::Ground;
use super::reach::{Wanted, reach};
use super::scene::Scenes;
use super::sketch::Sketch;
use super::{Cases, bounds, label};

pub(super) fn all(cases: &mut Cases<'_>, scenes: &Scenes) {
    let law = cases.ground.law;
    for adjustment in law.rules().adjustments() {
        let Some(condition) = &adjustment.when.event else { continue };
        let acting = acting(&cases.ground, adjustment);
        let scenes = moved(cases, scenes, adjustment, &acting);
        if scenes.is_empty() {
            cases.cannot(
                format!("adjustment/{}", adjustment.id),
                label(
                    format!("调整“{}”不改变任何结果", adjustment.label.zh),
                    format!("adjustment \"{}\" changes no result", adjustment.label.en),
                ),
            );
        }
        for (suffix, scene) in ["", "/high"].into_iter().zip(&scenes) {
            Played { adjustment, condition, suffix }.play(cases, scene, &acting);
        }
    }
}

/// An adjustment on a scene.
struct Played<'p> {
    adjustment: &'p Adjustment,
    condition: &'p EventCondition,
    /// Behind the names of a second scene.
    suffix: &'p str,
}

impl Played<'_> {
    fn play(&self, cases: &mut Cases<'_>, scene: &Sketch, acting: &[Event]) {
        let (adjustment, condition) = (self.adjustment, self.condition);
        let times = Times::of(cases.ground.law);
        self.with(cases, scene, "without", ("无此事件", "no such event"), Vec::new());
        for (what, zh, en, days, found) in edges(&times, condition) {
            let Some(days) = days else { continue };
            let events = granted(acting, Ground::event(condition.kind, level(condition), days, found));
            self.with(cases, scene, &what, (zh, en), events);
        }
        for level in levels(condition) {
            let mut events = acting.to_vec();
            events.iter_mut().filter(|it| it.kind == condition.kind).for_each(|it| it.level = level);
            let (zh, en) = (format!("{level} 级"), format!("level {level}"));
            self.with(cases, scene, &format!("level-{level}"), (&zh, &en), events);
        }
        if adjustment.when.on_application {
            let events = acting.iter().filter(|it| it.kind != EventKind::Application).cloned().collect();
            self.with(cases, scene, "not-applied-for", ("未申请", "not applied for"), events);
        }
        if self.suffix.is_empty() {
            used(cases, scene, adjustment, acting);
        }
    }

    fn with(&self, cases: &mut Cases<'_>, scene: &Sketch, what: &str, (zh, en): (&str, &str), events: Vec<Event>) {
        let adjustment = self.adjustment;
        let words = Label {
            zh: format!("调整“{}”：{zh}", adjustment.label.zh),
            en: format!("adjustment \"{}\": {en}", adjustment.label.en),
        };
        let id = format!("adjustment/{}/{what}{}", adjustment.id, self.suffix);
        cases.add(id, words, Sketch { events, ..scene.clone() });
    }
}

/// The events by which an adjustment acts for sure, an application among them where one is asked for.
pub(super) fn acting(ground: &Ground<'_>, adjustment: &Adjustment) -> Vec<Event> {
    let Some(condition) = &adjustment.when.event else { return Vec::new() };
    let times = Times::of(ground.law);
    let first = times.first_day;
    let inside = super::reach::day_inside(&times.window);
    let (from, found) = match condition.acts_on {
        ActsOn::FoundInWindow | ActsOn::ConductInWindow | ActsOn::WhileListed | ActsOn::YearsAfterFound => {
            (inside, inside)
        }
        ActsOn::OnceFound => (day_after(first), day_after(first)),
        ActsOn::MonthAfterFound => (first, first),
    };
    let mut events: Vec<Event> = DateSpan::new(from, None)
        .map(|days| Ground::event(condition.kind, level(condition), days, Some(found)))
        .into_iter()
        .collect();
    if adjustment.when.on_application {
        let days = DateSpan::new(first, Some(first));
        let application = days.map(|days| Ground::event(EventKind::Application, 0, days, None));
        events.extend(application.map(|it| Event { id: "E2".to_owned(), ..it }));
    }
    events
}

/// An event in the place of the one that acts.
fn granted(acting: &[Event], event: Event) -> Vec<Event> {
    let mut events: Vec<Event> = acting.iter().filter(|it| it.kind != event.kind).cloned().collect();
    events.insert(0, event);
    events
}

/// A level that a condition asks for; zero where it asks for none.
fn level(condition: &EventCondition) -> u8 {
    let Some(levels) = &condition.level else { return 0 };
    (0..=9).find(|level| levels.contains(crate::amount::Quantity::count(i128::from(*level)))).unwrap_or(0)
}

/// The levels asked for, and those beside them.
fn levels(condition: &EventCondition) -> Vec<u8> {
    let Some(levels) = &condition.level else { return Vec::new() };
    let inside = |level: u8| levels.contains(crate::amount::Quantity::count(i128::from(level)));
    // An event without a level is one of level zero.
    (0..=9)
        .filter(|level| inside(*level) || (*level < 9 && inside(*level + 1)) || (*level > 0 && inside(*level - 1)))
        .collect()
}

/// Scenes in which an adjustment changes what comes out: that of the lowest grade, and that of the highest.
fn moved(cases: &Cases<'_>, scenes: &Scenes, adjustment: &Adjustment, acting: &[Event]) -> Vec<Sketch> {
    let asked = |measure: usize| adjustment.when.measures.iter().any(|it| it.measure == measure);
    let fits = |(class, wanted): (RiskClass, &[Wanted])| {
        let own = adjustment.when.measures.iter().map(|it| (it.measure, 0, bounds::inside(&it.interval)));
        let others = wanted.iter().filter(|(of, at, _)| *at > 0 || !asked(*of)).copied();
        let all: Vec<Wanted> = others.chain(own).collect();
        let sketch = reach(&cases.ground, &cases.ground.start(class), &all)?;
        let with = Sketch { events: acting.to_vec(), ..sketch.clone() };
        let grade = cases.decision(&sketch)?.outcome().grade;
        cases.differ(&sketch, &with).then_some((grade, sketch))
    };
    let mut found: Vec<_> = scenes.ways().filter_map(fits).collect();
    found.sort_by_key(|(grade, _)| *grade);
    let last = if found.len() > 1 { found.pop() } else { None };
    let first = found.into_iter().next();
    let apart = |(grade, _): &(_, Sketch)| first.as_ref().is_some_and(|(lowest, _)| lowest != grade);
    let last = last.filter(apart);
    first.into_iter().chain(last).map(|(_, sketch)| sketch).collect()
}

/// What an account has used of an adjustment of limited use is not given again.
fn used(cases: &mut Cases<'_>, scene: &Sketch, adjustment: &Adjustment, acting: &[Event]) {
    let Some(uses) = adjustment.uses else { return };
    let mut sketch = Sketch { events: acting.to_vec(), ..scene.clone() };
    let Some(last) = &mut sketch.last else { return };
    // One use in an earlier cycle, by the same event.
    let event = match uses {
        Uses::Once => String::new(),
        Uses::OncePerEvent => ":E1".to_owned(),
    };
    last.used.push(format!("{}{event}@{}", adjustment.id, last.days.from()));
    let words = label(
        format!("调整“{}”：此前周期已用", adjustment.label.zh),
        format!("adjustment \"{}\": used in an earlier cycle", adjustment.label.en),
    );
    cases.add(format!("adjustment/{}/used", adjustment.id), words, sketch);
}

/// The days that events are held against.
struct Times {
    window: MonthSpan,
    first_day: NaiveDate,
}

impl Times {
    fn of(law: &crate::rule_set::Law) -> Self {
        // The reader refuses a cycle without a window.
        Self { window: law.windows()[0], first_day: law.setting().from() }
    }
}

type EventEdge = (String, &'static str, &'static str, Option<DateSpan>, Option<NaiveDate>);

/// An event on each side of each edge of when it acts.
fn edges(times: &Times, condition: &EventCondition) -> Vec<EventEdge> {
    let (first, last) = (times.window.from().first_day(), times.window.to().last_day());
    let (before, after) = (day_before(first), day_after(last));
    let on = times.first_day;
    let year_before = years_before(first, 1);
    let day = |day: NaiveDate| DateSpan::new(day, Some(day));
    let to = |day: NaiveDate| DateSpan::new(year_before, Some(day));
    let from = |day: NaiveDate| DateSpan::new(day, None);
    let found = |name: &str, zh, en, at: NaiveDate| (format!("found-{name}"), zh, en, day(at), Some(at));
    match condition.acts_on {
        ActsOn::FoundInWindow => vec![
            found("before", "考核期前一日查实", "found the day before the window", before),
            found("first", "考核期首日查实", "found on the first day of the window", first),
            found("last", "考核期末日查实", "found on the last day of the window", last),
            found("after", "考核期后一日查实", "found the day after the window", after),
        ],
        ActsOn::ConductInWindow => vec![
            ("ends-before".to_owned(), "考核期前一日止", "ends the day before the window", to(before), None),
            ("ends-first".to_owned(), "考核期首日止", "ends on the first day of the window", to(first), None),
            ("begins-last".to_owned(), "考核期末日起", "begins on the last day of the window", from(last), None),
            ("begins-after".to_owned(), "考核期后一日起", "begins the day after the window", from(after), None),
        ],
        ActsOn::WhileListed => vec![
            ("begins-that".to_owned(), "执行期首日起", "begins on the first day of the rates", from(on), None),
            ("begins-next".to_owned(), "执行期次日起", "begins the day after", from(day_after(on)), None),
            ("ends-that".to_owned(), "执行期首日止", "ends on the first day of the rates", to(on), None),
            ("ended-before".to_owned(), "执行期前一日止", "ended the day before the rates", to(day_before(on)), None),
        ],
        ActsOn::YearsAfterFound => {
            let since = years_before(last, condition.years);
            vec![
                found("too-long-ago", "恰满年限", "found exactly so many years before the end of the window", since),
                found("just-in-time", "未满年限一日", "found a day later", day_after(since)),
                found("last", "考核期末日查实", "found on the last day of the window", last),
                found("after", "考核期后一日查实", "found the day after the window", after),
            ]
        }
        ActsOn::OnceFound => vec![
            found("that", "执行期首日查实", "found on the first day of the rates", on),
            found("next", "执行期次日查实", "found the day after", day_after(on)),
        ],
        ActsOn::MonthAfterFound => {
            let month = Month::of(on);
            let last_of = |it: Month| it.last_day();
            vec![
                (
                    "month-before".to_owned(),
                    "上月末查实",
                    "found on the last day of the month before",
                    from(year_before),
                    Some(last_of(month.plus(-1))),
                ),
                (
                    "that-month".to_owned(),
                    "当月首日查实",
                    "found on the first day of the rates",
                    from(year_before),
                    Some(on),
                ),
                (
                    "ends".to_owned(),
                    "证书到期",
                    "found, and ends in the month after",
                    DateSpan::new(year_before, Some(days_after(month.plus(1).first_day(), 9))),
                    Some(on),
                ),
            ]
        }
    }
}
