//! Parse, run, print the error, exit code.

use std::process::ExitCode;

use anstream::eprintln;
use clap::Parser;
use rejoinder::cli::Cli;

fn main() -> ExitCode {
    // Before any thread is started: it changes this process's environment.
    match dotenvy::dotenv() {
        Ok(_) => {}
        Err(error) if error.not_found() => {}
        // The error repeats the line, which may hold a key.
        Err(_) => {
            eprintln!("error: .env holds a line that is not NAME=VALUE; correct it or remove it");
            return ExitCode::from(2);
        }
    }
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", rejoinder::report::words::safe(&error.to_string()));
            ExitCode::from(error.exit_code())
        }
    }
}
