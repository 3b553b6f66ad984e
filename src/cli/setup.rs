//! What every command starts from: settings, the data folder, events, and the way to the doors.

use std::path::PathBuf;
use std::sync::OnceLock;

pub use super::doors::Doors;
use super::error::Error;
use super::live::Follower;
use super::options::{Global, ModelOptions};
use super::progress::{self, Loudness};
use super::restate::Link;
pub use super::roles::{environment, names_auditor};
use super::settings::Settings;
use crate::call::stop::Stop;
use crate::data::folder::DataFolder;
use crate::event::Events;
use crate::model::Role;

/// What every command starts from.
pub struct Setup {
    /// The settings file.
    pub settings: Settings,
    /// The data folder.
    pub folder: DataFolder,
    /// Whether all details are wanted.
    pub verbose: bool,
    /// Where events go.
    pub events: Events,
    /// Lets other processes see them.
    pub live: Follower,
    /// The wish to stop.
    pub stop: Stop,
    /// The way to workers elsewhere, once one is used.
    pub link: OnceLock<Link>,
    /// The command line without the program's name.
    pub arguments: Vec<String>,
    /// The run that is to be gone on with, where one was named.
    pub resume: Option<String>,
}

impl Setup {
    /// Reads the settings and finds the data folder.
    ///
    /// # Errors
    /// When the settings file cannot be used.
    pub fn new(global: &Global, stop: Stop, arguments: Vec<String>) -> Result<Self, Error> {
        let settings = Settings::load(global.config.as_deref())?;
        let root = global.data_dir.clone().or_else(|| environment("REJOINDER_DATA_DIR").map(PathBuf::from));
        let root = root.or_else(|| settings.data_dir.clone()).unwrap_or_else(|| PathBuf::from("data"));
        let loudness = match (global.quiet, global.verbose) {
            (true, _) => Loudness::Quiet,
            (false, true) => Loudness::Verbose,
            (false, false) => Loudness::Normal,
        };
        let (shown, live) = (progress::on_stderr(loudness), Follower::default());
        let heard = live.clone();
        let events = Events::new(move |event| {
            heard.hear(&event);
            shown.emit(event);
        });
        let resume = global.resume.clone();
        Ok(Setup {
            settings,
            folder: DataFolder::open(&root),
            verbose: global.verbose,
            events,
            live,
            stop,
            link: OnceLock::new(),
            arguments,
            resume,
        })
    }

    /// The doors for these roles.
    ///
    /// # Errors
    /// When a model, key, address, price or prompt cannot be used.
    pub fn doors(&self, options: &ModelOptions, roles: &[Role]) -> Result<Doors, Error> {
        Doors::open(self, options, roles)
    }

    /// The same, and that of the auditor unless it is turned off.
    ///
    /// # Errors
    /// As [`Setup::doors`].
    pub fn audited_doors(&self, options: &ModelOptions, roles: &[Role]) -> Result<Doors, Error> {
        let is_off = names_auditor(options, &self.settings) == Some(false);
        let auditor = [Role::Auditor];
        self.doors(options, &[roles, if is_off { &[] } else { &auditor[..] }].concat())
    }
}
