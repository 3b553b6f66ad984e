//! Shared history: what the sender says to have seen of the reader, or to have had with them.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::reading::{Found, Reading, Spoken};
use super::source::share;
use super::words::{pattern, stems};

/// How much of what was seen must stand in the persona.
const ENOUGH: f64 = 0.7;

/// What one can have seen of somebody in public.
const EVENT: &str = r"(?:posts?|articles?|talks?|panels?|keynotes?|interviews?|podcasts?|webinars?|presentations?|announcements?|announced|fundrais\w+|funding|series [a-f]\b|job (?:posts?|postings?|ads?|adverts?|listings?|openings?)|hiring|threads?|comments?|newsletters?|conferences?|summits?|meet-?ups?|town halls?|press releases?|blogs?|tweets?|linkedin|op-?eds?|white ?papers?|columns?|speech|remarks|episodes?|appearances?|acquisitions?|merger|ipo|promotion|appointment|anniversary|milestones?|rebrand|careers page|open roles?|essays?|speaking|awards?|quoted)";
/// What everybody has, and what is news only if it is called so.
const NEWS: &str = r"(?:growth|launch(?:es)?|expansions?|hires?|openings?|releases?|reports?|sessions?|videos?|books?|moves?|round|raise|success|wins?|achievements?|new role|certifications?|office|location|rollout|migration|partnership|investments?|work|updates?|news)";

struct Rule {
    pattern: Regex,
    /// Whether the persona can support it.
    groundable: bool,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |text: &str, groundable: bool| Rule { pattern: pattern(text), groundable };
    let adverbs = r"(?:just |recently |really |also |happened to |particularly |truly |very much |genuinely |first |only |quite |once |thoroughly |thoughtfully )?";
    vec![
        rule(
            &format!(
                r"(?:\b(?:i|we)(?:'ve| have|'d| had|'m| am| was| were)? {adverbs}|(?:^|[,;:(.!-] ?|\band |\bps |p\.s\.:? |p\.s\.? - ?|\bto have |\bhaving ){adverbs})(?:saw|noticed|read|seen|loved|enjoyed|caught|came across|come across|watched|heard|listened to|spotted|been following|following|followed|stumbled (?:up)?on|appreciated|admired?|bookmarked|remember|impressed (?:by|with)|struck by|looked (?:at|through|into)|checked out|been reading|reading|looking (?:at|through)|see (?:that )?you|gather (?:that )?you|picked up|learned|sat in on|attended|found your|taken with|inspired by|checking out|listening to|watching|browsing)\b[^.;!?]{{0,60}}?(?:\byou\b|\byour\b|\byou're\b|\byou've\b|'s\b|\b{EVENT}\b)"
            ),
            true,
        ),
        rule(
            r"(?:\b(?:i|we)(?:'ve)? |^|[,;:(.!-] ?)(?:just )?(?:saw|noticed|spotted|loved|read about|heard about|came across) (?:that )?(?:the|about) (?:[\w'-]+ ){0,3}?(?:new|recent|latest|news|opening|expansion|merger|announcement|piece|feature|interview|article|post)\b",
            true,
        ),
        rule(r"\b(?:congrat\w*|kudos|well done|hats off|bravo)\b", true),
        rule(
            &format!(
                r"\byour (?:[\w'&-]+ ){{0,3}}?(?:recent|latest|last|newest|upcoming|linkedin|excellent|thoughtful|insightful|impressive|rapid|q[1-4]|brilliant|fantastic|amazing|inspiring) (?:[\w'&-]+ ){{0,4}}?(?:{EVENT}|{NEWS})\b"
            ),
            true,
        ),
        rule(&format!(r"\byour (?:[\w'&-]+ ){{0,2}}?{EVENT}\b"), true),
        rule(
            r"\b(?:recent|latest) (?:linkedin )?(?:posts?|articles?|talk|keynote|interview|podcast|announcement|funding) (?:\w+ ){0,6}?(?:you|your)\b|\b(?:my|our|his|her) (?:post|comment|dm)\b",
            true,
        ),
        rule(
            r"\byou(?:'ve| have)? (?:recently |just |also |publicly |once |rightly |kindly |all )?(?:mentioned|said|wrote|spoke|presented|posted|announced|raised|launched|tweeted|published|commented|talked about|argued|told|opened|hired|acquired|attended|downloaded|signed up|visited|requested|asked (?:about|us|me)|expressed|liked|reached out|gave|won|joined|stopped by|registered|subscribed|replied|filled)\b|\byou(?:'re| are) (?:speaking|presenting|hiring|expanding|opening|launching|attending|featured|quoted|part of the|recruiting|doubling|rolling out|migrating)\b|\byou were (?:on|at|quoted|featured|speaking|interviewed)\b",
            true,
        ),
        // Heard of the reader.
        rule(
            r"\b(?:i|we) (?:also )?(?:understand|hear|gather|believe|heard|read|learn(?:ed|t)?|know) (?:that )?(?:the|your|you|you're|you've|there(?:'s| is)|this|a|from)\b[^.;!?]{0,80}?\b(?:merg\w+|opens|opening|open (?:a|your|two|three|another)|expand\w*|acquir\w+|mov(?:e|ing) (?:to|into|house|premises|office)|hir(?:e|ed|ing)|launch\w*|rais(?:ed|ing)|retir\w+|resign\w*|restructur\w+|tender\w*|inspect\w+|fined|(?:this|next|last) (?:spring|summer|autumn|winter|fall|year|month|quarter|week))\b|\b(?:rumou?r has it|word (?:is|has it|on the street)|a little bird|(?:i'm|i am|i was|we were) told (?:that )?(?:you|your)|people say|everyone says)\b",
            true,
        ),
        rule(
            r"\b(?:after|since|when|because) you (?:downloaded|signed up|visited|registered|attended|asked|called|wrote|requested|filled|tried|contacted|clicked|opened|stopped by|left your)\b|\bthis is my (?:second|third|fourth|fifth) \b|\bsince i (?:first|last) (?:wrote|called|mailed|got in touch)\b|\bthank(?:s| you) (?:again )?for (?:having|hosting|seeing|showing|meeting|inviting|receiving|calling|listening to) (?:us|me)\b|\bas (?:\w+ly )?(?:discussed|agreed|promised)\b|\byour (?:colleagues?|counterparts?|neighbou?rs?|peers?|people|team) (?:at|in|from|over|down|up)\b[^.;!?]{1,50}?\b(?:already|has|have|uses?|is|are|loves?|told|said|runs?)\b",
            false,
        ),
        // Had together.
        rule(
            r"\b(?:we|i)(?:'ve| have)? (?:once |briefly |recently |first |last |actually |already |both )?(?:met|spoke|talked|chatted|crossed paths|sat|shared a|emailed you|wrote to you|e-mailed you|messaged you|reached out (?:last|a|before|earlier|in|to you)|called you|sent you|left you|tried (?:to reach|calling|you))\b",
            false,
        ),
        rule(
            r"\b(?:came|come|comes|were|was|been) (?:\w+ly )?recommended (?:to (?:you|me|us)|by)\b|\b(?:met|saw|heard|ran into|bumped into|spoke (?:to|with)|talked (?:to|with)|sat (?:next to|beside|behind|with)|know) you (?:at|in|on|during|last|speak|from|there|present)\b|\b(?:as|like) (?:we )?(?:discussed|agreed|mentioned|promised)\b|\b(?:per|following up on|following|further to|after|since|from|picking up|continuing|circling back (?:on|to)|about) (?:our|my|the|your) (?:\w+ ){0,2}?(?:conversations?|call|chat|meeting|email|e-mail|exchange|discussion|note|message|demo|session|question|inquiry|enquiry|request)\b|\b(?:great|good|nice|lovely|pleasure|wonderful|fun) (?:to (?:meet|see|speak|talk|chat|connect|run into)|meeting|speaking|talking|chatting|connecting|seeing|running into|bumping into)\b|\bthanks? (?:you )?(?:again )?for (?:your time|taking the time|the (?:chat|call|conversation|intro\w*|quick)|connecting|downloading|attending|visiting|signing|stopping|joining|accepting|the connection|coming|reaching|getting back)|\b(?:when|since|last time|the last time) we (?:last |first )?(?:met|spoke|talked|chatted|connected)\b|\bour (?:last|previous|earlier|recent|first) (?:conversation|call|chat|meeting|email|exchange|discussion|talk)\b|\b(?:circling|looping) back\b|\bbumping this\b|\bmy (?:last|previous|earlier) (?:note|email|e-mail|message|letter)\b|\bremember me\b|\bwe have (?:a )?(?:mutual|common|shared)\b",
            false,
        ),
        rule(
            r"\byour (?:[\w'.,-]+ ){1,8}?(?:said|told|suggested|reckoned|thought) (?:that )?(?:i|we|you|me|us)\b|\b(?:float\w*|bump\w*|push\w*|bring\w*|mov\w+) (?:this|it) (?:back )?(?:up|to the top)\b|\byour (?:[\w'.-]+ ){1,3}?(?:said|told|mentioned|suggested|recommended|pointed me|reckons|asked me|gave me|referred|passed (?:me|on|along)|introduced)\b|\b(?:your|our|my|a|an) (?:[\w-]+ ){0,3}?(?:colleague|coworker|co-worker|teammate|boss|ceo|cto|cfo|coo|investors?|board member|friend|connection|contact|acquaintance|peer|predecessor|assistant|office|team|manager|advisor|partner|neighbou?r)\b,?(?: [\w.'-]+,?){0,6}? (?:suggested|recommended|mentioned|pointed|told|said|referred|introduced|thought|asked|gave me|passed|shared|spoke)\b|\b(?:suggested|recommended|told me|thought|said) (?:that )?(?:i|we) (?:should )?(?:reach|get in touch|write|contact|drop|speak|talk|connect|ping|email|call|might)|\b(?:was|were|been) (?:referred|introduced|pointed|put in touch|sent) (?:to you )?(?:by|to you)\b|\bmutual (?:connections?|friends?|contacts?|acquaintances?)\b|\bfellow (?:alum\w*|member|founder|startup|speaker|attendee|graduate|parent)|\b(?:he|she|they|who) (?:[\w]+ )?(?:suggested|recommended|thought|felt|said|reckoned) (?:that )?you (?:should |might |would |could )?(?:try|like|be|want|need|benefit|speak|talk|ask|look|have)\b|\b(?:and i|we) (?:both )?(?:trained|studied|worked|served|grew up|sailed|played|sat|were) (?:\w+ )?(?:together|in the same|on the same|at the same)\b|\b(?:mentioned|gave me|passed on|passed me|shared|recommended) (?:you|your (?:name|number|contact|details))\b|\byour (?:\w+ ){0,2}?(?:assistant|office|receptionist|secretary|team|colleagues?|front desk) (?:was|were) (?:so |very )?(?:kind|nice|good|happy|helpful)\b|\b(?:gave|give|giving|passed|sent) me your\b|\bwho (?:reports to|works (?:for|with|under)|knows|sits next to) you\b|\b(?:says|said) (?:hello|hi)\b|\bsends? (?:her|his|their) (?:best|regards|greetings)\b|\bspeaks? highly of you\b|\bon (?:\w+ )?['s]*recommendation\b|\b(?:same|both) (?:conference|alma mater|alumni|university|school|meetup|community)\b",
            false,
        ),
    ]
});

/// Claims of a shared history.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for sentence in reading.sentences.iter().filter(|sentence| !sentence.is_frame || reading.low(sentence).len() > 40) {
        let low = reading.low(sentence);
        for rule in RULES.iter() {
            for matched in rule.pattern.find_iter(low.as_bytes()) {
                let skip = matched.as_bytes().iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
                let start = sentence.start + matched.start() + skip;
                if is_other(reading, sentence, start, sentence.start + matched.end()) {
                    continue;
                }
                let end = end_of_clause(low, matched.end()) + sentence.start;
                let support = if rule.groundable { support(reading, start, end) } else { None };
                found.push(Found { start, end, kind: Kind::SharedHistory, support });
            }
        }
    }
}

fn is_other(reading: &Reading<'_>, sentence: &Spoken, start: usize, end: usize) -> bool {
    static SUPPOSED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:if|when|whenever|once|until|unless|whether|in case|before|what|should|would|could|might|will|as soon as|after|how|hope|where|every time|each time|next time) (?:[\w']+ ){0,3}?$",
        )
    });
    static PROCESS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[ -](?:process(?:es)?|pipeline|schedul\w+|plans?|goals?|targets?|workflows?|loads?|volume|management|managers?|budgets?|calendars?|slots?|costs?|needs?|rooms?|templates?|strategy|checklists?|funnel)\b",
        )
    });
    // What is guessed is not said to have been seen.
    static GUESSED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i (?:imagine|guess|suppose|suspect|assume|bet|expect)|i'd (?:imagine|guess|say|bet)|presumably|probably|perhaps|maybe|no doubt|i don't know|must be)\b",
        )
    });
    let low = &reading.message.low;
    if low[start..end].starts_with("you") && GUESSED.is_match(&low.as_bytes()[sentence.start..sentence.end]) {
        return true;
    }
    // Praise that nobody could check.
    static FLATTERY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^congrat\w* (?:again )?(?:on|for) (?:everything|all (?:that )?you|your (?:success|work|journey|career|achievements?|role|progress)\b[.!]?)",
        )
    });
    if FLATTERY.is_match(&low.as_bytes()[start..sentence.end]) {
        return true;
    }
    let from = super::words::clause_start(low, sentence.start, start);
    reading.is_denied(sentence, start + 1)
        || SUPPOSED.is_match(&low.as_bytes()[from..start])
        || PROCESS.is_match(&low.as_bytes()[end..sentence.end])
        || (sentence.is_imagined && (sentence.is_question || low[start..end].starts_with("well done")))
}

/// Where the clause ends that goes on at `at`.
fn end_of_clause(low: &str, at: usize) -> usize {
    let rest = &low[at..];
    let ends = [" - ", ";", "? ", "! ", "(", ")", ", and ", ", so ", ", which ", ": "];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    at + end.min(160)
}

/// The persona's sentence that tells of it: no event is claimed that the persona does not name, and most words are there.
fn support(reading: &Reading<'_>, start: usize, end: usize) -> Option<String> {
    static EVENTS: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"\b{EVENT}\b")));
    let text = &reading.message.low[start..end];
    let persona = reading.persona;
    let words: Vec<String> = stems(text).into_iter().filter(|word| !SAID.contains(&word.as_str())).collect();
    let told = EVENTS.find_iter(text.as_bytes()).all(|event| {
        let event = &text[event.start()..event.end()];
        stems(event).iter().all(|stem| persona.stems.contains(stem))
    });
    let figures_told =
        reading.figures_in(start, end).all(|figure| persona.figure(figure, &reading.message.low).is_some());
    // One word in common is chance.
    if !told || !figures_told || words.len() < 2 || persona.share_of(&words) < ENOUGH {
        return None;
    }
    let by_share = |statement: &&super::source::Statement| (share(&words, &statement.stems) * 1e6) as u64;
    persona.statements.iter().max_by_key(by_share).map(|statement| statement.text.clone())
}

/// Stems of the verbs of seeing, which no persona has.
const SAID: &[&str] = &[
    "love", "enjoy", "watch", "heard", "liste", "spott", "follo", "found", "impre", "struc", "learn", "appre", "admir",
    "menti", "congr", "kudo", "right", "publi", "gathe", "see", "looke", "look", "happe", "truly", "genui", "think",
    "thoug", "lead", "run", "deal", "day", "time", "spend", "lot", "focus", "handl", "manag",
];
