//! News: what the sender is said to have done of late, what its record is, and whom it knows.

use std::sync::LazyLock;

use super::Kind;
use super::phrases::{self, Phrase};
use super::reading::{Found, Reading};

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
}
