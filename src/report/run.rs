//! One run in detail: prompt, rate, objections, messages with their decisions.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::lineages::RunLine;
use super::words;
use crate::compare::Interval;
use crate::data::file_name::FileName;
use crate::data::provenance::RealGroup;
use crate::data::results::Metadata;
use crate::data::results_stream::Counts;
use crate::data::{Entry, Gather, Part};
use crate::improve::objections::{Counting, Objection, UNSORTED};
use crate::improve::{Coding, Objections};
use crate::optimize::people::pairing::Clusters;

/// Which messages are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All.
    All,
    /// Those with a yes.
    Yes,
    /// Those with a no.
    No,
}

impl Filter {
    fn passes(self, yes: bool) -> bool {
        match self {
            Filter::All => true,
            Filter::Yes => yes,
            Filter::No => !yes,
        }
    }
}

/// What is shown of a run, taken from its file as it passes.
#[derive(Clone, Debug)]
pub struct Detail {
    filter: Filter,
    limit: usize,
    decisions: Clusters,
    said: Counting,
    /// What real readers had to say about the judge, in a line.
    readers: Option<String>,
    /// The first messages that pass the filter.
    messages: Vec<Message>,
    /// How many pass it.
    passing: usize,
    /// No entry after this one is needed for the messages, as some part of the run that is read at the same time has
    /// found. It only saves work.
    enough: Arc<AtomicUsize>,
}

#[derive(Clone, Debug)]
struct Message {
    entry: usize,
    persona: String,
    text: String,
    yes: bool,
    reasoning: String,
}

impl Detail {
    /// Nothing yet; at most `limit` messages will be shown.
    #[must_use]
    pub fn new(filter: Filter, limit: usize) -> Self {
        let (decisions, said) = (Clusters::default(), Counting::default());
        let enough = Arc::new(AtomicUsize::new(usize::MAX));
        Detail { filter, limit, decisions, said, readers: None, messages: Vec::new(), passing: 0, enough }
    }

    /// The same with a line on what real readers had to say about the judge, which stands beside the rate.
    #[must_use]
    pub fn beside(self, readers: Option<String>) -> Self {
        Detail { readers, ..self }
    }

    /// The run as text, with its reasons by these groups, if they were sorted.
    #[must_use]
    pub fn text(&self, file: &FileName, metadata: &Metadata, counts: &Counts, coding: Option<&Coding>) -> String {
        let entries = counts.decided as u64;
        let line = RunLine::new(file, metadata, &self.decisions);
        let mut text = heading(file, metadata, entries, (&line, self.readers.as_deref()));
        let said = self.said.objections();
        let said = coding.map_or_else(|| said.clone(), |coding| said.clone().by(coding));
        text.push_str(&objections_text(&said, file.stem()));
        let real = metadata.rejoinder.iter().flat_map(|provenance| &provenance.real_replies);
        let real: String = real.map(|group| format!("  {}\n", real_reply(group))).collect();
        if !real.is_empty() {
            let _ = writeln!(text, "REAL REPLIES, in the same groups\n{real}");
        }
        if let Some(words) = since_parent(metadata) {
            let _ = writeln!(text, "{words}\n");
        }
        self.messages(&mut text);
        text
    }
}

impl Gather for Detail {
    fn gather(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Baseline {
            return;
        }
        self.decisions.gather(entry);
        self.said.gather(entry);
        for said in entry.messages.iter().filter(|said| self.filter.passes(said.yes)) {
            self.passing += 1;
            if self.messages.len() < self.limit && entry.index <= self.enough.load(Ordering::Relaxed) {
                self.messages.push(Message {
                    entry: entry.index,
                    persona: words::one_line(&entry.persona.get(), 100),
                    text: said.message.get().into_owned(),
                    yes: said.yes,
                    reasoning: said.reasoning.get().into_owned(),
                });
            }
        }
        self.note_enough();
    }

    fn then(&mut self, later: Self) {
        self.decisions.then(later.decisions);
        Gather::then(&mut self.said, later.said);
        self.passing += later.passing;
        let room = self.limit - self.messages.len();
        self.messages.extend(later.messages.into_iter().take(room));
        self.note_enough();
    }
}

/// A group of real replies, marked as such.
pub(super) fn real_reply(group: &RealGroup) -> String {
    let side = if group.side == "in_favour" { "in favour" } else { "against" };
    let (name, count) = (words::one_line(&group.name, 80), words::count(group.of, "reply", "replies"));
    format!("real, {side}: {name}: {} of {count}", words::thousands(group.replies))
}

/// What is said before the objections.
fn heading(file: &FileName, metadata: &Metadata, entries: u64, (line, readers): (&RunLine, Option<&str>)) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", words::one_line(file.as_str(), 120));
    let rate = if let Some(mean) = &line.chance {
        let _ = writeln!(text, "Mean chance of a yes: {}", words::mean_chance(mean, line.rate.simulated));
        words::RATE_OF_CHANCES
    } else {
        "Response rate"
    };
    let _ = writeln!(text, "{rate}: {}", words::full_rate(&line.rate));
    // Entries with one text are one persona to every interval; the lists below go by entry.
    let distinct = if line.rate.personas < entries {
        format!(" ({} different)", words::thousands(line.rate.personas))
    } else {
        String::new()
    };
    let date = words::one_line(&line.date, 40);
    let _ = writeln!(text, "Personas: {}{distinct}, date: {date}", words::thousands(entries));
    let _ =
        writeln!(text, "Models: {}; judge: {}", words::one_line(&line.models, 200), words::one_line(&line.judge, 40));
    if let Some(readers) = readers {
        let _ = writeln!(text, "{readers}");
    }
    if let Some(why) = &line.partial {
        let _ = writeln!(text, "Partial: {}", words::one_line(why, 120));
    }
    if let Some(provenance) = &metadata.rejoinder {
        if let Some(examples) = &provenance.examples {
            let (campaign, hash) = (words::one_line(&examples.campaign, 80), words::one_line(&examples.sha256, 16));
            let _ = writeln!(text, "The judge was shown real examples: campaign {campaign}, {hash}");
        }
        if let Some(parent) = &provenance.parent {
            let _ = writeln!(text, "Descends from: {}", words::one_line(&parent.file, 120));
        }
        if !provenance.failures.is_empty() {
            let _ = writeln!(
                text,
                "{}",
                super::summary::failed_trials(provenance.failures.iter().map(|failure| failure.reason.as_str()))
            );
        }
        if let Some(words) = super::summary::failed_while_searching(&provenance.search_failures) {
            let _ = writeln!(text, "{words}");
        }
    }
    let _ = writeln!(text, "\nPROMPT\n{}\n", words::safe(&metadata.system_prompt));
    text
}

/// What became of the objections since the parent, as the cycle that adopted the prompt found it.
fn since_parent(metadata: &Metadata) -> Option<String> {
    super::story::changed(&metadata.rejoinder.as_ref()?.cycle()?.objections_changed)
}

/// The objections and what was liked, as a list with shares of personas; quotes by decision, where nobody has sorted
/// them. `name` is the run's.
#[must_use]
pub fn objections_text(found: &Objections, name: &str) -> String {
    let quoted = |quote: &str| words::one_line(quote, 90);
    let saying_no = format!(
        "{} of {} personas said no at least once",
        words::thousands(found.personas_saying_no as u64),
        words::thousands(found.personas as u64)
    );
    let Some(sorted) = &found.sorted else {
        let list = |quotes: &[String]| match quotes {
            [] => "  none\n".to_owned(),
            quotes => quotes.iter().map(|quote| format!("  \"{}\"\n", quoted(quote))).collect(),
        };
        let (no, yes) = (list(&found.quotes.no), list(&found.quotes.yes));
        return format!(
            "OBJECTIONS ({saying_no}; {UNSORTED}: sort them with `rejoinder show {} --objections`)\n{no}LIKED \
             ({UNSORTED})\n{yes}\n",
            words::one_line(name, 120)
        );
    };
    let people = found.people();
    let list = |groups: &[Objection]| {
        if groups.is_empty() {
            return "  none\n".to_owned();
        }
        let line = |group: &Objection| {
            let interval = Interval::wilson(group.personas as u64, people as u64);
            let interval = interval.map(|of| format!("{:.0} to {:.0}%", of.low * 100.0, of.high * 100.0));
            format!(
                "  {:<32} {:>4} of {people} personas, {:.0}% ({})   \"{}\"\n",
                words::one_line(&group.name, 60),
                group.personas,
                100.0 * found.share(group),
                interval.unwrap_or_default(),
                quoted(&group.quote)
            )
        };
        groups.iter().map(line).collect::<String>()
    };
    let part = if sorted.reasonings < found.noes + found.yeses {
        let (some, all) = (sorted.reasonings as u64, (found.noes + found.yeses) as u64);
        format!("; counted in {} of {} reasonings", words::thousands(some), words::thousands(all))
    } else {
        String::new()
    };
    format!("OBJECTIONS ({saying_no}{part})\n{}LIKED\n{}\n", list(&found.raised), list(&found.liked))
}

impl Detail {
    fn note_enough(&self) {
        if self.messages.len() == self.limit {
            let last = self.messages.last().map_or(0, |message| message.entry);
            self.enough.fetch_min(last, Ordering::Relaxed);
        }
    }

    fn messages(&self, text: &mut String) {
        let (shown, all) = (self.messages.len(), self.passing);
        let thousands = |count: usize| words::thousands(count as u64);
        let _ = writeln!(text, "MESSAGES ({} of {} shown)", thousands(shown), thousands(all));
        for message in &self.messages {
            let _ = writeln!(
                text,
                "\n--- persona {}: {}\n\n{}\n\n{}: {}",
                message.entry + 1,
                message.persona,
                words::safe(&message.text),
                if message.yes { "YES" } else { "NO" },
                words::safe(&message.reasoning)
            );
        }
        if all > shown {
            let _ = writeln!(text, "\n{} more; show them with --limit {all}", thousands(all - shown));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::results::{Decision, Judged, PersonaResult};
    use crate::data::{Kind, Map, Results};

    fn entry(decisions: &[bool]) -> PersonaResult {
        let judged = |(place, decision): (usize, &bool)| Judged {
            message: format!("Message {place}"),
            decision: Decision { decision: *decision, reasoning: "Hype.".into(), extra: Map::new() },
            rejoinder: None,
            extra: Map::new(),
        };
        PersonaResult {
            persona: format!("Someone who got {}", decisions.len()),
            messages: decisions.iter().enumerate().map(judged).collect(),
            extra: Map::new(),
        }
    }

    proptest! {
        /// A run that is taken in parts, in whatever order they are taken, is shown as the run.
        #[test]
        fn a_run_in_parts_is_shown_as_the_run(
            run in prop::collection::vec(prop::collection::vec(any::<bool>(), 0..4), 0..12),
            cut in any::<prop::sample::Index>(),
            limit in 0_usize..8,
            filter in prop::sample::select(vec![Filter::All, Filter::Yes, Filter::No]),
        ) {
            let run: Vec<PersonaResult> = run.iter().map(|decisions| entry(decisions)).collect();
            let cut = cut.index(run.len() + 1);
            let take = |mut part: Detail, range: std::ops::Range<usize>| {
                range.for_each(|index| part.gather(&Entry::from_result(Part::Results, index, &run[index])));
                part
            };
            let mut counts = Counts::default();
            run.iter().enumerate().for_each(|(index, result)| counts.gather(&Entry::from_result(Part::Results, index, result)));
            let read: Results = serde_json::from_str(r#"{"metadata": {"system_prompt": "Write."}, "results": []}"#).unwrap();
            let file = FileName::new(Kind::Results, "x").unwrap();

            let whole = take(Detail::new(filter, limit), 0..run.len()).text(&file, &read.metadata, &counts, None);
            let empty = Detail::new(filter, limit);
            let later = take(empty.clone(), cut..run.len());
            let mut parts = take(empty, 0..cut);
            parts.then(later);
            prop_assert_eq!(parts.text(&file, &read.metadata, &counts, None), whole.clone());
            let passing = run.iter().flat_map(|result| &result.messages).filter(|judged| filter.passes(judged.decision.decision));
            let passing = passing.count();
            let shown = format!("MESSAGES ({} of {passing} shown)", limit.min(passing));
            prop_assert!(whole.contains(&shown));
            prop_assert_eq!(whole.matches("\n--- persona ").count(), limit.min(passing));
        }
    }
}
