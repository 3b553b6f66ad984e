//! Approvals: who is said to have tested, approved or listed the offer, and who is its partner.

use std::sync::LazyLock;

use super::Kind;
use super::phrases::{self, Phrase};
use super::reading::{Found, Reading};

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    vec![
        // Some words need us for a subject, or that it is over: a form may be reviewed by anybody.
        Phrase::new(
            r"\b(?:been|was|were|is|are|fully|independently|pre-?) ?(?:\w+ly )?(?:pre-)?(?:qualified|pre-approved|audited|accredited|endorsed|trialled|regulated|licensed|authori[sz]ed|commended|sponsored|underwritten) (?:\w+ly )?(?:by|with|at|as|under)\b|\b(?:(?:has|have) been|(?:we|it|sensors?|platform|software|product|system|app|service)(?:'re|'s| is| are| was| were)) (?:\w+ly )?(?:tested|approved|validated|evaluated|chosen|selected|reviewed|vetted|verified|recogni[sz]ed|registered|accepted|recommended|supervised|insured|checked|measured|listed) (?:\w+ly )?(?:by|with|at|as|under|in)\b",
            Kind::Other,
        )
        .with_the_rest(),
        Phrase::new(
            r"\b(?:has|have|had)? ?(?:just |recently |even )?(?:checked|reviewed|tested|certified|approved|confirmed|audited|vetted|verified|validated|endorsed|inspected|rated|ranked|measured|assessed|examined|accredited) (?:our|us|the (?:battery|sensors?|software|platform|product|system|accuracy|results?|figures))\b|\b(?:gave|gives|awarded|awards|granted|grants) (?:us|it|our)\b|\bput us on (?:their|the|a|its)\b|\blist(?:s|ed)? (?:us|our \w+) (?:as|in|on|among)\b|\b(?:came|comes?|finished|placed|ranks?|ranked) (?:out )?(?:first|top|second|best|ahead|joint first)\b",
            Kind::Other,
        )
        .with_the_rest(),
        Phrase::new(
            r"\b(?:listed|available|included|approved|registered) (?:through|via|on|in|under) (?:the |a |an |all )?(?:[\w-]+ ){0,4}?(?:frameworks?|marketplaces?|catalogues?|g-cloud|registers?|app ?stores?|lists?|procurement|portals?)\b",
            Kind::Other,
        )
        .with_the_rest(),
        Phrase::new(
            r"\b(?:official|certified|preferred|approved|gold|silver|platinum|premier|strategic|exclusive|accredited|authori[sz]ed|technology|implementation|launch|chosen|recommended|nominated) (?:[\w-]+ ){0,2}?(?:partners?|resellers?|suppliers?|integrators?|distributors?)\b|\b(?:in partnership|partnership|partnerships|partnering|partnered|partners|alliance|joint venture|working together) with\b|\b(?:jointly|co-?) ?(?:developed|built|designed|created) with\b|\b(?:developed|built|designed|created|written|tested) (?:\w+ ){0,2}?(?:together|jointly|in cooperation|in collaboration|hand in hand|alongside|with the help of)\b|\b(?:member|members|part) of the [^.;!?]{0,40}?(?:association|alliance|council|board|group|network|programme|program|chamber|federation|institute|committee)\b|\b(?:sits?|serves?) on (?:our|the|its) (?:\w+ )?board\b|\bon (?:our|its|the) (?:\w+ )?board\b",
            Kind::Other,
        )
        .with_the_rest(),
        // Whom it supports.
        Phrase::new(
            r"\b(?:supports?|serves?|powers?|helps?|equips?|supplies|advises?|accompan(?:y|ies)|protects?|trusted (?:by|among)) (?:\w+ ){0,2}?(?:leading|top|major|large|well-known|renowned|global|blue-chip|fortune|hundreds|thousands|dozens|many of|some of|several|more than|over)\b",
            Kind::Customer,
        )
        .with_the_rest(),
        Phrase::new(
            r"\b(?:chosen|picked|pick|picks|choose|chooses|prefer|prefers|selected|opted for|bet on|believe in|invested in|invests in) us\b|\bhave chosen (?:us|it)\b|\b(?:groups?|firms?|people|providers?|leaders?|owners?|__) (?:\w+ ){0,3}?(?:pick|choose|chose|prefer|switch to|come to|move to|stay with) (?:us|it|[a-z]+ (?:for|because|over))\b",
            Kind::Customer,
        )
        .with_the_rest(),
    ]
});

/// Approvals and partnerships.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    phrases::find(reading, &PHRASES, found);
}
