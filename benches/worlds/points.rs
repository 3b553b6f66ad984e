//! The two prompts that no tool stands behind: the start, and the best that a world can name.

use rejoinder_worlds::Place;

use crate::arrival::{self, Arrival, Gate};
use crate::options::Options;
use crate::places::Here;
use crate::work::each;

/// Their names.
pub const START: &str = "the start";
pub const BEST: &str = "the best that the world can name";

/// People and messages to each that the climb looks at.
const CLIMB: (usize, usize) = (80, 6);

/// Climbs in every world.
pub fn best(options: &Options) -> Result<(), String> {
    each(options, "best", |place| climb(options, place))
}

fn climb(options: &Options, place: Place) -> Result<(), String> {
    let file = arrival::file(&options.folder, place, "best");
    if !arrival::read(&file)?.is_empty() {
        return Ok(());
    }
    let here = Here::new(place);
    let people: Vec<_> = here.everybody.iter().take(CLIMB.0).map(|persona| here.told.read_persona(persona)).collect();
    let best = here.told.prompt(&here.told.world.best(&people, CLIMB.1));
    let arrival = |tool: &str, gate, prompt: &str| Arrival {
        tool: tool.to_owned(),
        gate,
        budget: 0,
        calls: 0,
        prompt: prompt.to_owned(),
    };
    let both =
        |gate| [(START, here.told.start()), (BEST, best.clone())].map(|(tool, prompt)| arrival(tool, gate, &prompt));
    let arrivals: Vec<Arrival> = [Gate::None, Gate::Proof].into_iter().flat_map(both).collect();
    arrival::write(&file, &arrivals)
}
