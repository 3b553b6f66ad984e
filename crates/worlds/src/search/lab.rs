//! Trials, proposals and sorting, with every call counted.

use crate::feedback::{Proposal, Remark, Remarks, Size};
use crate::people::Person;
use crate::stream::Stream;
use crate::truth::Rule;
use crate::world::{Item, World};

/// Where a search gets its trials and proposals.
pub struct Lab<'w> {
    /// The world. A search must not look into it.
    pub world: &'w World,
    dice: Stream,
    /// Calls so far.
    pub calls: u64,
}

/// What a trial showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Yes, and not accused of inventing: 1, else 0.
    pub score: f64,
    /// Whether it was a yes, whatever it claims.
    pub yes: bool,
    /// What was said.
    pub remarks: Vec<Remark>,
}

/// Items that a sorter is shown at once.
const SORTED_AT_ONCE: usize = 60;

impl<'w> Lab<'w> {
    /// A lab whose answers depend on the world, the seed and what was asked before.
    #[must_use]
    pub fn new(world: &'w World, seed: u64) -> Self {
        Lab { world, dice: Stream::new(&["lab", &world.place.to_string(), &seed.to_string()]), calls: 0 }
    }

    /// A trial while searching: a message, a decision, and an audit of what got a yes.
    pub fn trial(&mut self, person: &Person, items: &[Item]) -> Trial {
        let draft = self.draft(items);
        let yes = self.dice.chance(self.world.chance(person, &draft));
        self.calls += 2 + u64::from(yes);
        let accused = yes && self.world.accused(&draft, self.dice.uniform());
        let remarks = self.world.remarks(person, &draft, yes, &mut self.dice);
        Trial { score: f64::from(u8::from(yes && !accused)), yes, remarks }
    }

    /// A trial that is kept: audited before it is decided on, and revised up to twice.
    pub fn kept(&mut self, person: &Person, items: &[Item]) -> Trial {
        let mut draft = self.draft(items);
        self.calls += 2;
        let mut accused = self.world.accused(&draft, self.dice.uniform());
        for _ in 0..2 {
            if !accused {
                break;
            }
            draft.revise(self.dice.uniform());
            accused = self.world.accused(&draft, self.dice.uniform());
            self.calls += 2;
        }
        let yes = self.dice.chance(self.world.chance(person, &draft));
        self.calls += 1;
        let remarks = self.world.remarks(person, &draft, yes, &mut self.dice);
        Trial { score: f64::from(u8::from(yes && !accused)), yes, remarks }
    }

    /// A proposal; `None` where the improver's answer could not be used, twice.
    pub fn propose(&mut self, items: &[Item], remarks: &Remarks, size: Size) -> Option<Proposal> {
        for _ in 0..2 {
            self.calls += 1;
            if !self.dice.chance(self.world.improver.fails) {
                return Some(self.world.propose(items, remarks, size, &mut self.dice));
            }
        }
        None
    }

    /// The ideas that a sorter sees in these items.
    pub fn sort(&mut self, items: &[Item]) -> Vec<Option<usize>> {
        self.calls += items.len().div_ceil(SORTED_AT_ONCE) as u64;
        items.iter().map(|item| self.world.sorted(*item)).collect()
    }

    /// The chance of the search itself.
    pub fn dice(&mut self) -> &mut Stream {
        &mut self.dice
    }

    fn draft(&mut self, items: &[Item]) -> crate::truth::Draft {
        let uniforms: Vec<f64> = (0..self.world.uniforms()).map(|_| self.dice.uniform()).collect();
        self.world.draft(&self.world.plan(items), Rule::Grounded, &uniforms)
    }
}
