//! Where the scatter of outcomes comes from, and what to repeat for the least of it.

/// The outcomes of one persona: for each message to it, one outcome in 0..=1 per decision on that message.
pub type Outcomes = Vec<Vec<f64>>;

/// Variance components of outcomes, or of the differences between two runs: between personas, between the messages that
/// the generator writes to one persona, between the decisions on one message.
///
/// A mean over n personas with m messages each and k decisions per message has the variance
/// `(persona + message / m + decision / (m k)) / n` (Miller 2024, arXiv 2411.00640). What the data cannot tell apart is
/// `None` and contained in the level above it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Components {
    /// The mean outcome per persona, or the mean difference.
    pub mean: f64,
    /// Between personas: their temper, or how differently they take to the other prompt.
    pub persona: f64,
    /// Between messages to one persona: the generator. `None` with one message per persona.
    pub message: Option<f64>,
    /// Between decisions on one message: the decision maker. `None` with one decision per message.
    pub decision: Option<f64>,
}

impl Components {
    /// The components of one run. `None` with fewer than two personas that have an outcome.
    ///
    /// Analysis of variance for unbalanced nested data: the three sums of squares equal their expectations (Searle,
    /// Casella and McCulloch 1992, ch. 5; Sahai and Ojeda 2005), from the inside out, each clamped at 0. Unbiased but
    /// for the clamping, whatever the distribution: outcomes of yes or no need no model here.
    #[must_use]
    pub fn estimate(run: &[Outcomes]) -> Option<Self> {
        let sums = Sums::from_outcomes(run);
        if sums.personas < 2.0 {
            return None;
        }
        let within = sums.within();
        let (message, decision) = (within.0.unwrap_or(0.0), within.1.unwrap_or(0.0));
        let between = sums.between_personas
            - (sums.personas - 1.0) * decision
            - (sums.per_persona - sums.per_message_of_all) * message;
        let persona = (between / (sums.decisions - sums.per_persona_of_all)).max(0.0);
        Some(Components { mean: sums.mean, persona, message: within.0, decision: within.1 })
    }

    /// The components of the differences later minus earlier, personas paired by position; those without an outcome in
    /// one of the runs are left out. Both runs' messages and decisions scatter, so `message` and `decision` are sums
    /// over the two; `persona` is what the differences scatter beyond that. `None` with fewer than two such personas.
    #[must_use]
    pub fn of_pairs(earlier: &[Outcomes], later: &[Outcomes]) -> Option<Self> {
        let counts = |outcomes: &Outcomes| outcomes.iter().any(|message| !message.is_empty());
        let pairs = || earlier.iter().zip(later).filter(|(before, after)| counts(before) && counts(after));
        let (before, after): (Vec<Outcomes>, Vec<Outcomes>) = pairs().map(|(a, b)| (a.clone(), b.clone())).unzip();
        let n = before.len() as f64;
        if n < 2.0 {
            return None;
        }
        let (first, second) = (Sums::from_outcomes(&before).within(), Sums::from_outcomes(&after).within());
        let noise = |of: (Option<f64>, Option<f64>), outcomes: &Outcomes| {
            let (squares, all) = sizes(outcomes);
            of.0.unwrap_or(0.0) * squares / (all * all) + of.1.unwrap_or(0.0) / all
        };
        let differences: Vec<f64> = before.iter().zip(&after).map(|(a, b)| average(b) - average(a)).collect();
        let mean = differences.iter().sum::<f64>() / n;
        let scatter = differences.iter().map(|difference| (difference - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let explained: f64 = before.iter().zip(&after).map(|(a, b)| noise(first, a) + noise(second, b)).sum();
        let sum = |a: Option<f64>, b: Option<f64>| a.or(b).map(|_| a.unwrap_or(0.0) + b.unwrap_or(0.0));
        Some(Components {
            mean,
            persona: (scatter - explained / n).max(0.0),
            message: sum(first.0, second.0),
            decision: sum(first.1, second.1),
        })
    }

    /// The variance of the mean over so many personas, messages per persona and decisions per message.
    #[must_use]
    pub fn of_mean(&self, personas: f64, messages: f64, decisions: f64) -> f64 {
        (self.persona + self.within(decisions) / messages) / personas
    }

    /// How many messages with one decision each a message with so many decisions is worth: the ratio of the variances
    /// of their means within a persona. From 1, where messages differ and decisions on one do not, to `decisions`,
    /// where it is the other way round; 1 if the data do not tell the two apart.
    ///
    /// In a likelihood for single decisions a mean of `decisions` of them counts as so many (the dispersion of a
    /// quasi-likelihood: Wedderburn 1974; McCullagh and Nelder 1989, ch. 9).
    #[must_use]
    pub fn worth_of(&self, decisions: f64) -> f64 {
        let (Some(_), Some(_)) = (self.message, self.decision) else { return 1.0 };
        let (once, often) = (self.within(1.0), self.within(decisions.max(1.0)));
        if often > 0.0 { once / often } else { 1.0 }
    }

    /// How many decisions per message buy the least variance for what messages and decisions cost:
    /// `√(message cost / decision cost * decision variance / message variance)` (Cochran 1977, ch. 10), rounded to the
    /// better of its neighbours, from 1 to `most`; 1 where the data do not tell the two apart.
    #[must_use]
    pub fn decisions_per_message(&self, message_cost: f64, decision_cost: f64, most: u32) -> u32 {
        let (Some(message), Some(decision)) = (self.message, self.decision) else { return 1 };
        let best = (message_cost / decision_cost * decision / message).sqrt();
        let loss = |k: f64| (message + decision / k) * (message_cost + k * decision_cost);
        neighbour(best, most, loss)
    }

    /// How many messages per persona, each with so many decisions, rather than more personas; a persona costs what it
    /// costs to find and describe one more. 1 where that is nothing: fresh personas tell the most. Where personas are
    /// scarce use all of them, and as many messages as the budget allows.
    #[must_use]
    pub fn messages_per_persona(
        &self,
        persona_cost: f64,
        message_cost: f64,
        decision_cost: f64,
        decisions: u32,
        most: u32,
    ) -> u32 {
        if self.message.is_none() {
            return 1;
        }
        let within = self.within(f64::from(decisions.max(1)));
        let cost = message_cost + f64::from(decisions) * decision_cost;
        let loss = |m: f64| (self.persona + within / m) * (persona_cost + m * cost);
        neighbour((persona_cost / cost * within / self.persona).sqrt(), most, loss)
    }

    /// The variance of one message's mean outcome within its persona.
    fn within(&self, decisions: f64) -> f64 {
        self.message.unwrap_or(0.0) + self.decision.unwrap_or(0.0) / decisions
    }
}

/// The better of the whole numbers around `best`, from 1 to `most`.
fn neighbour(best: f64, most: u32, loss: impl Fn(f64) -> f64) -> u32 {
    let most = f64::from(most.max(1));
    // Nothing to divide by nothing: neither more nor fewer would matter.
    let best = if best.is_nan() { 1.0 } else { best.clamp(1.0, most) };
    let (down, up) = (best.floor(), best.ceil());
    if loss(up) < loss(down) { up as u32 } else { down as u32 }
}

/// Sums of squares of nested data and the sizes in their expectations.
struct Sums {
    mean: f64,
    personas: f64,
    messages: f64,
    decisions: f64,
    between_personas: f64,
    between_messages: f64,
    between_decisions: f64,
    /// The sums of squared counts: per message over its persona's count and over all, per persona over all.
    per_persona: f64,
    per_message_of_all: f64,
    per_persona_of_all: f64,
}

impl Sums {
    fn from_outcomes(run: &[Outcomes]) -> Self {
        let decided = || run.iter().filter(|persona| sizes(persona).1 > 0.0);
        let decisions: f64 = decided().map(|persona| sizes(persona).1).sum();
        let mean = decided().map(|persona| average(persona) * sizes(persona).1).sum::<f64>() / decisions;
        let mut sums = Sums {
            mean,
            personas: 0.0,
            messages: 0.0,
            decisions,
            between_personas: 0.0,
            between_messages: 0.0,
            between_decisions: 0.0,
            per_persona: 0.0,
            per_message_of_all: 0.0,
            per_persona_of_all: 0.0,
        };
        for persona in decided() {
            let (squares, count) = sizes(persona);
            let persona_mean = average(persona);
            sums.personas += 1.0;
            sums.between_personas += count * (persona_mean - mean).powi(2);
            sums.per_persona += squares / count;
            sums.per_message_of_all += squares / decisions;
            sums.per_persona_of_all += count * count / decisions;
            for message in persona.iter().filter(|message| !message.is_empty()) {
                let share = message.iter().sum::<f64>() / message.len() as f64;
                sums.messages += 1.0;
                sums.between_messages += message.len() as f64 * (share - persona_mean).powi(2);
                sums.between_decisions += message.iter().map(|outcome| (outcome - share).powi(2)).sum::<f64>();
            }
        }
        sums
    }

    /// The components of messages and of decisions, where the data show them.
    fn within(&self) -> (Option<f64>, Option<f64>) {
        let decision =
            (self.decisions > self.messages).then(|| self.between_decisions / (self.decisions - self.messages));
        let message = (self.messages > self.personas).then(|| {
            let beyond = self.between_messages - (self.messages - self.personas) * decision.unwrap_or(0.0);
            (beyond / (self.decisions - self.per_persona)).max(0.0)
        });
        (message, decision)
    }
}

/// The sum of the squared numbers of decisions per message, and of the numbers themselves.
fn sizes(persona: &Outcomes) -> (f64, f64) {
    persona.iter().map(|message| message.len() as f64).fold((0.0, 0.0), |(squares, all), n| (squares + n * n, all + n))
}

/// The mean over all decisions of a persona.
fn average(persona: &Outcomes) -> f64 {
    persona.iter().flatten().sum::<f64>() / sizes(persona).1
}

#[cfg(test)]
#[path = "variance_tests.rs"]
mod tests;
