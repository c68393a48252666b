//! Which figures a notice may name: those of steps, schedule, explanation, deadlines, and of who is told.

use std::collections::BTreeSet;

use rate_core::amount::Quantity;
use rate_core::calendar::NaiveDate;
use rate_core::deadline;
use rate_core::experience::{Measured, Sums};
use rate_core::explanation::{Notice, Particulars};
use rate_core::notice::step_text;
use rate_core::rule_set::Measure;
use rate_core::rule_set::law::Source;
use rate_core::rule_set::notice::{Term, Until};
use rate_core::{Explanation, Lang};
use rust_decimal::Decimal;

/// Figures and days that were said elsewhere.
pub struct Said {
    numbers: BTreeSet<String>,
    days: BTreeSet<String>,
}

/// The numbers of a text, without thousands marks and leading zeros.
fn numbers(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let (mut found, mut number) = (Vec::new(), String::new());
    for (place, letter) in letters.iter().enumerate() {
        let inside = |c: &char| c.is_ascii_digit();
        let between = !number.is_empty() && letters.get(place + 1).is_some_and(inside);
        match letter {
            digit if digit.is_ascii_digit() => number.push(*digit),
            ',' if between => {}
            '.' if between && !number.contains('.') => number.push('.'),
            _ if number.is_empty() => {}
            _ => found.push(std::mem::take(&mut number)),
        }
    }
    if !number.is_empty() {
        found.push(number);
    }
    let plain = |number: String| {
        let trimmed = number.trim_start_matches('0');
        if trimmed.is_empty() || trimmed.starts_with('.') { format!("0{trimmed}") } else { trimmed.to_owned() }
    };
    found.into_iter().map(plain).collect()
}

/// The days of a Chinese text, `2025年7月1日`, as `2025-7-1`.
fn days(text: &str) -> Vec<String> {
    let parts = text.split('日').filter_map(|before| {
        let (before, day) = before.rsplit_once('月')?;
        let (before, month) = before.rsplit_once('年')?;
        let year: String = before.chars().rev().take_while(char::is_ascii_digit).collect();
        let year: String = year.chars().rev().collect();
        let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        (all(&year) && all(month) && all(day)).then(|| format!("{year}-{month}-{day}"))
    });
    parts.collect()
}

impl Said {
    /// What a notice of a decision may name.
    pub fn of(notice: &Notice<'_>, lang: Lang) -> Self {
        let (decision, history, law) = (notice.decision, notice.history, notice.decision.law());
        let explanation = Explanation::of(decision, history);
        let mut said = Self { numbers: BTreeSet::new(), days: BTreeSet::new() };
        said.text(&explanation.text(lang));
        decision.steps().iter().for_each(|step| said.text(&step_text(step, decision, lang)));
        for segment in decision.schedule().segments() {
            let base = segment.base.map(|base| base.to_string()).unwrap_or_default();
            said.text(&format!("{} {base} {} {} {}", segment.class, segment.before_cut, segment.cut, segment.rate));
            said.day(Some(segment.days.from()));
            said.day(segment.days.to());
        }
        said.text(&explanation.payroll.map_or_else(String::new, |payroll| payroll.heads.to_string()));
        let settled = explanation.settlement.iter().flat_map(|it| &it.lines);
        settled.for_each(|line| said.text(&rate_core::notice::yuan(line.payroll.fen().into())));
        said.day(explanation.settlement.as_ref().map(|it| it.decided_on));
        explanation.margins.iter().for_each(|margin| said.day(Some(margin.until)));
        let first = decision.schedule().segments().first().unwrap().days.from();
        if let Some(before) = history.rate_before(first) {
            said.text(&format!("{} {}", before.grade, before.charged));
        }
        for span in decision.orders().iter().map(|order| order.days).chain([*law.setting()]) {
            said.day(Some(span.from()));
            said.day(span.to());
        }
        said.text(&format!("{} {} {} {}", history.name(), history.key(), history.credit_code(), history.sub_area()));
        said.text(&law.cycle().id);
        for step in decision.steps() {
            said.text(&decision.citation(step.source, lang));
        }
        said.sides(notice);
        said.notice(notice, lang);
        said
    }

    fn text(&mut self, text: &str) {
        self.numbers.extend(numbers(text));
        self.days.extend(days(text));
    }

    fn day(&mut self, day: Option<NaiveDate>) {
        let parts = numbers(&day.map(|day| day.to_string()).unwrap_or_default());
        self.days.insert(parts.join("-"));
        self.numbers.extend(parts);
    }

    /// The sides of measures, each of which has been held against the value that the steps and the trend give.
    fn sides(&mut self, notice: &Notice<'_>) {
        sides_make_values(notice);
        let years = notice.measurements.iter().flat_map(|it| it.years.iter().map(|year| (year.months, year.sums)));
        let all = notice.measurements.iter().map(|it| (it.months, it.sums)).chain(years);
        for (months, sums) in all {
            self.text(&months.to_string());
            let Some(sums) = sums else { continue };
            for side in [Some(sums.numerator), sums.denominator].into_iter().flatten() {
                let yuan = (side / Decimal::ONE_HUNDRED).to_string();
                self.text(&format!("{side} {yuan} {:.2}", side / Decimal::ONE_HUNDRED));
            }
            self.text(&format!("{} {}", sums.months, sums.average_percent.unwrap_or_default()));
        }
    }

    /// What the file says of notice and remedies, and the days that come of it.
    fn notice(&mut self, notice: &Notice<'_>, lang: Lang) {
        let law = notice.decision.law();
        let Particulars { number, agency, issued, served, verdict } = notice.particulars;
        self.text(&format!("{number} {agency} {}", verdict.text(lang)));
        [*issued, served.on, served.announced].into_iter().for_each(|day| self.day(day));
        let rules = law.rules();
        let basis = |said: &mut Self, id| said.text(&notice.decision.citation(Source::Rules(id), lang));
        basis(self, law.cycle().basis);
        self.text(rules.name().text(lang));
        for it in rules.bases() {
            if ["", "notice", "notice.objection"].contains(&it.path.as_str()) || it.path.starts_with("remedies") {
                self.text(&it.citation(lang));
            }
        }
        let term = |said: &mut Self, term: Term| match term {
            Term::Days(count, _) | Term::Months(count) => said.text(&count.to_string()),
        };
        let mut ends = Vec::new();
        if let Some(told) = rules.notice() {
            ends.push(deadline::announcement(law, told, *served));
            let terms = [told.announced, told.told.map(|told| told.0), told.transition];
            terms.into_iter().flatten().for_each(|length| term(self, length));
            if let Some(objection) = &told.objection {
                ends.push(deadline::objection(law, objection, *served));
                objection.again.into_iter().for_each(|length| term(self, length));
                if let Some(Until::Within { term: length, .. }) = &objection.until {
                    term(self, *length);
                }
                self.text(objection.place.as_ref().map_or("", |place| place.text(lang)));
            }
        }
        let remedies = rules.remedies().into_iter().flat_map(|it| [it.review, it.lawsuit]).flatten();
        for remedy in remedies {
            term(self, remedy.term);
            ends.push(deadline::remedy(law, &remedy, *served));
            self.day(remedy.since);
        }
        for end in ends {
            match end {
                deadline::Deadline::Day(day) | deadline::Deadline::BeforeLaw(day) => self.day(Some(day)),
                deadline::Deadline::NoHolidays(year) => self.text(&year.to_string()),
                deadline::Deadline::NotKnown
                | deadline::Deadline::NotBegun(_)
                | deadline::Deadline::WithAnnouncement
                | deadline::Deadline::NoDate => {}
            }
        }
    }
}

/// The numbers and days of a notice that were said nowhere.
pub fn unsaid(text: &str, said: &Said) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        // The places of headings and steps, and the levels that a measure is named after.
        let counted =
            line.trim_start().split_once(". ").filter(|(number, _)| number.bytes().all(|b| b.is_ascii_digit()));
        let line = counted.map_or(line, |(_, rest)| rest).replace("disability levels 1 to 4", "");
        found.extend(numbers(&line).into_iter().filter(|number| !said.numbers.contains(number)));
        found.extend(days(&line).into_iter().filter(|day| !said.days.contains(day)));
    }
    found
}

fn exact(value: i128) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(value, 0).ok()
}

/// Whether both sides, divided, are a value; `None` where a product does not fit, or nothing can be compared.
fn makes(measure: &Measure, sums: &Sums, value: Quantity) -> Option<bool> {
    if measure.round.is_some() {
        return None;
    }
    if value.numerator == 0 {
        // Zero, or counted as zero: recoveries above benefits, or nothing to compare with.
        let nothing = sums.denominator.is_some_and(|below| below.is_zero());
        return Some(sums.numerator <= Decimal::ZERO || nothing);
    }
    let average = sums.average_percent.unwrap_or(Decimal::ONE_HUNDRED);
    let above = sums.numerator.checked_mul(sums.months.into())?.checked_mul(Decimal::ONE_HUNDRED)?;
    let below = sums.denominator.unwrap_or(Decimal::ONE).checked_mul(average)?;
    Some(above.checked_mul(exact(value.denominator)?)? == below.checked_mul(exact(value.numerator)?)?)
}

/// Holds the sides of every measure, and of its years, against its value; how many of both could be held.
pub fn sides_make_values(notice: &Notice<'_>) -> (usize, usize) {
    let (mut measures, mut years) = (0, 0);
    for it in &notice.measurements {
        let measure = &notice.decision.law().rules().measures()[it.measure];
        let holds = |value: Measured, sums: Option<Sums>| match value {
            Measured::Value(value) => sums.and_then(|sums| makes(measure, &sums, value)),
            Measured::Undefined(_) | Measured::NotAsked => None,
        };
        let key = notice.history.key();
        if let Some(holds) = holds(it.value, it.sums) {
            assert!(holds, "{key} {}: {:?} is not {:?}", measure.id, it.sums, it.value);
            measures += 1;
        }
        for year in &it.years {
            if let Some(holds) = holds(year.value, year.sums) {
                assert!(holds, "{key} {} {}: {:?} is not {:?}", measure.id, year.months, year.sums, year.value);
                years += 1;
            }
        }
    }
    (measures, years)
}

/// Every tag that opens closes, in order.
pub fn tags_close(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in html.split('<').skip(1).map(|rest| rest.split_once('>').unwrap().0) {
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "</{closed}>"),
            None if ["!DOCTYPE", "meta"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
