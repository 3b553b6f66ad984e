//! Messages in words, and what they show.

use super::{TextWorld, banks};
use crate::stream::Stream;
use crate::truth::{Draft, REVISED_INVENTS, Rule};

impl TextWorld {
    /// Writes a message.
    #[must_use]
    pub fn write(&self, prompt: &str, persona: &str, rule: Rule, dice: &mut Stream) -> String {
        let uniforms: Vec<f64> = (0..self.world.uniforms()).map(|_| dice.uniform()).collect();
        let mut draft = self.world.draft(&self.world.plan(&self.items(prompt)), rule, &uniforms);
        draft.lacks_offer = !self.states_offer(prompt);
        self.render(&draft, persona, dice)
    }

    fn render(&self, draft: &Draft, persona: &str, dice: &mut Stream) -> String {
        let name = persona.split([',', ' ']).next().unwrap_or_default();
        let mut text = format!("Dear {name},\n\n");
        if let Some(tone) = draft.tone {
            text.push_str(&self.words.shows[tone]);
            text.push(' ');
        }
        if !draft.lacks_offer {
            let makes = self.words.facts[1].trim_start_matches("Makes: ");
            text.push_str(&format!("{} makes {makes}.", self.words.company));
        }
        for line in &draft.lines {
            text.push('\n');
            text.push_str(&dice.pick(&banks::SHOWS).replace("{}", &self.words.names[*line][dice.below(2)]));
        }
        if draft.invents {
            text.push('\n');
            text.push_str(dice.pick::<String>(&self.words.inventions));
        }
        let signed = self.words.rule.trim_start_matches("Sign as ").trim_end_matches('.');
        text.push_str(&format!("\n\nShall we talk?\n\n{signed}"));
        text
    }

    /// What a message shows.
    #[must_use]
    pub fn read_message(&self, message: &str) -> Draft {
        let mut draft = Draft { lacks_offer: !message.contains(&self.words.company), ..Draft::default() };
        let lower = message.to_lowercase();
        for (at, names) in self.words.names.iter().enumerate() {
            if !self.words.shows[at].is_empty() {
                if draft.tone.is_none() && message.contains(&self.words.shows[at]) {
                    draft.tone = Some(at);
                }
            } else if names.iter().any(|name| !name.is_empty() && lower.contains(name.as_str())) {
                draft.lines.push(at);
            }
        }
        // The makers' own line names them as well.
        draft.lacks_offer |= !message.contains(" makes ");
        draft.invents = self.invention(message).is_some();
        draft
    }

    /// The claim in a message that nothing supports.
    #[must_use]
    pub fn invention<'m>(&self, message: &'m str) -> Option<&'m str> {
        message.lines().map(str::trim).find(|line| self.words.inventions.iter().any(|known| line.contains(known)))
    }

    /// The passages that the auditor accuses: always the same of one message.
    #[must_use]
    pub fn accused<'m>(&self, message: &'m str) -> Option<&'m str> {
        let mut dice = Stream::new(&["auditor", &self.world.place.to_string(), message.trim()]);
        let draft = self.read_message(message);
        if !self.world.accused(&draft, dice.uniform()) {
            return None;
        }
        // An honest message is accused of its last line.
        let is_line = |line: &&str| self.read_message(line).lines.len() == 1;
        self.invention(message).or_else(|| message.lines().rfind(is_line).map(str::trim))
    }

    /// Takes passages out of a draft, and seldom puts something invented in their place.
    #[must_use]
    pub fn revise(&self, draft: &str, passages: &str, dice: &mut Stream) -> String {
        // Whoever quotes a line may leave out the full stop at its end.
        let said = |line: &str| line.trim().trim_end_matches('.').to_owned();
        let mut text: Vec<String> = draft
            .lines()
            .filter(|line| said(line).is_empty() || !passages.contains(&said(line)))
            .map(str::to_owned)
            .collect();
        if dice.chance(REVISED_INVENTS) {
            let at = text.len().saturating_sub(4).max(1).min(text.len());
            text.insert(at, dice.pick::<String>(&self.words.inventions).clone());
        }
        text.join("\n")
    }
}
