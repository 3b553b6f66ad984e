//! Groups of reasons for a no, and of what the yes-sayers liked.
//!
//! The groups are found by their vocabulary, without a model: the same reasoning always lands in the same groups, so
//! that two versions of a lineage can be laid side by side. One reasoning may raise several objections.

use std::borrow::Cow;

use super::concessions;
use super::feedback::shortened;
use super::themes::{THEMES, Theme};
use super::vocabulary;
use crate::data::{Entry, Gather, Part};

/// One group of feedback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Stable name: a theme's own, or one that a [`Codebook`](super::Codebook) keeps.
    pub name: Cow<'static, str>,
    /// Reasonings that raise it.
    pub count: usize,
    /// Distinct personas that raise it.
    pub personas: usize,
    /// The shortest reasoning that raises it, as a quote.
    pub quote: String,
    /// Whether the counts are an even sample's, scaled.
    pub is_estimate: bool,
}

/// What a run's feedback comes down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objections {
    /// Why people said no; the most frequent first.
    pub raised: Vec<Objection>,
    /// What people who said yes named.
    pub liked: Vec<Objection>,
    /// Personas that said no at least once.
    pub personas_saying_no: usize,
    /// All personas that were heard.
    pub personas: usize,
    /// Reasonings of a no.
    pub noes: usize,
    /// Reasonings of a yes.
    pub yeses: usize,
}

/// Characters of a quote.
pub(super) const LONGEST_QUOTE: usize = 240;

/// Name of what fits no group.
pub const OTHER: &str = "something else";

impl Objections {
    /// The share of all personas that raise one of its groups; 0 where nobody was heard.
    #[must_use]
    pub fn share(&self, group: &Objection) -> f64 {
        if self.personas == 0 { 0.0 } else { group.personas as f64 / self.personas as f64 }
    }

    /// The share of the noes whose reasons fit no group; 0 where nobody said no.
    #[must_use]
    pub fn share_of_others(&self) -> f64 {
        let others = self.raised.iter().find(|group| group.name == OTHER).map_or(0, |group| group.count);
        if self.noes == 0 { 0.0 } else { others as f64 / self.noes as f64 }
    }

    /// The objections as lines for the improver with the share of each: `against: no evidence: 12 reasonings, 8 of 16
    /// personas (50 %). For example: ...`
    #[must_use]
    pub fn lines_with_shares(&self) -> String {
        let line = |sign: &str, group: &Objection| {
            let about = if group.is_estimate { "about " } else { "" };
            let percent = (100.0 * self.share(group)).round();
            let (name, count, raising, all) = (&group.name, group.count, group.personas, self.personas);
            let quote = &group.quote;
            format!(
                "{sign} {name}: {about}{count} reasonings, {raising} of {all} personas ({percent} %). For example: {quote}"
            )
        };
        let raised = self.raised.iter().map(|group| line("against:", group));
        let liked = self.liked.iter().map(|group| line("in favour:", group));
        raised.chain(liked).collect::<Vec<_>>().join("\n")
    }

    /// The objections as lines for the improver: name, counts, a quote.
    #[must_use]
    pub fn lines(&self) -> String {
        let line = |sign: &str, group: &Objection| {
            format!(
                "{sign} {}: {} times, {} people. For example: {}",
                group.name, group.count, group.personas, group.quote
            )
        };
        let raised = self.raised.iter().map(|group| line("against:", group));
        let liked = self.liked.iter().map(|group| line("in favour:", group));
        raised.chain(liked).collect::<Vec<_>>().join("\n")
    }
}

/// The groups that one reasoning is in, as bits: those of [`group_names`], the lowest first. What fits none is in the last.
#[must_use]
pub fn groups_of(reasoning: &str) -> u32 {
    let mut said = String::new();
    concessions::leave_out(reasoning, &mut said);
    let found = vocabulary::themes(&said).fold(0, |bits, theme| bits | 1 << theme);
    if found == 0 { 1 << THEMES.len() } else { found }
}

/// The names of all groups: what speaks against, or with `yes` what speaks in favour.
#[must_use]
pub fn group_names(yes: bool) -> Vec<&'static str> {
    let name = |theme: &Theme| if yes { theme.liked } else { theme.objection };
    THEMES.iter().map(name).chain([OTHER]).collect()
}

/// Objections as they are counted, one reasoning after the other. It holds one quote for each group and nothing else.
#[derive(Clone, Debug)]
pub struct Counting {
    raised: Vec<Group>,
    liked: Vec<Group>,
    saying_no: Personas,
    all: Personas,
    noes: usize,
    yeses: usize,
    /// The reasoning at hand without what it concedes; kept only for its memory.
    said: String,
}

impl Default for Counting {
    fn default() -> Self {
        let groups = vec![Group::default(); THEMES.len() + 1];
        Counting {
            raised: groups.clone(),
            liked: groups,
            saying_no: Personas::default(),
            all: Personas::default(),
            noes: 0,
            yeses: 0,
            said: String::new(),
        }
    }
}

impl Counting {
    /// Counts one decision's reasoning. `persona` is the index of the persona in the run, all of whose decisions come one
    /// after the other. Gives whether it fits a group.
    pub fn hear(&mut self, persona: usize, yes: bool, reasoning: &str) -> bool {
        self.all.count(persona);
        if yes {
            self.yeses += 1;
        } else {
            self.noes += 1;
            self.saying_no.count(persona);
        }
        concessions::leave_out(reasoning, &mut self.said);
        let groups = if yes { &mut self.liked } else { &mut self.raised };
        let mut is_other = true;
        for theme in vocabulary::themes(&self.said) {
            is_other = false;
            groups[theme].hear(persona, reasoning);
        }
        if is_other {
            groups[THEMES.len()].hear(persona, reasoning);
        }
        !is_other
    }

    /// Adds what later personas of the run said.
    pub fn then(&mut self, later: Self) {
        for (own, more) in [(&mut self.raised, later.raised), (&mut self.liked, later.liked)] {
            own.iter_mut().zip(more).for_each(|(group, more)| group.then(more));
        }
        self.saying_no.then(later.saying_no);
        self.all.then(later.all);
        self.noes += later.noes;
        self.yeses += later.yeses;
    }

    /// What it comes down to.
    #[must_use]
    pub fn objections(&self) -> Objections {
        let sorted = |groups: &[Group], name: fn(&Theme) -> &'static str| {
            let names = THEMES.iter().map(name).chain([OTHER]);
            let mut found: Vec<Objection> =
                groups.iter().zip(names).filter_map(|(group, name)| group.objection(name)).collect();
            // Names break ties so that equal counts always come in the same order.
            sort(&mut found);
            found
        };
        Objections {
            raised: sorted(&self.raised, |theme| theme.objection),
            liked: sorted(&self.liked, |theme| theme.liked),
            personas_saying_no: self.saying_no.count,
            personas: self.all.count,
            noes: self.noes,
            yeses: self.yeses,
        }
    }
}

/// What the run's own entries say; those of its baseline are another run's.
impl Gather for Counting {
    fn take(&mut self, entry: &Entry<'_>) {
        if entry.part == Part::Results {
            for said in &entry.messages {
                self.hear(entry.index, said.yes, &said.reasoning.get());
            }
        }
    }

    fn then(&mut self, later: Self) {
        Counting::then(self, later);
    }
}

/// The most frequent first.
pub(super) fn sort(groups: &mut [Objection]) {
    groups.sort_by(|a, b| b.personas.cmp(&a.personas).then(b.count.cmp(&a.count)).then(a.name.cmp(&b.name)));
}

/// One group as it is counted.
#[derive(Clone, Debug, Default)]
struct Group {
    count: usize,
    personas: Personas,
    /// The shortest reasoning so far.
    shortest: String,
}

impl Group {
    fn hear(&mut self, persona: usize, reasoning: &str) {
        if self.count == 0 || reasoning.len() < self.shortest.len() {
            self.shortest.clear();
            self.shortest.push_str(reasoning);
        }
        self.count += 1;
        self.personas.count(persona);
    }

    fn then(&mut self, later: Self) {
        if self.count == 0 || (later.count > 0 && later.shortest.len() < self.shortest.len()) {
            self.shortest = later.shortest;
        }
        self.count += later.count;
        self.personas.then(later.personas);
    }

    fn objection(&self, name: &'static str) -> Option<Objection> {
        let quote = shortened(&self.shortest, LONGEST_QUOTE);
        let (name, count, personas) = (Cow::Borrowed(name), self.count, self.personas.count);
        (self.count > 0).then_some(Objection { name, count, personas, quote, is_estimate: false })
    }
}

/// Distinct personas, whose decisions come one persona after the other.
#[derive(Clone, Copy, Debug, Default)]
struct Personas {
    count: usize,
    last: Option<usize>,
}

impl Personas {
    fn count(&mut self, persona: usize) {
        if self.last != Some(persona) {
            self.count += 1;
            self.last = Some(persona);
        }
    }

    fn then(&mut self, later: Self) {
        self.count += later.count;
        self.last = later.last.or(self.last);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn heard<'a>(said: impl IntoIterator<Item = (usize, bool, &'a str)>) -> Counting {
        let mut counting = Counting::default();
        for (persona, yes, reasoning) in said {
            counting.hear(persona, yes, reasoning);
        }
        counting
    }

    #[test]
    fn one_reasoning_may_raise_several_objections_and_each_persona_counts_once() {
        let objections = heard([
            (0, false, "Generic template, and it is far too long."),
            (0, false, "Could be sent to anyone."),
            (1, false, "Nothing about HIPAA."),
        ])
        .objections();
        let find = |name| objections.raised.iter().find(|group| group.name == name).map(|g| (g.count, g.personas));
        assert_eq!(find("not about me"), Some((2, 1)));
        assert_eq!(find("too long"), Some((1, 1)));
        assert_eq!(find("security and compliance"), Some((1, 1)));
        assert_eq!(objections.personas_saying_no, 2);
    }

    #[test]
    fn what_a_reasoning_concedes_is_no_objection() {
        let names = |reasoning: &str| -> Vec<String> {
            heard([(0, false, reasoning)]).objections().raised.iter().map(|group| group.name.to_string()).collect()
        };
        assert_eq!(names("While the message asks for very little of my time, it is full of hype."), ["hype"]);
        assert_eq!(names("Granted, it is brief enough, but it has no evidence."), ["no evidence"]);
        assert_eq!(names("Although it is short; I see hype."), ["hype"]);
        assert_eq!(names("It is too long."), ["too long"]);
    }

    #[test]
    fn what_fits_no_group_is_kept_as_something_else() {
        assert_eq!(heard([(0, false, "Mondays.")]).objections().raised[0].name, OTHER);
    }

    #[test]
    fn yes_sayers_are_heard_apart_from_no_sayers() {
        let objections = heard([(0, true, "Brief and concrete figures.")]).objections();
        assert!(objections.raised.is_empty());
        assert!(objections.liked.iter().any(|group| group.name == "gives evidence"));
    }

    /// The same with everything at hand: all reasonings of a group, the set of their personas.
    fn plainly(said: &[(usize, bool, String)]) -> Objections {
        let of = |yes: bool| {
            let groups = (0..=THEMES.len()).filter_map(|theme| {
                let raises = |reasoning: &str| {
                    let mut kept = String::new();
                    concessions::leave_out(reasoning, &mut kept);
                    let found: Vec<usize> = vocabulary::themes(&kept).collect();
                    if theme == THEMES.len() { found.is_empty() } else { found.contains(&theme) }
                };
                let members: Vec<_> = said.iter().filter(|item| item.1 == yes && raises(&item.2)).collect();
                let shortest = members.iter().min_by_key(|item| item.2.len())?;
                let name = THEMES.get(theme).map(|theme| if yes { theme.liked } else { theme.objection });
                Some(Objection {
                    name: Cow::Borrowed(name.unwrap_or(OTHER)),
                    count: members.len(),
                    personas: members.iter().map(|item| item.0).collect::<BTreeSet<_>>().len(),
                    quote: shortened(&shortest.2, LONGEST_QUOTE),
                    is_estimate: false,
                })
            });
            let mut groups: Vec<Objection> = groups.collect();
            groups.sort_by_key(|group| (std::cmp::Reverse((group.personas, group.count)), group.name.clone()));
            groups
        };
        let saying_no: BTreeSet<usize> = said.iter().filter(|item| !item.1).map(|item| item.0).collect();
        let noes = said.iter().filter(|item| !item.1).count();
        Objections {
            raised: of(false),
            liked: of(true),
            personas_saying_no: saying_no.len(),
            personas: said.iter().map(|item| item.0).collect::<BTreeSet<_>>().len(),
            noes,
            yeses: said.len() - noes,
        }
    }

    proptest! {
        /// Counted one by one, and counted in two halves that are put together, it is what counting everything at once gives.
        #[test]
        fn counting_in_a_stream_is_counting(
            runs in prop::collection::vec(
                prop::collection::vec((any::<bool>(), "(hype|too long|no proof|risk|Mondays|, |While |\\. ){1,5}"), 0..4), 0..12),
            cut in any::<prop::sample::Index>(),
        ) {
            let said: Vec<(usize, bool, String)> = runs
                .iter()
                .enumerate()
                .flat_map(|(persona, said)| said.iter().map(move |(yes, why)| (persona, *yes, why.clone())))
                .collect();
            let of = |wanted: &dyn Fn(usize) -> bool| {
                heard(said.iter().filter(|item| wanted(item.0)).map(|item| (item.0, item.1, item.2.as_str())))
            };
            let expected = plainly(&said);
            prop_assert_eq!(&of(&|_| true).objections(), &expected);
            let cut = cut.index(runs.len() + 1);
            let mut halves = of(&|persona| persona < cut);
            halves.then(of(&|persona| persona >= cut));
            prop_assert_eq!(halves.objections(), expected);
        }
    }
}
