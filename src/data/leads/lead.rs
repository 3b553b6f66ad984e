//! A real person to write to.

use serde::{Deserialize, Serialize};

use super::address::{AddressKey, fold_address};
use super::{colleagues, persona_text};
use crate::data::Map;

/// A real person to write to, with what an imported file says of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object with `id` and `email`")]
pub struct Lead {
    /// `l_` and 16 hexadecimal digits of the SHA-256 of the folded address.
    pub id: String,
    /// The address, folded: trimmed, Unicode form KC, lower case, without invisible characters.
    pub email: String,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// What they do there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where they work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The company's site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Their profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linkedin_url: Option<String>,
    /// The company's industry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// How many work there, as the file says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// Where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Every other column that has something in it, by its header; the values are strings.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub columns: Map,
    /// The persona that a model wrote from the columns; without one the text is made from them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona: Option<String>,
    /// Why this person may not be written to; none if they may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
    /// Hashes of the persona's earlier texts ([`text_hash`]), so that an earlier result can still be traced to this
    /// person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map,
}

impl Lead {
    /// A lead of whom only the address is known. None if the text is no address.
    #[must_use]
    pub fn new(address: &str) -> Option<Self> {
        let email = fold_address(address)?;
        Some(Lead {
            id: AddressKey::from_address(&email).lead_id(),
            email,
            first_name: None,
            last_name: None,
            title: None,
            company: None,
            website: None,
            linkedin_url: None,
            industry: None,
            size: None,
            location: None,
            columns: Map::new(),
            persona: None,
            blocked: None,
            earlier: Vec::new(),
            extra: Map::new(),
        })
    }

    /// What tells this lead from others.
    #[must_use]
    pub fn key(&self) -> AddressKey {
        AddressKey::from_address(&self.email)
    }

    /// The persona: what a model wrote from the columns, else the columns themselves. The same every time, never blank,
    /// and without an e-mail address.
    #[must_use]
    pub fn persona_text(&self) -> String {
        match &self.persona {
            Some(persona) if !persona.trim().is_empty() => persona.clone(),
            _ => self.column_text(),
        }
    }

    /// The persona as the columns alone tell it.
    #[must_use]
    pub fn column_text(&self) -> String {
        persona_text::from_columns(self)
    }

    /// What colleagues have in common: the domain of their addresses, else of the company's site, else its name,
    /// folded. None where nothing says where they work.
    #[must_use]
    pub fn company_key(&self) -> Option<String> {
        colleagues::keys(self).into_iter().next()
    }

    /// First and last name; none where neither is known.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let names: Vec<&str> = [&self.first_name, &self.last_name].into_iter().flatten().map(String::as_str).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }

    /// Takes over a later import: its values replace earlier ones, and what it lacks stays. A persona that a model
    /// wrote from other columns is dropped. A person who may not be written to stays so.
    pub fn merge(&mut self, later: Lead) {
        let text = self.persona_text();
        let columns = self.column_text();
        for (field, new) in [
            (&mut self.first_name, later.first_name),
            (&mut self.last_name, later.last_name),
            (&mut self.title, later.title),
            (&mut self.company, later.company),
            (&mut self.website, later.website),
            (&mut self.linkedin_url, later.linkedin_url),
            (&mut self.industry, later.industry),
            (&mut self.size, later.size),
            (&mut self.location, later.location),
        ] {
            if new.is_some() {
                *field = new;
            }
        }
        self.columns.extend(later.columns);
        self.extra.extend(later.extra);
        if self.blocked.is_none() {
            self.blocked = later.blocked;
        }
        if self.column_text() != columns {
            self.persona = None;
        }
        self.remember(&text);
    }

    /// Takes a persona that a model wrote, or takes it away.
    pub fn describe(&mut self, persona: Option<String>) {
        let text = self.persona_text();
        self.persona = persona;
        self.remember(&text);
    }

    /// Remembers an earlier text if the text is another now.
    pub(super) fn remember(&mut self, text: &str) {
        let hash = text_hash(text);
        if self.persona_text() != text && !self.earlier.contains(&hash) {
            self.earlier.push(hash);
        }
    }
}

/// The first 128 bits of the SHA-256 of a persona's text without the space around it, in hexadecimal digits.
#[must_use]
pub fn text_hash(persona: &str) -> String {
    let mut hash = rejoinder_files::sha256(persona.trim().as_bytes());
    hash.truncate(32);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Lead {
        let mut lead = Lead::new("Ada@X.example").unwrap();
        lead.first_name = Some("Ada".into());
        lead.title = Some("CTO".into());
        lead.columns.insert("Notes".into(), "met in Oslo".into());
        lead
    }

    #[test]
    fn a_lead_comes_back_from_its_line_with_keys_of_a_later_version() {
        let line = r#"{"id":"l_00","email":"a@b.example","columns":{"Notes":"x"},"later":[1]}"#;
        let lead: Lead = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&lead).unwrap(), line);
        let full = ada();
        assert_eq!(serde_json::from_str::<Lead>(&serde_json::to_string(&full).unwrap()).unwrap(), full);
        assert_eq!(full.id.len(), 18);
    }

    #[test]
    fn a_later_import_adds_and_replaces_but_takes_nothing_away_and_unblocks_nobody() {
        let mut lead = ada();
        lead.blocked = Some("unsubscribed".into());
        lead.describe(Some("A CTO.".into()));
        let mut later = Lead::new("ada@x.example").unwrap();
        later.title = Some("CEO".into());
        later.columns.insert("City".into(), "Bergen".into());
        lead.merge(later);
        assert_eq!((lead.first_name.as_deref(), lead.title.as_deref()), (Some("Ada"), Some("CEO")));
        assert_eq!((lead.columns.len(), lead.blocked.as_deref()), (2, Some("unsubscribed")));
        assert_eq!(lead.persona, None, "it was written from other columns");
        assert_eq!(lead.earlier, [text_hash(&ada().persona_text()), text_hash("A CTO.")]);
    }

    #[test]
    fn the_same_import_again_changes_nothing() {
        let mut lead = ada();
        lead.describe(Some("A CTO.".into()));
        let before = lead.clone();
        lead.merge(ada());
        assert_eq!(lead, before);
    }
}
