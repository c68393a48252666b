//! A run in the sheet layout of a core system (佛山): two workbooks, employers with premium in the window and without.
//!
//! The sums, counts and grades are those of the decision, never reckoned beside it: both sums are the sides of the
//! method's pay ratio, the benefits by item its numerator parted, each grade that of its own table. The same run gives
//! the same bytes.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use rate_core::decision::StepKind;
use rate_core::experience::{benefits_by_item, sums};
use rate_core::history::{BenefitItem, ClassSource, Classification};
use rate_core::ladder::{GradeIndex, GradeLadder};
use rate_core::rule_set::measure::CountedClaims;
use rate_core::rule_set::{Denominator, FloatTable, Law, Measure, Numerator};
use rate_core::{MonthSpan, Quantity, Rate};
use rust_decimal::Decimal;
use rust_xlsxwriter::{Workbook, XlsxError};

use super::output::ListCell;
use super::workbook::{MAX_ROWS, Sheet, Styles, empty};
use super::{Decided, Run, RunError};
use crate::book::foshan::layout::{CLASSES, COLUMNS, HEADER_ROW, ITEMS, KINDS, SUMS, column_of};

/// The names of both workbooks among the files of a run.
pub const WORKBOOKS: [&str; 2] = ["foshan-with-premium.xlsx", "foshan-without-premium.xlsx"];

/// Decimals of a whole ten-thousandth of a share, and of a rate in millionths: what sums of a measure can have.
const SCALE: u32 = 10;

/// A run as rows of the sheet, in its order.
#[derive(Debug)]
pub struct Sheets {
    rule_set: String,
    window: MonthSpan,
    parts: [Vec<Row>; 2],
}

/// What of a method the layout has columns for.
struct Shape {
    /// The pay ratio: benefits over premium.
    ratio: usize,
    /// The number of deaths.
    deaths: Option<usize>,
    /// The table that asks about the pay ratio alone.
    by_ratio: Option<usize>,
    /// The table that asks about deaths alone.
    by_deaths: Option<usize>,
}

impl Shape {
    fn of(law: &Law) -> Option<Self> {
        let measures = law.rules().measures();
        let place = |is: fn(&Measure) -> bool| measures.iter().position(is);
        let table = |is: fn(&Measure) -> bool| {
            let asks = |table: &FloatTable| {
                let mut asked = table.rows.iter().flat_map(|row| row.all.iter().chain(&row.any)).peekable();
                asked.peek().is_some() && asked.all(|condition| is(&measures[condition.measure]))
            };
            law.rules().tables().iter().position(asks)
        };
        let (deaths, by_ratio, by_deaths) = (place(is_deaths), table(is_ratio), table(is_deaths));
        Some(Self { ratio: place(is_ratio)?, deaths, by_ratio, by_deaths })
    }
}

const fn is_ratio(measure: &Measure) -> bool {
    matches!((&measure.numerator, measure.denominator), (Numerator::Benefits { .. }, Denominator::Premium { .. }))
}

const fn is_deaths(measure: &Measure) -> bool {
    matches!(
        (&measure.numerator, measure.denominator),
        (Numerator::Claims { counted: CountedClaims::Death, .. }, Denominator::One)
    )
}

/// One employer.
#[derive(Debug)]
struct Row {
    class: u8,
    /// The pay ratio, exactly; none without premium.
    ratio: Option<Ratio>,
    branch: String,
    number: String,
    cells: Vec<(&'static str, ListCell)>,
}

/// A quotient that may be below zero.
#[derive(Clone, Copy, Debug)]
struct Ratio {
    negative: bool,
    size: Quantity,
}

impl Ratio {
    fn of(benefits: Decimal, premium: Decimal) -> Option<Self> {
        let whole = |sum: Decimal| sum.mantissa().checked_mul(10_i128.checked_pow(SCALE.checked_sub(sum.scale())?)?);
        let (numerator, denominator) = (whole(benefits)?, whole(premium).filter(|premium| *premium > 0)?);
        Some(Self { negative: numerator < 0, size: Quantity { numerator: numerator.abs(), denominator } })
    }

    fn compare(self, other: Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.size.compare(other.size),
            (true, true) => other.size.compare(self.size),
        }
    }

    /// Percent with two decimals, rounded half up; shown and never compared.
    fn percent(self) -> String {
        let hundredths = self.size.display_scaled(10_000);
        let sign = if self.negative && hundredths > 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

impl Row {
    fn compare(&self, other: &Self) -> Ordering {
        let by_ratio = match (self.ratio, other.ratio) {
            (Some(one), Some(two)) => one.compare(two),
            (one, two) => one.is_some().cmp(&two.is_some()),
        };
        self.class
            .cmp(&other.class)
            .then(by_ratio)
            .then_with(|| (&self.branch, &self.number).cmp(&(&other.branch, &other.number)))
    }
}

impl Sheets {
    /// The decided accounts of a run as rows of the sheet. Accounts that were refused or are not insured have no rate, and
    /// stand in lists of their own.
    ///
    /// # Errors
    /// [`RunError::Unfit`] where the method has no pay ratio, or more accounts than a sheet has rows.
    pub fn of(run: &Run, dir: &Path) -> Result<Self, RunError> {
        let unfit = |what| RunError::Unfit { path: dir.to_owned(), what };
        let law = &run.chosen.law;
        let no_ratio = "the method has no pay ratio of benefits over premium, which this layout is ordered by / 办法没有支缴率，无法写成此表式";
        let (Some(shape), Some(window)) = (Shape::of(law), law.windows().first().copied()) else {
            return Err(unfit(no_ratio));
        };
        let mut parts = [Vec::new(), Vec::new()];
        for decided in &run.decided {
            let row = row(decided, &shape, &window)
                .ok_or_else(|| unfit("a sum has more digits than the sheet can hold / 合计超出表格可容纳的位数"))?;
            parts[usize::from(row.ratio.is_none())].push(row);
        }
        if parts.iter().any(|part| part.len() + 6 > MAX_ROWS) {
            return Err(unfit("more employers than a sheet has rows (1,048,576) / 单位数超过工作表行数上限"));
        }
        parts.iter_mut().for_each(|part| part.sort_by(Row::compare));
        Ok(Self { rule_set: law.rules().id().to_string(), window, parts })
    }

    /// Writes both workbooks to a directory, which must exist.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), RunError> {
        let titles = ["有征收金额的单位（zsjehj > 0）", "无征收金额的单位（zsjehj ≤ 0）"];
        for ((name, rows), title) in WORKBOOKS.iter().zip(&self.parts).zip(titles) {
            let path: PathBuf = dir.join(name);
            let written = self.workbook(rows, title).and_then(|mut workbook| workbook.save(&path));
            written.map_err(|error| RunError::Output { path, source: std::io::Error::other(error) })?;
        }
        Ok(())
    }

    fn workbook(&self, rows: &[Row], title: &str) -> Result<Workbook, XlsxError> {
        let (mut workbook, styles) = (empty()?, Styles::new());
        let mut sheet = Sheet::plain(workbook.add_worksheet(), "浮动费率统计", &styles)?;
        let text = |text: &str| ListCell::Text(text.to_owned());
        let above = [
            "工伤保险浮动费率数据统计".to_owned(),
            format!("统计期：{}", self.window),
            format!("办法：{}", self.rule_set),
            title.to_owned(),
        ];
        above.iter().try_for_each(|line| sheet.row(&[text(line)]))?;
        sheet.row(&COLUMNS.iter().map(|column| text(column.meaning)).collect::<Vec<_>>())?;
        sheet.row(&COLUMNS.iter().map(|column| text(column.name)).collect::<Vec<_>>())?;
        debug_assert_eq!(above.len() + 2, HEADER_ROW as usize, "headers stand where an import looks for them");
        for (row, number) in rows.iter().zip(1_u32..) {
            let first = ("n", ListCell::count(number));
            let cell = |name: &str| {
                let mut known = std::iter::once(&first).chain(&row.cells);
                known.find(|(known, _)| *known == name).map_or(ListCell::Nothing, |(_, cell)| cell.clone())
            };
            sheet.row(&COLUMNS.iter().map(|column| cell(column.name)).collect::<Vec<_>>())?;
        }
        Ok(workbook)
    }
}

/// The row of an account; `None` where a sum has too many digits.
fn row(decided: &Decided, shape: &Shape, window: &MonthSpan) -> Option<Row> {
    let Decided { history, decision, .. } = decided;
    let law = decision.law();
    let sides = sums(law, history, shape.ratio, window, None)?;
    let premium = sides.denominator.unwrap_or_default();
    let ratio = Ratio::of(sides.numerator, premium);
    let class = decision.outcome().class.number();
    let text = |text: &str| ListCell::Text(text.to_owned());
    let kind = KINDS.iter().find(|(_, kind)| *kind == history.kind()).map_or("", |(name, _)| *name);
    let mut cells = vec![
        ("sbjgdm", text(history.sub_area())),
        ("dwlx", text(kind)),
        ("dwbh", text(&history.key().number)),
        ("dwmc", text(history.name())),
        ("zjl", ratio.map_or(ListCell::Nothing, |ratio| ListCell::Number(ratio.percent()))),
        ("zsjehj", yuan(premium)),
        ("zfjehj", yuan(sides.numerator)),
    ];
    let first_day = decision.schedule().segments().first()?.days.from();
    cells.extend(classes(class, history.class_on(first_day)));
    cells.extend(rates(decided));
    cells.extend(grades(decided, shape));
    if let Some(deaths) = shape.deaths {
        let count = sums(law, history, deaths, window, None)?.numerator;
        cells.push(("gw_rs", ListCell::Number(count.normalize().to_string())));
    }
    cells.extend(items(&benefits_by_item(law, history, shape.ratio, window)?));
    let (branch, number) = (history.sub_area().to_owned(), history.key().number.clone());
    Some(Row { class, ratio, branch, number, cells })
}

fn number(value: &impl ToString) -> ListCell {
    ListCell::Number(value.to_string())
}

/// The class the float used, and the column of whoever determined it.
fn classes(class: u8, determined: Option<&Classification>) -> Vec<(&'static str, ListCell)> {
    let by = determined.map(|it| it.source).and_then(|source| match source {
        ClassSource::Agency | ClassSource::Inspection => None,
        ClassSource::Tax => Some(CLASSES[1].0),
        ClassSource::Declared => Some(CLASSES[3].0),
    });
    std::iter::once(CLASSES[0].0).chain(by).map(|name| (name, number(&class))).collect()
}

/// The last rate before the setting, the base rate and the rate after the float; the last two as plain numbers.
fn rates(Decided { history, decision, .. }: &Decided) -> Vec<(&'static str, ListCell)> {
    let fraction = |rate: Rate| number(&(rate.percent() / Decimal::ONE_HUNDRED).normalize());
    let before = decision.schedule().segments().first().and_then(|it| history.rate_before(it.days.from()));
    let current = before.map(|rate| ("GSHYLB_FL", number(&rate.charged.percent().normalize())));
    let segment = decision.decided_segment();
    let base = segment.and_then(|segment| Some((segment.base?, segment.before_cut)));
    let floated = base.into_iter().flat_map(|(base, rate)| [("jzfl", fraction(base)), ("fddc_fl", fraction(rate))]);
    current.into_iter().chain(floated).collect()
}

/// The grades as steps from the one that leaves the base rate as it is: the total, and those of both tables where the
/// decision went through them.
fn grades(Decided { decision, .. }: &Decided, shape: &Shape) -> Vec<(&'static str, ListCell)> {
    let ladder: &GradeLadder = decision.law().rules().ladder();
    let steps = |grade: GradeIndex| number(&GradeLadder::steps_between(ladder.base(), grade));
    let of_table = |asked: Option<usize>| {
        decision.steps().iter().find_map(|step| {
            let (StepKind::Row { table, grade, .. } | StepKind::Otherwise { table, grade }) = step.kind else {
                return None;
            };
            grade.filter(|_| Some(table) == asked)
        })
    };
    let all = [
        ("fddc", decision.outcome().grade),
        ("gw_fddc", of_table(shape.by_deaths)),
        ("zjl_fddc", of_table(shape.by_ratio)),
    ];
    all.into_iter().filter_map(|(name, grade)| Some((name, steps(grade?)))).collect()
}

/// Benefits by column, and their subtotals; what has no column is other.
fn items(items: &[(BenefitItem, Decimal)]) -> Vec<(&'static str, ListCell)> {
    let of =
        |name: &str| -> Decimal { items.iter().filter(|(item, _)| column_of(*item) == name).map(|(_, sum)| sum).sum() };
    let [medical, disability, death, _] = SUMS;
    let subtotal = |(name, parts): (&'static str, &[&str])| (name, parts.iter().map(|part| of(part)).sum::<Decimal>());
    let single = ITEMS.iter().map(|(name, _)| (*name, of(name)));
    let all = single.chain([medical, disability, death].map(subtotal));
    all.map(|(name, sum)| (name, yuan(sum))).collect()
}

/// An amount of fen in yuan; one with parts of a fen, as shares of a predecessor leave, as a number with all of them.
fn yuan(fen: Decimal) -> ListCell {
    if fen.scale() == 0 {
        return ListCell::Fen(fen.mantissa());
    }
    number(&(fen / Decimal::ONE_HUNDRED).normalize())
}
