//! Replies from the exports of sending tools, matched to what a campaign wrote.

mod by_text;
pub mod columns;
mod dates;
mod entities;
pub mod fact;
pub mod gather;
mod known;
mod matching;
mod meaning;
pub mod row;
pub mod rows;
mod similar;
mod table;
mod undo;
mod whose;

use std::collections::BTreeMap;
use std::path::Path;

pub use fact::Tool;
pub use matching::{Imported, Unmatched, Why, import};
pub use meaning::{KNOWN_WORDS, is_of_events};
pub use similar::same_letters;
pub use undo::{Undone, undo};

pub use crate::data::replies::Counts;

use crate::data::Error;
use crate::data::leads::{fold_address, import as lists};
use columns::{Mapped, ReplyColumn, ReplyColumns};
use dates::Orders;
use fact::Said;
use gather::Gathered;
use row::Row;

/// Everything that an export says, by address.
#[derive(Debug, Default)]
pub struct Export {
    addresses: BTreeMap<String, Gathered>,
    /// What the file is called, for whoever wants to take it back.
    pub file: String,
    /// Rows of the file.
    pub rows: u64,
    /// Rows without an address, which are in nothing.
    pub without_address: u64,
    /// Rows that say nothing of what is counted here, such as opens, or people who were not written to yet.
    pub silent: u64,
    /// What stands in columns of states or categories and is not understood: header and text, with how many rows.
    pub unknown: BTreeMap<(String, String), u64>,
    /// Whose export it is.
    tool: Option<Tool>,
    /// What columns hold that may be the text of a reply or a yes.
    reply_columns: ReplyColumns,
}

impl Export {
    /// Reads a file, and gives the headers of its columns too. `map` says which column is which field, where no name
    /// tells.
    ///
    /// # Errors
    /// What is wrong with the file and what to do, in one line.
    pub fn read(path: &Path, tool: Tool, map: &[Mapped]) -> Result<(Self, Vec<String>), Error> {
        let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut export = Export { file, tool: Some(tool), ..Export::default() };
        if tool == Tool::Csv {
            // What a column holds is known once all of it was seen.
            rows::read(path, map, &mut |row| export.reply_columns.record(&row))?;
        }
        let mut mistaken = None;
        let headers = rows::read(path, map, &mut |row| {
            mistaken = mistaken.take().or_else(|| whose::by_event(tool, &row));
            export.add(tool, &row);
        })?;
        // Whoever says what the columns are knows what the file is.
        let mistaken = mistaken.or_else(|| whose::by_headers(tool, &headers)).filter(|_| map.is_empty());
        match mistaken {
            Some(problem) => Err(lists::fault(path, None, problem)),
            None => Ok((export, headers)),
        }
    }

    /// Columns that hold texts of replies and other cells, which were read as one or the other throughout.
    pub fn mixed_columns(&self) -> Vec<ReplyColumn> {
        self.reply_columns.mixed().cloned().collect()
    }

    /// Reads one more row.
    fn add(&mut self, tool: Tool, row: &Row) {
        /// More texts than these are no states.
        const MOST_TEXTS: usize = 1000;
        self.rows += 1;
        let Said { address, facts, unknown } = fact::read(tool, row, &self.reply_columns);
        for text in unknown {
            if self.unknown.len() < MOST_TEXTS || self.unknown.contains_key(&text) {
                *self.unknown.entry(text).or_default() += 1;
            }
        }
        let Some(address) = address.as_deref().and_then(fold_address) else {
            self.without_address += 1;
            return;
        };
        if facts.is_empty() {
            self.silent += 1;
            return;
        }
        self.addresses.entry(address).or_default().add(row.number, facts);
    }

    /// All of them, once every row is read, with steps counted from 1 and times that mean one moment; and a time that
    /// cannot be read, if there is one. lemlist counts from 0, also where an export begins with a later step; with the
    /// other tools a 0 says so.
    fn settled(mut self) -> (BTreeMap<String, Gathered>, Option<String>) {
        let mut orders = Orders::default();
        self.addresses.values().flat_map(Gathered::times).for_each(|at| orders.see(at));
        let mut unread = None;
        for gathered in self.addresses.values_mut() {
            unread = unread.or(gathered.read_times(orders));
        }
        let is_from_zero = self.tool == Some(Tool::Lemlist)
            || self.addresses.values().filter_map(Gathered::first_step).min() == Some(0);
        if is_from_zero {
            self.addresses.values_mut().for_each(|gathered| gathered.count_steps_from(0));
        }
        (self.addresses, unread)
    }
}

#[cfg(test)]
mod tests;
