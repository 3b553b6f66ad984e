//! The words that worlds are told in. A world draws its own from them; no two of one bank contain each other.

/// What a letter may dwell on, under two names.
pub(super) const TOPICS: [[&str; 2]; 40] = [
    ["the tide tables", "the hours of high water"],
    ["a hand-drawn sketch", "a drawing in pencil"],
    ["the apprentices", "those who are still in training"],
    ["the people on nights", "the late shift"],
    ["last winter's stoppages", "the standstills at new year"],
    ["spare parts", "replacement pieces"],
    ["how loud it is", "the noise it makes"],
    ["a walk around the yard", "a tour of the grounds"],
    ["the colour of the casing", "what shade the housing has"],
    ["floor space", "the room that it takes up"],
    ["the retired foreman", "the old hand at the gate"],
    ["the inspector's visit", "the day of the inspection"],
    ["damp and frost", "wet and freezing weather"],
    ["the paper logbook", "the ledger on the shelf"],
    ["a spoilt batch", "a load gone bad"],
    ["the way to the quay", "the road down to the water"],
    ["who answers the telephone", "the voice on the line"],
    ["the first morning with it", "day one in use"],
    ["the union's view", "what the works council thinks"],
    ["the neighbours' complaints", "grievances from next door"],
    ["a trade fair", "an exhibition stand"],
    ["the insurance form", "the underwriter's sheet"],
    ["left-handed workers", "people who work with the other hand"],
    ["the cat in the warehouse", "the animal among the crates"],
    ["the founder's grandmother", "an ancestor of the owner"],
    ["old wiring", "cables from another century"],
    ["lunch breaks", "the pause at noon"],
    ["the harvest weeks", "the busiest month"],
    ["the county archive", "the regional records office"],
    ["a proverb", "an old saying"],
    ["cheaper imitations", "knock-offs from abroad"],
    ["the last supplier", "whoever delivered before"],
    ["the chairman's letter", "words from the head of the board"],
    ["the view from the crane", "how it looks from above"],
    ["the smell of varnish", "that scent of fresh lacquer"],
    ["a sealed envelope", "an unopened cover"],
    ["the missing manual", "instructions nobody can find"],
    ["worn-out gloves", "threadbare mittens"],
    ["the ferry timetable", "when the boats leave"],
    ["the second signature", "the countersigning clerk"],
];

/// Items that ask for a topic: two for each name.
pub(super) const ASKS: [&str; 4] = [
    "Give {} a sentence of its own.",
    "Work {} into the middle of the letter.",
    "Say something concrete about {}, in words that anybody on the shop floor would use.",
    "Before the letter ends, come to speak of {} and of what it means on an ordinary day.",
];

/// Items that forbid one.
pub(super) const BANS: [&str; 4] = [
    "Leave {} out.",
    "Do not bring up {}.",
    "Keep {} out of the letter altogether, from the first line to the last.",
    "Stay away from {}, however near at hand it seems while you write.",
];

/// What tells a ban from what asks.
pub(super) const BANNING: [&str; 4] = ["leave ", "do not bring up", "out of the letter", "stay away from"];

/// Sentences of a message that show a topic.
pub(super) const SHOWS: [&str; 4] = [
    "A word on {}: it turned out to be simpler than one would think.",
    "Then there is the matter of {}, which we looked at with some care.",
    "I thought of {} while I wrote this.",
    "Concerning {}, we have a settled habit.",
];

/// A tone under two names, with the line at the top of a message that shows it.
pub(super) const TONES: [[&str; 3]; 5] = [
    ["dry as a ledger", "as sober as an invoice", "To the matter."],
    ["neighbourly", "like somebody from two doors down", "Good to have somebody like you nearby."],
    ["ceremonious", "as formal as a charter", "I have the honour of addressing you."],
    ["brisk", "quick and clipped", "Short version follows."],
    ["wry", "with one eyebrow raised", "Yes, another letter."],
];

/// Items that ask for a tone.
pub(super) const TONE_ASKS: [&str; 4] = [
    "Write {}.",
    "Let the voice be {}.",
    "From the greeting to the close the letter should sound {}.",
    "Whatever you say, say it {}, and keep that up to the last line.",
];

/// Items that ask for the truth.
pub(super) const TRUTH: [&str; 4] = [
    "State only what is written down here.",
    "Where nothing is known, say nothing.",
    "If a thing is not written down here, it does not belong in the letter, however well it would sound.",
    "Use what is written down here, and leave the rest to people who were there.",
];

/// Items that ask for nothing in particular.
pub(super) const VAGUE: [[&str; 4]; 3] = [
    [
        "Make every letter a strong one.",
        "Write letters that work.",
        "See to it that each letter is the best that it can be.",
        "Put quality first, in each and every letter.",
    ],
    [
        "Think before you write.",
        "Consider the whole picture.",
        "Take a moment to reflect on the situation before the first word.",
        "Approach the task with care and attention.",
    ],
    [
        "Be effective.",
        "Keep the goal in mind.",
        "Remember throughout what all of this is for.",
        "Always write with the outcome in view, from beginning to end.",
    ],
];

/// Needs of people: how a complaint names one, and what a group of such complaints is called.
pub(super) const NEEDS: [[&str; 2]; 12] = [
    ["who looks after it once it stands there", "upkeep unclear"],
    ["whether it would survive a week at our place", "doubts about hardiness"],
    ["what becomes of the things we have now", "no word on what is there"],
    ["how the crew would take to it", "the crew is forgotten"],
    ["whether anybody has thought about our calendar", "ignores the calendar"],
    ["how it comes here in the first place", "delivery unclear"],
    ["what I would have to sign", "paperwork unclear"],
    ["why now and not in three years", "no reason for now"],
    ["how it differs from the old way", "no difference shown"],
    ["what it is like to stand beside it", "too abstract"],
    ["who would be called at four in the morning", "no one answerable"],
    ["what the authorities say about it", "authorities left out"],
];

/// The need that tones serve.
pub(super) const VOICE: [&str; 2] = ["in which voice one speaks to people like me", "wrong voice"];

/// What is sold, and what it does for whom.
pub(super) const TRADES: [[&str; 3]; 8] = [
    ["tide gauges for small harbours", "harbour masters", "moorings lost to surprise"],
    ["kiln sensors for potteries", "pottery owners", "firings gone wrong"],
    ["seed dryers for co-operatives", "co-operative managers", "sacks lost to mould"],
    ["rope testers for cableways", "cableway engineers", "days spent on checks"],
    ["slate cutters for roofers", "roofing masters", "slates broken in cutting"],
    ["wool scouring lines for mills", "mill directors", "water used for a tonne"],
    ["bell frames for town halls", "town clerks", "repairs to towers"],
    ["brine pumps for salt works", "salt works foremen", "hours of standstill"],
];

/// Beginnings and ends of names.
pub(super) const NAME_BEGINS: [&str; 12] =
    ["Ald", "Bren", "Cor", "Dun", "Elm", "Far", "Gal", "Hol", "Ister", "Kel", "Mar", "Wen"];
pub(super) const NAME_ENDS: [&str; 10] =
    ["by", "combe", "dale", "ford", "holm", "ick", "mere", "stow", "wick", "worth"];
pub(super) const FIRST_NAMES: [&str; 16] = [
    "Agnes", "Bertil", "Carys", "Dorota", "Emeka", "Fenna", "Gustav", "Hanae", "Ines", "Jorun", "Kofi", "Lotte",
    "Mirela", "Nils", "Oona", "Pavel",
];

/// Segments of people: two sentences, each of which gives it away in a description, and a name.
pub(super) const SEGMENTS: [[&str; 3]; 6] = [
    ["Counts every hour and writes it down.", "Keeps a stopwatch in the desk drawer.", "counters of hours"],
    ["Has seen three owners come and go.", "Was there before the present roof was.", "old hands"],
    ["Answers to a board that meets in the capital.", "Reports upwards every Friday.", "heads under a board"],
    ["Runs the place with two cousins.", "Shares the office with the family.", "family firms"],
    ["Came from the army and never quite left it.", "Likes a chain of command.", "former soldiers"],
    ["Reads everything twice and replies in the evening.", "Is known for long silences.", "slow readers"],
];

/// Sentences that say nothing of a segment.
pub(super) const QUIRKS: [&str; 10] = [
    "Walks to work.",
    "Plays the tuba on Sundays.",
    "Grows medlars behind the house.",
    "Has never owned a car.",
    "Collects railway stamps.",
    "Swims before breakfast.",
    "Bakes rye bread for the whole floor.",
    "Mends clocks.",
    "Keeps two greyhounds.",
    "Sings bass in a choir.",
];

/// Claims that nothing supports: a name, a place and a number are put in.
pub(super) const INVENTIONS: [&str; 8] = [
    "{} in {} has used it for {} years.",
    "Our customer {} of {} saved {} % in a single season.",
    "The guild of {} in {} certified it {} times over.",
    "We spoke at the congress in {}, where {} people heard about {}.",
    "{} and {} ordered {} of them last month.",
    "An institute in {} measured it for {} and found {} % less waste.",
    "It connects with every system that {} or {} sells, {} of them in all.",
    "If you sign with us by Friday, {} and {} pay {} % of it.",
];
