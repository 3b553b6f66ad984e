//! A disk that is full, or may not be written.

use super::*;

/// A file system of its own in memory; unmounted when dropped.
struct Mounted(PathBuf);

impl Mounted {
    /// `None`, said aloud, where this user may not mount.
    fn at(folder: &Path, size: &str) -> Option<Self> {
        let options = format!("size={size},mode=700");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "rejoinder-test"]).arg(folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Mounted(folder.to_owned()));
        }
        eprintln!("no file system can be mounted here; the fault is made in another way");
        None
    }

    fn remount(&self, how: &str) {
        let options = format!("remount,{how}");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Fills the file system but for so many bytes.
fn fill_but(place: &Place, free: u64) -> PathBuf {
    let output = Command::new("df").args(["--output=avail", "-B1"]).arg(place.data()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let available: u64 = text.lines().last().unwrap().trim().parse().unwrap();
    let ballast = place.data().join("ballast");
    let mut file = fs::File::create(&ballast).unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), available - free), &mut file).unwrap();
    ballast
}

#[test]
fn a_disk_that_is_full_at_any_moment_costs_nothing_that_was_recorded() {
    let market = MarketProcess::start(&["--latency-ms", "2"]);
    let undisturbed = undisturbed(&market);
    let mut on_the_way = 0;
    for free in (0..=480_000).step_by(60_000) {
        let place = Place::empty();
        let Some(_disk) = Mounted::at(&place.data(), "8m") else { return with_a_limit_on_files(&market, &undisturbed) };
        place.copy_samples();
        let ballast = fill_but(&place, free);
        let ran = evaluate(&place, &market, &[]);
        if ran.code == Some(0) {
            continue;
        }
        expect_one_line(&ran, "full");
        fs::remove_file(ballast).unwrap();
        let held = if journal_of(&place).exists() && free > 0 { recorded_if_made(&place) } else { 0 };
        on_the_way += usize::from((1..CALLS).contains(&held));
        if held > 0 {
            expect_to_go_on(&place, &market, &undisturbed);
        } else {
            forget_results(&place);
            assert_eq!(evaluate(&place, &market, &[]).code, Some(0));
            assert!(written(&place) == undisturbed);
        }
    }
    assert!(on_the_way > 0, "the disk was never full in the middle of a run");
}

/// Calls in a journal that may have been left before its tables were made.
fn recorded_if_made(place: &Place) -> usize {
    let connection = Connection::open(journal_of(place)).unwrap();
    connection.query_row("SELECT count(*) FROM calls", [], |row| row.get::<_, i64>(0)).map_or(0, |calls| calls as usize)
}

/// Where nothing can be mounted: files that may grow no further.
fn with_a_limit_on_files(market: &MarketProcess, undisturbed: &str) {
    let mut on_the_way = 0;
    for blocks in (100..=1_000).step_by(100) {
        let place = Place::with_samples();
        let (program, arguments) = (env!("CARGO_BIN_EXE_rejoinder"), EVALUATE.join(" "));
        let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec {program} {arguments}");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).current_dir(place.root()).env("ANTHROPIC_BASE_URL", &market.url);
        let ran = Ran::of(&command.env("SOURCE_DATE_EPOCH", "1760000000").output().unwrap());
        if ran.code == Some(0) {
            continue;
        }
        expect_one_line(&ran, "the journal");
        if (1..CALLS).contains(&recorded_if_made(&place)) {
            on_the_way += 1;
            expect_to_go_on(&place, market, undisturbed);
        }
    }
    assert!(on_the_way > 0, "no limit was reached in the middle of a run");
}

#[test]
fn a_folder_that_may_not_be_written_is_said_before_anything_is_sent_and_stays_as_it_is() {
    let market = MarketProcess::start(&[]);
    let undisturbed = undisturbed(&market);
    let place = Place::empty();
    let disk = Mounted::at(&place.data(), "16m");
    place.copy_samples();
    assert_eq!(evaluate(&place, &market, &["--max-calls", "9"]).code, Some(8));
    let (sent, bytes) = (answered(&market), fs::read(journal_of(&place)).unwrap());
    let modes = |file, folder| {
        fs::set_permissions(journal_of(&place), fs::Permissions::from_mode(file)).unwrap();
        for path in [place.data(), place.data().join(".runs")] {
            fs::set_permissions(path, fs::Permissions::from_mode(folder)).unwrap();
        }
    };
    match &disk {
        Some(disk) => disk.remount("ro"),
        None => modes(0o400, 0o500),
    }
    let ran = evaluate(&place, &market, &[]);
    expect_one_line(&ran, "make it writable or choose another --data-dir");
    assert_eq!((ran.code, answered(&market)), (Some(7), sent));
    assert!(fs::read(journal_of(&place)).unwrap() == bytes);
    match &disk {
        Some(disk) => disk.remount("rw"),
        None => modes(0o600, 0o700),
    }
    expect_to_go_on(&place, &market, &undisturbed);
}
