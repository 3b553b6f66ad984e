//! A population of which more people are wanted.

use super::seen::Seen;
use crate::evaluate::near_copies::NearCopies;

/// Personas that are there, and with whom new ones are compared.
#[derive(Debug, Default)]
pub struct Population {
    people: Vec<String>,
}

/// The most people of a file that are held and compared with: beyond this a sample shows the population as well.
pub const MOST_PEOPLE: usize = 20_000;

impl Population {
    /// The population that these people are a sample of; the first [`MOST_PEOPLE`] are looked at.
    #[must_use]
    pub fn new(mut people: Vec<String>) -> Self {
        people.truncate(MOST_PEOPLE);
        Population { people }
    }

    /// The people.
    #[must_use]
    pub fn people(&self) -> &[String] {
        &self.people
    }
}

/// Tells new people from those who are there, those of the population and those who were accepted since.
#[derive(Debug, Default)]
pub(super) struct Audit {
    seen: Seen,
    near: Option<NearCopies>,
}

impl Audit {
    /// An audit that compares by words and openings only.
    pub(super) fn of_new_people() -> Self {
        Audit::default()
    }

    /// An audit that also compares with every person of a population, however they are reworded in places.
    pub(super) fn against(population: &Population) -> Self {
        let (mut seen, mut near) = (Seen::default(), NearCopies::default());
        for persona in population.people() {
            seen.is_new(persona);
            near.add(persona);
        }
        Audit { seen, near: Some(near) }
    }

    /// Accepts a person who differs from everybody before.
    pub(super) fn accepts(&mut self, persona: &str) -> bool {
        if !self.seen.is_new(persona) || self.near.as_ref().is_some_and(|near| near.resembles(persona)) {
            return false;
        }
        if let Some(near) = &mut self.near {
            near.add(persona);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_the_population_and_of_one_another_are_refused_and_other_people_accepted() {
        let person = |name: &str, tail: &str| {
            format!(
                "{name}, 44, runs purchasing at a steel maker of 300 people in Graz, buys on data sheets and price, \
                 answers e-mail in the evening, and decides with two colleagues within a month. {tail}"
            )
        };
        let population = Population::new(vec![person("Ada Berg", "Hates calls.")]);
        let mut audit = Audit::against(&population);
        assert!(!audit.accepts(&person("ADA  BERG", "hates calls")), "the same words");
        assert!(!audit.accepts(&person("Bo Lind", "Hates calls.")), "another name, and the same person for the rest");
        let other =
            "Bo Lind, 51, owns three bakeries in Oslo, trusts only neighbours, and tries a thing for a week first.";
        assert!(audit.accepts(other));
        assert!(!audit.accepts(&other.replace("51", "52")));
        assert!(Audit::of_new_people().accepts(&person("Ada Berg", "Hates calls.")));
    }
}
