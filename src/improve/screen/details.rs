//! Details of single personas: names, places, products and figures that only one or a few of them have.

use std::collections::HashSet;

use crate::data::{Entry, Gather, Part};

/// Cells of each row: 4 MiB. With 200,000 personas of a dozen details each, about one detail in two hundred is taken for a
/// more frequent one.
const CELLS: usize = 1 << 22;
/// Bits of the words that are written without a capital.
const BITS: usize = 1 << 22;

/// How many personas have a detail, counted in memory that does not grow with them.
///
/// It is a count-min sketch of two rows (G. Cormode and S. Muthukrishnan, An improved data stream summary: the count-min
/// sketch and its applications, Journal of Algorithms 55, 2005): it never counts too few, so what is frequent is never
/// taken for a single persona's.
#[derive(Clone, Debug)]
pub struct Details {
    /// Counts up to 255.
    rows: [Vec<u8>; 2],
    /// Words that some persona writes without a capital: those are no names. A Bloom filter with two bits a word.
    ordinary: Vec<u64>,
    personas: usize,
    /// The details of the persona at hand; kept only for its memory.
    own: HashSet<u64>,
}

impl Default for Details {
    fn default() -> Self {
        Details {
            rows: [vec![0; CELLS], vec![0; CELLS]],
            ordinary: vec![0; BITS / 64],
            personas: 0,
            own: HashSet::new(),
        }
    }
}

impl Details {
    /// Takes in the text of one persona.
    pub fn take(&mut self, persona: &str) {
        self.personas += 1;
        self.own.clear();
        each_word(persona, |word| {
            if let Some(detail) = word.detail(true) {
                self.own.insert(hash(&detail));
            } else if word.text.starts_with(char::is_lowercase) {
                let hash = hash(&folded(word.text));
                for bit in bits(hash) {
                    self.ordinary[bit / 64] |= 1 << (bit % 64);
                }
            }
        });
        for hash in &self.own {
            for (row, cell) in self.rows.iter_mut().zip(cells(*hash)) {
                row[cell] = row[cell].saturating_add(1);
            }
        }
    }

    /// Adds what was taken in elsewhere.
    pub fn then(&mut self, later: &Self) {
        self.personas += later.personas;
        for (own, more) in self.rows.iter_mut().zip(&later.rows) {
            own.iter_mut().zip(more).for_each(|(own, more)| *own = own.saturating_add(*more));
        }
        self.ordinary.iter_mut().zip(&later.ordinary).for_each(|(own, more)| *own |= more);
    }

    /// How many personas it knows.
    #[must_use]
    pub fn personas(&self) -> usize {
        self.personas
    }

    /// The first detail in a text that only one or a few personas have, that is at most a fiftieth of them or two, and
    /// that is in none of the `known` words.
    pub(super) fn of_few(&self, text: &str, known: &HashSet<String>) -> Option<String> {
        let few = (self.personas / 50).clamp(2, 250);
        let mut found = None;
        each_word(text, |word| {
            if found.is_some() {
                return;
            }
            let Some(detail) = word.detail(false) else { return };
            let is_known = known.contains(&folded(word.text)) || known.contains(&detail);
            if is_known || GENERAL.contains(&folded(word.text).as_str()) || self.is_ordinary(&folded(word.text)) {
                return;
            }
            if (1..=few).contains(&self.count(&detail)) {
                // A name as it stands, a figure with its unit.
                found = Some(if word.text.starts_with(char::is_alphabetic) { word.text.to_owned() } else { detail });
            }
        });
        found
    }

    fn count(&self, detail: &str) -> usize {
        let cells = cells(hash(detail));
        self.rows.iter().zip(cells).map(|(row, cell)| usize::from(row[cell])).min().unwrap_or_default()
    }

    fn is_ordinary(&self, word: &str) -> bool {
        bits(hash(word)).into_iter().all(|bit| self.ordinary[bit / 64] & (1 << (bit % 64)) != 0)
    }
}

/// The personas of the run's own entries; those of its baseline are the same people.
impl Gather for Details {
    fn take(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Results {
            Details::take(self, &entry.persona.get());
        }
    }

    fn then(&mut self, later: Self) {
        Details::then(self, &later);
    }
}

/// Words with capitals that name no persona: roles, and short forms that everybody uses.
const GENERAL: &[&str] = &[
    "ceo",
    "cto",
    "coo",
    "cfo",
    "cio",
    "ciso",
    "cmo",
    "cpo",
    "vp",
    "svp",
    "hr",
    "it",
    "api",
    "apis",
    "roi",
    "kpi",
    "kpis",
    "b2b",
    "b2c",
    "saas",
    "crm",
    "erp",
    "ai",
    "smb",
    "smbs",
    "cta",
    "ps",
    "pdf",
    "faq",
    "url",
    "usp",
    "us",
    "usa",
    "eu",
    "uk",
    "linkedin",
    "ok",
    "md",
    "phd",
    "mba",
    "director",
    "manager",
    "head",
    "chief",
    "officer",
    "president",
    "vice",
    "founder",
    "co-founder",
    "cofounder",
    "lead",
    "leader",
    "engineer",
    "operations",
    "engineering",
    "marketing",
    "finance",
    "product",
    "technology",
    "executive",
    "owner",
    "senior",
    "partner",
    "analyst",
    "consultant",
    "administrator",
    "coordinator",
    "supervisor",
    "specialist",
    "assistant",
    "i",
    "english",
    "email",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "subject",
    "prompt",
];

/// Units of what a prompt may ask for on its own.
const WRITING_UNITS: &[&str] = &[
    "word",
    "words",
    "sentence",
    "sentences",
    "line",
    "lines",
    "character",
    "characters",
    "paragraph",
    "paragraphs",
    "minute",
    "minutes",
    "min",
    "mins",
    "day",
    "days",
    "week",
    "weeks",
    "call",
    "question",
    "questions",
    "bullet",
    "bullets",
    "point",
    "points",
    "reason",
    "reasons",
    "option",
    "options",
    "thing",
    "things",
    "detail",
    "details",
    "fact",
    "facts",
    "example",
    "examples",
    "figure",
    "figures",
    "times",
    "time",
    "or",
    "and",
    "to",
    "of",
    "in",
    "more",
    "at",
    "than",
];

/// A word where it stands.
struct Word<'t> {
    text: &'t str,
    next: &'t str,
    /// Whether a sentence, a line or an item begins with it.
    opens: bool,
    /// Whether it is the first of the whole text.
    is_first: bool,
}

impl Word<'_> {
    /// The detail that it is: a name, or a figure with its unit. In a persona's text a capital at the beginning of a
    /// sentence makes a name where another follows: "Sarah Chen".
    fn detail(&self, in_persona: bool) -> Option<String> {
        if self.text.starts_with(|c: char| c.is_ascii_digit() || c == '$' || c == '€' || c == '£') {
            return self.figure();
        }
        let has_capital = self.text.starts_with(char::is_uppercase);
        let goes_on = self.is_first || self.next.starts_with(char::is_uppercase);
        let is_name = has_capital && (!self.opens || (in_persona && goes_on));
        let long = self.text.chars().count() >= 3 || self.text.bytes().any(|byte| byte.is_ascii_digit());
        (is_name && long).then(|| folded(self.text))
    }

    fn figure(&self) -> Option<String> {
        let (number, unit) = self.text.split_once('-').unwrap_or((self.text, self.next));
        let number = number.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '%');
        let unit = unit.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if number.ends_with('%') || number.starts_with(['$', '€', '£']) {
            return Some(number.to_lowercase());
        }
        let is_plain =
            unit.starts_with(|c: char| c.is_ascii_digit()) || unit.is_empty() || WRITING_UNITS.contains(&unit.as_str());
        (!is_plain && number.len() > 1).then(|| format!("{} {unit}", number.to_lowercase()))
    }
}

fn each_word<'t>(text: &'t str, mut take: impl FnMut(&Word<'t>)) {
    let mut is_first = true;
    for line in text.lines() {
        let mut opens = true;
        let mut words = line.split_whitespace().peekable();
        while let Some(raw) = words.next() {
            let bare = raw.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '%' | '$' | '€' | '£'));
            let bare = bare.strip_suffix("'s").or_else(|| bare.strip_suffix("’s")).unwrap_or(bare);
            if !bare.is_empty() {
                let next = words.peek().copied().unwrap_or_default();
                // Of a figure the unit may follow a comma no more than a name goes on after one.
                let next = if raw.ends_with([',', ';', ':', '.', ')']) { "" } else { next };
                take(&Word { text: bare, next: next.trim_start_matches(['(', '"', '“']), opens, is_first });
                is_first = false;
                opens = false;
            }
            opens |= raw.ends_with(['.', '!', '?', ':', '"', '”', '*']) || raw.starts_with(['"', '“']);
        }
    }
}

/// Words of a text as they are compared with details.
pub(super) fn known(text: &str, known: &mut HashSet<String>) {
    each_word(text, |word| {
        known.insert(folded(word.text));
        if let Some(figure) = word.figure().filter(|_| word.text.starts_with(|c: char| !c.is_alphabetic())) {
            known.insert(figure);
        }
    });
}

/// In lower case, without the ending of a plural.
fn folded(word: &str) -> String {
    let lower = word.to_lowercase();
    match lower.strip_suffix('s') {
        Some(one) if one.chars().count() > 3 && !one.ends_with('s') => one.to_owned(),
        _ => lower,
    }
}

/// FNV-1a, finished by a multiplication so that its upper bits are mixed too.
fn hash(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn cells(hash: u64) -> [usize; 2] {
    [hash as usize % CELLS, (hash >> 40) as usize % CELLS]
}

fn bits(hash: u64) -> [usize; 2] {
    [hash as usize % BITS, (hash >> 38) as usize % BITS]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> Details {
        let mut details = Details::default();
        for number in 0..100 {
            let own = match number {
                7 => {
                    "Marcus Thompson, IT Operations Manager at HealthBridge in Boston (500 employees). Struggles with Epic."
                }
                _ => "Ann Weaver, Head of Operations at Northwind. Values ROI. Uses Salesforce. Loses 40% of her time.",
            };
            details.take(own);
        }
        details
    }

    fn few(text: &str) -> Option<String> {
        let mut words = HashSet::new();
        known("We sell workflow automation. It connects with Jira.", &mut words);
        details().of_few(text, &words)
    }

    #[test]
    fn what_one_persona_has_is_found_and_what_many_have_is_not() {
        assert_eq!(few("Mention HealthBridge whenever you can."), Some("HealthBridge".to_owned()));
        assert_eq!(few("Write as if to Marcus."), Some("Marcus".to_owned()));
        assert_eq!(few("Speak of their 500 employees."), Some("500 employees".to_owned()));
        assert_eq!(few("Speak of the 500-employees problem."), Some("500 employees".to_owned()));
        assert_eq!(few("Offer Salesforce and Jira to Ann or to Northwind, and 40% off."), None);
        assert_eq!(few("Ask the IT Manager for 15 minutes in 90 words about Kubernetes."), None);
        assert_eq!(few("Mention Zeppelins."), None, "no persona has these");
    }

    #[test]
    fn two_parts_together_are_the_whole() {
        let (mut first, mut second) = (Details::default(), Details::default());
        first.take("Eve Miller at Acme.");
        second.take("Bob Smith at Acme in Oslo.");
        first.then(&second);
        assert_eq!((first.personas(), first.count("acme"), first.count("oslo"), first.count("eve")), (2, 2, 1, 1));
    }

    #[test]
    fn the_memory_does_not_grow_and_frequent_details_stay_frequent() {
        let mut details = Details::default();
        for number in 0..20_000 {
            details.take(&format!("Eve Name{number} at Company{number} with Slack, {number} desks."));
        }
        assert_eq!(details.of_few("Mention Slack.", &HashSet::new()), None);
        assert!(details.of_few("Mention Company777.", &HashSet::new()).is_some());
        let unknown =
            (0..2_000).filter(|n| details.of_few(&format!("Say Unseen{n}."), &HashSet::new()).is_some()).count();
        assert!(unknown < 20, "{unknown} of 2,000 words that no persona has were taken for a persona's");
    }
}
