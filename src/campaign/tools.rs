//! Campaigns as the files that sending tools import: one row a lead, one variable for each subject and body.
//!
//! Instantly and Smartlead map `email,first_name,last_name,company,title,website,linkedin_url` by themselves, lemlist
//! its own names of the same; every other column becomes a variable. All three send HTML, so line breaks of a body are
//! `<br>` there and what would be markup is escaped; subjects are plain. Merge fields stay as they are.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use super::fields::{Filling, blanks, filling};
use crate::data::campaigns::{Campaign, Written};
use crate::data::export::{EXCEL_MARK, as_it_was, defused, is_formula};
use crate::data::leads::address::for_sending;
use crate::data::leads::{self, AddressKey, LeadList, Suppression};
use crate::data::{self, DataFolder, FileName};

/// A sending tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Instantly.
    Instantly,
    /// Smartlead.
    Smartlead,
    /// lemlist.
    Lemlist,
    /// A spreadsheet, or any other tool: plain text with line breaks, and cells that look like formulas made harmless.
    Csv,
}

/// What a file begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Its header.
    None,
    /// The byte order mark without which Excel takes UTF-8 for another encoding.
    Excel,
}

/// The names of the columns in the file, each with the lead's field.
type Columns = [(&'static str, &'static str); 6];

/// See [the module](self).
const UNDERSCORED: Columns = [
    ("first_name", "first_name"),
    ("last_name", "last_name"),
    ("company", "company"),
    ("title", "title"),
    ("website", "website"),
    ("linkedin_url", "linkedin_url"),
];

/// Names of lemlist's own fields of a lead.
const LEMLIST: Columns = [
    ("firstName", "first_name"),
    ("lastName", "last_name"),
    ("companyName", "company"),
    ("jobTitle", "title"),
    ("companyDomain", "website"),
    ("linkedinUrl", "linkedin_url"),
];

impl Tool {
    fn columns(self) -> &'static Columns {
        match self {
            Tool::Lemlist => &LEMLIST,
            Tool::Instantly | Tool::Smartlead | Tool::Csv => &UNDERSCORED,
        }
    }

    fn body(self, body: &str) -> String {
        let body = body.replace("\r\n", "\n").replace('\r', "\n");
        match self {
            Tool::Csv => body,
            Tool::Instantly | Tool::Smartlead | Tool::Lemlist => {
                let escaped = body.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                escaped.replace('\n', "<br>")
            }
        }
    }

    fn cell(self, cell: Cow<'_, str>) -> Cow<'_, str> {
        match self {
            Tool::Csv => defused(cell),
            // A sign before it would be sent.
            Tool::Instantly | Tool::Smartlead | Tool::Lemlist => cell,
        }
    }
}

/// Who may not be written to any more, whatever the campaign says: suppressed, forgotten, or blocked in any list.
pub struct Barred {
    suppression: Suppression,
    blocked: HashSet<AddressKey>,
}

impl Barred {
    /// Everybody who is known in this folder.
    ///
    /// # Errors
    /// Where the suppression list or a list of leads cannot be read: who must not be written to is not to be guessed.
    pub fn load(folder: &DataFolder) -> Result<Self, data::Error> {
        let mut blocked = HashSet::new();
        for list in leads::lists(folder)? {
            for lead in LeadList::open(folder, &list)? {
                let lead = lead?;
                if lead.blocked.is_some() {
                    blocked.insert(lead.key());
                }
            }
        }
        Ok(Barred { suppression: Suppression::load(folder)?, blocked })
    }

    /// Whether this person may not be written to.
    #[must_use]
    pub fn holds(&self, written: &Written) -> bool {
        let key = AddressKey::from_address(&written.email);
        self.suppression.reason(key).is_some() || self.blocked.contains(&key)
    }
}

/// What a campaign holds, as its first reading tells.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Leads whose sequences go into the file.
    pub leads: u64,
    /// Leads who may not be written to any more.
    pub barred: u64,
    /// Sequences that are not whole, with the lead's address and why.
    pub failed: Vec<(String, String)>,
    /// Steps with a claim that nothing supports.
    pub made_up: u64,
    /// Cells that a spreadsheet would run.
    pub formulas: u64,
    /// Whether leads are missing, since the campaign is partial.
    pub partial: bool,
    /// Whether the market wrote it.
    pub simulated: bool,
    /// Whether there is more than one arm.
    has_arms: bool,
    /// Steps of the longest sequence.
    pub steps: u32,
    /// Fields that the messages name and no column of the tool's own fills, each with the lead's column.
    merged: BTreeMap<String, String>,
}

impl Outline {
    /// Reads a campaign through.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(folder: &DataFolder, file: &FileName, tool: Tool, barred: &Barred) -> Result<Self, data::Error> {
        let campaign = Campaign::open(folder, file)?;
        let header = &campaign.header;
        let mut outline = Outline {
            partial: header.partial,
            simulated: header.simulated,
            has_arms: header.arms.len() > 1,
            steps: header.steps,
            ..Outline::default()
        };
        for written in campaign {
            let written = written?;
            match &written.failed {
                _ if barred.holds(&written) => outline.barred += 1,
                Some(reason) => outline.failed.push((written.email.clone(), reason.clone())),
                None => outline.add(&written, tool),
            }
        }
        Ok(outline)
    }

    fn add(&mut self, written: &Written, tool: Tool) {
        self.leads += 1;
        self.steps = self.steps.max(written.steps.len() as u32);
        for step in &written.steps {
            self.made_up += u64::from(super::write::audit(step).made_up().next().is_some());
            for blank in blanks(&step.text()) {
                if let Filling::Column(column) = filling(&blank, written) {
                    let name = name_of(&blank);
                    let is_own = |(own, field): &(&str, &str)| *field == column || *own == name;
                    if !tool.columns().iter().any(is_own) && column != "email" {
                        self.merged.insert(name, column.to_owned());
                    }
                }
            }
        }
        self.formulas += self.cells(written, tool).iter().filter(|cell| is_formula(cell)).count() as u64;
    }

    /// The first row.
    #[must_use]
    pub fn header(&self, tool: Tool) -> Vec<String> {
        let mut header = vec!["email".to_owned()];
        header.extend(tool.columns().iter().map(|(name, _)| (*name).to_owned()));
        header.extend(self.has_arms.then(|| "arm".to_owned()));
        header.extend((1..=self.steps).flat_map(|step| [format!("subject_{step}"), format!("body_{step}")]));
        header.extend(self.merged.keys().cloned());
        header
    }

    /// The cells of a row as the tool reads them.
    fn cells(&self, written: &Written, tool: Tool) -> Vec<String> {
        let field = |name: &str| written.field(name).unwrap_or_default().trim();
        let mut row = vec![for_sending(&written.email).into_owned()];
        row.extend(tool.columns().iter().map(|(name, own)| match *name {
            "companyDomain" => domain(field(own)),
            _ => field(own).to_owned(),
        }));
        row.extend(self.has_arms.then(|| written.arm.clone()));
        for number in 1..=self.steps {
            let step = written.steps.iter().find(|step| step.number == number);
            row.push(step.map_or_else(String::new, |step| step.subject.clone()));
            row.push(step.map_or_else(String::new, |step| tool.body(&step.body)));
        }
        row.extend(self.merged.values().map(|column| field(column).to_owned()));
        row
    }

    /// Writes the file: its mark, a header and a row for every whole sequence to somebody who may be written to.
    ///
    /// # Errors
    /// Where the campaign cannot be read; the inner error is that of `out`.
    pub fn write(
        &self,
        (folder, file): (&DataFolder, &FileName),
        (tool, mark): (Tool, Mark),
        barred: &Barred,
        out: &mut dyn Write,
    ) -> Result<io::Result<()>, data::Error> {
        if mark == Mark::Excel
            && let Err(error) = out.write_all(EXCEL_MARK)
        {
            return Ok(Err(error));
        }
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        if let Err(error) = writer.write_record(self.header(tool)) {
            return Ok(Err(as_it_was(error)));
        }
        for written in Campaign::open(folder, file)? {
            let written = written?;
            if written.failed.is_some() || barred.holds(&written) {
                continue;
            }
            let cells = self.cells(&written, tool).into_iter().map(|cell| tool.cell(Cow::Owned(cell)).into_owned());
            if let Err(error) = writer.write_record(cells.collect::<Vec<String>>()) {
                return Ok(Err(as_it_was(error)));
            }
        }
        Ok(writer.flush())
    }
}

/// The name in a merge field: what stands between its signs, before a fallback.
fn name_of(blank: &str) -> String {
    let name = blank.split_once('|').map_or(blank, |(name, _)| name);
    name.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned()
}

/// The host of an address on the web, without `www.`.
fn domain(site: &str) -> String {
    let rest = site.split_once("://").map_or(site, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or(rest);
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

#[cfg(test)]
#[path = "tools_tests.rs"]
mod tests;
