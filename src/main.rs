//! Parse, run, print the error, exit code.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use rejoinder::cli::{self, Cli, dotenv};
use rejoinder::journal;
use rejoinder::report::{screen, words};

/// A quarter of a busy run's time went into the system's allocator (docs/benchmarks.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let parsed = Cli::parse();
    // Before any thread is started: it changes this process's environment.
    for warning in dotenv::load() {
        let _ = writeln!(anstream::stderr(), "{}", screen::warning(&words::without_os_number(&words::safe(&warning))));
    }
    // Every call in flight is an open connection, and the usual limit is 1,024. Where it stays, calls beyond it fail
    // and are sent again.
    let _ = rlimit::increase_nofile_limit(OPEN_FILES);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start: {error}"), 1),
    };
    let ended = runtime.block_on(parsed.run());
    // Not waited for: a thread may be stuck reading what never comes.
    runtime.shutdown_background();
    // Nor is anything dropped that such a thread holds; what has come back is kept.
    journal::flush();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string(), error.exit_code()),
    }
}

/// Ten thousand calls at once, the most that can be asked for, and what else is open.
const OPEN_FILES: u64 = 10_500;

fn fail(message: &str, code: u8) -> ExitCode {
    cli::say_error(message);
    ExitCode::from(code)
}
