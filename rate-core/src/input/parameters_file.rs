//! Parameter files: reading and checking base vectors, cuts and statistics.

mod other_bases;
mod projects;

use rust_decimal::Decimal;

use super::change::Change;
use super::reader::{At, Fields, Sink};
use super::rule_set_file::basis::{Bases, label};
use super::rule_set_file::sections::class_flags;
use super::tree;
use crate::amount::{Factor, Quantity, Rate, plain_decimal};
use crate::calendar::{self, DateSpan, Month, MonthSpan, NaiveDate};
use crate::document::Tree;
use crate::error::{Code, Place, Problem, Problems};
use crate::history::{AccountKind, EventKind};
use crate::industry::{ClassSystem, Industry, IndustryEdition, RiskClass};
use crate::interval::Interval;
use crate::parameters::{
    BaseVector, ClassStatus, CutBands, CutFinding, Holidays, IndustryClasses, ParameterDocument, Parameters, PhasedCut,
    Statistic,
};

/// A parameter file that has been read, not yet checked.
#[derive(Clone, Debug)]
pub struct ParametersFile {
    pub(super) tree: Tree,
}

impl ParametersFile {
    /// Reads TOML.
    ///
    /// # Errors
    /// `file.syntax` where the text is not TOML.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        Self::parse_named("", text)
    }

    /// Reads the same shape as JSON.
    ///
    /// # Errors
    /// `file.syntax` where the text is not JSON.
    pub fn parse_json(text: &str) -> Result<Self, Problems> {
        Self::parse_json_named("", text)
    }

    /// Reads the same shape as JSON from a file whose name problems repeat.
    ///
    /// # Errors
    /// `file.syntax` where the text is not JSON, or an object of it has a key twice.
    pub fn parse_json_named(file: &str, text: &str) -> Result<Self, Problems> {
        tree::parse_json(file, text).map(|tree| Self { tree })
    }

    /// The JSON pointer of a path as problems name it.
    pub fn pointer(&self, path: &str) -> String {
        self.tree.pointer(path)
    }

    /// Reads TOML from a file whose name problems repeat.
    ///
    /// # Errors
    /// `file.syntax` where the text is not TOML.
    pub fn parse_named(file: &str, text: &str) -> Result<Self, Problems> {
        tree::parse_toml(file, text).map(|tree| Self { tree })
    }

    /// This file as if it were of another area.
    #[must_use]
    pub fn in_area(mut self, area: &str) -> Self {
        self.tree.replace("area", area);
        self
    }

    /// This file with one setting changed as a case says.
    ///
    /// # Errors
    /// `case.change` where something else stands there than the change says.
    pub fn changed(mut self, change: &Change) -> Result<Self, Box<Problem>> {
        change.apply(&mut self.tree)?;
        Ok(self)
    }

    /// The checked parameters.
    ///
    /// # Errors
    /// Every place where the file cannot be read: codes `file.*`, `rule-set.*`.
    pub fn check(self) -> Result<Parameters, Problems> {
        let text = tree::canonical_text(&self.tree);
        let sink = Sink::new(&self.tree);
        let parameters = parameters(&sink, text);
        Problems::none_of(sink.into_problems())?;
        Ok(parameters.unwrap_or_default())
    }
}

fn parameters<'t>(sink: &'t Sink<'t>, text: String) -> Option<Parameters> {
    let root = sink.root().at(String::new()).fields()?;
    let format = root.need("format").and_then(|at| at.text().map(|text| (at.clone(), text)));
    if let Some((at, other)) = format.filter(|(_, text)| *text != "parameters/1") {
        at.problem(Code::FileFormat, [other, "parameters/1"]);
    }
    let area = root.need("area").and_then(|at| at.text()).unwrap_or_default();
    let name = root.need("name").and_then(|at| label(&at));
    let bases = Bases::read(&root, area, sink);
    let reader = Reader { area, bases: &bases };
    let list = |key| root.get(key).map(|at| at.items()).unwrap_or_default();
    let (vectors, cuts) = (list("base_rates"), list("phased_cuts"));
    let vectors: Vec<_> = vectors.iter().filter_map(|at| Some((at, reader.vector(at)?))).collect();
    let cuts: Vec<_> = cuts.iter().filter_map(|at| Some((at, reader.cut(at)?))).collect();
    let bands: Vec<CutBands> = list("cut_bands").iter().filter_map(|at| reader.bands(at)).collect();
    let statistics = list("statistics").iter().filter_map(|at| reader.statistic(at)).collect();
    let industries = list("industry_classes").iter().filter_map(|at| reader.industries(at)).collect();
    let holidays: Vec<Holidays> = list("holidays").iter().filter_map(|at| reader.holidays(at)).collect();
    let project_rates: Vec<_> = list("project_rates").iter().filter_map(|at| reader.project_rates(at)).collect();
    if let Some(at) = root.get("project_rates") {
        projects::overlapping(&at, &project_rates);
    }
    let other_bases: Vec<_> = list("other_bases").iter().filter_map(|at| reader.other_base(at)).collect();
    if let Some(at) = root.get("other_bases") {
        other_bases::overlapping(&at, &other_bases);
    }
    overlapping(vectors.iter().map(|(at, it)| (*at, it.days, (&it.sub_area, &it.kinds, it.listed, it.system))));
    overlapping(cuts.iter().map(|(at, it)| (*at, it.days, &it.sub_area)));
    root.finish();
    let vectors = vectors.into_iter().map(|(_, vector)| vector).collect();
    let cuts = cuts.into_iter().map(|(_, cut)| cut).collect();
    let digest = tree::digest_of(&text);
    let documents = vec![ParameterDocument { area: area.to_owned(), name: name?, digest, text }];
    let bases = bases.into_bases();
    Some(Parameters {
        documents,
        bases,
        vectors,
        cuts,
        bands,
        statistics,
        industries,
        holidays,
        project_rates,
        other_bases,
    })
}

/// Two spans for the same accounts may not share days; said at the later one.
fn overlapping<'t: 'a, 'a, K: PartialEq>(spans: impl Iterator<Item = (&'a At<'t>, DateSpan, K)>) {
    let spans: Vec<_> = spans.collect();
    for (place, (at, days, key)) in spans.iter().enumerate() {
        let clash = spans[..place].iter().find(|(_, other, same)| same == key && other.intersect(days).is_some());
        if let Some((_, other, _)) = clash {
            at.problem(Code::CheckTimeOverlap, [other.to_string(), days.to_string(), days.from().to_string()]);
        }
    }
}

struct Reader<'r, 't> {
    area: &'r str,
    bases: &'r Bases<'t>,
}

/// Reads `from` and an optional `to` that stand in the table itself.
fn days(fields: &Fields<'_>) -> Option<DateSpan> {
    let from = fields.need("from").and_then(|at| at.date());
    let to = fields.get("to").map(|at| at.date());
    let (from, to) = (from?, to.map_or(Some(None), |to| to.map(Some))?);
    let span = DateSpan::new(from, to);
    if span.is_none() {
        fields.at().problem(Code::FileSpan, [from.to_string(), to.map_or_else(String::new, |to| to.to_string())]);
    }
    span
}

const EDITIONS: [IndustryEdition; 3] = [IndustryEdition::Gbt2002, IndustryEdition::Gbt2011, IndustryEdition::Gbt2017];

const SYSTEMS: &[(&str, ClassSystem)] = &[("three", ClassSystem::Three), ("eight", ClassSystem::Eight)];

fn sub_area(fields: &Fields<'_>) -> String {
    fields.get("sub_area").and_then(|at| at.text().map(str::to_owned)).unwrap_or_default()
}

/// An optional list of words of a closed list.
fn words_of<T: Copy>(
    fields: &Fields<'_>,
    key: &'static str,
    words: &[&'static str],
    from_word: fn(&str) -> Option<T>,
) -> Vec<T> {
    let words: Vec<_> = words.iter().filter_map(|word| from_word(word).map(|value| (*word, value))).collect();
    let items = fields.get(key).map(|at| at.items()).unwrap_or_default();
    items.iter().filter_map(|at| at.word(&words)).collect()
}

/// Whether a vector or cut is also for the areas inside this one.
fn areas_inside(fields: &Fields<'_>) -> bool {
    fields.get("areas_inside").and_then(|at| at.boolean()).unwrap_or(false)
}

impl<'t> Reader<'_, 't> {
    fn vector(&self, at: &At<'t>) -> Option<BaseVector> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let days = days(&fields);
        let system = fields.need("system").and_then(|at| at.word(SYSTEMS));
        let sub_area = sub_area(&fields);
        let kinds = words_of(&fields, "kinds", AccountKind::WORDS, AccountKind::from_word);
        let events: Vec<_> =
            EventKind::WORDS.iter().filter_map(|word| EventKind::from_word(word).map(|kind| (*word, kind))).collect();
        let listed = fields.get("listed").map(|at| at.word(&events));
        let areas_inside = areas_inside(&fields);
        let items = fields.need("rates").map(|at| at.items()).unwrap_or_default();
        fields.finish();
        let listed = listed.map_or(Some(None), |kind| kind.map(Some))?;
        let rates: Option<Vec<Rate>> = items.iter().map(rate).collect();
        let (days, system, rates) = (days?, system?, rates?);
        if rates.len() != usize::from(system.classes()) {
            at.problem(Code::FileNumber, [rates.len().to_string(), format!("the number of classes, {system}")]);
            return None;
        }
        let area = self.area.to_owned();
        Some(BaseVector { area, sub_area, kinds, listed, areas_inside, system, days, rates, basis })
    }

    fn cut(&self, at: &At<'t>) -> Option<PhasedCut> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let days = days(&fields);
        let on_base = fields.need("applies_to").and_then(|at| at.word(&[("base-rate", true), ("floated-rate", false)]));
        let cut = fields.need("cut").and_then(|at| cut_size(&at));
        let exempt = fields.get("exempt_classes").map(|at| class_flags(&at, ClassSystem::Eight));
        let floor_after = fields.need("floor_after").and_then(|at| at.word(&[("class-1-base", true), ("none", false)]));
        let finding = fields.get("finding").and_then(|at| finding(&at));
        let sub_area = sub_area(&fields);
        let areas_inside = areas_inside(&fields);
        fields.finish();
        let flags = exempt.unwrap_or(Some(Vec::new()))?;
        let exempt = flags.iter().zip(1..).filter(|(exempt, _)| **exempt).map(|(_, class)| class).collect();
        let area = self.area.to_owned();
        Some(PhasedCut {
            area,
            sub_area,
            areas_inside,
            on_base: on_base?,
            days: days?,
            cut: cut?,
            exempt,
            floor_after: floor_after?,
            finding,
            basis,
        })
    }

    fn bands(&self, at: &At<'t>) -> Option<CutBands> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let months = fields.need("months").map(|at| at.items()).unwrap_or_default();
        let cuts = fields.need("cut").map(|at| at.items()).unwrap_or_default();
        fields.finish();
        if months.len() != cuts.len() {
            at.problem(Code::RuleSetMatrix, [cuts.len(), 1, months.len(), 1]);
            return None;
        }
        let band = |(months, cut): (&At<'t>, &At<'t>)| {
            let text = months.text()?;
            let interval = Interval::parse(text).ok();
            if interval.is_none() {
                months.problem(Code::RuleSetInterval, [text]);
            }
            Some((interval?, cut_size(cut)?))
        };
        let bands: Option<Vec<_>> = months.iter().zip(&cuts).map(band).collect();
        Some(CutBands { bands: bands?, basis })
    }

    fn industries(&self, at: &At<'t>) -> Option<IndustryClasses> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let edition = fields.need("edition").and_then(|at| at.word(&EDITIONS.map(|it| (it.as_str(), it))));
        let system = fields.need("system").and_then(|at| at.word(SYSTEMS));
        let words: Vec<_> = ClassStatus::WORDS
            .iter()
            .filter_map(|word| ClassStatus::from_word(word).map(|status| (*word, status)))
            .collect();
        let status = fields.need("status").and_then(|at| at.word(&words));
        let entries = fields.need("classes").map(|at| at.entries()).unwrap_or_default();
        fields.finish();
        let (edition, system) = (edition?, system?);
        let classes = entries.into_iter().filter_map(|(code, at)| {
            if Industry::new(edition, code).is_none() {
                at.problem(Code::FileNumber, [code, "an industry code of two to four digits"]);
            }
            let number = at.integer(1..=i64::from(system.classes())).and_then(|number| u8::try_from(number).ok())?;
            Some((code.to_owned(), RiskClass::new(system, number)?))
        });
        Some(IndustryClasses { edition, status: status?, classes: classes.collect(), basis })
    }

    fn holidays(&self, at: &At<'t>) -> Option<Holidays> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let year = fields.need("year").and_then(|at| at.integer(1990..=2199)).and_then(|year| i32::try_from(year).ok());
        let (off, worked) = (fields.need("off"), fields.need("worked"));
        fields.finish();
        let off = off.map(|at| at.items()).unwrap_or_default();
        let off: Vec<DateSpan> = off.iter().filter_map(|at| at.span(false)).collect();
        let year = year?;
        let worked = worked.map(|at| at.items()).unwrap_or_default();
        let worked = worked.iter().filter_map(|at| worked_day(at, &off)).collect();
        // A break may begin or end over the turn of the year, and no further.
        let touches = |span: &&DateSpan| [span.from(), span.last()].map(calendar::year_of).contains(&year);
        for span in off.iter().filter(|span| !touches(span)) {
            at.problem(Code::FileNumber, [span.to_string(), format!("days of {year}")]);
        }
        Some(Holidays { area: self.area.to_owned(), year, off, worked, basis })
    }

    fn statistic(&self, at: &At<'t>) -> Option<Statistic> {
        let fields = at.fields()?;
        let basis = self.bases.of(&fields, None);
        let id = fields.need("id").and_then(|at| at.text().map(str::to_owned));
        let year = fields.need("year").and_then(|at| at.integer(1990..=2199)).and_then(|year| i32::try_from(year).ok());
        let edition = fields.need("edition").and_then(|at| at.word(&EDITIONS.map(|it| (it.as_str(), it))));
        let entries = fields.need("values").map(|at| at.entries()).unwrap_or_default();
        fields.finish();
        let edition = edition?;
        let values = entries.into_iter().filter_map(|(code, at)| average(code, &at, edition)).collect();
        Some(Statistic { area: self.area.to_owned(), id: id?, year: year?, edition, values, basis })
    }
}

/// A make-up day lies on a weekend, and in no break.
fn worked_day(at: &At<'_>, off: &[DateSpan]) -> Option<NaiveDate> {
    let day = at.date()?;
    if !calendar::is_weekend(day) {
        at.problem(Code::FileNumber, [day.to_string(), "a Saturday or a Sunday".to_owned()]);
    }
    if let Some(span) = off.iter().find(|span| span.contains(day)) {
        at.problem(Code::RuleSetContradiction, [span.to_string(), day.to_string()]);
    }
    Some(day)
}

fn rate(at: &At<'_>) -> Option<Rate> {
    let rate = at.parsed::<Rate>("a rate such as `0.56%`")?;
    if rate.millionths().is_none() {
        at.problem(Code::FileNumber, [rate.to_string(), "a rate with at most four decimals of a percent".to_owned()]);
    }
    Some(rate)
}

fn cut_size(at: &At<'_>) -> Option<Factor> {
    let cut = at.parsed::<Factor>("a cut such as `50%`")?;
    if cut > Factor::ONE {
        at.problem(Code::FileNumber, [cut.to_string(), "a cut of at most 100%".to_owned()]);
    }
    Some(cut)
}

fn finding(at: &At<'_>) -> Option<CutFinding> {
    let fields = at.fields()?;
    let months = fields.need("months_payable").and_then(|at| {
        let months = plain_decimal(at.text()?).ok().filter(|months| !months.is_sign_negative());
        if months.is_none() {
            at.problem(Code::FileNumber, [at.text().unwrap_or_default(), "a number of months such as `26.5`"]);
        }
        months
    });
    let date = fields.need("at").and_then(|at| at.date());
    fields.finish();
    Some(CutFinding { months_payable: months?, at: date? })
}

fn average(code: &str, at: &At<'_>, edition: IndustryEdition) -> Option<(String, i64)> {
    if Industry::new(edition, code).is_none() {
        at.problem(Code::FileNumber, [code, "an industry code of two to four digits"]);
    }
    let text = at.text()?;
    let value = Interval::parse(text).ok().and_then(|interval| {
        let point = interval.low == interval.high;
        interval.low.filter(|low| point && low.millionths > 0).map(|low| low.millionths)
    });
    if value.is_none() {
        at.problem(Code::FileNumber, [text, "an average above zero such as `8.1‰`"]);
    }
    value.map(|value| (code.to_owned(), value))
}

impl Parameters {
    /// Base vectors or cuts of one area, from whatever documents, that claim the same days for the same accounts.
    pub fn check_overlaps(&self) -> Vec<Problem> {
        let vectors = self.vectors.iter().map(|it| {
            (it.days, it.basis, format!("{} {} {:?} {:?} {}", it.area, it.sub_area, it.kinds, it.listed, it.system))
        });
        let cuts = self.cuts.iter().map(|it| (it.days, it.basis, format!("{} {} cut", it.area, it.sub_area)));
        let whole_year =
            |year: i32| Some(MonthSpan::new(Month::new(year, 1).ok()?, Month::new(year, 12).ok()?)?.days());
        let years = self.holidays.iter();
        let years = years.filter_map(|it| Some((whole_year(it.year)?, it.basis, format!("{} holidays", it.area))));
        let all: Vec<_> = vectors.chain(cuts).chain(years).collect();
        let clashes = all.iter().enumerate().filter_map(|(place, (days, basis, key))| {
            let (other, ..) =
                all[..place].iter().find(|(other, _, same)| same == key && other.intersect(days).is_some())?;
            let values = [other.to_string(), days.to_string(), days.from().to_string()];
            Some(Problem::new(Code::CheckTimeOverlap, Place::field(self.basis(*basis).path.clone()), values))
        });
        let projects = projects::clashes(&self.project_rates).map(|(one, two)| {
            let place = Place::field(self.basis(two.basis).path.clone());
            Problem::new(Code::CheckTimeOverlap, place, projects::clash_values(one.days, two.days))
        });
        let bases = other_bases::clashes(&self.other_bases).map(|(one, two)| {
            let place = Place::field(self.basis(two.basis).path.clone());
            Problem::new(Code::CheckTimeOverlap, place, projects::clash_values(one.days, two.days))
        });
        clashes.chain(projects).chain(bases).collect()
    }

    /// Averages of one year and industry that stand in more than one list: no rule chooses between them.
    pub fn check_statistics(&self) -> Vec<Problem> {
        let meet = |one: &str, two: &str| one == two || one == "cn" || two == "cn";
        let mut problems = Vec::new();
        for (place, it) in self.statistics.iter().enumerate() {
            let same = |other: &&Statistic| {
                (&other.id, other.year, other.edition) == (&it.id, it.year, it.edition) && meet(&other.area, &it.area)
            };
            for other in self.statistics[..place].iter().filter(same) {
                for code in it.values.keys().filter(|code| other.values.contains_key(*code)) {
                    let document = |of: &Statistic| self.basis(of.basis).document.title.zh.clone();
                    let values = [it.id.clone(), it.year.to_string(), code.clone(), document(other), document(it)];
                    let place = Place::field(self.basis(it.basis).path.clone());
                    problems.push(Problem::new(Code::CheckStatisticTwice, place, values));
                }
            }
        }
        problems
    }

    /// Findings that do not give the cut that stands beside them, by the national bands.
    pub fn check_findings(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for cut in &self.cuts {
            let Some(finding) = cut.finding else { continue };
            for bands in &self.bands {
                let given = band_of(bands, finding.months_payable);
                if given != Some(cut.cut) {
                    let path = self.basis(cut.basis).path.clone();
                    let given = given.map_or_else(|| "?".to_owned(), |cut| cut.to_string());
                    let values = [finding.months_payable.to_string(), given, cut.cut.to_string()];
                    problems.push(Problem::new(Code::CheckFinding, Place::field(path), values));
                }
            }
        }
        problems
    }
}

/// The cut that a number of months payable leads to; `None` where no band is assigned.
pub fn band_of(bands: &CutBands, months: Decimal) -> Option<Factor> {
    let denominator = 10_i128.checked_pow(months.scale())?;
    let value = Quantity { numerator: months.mantissa(), denominator };
    bands.bands.iter().find(|(interval, _)| interval.contains(value)).map(|(_, cut)| *cut)
}
