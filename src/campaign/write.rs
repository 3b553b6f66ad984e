//! Writes a campaign: a sequence for every lead of a list.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::batch::{self, Done, Job, Kept, Names};
use crate::data::campaigns::{self, Arm, CampaignHeader, Step, Written};
use crate::data::leads::list::Place;
use crate::data::leads::{Lead, Suppression};
use crate::data::spool::Texts;
use crate::data::{self, DataFolder, FileName, Map};
use crate::evaluate::auditing::{AuditCounts, Message, recorded};
use crate::evaluate::grounding::Audit;
use crate::evaluate::run::{Error, RunContext};
use crate::evaluate::sequence::{Sequence, SequenceWriter};
use crate::event::Grounding;

/// What the journal calls the one step of writing a campaign.
pub const STEP: &str = "campaign";

/// Somebody to write to, and with which arm's prompt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recipient {
    /// Number of the arm, from 0.
    pub arm: usize,
    /// The person.
    pub lead: Lead,
}

/// Those who are to be written to, on disk: 8 bytes of memory for each.
#[derive(Clone, Debug)]
pub struct Recipients(Arc<Texts>);

impl Recipients {
    /// Puts them on the disk of the folder, in order.
    ///
    /// # Errors
    /// The first error among them, and where there is no room.
    pub fn gather(
        folder: &DataFolder,
        recipients: impl IntoIterator<Item = Result<Recipient, data::Error>>,
    ) -> Result<Self, data::Error> {
        let mut texts = Texts::new(folder.root())?;
        for recipient in recipients {
            let text = serde_json::to_string(&recipient?).map_err(|error| texts.unreadable(&error.to_string()))?;
            texts.push(&text)?;
        }
        Ok(Recipients(Arc::new(texts)))
    }

    /// How many they are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Result<Recipient, data::Error>> + '_ {
        self.0
            .iter()
            .map(|text| Ok(serde_json::from_str(&text?).map_err(|error| self.0.unreadable(&error.to_string()))?))
    }
}

/// An arm and who writes for it.
#[derive(Clone)]
pub struct Writer {
    /// The arm, with its prompt.
    pub arm: Arm,
    /// Writes its sequences, held against what its prompt may claim.
    pub sequences: SequenceWriter,
}

/// What came of one recipient.
#[derive(Debug, Serialize, Deserialize)]
struct Ended {
    written: Written,
    /// Why claims of its steps could not be checked, where they should have been.
    unchecked: Vec<String>,
}

/// Sequences that were written, on disk.
#[derive(Debug)]
pub struct Sequences {
    kept: Kept,
    /// What there is to say of them.
    pub counts: Counts,
}

/// What there is to say of the sequences of a campaign.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Leads with a whole sequence.
    pub whole: u64,
    /// Leads for whom nothing was tried, since a limit was reached.
    pub not_run: u64,
    /// Steps that were written, and what became of their audits.
    pub audits: AuditCounts,
}

/// Writes the sequences of all recipients: each with the prompt of its arm.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk; what was answered is in the journal.
pub async fn write(
    recipients: &Recipients,
    writers: Vec<Writer>,
    seed: u64,
    context: &RunContext,
) -> Result<Sequences, Error> {
    let writers = Arc::new(writers);
    let texts = Arc::clone(&recipients.0);
    let job: Job = Arc::new(move |text| {
        let (writers, texts) = (Arc::clone(&writers), Arc::clone(&texts));
        Box::pin(async move {
            let recipient: Recipient = match serde_json::from_str(&text) {
                Ok(recipient) => recipient,
                Err(error) => return Ok(failed(&texts.unreadable(&error.to_string()).to_string())),
            };
            let writer = &writers[recipient.arm.min(writers.len() - 1)];
            let (seed, persona) = (seed.to_string(), recipient.lead.persona_text());
            let key = [&seed, STEP, &recipient.lead.id, &writer.arm.name];
            let sequence = writer.sequences.write(&writer.arm.prompt, &persona, &key).await?;
            let ended = ended(recipient.lead, &writer.arm.name, persona, sequence);
            let kept = serde_json::to_string(&ended);
            let (grounding, failed) = (worst(&ended.written.steps), ended.written.failed);
            Ok(match kept {
                Ok(kept) => Done { kept, grounding, failed },
                Err(error) => self::failed(&error.to_string()),
            })
        })
    });
    let names = Names { label: "Writing sequences", batch: STEP };
    let kept = batch::each(context, &recipients.0, names, job).await?;
    let mut sequences = Sequences { kept, counts: Counts::default() };
    sequences.counts = sequences.count()?;
    Ok(sequences)
}

/// What only a failing disk brings about.
fn failed(reason: &str) -> Done {
    Done { kept: String::new(), grounding: Grounding::NotChecked, failed: Some(reason.to_owned()) }
}

fn ended(lead: Lead, arm: &str, persona: String, sequence: Sequence) -> Ended {
    let unchecked = sequence.steps.iter().filter_map(|step| step.message.audit_failure.clone()).collect();
    let steps = sequence.steps.into_iter().zip(1..).map(|(step, number)| Step {
        number,
        subject: step.text.subject,
        body: step.text.body,
        claims: recorded(&step.message.audit),
        revisions: step.message.revisions,
        extra: Map::new(),
    });
    let steps = steps.collect();
    let written = Written {
        arm: arm.to_owned(),
        persona,
        company_key: lead.company_key(),
        segment: lead.industry.clone(),
        fields: fields(&lead),
        steps,
        failed: sequence.failed,
        lead: lead.id,
        email: lead.email,
        extra: Map::new(),
    };
    Ended { written, unchecked }
}

/// What a sending tool fills merge fields from.
fn fields(lead: &Lead) -> Map {
    let known = [
        ("first_name", &lead.first_name),
        ("last_name", &lead.last_name),
        ("company", &lead.company),
        ("title", &lead.title),
        ("website", &lead.website),
        ("linkedin_url", &lead.linkedin_url),
        ("industry", &lead.industry),
        ("size", &lead.size),
        ("location", &lead.location),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())));
    let mut fields: Map = known.collect();
    for (header, value) in &lead.columns {
        if !fields.contains_key(header) {
            fields.insert(header.clone(), value.clone());
        }
    }
    fields
}

/// The audit of a step, where there is one.
#[must_use]
pub fn audit(step: &Step) -> Audit {
    step.claims.as_ref().and_then(|claims| Audit::deserialize(claims).ok()).unwrap_or_default()
}

/// What is known of the claims of these steps together.
fn worst(steps: &[Step]) -> Grounding {
    let known: Vec<Grounding> = steps.iter().map(|step| audit(step).grounding()).collect();
    let has = |wanted| known.contains(&wanted);
    match (has(Grounding::MadeUp), has(Grounding::NotChecked)) {
        (true, _) => Grounding::MadeUp,
        (false, true) => Grounding::NotChecked,
        (false, false) if known.is_empty() => Grounding::NotChecked,
        (false, false) => Grounding::Grounded,
    }
}

impl Sequences {
    fn each(&self) -> impl Iterator<Item = Result<Option<Ended>, data::Error>> + '_ {
        self.kept.iter().map(|kept| {
            let Some(text) = kept? else { return Ok(None) };
            serde_json::from_str(&text).map(Some).map_err(|error| self.kept.unreadable(&error.to_string()))
        })
    }

    fn count(&self) -> Result<Counts, data::Error> {
        let mut counts = Counts::default();
        for ended in self.each() {
            let Some(Ended { written, unchecked }) = ended? else {
                counts.not_run += 1;
                continue;
            };
            counts.whole += u64::from(written.failed.is_none());
            for step in &written.steps {
                let message = Message { audit: audit(step), revisions: step.revisions, ..Message::default() };
                counts.audits.add(&message);
            }
            counts.audits.failed += unchecked.len() as u64;
            if counts.audits.first_failure.is_none() {
                counts.audits.first_failure = unchecked.into_iter().next();
            }
        }
        Ok(counts)
    }

    /// Why sequences are not whole, in the order of the leads.
    pub fn failures(&self) -> impl Iterator<Item = String> + '_ {
        // What cannot be read was found out when they were counted.
        self.each().filter_map(|ended| ended.ok().flatten()?.written.failed)
    }

    /// Whether there is nothing that was paid for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.audits.messages == 0
    }

    /// Saves the campaign, whole or not at all: in the order of the leads, without those for whom nothing was tried and
    /// those who may not be written to any more. `note` is told the file's hash before it has its name. It may take the
    /// place of the part that the same run saved before.
    ///
    /// # Errors
    /// As [`campaigns::draft`], and those of `note`.
    pub fn save(
        &self,
        (folder, file): (&DataFolder, &FileName),
        header: &CampaignHeader,
        place: Place,
        note: impl FnOnce(&str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let suppression = Suppression::load(folder)?;
        let may_be_written_to = |written: &Written| {
            let key = data::leads::AddressKey::from_address(&written.email);
            suppression.reason(key).is_none()
        };
        let written = self.each().filter_map(|ended| match ended {
            Ok(Some(ended)) => may_be_written_to(&ended.written).then_some(Ok(ended.written)),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        });
        let draft = campaigns::draft(folder, file, header, written)?;
        note(draft.sha256())?;
        match place {
            Place::Instead => campaigns::name_again(folder, file, draft)?,
            Place::New => campaigns::name_new(folder, file, draft)?,
        }
        Ok(())
    }
}
