//! What one challenger is asked for: how it goes about it, and which objections it answers.

use serde::{Deserialize, Serialize};

use super::feedback::{Feedback, shortened};
use super::objections::{OTHER, Objections};
use super::parts::{Part, PromptParts};
use super::screen;
use crate::evaluate::fence::fence;

/// How an improver goes about a challenger. Small steps keep what works, large ones leave a poor form behind, and
/// shorter prompts are followed better: nobody knows beforehand which is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Temperament {
    /// A few items are changed or added.
    #[default]
    Edit,
    /// The advice is written anew.
    Rewrite,
    /// Fewer items.
    Shorten,
}

impl Temperament {
    /// All of them, in the order in which challengers are given them.
    pub const ALL: [Temperament; 3] = [Temperament::Edit, Temperament::Rewrite, Temperament::Shorten];

    /// The sentence or two that the improver is told.
    #[must_use]
    pub fn instruction(self) -> &'static str {
        match self {
            Temperament::Edit => {
                "Edit: leave the advice as it is but for two or three items that you add, replace or drop."
            }
            Temperament::Rewrite => {
                "Rewrite: write the advice anew, from what the feedback says that a message must do. Of the old items \
                 keep only those that the feedback speaks for; drop or replace all others."
            }
            Temperament::Shorten => {
                "Shorten: drop the items that are vague, doubled or speak of what nobody minds, replace those that \
                 could be said in half the words, and add one at most. Only where there are fewer than three items add \
                 more, up to four in all, one thought each."
            }
        }
    }
}

/// What an earlier challenger tried, and how it fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// What it changed, in a line or so.
    pub what: String,
    /// What came of it.
    pub verdict: String,
}

/// Earlier challengers that one request names, the latest of them.
const MOST_TRIED: usize = 12;
/// Characters of an earlier challenger's description, and of its verdict.
const LONGEST_TRIED: usize = 600;
/// Characters that advice may have in any case.
const LEAST_ADVICE: usize = 1_000;
/// Bytes of reasoning in a request for one of several challengers: some 12,000 tokens.
pub const FEEDBACK_BYTES: usize = 48_000;

/// What the improver is given for one challenger.
#[derive(Clone, Copy, Debug)]
pub struct Brief<'a> {
    /// Facts and rules, which stand in every prompt.
    pub parts: &'a PromptParts,
    /// The advice of the prompt in use, item by item.
    pub advice: &'a [String],
    /// What the offer may truthfully claim; blank where only the first prompt says that.
    pub facts: &'a str,
    /// What real people replied, one line each; they outrank simulated ones.
    pub replies: &'a [String],
    /// What decision makers said.
    pub feedback: &'a Feedback,
    /// What it comes down to, by groups where a model has sorted it.
    pub objections: &'a Objections,
    /// How to go about it.
    pub temperament: Temperament,
    /// Names of the objections that this challenger answers first.
    pub focus: &'a [String],
    /// Earlier challengers, the latest last.
    pub tried: &'a [Tried],
    /// Which challenger this is, from 1, ...
    pub number: usize,
    /// ... of how many.
    pub of: usize,
    /// Characters that it may have.
    pub longest: usize,
    /// Bytes of reasoning that are shown; more is sampled evenly.
    pub feedback_bytes: usize,
}

impl<'a> Brief<'a> {
    /// The brief for a single challenger that edits.
    #[must_use]
    pub fn new(
        parts: &'a PromptParts,
        advice: &'a [String],
        facts: &'a str,
        (feedback, objections): (&'a Feedback, &'a Objections),
    ) -> Self {
        Brief {
            parts,
            advice,
            facts,
            replies: &[],
            feedback,
            objections,
            temperament: Temperament::Edit,
            focus: &[],
            tried: &[],
            number: 1,
            of: 1,
            longest: screen::LONGEST,
            feedback_bytes: FEEDBACK_BYTES,
        }
    }

    /// The same for one of several challengers.
    #[must_use]
    pub fn assigned(self, assignment: &'a Assignment) -> Self {
        let Assignment { temperament, focus, number, of } = assignment;
        Brief { temperament: *temperament, focus, number: *number, of: *of, ..self }
    }

    /// The text of the request.
    #[must_use]
    pub fn text(&self) -> String {
        let (facts, rules) = self.fixed();
        let mut text = String::from(
            "The prompt in use consists of facts, rules and advice. Facts and rules stand in every prompt word for \
             word; only the advice can change.\n\n",
        );
        if !facts.trim().is_empty() {
            let facts = fence("facts", &facts);
            text.push_str(&format!("The facts of the offer. No advice may ask to claim more:\n\n{facts}\n\n"));
        }
        if !rules.trim().is_empty() {
            text.push_str(&format!("The rules:\n\n{}\n\n", fence("rules", &rules)));
        }
        let numbered: Vec<String> = self
            .advice
            .iter()
            .enumerate()
            .map(|(at, item)| format!("{}. {}", at + 1, item.replace('\n', "\n   ")))
            .collect();
        let numbered = if numbered.is_empty() { "(none yet)".to_owned() } else { numbered.join("\n") };
        text.push_str(&format!("The advice in use, numbered:\n\n{}\n\n", fence("advice", &numbered)));
        if !self.replies.is_empty() {
            text.push_str(&format!(
                "What real people replied to messages of this lineage. Decision makers are simulated, these are not: \
                 where the two differ, go by the replies. Most who got a message did not reply at all:\n\n{}\n\n",
                fence("replies", &self.replies.join("\n"))
            ));
        }
        let (lines, left_out) = self.feedback.lines_within(self.feedback_bytes);
        let sampled = if left_out > 0 { format!(" ({left_out} more are left out evenly)") } else { String::new() };
        // What nobody has sorted has no groups.
        if self.objections.sorted.is_some() {
            let groups = fence("objections", &self.objections.lines_with_shares());
            text.push_str(&format!("What its messages met, in groups:\n\n{groups}\n\n"));
        }
        text.push_str(&format!("Each decision with its reasoning{sampled}:\n\n{}\n\n", fence("feedback", &lines)));
        if !self.tried.is_empty() {
            text.push_str(&format!(
                "What earlier challengers tried, and how they fared. Build on what helped, and do not propose again \
                 what did not:\n\n{}\n\n",
                fence("tried", &self.tried_lines())
            ));
        }
        if self.of > 1 {
            text.push_str(&format!(
                "You write challenger {} of {}. The others are written apart from yours, and the best items of all \
                 are put together: a good answer to a few objections is worth more than a fair one to all.\n\n",
                self.number, self.of
            ));
        }
        if !self.focus.is_empty() {
            let focus = self.focus.iter().map(|name| format!("- {name}")).collect::<Vec<_>>().join("\n");
            text.push_str(&format!("Answer first what is counted above as:\n\n{}\n\n", fence("focus", &focus)));
        }
        text.push_str(&format!(
            "{}\n\nAll advice together has at most {} characters. Answer with a JSON object: `changes`, a list of \
             objects, each with `action` (\"add\", \"replace\" or \"drop\"), `item` (the number of the item that is \
             replaced or dropped, 0 for one that is added), `text` (the new item, whole; empty where one is dropped), \
             `name` (what it asks for, in two to five plain words) and `objection` (what it answers).",
            self.temperament.instruction(),
            self.longest.saturating_sub(self.parts.fixed().chars().count()).max(LEAST_ADVICE)
        ));
        text
    }

    /// The facts and the rules, as they are shown. If nobody has told them apart, everything is shown as rules.
    fn fixed(&self) -> (String, String) {
        let stated = self.parts.text_of(Part::Fact);
        if !stated.is_empty() && stated == self.facts {
            (stated, self.parts.text_of(Part::Rule))
        } else if self.facts.trim() == self.parts.fixed().trim() {
            (String::new(), self.parts.fixed().to_owned())
        } else {
            (self.facts.to_owned(), self.parts.fixed().to_owned())
        }
    }

    fn tried_lines(&self) -> String {
        let skipped = self.tried.len().saturating_sub(MOST_TRIED);
        let line = |tried: &Tried| {
            format!("- {} => {}", shortened(&tried.what, LONGEST_TRIED), shortened(&tried.verdict, LONGEST_TRIED))
        };
        self.tried[skipped..].iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// What one of several challengers is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// How it goes about it.
    pub temperament: Temperament,
    /// Names of the objections that it answers first.
    pub focus: Vec<String>,
    /// Which challenger it is, from 1, ...
    pub number: usize,
    /// ... of how many.
    pub of: usize,
}

/// Deals objections and temperaments to so many challengers. The most frequent objections come first, and each
/// challenger gets two if there are two. No two challengers get the same pair as long as there are other pairs.
#[must_use]
pub fn assign(objections: &Objections, challengers: usize) -> Vec<Assignment> {
    let names: Vec<&str> =
        objections.raised.iter().map(|group| group.name.as_str()).filter(|name| *name != OTHER).collect();
    let focus = |at: usize| -> Vec<String> {
        if names.is_empty() {
            return Vec::new();
        }
        // One challenger after the other takes the next objection; with every round the second comes from further away.
        let first = at % names.len();
        let second = (first + 1 + at / names.len()) % names.len();
        let mut focus = vec![names[first].to_owned()];
        if second != first {
            focus.push(names[second].to_owned());
        }
        focus
    };
    (0..challengers)
        .map(|at| Assignment {
            temperament: Temperament::ALL[at % Temperament::ALL.len()],
            focus: focus(at),
            number: at + 1,
            of: challengers,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::improve::codebook::{Codebook, Proposed, Side};
    use crate::improve::coding::{Code, Coding};
    use crate::improve::parts::Marking;

    fn feedback() -> Feedback {
        let mut feedback = Feedback::default();
        for (persona, (yes, reason)) in [
            (false, "It is generic and gives no evidence."),
            (false, "Could be sent to anyone, and it is full of hype."),
            (true, "Brief, and it speaks to my pain points."),
            (false, "It is too long."),
        ]
        .into_iter()
        .enumerate()
        {
            feedback.record(persona, 0, yes, reason);
        }
        feedback
    }

    /// The same, sorted.
    fn sorted(feedback: &Feedback) -> Objections {
        let mut book = Codebook::default();
        let names = ["not about me", "no evidence", "hype", "too long"];
        let proposed = |names: &[&str]| names.iter().filter_map(|name| Proposed::new(name, "What it is.")).collect();
        book.add(Side::Against, proposed(&names));
        book.add(Side::InFavour, proposed(&["is brief", "is about me"]));
        let mut coding = Coding::new("test", book, 4, 4);
        let groups: [&[u16]; 4] = [&[0, 1], &[0, 2], &[4, 5], &[3]];
        let codes = groups.iter().enumerate().map(|(persona, groups)| Code {
            persona: persona as u32,
            message: 0,
            yes: persona == 2,
            groups: groups.to_vec(),
        });
        coding.add(codes, &feedback.reasonings());
        feedback.objections().by(&coding)
    }

    fn parts() -> PromptParts {
        let prompt =
            "## Facts\nCompany: FlowAI\nValue proposition: 60% less manual work\n\n## Rules\nSign as {{sender}}.";
        Marking::new(prompt, &[]).unwrap().parts()
    }

    #[test]
    fn a_request_can_be_read() {
        let feedback = feedback();
        let objections = sorted(&feedback);
        let assignment = &assign(&objections, 4)[1];
        let tried = [Tried {
            what: "Added: \"Name a customer\"".into(),
            verdict: "dropped before a call: the facts do not support it".into(),
        }];
        let (parts, advice) = (parts(), ["Be brief.".to_owned(), "Name one pain\nof the reader.".to_owned()]);
        let facts = parts.facts();
        let brief = Brief { tried: &tried, ..Brief::new(&parts, &advice, &facts, (&feedback, &objections)) };
        insta::assert_snapshot!(brief.assigned(assignment).text());
    }

    #[test]
    fn challengers_are_asked_for_in_other_words_each() {
        let (feedback, nobody) = (feedback(), Feedback::default());
        for (feedback, objections) in
            [(&feedback, sorted(&feedback)), (&feedback, feedback.objections()), (&nobody, nobody.objections())]
        {
            let assignments = assign(&objections, 24);
            let texts: BTreeSet<String> = assignments
                .iter()
                .map(|assignment| Brief::new(&parts(), &[], "", (feedback, &objections)).assigned(assignment).text())
                .collect();
            assert_eq!(texts.len(), 24);
        }
        let first: Vec<Assignment> = assign(&sorted(&feedback), 4);
        let mains: BTreeSet<&String> = first.iter().filter_map(|assigned| assigned.focus.first()).collect();
        assert_eq!(mains.len(), 4, "each begins with another objection");
        assert!(assign(&sorted(&feedback), 0).is_empty());
    }

    #[test]
    fn what_is_unsorted_is_shown_without_groups_and_nobody_is_told_which_to_answer() {
        let feedback = feedback();
        let objections = feedback.objections();
        let assignments = assign(&objections, 3);
        assert!(assignments.iter().all(|assignment| assignment.focus.is_empty()));
        let text = Brief::new(&parts(), &[], "", (&feedback, &objections)).assigned(&assignments[0]).text();
        assert!(
            text.contains("[no] It is too long.") && !text.contains("in groups") && !text.contains("Answer first"),
            "{text}"
        );
    }

    #[test]
    fn what_was_tried_is_bounded_and_the_latest_stays() {
        let (feedback, objections) = (Feedback::default(), Objections::default());
        let tried: Vec<Tried> = (0..200)
            .map(|n| Tried { what: format!("Idea {n} {}", "x".repeat(9_000)), verdict: "kept".into() })
            .collect();
        let text = Brief { tried: &tried, ..Brief::new(&parts(), &[], "", (&feedback, &objections)) }.text();
        assert!(
            text.len() < 10_000
                && text.contains("Idea 199")
                && text.contains("Idea 188 ")
                && !text.contains("Idea 187 ")
        );
    }
}
