//! `rejoinder leads suppress`.

use std::path::PathBuf;

use clap::Args;

use super::super::error::Error;
use super::super::print;
use super::super::setup::Setup;
use crate::data::clock;
use crate::data::leads::{Suppressed, Suppression};
use crate::report::words;

/// Options of `leads suppress`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// E-mail addresses
    #[arg(value_name = "ADDRESS", required_unless_present = "file")]
    addresses: Vec<String>,
    /// A file of addresses, one a line
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "suppressed by hand")]
    reason: String,
}

/// Puts people on the suppression list.
pub fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let mut addresses = options.addresses.clone();
    if let Some(path) = &options.file {
        let text = crate::data::encoding::read_text(path).map_err(|source| Error::Read {
            what: "file of addresses",
            path: path.display().to_string(),
            source,
        })?;
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        addresses.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    let now = clock::iso(clock::now()?);
    let reason = words::one_line(&options.reason, 200);
    let mut entries = Vec::new();
    for address in addresses.iter().flat_map(|line| each_of(line)) {
        // All or none: who is left out by a slip of the pen would be written to.
        let Some(entry) = Suppressed::of_address(address, &reason, &now) else {
            let shown = words::one_line(address, 80);
            return Err(Error::Usage(format!(
                "{shown:?} is no e-mail address; nobody was suppressed: mend it and give all again"
            )));
        };
        entries.push(entry);
    }
    let given = entries.len();
    let new = Suppression::add(&setup.folder, entries)?;
    let there = if new < given { format!(", {} were there already", given - new) } else { String::new() };
    print(&format!(
        "Suppressed: {}{there}; no list writes to them any more\n",
        words::count(new as u64, "address", "addresses")
    ))
}

/// What is given for an address: of several on one line, each.
fn each_of(line: &str) -> Vec<&str> {
    let named: Vec<&str> = line.split([',', ';']).filter(|part| part.contains('@')).collect();
    if named.is_empty() { vec![line] } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_addresses_on_one_line_none_is_left_out() {
        assert_eq!(each_of("ada@x.com; ben@x.com"), ["ada@x.com", " ben@x.com"]);
        assert_eq!(each_of("Example, Ada <ada@x.com>"), [" Ada <ada@x.com>"]);
        assert_eq!(each_of("nobody"), ["nobody"]);
    }
}
