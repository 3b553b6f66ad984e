//! Words that the rules of the audit share, and their patterns.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

/// Compiles a pattern that is a constant of this program, for folded text.
#[expect(clippy::expect_used, reason = "the patterns are constants, all of them compiled by any test")]
pub(super) fn pattern(text: &str) -> Regex {
    // Whitespace in a pattern is any whitespace of the text: lines are broken anywhere.
    RegexBuilder::new(&text.replace("__", &group()))
        .unicode(false)
        .size_limit(32 << 20)
        .dfa_size_limit(16 << 20)
        .build()
        .expect("the pattern is a constant")
}

/// `__` in a pattern: those who buy, use or run things, one or many.
fn group() -> String {
    // A space within one is written `_`.
    const NOUNS: &str = "customers? clients? users? compan(?:y|ies) teams? firms? business(?:es)? start-?ups? scale-?ups? \
        organi[sz]ations? enterprises? agenc(?:y|ies) providers? brands? founders? co-founders? leaders? managers? \
        directors? executives? owners? operators? controllers? c[a-z]os? vps? heads?_of_[a-z]+ shops? practices? \
        clinics? hospitals? manufacturers? makers? retailers? wholesalers? distributors? suppliers? vendors? banks? \
        lenders? insurers? brokers? processors? platforms? marketplaces? schools? universit(?:y|ies) colleges? \
        carriers? fleets? warehouses? restaurants? hotels? fintechs? edtechs? saas peers chains? networks? builders? \
        contractors? studios? consultanc(?:y|ies) charit(?:y|ies) non-?profits? municipalit(?:y|ies) utilit(?:y|ies) \
        plants? labs? outfits? groups? publishers? broadcasters? co-?ops? cooperatives? employers? departments? \
        offices? crews? (?:care_)?homes stores sites branches carriers forwarders? airlines? airports? farms? mills? \
        breweries brewery dealers? dealerships? garages? kitchens? landlords? merchants? sellers? growers? councils? \
        cities wards? supermarkets? grocers? accountants? architects? dentists? lawyers? surger(?:y|ies) \
        couples? pairs? shelters? inns? guest_houses? parks? pubs? nurseries nursery bakeries bakery quarr(?:y|ies) depots? \
        pharmac(?:y|ies) gyms? salons? trusts? institutes? foundations? factor(?:y|ies) foundr(?:y|ies)";
    let nouns: Vec<String> = NOUNS.split(' ').map(|noun| noun.replace('_', " ")).collect();
    format!("(?:{})", nouns.join("|"))
}

/// What a customer did or had happen to it: the past of verbs that results are told with.
pub(super) const DID: &str = r"(?:cut|reduced|saved|halved|doubled|tripled|quadrupled|dropped|shrank|shrunk|brought|trimmed|slashed|eliminated|achieved|saw|increased|grew|boosted|gained|recovered|reclaimed|moved|went|replaced|switched|automated|consolidated|standardi[sz]ed|got|freed|told|reported|ran|rolled|finished|closed|took|lowered|improved|shortened|hit|reached|managed|made|paid|broke|stopped|retired|cleared|scaled|migrated|launched|deployed|adopted|implemented|started|used|fixed|removed|decreased|raised|lifted|found|did|pulled|turned|won|kept|shaved|squeezed|accelerated|unlocked|earned|regained|credit(?:s|ed)|swears?|swore|lost|had|was|were|came|put|handled|processed|onboarded|wiped|knocked|streamlined|sped|collapsed|compressed|dug|erased|simplified|transformed|moderni[sz]ed|completed|handed|booked|recouped|avoided|caught|posted|returned|tightened|whittled|chopped|converted|drove|realized|realised|logged|signed|cleaned|untangled|liked|love[sd]?|raves?)";

/// What customers are said to do: the present.
pub(super) const DO: &str = r"(?:see|save|report|find|get|recover|cut|reach|break even|go live|tell (?:us|me)|say|experience|gain|reduce|enjoy|notice|achieve|reclaim|recoup|earn|are (?:seeing|saving|using|getting|live|up)|use|rely|trust|run|finish|pay back|drop|shave|halve|double|free up|come back|stay|renew|describe|credit|average|keep|spend|start|take|need|claw|win|pocket|bank|squeeze|trim|slash|pay|lower|shorten|close|have (?:seen|saved|cut|reduced|told|gone|been))";

/// Whether a denial stands before `at` in its clause: `we have not worked with`, `no case study`.
pub(super) fn is_denied(low: &str, from: usize, at: usize) -> bool {
    static DENIAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:not|never|no|cannot|\w+n't|without|nor|neither|none|nobody|yet to|far from|instead of|rather than|pretend\w*|unlike|avoid\w*|nothing|hardly|isnt|dont)\b",
        )
    });
    static BUT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:not|no) (?:only|just|surprise|wonder|doubt|matter)\b"));
    let clause = clause_start(low, from, at);
    let before = &low.as_bytes()[clause..at];
    DENIAL.is_match(before) && !BUT.is_match(before)
}

/// Where the clause begins that holds the character `at` of the sentence that begins at `from`.
pub(super) fn clause_start(low: &str, from: usize, at: usize) -> usize {
    let bytes = low.as_bytes();
    let cut = |index: &usize| {
        matches!(bytes[*index], b';' | b':' | b'(' | b'!' | b'?')
            || (matches!(bytes[*index], b',' | b'.') && bytes.get(*index + 1).is_some_and(u8::is_ascii_whitespace))
            || low[*index..].starts_with(" - ")
            || low[*index..].starts_with(" but ")
            || low[*index..].starts_with(" and ")
    };
    (from..at).rev().find(cut).map_or(from, |index| index + 1)
}

/// Words that say nothing about what is spoken of.
static STOP: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "the and for are was were with that this your you our their they from have has had its it's will would could \
    can how what who when which into about than then them been being also just more most some any all not but \
    like such very much many other others only even over under after before while where there here too may might \
    should does did doing i've we've i'm we're you're you've they're team teams company companies business \
    within across through because during without between per each every both one these those well really quite \
    now new way lot get got make makes made help helps helped helping using use used uses work works working \
    recently recent typically usually often average similar size sized hi hey hello dear best thanks regards own \
    out off up she he her his him us me my it in on at to of by as is be so or if an a i we do no go back still \
    around including based s t re ve ll d m caught attention eye noticed saw read seen particularly especially"
        .split(' ')
        .collect()
});

/// Whether a word says nothing about what is spoken of.
pub(super) fn is_stop(word: &str) -> bool {
    STOP.contains(word)
}

/// The word stems of a text that say what it is about, in order and with repetitions.
pub(super) fn stems(low: &str) -> Vec<String> {
    low.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\''))
        .filter(|word| word.len() > 1 && !STOP.contains(word))
        .map(stem)
        .collect()
}

/// A word without what grammar adds to its end.
pub(super) fn stem(word: &str) -> String {
    let word = word.trim_end_matches("'s").trim_matches('\'');
    // As it is spelt on either side of the Atlantic.
    if matches!(word, "centre" | "centres" | "center" | "centers") {
        return "cent".to_owned();
    }
    // `Posted` and `posts` are of one stem; `need` and `bring` keep their ends.
    let ends = ["ing", "ed", "es", "s"];
    let short = ends.iter().filter_map(|end| word.strip_suffix(end)).find(|short| short.len() > 3).unwrap_or(word);
    short[..short.len().min(5)].trim_end_matches('e').to_owned()
}

/// Words with their places.
pub(super) fn tokens(low: &str) -> impl Iterator<Item = (usize, &str)> {
    let base = low.as_ptr() as usize;
    low.split(|c: char| !(c.is_ascii_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - base, word))
}
