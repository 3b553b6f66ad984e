//! What so few people kept aside may miss, and how to get more of them: said before anything is paid for.

use super::Options;
use crate::cli::error::Error;
use crate::cli::personas::PERSONA_ANSWER;
use crate::cli::setup::Setup;
use crate::compare::needed::rarest_seen;
use crate::data::spool::Texts;
use crate::data::{FileName, Kind, results_stream};
use crate::evaluate::persona_writer::{BATCH, Batch, MOST_PEOPLE, Population, Whom};
use crate::event::Event;
use crate::model::{CallKey, Usage};
use crate::report::estimate;
use crate::report::words;

/// Below so many people kept aside there is a warning: they miss kinds of which one person in seven is.
const FEW: usize = 20;
/// The chance with which a kind that is not rarer is missed altogether.
const MISSED: f64 = 0.05;

/// Says what the people kept aside may miss: as a warning where they are few, as a note where they are not.
///
/// # Errors
/// Where the results file cannot be read.
pub fn advise(setup: &Setup, file: &FileName, options: &Options, kept_aside: usize) -> Result<(), Error> {
    let ((), head) = results_stream::gather(&setup.folder, file, &())?;
    let persona_file = head
        .metadata
        .persona_file
        .filter(|name| setup.folder.resolve(Kind::Personas, name).is_ok_and(|file| setup.folder.exists(&file)));
    let fresh = options.fresh_people.map_or(0, usize::from);
    let is_free = |name: &String| {
        let more = setup.folder.resolve(Kind::Personas, &more_people(name).1);
        more.is_ok_and(|file| !setup.folder.exists(&file))
    };
    let text = advice(kept_aside, fresh, persona_file.filter(is_free).as_deref());
    setup.events.emit(if kept_aside + fresh < FEW { Event::Warning(text) } else { Event::Note(text) });
    Ok(())
}

/// What writing more people for the proof of a cycle takes.
///
/// # Errors
/// Where a persona cannot be read.
pub fn calls(people: &Texts, options: &Options) -> Result<Vec<Usage>, Error> {
    let Some(count) = options.fresh_people.map(usize::from) else { return Ok(Vec::new()) };
    let population = Population::new(people.iter().take(MOST_PEOPLE).collect::<Result<_, _>>()?);
    let batches = (0..count).step_by(BATCH).map(|start| BATCH.min(count - start)).enumerate();
    let usage = batches.map(|(number, size)| {
        let batch = Batch { seed: 1, round: 0, number, size };
        let request = Whom::Like(&population).request(batch, &[], CallKey::from_parts(&[]));
        estimate::tokens(&request, PERSONA_ANSWER * size as u64)
    });
    Ok(usage.collect())
}

fn advice(kept_aside: usize, fresh: usize, persona_file: Option<&str>) -> String {
    let all = kept_aside + fresh;
    let rare = 100.0 * rarest_seen(all as u32, MISSED);
    let people = words::count(all as u64, "person is", "people are");
    let generated = match fresh {
        0 => String::new(),
        fresh => format!(" ({fresh} of them generated for it)"),
    };
    let missed = format!("{people} kept aside for the proof{generated}: kinds rarer than {rare:.0}% may be missed");
    if all >= FEW {
        return missed;
    }
    let more = match persona_file {
        Some(name) => {
            let (stem, more) = more_people(name);
            format!(
                "; a new lineage has more if `rejoinder personas --like {} --count 40 --name {}` writes them before \
                 its first run",
                words::one_line(stem, 80),
                words::one_line(&more, 80)
            )
        }
        None => String::new(),
    };
    format!("{missed}. --fresh-people {FEW_MORE} writes more people like them for this proof{more}")
}

/// The name of a persona file, and the one of a file with more people like them.
fn more_people(name: &str) -> (&str, String) {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    (stem, format!("{}_eval", stem.strip_suffix("_train").unwrap_or(stem)))
}

/// People that are offered to be written: with twelve, the fewest that are kept aside, they make fifty.
const FEW_MORE: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_so_few_may_miss_is_said_with_the_command_that_writes_more_of_them() {
        insta::assert_snapshot!(advice(12, 0, Some("x_train.json")), @"12 people are kept aside for the proof: kinds rarer than 22% may be missed. --fresh-people 40 writes more people like them for this proof; a new lineage has more if `rejoinder personas --like x_train --count 40 --name x_eval` writes them before its first run");
        insta::assert_snapshot!(advice(1, 0, None), @"1 person is kept aside for the proof: kinds rarer than 95% may be missed. --fresh-people 40 writes more people like them for this proof");
        insta::assert_snapshot!(advice(12, 40, None), @"52 people are kept aside for the proof (40 of them generated for it): kinds rarer than 6% may be missed");
        insta::assert_snapshot!(advice(40, 0, Some("x_train")), @"40 people are kept aside for the proof: kinds rarer than 7% may be missed");
    }
}
