//! What an import found.

use std::collections::BTreeMap;

use super::headers::Field;
use super::known::KnownExport;

/// What an import found in a file, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The tool's export that it is, where that is known.
    pub known: Option<KnownExport>,
    /// `CSV with semicolons`, `JSON` or `JSON lines`.
    pub format: String,
    /// The encoding.
    pub encoding: String,
    /// Lines before the header.
    pub preamble: u64,
    /// Rows below the header, but for blank ones and those left out as ragged.
    pub rows: u64,
    /// The columns that are fields, in the order of the fields; a field may have several, the better ones first.
    pub used: Vec<(Field, String)>,
    /// Columns that say who may not be written to.
    pub markers: Vec<String>,
    /// Values in columns of states of people who may be written to, of which nobody knows whether they say otherwise:
    /// the column, the value, and its rows; the most rows first.
    pub unknown: Vec<(String, String, u64)>,
    /// The other columns, which are kept.
    pub kept: Vec<String>,
    /// Rows of an address that an earlier row has.
    pub duplicates: u64,
    /// Rows without an address. They are left out.
    pub without_address: u64,
    /// Rows with fewer cells than the header; the others are taken to be empty.
    pub short: u64,
    /// Rows with more cells than the header. They are left out, since their cells may be in wrong columns.
    pub ragged: Ragged,
    /// People who may not be written to, by the reason.
    pub blocked: BTreeMap<String, u64>,
    /// People who were on the suppression list already.
    pub suppressed: u64,
    /// People who were forgotten, and are left out of the list for good.
    pub forgotten: u64,
    /// People who are new in the list.
    pub new: u64,
    /// People who were in the list already, and about whom the file says more or other things.
    pub changed: u64,
    /// People who were in the list already, and about whom the file says nothing new.
    pub unchanged: u64,
}

/// Rows that are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ragged {
    /// How many.
    pub count: u64,
    /// The lines of the first of them, from 1.
    pub first_lines: Vec<u64>,
}

impl Ragged {
    /// Counts a row.
    pub fn add(&mut self, line: u64) {
        const SHOWN: usize = 5;
        self.count += 1;
        if self.first_lines.len() < SHOWN {
            self.first_lines.push(line);
        }
    }
}

impl Report {
    /// People of the file that may be written to.
    #[must_use]
    pub fn writable(&self) -> u64 {
        let people = self.new + self.changed + self.unchanged;
        people.saturating_sub(self.blocked.values().sum::<u64>() + self.suppressed)
    }
}
