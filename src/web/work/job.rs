//! The kinds of work, and the command lines that they are.

use axum::http::StatusCode;

use super::{PLACE, Values, judge, value};
use crate::data::Kind;
use crate::web::error::Problem;
use crate::web::opinions;
use crate::web::page::Place;
use crate::web::prompts::FACTS;
use crate::web::site::Site;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    Personas,
    Evaluate,
    Improve,
}

/// Fields of a form that become flags as they are; the empty ones do not.
const PERSONAS: &[(&str, &str)] = &[("domain", "--domain"), ("count", "--count"), ("name", "--name")];
const EVALUATE: &[(&str, &str)] = &[("personas", "--persona-file"), ("messages", "--messages-per-persona")];
const IMPROVE: &[(&str, &str)] = &[
    ("run", "--results-file"),
    ("messages", "--messages-per-persona"),
    ("cycles", "--cycles"),
    ("calls", "--calls"),
    ("objective", "--objective"),
    ("min_gain", "--min-gain"),
    ("keep", "--keep"),
];
const COMMON: &[(&str, &str)] = &[
    ("model", "--model"),
    ("generator", "--generator"),
    ("decision_maker", "--decision-maker"),
    ("improver", "--improver"),
    ("auditor", "--auditor"),
    ("concurrency", "--concurrency"),
    ("max_cost", "--max-cost"),
    ("max_calls", "--max-calls"),
    ("seed", "--seed"),
];
/// The fields of [`COMMON`] that name models.
const MODELS: usize = 5;
/// Fields that name a text in `prompts/`.
const TEXTS: &[(&str, &str)] = &[("prompt", "--prompt-file"), ("facts", "--facts"), ("challenger", "--challenger")];
/// Characters of a field that becomes a flag.
const LONGEST: usize = 2_000;

impl Job {
    pub(super) fn named(name: &str) -> Result<Self, Problem> {
        let all = [Job::Personas, Job::Evaluate, Job::Improve];
        let unknown = || Problem::new(StatusCode::BAD_REQUEST, "The form does not say what is to be done.");
        all.into_iter().find(|job| job.name() == name).ok_or_else(unknown)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Job::Personas => "personas",
            Job::Evaluate => "evaluate",
            Job::Improve => "improve",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Job::Personas => "Generate personas",
            Job::Evaluate => "Evaluate a prompt",
            Job::Improve => "Improve a prompt",
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Job::Personas => "/personas/new",
            Job::Evaluate => "/evaluate",
            Job::Improve => "/improve",
        }
    }

    pub(super) fn place(self) -> Place {
        if self == Job::Personas { Place::Personas } else { PLACE }
    }

    fn flags(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Job::Personas => PERSONAS,
            Job::Evaluate => EVALUATE,
            Job::Improve => IMPROVE,
        }
    }

    fn texts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Job::Personas => &[],
            Job::Evaluate => &TEXTS[..2],
            Job::Improve => &TEXTS[1..],
        }
    }

    /// The fields of its form that are filled in.
    pub(super) fn pairs(self, values: &Values) -> Vec<(&'static str, &str)> {
        let names = self.flags().iter().chain(COMMON).chain(self.texts()).map(|(name, _)| *name);
        let names = names.chain(judge::names(self).iter().copied());
        names.map(|name| (name, value(values, name))).filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The command line. A value is one word with its flag, so that it is never taken for a flag itself.
    pub(super) fn arguments(self, site: &Site, values: &Values) -> Result<Vec<String>, Problem> {
        let mut arguments = vec![self.name().to_owned()];
        arguments.extend(filled(self.flags().iter().chain(COMMON), values)?);
        for (name, flag) in self.texts() {
            let with_prompt = (*name == "facts").then(|| facts_of(site, values)).flatten();
            let stem = match value(values, name) {
                NO_FACTS if *name == "facts" => "",
                "" => with_prompt.as_deref().unwrap_or_default(),
                stem => stem,
            };
            if !stem.is_empty() {
                let file = site.folder.resolve(Kind::Prompts, stem)?;
                if !site.folder.exists(&file) {
                    return Err(Problem::input(format!("There is no {file} in prompts; choose another.")));
                }
                arguments.push(format!("{flag}={}", site.folder.path(&file).display()));
            }
        }
        arguments.extend(judge::flags(self, site, values)?);
        let wanted: &[(&str, &str)] = match self {
            Job::Personas => &[("domain", "Say whom you want to reach."), ("name", "Give the files a name.")],
            Job::Evaluate => &[("personas", "Choose personas; where there are none, generate some first.")],
            Job::Improve => &[("run", "Choose the run to start from; where there is none, evaluate a prompt first.")],
        };
        match wanted.iter().find(|(name, _)| value(values, name).is_empty()) {
            Some((_, what)) => Err(Problem::input(*what)),
            None => Ok(arguments),
        }
    }
}

/// The choice of no facts but those that the prompt states. No file of facts is called so.
pub(super) const NO_FACTS: &str = "none";

/// The facts that go with what is chosen: those written with the prompt, or those of the run's lineage that people
/// added to.
pub(super) fn facts_of(site: &Site, values: &Values) -> Option<String> {
    let (prompt, run) = (value(values, "prompt"), value(values, "run"));
    let file = if run.is_empty() {
        site.folder.resolve(Kind::Prompts, &format!("{prompt}{FACTS}")).ok().filter(|_| !prompt.is_empty())?
    } else {
        opinions::facts_file(&site.folder, &site.folder.resolve(Kind::Results, run).ok()?).ok()?
    };
    site.folder.exists(&file).then(|| file.stem().to_owned())
}

/// The flags that name models, and nothing else.
pub(in crate::web) fn model_flags(values: &Values) -> Result<Vec<String>, Problem> {
    filled(COMMON.iter().take(MODELS), values)
}

/// The flags of the fields that are filled in.
fn filled<'f>(
    fields: impl Iterator<Item = &'f (&'static str, &'static str)>,
    values: &Values,
) -> Result<Vec<String>, Problem> {
    let mut flags = Vec::new();
    for (name, flag) in fields {
        let value = value(values, name);
        if value.chars().count() > LONGEST || value.contains('\0') {
            return Err(Problem::input(format!("The field {name} is too long, or holds what no command can.")));
        }
        if !value.is_empty() {
            flags.push(format!("{flag}={value}"));
        }
    }
    Ok(flags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataFolder;
    use crate::web::guard::Names;
    use crate::web::secrets::Secrets;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_a_form_holds_is_never_a_flag_of_its_own_and_leads_out_of_no_folder() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        let file = folder.resolve(Kind::Prompts, "offer").unwrap();
        folder.replace(&file, b"Sell tea.").unwrap();
        let site = Site::new(folder, Vec::new(), Names::default(), Secrets::new(None).unwrap());
        let form =
            values(&[("personas", "--config=/etc/passwd"), ("model", " market "), ("prompt", "offer"), ("evil", "x")]);
        let arguments = Job::Evaluate.arguments(&site, &form).unwrap();
        assert_eq!(arguments[..3], ["evaluate", "--persona-file=--config=/etc/passwd", "--model=market"]);
        assert!(arguments[3].starts_with("--prompt-file=") && arguments[3].ends_with("/prompts/offer.md"));
        assert_eq!(arguments.len(), 4);
        for name in ["../offer", "/etc/passwd", "a/b", "offer\0", ".hidden", "missing"] {
            let form = values(&[("personas", "p"), ("prompt", name)]);
            assert!(Job::Evaluate.arguments(&site, &form).is_err(), "{name}");
        }
        assert!(Job::Improve.arguments(&site, &values(&[])).is_err());
    }
}
