//! Runs the tools of other authors, which are written in Python, against worlds that this process serves.

use std::path::Path;
use std::process::Command;

use crate::options::Options;
use crate::proof;
use crate::serve::beside;

/// Serves the worlds and lets the peers arrive. The script keeps the files, in the form of [`crate::arrival`].
pub fn run(options: &Options) -> Result<(), String> {
    if !options.python.exists() {
        return Err(format!("{} is not there; run scripts/bench-peers --install first", options.python.display()));
    }
    let joined = |parts: &[String]| parts.join(",");
    let worlds: Vec<String> = options.places().iter().map(ToString::to_string).collect();
    let budgets: Vec<String> =
        options.budgets().iter().map(|budget| format!("{budget}:{}", proof::reserve(*budget))).collect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/worlds.py");
    beside(|address, _| {
        let mut command = Command::new(&options.python);
        command.arg(script).arg(address.to_string()).arg(&options.folder);
        command.args(["--worlds", &joined(&worlds), "--budgets", &joined(&budgets)]);
        command.args(["--tools", &joined(&options.tools), "--workers", &options.workers.to_string()]);
        if let Some(left) = options.left() {
            command.args(["--seconds", &left.as_secs().to_string()]);
        }
        let status = command.status().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("the peers ended with {status}")) }
    })
}
