//! `rejoinder serve`.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::error::Error;
use super::options::Global;
use super::print;
use super::progress::say;
use super::settings::Settings;
use super::setup::{environment, made_folder, named_folder};
use crate::data::folder::DataFolder;
use crate::report::words;
use crate::web::children::{Key, Left};
use crate::web::guard::Names;
use crate::web::secrets::{SHORTEST_TOKEN, Secrets, random};
use crate::web::site::Site;
use crate::web::{self, TOKEN_VARIABLE};

/// Options of `serve`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder serve
  rejoinder serve --port 8000 --data-dir /srv/outreach
  REJOINDER_TOKEN=... rejoinder serve --listen 0.0.0.0 --host box.example

It answers to this machine only. With --listen other machines may ask too, and everybody has to show a token; the
connection is not encrypted, so put a proxy with TLS in front of it or use a tunnel.")]
pub struct Options {
    /// Port; 0 takes any free one
    #[arg(long, value_name = "P", default_value_t = 7070)]
    port: u16,
    /// Address to listen on for other machines; they need a token: that of REJOINDER_TOKEN, or one that is printed
    #[arg(long, value_name = "IP")]
    listen: Option<IpAddr>,
    /// Require a token even if only this machine can connect
    #[arg(long)]
    token: bool,
    /// How many of the commands that are started from the pages run at once; the others wait for their turn
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    at_once: u16,
    /// Another host name of this server, such as a proxy's; may be given several times
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
}

/// Serves until the process is asked to stop.
pub async fn run(global: &Global, options: &Options, stopped: impl Future<Output = ()>) -> Result<(), Error> {
    let settings = Settings::load(global.config.as_deref())?;
    let named = named_folder(global, &settings);
    if let Some(root) = named.as_ref().filter(|root| !root.is_dir()) {
        say(&made_folder(root));
    }
    let root = named.unwrap_or_else(|| PathBuf::from("data"));
    let listen = options.listen.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let is_open = !listen.is_loopback();
    let token = token(options, is_open)?;
    let no_secret = |error| Error::Usage(format!("the system has no randomness to give: {error}"));
    let secrets = Secrets::new(token.as_ref().map(|(token, _)| token.as_str())).map_err(no_secret)?;
    let names = Names { is_open, hosts: options.host.clone() };
    let site = Site::new(DataFolder::open(&root), common(global, &root), names, secrets);
    let key = Key::load(&root);
    let keyless = key.as_ref().err().map(ToString::to_string);
    let site = Arc::new(site.at_once(usize::from(options.at_once)).signed(key.ok()));
    let failed = |source| Error::Io { what: format!("cannot serve on port {}", options.port), source };
    let server = web::bind(SocketAddr::new(listen, options.port), Arc::clone(&site)).await.map_err(failed)?;
    let address = server.address().map_err(failed)?;
    let query = match &token {
        Some((token, true)) => format!("?token={token}"),
        _ => String::new(),
    };
    // On stdout, since a script that starts the server needs the port.
    print(&format!("The dashboard is at http://{address}/{query}\n"))?;
    match &token {
        Some((_, false)) => {
            say("It asks for the token in REJOINDER_TOKEN. Ctrl-C stops it; what it has started goes on.");
        }
        _ => say("Ctrl-C stops it; what it has started goes on."),
    }
    if let Some(why) = keyless {
        say(&format!("Commands that wait for their turn end with this server: there is no key to sign them ({why})."));
    }
    say_left(site.children.take_over());
    server.run(stopped).await.map_err(failed)
}

/// Says what an earlier server has left.
fn say_left(left: Left) {
    let commands = |count: usize, one, many| (count > 0).then(|| words::count(count as u64, one, many));
    if let Some(waiting) = commands(left.waiting, "command is", "commands are") {
        say(&format!("{waiting} still waiting from an earlier server; to remove any, see the page Runs."));
    }
    if let Some(forgotten) = commands(left.forgotten, "command that was waiting is", "commands that were waiting are") {
        say(&format!("{forgotten} forgotten, older than a day or damaged; start anew what is still wanted."));
    }
    if let Some(refused) = commands(left.refused, "command in .runs is", "commands in .runs are") {
        say(&format!("{refused} not started: no server of yours has written them there, or they cannot be read."));
    }
}

/// The token that is asked for, if one is, and whether it was made up here.
fn token(options: &Options, is_open: bool) -> Result<Option<(String, bool)>, Error> {
    match environment(TOKEN_VARIABLE) {
        Some(given) if given.len() < SHORTEST_TOKEN => {
            Err(Error::Usage(format!("{TOKEN_VARIABLE} has fewer than {SHORTEST_TOKEN} characters; take a longer one")))
        }
        Some(given) => Ok(Some((given, false))),
        None if is_open || options.token => {
            let made =
                random().map_err(|error| Error::Usage(format!("the system has no randomness to give: {error}")))?;
            Ok(Some((made, true)))
        }
        None => Ok(None),
    }
}

/// Options of the server that what it starts gets too.
fn common(global: &Global, root: &std::path::Path) -> Vec<OsString> {
    let mut common = vec![OsString::from("--data-dir"), root.into()];
    if let Some(config) = &global.config {
        common.extend([OsString::from("--config"), config.into()]);
    }
    common
}
