//! Pictures of pages: who stands at which grade, who moved, and one account over its years.

use rate_core::error::Lang;
use rate_core::notice::yuan;

use super::account::{Segment, Year};
use super::run::{ByChange, ByGrade};
use super::words;
use crate::svg::{Anchor, Svg};

const INK: &str = "#1f2933";
const FAINT: &str = "#cfd6de";
const PREMIUM: &str = "#2f6f9f";
const BENEFITS: &str = "#d08a2e";
const RATE: &str = "#8a2f3b";
/// Grades from the lowest to the highest, as far as colours go; read in grey too, since each has its words beside it.
const GRADES: [&str; 5] = ["#2e7d5b", "#7fb394", "#8fa3b5", "#d9a066", "#b5483a"];

/// Everything is drawn in tenths of a pixel.
const WIDE: i128 = 6_400;
const BAR: i128 = 220;
const STEP: i128 = 340;
const LABEL: i128 = 900;
const VALUE: i128 = 1_900;

/// Whole numbers as lengths.
fn length(value: u64) -> i128 {
    i128::from(value)
}

fn place(index: usize) -> i128 {
    i128::try_from(index).unwrap_or_default()
}

/// Bars with what they are, and how much, beside them.
fn bars(said: &str, rows: &[(String, u64, String, &str)]) -> String {
    let most = rows.iter().map(|row| row.1).max().unwrap_or(1).max(1);
    let mut svg = Svg::new(LABEL + WIDE + VALUE, STEP * place(rows.len()) + 100);
    for (index, (name, value, text, colour)) in rows.iter().enumerate() {
        let top = 60 + STEP * place(index);
        let width = (length(*value) * WIDE / length(most)).max(if *value > 0 { 20 } else { 0 });
        svg.text((LABEL - 100, top + 155), Anchor::End, INK, name);
        svg.bar((LABEL, top), (width, BAR), colour, &format!("{name}: {text}"));
        svg.text((LABEL + width + 80, top + 155), Anchor::Start, INK, text);
    }
    svg.finish(said)
}

/// Accounts by grade.
pub(super) fn by_grade(rows: &[ByGrade], lang: Lang) -> String {
    let rows: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let text = match lang {
                Lang::Zh => format!("{} 户", row.accounts),
                Lang::En => format!("{} accounts", row.accounts),
            };
            let colour = GRADES[index * (GRADES.len() - 1) / rows.len().saturating_sub(1).max(1)];
            (row.grade.clone(), row.accounts, text, colour)
        })
        .collect();
    bars(lang.pick("各档次户数", "Accounts by grade"), &rows)
}

/// Accounts by change against their previous rate.
pub(super) fn by_change(rows: &[ByChange], lang: Lang) -> String {
    let colour = |change: &str| match change {
        "up" => GRADES[4],
        "down" => GRADES[0],
        _ => GRADES[2],
    };
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let moved = row.after_fen - row.before_fen;
            let sign = if moved > 0 { "+" } else { "" };
            let text = match lang {
                Lang::Zh => format!("{} 户，{sign}{} 元", row.accounts, yuan(moved)),
                Lang::En => format!("{} accounts, {sign}{} yuan", row.accounts, yuan(moved)),
            };
            (words::of("change", &row.change, lang), row.accounts, text, colour(&row.change))
        })
        .collect();
    bars(lang.pick("较上期变化", "Change against the previous rate"), &rows)
}

/// Where an account's bands begin and how tall they are.
const LEFT: i128 = 1_500;
const YEAR: i128 = 780;
const RATES: (i128, i128) = (420, 900);
const MONEY: (i128, i128) = (1_750, 1_300);
const PEOPLE: i128 = 3_420;
const TALL: i128 = 3_800;

/// One account over its years: rates above, premium and benefits with their ratio, heads and injuries below.
pub(super) fn account(years: &[Year], segments: &[Segment], lang: Lang) -> String {
    let year_of = |day: &str| day.get(..4).and_then(|year| year.parse::<i32>().ok());
    let rated: Vec<&Segment> = segments.iter().filter(|it| it.rate_percent.is_some()).collect();
    let all = years.iter().map(|it| it.number).chain(rated.iter().filter_map(|it| year_of(&it.from)));
    let all: Vec<i32> = all.chain(rated.iter().filter_map(|it| year_of(it.to.as_deref()?))).collect();
    let (Some(first), Some(last)) = (all.iter().min().copied(), all.iter().max().copied()) else {
        return String::new();
    };
    let canvas = Canvas { first, last, lang };
    let mut svg = Svg::new(LEFT + YEAR * i128::from(last - first + 1) + 300, TALL);
    canvas.axis(&mut svg);
    canvas.rates(&mut svg, &rated);
    canvas.money(&mut svg, years);
    canvas.people(&mut svg, years);
    svg.finish(
        lang.pick(
            "费率、缴费与待遇、人数与工伤，逐年",
            "Rates, premium and benefits, heads and injuries, year by year",
        ),
    )
}

/// The years that a picture is about.
struct Canvas {
    first: i32,
    last: i32,
    lang: Lang,
}

impl Canvas {
    /// Where a year begins.
    fn year(&self, year: i32) -> i128 {
        LEFT + YEAR * i128::from(year - self.first)
    }

    /// Where a day stands: its month tells it well enough.
    fn day(&self, day: &str) -> i128 {
        let number = |part: Option<&str>| part.and_then(|it| it.parse::<i32>().ok());
        let (year, month) = (number(day.get(..4)), number(day.get(5..7)));
        let of_year = i128::from(month.unwrap_or(1) - 1) * YEAR / 12;
        (self.year(year.unwrap_or(self.first)) + of_year).min(self.year(self.last + 1))
    }

    fn axis(&self, svg: &mut Svg) {
        let right = self.year(self.last + 1);
        let ends = [RATES.0 + RATES.1, MONEY.0 + MONEY.1, PEOPLE + 200];
        for year in self.first..=self.last {
            let x = self.year(year);
            svg.line((x, 300), (x, PEOPLE + 200), FAINT);
            svg.text((x + YEAR / 2, 240), Anchor::Middle, INK, &year.to_string());
        }
        svg.line((right, 300), (right, PEOPLE + 200), FAINT);
        for y in ends {
            svg.line((LEFT, y), (right, y), INK);
        }
        let names = [
            (RATES.0 + 200, self.lang.pick("费率", "Rate")),
            (MONEY.0 + 200, self.lang.pick("缴费 / 待遇", "Premium / benefits")),
            (PEOPLE - 60, self.lang.pick("人数", "Heads")),
            (PEOPLE + 130, self.lang.pick("工伤", "Injuries")),
        ];
        for (y, name) in names {
            svg.text((LEFT - 80, y), Anchor::End, INK, name);
        }
    }

    /// A line that steps from rate to rate, each with its words.
    fn rates(&self, svg: &mut Svg, rated: &[&Segment]) {
        let millionths = |text: &str| {
            let (whole, part) = text.split_once('.').unwrap_or((text, ""));
            format!("{whole}{:0<4}", part.get(..4).unwrap_or(part)).parse::<i128>().unwrap_or_default()
        };
        let value = |it: &Segment| it.rate_percent.as_deref().map_or(0, millionths);
        let most = rated.iter().map(|it| value(it)).max().unwrap_or(1).max(1);
        let (top, tall) = RATES;
        let y = |value: i128| top + tall - value * (tall - 260) / most;
        let mut points = Vec::new();
        // Each second one has its words below the line: neighbours may be short.
        for (index, it) in rated.iter().enumerate() {
            let (from, to) =
                (self.day(&it.from), it.to.as_deref().map_or(self.year(self.last + 1), |to| self.day(to) + YEAR / 12));
            points.extend([(from, y(value(it))), (to, y(value(it)))]);
            let rate = it.rate_percent.clone().unwrap_or_default();
            let grade = it.grade.as_ref().map_or_else(String::new, |grade| format!(" ({})", grade.label));
            let beside = if index.is_multiple_of(2) { -60 } else { 160 };
            svg.text(
                (i128::midpoint(from, to), y(value(it)) + beside),
                Anchor::Middle,
                RATE,
                &format!("{rate}%{grade}"),
            );
        }
        svg.path(&points, RATE);
    }

    /// Premium and benefits beside each other, and what share of the one the other is.
    fn money(&self, svg: &mut Svg, years: &[Year]) {
        let (top, tall) = MONEY;
        let most = years.iter().map(|it| it.due_fen.max(it.benefits_fen)).max().unwrap_or(1).max(1);
        let height = |fen: i128| fen.max(0) * (tall - 200) / most;
        for it in years {
            let x = self.year(it.number);
            let pair = [
                (x + 120, it.due_fen, PREMIUM, self.lang.pick("缴费", "premium")),
                (x + 400, it.benefits_fen, BENEFITS, self.lang.pick("待遇", "benefits")),
            ];
            for (x, fen, colour, name) in pair {
                let said = format!("{} {name} {}", it.number, yuan(fen));
                svg.bar((x, top + tall - height(fen)), (250, height(fen)), colour, &said);
            }
            let tallest = height(it.due_fen.max(it.benefits_fen));
            svg.text((x + YEAR / 2, top + tall - tallest - 60), Anchor::Middle, INK, &it.ratio_text());
        }
    }

    /// Heads in figures, and a dot for each injury as far as there is room.
    fn people(&self, svg: &mut Svg, years: &[Year]) {
        for it in years {
            let x = self.year(it.number);
            if it.heads > 0 {
                svg.text((x + YEAR / 2, PEOPLE - 60), Anchor::Middle, INK, &it.heads.to_string());
            }
            if it.injuries > 0 {
                svg.text((x + YEAR / 2, PEOPLE + 130), Anchor::Middle, RATE, &it.injuries.to_string());
            }
        }
    }
}
