//! The reader: what a persona's text says about the person whom a message should reach.

use std::sync::LazyLock;

use regex::Regex;

use super::lexicon::pattern;
use super::traits::{Traits, traits_of};

/// How a persona likes to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Email,
    Call,
    Chat,
    Meeting,
    Written,
    Unknown,
}

/// One persona, as far as its text can be read. Every field holds something usable.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    /// First name, or `there`.
    pub name: String,
    /// `Director of Operations`, or `your role`.
    pub role: Option<String>,
    /// `fintech startup`.
    pub kind: Option<String>,
    /// Number of employees, as written.
    pub size: Option<String>,
    /// `San Francisco`.
    pub city: Option<String>,
    /// Problems, most pressing first; never empty.
    pub pains: Vec<String>,
    /// Tools that the persona works with.
    pub tools: Vec<String>,
    /// Preferred channel.
    pub channel: Channel,
    /// What kind of person this is.
    pub traits: Traits,
    /// Word stems of each pain, for recognising it in a message.
    pub stems: Vec<Vec<String>>,
}

static NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^|[\s:])((?:Dr\.? )?\p{Lu}[\p{L}'’-]+) \p{Lu}[\p{L}'’.-]+(?: \p{Lu}[\p{L}'’-]+)?\s*[,(]")
});
static ROLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:(?:Co-[Ff]ounder|Founder)(?:(?:/| and | & )[A-Z]{3})?|(?:Senior |Deputy |Regional |",
        r"Global )?(?:VP|Vice President|Head|Director|Chief)(?: of|,)(?: (?:[A-Z][\w&/-]+|and|",
        r"the))*[ -][A-Z][\w&/-]+|Chief(?: [A-Z]\w+){1,2} Officer|(?:[A-Z][\w&/-]+ ){1,3}(?:Manager|Director|",
        r"Lead|Officer|Administrator|Controller|Owner|Partner)|Managing Director|Controller|Owner|C[A-Z]O|",
        r"CISO)\b",
    ))
});
static KIND: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:at|of|for|from|in|runs|owns|with) (an? [^.,;(\n]{4,90})"));
static SIZE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(\d{1,3}(?:,\d{3})+|\d{1,6})\+?[- ](?:person|people|employees?|staff|strong|headcount)\b")
});
static CITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:in|based in|from|near) ((?:São |San |Los |New |Cape |Tel |Ho |Kuala |Buenos |Hong |Mexico |Abu |",
        r"Salt |The )?\p{Lu}\p{Ll}{2,}(?: City| Lake City)?)\b",
    ))
});
static PAINS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:pain points?(?: include| are| is)?|struggl\w+ with|frustrated (?:by|with)|dealing with|",
        r"fighting(?: with)?|(?:currently |is )facing|(?:main|primary|biggest) (?:concern|worry|headache|",
        r"problem)s?(?: is| are)?|concerned about|looking to (?:automate|fix|improve)|wrestl\w+ with|",
        r"worn down by|troubled by|loses sleep over|held back by|wants to get rid of|",
        r"tired of)\b:?\s+([^.;\n]{4,220})",
    ))
});
static TOOLS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(Salesforce|HubSpot|Slack|Jira|Confluence|SAP|Workday|ServiceNow|NetSuite|QuickBooks|Xero|Zendesk|",
        r"Asana|Notion|Airtable|Trello|GitHub|Okta|Shopify|Zapier|Snowflake|Tableau|Power BI|Microsoft Teams|",
        r"Excel|Google Sheets|Google Workspace|Monday\.com|Intercom|Freshdesk|Pipedrive|Dynamics 365|Dynamics|",
        r"Oracle|Sage|DATEV|BambooHR|Greenhouse|Personio|Stripe|Epic|Procore|Odoo|SharePoint|Looker|Linear|",
        r"ClickUp|Smartsheet|Coupa|Ariba)\b",
    ))
});
static PREFERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:prefers?|communicat\w+|reachable|reached|reach (?:her|him|them)|likes|answers|favou?rs|",
        r"expects)\b([^.;\n]{3,120})",
    ))
});
static CHANNEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:(e-?mails?)|(slack|chat|teams|whatsapp|texts?|messages|messaging)|(video|calls?|zoom|phone)|",
        r"(in[- ]person|meetings?|face)|(documents?|documentation|written|writing|memos?|summary|summaries|",
        r"brief(?:ing)?s?|one-pagers?))\b",
    ))
});

/// Problems of a persona that names none: every office has them.
const COMMON_PAINS: [&str; 3] =
    ["repetitive chores that eat the week", "tasks that fall between two desks", "numbers that arrive too late"];

impl Reader {
    /// Reads a persona.
    pub(super) fn read(persona: &str) -> Self {
        let head: String = persona.chars().take(400).collect();
        let first = |regex: &Regex, text: &str| Some(regex.captures(text)?.get(1)?.as_str().to_owned());
        let size = first(&SIZE, &head);
        let city = first(&CITY, &head);
        let pains = pains_of(persona);
        let mut tools: Vec<String> = Vec::new();
        for tool in TOOLS.find_iter(persona) {
            if !tools.iter().any(|known| known == tool.as_str()) && tools.len() < 4 {
                tools.push(tool.as_str().to_owned());
            }
        }
        Reader {
            name: first(&NAME, &head).unwrap_or_else(|| "there".to_owned()),
            role: ROLE.find(&head).map(|role| role.as_str().to_owned()),
            kind: KIND.captures_iter(&head).find_map(|found| kind_of(found.get(1)?.as_str())),
            size,
            city,
            stems: pains.iter().map(|pain| stems(pain)).collect(),
            pains,
            tools,
            channel: channel_of(persona),
            traits: traits_of(persona),
        }
    }
}

/// `a fast-growing 50-person fintech startup in Oslo` becomes `fast-growing fintech startup`.
fn kind_of(text: &str) -> Option<String> {
    static DROP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?:^an? |\b\d[\d,]*\+?[- ](?:person|people|employees?|staff|strong)\b ?|\bmid-sized |",
            r"\btraditional |\bearly-stage )",
        ))
    });
    static END: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r" (?:in|with|based|that|which|where|who|near|from|employing|and|as|of about|of some)\b.*$")
    });
    let short = END.replace(text, "");
    let kind = DROP.replace_all(&short, "").trim().to_owned();
    let known = pattern_kinds().is_match(&kind.to_lowercase());
    (known && kind.len() < 60).then_some(kind)
}

fn pattern_kinds() -> &'static Regex {
    static KINDS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"\b(?:company|startup|start-up|agency|firm|provider|platform|bank|insurer|manufacturer|retailer|",
            r"brand|business|maker|group|clinic|hospital|university|school|studio|consultancy|marketplace|",
            r"vendor|operator|distributor|supplier|network|cooperative|builder|carrier|chain|producer|",
            r"wholesaler|publisher|practice|fund|organi[sz]ation|enterprise|space|team|scale-up|developer|",
            r"broker|foundation|ngo|charity|lab|utility|department)\b",
        ))
    });
    &KINDS
}

fn pains_of(persona: &str) -> Vec<String> {
    let mut pains: Vec<String> = Vec::new();
    for found in PAINS.captures_iter(persona) {
        let list = &found[1];
        for part in list.split(',') {
            let part = part.trim().trim_start_matches("and ").trim_start_matches("or ");
            let halves: Vec<&str> = part.splitn(2, " and ").collect();
            let split = halves.len() == 2 && halves.iter().all(|half| half.split(' ').count() >= 2);
            for pain in if split { halves } else { vec![part] } {
                let pain = tidy(pain);
                let words = pain.split(' ').count();
                if (2..=10).contains(&words) && !pains.contains(&pain) {
                    pains.push(pain);
                }
            }
        }
    }
    // A number in a pain would read as a figure of the offer; with others at hand it can go.
    if pains.iter().any(|pain| !pain.contains(|letter: char| letter.is_ascii_digit())) {
        pains.retain(|pain| !pain.contains(|letter: char| letter.is_ascii_digit()));
    }
    pains.truncate(6);
    if pains.is_empty() {
        pains.push(COMMON_PAINS[persona.len() % COMMON_PAINS.len()].to_owned());
    }
    pains
}

fn tidy(pain: &str) -> String {
    static TAIL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i) (?:leading to|because|due to|while|so that|across|from long)\b.*$|[\s.:!?)]+$")
    });
    static WHOSE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:[Hh]is|[Hh]er|[Tt]heir)\b"));
    static LEAD: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:(?:the|a|an|maintaining|lack of time for|her|his) )"));
    let short = TAIL.replace(pain, "");
    let addressed = WHOSE.replace_all(&short, "your");
    let bare = LEAD.replace(addressed.trim(), "");
    let mut letters = bare.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(std::iter::once(second)).chain(letters).collect()
        }
        _ => bare.into_owned(),
    }
}

/// The stems by which a pain is recognised: long words, without those that any offer of software uses.
fn stems(pain: &str) -> Vec<String> {
    const COMMON: [&str; 26] = [
        "manual", "proces", "workfl", "system", "operat", "team", "automa", "compan", "busine", "work", "time", "with",
        "across", "your", "repeti", "produc", "that", "from", "into", "than", "scalin", "softwa", "after", "before",
        "never", "report",
    ];
    let words = pain.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
    let all: Vec<String> = words.map(|word| word.to_lowercase().chars().take(6).collect()).collect();
    let rare: Vec<String> = all.iter().filter(|stem| !COMMON.contains(&stem.as_str())).cloned().collect();
    if rare.is_empty() { all } else { rare }
}

fn channel_of(persona: &str) -> Channel {
    for clause in PREFERS.captures_iter(persona) {
        let Some(found) = CHANNEL.captures(&clause[1]) else { continue };
        return match (1..=5).find(|&group| found.get(group).is_some()) {
            Some(1) => Channel::Email,
            Some(2) => Channel::Chat,
            Some(3) => Channel::Call,
            Some(4) => Channel::Meeting,
            Some(5) => Channel::Written,
            _ => Channel::Unknown,
        };
    }
    Channel::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persona_in_free_form_is_read() {
        let reader = Reader::read(
            "Ines Okoye, 42, Director of Operations at a fast-growing fintech startup (80 employees) in San Diego. \
             Prefers data-driven email with clear ROI metrics. Currently struggling with manual invoice matching \
             across \
             systems and delayed month-end reports. Works with Slack and NetSuite. Budget-conscious.",
        );
        assert_eq!(reader.name, "Ines");
        assert_eq!(reader.role.as_deref(), Some("Director of Operations"));
        assert_eq!(reader.kind.as_deref(), Some("fast-growing fintech startup"));
        assert_eq!(reader.size.as_deref(), Some("80"));
        assert_eq!(reader.city.as_deref(), Some("San Diego"));
        assert_eq!(reader.pains, ["manual invoice matching", "delayed month-end reports"]);
        assert_eq!(reader.tools, ["Slack", "NetSuite"]);
        assert_eq!(reader.channel, Channel::Email);
    }

    #[test]
    fn text_that_is_no_persona_is_read_as_someone_with_common_pains() {
        for text in ["", "   ", "🦀🦀🦀", "<script>", &"a".repeat(100_000), "pain points: ", "Prefers . ; "] {
            let reader = Reader::read(text);
            assert!(!reader.pains.is_empty() && !reader.name.is_empty(), "{text:.20}");
        }
    }

    #[test]
    fn real_personas_are_read() {
        let shared = std::env::var("REJOINDER_SHARED_DATA").unwrap_or_else(|_| "../../../shared/data".into());
        let folder = std::path::Path::new(&shared).join("personas");
        let Ok(text) = std::fs::read_to_string(folder.join("b2b_saas_personas_train.json")) else {
            eprintln!("skipped: {} is absent", folder.display());
            return;
        };
        let personas: Vec<String> = serde_json::from_str(&text).unwrap();
        for persona in personas {
            let reader = Reader::read(&persona);
            println!("{reader:?}\n");
            assert_ne!(reader.name, "there", "{persona}");
            assert!(reader.role.is_some() && reader.kind.is_some(), "{persona}");
        }
    }
}
