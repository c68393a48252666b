//! What a log says happened: one entry for each event, in the order of the log.

use super::bytes::{Item, Writer};
use super::envelope::Envelope;
use super::fields::{
    RecordError, array, boolean, bytes, day, days, digest, fixed, formatted, maybe, number, text, texts,
};
use crate::calendar::{DateSpan, NaiveDate};
use crate::log::Digest;

/// The number of this form of entries.
const FORMAT: u16 = 1;

/// An entry of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The instant it was recorded, RFC 3339 in UTC to the millisecond.
    pub recorded_at: String,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "events are read one after the other, and runs are the ones that are looked for"
)]
pub enum Event {
    /// A whole book came in: what stood before stands no longer.
    Batch(Batch),
    /// Facts came in beside those that stood, or were taken back.
    Facts(FactsChange),
    /// A rule set was published here.
    RuleSet {
        /// Area and version.
        id: String,
        /// Digest of its canonical form.
        digest: Digest,
    },
    /// Parameters were published here.
    Parameters {
        /// The area.
        area: String,
        /// Digest of their canonical form.
        digest: Digest,
    },
    /// A run was published, or recorded as a trial.
    Run(Run),
    /// A single decision, whole.
    Decision(Box<Envelope>),
    /// The key that signs from here on; this entry's checkpoint is signed by it and by the one before.
    Key {
        /// The public key, as verifiers are given it.
        key: String,
    },
}

/// Facts that came in beside others, or were taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsChange {
    /// Knowledge number: counts up from one without a gap.
    pub knowledge: u64,
    /// Root over the rows with their signs, ordered by area, account, table, then by their hashes.
    pub root: Digest,
    /// Tables with the number of rows that came in and of those taken back, in order.
    pub tables: Vec<(String, u64, u64)>,
}

/// Facts that came in together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Knowledge number: counts up from one without a gap.
    pub knowledge: u64,
    /// Root over the rows, sorted.
    pub root: Digest,
    /// Tables with their number of rows, in order.
    pub tables: Vec<(String, u64)>,
}

/// A run that was published, or recorded as a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What it is called.
    pub id: String,
    /// The area.
    pub area: String,
    /// Digest of its rule set.
    pub rule_set: Digest,
    /// Digests of its parameters, in order.
    pub parameters: Vec<Digest>,
    /// Days the rates are for.
    pub setting: DateSpan,
    /// The day its rates were decided, where that was given.
    pub decided_on: Option<NaiveDate>,
    /// What was known: the number of the last batch it read.
    pub knowledge: u64,
    /// Number of bodies.
    pub size: u64,
    /// Root over them, ordered by account.
    pub root: Digest,
    /// Number of the engine's semantics.
    pub semantics: u16,
    /// The build that decided.
    pub engine: String,
    /// Who made it.
    pub author: String,
    /// Who approved it; another person.
    pub approver: String,
    /// The run it takes the place of.
    pub supersedes: Option<String>,
    /// Recorded as a trial: its rule set may be tried and replayed, never published.
    pub trial: bool,
    /// Runs beside that one, of the same setting, whose place it takes too; in order.
    pub also: Vec<String>,
    /// Accounts that it was asked about and gives no rate, since they were not insured: what they had of the setting stands
    /// no longer. In order.
    pub without: Vec<String>,
}

impl Run {
    /// The runs whose place it takes.
    pub fn replaces(&self) -> impl Iterator<Item = &str> {
        self.supersedes.iter().chain(&self.also).map(String::as_str)
    }

    /// Whether it takes an account out of the setting.
    pub fn takes_out(&self, account: &str) -> bool {
        self.without.binary_search_by(|it| it.as_str().cmp(account)).is_ok()
    }
}

impl Entry {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(4);
        out.number(FORMAT);
        out.text(&self.recorded_at);
        match &self.event {
            Event::Batch(batch) => {
                out.text("batch");
                batch.write(&mut out);
            }
            Event::Facts(change) => {
                out.text("facts");
                change.write(&mut out);
            }
            Event::RuleSet { id, digest } => {
                out.text("rule-set");
                named(id, *digest, &mut out);
            }
            Event::Parameters { area, digest } => {
                out.text("parameters");
                named(area, *digest, &mut out);
            }
            Event::Run(run) => {
                out.text("run");
                run.write(&mut out);
            }
            Event::Decision(envelope) => {
                out.text("decision");
                out.bytes(&envelope.to_bytes());
            }
            Event::Key { key } => {
                out.text("key");
                out.text(key);
            }
        }
        out.finish()
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn read(entry: &[u8]) -> Result<Self, RecordError> {
        let [_, recorded_at, word, it]: [Item; 4] = formatted(entry, FORMAT, "an entry of four fields")?;
        let event = match text(word)?.as_str() {
            "batch" => Event::Batch(Batch::read(it)?),
            "facts" => Event::Facts(FactsChange::read(it)?),
            "rule-set" => {
                let (id, digest) = read_named(it)?;
                Event::RuleSet { id, digest }
            }
            "parameters" => {
                let (area, digest) = read_named(it)?;
                Event::Parameters { area, digest }
            }
            "run" => Event::Run(Run::read(it)?),
            "decision" => Event::Decision(Box::new(Envelope::read(&bytes(it)?)?)),
            "key" => Event::Key { key: text(it)? },
            _ => return Err(RecordError::Shape("the word of an event")),
        };
        Ok(Self { recorded_at: text(recorded_at)?, event })
    }
}

fn named(name: &str, digest: Digest, out: &mut Writer) {
    out.array(2);
    out.text(name);
    out.bytes(&digest.0);
}

fn read_named(item: Item) -> Result<(String, Digest), RecordError> {
    let [name, pinned] = fixed(item, "a name and a digest")?;
    Ok((text(name)?, digest(pinned)?))
}

impl Batch {
    fn write(&self, out: &mut Writer) {
        out.array(3);
        out.number(self.knowledge);
        out.bytes(&self.root.0);
        out.list(self.tables.iter(), |out, (table, rows)| {
            out.array(2);
            out.text(table);
            out.number(*rows);
        });
    }

    fn read(item: Item) -> Result<Self, RecordError> {
        let [knowledge, root, tables] = fixed(item, "a batch of three fields")?;
        let table = |item| {
            let [name, rows] = fixed(item, "a table and its rows")?;
            Ok((text(name)?, number(&rows)?))
        };
        Ok(Self {
            knowledge: number(&knowledge)?,
            root: digest(root)?,
            tables: array(tables, "tables")?.into_iter().map(table).collect::<Result<_, RecordError>>()?,
        })
    }
}

impl FactsChange {
    fn write(&self, out: &mut Writer) {
        out.array(3);
        out.number(self.knowledge);
        out.bytes(&self.root.0);
        out.list(self.tables.iter(), |out, (table, added, withdrawn)| {
            out.array(3);
            out.text(table);
            out.number(*added);
            out.number(*withdrawn);
        });
    }

    fn read(item: Item) -> Result<Self, RecordError> {
        let [knowledge, root, tables] = fixed(item, "a change of facts of three fields")?;
        let table = |item| {
            let [name, added, withdrawn] = fixed(item, "a table and its rows")?;
            Ok((text(name)?, number(&added)?, number(&withdrawn)?))
        };
        Ok(Self {
            knowledge: number(&knowledge)?,
            root: digest(root)?,
            tables: array(tables, "tables")?.into_iter().map(table).collect::<Result<_, RecordError>>()?,
        })
    }
}

/// The two lists of names behind the fields of a run, where it has them.
fn behind(fields: &mut Vec<Item>) -> Result<[Vec<String>; 2], RecordError> {
    const WHAT: &str = "names in order, and some of them";
    if fields.len() != 17 {
        return Ok([Vec::new(), Vec::new()]);
    }
    let [also, without] = fixed(Item::Array(fields.split_off(15)), WHAT)?;
    let names = [texts(also)?, texts(without)?];
    let in_order = names.iter().all(|names| names.is_sorted_by(|one, other| one < other));
    let some = names.iter().any(|names| !names.is_empty());
    if in_order && some { Ok(names) } else { Err(RecordError::Shape(WHAT)) }
}

impl Run {
    fn write(&self, out: &mut Writer) {
        // Most runs have neither, and are written as they were before there was either.
        let more = !self.also.is_empty() || !self.without.is_empty();
        out.array(if more { 17 } else { 15 });
        out.text(&self.id);
        out.text(&self.area);
        out.bytes(&self.rule_set.0);
        out.list(self.parameters.iter(), |out, digest| out.bytes(&digest.0));
        out.days(&self.setting);
        out.maybe(self.decided_on, Writer::day);
        out.number(self.knowledge);
        out.number(self.size);
        out.bytes(&self.root.0);
        out.number(self.semantics);
        out.text(&self.engine);
        out.text(&self.author);
        out.text(&self.approver);
        out.maybe(self.supersedes.as_deref(), Writer::text);
        out.boolean(self.trial);
        if more {
            for names in [&self.also, &self.without] {
                out.list(names.iter(), |out, name| out.text(name));
            }
        }
    }

    fn read(item: Item) -> Result<Self, RecordError> {
        let mut fields = array(item, "a run of fifteen fields")?;
        let [also, without] = behind(&mut fields)?;
        let [
            id,
            area,
            rule_set,
            parameters,
            setting,
            decided_on,
            knowledge,
            size,
            root,
            semantics,
            engine,
            author,
            approver,
            supersedes,
            trial,
        ] = fixed(Item::Array(fields), "a run of fifteen fields")?;
        Ok(Self {
            id: text(id)?,
            area: text(area)?,
            rule_set: digest(rule_set)?,
            parameters: array(parameters, "parameters")?.into_iter().map(digest).collect::<Result<_, _>>()?,
            setting: days(setting)?,
            decided_on: maybe(decided_on, |it| day(&it))?,
            knowledge: number(&knowledge)?,
            size: number(&size)?,
            root: digest(root)?,
            semantics: number(&semantics)?,
            engine: text(engine)?,
            author: text(author)?,
            approver: text(approver)?,
            supersedes: maybe(supersedes, text)?,
            trial: boolean(&trial)?,
            also,
            without,
        })
    }
}
