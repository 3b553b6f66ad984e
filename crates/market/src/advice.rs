//! Advice: instruction lines that improvers write, each for the feature that it asks for.

use super::feature::Feature::{
    self, Brief, Certificate, Channel, Customer, Example, Figures, Flattery, Hype, Integrations, Long, Material,
    Mechanism, Opener, Pilot, Placeholder, Plain, Post, Price, Pushy, Result, Security, SmallAsk, Subject, Tie, Truth,
};

/// Ways to ask for a feature; for `Placeholder`, to forbid it. The first is the plainest.
pub(super) fn lines(feature: Feature) -> &'static [&'static str] {
    match feature {
        Tie => &[
            "Name one of the reader's problems and say which one the offer touches.",
            "Tie the message to a pain point that the persona text mentions.",
            "Pick the challenge that weighs most on this person and address their problem directly.",
            "Personalize: refer to the bottleneck the reader struggles with, not to problems in general.",
            "Build the message around a single pain point of this person.",
        ],
        Figures => &[
            "Quote the figure from the value proposition.",
            "Give one concrete number that the offer states.",
            "Include specific metrics of the offer where it states any.",
            "Lead with the figure that the value proposition holds.",
        ],
        Mechanism => &[
            "Explain in one sentence how the product works.",
            "Say what the product actually does, in everyday words.",
            "Describe how it works for the reader's process, step by step but in a single sentence.",
            "Add one line on the mechanism, so that the promise is believable.",
        ],
        Example => &[
            "Sketch one short example for a company of the same industry and size.",
            "Show what it would look like at a company such as the reader's.",
            "Add an illustrative scenario from the reader's sector.",
            "Give a brief use case that fits the kind of company the reader works for.",
        ],
        Material => &[
            "Offer a one-pager that can be read before any conversation.",
            "Offer to send documentation first.",
            "Propose to share a short written overview in advance.",
            "Offer something to read, such as a guide or a fact sheet: attach nothing, just send the overview on \
             request.",
        ],
        SmallAsk => &[
            "End with a small ask: 15 minutes or a one-line reply.",
            "Ask for 10 minutes at most.",
            "Close with a single low-commitment question.",
            "Make clear that a one-line reply is enough.",
        ],
        Brief => &[
            "Keep the message under 110 words.",
            "Be brief: no more than 100 words.",
            "Write at most five short sentences.",
            "Keep it short enough to read on a phone without scrolling.",
        ],
        Plain => &[
            "Use a plain, professional tone without superlatives.",
            "Write in plain language, like a colleague would.",
            "Keep a matter-of-fact tone; avoid jargon and hype.",
            "Write in a sober, understated way.",
        ],
        Integrations => &[
            "Speak to the tools they already use and how the offer fits their current stack.",
            "Address integration with their existing systems.",
            "Where the persona names tools, say how the question of integrations would be settled.",
        ],
        Security => &[
            "Address security and compliance where the reader cares about them.",
            "Say how security questions will be answered.",
            "Speak to data protection for readers in regulated fields.",
        ],
        Price => &[
            "Be open about pricing.",
            "Address the budget before the reader has to ask.",
            "Say when and how the price will be disclosed.",
        ],
        Subject => &[
            "Begin with a subject line that says what the message is about.",
            "Write a clear, specific subject line.",
            "The subject line names the topic, not a teaser.",
        ],
        Channel => &[
            "Match the reader's preferred channel and format.",
            "Propose the next step in the communication style that this person prefers.",
            "Respect how they like to communicate: suggest the channel that the persona text names.",
        ],
        Pilot => &[
            "Propose a small, low-risk pilot as a first step.",
            "Suggest a pilot on one process first.",
            "Offer to start small: a limited proof of concept that is easy to stop.",
        ],
        Opener => &[
            "Open with the reader, not with the sender.",
            "The first sentence is about their role and company.",
            "Start with why this is relevant to the reader.",
        ],
        Hype => &[
            "Use bold claims and exciting language that stands out.",
            "Be enthusiastic: words such as game-changing and revolutionary catch the eye.",
        ],
        Long => &[
            "Describe every benefit in detail, so that no question stays open.",
            "Give a comprehensive picture of at least 250 words.",
        ],
        Pushy => &["Create urgency: mention that places are limited.", "Add a deadline so that the reader acts now."],
        Flattery => &["Compliment the reader on their achievements.", "Praise the company's recent success."],
        Placeholder => &["Leave no placeholders or brackets.", "Never leave a placeholder such as a blank to fill in."],
        Customer => &[
            "Name well-known customers from the reader's industry.",
            "Mention recognized customer logos in the same vertical.",
            "Add social proof by naming two companies that already use the product.",
        ],
        Result => &[
            "Reference case studies with before-and-after results.",
            "Cite what similar customers achieved, with percentages.",
            "Tell a success story with hours saved.",
        ],
        Certificate => {
            &["Mention certifications such as SOC 2.", "State that the product is SOC 2 and ISO 27001 certified."]
        }
        Post => &[
            "Reference a recent LinkedIn post or talk of the reader.",
            "Show research: mention recent activity on social media.",
        ],
        Truth => &[
            "Claim only what the context above states.",
            "Stick to the facts given here and never invent any.",
            "Do not make up customers, results or certifications.",
        ],
    }
}

/// Ways to forbid a feature that puts people off.
pub(super) fn bans(feature: Feature) -> &'static [&'static str] {
    match feature {
        Hype => &["Avoid superlatives and hype.", "No exaggerated claims, no exclamation marks."],
        Long => &["Do not ramble.", "Leave out filler."],
        Pushy => &["Never create urgency or pressure.", "Avoid deadlines and any hard sell."],
        Flattery => &["No compliments, no flattery.", "Do not flatter the reader."],
        Placeholder => lines(Placeholder),
        _ => &[],
    }
}

/// What an improver adds that wants too much at once: it asks for nothing in particular and drowns the rest.
pub(super) const LONG_WINDED: [&str; 6] = [
    "Before you write, go through the persona line by line, note everything that could matter, rank it, and only then \
     decide what to use and in which order.",
    "Consider the whole journey of the reader from the first glance to the final decision, and let every sentence \
     serve exactly one stage of that journey.",
    "Vary the rhythm between longer and shorter sentences, between questions and statements, and between the abstract \
     and the tangible.",
    "Check the finished text against every single one of these guidelines twice, and rewrite it from the beginning \
     whenever one of them is not met.",
    "Weigh each word against its alternatives and keep the one that a demanding and experienced reader with very \
     little patience would keep.",
    "Remember that the reader receives dozens of similar texts, so that yours must earn attention, keep it, and turn \
     it into movement.",
];

/// Advice that changes nothing.
pub(super) const VAGUE: [&str; 8] = [
    "Be authentic and make the reader feel understood.",
    "Focus on value rather than on features.",
    "Make every word count and strike the right balance.",
    "Think about what would resonate with this reader and adapt accordingly.",
    "Build trust and credibility throughout the message.",
    "Be compelling but not overwhelming.",
    "Consider the decision process of the reader when you choose what to say.",
    "Demonstrate a deep understanding of the market.",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::FeatureSet;
    use crate::plan::Plan;

    #[test]
    fn every_line_is_read_as_what_it_asks_for() {
        let mut wrong = Vec::new();
        for feature in Feature::ALL {
            for line in lines(feature) {
                let plan = Plan::read(&format!("- {line}"));
                let (mut rest, ok) = if feature == Placeholder {
                    (plan.asked, plan.banned.has(Placeholder))
                } else {
                    (plan.asked, plan.asked.has(feature))
                };
                rest.remove(feature);
                // Truth may ban inventions, a plain tone bans hype, and naming results comes with figures.
                let related = match feature {
                    Result => [Customer, Figures],
                    Customer => [Result, Figures],
                    Plain => [Brief, Truth],
                    _ => [Truth, Truth],
                };
                for other in related {
                    rest.remove(other);
                }
                if !ok || rest != FeatureSet::default() {
                    wrong.push(format!("{feature:?}: {line}: {:?}", plan.asked.iter().collect::<Vec<_>>()));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn bans_are_read_as_bans() {
        for feature in Feature::HARMFUL {
            for line in bans(feature) {
                assert!(Plan::read(line).banned.has(feature), "{feature:?}: {line}");
            }
        }
    }

    #[test]
    fn vague_advice_asks_for_nothing() {
        for line in VAGUE.iter().chain(&LONG_WINDED) {
            let plan = Plan::read(line);
            assert_eq!((plan.asked.len(), plan.banned.len()), (0, 0), "{line}: {plan:?}");
        }
    }
}
