//! What fine-tuning can take from a run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::data::export::tuning::Tuning;
use crate::data::results::Metadata;
use crate::data::spool::{Place, Spool};
use crate::data::{self, DataFolder, FileName, Kind, Part, results_stream};
use crate::evaluate::generator::{self, Form};
use crate::evaluate::grounding::Audit;
use crate::optimize::before::judges::Judge;
use crate::optimize::people::pairing::Key;

/// Makes one text of another.
type Wording = fn(&str) -> String;

/// What rows for fine-tuning need of a results file. With `pairs` also the messages that an earlier run's prompt wrote
/// to the same personas and that the same judge rejected: the file's own baseline, or its parent.
///
/// # Errors
/// Where a file of the lineage cannot be read, or there is no room on the disk.
pub fn tuning(folder: &DataFolder, file: &FileName, head: &Metadata, pairs: bool) -> Result<Tuning, data::Error> {
    let rejected = if pairs { rejected(folder, file, head)? } else { Rejected::empty(folder)? };
    let (asked, answered): (Wording, Wording) = match form(head) {
        Form::Text => (|persona| generator::asked(persona, Form::Text), |said| generator::answered(said, Form::Text)),
        Form::Mail => (|persona| generator::asked(persona, Form::Mail), |said| generator::answered(said, Form::Mail)),
    };
    Ok(Tuning {
        system: head.system_prompt.as_str().into(),
        asked,
        answered,
        grounding: |said| said.audit::<Audit>().unwrap_or_default().grounding(),
        also_rejected: Arc::new(move |persona| rejected.take(persona)),
        unchecked: Arc::default(),
    })
}

/// What the messages of a file consist of.
fn form(head: &Metadata) -> Form {
    head.rejoinder.as_ref().map(|provenance| provenance.form).unwrap_or_default()
}

/// Rejected messages by persona; their texts are on disk.
struct Rejected {
    spool: Spool,
    places: Mutex<HashMap<Key, Vec<Place>>>,
}

impl Rejected {
    fn empty(folder: &DataFolder) -> Result<Self, data::Error> {
        Ok(Rejected { spool: Spool::new(folder.root())?, places: Mutex::default() })
    }

    /// Of a persona that has several entries, the first one gets them.
    fn take(&self, persona: &str) -> Vec<String> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner).remove(&Key::of(persona));
        places.unwrap_or_default().into_iter().filter_map(|place| self.spool.get(place).ok()).collect()
    }
}

fn rejected(folder: &DataFolder, file: &FileName, head: &Metadata) -> Result<Rejected, data::Error> {
    let rejected = Rejected::empty(folder)?;
    let Some(provenance) = &head.rejoinder else { return Ok(rejected) };
    let (source, part) = match (&provenance.baseline, &provenance.parent) {
        (Some(baseline), _) if Some(&baseline.fingerprint) == provenance.fingerprint.as_ref() => {
            (file.clone(), Part::Baseline)
        }
        (None, Some(parent)) => match folder.resolve(Kind::Results, &parent.file) {
            Ok(parent) if folder.exists(&parent) => (parent, Part::Results),
            _ => return Ok(rejected),
        },
        _ => return Ok(rejected),
    };
    let mut failed = None;
    let (places, other) = results_stream::fold(folder, &source, HashMap::new, |places, entry| {
        if entry.part != part || failed.is_some() {
            return;
        }
        for said in entry.messages.iter().filter(|said| !said.yes) {
            match rejected.spool.put(&said.message.get()) {
                Ok(place) => {
                    places.entry(Key::of(&entry.persona.get())).or_insert_with(Vec::new).push(place);
                }
                Err(error) => failed = Some(error),
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    // What was asked for in another form answers another question.
    let asked = match &provenance.baseline {
        Some(before) if part == Part::Baseline => before.form,
        _ => form(&other.metadata),
    };
    // What another judge rejected, this one might have accepted; and what the incumbent wrote is no earlier run's.
    let is_one_judge = part == Part::Baseline
        || (Judge::of(&other.metadata).is_some() && Judge::of(&other.metadata) == Judge::of(head));
    let is_other_prompt = part == Part::Baseline || other.metadata.system_prompt != head.system_prompt;
    if is_one_judge && is_other_prompt && asked == provenance.form {
        *rejected.places.lock().unwrap_or_else(PoisonError::into_inner) = places;
    }
    Ok(rejected)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The rows' texts for a file with this provenance, and what an earlier prompt's messages to Ann were refused.
    fn tuned(provenance: Value) -> (String, String, Vec<String>) {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(place.path());
        let mut whole = json!({"schema_version": 1, "run_id": "r", "simulated": true, "seed": 1, "fingerprint": "f"});
        whole.as_object_mut().unwrap().extend(provenance.as_object().unwrap().clone());
        let text = json!({"metadata": {"system_prompt": "We sell tea.", "rejoinder": whole}, "results": []});
        let file = FileName::new(Kind::Results, "tea_results").unwrap();
        folder.replace(&file, text.to_string().as_bytes()).unwrap();
        let ((), head) = results_stream::gather(&folder, &file, &()).unwrap();
        let tuning = tuning(&folder, &file, &head.metadata, true).unwrap();
        ((tuning.asked)("Ann"), (tuning.answered)("Tea?\n\nHello Ann"), (tuning.also_rejected)("Ann"))
    }

    fn baseline(form: Option<&str>) -> Value {
        let refused = json!({"message": "No tea", "decision": {"decision": false, "reasoning": "why"}});
        let results = json!([{"persona": "Ann", "messages": [refused]}]);
        let mut baseline = json!({"file": "x.json", "sha256": "0", "fingerprint": "f", "results": results});
        if let Some(form) = form {
            baseline["form"] = form.into();
        }
        baseline
    }

    #[test]
    fn rows_show_what_the_writer_was_asked_in_the_form_of_its_messages() {
        let (asked, answered, refused) = tuned(json!({"form": "mail", "baseline": baseline(Some("mail"))}));
        assert!(asked.contains("one cold outreach e-mail") && asked.ends_with("without the subject line."), "{asked}");
        assert_eq!(answered, r#"{"subject":"Tea?","body":"Hello Ann"}"#);
        assert_eq!(refused, ["No tea"]);
        // Files of earlier versions name no form.
        let (asked, answered, refused) = tuned(json!({"baseline": baseline(None)}));
        assert!(asked.contains("one cold outreach message"), "{asked}");
        assert_eq!((answered.as_str(), refused), ("Tea?\n\nHello Ann", vec!["No tea".to_owned()]));
        let (.., refused) = tuned(json!({"form": "mail", "baseline": baseline(None)}));
        assert_eq!(refused, Vec::<String>::new(), "it was asked for in another form");
    }
}
