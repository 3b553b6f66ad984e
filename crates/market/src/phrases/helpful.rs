//! What good messages say.

use super::super::feature::Feature;
use super::Bank;

/// The phrases for a helpful feature; for features that are not sentences (brevity, tone), an empty bank.
pub(in super::super) fn bank(feature: Feature) -> Bank {
    match feature {
        Feature::Tie => Bank { full: &TIE, terse: &TIE_TERSE },
        Feature::Figures => Bank { full: &FIGURES, terse: &FIGURES_TERSE },
        Feature::Mechanism => Bank { full: &MECHANISM, terse: &MECHANISM_TERSE },
        Feature::Example => Bank { full: &EXAMPLE, terse: &EXAMPLE_TERSE },
        Feature::Material => Bank { full: &MATERIAL, terse: &MATERIAL_TERSE },
        Feature::SmallAsk => Bank { full: &SMALL_ASK, terse: &SMALL_ASK_TERSE },
        Feature::Integrations => Bank { full: &INTEGRATIONS, terse: &INTEGRATIONS_TERSE },
        Feature::Security => Bank { full: &SECURITY, terse: &SECURITY_TERSE },
        Feature::Price => Bank { full: &PRICE, terse: &PRICE_TERSE },
        Feature::Channel => Bank { full: &CHANNEL, terse: &CHANNEL_TERSE },
        Feature::Pilot => Bank { full: &PILOT, terse: &PILOT_TERSE },
        Feature::Opener => Bank { full: &OPENER, terse: &OPENER_TERSE },
        Feature::Subject => Bank { full: &SUBJECT, terse: &SUBJECT },
        _ => Bank { full: &[], terse: &[] },
    }
}

const TIE: [&str; 9] = [
    "{Pain}: that is <exactly|precisely> the sort of <chore|thing> {company} was <built|set up> to take off people's \
     desks.",
    "If you <still have|keep having> {pain} on your list this quarter, <that is where|this is the place where> we \
     would <begin|start looking>.",
    "My guess: {pain}, <more often than you would like|and more evenings lost to it than there should be>.",
    "<The reason I am writing|Why I am writing to you>: {pain}, <a thing that rarely fixes itself|something that tends \
     to grow along with the headcount>.",
    "<Anyone who lives with|Whoever has to live with> {pain} knows <how quickly a day is gone|that it never stays \
     small for long>.",
    "<Of everything on your desk|Among the things you have to carry>, one would be <missed least|easiest to part \
     with>: {pain}.",
    "{Pain}: that stood out when I read about your work, and <it is what|that is the part which> we could relieve \
     <first|soonest>.",
    "<We would like to take|Let us take> {pain} off your hands, <so that the rest of the day is yours again|one piece \
     at a time>.",
    "<You are not the only one with|Many places live with> {pain}, and it <need not|does not have to> stay that way.",
];
const TIE_TERSE: [&str; 5] = [
    "It is about {pain}.",
    "{Pain}: that is where we would <begin|start>.",
    "We can <help with|ease> {pain}.",
    "My topic: {pain}.",
    "{Pain}: it need not stay <that way|your problem>.",
];
const FIGURES: [&str; 6] = [
    "The figure <to hold us to|that counts>: {claim}.",
    "<Our promise|What we promise> in one line: {claim}.",
    "The promise is narrow and <can be checked|easy to check>: {claim}.",
    "<Put plainly|In plain numbers>, the aim is this: {claim}.",
    "<What we measure ourselves by|The yardstick we use ourselves> is simple: {claim}.",
    "One number says more than a page of adjectives: {claim}.",
];
const FIGURES_TERSE: [&str; 4] =
    ["The aim: {claim}.", "In numbers: {claim}.", "Our yardstick: {claim}.", "What counts: {claim}."];
const MECHANISM: [&str; 6] = [
    "How it works: your people describe a process as it runs <today|now>, {company} takes the steps that repeat, and a \
     person decides wherever judgement is needed.",
    "The way it works is <unspectacular|simple>: steps that repeat run <on their own|by themselves>, and everything \
     else stays with your people.",
    "Under the hood, the product follows the same steps that your people follow now and <stops to ask|asks> when \
     something does not fit.",
    "It works step by step: a process is written down, the routine parts are handed over, and you judge <the \
     outcome|what comes out>.",
    "How it works in a sentence: routine goes to {company}, exceptions <land|stay> with the colleague who <knows \
     best|can judge them>.",
    "<In short|Briefly>, how it works: each routine step gets a rule, each rule has an owner, and the owner can \
     <change it|switch it off> without <us|a developer>.",
];
const MECHANISM_TERSE: [&str; 4] = [
    "How it works: routine runs by itself, people decide the rest.",
    "How it works: describe a process once, hand over the routine.",
    "It works step by step, on the process you have.",
    "The way it works: rules for routine, people for exceptions.",
];
const EXAMPLE: [&str; 6] = [
    "Picture {akind}{withsize}: on Monday morning the routine part of the work has run, and people look at the \
     exceptions only.",
    "A typical first case at {akind} would be a single recurring task, the one that <most people complain about|nobody \
     volunteers for>.",
    "A short example for {akind}: the request comes in, the usual checks run, and only the odd one out reaches a desk.",
    "At {akind}{withsize}, this would typically look like one shared list <where three inboxes were|in place of four \
     spreadsheets>.",
    "Imagine a Friday at {akind} when <the weekly round of reminders|the usual chase for missing papers> has <sent \
     itself|taken care of itself> by noon.",
    "A typical case{withsize}: two people hand over one recurring task and <see after a month|find out in a month> \
     whether they miss it.",
];
const EXAMPLE_TERSE: [&str; 4] = [
    "A typical case at {akind}: one recurring task, handed over.",
    "Picture {akind} where routine simply runs.",
    "A short example: requests checked, only odd ones reach a desk.",
    "It would typically look like one list, not three inboxes.",
];
const MATERIAL: [&str; 6] = [
    "I can send a <one-page|two-page> overview ahead of <any conversation|everything else>, so that you can judge on \
     your own time.",
    "There is a one-pager that <answers the usual questions|says what it can and cannot do>; shall I send it over?",
    "<Before we talk|Before anything else>, I would share a short write-up <that your colleagues can pass around|for \
     you and whoever else should look at it>.",
    "A fact sheet with the details is <ready|at hand>, and I am glad to send it <today|whenever you say>.",
    "The product documentation is open to <read|you>, and I can point out the <three pages|part> that <matter|matters> \
     most.",
    "I would first send a guide of two pages, <nothing to sign up for|no form to fill in>, and leave the rest to you.",
];
const MATERIAL_TERSE: [&str; 4] = [
    "A one-pager is ready.",
    "I can send a short overview first.",
    "Documentation comes on request.",
    "Shall I send a fact sheet?",
];
const SMALL_ASK: [&str; 6] = [
    "Would <ten|15|fifteen> minutes <next week|some time this month> be reasonable?",
    "A one-line reply is <all I need|enough>: <yes, no or not now|worth a look or not>.",
    "Could I have <10|fifteen|ten> minutes of your time, <at most|not more>?",
    "If this is not for you, a one-word answer will do; if it might be, I would ask for <ten|15> minutes.",
    "All I ask is <ten|fifteen> minutes, on a day that <costs you nothing|is quiet>.",
    "<Is that worth|Might that be worth> <15|ten> minutes to you?",
];
const SMALL_ASK_TERSE: [&str; 4] = [
    "Worth <ten|15> minutes?",
    "A one-line reply is enough.",
    "Do you have <10|fifteen> minutes next week?",
    "Just reply with yes or no.",
];
const INTEGRATIONS: [&str; 5] = [
    "{Tools} would stay where <they are|things are now>, and I can say before anything else <what connects and what \
     does not|which of it connects today>.",
    "Nobody should have to give up {tools}, so the first thing I would clear up is what connects and what does not.",
    "Your current tools stay in place, {tools} included, and <whatever does not connect|what cannot connect> I will \
     say so.",
    "How it would fit with {tools} is a fair question, and one I would rather answer before than after.",
    "What would connect to {tools}, and what would not, is <a list I can give you|something I can list> at once.",
];
const INTEGRATIONS_TERSE: [&str; 3] = [
    "{Tools} would stay; I can say what connects.",
    "What connects to {tools}, I can list.",
    "It has to fit with {tools}; ask me.",
];
const SECURITY: [&str; 5] = [
    "Your security team can put its questions first, and <each one gets|every one of them gets> an answer before \
     anything is installed.",
    "On security, expect straight answers: where data is stored, who sees it and how long it is kept.",
    "Access rights and data handling are <the first topics|on the table from the first day>, not the small print.",
    "Security questions come first with us: <who sees what|what is stored where>, and who can switch it off.",
    "Where data is kept, and who can see it, is <written down|settled> before a single account is opened.",
];
const SECURITY_TERSE: [&str; 3] = [
    "Security questions come first.",
    "Your security team can ask before anything runs.",
    "Where data is kept: answered up front.",
];
const PRICE: [&str; 5] = [
    "On price: you get the full figure with the first reply, so that nobody <spends time on something that|looks at \
     something which> does not fit.",
    "The price <comes|is named> before any meeting, with no <surprises|small print> after it.",
    "You will know the price <early|from the start>, and it <does not change|stays the same> once you know it.",
    "Whether it fits your budget should be clear <first|early>, so I would name the price right away.",
    "Pricing is <no secret|not a mystery>: I <put|write> it into the first reply.",
];
const PRICE_TERSE: [&str; 3] =
    ["You get the price up front.", "Pricing comes with the first reply.", "The price is no secret; ask."];
const CHANNEL: [&str; 5] = [
    "If {channel} <suits you better|is easier for you>, we can <stay with that|leave it at that>.",
    "I am happy to use {channel}, <if that is how you like to work|since that seems to be your way of working>.",
    "{Channel} <suits me just as well|is easier for many people>, so just say the word.",
    "<I understand that you|It seems that you> prefer {channel}, which suits me well.",
    "Happy to switch to {channel} <at any point|from here on>, whatever costs you less.",
];
const CHANNEL_TERSE: [&str; 3] =
    ["Happy to use {channel}.", "If {channel} is easier, fine with me.", "If {channel} suits you better, gladly."];
const PILOT: [&str; 5] = [
    "A <small|limited> pilot on one process would be <enough to judge|all it takes to find out>, and it can be ended \
     on any day.",
    "We would start small, with <a single process|one process> for <two weeks|a month>, and <stop if it does not \
     help|end it if nobody misses it>.",
    "The first step is <low-risk|a low-risk one>: one process, a few weeks, and an easy way back.",
    "<I would suggest|My suggestion is> a pilot <with one group|on one task>, easy to stop and easy to compare with \
     before.",
    "A proof of concept on <one task|one process> needs <no contract|no big decision> and shows whether this <is|would \
     be> for you.",
];
const PILOT_TERSE: [&str; 3] =
    ["We would start small: one process, easy to stop.", "A small pilot would do.", "The first step is low-risk."];
const OPENER: [&str; 7] = [
    "As {role} at {akind}, you <probably|surely> see <sooner than most|before anyone else> where <an afternoon leaks \
     away|the hours go>.",
    "Being {role} at {akind}{incity} <means|must mean> that <loose ends find their way to you|whatever is stuck ends \
     up with you>.",
    "You are {role} at {akind}, so I will <come to the point|not tell you what your day is like>.",
    "<A note|A few lines> to you as {role}, because <what follows|the rest of this> only makes sense for {akind}.",
    "Being {role} at {akind}{withsize} is a job where <small delays add up|little things pile up>, as you know better \
     than I do.",
    "{Akind}{incity} {withsizeof}probably gives its {role} <more loose ends than hours|little quiet time>, and I do \
     not want to take <much of yours|yours away>.",
    "I am writing to you because you are {role} at {akind}, <not because you are on a list|and for no other reason>.",
];
const OPENER_TERSE: [&str; 3] = [
    "You are {role} at {akind}, so I will be quick.",
    "I write to you as {role} at {akind}.",
    "As {role} at {akind}, you know this better than I do.",
];
const SUBJECT: [&str; 7] = [
    "{Company} for {akind}",
    "A question for the {role}",
    "{Company}: one idea for your {kindshort}",
    "What {company} could take off your desk",
    "One thing less to worry about at your {kindshort}",
    "Why I thought of {akind}",
    "Routine work at {akind}",
];
