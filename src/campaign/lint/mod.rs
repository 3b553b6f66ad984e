//! What law and delivery ask of messages, step by step.
//!
//! What a text means (an opt-out, an address, a promise) is read by the auditor's model and returned with quotations
//! that code finds in the text; no list of words decides it. Where no model may be asked it is not checked. What can be
//! told by form (blanks, marks of an answer, links, length) is told by code.
//!
//! Sources of the rules: for the United States the CAN-SPAM Act (15 U.S.C. 7704(a): subject, opt-out, postal address),
//! for Canada CASL (S.C. 2010 c. 23, section 6; SOR/2012-36, section 2: who sends, address and contact, unsubscribing),
//! for the United Kingdom PECR 2003 (regulation 23), for the European Union Directive 2002/58/EC (article 13(4)): who
//! sends may not be concealed, and there is a valid address to object to.

mod form;
mod law;
mod reader;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::batch::{self, Done, Job, Kept, Names};
use crate::data::campaigns::{Campaign, Written};
use crate::data::spool::Texts;
use crate::data::{self, DataFolder};
use crate::evaluate::run::{Error, RunContext};
use crate::event::Grounding;

pub use law::Region;
pub use reader::{Reader, Seen};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The message should not be sent so.
    Error,
    /// Worth a look.
    Warning,
}

/// The footer that the sending tool adds to every message.
#[derive(Clone, Debug, Default)]
pub enum Footer {
    /// None was named.
    #[default]
    None,
    /// One was named, and nobody has read it: whatever is missing in a message may stand there.
    Unread,
    /// What it holds.
    Read(Seen),
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A blank that nothing fills in.
    UnfilledField,
    /// A first message whose subject is that of an answer or of something forwarded.
    ForgedThread,
    /// Nothing says how to get no more messages.
    NoOptOut,
    /// No postal address.
    NoAddress,
    /// Nothing says who sends.
    NoSender,
    /// No way to reach the sender but to answer.
    NoContact,
    /// The subject promises what the body does not hold.
    MisleadingSubject,
    /// A claim that nothing supports.
    MadeUp,
    /// A field that only the sending tool can fill in.
    ToolField,
    /// More words than people read.
    Long,
    /// A follow-up that is no shorter than the message before it.
    NotShorter,
    /// More than one link.
    Links,
    /// A link that hides where it leads.
    Shortener,
    /// Words in capitals.
    Capitals,
    /// Exclamation marks.
    Exclamations,
    /// An attachment is mentioned, or a file.
    Attachment,
    /// Tags of HTML.
    Markup,
    /// A subject that no inbox shows whole.
    LongSubject,
    /// A follow-up that is an earlier message again.
    Repeated,
}

impl Kind {
    /// In a few words, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Kind::UnfilledField => "unfilled field",
            Kind::ForgedThread => "forged reply or forward",
            Kind::NoOptOut => "no opt-out",
            Kind::NoAddress => "no postal address",
            Kind::NoSender => "no sender",
            Kind::NoContact => "no contact",
            Kind::MisleadingSubject => "misleading subject",
            Kind::MadeUp => "made-up claim",
            Kind::ToolField => "field left to the sending tool",
            Kind::Long => "too long",
            Kind::NotShorter => "follow-up not shorter",
            Kind::Links => "many links",
            Kind::Shortener => "link shortener",
            Kind::Capitals => "capitals",
            Kind::Exclamations => "exclamation marks",
            Kind::Attachment => "attachment",
            Kind::Markup => "HTML tags",
            Kind::LongSubject => "long subject",
            Kind::Repeated => "message sent again",
        }
    }
}

/// One thing that is wrong with one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The lead's id.
    pub lead: String,
    /// The lead's address.
    pub email: String,
    /// Which step.
    pub step: u32,
    /// How much it matters.
    pub level: Level,
    /// What it is.
    pub kind: Kind,
    /// The words of the message, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// What is wrong, in one sentence.
    pub words: String,
}

/// What was found about one lead's messages.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Looked {
    /// Messages.
    pub messages: u64,
    /// What is wrong with them, in order of steps.
    pub findings: Vec<Finding>,
    /// Why the model's part of it could not be checked, once for each message; one line.
    pub unchecked: Vec<String>,
}

/// How messages are looked at.
#[derive(Clone)]
pub struct Rules {
    /// Whose law.
    pub region: Region,
    /// The footer that the sending tool adds.
    pub footer: Footer,
    /// Who reads; none where no model may be asked.
    pub reader: Option<Reader>,
    /// The prompts of the arms, by name: a field that they order is left to the sending tool.
    pub prompts: Arc<BTreeMap<String, String>>,
    /// Tells the calls of this run from those of others.
    pub seed: u64,
}

/// What was found, lead by lead, on disk.
#[derive(Debug)]
pub struct Findings {
    kept: Kept,
}

/// Puts what a campaign holds on the disk of the folder; sequences that are not whole are left out, and counted. A lead
/// whose messages have merge fields gets the columns that others of the campaign have, with nothing in them.
///
/// # Errors
/// Where the campaign cannot be read, or there is no room.
pub fn gather(folder: &DataFolder, campaign: Campaign) -> Result<(Arc<Texts>, u64), data::Error> {
    let (mut texts, mut left_out) = (Texts::new(folder.root())?, 0);
    let mut columns = BTreeSet::new();
    for written in campaign {
        let written = written?;
        if written.failed.is_some() {
            left_out += 1;
            continue;
        }
        for name in written.fields.keys() {
            if !columns.contains(name) {
                columns.insert(name.clone());
            }
        }
        let text = serde_json::to_string(&written).map_err(|error| texts.unreadable(&error.to_string()))?;
        texts.push(&text)?;
    }
    let mut whole = Texts::new(folder.root())?;
    for text in texts.iter() {
        let text = text?;
        if !text.contains("{{") {
            whole.push(&text)?;
            continue;
        }
        let mut written: Written = serde_json::from_str(&text).map_err(|error| texts.unreadable(&error.to_string()))?;
        add_columns(&mut written, &columns);
        whole.push(&serde_json::to_string(&written).map_err(|error| texts.unreadable(&error.to_string()))?)?;
    }
    Ok((Arc::new(whole), left_out))
}

/// Gives a lead the columns that others of the campaign have, with nothing in them.
pub fn add_columns(written: &mut Written, columns: &BTreeSet<String>) {
    for column in columns {
        written.fields.entry(column.clone()).or_insert_with(|| "".into());
    }
}

/// Looks at every message.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk; what was answered is in the journal.
pub async fn lint(texts: &Arc<Texts>, rules: Rules, context: &RunContext) -> Result<Findings, Error> {
    let label = if rules.reader.is_some() { "Reading messages" } else { "Checking the form of messages" };
    let (rules, shared) = (Arc::new(rules), Arc::clone(texts));
    let job: Job = Arc::new(move |text| {
        let (rules, texts) = (Arc::clone(&rules), Arc::clone(&shared));
        Box::pin(async move {
            let mut failed = None;
            let looked = match serde_json::from_str::<Written>(&text) {
                Ok(written) => rules.look(&written).await?,
                Err(error) => {
                    failed = Some(texts.unreadable(&error.to_string()).to_string());
                    Looked::default()
                }
            };
            let failed = failed.or_else(|| looked.unchecked.first().cloned());
            let kept = serde_json::to_string(&looked).unwrap_or_default();
            Ok(Done { kept, grounding: Grounding::NotChecked, failed })
        })
    });
    let names = Names { label, batch: "lint" };
    Ok(Findings { kept: batch::each(context, texts, names, job).await? })
}

/// What can be told of one lead's messages by their form alone, without a model, in order of steps. `prompt` is that of
/// the lead's arm.
#[must_use]
pub fn by_form(written: &Written, prompt: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    (0..written.steps.len()).for_each(|at| form::check(written, at, prompt, &mut findings));
    findings
}

impl Rules {
    async fn look(&self, written: &Written) -> Result<Looked, crate::evaluate::auditing::Stopped> {
        let mut looked = Looked { messages: written.steps.len() as u64, ..Looked::default() };
        for (at, step) in written.steps.iter().enumerate() {
            let prompt = self.prompts.get(&written.arm).map_or("", String::as_str);
            form::check(written, at, prompt, &mut looked.findings);
            let Some(reader) = &self.reader else { continue };
            let (seed, number) = (self.seed.to_string(), step.number.to_string());
            let key = [seed.as_str(), "lint", &written.lead, &number];
            match reader.read(&step.subject, &step.body, &key).await? {
                Ok(seen) => law::check(self, written, step, &seen, &mut looked.findings),
                Err(reason) => looked.unchecked.push(reason),
            }
        }
        Ok(looked)
    }
}

impl Findings {
    /// What was found, lead by lead; none where a limit came before.
    pub fn iter(&self) -> impl Iterator<Item = Result<Option<Looked>, data::Error>> + '_ {
        self.kept.iter().map(|kept| {
            let Some(text) = kept? else { return Ok(None) };
            serde_json::from_str(&text).map(Some).map_err(|error| self.kept.unreadable(&error.to_string()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::campaigns::{self, Arm, CampaignHeader, Step};
    use crate::data::{FileName, Kind};

    #[test]
    fn a_field_of_a_column_that_only_others_have_filled_is_sent_empty() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let file = FileName::new(Kind::Campaigns, "spring").unwrap();
        let header = CampaignHeader {
            schema_version: campaigns::SCHEMA_VERSION,
            name: "spring".into(),
            steps: 1,
            arms: vec![Arm { name: "a".into(), ..Arm::default() }],
            ..CampaignHeader::default()
        };
        let written = |email: &str, pain: Option<&str>| Written {
            lead: email.into(),
            email: email.into(),
            arm: "a".into(),
            fields: pain.map(|pain| ("Pain".to_owned(), pain.into())).into_iter().collect(),
            steps: vec![Step { number: 1, body: "Still {{Pain}} or {{calendar}}?".into(), ..Step::default() }],
            ..Written::default()
        };
        let all = [written("a@x.example", Some("late trucks")), written("b@x.example", None)];
        let draft = campaigns::draft(&folder, &file, &header, all.into_iter().map(Ok)).unwrap();
        campaigns::name_new(&folder, &file, draft).unwrap();
        let (texts, left_out) = gather(&folder, Campaign::open(&folder, &file).unwrap()).unwrap();
        assert_eq!(left_out, 0);
        let prompt = "Always write {{Pain}} and {{calendar}}.";
        let found = texts.iter().map(|text| {
            let findings = by_form(&serde_json::from_str(&text.unwrap()).unwrap(), prompt);
            let fields = findings.into_iter().filter(|finding| finding.quote.is_some());
            fields.map(|finding| (finding.level, finding.quote.unwrap())).collect::<Vec<_>>()
        });
        let calendar = (Level::Warning, "{{calendar}}".to_owned());
        let pain = (Level::Error, "{{Pain}}".to_owned());
        assert_eq!(found.collect::<Vec<_>>(), [vec![calendar.clone()], vec![pain, calendar]]);
    }
}
