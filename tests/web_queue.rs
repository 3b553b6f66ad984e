//! Commands that wait for their turn, where more than one may run or there is more than one server.

#[path = "support/dashboard.rs"]
mod dashboard;
#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use dashboard::Server;
use program::{MarketProcess, Place};

/// How many runs are under way, as this server's page says.
fn under_way(server: &Server) -> usize {
    server.get("/live").text.matches("<td>under way").count()
}

/// How many runs of the journal are finished.
fn finished(place: &Place) -> usize {
    place.ok(&["runs"]).out.matches("finished").count()
}

#[test]
fn two_commands_run_at_once_where_two_may_and_the_third_waits() {
    let market = MarketProcess::start(&["--latency-ms", "300"]);
    let place = Place::with_samples();
    let server = Server::with(&place, Some(&market.url), &["--at-once", "2"]);
    let evaluate = |seed| {
        let people = ("personas", "b2b_saas_personas_train");
        let slow = [("messages", "10"), ("model", "anthropic/claude-sonnet-5-5"), ("concurrency", "1"), ("seed", seed)];
        server.start_after_asking("/evaluate", &[&[("job", "evaluate"), people], &slow[..]].concat()).location
    };
    let stop = |run: &str| {
        assert_eq!(server.post(run, &format!("{run}/cancel"), &[]).status, 303);
        server.wait_for(run, "interrupted");
    };
    let [first, second, third] = ["1", "2", "3"].map(evaluate);
    let [first, second] = [first, second].map(|started| server.run_of(&started));
    let waits = server.get(&third).text;
    assert!(waits.contains("Waiting for its turn"), "{waits}");
    assert_eq!(under_way(&server), 2, "both at once");
    stop(&first);
    let third = server.run_of(&third);
    assert_eq!(under_way(&server), 2, "the third has the turn of the first");
    for run in [second, third] {
        stop(&run);
    }
}

#[test]
fn two_servers_on_one_folder_run_each_command_once_and_no_more_at_once_than_one_server() {
    let market = MarketProcess::start(&["--latency-ms", "20"]);
    let place = Place::with_samples();
    let people = ("personas", "b2b_saas_personas_train");
    let start = |server: &Server, seed| {
        let model = ("model", "anthropic/claude-sonnet-5-5");
        let fields = [("job", "evaluate"), people, ("messages", "1"), model, ("seed", seed)];
        assert_eq!(server.start_after_asking("/evaluate", &fields).status, 303);
    };
    let one = Server::start(&place, Some(&market.url));
    for seed in ["1", "2", "3"] {
        start(&one, seed);
    }
    drop(one);
    // Both find the first one under way and two that wait, and do not know what is started from each other's pages.
    let both = [(); 2].map(|()| Server::start(&place, Some(&market.url)));
    start(&both[0], "4");
    start(&both[1], "5");
    let mut most = 0;
    let until = Instant::now() + Duration::from_secs(120);
    while finished(&place) < 5 {
        most = most.max(under_way(&both[0]));
        assert!(most <= 1 && Instant::now() < until, "{most} at once\n{}", place.ok(&["runs"]).out);
    }
    assert_eq!(most, 1);
    let left = |ending: &str| place.files(".runs").iter().filter(|name| name.ends_with(ending)).count();
    assert_eq!(left(".waits"), 0);
    assert_eq!((finished(&place), place.files("results").len()), (5, 6), "each once");
    let list = both[0].get("/live").text;
    let runs = list.split("href=\"/live/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let runs: BTreeSet<&str> = runs.collect();
    let seed = |run: &&str| {
        let shown = place.ok(&["runs", "show", run]).out;
        shown.split("Seed: ").nth(1).unwrap().lines().next().unwrap().to_owned()
    };
    assert_eq!(runs.iter().map(seed).collect::<BTreeSet<_>>(), ["1", "2", "3", "4", "5"].map(String::from).into());
}
