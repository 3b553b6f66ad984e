//! A lineage of two versions in a folder of its own: a first run, and a cycle that adopted another prompt.
#![allow(dead_code, reason = "each test crate uses its own part")]

use rejoinder::data::results::sha256;
use rejoinder::data::{DataFolder, FileName, Kind};
use rejoinder::optimize::history::History;
use rejoinder::optimize::people::pairing::Key;
use serde_json::{Value, json};

/// Personas whose number is below this are kept aside.
const KEPT_ASIDE: u32 = u32::MAX / 3;

/// What is written into the files.
pub struct Told {
    /// A person's text, by number.
    pub persona: Box<dyn Fn(usize) -> String>,
    /// A message, by number and whether it is of the later run.
    pub message: Box<dyn Fn(usize, bool) -> String>,
    /// Why, by decision.
    pub reasoning: Box<dyn Fn(bool) -> String>,
    /// What somebody said, by number and whether it is of the later run.
    pub says_yes: fn(usize, bool) -> bool,
    /// Both prompts.
    pub prompts: [String; 2],
    /// What stands wherever a file holds a short text: names, models, dates.
    pub name: String,
    /// People.
    pub people: usize,
}

impl Default for Told {
    fn default() -> Self {
        let persona = |at: usize| {
            let role = ["CFO", "CTO", "founder", "HR lead"][at % 4];
            format!("Person {at}, {role} of a company with {} employees", 20 + 100 * (at % 3))
        };
        Told {
            persona: Box::new(persona),
            message: Box::new(|at, later| {
                if later { "Hello, we sell tea.".into() } else { format!("Our customers cut costs by 87%. Best, {at}") }
            }),
            reasoning: Box::new(|yes| if yes { "Brief and honest.".into() } else { "Hype, and no evidence.".into() }),
            says_yes: |at, later| if later { !at.is_multiple_of(5) } else { at.is_multiple_of(5) },
            prompts: [
                "Company: Tea & Co\nWe sell tea.\n\n- Be bold.".into(),
                "Company: Tea & Co\nWe sell tea.\n\n- Be brief.\n- Stick to the facts.".into(),
            ],
            name: "market".into(),
            people: 24,
        }
    }
}

impl Told {
    /// The files, read.
    pub fn history(&self) -> History {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(place.path());
        let last = self.write(&folder);
        History::load(&folder, &last, &[]).unwrap()
    }

    /// Writes both files; returns the later one.
    pub fn write(&self, folder: &DataFolder) -> FileName {
        let first = FileName::new(Kind::Results, "tea_results_20260101_000000").unwrap();
        let metadata = json!({ "system_prompt": self.prompts[0], "persona_file": self.name,
            "processing_date": self.name,
            "rejoinder": self.provenance(json!({"coding": self.coding(false)})) });
        let bytes = serde_json::to_vec(&json!({ "metadata": metadata, "results": self.results(false) })).unwrap();
        folder.replace(&first, &bytes).unwrap();
        let own = json!({
            "coding": self.coding(true),
            "parent": { "file": first.as_str(), "sha256": sha256(&bytes) },
            "metrics": { "one_judge": true, "cycle": self.cycle() },
            "lineage": { "facts": "We sell tea.", "offer": "We sell tea.", "split": { "below": KEPT_ASIDE },
                "attempts": [true],
                "kinds": self.kinds() },
        });
        let metadata = json!({ "system_prompt": self.prompts[1], "processing_date": self.name, "improvement_run": true,
            "messages_per_persona": 1, "rejoinder": self.provenance(own) });
        let later = FileName::new(Kind::Results, "tea_results_improvement_run_v1").unwrap();
        folder
            .replace(
                &later,
                &serde_json::to_vec(&json!({ "metadata": metadata, "results": self.results(true) })).unwrap(),
            )
            .unwrap();
        later
    }

    /// Two kinds, everybody of one.
    fn kinds(&self) -> Value {
        let place = |at: usize| (String::from(Key::of(&(self.persona)(at))), json!(at % 2));
        let kind = |name: &str| json!({"name": name, "definition": format!("{name}, {}", self.name)});
        let people: serde_json::Map<String, Value> = (0..self.people).map(place).collect();
        json!({"kinds": [kind("finance"), kind("technology")], "people": people})
    }

    fn results(&self, later: bool) -> Vec<Value> {
        let entry = |at: usize| {
            let yes = (self.says_yes)(at, later);
            let decision = json!({ "decision": yes, "reasoning": (self.reasoning)(yes) });
            let message = (self.message)(at, later);
            // What the first run's messages begin with is made up.
            let claim = json!({ "start": 0, "end": message.chars().count().min(30), "kind": "figure",
                "verdict": "unsupported", "note": self.name });
            let claims = if later { vec![] } else { vec![claim] };
            let note = json!({ "audit": { "auditor": "00ff00ff00ff00ff", "claims": claims } });
            json!({ "persona": (self.persona)(at), "messages": [{ "message": message, "decision": decision,
                "rejoinder": note }] })
        };
        (0..self.people).map(entry).collect()
    }

    /// Every no is hype and lacks evidence, every yes is brief; nobody has read those who are kept aside.
    fn coding(&self, later: bool) -> Value {
        let is_read = |at: &usize| Key::of(&(self.persona)(*at)).number() >= KEPT_ASIDE;
        let codes: Vec<String> = (0..self.people)
            .filter(is_read)
            .map(|at| if (self.says_yes)(at, later) { format!("{at}.0 yes 2") } else { format!("{at}.0 no 1 0") })
            .collect();
        let group = |name: &str, side: &str| {
            json!({"name": name, "definition": format!("{name}, {}", self.name),
            "side": side})
        };
        json!({
            "coder": self.name, "asked": codes.len(), "of": codes.len(), "codes": codes, "other_quotes": [null, null],
            "codebook": {"groups": [group("no evidence", "against"), group("hype", "against"), group("brief", "in_favour")]},
            "quotes": {"0": (self.reasoning)(false), "1": (self.reasoning)(false), "2": (self.reasoning)(true)},
        })
    }

    fn provenance(&self, more: Value) -> Value {
        let mut own = json!({
            "schema_version": 1, "run_id": "0123", "fingerprint": "5080650d5080650d", "simulated": true, "seed": 7,
            "models": { "generator": self.name, "decision_maker": self.name },
            "usage": { "generator": { "calls": 24, "input_tokens": 2400, "output_tokens": 1200 } }, "cost_usd": 0.0042,
        });
        for (key, value) in more.as_object().unwrap() {
            own[key] = value.clone();
        }
        own
    }

    fn cycle(&self) -> Value {
        let rate = |yes: u64, total: u64, low: f64, high: f64| {
            json!({ "yes": yes, "total": total,
            "rate": 100.0 * yes as f64 / total as f64, "interval_95": [low, high] })
        };
        let side = |response: Value, grounded: Value| {
            json!({ "response": response, "grounded_response": grounded,
            "messages": 16, "checked_messages": 16, "made_up_messages": 3, "made_up_claims": { "figure": 3 } })
        };
        json!({
            "verdict": { "verdict": "adopted" }, "objective": "grounded",
            "objections": [{ "name": self.name, "share_of_personas": 50.0 }],
            "segments": [{ "name": "finance", "personas": 9, "verdict": "NonInferior" }],
            "instructions": [{ "text": format!("Be brief. {}", self.name), "change": 12.5, "in_challenger": true,
                "in_incumbent": false }],
            "personas": { "learned_from": 16, "unseen": 8 }, "challengers": { "asked": 6, "passed": 5 },
            "referee": { "model": self.name, "opinion": "holds", "paired_difference": 20.0,
                "interval_95": [5.0, 35.0] },
            "proof": {
                "gain": 50.0, "interval_95": [20.0, 80.0], "p_value": 0.001, "alpha": 0.025, "personas": 8,
                    "trials": 32, "looks": 2,
                "before": side(rate(3, 16, 6.6, 43.0), rate(2, 16, 3.5, 36.0)),
                "after": side(rate(12, 16, 50.5, 89.8), rate(11, 16, 44.4, 85.8)),
            },
        })
    }
}
