//! The table of all lineages in a data folder.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use unicode_width::UnicodeWidthStr;

use super::{curve, words};
use crate::compare::Rate;
use crate::compare::mean::Mean;
use crate::data::file_name::FileName;
use crate::data::provenance::Models;
use crate::data::results::Metadata;
use crate::data::titles::Titles;
use crate::data::versions;
use crate::optimize::people::pairing::Clusters;

/// What the table says of one run.
#[derive(Clone, Debug)]
pub struct RunLine {
    /// File name without `.json`.
    pub name: String,
    /// Version in its lineage; `None` for a first run.
    pub version: Option<u64>,
    /// The run that it was made from, as far as the file says.
    pub parent: Option<String>,
    /// Its rate.
    pub rate: Rate,
    /// Where decisions are chances: the mean chance of a yes.
    pub chance: Option<Mean>,
    /// The limit that was reached before its end, if any.
    pub partial: Option<String>,
    /// When it ran, as the file says.
    pub date: String,
    /// Who took part, as far as the file says.
    pub models: String,
    /// The judge's fingerprint, or `unknown`.
    pub judge: String,
    /// What came of its cycle; `None` for a first run, or one of another program.
    pub verdict: Option<String>,
}

impl RunLine {
    /// The line of one results file with these decisions.
    #[must_use]
    pub fn new(file: &FileName, metadata: &Metadata, decisions: &Clusters) -> Self {
        let provenance = metadata.rejoinder.as_ref();
        RunLine {
            name: file.stem().to_owned(),
            version: versions::version_of(file.stem()).map(u64::from),
            parent: provenance
                .and_then(|provenance| provenance.parent.as_ref())
                .map(|parent| versions::stem_of(&parent.file)),
            rate: Rate::from_tallies(&decisions.tallies())
                .marked(provenance.is_some_and(|provenance| provenance.simulated)),
            chance: decisions.mean_chance(),
            partial: provenance.and_then(|provenance| provenance.partial.clone()),
            date: metadata.processing_date.clone(),
            models: provenance
                .and_then(|provenance| provenance.models.as_ref())
                .and_then(models)
                .unwrap_or_else(|| "unknown".into()),
            judge: provenance
                .and_then(|provenance| provenance.fingerprint.clone())
                .map_or_else(|| "unknown".into(), |fingerprint| fingerprint.chars().take(8).collect()),
            verdict: provenance
                .and_then(|provenance| provenance.cycle()?.verdict.as_ref())
                .map(super::story::recorded_word),
        }
    }
}

/// One name if all roles have the same model, else which role has which. `None` if no model is named.
pub(super) fn models(models: &Models) -> Option<String> {
    let roles = [
        ("generator", models.generator.as_deref()),
        ("decision maker", models.decision_maker.as_deref()),
        ("improver", models.improver.as_deref()),
        ("auditor", models.auditor.as_deref()),
    ];
    let named: Vec<(&str, &str)> = roles.into_iter().filter_map(|(role, model)| Some((role, model?))).collect();
    let (_, first) = *named.first()?;
    if named.iter().all(|(_, model)| *model == first) {
        return Some(first.to_owned());
    }
    Some(named.iter().map(|(role, model)| format!("{role} {model}")).collect::<Vec<_>>().join(", "))
}

/// Runs grouped into lineages: a first run and all improvement runs that descend from it. A lineage is called by what
/// its files' names have in common; where several are called so, each by its first run.
#[must_use]
pub fn group(lines: Vec<RunLine>) -> BTreeMap<String, Vec<RunLine>> {
    let parents: BTreeMap<String, Option<String>> =
        lines.iter().map(|line| (line.name.clone(), line.parent.clone())).collect();
    let mut roots: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in &lines {
        let root = versions::root(&line.name, &parents);
        roots.entry(versions::lineage_base(&line.name)).or_default().extend(root);
    }
    let mut lineages: BTreeMap<String, Vec<RunLine>> = BTreeMap::new();
    for line in lines {
        let base = versions::lineage_base(&line.name);
        let is_only = roots.get(&base).is_none_or(|roots| roots.len() < 2);
        let root = versions::root(&line.name, &parents).filter(|_| !is_only);
        lineages.entry(root.unwrap_or(base)).or_default().push(line);
    }
    for runs in lineages.values_mut() {
        runs.sort_by(|a, b| a.version.cmp(&b.version).then(a.date.cmp(&b.date)).then(a.name.cmp(&b.name)));
    }
    lineages
}

/// Tables are shown from this many columns on, with cells that shrink to fit; in narrower terminals runs are listed, so
/// that no name is cut.
const WIDE: usize = 160;

/// All lineages as tables of at most `width` columns, or as lists if the terminal is too narrow for a table; if there
/// are none, what to do.
#[must_use]
pub fn table(lineages: &BTreeMap<String, Vec<RunLine>>, titles: &Titles, width: usize) -> String {
    if lineages.is_empty() {
        return "No results yet. Start with: rejoinder evaluate --persona-file NAME\n".to_owned();
    }
    let mut text = String::new();
    for (lineage, runs) in lineages {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        if width >= WIDE {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        }
        let has_chances = runs.iter().any(|run| run.chance.is_some());
        let mut header = vec!["run", "rate", "95% interval", "yes", "date", "models", "judge", "verdict"];
        if has_chances {
            header.insert(1, "mean chance of a yes");
        }
        table.set_header(header);
        let mut list = String::new();
        for run in runs {
            let simulated = if run.rate.simulated { " simulated" } else { "" };
            let partial = if run.partial.is_some() { " partial" } else { "" };
            let mut row = vec![
                name(titles, &run.name),
                run.rate
                    .share()
                    .map_or_else(|| "-".into(), |share| format!("{:.1}%{simulated}{partial}", share * 100.0)),
                run.rate.interval.map_or_else(
                    || "-".into(),
                    |interval| format!("{:.1} to {:.1}%", interval.low * 100.0, interval.high * 100.0),
                ),
                format!("{} of {}", words::thousands(run.rate.yes), words::thousands(run.rate.total)),
                words::minute(&run.date),
                words::one_line(&run.models, 120),
                words::one_line(&run.judge, 8),
                words::one_line(run.verdict.as_deref().unwrap_or("-"), 20),
            ];
            if has_chances {
                let ends =
                    |mean: &Mean| format!("{:.1} to {:.1}%", mean.interval.low * 100.0, mean.interval.high * 100.0);
                let cell = |mean: &Mean| format!("{:.1}%{simulated} ({})", mean.mean * 100.0, ends(mean));
                row.insert(1, run.chance.as_ref().map_or_else(|| "-".into(), cell));
            }
            let (name, rest) = (&row[0], row[1..].iter().filter(|cell| *cell != "-"));
            let rest = rest.map(String::as_str).collect::<Vec<_>>().join(", ");
            list.push_str(&format!("  {name}\n    {rest}\n"));
            table.add_row(row);
        }
        let drawn = table.to_string();
        let fits = drawn.lines().all(|line| line.width() <= width);
        let drawn = if fits { drawn } else { list.trim_end().to_owned() };
        // Where several are called alike, each stands under its first run.
        let base = versions::lineage_base(&runs.first().map_or_else(|| lineage.clone(), |run| run.name.clone()));
        let heading = match titles.of_lineage(&base) {
            title if title == base => words::one_line(lineage, 100),
            title => format!("{} ({})", words::one_line(title, 120), words::one_line(lineage, 100)),
        };
        text.push_str(&format!("{heading}\n{drawn}\n{}", curve::text(runs, width)));
        // The latest that a cycle saved holds what was adopted, or what stayed.
        if let Some(best) = runs.iter().rev().find(|run| run.verdict.is_some()) {
            let name = words::one_line(&best.name, 80);
            text.push_str(&format!("Best prompt: rejoinder export {name} --format prompt\n"));
        }
        text.push('\n');
    }
    text.push_str(
        "Rates of runs with different or unknown judges cannot be compared. One run in detail: rejoinder show RUN\n",
    );
    text
}

/// A run by its file, and what people call it.
fn name(titles: &Titles, stem: &str) -> String {
    let called = titles.of_run(stem).map(|title| format!(" ({})", words::one_line(title, 60)));
    format!("{}{}", words::one_line(stem, 80), called.unwrap_or_default())
}

/// What people call a run and its lineage, and their notes, each in a line; nothing where nobody has said anything.
#[must_use]
pub fn called(titles: &Titles, stem: &str) -> String {
    let base = versions::lineage_base(stem);
    let known = [("Name", titles.runs.get(stem)), ("Lineage", titles.lineages.get(&base))];
    let lines = known.into_iter().filter_map(|(what, title)| {
        let title = title?;
        let note =
            if title.note.is_empty() { String::new() } else { format!(" ({})", words::one_line(&title.note, 300)) };
        let name = if title.name.is_empty() { if what == "Name" { stem } else { &base } } else { &title.name };
        Some(format!("{what}: {}{note}\n", words::one_line(name, 120)))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, parent: Option<&str>) -> RunLine {
        RunLine {
            name: name.to_owned(),
            version: versions::version_of(name).map(u64::from),
            parent: parent.map(str::to_owned),
            rate: Rate::from_tallies(&[]),
            chance: None,
            partial: None,
            date: String::new(),
            models: String::new(),
            judge: String::new(),
            verdict: None,
        }
    }

    #[test]
    fn lineages_of_one_persona_file_are_told_apart_by_their_first_runs() {
        let (one, two) = ("x_results_20250802_144126", "x_results_20250803_150000");
        let lines = vec![
            run(one, None),
            run(two, None),
            run("x_results_improvement_run_v1", Some(one)),
            run("x_results_improvement_run_v2", Some(two)),
            run("x_results_improvement_run_v3", Some("x_results_improvement_run_v2")),
            run("y_results_20250802_144126", None),
            run("y_results_improvement_run_v1", None),
        ];
        let named = |(name, runs): (String, Vec<RunLine>)| (name, runs.len());
        let lineages: Vec<(String, usize)> = group(lines).into_iter().map(named).collect();
        assert_eq!(lineages, [(one.to_owned(), 2), (two.to_owned(), 3), ("y_results".to_owned(), 2)]);
    }

    #[test]
    fn in_a_narrow_terminal_runs_are_listed_by_their_whole_names() {
        let name = "b2b_saas_personas_train_results_improvement_run_v1";
        let lineages = group(vec![run(name, None)]);
        let none = Titles::default();
        let (narrow, wide) = (table(&lineages, &none, 80), table(&lineages, &none, 200));
        assert!(narrow.contains(&format!("\n  {name}\n")) && !narrow.contains('│'), "{narrow}");
        assert!(wide.contains(&format!("│ {name} ")), "{wide}");
        assert!(narrow.lines().take(3).all(|line| line.width() <= 80), "{narrow}");
    }

    #[test]
    fn models_are_one_name_where_they_are_one_and_else_told_by_role() {
        let of = |generator: &str, decision_maker: &str, improver: Option<&str>| {
            models(&Models {
                generator: Some(generator.into()),
                decision_maker: Some(decision_maker.into()),
                improver: improver.map(Into::into),
                ..Models::default()
            })
        };
        assert_eq!(of("x", "x", Some("x")).as_deref(), Some("x"));
        assert_eq!(of("x", "x", None).as_deref(), Some("x"));
        assert_eq!(of("x", "y", Some("x")).as_deref(), Some("generator x, decision maker y, improver x"));
        assert_eq!(models(&Models::default()), None);
    }
}
