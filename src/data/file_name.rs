//! The name of a file in the data folder.

use std::fmt;

use super::{Error, text};

/// What a file holds, and so which subfolder it lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Whom to reach: `personas/`.
    Personas,
    /// Runs and cycles: `results/`.
    Results,
    /// Messages without, or not yet with, decisions: `messages/`.
    Messages,
    /// Audits of decision makers: `judges/`.
    Judges,
    /// Audits of auditors: `auditors/`.
    Auditors,
    /// Prompts and facts that people write, as text: `prompts/`.
    Prompts,
    /// What a model has read from results files: `readings/`.
    Readings,
    /// What people say of messages, decisions and claims: `opinions/`.
    Opinions,
    /// Real people to write to, and who is not to be written to: `leads/`.
    Leads,
    /// What was written to leads: `campaigns/`.
    Campaigns,
    /// What real people answered: `replies/`.
    Replies,
    /// What each import of answers said: `imports/`.
    Imports,
    /// What real answers say of a judge: `calibrations/`.
    Calibrations,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Kind::Personas,
        Kind::Results,
        Kind::Messages,
        Kind::Judges,
        Kind::Auditors,
        Kind::Prompts,
        Kind::Readings,
        Kind::Opinions,
        Kind::Leads,
        Kind::Campaigns,
        Kind::Replies,
        Kind::Imports,
        Kind::Calibrations,
    ];

    /// The subfolder.
    #[must_use]
    pub fn subfolder(self) -> &'static str {
        match self {
            Kind::Personas => "personas",
            Kind::Results => "results",
            Kind::Messages => "messages",
            Kind::Judges => "judges",
            Kind::Auditors => "auditors",
            Kind::Prompts => "prompts",
            Kind::Readings => "readings",
            Kind::Opinions => "opinions",
            Kind::Leads => "leads",
            Kind::Campaigns => "campaigns",
            Kind::Replies => "replies",
            Kind::Imports => "imports",
            Kind::Calibrations => "calibrations",
        }
    }

    /// How the names of its files end.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Kind::Prompts => ".md",
            Kind::Leads | Kind::Campaigns | Kind::Replies | Kind::Imports => ".jsonl",
            _ => ".json",
        }
    }

    /// A name without its ending, in upper or lower case; `None` if it has another one.
    pub(super) fn stem_of(self, name: &str) -> Option<&str> {
        let (stem, ending) = name.split_at_checked(name.len().checked_sub(self.ending().len())?)?;
        ending.eq_ignore_ascii_case(self.ending()).then_some(stem)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.subfolder())
    }
}

/// The most bytes in a file name, `.json` included: what common file systems take.
const LONGEST: usize = 255;

/// A checked name of one file, such as `b2b_train.json` or, of a prompt, `offer.md`: one component, not hidden, nothing
/// that a file system or a terminal would read as anything but a name. It says nothing about whether the file exists.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileName {
    kind: Kind,
    name: String,
}

impl FileName {
    /// Checks a bare name, with or without its ending.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] for a name that is empty, hidden or over-long, or holds `/`, `\` or control characters.
    pub fn new(kind: Kind, name: &str) -> Result<Self, Error> {
        let refuse = |why: &str| Err(Error::Name { kind, name: shortened(name), why: why.to_owned() });
        let stem = kind.stem_of(name).unwrap_or(name);
        if name.is_empty() {
            return refuse("it is empty; give a file name such as mine.json");
        }
        if name.chars().any(is_deceptive) {
            return refuse("it holds control characters; use plain ones");
        }
        if name.contains(['/', '\\']) {
            return refuse("it holds a slash or backslash; give a plain file name");
        }
        if name.starts_with('.') {
            return refuse("it begins with a dot; hidden files are not used");
        }
        if stem.len() + kind.ending().len() > LONGEST {
            return refuse("it is longer than 255 bytes; choose a shorter one");
        }
        // An ending in capitals is one too, and part of the name as it is.
        let name = if stem.len() < name.len() { name.to_owned() } else { format!("{stem}{}", kind.ending()) };
        Ok(FileName { kind, name })
    }

    /// What the file holds.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The name with its ending.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The name without its ending.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.kind.stem_of(&self.name).unwrap_or(&self.name)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Control characters, and the invisible ones that turn or split a line, which make one name look like another.
fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// An over-long name must not fill the screen.
pub(super) fn shortened(name: &str) -> String {
    text::shortened(name, 80)
}
