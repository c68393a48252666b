//! A study as one page: tables and pictures, no script, nothing fetched, made for paper as much as for a screen.

use std::io::{self, Write};

use rate_core::amount::Quantity;
use rate_core::error::Lang;
use rate_core::notice::{escaped as safe, yuan};
use rate_core::scenario::{Comparison, percent, shown as digits};

use super::plots::{Figure, bars, curve, fan, matrix};
use super::table::{Table, shown};
use super::tables::grade_labels;
use super::{Answered, Judged, level_text};
use crate::run::ListCell;

const STYLE: &str = "
@page { size: A4 landscape; margin: 12mm; }
:root { color-scheme: light; }
body { font: 10.5pt/1.5 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif; color: #1a1a1a; max-width: 270mm; margin: 0 auto; padding: 6mm 4mm; }
h1 { font-size: 17pt; margin: 0 0 2mm; }
h2 { font-size: 13pt; margin: 9mm 0 2mm; border-bottom: 1.5pt solid #1f4e79; padding-bottom: 1mm; color: #1f4e79; break-after: avoid; }
h3 { font-size: 11pt; margin: 5mm 0 1mm; break-after: avoid; }
p { margin: 1mm 0 2mm; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 1mm 0 3mm; font-size: 8.5pt; font-variant-numeric: tabular-nums; }
th, td { border: 0.5pt solid #b5b5b5; padding: 0.7mm 1.4mm; text-align: left; vertical-align: top; }
th { background: #eef3f8; font-weight: 600; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.n { text-align: right; white-space: nowrap; }
.w { min-width: 45mm; overflow-wrap: anywhere; }
.m { min-width: 24mm; }
.s { color: #555; font-size: 9pt; }
figure { margin: 2mm 0 4mm; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: 1mm; }
svg { max-width: 100%; height: auto; font: 10.5px 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(120mm, 1fr)); gap: 2mm 8mm; }
@media print { body { max-width: none; padding: 0; } .scroll { overflow: visible; } }
";

/// Writes the page of a study, with its tables in the same language.
///
/// # Errors
/// Where it cannot be written.
pub fn page(answered: &Answered, tables: &[Table], lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    Page { answered, tables, lang, out }.write()
}

struct Page<'a> {
    answered: &'a Answered,
    tables: &'a [Table],
    lang: Lang,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn write(&mut self) -> io::Result<()> {
        let (lang, answered) = (self.lang, self.answered);
        let title = safe(answered.name.text(lang));
        let code = lang.pick("zh-CN", "en");
        writeln!(self.out, "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">")?;
        writeln!(self.out, "<meta name=\"viewport\" content=\"width=device-width\">")?;
        writeln!(self.out, "<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>")?;
        self.about()?;
        self.overview()?;
        for judged in &answered.candidates {
            self.candidate(judged)?;
        }
        self.sweeps()?;
        self.statistics()?;
        self.tables.iter().try_for_each(|table| self.table(table))?;
        writeln!(self.out, "</body>\n</html>")
    }

    fn about(&mut self) -> io::Result<()> {
        let Answered { area, setting, rule_set: (id, verdict), accounts, refused, .. } = self.answered;
        let (id, verdict) = (safe(id), verdict.text(self.lang));
        match self.lang {
            Lang::Zh => writeln!(
                self.out,
                "<p>统筹地区 {area}，执行期 {setting}；现行办法 {id}（{verdict}）；{accounts} 户数据无误，{refused} 户数据有误未计入。本报告为测算，不是核定，不得发布。</p>"
            ),
            Lang::En => writeln!(
                self.out,
                "<p>Pooling area {area}, rates of {setting}; in force {id} ({verdict}); {accounts} accounts with right facts, {refused} with wrong ones left out. This is a study: nothing in it is determined, and nothing may be published.</p>"
            ),
        }
    }

    fn figure(&mut self, caption: &str, svg: &str) -> io::Result<()> {
        writeln!(self.out, "<figure><figcaption>{}</figcaption>{svg}</figure>", safe(caption))
    }

    /// Premium and average rate of everything side by side.
    fn overview(&mut self) -> io::Result<()> {
        let in_force = self.lang.pick("现行办法", "in force").to_owned();
        let baseline = &self.answered.baseline;
        let mut premiums = vec![(in_force, vec![money(baseline.premium_fen)])];
        for judged in &self.answered.candidates {
            for comparison in &judged.comparisons {
                let label = self.named(judged, comparison);
                premiums.push((label, vec![money(comparison.total.after.premium_fen)]));
            }
        }
        if premiums.len() < 2 {
            return Ok(());
        }
        let caption = self.lang.pick("年保费（元）", "Premium of a year, yuan");
        self.figure(caption, &bars(caption, &[], &premiums))
    }

    /// A candidate with its level, where it has two.
    fn named(&self, judged: &Judged, comparison: &Comparison) -> String {
        let name = judged.candidate.label.text(self.lang);
        if judged.comparisons.len() > 1 {
            format!("{name} · {}", level_text(comparison.level, self.lang))
        } else {
            name.to_owned()
        }
    }

    fn candidate(&mut self, judged: &Judged) -> io::Result<()> {
        let lang = self.lang;
        for comparison in &judged.comparisons {
            let name = self.named(judged, comparison);
            writeln!(self.out, "<h2>{}</h2>\n<div class=\"pictures\">", safe(&name))?;
            let series = [lang.pick("现行办法", "in force").to_owned(), name];
            let classes: Vec<(String, Vec<Figure>)> = comparison
                .by_class
                .iter()
                .map(|(class, pair)| {
                    let label = match lang {
                        Lang::Zh => format!("{class} 类"),
                        Lang::En => format!("class {class}"),
                    };
                    (label, vec![rate(pair.before.average_rate()), rate(pair.after.average_rate())])
                })
                .collect();
            let caption = lang.pick("平均费率，按行业类别", "Average rate by class");
            self.figure(caption, &bars(caption, &series, &classes))?;
            let grades: Vec<(String, Vec<Figure>)> = grade_labels(comparison)
                .into_iter()
                .map(|(label, sums)| (self.grade(label), sums.map(|sum| count(sum.accounts)).to_vec()))
                .collect();
            let caption = lang.pick("户数，按档次", "Accounts by grade");
            self.figure(caption, &bars(caption, &series, &grades))?;
            self.migration(comparison)?;
            let caption = lang
                .pick("年保费增减（元）的分布：户数", "How changes of a year's premium (yuan) are spread: accounts");
            let spread = self.tables.iter().find(|table| table.id == "premium-changes").map(|table| {
                let head = [
                    ListCell::Text(judged.candidate.id.clone()),
                    ListCell::Text(level_text(comparison.level, lang).to_owned()),
                ];
                let own = table.rows.iter().filter(|row| row[..2] == head);
                own.map(|row| (shown(&row[2]), vec![figure(&row[3])])).collect::<Vec<_>>()
            });
            if let Some(spread) = spread {
                self.figure(caption, &bars(caption, &[], &spread))?;
            }
            writeln!(self.out, "</div>")?;
        }
        Ok(())
    }

    fn grade(&self, label: String) -> String {
        if label.is_empty() { self.lang.pick("无档次", "no grade").to_owned() } else { label }
    }

    fn migration(&mut self, comparison: &Comparison) -> io::Result<()> {
        let matrix_of = &comparison.migration;
        let rest = [self.lang.pick("无档次", "no grade").to_owned(), self.lang.pick("无费率", "no rate").to_owned()];
        let rows: Vec<String> = matrix_of.from.iter().chain(&rest).cloned().collect();
        let columns: Vec<String> = matrix_of.to.iter().chain(&rest).cloned().collect();
        let cells: Vec<Vec<u64>> =
            matrix_of.cells.iter().map(|row| row.iter().map(|cell| cell.accounts).collect()).collect();
        let used = |counts: &[u64]| counts.iter().any(|count| *count > 0);
        let wide: Vec<usize> =
            (0..columns.len()).filter(|at| used(&cells.iter().map(|row| row[*at]).collect::<Vec<_>>())).collect();
        let tall: Vec<usize> = (0..rows.len()).filter(|at| used(&cells[*at])).collect();
        let kept: Vec<Vec<u64>> =
            tall.iter().map(|row| wide.iter().map(|column| cells[*row][*column]).collect()).collect();
        let names = |all: &[String], places: &[usize]| places.iter().map(|at| all[*at].clone()).collect::<Vec<_>>();
        let caption = self
            .lang
            .pick("档次迁移：户数（行为现行，列为方案）", "From grade (rows, in force) to grade (columns): accounts");
        self.figure(caption, &matrix(caption, &names(&rows, &tall), &names(&columns, &wide), &kept))
    }

    fn sweeps(&mut self) -> io::Result<()> {
        for sweep in &self.answered.sweeps {
            let (axes, points) = &sweep.found;
            let [axis] = axes.as_slice() else { continue };
            let points: Vec<(Figure, Figure)> = points
                .iter()
                .filter_map(|point| {
                    let total = point.outcome.as_ref().ok()?.total;
                    let value = *point.values.first()?;
                    let scaled = value.mantissa() * 10_i128.pow(6_u32.saturating_sub(value.scale()));
                    Some((Figure { value: scaled, text: value.to_string() }, money(total.premium_fen)))
                })
                .collect();
            if points.len() > 1 {
                let caption = match self.lang {
                    Lang::Zh => format!("敏感性 {}：{} 与年保费（元）", sweep.id, axis.setting.name()),
                    Lang::En => {
                        format!("Sensitivity {}: {} and the premium of a year, yuan", sweep.id, axis.setting.name())
                    }
                };
                self.figure(&caption, &curve(&caption, &points))?;
            }
        }
        Ok(())
    }

    /// Actual against expected by grade, the ladder in the long run, and the fund over the years.
    fn statistics(&mut self) -> io::Result<()> {
        let lang = self.lang;
        if let Some((_, it)) = self.answered.method.iter().flat_map(|it| &it.predictions).next() {
            let groups: Vec<(String, Vec<Figure>)> = it
                .grades
                .iter()
                .filter_map(|grade| {
                    let ratio = digits(grade.held.ratio?, 3);
                    let value = ratio.replace('.', "").parse().ok()?;
                    Some((grade.label.clone(), vec![Figure { value, text: ratio }]))
                })
                .collect();
            let caption = lang.pick(
                "此后实际支付与期望之比，按上一考核期的档次",
                "Actual over expected afterwards, by the grade of the window",
            );
            self.figure(caption, &bars(caption, &[], &groups))?;
        }
        let chained: Vec<_> = self
            .answered
            .chains
            .iter()
            .flat_map(|it| &it.laws)
            .filter_map(|(_, it)| it.as_ref().ok()?.as_ref())
            .collect();
        if let Some(first) = chained.first() {
            let series: Vec<String> = chained.iter().map(|it| it.label.clone()).collect();
            let groups: Vec<(String, Vec<Figure>)> = first
                .studies
                .iter()
                .enumerate()
                .map(|(place, study)| {
                    let level = |it: &&&rate_core::scenario::SideBySide| {
                        let level =
                            it.studies.get(place).map_or_else(String::new, |it| digits(it.mean_level_percent, 1));
                        Figure { value: level.replace('.', "").parse().unwrap_or(0), text: format!("{level} %") }
                    };
                    (study.risk.label.clone(), chained.iter().by_ref().map(|it| level(&it)).collect())
                })
                .collect();
            let caption = lang.pick(
                "长期平均费率水平（基准为 100 %），按年工伤次数",
                "Mean level in the long run (base 100 %), by claims a year",
            );
            self.figure(caption, &bars(caption, &series, &groups))?;
        }
        if let Some(projection) = &self.answered.projection {
            let years: Vec<(String, [Figure; 5])> = projection
                .years
                .iter()
                .map(|year| {
                    let it = &year.balance_fen;
                    (year.from.to_string(), [it.p5, it.p25, it.p50, it.p75, it.p95].map(money))
                })
                .collect();
            let caption = lang.pick(
                "基金累计结余（元）：5% 至 95%，25% 至 75%，中位数",
                "Balance of the fund, yuan: 5 to 95 %, 25 to 75 %, median",
            );
            self.figure(caption, &fan(caption, &years))?;
        }
        Ok(())
    }

    fn table(&mut self, table: &Table) -> io::Result<()> {
        writeln!(self.out, "<h2>{}</h2>", table.title)?;
        if !table.note.is_empty() {
            writeln!(self.out, "<p class=\"s\">{}</p>", table.note)?;
        }
        let figures: Vec<bool> = (0..table.columns.len()).map(|place| table.is_figure(place)).collect();
        let class = |place: usize| match (figures[place], table.columns[place].width) {
            (true, _) => " class=\"n\"",
            (false, 41..) => " class=\"w\"",
            (false, 20..) => " class=\"m\"",
            (false, _) => "",
        };
        write!(self.out, "<div class=\"scroll\"><table>\n<thead><tr>")?;
        for (place, column) in table.columns.iter().enumerate() {
            write!(self.out, "<th{} scope=\"col\">{}</th>", class(place), self.lang.pick(column.zh, column.en))?;
        }
        writeln!(self.out, "</tr></thead>\n<tbody>")?;
        for row in &table.rows {
            write!(self.out, "<tr>")?;
            for (place, cell) in row.iter().enumerate() {
                write!(self.out, "<td{}>{}</td>", class(place), safe(&shown(cell)))?;
            }
            writeln!(self.out, "</tr>")?;
        }
        writeln!(self.out, "</tbody>\n</table></div>")
    }
}

fn money(fen: i128) -> Figure {
    Figure { value: fen, text: yuan(fen).trim_end_matches(".00").to_owned() }
}

fn count(number: u64) -> Figure {
    figure(&ListCell::Number(number.to_string()))
}

/// A count as a table shows it.
fn figure(cell: &ListCell) -> Figure {
    let value = match cell {
        ListCell::Number(text) => text.parse().unwrap_or(0),
        _ => 0,
    };
    Figure { value, text: shown(cell) }
}

/// An average rate: ten-thousandths of a percent for the length of the bar, percent for the eye.
fn rate(rate: Option<Quantity>) -> Figure {
    rate.map_or(Figure { value: 0, text: "–".to_owned() }, |rate| Figure {
        value: rate.display_scaled(1_000_000),
        text: format!("{} %", percent(rate, 3)),
    })
}
