//! A world with its people.

use rejoinder_worlds::text::TextWorld;
use rejoinder_worlds::{Place, World};

/// Personas that an arm learns from.
const LEARN: u64 = 40;
/// Personas that are kept aside for its proof. Without a proof it may learn from them as well.
const ASIDE: u64 = 20;
/// Personas that stand for everybody.
const EVERYBODY: u64 = 150;

/// A world with its people.
pub struct Here {
    pub told: TextWorld,
    pub learn: Vec<String>,
    pub aside: Vec<String>,
    pub everybody: Vec<String>,
}

impl Here {
    pub fn new(place: Place) -> Self {
        let told = TextWorld::new(World::draw(place));
        let group = |name: &str, count: u64| (0..count).map(|number| told.persona(name, number)).collect();
        let (learn, aside, everybody) = (group("learn", LEARN), group("aside", ASIDE), group("truth", EVERYBODY));
        Here { told, learn, aside, everybody }
    }

    pub fn place(&self) -> Place {
        self.told.world.place
    }
}
