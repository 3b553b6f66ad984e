//! The import of a million leads, and a campaign to many: how long they take and how much memory. Prints one line per
//! figure.
//!
//! `cargo bench --bench leads -- --leads 1000000 --write 100000`

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;
use rejoinder::data::DataFolder;
use rejoinder::data::leads::import::{Mode, Options as Columns, import};
use rejoinder::data::leads::{Writable, file};
use rustix::time::{ClockId, clock_gettime};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Parser, Clone)]
struct Options {
    /// Rows of the file
    #[arg(long, default_value_t = 20_000)]
    leads: usize,
    /// Leads to whom a campaign of three steps is written, on the market; 0 for none
    #[arg(long, default_value_t = 1_000)]
    write: usize,
    /// Where the files are made, in a folder of their own that is deleted afterwards
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    within: PathBuf,
    /// Given to itself: what it does with the files in this folder
    #[arg(long, hide = true, num_args = 2)]
    step: Option<Vec<String>>,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Outcome<()> {
    let options = Options::parse();
    if let Some([step, folder]) = options.step.as_deref() {
        return measure(step, Path::new(folder));
    }
    let folder = tempfile::tempdir_in(&options.within)?;
    let source = folder.path().join("source.csv");
    generate(&source, options.leads)?;
    let megabytes = std::fs::metadata(&source)?.len() as f64 / 1e6;
    say(&format!("leads: {}, a file of {megabytes:.0} MB", options.leads))?;
    // Each in a process of its own, so that its memory is its own.
    for step in ["import", "update", "personas"] {
        let itself = Command::new(std::env::current_exe()?).args(["--step", step]).arg(folder.path()).status()?;
        if !itself.success() {
            return Err(format!("{step} failed").into());
        }
    }
    if options.write > 0 { write(&options) } else { Ok(()) }
}

/// Writes a campaign of three steps with the program itself, in a process whose memory is its own.
fn write(options: &Options) -> Outcome<()> {
    let folder = tempfile::tempdir_in(&options.within)?;
    let source = folder.path().join("source.csv");
    generate(&source, options.write)?;
    let data = DataFolder::open(folder.path());
    import(&data, &file(&data, "bench")?, Mode::New, &source, &Columns::default())?;
    std::fs::remove_file(&source)?;
    let offer = folder.path().join("offer.md");
    let mut prompt = File::create(&offer)?;
    prompt.write_all(b"## Facts\nTidewater sells a platform for approvals.\n\n## Advice\n- Keep it short.\n")?;
    let mut program = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    program.args(["write", "--leads", "bench", "--steps", "3", "--model", "market", "--seed", "1", "--prompt-file"]);
    program.arg(&offer).env("REJOINDER_DATA_DIR", folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut process = program.spawn()?;
    let mut memory = 0;
    let ended = loop {
        // Until it has ended: nobody can ask afterwards.
        memory = peak_mebibytes(&process.id().to_string()).unwrap_or(0).max(memory);
        match process.try_wait()? {
            Some(ended) => break ended,
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    if !ended.success() {
        return Err(format!("write failed: {ended}").into());
    }
    let seconds = begun.elapsed().as_secs_f64();
    let size = |path: PathBuf| std::fs::metadata(path).map_or(0.0, |file| file.len() as f64 / 1e6);
    let (campaign, journal) =
        (size(folder.path().join("campaigns/bench.jsonl")), size(folder.path().join("journal.db")));
    let people = Writable::personas(&data, &file(&data, "bench")?)?.len();
    say(&format!(
        "write: {people} people, 3 steps each, in {seconds:.1} s, peak memory {memory} MiB; campaign {campaign:.0} MB, \
         journal {journal:.0} MB"
    ))
}

fn measure(step: &str, folder: &Path) -> Outcome<()> {
    let data = DataFolder::open(folder);
    let (list, source) = (file(&data, "bench")?, folder.join("source.csv"));
    let begun = Instant::now();
    let people = match step {
        "import" => import(&data, &list, Mode::New, &source, &Columns::default())?.new,
        "update" => import(&data, &list, Mode::Update, &source, &Columns::default())?.unchanged,
        _ => Writable::personas(&data, &list)?.len() as u64,
    };
    let seconds = begun.elapsed().as_secs_f64();
    let processor = processor_seconds();
    let memory = peak_mebibytes("self")?;
    say(&format!(
        "{step}: {people} people in {seconds:.1} s, {processor:.1} s of a processor, peak memory {memory} MiB"
    ))
}

/// User and system time of this process.
fn processor_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// An export of the older form of Apollo: one row in a hundred is a duplicate, one in fifty has bounced, and 20 work at a
/// company.
fn generate(path: &Path, leads: usize) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(
        out,
        "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Seniority,First Phone,# Employees,\
         Industry,Person Linkedin Url,Website,City,State,Country,Email Sent,Email Open,Email Bounced,Replied,Demoed"
    )?;
    for number in 0..leads {
        let person = if number % 100 == 99 { number - 1 } else { number };
        let (company, bounced) = (person / 20, person % 50 == 7);
        writeln!(
            out,
            "Zoë{person},Example{person},Head of IT,\"Firm {company}, Ltd\",Firm {company},p{person}@firm{company}.example,\
             Verified,Head,+47 55 {person},{},shipping,https://www.linkedin.com/in/p{person},https://firm{company}.example,\
             Bergen,Vestland,Norway,true,false,{bounced},false,false",
            company % 5_000
        )?;
    }
    out.flush()?;
    Ok(())
}

/// `VmHWM`: the most memory that a process has had in use.
fn peak_mebibytes(process: &str) -> Outcome<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the system tells no peak")?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes.div_ceil(1024))
}

fn say(line: &str) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
