//! Who gets which of two prompts: drawn by a hash, colleagues together, each kind of people in equal parts.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// One of the two arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

impl Side {
    /// Its name in a campaign.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Side::A => "a",
            Side::B => "b",
        }
    }
}

/// People who are to be divided. It holds some 60 bytes for each company.
#[derive(Clone, Debug, Default)]
pub struct Divide {
    companies: HashMap<u128, Company>,
}

#[derive(Clone, Copy, Debug)]
struct Company {
    people: u32,
    segment: u64,
}

/// Who gets what.
#[derive(Clone, Debug)]
pub struct Assignment {
    sides: HashMap<u128, Side>,
    salt: String,
}

impl Divide {
    /// Adds one person: their id, their company's key where it is known, and what kind of people they are. A company is
    /// of the kind that the first of its people is.
    pub fn add(&mut self, lead: &str, company: Option<&str>, segment: Option<&str>) {
        let segment = hash("segment", segment.unwrap_or_default()) as u64;
        let company = self.companies.entry(unit(lead, company)).or_insert(Company { people: 0, segment });
        company.people += 1;
    }

    /// Draws. Within each kind of people, companies come in the order of a hash of the salt and their key, and each
    /// goes to the arm that has fewer people of this kind so far, by another bit of its hash where both have as many.
    /// So the arms differ by one company of each kind at most, nobody chooses, and the same list and salt give the same
    /// arms.
    #[must_use]
    pub fn draw(&self, salt: &str) -> Assignment {
        let mut order: Vec<(u64, u128, u128, u32)> = self
            .companies
            .iter()
            .map(|(unit, company)| (company.segment, hash(salt, &unit.to_string()), *unit, company.people))
            .collect();
        order.sort_unstable();
        let mut sides = HashMap::with_capacity(order.len());
        let mut counts: HashMap<u64, (u64, u64)> = HashMap::new();
        for (segment, drawn, unit, people) in order {
            let (a, b) = counts.entry(segment).or_default();
            let side = if *a < *b || (*a == *b && drawn & 1 == 0) { Side::A } else { Side::B };
            *(if side == Side::A { a } else { b }) += u64::from(people);
            sides.insert(unit, side);
        }
        Assignment { sides, salt: salt.to_owned() }
    }
}

impl Assignment {
    /// The arm of a person. Who was not there when it was drawn gets one by their hash.
    #[must_use]
    pub fn side(&self, lead: &str, company: Option<&str>) -> Side {
        let unit = unit(lead, company);
        let by_hash = || if hash(&self.salt, &unit.to_string()) & 1 == 0 { Side::A } else { Side::B };
        self.sides.get(&unit).copied().unwrap_or_else(by_hash)
    }
}

/// Who works nowhere that is known is a company of one.
fn unit(lead: &str, company: Option<&str>) -> u128 {
    company.map_or_else(|| hash("lead", lead), |company| hash("company", company))
}

fn hash(kind: &str, text: &str) -> u128 {
    let mut hash = Sha256::new();
    hash.update((kind.len() as u64).to_le_bytes());
    hash.update(kind);
    hash.update(text);
    let digest: [u8; 32] = hash.finalize().into();
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn people() -> impl Strategy<Value = Vec<(String, Option<String>, Option<String>)>> {
        prop::collection::vec(
            (0_u32..10_000, prop::option::of(0_u8..40), prop::option::of(0_u8..4)).prop_map(
                |(id, company, segment)| {
                    (format!("l_{id}"), company.map(|it| format!("c{it}.example")), segment.map(|it| format!("s{it}")))
                },
            ),
            1..200,
        )
    }

    fn drawn(people: &[(String, Option<String>, Option<String>)], salt: &str) -> Vec<Side> {
        let mut divide = Divide::default();
        people.iter().for_each(|(lead, company, segment)| divide.add(lead, company.as_deref(), segment.as_deref()));
        let assignment = divide.draw(salt);
        people.iter().map(|(lead, company, _)| assignment.side(lead, company.as_deref())).collect()
    }

    proptest! {
        #[test]
        fn colleagues_share_an_arm_and_the_same_list_gives_the_same_arms(people in people()) {
            let sides = drawn(&people, "spring");
            prop_assert_eq!(&sides, &drawn(&people, "spring"));
            for ((_, one, _), side) in people.iter().zip(&sides) {
                for ((_, other, _), beside) in people.iter().zip(&sides) {
                    prop_assert!(one.is_none() || one != other || side == beside);
                }
            }
        }

        #[test]
        fn every_kind_of_people_is_divided_evenly(count in 1_usize..400, salt in "[a-z]{1,6}") {
            let people: Vec<_> = (0..count).map(|i| (format!("l_{i}"), None, Some(format!("s{}", i % 3)))).collect();
            let sides = drawn(&people, &salt);
            for kind in 0..3 {
                let of = |side| (0..count).filter(|i| i % 3 == kind && sides[*i] == side).count();
                prop_assert!(of(Side::A).abs_diff(of(Side::B)) <= 1);
            }
        }
    }

    #[test]
    fn another_salt_draws_other_arms() {
        let people: Vec<_> = (0..200).map(|i| (format!("l_{i}"), None, None)).collect();
        let (one, other) = (drawn(&people, "spring"), drawn(&people, "autumn"));
        let same = one.iter().zip(&other).filter(|(a, b)| a == b).count();
        assert!((60..140).contains(&same), "{same} of 200");
    }
}
