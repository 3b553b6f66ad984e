//! Replies from the exports of sending tools, matched to what a campaign wrote.

pub mod fact;
pub mod gather;
mod matching;
pub mod row;
pub mod rows;
mod similar;

use std::collections::BTreeMap;

pub use fact::Tool;
pub use gather::Counts;
pub use matching::{Imported, Unmatched, Why, import};

use crate::data::leads::fold_address;
use fact::Said;
use gather::Gathered;
use row::Row;

/// Everything that an export says, by address.
#[derive(Debug, Default)]
pub struct Export {
    addresses: BTreeMap<String, Gathered>,
    /// Rows of the file.
    pub rows: u64,
    /// Rows without an address, which are in nothing.
    pub without_address: u64,
    /// Rows that say nothing of what is counted here, such as opens, or people who were not written to yet.
    pub silent: u64,
}

impl Export {
    /// Reads one more row.
    pub fn add(&mut self, tool: Tool, row: &Row) {
        self.rows += 1;
        let Said { address, facts } = fact::read(tool, row);
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

    /// All of them, once every row is read: steps that begin with 0 are then counted from 1.
    fn settled(mut self) -> BTreeMap<String, Gathered> {
        if self.addresses.values().filter_map(Gathered::first_step).min() == Some(0) {
            self.addresses.values_mut().for_each(|gathered| gathered.count_steps_from(0));
        }
        self.addresses
    }
}

#[cfg(test)]
mod tests;
