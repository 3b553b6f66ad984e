//! What the law of a region asks of a message, given what a model has found in it.

use std::fmt;
use std::str::FromStr;

use super::{Finding, Footer, Kind, Level, Rules, Seen};
use crate::data::campaigns::{Step, Written};

/// Whose law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Region {
    /// The United States.
    #[default]
    Us,
    /// Canada.
    Ca,
    /// The United Kingdom.
    Uk,
    /// The European Union.
    Eu,
}

impl Region {
    const ALL: [Region; 4] = [Region::Us, Region::Ca, Region::Uk, Region::Eu];

    /// The law, for people.
    #[must_use]
    pub fn law(self) -> &'static str {
        match self {
            Region::Us => "CAN-SPAM",
            Region::Ca => "CASL",
            Region::Uk => "PECR",
            Region::Eu => "the ePrivacy directive",
        }
    }

    /// What no text can show.
    #[must_use]
    pub fn not_shown(self) -> Vec<&'static str> {
        let mut listed = match self {
            Region::Us => vec!["whether the sender's name and address in the header are true"],
            Region::Ca => vec!["consent, express or implied (CASL asks for it before the first message)"],
            Region::Uk | Region::Eu => vec![
                "consent (individual readers must have given it), or a legitimate interest, for companies",
                "whether readers are told where their data come from (GDPR, article 14)",
            ],
        };
        listed.extend([
            "SPF, DKIM and DMARC of the sending domain, and one-click unsubscribing in the header",
            "suppression lists that are kept elsewhere (those of this folder are applied at export)",
        ]);
        listed
    }

    /// How much it matters if this is missing; none where the region does not ask for it.
    fn asks_for(self, kind: Kind) -> Option<Level> {
        match (kind, self) {
            (Kind::NoOptOut, _) | (Kind::NoAddress, Region::Us | Region::Ca) => Some(Level::Error),
            (Kind::NoSender, Region::Ca | Region::Uk | Region::Eu) | (Kind::NoContact, Region::Ca) => {
                Some(Level::Error)
            }
            (Kind::NoAddress, Region::Uk | Region::Eu) => Some(Level::Warning),
            _ => None,
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Region::Us => "us",
            Region::Ca => "ca",
            Region::Uk => "uk",
            Region::Eu => "eu",
        })
    }
}

impl FromStr for Region {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Region::ALL.into_iter().find(|region| region.to_string().eq_ignore_ascii_case(text));
        found.ok_or_else(|| format!("{text:?} is no region: write us, ca, uk or eu (for any country of the EU)"))
    }
}

/// Adds what is missing in a step, and what its subject promises in vain.
pub(super) fn check(rules: &Rules, written: &Written, step: &Step, seen: &Seen, findings: &mut Vec<Finding>) {
    let nothing = Seen::default();
    let (footer, is_known) = match &rules.footer {
        Footer::None => (&nothing, true),
        Footer::Unread => (&nothing, false),
        Footer::Read(footer) => (footer, true),
    };
    let mut add = |level, kind, quote: Option<&str>, words: String| {
        findings.push(Finding {
            lead: written.lead.clone(),
            email: written.email.clone(),
            step: step.number,
            level,
            kind,
            quote: quote.map(str::to_owned),
            words,
        });
    };
    let law = rules.region.law();
    for (kind, here, there, what) in [
        (Kind::NoOptOut, &seen.opt_out, &footer.opt_out, "says how to get no more messages"),
        (Kind::NoAddress, &seen.address, &footer.address, "gives a postal address of the sender"),
        (Kind::NoSender, &seen.sender, &footer.sender, "says who sends it"),
        (
            Kind::NoContact,
            &seen.contact,
            &footer.contact,
            "gives a telephone number, e-mail or web address of the sender",
        ),
    ] {
        if let (true, Some(level), None, None) = (is_known, rules.region.asks_for(kind), here, there) {
            add(level, kind, None, format!("nothing in it or in the footer {what}, which {law} asks for"));
        }
    }
    if let Some(promise) = &seen.promise {
        add(Level::Error, Kind::MisleadingSubject, Some(&promise.quote), promise.why.clone());
    }
    if let Some(quote) = &seen.attachment {
        let words = "it speaks of an attachment: these files carry none, and filters distrust them".to_owned();
        add(Level::Warning, Kind::Attachment, Some(quote), words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::lint::reader::Promise;

    fn kinds(region: Region, seen: &Seen, footer: Footer) -> Vec<(Kind, Level)> {
        let rules = Rules { region, footer, reader: None, prompts: std::sync::Arc::default(), seed: 1 };
        let mut findings = Vec::new();
        check(&rules, &Written::default(), &Step::default(), seen, &mut findings);
        findings.into_iter().map(|finding| (finding.kind, finding.level)).collect()
    }

    #[test]
    fn each_region_asks_for_its_own() {
        let (error, warning) = (Level::Error, Level::Warning);
        let nothing = Seen::default();
        assert_eq!(kinds(Region::Us, &nothing, Footer::None), [(Kind::NoOptOut, error), (Kind::NoAddress, error)]);
        let all = [Kind::NoOptOut, Kind::NoAddress, Kind::NoSender, Kind::NoContact].map(|kind| (kind, error));
        assert_eq!(kinds(Region::Ca, &nothing, Footer::None), all);
        for region in [Region::Uk, Region::Eu] {
            let expected = [(Kind::NoOptOut, error), (Kind::NoAddress, warning), (Kind::NoSender, error)];
            assert_eq!(kinds(region, &nothing, Footer::None), expected);
        }
    }

    #[test]
    fn what_stands_in_the_text_or_in_the_footer_is_there() {
        let some = |text: &str| Some(text.to_owned());
        let here = Seen { opt_out: some("Reply stop"), ..Seen::default() };
        let footer = Seen { address: some("1 Main Street"), ..Seen::default() };
        assert_eq!(kinds(Region::Us, &here, Footer::Read(footer)), []);
        assert_eq!(
            kinds(Region::Ca, &Seen::default(), Footer::Unread),
            [],
            "what it lacks may stand in what nobody has read"
        );
        let promise = Promise { quote: "50%".into(), why: "The body names no discount.".into() };
        let misled = Seen { promise: Some(promise), address: some("x"), ..here };
        assert_eq!(kinds(Region::Us, &misled, Footer::None), [(Kind::MisleadingSubject, Level::Error)]);
    }

    #[test]
    fn every_region_is_read_as_it_is_written() {
        for region in Region::ALL {
            assert_eq!(region.to_string().parse(), Ok(region));
        }
        assert!("mars".parse::<Region>().unwrap_err().contains("us, ca, uk or eu"));
    }
}
