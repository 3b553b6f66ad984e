//! The report for a pull request: short, in GitHub's Markdown.

use super::story::verdict_word;
use super::{html, origin, verdict, words};
use crate::compare::{Interval, Rate};
use crate::improve::changes;
use crate::improve::difference::{self, Step};
use crate::improve::objections::UNSORTED;
use crate::optimize::history::{Course, History, Version};
use crate::optimize::story::Rates;

/// Lines of the prompt's difference.
const MOST_LINES: usize = 60;
/// Objections that are listed.
const MOST: usize = 8;
/// Versions that are listed, the last ones.
const MOST_VERSIONS: usize = 30;

/// The text.
#[must_use]
pub fn report(history: &History) -> String {
    let mut text = format!(
        "### {}, {}\n\n**{}**\n\n",
        inline(&history.title),
        history.focus().label(),
        inline(&verdict::sentence(history))
    );
    for note in verdict::notes(history) {
        text.push_str(&format!("- {}\n", inline(&note)));
    }
    text.push_str(&versions(history));
    text.push_str(&advice(history));
    text.push_str(&people(history));
    text.push_str(&objections(history));
    text.push_str(&real_replies(history));
    let commands = origin::commands(history);
    if !commands.is_empty() {
        text.push_str(&format!("\n{}\n", fenced("sh", &commands.join("\n"))));
    }
    text
}

fn versions(history: &History) -> String {
    let skip = history.versions.len().saturating_sub(MOST_VERSIONS);
    let has_split = history.memory.is_some();
    let mut text = String::from("\n| version | verdict | yes | grounded yes |");
    text.push_str(if has_split {
        " grounded yes, kept aside | gain, kept aside | judge |\n| --- | --- | --- | --- | --- | --- | --- |\n"
    } else {
        " judge |\n| --- | --- | --- | --- | --- |\n"
    });
    for (at, version) in history.versions.iter().enumerate().skip(skip) {
        let measured = version.measured();
        let shown = measured.training.as_ref().unwrap_or(&measured.all);
        let mut cells = vec![version.label(), word(version).to_owned(), response(shown), grounded(shown)];
        if has_split {
            cells.push(history.on_unseen(at).map_or_else(|| "not asked".into(), |(rates, _)| grounded(rates)));
            let gain = version.told.as_ref().and_then(|told| told.proof.as_ref()?.gain);
            cells.push(gain.map_or_else(
                || "-".into(),
                |(gain, interval)| {
                    let simulated = if history.is_simulated() { " simulated" } else { "" };
                    format!("{} ({}){simulated}", words::points(gain), words::interval(interval))
                },
            ));
        }
        let judge =
            version.judge().map_or_else(|| "unknown".to_owned(), |judge| judge.fingerprint.chars().take(8).collect());
        cells.push(judge);
        let cells: Vec<String> = cells.iter().map(|cell| inline(cell)).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    if skip > 0 {
        text.push_str(&format!("\n{} earlier are left out.\n", words::count(skip as u64, "version", "versions")));
    }
    if history.versions.iter().any(|version| version.measured().all.chance.is_some()) {
        text.push_str(
            "\nWhere the judge answers with chances, the mean chance of a yes stands first, and the rate counts those \
             at its threshold or above.\n",
        );
    }
    text.push_str(if has_split {
        "\nYes and grounded yes are of the people learned from, with 95% intervals. Versions that were not adopted \
         keep the prompt before.\n"
    } else {
        "\nWith 95% intervals.\n"
    });
    text
}

fn grounded(rates: &Rates) -> String {
    rates.grounded.as_ref().map_or_else(|| words::NOT_CHECKED.to_owned(), rate)
}

/// The rate of yes; if decisions are chances, with the mean chance before it.
fn response(rates: &Rates) -> String {
    let rate = rate(&rates.response);
    match &rates.chance {
        Some(mean) => {
            let ends = html::pieces::ends(mean.interval);
            let simulated = if rates.response.simulated { " simulated" } else { "" };
            format!("mean chance {:.1}%, {ends}{simulated}; {rate}", 100.0 * mean.mean)
        }
        None => rate,
    }
}

fn rate(rate: &Rate) -> String {
    match (rate.share(), rate.interval) {
        (Some(share), Some(interval)) => {
            let simulated = if rate.simulated { " simulated" } else { "" };
            format!(
                "{:.1}% ({} of {}), {}{simulated}",
                share * 100.0,
                words::thousands(rate.yes),
                words::thousands(rate.total),
                html::pieces::ends(interval)
            )
        }
        _ => words::rate(rate),
    }
}

fn word(version: &Version) -> &'static str {
    version.told.as_ref().and_then(|told| told.verdict.as_ref()).map_or("-", verdict_word)
}

/// Items of advice that came and went, whole: within a sentence the page shows more.
fn advice(history: &History) -> String {
    let (old, new) = (&history.versions[0].metadata.system_prompt, &history.focus().metadata.system_prompt);
    if history.versions.len() == 1 {
        return String::new();
    }
    if old == new {
        return "\nThe prompt is unchanged.\n".into();
    }
    let line = |mark: char, text: &str| format!("{mark} {}", words::one_line(text, 400));
    let steps = difference::of_prompts(history.memory.as_ref().map(|memory| &memory.parts), old, new);
    let lines: Vec<String> = steps
        .iter()
        .flat_map(|step| match step {
            Step::Added { text } => vec![line('+', text)],
            Step::Replaced { before, text } => vec![line('-', before), line('+', text)],
            Step::Dropped { before } => vec![line('-', before)],
        })
        .collect();
    let mut text = format!("\n<details><summary>Changed advice ({})</summary>\n\n", lines.len());
    let more = lines.len().saturating_sub(MOST_LINES);
    text.push_str(&fenced("diff", &lines.into_iter().take(MOST_LINES).collect::<Vec<_>>().join("\n")));
    if more > 0 {
        text.push_str(&format!("\n\n{} more.", words::count(more as u64, "line", "lines")));
    }
    text.push_str("\n\n</details>\n");
    text
}

fn people(history: &History) -> String {
    let pairs = &history.pairs;
    match (&pairs.comparison, pairs.before) {
        (Some(_), Some(before)) => format!(
            "\nOf {} from {} to {}, {} flipped to yes and {} to no.\n",
            words::count(pairs.personas as u64, "person", "people"),
            history.versions[before].label(),
            history.versions[pairs.after].label(),
            pairs.count(Course::ToYes),
            pairs.count(Course::ToNo)
        ),
        _ => String::new(),
    }
}

/// What real people replied, as the latest run sorted it.
fn real_replies(history: &History) -> String {
    let provenance = history.versions[history.pairs.after].metadata.rejoinder.as_ref();
    let lines = provenance.iter().flat_map(|provenance| &provenance.real_replies);
    let lines: String = lines.map(|group| format!("- {}\n", inline(&super::run::real_reply(group)))).collect();
    if lines.is_empty() { lines } else { format!("\nReal replies, in the same groups:\n\n{lines}") }
}

fn objections(history: &History) -> String {
    let last = &history.versions[history.pairs.after].measured().objections;
    let Some(before) = history.pairs.before.filter(|_| history.pairs.comparison.is_some()) else {
        let lines: Vec<String> = last
            .raised
            .iter()
            .take(MOST)
            .map(|group| {
                let interval = Interval::wilson(group.personas as u64, last.people() as u64);
                let interval = interval.map(|of| format!(", {:.0} to {:.0}%", of.low * 100.0, of.high * 100.0));
                let (name, share) = (inline(&group.name), 100.0 * last.share(group));
                format!(
                    "- {name}: {share:.0}% ({} of {}{})\n",
                    group.personas,
                    last.people(),
                    interval.unwrap_or_default()
                )
            })
            .collect();
        return match &last.sorted {
            None if last.noes > 0 => format!("\nObjections: {UNSORTED}.\n"),
            _ if lines.is_empty() => String::new(),
            _ => format!("\nObjections, by share of people:\n\n{}", lines.concat()),
        };
    };
    let first = &history.versions[before].measured().objections;
    if first.sorted.is_none() || last.sorted.is_none() {
        return if first.noes + last.noes > 0 { format!("\nObjections: {UNSORTED}.\n") } else { String::new() };
    }
    let mut found = changes(first, last);
    found.sort_by(|a, b| {
        (b.after.share() - b.before.share())
            .abs()
            .total_cmp(&(a.after.share() - a.before.share()).abs())
            .then_with(|| a.name.cmp(&b.name))
    });
    if found.is_empty() {
        return String::new();
    }
    let cell = |standing: crate::improve::changes::ObjectionCount| {
        format!("{:.0}% ({} of {})", 100.0 * standing.share(), standing.personas, standing.of)
    };
    let rows = found
        .iter()
        .take(MOST)
        .map(|change| format!("| {} | {} | {} |\n", inline(&change.name), cell(change.before), cell(change.after)));
    format!("\n| objection | before | after |\n| --- | --- | --- |\n{}", rows.collect::<String>())
}

/// Text as one line of Markdown, in which nothing acts as markup.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in words::one_line(text, 2_000).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A mention would call somebody, a link or a picture would lead away.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '!' | '~' | '#' => {
                out.push('\\');
                out.push(letter);
            }
            '_' if !is_within_word(&out) => out.push_str("\\_"),
            ':' => out.push_str(if out.ends_with("http") || out.ends_with("https") { "&#58;" } else { ":" }),
            letter => out.push(letter),
        }
    }
    out
}

/// Within a word an underscore is a letter.
fn is_within_word(before: &str) -> bool {
    before.chars().last().is_some_and(char::is_alphanumeric)
}

/// A block of code with a fence that is longer than any in the text.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", words::safe(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_would_be_markdown_is_text() {
        let said = inline("<img src=x> [a](https://b) **c** @d `e` | f\n# g snake_case _h_");
        assert_eq!(
            said,
            "&lt;img src=x&gt; \\[a\\](https&#58;//b) \\*\\*c\\*\\* &#64;d \\`e\\` \\| f \\# g snake_case \\_h_"
        );
    }

    proptest! {
        #[test]
        fn a_block_ends_at_its_own_fence_only(text in "[`a\n]{0,40}") {
            let block = fenced("diff", &text);
            let fence: String = block.chars().take_while(|letter| *letter == '`').collect();
            let closing = block.lines().skip(1).filter(|line| line.trim_start().starts_with(&fence)).count();
            prop_assert_eq!(closing, 1, "{}", block);
        }

        #[test]
        fn a_line_holds_no_tag_and_no_break(text in "\\PC{0,60}|[<>&|\n@`]{0,20}") {
            let line = inline(&text);
            prop_assert!(!line.contains(['<', '>', '\n']), "{}", line);
        }
    }
}
