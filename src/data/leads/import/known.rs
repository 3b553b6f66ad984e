//! Exports that are known by their headers.

use std::collections::HashSet;
use std::fmt;

use super::headers::Field;

/// A tool's export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Apollo since 2026.
    Apollo,
    /// Apollo before, also with what came of campaigns.
    OlderApollo,
    /// LinkedIn's own list of connections.
    LinkedinConnections,
    /// Sales Navigator, by a scraper.
    SalesNavigator,
    /// HubSpot's contacts.
    Hubspot,
    /// Smartlead's leads of a campaign.
    SmartleadLeads,
    /// Smartlead's sends, one a row.
    SmartleadStatistics,
    /// Instantly's leads or webhook payloads.
    Instantly,
    /// lemlist's activities.
    Lemlist,
}

/// Folded headers that are all there.
const SIGNATURES: &[(Known, &[&str])] = &[
    (Known::SmartleadLeads, &["campaignleadmapid", "lastemailsequencesent"]),
    (Known::SmartleadStatistics, &["leademail", "sequencenumber", "emailmessage"]),
    (Known::Instantly, &["leademail", "eventtype"]),
    (Known::Instantly, &["ltintereststatus"]),
    (Known::Instantly, &["emailreplycount", "emailrepliedstep"]),
    (Known::Lemlist, &["leademail", "sequencestep"]),
    (Known::OlderApollo, &["email", "companynameforemails", "emailstatus"]),
    (Known::Apollo, &["email", "personlinkedinurl", "donotcall"]),
    (Known::Apollo, &["email", "emailstatus", "personlinkedinurl"]),
    (Known::LinkedinConnections, &["url", "position", "connectedon"]),
    (Known::SalesNavigator, &["profileurl", "fullname", "companyid"]),
    (Known::SalesNavigator, &["profileurl", "regularcompanyurl"]),
    (Known::Hubspot, &["email", "jobtitle", "lifecyclestage"]),
    (Known::Hubspot, &["recordid", "email", "companyname"]),
];

impl Known {
    /// The export that has these headers, folded.
    #[must_use]
    pub fn of_headers(folded: &HashSet<String>) -> Option<Self> {
        SIGNATURES.iter().find(|(_, names)| names.iter().all(|name| folded.contains(*name))).map(|(known, _)| *known)
    }

    /// What this export means by a folded header where that is not what others mean: a field, or none.
    #[must_use]
    pub fn field(self, folded: &str) -> Option<Option<Field>> {
        match (self, folded) {
            (Known::LinkedinConnections, "url") => Some(Some(Field::LinkedinUrl)),
            // The company's page on LinkedIn; a lead's activity, campaign or sender.
            (Known::SalesNavigator, "companyurl") | (Known::Lemlist | Known::Instantly, "name" | "contact" | "url") => {
                Some(None)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Known::Apollo => "Apollo export",
            Known::OlderApollo => "Apollo export of the older form",
            Known::LinkedinConnections => "LinkedIn list of connections",
            Known::SalesNavigator => "Sales Navigator export",
            Known::Hubspot => "HubSpot export",
            Known::SmartleadLeads => "Smartlead export of a campaign's leads",
            Known::SmartleadStatistics => "Smartlead export of a campaign's sends",
            Known::Instantly => "Instantly export",
            Known::Lemlist => "lemlist export",
        })
    }
}
