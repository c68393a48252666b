//! Notices to employers: one setting changed at a time, whole notices as they are read, and nothing in them that the
//! decision does not say.

use std::fs;

use rate_core::deadline::Served;
use rate_core::explanation::{Notice, Particulars};
use rate_core::rule_set::Verdict;
use rate_core::{Decision, History, Lang, RuleSet, date, decide};
use rate_service::run::{Decided, Run};

use crate::law::{fixtures, law_on, parameters, rule_set, rule_set_of, text};
use crate::said::{Said, unsaid};
use crate::six_years::six_runs;
use crate::tree::Table;

const RULES: &str = "rule_sets/illustrative/three-year.toml";

fn particulars(served: Served) -> Particulars {
    Particulars { number: String::new(), agency: String::new(), issued: None, served, verdict: Verdict::Illustrative }
}

/// An account of the six years with what was decided of it in a setting.
fn decided<'r>(runs: &'r [Run], on: &str, account: &str) -> &'r Decided {
    let on = date(on).unwrap();
    let run = runs.iter().find(|run| run.chosen.law.setting().from() == on).unwrap();
    run.decided.iter().find(|it| it.history.key().number == account).unwrap()
}

/// The same facts under another rule set.
fn under(rules: &RuleSet, history: &History) -> Decision {
    let files = ["parameters/990100/demonstration.toml", "parameters/cn/holidays.toml"];
    decide(&law_on(rules, &parameters(&files, None), "2025-07-01"), history).unwrap()
}

struct Setting {
    case: String,
    rules: RuleSet,
    served: Served,
    says: [Vec<String>; 2],
    silent: [Vec<String>; 2],
}

impl Setting {
    fn read(table: &Table) -> Self {
        let case = table.need("case");
        assert!(!table.need("working").trim().is_empty(), "{case}: how it was counted");
        let changed = table.tables("change").iter().fold(text(RULES), |text, change| {
            let (from, to) = (change.need("from"), change.need("to"));
            assert_eq!(text.matches(&from).count(), 1, "{case}: `{from}`");
            change.finish();
            text.replace(&from, &to)
        });
        let day = |key| table.text(key).map(|day| date(&day).unwrap());
        let served = Served { on: day("served_on"), announced: day("announced_on") };
        let both = |key: &str| ["zh", "en"].map(|lang| table.texts(&format!("{key}_{lang}")));
        let setting =
            Self { rules: rule_set_of(&case, &changed), case, served, says: both("says"), silent: both("silent") };
        table.finish();
        setting
    }
}

#[test]
fn one_setting_changes_what_a_notice_says() {
    let out = tempfile::tempdir().unwrap();
    let runs = six_runs(&fixtures("rule_sets"), out.path());
    let history = &decided(&runs, "2025-07-01", "A02").history;
    let file = Table::read(&fixtures("notices/settings.toml"));
    for setting in file.tables("notices").iter().map(Setting::read) {
        let decision = under(&setting.rules, history);
        let particulars = particulars(setting.served);
        let notice = Notice::of(&decision, history, &particulars);
        for (lang, place) in [(Lang::Zh, 0), (Lang::En, 1)] {
            let (text, html) = (notice.text(lang), notice.html(lang));
            for words in &setting.says[place] {
                assert!(text.contains(words), "{}: `{words}` is not in\n{text}", setting.case);
                assert!(html.contains(words), "{}: `{words}` is not in the HTML", setting.case);
            }
            for words in &setting.silent[place] {
                assert!(!text.contains(words), "{}: `{words}` is in\n{text}", setting.case);
                assert!(!html.contains(words), "{}: `{words}` is in the HTML", setting.case);
            }
        }
    }
}

/// A whole notice: whose, of which setting, with the particulars written on it.
struct Whole {
    name: &'static str,
    account: &'static str,
    on: &'static str,
    served: Option<&'static str>,
}

const WHOLE: [Whole; 5] = [
    Whole { name: "raised", account: "A02", on: "2025-07-01", served: Some("2025-05-26") },
    Whole { name: "lowered-with-predecessor", account: "A06", on: "2025-07-01", served: None },
    Whole { name: "base", account: "A11", on: "2025-07-01", served: Some("2025-05-26") },
    Whole { name: "held-by-class", account: "A08", on: "2022-07-01", served: Some("2022-05-26") },
    Whole { name: "inside-the-cycle", account: "A02", on: "2023-07-01", served: Some("2023-05-26") },
];

/// Compares with a file below `fixtures/notices`, or writes it where `RATE_UPDATE_NOTICES=1`.
fn snapshot(name: &str, found: &str) {
    let path = fixtures("notices").join(name);
    if std::env::var_os("RATE_UPDATE_NOTICES").is_some_and(|value| value == "1") {
        fs::write(&path, found).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == found, "fixtures/notices/{name}: RATE_UPDATE_NOTICES=1 writes it anew; read what changed\n{found}");
}

#[test]
fn whole_notices_read_as_they_were_read_before() {
    let out = tempfile::tempdir().unwrap();
    let runs = six_runs(&fixtures("rule_sets"), out.path());
    for whole in &WHOLE {
        let Decided { history, decision, .. } = decided(&runs, whole.on, whole.account);
        let day = |text: &str| date(text).unwrap();
        let particulars = Particulars {
            number: "虚社险告〔2025〕12号".to_owned(),
            agency: "虚构市社会保险经办机构".to_owned(),
            issued: whole.served.map(day),
            served: Served { on: whole.served.map(day), announced: None },
            verdict: decision.law().rules().report().verdict,
        };
        let notice = Notice::of(decision, history, &particulars);
        snapshot(&format!("{}.zh.txt", whole.name), &notice.text(Lang::Zh));
        snapshot(&format!("{}.en.txt", whole.name), &notice.text(Lang::En));
        if whole.name == "raised" {
            snapshot("raised.zh.html", &notice.html(Lang::Zh));
            snapshot("raised.en.html", &notice.html(Lang::En));
        }
        let again = Notice::of(decision, history, &particulars);
        assert_eq!((notice.text(Lang::Zh), notice.html(Lang::En)), (again.text(Lang::Zh), again.html(Lang::En)));
    }
}

/// Real methods as far as they were seen: what is not known is said so.
#[test]
fn a_rate_held_for_want_of_a_value_says_why() {
    let rules = rule_set("rule_sets/310000/2016.toml", None);
    let parameters = parameters(&["parameters/310000/base-rates.toml"], None);
    let person = crate::people::Person {
        area: "310000".to_owned(),
        class: (rate_core::ClassSystem::Eight, 4),
        premiums: vec![
            ("2011-01", "2011-12", 100_000_000, 100, 500_000),
            ("2012-01", "2012-12", 100_000_000, 100, 500_000),
            ("2013-01", "2013-12", 100_000_000, 100, 500_000),
            ("2014-01", "2014-12", 100_000_000, 100, 500_000),
            ("2015-01", "2015-09", 90_000_000, 100, 450_000),
            ("2015-10", "2015-12", 30_000_000, 100, 270_000),
        ],
        day: "2015-06-01",
        // Of 2015, 900,000.00 yuan owe 0.5 % and 300,000.00 owe 0.9 %: 4,500.00 and 2,700.00. This is more than twice both.
        benefits: 3_000_000,
        hurt: 0,
        dead: 0,
    };
    let history = person.history();
    let law = law_on(&rules, &parameters, "2016-04-01");
    let decision = decide(&law, &history).unwrap_or_else(|problems| panic!("{problems}"));
    let particulars = Particulars { verdict: rules.report().verdict, ..particulars(Served::default()) };
    let notice = Notice::of(&decision, &history, &particulars);
    snapshot("not-seen.zh.txt", &notice.text(Lang::Zh));
    snapshot("not-seen.en.txt", &notice.text(Lang::En));
}

#[test]
fn what_was_ordered_stands_on_the_notice() {
    let all = rate_service::casebook::read(&fixtures("worked_examples")).unwrap_or_else(|error| panic!("{error}"));
    let cases = all.iter().find(|cases| cases.file.ends_with("990100-orders.toml")).unwrap();
    let rules = rule_set(RULES, None);
    let parameters = parameters(&["parameters/990100/demonstration.toml", "parameters/cn/holidays.toml"], None);
    for (name, about) in [("ordered-inside", "a grade for half a year"), ("ordered", "a rate from the first day on")] {
        let case = cases.cases.iter().find(|case| case.name.starts_with(about)).unwrap();
        let history = &case.facts.book(&cases.file, "990100").histories[0];
        let decision = decide(&law_on(&rules, &parameters, "2022-07-01"), history).unwrap();
        let particulars = particulars(Served::default());
        let notice = Notice::of(&decision, history, &particulars);
        snapshot(&format!("{name}.zh.txt"), &notice.text(Lang::Zh));
        snapshot(&format!("{name}.en.txt"), &notice.text(Lang::En));
    }
}

/// The two cases of 烟台, decided on 15 March: only what was posted for months begun by then is settled. By hand:
/// 750,000.00 × 0.5 % = 3,750.00, of 7,500.00 posted 3,750.00 go back; 750,000.00 × 1.2 % = 9,000.00, so 1,500.00 more.
#[test]
fn what_is_settled_stands_on_the_notice() {
    let all = rate_service::casebook::read(&fixtures("worked_examples")).unwrap_or_else(|error| panic!("{error}"));
    let cases = all.iter().find(|cases| cases.file.ends_with("370600-settlement.toml")).unwrap();
    let rules = rule_set(&cases.rule_set.path, None);
    let law = law_on(&rules, &rate_core::Parameters::default(), "2013-01-01").decided_on(date("2013-03-15").unwrap());
    let row = "2013年1月至2013年3月：缴费工资总额 750,000.00 元，本期费率";
    let expected = [
        (
            "settled-refund",
            "more refunded",
            format!("{row} 0.5%，已计 7,500.00 元，应计 3,750.00 元，处理 退还，金额 3,750.00 元\n"),
            "退还合计：3,750.00 元\n  还应退还你单位：3,750.00 元\n",
        ),
        (
            "settled-collect",
            "the shortfall collected",
            format!("{row} 1.2%，已计 7,500.00 元，应计 9,000.00 元，处理 补收，金额 1,500.00 元\n"),
            "补收合计：1,500.00 元\n  你单位还应补缴：1,500.00 元\n",
        ),
    ];
    for (name, about, line, sums) in expected {
        let case = cases.cases.iter().find(|case| case.name == about).unwrap();
        let history = &case.facts.book(&cases.file, "370600").histories[0];
        let decision = decide(&law, history).unwrap_or_else(|problems| panic!("{problems}"));
        let particulars = Particulars { verdict: rules.report().verdict, ..particulars(Served::default()) };
        let notice = Notice::of(&decision, history, &particulars);
        let (zh, en) = (notice.text(Lang::Zh), notice.text(Lang::En));
        let head = "本期费率于2013年3月15日核定，自2013年1月1日起算；此前已计征的工伤保险费按本期费率结算如下。 [《烟台市工伤保险浮动费率管理实施办法》考核期条款";
        for said in [head, &line, sums] {
            assert!(zh.contains(said), "`{said}` is not in\n{zh}");
        }
        let iso = |line: &&str| line.contains("2013-0");
        assert_eq!(zh.lines().find(iso), None, "days as a letter writes them");
        for text in [&zh, &en] {
            let bare = |line: &&str| line.trim().starts_with('[');
            assert_eq!(text.lines().skip(3).find(bare), None, "a line of nothing but a citation");
            assert!(!text.contains("30000"), "an amount has its thousands apart: {text}");
        }
        snapshot(&format!("{name}.zh.txt"), &zh);
        snapshot(&format!("{name}.en.txt"), &en);
        only_steps(&decision, history, &particulars);
        crate::said::tags_close(&notice.html(Lang::Zh));
    }
}

#[test]
fn notice_says_only_steps() {
    let day = |text: &str| Some(date(text).unwrap());
    let served = Served { on: day("2025-09-24"), announced: day("2025-09-17") };
    let particulars = Particulars { issued: day("2025-09-10"), ..particulars(served) };
    let out = tempfile::tempdir().unwrap();
    let runs = six_runs(&fixtures("rule_sets"), out.path());
    let decided: Vec<&Decided> = runs.iter().flat_map(|run| &run.decided).collect();
    assert!(decided.len() > 50, "{}", decided.len());
    decided.iter().for_each(|it| only_steps(&it.decision, &it.history, &particulars));
}

/// Every measure kind of every worked example: the sides that a notice prints make the value that was decided on.
#[test]
fn both_sides_of_a_measure_make_its_value() {
    let (mut measures, mut years) = (0, 0);
    for cases in rate_service::casebook::read(&fixtures("worked_examples")).unwrap_or_else(|error| panic!("{error}")) {
        let area = cases.in_area.as_deref();
        let rules = rule_set(&cases.rule_set.path, area);
        let named: Vec<&str> = cases.parameters.iter().flatten().map(|it| it.path.as_str()).collect();
        for case in &cases.cases {
            let book = case.facts.book(&cases.file, &rules.id().area);
            let mut parameters = parameters(&named, area);
            parameters.merge(book.parameters);
            let Ok(law) = rules.law_for(&parameters, case.settings[0].on) else { continue };
            for history in &book.histories {
                let Ok(decision) = decide(&law, history) else { continue };
                let particulars = particulars(Served::default());
                let notice = Notice::of(&decision, history, &particulars);
                let made = crate::said::sides_make_values(&notice);
                measures += made.0;
                years += made.1;
                only_steps(&decision, history, &particulars);
            }
        }
    }
    assert!(measures > 500 && years > 100, "{measures} measures, {years} years");
}

fn only_steps(decision: &Decision, history: &History, particulars: &Particulars) {
    let notice = Notice::of(decision, history, particulars);
    for lang in [Lang::Zh, Lang::En] {
        let text = notice.text(lang);
        let unsaid = unsaid(&text, &Said::of(&notice, lang));
        assert!(unsaid.is_empty(), "{}: {unsaid:?} in\n{text}", history.key());
    }
}

/// A name may hold anything a book lets through; a notice stays a notice.
#[test]
fn names_cannot_turn_or_mark_up_a_notice() {
    let rules = rule_set(RULES, None);
    let name = "<script>alert('x')</script> & \"\u{202E}厂\u{2066}";
    let number = "</td><b>1";
    let history = History::builder("990100", number)
        .name(name)
        .covered("2018-01", None)
        .class(rate_core::RiskClass::new(rate_core::ClassSystem::Eight, 4).unwrap(), "2018-01-01", None)
        .premium("2022-01", "2024-12", 360_000_000, 20, 3_000_000)
        .build()
        .unwrap();
    let decision = under(&rules, &history);
    let particulars =
        Particulars { agency: "<i>局\u{200F}".to_owned(), number: "&1".to_owned(), ..particulars(Served::default()) };
    let notice = Notice::of(&decision, &history, &particulars);
    for lang in [Lang::Zh, Lang::En] {
        let (text, html) = (notice.text(lang), notice.html(lang));
        for turning in ['\u{202E}', '\u{2066}', '\u{200F}'] {
            assert!(!text.contains(turning) && !html.contains(turning));
        }
        assert!(text.contains("<script>alert('x')</script> & \"\u{FFFD}厂\u{FFFD}"));
        assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;\u{FFFD}厂\u{FFFD}"));
        assert!(html.contains("&lt;/td&gt;&lt;b&gt;1") && html.contains("&lt;i&gt;局") && html.contains("&amp;1"));
        for outside in ["<script", "<b>", "<i>", "http", "src=", "url(", "@import", "<link", "<img"] {
            assert!(!html.contains(outside), "`{outside}`");
        }
        crate::said::tags_close(&html);
    }
}

#[test]
fn a_set_that_may_be_published_gives_a_notice_without_a_warning() {
    let out = tempfile::tempdir().unwrap();
    let runs = six_runs(&fixtures("rule_sets"), out.path());
    let Decided { history, decision, .. } = decided(&runs, "2025-07-01", "A02");
    let of = |verdict| {
        let particulars = Particulars { verdict, ..particulars(Served::default()) };
        Notice::of(decision, history, &particulars).text(Lang::Zh)
    };
    assert!(!of(Verdict::Complete).contains("试算稿"));
    for verdict in [Verdict::Trial, Verdict::Partial, Verdict::Illustrative] {
        assert!(of(verdict).contains("【试算稿，不得送达。"), "{verdict:?}");
    }
}
