//! What every command starts from: settings, the data folder, events, and the way to the clients.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use super::clients::Clients;
use super::error::Error;
use super::live::Follower;
use super::options::{Global, ModelOptions};
use super::progress::{self, Loudness};
use super::restate::Link;
pub use super::roles::{environment, names_auditor};
use super::settings::Settings;
use crate::call::stop::Stop;
use crate::data::folder::DataFolder;
use crate::event::{Event, Events};
use crate::model::Role;
use crate::report::words;

/// What every command starts from.
pub struct Setup {
    /// The settings file.
    pub settings: Settings,
    /// The data folder.
    pub folder: DataFolder,
    /// Whether somebody said which one it is.
    is_folder_named: bool,
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

/// The data folder that was named, by a flag, the environment or the settings.
pub(super) fn named_folder(global: &Global, settings: &Settings) -> Option<PathBuf> {
    let named = global.data_dir.clone().or_else(|| environment("REJOINDER_DATA_DIR").map(PathBuf::from));
    named.or_else(|| settings.data_dir.clone())
}

/// There is nothing to read.
pub(super) fn no_folder(root: &Path) -> Error {
    let root = words::path(root);
    Error::Usage(format!(
        "there is no data folder {root}; see --data-dir, REJOINDER_DATA_DIR and data_dir in the settings"
    ))
}

/// What is said where a data folder is named that is not there yet.
pub(super) fn made_folder(root: &Path) -> String {
    format!("There is no data folder {} yet; it will be created.", words::path(root))
}

impl Setup {
    /// Reads the settings and finds the data folder.
    ///
    /// # Errors
    /// When the settings file cannot be used.
    pub fn new(global: &Global, stop: Stop, arguments: Vec<String>) -> Result<Self, Error> {
        let settings = Settings::load(global.config.as_deref())?;
        let named = named_folder(global, &settings);
        let (is_folder_named, root) = (named.is_some(), named.unwrap_or_else(|| PathBuf::from("data")));
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
            is_folder_named,
            verbose: global.verbose,
            events,
            live,
            stop,
            link: OnceLock::new(),
            arguments,
            resume,
        })
    }

    /// Checks whether a data folder that was named exists. A command that only reads fails, since the name was probably
    /// mistyped; a command that writes says that the folder will be created.
    ///
    /// # Errors
    /// Where it is not there and the command only reads.
    pub fn look_for_folder(&self, only_reads: bool) -> Result<(), Error> {
        match (self.is_folder_named && !self.folder.root().is_dir(), only_reads) {
            (false, _) => Ok(()),
            (true, true) => Err(no_folder(self.folder.root())),
            (true, false) => {
                self.events.emit(Event::Note(made_folder(self.folder.root())));
                Ok(())
            }
        }
    }

    /// The clients for these roles.
    ///
    /// # Errors
    /// When a model, key, address, price or prompt cannot be used.
    pub fn clients(&self, options: &ModelOptions, roles: &[Role]) -> Result<Clients, Error> {
        Clients::open(self, options, roles)
    }

    /// The same, and that of the auditor unless it is turned off.
    ///
    /// # Errors
    /// As [`Setup::clients`].
    pub fn audited_doors(&self, options: &ModelOptions, roles: &[Role]) -> Result<Clients, Error> {
        let is_off = names_auditor(options, &self.settings) == Some(false);
        let auditor = [Role::Auditor];
        self.clients(options, &[roles, if is_off { &[] } else { &auditor[..] }].concat())
    }
}
