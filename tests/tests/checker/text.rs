//! A made-up rule set as the file its author would write.

use std::fmt::Write as _;

use super::shape::{
    Adjustment, Condition, Conflict, Effect, Follows, From, Given, Interval, Kind, Measure, Row, Set, Table, Unit,
};

/// A number of millionths as a decimal with so many digits to the right of the point, none of them idle.
pub(crate) fn decimal(number: i64, digits: usize) -> String {
    let scale = 10_i64.pow(digits as u32);
    let text = format!("{}.{:0digits$}", number / scale, number % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn bound(measure: &Measure, millionths: i64) -> String {
    match measure.kind.unit() {
        _ if millionths == 0 => "0".to_owned(),
        Unit::Number => decimal(millionths, 6),
        Unit::Yuan => format!("{}元", decimal(millionths, 8)),
        Unit::Percent if measure.per_mille => format!("{}‰", decimal(millionths, 3)),
        Unit::Percent => format!("{}%", decimal(millionths, 4)),
    }
}

fn interval(measure: &Measure, interval: &Interval) -> String {
    let print = |millionths| bound(measure, millionths);
    match (interval.low, interval.high) {
        (None, None) => ">= 0".to_owned(),
        (Some((low, true)), Some((high, true))) if low == high => print(low),
        (Some((low, closed)), None) => format!("{} {}", if closed { ">=" } else { ">" }, print(low)),
        (None, Some((high, closed))) => format!("{} {}", if closed { "<=" } else { "<" }, print(high)),
        (Some((low, low_closed)), Some((high, high_closed))) => {
            let (open, close) = (if low_closed { '[' } else { '(' }, if high_closed { ']' } else { ')' });
            format!("{open}{}, {}{close}", print(low), print(high))
        }
    }
}

fn conditions(set: &Set, conditions: &[Condition]) -> String {
    let one = |it: &Condition| {
        let measure = &set.measures[it.measure];
        format!("{} = \"{}\"", measure.kind.name(), interval(measure, &it.interval))
    };
    conditions.iter().map(one).collect::<Vec<_>>().join(", ")
}

const fn from_word(from: From) -> &'static str {
    match from {
        From::Base => "base",
        From::Last => "last-grade",
    }
}

fn given(set: &Set, given: Given) -> String {
    match given {
        Given::Grade(grade) => format!("grade = \"{}\"", set.label(grade)),
        Given::Shift(shift, from) => format!("shift = {shift}, from = \"{}\"", from_word(from)),
        Given::Keep => "keep = \"last-rate\"".to_owned(),
        Given::NotSeen => "grade = \"?\"".to_owned(),
    }
}

/// What a row gives, as the checker prints it.
pub(crate) fn given_shown(set: &Set, given: Given) -> String {
    match given {
        Given::Grade(grade) => set.label(grade),
        Given::Shift(shift, from) => format!("{shift:+} ({})", from_word(from)),
        Given::Keep => "last-rate".to_owned(),
        Given::NotSeen => "?".to_owned(),
    }
}

fn class_list(classes: &[bool]) -> String {
    let numbers = classes.iter().zip(1..).filter(|(flag, _)| **flag).map(|(_, class): (_, u8)| class.to_string());
    numbers.collect::<Vec<_>>().join(",")
}

fn row(set: &Set, table: &Table, row: &Row) -> String {
    let mut text = format!("id = \"{}\"\n", row.id);
    for (group, list) in [("all", &row.all), ("any", &row.any)] {
        if !list.is_empty() {
            let _ = writeln!(text, "{group} = {{ {} }}", conditions(set, list));
        }
    }
    if row.windows > 1 {
        let _ = writeln!(text, "for_windows = {}", row.windows);
    }
    if !row.unless.is_empty() {
        let others: Vec<String> = row.unless.iter().map(|other| format!("\"{}\"", table.rows[*other].id)).collect();
        let _ = writeln!(text, "unless = [{}]", others.join(", "));
    }
    if row.classes.contains(&false) {
        let _ = writeln!(text, "classes = \"{}\"", class_list(&row.classes));
    }
    text + &given(set, row.given).replace(", ", "\n") + "\n"
}

fn matrix(set: &Set, table: &Table, (down, across): (usize, usize)) -> String {
    let side = |place: usize, rows: Vec<&Row>| {
        let measure = &set.measures[rows[0].all[place].measure];
        let bounds: Vec<String> =
            rows.iter().map(|row| format!("\"{}\"", interval(measure, &row.all[place].interval))).collect();
        format!("{{ measure = \"{}\", bounds = [{}] }}", measure.kind.name(), bounds.join(", "))
    };
    let cell = |row: &Row| given(set, row.given).trim_start_matches("grade = ").to_owned();
    let lines: Vec<String> = table
        .rows
        .chunks(across)
        .map(|line| format!("[{}]", line.iter().map(cell).collect::<Vec<_>>().join(", ")))
        .collect();
    format!(
        "[{}.matrix]\nrows = {}\ncolumns = {}\ngrade = [{}]\n",
        path(set, table),
        side(0, table.rows.iter().step_by(across).take(down).collect()),
        side(1, table.rows.iter().take(across).collect()),
        lines.join(", ")
    )
}

/// Path of a table in the file.
pub(crate) fn path(set: &Set, table: &Table) -> String {
    if set.tables.len() == 1 { "float_table".to_owned() } else { format!("float_tables.{}", table.id) }
}

fn table(set: &Set, table: &Table) -> String {
    let path = path(set, table);
    let mut text = format!("[{path}]\ncite = \"d\"\n");
    if let Some(conflict) = table.conflict {
        let word = match conflict {
            Conflict::HighestGrade => "highest-grade",
            Conflict::FirstRow => "first-row",
            Conflict::ExactlyOne => "exactly-one",
        };
        let _ = writeln!(text, "conflict = \"{word}\"");
    }
    if let Some(otherwise) = table.otherwise {
        let _ = writeln!(text, "otherwise = {{ {} }}", given(set, otherwise));
    }
    if table.may_fall {
        text.push_str("may_fall = true\n");
    }
    match table.matrix {
        Some(size) => text + &matrix(set, table, size),
        None => table.rows.iter().fold(text, |text, it| text + &format!("[[{path}.rows]]\n") + &row(set, table, it)),
    }
}

fn measure(measure: &Measure) -> String {
    let kind = measure.kind;
    let parts = match kind {
        Kind::Assessed => "numerator = { claims = \"severe\", count = \"persons\", by = \"assessed-on\" }\n",
        Kind::Benefits => "numerator = { benefits = \"fund\", by = \"accounted-on\" }\n",
        Kind::Deaths => "numerator = { claims = \"death\", count = \"claims\", by = \"death-on\" }\n",
        Kind::Incidence => {
            "numerator = { claims = \"recognised\", count = \"persons\", by = \"recognised-on\", exclude = [\"A14-4\"] }\n\
             denominator = { headcount = \"monthly-mean\" }\nper = \"window\"\n"
        }
        Kind::Premium => "numerator = { premium = \"paid\", by = \"received-on\", relieved = \"as-paid\" }\n",
        Kind::Ratio => {
            "numerator = { benefits = \"fund\", by = \"paid-on\" }\n\
             denominator = { premium = \"paid\", by = \"for-month\", relieved = \"as-paid\" }\n"
        }
        Kind::Relative => {
            "numerator = { claims = \"new-disease\", count = \"claims\", by = \"recognised-on\" }\n\
             denominator = { headcount = \"monthly-mean\" }\nper = \"year\"\n\
             relative_to = { statistic = \"average\" }\n"
        }
    };
    let word = |follows| match follows {
        Follows::Base => "base-rate",
        Follows::Last => "last-rate",
        Follows::Fails => "row-fails",
        Follows::Zero => "as-zero",
    };
    let causes = measure.undefined.iter().filter_map(|(cause, follows)| follows.map(|it| (cause.word(), word(it))));
    let earlier = measure.earlier_as_zero.map(|zero| ("earlier_window", if zero { "as-zero" } else { "row-fails" }));
    let undefined: Vec<String> = causes.chain(earlier).map(|(key, word)| format!("{key} = \"{word}\"")).collect();
    let mut text = format!("[measures.{}]\nlabel = {{ zh = \"x\", en = \"x\" }}\ncite = \"d\"\n{parts}", kind.name());
    if !undefined.is_empty() {
        let _ = writeln!(text, "undefined = {{ {} }}", undefined.join(", "));
    }
    if let Some((digits, up)) = measure.round {
        let mode = if up { "half-up" } else { "down" };
        let _ = writeln!(text, "round = {{ digits = {digits}, of = \"percent\", mode = \"{mode}\" }}");
    }
    text
}

fn adjustment(set: &Set, adjustment: &Adjustment) -> String {
    let event = adjustment.event.then(|| "event = \"fraud\", acts_on = \"found-in-window\"".to_owned());
    let measures = Some(conditions(set, &adjustment.when)).filter(|text| !text.is_empty());
    let when: Vec<String> = event.into_iter().chain(measures).collect();
    let effect = match adjustment.effect {
        Effect::NoDecrease(from) => format!("no_decrease_from = \"{}\"", from_word(from)),
        Effect::AtLeast(grade) => format!("grade_at_least = \"{}\"", set.label(grade)),
        Effect::NotBelow(grade) => format!("not_below = \"{}\"", set.label(grade)),
        Effect::Grade(grade) => format!("grade = \"{}\"", set.label(grade)),
        Effect::Shift(shift) => format!("shift = {shift}"),
        Effect::Points(hundredths) => {
            let sign = if hundredths < 0 { "-" } else { "" };
            format!("points = \"{sign}{}pp\"", decimal(hundredths.abs(), 2))
        }
    };
    format!(
        "[[adjustments]]\nid = \"{}\"\ncite = \"d\"\nwhen = {{ {} }}\neffect = {{ {effect} }}\n",
        adjustment.id,
        when.join(", ")
    )
}

fn head(set: &Set) -> String {
    let (form, system) =
        (if set.published { "as-published" } else { "method" }, if set.classes == 3 { "three" } else { "eight" });
    let grade = |place: usize| {
        let label = set.label(place);
        format!("{{ label = \"{label}\", shift = {}, factor = \"{label}\" }}", place as i64 - set.base as i64)
    };
    let grades: Vec<String> = (0..set.grades).map(grade).collect();
    let windows = ["{ from = 2023-01-01, to = 2023-12-31 }", "{ from = 2022-01-01, to = 2022-12-31 }"];
    let by_class = set.first_class.map_or_else(String::new, |(low, high)| {
        let labels: Vec<String> = (low..=high).map(|grade| format!("\"{}\"", set.label(grade))).collect();
        format!("by_class = {{ 1 = [{}] }}\n", labels.join(", "))
    });
    format!(
        r#"format = "rule-set/1"
area = "100001"
version = "1"
form = "{form}"
name = {{ zh = "x", en = "x" }}
in_force = {{ from = 2020-01-01 }}
cite = "d"
attribution = {{ dispatch = "insured", secondment = "insured", several_jobs = "insured", disease_after_leaving = "insured", cite = "d" }}
[documents.d]
title = {{ zh = "x", en = "x" }}
[classes]
system = "{system}"
editions = ["gbt4754-2017"]
cite = "d"
[[cycles]]
id = "2024"
rate_period = {{ from = 2024-01-01, to = 2024-12-31 }}
windows = [{}]
cite = "d"
[participation]
kinds = ["employer"]
classes = "1-{}"
others = "base-rate"
first_insured = {{ covered_months_under = 0, counted = "in-window", then = "base-rate" }}
returning = {{ covered_months_under = 0, then = "measure-covered-months" }}
cite = "d"
[ladder]
kind = "factor-of-base"
grades = [{}]
{by_class}cite = "d"
[limits]
max_move = {{ grades = {}, from = "{}" }}
cite = "d"
[floor]
at = "none"
cite = "d"
[rounding]
rate = "none"
premium = {{ unit = "fen", mode = "half-up" }}
cite = "d"
[changes]
class_change = "keep-grade"
window_filled = "next-cycle"
merger = "add"
split = "by-share"
cite = "d"
"#,
        windows[..set.windows].join(", "),
        set.classes,
        grades.join(", "),
        set.max_move.0,
        from_word(set.max_move.1),
    )
}

/// A method of three classes and the grades 50, 100 and 150 %, with its measures and tables written by hand.
pub(crate) fn method(rest: &str) -> String {
    head(&Set {
        published: false,
        classes: 3,
        measures: Vec::new(),
        tables: Vec::new(),
        highest: true,
        adjustments: Vec::new(),
        grades: 3,
        base: 1,
        first_class: None,
        max_move: (2, From::Base),
        windows: 1,
    }) + rest
}

/// The file.
pub(crate) fn file(set: &Set) -> String {
    let mut text = head(set);
    set.measures.iter().for_each(|it| text.push_str(&measure(it)));
    if set.tables.len() > 1 {
        let names: Vec<String> = set.tables.iter().map(|table| format!("\"{}\"", table.id)).collect();
        let rule = if set.highest { "highest" } else { "sum" };
        let _ = writeln!(text, "[combine]\ntables = [{}]\nrule = \"{rule}\"\ncite = \"d\"", names.join(", "));
    }
    set.tables.iter().for_each(|it| text.push_str(&table(set, it)));
    set.adjustments.iter().for_each(|it| text.push_str(&adjustment(set, it)));
    text
}
