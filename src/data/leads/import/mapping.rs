//! From a row's cells to a lead, by what its columns are.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;
use std::path::Path;

use super::blocked::Marker;
use super::greeting::{is_form_of_address, split_name};
use super::headers::{Field, fold_header};
use super::known::KnownExport;
use super::report::Report;
use super::states::EVENTS;
use super::{Options, fault, on_line};
use crate::data::Error;
use crate::data::leads::{Lead, fold_address};

/// A row: for each cell that has something in it, its column and its text.
pub type Row = Vec<(usize, String)>;

/// Files have no more columns: a page could not show them, and no export has as many.
pub const MOST_COLUMNS: usize = 2_000;

/// What is said of a file that has more.
pub fn too_many_columns() -> String {
    // As people write the number.
    "the file has more than 2,000 columns; leave out those that nobody needs, and export it again".to_owned()
}

/// What is said of an option `--map` that names a column which a file with these headers does not have.
pub fn no_such_column<'a>(field: impl Display, header: &str, headers: impl Iterator<Item = &'a str>) -> String {
    format!("--map {field}=\"{header}\": there is no such column; the columns are {}", listed(headers))
}

/// The first headers, as a message names them.
fn listed<'a>(headers: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 40;
    headers.take(SHOWN).collect::<Vec<_>>().join(", ")
}

/// What the columns of a file are.
pub struct Mapping {
    columns: Vec<Column>,
    by_name: HashMap<String, usize>,
    /// Folded headers.
    folded: HashSet<String>,
    /// What a person says: the field and the folded header.
    given: Vec<(Field, String, String)>,
    /// Fields that a person says are in no column.
    none: Vec<Field>,
    known: Option<KnownExport>,
}

struct Column {
    /// Its header, made different from those of the others.
    name: String,
    folded: String,
    /// The name, or the folded header where the name had to be made different from those of others.
    shared_name: String,
    field: Option<(Field, usize)>,
    /// Whether it holds the addresses, as a person or its cells say and no header.
    holds_addresses: bool,
    marker: Option<Marker>,
    /// Whether a person has named it as the column that says who must not be written to: nothing else is told by it.
    is_named_flag: bool,
    /// What the value of an object within an object is, such as `properties.email`.
    inner: Option<(Field, usize)>,
    /// The same for whether somebody may be written to, such as `properties.hs_email_optout`.
    inner_marker: Option<Marker>,
    /// Values of people who are written to of which nobody knows whether they may be, with their rows.
    unknown: BTreeMap<String, u64>,
    /// Whether any row has something in it.
    is_used: bool,
}

impl Column {
    /// Counts a value of somebody who is written to, where nobody knows whether they may be. Events and numbers of a
    /// tool that is known are its bookkeeping.
    fn note_unknown(&mut self, cell: &str, known: Option<KnownExport>) {
        /// More values than these are no states.
        const MOST_VALUES: usize = 1_000;
        const LONGEST: usize = 80;
        let Some(marker) = self.marker.filter(|_| self.field.is_none()) else { return };
        let is_tools = known.is_some() && (EVENTS.contains(&self.folded.as_str()) || cell.parse::<i64>().is_ok());
        let is_numbered = marker == Marker::InstantlyState;
        if marker.is_understood(cell) || (is_tools && !is_numbered) {
            return;
        }
        let value: String = cell.chars().take(LONGEST).collect();
        if self.unknown.len() < MOST_VALUES || self.unknown.contains_key(&value) {
            *self.unknown.entry(value).or_default() += 1;
        }
    }
}

impl Mapping {
    /// No columns yet.
    pub fn new(options: &Options) -> Self {
        let given = options.map.iter().map(|(field, header)| (*field, fold_name(header), header.clone())).collect();
        Mapping {
            columns: Vec::new(),
            by_name: HashMap::new(),
            folded: HashSet::new(),
            given,
            none: options.none.clone(),
            known: None,
        }
    }

    /// The fields that this header may be; more is better.
    pub fn recognises(&self, header: &str) -> Option<Field> {
        let folded = fold_name(header);
        let given = self.given.iter().find(|(_, name, _)| *name == folded).map(|(field, ..)| *field);
        given.or_else(|| Field::of_header(&folded).map(|(field, _)| field))
    }

    /// The columns of a table.
    ///
    /// # Errors
    /// Where there are too many of them, in words.
    pub fn set_headers(&mut self, headers: &[String]) -> Result<(), String> {
        if headers.len() > MOST_COLUMNS {
            return Err(too_many_columns());
        }
        // How often a header has been met.
        let mut met: HashMap<String, usize> = HashMap::new();
        for (index, header) in headers.iter().enumerate() {
            let header = header.split_whitespace().collect::<Vec<_>>().join(" ");
            let header = if header.is_empty() { format!("column {}", index + 1) } else { header };
            let times = met.entry(header.clone()).or_insert(0);
            *times += 1;
            let mut name = if *times == 1 { header.clone() } else { format!("{header} ({times})") };
            while self.by_name.contains_key(&name) {
                *times += 1;
                name = format!("{header} ({times})");
            }
            self.push(name, &header);
        }
        self.settle_all();
        Ok(())
    }

    /// The column of this name in a file whose rows name theirs; it is added if it is new. None where
    /// there would be too many.
    pub fn column(&mut self, name: &str) -> Option<usize> {
        if let Some(index) = self.by_name.get(name) {
            return Some(*index);
        }
        if self.columns.len() >= MOST_COLUMNS {
            return None;
        }
        self.push(name.to_owned(), name);
        if let (Some((around, inner)), Some(column)) = (name.rsplit_once('.'), self.columns.last_mut()) {
            column.inner = inner_field(&fold_name(around), &fold_name(inner));
        }
        let index = self.columns.len() - 1;
        if KnownExport::of_headers(&self.folded) == self.known {
            self.settle(index);
        } else {
            self.settle_all();
        }
        Some(index)
    }

    /// The names of all columns.
    pub fn headers(&self) -> Vec<String> {
        (0..self.columns.len()).map(|index| self.shared_name(index).to_owned()).collect()
    }

    /// The name of a column, which others may have as well.
    pub fn shared_name(&self, index: usize) -> &str {
        self.columns.get(index).map_or("", |column| column.shared_name.as_str())
    }

    /// Whether a person, or the cells of a column, say that it holds the addresses although its name does not.
    pub fn holds_addresses(&self, index: usize) -> bool {
        self.columns.get(index).is_some_and(|column| column.holds_addresses)
    }

    /// Takes this column for the one that holds the addresses: its cells say so, though its header does not.
    pub fn take_addresses_from(&mut self, index: usize) {
        if self.none.contains(&Field::Email) {
            return;
        }
        if let Some(column) = self.columns.get_mut(index) {
            column.field = Some((Field::Email, 0));
            column.holds_addresses = Field::of_header(&column.folded).is_none();
        }
    }

    fn push(&mut self, name: String, header: &str) {
        let folded = fold_name(header);
        self.by_name.insert(name.clone(), self.columns.len());
        self.folded.insert(folded.clone());
        let inner_marker = Marker::of_inner(&name);
        self.columns.push(Column {
            shared_name: if fold_name(&name) == folded { name.clone() } else { folded.clone() },
            name,
            folded,
            field: None,
            holds_addresses: false,
            marker: None,
            is_named_flag: false,
            inner: None,
            inner_marker,
            unknown: BTreeMap::new(),
            is_used: false,
        });
    }

    /// Decides what the columns are, now that it is known of which export they are.
    fn settle_all(&mut self) {
        self.known = KnownExport::of_headers(&self.folded);
        (0..self.columns.len()).for_each(|index| self.settle(index));
    }

    /// Decides what a column is.
    fn settle(&mut self, index: usize) {
        let column = &mut self.columns[index];
        let is_given =
            |(_, folded, header): &&(Field, String, String)| *folded == column.folded || *header == column.name;
        let given = self.given.iter().find(is_given).map(|(field, ..)| *field);
        let meant = match self.known.and_then(|known| known.field(&column.folded)) {
            Some(field) => field.map(|field| (field, 0)),
            None => Field::of_header(&column.folded).or(column.inner),
        };
        // A field that a person has given a column is in no other.
        let is_open = |(field, _): &(Field, usize)| {
            !self.none.contains(field) && !self.given.iter().any(|(other, ..)| other == field)
        };
        column.is_named_flag = given == Some(Field::DoNotContact);
        column.holds_addresses = given == Some(Field::Email);
        column.field = match given {
            Some(Field::DoNotContact) => None,
            Some(field) => Some((field, 0)),
            None => meant.filter(is_open),
        };
        column.marker = match self.known {
            _ if column.is_named_flag => Some(Marker::NAMED),
            Some(KnownExport::Instantly) if column.folded == "status" => Some(Marker::InstantlyState),
            _ => Marker::of_header(&column.folded).or(column.inner_marker),
        };
    }

    /// Looks whether everything is there: what a person has named, and a column of addresses. `line` is where the
    /// columns are named, from 1.
    ///
    /// # Errors
    /// What is missing of the file at `path`.
    pub fn check(&self, path: &Path, line: Option<u64>) -> Result<(), Error> {
        let headers = || self.columns.iter().map(|column| column.name.as_str());
        let is_missing = |(_, folded, header): &&(Field, String, String)| {
            !self.folded.contains(folded) && !self.by_name.contains_key(header)
        };
        if let Some((field, _, header)) = self.given.iter().find(is_missing) {
            return Err(fault(path, line, no_such_column(field, header, headers())));
        }
        let twice = self.given.iter().enumerate().find_map(|(index, (field, folded, header))| {
            let earlier = self.given[..index].iter().find(|(_, other, same)| other == folded && same == header)?;
            Some((earlier.0, *field, header))
        });
        if let Some((one, other, header)) = twice.filter(|(one, other, _)| one != other) {
            let problem =
                format!("--map {one} and --map {other} both name the column \"{header}\"; it can be one of them");
            return Err(fault(path, line, problem));
        }
        if !self.columns.iter().any(|column| matches!(column.field, Some((Field::Email, _)))) {
            let fault = on_line(line, "no column is known to hold e-mail addresses".to_owned());
            return Err(Error::NoAddressColumn { path: path.to_owned(), fault, columns: listed(headers()) });
        }
        Ok(())
    }

    /// The lead of a row; none if it has no address.
    pub fn lead(&mut self, row: Row) -> Option<Lead> {
        let mut best: HashMap<Field, (usize, usize, usize)> = HashMap::new();
        let mut lead: Option<Lead> = None;
        for (at, (index, cell)) in row.iter().enumerate() {
            let column = &mut self.columns[*index];
            column.is_used = true;
            let Some((field, rank)) = column.field else { continue };
            let is_none = match field {
                Field::Email => fold_address(cell).is_none(),
                // Beside the job, `Title` is how somebody is addressed.
                Field::Title => is_form_of_address(cell),
                _ => false,
            };
            if is_none {
                continue;
            }
            let candidate = (rank, *index, at);
            best.entry(field).and_modify(|best| *best = candidate.min(*best)).or_insert(candidate);
        }
        if let Some((_, _, at)) = best.get(&Field::Email) {
            lead = Lead::new(&row[*at].1);
        }
        let mut lead = lead?;
        let mut cells: Vec<(usize, Option<String>)> =
            row.into_iter().map(|(index, cell)| (index, Some(cell))).collect();
        let marked = cells.iter().filter_map(|(index, cell)| Some((*index, cell.as_deref()?)));
        let bar = marked.clone().find_map(|(index, cell)| self.columns[index].marker?.reason(cell));
        lead.blocked = bar.map(|bar| bar.name().to_owned());
        if bar.is_none() {
            marked.for_each(|(index, cell)| self.columns[index].note_unknown(cell, self.known));
        }
        let place = |field: Field| best.get(&field).map(|(_, _, at)| *at);
        let parts: Vec<&str> = [Field::City, Field::State, Field::Country]
            .into_iter()
            .filter_map(|field| cells[place(field)?].1.as_deref())
            .collect();
        lead.location = Some(parts.join(", ")).filter(|text| !text.is_empty());
        let split = place(Field::FullName).and_then(|at| split_name(cells[at].1.as_deref()?));
        let is_split = split.is_some();
        if let Some((first, last)) = split {
            (lead.first_name, lead.last_name) = (Some(first).filter(|name| !name.is_empty()), last);
        }
        let mut take = |field: Field| place(field).and_then(|at| cells[at].1.take());
        take(Field::Email);
        if is_split {
            take(Field::FullName);
        }
        let (first, last) = (take(Field::FirstName), take(Field::LastName));
        if first.is_some() || last.is_some() {
            (lead.first_name, lead.last_name) = (first, last);
        }
        lead.title = take(Field::Title);
        lead.company = take(Field::Company);
        lead.website = take(Field::Website);
        lead.linkedin_url = take(Field::LinkedinUrl);
        lead.industry = take(Field::Industry);
        lead.size = take(Field::Size);
        if let Some(location) = take(Field::Location) {
            lead.location = Some(location);
        }
        for (index, cell) in cells {
            if let Some(cell) = cell.filter(|_| !self.columns[index].is_named_flag) {
                lead.columns.insert(self.columns[index].name.clone(), cell.into());
            }
        }
        Some(lead)
    }

    /// Counts all columns as used, for callers that ask what they are before any row is read.
    pub fn use_all(&mut self) {
        self.columns.iter_mut().for_each(|column| column.is_used = true);
    }

    /// Tells a report what the columns are.
    pub fn tell(&self, report: &mut Report) {
        report.known = self.known;
        let mut used: Vec<(Field, usize, &str)> = Vec::new();
        for column in self.columns.iter().filter(|column| column.is_used) {
            if let Some((field, rank)) = column.field {
                used.push((field, rank, &column.name));
                continue;
            }
            if column.marker.is_some() {
                report.markers.push(column.name.clone());
            }
            let unknown = column.unknown.iter();
            report.unknown.extend(unknown.map(|(value, rows)| (column.name.clone(), value.clone(), *rows)));
            if !column.is_named_flag {
                report.kept.push(column.name.clone());
            }
        }
        report.unknown.sort_by_key(|(_, _, rows)| std::cmp::Reverse(*rows));
        used.sort_by_key(|(field, rank, _)| (*field, *rank));
        report.used = used.into_iter().map(|(field, _, name)| (field, name.to_owned())).collect();
    }

    /// The export that this is, where it is known.
    pub fn known(&self) -> Option<KnownExport> {
        self.known
    }
}

/// The field of a name within another: the inner name tells it, but for names, which are those of what is around them.
/// Any name of the outermost object goes before it.
fn inner_field(around: &str, inner: &str) -> Option<(Field, usize)> {
    const WORSE: usize = 100;
    let is_company = matches!(Field::of_header(around), Some((Field::Company, _)));
    match Field::of_header(inner)? {
        (Field::FullName, rank) if is_company => Some((Field::Company, rank + WORSE)),
        (Field::FullName, _) => None,
        (field, rank) => Some((field, rank + WORSE)),
    }
}

/// A header as it is compared.
fn fold_name(header: &str) -> String {
    let cut: String = header.chars().take(200).collect();
    fold_header(&cut)
}
