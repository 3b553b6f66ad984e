//! The report: what it says, that it is sound as a page, that it stays small, and that no text in it is ever obeyed.

#[path = "support/lineage.rs"]
mod lineage;

use std::collections::BTreeSet;

use lineage::Told;
use proptest::prelude::*;
use rejoinder::data::{DataFolder, FileName, Kind};
use rejoinder::optimize::history::History;
use rejoinder::report::{html, markdown};
use scraper::{Html, Selector};
use serde_json::json;

fn all<'a>(page: &'a Html, which: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(which).unwrap()).collect()
}

fn texts(page: &Html, which: &str) -> Vec<String> {
    all(page, which)
        .iter()
        .map(|own| own.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Names of elements, and of their attributes.
fn names(page: &Html) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for element in all(page, "*") {
        names.insert(element.value().name().to_owned());
        names.extend(element.value().attrs().map(|(name, _)| format!("@{name}")));
    }
    names
}

#[test]
fn a_report_for_a_pull_request() {
    insta::assert_snapshot!(markdown::report(&Told::default().history()));
}

#[test]
fn the_page_says_what_came_of_it() {
    let page = Html::parse_document(&html::report(&Told::default().history()));
    let verdict = texts(&page, ".verdict").concat();
    assert!(verdict.starts_with("The prompt of v1 was adopted"), "{verdict}");
    assert!(verdict.contains("+50.0 points (95% interval +20.0 to +80.0 points, 8 personas, simulated)"), "{verdict}");
    let rates = texts(&page, "#rates td").join("\n");
    assert!(rates.contains("68.8% (11 of 16) 44.4% to 85.8%, simulated"), "unseen people: {rates}");
    let people = texts(&page, "#people li").join("\n");
    assert!(people.contains("Flipped: 15 to yes, 1 to no") || people.contains("to yes"), "{people}");
    let pairs = all(&page, "details.pair");
    assert_eq!(pairs.len(), 24);
    let first = pairs[0].text().collect::<String>();
    assert!(
        first.contains("no to yes") && first.contains("Hype, and no evidence.") && first.contains("Brief and honest."),
        "{first}"
    );
    assert!(texts(&page, "mark").iter().any(|own| own.contains("87%")), "the made-up figure is marked");
    assert!(
        texts(&page, "#prompt ins").concat().contains("brief") && texts(&page, "#prompt del").concat().contains("bold")
    );
    let origin = texts(&page, "#origin").concat();
    for known in ["5080650d5080650d", "$0.0042", "--seed 7", "1,200"] {
        assert!(origin.contains(known), "{known}: {origin}");
    }
    let objections = texts(&page, "#objections th").join(", ");
    assert!(objections.contains("hype") && objections.contains("no evidence"), "{objections}");
}

#[test]
fn every_rate_has_its_count_and_interval_and_the_word_simulated() {
    let page = Html::parse_document(&html::report(&Told::default().history()));
    let cells: Vec<String> = ["#rates td", "#proof td", "#segments td"]
        .iter()
        .flat_map(|which| texts(&page, which))
        .filter(|cell| cell.contains('%'))
        .collect();
    assert!(cells.len() > 12, "{cells:?}");
    for cell in cells {
        assert!(cell.contains(" of ") && cell.contains(" to ") && cell.contains("simulated"), "{cell}");
    }
    for figure in texts(&page, "figcaption") {
        assert!(figure.contains("simulated"), "{figure}");
    }
}

#[test]
fn the_page_is_sound_for_a_screen_reader_and_needs_nothing_from_elsewhere() {
    let source = html::report(&Told::default().history());
    let page = Html::parse_document(&source);
    assert_eq!(page.errors.iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!((all(&page, "h1").len(), all(&page, "main#main").len(), all(&page, "html[lang=en]").len()), (1, 1, 1));
    let mut level = 0;
    for heading in all(&page, "h1, h2, h3, h4") {
        let own: usize = heading.value().name()[1..].parse().unwrap();
        assert!(own <= level + 1 || (own == 4 && level >= 3), "{own} after {level}");
        level = own;
    }
    let ids: Vec<&str> = all(&page, "[id]").iter().filter_map(|own| own.value().id()).collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{ids:?}");
    for named in all(&page, "[aria-labelledby]") {
        for id in named.value().attr("aria-labelledby").unwrap().split(' ') {
            assert!(ids.contains(&id), "{id}");
        }
    }
    for link in all(&page, "a") {
        let target = link.value().attr("href").unwrap();
        assert!(target.strip_prefix('#').is_some_and(|id| ids.contains(&id)), "{target}");
    }
    for table in all(&page, "table") {
        let own = Html::parse_fragment(&table.html());
        assert_eq!(all(&own, "caption").len(), 1);
        assert!(all(&own, "th").iter().all(|head| matches!(head.value().attr("scope"), Some("col" | "row"))));
        let columns = all(&own, "thead th").len();
        for row in all(&own, "tbody tr") {
            assert_eq!(row.child_elements().count(), columns, "{}", row.html());
        }
    }
    for picture in all(&page, "svg") {
        let is_named = picture.value().attr("role") == Some("img") && picture.value().attr("aria-labelledby").is_some();
        assert!(is_named || picture.value().attr("aria-hidden") == Some("true"));
    }
    for forbidden in ["script", "link", "iframe", "img", "object", "form", "[style]", "[src]", "[onclick]"] {
        assert_eq!(all(&page, forbidden).len(), 0, "{forbidden}");
    }
    let policy = all(&page, "meta[http-equiv]")[0].value().attr("content").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(source, html::report(&Told::default().history()), "the same files give the same page");
}

const HOSTILE: &str = "</style></title></blockquote></svg>--><script>alert(1)</script><img src=x onerror=alert(1)>\" onclick='x' \
                       \u{1b}[31m\u{202e}\u{2066} &lt;b&gt; &#x3c;i> {{x}} <!-- <![CDATA[ javascript:alert(1)";

fn hostile(text: &str) -> Told {
    let own = |text: &str| {
        let text = text.to_owned();
        move |at: usize| format!("{text} {at}")
    };
    let (persona, message, reasoning) = (own(text), own(text), text.to_owned());
    Told {
        persona: Box::new(persona),
        message: Box::new(move |at, later| format!("{}{later}", message(at))),
        reasoning: Box::new(move |yes| format!("{yes} {reasoning}")),
        prompts: [format!("We sell tea.\n- {text}"), format!("We sell tea.\n- Be brief. {text}{text}")],
        name: text.to_owned(),
        ..Told::default()
    }
}

#[test]
fn hostile_text_is_shown_as_text() {
    let source = html::report(&hostile(HOSTILE).history());
    let page = Html::parse_document(&source);
    let known = names(&Html::parse_document(&html::report(&Told::default().history())));
    let new: Vec<String> = names(&page).difference(&known).cloned().collect();
    assert_eq!(new, Vec::<String>::new());
    let message = texts(&page, "blockquote").into_iter().next().unwrap();
    assert!(
        message.contains("<script>alert(1)</script><img src=x onerror=alert(1)>") && message.contains("&lt;b&gt;"),
        "{message}"
    );
    assert!(message.contains("\\u{1b}[31m\\u{202e}\\u{2066}"), "{message}");
    for acting in ['\u{1b}', '\u{202e}', '\u{2066}', '\0'] {
        assert!(!source.contains(acting), "{acting:?}");
    }
    let text = markdown::report(&hostile(HOSTILE).history());
    let outside: String = text.split("```").step_by(2).collect();
    assert!(!outside.contains("<script") && !outside.contains("<img") && !text.contains('\u{202e}'), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever people, models and files say: the page has the elements and attributes that it has without them.
    #[test]
    fn no_text_is_ever_a_tag(text in "[<>/!a-z\"'&;= \\-\n]{1,40}|\\PC{1,40}") {
        let page = Html::parse_document(&html::report(&hostile(&format!("x{text}")).history()));
        let known = names(&Html::parse_document(&html::report(&Told::default().history())));
        let new: Vec<String> = names(&page).difference(&known).cloned().collect();
        prop_assert_eq!(new, Vec::<String>::new());
    }
}

#[test]
fn a_report_of_a_thousand_trials_is_smaller_than_a_megabyte_and_says_what_it_leaves_out() {
    let long = Told {
        people: 1_000,
        message: Box::new(|at, later| {
            format!("{at} {later} <&> {}", "A line of a long message that says little. ".repeat(60))
        }),
        reasoning: Box::new(|yes| format!("{yes} {}", "Because of <that> & this. ".repeat(20))),
        ..Told::default()
    };
    let source = html::report(&long.history());
    assert!(source.len() < 1_000_000, "{} bytes", source.len());
    let page = Html::parse_document(&source);
    let shown = all(&page, "details.pair").len();
    assert!(shown > 50, "{shown}");
    let said = texts(&page, "#people > .hint").concat();
    assert!(said.contains(&format!("{} people are left out", 1_000 - shown)), "{shown}: {said}");
    let ways: BTreeSet<String> = texts(&page, "details.pair .pill.good, details.pair .pill.no").into_iter().collect();
    assert!(ways.contains("no to yes") && ways.contains("yes to no"), "both ways are shown: {ways:?}");
}

#[test]
fn words_of_a_megabyte_are_cut_and_their_rest_is_counted() {
    let long = Told {
        people: 6,
        message: Box::new(|_, _| "<".repeat(1 << 20)),
        persona: Box::new(|at| format!("{at}{}", "w".repeat(1 << 20))),
        reasoning: Box::new(|_| "\u{202e}".repeat(1 << 18)),
        prompts: ["<".repeat(1 << 17), "\u{202e}".repeat(1 << 17)],
        ..Told::default()
    };
    let source = html::report(&long.history());
    assert!(source.len() < 1_000_000, "{} bytes", source.len());
    assert!(source.contains("more characters"));
}

#[test]
fn of_files_that_do_not_say_who_judged_nothing_is_compared() {
    let place = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(place.path());
    let write = |name: &str, date: &str, prompt: &str, yes: bool| {
        let file = FileName::new(Kind::Results, name).unwrap();
        let said = json!([{ "message": "Hello", "decision": { "decision": yes, "reasoning": "Hype." } }]);
        let results: Vec<_> =
            (0..16).map(|at| json!({ "persona": format!("Person {at}"), "messages": said })).collect();
        let value = json!({ "metadata": { "system_prompt": prompt, "processing_date": date }, "results": results });
        folder.replace(&file, &serde_json::to_vec(&value).unwrap()).unwrap();
        file
    };
    write("b2b_results_20250802_144126", "2025-08-02T14:41:07", "An older prompt.", false);
    write("b2b_results_20250802_150332", "2025-08-02T15:03:13", "We sell tea.", false);
    let later = write("b2b_results_improvement_run_v1", "2025-08-02T15:09:33", "We sell tea to Stripe.", true);
    let history = History::load(&folder, &later, &[]).unwrap();
    let labels: Vec<&str> = history.versions.iter().map(|version| version.file.stem()).collect();
    assert_eq!(labels, ["b2b_results_20250802_150332", "b2b_results_improvement_run_v1"]);
    assert_eq!(&*history.facts, "We sell tea.", "no facts from a rewritten prompt");
    let page = Html::parse_document(&html::report(&history));
    let said = texts(&page, ".masthead").concat();
    for known in [
        "This is not a comparison",
        "100.0% (16 of 16)",
        "0.0% (0 of 16)",
        "Who judged first, v1 is not recorded",
        "does not say what it descends from",
    ] {
        assert!(said.contains(known), "{known}: {said}");
    }
    assert!(!texts(&page, "body").concat().contains("Flipped"), "nobody is said to have changed their mind");
    let alone =
        History::load(&folder, &FileName::new(Kind::Results, "b2b_results_20250802_144126").unwrap(), &[]).unwrap();
    assert!(html::report(&alone).contains("The response rate of this run is 0.0% (0 of 16)"));
    assert_eq!(History::named(&folder, "b2b_results").unwrap(), later, "the name of a lineage means its latest");
}
