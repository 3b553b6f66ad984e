//! Names: of companies, people, products, places where something is said to have happened.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::reading::{Found, Reading, Spoken};
use super::words::{DID, pattern};

const NAME: &str = r"[A-Z][A-Za-z0-9&'.]*[A-Za-z0-9](?:[ -](?:(?:of|the|&) )?[A-Z][A-Za-z0-9&'.]*[A-Za-z0-9]){0,4}";

/// Words with a capital that name nobody.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "i i'm i've i'd i'll monday tuesday wednesday thursday friday saturday sunday january february march april \
    may june july august september october november december subject hi hey hello dear best regards thanks \
    cheers p.s ps re api apis crm erp roi sla kpi kpis hr it ai ml sso saas b2b b2c sql csv pdf sdk rest ci cd \
    ci/cd url faq ceo cto coo cfo cio ciso vp svp md us uk eu emea apac usa est pst cet gmt et pt ct q1 q2 q3 q4 \
    english german french spanish internet web ok yes no e-mail email linkedin zoom loom calendly teams google \
    meet excel word powerpoint whatsapp ehr emr pos lms hris edi ocr sop sops rfp rfi rfq nda msa poc mvp gdpr \
    hipaa soc iso pci director manager operations head dr mr mrs ms prof christmas easter european american \
    british europe germany france london berlin monday's friday's sms qr vat tax diy fyi asap eod tbd smb smbs \
    sme smes euro euros uk's gbp fte ftes pto bi etl wms tms mes plc scada iot gps ar ap fp&a p&l okr okrs qbr qbrs pr seo cta"
        .split(' ')
        .collect()
});

pub(super) static ANY: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"\b{NAME}")));

/// Capitalised names of a text, those that begin it apart.
pub(super) fn names(cased: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in ANY.find_iter(cased.as_bytes()) {
        let text = trimmed(&cased[name.start()..name.end()]);
        let before = cased[..name.start()].trim_end();
        // The first word of a sentence has a capital whatever it is.
        let begins = before.is_empty() || before.ends_with(['.', '!', '?', ':', '"', '*', '\n']);
        if text.is_empty() || (begins && !text.contains(' ')) || is_common(text) {
            continue;
        }
        found.push(text.to_owned());
    }
    found
}

pub(super) fn trimmed(name: &str) -> &str {
    name.trim_end_matches("'s").trim_end_matches(['.', '\'', '-', '&'])
}

pub(super) fn is_common(name: &str) -> bool {
    name.split([' ', '-']).all(|word| {
        let low = word.trim_matches(['.', '\'']).trim_end_matches("'s").to_ascii_lowercase();
        // `You've`, `Don't`: not names.
        let shortened = ["'ve", "'re", "'ll", "'d", "'m", "n't"].iter().any(|end| low.ends_with(end));
        COMMON.contains(low.as_str()) || COMMON.contains(low.trim_end_matches('s')) || low.len() < 2 || shortened
    })
}

/// Names that are said to be customers, or to have done something, and that nothing knows.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    static RELATED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b(?:like|such as|including|e\.g\.,?|[Hh]elped|[Hh]elping|similar to how|similar to what|(?:partnered|worked|working|teamed up|work) with|[Tt]rusted by|[Uu]sed by|[Cc]hosen by|[Bb]acked by|[Ff]eatured in|[Pp]owering|[Pp]owers|serve|customer,?|client,?|customers,?|clients,?|[Jj]oin(?:ing)?|alongside|case study (?:on|of|from|about|with)|how|from our work (?:with|at)|over at|folks at|people at|team at|ops at|operations at|friends at|colleagues at|did (?:this |it |that )?(?:at|for|with)|years at|[Cc]ompanies,?|[Bb]rands,?) (?:[Tt]he )?({NAME}(?:(?:, | and |, and | or |/){NAME}){{0,4}})"
        ))
    });
    static DOING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b({NAME})(?: \([^)]{{1,60}}\)|, [^,.]{{3,70}},|(?: [a-z-]+){{1,2}}|(?: [a-z-]+){{0,2}} in {NAME})? (?:(?:recently|now|just|also|has|have|already|then|since|finally|successfully) ){{0,2}}(?:{DID}|uses?|runs?|relies|saves|has been (?:us|runn|work)ing|has been (?:with|on|a customer)|is (?:us|sav|runn|see)ing|are (?:us|sav|runn|see)ing|has (?:it|us|this|our)|have (?:it|us|this|our)|chose|trusts?|cutting|seen|pays|gets|sees|plans|swears|spends|reports|starts|signed|joins)\b"
        ))
    });
    for sentence in reading.sentences.iter().filter(|sentence| !sentence.is_frame) {
        let cased = reading.cased(sentence);
        if sentence.is_subject && is_title(cased) {
            continue;
        }
        for (rule, first_may) in [(&RELATED, true), (&DOING, false)] {
            for captures in rule.captures_iter(cased.as_bytes()) {
                let Some(group) = captures.get(1) else { continue };
                let text = &cased[group.start()..group.end()];
                let begins = cased[..group.start()].trim_end().is_empty()
                    || cased[..group.start()].trim_end().ends_with([':', '*', '-']);
                if !first_may && begins && !is_sure_name(text) {
                    continue;
                }
                consider(reading, sentence, text, group.start(), found);
            }
        }
    }
}

fn consider(reading: &Reading<'_>, sentence: &Spoken, text: &str, at: usize, found: &mut Vec<Found>) {
    let unknown = ANY.find_iter(text.as_bytes()).find_map(|name| {
        let name = trimmed(&text[name.start()..name.end()]);
        let is_known = reading.facts.source.knows(name) || reading.persona.knows(name) || is_common(name);
        (!is_known && !name.is_empty()).then_some(name)
    });
    let start = sentence.start + at;
    if unknown.is_some()
        && !reading.is_denied(sentence, start)
        && !((sentence.is_imagined || sentence.is_scenario) && sentence.is_question)
    {
        found.push(Found { start, end: start + text.len(), kind: Kind::Customer, support: None });
    }
}

/// At the beginning of a sentence: more than one capital, or a capital inside.
pub(super) fn is_sure_name(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    const SHORT: &[&str] =
        &["it's", "that's", "let's", "here's", "there's", "what's", "who's", "today's", "everyone's", "she's", "he's"];
    (text.ends_with("'s") && !SHORT.contains(&text.to_ascii_lowercase().as_str()))
        || words.iter().skip(1).any(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
        || text.chars().skip(1).any(|c| c.is_ascii_uppercase()) && text.chars().any(|c| c.is_ascii_lowercase())
}

/// Whether most words of a line have capitals, so that capitals say nothing.
pub(super) fn is_title(cased: &str) -> bool {
    let words: Vec<&str> = cased.split(' ').filter(|word| word.len() > 3).collect();
    let capitals = words.iter().filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase())).count();
    capitals * 10 >= words.len() * 6
}
