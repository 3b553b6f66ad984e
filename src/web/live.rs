//! Runs of the journal: what is under way, in whichever process, and what can be gone on with.

mod fragments;
mod list;
mod stages;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Redirect, Response};
use futures::Stream;
use maud::{Markup, html};

pub(super) use fragments::quoted;
pub use list::list;

use super::confirm::Shown;
use super::error::Problem;
use super::page::{self, Place};
use super::site::Site;
use super::work::{Values, value};
use crate::journal::{self, RunRow, RunState};
use crate::report::live::Live;
use crate::report::words;

/// How often a page that follows a run looks.
const EVERY: Duration = Duration::from_millis(500);
/// Looks after which a page is told that the server is there, where it has nothing else to tell.
const BEAT: u32 = 8;
/// How many looks a run that is over has for its last words. One whose process was killed has none.
const LAST_WORDS: u32 = 10;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A process has it under way.
    UnderWay,
    /// It can be gone on with.
    Interrupted,
    /// It has written what it was to write.
    Finished,
    /// It was given up for a fresh one.
    Dropped,
}

impl Standing {
    fn word(self) -> &'static str {
        match self {
            Standing::UnderWay => "under way",
            Standing::Interrupted => "interrupted",
            Standing::Finished => "finished",
            Standing::Dropped => "given up",
        }
    }
}

/// What is known of a run.
pub(super) struct Seen {
    pub(super) row: RunRow,
    pub(super) standing: Standing,
    pub(super) live: Option<Live>,
}

impl Seen {
    /// Whether there is more to come: the journal and the lock tell of the end a moment before the run itself says how
    /// it ended.
    fn goes_on(&self) -> bool {
        self.standing == Standing::UnderWay || self.live.as_ref().is_some_and(|live| live.ended.is_none())
    }
}

/// Where a run stands, by what the journal says and whether a process holds its lock.
fn standing(site: &Site, row: &RunRow) -> Standing {
    match row.state {
        RunState::Finished => Standing::Finished,
        RunState::Dropped => Standing::Dropped,
        RunState::Open if journal::is_under_way(site.folder.root(), &row.id) => Standing::UnderWay,
        RunState::Open => Standing::Interrupted,
    }
}

fn live(site: &Site, id: &str) -> Option<Live> {
    serde_json::from_str(&journal::live_text(site.folder.root(), id)?).ok()
}

fn seen(site: &Site, id: &str) -> Result<Seen, Problem> {
    let missing = || Problem::missing(format!("There is no run {} in the journal.", words::one_line(id, 40)));
    let row = site.journal()?.ok_or_else(missing)?.run(id)?;
    let standing = standing(site, &row);
    let live = live(site, &row.id);
    Ok(Seen { row, standing, live })
}

/// One run, as it is now; with script it stays so.
pub async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Query(values): Query<Values>,
) -> Result<Html<String>, Response> {
    let own = site.aside(move |site| seen(site, &id)).await.map_err(|problem| problem.page(&site))?;
    let follow = own.goes_on().then(|| format!("/live/{}/events", own.row.id));
    let title = format!("{} {}", own.row.command, own.row.id);
    let body = html! {
        header.page-head {
            p.crumbs { a href="/live" { "Runs" } }
            h1 { (own.row.command) " " span.quiet { (own.row.id) } }
        }
        @if !value(&values, "stopping").is_empty() && own.standing == Standing::UnderWay {
            p.hint role="status" { "It was asked to stop, and does so as soon as the calls in flight have returned." }
        }
        p.problem #live-connection role="status" hidden {
            "Not connected: the server does not answer. What you see here is from before that. The run itself \
             goes on; this page follows it again as soon as the server is back."
        }
        div.live data-events=[follow] {
            @for (id, part) in fragments::all(&site, &own) {
                (section(id, &part))
            }
        }
    };
    Ok(page::page(&site, &title, Place::Live, body))
}

fn section(id: &str, part: &Markup) -> Markup {
    let spoken = id == "live-state";
    html! { section #(id) .live-part aria-live=[spoken.then_some("polite")] { (part) } }
}

/// The parts of the page that have changed, as long as the run is under way.
pub async fn events(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    if let Err(problem) = site
        .aside({
            let id = id.clone();
            move |site| seen(site, &id).map(drop)
        })
        .await
    {
        return problem.page(&site);
    }
    Sse::new(changes(site, id)).keep_alive(KeepAlive::default()).into_response()
}

fn changes(site: Arc<Site>, id: String) -> impl Stream<Item = Result<Event, Infallible>> {
    struct Follow {
        site: Arc<Site>,
        id: String,
        shown: BTreeMap<&'static str, String>,
        over: bool,
        first: bool,
        waited: u32,
        quiet: u32,
    }
    let start = Follow { site, id, shown: BTreeMap::new(), over: false, first: true, waited: 0, quiet: 0 };
    futures::stream::unfold(start, |mut follow| async move {
        loop {
            if follow.over {
                return None;
            }
            if !follow.first {
                tokio::time::sleep(EVERY).await;
            }
            follow.first = false;
            let id = follow.id.clone();
            let parts = follow.site.aside(move |site| {
                let own = seen(site, &id)?;
                let parts: Vec<(&'static str, String)> =
                    fragments::all(site, &own).into_iter().map(|(id, part)| (id, part.into_string())).collect();
                Ok((parts, own.standing, own.goes_on()))
            });
            let Ok((parts, standing, goes_on)) = parts.await else { return None };
            let changed: BTreeMap<&'static str, String> =
                parts.into_iter().filter(|(id, html)| follow.shown.get(id) != Some(html)).collect();
            follow.waited = if standing == Standing::UnderWay { 0 } else { follow.waited + 1 };
            follow.over = !goes_on || follow.waited > LAST_WORDS;
            if changed.is_empty() && !follow.over {
                follow.quiet += 1;
                if follow.quiet < BEAT {
                    continue;
                }
                follow.quiet = 0;
                return Some((Ok(Event::default().event("beat").data("")), follow));
            }
            follow.quiet = 0;
            follow.shown.extend(changed.clone());
            let kind = if follow.over { "end" } else { "parts" };
            let event = Event::default().event(kind).data(serde_json::to_string(&changed).unwrap_or_default());
            return Some((Ok(event), follow));
        }
    })
}

/// Asks the process that has the run under way to stop, as Ctrl-C in its terminal would.
pub async fn cancel(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Result<Redirect, Response> {
    let stopped = site.aside(move |site| {
        let own = seen(site, &id)?;
        let conflict = |text: &str| Problem::new(StatusCode::CONFLICT, text);
        let live = own.live.filter(|_| own.standing == Standing::UnderWay);
        let pid = live.map(|live| live.pid).ok_or_else(|| conflict("The run is not under way any more."))?;
        // A process of that number may be another by now.
        if !journal::is_under_way_in(site.folder.root(), &own.row.id, pid) {
            return Err(conflict("The process that has this run is not known; stop it where it was started."));
        }
        interrupt(pid)
            .map_err(|error| conflict(&format!("The process {pid} cannot be stopped from here: {error}.")))?;
        Ok(own.row.id)
    });
    let id = stopped.await.map_err(|problem| problem.page(&site))?;
    Ok(Redirect::to(&format!("/live/{id}?stopping=1")))
}

#[cfg(unix)]
fn interrupt(pid: u32) -> std::io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| std::io::Error::other("it has no number"))?;
    Ok(kill_process(pid, Signal::INT)?)
}

#[cfg(not(unix))]
fn interrupt(_pid: u32) -> std::io::Result<()> {
    Err(std::io::Error::other("this system has no signals"))
}

/// Resumes an interrupted run; first the page that asks.
pub async fn resume(State(site): State<Arc<Site>>, Path(id): Path<String>, Form(values): Form<Values>) -> Response {
    let answer = site.aside(move |site| {
        let own = seen(site, &id)?;
        let arguments = ["runs".to_owned(), "resume".to_owned(), own.row.id.clone()];
        let shown = Shown::now(&site.folder, &arguments);
        let again = || site.confirmations.start(value(&values, "confirmed"), &shown, || Err(is_over(&own)));
        if own.standing != Standing::Interrupted {
            // A second click finds what the first one started.
            return match again() {
                Ok(Some(id)) => Ok(to_started(&id)),
                _ => Err(is_over(&own)),
            };
        }
        let start = || {
            let child = site.children.submit(&arguments).map_err(|error| {
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("The run cannot be started: {error}."))
            });
            child.map(|child| child.id)
        };
        match site.confirmations.start(value(&values, "confirmed"), &shown, start)? {
            Some(id) => Ok(to_started(&id)),
            None => Ok(ask(site, &own, &site.confirmations.ask(&shown)?).into_response()),
        }
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}

fn to_started(id: &str) -> Response {
    Redirect::to(&format!("/started/{id}")).into_response()
}

fn is_over(own: &Seen) -> Problem {
    let text = format!("The run is {}; there is nothing to resume.", own.standing.word());
    Problem::new(StatusCode::CONFLICT, text)
}

/// Asks before a run is resumed.
fn ask(site: &Site, own: &Seen, confirmed: &str) -> Html<String> {
    let row = &own.row;
    let line: Vec<String> = row.arguments.iter().map(|word| quoted(word)).collect();
    let path = format!("/live/{}", row.id);
    let body = html! {
        header.page-head {
            p.crumbs { a href="/live" { "Runs" } " / " a href=(path) { (row.command) " " (row.id) } }
            h1 { "Resume the run?" }
            p.lead { "Its command runs again and makes the calls that are missing. Answered ones cost nothing more." }
        }
        dl.facts {
            div { dt { "Answered" } dd { (words::count(row.calls, "call", "calls")) } }
            div { dt { "Cost so far" } dd { (row.cost_usd.map_or_else(|| "not known".to_owned(), words::dollars)) } }
        }
        form.inline method="post" action=(format!("{path}/resume")) {
            (page::csrf(site))
            input type="hidden" name="confirmed" value=(confirmed);
            button.primary #start type="submit" { "Resume" }
            a.button href=(path) { "Not now" }
        }
        h2 { "Its command" }
        pre.command { code { "rejoinder " (line.join(" ")) } }
        p.hint {
            "Limits that the command names count from its beginning. In a terminal "
            code { "rejoinder runs resume " (row.id) }
            " takes new ones."
        }
    };
    page::page(site, "Resume the run?", Place::Live, body)
}
