//! Which worker is the first, who else is there, and how much room each has.
//!
//! Every worker but the first tells it once a second that it is there. Where the first does not answer, another
//! redirects Restate to itself; what was begun on the dead one goes on there. Should two do so at once, the later
//! holds, and the other learns of it when it looks, every two seconds.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::Notice;
use crate::engine::restate::admin::Admin;
use crate::engine::restate::wire::Version;
use crate::model::digest;
use crate::model::http::inner::Inner;

/// Where workers tell the first that they are there, and that they leave.
pub const JOIN: &str = "/rejoinder/join";
/// Where a worker says who it is.
pub const WHO: &str = "/rejoinder/who";

/// How often it is told.
const EVERY: Duration = Duration::from_secs(1);
/// How soon a worker tries again if the first one did not answer.
const AGAIN: Duration = Duration::from_millis(250);
/// How many times in a row the first worker must not have answered to be taken for dead.
const SILENCES: u32 = 4;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// Who has not told for so long gets no calls.
const FORGOTTEN: Duration = Duration::from_secs(4);

/// A worker, as it tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Where it is reached.
    pub address: String,
    /// Calls at once that it has room for.
    pub slots: u32,
    /// Which version it is.
    pub version: Version,
    /// Whether it is the first.
    pub first: bool,
    /// Whether it leaves.
    pub leaving: bool,
    /// Calls that it has taken on so far.
    #[serde(default)]
    pub calls: u64,
}

/// See the module.
pub struct Crew {
    myself: Member,
    first: AtomicBool,
    leaving: AtomicBool,
    others: Mutex<Vec<Other>>,
    /// Calls that this worker does itself.
    busy: Arc<AtomicUsize>,
    /// Calls that it passed on.
    passed: Arc<AtomicUsize>,
    /// Calls that it has taken on so far.
    taken: AtomicU64,
}

struct Other {
    address: String,
    slots: u32,
    heard: Instant,
    busy: Arc<AtomicUsize>,
}

/// Who does a call: another worker, by its address, or this one; it counts until this is dropped.
pub struct Chosen {
    /// `None` for this one.
    pub address: Option<String>,
    counts: Vec<Arc<AtomicUsize>>,
}

impl Drop for Chosen {
    fn drop(&mut self) {
        for count in &self.counts {
            count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Crew {
    /// A worker that knows no other.
    #[must_use]
    pub fn new(address: String, slots: u32, version: Version) -> Self {
        let myself = Member { address, slots: slots.max(1), version, first: false, leaving: false, calls: 0 };
        let (first, leaving) = (AtomicBool::new(false), AtomicBool::new(false));
        Crew {
            myself,
            first,
            leaving,
            others: Mutex::default(),
            busy: Arc::default(),
            passed: Arc::default(),
            taken: AtomicU64::new(0),
        }
    }

    /// Where this worker is reached.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.myself.address
    }

    /// Who this worker is.
    #[must_use]
    pub fn myself(&self) -> Member {
        let first = self.first.load(Ordering::Relaxed);
        let (leaving, calls) = (self.leaving.load(Ordering::Relaxed), self.taken.load(Ordering::Relaxed));
        Member { first, leaving, calls, ..self.myself.clone() }
    }

    /// Calls that pass through here.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed) + self.passed.load(Ordering::Relaxed)
    }

    /// Takes note of another worker. `Err` with the reason where it cannot be one of this crew.
    ///
    /// # Errors
    /// One line.
    pub fn record(&self, member: &Member) -> Result<(), String> {
        if member.version != self.myself.version {
            return Err(other_version(&self.myself, member));
        }
        let mut others = self.others();
        others.retain(|other| other.address != member.address || !member.leaving);
        match others.iter_mut().find(|other| other.address == member.address) {
            Some(other) => (other.slots, other.heard) = (member.slots.max(1), Instant::now()),
            None if member.leaving || member.address == self.myself.address => {}
            None => others.push(Other {
                address: member.address.clone(),
                slots: member.slots.max(1),
                heard: Instant::now(),
                busy: Arc::default(),
            }),
        }
        Ok(())
    }

    /// Chooses the worker that has the largest share of its slots free for one more call.
    #[must_use]
    pub fn choose(&self) -> Chosen {
        let mut others = self.others();
        others.retain(|other| other.heard.elapsed() < FORGOTTEN);
        let load = |busy: &AtomicUsize, slots: u32| (busy.load(Ordering::Relaxed) as f64 + 1.0) / f64::from(slots);
        let load_here = load(&self.busy, self.myself.slots);
        let emptiest = others.iter().min_by(|a, b| load(&a.busy, a.slots).total_cmp(&load(&b.busy, b.slots)));
        let leaving = self.leaving.load(Ordering::Relaxed);
        let other = emptiest.filter(|other| leaving || load(&other.busy, other.slots) < load_here);
        let (address, counts) = match other {
            Some(other) => (Some(other.address.clone()), vec![Arc::clone(&other.busy), Arc::clone(&self.passed)]),
            None => {
                self.taken.fetch_add(1, Ordering::Relaxed);
                (None, vec![Arc::clone(&self.busy)])
            }
        };
        for count in &counts {
            count.fetch_add(1, Ordering::Relaxed);
        }
        Chosen { address, counts }
    }

    /// This worker does a call that was passed on to it.
    #[must_use]
    pub fn by_itself(&self) -> Chosen {
        self.busy.fetch_add(1, Ordering::Relaxed);
        self.taken.fetch_add(1, Ordering::Relaxed);
        Chosen { address: None, counts: vec![Arc::clone(&self.busy)] }
    }

    /// A worker does not answer: it gets no more calls until it is heard of.
    pub fn lost(&self, address: &str) {
        self.others().retain(|other| other.address != address);
    }

    fn others(&self) -> MutexGuard<'_, Vec<Other>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finding and keeping a place at Restate.
impl Crew {
    /// Registers, joins the first worker or becomes it, and goes on so. Returns only where this worker cannot be one of
    /// them, with the reason.
    pub async fn keep_place(&self, admin: &Admin, tell: &(impl Fn(Notice) + Send + Sync)) -> String {
        // Those that start together do not all do the same at once.
        let apart = u64::from_str_radix(&digest(&[self.address()])[..4], 16).unwrap_or(0) % 200;
        sleep(Duration::from_millis(apart)).await;
        let (mut beside, mut silences, mut said) = (None::<String>, 0_u32, false);
        loop {
            let wait = match &beside {
                None => match self.take_place(admin).await {
                    Ok(Place::First { news }) => {
                        if news {
                            tell(Notice::Note("Restate sends its calls to this worker.".into()));
                        }
                        said = false;
                        EVERY * 2
                    }
                    Ok(Place::Beside(first)) => {
                        tell(Notice::Note(format!("Takes calls from the worker at {first}.")));
                        (beside, silences, said) = (Some(first), 0, false);
                        Duration::ZERO
                    }
                    Err(Unplaced::Foreign(why)) => return why,
                    Err(Unplaced::Later(why)) => {
                        if !said && !self.myself().first {
                            tell(Notice::Note(format!("{why}; it is tried again")));
                            said = true;
                        }
                        EVERY
                    }
                },
                Some(first) => match self.tell(first).await {
                    Ok(true) => {
                        silences = 0;
                        EVERY
                    }
                    // It is there, and not the first any more.
                    Ok(false) => {
                        beside = None;
                        AGAIN
                    }
                    Err(Unplaced::Foreign(why)) => return why,
                    Err(Unplaced::Later(_)) => {
                        silences += 1;
                        if silences >= SILENCES {
                            beside = None;
                        }
                        AGAIN
                    }
                },
            };
            sleep(wait).await;
        }
    }

    /// Looks at whom Restate knows: the first that is alive is joined; what is dead is replaced.
    async fn take_place(&self, admin: &Admin) -> Result<Place, Unplaced> {
        let deployments = admin.deployments().await.map_err(Unplaced::Later)?;
        if deployments.is_empty() {
            admin.register(self.address()).await.map_err(Unplaced::Later)?;
            return Ok(Place::First { news: !self.first.swap(true, Ordering::Relaxed) });
        }
        let is_first = self.first.load(Ordering::Relaxed);
        let mut place = None;
        for deployment in deployments {
            if deployment.address == self.address() {
                if place.is_none() {
                    if !is_first {
                        // It died here and is back, perhaps with other handlers.
                        admin.redirect(&deployment.id, self.address()).await.map_err(Unplaced::Later)?;
                    }
                    place = Some(Place::First { news: !self.first.swap(true, Ordering::Relaxed) });
                }
                continue;
            }
            match who(&deployment.address).await {
                Some(member) if place.is_none() => {
                    if member.version != self.myself.version {
                        return Err(Unplaced::Foreign(other_version(&self.myself, &member)));
                    }
                    self.first.store(false, Ordering::Relaxed);
                    place = Some(Place::Beside(deployment.address));
                }
                // Whoever answers takes care of what it began.
                Some(_) => {}
                None => {
                    let redirected = admin.redirect(&deployment.id, self.address()).await;
                    if place.is_none() {
                        redirected.map_err(Unplaced::Later)?;
                        place = Some(Place::First { news: !self.first.swap(true, Ordering::Relaxed) });
                    }
                }
            }
        }
        place.ok_or_else(|| Unplaced::Later("Restate has no place for this worker".into()))
    }

    /// Tells the first that this worker is there. False where it is not the first.
    async fn tell(&self, first: &str) -> Result<bool, Unplaced> {
        let inner = Inner::new(first).map_err(Unplaced::Later)?;
        let body = serde_json::to_vec(&self.myself()).unwrap_or_default();
        match inner.send("POST", JOIN, None, Some(body), PATIENCE).await {
            Ok((200, body)) => Ok(serde_json::from_slice::<Member>(&body).is_ok_and(|member| member.first)),
            Ok((409, body)) => Err(Unplaced::Foreign(String::from_utf8_lossy(&body).into_owned())),
            Ok((status, _)) => Err(Unplaced::Later(format!("{first} said {status}"))),
            Err(broken) => Err(Unplaced::Later(broken.to_string())),
        }
    }

    /// Gets no more calls: the first, or Restate, is told to send them elsewhere.
    pub async fn leave(&self, admin: &Admin) {
        self.leaving.store(true, Ordering::Relaxed);
        let Ok(deployments) = admin.deployments().await else { return };
        let heir =
            self.others().iter().find(|other| other.heard.elapsed() < FORGOTTEN).map(|other| other.address.clone());
        for deployment in deployments {
            if deployment.address != self.address() {
                let _ = self.tell(&deployment.address).await;
            } else if let Some(heir) = &heir {
                let _ = admin.redirect(&deployment.id, heir).await;
            }
        }
    }
}

enum Place {
    First {
        /// Whether it was not before.
        news: bool,
    },
    Beside(String),
}

enum Unplaced {
    /// Never, with this version.
    Foreign(String),
    /// Not now.
    Later(String),
}

/// Who answers at this address, if a worker does.
async fn who(address: &str) -> Option<Member> {
    let inner = Inner::new(address).ok()?;
    let (status, body) = inner.send("GET", WHO, None, None, PATIENCE).await.ok()?;
    if status == 200 { serde_json::from_slice(&body).ok() } else { None }
}

fn other_version(myself: &Member, other: &Member) -> String {
    format!(
        "{} is a worker of rejoinder {}, and {} is of rejoinder {}: all workers of one Restate are of one version; \
         stop the \
         others first",
        myself.address, myself.version, other.address, other.version
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crew() -> Crew {
        Crew::new("http://a".into(), 100, Version::current())
    }

    fn member(address: &str, slots: u32) -> Member {
        Member { address: address.into(), slots, version: Version::current(), first: false, leaving: false, calls: 0 }
    }

    #[test]
    fn calls_go_to_whoever_has_most_room() {
        let crew = crew();
        crew.record(&member("http://b", 300)).unwrap();
        let chosen: Vec<Chosen> = (0..400).map(|_| crew.choose()).collect();
        assert_eq!(chosen.iter().filter(|chosen| chosen.address.is_none()).count(), 100);
        drop(chosen);
        assert_eq!(crew.busy(), 0);
    }

    #[test]
    fn a_worker_that_leaves_or_is_lost_gets_no_calls_and_one_that_leaves_keeps_none() {
        let crew = crew();
        crew.record(&member("http://b", 300)).unwrap();
        assert!(crew.choose().address.is_some());
        crew.record(&Member { leaving: true, ..member("http://b", 300) }).unwrap();
        assert!(crew.choose().address.is_none());
        crew.record(&member("http://b", 300)).unwrap();
        crew.lost("http://b");
        assert!(crew.choose().address.is_none());
        crew.record(&member("http://b", 1)).unwrap();
        crew.leaving.store(true, Ordering::Relaxed);
        let _held: Vec<Chosen> = (0..5).map(|_| crew.choose()).collect();
        assert!(crew.choose().address.is_some());
    }

    #[test]
    fn a_worker_of_another_version_is_none_of_the_crew() {
        let version = Version { program: "9.9.9".into(), protocol: 9 };
        let why = crew().record(&Member { version, ..member("http://b", 1) }).unwrap_err();
        assert!(why.contains("9.9.9 (protocol 9)") && why.contains(&Version::current().to_string()), "{why}");
    }
}
