//! What numbers without a source may do in a sum.

use num_traits::Signed;

use super::super::numbers::Exact;

/// Numbers without a source that a sum may add, apart from the whole of a share, and multiply or divide by.
const MOST_ADDENDS: usize = 1;
const MOST_FACTORS: usize = 3;

/// What a number does in a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Alone,
    Addend(Beside),
    Factor,
}

/// What a number is added to or taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Part of a whole.
    Share,
    /// Per cent, or what may be.
    Hundredths,
    /// What may be the hours of a day.
    Hours,
    /// Either.
    HoursOrHundredths,
    /// Degrees times nine fifths.
    Degrees,
    Count,
}

/// How many numbers without a source a sum has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Free {
    addends: usize,
    factors: usize,
}

impl Free {
    /// Whether the sum may have one more number without a source in this role; counts it.
    pub(super) fn has_room(&mut self, role: Role) -> bool {
        match role {
            Role::Alone | Role::Addend(Beside::Share) => true,
            Role::Addend(_) => {
                self.addends += 1;
                self.addends <= MOST_ADDENDS
            }
            Role::Factor => {
                self.factors += 1;
                self.factors <= MOST_FACTORS
            }
        }
    }
}

/// Whole factors of units, halves and tenths: days of a week, weeks and months of a year, and so on.
const FACTORS: [i128; 23] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20, 24, 26, 30, 52, 60, 100, 360, 365, 366, 1024, 3600];

/// Whether a value counts hours, minutes, days, weeks, months or quarters of something larger.
pub(super) fn is_of_calendar(value: &Exact) -> bool {
    value.is_integer() && [4, 7, 12, 24, 26, 30, 52, 60, 360, 365, 366].contains(&value.to_integer())
}

/// Factors between units of measure, in millionths, each within a thousandth: miles, pounds, inches, feet, gallons,
/// acres, square feet.
const MEASURES: [i128; 22] = [
    1_609_344, 1_609_000, 1_600_000, 621_000, 621_371, 2_540_000, 304_800, 305_000, 453_592, 454_000, 2_204_600,
    2_200_000, 3_785_000, 4_546_000, 404_700, 404_686, 2_471_000, 10_764_000, 92_900, 4_184_000, 3_600_000, 1_800_000,
];

impl Role {
    /// Whether a number that stands in no source may be used in this role. Added numbers must stand somewhere;
    /// exceptions are one, the whole (what is left of 100%), the twelve hours of a clock, and where Fahrenheit begins.
    pub(super) fn allows(self, value: Exact) -> bool {
        match self {
            Role::Alone => false,
            Role::Addend(beside) => {
                let wholes: &[i128] = match beside {
                    Beside::Share | Beside::Hundredths => &[1, 100],
                    Beside::Hours => &[1, 12],
                    Beside::HoursOrHundredths => &[1, 12, 100],
                    Beside::Degrees => &[1, 32],
                    Beside::Count => &[1],
                };
                wholes.iter().any(|whole| value == Exact::from_integer(*whole))
            }
            Role::Factor => {
                let is_power = |value: i128| value >= 10 && (0..=12).any(|power| 10_i128.pow(power) == value);
                let whole = value.is_integer().then(|| value.to_integer());
                whole.is_some_and(|value| FACTORS.contains(&value) || is_power(value))
                    || MEASURES.iter().any(|millionths| {
                        let measure = Exact::new(*millionths, 1_000_000);
                        !value.is_integer() && (value - measure).abs() * Exact::from_integer(1000) <= measure
                    })
                    || [Exact::new(1, 100), Exact::new(1, 10), Exact::new(1, 1000), Exact::new(1, 2), Exact::new(1, 4)]
                        .contains(&value)
            }
        }
    }
}
