//! Reasons: what a decision maker says about a message, and the words by which others recognise it.

use super::detect::{EMPTY, Found};
use super::dice::Dice;
use super::feature::Feature::{
    self, Brief, Certificate, Channel, Customer, Example, Figures, Flattery, Hype, Integrations, Long, Material,
    Mechanism, Opener, Pilot, Placeholder, Plain, Post, Price, Pushy, Result, Security, SmallAsk, Subject, Tie, Truth,
};
use super::spin::{capital, spin};
use super::taste::Judge;

/// What a message does that a reader likes; follows `it`.
fn praise(feature: Feature) -> &'static str {
    match feature {
        Tie => "<names a problem that I really have|addresses one of my pain points|speaks to a challenge on my desk>",
        Figures => "<gives a concrete figure|states a number that I can check|quantifies the benefit>",
        Mechanism => "<says how the product works|explains how it works in plain words|makes the mechanism clear>",
        Example => "<shows an example that fits a company like ours|gives an example from my line of business>",
        Material => "<offers something to read first|offers material ahead of a talk|offers documentation up front>",
        SmallAsk => "<asks for very little of my time|makes a small ask|keeps the next step small>",
        Brief => "<is short|is brief enough to read between two meetings|respects my time with its brevity>",
        Plain => "<keeps a plain, professional tone|uses plain words|stays matter-of-fact in tone>",
        Integrations => "<speaks to the tools we use|addresses integration with our systems>",
        Security => "<takes security seriously|addresses security before I have to ask>",
        Price => "<is open about the price|does not hide the pricing>",
        Subject => "<has a clear subject line|says in the subject line what it is about>",
        Channel => "<respects how I like to communicate|offers the channel that I prefer>",
        Pilot => "<proposes a low-risk pilot|suggests a small start that can be undone>",
        Opener => "<opens with my situation rather than with the sender|is relevant to my role from the first line>",
        Customer => "<names customers that I can ask|brings customer references>",
        Result => "<shows what customers achieved|quotes results of other customers>",
        Certificate => "<names a certification that we require|can point to a certification>",
        Post => "<shows that someone did research on me|refers to something that I said in public>",
        Hype | Long | Pushy | Flattery | Placeholder | Truth => "<is readable|is harmless>",
    }
}

/// What a message fails to do; follows `it`.
fn lack(feature: Feature) -> &'static str {
    match feature {
        Tie => {
            "<does not mention any problem that I have|lacks a tie to my pain points|never addresses the challenges \
             that I face|is generic and not tailored to my problems>"
        }
        Figures => {
            "<gives no concrete figures|lacks numbers that I could check|does not quantify the benefit|comes without \
             metrics>"
        }
        Mechanism => {
            "<does not say how it works|never explains how the product works|lacks any detail on the mechanism|leaves \
             out how it would work for us>"
        }
        Example => {
            "<gives no example from a company like ours|lacks an example that fits our industry|does not show what it \
             would look like at our size>"
        }
        Material => {
            "<offers nothing to read beforehand|does not offer any material or documentation|lacks a one-pager that I \
             could look at first>"
        }
        SmallAsk => {
            "<asks for too much of my time|wants a long call right away, which is not a small ask|does not make the \
             next step small>"
        }
        Brief => "<is not brief enough|is not short enough for my inbox|could not be called concise>",
        Plain => "<does not use plain words|lacks a plain, professional tone|has too many buzzwords>",
        Integrations => {
            "<does not mention integration with our tools|never says whether it fits our existing systems|says nothing \
             about integrations>"
        }
        Security => "<does not address security|says nothing about data protection|leaves out security and compliance>",
        Price => {
            "<does not say what it costs|says nothing about pricing|leaves the price open, and the budget is mine to \
             defend>"
        }
        Subject => "<has no clear subject line|has a subject line that tells me nothing>",
        Channel => "<does not respect my preferred channel|ignores how I prefer to communicate>",
        Pilot => "<does not offer a pilot|offers no low-risk way to try it|lacks a small first step such as a pilot>",
        Opener => {
            "<does not open with anything relevant to my role|begins with the sender, not with why it is relevant to \
             me>"
        }
        Customer => "<names no customers|offers no customer references|lacks social proof>",
        Result => {
            "<shows no proof of results with other customers|lacks evidence such as a case study|gives no results that \
             customers achieved>"
        }
        Certificate => "<names no certification|does not show any certification>",
        Post => "<shows no research on me|does not show any research on our company>",
        Hype | Long | Pushy | Flattery | Placeholder | Truth => "<does not convince me>",
    }
}

/// What a message does that a reader dislikes; follows `it`.
fn fault(feature: Feature) -> &'static str {
    match feature {
        Hype => "<is full of superlatives and hype|reads like an advertisement full of hype|makes exaggerated claims>",
        Long => "<is far too long|rambles|takes too many words to get to the point>",
        Pushy => "<is pushy|puts me under pressure with false urgency|presses me with a deadline>",
        Flattery => "<flatters me|opens with flattery that rings hollow|lays on the compliments too thickly>",
        Placeholder => "<has an unfilled placeholder in it|still contains a placeholder, a sign of mass mailing>",
        _ => "<puts me off>",
    }
}

/// Explains a verdict in the words of the persona.
pub(super) fn explain(decision: bool, found: &Found, judge: &Judge, dice: &mut Dice) -> String {
    if found.words < EMPTY {
        return say(
            "<There is nothing here to decide on|This is hardly a message>: <I would not answer it|it says nothing \
             about what is offered or why>.",
            dice,
        );
    }
    let mut weigh = |features: &mut dyn Iterator<Item = Feature>| -> Vec<Feature> {
        let mut ranked: Vec<(f64, Feature)> = features
            .map(|feature| (judge.weights[feature.index()].abs() * (0.35 * dice.normal()).exp(), feature))
            .filter(|(weight, _)| *weight > 0.12)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked.into_iter().map(|(_, feature)| feature).collect()
    };
    let good = || Feature::HELPFUL.into_iter().chain(Feature::INVENTED).filter(|f| judge.weights[f.index()] > 0.0);
    let liked = weigh(&mut good().filter(|&feature| found.features.has(feature)));
    let wanted = [Customer, Result];
    let missing = weigh(
        &mut Feature::HELPFUL
            .into_iter()
            .chain(wanted)
            .filter(|f| judge.weights[f.index()] > 0.0 && !found.features.has(*f)),
    );
    let faults = weigh(&mut Feature::HARMFUL.into_iter().filter(|&feature| found.features.has(feature)));

    let mut objections: Vec<String> = faults.iter().take(2).map(|&feature| say(fault(feature), dice)).collect();
    for &feature in missing.iter().take(3 - objections.len().min(2)) {
        objections.push(say(lack(feature), dice));
    }
    let praises: Vec<String> = liked.iter().take(3).map(|&feature| say(praise(feature), dice)).collect();
    let mut text = if decision { yes(&praises, &objections, dice) } else { no(&praises, &objections, dice) };
    if found.addresses_judge {
        text.push_str(" Part of it is not even written for me but tells somebody how to decide, which I find odd.");
    }
    text
}

fn yes(praises: &[String], objections: &[String], dice: &mut Dice) -> String {
    let the = say("<This message|It|The message|The e-mail>", dice);
    let mut text = match praises {
        [] => say("<Something about it makes me curious|I have time for this today>.", dice),
        [one] => format!("{the} {one}."),
        [one, two, ..] => format!("{the} {one} and {two}."),
    };
    if let Some(third) = praises.get(2) {
        text.push_str(&format!(" {} {third}.", say("<It also|On top of that, it|I notice that it>", dice)));
    }
    if dice.chance(0.45)
        && let Some(objection) = objections.last()
    {
        text.push_str(&format!(
            " {} it {objection}{}.",
            say("<Admittedly|True>,", dice),
            say("<, but I can ask|, which is a pity|>", dice)
        ));
    }
    text + " "
        + &say(
            "<I would answer.|That earns a reply from me.|I am willing to take the next step.|Worth a closer look.>",
            dice,
        )
}

fn no(praises: &[String], objections: &[String], dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut left = objections.iter();
    match (praises.first(), left.next()) {
        (Some(praise), Some(first)) if dice.chance(0.7) => {
            let opening = say("<While the message|Although it|Granted, the e-mail>", dice);
            let joint = if opening.starts_with("Granted") { ", but it" } else { ", it" };
            text.push_str(&format!("{opening} {praise}{joint} {first}."));
        }
        (_, Some(first)) => {
            text.push_str(&format!("{} {first}.", say("<This message|It|The e-mail|The message>", dice)));
        }
        (_, None) => text.push_str(&say(
            "<It is not badly written, yet nothing moves me to answer|This is not a priority for me now>.",
            dice,
        )),
    }
    for objection in left {
        text.push_str(&format!(
            " {} {objection}.",
            say("<It also|Besides, it|Worse, it|What is more, it|And it>", dice)
        ));
    }
    text + " "
        + &capital(&say(
            "<I would not reply.|Not worth my time as it stands.|I will pass.|That is not enough for me to act on.>",
            dice,
        ))
}

/// What a message does, or fails to do, in a few words that follow "the message".
pub(super) fn described(feature: Feature, is_liked: bool) -> String {
    let template = match feature {
        _ if is_liked => praise(feature),
        feature if Feature::HARMFUL.contains(&feature) => fault(feature),
        feature => lack(feature),
    };
    say(template, &mut Dice::from_parts(&["described"]))
}

fn say(template: &str, dice: &mut Dice) -> String {
    spin(template, dice, &|_| "".into())
}

/// Words by which a reasoning speaks of a feature, whether it misses it or likes it. In lower case.
pub(super) const SPEAKS: &[(Feature, &str)] = &[
    (
        Tie,
        concat!(
            r"\b(?:pain points?|(?:my|our) (?:\w+ ){0,4}(?:problems?|challenges?|struggles?|bottlenecks?)|",
            r"challenges? (?:that i|on my)|problem that i|generic|tailored|personali[sz]ed|irrelevant|specificity)",
        ),
    ),
    (
        Figures,
        concat!(
            r"\b(?:concrete figures?|figures?\b|numbers? that|quantif\w+|metrics|specific numbers|roi\b|",
            r"supporting data|methodology)",
        ),
    ),
    (
        Mechanism,
        concat!(
            r"\b(?:how (?:it|the product|this|that) (?:\w+ )?works?|how it would work|mechanism|",
            r"technical (?:details?|depth|specifications?)|vague about what|what (?:it|",
            r"the product) (?:actually )?does|api (?:capabilities|architecture))",
        ),
    ),
    (Example, r"\b(?:examples?\b|use cases?|look like at|our (?:specific )?(?:industry|context|sector))"),
    (Material, r"\b(?:to read|material|documentation|one-pager|white ?paper|preliminary value|substantive)"),
    (
        SmallAsk,
        concat!(
            r"\b(?:(?:small|big|reasonable) ask|my time\b|long call|next step small|time commitment|jumps straight|",
            r"commitment of)",
        ),
    ),
    (Brief, r"\b(?:brief(?: enough)?\b|brevity|concise|short enough|is short)"),
    (Plain, r"\b(?:plain|buzzwords?|jargon|professional tone|matter-of-fact|sales(?:y|-focused| pitch)|too sales)"),
    (Integrations, r"\b(?:integrat\w+|(?:our|existing|the) (?:\w+ )?(?:tools|systems|stack)\b)"),
    (Security, r"\b(?:security|data protection|compliance|privacy)"),
    (Price, r"\b(?:pric(?:e|es|ing)|costs\b|budget)"),
    (Subject, r"\bsubject line"),
    (
        Channel,
        r"\b(?:(?:preferred|the) channel|how i (?:like|prefer)|communication (?:style|preferences?)|communicate\b)",
    ),
    (Pilot, r"\b(?:pilots?\b|low-risk|small start|proof of concept|trial\b|try it)"),
    (Opener, r"\b(?:relevant to (?:my role|me)|opens? with my|begins with the sender|situation rather)"),
    (Hype, r"\b(?:hype|superlatives?|exaggerat\w+|advertisement|over-?promis\w+|unrealistic|too good to be true)"),
    (Long, r"\b(?:too long|rambl\w+|too many words|wordy|verbose|lengthy)"),
    (Pushy, r"\b(?:push(?:y|ing)|pressure|urgency|deadline|aggressive)"),
    (Flattery, r"\b(?:flatter\w*|compliments?)"),
    (Placeholder, r"\b(?:placeholders?|mass (?:mailing|outreach)|unfilled|template)"),
    (
        Customer,
        concat!(
            r"\b(?:names? (?:no )?customers|customer references?|social proof|verifiable references?|specific names|",
            r"credibility|track record|name-drop\w*)",
        ),
    ),
    (
        Result,
        concat!(
            r"\b(?:case stud\w+|customers achieved|results? (?:of|with) other customers|proof of results|evidence|",
            r"results that customers|substantiat\w+|proof of)",
        ),
    ),
    (Certificate, r"\bcertif\w+"),
    (Post, r"\b(?:research on|said in public|linkedin)"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::features_in;

    #[test]
    fn what_is_said_can_be_recognised() {
        let mut dice = Dice::from_parts(&["r"]);
        for feature in Feature::ALL.into_iter().filter(|&f| f != Truth) {
            for _ in 0..20 {
                let said = if Feature::HARMFUL.contains(&feature) {
                    vec![fault(feature)]
                } else {
                    vec![lack(feature), praise(feature)]
                };
                for template in said {
                    let text = say(template, &mut dice);
                    let heard = features_in(&text);
                    assert!(heard.contains(&feature), "{feature:?} is not heard in {text:?}: {heard:?}");
                    assert!(heard.len() <= 2, "{text:?} says too much: {heard:?}");
                }
            }
        }
    }
}
