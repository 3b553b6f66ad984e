//! What is run, and in which worlds.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use rejoinder_worlds::{Family, Place, Set};

use crate::arrival::Gate;
use crate::consensus::CONSENSUS;
use crate::ours::OURS;

/// Runs prompt optimizers in simulated worlds and prints where they arrived.
#[derive(Clone, Parser)]
pub struct Options {
    /// What to run: all of it where nothing is named
    sections: Vec<Section>,
    /// Worlds of each family
    #[arg(long, default_value_t = 30)]
    worlds: u64,
    /// The first of them, by seed
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// The test set reports; constants may be set by the tuning set only
    #[arg(long, value_enum, default_value_t = Use::Test)]
    set: Use,
    /// Families: additive, interactions, segments, tone, saturation
    #[arg(long, value_delimiter = ',', default_values_t = Family::ALL)]
    families: Vec<Family>,
    /// Calls that every arm is given, all roles together
    #[arg(long, value_delimiter = ',', default_values_t = [500, 1_000, 2_000])]
    budgets: Vec<u64>,
    /// Arms of other authors: gepa, mipro, capo, original
    #[arg(long, value_delimiter = ',', default_value = "original,gepa,capo,mipro")]
    pub tools: Vec<String>,
    /// Gates that rejoinder and consensus run with
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Run::Free, Run::Gated])]
    pub runs: Vec<Run>,
    /// Throw away first what is kept of the named sections in these worlds, at these budgets
    #[arg(long)]
    pub again: bool,
    /// Begin with no further world after so many minutes
    #[arg(long)]
    pub minutes: Option<f64>,
    /// Worlds side by side
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from))]
    pub workers: usize,
    /// Where arrivals are kept
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/bench-worlds"))]
    pub folder: PathBuf,
    /// Where scripts/bench-peers installed the peers
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/bench-peers/venv/bin/python"))]
    pub python: PathBuf,
    /// The program that is measured
    #[arg(long, default_value = env!("CARGO_BIN_EXE_rejoinder"))]
    pub program: PathBuf,
    /// Cargo says so to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    #[arg(skip = Instant::now())]
    pub began: Instant,
}

/// Parts of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Section {
    /// The best prompt that each world can name
    Best,
    /// rejoinder, the program
    Rejoinder,
    /// What improvers agree on, without a trial
    Consensus,
    /// Tools of other authors
    Peers,
    /// The tables
    Table,
}

/// Sets of worlds.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Use {
    Tuning,
    Test,
}

/// How an arm is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Run {
    /// Any yes counts, and the best candidate is taken
    Free,
    /// A yes to a made-up claim counts for nothing, and a proof decides
    Gated,
}

impl Run {
    /// The gates whose rows it leads to.
    pub fn gates(self) -> &'static [Gate] {
        match self {
            Run::Free => &[Gate::None],
            Run::Gated => &[Gate::Claims, Gate::Proof],
        }
    }

    /// The name, as the server counts by it.
    pub fn as_str(self) -> &'static str {
        match self {
            Run::Free => "free",
            Run::Gated => "gated",
        }
    }
}

impl Options {
    /// What is asked for, in order.
    pub fn sections(&self) -> Vec<Section> {
        let all = Section::value_variants();
        all.iter().filter(|section| self.sections.is_empty() || self.sections.contains(section)).copied().collect()
    }

    /// The worlds, one of each family after the other, so that a run that ends early is even.
    pub fn places(&self) -> Vec<Place> {
        let set = match self.set {
            Use::Tuning => Set::Tuning,
            Use::Test => Set::Test,
        };
        let seeds = self.first..self.first + self.worlds;
        seeds.flat_map(|seed| self.families.iter().map(move |family| Place { family: *family, set, seed })).collect()
    }

    /// The names of the files that a section keeps.
    pub fn files(&self, section: Section) -> Vec<&str> {
        match section {
            Section::Best => vec!["best"],
            Section::Rejoinder => vec![OURS],
            Section::Consensus => vec![CONSENSUS],
            Section::Peers => self.tools.iter().map(String::as_str).collect(),
            Section::Table => Vec::new(),
        }
    }

    /// Calls that every arm is given, the fewest first.
    pub fn budgets(&self) -> Vec<u64> {
        let mut budgets = self.budgets.clone();
        budgets.sort_unstable();
        budgets.dedup();
        budgets
    }

    /// How much longer worlds may be begun.
    pub fn left(&self) -> Option<Duration> {
        let all = Duration::from_secs_f64(60.0 * self.minutes?.max(0.0));
        Some(all.saturating_sub(self.began.elapsed()))
    }

    /// Whether no further world may be begun.
    pub fn is_over(&self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }
}
