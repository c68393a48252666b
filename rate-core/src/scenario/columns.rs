//! What was found of some accounts, in columns: every pass over a portfolio reads all of it, so it is kept small.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use foldhash::fast::FixedState;

use crate::amount::{Money, Quantity, Rate};
use crate::decide::Standing;
use crate::error::Code;
use crate::experience::{Experience, Measured};
use crate::rule_set::Cause;

/// What a law found in the facts of the accounts of one shard. What several have alike stands once.
#[derive(Debug)]
pub(crate) struct Columns {
    alike: Vec<Alike>,
    accounts: Vec<Result<Account, Code>>,
    /// Of each account as many as are measured of one, those of an account that has a problem too.
    values: Vec<Value>,
    /// What is too large for a value of its own.
    large: Vec<Quantity>,
    /// How many are measured of an account.
    measured: usize,
}

/// What many accounts have alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alike {
    pub(crate) standing: Standing,
    /// The rate charged before the first day, where one is known.
    pub(crate) previous: Option<Rate>,
    /// Nothing of the account changes inside the setting, so that its rates follow from its outcome alone.
    pub(crate) plain: bool,
}

impl Hash for Alike {
    /// By what tells most accounts apart; whether two are alike is asked of everything.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let standing = &self.standing;
        (standing.class, standing.months_since_first, standing.covered_in_window, standing.events).hash(state);
        (self.previous, self.plain).hash(state);
    }
}

/// What an account has for itself.
#[derive(Clone, Copy, Debug)]
struct Account {
    alike: usize,
    payroll: Money,
    heads: i64,
}

/// One measure over one window.
#[derive(Clone, Copy, Debug)]
enum Value {
    Small { numerator: i64, denominator: i64 },
    Large(usize),
    Undefined(Cause),
    NotAsked,
}

/// What was just found of one account.
pub(crate) struct Finding {
    pub(crate) alike: Alike,
    pub(crate) experience: Experience,
    /// Mean payroll of a month and heads, by the latest premium row; zero where none is known.
    pub(crate) payroll: Money,
    pub(crate) heads: i64,
}

/// What was found of one account, as it stands in the columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'c> {
    columns: &'c Columns,
    place: usize,
    account: Account,
}

impl Columns {
    /// Takes up what was found of everybody, in order.
    pub(crate) fn of(measured: usize, everybody: impl ExactSizeIterator<Item = Result<Finding, Code>>) -> Self {
        let accounts = everybody.len();
        let mut columns = Self {
            alike: Vec::new(),
            accounts: Vec::with_capacity(accounts),
            values: Vec::with_capacity(accounts * measured),
            large: Vec::new(),
            measured,
        };
        let mut places = HashMap::with_hasher(FixedState::default());
        for found in everybody {
            let account = found.map(|found| columns.taken(&mut places, found));
            columns.accounts.push(account);
            columns.values.resize(columns.accounts.len() * measured, Value::NotAsked);
        }
        columns.alike.shrink_to_fit();
        columns
    }

    fn taken(&mut self, places: &mut HashMap<Alike, usize, FixedState>, found: Finding) -> Account {
        let Finding { alike, experience, payroll, heads } = found;
        for value in experience.values().iter().take(self.measured) {
            let value = self.value(*value);
            self.values.push(value);
        }
        let alike = match places.get(&alike) {
            Some(place) => *place,
            None => {
                self.alike.push(alike.clone());
                places.insert(alike, self.alike.len() - 1);
                self.alike.len() - 1
            }
        };
        Account { alike, payroll, heads }
    }

    fn value(&mut self, measured: Measured) -> Value {
        match measured {
            Measured::NotAsked => Value::NotAsked,
            Measured::Undefined(cause) => Value::Undefined(cause),
            Measured::Value(quantity) => match (quantity.numerator.try_into(), quantity.denominator.try_into()) {
                (Ok(numerator), Ok(denominator)) => Value::Small { numerator, denominator },
                _ => {
                    self.large.push(quantity);
                    Value::Large(self.large.len() - 1)
                }
            },
        }
    }

    fn measured(&self, value: Value) -> Measured {
        match value {
            Value::NotAsked => Measured::NotAsked,
            Value::Undefined(cause) => Measured::Undefined(cause),
            // Only this room puts a place there.
            Value::Large(place) => Measured::Value(self.large[place]),
            Value::Small { numerator, denominator } => {
                Measured::Value(Quantity { numerator: numerator.into(), denominator: denominator.into() })
            }
        }
    }

    /// What was found of everybody, in order, or the code of what keeps an account from being decided.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = Result<Found<'_>, Code>> {
        let accounts = self.accounts.iter().enumerate();
        accounts.map(|(place, account)| account.map(|account| Found { columns: self, place, account }))
    }
}

impl<'c> Found<'c> {
    /// What it has in common with others.
    pub(crate) fn alike(&self) -> &'c Alike {
        &self.columns.alike[self.account.alike]
    }

    /// What no measure holds.
    pub(crate) fn standing(&self) -> &'c Standing {
        &self.alike().standing
    }

    /// Mean payroll of a month.
    pub(crate) const fn payroll(&self) -> Money {
        self.account.payroll
    }

    /// Heads.
    pub(crate) const fn heads(&self) -> i64 {
        self.account.heads
    }

    /// Tells its measures to an experience of the same law, in place of whatever that holds.
    pub(crate) fn tell(&self, experience: &mut Experience) {
        let first = self.place * self.columns.measured;
        let values = &self.columns.values[first..first + self.columns.measured];
        experience.told(values.iter().map(|value| self.columns.measured(*value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_comes_back_as_it_was_found() {
        let mut columns = Columns::of(0, std::iter::empty());
        let quantity = |numerator, denominator| Measured::Value(Quantity { numerator, denominator });
        let (small, most) = (i128::from(i64::MIN), i128::from(i64::MAX));
        let all = [
            Measured::NotAsked,
            Measured::Undefined(Cause::BelowZero),
            quantity(0, 1),
            quantity(small, most),
            quantity(small - 1, 1),
            quantity(1, most + 1),
            quantity(Quantity::LIMIT, Quantity::LIMIT),
        ];
        let back = all.map(|it| {
            let value = columns.value(it);
            columns.measured(value)
        });
        assert_eq!(back, all);
        assert_eq!(columns.large.len(), 3, "only what fits no 64 bits is kept apart");
    }
}
