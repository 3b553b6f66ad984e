//! A campaign: what was written to the leads of a list, one step after the other, as JSON lines.
//!
//! The first line is the [`CampaignHeader`], every further line one [`Written`]. Both reading and writing are streams:
//! a campaign of a million leads takes no more memory than one of ten. Only the owner may read the file.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file_name::FileName;
use super::folder::DataFolder;
use super::json::Fault;
use super::lines::{self, Lines};
use super::whole::{Claim, Draft};
use super::{Error, FileError, Map};

/// The version of the format that this program writes.
pub const SCHEMA_VERSION: u32 = 1;

/// What a campaign says about itself: the first line of its file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `name`, `leads` and `arms`")]
pub struct CampaignHeader {
    /// Version of the format.
    pub schema_version: u32,
    /// The campaign's name: the file's, without its ending.
    pub name: String,
    /// The list of leads that it was written to.
    pub leads: String,
    /// The file of the run that the lineage's prompt was taken from; none where a prompt file was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<String>,
    /// The version of that run in its lineage; none for a first run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// When it was begun, in UTC, as results files write it.
    pub created_at: String,
    /// Whether the market wrote it.
    pub simulated: bool,
    /// Steps of every sequence.
    pub steps: u32,
    /// The prompts that it was written with; at least one.
    pub arms: Vec<Arm>,
    /// The model that wrote.
    pub generator: String,
    /// The model that audited; none where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auditor: Option<String>,
    /// What the offer may claim, where it was given apart from the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
    /// The journal's name of the run that wrote it.
    #[serde(default)]
    pub run: String,
    /// Whether a limit was reached, so that leads are missing from it. The command that wrote it goes on with it.
    pub partial: bool,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

/// One of the prompts of a campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// `a`, `b` and so on.
    pub name: String,
    /// The text.
    pub prompt: String,
    /// The prompt file, or the run whose prompt it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_file_or_run: Option<String>,
}

/// What was written to one lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `email` and `steps`")]
pub struct Written {
    /// The lead's id.
    pub lead: String,
    /// The folded address.
    pub email: String,
    /// Which arm's prompt wrote.
    pub arm: String,
    /// What the generator was told of the lead.
    pub persona: String,
    /// Who works for the same company has the same; none where no company is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_key: Option<String>,
    /// What may be reported apart, such as the industry; none where nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// What a sending tool fills merge fields from: `first_name`, `last_name`, `company`, `title`, `website`,
    /// `linkedin_url`, and the lead's other columns by their headers. Values are texts.
    #[serde(default)]
    pub fields: Map,
    /// The sequence, in order. Where it failed, the steps that were written before.
    pub steps: Vec<Step>,
    /// Why the sequence is not whole; one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

impl Written {
    /// The text of a field; none where there is no such field, or it is no text.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }
}

/// One message of a sequence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// From 1.
    pub number: u32,
    /// The subject line.
    pub subject: String,
    /// The text below it.
    pub body: String,
    /// The claims of [`Step::text`], in the form in which results files keep those of a message; `None` if nobody has
    /// looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Value>,
    /// How often it was revised.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revisions: u32,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Step {
    /// The message as it is read and audited: its subject, an empty line, its body. Claims say where they stand in it.
    #[must_use]
    pub fn text(&self) -> String {
        text(&self.subject, &self.body)
    }
}

/// A message as it is read and audited: its subject, an empty line, its body.
#[must_use]
pub fn text(subject: &str, body: &str) -> String {
    format!("{subject}\n\n{body}")
}

/// A campaign that is being read: the header, and an iterator over what follows.
#[derive(Debug)]
pub struct Campaign {
    /// The first line.
    pub header: CampaignHeader,
    lines: Lines<Written>,
}

impl Campaign {
    /// Opens a campaign and reads its header.
    ///
    /// # Errors
    /// As [`lines::open`]; where the first line is no header; [`Error::NewerSchema`].
    pub fn open(folder: &DataFolder, file: &FileName) -> Result<Self, Error> {
        let mut lines: Lines<Written> = lines::open(folder, file)?;
        let Some(header) = lines.read_as::<CampaignHeader>()? else {
            return Err(
                Fault::new("", "the file is empty; a campaign begins with a line about itself").in_file(folder, file)
            );
        };
        if header.schema_version > SCHEMA_VERSION {
            let path = folder.path(file);
            return Err(Error::NewerSchema { path, found: header.schema_version.into(), known: SCHEMA_VERSION });
        }
        Ok(Campaign { header, lines })
    }
}

impl Iterator for Campaign {
    type Item = Result<Written, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.lines.next()
    }
}

/// Writes a campaign to the disk, under no name yet. [`name_new`] or [`name_again`] gives it one.
///
/// # Errors
/// The first error of `written`; where the disk is full, say. Nothing is left behind then.
pub fn draft(
    folder: &DataFolder,
    file: &FileName,
    header: &CampaignHeader,
    written: impl IntoIterator<Item = Result<Written, Error>>,
) -> Result<Draft, Error> {
    let path = folder.path_to_write(file)?;
    let mut unread = None;
    let draft = Draft::write(&path, |out| {
        lines::put(out, header)?;
        for entry in written {
            match entry {
                Ok(entry) => lines::put(out, &entry)?,
                Err(error) => {
                    unread = Some(error);
                    return Err(io::ErrorKind::Other.into());
                }
            }
        }
        Ok(())
    });
    match unread {
        Some(error) => Err(error),
        None => Ok(draft?),
    }
}

/// Gives a draft its name, which must be free.
///
/// # Errors
/// [`FileError::Exists`], or as [`DataFolder::replace`].
pub fn name_new(folder: &DataFolder, file: &FileName, draft: Draft) -> Result<(), Error> {
    let path = folder.path_to_create(file)?;
    match draft.claim(&path)? {
        Claim::Ours => Ok(()),
        Claim::Taken(_) => Err(FileError::Exists { path }.into()),
    }
}

/// Gives a draft its name, in place of any file that has it.
///
/// # Errors
/// As [`DataFolder::replace`].
pub fn name_again(folder: &DataFolder, file: &FileName, draft: Draft) -> Result<(), Error> {
    Ok(draft.replace(&folder.path_to_write(file)?)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

    use proptest::prelude::*;

    use super::*;
    use crate::data::Kind;

    fn header() -> CampaignHeader {
        CampaignHeader {
            schema_version: SCHEMA_VERSION,
            name: "x".into(),
            leads: "spring".into(),
            created_at: "2026-11-30T00:00:00".into(),
            steps: 1,
            arms: vec![Arm { name: "a".into(), prompt: "Offer".into(), prompt_file_or_run: None }],
            generator: "market".into(),
            ..CampaignHeader::default()
        }
    }

    fn place() -> (tempfile::TempDir, DataFolder, FileName) {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        (root, folder, FileName::new(Kind::Campaigns, "x").unwrap())
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(subject in "\\PC{0,20}", body in "(?s).{0,60}", failed in prop::option::of("[a-z]{1,9}")) {
            let (_root, folder, file) = place();
            let step = Step { number: 1, subject, body, claims: Some(Value::from(1)), ..Step::default() };
            let fields = Map::from_iter([("company".to_owned(), Value::from("Ada \"& Co\""))]);
            let entry = Written { email: "ada@example.com".into(), fields, steps: vec![step], failed, ..Written::default() };
            let all = vec![entry.clone(), Written::default(), entry];
            let draft = draft(&folder, &file, &header(), all.iter().cloned().map(Ok)).unwrap();
            name_new(&folder, &file, draft).unwrap();
            let campaign = Campaign::open(&folder, &file).unwrap();
            prop_assert_eq!(&campaign.header, &header());
            prop_assert_eq!(campaign.collect::<Result<Vec<_>, _>>().unwrap(), all);
        }
    }

    #[test]
    fn keys_of_a_later_version_survive() {
        let (_root, folder, file) = place();
        std::fs::create_dir_all(folder.subfolder(Kind::Campaigns)).unwrap();
        let mut line = serde_json::to_value(Written { steps: vec![Step::default()], ..Written::default() }).unwrap();
        line["later"] = 7.into();
        line["steps"][0]["later"] = "too".into();
        let header = serde_json::to_string(&header()).unwrap();
        std::fs::write(folder.path(&file), format!("{header}\n\n{line}\r\n")).unwrap();
        let read: Vec<Written> = Campaign::open(&folder, &file).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), Value::from(vec![line]));
    }

    #[test]
    fn what_is_no_campaign_is_refused_in_one_line_that_says_where() {
        let (root, folder, file) = place();
        std::fs::create_dir_all(folder.subfolder(Kind::Campaigns)).unwrap();
        let good = serde_json::to_string(&header()).unwrap();
        let said = |bytes: &[u8]| {
            std::fs::write(folder.path(&file), bytes).unwrap();
            let all: Result<Vec<Written>, Error> = Campaign::open(&folder, &file).and_then(Iterator::collect);
            let said = all.unwrap_err().to_string();
            assert!(!said.contains('\n'), "{said}");
            said.replace(root.path().to_str().unwrap(), "DATA")
        };
        let newer = good.replace("\"schema_version\":1", "\"schema_version\":9");
        insta::assert_snapshot!(
            [
                said(b""),
                said(b"{\"name\": 1}\n"),
                said(format!("{good}\n{{\"lead\": \"l_1\"\n").as_bytes()),
                said(format!("{good}\n[]\n").as_bytes()),
                said(format!("{good}\n{{\"lead\":\"a\",\"lead\":\"b\"}}\n").as_bytes()),
                said(b"\xff\xfe"),
                said(newer.as_bytes()),
            ]
            .join("\n")
        );
    }

    #[test]
    fn a_campaign_whose_leads_cannot_be_read_leaves_nothing_behind() {
        let (_root, folder, file) = place();
        let broken = Error::Changed { path: "leads".into() };
        assert!(matches!(draft(&folder, &file, &header(), [Err(broken)]), Err(Error::Changed { .. })));
        assert_eq!(std::fs::read_dir(folder.subfolder(Kind::Campaigns)).unwrap().count(), 0);
    }
}
