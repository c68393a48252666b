//! The tables that hold candidates against the law in force.

use std::collections::BTreeMap;

use rate_core::decision::Change;
use rate_core::error::Code;
use rate_core::scenario::{Bin, Changed, Comparison, Distribution, Mover, Pair, Sum};

use super::super::Judged;
use super::super::table::{Table, TableColumn, column};
use super::{Tables, class_text, number, pair_cells, size_cells, text};
use crate::run::ListCell;

const CANDIDATE: TableColumn = column("candidate", "方案", "candidate", 18);
const LEVEL: TableColumn = column("level", "考核期保费口径", "window premiums", 16);
const ACCOUNTS: TableColumn = column("accounts", "户数", "accounts", 10);
const HEADS: TableColumn = column("heads", "人数", "heads", 10);
const PAYROLL: TableColumn = column("payroll_fen", "年工资总额（元）", "yearly payroll, yuan", 20);
const BEFORE: TableColumn = column("before_fen", "现行办法保费（元）", "premium in force, yuan", 20);
const AFTER: TableColumn = column("after_fen", "方案保费（元）", "premium of the candidate, yuan", 20);
const DIFFERENCE: TableColumn = column("difference_fen", "增减（元）", "difference, yuan", 18);
const MORE: TableColumn = column("difference_percent", "增减 %", "difference %", 10);
const RATE_BEFORE: TableColumn = column("rate_before_percent", "现行平均费率 %", "average rate in force %", 14);
const RATE_AFTER: TableColumn = column("rate_after_percent", "方案平均费率 %", "average rate then %", 14);

/// The columns of tables whose rows are pairs, behind a column that says which.
const fn paired(of: TableColumn) -> [TableColumn; 12] {
    [CANDIDATE, LEVEL, of, ACCOUNTS, HEADS, PAYROLL, BEFORE, AFTER, DIFFERENCE, MORE, RATE_BEFORE, RATE_AFTER]
}

const TOTALS: &[TableColumn] =
    &[CANDIDATE, LEVEL, ACCOUNTS, HEADS, PAYROLL, BEFORE, AFTER, DIFFERENCE, MORE, RATE_BEFORE, RATE_AFTER];
const BY_CLASS: &[TableColumn] = &paired(column("class", "行业类别", "class", 10));
const BY_SIZE: &[TableColumn] = &paired(column("size", "规模", "size", 14));
const BY_SUB_AREA: &[TableColumn] = &paired(column("sub_area", "所辖区域", "sub-area", 14));
const RATE_CHANGES: &[TableColumn] = &paired(column("change", "费率变化", "change of the rate", 18));
const PREMIUM_CHANGES: &[TableColumn] =
    &paired(column("change", "年保费变化（元）", "change of a year's premium, yuan", 26));

const CANDIDATES: &[TableColumn] = &[
    CANDIDATE,
    column("name", "名称", "name", 24),
    column("verdict", "核查结论", "verdict", 30),
    column("changes", "与现行办法的不同", "what it says otherwise", 60),
    column("findings", "核查所见", "findings", 60),
];

const BY_GRADE: &[TableColumn] = &[
    CANDIDATE,
    LEVEL,
    column("grade", "档次", "grade", 10),
    column("accounts_before", "现行户数", "accounts in force", 12),
    column("heads_before", "现行人数", "heads in force", 12),
    BEFORE,
    column("accounts_after", "方案户数", "accounts then", 12),
    column("heads_after", "方案人数", "heads then", 12),
    AFTER,
];

const BY_CHANGE: &[TableColumn] = &[
    CANDIDATE,
    LEVEL,
    column("change", "与上期相比", "against the last rate", 14),
    ACCOUNTS,
    HEADS,
    PAYROLL,
    column("previous_fen", "按上期费率（元）", "at the last rates, yuan", 20),
    column("premium_fen", "保费（元）", "premium, yuan", 20),
];

const MIGRATION: &[TableColumn] = &[
    CANDIDATE,
    LEVEL,
    column("from", "现行档次", "grade in force", 12),
    column("to", "方案档次", "grade then", 12),
    ACCOUNTS,
    HEADS,
    PAYROLL,
    BEFORE,
    AFTER,
];

const MOVERS: &[TableColumn] = &[
    CANDIDATE,
    LEVEL,
    column("account", "单位编号", "account", 18),
    column("name", "单位名称", "name", 24),
    column("class", "行业类别", "class", 10),
    HEADS,
    column("grade_before", "现行档次", "grade in force", 10),
    column("grade_after", "方案档次", "grade then", 10),
    column("rate_before_percent", "现行费率 %", "rate in force %", 12),
    column("rate_after_percent", "方案费率 %", "rate then %", 12),
    BEFORE,
    AFTER,
    DIFFERENCE,
    column("why_before", "现行原因", "why in force", 60),
    column("why_after", "方案原因", "why then", 60),
];

const UNDECIDED: &[TableColumn] = &[CANDIDATE, LEVEL, column("code", "代码", "code", 26), ACCOUNTS];

impl Tables<'_> {
    fn table(
        self,
        id: &'static str,
        title: (&'static str, &'static str),
        columns: &'static [TableColumn],
        rows: Vec<Vec<ListCell>>,
    ) -> Table {
        Table { id, title: self.pick(title.0, title.1), note: "", columns, rows }
    }

    pub(super) fn totals(self) -> Table {
        let baseline = Pair { before: self.answered.baseline, after: self.answered.baseline };
        let named = vec![text(self.pick("现行办法", "in force")), text("–")];
        let mut rows = vec![[named, pair_cells(&baseline)].concat()];
        rows.extend(self.each(|it| vec![pair_cells(&it.total)]));
        let note = self.pick(
            "各方案只计按两种办法都能定费率的单位；保费为逐月账单之和。",
            "Candidates count those decided under both laws; premiums are sums of monthly bills.",
        );
        Table { note, ..self.table("totals", ("总体", "Totals"), TOTALS, rows) }
    }

    pub(super) fn candidates(self) -> Table {
        let rows = self.answered.candidates.iter().map(|judged| self.candidate(judged)).collect();
        self.table("candidates", ("方案与核查结论", "Candidates and what the checker says"), CANDIDATES, rows)
    }

    fn candidate(self, judged: &Judged) -> Vec<ListCell> {
        let (it, lang) = (&judged.candidate, self.lang);
        let between = self.pick("；", "; ");
        let changes: Vec<String> = it.amendments.iter().map(|amendment| amendment.text(lang)).collect();
        let findings: Vec<String> = it.report.findings.iter().map(|finding| finding.problem.line(lang)).collect();
        vec![
            text(&it.id),
            text(it.label.text(lang)),
            text(it.report.verdict.text(lang)),
            text(&changes.join(between)),
            text(&findings.join(between)),
        ]
    }

    pub(super) fn by_class(self) -> Table {
        let rows = self.each(|it| rows(&it.by_class, |class| class_text(*class, self.lang)));
        self.table("by-class", ("按行业类别", "By class"), BY_CLASS, rows)
    }

    pub(super) fn by_size(self) -> Table {
        let rows = self.each(|it| rows(&it.by_size, |band| self.answered.bands.label(*band, self.lang)));
        self.table("by-size", ("按规模", "By size"), BY_SIZE, rows)
    }

    pub(super) fn by_sub_area(self) -> Table {
        let named =
            |name: &String| if name.is_empty() { self.pick("未注明", "none").to_owned() } else { name.clone() };
        let rows = self.each(|it| if it.by_sub_area.len() > 1 { rows(&it.by_sub_area, named) } else { Vec::new() });
        self.table("by-sub-area", ("按所辖区域", "By sub-area"), BY_SUB_AREA, rows)
    }

    pub(super) fn by_grade(self) -> Table {
        let rows = self.each(|it| {
            let grades = grade_labels(it);
            let row = |(label, [before, after]): &(String, [Sum; 2])| {
                let side = |sum: &Sum| [number(sum.accounts), number(sum.heads), ListCell::Fen(sum.premium_fen)];
                [vec![text(self.grade(label))], side(before).to_vec(), side(after).to_vec()].concat()
            };
            grades.iter().map(row).collect()
        });
        self.table("by-grade", ("按档次", "By grade"), BY_GRADE, rows)
    }

    pub(super) fn by_change(self) -> Table {
        let side = |found: &BTreeMap<Change, Changed>| {
            let row = |change: &Change| {
                let found = found.get(change)?;
                let money = [ListCell::Fen(found.previous_fen), ListCell::Fen(found.sum.premium_fen)];
                Some([vec![text(change.text(self.lang))], size_cells(&found.sum).to_vec(), money.to_vec()].concat())
            };
            Change::ALL.iter().filter_map(row).collect::<Vec<_>>()
        };
        // Every comparison holds the law in force alike.
        let first = self.answered.candidates.iter().flat_map(|it| &it.comparisons).next();
        let head = [text(self.pick("现行办法", "in force")), text("–")];
        let own = first.map(|it| side(&it.by_change[0])).unwrap_or_default().into_iter();
        let rows = own.map(|row| [head.to_vec(), row].concat()).chain(self.each(|it| side(&it.by_change[1]))).collect();
        self.table("by-change", ("与上期费率相比", "Against the last rates charged"), BY_CHANGE, rows)
    }

    pub(super) fn migration(self) -> Table {
        let rows = self.each(|it| {
            let (from, to) = (&it.migration.from, &it.migration.to);
            let mut rows = Vec::new();
            for (row, cells) in it.migration.cells.iter().enumerate() {
                for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.accounts > 0) {
                    let Pair { before, after } = &cell.pair;
                    let size = if before.accounts > 0 { before } else { after };
                    let ends = [text(self.place(from, row)), text(self.place(to, column))];
                    let size = [number(cell.accounts), number(size.heads), ListCell::Fen(size.payroll_fen)];
                    let money = [ListCell::Fen(before.premium_fen), ListCell::Fen(after.premium_fen)];
                    rows.push([ends.to_vec(), size.to_vec(), money.to_vec()].concat());
                }
            }
            rows
        });
        self.table("migration", ("档次迁移", "From grade to grade"), MIGRATION, rows)
    }

    pub(super) fn rate_changes(self) -> Table {
        let rows = self.each(|it| bins(&it.rate_changes, |bin| self.bin(bin, &|bound| format!("{bound:+} %"))));
        self.table("rate-changes", ("费率变化的分布", "How changes of rates are spread"), RATE_CHANGES, rows)
    }

    pub(super) fn premium_changes(self) -> Table {
        let yuan = |bound: i128| format!("{:+}", bound / 100);
        let rows = self.each(|it| bins(&it.premium_changes, |bin| self.bin(bin, &yuan)));
        self.table("premium-changes", ("年保费变化的分布", "How changes of premiums are spread"), PREMIUM_CHANGES, rows)
    }

    pub(super) fn movers(self) -> Table {
        let rows = self.each(|it| it.movers.up.iter().chain(&it.movers.down).map(|mover| self.mover(mover)).collect());
        self.table("movers", ("变化最大的单位", "Who changes most"), MOVERS, rows)
    }

    fn mover(self, mover: &Mover) -> Vec<ListCell> {
        let [before, after] = mover.why(self.lang);
        vec![
            text(&mover.account.number),
            text(&mover.name),
            text(&class_text(mover.before.class, self.lang)),
            number(mover.before.heads),
            text(self.grade(&mover.grades[0])),
            text(self.grade(&mover.grades[1])),
            number(mover.before.rate.percent()),
            number(mover.after.rate.percent()),
            ListCell::Fen(mover.before.premium_fen),
            ListCell::Fen(mover.after.premium_fen),
            ListCell::Fen(mover.difference_fen()),
            text(before),
            text(after),
        ]
    }

    pub(super) fn undecided(self) -> Table {
        let row = |(code, accounts): (&Code, &u64)| vec![text(code.as_str()), number(accounts)];
        let head = [text(self.pick("现行办法", "in force")), text("–")];
        let own = self.answered.undecided.iter().map(|it| [head.to_vec(), row(it)].concat());
        let rows = own.chain(self.each(|it| it.coverage.not_after.iter().map(row).collect())).collect();
        self.table("undecided", ("不能定费率的单位", "Who cannot be decided"), UNDECIDED, rows)
    }

    /// What a grade is called; a rate without one has none.
    pub(super) fn grade(self, label: &str) -> &str {
        if label.is_empty() { self.pick("无档次", "no grade") } else { label }
    }

    /// What a row or column of a migration is called.
    pub(super) fn place(self, labels: &[String], place: usize) -> &str {
        match place.checked_sub(labels.len()) {
            None => &labels[place],
            Some(0) => self.pick("无档次", "no grade"),
            Some(_) => self.pick("无费率", "no rate"),
        }
    }

    fn bin(self, bin: &Bin, bound: &dyn Fn(i128) -> String) -> String {
        match (bin.above, bin.to) {
            (Some(0), Some(0)) => self.pick("不变", "none").to_owned(),
            (Some(0), Some(to)) => format!("≤ {}", bound(to)),
            (Some(above), Some(0)) => format!("≥ {}", bound(above)),
            (Some(above), Some(to)) => format!("{} … {}", bound(above), bound(to)),
            (None, Some(to)) => format!("< {}", bound(to)),
            (Some(above), None) => format!("> {}", bound(above)),
            (None, None) => String::new(),
        }
    }
}

/// The grades of either side by label, in the order of the ladders, those without one last.
pub(in crate::scenario) fn grade_labels(comparison: &Comparison) -> Vec<(String, [Sum; 2])> {
    let mut found: Vec<(String, [Sum; 2])> = Vec::new();
    for (side, labels) in [&comparison.migration.from, &comparison.migration.to].into_iter().enumerate() {
        for (place, sum) in &comparison.by_grade[side] {
            let label = place.and_then(|place| labels.get(usize::from(place))).cloned().unwrap_or_default();
            match found.iter_mut().find(|(known, _)| *known == label) {
                Some((_, sums)) => sums[side].add(sum),
                None => {
                    let mut sums = [Sum::default(); 2];
                    sums[side].add(sum);
                    found.push((label, sums));
                }
            }
        }
    }
    let order = |label: &String| {
        let place = |labels: &[String]| labels.iter().position(|it| it == label);
        place(&comparison.migration.from).or_else(|| place(&comparison.migration.to)).unwrap_or(usize::MAX)
    };
    found.sort_by_key(|(label, _)| order(label));
    found
}

fn rows<K>(groups: &BTreeMap<K, Pair>, name: impl Fn(&K) -> String) -> Vec<Vec<ListCell>> {
    groups.iter().map(|(key, pair)| [vec![text(&name(key))], pair_cells(pair)].concat()).collect()
}

fn bins(distribution: &Distribution, name: impl Fn(&Bin) -> String) -> Vec<Vec<ListCell>> {
    let inside = distribution.bins.iter().filter(|bin| bin.pair.before.accounts > 0);
    inside.map(|bin| [vec![text(&name(bin))], pair_cells(&bin.pair)].concat()).collect()
}
