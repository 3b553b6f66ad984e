//! Exports that are known by their headers.

use std::collections::HashSet;
use std::fmt;

use super::headers::Field;

/// A tool's export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownExport {
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
const SIGNATURES: &[(KnownExport, &[&str])] = &[
    (KnownExport::SmartleadLeads, &["campaignleadmapid", "lastemailsequencesent"]),
    (KnownExport::SmartleadStatistics, &["leademail", "sequencenumber", "emailmessage"]),
    (KnownExport::Instantly, &["leademail", "eventtype"]),
    (KnownExport::Instantly, &["ltintereststatus"]),
    (KnownExport::Instantly, &["emailreplycount", "emailrepliedstep"]),
    (KnownExport::Lemlist, &["leademail", "sequencestep"]),
    (KnownExport::OlderApollo, &["email", "companynameforemails", "emailstatus"]),
    (KnownExport::Apollo, &["email", "personlinkedinurl", "donotcall"]),
    (KnownExport::Apollo, &["email", "emailstatus", "personlinkedinurl"]),
    (KnownExport::LinkedinConnections, &["url", "position", "connectedon"]),
    (KnownExport::SalesNavigator, &["profileurl", "fullname", "companyid"]),
    (KnownExport::SalesNavigator, &["profileurl", "regularcompanyurl"]),
    (KnownExport::Hubspot, &["email", "jobtitle", "lifecyclestage"]),
    (KnownExport::Hubspot, &["recordid", "email", "companyname"]),
];

impl KnownExport {
    /// The export that has these headers, folded.
    #[must_use]
    pub fn of_headers(folded: &HashSet<String>) -> Option<Self> {
        SIGNATURES.iter().find(|(_, names)| names.iter().all(|name| folded.contains(*name))).map(|(known, _)| *known)
    }

    /// What this export means by a folded header where that is not what others mean: a field, or none.
    #[must_use]
    pub fn field(self, folded: &str) -> Option<Option<Field>> {
        match (self, folded) {
            (KnownExport::LinkedinConnections, "url") => Some(Some(Field::LinkedinUrl)),
            // The company's page on LinkedIn; a lead's activity, campaign or sender.
            (KnownExport::SalesNavigator, "companyurl")
            | (KnownExport::Lemlist | KnownExport::Instantly, "name" | "contact" | "url") => Some(None),
            _ => None,
        }
    }
}

impl fmt::Display for KnownExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KnownExport::Apollo => "Apollo export",
            KnownExport::OlderApollo => "Apollo export of the older form",
            KnownExport::LinkedinConnections => "LinkedIn list of connections",
            KnownExport::SalesNavigator => "Sales Navigator export",
            KnownExport::Hubspot => "HubSpot export",
            KnownExport::SmartleadLeads => "Smartlead export of a campaign's leads",
            KnownExport::SmartleadStatistics => "Smartlead export of a campaign's sends",
            KnownExport::Instantly => "Instantly export",
            KnownExport::Lemlist => "lemlist export",
        })
    }
}
