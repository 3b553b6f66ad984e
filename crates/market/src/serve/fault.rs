//! What can go wrong, and when.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Something that goes wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429, with this `retry-after` as it stands, sense or nonsense, or without one.
    RateLimit(Option<Cow<'static, str>>),
    /// 429 without `retry-after`, since the account's spend limit is reached.
    SpendLimit,
    /// 400, since the account's usage limits are reached.
    UsageLimit,
    /// An error of this status, from 400 to 599, in the shape of the wire format.
    Status(u16),
    /// 502 with a page of HTML, as gateways do.
    Html,
    /// The connection is reset before the first byte.
    ResetBefore,
    /// The connection is reset after half of the body.
    ResetInBody,
    /// The connection is reset a moment after the whole response; a request that reuses it at once is hit as well.
    ResetAfter,
    /// The body takes this long to drip through.
    SlowBody(Duration),
    /// No answer ever comes.
    Hang,
    /// The text stops in the middle, and `max_tokens` is why.
    TruncatedJson,
    /// The text is fenced as Markdown, with prose around it.
    FencedJson,
    /// Booleans of a JSON answer are strings. Other answers are left alone.
    StringBool,
    /// A second JSON object follows, whose booleans say the opposite. Answers that are no JSON object are left alone.
    TwoObjects,
    /// Numbers of a JSON answer lie outside of what they may be. Answers without one are left alone.
    NumberOutside,
    /// A decision model declines the first of its questions. Other answers are left alone.
    OneRefused,
    /// The model declines: no text, stop reason `refusal`.
    Refusal,
    /// No text, though the model came to its end.
    Empty,
    /// Thinking used up `max_tokens`: no text.
    ThinkingOnly,
    /// A thinking block comes before the text.
    ThinkingFirst,
    /// Status 200 with the body of an error.
    Error200,
    /// The body is not valid UTF-8.
    BadUtf8,
}

/// Every fault as it is written, or an example of it, and what it does.
static KINDS: [(&str, Fault, &str); 25] = [
    ("rate-limit", Fault::RateLimit(Some(Cow::Borrowed("0.05"))), "429, retry-after 0.05 or as in rate-limit:2"),
    ("rate-limit-bare", Fault::RateLimit(None), "429 without retry-after"),
    ("spend-limit", Fault::SpendLimit, "429: the account's spend limit is reached"),
    ("usage-limit", Fault::UsageLimit, "400: the account's usage limits are reached"),
    ("server-error", Fault::Status(500), "500"),
    ("overloaded", Fault::Status(529), "529"),
    ("status:409", Fault::Status(409), "any status from 400 to 599"),
    ("html", Fault::Html, "502 with an HTML page"),
    ("reset-before", Fault::ResetBefore, "connection reset before the first byte; reset for short"),
    ("reset-in-body", Fault::ResetInBody, "connection reset after half of the body"),
    ("reset-after", Fault::ResetAfter, "connection reset just after the response"),
    ("slow-body", Fault::SlowBody(Duration::from_secs(2)), "body drips for 2 seconds, or as in slow-body:30"),
    ("hang", Fault::Hang, "no answer ever comes"),
    ("truncated-json", Fault::TruncatedJson, "text cut off by max_tokens"),
    ("fenced-json", Fault::FencedJson, "text in a Markdown fence, with prose around it"),
    ("string-bool", Fault::StringBool, "JSON booleans as strings"),
    ("two-objects", Fault::TwoObjects, "a second, contrary JSON object after the first"),
    ("number-outside", Fault::NumberOutside, "JSON numbers outside of what they may be"),
    ("one-refused", Fault::OneRefused, "a decision model declines its first question"),
    ("refusal", Fault::Refusal, "no text: the model declines"),
    ("empty", Fault::Empty, "no text, without a reason"),
    ("thinking-only", Fault::ThinkingOnly, "thinking and no text"),
    ("thinking-first", Fault::ThinkingFirst, "thinking before the text"),
    ("error-200", Fault::Error200, "status 200 with the body of an error"),
    ("bad-utf8", Fault::BadUtf8, "a body that is not UTF-8"),
];

impl Fault {
    /// Every fault as it is written, or an example of it, and what it does: for help texts.
    pub fn help() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.iter().map(|(name, _, help)| (*name, *help))
    }
}

impl FromStr for Fault {
    type Err = FaultsError;

    fn from_str(text: &str) -> Result<Self, FaultsError> {
        if let Some((_, fault, _)) = KINDS.iter().find(|(name, ..)| *name == text) {
            return Ok(fault.clone());
        }
        match text.split_once(':') {
            None if text == "reset" => Ok(Fault::ResetBefore),
            Some(("rate-limit", retry_after)) => Ok(Fault::RateLimit(Some(retry_after.to_owned().into()))),
            Some(("slow-body", seconds)) => parse_seconds(seconds).map(Fault::SlowBody),
            Some(("status", status)) => parse_status(status).map(Fault::Status),
            Some((name, argument)) if KINDS.iter().any(|(kind, ..)| *kind == name) => {
                Err(FaultsError(format!("{name} takes nothing after a colon, found {argument:?}")))
            }
            _ => {
                let names: Vec<_> = KINDS.iter().map(|(name, ..)| *name).collect();
                Err(FaultsError(format!("there is no fault {text:?}; there are {}", names.join(", "))))
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, ..)) = KINDS.iter().find(|(_, fault, _)| fault == self) {
            return f.write_str(name);
        }
        match self {
            Fault::RateLimit(Some(retry_after)) => write!(f, "rate-limit:{retry_after}"),
            Fault::SlowBody(time) => write!(f, "slow-body:{}", time.as_secs_f64()),
            Fault::Status(status) => write!(f, "status:{status}"),
            // Every other fault is among the kinds; a test writes and reads each.
            other => write!(f, "{other:?}"),
        }
    }
}

fn parse_seconds(text: &str) -> Result<Duration, FaultsError> {
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    // Longer than a day is a slip, and some clocks overflow far beyond it.
    seconds
        .filter(|time| *time <= Duration::from_secs(86_400))
        .ok_or_else(|| FaultsError(format!("slow-body takes seconds, such as slow-body:2.5, not {text:?}")))
}

fn parse_status(text: &str) -> Result<u16, FaultsError> {
    text.parse::<u16>()
        .ok()
        .filter(|status| (400..600).contains(status))
        .ok_or_else(|| FaultsError(format!("a status is a number from 400 to 599, not {text:?}")))
}

/// When a fault strikes.
#[derive(Clone, Debug, PartialEq)]
enum When {
    /// This share of the requests, by chance.
    Share(f64),
    /// These requests, both included, counted from 1 as they arrive.
    At(u64, u64),
}

/// Which faults strike when, written `rate-limit=0.05,reset@3`: a share of the requests, or the third request exactly.
///
/// `reset@3-5` strikes from the third to the fifth request, `overloaded@3-` from the third on. A request meets one
/// fault at most: the first one written for its number, else one by chance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults(Vec<(Fault, When)>);

/// Why faults could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FaultsError(String);

impl FaultsError {
    pub(super) fn new(why: String) -> Self {
        FaultsError(why)
    }
}

impl Faults {
    /// The fault of the request of this number, from 1; `draw` is its lot, from 0 to below 1.
    pub(super) fn choose(&self, number: u64, draw: f64) -> Option<&Fault> {
        let scripted = self.0.iter().find(|(_, when)| match when {
            When::At(first, last) => (*first..=*last).contains(&number),
            When::Share(_) => false,
        });
        if let Some((fault, _)) = scripted {
            return Some(fault);
        }
        let mut sum = 0.0;
        self.0.iter().find_map(|(fault, when)| match when {
            When::At(..) => None,
            When::Share(share) => {
                sum += share;
                (draw < sum).then_some(fault)
            }
        })
    }
}

impl FromStr for Faults {
    type Err = FaultsError;

    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let terms = text.split(',').map(str::trim).filter(|term| !term.is_empty());
        let faults = terms.map(parse_term).collect::<Result<Vec<_>, _>>()?;
        let shares = faults.iter().map(|(_, when)| if let When::Share(share) = when { *share } else { 0.0 });
        let sum: f64 = shares.sum();
        // Ten shares of 0.1 add up to a little more than 1.
        if sum > 1.0 + 1e-9 {
            return Err(FaultsError(format!("the shares of the faults add up to {sum:.3}, which is more than 1")));
        }
        Ok(Faults(faults))
    }
}

fn parse_term(term: &str) -> Result<(Fault, When), FaultsError> {
    let Some(at) = term.find(['=', '@']) else {
        return Err(FaultsError(format!("when does {term:?} strike? Write {term}=0.05 for a share, {term}@3 for one")));
    };
    let (fault, when) = (term[..at].trim().parse()?, term[at + 1..].trim());
    let when = if term[at..].starts_with('=') { parse_share(when) } else { parse_numbers(when) };
    match when {
        Some(when) => Ok((fault, when)),
        None if term[at..].starts_with('=') => {
            Err(FaultsError(format!("a share is a number from 0 to 1, in {term:?} it is not")))
        }
        None => Err(FaultsError(format!("requests are numbered from 1: write @3, @3-5 or @3-, not as in {term:?}"))),
    }
}

fn parse_share(text: &str) -> Option<When> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).map(When::Share)
}

fn parse_numbers(text: &str) -> Option<When> {
    let (first, last) = match text.split_once('-') {
        None => (text.parse().ok()?, text.parse().ok()?),
        Some((first, "")) => (first.parse().ok()?, u64::MAX),
        Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
    };
    (1 <= first && first <= last).then_some(When::At(first, last))
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (fault, when)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match when {
                When::Share(share) => write!(f, "{comma}{fault}={share}")?,
                When::At(first, last) if first == last => write!(f, "{comma}{fault}@{first}")?,
                When::At(first, u64::MAX) => write!(f, "{comma}{fault}@{first}-")?,
                When::At(first, last) => write!(f, "{comma}{fault}@{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Faults {
        text.parse().unwrap()
    }

    fn error(text: &str) -> String {
        text.parse::<Faults>().unwrap_err().to_string()
    }

    #[test]
    fn every_fault_in_the_help_can_be_read_and_written() {
        for (name, _) in Fault::help() {
            assert_eq!(name.parse::<Fault>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn faults_are_written_as_they_were_read() {
        for text in ["", "rate-limit=0.05,reset-before@3", "rate-limit:soon@1-4,slow-body:0.5=1,status:409@7-"] {
            assert_eq!(faults(text).to_string(), text);
        }
    }

    #[test]
    fn a_scripted_fault_strikes_at_its_number_and_wins_over_chance() {
        let faults = faults("html=1,reset@3-4,hang@4,empty@9-");
        let struck: Vec<_> = (1..=10).map(|number| faults.choose(number, 0.5).unwrap().to_string()).collect();
        let expected =
            "html html reset-before reset-before html html html html empty empty".split(' ').collect::<Vec<_>>();
        assert_eq!(struck, expected);
    }

    #[test]
    fn shares_divide_the_draw_in_the_order_written() {
        let faults = faults("html=0.25,reset=0.25");
        assert_eq!(faults.choose(1, 0.0), Some(&Fault::Html));
        assert_eq!(faults.choose(1, 0.25), Some(&Fault::ResetBefore));
        assert_eq!(faults.choose(1, 0.5), None);
        assert_eq!(Faults::default().choose(1, 0.0), None);
    }

    #[test]
    fn errors_say_what_to_write() {
        assert!(error("rest=0.1").starts_with("there is no fault \"rest\"; there are rate-limit,"));
        assert!(error("reset").contains("reset=0.05 for a share"));
        assert!(error("reset=2").contains("from 0 to 1"));
        assert!(error("reset=NaN").contains("from 0 to 1"));
        assert!(error("reset@0").contains("numbered from 1"));
        assert!(error("reset@5-3").contains("numbered from 1"));
        assert!(error("html=0.6,reset=0.6").contains("add up to 1.200"));
        assert!(error("status:200@1").contains("from 400 to 599"));
        assert!(error("slow-body:1e30@1").contains("takes seconds"));
        assert!(error("html:3@1").contains("nothing after a colon"));
    }
}
