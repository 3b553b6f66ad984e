//! What a list says of one results file.

use crate::compare::{Interval, Rate, Tally};
use crate::data::record::{Group, RatesRecord};
use crate::data::{self, DataFolder, FileName, Provenance, results_stream, versions};
use crate::improve::{Objections, PromptParts};
use crate::optimize::Objective;
use crate::optimize::before::readings;
use crate::optimize::history::{Told, ToldProof};
use crate::optimize::lineage::Lineage;
use crate::optimize::people::pairing::Clusters;
use crate::optimize::story::{self, Raised};
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
    /// The parts of the lineage's first prompt, where a cycle has recorded them.
    pub parts: Option<PromptParts>,
    /// The file that it descends from, without its ending.
    pub parent: Option<String>,
    /// What its cycle found, where it is one of ours; without the instructions that were tried.
    pub told: Option<Told>,
    /// The rate of yes of those from whom is learned; `None` where the lineage has no split.
    pub learned: Option<Rate>,
    /// The rate of yes to messages without a made-up claim, where it is known.
    pub grounded: Option<Rate>,
    /// Why people said no to its own messages, with the share of personas; `None` where that is unsorted.
    pub objections: Option<Vec<Raised>>,
    /// Why they said no to the prompt before it, as its cycle found.
    pub objections_before: Vec<Raised>,
}

impl Summary {
    /// Reads it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(folder: &DataFolder, file: &FileName) -> Result<Self, data::Error> {
        let (decisions, metadata, _) = results_stream::look(folder, file, &Clusters::default())?;
        let line = RunLine::new(file, &metadata, &decisions);
        let own = metadata.rejoinder.as_ref();
        let simulated = own.is_some_and(|own| own.simulated);
        let cycle = own.and_then(Provenance::cycle);
        let after = cycle.and_then(|cycle| cycle.after.as_ref().or(cycle.before.as_ref()));
        let lineage = Lineage::recorded(&metadata);
        let unseen = lineage.as_ref().map(|lineage| lineage.split.unseen(folder)).transpose()?;
        let learned = unseen.map(|unseen| {
            let tallies = decisions.iter().filter(|(key, _)| !unseen.contains(*key)).map(|(_, tally)| tally);
            Rate::from_tallies(&tallies.collect::<Vec<Tally>>()).marked(simulated)
        });
        let coding = readings::coding_of(folder, file, &metadata).map(|coding| Objections::default().by(&coding));
        let told = Told::of(&metadata).map(|told| Told { instructions: Vec::new(), ..told });
        Ok(Summary {
            lineage: versions::lineage_base(file.stem()),
            cost: own.and_then(|own| own.cost_usd),
            personas: metadata.total_personas,
            parent: own.and_then(|own| own.parent.as_ref()).map(|parent| stem(&parent.file).to_owned()),
            // How many personas there were is not in the record, and not shown.
            grounded: after.and_then(RatesRecord::grounded).map(|recorded| recorded.rate(0, simulated)),
            objections: coding.map(|said| Raised::from_groups(&said.raised, &said)),
            objections_before: cycle.map(|cycle| raised(&cycle.objections)).unwrap_or_default(),
            parts: lineage.map(|lineage| lineage.parts),
            prompt: metadata.system_prompt,
            told,
            learned,
            line,
        })
    }

    /// `first`, `v3`.
    #[must_use]
    pub fn label(&self) -> String {
        self.line.version.map_or_else(|| "first".to_owned(), |version| format!("v{version}"))
    }

    /// Whether its cycle proved a candidate better, so that its prompt is a new one.
    #[must_use]
    pub fn is_adopted(&self) -> bool {
        self.told.as_ref().and_then(|told| told.verdict.as_ref()).is_some_and(crate::optimize::CycleVerdict::adopts)
    }

    /// Whether its messages are its own: a cycle in which the prompt stayed holds those of the run before it.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.told.is_none() || self.is_adopted()
    }

    /// What its cycle proved on people kept aside.
    #[must_use]
    pub fn proof(&self) -> Option<&ToldProof> {
        self.told.as_ref()?.proof.as_ref()
    }

    /// The rate that counts on people kept aside, before and after, and what it is called.
    #[must_use]
    pub fn aside(&self) -> Option<(&Rate, &Rate, &'static str)> {
        let told = self.told.as_ref()?;
        let proof = told.proof.as_ref()?;
        let (before, after, name) = story::by(told.objective, &proof.before, &proof.after);
        Some((before, after, if name == Objective::Grounded.rate() { GROUNDED } else { "yes" }))
    }

    /// The gain on people kept aside with its interval, where something was proved.
    #[must_use]
    pub fn gain(&self) -> Option<(f64, Interval)> {
        self.proof()?.gain
    }
}

/// The rate of yes to messages that make nothing up, as people read it.
pub const GROUNDED: &str = "yes without made-up claims";

/// A name as a file writes it, without its ending.
#[must_use]
pub fn stem(name: &str) -> &str {
    name.strip_suffix(".json").unwrap_or(name)
}

/// Groups of what people said, as a cycle's record has them.
#[must_use]
pub fn raised(groups: &[Group]) -> Vec<Raised> {
    groups.iter().filter_map(Raised::from_record).collect()
}
