//! The tables of what is asked beside comparisons.

use rate_core::error::Lang;
use rate_core::margin::Margin;
use rate_core::notice::yuan;
use rate_core::scenario::{Held, Movement, Predicted, View, shown};

use super::super::statistics::{Method, Prevention};
use super::super::table::{Table, TableColumn, column};
use super::{Tables, class_text, number, text};
use crate::run::ListCell;

const PREDICTION: &[TableColumn] = &[
    column("by", "依据", "by", 14),
    column("group", "分组", "group", 14),
    column("accounts", "户数", "accounts", 10),
    column("weight_fen", "按基准费率的保费（元）", "premium at base rates, yuan", 22),
    column("benefits_fen", "支付（元）", "benefits, yuan", 18),
    column("expected_fen", "期望支付（元）", "expected, yuan", 18),
    column("actual_to_expected_ratio", "实际/期望", "actual / expected", 12),
];

const PREDICTION_SUMS: &[TableColumn] = &[
    column("by", "依据", "by", 14),
    column("months", "考察月份", "months", 22),
    column("lift_ratio", "提升度（最高组/最低组）", "lift, top over bottom", 16),
    column("concentration_ratio", "集中系数", "concentration", 12),
    column("claims", "案件数", "claims", 10),
    column("claims_capped", "封顶案件数", "claims capped", 12),
    column("remark", "备注", "remark", 50),
];

const NOISE: &[TableColumn] = &[
    column("size", "规模", "size", 14),
    column("accounts", "浮动户数", "floated accounts", 12),
    column("chance_value", "风险不变时预期变档户数", "expected to move by chance", 16),
    column("compared", "有上期档次的户数", "with a last grade", 12),
    column("moved", "其中变档户数", "of them moved", 12),
    column("noise_percent", "变档中可由偶然解释的 %", "movement that chance explains %", 16),
];

const CREDIBILITY: &[TableColumn] = &[
    column("class", "行业类别", "class", 10),
    column("size", "规模", "size", 14),
    column("accounts", "户数", "accounts", 10),
    column(
        "mean_value",
        "类别均值（每人年工伤人数，按 Z 加权）",
        "mean of the class weighted by Z, persons per head-year",
        18,
    ),
    column("within_value", "组内方差 s²", "variance within, s²", 14),
    column("between_value", "组间方差 a", "variance between, a", 14),
    column("credibility_value", "可信度 Z（中值）", "credibility Z, middle", 14),
    column("half_heads_value", "Z=½ 所需人数", "heads at which Z = ½", 14),
];

const MATURITY: &[TableColumn] = &[
    column("months", "事故年度", "accident year", 22),
    column("claims", "案件数", "claims", 10),
    column("lag", "距事故年数", "years since", 10),
    column("paid_fen", "累计支付（元）", "paid so far, yuan", 20),
    column("paid_share_percent", "占最终支付 %", "share of the ultimate %", 14),
];

const CHAIN: &[TableColumn] = &[
    column("candidate", "方案", "candidate", 18),
    column("cycle_months", "周期（月）", "cycle, months", 10),
    column("window_months", "考核期（月）", "window, months", 10),
    column("claims_per_year_value", "年工伤次数", "claims a year", 10),
    column("grade", "档次", "grade", 10),
    column("long_run_percent", "长期占比 %", "long-run share %", 12),
    column("mean_level_percent", "平均费率水平（基准=100）", "mean level, % of base", 14),
    column("yearly_change_value", "年均变动（百分点）", "yearly change, points", 12),
    column("raised_percent", "一次工伤后上浮的概率 %", "raised by one claim %", 14),
    column("return_years", "一次工伤后回到原档（年）", "years to return after one claim", 14),
    column("grid_fen", "金额格距（元）", "grid of amounts, yuan", 14),
    column("severity", "每次金额依据的案件", "claims the amounts are from", 30),
    column("view", "口径", "view", 40),
];

const PROJECTION: &[TableColumn] = &[
    column("from", "年度起", "year from", 10),
    column("what", "项目", "what", 24),
    column("p5", "5%", "5 %", 22),
    column("p25", "25%", "25 %", 22),
    column("p50", "中位数", "median", 22),
    column("p75", "75%", "75 %", 22),
    column("p95", "95%", "95 %", 22),
];

const PROJECTED_GRADES: &[TableColumn] = &[
    column("from", "年度起", "year from", 10),
    column("grade", "档次", "grade", 10),
    column("share_percent", "平均占比 %", "mean share %", 12),
    column("changed_percent", "与上年档次不同 %", "on another grade than a year before %", 16),
];

const WINDOW: &[TableColumn] = &[
    column("window", "考核期", "window", 22),
    column("paid_fen", "期内已支付（元）", "paid by its end, yuan", 20),
    column("known_fen", "至今已支付（元）", "paid so far, yuan", 20),
    column("ultimate_fen", "推算最终支付（元）", "ultimate, yuan", 20),
    column("share_percent", "成熟度 %", "maturity %", 12),
];

const BASIS: &[TableColumn] = &[column("what", "项目", "what", 40), column("is", "取值", "is", 30)];

const WATCHED: &[TableColumn] =
    &[column("what", "单位", "accounts that", 50), column("accounts", "户数", "accounts", 10)];

const DRIFT: &[TableColumn] = &[
    column("account", "单位编号", "account", 18),
    column("name", "单位名称", "name", 24),
    column("grade_now", "现档次", "grade now", 10),
    column("grade_so_far", "按已过考核期", "grade so far", 10),
    column("margins", "距上一档", "margin to the next grade", 40),
    column("yearly_fen", "一年多缴（元）", "a year more, yuan", 18),
];

const INCIDENCE: &[TableColumn] = &[
    column("plan", "规划", "plan", 14),
    column("industry", "重点行业", "key industry", 24),
    column("year", "年份", "year", 8),
    column("persons", "工伤人数", "persons injured", 10),
    column("head_months", "参保人月", "head-months", 12),
    column("per_thousand_value", "千人工伤率", "per 1,000 heads", 12),
    column("change_percent", "比基年 %", "against the base year %", 12),
    column("way_percent", "按直线应达 %", "on a straight way %", 12),
    column("holds", "是否达到", "holds", 10),
    column("goal_percent", "目标 %", "goal %", 10),
    column("cited", "依据", "cited", 40),
];

impl Tables<'_> {
    fn of_method(self, make: impl Fn(&Method) -> Vec<Vec<ListCell>>) -> Vec<Vec<ListCell>> {
        self.answered.method.iter().flat_map(make).collect()
    }

    fn statistic(
        self,
        id: &'static str,
        (zh, en): (&'static str, &'static str),
        (note_zh, note_en): (&'static str, &'static str),
        columns: &'static [TableColumn],
        rows: Vec<Vec<ListCell>>,
    ) -> Table {
        Table { id, title: self.pick(zh, en), note: self.pick(note_zh, note_en), columns, rows }
    }

    fn by(self, by: Predicted) -> ListCell {
        text(match by {
            Predicted::Grade => self.pick("档次", "grade"),
            Predicted::Rate => self.pick("费率", "rate"),
        })
    }

    pub(super) fn prediction(self) -> Table {
        let rows = self.of_method(|method| {
            let mut rows = Vec::new();
            for (by, it) in &method.predictions {
                if *by == Predicted::Grade {
                    rows.extend(
                        it.grades
                            .iter()
                            .map(|grade| [vec![self.by(*by), text(&grade.label)], held(&grade.held)].concat()),
                    );
                }
                for (place, part) in it.parts.iter().enumerate() {
                    let name = match self.lang {
                        Lang::Zh => format!("第 {} 组（低到高）", place + 1),
                        Lang::En => format!("part {}, low to high", place + 1),
                    };
                    rows.push([vec![self.by(*by), text(&name)], held(&part.held)].concat());
                }
            }
            rows
        });
        let note = (
            "上一考核期的档次能否预示此后的支付：按档次的期望为本类别均值，按费率的期望为全体均值。",
            "Does the grade of a window predict what follows: expected is the mean of the class where grades are judged, and of everybody where rates are.",
        );
        self.statistic("prediction", ("档次的预示能力", "Does the grade predict"), note, PREDICTION, rows)
    }

    pub(super) fn prediction_sums(self) -> Table {
        let rows = self.of_method(|method| {
            let sums = method.predictions.iter().map(|(by, it)| {
                let real =
                    |value: Option<_>, digits| value.map_or(ListCell::Nothing, |value| number(shown(value, digits)));
                let (claims, capped) = it.claims;
                vec![
                    self.by(*by),
                    text(&method.months.to_string()),
                    real(it.lift, 3),
                    real(it.concentration, 3),
                    number(claims),
                    number(capped),
                    self.months_remark(method, claims),
                ]
            });
            sums.collect()
        });
        self.statistic("lift", ("提升度", "Lift"), ("", ""), PREDICTION_SUMS, rows)
    }

    /// What is to be known of the months that a grade is held against.
    fn months_remark(self, method: &Method, claims: usize) -> ListCell {
        if claims == 0 {
            return text(self.pick("这些月份没有支付记录", "nothing was paid in these months: there is no data"));
        }
        match method.months.intersect(&method.window) {
            Some(_) => text(self.pick(
                "与考核期重叠：以定档所用的数据检验该档次，不是预测",
                "inside the window of the grade: what the grade was made from, no prediction",
            )),
            None => ListCell::Nothing,
        }
    }

    pub(super) fn noise(self) -> Table {
        let rows = self.of_method(|method| {
            let bands = method.noise.bands.iter().enumerate();
            let of_bands = bands.map(|(band, it)| (self.answered.bands.label(band, self.lang), it));
            let all = std::iter::once((self.pick("合计", "together").to_owned(), &method.noise.all));
            all.chain(of_bands).filter(|(_, it)| it.accounts > 0).map(|(name, it)| movement(&name, it)).collect()
        });
        let note = (
            "每户按本类别的工伤频率重抽案件，由同一引擎定档；两次抽样档次不同即为无缘由的变动。",
            "Claims of each account are drawn anew at the frequency of its class, and the same engine decides: two draws on different grades are a movement without a cause.",
        );
        self.statistic("noise", ("变档中的偶然成分", "How much movement is noise"), note, NOISE, rows)
    }

    pub(super) fn credibility(self) -> Table {
        let rows = self.of_method(|method| {
            let of_class = method.credibility.iter().flat_map(|class| {
                let structure = class.structure.as_ref().ok();
                let real =
                    |value: Option<_>, digits| value.map_or(ListCell::Nothing, |value| number(shown(value, digits)));
                let half = class.worth.as_ref().and_then(|it| it.heads);
                let row = move |band: &rate_core::scenario::BandCredibility| {
                    let middle = band.credibility.map(|(_, middle, _)| middle);
                    vec![
                        text(&class_text(class.class, self.lang)),
                        text(&self.answered.bands.label(band.band, self.lang)),
                        number(band.accounts),
                        real(structure.map(|it| it.mean), 5),
                        real(structure.map(|it| it.within), 6),
                        real(structure.map(|it| it.between), 8),
                        real(middle, 3),
                        real(half, 0),
                    ]
                };
                class.bands.iter().filter(|band| band.accounts > 0).map(row).collect::<Vec<_>>()
            });
            of_class.collect()
        });
        let note = (
            "布尔曼—施特劳布：Z＝w／(w＋s²／a)；组间方差不大于零时没有可信度，表示看不出单位之间的差别。",
            "Bühlmann–Straub: Z = w / (w + s² / a). Where the variance between is not above zero no difference between risks is found, and there is no Z.",
        );
        self.statistic("credibility", ("经验的可信度", "Credibility of own experience"), note, CREDIBILITY, rows)
    }

    pub(super) fn maturity(self) -> Table {
        let rows = self.of_method(|method| {
            let with_claims = method.triangle.years.iter().filter(|year| year.claims > 0);
            let of_year = with_claims.flat_map(|year| {
                let row = |(lag, paid): (usize, &i128)| {
                    let share = method.triangle.paid_by.get(lag).copied().flatten();
                    vec![
                        text(&year.months.to_string()),
                        number(year.claims),
                        number(lag),
                        ListCell::Fen(*paid),
                        share.map_or(ListCell::Nothing, |share| number(shown(share * 100.0, 1))),
                    ]
                };
                year.cumulative.iter().enumerate().map(row).collect::<Vec<_>>()
            });
            of_year.collect()
        });
        let note = (
            "按事故年度的累计支付；“占最终支付”以已观察到的最长年限为最终，其后的支付（如长期待遇）未计。",
            "Paid so far by year of the accident. The ultimate is what the longest lag observed shows: what comes later, as lifelong pensions do, is not in it.",
        );
        self.statistic("maturity", ("支付的成熟度", "How mature the window is"), note, MATURITY, rows)
    }

    pub(super) fn window(self) -> Table {
        let rows = self.of_method(|method| {
            let row = |it: &rate_core::scenario::Maturity| {
                let ultimate = shown(it.ultimate, 0).parse().map_or(ListCell::Nothing, ListCell::Fen);
                let money = [ListCell::Fen(it.paid), ListCell::Fen(it.known), ultimate];
                let share = number(shown(it.share * 100.0, 1));
                [vec![text(&it.window.to_string())], money.to_vec(), vec![share]].concat()
            };
            method.maturity.iter().map(row).collect()
        });
        self.statistic("window", ("考核期的成熟度", "How mature the window of the law is"), ("", ""), WINDOW, rows)
    }

    /// What a projection starts from and supposes.
    pub(super) fn projection_basis(self) -> Table {
        let mut rows = Vec::new();
        if let Some(it) = &self.answered.projection {
            let none = self.pick("无", "none").to_owned();
            let months = it.simulated_from.1;
            let facts = [
                (self.pick("路径数、种子", "paths, seed"), format!("{}, {}", it.paths, it.seed)),
                (self.pick("推演的单位", "accounts projected"), it.accounts.to_string()),
                (
                    self.pick("不能定费率而未推演的单位", "accounts that cannot be decided"),
                    it.undecided.len().to_string(),
                ),
                (
                    self.pick("未计裁决的单位", "accounts whose orders are passed over"),
                    it.orders_passed_over.to_string(),
                ),
                (
                    self.pick(
                        "开始模拟的月份，其中首年之前的月数",
                        "first month simulated, and months before the first year",
                    ),
                    format!("{}, {months}", it.simulated_from.0),
                ),
                (
                    self.pick("此日起沿用末一周期的形式", "from this day on the last cycle is supposed again"),
                    it.supposed_from.map_or(none.clone(), |day| day.to_string()),
                ),
                (
                    self.pick("起始结余的月份", "month of the first balance"),
                    it.start.month.map_or(none, |month| month.to_string()),
                ),
                (self.pick("起始结余（元）", "first balance, yuan"), yuan(it.start.balance_fen)),
            ];
            rows.extend(facts.map(|(what, is)| vec![text(what), text(&is)]));
        }
        let note = (
            "工资以测算日之前所知为准，故首年收入可与“总体”不同；已知案件尚未支付的部分，除长期待遇外未计。",
            "Payroll is what was known before the setting, so the first year need not be that of the totals; what is still to be paid on known claims is left out but for pensions.",
        );
        self.statistic("projection-basis", ("推演的依据", "What the projection rests on"), note, BASIS, rows)
    }

    /// How many accounts the early warning looked at, and at which it could not.
    pub(super) fn watched(self) -> Table {
        let rows = self.of_prevention(|prevention| {
            let Some(it) = &prevention.drift else { return Vec::new() };
            let mut counts = std::collections::BTreeMap::new();
            it.undecided.iter().for_each(|it| *counts.entry(it.code.as_str()).or_insert(0_usize) += 1);
            let mut rows = vec![
                vec![text(self.pick("按两个周期都能定档", "have a grade in both cycles")), number(it.floated)],
                vec![text(self.pick("趋于上浮", "drift up")), number(it.drifting.len())],
                vec![text(self.pick("下一周期不浮动", "will not float next")), number(it.not_floated)],
            ];
            rows.extend(counts.into_iter().map(|(code, accounts)| {
                vec![text(&format!("{} {code}", self.pick("不能定档：", "cannot be decided:"))), number(accounts)]
            }));
            rows
        });
        let note = (
            "缴费记录不得跨越所取的截止月份；按年的记录请取年末月份。",
            "No premium row may lie across the last month that is taken: with yearly rows, take the end of a year.",
        );
        self.statistic("watched", ("预警的范围", "Whom the early warning looked at"), note, WATCHED, rows)
    }

    pub(super) fn chains(self) -> Table {
        let mut rows = Vec::new();
        let severity = self.severity();
        for (label, chained) in self.answered.chains.iter().flat_map(|it| &it.laws) {
            let it = match chained {
                Ok(Some(it)) => it,
                Ok(None) => continue,
                Err(problems) => {
                    let why: Vec<String> = problems.iter().map(|it| it.line(self.lang)).collect();
                    let nothing = vec![ListCell::Nothing; CHAIN.len() - 2];
                    rows.push([vec![text(label)], nothing, vec![text(&why.join("; "))]].concat());
                    continue;
                }
            };
            let view = match it.view {
                View::Once => self.pick("相邻考核期不重叠", "windows do not overlap"),
                View::Again { .. } => self.pick(
                    "相邻考核期重叠：按相互独立近似，不给出返回年数",
                    "windows overlap: taken as independent, an approximation; no years to return",
                ),
            };
            for study in &it.studies {
                let grades = study.chain.grades.iter().zip(&study.long_run.shares);
                rows.extend(grades.map(|(grade, share)| {
                    vec![
                        text(&it.label),
                        number(it.months.0),
                        number(it.months.1),
                        number(&study.risk.label),
                        text(grade),
                        number(shown(share * 100.0, 2)),
                        number(shown(study.mean_level_percent, 2)),
                        number(shown(study.yearly_change_points, 2)),
                        number(shown(study.raised_by_one_claim * 100.0, 2)),
                        study.years_to_return.map_or(ListCell::Nothing, |years| number(shown(years, 2))),
                        ListCell::Fen(study.chain.grid_fen.into()),
                        text(&severity),
                        text(view),
                    ]
                }));
            }
        }
        let note = (
            "同一单位在不同工伤频率下的长期档次分布、平均费率水平和一次工伤后回到原档所需年数。",
            "One employer at several frequencies of claims: where it is in the long run, what it pays in the mean, and how long one claim is felt.",
        );
        self.statistic("chain", ("长期的档次（奖惩链）", "The ladder in the long run"), note, CHAIN, rows)
    }

    /// Whose claims say what one costs.
    fn severity(self) -> String {
        let Some(it) = &self.answered.chains else { return String::new() };
        let claims = it.severity.claims().unwrap_or(0);
        let of = it.severity.class().map_or_else(
            || match self.lang {
                Lang::Zh => format!("全部类别（{}案件不足）", class_text(it.class, self.lang)),
                Lang::En => format!("all classes ({} has too few)", class_text(it.class, self.lang)),
            },
            |class| class_text(class, self.lang),
        );
        match self.lang {
            Lang::Zh => format!("{claims} 件，{of}"),
            Lang::En => format!("{claims} of {of}"),
        }
    }

    pub(super) fn projection(self) -> Table {
        let mut rows = Vec::new();
        for year in self.answered.projection.iter().flat_map(|it| &it.years) {
            let money = [
                (self.pick("收入", "income"), year.income_fen),
                (self.pick("支出", "benefits"), year.benefits_fen),
                (self.pick("累计结余", "balance"), year.balance_fen),
            ];
            for (what, it) in money {
                let figures = [it.p5, it.p25, it.p50, it.p75, it.p95].map(ListCell::Fen);
                rows.push([vec![text(&year.from.to_string()), text(what)], figures.to_vec()].concat());
            }
            if let Some(it) = year.months_payable {
                let figures = [it.p5, it.p25, it.p50, it.p75, it.p95].map(|months| number(shown(months, 1)));
                let what = self.pick("可支付月数", "months of reserve");
                rows.push([vec![text(&year.from.to_string()), text(what)], figures.to_vec()].concat());
            }
        }
        let note = (
            "金额单位为元（CSV 中为分）。收支按模拟的案件与支付逐年推演，费率由同一引擎逐期重定；百分位数为各路径的次序统计量。",
            "Amounts in yuan, in CSV in fen. Income and benefits year by year on drawn claims and their payments, grades decided by the same engine at each cycle; percentiles are order statistics of the paths.",
        );
        self.statistic("projection", ("推演", "Projection"), note, PROJECTION, rows)
    }

    pub(super) fn projected_grades(self) -> Table {
        let mut rows = Vec::new();
        for year in self.answered.projection.iter().flat_map(|it| &it.years) {
            let none = (self.pick("无档次", "no grade").to_owned(), year.without_grade);
            let changed = year.changed.map_or(ListCell::Nothing, |share| number(shown(share * 100.0, 1)));
            for (grade, share) in year.grades.iter().chain(std::iter::once(&none)) {
                let share = number(shown(share * 100.0, 2));
                rows.push(vec![text(&year.from.to_string()), text(grade), share, changed.clone()]);
            }
        }
        self.statistic(
            "projected-grades",
            ("推演中的档次", "Grades of the projection"),
            ("", ""),
            PROJECTED_GRADES,
            rows,
        )
    }

    fn of_prevention(self, make: impl Fn(&Prevention) -> Vec<Vec<ListCell>>) -> Vec<Vec<ListCell>> {
        self.answered.prevention.iter().flat_map(make).collect()
    }

    pub(super) fn drift(self) -> Table {
        let ladder = &self.answered.grades;
        let label = |grade: rate_core::ladder::GradeIndex| {
            text(ladder.get(usize::from(grade.get())).map_or("", String::as_str))
        };
        let rows = self.of_prevention(|prevention| {
            let drifting = prevention.drift.iter().flat_map(|it| &it.drifting).zip(&prevention.accounts);
            let row = |(it, (account, name)): (&rate_core::scenario::Drifting, &(String, String))| {
                let margins: Vec<String> = it.margins.iter().map(|margin| self.margin(margin)).collect();
                vec![
                    text(account),
                    text(name),
                    label(it.now),
                    label(it.so_far),
                    text(&margins.join(self.pick("；", "; "))),
                    it.yearly_fen.map_or(ListCell::Nothing, ListCell::Fen),
                ]
            };
            drifting.map(row).collect()
        });
        let note = (
            "下一周期的考核期尚未结束，按已过月份推算；比率按已过部分，人数按实数。",
            "The window of the next cycle is still running: ratios are those of the part that has run, counts are those so far.",
        );
        self.statistic("drift", ("预警：趋于上浮的单位", "Early warning: who drifts up"), note, DRIFT, rows)
    }

    fn margin(self, margin: &Margin) -> String {
        let to = self.answered.grades.get(usize::from(margin.to.get())).map_or("", String::as_str);
        let measure = self.answered.measures.get(margin.measure).map_or("", |label| label.text(self.lang));
        let amount = if margin.money { yuan(margin.change) } else { margin.change.to_string() };
        match (margin.money, self.lang) {
            (true, Lang::Zh) => format!("{measure}：再支付 {amount} 元 → {to}"),
            (true, Lang::En) => format!("{measure}: {amount} yuan more → {to}"),
            (false, Lang::Zh) => format!("{measure}：再增 {amount} 人 → {to}"),
            (false, Lang::En) => format!("{measure}: {amount} more → {to}"),
        }
    }

    pub(super) fn incidence(self) -> Table {
        let rows = self.of_prevention(|prevention| {
            let mut rows = Vec::new();
            for of_plan in &prevention.plans {
                let [zh, en] = &of_plan.cited;
                for industry in &of_plan.incidence.industries {
                    for year in &industry.years {
                        let real = |value: Option<_>, digits| {
                            value.map_or(ListCell::Nothing, |value| number(shown(value, digits)))
                        };
                        let holds = year
                            .holds
                            .map_or("–", |holds| if holds { self.pick("是", "yes") } else { self.pick("否", "no") });
                        rows.push(vec![
                            text(&of_plan.plan),
                            text(industry.name.text(self.lang)),
                            text(&year.year.to_string()),
                            number(year.persons),
                            number(year.head_months),
                            real(year.per_thousand, 3),
                            real(year.change, 1),
                            real(year.on_the_way, 1),
                            text(holds),
                            number(shown(of_plan.incidence.goal, 0)),
                            text(self.lang.pick(zh, en)),
                        ]);
                    }
                }
            }
            rows
        });
        let note = (
            "重点行业的千人工伤率与规划目标；规划未写明逐年进度，按直线推算。",
            "Persons injured for 1,000 heads in key industries against the goal of the plan. The plan names no yearly way: a straight one is taken.",
        );
        self.statistic("incidence", ("重点行业工伤发生率", "Incidence of key industries"), note, INCIDENCE, rows)
    }
}

/// Accounts, weight, benefits, expected, and one over the other. Weights are millionths of a fen of premium.
fn held(held: &Held) -> Vec<ListCell> {
    vec![
        number(held.accounts),
        ListCell::Fen(held.weight.div_euclid(1_000_000)),
        ListCell::Fen(held.benefits),
        shown(held.expected, 0).parse().map_or(ListCell::Nothing, ListCell::Fen),
        held.ratio.map_or(ListCell::Nothing, |ratio| number(shown(ratio, 3))),
    ]
}

fn movement(name: &str, it: &Movement) -> Vec<ListCell> {
    vec![
        text(name),
        number(it.accounts),
        number(shown(it.chance, 1)),
        number(it.compared),
        number(it.moved),
        it.noise.map_or(ListCell::Nothing, |noise| number(shown(noise * 100.0, 1))),
    ]
}
