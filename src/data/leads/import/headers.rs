//! Which field a column is, by its header. Names of columns that tools write are listed, in several languages; nothing
//! is read into what a cell says.

use std::fmt;
use std::str::FromStr;

pub use super::super::persona_text::fold_header;

/// A field of a lead that a column can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The address.
    Email,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// Both names in one.
    FullName,
    /// What they do.
    Title,
    /// Where.
    Company,
    /// The company's site.
    Website,
    /// Their profile.
    LinkedinUrl,
    /// The company's industry.
    Industry,
    /// How many work there.
    Size,
    /// Where they are.
    Location,
    /// A part of the location.
    City,
    /// A part of the location.
    State,
    /// A part of the location.
    Country,
    /// Whether they must not be written to: anything but a no means it. Only a person names such a column; those of
    /// known exports are recognised by their headers ([`Marker`](super::blocked::Marker)).
    DoNotContact,
}

/// The name of a field in options and what is printed, and headers that mean it, folded, the better ones first.
const NAMES: &[(Field, &str, &[&str])] = &[
    (
        Field::Email,
        "email",
        &[
            "email",
            "emailaddress",
            "emailaddresses",
            "workemail",
            "businessemail",
            "corporateemail",
            "companyemail",
            "professionalemail",
            "leademail",
            "contactemail",
            "email1",
            "primaryemail",
            "emailid",
            "mail",
            "mailaddress",
            "emailadresse",
            "mailadresse",
            "epost",
            "epostadresse",
            "epostadress",
            "correo",
            "correoelectronico",
            "correoelectrónico",
            "adressemail",
            "adresseemail",
            "adresseelectronique",
            "adresseélectronique",
            "courriel",
            "indirizzoemail",
            "postaelettronica",
            "endereçodeemail",
            "enderecodeemail",
            "adresemail",
            "sähköposti",
            "электроннаяпочта",
            "почта",
            "メールアドレス",
            "メール",
            "邮箱",
            "电子邮件",
            "电子邮箱",
            "이메일",
        ],
    ),
    (
        Field::FirstName,
        "first_name",
        &[
            "firstname",
            "fname",
            "givenname",
            "first",
            "forename",
            "vorname",
            "nombre",
            "prénom",
            "prenom",
            "nome",
            "imię",
            "imie",
            "voornaam",
            "förnamn",
            "fornavn",
            "etunimi",
            "имя",
            "名",
        ],
    ),
    (
        Field::LastName,
        "last_name",
        &[
            "lastname",
            "lname",
            "surname",
            "familyname",
            "last",
            "nachname",
            "familienname",
            "apellido",
            "apellidos",
            "nomdefamille",
            "cognome",
            "sobrenome",
            "nazwisko",
            "achternaam",
            "efternamn",
            "etternavn",
            "sukunimi",
            "фамилия",
            "姓",
        ],
    ),
    (
        Field::FullName,
        "full_name",
        &[
            "fullname",
            "name",
            "contactname",
            "leadname",
            "contact",
            "personname",
            "displayname",
            "vollständigername",
            "ansprechpartner",
            "nombrecompleto",
            "nomcomplet",
            "nomecompleto",
            "фио",
            "氏名",
            "姓名",
            "이름",
        ],
    ),
    (
        Field::Title,
        "title",
        &[
            "title",
            "jobtitle",
            "position",
            "role",
            "jobrole",
            "jobposition",
            "currenttitle",
            "headline",
            "occupation",
            "positionsbezeichnung",
            "berufsbezeichnung",
            "funktion",
            "stelle",
            "cargo",
            "puesto",
            "poste",
            "fonction",
            "ruolo",
            "qualifica",
            "stanowisko",
            "functie",
            "stilling",
            "должность",
            "役職",
            "职位",
            "직책",
        ],
    ),
    (
        Field::Company,
        "company",
        &[
            "company",
            "companyname",
            "organization",
            "organisation",
            "organizationname",
            "organisationname",
            "companynameforemails",
            "account",
            "accountname",
            "employer",
            "currentcompany",
            "business",
            "businessname",
            "firma",
            "unternehmen",
            "firmenname",
            "unternehmensname",
            "empresa",
            "nombredelaempresa",
            "entreprise",
            "société",
            "societe",
            "azienda",
            "bedrijf",
            "företag",
            "компания",
            "会社名",
            "公司",
            "회사",
        ],
    ),
    (
        Field::Website,
        "website",
        &[
            "website",
            "websiteurl",
            "companywebsite",
            "companyurl",
            "companydomain",
            "domain",
            "domainname",
            "url",
            "web",
            "homepage",
            "webseite",
            "internetseite",
            "sitioweb",
            "siteweb",
            "sitoweb",
            "strona",
            "сайт",
        ],
    ),
    (
        Field::LinkedinUrl,
        "linkedin_url",
        &[
            "linkedinurl",
            "personlinkedinurl",
            "linkedin",
            "linkedinprofile",
            "linkedinprofileurl",
            "linkedinlink",
            "contactlinkedinurl",
            "profileurl",
            "defaultprofileurl",
            "linkedinprofil",
        ],
    ),
    (
        Field::Industry,
        "industry",
        &[
            "industry",
            "companyindustry",
            "sector",
            "vertical",
            "branche",
            "industria",
            "secteur",
            "settore",
            "branża",
            "отрасль",
            "行业",
            "業種",
        ],
    ),
    (
        Field::Size,
        "size",
        &[
            "employees",
            "companysize",
            "numberofemployees",
            "noofemployees",
            "employeecount",
            "companyemployeecount",
            "numemployees",
            "headcount",
            "size",
            "mitarbeiter",
            "mitarbeiterzahl",
            "anzahlmitarbeiter",
            "unternehmensgröße",
            "empleados",
            "effectif",
            "effectifs",
            "dipendenti",
        ],
    ),
    (
        Field::Location,
        "location",
        &["location", "personlocation", "standort", "ubicación", "ubicacion", "lieu", "localisation"],
    ),
    (
        Field::City,
        "city",
        &["city", "town", "stadt", "ort", "ciudad", "ville", "città", "citta", "cidade", "miasto", "город"],
    ),
    (Field::State, "state", &["state", "stateregion", "region", "province", "bundesland", "provincia", "région"]),
    (
        Field::Country,
        "country",
        &["country", "countryregion", "land", "país", "pais", "pays", "paese", "kraj", "страна", "国家", "国"],
    ),
    (Field::DoNotContact, "do_not_contact", &[]),
];

impl Field {
    /// The field that a folded header means, and how well: 0 is the best name.
    #[must_use]
    pub fn of_header(folded: &str) -> Option<(Field, usize)> {
        NAMES.iter().find_map(|(field, _, names)| Some((*field, names.iter().position(|name| *name == folded)?)))
    }

    /// All of them, with their names.
    pub fn all() -> impl Iterator<Item = (Field, &'static str)> {
        NAMES.iter().map(|(field, name, _)| (*field, *name))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Field::all().find(|(field, _)| field == self).map_or("", |(_, name)| name))
    }
}

impl FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let folded = fold_header(text);
        Field::all().find(|(_, name)| fold_header(name) == folded).map(|(field, _)| field).ok_or_else(|| {
            let names: Vec<&str> = Field::all().map(|(_, name)| name).collect();
            format!("there is no field {text:?}; the fields are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_is_folded_and_means_one_field() {
        let mut seen = HashSet::new();
        for name in NAMES.iter().flat_map(|(_, _, names)| names.iter()) {
            assert_eq!(fold_header(name), *name);
            assert!(seen.insert(*name), "{name} stands twice");
        }
        for (field, name) in Field::all() {
            assert_eq!(name.parse(), Ok(field));
        }
        assert!("adress".parse::<Field>().unwrap_err().ends_with("city, state, country, do_not_contact"));
    }

    #[test]
    fn headers_are_read_in_any_writing() {
        let field = |header: &str| Field::of_header(&fold_header(header)).map(|(field, _)| field);
        for header in ["E-Mail", "e mail", "EMAIL", "\u{feff}Email ", "Email Address", "E-Mail-Adresse"] {
            assert_eq!(field(header), Some(Field::Email), "{header}");
        }
        assert_eq!(field("# Employees"), Some(Field::Size));
        assert_eq!(field("Country/Region"), Some(Field::Country));
        assert_eq!(field("Email Status"), None);
    }
}
