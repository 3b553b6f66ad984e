//! `rejoinder show --objections`: has what people said to a run sorted by a model, once, and keeps it.

use super::error::Error;
use super::options::ModelOptions;
use super::print;
use super::setup::Setup;
use super::sorting_calls;
use crate::data::{FileName, Gather, Part, results_stream};
use crate::event::Event;
use crate::improve::{Codebook, Feedback};
use crate::model::Role;
use crate::optimize::before::coding::Reader;
use crate::optimize::before::older::Older;
use crate::optimize::lineage::Lineage;
use crate::optimize::people::pairing::Key;
use crate::optimize::people::split::Split;
use crate::optimize::{before::personas, before::readings};
use crate::report::estimate::{self, Line};
use crate::report::words;

/// Sorts what was said to a run, unless that was done before. Gives whether there is something to show.
pub async fn sort(setup: &Setup, file: &FileName, options: &ModelOptions) -> Result<bool, Error> {
    let older = Older::read(&setup.folder, file)?;
    let head = &older.head;
    if head.counts.total == 0 || readings::coding(&setup.folder, file, &head.metadata, &head.sha256).is_some() {
        if options.dry_run {
            print("This would call no model: there is nothing left to sort.\n")?;
        }
        return Ok(!options.dry_run);
    }
    let (heard, book) = heard(setup, file, &older)?;
    let mut clients = setup.clients(options, &[Role::Improver])?;
    let improver = clients.improver();
    if options.dry_run {
        let calls = sorting_calls::planned(&improver, &heard, &book);
        let line = Line::for_calls(Role::Improver, "sorting what people said", &calls, 1, &clients.context.account);
        print(&estimate::plan(&[line], &clients.context.account))?;
        return Ok(false);
    }
    let run = clients.begin(setup, options, "show", &[file.as_str(), &head.sha256], (None, 1))?;
    let seed = run.seed.to_string();
    let reader = Reader { improver: &improver, context: &clients.context, key: [&seed, "show", "objections"] };
    let read = clients.explain(reader.read(&heard, &book).await)?;
    let usable = read.is_some();
    if let Some(mut coding) = read {
        clients.explain(reader.look_further(&heard, &mut coding).await)?;
        reader.keep(&setup.folder, (file, &head.sha256), &coding, reader.run());
        let kept = setup.folder.path(&readings::beside(file)?);
        setup.events.emit(Event::Note(format!("Kept in {}: nobody has to read it again.", words::path(&kept))));
    }
    clients.end(usable, "nothing could be sorted")?;
    run.finish()?;
    Ok(true)
}

/// What those said who may be learned from, as an improvement would read it: the groups are named from nobody who is
/// kept aside. Also the groups of the lineage.
fn heard(setup: &Setup, file: &FileName, older: &Older) -> Result<(Feedback, Codebook), Error> {
    let (split, book) = match Lineage::of(&older.head) {
        Some(lineage) => (lineage.split, lineage.codebook),
        None => {
            let people = personas::choose(&setup.folder, older)?.people;
            let persona_file = older.head.metadata.persona_file.as_deref();
            (Split::new(&setup.folder, persona_file, &people)?, Codebook::default())
        }
    };
    let unseen = split.unseen(&setup.folder)?;
    let (heard, _) = results_stream::fold(&setup.folder, file, Feedback::default, |heard, entry| {
        if entry.part == Part::Results && !unseen.contains(Key::of(&entry.persona.get())) {
            heard.gather(entry);
        }
    })?;
    Ok((heard, book))
}
