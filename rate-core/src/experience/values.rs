//! The measured values of an account: as a rule few, and then in place.

use super::Measured;

/// How many stand in place: methods ask three measures or so, of one window.
const IN_PLACE: usize = 6;

/// Values in a row.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "the large one is the usual one, and in place so that nothing is allocated"
)]
pub(super) enum Values {
    /// So many of them.
    InPlace(usize, [Measured; IN_PLACE]),
    Apart(Vec<Measured>),
}

impl Values {
    /// So many that nothing asked for yet.
    pub(super) fn not_asked(count: usize) -> Self {
        if count <= IN_PLACE {
            Self::InPlace(count, [Measured::NotAsked; IN_PLACE])
        } else {
            Self::Apart(vec![Measured::NotAsked; count])
        }
    }

    pub(super) fn all(&self) -> &[Measured] {
        match self {
            Self::InPlace(count, values) => &values[..*count],
            Self::Apart(values) => values,
        }
    }

    pub(super) fn all_mut(&mut self) -> &mut [Measured] {
        match self {
            Self::InPlace(count, values) => &mut values[..*count],
            Self::Apart(values) => values,
        }
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

impl Eq for Values {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Quantity;

    #[test]
    fn values_in_place_and_apart_are_a_row_of_the_same_length() {
        for count in 0..=2 * IN_PLACE {
            let mut values = Values::not_asked(count);
            assert_eq!(values.all(), vec![Measured::NotAsked; count]);
            let other = values.clone();
            values.all_mut().iter_mut().for_each(|it| *it = Measured::Value(Quantity::count(7)));
            assert_eq!(values.all(), vec![Measured::Value(Quantity::count(7)); count]);
            assert_eq!(values == other, count == 0);
        }
    }
}
