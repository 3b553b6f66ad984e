//! A campaign as the file that a sending tool imports.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::{Target, cannot_write};
use crate::campaign::tools::{Barred, Mark, Outline, Tool};
use crate::cli::error::Error;
use crate::cli::setup::Setup;
use crate::data::campaigns::Campaign;
use crate::data::{self, FileName, Kind, whole};
use crate::event::Event;
use crate::report::{export, words};

/// Failed sequences that are listed one by one.
const LISTED: usize = 20;

/// `--for`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum For {
    /// Instantly: its columns, HTML line breaks
    Instantly,
    /// Smartlead: its columns, HTML line breaks
    Smartlead,
    /// lemlist: its columns, HTML line breaks
    Lemlist,
    /// A spreadsheet or any other tool: plain text; cells that look like formulas are made harmless
    #[default]
    Csv,
}

impl For {
    /// Whether people open the file in a spreadsheet.
    pub fn is_for_spreadsheets(self) -> bool {
        self == For::Csv
    }

    fn tool(self) -> Tool {
        match self {
            For::Instantly => Tool::Instantly,
            For::Smartlead => Tool::Smartlead,
            For::Lemlist => Tool::Lemlist,
            For::Csv => Tool::Csv,
        }
    }
}

/// Writes the file, whole or not at all, and says what is in it and what is not.
pub fn run(setup: &Setup, name: &str, (tool, excel): (For, bool), target: Target) -> Result<(), Error> {
    let file = setup.folder.resolve(Kind::Campaigns, name)?;
    let tool = tool.tool();
    let barred = Barred::load(&setup.folder)?;
    // All of it is known to be good before the first row is written.
    let outline = Outline::read(&setup.folder, &file, tool, &barred)?;
    let name = words::one_line(file.stem(), 100);
    if let Some(why) = export::nobody(&outline) {
        return Err(Error::NothingToSend(name, why));
    }
    let mark = if excel { Mark::Excel } else { Mark::None };
    let source = Source { setup, file: &file, form: (tool, mark), outline: &outline, barred: &barred };
    let path = match target {
        Target::New(path) => source.saved(|fill| Ok(whole::create_new(&path, fill)?)).map(|()| Some(path))?,
        Target::Old(path) => source.saved(|fill| Ok(whole::replace(&path, fill)?)).map(|()| Some(path))?,
        Target::Stream(None) => {
            match source.fill(&mut BufWriter::new(io::stdout().lock()))? {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    return Err(Error::Io { what: "cannot write to standard output".into(), source: error });
                }
                _ => {}
            }
            None
        }
        Target::Stream(Some(path)) => {
            let out = File::options().write(true).open(&path).map_err(|error| cannot_write(&path, error))?;
            source.fill(&mut BufWriter::new(out))?.map_err(|error| cannot_write(&path, error))?;
            Some(path)
        }
    };
    tell(setup, &outline, tool);
    if Campaign::open(&setup.folder, &file)?.header.simulated {
        let words = "the simulated market wrote these messages; they are for trying things out, not for sending";
        setup.events.emit(Event::Warning(words.into()));
    }
    if let Some(path) = path {
        setup.events.emit(Event::Note(format!("Saved to: {}", words::path(&path))));
    }
    Ok(())
}

/// A campaign that was good when it was looked at.
struct Source<'a> {
    setup: &'a Setup,
    file: &'a FileName,
    form: (Tool, Mark),
    outline: &'a Outline,
    barred: &'a Barred,
}

impl Source<'_> {
    fn fill(&self, out: &mut dyn Write) -> Result<io::Result<()>, data::Error> {
        let place = (&self.setup.folder, self.file);
        let written = self.outline.write(place, self.form, self.barred, out)?;
        Ok(written.and_then(|()| out.flush()))
    }

    fn saved(
        &self,
        save: impl FnOnce(&mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), data::Error>,
    ) -> Result<(), data::Error> {
        let mut unread = None;
        let saved = save(&mut |out| {
            self.fill(out).unwrap_or_else(|error| {
                unread = Some(error);
                Err(io::ErrorKind::Other.into())
            })
        });
        unread.map_or(saved, Err)
    }
}

/// Says what is in the file, what is not and why, and how the tool is told of it.
fn tell(setup: &Setup, outline: &Outline, tool: Tool) {
    let warn = |text: String| setup.events.emit(Event::Warning(text));
    let mark = if outline.simulated { " (simulated: the market wrote them)" } else { "" };
    let leads = words::count(outline.leads, "lead", "leads");
    let steps = words::count(outline.steps.into(), "step", "steps");
    setup.events.emit(Event::Note(format!("Exported: {leads} with {steps} each{mark}")));
    if outline.barred > 0 {
        let barred = words::count(outline.barred, "lead", "leads");
        setup.events.emit(Event::Note(format!("Left out: {barred} who may not be written to")));
    }
    if !outline.failed.is_empty() {
        let failed =
            words::count(outline.failed.len() as u64, "sequence that is not whole", "sequences that are not whole");
        let listed = outline.failed.iter().take(LISTED);
        let listed: Vec<String> = listed
            .map(|(email, reason)| format!("{} ({})", words::one_line(email, 80), words::one_line(reason, 120)))
            .collect();
        let more = if outline.failed.len() > LISTED { ", and others" } else { "" };
        warn(format!("left out: {failed}: {}{more}", listed.join(", ")));
    }
    if outline.partial {
        warn("the campaign is partial: leads are missing; run the command that wrote it again to complete it".into());
    }
    if outline.made_up > 0 {
        let steps = words::count(outline.made_up, "message makes", "messages make");
        warn(format!("{steps} a claim that nothing supports; rejoinder lint lists them"));
    }
    if outline.formulas > 0 && tool != Tool::Csv {
        let cells = words::count(outline.formulas, "cell begins", "cells begin");
        warn(format!(
            "{cells} like a formula, and nothing was changed in what is sent: import this file, and open --for csv to \
             look at it"
        ));
    }
    let variables = "{{subject_1}} as the subject of step 1 and {{body_1}} as its text";
    setup.events.emit(Event::Note(format!("In the sending tool write {variables}, and so on for each step")));
}
