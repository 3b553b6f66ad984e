//! News: what the sender is said to have done of late, what its record is, and whom it knows.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::customers::judge;
use super::phrases::{self, Phrase};
use super::reading::{Found, Reading};
use super::words::{DID, DO, pattern};

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    vec![
        Phrase::new(
            r"\bwe(?:'ve| have)? (?:also |just |only |recently |now |since |newly |even ){0,2}(?:launched|added|released|opened|shipped|introduced|crossed|passed|doubled|tripled|grew|grown|hired|raised|won|expanded|rolled out|rebuilt|reached|published|joined|become|became|acquired|secured|signed (?:up|with|our|a)|closed (?:a|our|the)|moved into)\b",
            Kind::Other,
        )
        .with_the_rest(),
        Phrase::new(
            r"\b(?:is|are|was|were|became) (?:now |already |also )?(?:one of )?our (?:\w+ )?(?:fastest|largest|biggest|strongest|main|busiest|newest|oldest|favou?rite|most|first|second|third|core|key)\b|\bour (?:fastest|largest|biggest|strongest|busiest)[- ]\w+|\bwhere we (?:opened|have|built|run|are building)\b",
            Kind::Other,
        )
        .with_the_rest(),
        // A record without a stain.
        Phrase::new(
            r"\b(?:(?:we|ours|it|they|which|that|nobody|none|has|have|and) (?:have |has |had )?(?:yet to|never(?: once| yet)?|not once|not yet) (?:fail(?:ed)?|los[te]+|miss(?:ed)?|crash(?:ed)?|break|broken|been (?:breached|hacked|down|late|fined|wrong)|had (?:a|an|any|one|to))|without (?:a single|one|any) (?:\w+ )?(?:failure|incident|breach|outage|error|mistake|complaint|correction|miss|late \w+|loss)|(?:zero|no) (?:late|missed|lost|failed) \w+ (?:since|in|for|so far|to date)|not (?:one|a single) (?:\w+ ){1,3}?(?:since|so far|to date|in))\b",
            Kind::Result,
        )
        .with_the_rest(),
        // What our own thing did somewhere.
        Phrase::new(
            r"\b(?:one|some|two|three|several|most) of ours?(?: \w+){0,3}? (?:caught|found|spotted|saved|detected|flagged|warned|stopped|prevented|discovered|filled|recovered|paid|sits?|runs?|hangs?)\b|\bour (?:[\w-]+ ){0,3}?(?:caught|spotted|detected|flagged|warned|prevented|discovered|saved|recovered)\b",
            Kind::Result,
        )
        .with_the_rest(),
        // Those who tried it.
        Phrase::new(
            r"\b(?:everyone|everybody|anyone|all|those|people|most|nobody|no one|few|the ones) (?:of them )?(?:who|that) (?:has |have |ever )?(?:tried|try|tries|used|uses?|bought|saw|sees|ordered|switched|joined|tested|moved|started|signed)\b|\b(?:nearly |almost )?(?:every|all|most|half|two thirds) (?:of )?(?:the )?[a-z][^.;:!?]{2,60}? (?:is|are|has|have|was|were) (?:already |now |all )?(?:on|with|using|live on|running) (?:it|us|ours|board)\b",
            Kind::Customer,
        )
        .with_the_rest(),
        // Whom we have for customers, whatever they are called.
        Phrase::new(
            r"\b(?:sorted|did|do|does|solved|handled?|handles|fixed|run|runs|ran|moved|have|has|got|gets?|buys?|bought|orders?|ordered) (?:theirs|it|that|this|all of it|everything|them) (?:\w+ )?(?:with|through|via|from) us\b|\b[a-z]+ (?:books|hires|uses|pays|invites|trusts|rehires|rebooks|booked|hired|uses|rehired) us\b|\b(?:every|each|all(?: the)?|most|many) (?:[a-z-]+ ){1,3}?(?:that |who )?we(?:'ve| have| already)? (?:switched|worked|helped|set up|served|fitted|equipped|surveyed|onboarded|installed|visited|signed|support|serve|work with|flown|moved|connected|trained)\b",
            Kind::Customer,
        )
        .with_the_rest(),
        // What they had of it.
        Phrase::new(
            r"\b(?:once|since|after|now that|until|ever since|the day|the week|the month) they (?:had|got|have|saw|tried|switched|moved|started|went|signed|bought|installed|came)\b|\bin (?:their|his|her) first (?:few )?(?:\w+ )?(?:weeks?|months?|quarter|season|year) (?:with|on) (?:us|it)\b|\b(?:the|their|his|her|all) (?:[a-z]+ )?[a-z]+s? (?:all )?(?:loves?|adores?|swears? by|raves? about) (?:it|us|them|ours)\b|\b(?:an?|one|another|two|three|several|the|some) [^.;!?]{2,60}?\b(?:up the road|down the road|down the street|across town|across the river|round the corner|around the corner|next door|in the next (?:village|town|street|valley)|not far from you|a stone's throw|(?:streets?|miles?|minutes?|kilomet\w+|doors?) (?:from|away from) (?:you|here|your \w+))\b",
            Kind::Result,
        )
        .of_reader()
        .with_the_rest(),
        // Whom the sender knows.
        Phrase::new(
            r"\bmy (?:uncle|aunt|brother|sister|father|mother|dad|mum|mom|cousin|wife|husband|son|daughter|neighbou?r|friend|flatmate|old boss|former boss|grand\w+|in-laws?|partner)\b[^.;!?]{0,30}?\b(?:runs?|ran|owns?|owned|works?|worked|uses?|used|has|had|is|was|found|saved|swears|told|tried|started|manages?|managed)\b",
            Kind::Other,
        )
        .with_the_rest(),
    ]
});

/// News, records and acquaintances.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    phrases::find(reading, &PHRASES, found);
    users(reading, found);
}

/// `Foundations using Kindred Desk report`: the product's own name makes customers of them.
fn users(reading: &Reading<'_>, found: &mut Vec<Found>) {
    static USERS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b[A-Za-z]+s (?:already |now )?(?:using|on|running|with|that use|who use) ([A-Z]\w+)(?: [A-Z]\w+)? (?:typically |usually |often |now |[a-z]+ly )?(?:{DO}|{DID})\b[^.;!?]{{0,80}}"
        ))
    });
    for sentence in reading.sentences.iter().filter(|sentence| !(sentence.is_frame || sentence.is_question)) {
        let cased = reading.cased(sentence);
        for captures in USERS.captures_iter(cased.as_bytes()) {
            let (Some(all), Some(name)) = (captures.get(0), captures.get(1)) else { continue };
            let start = sentence.start + all.start();
            if reading.facts.source.knows(&cased[name.start()..name.end()]) && !reading.is_denied(sentence, start) {
                found.push(judge(reading, start, sentence.start + all.end()));
            }
        }
    }
}
