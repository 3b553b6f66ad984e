//! What a list says of one results file.

use serde_json::Value;

use crate::compare::{Interval, Rate};
use crate::data::{self, DataFolder, FileName, results_stream, versions};
use crate::optimize::pairing::Clusters;
use crate::report::lineages::RunLine;

/// What a list says of one results file.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Name, rate, judge, verdict.
    pub line: RunLine,
    /// The lineage that it belongs to.
    pub lineage: String,
    /// Dollars, where they are known.
    pub cost: Option<f64>,
    /// Personas of the run.
    pub personas: u64,
    /// The prompt.
    pub prompt: String,
    /// The file that it descends from, without its ending.
    pub parent: Option<String>,
    /// The gain on unseen people with its interval, where something was proved.
    pub gain: Option<(f64, Interval)>,
    /// The rate of yes to messages without a made-up claim, where it is known.
    pub grounded: Option<Rate>,
    /// Why people said no, with the share of personas.
    pub objections: Vec<(String, f64)>,
}

impl Summary {
    /// Reads it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(folder: &DataFolder, file: &FileName) -> Result<Self, data::Error> {
        let (decisions, metadata, _) = results_stream::look(folder, file, &Clusters::default())?;
        let line = RunLine::of(file, &metadata, &decisions);
        let own = metadata.rejoinder.as_ref();
        let cycle = own.and_then(|own| own.metrics.as_ref()).and_then(|metrics| metrics.get("cycle"));
        let after = cycle.and_then(|cycle| cycle.get("after").filter(|after| !after.is_null()).or(cycle.get("before")));
        let shares = cycle.and_then(|cycle| cycle.get("objections")).and_then(Value::as_array);
        Ok(Summary {
            lineage: versions::lineage_base(file.stem()),
            cost: own.and_then(|own| own.cost_usd),
            personas: metadata.total_personas,
            parent: own.and_then(|own| own.parent.as_ref()).map(|parent| stem(&parent.file).to_owned()),
            gain: cycle.and_then(|cycle| interval(cycle.get("proof")?, "gain")),
            grounded: after
                .filter(|after| after.get("checked_messages").and_then(Value::as_u64).is_some_and(|count| count > 0))
                .and_then(|after| rate(after.get("grounded_response")?, own.is_some_and(|own| own.simulated))),
            objections: shares
                .map(|shares| {
                    let of = |own: &Value| {
                        Some((own.get("name")?.as_str()?.to_owned(), own.get("share_of_personas")?.as_f64()? / 100.0))
                    };
                    shares.iter().filter_map(of).collect()
                })
                .unwrap_or_default(),
            prompt: metadata.system_prompt,
            line,
        })
    }
}

/// A name as a file writes it, without its ending.
#[must_use]
pub fn stem(name: &str) -> &str {
    name.strip_suffix(".json").unwrap_or(name)
}

/// A rate as a cycle's record has it.
#[must_use]
pub fn rate(of: &Value, simulated: bool) -> Option<Rate> {
    let count = |name: &str| of.get(name).and_then(Value::as_u64);
    let interval = interval(of, "rate").map(|(_, interval)| interval);
    // How many personas there were is not in the record, and not shown.
    Some(Rate { yes: count("yes")?, total: count("total")?, personas: 0, interval, simulated })
}

/// A number of percent with its interval, in 1.
#[must_use]
pub fn interval(of: &Value, key: &str) -> Option<(f64, Interval)> {
    let ends = of.get("interval_95")?.as_array()?;
    let (low, high) = (ends.first()?.as_f64()? / 100.0, ends.get(1)?.as_f64()? / 100.0);
    Some((of.get(key)?.as_f64()? / 100.0, Interval { low, high }))
}
