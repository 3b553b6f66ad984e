//! The file for a sending tool, described for people.

use super::words;
use crate::campaign::tools::Outline;

/// Why there is nobody to send to; `None` if there is somebody.
#[must_use]
pub fn nobody(outline: &Outline) -> Option<String> {
    if outline.leads > 0 {
        return None;
    }
    let (failed, barred) = (outline.failed.len() as u64, outline.barred);
    let leads = || format!("{} may not be written to", words::count(barred, "lead", "leads"));
    let sequences = || format!("{} failed", words::count(failed, "sequence", "sequences"));
    Some(match (failed, barred) {
        (0, 0) => "it holds no sequence".to_owned(),
        (_, 0) => format!("{}; run rejoinder write again", sequences()),
        (0, _) => leads(),
        _ => format!("{}, and {}", leads(), sequences()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(leads: u64, failed: usize, barred: u64) -> Option<String> {
        let mut outline = Outline::default();
        outline.leads = leads;
        outline.failed = vec![("a@x.example".into(), "cut off".into()); failed];
        outline.barred = barred;
        nobody(&outline)
    }

    #[test]
    fn what_keeps_a_campaign_from_being_sent_is_named_and_what_does_not_is_not() {
        assert_eq!(said(1, 1, 1), None);
        assert_eq!(said(0, 0, 0).unwrap(), "it holds no sequence");
        assert_eq!(said(0, 2, 0).unwrap(), "2 sequences failed; run rejoinder write again");
        assert_eq!(said(0, 0, 3).unwrap(), "3 leads may not be written to");
        assert_eq!(said(0, 1, 3).unwrap(), "3 leads may not be written to, and 1 sequence failed");
    }
}
