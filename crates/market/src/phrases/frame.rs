//! What every message needs: greetings, generic openers, what the company does, asks, fillers, farewells.

/// Greetings for formal readers.
pub(in super::super) const GREETINGS_FORMAL: [&str; 3] = ["Dear {first},", "Good morning {first},", "Hello {first},"];
/// Greetings for everybody else.
pub(in super::super) const GREETINGS: [&str; 4] = ["Hi {first},", "Hello {first},", "Hi {first},", "{First},"];
/// First sentences about the sender.
pub(in super::super) const GENERIC: [&str; 8] = [
    "I hope this message finds you well.",
    "I hope <the week treats you well|you are having a good week>.",
    "My name is {sender} and I <work at|am with> {company}.",
    "I am <writing|getting in touch> on behalf of {company}.",
    "Allow me to introduce {company}.",
    "<Let me|I would like to> tell you about {company}.",
    "I wanted to reach out <about {company}|and introduce myself>.",
    "We have not met, so a word about {company} first.",
];
/// What the company does.
pub(in super::super) const VALUE: [&str; 6] = [
    "{Company} <makes|offers|provides> {aproduct}.",
    "We <make|offer|run> {aproduct}.",
    "At {company} we <make|offer> {aproduct}.",
    "{Company} is the company behind {aproduct}.",
    "What we <make|sell|offer> is {aproduct}.",
    "In one line, {company} <makes|offers> {aproduct}.",
];
/// Last sentences that ask for a lot, or for nothing in particular.
pub(in super::super) const ASK: [&str; 8] = [
    "Would you be open to a call next week?",
    "When could we <schedule|set up> a <30-minute|45-minute|full> demo?",
    "Let me know when you are free for a <demo|product tour>.",
    "Could we find an hour <next week|soon> to go through it?",
    "I would like to <book|arrange> a meeting with you and your colleagues.",
    "When would be a good time to <talk|meet>?",
    "I look forward to <hearing from you|your reply>.",
    "Please let me know <what you think|whether this is of interest>.",
];
/// Sentences in the language of brochures: neither plain nor hype.
pub(in super::super) const BROCHURE: [&str; 8] = [
    "Our approach is <seamless|holistic> and <easy to adopt|quick to learn>.",
    "We leverage <modern technology|the latest technology> to get there.",
    "It empowers people to focus on what matters.",
    "The idea is to unlock <capacity|potential> that is already there.",
    "Everything is streamlined <from end to end|into a single place>.",
    "It is an innovative way to <look at|handle> everyday work.",
    "Our robust platform <grows with you|is ready when you are>.",
    "There are synergies <to be had|waiting> between the two of us.",
];
/// Sentences that say nothing, for messages that are not short.
pub(in super::super) const FILLERS: [&str; 20] = [
    "Many offices have grown around habits that once made sense and that nobody has had the time to question since.",
    "It is easy to put such things off, because there is always something <louder|more visible> that has to be done \
     first.",
    "I will not pretend that software alone <changes|fixes> anything; people decide whether a new habit sticks.",
    "Some of what we do may be familiar to you already, and some of it may look different from what you expect.",
    "We are a small group of people who <like|enjoy> making everyday work <a little|somewhat> calmer.",
    "Most of us have worked in offices ourselves, so we know what an ordinary week with too many loose ends is like.",
    "There is no perfect moment for a note like this, and I <am aware|know> that yours is one of many.",
    "Of course every place is different, and what is right for one may be of little use to another.",
    "What I find interesting about this topic is how long people put up with things that could be changed in a week.",
    "You may have looked at something of the kind before, and perhaps it did not go <anywhere|as planned>.",
    "It might not be a priority at the moment, and that would be perfectly understandable.",
    "Whether this is something for you is hard to say from the outside, which is why I am asking.",
    "We have been working on it for a while now and think that it has become <rather|quite> good.",
    "The subject comes up again and again when we talk with people, no matter what they do or where they are.",
    "There is a good deal more to say about it, but I do not want to put everything into one message.",
    "I have tried to find out a little about what you do, as far as that is possible from a distance.",
    "Good tools should stay in the background, and we try to keep to that as well as we can.",
    "In the end it comes down to having more room for the work that people were <actually|originally> hired to do.",
    "Should a colleague of yours be the right person to talk to, I would be thankful for a hint.",
    "Changes of this kind take patience, and we have learned not to promise that they happen overnight.",
];
/// Subject lines that say nothing.
pub(in super::super) const VAGUE_SUBJECTS: [&str; 6] =
    ["Quick question", "Hello from {company}", "Let's connect", "Opportunity", "Following up", "Checking in"];
/// Farewells.
pub(in super::super) const FAREWELLS: [&str; 7] =
    ["Best regards,", "Kind regards,", "Best,", "Thank you,", "With best wishes,", "Regards,", "Many thanks,"];
/// Who signs.
pub(in super::super) const SENDERS: [&str; 16] = [
    "Sam", "Noor", "Lena", "Mateo", "Priya", "Tom", "Aylin", "Kofi", "Yuki", "Clara", "Jonas", "Mei", "Rafael",
    "Zofia", "Amara", "Henrik",
];
/// Customers that nobody has.
pub(in super::super) const CUSTOMERS: [&str; 16] = [
    "Northwind Freight",
    "Bluepeak",
    "Halden Roe",
    "Lumen Foods",
    "Castellan Bank",
    "Orrin Labs",
    "Fairwater Group",
    "Meridian Health",
    "Quillstone",
    "Vantor",
    "Pinegrove Retail",
    "Harbourline",
    "Telmark",
    "Ostrava Steel",
    "Sundial Software",
    "Kestrel Logistics",
];
/// Certificates that generators like to claim.
pub(in super::super) const CERTIFICATES: [&str; 4] = ["SOC 2 Type II", "ISO 27001", "HIPAA", "GDPR"];
/// Blanks that nobody filled.
pub(in super::super) const BLANKS: [&str; 6] =
    ["[Company]", "[Company Name]", "{{company_name}}", "{Company}", "[Your Company]", "[Prospect Company]"];
