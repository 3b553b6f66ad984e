//! How tools and people say that somebody may not be written to: in headers and in values of columns of states, by
//! language.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// Why somebody may not be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// They do not want to be called; a list of calls is all that some tools have.
    DoNotCall,
    /// They are not to be contacted.
    DoNotContact,
    /// They have unsubscribed, or never agreed.
    Unsubscribed,
    /// Mail to them bounced.
    Bounced,
    /// A tool does not write to them, for whatever reason.
    Blocked,
}

impl Bar {
    /// The name, as lists and reports have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Bar::DoNotCall => "Do Not Call",
            Bar::DoNotContact => "do not contact",
            Bar::Unsubscribed => "unsubscribed",
            Bar::Bounced => "bounced",
            Bar::Blocked => "blocked",
        }
    }

    /// Whether this is what the person wants. A bounce is not that, and nobody knows why a tool has blocked somebody.
    #[must_use]
    pub fn is_wanted(self) -> bool {
        !matches!(self, Bar::Bounced | Bar::Blocked)
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Wordings, folded and without accents, a line for each language.
const WORDINGS: &[(Bar, &[&str])] = &[
    (
        Bar::DoNotCall,
        &[
            "donotcall dontcall donotphone",
            "nichtanrufen",
            "nepasappeler",
            "nollamar",
            "nonchiamare nontelefonare",
            "naoligar",
            "nietbellen",
            "ringinte ringikke",
            "niedzwonic",
            "незвонить",
            "請勿致電 请勿致电",
        ],
    ),
    (
        Bar::DoNotContact,
        &[
            "donotcontact dontcontact dnc nocontact donotcontactagain donotemail dontemail donotmail dontmail \
             donotwrite donotprospect donotreachout donotsend dontsend uncontactable blacklisted blacklist \
             blocklisted blocklist suppressed suppression suppress spamcomplaint spamreport complained reportedspam reportedasspam \
             markedasspam markedspam",
            "nichtkontaktieren nichtmehrkontaktieren nichtanschreiben nichtmehranschreiben nichtanmailen keinkontakt \
             keinewerbung keinemails keinemail kontaktsperre kontaktverbot kontaktgesperrt werbesperre werbeverbot \
             werbewiderspruch mailsperre versandsperre",
            "nepascontacter nepluscontacter nepasecrire nepassolliciter nepasdemarcher pasdecontact \
             listenoire listerouge",
            "nocontactar nocontacte nocontactarmas noescribir noenviar noenviarcorreo noenviarcorreos listanegra",
            "noncontattare noncontattarepiu nonscrivere noninviare listanera",
            "naocontactar naocontatar naocontate naoenviar",
            "nietcontacteren nietbenaderen nietmailen nietmeermailen nietmeerbenaderen geencontact",
            "kontaktaej kontaktainte ejkontakt kontaktikke ikkekontakt maikkekontaktes",
            "alaotayhteytta eisaaottaayhteytta",
            "niekontaktowac niekontaktuj niepisac",
            "nekontaktovat nekontaktujte",
            "неконтактировать несвязываться неписать черныисписок",
            "iletisimegecmeyin",
            "連絡不可 連絡しない 連絡禁止 送信不可 送信禁止 コンタクト不可",
            "请勿联系 勿联系 不要联系 請勿聯絡 請勿聯繫 黑名单 黑名單",
            "연락금지 연락불가",
        ],
    ),
    (
        Bar::Unsubscribed,
        &[
            "unsubscribed unsubscribe unsubscription unsub unsubbed optout optedout optsout optouts optedoutofemail \
             optoutofemail hasoptedoutofemail unsubscribedclientidmap unsubscribedfromallemail unsubscribedfromemail \
             notsubscribed nonsubscribed neversubscribed nolongersubscribed consentwithdrawn consentrevoked",
            "abgemeldet abmeldung abbestellt abbestellung ausgetragen widersprochen widerspruch widerrufen widerruf",
            "desabonne desabonnee desabonnement desinscrit desinscrite desinscription",
            "dadodebaja dadadebaja debaja desuscrito desuscrita cancelosuscripcion",
            "disiscritto disiscritta disiscrizione annullaiscrizione",
            "descadastrado descadastrada descadastro cancelouinscricao",
            "uitgeschreven afgemeld uitschrijving afmelding",
            "avregistrerad avanmald avmeldt afmeldt avprenumererad",
            "peruutettu peruuttanut",
            "wypisany wypisana wypisano zrezygnowal rezygnacja",
            "odhlasen odhlaseny odhlasena",
            "отписан отписана отписался отписалась отписка",
            "aboneliktencikti",
            "配信停止 配信拒否 購読解除 配信解除",
            "退订 已退订 退訂 已退訂 取消订阅 已取消订阅 取消訂閱",
            "수신거부 구독취소 구독해지",
        ],
    ),
    (
        Bar::Bounced,
        &[
            "bounced bounce bounces hardbounced hardbounce softbounced softbounce undeliverable undelivered \
             invalidemail invalidemailaddress invalidaddress",
            "unzustellbar nichtzustellbar gebounct gebounced",
            "nondistribue nonremis",
            "rebotado rebotada rebote",
            "rimbalzato rimbalzata rimbalzo",
            "devolvido devolvida",
            "onbestelbaar",
            "odbity odbita",
            "недоставлено",
            "不達 送達不能",
            "退信 已退信",
        ],
    ),
    (
        Bar::Blocked,
        &[
            "blocked banned",
            "gesperrt blockiert",
            "bloqueado bloqueada",
            "bloccato bloccata",
            "geblokkeerd",
            "blockerad blokkert blokeret",
            "zablokowany zablokowana",
            "заблокирован",
        ],
    ),
];

/// Wordings of the opposite, in headers: a no bars.
const CONSENTS: &[&str] = &[
    "subscribed optin optedin optinemail cancontact canbecontacted maycontact maybecontacted canemail mayemail \
     contactable contactallowed contactpermitted contactpermission consent marketingconsent marketingallowed \
     emailmarketingconsent consenttocontact acceptsmarketing",
    "kontakterlaubt darfkontaktiertwerden darfangeschriebenwerden einwilligung werbeerlaubnis werbeeinwilligung",
    "consentement",
    "suscrito suscrita consentimiento",
    "consenso",
    "consentimento",
    "toestemming",
    "zgoda",
    "согласие",
    "同意",
];

/// What may stand before a wording.
const BEGINNINGS: &[&str] =
    &["is", "has", "was", "hs", "email", "emails", "lead", "contact", "person", "mail", "hat", "ist", "est", "esta"];

/// What may stand behind it: when, and why.
const ENDINGS: &[&str] = &[
    "at",
    "on",
    "date",
    "time",
    "datetime",
    "timestamp",
    "reason",
    "flag",
    "am",
    "datum",
    "grund",
    "le",
    "el",
    "il",
    "em",
    "op",
    "fecha",
    "data",
    "日",
];

/// Beginnings of headers and values that exist once for each kind of mail: `Opted out of email: Marketing`.
const FOR_EACH_KIND: &[&str] = &["optedoutofemail", "optoutofemail", "unsubscribedfrom"];

static BARS: LazyLock<HashMap<&'static str, Bar>> = LazyLock::new(|| {
    let lines = WORDINGS.iter().flat_map(|(bar, lines)| lines.iter().map(move |line| (*bar, *line)));
    lines.flat_map(|(bar, line)| line.split_whitespace().map(move |wording| (wording, bar))).collect()
});

/// Why somebody may not be written to of whom this is said; none if it is no wording of that. `folded` is a header or a
/// value as [`fold_header`](super::headers::fold_header) gives it.
#[must_use]
pub fn bar(folded: &str) -> Option<Bar> {
    if folded.is_empty() {
        return None;
    }
    if let Some(bar) = BARS.get(folded) {
        return Some(*bar);
    }
    let plain = plain(folded);
    let of_kind = |rest: &str| FOR_EACH_KIND.iter().any(|beginning| rest.starts_with(beginning));
    found(&plain, &|rest| BARS.get(rest).copied().or_else(|| of_kind(rest).then_some(Bar::Unsubscribed)))
}

/// Whether a column of this folded header says of whom it is known that they may be written to.
#[must_use]
pub fn is_consent(folded: &str) -> bool {
    let is_consent = |wording: &str| CONSENTS.iter().any(|line| line.split_whitespace().any(|word| word == wording));
    found(&plain(folded), &|wording| is_consent(wording).then_some(())).is_some()
}

/// What is found with or without what may stand before and behind it.
fn found<T>(plain: &str, find: &dyn Fn(&str) -> Option<T>) -> Option<T> {
    let with_ending = || ENDINGS.iter().find_map(|ending| find(plain.strip_suffix(ending)?));
    // Each of them: `emails` is one, and so is the `email` of `emailsuppressed`.
    let without = |beginning: &&str| found(plain.strip_prefix(beginning)?, find);
    find(plain).or_else(with_ending).or_else(|| BEGINNINGS.iter().find_map(without))
}

/// Without accents, and without a number at the end: a date, or the kind of mail that a tool numbers.
fn plain(folded: &str) -> String {
    let is_accent = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    let plain: String = folded.nfd().filter(|letter| !is_accent(letter)).nfc().collect();
    plain.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::headers::{Field, fold_header};
    use super::*;

    #[test]
    fn every_wording_is_folded_and_stands_once_and_is_no_field() {
        let lines = WORDINGS.iter().flat_map(|(_, lines)| lines.iter()).chain(CONSENTS);
        let mut all: Vec<&str> = lines.flat_map(|line| line.split_whitespace()).collect();
        for wording in &all {
            assert_eq!(plain(&fold_header(wording)), *wording);
            assert!(Field::of_header(wording).is_none(), "{wording}");
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn wordings_are_known_in_any_language_and_with_what_stands_around_them() {
        let bar = |text: &str| bar(&fold_header(text));
        for text in ["Opt-out", "Opted out of email", "UNSUB_TIME", "Unsubscribed On", "hs_email_optout_12345678"] {
            assert_eq!(bar(text), Some(Bar::Unsubscribed), "{text}");
        }
        for text in ["Désabonné", "Dado de baja", "Abgemeldet am", "配信停止", "退订", "Отписан", "Is Email Opt Out"]
        {
            assert_eq!(bar(text), Some(Bar::Unsubscribed), "{text}");
        }
        assert_eq!(
            (bar("emailsUnsubscribed"), bar("Email suppressed")),
            (Some(Bar::Unsubscribed), Some(Bar::DoNotContact))
        );
        for text in ["Is Email Bounced", "Email Bounced Reason", "Soft bounce", "Invalid email address", "Bounced At"] {
            assert_eq!(bar(text), Some(Bar::Bounced), "{text}");
        }
        for text in ["Ne pas contacter", "Non contattare", "Não contactar", "Niet benaderen", "Nie kontaktować"] {
            assert_eq!(bar(text), Some(Bar::DoNotContact), "{text}");
        }
        for text in ["", "Subscribed", "Interested", "Bounce rate", "Contact", "Unsubscribe link", "Status", "2026"] {
            assert_eq!(bar(text), None, "{text}");
        }
        assert!(is_consent("emailoptin") && is_consent("issubscribed") && !is_consent("unsubscribed"));
    }
}
