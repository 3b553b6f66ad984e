//! What the instructions of a prompt ask for, and whether the facts have it.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::facts::Facts;
use super::figures::{Figure, Unit, figures};
use super::prompt::is_of_benefit;
use super::source::share;
use super::standards::standards;
use super::words::{clause_start, pattern, stems};

/// Something that instructions ask for.
pub(super) struct Asked {
    pub pattern: Regex,
    pub kind: Kind,
}

/// All of it, what is worst first.
pub(super) static ASKED: LazyLock<Vec<Asked>> = LazyLock::new(|| {
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

/// Whether what matched is the reader's own concern, or a word with another meaning.
pub(super) fn is_aside(low: &str, at: usize, kind: Kind) -> bool {
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
pub(super) fn is_licensed(kind: Kind, matched: &str, low: &str, facts: &Facts) -> bool {
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
