//! Which model plays which part: flags, the environment, the settings file, defaults.

use std::time::Duration;

use super::error::Error;
use super::options::{ModelOptions, Scored};
use super::settings::Settings;
use crate::call::straggler::{self, Remedy};
use crate::evaluate::decision_maker::Threshold;
use crate::evaluate::decision_prompt::DecisionPrompt;
use crate::model::Role;
use crate::model::id::ModelId;

/// The model of every role where nothing is said.
const DEFAULT_MODEL: &str = "anthropic/claude-sonnet-5-5";
/// What is done about stragglers: flag, environment, settings file, default.
pub(super) fn stragglers(options: &ModelOptions, settings: &Settings) -> Result<straggler::Policy, Error> {
    let named = environment("REJOINDER_STRAGGLERS").or_else(|| settings.stragglers.clone());
    let remedy = match (options.stragglers, named) {
        (Some(remedy), _) => remedy,
        (None, Some(text)) => text.parse().map_err(Error::Usage)?,
        (None, None) => Remedy::default(),
    };
    let margin = settings.straggler_seconds.map(Duration::from_secs_f64);
    Ok(straggler::Policy { remedy, margin: margin.unwrap_or(straggler::Policy::default().margin) })
}

/// Names the auditor in the environment.
const AUDITOR_VARIABLE: &str = "REJOINDER_AUDITOR";

/// Whether an auditor is named, by flag, environment or settings file; `none` names no one. `None` where nobody says
/// anything, so that each command has a default of its own.
pub fn names_auditor(options: &ModelOptions, settings: &Settings) -> Option<bool> {
    named(options.auditor.as_ref(), AUDITOR_VARIABLE, settings.auditor.as_ref()).map(|name| name != "none")
}

/// Names the model that gives reasons in the environment.
pub(super) const REASONS_VARIABLE: &str = "REJOINDER_REASONS";

/// What flag, environment or settings file say.
pub(super) fn named(flag: Option<&String>, variable: &str, setting: Option<&String>) -> Option<String> {
    flag.cloned().or_else(|| environment(variable)).or_else(|| setting.cloned())
}

/// From which score on a decision is a yes: flag, environment, settings file; where nothing is said, what the decision
/// prompt is for.
pub(super) fn scored(
    options: &ModelOptions,
    settings: &Settings,
    prompt: &DecisionPrompt,
) -> Result<Option<Threshold>, Error> {
    let Scored(threshold) = match (options.scored, environment("REJOINDER_SCORED"), &settings.scored) {
        (Some(scored), ..) => scored,
        (None, Some(text), _) => text.parse().map_err(Error::Usage)?,
        (None, None, Some(scored)) => Scored::from_settings(scored).map_err(Error::Usage)?,
        (None, None, None) => Scored(prompt.threshold()),
    };
    Ok(threshold)
}

/// A flag for all roles goes before a setting for one: what was typed just now is what is meant. The same holds between
/// the environment and the settings file. Where no auditor is named, it is the improver's model; where no improver is
/// either, and none of the command's `roles` is one, it is that of the last of them.
pub(super) fn model_of(
    role: Role,
    roles: &[Role],
    options: &ModelOptions,
    settings: &Settings,
) -> Result<ModelId, Error> {
    let role = match (role, options.referee.as_ref().and_then(|referee| referee.model.as_ref())) {
        (Role::Referee, Some(model)) => return Ok(model.clone()),
        (Role::Referee, None) => Role::DecisionMaker,
        (role, _) => role,
    };
    let (flag, variable, setting) = match role {
        Role::Generator => (&options.generator, "REJOINDER_GENERATOR", &settings.generator),
        Role::DecisionMaker | Role::Referee => {
            (&options.decision_maker, "REJOINDER_DECISION_MAKER", &settings.decision_maker)
        }
        Role::Improver => (&options.improver, "REJOINDER_IMPROVER", &settings.improver),
        Role::Auditor => (&options.auditor, AUDITOR_VARIABLE, &settings.auditor),
        // Chosen where it is known whether one is needed.
        Role::Reasoner => (&options.reasons, REASONS_VARIABLE, &settings.reasons),
    };
    let is_auditor = role == Role::Auditor;
    let improver = || if is_auditor { options.improver.clone() } else { None };
    let chosen = flag.clone().or_else(improver).or_else(|| options.model.clone());
    let improver = || if is_auditor { environment("REJOINDER_IMPROVER") } else { None };
    let chosen = chosen.or_else(|| environment(variable)).or_else(improver).or_else(|| environment("REJOINDER_MODEL"));
    let improver = || if is_auditor { settings.improver.clone() } else { None };
    let chosen = chosen.or_else(|| setting.clone()).or_else(improver).or_else(|| settings.model.clone());
    let last = roles.iter().copied().rfind(|other| *other != Role::Auditor);
    match (chosen, last) {
        (Some(chosen), _) => Ok(chosen.parse()?),
        (None, Some(last)) if is_auditor && !roles.contains(&Role::Improver) => {
            model_of(last, roles, options, settings)
        }
        (None, _) => Ok(DEFAULT_MODEL.parse()?),
    }
}

/// A variable of the environment or of `.env`; one that is blank is one that is not set.
pub fn environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
