//! What bad messages say, and what dishonest ones claim.

use super::super::feature::Feature;
use super::Bank;

/// The phrases for a harmful or an invented feature; for rambling, an empty bank.
pub(in super::super) fn bank(feature: Feature) -> Bank {
    match feature {
        Feature::Hype => Bank { full: &HYPE, terse: &HYPE_TERSE },
        Feature::Pushy => Bank { full: &PUSHY, terse: &PUSHY_TERSE },
        Feature::Flattery => Bank { full: &FLATTERY, terse: &FLATTERY_TERSE },
        Feature::Placeholder => Bank { full: &PLACEHOLDER, terse: &PLACEHOLDER },
        Feature::Customer => Bank { full: &CUSTOMER, terse: &CUSTOMER_TERSE },
        Feature::Result => Bank { full: &RESULT, terse: &RESULT_TERSE },
        Feature::Certificate => Bank { full: &CERTIFICATE, terse: &CERTIFICATE_TERSE },
        Feature::Post => Bank { full: &POST, terse: &POST_TERSE },
        _ => Bank { full: &[], terse: &[] },
    }
}

const HYPE: [&str; 7] = [
    "This is a <truly|genuinely> game-changing <step|leap> for <ambitious leaders|forward-looking offices>!",
    "{Company} is a world-class product that will supercharge everything you do!",
    "What we have built is simply revolutionary, and there is nothing like it <on the market|anywhere>!",
    "Prepare to be amazed: this is next-level, unparalleled and unlike anything you have seen!",
    "<Get ready for|Say hello to> incredible gains and a future-proof way of working!",
    "Our best-in-class technology <delivers|brings> unbelievable outcomes from the very first day!",
    "We are the number one choice for <visionaries|leaders> who want to skyrocket their output!",
];
const HYPE_TERSE: [&str; 3] =
    ["It is a real game-changer!", "World-class, and simply unmatched!", "Revolutionary, and available now!"];
const PUSHY: [&str; 6] = [
    "Only a few places are left for this <quarter|month>, so please <decide|answer> before Friday.",
    "I will ring you on <Tuesday|Thursday> <morning|afternoon> unless I hear otherwise.",
    "You cannot afford to wait <any longer|another quarter> with this.",
    "The offer ends <this week|on Friday>, and it will not come back.",
    "Please act now, because <others are moving already|every day of waiting is a day lost>.",
    "This is your last chance <to get in early|before the list closes>, so I need your answer <today|by tomorrow>.",
];
const PUSHY_TERSE: [&str; 3] = ["The offer ends on Friday.", "Please act now.", "Only a few places are left."];
const FLATTERY: [&str; 6] = [
    "I have long admired <what you have built|the way you lead>.",
    "Your reputation <precedes you|in the field is second to none>, and <rightly so|everybody says so>.",
    "Your <impressive|stellar|remarkable> career <speaks for itself|is an inspiration to many>.",
    "Congratulations on <everything you have achieved|your extraordinary success> so far.",
    "It is <rare|not often> that one comes across a leader as <brilliant|inspiring> as you are.",
    "I was <deeply|so> impressed by <all that you do|your vision and your energy>.",
];
const FLATTERY_TERSE: [&str; 3] =
    ["I admire your work.", "Your career is impressive.", "Congratulations on your success."];
const PLACEHOLDER: [&str; 5] = [
    "I believe that {blank} would be a good fit.",
    "We would <love|like> to work with {blank}.",
    "<Things are changing quickly|A lot is happening> at {blank}, I imagine.",
    "I have a few ideas for {blank}.",
    "My note is meant for {blank} in particular.",
];
const CUSTOMER: [&str; 6] = [
    "Companies such as {customer} and {customer2} <already work with us|have been with us since last year>.",
    "We count {customer} and {customer2} among our customers.",
    "<Firms|Businesses> like {customer} <made the switch|came on board> <in spring|last year> and have stayed.",
    "{Customer} and {customer2} are among our clients, and I can <introduce you|put you in touch>.",
    "Teams at companies including {customer}, {customer2} and others use it <every day|daily>.",
    "It is used by {customer} and {customer2}, who <asked themselves the same question|began where you are>.",
];
const CUSTOMER_TERSE: [&str; 3] = [
    "Companies such as {customer} use it already.",
    "It is used by {customer} and {customer2}.",
    "We count {customer} among our customers.",
];
const RESULT: [&str; 7] = [
    "One <client|customer> <cut|brought down> the time for a routine request by {percent}% within <three months|a \
     quarter>.",
    "A customer of <comparable|about the same> size went from {hours} hours a week to {fewer} hours.",
    "On average, our customers save {fewer} hours per person <every week|each week>.",
    "Our clients report {percent}% fewer errors after the first <quarter|three months>.",
    "We helped a company <in the region|much like this one> get rid of {percent}% of its rework <in weeks|within a \
     season>.",
    "<For one customer|At one of our customers>, {hours} hours of routine a month became {fewer} hours.",
    "Our customers answered {percent}% of their requests on the same day <after the switch|once it ran>.",
];
const RESULT_TERSE: [&str; 3] = [
    "One customer saved {percent}% of the effort.",
    "Our clients save {fewer} hours a week.",
    "A customer went from {hours} hours to {fewer} hours.",
];
const CERTIFICATE: [&str; 4] = [
    "{Company} is {certificate} certified, <and the audit is renewed every year|with the latest audit passed in \
     spring>.",
    "We are fully {certificate} compliant <and independently audited|and have been for years>.",
    "The product is certified for {certificate}, <as auditors confirmed|which auditors have confirmed>.",
    "Being {certificate} certified, we <pass most reviews quickly|meet the strictest requirements>.",
];
const CERTIFICATE_TERSE: [&str; 2] = ["We are {certificate} certified.", "{Company} is {certificate} compliant."];
const POST: [&str; 6] = [
    "I saw your <recent|latest> LinkedIn post about <growing pains|doing more with the same people|what software can \
     and cannot do>.",
    "I read your <recent|latest> article on <how work changes as a company grows|the limits of spreadsheets> <with \
     interest|last week>.",
    "I came across your talk at <the spring summit|last month's conference> <on the future of the back office|about \
     doing fewer things better>.",
    "Your recent podcast interview about <growth|hiring and growth|the year ahead> <made me think|stayed with me>.",
    "I noticed your <comment|post> on LinkedIn about <a busy quarter|new plans for the year>.",
    "I heard your panel <last month|in autumn> on <how decisions get made|tools that people really use>.",
];
const POST_TERSE: [&str; 3] =
    ["I saw your recent LinkedIn post.", "I read your latest article.", "I heard your talk last month."];
