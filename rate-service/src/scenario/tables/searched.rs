//! What was looked for and gone through.

use rate_core::rule_set::Verdict;
use rate_core::scenario::{Axis, Calibration, Found, Reached, SweepPoint, Trial};

use super::super::table::{Table, TableColumn, column};
use super::{Tables, number, share, text};
use crate::run::ListCell;

const CALIBRATIONS: &[TableColumn] = &[
    column("calibration", "测算", "calibration", 18),
    column("setting", "调整什么", "what is moved", 40),
    column("target_fen", "目标（元）", "target, yuan", 20),
    column("tolerance_fen", "允许误差（元）", "tolerance, yuan", 16),
    column("result", "结果", "result", 30),
    column("at_value", "取值", "at", 12),
    column("accounts", "户数", "accounts", 10),
    column("lost_accounts", "较现行少定户数", "no longer decided", 12),
    column("premium_fen", "年保费（元）", "premium, yuan", 20),
    column("off_fen", "与目标之差（元）", "off the target, yuan", 18),
    column("neighbour_value", "相邻取值", "its neighbour", 12),
    column("neighbour_fen", "相邻取值的年保费（元）", "premium at that, yuan", 20),
    column("trials", "试算次数", "trials", 10),
];

const TRIALS: &[TableColumn] = &[
    column("calibration", "测算", "calibration", 18),
    column("trial", "次序", "trial", 8),
    column("at_value", "取值", "at", 12),
    column("accounts", "户数", "accounts", 10),
    column("lost_accounts", "较现行少定户数", "no longer decided", 12),
    column("premium_fen", "年保费（元）", "premium, yuan", 20),
    column("off_fen", "与目标之差（元）", "off the target, yuan", 18),
    column("verdict", "核查结论", "verdict", 30),
];

const SWEEPS: &[TableColumn] = &[
    column("sweep", "扫描", "sweep", 18),
    column("setting", "调整什么", "what is moved", 40),
    column("at_value", "取值", "at", 12),
    column("second_setting", "另调整什么", "what else", 40),
    column("second_value", "另取值", "at", 12),
    column("accounts", "户数", "accounts", 10),
    column("lost_accounts", "较现行少定户数", "no longer decided", 12),
    column("premium_fen", "年保费（元）", "premium, yuan", 20),
    column("rate_percent", "平均费率 %", "average rate %", 12),
    column("verdict", "核查结论", "verdict", 30),
];

impl Tables<'_> {
    pub(super) fn calibrations(self) -> Table {
        let rows = self.answered.calibrations.iter().map(|it| self.calibration(&it.id, &it.found)).collect();
        let note = self.pick(
            "求得的取值在给出前已对全部单位重新核定一次。",
            "Everybody was decided once more at a solution before it is shown.",
        );
        Table { id: "calibrations", title: self.pick("测算", "Calibration"), note, columns: CALIBRATIONS, rows }
    }

    fn calibration(self, id: &str, it: &Calibration) -> Vec<ListCell> {
        let (result, at): (_, &Trial) = match &it.found {
            Found::Solution(at) => (self.pick("求得", "solution"), at),
            Found::OutOfReach(at) => (
                self.pick(
                    "未求得：所试各取值的保费均在目标同侧；最近的一个",
                    "none found: at every number tried the premium lies on one side of the target; the nearest",
                ),
                at,
            ),
            Found::Jumps(at, _) => (
                self.pick(
                    "无解：在相邻两取值之间越过目标",
                    "no solution: the premium jumps over it between two neighbours",
                ),
                at,
            ),
            Found::Fewer(at) => {
                (self.pick("无解：该取值使部分单位不能定费率", "no solution: accounts can no longer be decided at"), at)
            }
            Found::Refused(at) => (self.pick("无解：该取值的办法不可用", "no solution: the rules are refused at"), at),
        };
        let head = vec![text(id), text(&it.search.setting.name())];
        let aim = vec![ListCell::Fen(it.search.target_fen), ListCell::Fen(it.search.tolerance_fen), text(result)];
        let money = money(at, it.search.target_fen);
        let neighbour = match &it.found {
            Found::Jumps(_, other) => {
                [number(other.value), other.premium_fen().map_or(ListCell::Nothing, ListCell::Fen)]
            }
            _ => [ListCell::Nothing, ListCell::Nothing],
        };
        [head, aim, vec![number(at.value)], money, neighbour.to_vec(), vec![number(it.trials.len())]].concat()
    }

    pub(super) fn trials(self) -> Table {
        let rows = self.answered.calibrations.iter().flat_map(|it| {
            let row = |(place, trial): (usize, &Trial)| {
                let verdict = self.verdict(&trial.outcome);
                let head = vec![text(&it.id), number(place + 1), number(trial.value)];
                [head, money(trial, it.found.search.target_fen), vec![verdict]].concat()
            };
            it.found.trials.iter().enumerate().map(row).collect::<Vec<_>>()
        });
        let rows = rows.collect();
        Table {
            id: "trials",
            title: self.pick("测算的过程", "The way of each calibration"),
            note: "",
            columns: TRIALS,
            rows,
        }
    }

    pub(super) fn sweeps(self) -> Table {
        let rows = self.answered.sweeps.iter().flat_map(|it| {
            let (axes, points) = &it.found;
            points.iter().map(|point| self.point(&it.id, axes, point)).collect::<Vec<_>>()
        });
        Table {
            id: "sweeps",
            title: self.pick("敏感性", "Sensitivity"),
            note: "",
            columns: SWEEPS,
            rows: rows.collect(),
        }
    }

    fn point(self, id: &str, axes: &[Axis], point: &SweepPoint) -> Vec<ListCell> {
        let axis = |place: usize| match (axes.get(place), point.values.get(place)) {
            (Some(axis), Some(value)) => [text(&axis.setting.name()), number(value)],
            _ => [ListCell::Nothing, ListCell::Nothing],
        };
        let premium = point.outcome.as_ref().map_or(ListCell::Nothing, |it| ListCell::Fen(it.total.premium_fen));
        let rate = point.outcome.as_ref().map_or(ListCell::Nothing, |it| share(it.total.average_rate(), 4));
        let found = [size(&point.outcome).to_vec(), vec![premium, rate, self.verdict(&point.outcome)]].concat();
        [vec![text(id)], axis(0).to_vec(), axis(1).to_vec(), found].concat()
    }

    fn verdict(self, outcome: &Result<Reached, Verdict>) -> ListCell {
        outcome.as_ref().err().map_or(ListCell::Nothing, |verdict| text(verdict.text(self.lang)))
    }
}

/// Who is decided, and who no longer is.
fn size(outcome: &Result<Reached, Verdict>) -> [ListCell; 2] {
    let both = outcome.as_ref().map(|it| [number(it.total.accounts), number(it.lost)]);
    both.unwrap_or([ListCell::Nothing, ListCell::Nothing])
}

/// The accounts of a trial, their premium, and how far it is off.
fn money(trial: &Trial, target_fen: i128) -> Vec<ListCell> {
    let premium = trial.premium_fen().map(|fen| [ListCell::Fen(fen), ListCell::Fen(fen - target_fen)]);
    [size(&trial.outcome), premium.unwrap_or([ListCell::Nothing, ListCell::Nothing])].concat()
}
