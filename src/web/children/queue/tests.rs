use std::collections::BTreeMap;

use super::super::Key;
use super::ticket::LASTS;
use super::*;

/// A data folder, and a key beside it. The program of these tests knows no such flag and fails at once.
struct Place {
    root: tempfile::TempDir,
    children: Children,
}

const FLAG: &str = "--no-such-flag";

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        whole::make_folder(&data.join(".runs")).unwrap();
        let key = Key::load_from(&root.path().join("state"), &data).unwrap();
        Place { children: Children::new(&data, Vec::new()).signed(Some(key)), root }
    }

    /// Another server on the same folder.
    fn other(&self) -> Children {
        let data = self.root.path().join("data");
        let key = Key::load_from(&self.root.path().join("state"), &data).unwrap();
        Children::new(&data, Vec::new()).signed(Some(key))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("data/.runs").join(name)
    }

    /// Writes a signed ticket, asked for so many milliseconds ago.
    fn put(&self, name: &str, ago: u64, line: &str) {
        let arguments: Vec<String> = line.split(' ').map(ToOwned::to_owned).collect();
        let (id, _) = name.split_once('.').unwrap();
        self.children.write(&self.path(name), id, &Ticket::new(ticket::now() - ago, &arguments, 0)).unwrap();
    }

    /// The same, known to the server as one that waits.
    fn wait(&self, id: &str) {
        let name = format!("{id}.waits");
        self.put(&name, 0, &format!("evaluate {FLAG}={id}"));
        let ticket = ticket::read(&self.path(&name)).unwrap();
        self.children.shared.remember(self.children.waiting(id, &ticket));
    }

    /// Says of a command that it is this process, as another server does.
    fn say_started(&self, id: &str, pid: u32) {
        ticket::write(&self.path(&format!("{id}.started")), &Ticket::new(ticket::now(), &[], pid)).unwrap();
    }

    /// A log that another process has locked.
    fn locked_log(&self, id: &str) -> File {
        let log = self.children.open_log(id).unwrap();
        assert!(try_lock(&log).unwrap());
        log
    }

    fn states(&self) -> BTreeMap<String, State> {
        self.children.all().into_iter().map(|child| (child.id, child.state)).collect()
    }

    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("")).unwrap().flatten();
        let mut names: Vec<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn until(&self, is_so: impl Fn(&Self) -> bool) {
        let until = Instant::now() + Duration::from_secs(60);
        while !is_so(self) {
            assert!(Instant::now() < until, "it never came: {:?} {:?}", self.states(), self.files());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn has_failed(&self, id: &str) -> bool {
        self.children.get(id).is_some_and(|child| child.state == State::Failed)
    }
}

#[test]
fn files_that_nobody_here_has_confirmed_start_nothing_and_what_cannot_be_told_is_left_alone() {
    let place = Place::new();
    let evaluate = "evaluate --persona-file=x";
    place.put("old.waits", LASTS + 1, evaluate);
    let future = Ticket::new(ticket::now() + LASTS, &["evaluate".into()], 0);
    place.children.write(&place.path("future.waits"), "future", &future).unwrap();
    whole::replace(&place.path("broken.waits"), |out| out.write_all(b"{")).unwrap();
    place.put("forget.waits", 0, "leads forget ada@example.com");
    ticket::write(&place.path("unsigned.waits"), &Ticket::new(ticket::now(), &["evaluate".into()], 0)).unwrap();
    ticket::write(&place.path("sly.started"), &Ticket::new(ticket::now(), &["evaluate".into()], 0)).unwrap();
    place.put("first.waits", 0, evaluate);
    fs::rename(place.path("first.waits"), place.path("second.waits")).unwrap();
    // It cannot be read.
    fs::create_dir(place.path("folder.waits")).unwrap();
    // Its process is gone: nobody holds its log.
    ticket::write(&place.path("over.started"), &Ticket::new(ticket::now(), &["evaluate".into()], 7)).unwrap();
    whole::replace(&place.path("run.lock"), |out| out.write_all(b"x")).unwrap();

    let left = place.children.take_over();
    assert_eq!(left, Left { waiting: 0, forgotten: 3, refused: 5 });
    assert_eq!(place.states(), BTreeMap::new());
    let kept = ["folder.waits", "forget.waits", "run.lock", "second.waits", "sly.log", "sly.waits", "unsigned.waits"];
    assert_eq!(place.files(), kept);

    let keyless = Children::new(&place.root.path().join("data"), Vec::new());
    place.put("mine.waits", 0, evaluate);
    assert_eq!(keyless.take_over(), Left { waiting: 0, forgotten: 0, refused: 6 });
}

#[cfg(unix)]
#[test]
fn a_log_that_is_a_link_is_not_followed() {
    let place = Place::new();
    let outside = place.root.path().join("outside");
    std::os::unix::fs::symlink(&outside, place.path("sly.log")).unwrap();
    place.put("sly.started", 0, "evaluate --persona-file=x");
    assert_eq!(place.children.take_over(), Left { refused: 1, ..Left::default() });
    assert!(!outside.exists());
}

#[test]
fn what_was_taken_and_never_started_waits_again_and_what_is_under_way_keeps_its_turn() {
    let place = Place::new();
    // A server that is there has its log, and has not said yet which process it is.
    place.put("busy.started", 5, "evaluate --persona-file=x");
    let log = place.locked_log("busy");
    // Here the server ended in between.
    place.put("lost.started", 9, &format!("evaluate {FLAG}=lost"));
    place.put("next.waits", 1, &format!("evaluate {FLAG}=next"));
    assert_eq!(place.children.take_over(), Left { waiting: 2, ..Left::default() });
    let order: Vec<String> = place.children.waiting_in_order().into_iter().map(|child| child.id).collect();
    assert_eq!(order, ["lost", "next"], "in the order in which they were asked for");
    assert_eq!(place.children.get("busy").unwrap().state, State::Running);
    assert_eq!(place.files(), ["busy.log", "busy.started", "lost.log", "lost.waits", "next.waits"]);

    place.say_started("busy", 77);
    drop(log);
    place.until(|place| place.has_failed("lost") && place.has_failed("next"));
    let lost = place.children.get("lost").unwrap();
    assert!(lost.log().contains("no-such-flag") && lost.pid > 0, "it was started: {}", lost.log());
    place.until(|place| place.files() == ["lost.log", "next.log"]);
    assert_eq!(place.children.get("busy").map(|child| child.state), None, "how it ended is not known");
}

#[test]
fn a_command_that_another_server_has_taken_keeps_its_turn_until_it_is_over() {
    let place = Place::new();
    place.wait("one");
    place.wait("two");
    let log = place.locked_log("one");
    fs::rename(place.path("one.waits"), place.path("one.started")).unwrap();
    place.children.advance();
    let states = [("one".to_owned(), State::Running), ("two".to_owned(), State::Waiting)];
    assert_eq!(place.states(), states.into());
    place.say_started("one", 77);
    place.until(|place| place.children.get("one").unwrap().pid == 77);
    assert_eq!(place.children.get("two").unwrap().state, State::Waiting);
    drop(log);
    place.until(|place| place.children.get("one").is_none() && place.has_failed("two"));
}

#[test]
fn a_command_that_another_server_has_taken_and_not_started_when_it_ended_is_started_by_this_one() {
    let place = Place::new();
    place.wait("one");
    let log = place.locked_log("one");
    fs::rename(place.path("one.waits"), place.path("one.started")).unwrap();
    place.children.advance();
    assert_eq!(place.states(), [("one".to_owned(), State::Running)].into());
    drop(log);
    place.until(|place| place.has_failed("one"));
    assert!(place.children.get("one").unwrap().log().contains("no-such-flag"));

    // That server has ended before this one looks.
    place.wait("two");
    fs::rename(place.path("two.waits"), place.path("two.started")).unwrap();
    place.children.advance();
    place.until(|place| place.has_failed("two"));
    assert!(place.children.get("two").unwrap().log().contains("no-such-flag"));
}

#[test]
fn what_another_server_starts_from_its_own_pages_has_a_turn_here_too() {
    let place = Place::new();
    let other = place.other();
    // It is under way there, and nothing was known of it here.
    place.put("theirs.started", 0, "evaluate --persona-file=x");
    let log = place.locked_log("theirs");
    let child = place.children.submit(&["evaluate".into(), format!("{FLAG}=x")]).unwrap();
    assert_eq!((child.state, child.pid), (State::Waiting, 0));
    assert_eq!(place.children.get("theirs").unwrap().state, State::Running);
    assert_eq!(other.take_over(), Left { waiting: 1, ..Left::default() });
    assert_eq!(other.get(&child.id).unwrap().state, State::Waiting);
    place.say_started("theirs", 77);
    drop(log);
    // One of both starts it, and the other forgets it.
    place.until(|place| {
        let all = [place.children.all(), other.all()].concat();
        all.len() == 1 && all[0].id == child.id && all[0].state == State::Failed
    });
}

#[test]
fn turns_are_given_by_one_server_at_a_time() {
    let place = Place::new();
    place.wait("one");
    let folder = place.other().lock_folder().unwrap();
    std::thread::scope(|scope| {
        let advancing = scope.spawn(|| place.children.advance());
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(place.children.get("one").unwrap().state, State::Waiting);
        assert!(!advancing.is_finished());
        drop(folder);
    });
    place.until(|place| place.has_failed("one"));
}

#[test]
fn a_command_that_is_taken_has_its_log_locked_before_its_file_says_so() {
    let place = Place::new();
    place.wait("one");
    let Taken::Here(log) = place.children.take("one").unwrap() else { panic!("it was free") };
    let other = place.other();
    assert_eq!(other.take_over(), Left::default());
    assert_eq!(other.get("one").unwrap().state, State::Running, "it is under way elsewhere");
    assert!(place.path("one.started").exists());
    drop(log);
}

#[test]
fn what_was_submitted_is_known_though_another_server_is_done_with_it() {
    let place = Place::new();
    place.wait("busy");
    let log = place.locked_log("busy");
    fs::rename(place.path("busy.waits"), place.path("busy.started")).unwrap();
    let child = place.children.submit(&["evaluate".into(), format!("{FLAG}=x")]).unwrap();
    assert_eq!((child.state, child.pid), (State::Waiting, 0));
    let ticket = ticket::read(&place.path(&format!("{}.waits", child.id))).unwrap();
    let key = place.children.key.as_ref();
    assert_eq!(ticket.validity(key, &place.path(""), &child.id), Validity::Valid);
    // Another server takes it and ends it.
    fs::remove_file(place.path(&format!("{}.waits", child.id))).unwrap();
    place.say_started("busy", 77);
    drop(log);
    place.until(|place| place.children.all().is_empty());
}

#[test]
fn a_command_is_taken_out_only_if_its_file_could_be_removed() {
    let place = Place::new();
    place.wait("busy");
    let log = place.locked_log("busy");
    fs::rename(place.path("busy.waits"), place.path("busy.started")).unwrap();
    place.children.advance();
    place.wait("wanted");
    place.wait("unwanted");
    assert!(place.children.withdraw("unwanted"));
    assert!(!place.children.withdraw("unwanted"), "it waits no more");
    assert_eq!(place.children.get("unwanted").unwrap().state, State::TakenOut);
    assert!(!place.path("unwanted.waits").exists());
    fs::remove_file(place.path("wanted.waits")).unwrap();
    assert!(!place.children.withdraw("wanted"));
    assert_eq!(place.children.get("wanted").unwrap().state, State::Waiting);
    place.say_started("busy", 77);
    drop(log);
    place.until(|place| place.children.get("wanted").is_none());
}

#[test]
fn a_command_that_cannot_be_taken_fails_and_is_not_started_by_a_later_server() {
    let place = Place::new();
    fs::create_dir(place.path("one.log")).unwrap();
    place.wait("one");
    place.wait("two");
    place.children.advance();
    assert!(place.has_failed("one"));
    place.until(|place| place.has_failed("two"));
    place.until(|place| place.files() == ["one.log", "two.log"]);
}
