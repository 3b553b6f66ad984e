//! Groups of reasons for a no, and of what the yes-sayers liked.
//!
//! The groups are found by their vocabulary, without a model: the same reasoning always lands in the same groups, so
//! that two versions of a lineage can be laid side by side. One reasoning may raise several objections.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Feedback;
use super::feedback::shortened;

/// One group of feedback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Stable name.
    pub name: &'static str,
    /// Reasonings that raise it.
    pub count: usize,
    /// Distinct personas that raise it.
    pub personas: usize,
    /// The shortest reasoning that raises it, as a quote.
    pub quote: String,
}

/// What a run's feedback comes down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objections {
    /// Why people said no; the most frequent first.
    pub raised: Vec<Objection>,
    /// What people who said yes named.
    pub liked: Vec<Objection>,
    /// Personas that said no at least once.
    pub personas_saying_no: usize,
}

/// Characters of a quote.
const LONGEST_QUOTE: usize = 240;

/// Name of what fits no group.
pub const OTHER: &str = "something else";

struct Theme {
    objection: &'static str,
    liked: &'static str,
    words: &'static str,
}

const THEMES: &[Theme] = &[
    Theme {
        objection: "not about me",
        liked: "is about me",
        words: r"generic|template[sd]?\b|mass (e-?mail|outreach)|could (have been|be) sent|anyone|boilerplate|irrelevan|relevan|not (about|specific)|specific to (me|my)|concrete ties?|tied? to|my (role|work|situation|world|day|actual|specific)|pain point|nothing (here )?(about (me|my|us|our)|connects)|personali[sz]|research|tailored|understand",
    },
    Theme {
        objection: "no evidence",
        liked: "gives evidence",
        words: r"evidence|proof|prove|metric|figure|number|quantif|substantiat|data\b|roi\b|measurabl|vague claim|example|case stud|track record|credib",
    },
    Theme {
        objection: "sounds invented",
        liked: "is believable",
        words: r"invent|made[- ]up|fabricat|unverif|verif|too good to be true|name[- ]drop|never (posted|wrote|said)|suspicious|do(es)? ?n.t believe|unbeliev|believ|dubious|unrealistic|invasive",
    },
    Theme {
        objection: "does not say how it works",
        liked: "says how it works",
        words: r"mechanism|how it (actually )?works|how (this|the product|that) (would |actually )?works?|technical (detail|depth|spec)|explain(s|ed)? how|black box|api\b|under the hood",
    },
    Theme {
        objection: "asks for too much",
        liked: "asks for little",
        words: r"\bask(s|ing)?\b|next step|call to action|minutes|half an hour|calendar|jumps? (straight|right)|commit|meeting|low[- ](effort|lift)|demo\b",
    },
    Theme {
        objection: "too long",
        liked: "is brief",
        words: r"too long|length|rambl|wall of text|verbose|brief|concise|short|to the point|padding|skim",
    },
    Theme {
        objection: "hype",
        liked: "is plain",
        words: r"hype|buzzword|superlativ|revolutionary|game[- ]chang|marketing (speak|fluff|language)|fluff|jargon|exaggerat|over-?promis|salesy|sales[- ](pitch|focused)|plain|no[- ]nonsense",
    },
    Theme {
        objection: "pushy",
        liked: "does not push",
        words: r"push(y|es|ing)|pressur|urgen|aggressive|deadline|limited time|respectful|patien",
    },
    Theme { objection: "flatters", liked: "is sincere", words: r"flatter|compliment|sincer|praise|sycophan|butter" },
    Theme {
        objection: "unfilled template",
        liked: "is complete",
        words: r"placeholder|bracket|\[.{1,20}\]|\{\{?.{1,20}\}?\}|blank|merge field|fill(ed)? in",
    },
    Theme {
        objection: "security and compliance",
        liked: "speaks to security and compliance",
        words: r"secur|complian|hipaa|gdpr|soc ?2|iso ?27001|audit|regulat|privacy|data protection",
    },
    Theme {
        objection: "integrations",
        liked: "fits our tools",
        words: r"integrat|our (stack|tools|systems)|my (stack|tools)|legacy|existing (stack|tools|systems)|plugs? into",
    },
    Theme {
        objection: "price and budget",
        liked: "speaks to the budget",
        words: r"pric(e|ing)|budget|cost|afford|expens|spend|payback",
    },
    Theme {
        objection: "risk",
        liked: "lowers the risk",
        words: r"\brisk|pilot|trial|proof of concept|commitment|roll-?out|reversib|try (it|this)",
    },
    Theme {
        objection: "wrong tone or channel",
        liked: "right tone and channel",
        words: r"\btone\b|formal|casual|channel|format|style|prefer|subject line",
    },
];

static PATTERNS: LazyLock<Vec<Option<Regex>>> =
    LazyLock::new(|| THEMES.iter().map(|theme| Regex::new(&format!("(?i){}", theme.words)).ok()).collect());

impl Objections {
    /// Groups the feedback of one run.
    #[must_use]
    pub fn of(feedback: &[Feedback]) -> Self {
        Objections {
            raised: groups(feedback, false),
            liked: groups(feedback, true),
            personas_saying_no: distinct(feedback.iter().filter(|item| !item.yes)),
        }
    }

    /// The objections as lines for the improver: name, counts, a quote.
    #[must_use]
    pub fn lines(&self) -> String {
        let line = |sign: &str, group: &Objection| {
            format!(
                "{sign} {}: {} times, {} people. For example: {}",
                group.name, group.count, group.personas, group.quote
            )
        };
        let raised = self.raised.iter().map(|group| line("against:", group));
        let liked = self.liked.iter().map(|group| line("in favour:", group));
        raised.chain(liked).collect::<Vec<_>>().join("\n")
    }
}

fn groups(feedback: &[Feedback], yes: bool) -> Vec<Objection> {
    let said: Vec<&Feedback> = feedback.iter().filter(|item| item.yes == yes).collect();
    let mut groups: Vec<Objection> = THEMES
        .iter()
        .zip(PATTERNS.iter())
        .filter_map(|(theme, pattern)| {
            let pattern = pattern.as_ref()?;
            let name = if yes { theme.liked } else { theme.objection };
            group(name, said.iter().copied().filter(|item| pattern.is_match(&without_concessions(&item.reasoning))))
        })
        .collect();
    let unmatched = |item: &&Feedback| {
        let said = without_concessions(&item.reasoning);
        !PATTERNS.iter().flatten().any(|pattern| pattern.is_match(&said))
    };
    groups.extend(group(OTHER, said.iter().copied().filter(unmatched)));
    // Names break ties so that equal counts always come in the same order.
    groups.sort_by(|a, b| b.personas.cmp(&a.personas).then(b.count.cmp(&a.count)).then(a.name.cmp(b.name)));
    groups
}

/// A reasoning without what it concedes: in "While it is brief, it has no figures" brevity is no objection. A clause is
/// conceded if it opens so; it ends at the next comma, semicolon, dash, full stop or "but".
fn without_concessions(reasoning: &str) -> String {
    const OPENINGS: &[&str] = &[
        "although",
        "though",
        "even though",
        "while",
        "granted",
        "admittedly",
        "true",
        "despite",
        "of course",
        "to be fair",
        "it is true",
        "i like that",
        "i do like",
    ];
    let text = reasoning.replace(" but ", "; ").replace(" however ", "; ").replace(" yet ", "; ");
    let clauses: Vec<&str> = text.split_inclusive([',', ';', '.', ':', '!', '?', '\u{2013}', '\u{2014}']).collect();
    let mut kept = String::new();
    let mut conceding = false;
    for clause in clauses {
        let opening = clause.trim_start().to_lowercase();
        let concedes = OPENINGS
            .iter()
            .any(|word| opening.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
        // "Granted, it is brief, but ...": the word alone concedes what follows it.
        let alone = concedes && opening.split_whitespace().count() <= 2;
        if !concedes && !conceding {
            kept.push_str(clause);
            kept.push(' ');
        }
        conceding = alone;
    }
    kept
}

fn group<'a>(name: &'static str, items: impl Iterator<Item = &'a Feedback>) -> Option<Objection> {
    let items: Vec<&Feedback> = items.collect();
    let shortest = items.iter().min_by_key(|item| item.reasoning.len())?;
    Some(Objection {
        name,
        count: items.len(),
        personas: distinct(items.iter().copied()),
        quote: shortened(&shortest.reasoning, LONGEST_QUOTE),
    })
}

fn distinct<'a>(items: impl Iterator<Item = &'a Feedback>) -> usize {
    items.map(|item| item.persona).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no(persona: usize, reasoning: &str) -> Feedback {
        Feedback { persona, yes: false, reasoning: reasoning.into() }
    }

    #[test]
    fn every_pattern_compiles() {
        assert!(PATTERNS.iter().all(Option::is_some));
    }

    #[test]
    fn one_reasoning_may_raise_several_objections_and_each_persona_counts_once() {
        let objections = Objections::of(&[
            no(0, "Generic template, and it is far too long."),
            no(0, "Could be sent to anyone."),
            no(1, "Nothing about HIPAA."),
        ]);
        let find = |name| objections.raised.iter().find(|group| group.name == name).map(|g| (g.count, g.personas));
        assert_eq!(find("not about me"), Some((2, 1)));
        assert_eq!(find("too long"), Some((1, 1)));
        assert_eq!(find("security and compliance"), Some((1, 1)));
        assert_eq!(objections.personas_saying_no, 2);
    }

    #[test]
    fn what_a_reasoning_concedes_is_no_objection() {
        let names = |reasoning: &str| -> Vec<&str> {
            Objections::of(&[no(0, reasoning)]).raised.iter().map(|group| group.name).collect()
        };
        assert_eq!(names("While the message asks for very little of my time, it is full of hype."), ["hype"]);
        assert_eq!(names("Granted, it is brief enough, but it has no evidence."), ["no evidence"]);
        assert_eq!(names("Although it is short; I see hype."), ["hype"]);
        assert_eq!(names("It is too long."), ["too long"]);
    }

    #[test]
    fn what_fits_no_group_is_kept_as_something_else() {
        let objections = Objections::of(&[no(0, "Mondays.")]);
        assert_eq!(objections.raised[0].name, OTHER);
    }

    #[test]
    fn yes_sayers_are_heard_apart_from_no_sayers() {
        let objections =
            Objections::of(&[Feedback { persona: 0, yes: true, reasoning: "Brief and concrete figures.".into() }]);
        assert!(objections.raised.is_empty());
        assert!(objections.liked.iter().any(|group| group.name == "gives evidence"));
    }
}
