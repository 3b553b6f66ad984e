//! More people of a population: `rejoinder personas --like FILE`.

use super::{Options, planned, summary, write};
use crate::cli::error::Error;
use crate::cli::outputs;
use crate::cli::print;
use crate::cli::setup::Setup;
use crate::data::personas::{self, Generated, Marked};
use crate::data::{FileName, Kind};
use crate::evaluate::persona_writer::{MOST_PEOPLE, Population, Whom};
use crate::event::Event;
use crate::model::Role;
use crate::report::words;

/// What the journal calls the writing of the file.
const PEOPLE: &str = "people";

/// Writes people like those of this file, audits that they are others, and saves them with their mark.
pub async fn run(setup: &Setup, options: &Options, like: &str) -> Result<(), Error> {
    let of = setup.folder.resolve(Kind::Personas, like)?;
    let name = options.name.clone().unwrap_or_else(|| format!("{}_more", of.stem()));
    let file = setup.folder.resolve(Kind::Personas, &name)?;
    if file == of {
        return Err(Error::Usage(format!(
            "--name {name} is the file of whose people more are wanted; name another one for the new ones"
        )));
    }
    let population = population(setup, &of)?;
    let (whom, count) = (Whom::Like(&population), options.count as usize);
    let mut clients = setup.clients(&options.models, &[Role::Generator])?;
    if options.models.dry_run {
        return print(&planned(&clients, whom, count));
    }
    if !options.force {
        outputs::check_free(setup, "personas", &file)?;
    }
    setup.folder.check_writable(Kind::Personas)?;
    let parts = [file.stem(), of.as_str(), &setup.folder.sha256(&of)?, &count.to_string()];
    let mut begun = clients.begin(setup, &options.models, "personas", &parts, (options.seed, 1))?;
    if !options.force {
        (clients, begun) = outputs::check_own(setup, clients, begun, &[(PEOPLE, &file)])?;
    }
    let written = write(setup, &clients, whom, count, begun.seed).await?;
    if written.personas.is_empty() {
        return clients.end(false, "no person could be written who is not there already; nothing was saved");
    }
    let generated = Generated {
        like: of.as_str().to_owned(),
        model: clients.caller(Role::Generator).model().id().to_owned(),
        simulated: clients.context.account.is_simulated(),
    };
    let mark = |persona: &String| Marked { persona: persona.clone(), generated: generated.clone() };
    let marked: Vec<Marked> = written.personas.iter().map(mark).collect();
    let replace = options.force || outputs::is_written(setup, &begun, PEOPLE, &file)?;
    outputs::note(&begun, PEOPLE, &file, &marked)?;
    if replace {
        personas::save_marked(&setup.folder, &file, &marked)?;
    } else {
        personas::create_marked(&setup.folder, &file, &marked)?;
    }
    setup.events.emit(Event::Saved { kind: file.kind().to_string(), name: file.stem().to_owned() });
    print(&format!(
        "{}\nMore people like those of {}, marked as generated: {}\n",
        summary(&clients, &written, count),
        words::one_line(of.as_str(), 120),
        words::path(&setup.folder.path(&file))
    ))?;
    clients.end(true, "")?;
    begun.finish()?;
    Ok(())
}

/// The people of a file; of a very long one the first ones, as the user is told.
fn population(setup: &Setup, file: &FileName) -> Result<Population, Error> {
    let people = personas::open(&setup.folder, file)?;
    if people.len() > MOST_PEOPLE {
        setup.events.emit(Event::Note(format!(
            "Only the first {} of {} people of the file are looked at",
            words::thousands(MOST_PEOPLE as u64),
            words::thousands(people.len() as u64)
        )));
    }
    Ok(Population::new(people.iter().take(MOST_PEOPLE).collect::<Result<_, _>>()?))
}
