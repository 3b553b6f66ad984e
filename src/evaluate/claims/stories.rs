//! What tells of customers: what was done for them, what became of them, and the evidence that they are said to give.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::words::{DID, DO, pattern};

/// What tells of customers.
pub(super) struct Rule {
    pub pattern: Regex,
    /// Whether the claim goes on to the end of its sentence.
    pub to_the_end: bool,
    /// Whether something that is to be imagined is none.
    pub imaginable: bool,
}

fn rule(text: &str, to_the_end: bool, imaginable: bool) -> Rule {
    Rule { pattern: pattern(text), to_the_end, imaginable }
}

/// The rules, the commonest first.
pub(super) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
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
            r"\b(?:we|i) (?:often |usually |typically |keep |regularly |always |also )?(?:see|hear|hearing|seeing|find|saw|heard)\b[^.;!?]{0,40}?\b__\b",
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
            r"\b[a-z]+s (?:[\w'-]+ ){0,5}?(?:already |now |routinely |all |even |happily )?(?:know|accept|approve|love|like|prefer|recogni[sz]e|request|praise|sign off|ask for) (?:on )?our \w+",
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
