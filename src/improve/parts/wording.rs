//! Whether a line or a sentence of a prompt says what is offered, or how to write.
//!
//! It goes by English words, without a model: the same text is always the same part. A text that no rule knows (another
//! language, say) is what the section that it stands in is for.

/// What a section of a prompt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It describes the offer.
    Offer,
    /// Nothing says.
    Open,
    /// It tells how to write.
    Writing,
}

/// Keys of lines such as `Company: X` that state the offer wherever they stand.
const OFFER_KEYS: &[&str] = &[
    "company",
    "company name",
    "company profile",
    "industry",
    "sector",
    "product",
    "products",
    "product name",
    "service",
    "services",
    "value prop",
    "value proposition",
    "value propositions",
    "target",
    "target market",
    "target customers",
    "target customer",
    "target audience",
    "market",
    "stage",
    "focus",
    "customers",
    "clients",
    "certifications",
    "founded",
    "headquarters",
    "website",
    "team",
    "traction",
    "facts",
    "offer",
    "offering",
    "about us",
    "price",
    "pricing",
    "funding",
];

/// Keys of lines such as `Tone: plain` that tell how to write wherever they stand.
const WRITING_KEYS: &[&str] = &[
    "tone",
    "voice",
    "style",
    "length",
    "word count",
    "word limit",
    "format",
    "formatting",
    "structure",
    "language",
    "subject",
    "subject line",
    "subject lines",
    "greeting",
    "opening",
    "opening line",
    "opener",
    "hook",
    "first line",
    "first sentence",
    "body",
    "close",
    "closing",
    "ending",
    "cta",
    "call to action",
    "ask",
    "sign off",
    "signature",
    "ps",
    "avoid",
    "do",
    "dos",
    "dont",
    "donts",
    "do not",
    "never",
    "always",
    "rule",
    "rules",
    "guideline",
    "guidelines",
    "instruction",
    "instructions",
    "task",
    "your task",
    "goal",
    "your goal",
    "objective",
    "output",
    "output format",
    "constraint",
    "constraints",
    "requirement",
    "requirements",
    "important",
    "note",
    "remember",
    "personalization",
    "personalisation",
    "brevity",
    "clarity",
    "honesty",
    "tip",
    "tips",
    "example",
    "examples",
];

/// Verbs that open an instruction to a writer, and hardly ever a line about an offer.
const WRITERS_VERBS: &[&str] = &[
    "acknowledge",
    "adapt",
    "address",
    "adjust",
    "adopt",
    "align",
    "aim",
    "anticipate",
    "articulate",
    "ask",
    "assume",
    "avoid",
    "be",
    "begin",
    "choose",
    "cite",
    "claim",
    "close",
    "compose",
    "conclude",
    "consider",
    "convey",
    "craft",
    "demonstrate",
    "describe",
    "do",
    "dont",
    "emphasise",
    "emphasize",
    "end",
    "ensure",
    "exaggerate",
    "exclude",
    "explain",
    "express",
    "favor",
    "favour",
    "finish",
    "focus",
    "follow",
    "frame",
    "greet",
    "ground",
    "highlight",
    "identify",
    "illustrate",
    "imagine",
    "imply",
    "include",
    "introduce",
    "invent",
    "invite",
    "keep",
    "lead",
    "leave",
    "limit",
    "link",
    "maintain",
    "make",
    "match",
    "mention",
    "mimic",
    "mirror",
    "name",
    "note",
    "omit",
    "open",
    "paraphrase",
    "paste",
    "personalise",
    "personalize",
    "phrase",
    "pick",
    "pitch",
    "point",
    "position",
    "prefer",
    "present",
    "prioritise",
    "prioritize",
    "promise",
    "propose",
    "quote",
    "read",
    "refer",
    "reference",
    "refrain",
    "relate",
    "remember",
    "repeat",
    "request",
    "research",
    "respect",
    "restate",
    "return",
    "rewrite",
    "say",
    "select",
    "show",
    "sign",
    "skip",
    "sound",
    "speak",
    "spell",
    "start",
    "state",
    "stay",
    "stick",
    "stress",
    "structure",
    "suggest",
    "summarise",
    "summarize",
    "tailor",
    "talk",
    "tell",
    "thank",
    "tie",
    "treat",
    "try",
    "use",
    "vary",
    "verify",
    "weave",
    "write",
];

/// Verbs that open an instruction as well as a benefit: they decide only where nothing says that the offer is described.
const OTHER_VERBS: &[&str] = &[
    "add",
    "answer",
    "appeal",
    "attach",
    "back",
    "balance",
    "base",
    "break",
    "bring",
    "build",
    "call",
    "cap",
    "check",
    "clarify",
    "combine",
    "connect",
    "contrast",
    "create",
    "customise",
    "customize",
    "cut",
    "deliver",
    "determine",
    "draft",
    "draw",
    "drop",
    "earn",
    "engage",
    "establish",
    "evoke",
    "fill",
    "find",
    "format",
    "generate",
    "get",
    "give",
    "go",
    "grab",
    "guide",
    "help",
    "hook",
    "insert",
    "justify",
    "let",
    "list",
    "listen",
    "look",
    "mind",
    "move",
    "offer",
    "organise",
    "organize",
    "output",
    "own",
    "place",
    "produce",
    "prompt",
    "prove",
    "provide",
    "put",
    "quantify",
    "recognise",
    "recognize",
    "reduce",
    "reflect",
    "remove",
    "replace",
    "reply",
    "respond",
    "review",
    "reveal",
    "send",
    "set",
    "share",
    "shorten",
    "simplify",
    "substantiate",
    "support",
    "take",
    "think",
    "translate",
    "trim",
    "understand",
    "wait",
    "walk",
];

/// Words that may stand before the verb of an instruction.
const BEFORE_VERBS: &[&str] = &[
    "please",
    "always",
    "never",
    "then",
    "finally",
    "first",
    "second",
    "third",
    "next",
    "also",
    "instead",
    "just",
    "only",
    "simply",
    "briefly",
    "clearly",
    "and",
    "or",
    "but",
    "carefully",
    "explicitly",
    "naturally",
    "lastly",
    "so",
    "gently",
    "directly",
    "immediately",
    "rather",
    "ideally",
    "you",
    "should",
    "must",
    "can",
    "may",
    "will",
    "not",
    "do",
];

/// Verbs that follow the name of a company or a product.
const OFFERS_VERBS: &[&str] = &[
    "sells",
    "offers",
    "provides",
    "makes",
    "builds",
    "helps",
    "integrates",
    "supports",
    "costs",
    "serves",
    "automates",
    "turns",
    "lets",
    "gives",
    "enables",
    "reduces",
    "saves",
    "connects",
    "runs",
    "works",
    "replaces",
    "delivers",
    "manages",
    "combines",
    "comes",
    "cuts",
    "brings",
    "includes",
    "specialises",
    "specializes",
    "develops",
    "operates",
    "hosts",
    "starts",
    "ships",
    "tracks",
    "handles",
    "monitors",
    "allows",
    "increases",
    "improves",
];

/// Nouns that say what kind of thing something is that is offered.
const OFFERS_NOUNS: &[&str] = &[
    "platform",
    "company",
    "tool",
    "software",
    "service",
    "startup",
    "agency",
    "firm",
    "provider",
    "product",
    "app",
    "application",
    "suite",
    "system",
    "solution",
    "consultancy",
    "studio",
    "business",
    "vendor",
    "maker",
    "marketplace",
];

/// How a text about the message itself speaks.
const ABOUT_MESSAGES: &[&str] = &[
    "subject line",
    "call to action",
    "cta",
    "sign off",
    "greeting",
    "jargon",
    "buzzwords",
    "buzzword",
    "placeholders",
    "sentences",
    "sentence",
    "paragraphs",
    "paragraph",
    "the message",
    "the email",
    "the e mail",
    "the reader",
    "the recipient",
    "the prospect",
    "the persona",
    "each message",
    "every message",
    "each email",
    "every email",
    "tone",
    "short message",
    "your message",
    "your email",
    "per message",
];

/// Whether a text tells how to write, where it stands in a section for this purpose. What does so in a section about the
/// offer does so in an open one, and everything does so in one about writing but for a plain statement of the offer.
pub(super) fn instructs(text: &str, purpose: Purpose) -> bool {
    let opening = opening(text);
    if let Some((key, value)) = key_value(&opening) {
        let key = spoken(key);
        if OFFER_KEYS.contains(&key.as_str()) {
            return false;
        }
        if WRITING_KEYS.contains(&key.as_str()) {
            return true;
        }
        let words: Vec<String> = words(value).collect();
        return match purpose {
            Purpose::Writing => true,
            Purpose::Open => commands(&words, true) || warns(&words),
            Purpose::Offer => commands(&words, false) || (warns(&words) && speaks_of_writing(&words)),
        };
    }
    let words: Vec<String> = words(&opening).collect();
    if describes(&opening, &words) {
        return false;
    }
    match purpose {
        Purpose::Writing => true,
        Purpose::Open => commands(&words, true) || warns(&words) || is_about_messages(&words),
        Purpose::Offer => commands(&words, false) || (warns(&words) && speaks_of_writing(&words)),
    }
}

/// Whether a text opens as an order or a ban does.
pub(super) fn orders(text: &str) -> bool {
    let words: Vec<String> = words(&opening(text)).collect();
    commands(&words, true) || warns(&words)
}

/// Whether a sentence only goes on with the one before: "It should be short."
pub(super) fn refers_back(text: &str) -> bool {
    words(&opening(text))
        .next()
        .is_some_and(|word| matches!(word.as_str(), "it" | "this" | "they" | "these" | "that" | "both"))
}

/// Whether an instruction can be understood without the heading above it.
pub(super) fn stands_alone(text: &str) -> bool {
    let opening = opening(text);
    let words: Vec<String> = words(&opening).take(40).collect();
    let refers = words.iter().take(3).any(|word| matches!(word.as_str(), "it" | "this" | "them" | "these" | "they"));
    !refers && (key_value(&opening).is_some() || commands(&words, true) || warns(&words))
}

/// Whether a text itself says what must not be.
pub(super) fn forbids(text: &str) -> bool {
    words(&opening(text))
        .next()
        .is_some_and(|word| matches!(word.as_str(), "never" | "do" | "dont" | "avoid" | "no" | "not"))
}

/// The key and the value of a line such as `Stage: Series A`.
pub(super) fn key_value(text: &str) -> Option<(&str, &str)> {
    // Keys are short: the rest of a long text need not be read.
    let at = text.bytes().take(60).position(|byte| byte == b':')?;
    let (key, value) = (text[..at].trim(), &text[at + 1..]);
    let is_key = !key.is_empty()
        && key.split_whitespace().count() <= 5
        && key.chars().all(|c| c.is_alphanumeric() || " /&'’()-.".contains(c));
    (is_key && value.starts_with(char::is_whitespace) && !value.trim().is_empty()).then_some((key, value))
}

/// The key of a line as it is compared.
pub(super) fn spoken(key: &str) -> String {
    words(key).collect::<Vec<_>>().join(" ")
}

/// Words in lower case, without apostrophes; all that is neither letter nor digit parts them.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>())
        .filter(|word| !word.is_empty())
}

/// The part of a text that decides, without marks of emphasis and quotes: a line may be a hundred thousand characters long.
fn opening(text: &str) -> String {
    text.chars().take(600).filter(|c| !matches!(c, '*' | '`' | '"' | '“' | '”')).collect::<String>().trim().to_owned()
}

/// Whether it opens with the imperative of a verb, also after a condition.
fn commands(words: &[String], others_too: bool) -> bool {
    let is_verb =
        |word: &String| WRITERS_VERBS.contains(&word.as_str()) || (others_too && OTHER_VERBS.contains(&word.as_str()));
    let first =
        words.iter().position(|word| !BEFORE_VERBS.contains(&word.as_str()) || is_verb(word)).unwrap_or(words.len());
    let Some(word) = words.get(first) else { return false };
    // "You are", "you write for": a role, not an order.
    let is_told = words[..first].iter().any(|word| word == "you")
        && !words[..first].iter().any(|word| matches!(word.as_str(), "should" | "must" | "never" | "always" | "not"));
    if is_told {
        return false;
    }
    if is_verb(word) {
        // "Lead times", "open source", "use of": a noun after all.
        let next = words.get(first + 1).map_or("", String::as_str);
        let is_compound =
            matches!(word.as_str(), "lead" | "open") && matches!(next, "source" | "times" | "time" | "generation");
        let is_compound = is_compound || (word == "call" && next == "to");
        return first > 0 || !(is_compound || matches!(next, "of" | "is" | "are" | "by"));
    }
    // "If they name a tool, mention it": the verb comes a little later.
    let is_condition = matches!(
        words[0].as_str(),
        "if" | "when" | "where" | "for" | "in" | "before" | "after" | "unless" | "whenever" | "without" | "while"
    );
    is_condition && words.iter().skip(2).take(24).any(|word| WRITERS_VERBS.contains(&word.as_str()))
}

/// Whether it says what must or must not be.
fn warns(words: &[String]) -> bool {
    let says = |word: &str| words.iter().any(|own| own == word);
    let begins = |word: &str| words.first().is_some_and(|own| own == word);
    says("must")
        || says("should")
        || says("shouldnt")
        || says("mustnt")
        || says("never")
        || says("avoid")
        || begins("no")
        || begins("not")
        || begins("always")
        || begins("dont")
        || words.windows(2).any(|pair| pair[0] == "do" && pair[1] == "not" || pair[0] == "make" && pair[1] == "sure")
        || words
            .windows(2)
            .any(|pair| matches!(pair[0].as_str(), "task" | "goal" | "job" | "objective" | "aim") && pair[1] == "is")
}

/// Whether it names the message, its parts or its length.
fn is_about_messages(words: &[String]) -> bool {
    let text = format!(" {} ", words.join(" "));
    ABOUT_MESSAGES.iter().any(|phrase| text.contains(&format!(" {phrase} ")))
        || words.windows(2).any(|pair| {
            pair[0].starts_with(|c: char| c.is_ascii_digit())
                && matches!(pair[1].as_str(), "words" | "word" | "characters")
        })
}

/// Whether any word is one that a writer is told.
fn speaks_of_writing(words: &[String]) -> bool {
    is_about_messages(words) || words.iter().any(|word| is_telling(word))
}

fn is_telling(word: &str) -> bool {
    // Of the writers' verbs those that are rarely nouns or a customer's deed.
    !matches!(
        word,
        "be" | "do" | "dont" | "make" | "keep" | "lead" | "leave" | "open" | "limit" | "start" | "end" | "use" | "show"
    ) && WRITERS_VERBS.contains(&word)
}

/// Whether it states plainly what somebody is or does who offers something.
fn describes(opening: &str, words: &[String]) -> bool {
    if words.iter().any(|word| matches!(word.as_str(), "should" | "must")) {
        return false;
    }
    let [first, second, ..] = words else { return false };
    let ours = matches!(first.as_str(), "we" | "weve" | "were" | "our")
        || (first == "the" && OFFERS_NOUNS.contains(&second.as_str()));
    if ours {
        return !words
            .iter()
            .take(4)
            .any(|word| matches!(word.as_str(), "message" | "messages" | "email" | "emails" | "tone"));
    }
    if first == "you" {
        let is_role = matches!(second.as_str(), "are" | "work" | "represent" | "sell" | "help")
            || (second == "write" && words.iter().any(|word| word == "for" || word == "behalf"));
        return is_role
            && !words.iter().any(|word| matches!(word.as_str(), "never" | "always" | "not" | "dont" | "avoid"));
    }
    // "FlowAI sells", "Brackwater Flow, which ..., is a platform".
    let names = opening.split_whitespace().take_while(|word| word.starts_with(char::is_uppercase)).take(4).count();
    let rest: Vec<&str> = words.iter().skip(names).take(14).map(String::as_str).collect();
    names > 0
        && match rest.first() {
            Some(verb) if OFFERS_VERBS.contains(verb) => true,
            Some(&("is" | "are" | "was" | "has")) => {
                matches!(rest.get(1), Some(&("founded" | "based" | "headquartered" | "backed" | "used")))
                    || rest.iter().any(|word| OFFERS_NOUNS.contains(word))
            }
            _ => false,
        }
}

/// Words in the name of a section that tells how to write, whatever else it names.
const WRITING_SECTIONS: &[&str] = &[
    "instruction",
    "instructions",
    "guideline",
    "guidelines",
    "guidance",
    "rule",
    "rules",
    "requirements",
    "constraints",
    "avoid",
    "dont",
    "donts",
    "dos",
    "tone",
    "style",
    "voice",
    "format",
    "formatting",
    "writing",
    "write",
    "length",
    "structure",
    "checklist",
    "principles",
    "tips",
    "practices",
    "never",
    "always",
    "example",
    "examples",
    "sample",
    "template",
];
/// Words in the name of a section that describes the offer.
const OFFER_SECTIONS: &[&str] = &[
    "company",
    "about",
    "product",
    "products",
    "offer",
    "offering",
    "profile",
    "context",
    "background",
    "facts",
    "fact",
];
/// The same, unless the section belongs to one about writing.
const OFFER_TOPICS: &[&str] = &[
    "value",
    "target",
    "market",
    "audience",
    "customers",
    "customer",
    "industry",
    "stage",
    "pricing",
    "price",
    "integrations",
    "security",
    "features",
    "benefits",
    "services",
    "service",
    "team",
    "overview",
    "solution",
    "sell",
    "material",
    "materials",
    "capabilities",
];
/// Words in the name of a section that tells how to write where it names nothing of the offer.
const WRITING_TOPICS: &[&str] = &[
    "personalization",
    "personalisation",
    "cta",
    "action",
    "subject",
    "opening",
    "opener",
    "hook",
    "body",
    "closing",
    "close",
    "output",
    "task",
    "goal",
    "objective",
    "approach",
    "strategy",
    "steps",
    "process",
    "do",
    "message",
    "messages",
    "messaging",
    "reminders",
    "quality",
    "important",
    "ps",
    "tactics",
];

/// What a section is for, by its name and by what the section around it is for.
pub(super) fn purpose_of(name: &str, around: Purpose) -> Purpose {
    let words: Vec<String> = words(&opening(name)).take(14).collect();
    let names = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let asks_how = words.first().is_some_and(|word| word == "how" || word == "when");
    if asks_how || names(WRITING_SECTIONS) {
        Purpose::Writing
    } else if names(OFFER_SECTIONS) || (around != Purpose::Writing && names(OFFER_TOPICS)) {
        // "Mention the product:" is an order all the same.
        if commands(&words, true) && words.len() > 1 { Purpose::Writing } else { Purpose::Offer }
    } else if names(WRITING_TOPICS) && !is_of_a_system(&words) || instructs(name, Purpose::Open) {
        Purpose::Writing
    } else {
        around
    }
}

/// "System prompt for cold outreach": the title of it all.
fn is_of_a_system(words: &[String]) -> bool {
    words.iter().any(|word| word == "prompt")
}

/// Whether a heading only says that instructions follow, so that none of them needs it.
pub(super) fn is_general(heading: &str) -> bool {
    const GENERAL: &[&str] = &[
        "instruction",
        "instructions",
        "guideline",
        "guidelines",
        "guidance",
        "rule",
        "rules",
        "requirements",
        "write",
        "writing",
        "checklist",
        "principles",
        "practices",
        "tips",
        "steps",
        "process",
        "message",
        "messages",
        "important",
        "dos",
        "task",
        "outreach",
        "constraints",
    ];
    let words: Vec<String> = words(heading).collect();
    words.len() > 8 || words == ["do"] || words.iter().any(|word| GENERAL.contains(&word.as_str()))
}

/// Whether a heading turns what stands under it into its opposite, or says where in the message it belongs.
pub(super) fn is_needed(heading: &str) -> bool {
    const NEEDED: &[&str] = &[
        "avoid", "dont", "donts", "never", "not", "opening", "opener", "hook", "subject", "body", "closing", "close",
        "cta", "action", "greeting", "ps", "example", "examples", "sample", "first", "last",
    ];
    words(heading).any(|word| NEEDED.contains(&word.as_str()))
}

/// Whether a heading forbids.
pub(super) fn is_ban(heading: &str) -> bool {
    words(heading).any(|word| matches!(word.as_str(), "avoid" | "dont" | "donts" | "never" | "not"))
}
