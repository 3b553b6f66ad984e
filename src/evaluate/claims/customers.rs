//! Customers: named or described, what they got, and the evidence that they are said to give.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::names;
use super::reading::{Found, Reading, Spoken};
use super::source::{Statement, share};
use super::words::{DID, DO, pattern, stems};

/// How much of a claim's words must be in the facts about customers for them to support it.
const ENOUGH: f64 = 0.5;

struct Rule {
    pattern: Regex,
    /// Whether the claim goes on to the end of its sentence.
    to_the_end: bool,
    /// Whether something that is to be imagined is none.
    imaginable: bool,
}

fn rule(text: &str, to_the_end: bool, imaginable: bool) -> Rule {
    Rule { pattern: pattern(text), to_the_end, imaginable }
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    const SOME: &str = r"(?:one|another|an?|some|several|two|three|four|five|six|many|most|other|similar|multiple|both|few|our|typical|the|every)";
    let adverbs = r"(?:\w+ly |just |already |also |now |since |even |all )?";
    vec![
        // Whose we have.
        rule(
            r"\b(?:our|my) (?:[\w'&-]+ ){0,4}?(?:customers?|clients?|users|client base|customer base|installed base|client list|(?:largest|biggest|busiest|newest|oldest|typical|average|smallest|first) (?:deployment|installation|rollout|site|account|user|implementation|project|customer|contract))\b",
            true,
            false,
        ),
        // What we have done for whom.
        rule(
            &format!(
                r"\b(?:we|i|who|that|[a-z]+|platform|product|software|tool|system|solution)(?:'ve| have| has|'s)? {adverbs}(?:helped|worked with|partnered with|teamed up with|onboarded|served|rolled (?:this|it) out|set (?:this|it|one|something) up (?:for|at|with)|(?:did|done|run|ran|built|solved|fixed) (?:this|it|that|exactly this|the same|exactly that|something similar|one)(?: \w+)? (?:for|with|at))\b"
            ),
            true,
            true,
        ),
        rule(
            &format!(
                r"\b(?:we|i)(?:'ve| have)? {adverbs}(?:{DID}|built|set|rebuilt|worked|supported|enabled)\b[^.;!?]{{0,70}}?\b(?:for|at|with|inside) {SOME} (?:[\w'&%$+.,/-]+ ){{0,7}}?__\b"
            ),
            true,
            true,
        ),
        rule(
            &format!(r"\b(?:we|i) {adverbs}(?:work|partner|serve|collaborate) ?(?:with )?(?:[\w'&-]+ ){{0,5}}?__\b"),
            true,
            true,
        ),
        rule(
            r"\b(?:having|after|from|since|in) (?:worked|spoken|speaking|working|talking|spent|helping|built|conversations?|interviews?|discussions?) (?:\w+ ){0,2}?(?:with|to|at|for|inside|years|time)\b",
            true,
            true,
        ),
        rule(
            r"\b(?:working|partnering|work) with (?:\w+ly )?(?:similar|several|many|other|enterprises|dozens|hundreds|a number|a handful|some|leading|growing)\b",
            true,
            true,
        ),
        rule(
            &format!(
                r"\b(?:we're|we are|i'm|i am|currently|been) {adverbs}(?:helping|working with|supporting|serving|partnering with|seeing|hearing|live (?:with|at|in))\b[^.;!?]{{0,40}}?\b(?:__|them)\b"
            ),
            true,
            true,
        ),
        rule(
            &format!(
                r"\b(?:we|i) (?:often |usually |typically |keep |regularly |always |also )?(?:see|hear|hearing|seeing|find|saw|heard)\b[^.;!?]{{0,40}}?\b__\b"
            ),
            true,
            true,
        ),
        rule(
            r"\b__ (?:that |who |whom |with whom )?(?:i|we|i've|we've)(?: have)? (?:\w+ly |also |already |now )?(?:talk|speak|spoke|spoken|talked|work|worked|met|meet|interview\w*|survey\w*|asked|deal|dealt|help|helped|support|supported|see|know|chat\w*|onboard\w*|serve|served|built)\b",
            true,
            true,
        ),
        // What became of somebody.
        rule(
            &format!(
                r"\b{SOME} (?:[\w'&%$+.,/()-]+ ){{0,7}}?__\b[^.;!?]{{0,90}}?\b(?:{DID}|now (?:handles?|runs?|closes?|spends?|takes?|saves?|processes?|uses?|gets?|does|do|finish\w*)|has (?:seen|cut|reduced|saved|been))\b"
            ),
            true,
            true,
        ),
        rule(
            &format!(
                r"\b(?:many|most|several|some|dozens of|hundreds of|thousands of|countless|typically,?|usually,?|average) (?:of )?(?:[\w'&/-]+ ){{0,4}}?__\b(?: \w+){{0,5}}? (?:typically |usually |generally |often )?(?:{DO})\b"
            ),
            true,
            true,
        ),
        rule(
            r"\b(?:other|similar|comparable|peer|fellow|similar-sized|similarly sized) (?:[\w'&/-]+ ){0,4}?__\b[^.;!?]{0,40}?\b(?:are (?:us|handl|automat|sav|reduc|solv|doing|do|gett|cutt|deal|approach|tackl|seeing|already|mov|roll)\w*|have|use|uses|using|rely|trust|switched|solved|handle|handled|cut|saved|reduced|did|achiev\w*|see|saw|experienced|found|moved|got|save|tackled)\b",
            true,
            true,
        ),
        rule(
            &format!(
                r"\b__ (?:just )?(?:like yours|your size|of your size|in your (?:space|industry|position|sector|region|field|market|niche|area)|such as yours|similar to (?:yours|you|your)|at your stage|like you)\b[^.;!?]{{0,40}}?\b(?:{DO}|{DID}|love|choose|chose)\b"
            ),
            true,
            true,
        ),
        rule(
            r"\b(?:trusted|used|chosen|relied on|loved|adopted|favou?red|picked|preferred) (?:\w+ )?by\b|\b(?:deployed|live|in use|in production|running|rolled out) (?:at|across|in|with) (?:\w+ |\d\S* ){0,3}?__",
            true,
            true,
        ),
        // Whoever it is: `carriers on three continents rely on it`, `homes that plan with us`.
        rule(
            r"\b(?:[a-z]+s|people) (?:\w+ ){0,5}?(?:already |now |also |all )?(?:rely on|run on|depend on|count on|swear by|standardi[sz]ed on|trust|bank on|stick with|stay with|live on) (?:it|us|ours)\b|\b[a-z]+s (?:that|who|which) (?:already |now )?(?:use|run|plan|work|switch\w*|move[ds]?|book|bought|buy|start(?:ed)?|adopt\w*|deploy\w*|sign(?:ed)?|go|went|joined|came|chose) (?:up |live |over )?(?:it|us|with us|on it|with it|to us|to it|ours)\b",
            true,
            true,
        ),
        rule(
            r"\byour (?:\w+ ){0,2}?(?:competitors?|peers|rivals|competition|counterparts|neighbou?rs)\b[^.;!?]{0,30}?\b(?:have|has|are|is|already|use|uses|signed|switched|chose|moved|adopted|joined|run|rely)\b",
            true,
            true,
        ),
        rule(
            r"\b(?:a|an|our|one|the|last|recent) (?:[\w-]+ ){0,2}?(?:pilot|trial|rollout|deployment|implementation|engagement) (?:at|with|in|for) [^.;!?]{2,50}?\b(?:ended|showed|brought|delivered|cut|saved|reduced|paid|led|resulted|produced|gave|took|went|closed|proved)\b|\bin (?:my|our) last (?:\w+ )?(?:projects?|rollouts?|deployments?|implementations?|pilots?)\b",
            true,
            true,
        ),
        rule(
            r"\b(?:would|will|who|she|he|both|'d) (?:also )?be (?:glad|happy|pleased|delighted) to (?:tell you how|vouch|take your call|confirm)\b|\b(?:[a-z]+) (?:would be|is|are|was) (?:glad|happy|pleased|delighted) to (?:tell you|talk to you|speak (?:to|with) you|share) (?:how|about|what)? ?(?:her|his|their|they|she|he)\b",
            true,
            true,
        ),
        rule(
            r"\b(?:independent(?:ly)?|third-party|external|lab|clinical|academic|peer-reviewed|university|field) (?:\w+ )?(?:tests?|tested|trials?|stud(?:y|ies)|validat\w+|verified|measure\w*|confirmed|evaluat\w+|research|analys[ie]s|proven)\b",
            true,
            true,
        ),
        // The evidence.
        rule(
            r"\b(?:case stud(?:y|ies)|success stor(?:y|ies)|testimonials?|(?:customer|client|peer|user) (?:references?|stor(?:y|ies)|examples?|proof|quotes?|testimonials?|results|outcomes)|reference (?:customers?|clients?|calls?|accounts?|sites?|checks?)|references (?:from|at|in|who|we|of)|proven (?:track record|results|roi|success|to)|track record|roi data|customer success metrics|similar (?:\w+ ){0,2}implementations|adoption rates?|battle-tested|field-proven|(?:similar|comparable) (?:results|outcomes|gains|savings))\b",
            false,
            false,
        ),
        rule(
            r"\bexamples? (?:of|from|how) (?:[\w-]+ ){0,3}?(?:other|similar|our|companies|clients|customers|teams|firms|agencies|how|your (?:peers|competitors|industry))\b",
            true,
            false,
        ),
        rule(
            r"\b(?:connect|introduce|put) you (?:\w+ ){0,3}?(?:with|to|in touch)\b[^.;!?]{0,60}?\b(?:customers?|clients?|users|__|someone who|somebody who|people who)\b",
            true,
            false,
        ),
        rule(
            r"\b(?:our (?:data|numbers|benchmarks?|analysis|analyses|research|surveys?|records|statistics|metrics|results) (?:\w+ )?(?:show|suggest|indicat|say|put|find|found|reveal|prove|point|confirm|speak)\w*|(?:studies|research|surveys?|industry (?:data|benchmarks?|averages?|reports?|research)|statistics|analysts?|benchmarks?|experts?) (?:\w+ )?(?:show|suggest|indicat|find|found|say|report|estimat|put|agree|prove)\w*|according to (?:gartner|forrester|industry|recent|a|our|the|mckinsey|deloitte|one)\b|(?:we|i)(?:'ve| have)? (?:measured|observed|benchmarked|tracked|analy[sz]ed|surveyed|consistently|seen|learned from|proven|proved)\b|on average,? (?:our|we|customers|clients|they|teams|companies)\b)",
            true,
            true,
        ),
        rule(
            r"\b(?:more|better|faster|fewer) (?:\w+ )?than (?:their|our) (?:previous|old|former|last)\b|\bafter (?:switching|moving|going live|adopting|rolling out|signing up|onboarding)\b[^.;!?]{0,40}\b(?:they|he|she|their|its)\b|\bthey(?:'re| are|'ve| have)? (?:now|since|also|then|even|particularly|never|quickly|no longer) (?:\w+ ){0,2}?\w+|\b(?:their|his|her|its) (?:[\w-]+ ){0,3}?(?:ceo|cto|coo|cfo|leads?|heads?|directors?|founders?|managers?|controllers?|team|boss|owners?|officers?|supervisors?|clerks?|staff|agents?|people|engineers?|chief|nurses?|planners?|accountants?) (?:\w+ly )?(?:tells?|told|said|says|calls?|called|reports?|reported|described?|now|credits?|credited|put it|joked|jokes|swears?|loves?|raves?)\b|\b(?:who|they|she|he|both|customers|clients) (?:\w+ ){0,3}?(?:agreed|happy|willing|glad|volunteered) to (?:take (?:your |a )?calls?|speak (?:to|with) you|talk (?:to|with) you|vouch|tell you|share)\b",
            true,
            true,
        ),
    ]
});

/// Claims about customers.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for sentence in reading.sentences.iter().filter(|sentence| !sentence.is_frame) {
        let low = reading.low(sentence);
        for rule in RULES.iter() {
            if rule.imaginable && (sentence.is_imagined || sentence.is_scenario) {
                continue;
            }
            for matched in rule.pattern.find_iter(low.as_bytes()) {
                let start = sentence.start + matched.start();
                if is_other(reading, sentence, start, sentence.start + matched.end()) {
                    continue;
                }
                let end = sentence.start + if rule.to_the_end { low.len() } else { matched.end() };
                found.push(judge(reading, start, end));
            }
        }
    }
}

/// Whether what matched speaks of something else: of the reader, of what is denied, of what the product does for anybody.
fn is_other(reading: &Reading<'_>, sentence: &Spoken, start: usize, end: usize) -> bool {
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:[- ](?:success|support|care|service|services|facing|data|portal|journey|experience|relations|accounts?|records?|onboarding|calls|emails|tickets|requests)\b| with (?:you|your)\b| (?:you|your)\b)",
        )
    });
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:helps?|lets?|allows?|enables?|gives?|makes?|built for|made for|designed for|meant for|for|saves?|spares?|so that|so|whether|if|when|once|as|like|looking for|your|you(?:'re| are)?|you (?:lead|run|manage|head|own)|need|wants?|what|because|would|could|might|may|can|to|until|where|is|was) (?:\w+ ){0,1}$",
        )
    });
    static READER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|your|you're|you've|you'll|yourself)\b"));
    static LIKE_YOURS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:yours|your (?:size|stage|space|industry|sector|field|market|position|region|peers|niche|area)|like you(?:rself)?|(?:connect|introduce|put|show|give|send|tell) you|similar to you(?:r \w+)?)\b",
        )
    });
    static OWN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:we|i|our|my|having|from|working|trusted|used|your (?:\w+ ){0,2}?(?:competitors?|peers|rivals|competition|counterparts|neighbou?rs)|a (?:\w+ )?pilot|in (?:my|our) last|would|will|case|success|connect|introduce|other|similar|examples?|they|their|testimonial|proven|track|reference|customer|client|after|since|studies|research|according)\b",
        )
    });
    let low = &reading.message.low;
    let matched = &low[start..end];
    if matched.contains("shop floor")
        || AFTER.is_match(&low.as_bytes()[end..sentence.end])
        || reading.is_denied(sentence, start + first_word(matched))
    {
        return true;
    }
    let clause = super::words::clause_start(low, sentence.start, start);
    let before = &low.as_bytes()[clause..start];
    static WISH: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\byou (?:\w+ ){0,3}?(?:want|like|need|prefer|look|ask|value|expect|decide|rely|weigh|trust|put|care|check|judge|read|require|base|go by)\w*\b[^.;!?]*$|\byour (?:\w+ ){0,3}?$",
        )
    });
    if WISH.is_match(before) {
        return true;
    }
    if OWN.is_match(matched.as_bytes()) {
        // `I know from working with` is ours; `you may have worked with` is not.
        return false;
    }
    if BEFORE.is_match(before) {
        return true;
    }
    let plain = LIKE_YOURS.replace_all(matched.as_bytes(), &b"-"[..]);
    READER.is_match(&plain)
        || ends_in_infinitive(matched)
        || is_offer_itself(reading, matched)
        || is_common_talk(reading, sentence, matched)
}

fn first_word(text: &str) -> usize {
    text.find(' ').unwrap_or(text.len())
}

/// `a team to cut`, `a clinic can save`: no event.
fn ends_in_infinitive(matched: &str) -> bool {
    let mut words = matched.rsplit(' ');
    words.next();
    let before: Vec<&str> = words.take(2).collect();
    // `Paper that is signed`: a state, and nobody's deed.
    if before.first().is_some_and(|word| matches!(*word, "is" | "are" | "be" | "being" | "gets" | "get")) {
        return true;
    }
    before.iter().any(|word| {
        matches!(
            *word,
            "to" | "can"
                | "could"
                | "will"
                | "would"
                | "may"
                | "might"
                | "must"
                | "should"
                | "helps"
                | "lets"
                | "that's"
                | "who'd"
        )
    })
}

/// `Many offices have grown around habits that once made sense`: of whom everybody speaks, without a number and without a
/// word of us.
fn is_common_talk(reading: &Reading<'_>, sentence: &Spoken, matched: &str) -> bool {
    static GENERAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:some|many|most|few|both|every|the|several|an?|one)\b.*\b(?:was|were|had|did|put|made|used|lost|kept|found|ran|took|came|liked|paid|went|got|started|closed|grew|handed|told|fixed|signed|missed|logged|caught|won|hit|raised|done|built|drove|put)$",
        )
    });
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:we|us|our|ours|we've|customers?|clients?|with it|using it|platform|switch\w*)\b")
    });
    let low = reading.low(sentence);
    GENERAL.is_match(matched.as_bytes())
        && !LINK.is_match(low.as_bytes())
        && reading.figures_in(sentence.start, sentence.end).next().is_none()
        && !low.contains('"')
}

/// `Brackwater is a platform that was built for`: the offer speaks of itself.
fn is_offer_itself(reading: &Reading<'_>, matched: &str) -> bool {
    static ITSELF: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:an?|one|the|our) (?:[\w'&%$+.,/()-]+ ){0,7}?(?:platforms?|networks?|group|platform|maker|provider|vendor|company|startup|start-up|team)\b",
        )
    });
    let words = stems(matched);
    ITSELF.is_match(matched.as_bytes()) && share(&words, &reading.facts.source.stems) >= 0.75
}

/// What kind of claim it is, and whether the facts support it.
fn judge(reading: &Reading<'_>, start: usize, end: usize) -> Found {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b(?:{DID}|reduc\w+|sav(?:e|es|ing|ings)|improv\w+|increas\w+|results?|outcomes?|gains?|payback|roi|faster|fewer|cutting)\b"
        ))
    });
    let text = &reading.message.low[start..end];
    let has_figure = reading.figures_in(start, end).next().is_some();
    let kind = if has_figure || RESULT.is_match(text.as_bytes()) { Kind::Result } else { Kind::Customer };
    let support = support(reading, start, end).map(|statement| statement.text.clone());
    Found { start, end, kind, support }
}

/// Whether a statement says nearly word for word what is claimed, of the same people.
fn says_the_same(statement: &Statement, text: &str, words: &[String]) -> bool {
    static WHO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b__\b"));
    let same_people = WHO.find_iter(text.as_bytes()).all(|who| {
        let who = &text[who.start()..who.end()];
        stems(who).iter().all(|stem| statement.stems.contains(stem))
            && (statement.folded.low.contains(who) || who.contains(' '))
    });
    words.len() > 1 && same_people && share(words, &statement.stems) >= 0.75
}

fn support<'a>(reading: &'a Reading<'_>, start: usize, end: usize) -> Option<&'a Statement> {
    let source = &reading.facts.source;
    let low = &reading.message.low;
    let (text, cased) = (&low[start..end], &reading.message.cased[start..end]);
    // Every figure must be one of the facts, and every name known to them.
    let mut figures = reading.figures_in(start, end).peekable();
    let has_figures = figures.peek().is_some();
    let is_ask = |figure: &super::figures::Figure| super::quantities::is_ask(reading, figure);
    if figures.any(|figure| source.figure(figure, low).is_none() && !is_ask(figure)) {
        return None;
    }
    let named = names::names(cased);
    if named.iter().any(|name| !source.knows(name)) {
        return None;
    }
    let words = stems(text);
    if let Some(statement) = source.statements.iter().find(|statement| says_the_same(statement, text, &words)) {
        return Some(statement);
    }
    let best = |statements: &mut dyn Iterator<Item = &'a Statement>| {
        statements
            .map(|statement| (share(&words, &statement.stems), statement))
            .max_by(|one, other| one.0.total_cmp(&other.0))
    };
    let customers = best(&mut source.statements.iter().filter(|statement| statement.has_customers));
    if let Some((share, statement)) = customers {
        let names_customer = named.iter().any(|name| statement.folded.cased.contains(name.as_str()));
        if share >= ENOUGH || (names_customer && share >= 0.2) {
            return Some(statement);
        }
        // Spread over several statements about customers.
        let all: std::collections::HashSet<String> =
            source.statements.iter().filter(|s| s.has_customers).flat_map(|s| s.stems.iter().cloned()).collect();
        if super::source::share(&words, &all) >= ENOUGH {
            return Some(statement);
        }
    }
    // What many get, told as what many get.
    static ONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:one|another|a|an) (?:[\w'&%$+.,/()-]+ ){0,7}?__\b|\bsimilar|\bother\b|case stud|reference")
    });
    let general = best(&mut source.statements.iter().filter(|statement| statement.is_general));
    let (share, statement) = general?;
    (share >= 0.6 && has_figures && !ONE.is_match(text.as_bytes())).then_some(statement)
}
