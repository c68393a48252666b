//! The kinds of pictures: bars beside each other, a matrix in shades, lines over numbers, a fan of percentiles.

use crate::svg::{Anchor, Svg};

const INK: &str = "#333";
const FAINT: &str = "#d7dde4";
/// Colours of the series, in their order: what is in force, then candidates; told apart in grey too.
const SERIES: [&str; 5] = ["#a9b4c0", "#1f4e79", "#c2722c", "#4f8a5b", "#7a4f8a"];

/// A figure with the text that is shown for it.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub(super) value: i128,
    pub(super) text: String,
}

/// Bars in groups, one bar for each series, from zero to the right; to the left where a value is negative.
pub(super) fn bars(said: &str, series: &[String], groups: &[(String, Vec<Figure>)]) -> String {
    const WIDE: i128 = 4_200;
    const BAR: i128 = 130;
    const GAP: i128 = 90;
    let label = groups.iter().map(|(label, _)| wide(label)).max().unwrap_or(0).max(700) + 160;
    let figures = || groups.iter().flat_map(|(_, figures)| figures);
    let most = figures().map(|it| it.value).max().unwrap_or(0).max(0);
    let least = figures().map(|it| it.value).min().unwrap_or(0).min(0);
    let span = (most - least).max(1);
    // Where some lie below zero, their texts need room to the left of their bars.
    let left = if least < 0 { label + 900 } else { label };
    let at = |value: i128| left + (value - least) * WIDE / span;
    let heads = if series.len() > 1 { 260 } else { 60 };
    let tall: i128 = groups.iter().map(|(_, figures)| rows(figures.len()) * BAR + GAP).sum();
    let mut svg = Svg::new(left + WIDE + 1_500, heads + tall + 40);
    if series.len() > 1 {
        legend(&mut svg, series, label);
    }
    let mut y = heads;
    for (name, figures) in groups {
        let height = rows(figures.len()) * BAR;
        svg.text((label - 80, y + height / 2 + 42), Anchor::End, INK, name);
        for (place, figure) in (0_i128..).zip(figures) {
            let colour = SERIES[usize::try_from(place).unwrap_or(0) % SERIES.len()];
            let (from, to) = (at(0).min(at(figure.value)), at(0).max(at(figure.value)));
            let top = y + place * BAR;
            svg.bar((from, top), ((to - from).max(5), BAR - 25), colour, &format!("{name}: {}", figure.text));
            if figure.value < 0 {
                svg.text((from - 50, top + 90), Anchor::End, INK, &figure.text);
            } else {
                svg.text((to + 50, top + 90), Anchor::Start, INK, &figure.text);
            }
        }
        y += height + GAP;
    }
    svg.line((at(0), heads - 30), (at(0), heads + tall - 40), INK);
    svg.finish(said)
}

fn rows(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(1)
}

/// About how wide a text is: Chinese letters are as wide as the text is tall.
fn wide(text: &str) -> i128 {
    text.chars().map(|c| if c.is_ascii() { 66 } else { 112 }).sum()
}

/// The names of series beside their colours.
fn legend(svg: &mut Svg, series: &[String], from: i128) {
    let mut x = from;
    for (place, name) in series.iter().enumerate() {
        svg.bar((x, 40), (110, 110), SERIES[place % SERIES.len()], name);
        svg.text((x + 160, 135), Anchor::Start, INK, name);
        x += 160 + wide(name) + 250;
    }
}

/// A matrix of counts, darker where there are more in a row; the diagonal is framed.
pub(super) fn matrix(said: &str, rows: &[String], columns: &[String], cells: &[Vec<u64>]) -> String {
    const LABEL: i128 = 1_100;
    const WIDE: i128 = 950;
    const TALL: i128 = 320;
    let (across, down) = (columns.len(), rows.len());
    let mut svg = Svg::new(LABEL + WIDE * self::rows(across) + 40, 300 + TALL * self::rows(down) + 20);
    for (place, label) in (0_i128..).zip(columns) {
        svg.text((LABEL + WIDE * place + WIDE / 2, 220), Anchor::Middle, INK, label);
    }
    for (row, (label, counts)) in (0_i128..).zip(rows.iter().zip(cells)) {
        let y = 300 + TALL * row;
        svg.text((LABEL - 80, y + TALL / 2 + 45), Anchor::End, INK, label);
        let all: u64 = counts.iter().sum();
        for (column, (name, count)) in (0_i128..).zip(columns.iter().zip(counts)) {
            let share = i128::from(*count) * 100 / i128::from(all.max(1));
            let x = LABEL + WIDE * column;
            svg.bar((x + 10, y + 10), (WIDE - 20, TALL - 20), &shade(share), &format!("{label} → {name}: {count}"));
            if *count > 0 {
                let ink = if share > 55 { "#fff" } else { INK };
                svg.text((x + WIDE / 2, y + TALL / 2 + 45), Anchor::Middle, ink, &count.to_string());
            }
            if label == name {
                let (right, below) = (x + WIDE - 10, y + TALL - 10);
                for (from, to) in [
                    ((x + 10, y + 10), (right, y + 10)),
                    ((right, y + 10), (right, below)),
                    ((right, below), (x + 10, below)),
                    ((x + 10, below), (x + 10, y + 10)),
                ] {
                    svg.line(from, to, SERIES[1]);
                }
            }
        }
    }
    svg.finish(said)
}

/// From white to the colour of candidates, by a share of a hundred.
fn shade(share: i128) -> String {
    let between = |light: i128, dark: i128| light + (dark - light) * share.clamp(0, 100) / 100;
    format!("#{:02x}{:02x}{:02x}", between(0xf4, 0x1f), between(0xf6, 0x4e), between(0xf9, 0x79))
}

/// Points over numbers, joined; the marks of the axes are those of the first, the middle and the last.
pub(super) fn curve(said: &str, points: &[(Figure, Figure)]) -> String {
    const LEFT: i128 = 1_500;
    const WIDE: i128 = 4_600;
    const TALL: i128 = 1_700;
    let bounds = |of: &dyn Fn(&(Figure, Figure)) -> i128| {
        let (least, most) = (points.iter().map(of).min().unwrap_or(0), points.iter().map(of).max().unwrap_or(0));
        (least, (most - least).max(1))
    };
    let ((x0, wide), (y0, tall)) = (bounds(&|it| it.0.value), bounds(&|it| it.1.value));
    let at =
        |it: &(Figure, Figure)| (LEFT + (it.0.value - x0) * WIDE / wide, 150 + TALL - (it.1.value - y0) * TALL / tall);
    let mut svg = Svg::new(LEFT + WIDE + 600, TALL + 480);
    svg.line((LEFT - 60, 100), (LEFT - 60, TALL + 210), FAINT);
    svg.line((LEFT - 60, TALL + 210), (LEFT + WIDE + 100, TALL + 210), FAINT);
    svg.path(&points.iter().map(at).collect::<Vec<_>>(), SERIES[1]);
    for point in points {
        svg.dot(at(point), SERIES[1], &format!("{}: {}", point.0.text, point.1.text));
    }
    let marks = [0, points.len() / 2, points.len().saturating_sub(1)];
    for point in marks.iter().filter_map(|place| points.get(*place)) {
        svg.text((at(point).0, TALL + 370), Anchor::Middle, INK, &point.0.text);
    }
    for point in
        [points.iter().min_by_key(|it| it.1.value), points.iter().max_by_key(|it| it.1.value)].into_iter().flatten()
    {
        svg.text((LEFT - 120, at(point).1 + 40), Anchor::End, INK, &point.1.text);
    }
    svg.finish(said)
}

/// Percentiles year by year: the outer band, the inner band, and the median as a line.
pub(super) fn fan(said: &str, years: &[(String, [Figure; 5])]) -> String {
    const LEFT: i128 = 1_700;
    const WIDE: i128 = 4_600;
    const TALL: i128 = 1_900;
    let values = || years.iter().flat_map(|(_, figures)| figures);
    let least = values().map(|it| it.value).min().unwrap_or(0).min(0);
    let most = values().map(|it| it.value).max().unwrap_or(0).max(0);
    let tall = (most - least).max(1);
    let y = |value: i128| 150 + TALL - (value - least) * TALL / tall;
    let x = |place: usize| LEFT + rows(place) * WIDE / rows(years.len().saturating_sub(1).max(1));
    let mut svg = Svg::new(LEFT + WIDE + 700, TALL + 480);
    let edge =
        |rank: usize| years.iter().enumerate().map(move |(place, (_, figures))| (x(place), y(figures[rank].value)));
    let band =
        |low: usize, high: usize| edge(high).chain(edge(low).collect::<Vec<_>>().into_iter().rev()).collect::<Vec<_>>();
    svg.area(&band(0, 4), "#dbe5ef");
    svg.area(&band(1, 3), "#a8c0d8");
    svg.path(&edge(2).collect::<Vec<_>>(), SERIES[1]);
    svg.line((LEFT, y(0)), (LEFT + WIDE, y(0)), INK);
    for (place, (label, figures)) in years.iter().enumerate() {
        svg.dot((x(place), y(figures[2].value)), SERIES[1], &format!("{label}: {}", figures[2].text));
        svg.text((x(place), TALL + 400), Anchor::Middle, INK, label);
    }
    for figure in [values().min_by_key(|it| it.value), values().max_by_key(|it| it.value)].into_iter().flatten() {
        svg.text((LEFT - 120, y(figure.value) + 40), Anchor::End, INK, &figure.text);
    }
    svg.finish(said)
}
