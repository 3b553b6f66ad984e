//! Faults of a prompt: what in it makes messages lie.

use std::fmt;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::facts::{Facts, Heading, heading, is_bullet, is_instruction, is_labelled, is_offering};
use super::figures::{Figure, Unit, figures};
use super::fold::{Folded, quote};
use super::source::share;
use super::standards::standards;
use super::words::{clause_start, pattern, stems};
use super::{Kind, audit, names};

/// A passage of a prompt that makes messages lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptFault {
    /// The passage, a sentence or a line, as it stands in the prompt.
    pub passage: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a passage of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// It tells the writer to claim what nobody has stated.
    AsksFor(Kind),
    /// It states what the facts do not.
    States(Kind),
    /// It tells the writer to invent, outright.
    AsksToInvent,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = |kind: &Kind| match kind {
            Kind::Customer => "customers",
            Kind::Figure => "figures",
            Kind::Result => "results",
            Kind::Certification => "certifications",
            Kind::Integration => "integrations",
            Kind::SharedHistory => "something seen or shared with the reader",
            Kind::Price => "prices, conditions or deadlines",
            Kind::Placeholder => "blanks",
            Kind::Other => "awards, press or people",
        };
        match self {
            Why::AsksFor(kind) => write!(f, "asks for {} that the facts do not state", what(kind)),
            Why::States(kind) => write!(f, "states {} that the facts do not", what(kind)),
            Why::AsksToInvent => f.write_str("asks to invent"),
        }
    }
}

/// The passages of a prompt that would make messages claim what the facts do not state: instructions that ask for customers,
/// results, figures, certifications, integrations, sightings or deadlines that are not there, and statements that say more
/// than the facts. At most one fault a passage; none for a prompt that keeps to the facts.
#[must_use]
pub fn prompt_faults(prompt: &str, facts: &Facts) -> Vec<PromptFault> {
    let known = squeezed(&Folded::of(&facts.text).low);
    let mut faults = Vec::new();
    let mut instructing = false;
    for line in prompt.lines() {
        if let Some(heading) = heading(line) {
            instructing = match heading {
                Heading::Instructions => true,
                Heading::Facts => false,
                Heading::Unknown => instructing,
            };
            // A heading such as `3. Cite case studies:` is an instruction like any other.
            if !is_instruction(line) {
                continue;
            }
        }
        let folded = Folded::of(line);
        let bare = is_bullet(&folded.low) || !folded.low.trim_end().ends_with(['.', '!', '?']);
        for sentence in folded.sentences() {
            let passage = quote(line, sentence.start, sentence.end);
            let text = Folded::of(&passage);
            if known.contains(&squeezed(&text.low)) {
                continue;
            }
            let instructs = is_instruction(&passage)
                || is_instruction(line) && !is_labelled(&folded.low)
                || (instructing && bare && !is_labelled(&text.low) && !is_offering(&text.low));
            let why = if instructs { instruction(&passage, &text, facts) } else { statement(&passage, &text, facts) };
            faults.extend(why.map(|why| PromptFault { passage, why }));
        }
    }
    faults
}

/// Without what a list or a line break adds.
fn squeezed(low: &str) -> String {
    let words: Vec<&str> = low.split_whitespace().collect();
    words.join(" ").trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '%').to_owned()
}

/// What an instruction asks for, and whether the facts have it.
struct Asked {
    pattern: Regex,
    kind: Kind,
}

static ASKED: LazyLock<Vec<Asked>> = LazyLock::new(|| {
    const SAY: &str = r"(?:name|mention|drop|cit|referenc|includ|list|quot|use|using|us|highlight|showcas|leverag|add|giv|provid|shar|tell|point to|bring up|refer to|offer|put in|weav|work in|show|present|describ|stat|emphasi[sz]|draw on|back \w+ (?:up )?with|feature|insert|incorporat|open with|lead with|start with|close with|end with|talk about|sprinkle|allud|prove|support|connect \w+ with|introduc|demonstrat|establish|promis)\w*";
    let asked = |text: &str, kind: Kind| Asked { pattern: pattern(&text.replace("SAY", SAY)), kind };
    vec![
        asked(
            r"\b(?:linkedin|social media|twitter|(?:recent|latest|last|public|newest) (?:[\w'-]+ ){0,3}?(?:posts?|activit(?:y|ies)|talks?|articles?|news|announcements?|updates?|interviews?|podcasts?|funding|hires?|hiring|achievements?|milestones?|initiatives?|events?|accomplishments?|press|developments?|launch(?:es)?|growth|content|appearances?|speech\w*|wins?|comments?|milestone)|speaking engagements?|(?:company|their|press|industry) (?:updates?|announcements?|releases?)|(?:conference|keynote|panel) (?:talks?|appearances?|sessions?)|podcasts?|blog posts?|mutual (?:connections?|contacts?|friends?)|(?:previous|earlier|past|prior|last) (?:conversations?|calls?|e-?mails?|meetings?|interactions?|exchanges?|discussions?)|show\w* (?:\w+ ){0,3}?(?:research|homework)|(?:do|did|done) (?:your|the) (?:research|homework)|shared (?:connections?|acquaintances?)|congratulat\w+|their (?:\w+ )?(?:posts?|articles?|talks?|podcasts?|blog)|funding (?:rounds?|news)|referrals?|referred by|you (?:saw|noticed|read|met|heard|follow(?:ed)?|enjoyed|loved|were (?:referred|introduced))|as if you (?:know|knew|had|have|saw|met|read|'ve|were)|(?:someone|colleague|friend) (?:\w+ )?(?:suggested|recommended|referred)|met (?:them|at)|follow(?:ing)?[- ]up (?:on|to) (?:an?|the|our|your)|familiarity|common ground|shared history)\b",
            Kind::SharedHistory,
        ),
        asked(
            r"\b(?:case stud(?:y|ies)|success (?:stor(?:y|ies)|metrics)|proof points?|track record|before[- ]and[- ]after|(?:customer|client|user|peer)s?'?s? (?:\w+ )?(?:results?|success\w*|outcomes?|metrics|roi|achievements?|savings|gains|wins?|achieved|got|saw)|results? (?:achieved|(?:\w+ ){0,2}?from|of|that|for) (?:\w+ ){0,4}?(?:customers?|clients?|compan(?:y|ies)|teams?|firms?|peers|organi[sz]ations?|businesses)|roi (?:data|figures?|metrics?|numbers?|statistics|stats|results?|evidence)|(?:quantifi\w+|measur\w+|proven|tangible|hard|impressive) (?:results?|outcomes?|proof|success|roi|impact|gains?)|proven (?:success|track)|what (?:other|similar|our) (?:\w+ ){0,3}?(?:achieved|saved|got|saw|gained)|how (?:other|similar|our) (?:\w+ ){0,3}?(?:customers?|clients?|compan(?:y|ies)|teams|firms) (?:\w+ )?(?:cut|reduc\w+|saved?|improv\w+|achiev\w+|solv\w+|benefit\w*|succe\w+|use[ds]?))\b",
            Kind::Result,
        ),
        asked(
            r"\b(?:(?:customer|client|user) (?:\w+ )?(?:names?|logos?|references?|stor(?:y|ies)|examples?|quotes?|testimonials?|wins?|base|list|proof)|\w*logos?|social proof|testimonials?|SAY (?:[\w'-]+[, ]+){0,6}?(?:customers?|clients?|household names|big names|reference accounts?|users)|SAY (?:[\w'-]+[, ]+){0,5}?(?:well-known|recogni[sz]\w+|famous|named|notable|marquee|similar|comparable|peer|competing|other|leading|prominent|prestigious|well known|fortune 500) (?:\w+ ){0,2}?(?:customers?|clients?|compan(?:y|ies)|brands?|names|firms|teams|organi[sz]ations?|enterprises|businesses|competitors?)|SAY (?:[\w'-]+ ){0,4}?(?:competitors?|brands)|who (?:else )?(?:already )?uses?|peer (?:companies|references?|recommendations?|validation)|bandwagon|(?:others|competitors) (?:in|already|are))\b",
            Kind::Customer,
        ),
        asked(
            r"\b(?:certifi\w+|attestations?|accreditations?|compliance (?:badges?|credentials?|certif\w+|requirements?|standards?)|security (?:credentials?|badges?|certif\w+|attest\w+)|soc ?[12]\b|iso ?27001|hipaa|gdpr|fedramp|pci\b|hitrust)",
            Kind::Certification,
        ),
        asked(
            r"\b(?:industry|market|research|survey|benchmark|gartner|third-party|external) (?:statistics?|stats|data|benchmarks?|figures?|numbers?|research|averages?|studies)|\b(?:statistics?|stats|data points?|benchmarks?|percentages?)\b|\b(?:specific|concrete|exact|hard|precise|impressive|compelling|eye-catching|strong|bold|quantified|quantifiable|striking|powerful|real) (?:[\w-]+ ){0,2}?(?:metrics?|numbers?|figures?|data|savings|percentages?)\b|\bSAY (?:[\w'-]+[, ]+){0,4}?(?:metrics?|numbers?|figures?|time savings|cost savings|hours saved|savings)\b|\bquantif\w+ (?:the |every |each |your )?(?:\w+ )?(?:value|benefits?|results?|impact|gains?|savings|roi|claims?)\b|\b(?:time|cost) savings in\b|\bmetrics\b",
            Kind::Figure,
        ),
        asked(
            r"\bSAY (?:[\w'-]+[, ]+){0,5}?(?:integrations?|connectors?|compatib\w+|plug-?ins?)\b|\b(?:integrates?|compatib\w+|works|connects?|plugs?) (?:\w+ly )?(?:with|to|into) (?:\w+ ){0,3}?(?:tools|stack|systems|technology|ecosystem|software)\b|\bnative integrations?\b",
            Kind::Integration,
        ),
        asked(
            r"\b(?:awards?|accolades|press (?:coverage|mentions?|features?)|media (?:coverage|mentions?)|analyst (?:recognition|reports?|quotes?)|rankings?|star ratings?|investors?|backers?|founders?' (?:background|pedigree|experience)|team's (?:background|pedigree|experience)|pedigree|industry recognition|thought leadership)\b",
            Kind::Other,
        ),
        asked(
            r"\b(?:discounts?|special (?:pricing|offers?|prices?|rates?)|limited[- ](?:time|spots?|places|seats|availability|slots)|scarcity|urgency|few (?:spots|places|seats|slots)|free (?:trials?|pilots?|tier|months?)|money-back|guarantees?|deadlines?|fear of missing|fomo|exclusiv\w+|introductory|act (?:now|fast))\b",
            Kind::Price,
        ),
    ]
});

fn instruction(passage: &str, text: &Folded, facts: &Facts) -> Option<Why> {
    static INVENTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:invent|fabricate|make (?:\w+ ){0,4}?up\b|made-up|embellish|exaggerate|inflate|round up|stretch the|pretend|fictional|fictitious|improvise|(?:plausible|believable|realistic|credible|convincing|likely|reasonable)(?:-sounding)? (?:\w+ ){0,2}?(?:numbers?|figures?|metrics?|customers?|clients?|names?|results?|statistics?|case|details?|stor(?:y|ies)|examples? of (?:customers|clients))|even if (?:it|they|you|we|the|none|no)|assume (?:we|the product|the company|our|that we))\b",
        )
    });
    let low = &text.low;
    for found in INVENTS.find_iter(low.as_bytes()) {
        if !is_forbidden(low, found.start()) && !is_marked(low) {
            return Some(Why::AsksToInvent);
        }
    }
    if is_restricted(low) {
        return dictated(passage, text, facts);
    }
    for asked in ASKED.iter() {
        for found in asked.pattern.find_iter(low.as_bytes()) {
            let matched = &low[found.start()..found.end()];
            let forbidden = is_forbidden(low, found.start()) || is_forbidden(low, found.end());
            if !forbidden && !is_aside(low, found.start(), asked.kind) && !is_licensed(asked.kind, matched, low, facts)
            {
                return Some(Why::AsksFor(asked.kind));
            }
        }
    }
    dictated(passage, text, facts)
}

/// What is to be said word for word: in quotation marks, or after `say that`; and figures that the facts do not have.
fn dictated(passage: &str, text: &Folded, facts: &Facts) -> Option<Why> {
    static SAY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"\b(?:that|how) ((?:we|our|the (?:product|platform|company|software|tool)|it|(?:most |many |some |all )?(?:customers|clients|teams|users|companies))\b.{8,})$|"([^"]{8,})"|\b(?:such as|e\.g\.|like|for example):? '([^']{12,})'"#,
        )
    });
    let low = &text.low;
    for captures in SAY.captures_iter(low.as_bytes()) {
        let Some(said) = captures.iter().skip(1).flatten().next() else { continue };
        if is_forbidden(low, said.start()) {
            continue;
        }
        let words = quote(passage, said.start(), said.end());
        if let Some(claim) = audit(&words, facts, "").ungrounded().find(|claim| claim.kind != Kind::Placeholder) {
            return Some(Why::States(claim.kind));
        }
    }
    let unknown = figures(low).into_iter().find(|figure| {
        is_of_benefit(figure, low) && !is_forbidden(low, figure.start) && facts.source.figure(figure, low).is_none()
    });
    unknown.map(|_| Why::States(Kind::Figure))
}

/// Whether a figure in an instruction measures what is offered, and not the message or the ask.
fn is_of_benefit(figure: &Figure, low: &str) -> bool {
    static GAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:sav\w+|cut\w*|reduc\w+|faster|reclaim\w*|recover\w*|payback|pay\w*|go live|goes live|live in|onboard\w*|roi|gain\w*|return)\b",
        )
    });
    static ASK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:call|meeting|chat|demo|read|words?|sentences?|message|length|subject|of the message|tone|of readers)\b",
        )
    });
    match figure.unit {
        Unit::Money | Unit::Times => !figure.in_words,
        Unit::Percent => {
            !figure.in_words && !ASK.is_match(&low.as_bytes()[figure.end..(figure.end + 24).min(low.len())])
        }
        Unit::Time => figure.value > 0.0 && GAIN.is_match(low.as_bytes()) && !ASK.is_match(low.as_bytes()),
        Unit::Heads => ["customer", "client", "compan"].iter().any(|noun| low[figure.start..figure.end].contains(noun)),
        Unit::Text | Unit::Bare => false,
    }
}

/// Whether what stands at `at` is forbidden: `do not name customers, figures or certifications`.
fn is_forbidden(low: &str, at: usize) -> bool {
    static NEGATION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:do not|don't|does not|doesn't|never|avoid\w*|no|not|without|nor|neither|refrain\w*|cannot|can't|won't|forbid\w*|forbidden|instead of|rather than|free of|leave out|omit\w*|skip\w*|drop any|ban\w*|remove|strip|stay away from|steer clear of|resist\w*|delete|nothing)\b",
        )
    });
    // To forbid leaving something out is to ask for it.
    static BUT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:(?:do not|don't|never|not) (?:forget|fail|hesitate|omit|skip|be (?:afraid|shy)|leave out|shy away|neglect|miss|send|write|finish|submit|end|go|shrink|hold back)|no (?:message|e-?mail|draft) (?:without|should|may|goes)|not (?:only|just|optional)|no (?:matter|fewer|less)|without (?:fail|exception|hesitation))\b",
        )
    });
    static ASKS_AGAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:[;:]| but | instead,? |[,.] (?:and |instead,? |then |always )?)(?:name|mention|cite|reference|include|use|quote|add|give|provide|show|say|tell|lead|open|invent|always|rely|point)\b",
        )
    });
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[^.;:]{0,70}?\b(?:(?:is|are|must|may|should|can) (?:\w+ )?(?:not|never|forbidden|banned|off limits|prohibited|out of bounds|unwelcome|left out|to be avoided)|have no place|do not belong|does not belong|stays? out|are out)\b",
        )
    });
    let bytes = low.as_bytes();
    let before = &bytes[..at];
    if AFTER.is_match(&bytes[at..]) {
        return true;
    }
    let negated = NEGATION.find_iter(before).filter(|negation| {
        let but = BUT.find_iter(before).any(|but| but.start() <= negation.start() && negation.end() <= but.end());
        let again = ASKS_AGAIN.find_iter(&before[negation.end()..]).last().is_some();
        !but && !again
    });
    negated.last().is_some() && !(BUT.is_match(before) && !low[..at].contains("do not invent"))
}

/// Whether an instruction keeps the writer to what is stated.
fn is_restricted(low: &str) -> bool {
    static KEPT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:only (?:if|when|where|what|the|those|facts|figures?|use|claim|state|mention|cite|name|numbers?|customers?|from|with|integrations?|certifications?|such|ones|as|to the extent|results?|quote)|(?:use|claim|state|mention|cite|name|quote) only|nothing but|nothing (?:beyond|else|more|that)|if (?:and only if )?(?:the (?:facts|offer|persona|description|context|profile|company|section|prompt)|it is|they are|there is|there are|stated|any (?:is|are)|any|available|known|given|none|no|one is)|when (?:stated|available|given|known|the (?:facts|offer|persona|description|context))|where (?:stated|available|given|known|the (?:facts|offer|persona|description|context))|unless|as (?:stated|given|written|listed|it stands|they stand|described)|(?:stated|given|listed|provided|named|written|found|contained|set out|described|quoted|mentioned|supplied|appear\w*|stands?) (?:\w+ )?(?:above|below|here|in (?:the|this|your|their)|by the (?:facts|offer|persona|company|prompt|context)|to you|at the top)|\w+ (?:stated|listed) (?:facts?|figures?|numbers?|customers?|integrations?|certifications?|price|results?|value)|(?:the|any|every|each|one|a|our|its) (?:\w+ )?(?:stated|given|listed) \w+|(?:above|below)\b|(?:from|in|of|by|to|with|within) (?:the|this|your|their|its|our) (?:\w+ )?(?:facts|offer|persona|description|context|brief|profile|fact sheet|company section|offer section|company details|value proposition|list)|(?:the )?(?:facts|offer|persona|description|profile|context|prompt|company section) (?:\w+ )?(?:states?|says?|gives?|names?|lists?|holds?|mentions?|contains?|provides?|tells?|supports?|has|have|shows?|allows?)|supported by|backed by the facts|stick(?:s|ing)? to|keep(?:s|ing)? to|limit\w* (?:yourself )?to|you (?:have been|are|were) (?:given|told|shown)|word for word|exactly as|verbatim|in this prompt)\b",
        )
    });
    KEPT.find_iter(low.as_bytes()).any(|kept| {
        !super::words::is_denied(low, clause_start(low, 0, kept.start()), kept.start())
            || low[kept.start()..kept.end()].contains("only")
            || low[kept.start()..kept.end()].starts_with("unless")
    }) && !low.contains("not limited to")
        && !low.contains("not only what")
        && !low.contains("go beyond the facts")
}

/// Whether what is imagined is to be marked as imagined.
fn is_marked(low: &str) -> bool {
    static MARKED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:clearly|marked|mark it|label\w*|as an? (?:example|illustration|hypothetical|scenario)|hypothetical|say that it is|openly|imagine|suppose|scenario|illustrat\w+)\b",
        )
    });
    MARKED.is_match(low.as_bytes())
}

/// Whether what matched is the reader's own concern, or a word with another meaning.
fn is_aside(low: &str, at: usize, kind: Kind) -> bool {
    static CONCERN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:worr(?:y|ies)|concerns?|acknowledge\w*|respect\w*|questions?|asks?|answer\w*|objections?|their (?:own )?(?:\w+ ){0,2}|readers? who|people who|personas? (?:who|that|whose)|(?:for|to|with) (?:\w+ ){0,3}?(?:readers|personas|people|buyers|executives|roles|leaders)|who (?:care|ask|value|worry|want)\w*|cares? about|whether|matters to|explain\w* (?:how|what|why))\b[^.;:]*$",
        )
    });
    let clause = clause_start(low, 0, at);
    match kind {
        Kind::Certification | Kind::Integration | Kind::Price | Kind::Other => {
            CONCERN.is_match(&low.as_bytes()[clause..at])
        }
        Kind::Figure | Kind::Customer | Kind::Result => {
            static ASIDE: LazyLock<Regex> = LazyLock::new(|| {
                pattern(
                    r"\b(?:their own|the (?:reader|persona|recipient|prospect)'s(?: own)?|the persona's|explain\w* how|readers? who|people who|personas? who|who (?:care|ask|value|want)\w*|whether)\b[^.;:]*$",
                )
            });
            ASIDE.is_match(&low.as_bytes()[clause..at])
        }
        _ => false,
    }
}

/// Whether the facts have what is asked for.
fn is_licensed(kind: Kind, matched: &str, low: &str, facts: &Facts) -> bool {
    let statements = &facts.source.statements;
    let own: Vec<Figure> = figures(low);
    let benefit = |figure: &Figure| matches!(figure.unit, Unit::Percent | Unit::Money | Unit::Times | Unit::Time);
    let has_figures =
        statements.iter().flat_map(|statement| &statement.figures).filter(|figure| benefit(figure)).count();
    // Asked for is a figure that the facts state, and nothing besides.
    let mut asked = own.iter().filter(|figure| benefit(figure) && is_of_benefit(figure, low)).peekable();
    let named = asked.peek().is_some() && asked.all(|figure| facts.source.figure(figure, low).is_some());
    let has_customers = statements.iter().any(|statement| statement.has_customers);
    let says = |words: &[&str]| {
        statements.iter().any(|statement| words.iter().any(|word| statement.folded.low.contains(word)))
    };
    match kind {
        Kind::Customer => has_customers,
        Kind::Result => {
            (has_customers && has_figures > 0)
                || (named && !matched.contains("case") && !matched.contains("customer") && !matched.contains("client"))
        }
        Kind::Figure => {
            let foreign = [
                "industry",
                "market",
                "research",
                "survey",
                "statistic",
                "stats",
                "benchmark",
                "third-party",
                "gartner",
            ];
            let times = matched.contains("time savings") || matched.contains("hours");
            let many = ["metrics", "percentages", "data points", "numbers", "figures"]
                .iter()
                .any(|word| matched.contains(word));
            let has_times = || statements.iter().flat_map(|s| &s.figures).any(|figure| figure.unit == Unit::Time);
            !foreign.iter().any(|word| matched.contains(word))
                && (!times || has_times())
                && (named || has_figures >= if many { 2 } else { 1 })
        }
        Kind::Certification => {
            let mut wanted = standards(low).peekable();
            let generic = wanted.peek().is_none();
            let stated = |name: &str| says(&[name]);
            let any =
                statements.iter().any(|s| standards(&s.folded.low).next().is_some() || s.folded.low.contains("certif"));
            if generic { any } else { wanted.all(stated) }
        }
        Kind::Integration => statements.iter().any(|statement| statement.has_integrations),
        Kind::Other | Kind::Price => {
            let words = stems(matched);
            !words.is_empty() && statements.iter().any(|statement| share(&words, &statement.stems) >= 0.99)
        }
        Kind::SharedHistory | Kind::Placeholder => false,
    }
}

/// A statement that is none of the facts.
fn statement(passage: &str, text: &Folded, facts: &Facts) -> Option<Why> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[\s*#>-]*\**(customers?|clients?|references?|case stud(?:y|ies)|integrations?|connectors?|works with|certifications?|security|compliance|awards?|press|partners?|investors?|traction|founders?|team|proof|results?)\**\s*:\**\s*(.*)$",
        )
    });
    if let Some(captures) = LABEL.captures(text.bytes())
        && let (Some(label), Some(value)) = (captures.get(1), captures.get(2))
    {
        let kind = match &text.low[label.start()..label.end()] {
            label if label.starts_with("customer") || label.starts_with("client") || label.starts_with("reference") => {
                Kind::Customer
            }
            label if label.starts_with("integ") || label.starts_with("conn") || label.starts_with("works") => {
                Kind::Integration
            }
            label if label.starts_with("cert") || label.starts_with("sec") || label.starts_with("compl") => {
                Kind::Certification
            }
            label if label.starts_with("case") || label.starts_with("result") || label.starts_with("proof") => {
                Kind::Result
            }
            _ => Kind::Other,
        };
        let value_cased = format!("x {}", &text.cased[value.start()..value.end()]);
        let unknown = names::names(&value_cased).into_iter().any(|name| !facts.source.knows(&name));
        let uncertified =
            standards(&text.low).any(|name| !facts.source.statements.iter().any(|s| s.folded.low.contains(name)));
        if unknown || uncertified {
            return Some(Why::States(kind));
        }
    }
    let found = audit(passage, facts, "");
    found.ungrounded().find(|claim| claim.kind != Kind::Placeholder).map(|claim| Why::States(claim.kind))
}
