//! `rejoinder.toml` and `.env` with anything in them, through the program: it works, or says in one line what is wrong,
//! and repeats no value, since any may be a key.

#[path = "support/mutate.rs"]
mod mutate;
#[path = "support/program.rs"]
mod program;

use mutate::{cases, damaged};
use program::{Place, Ran};
use proptest::prelude::*;

const CANARY: &str = "sk-canary-S3CR3T-0123456789";

fn check(place: &Place, what: &[u8]) -> Result<(), TestCaseError> {
    // Which model is for the settings to say: each has an address and a key of its own.
    let arguments = ["evaluate", "--persona-file", "b2b_saas_personas_eval", "--dry-run"];
    let ran = Ran::of(&place.command(&arguments).output().unwrap());
    let what = String::from_utf8_lossy(what);
    // 101 would be a panic, none a signal.
    prop_assert!(matches!(ran.code, Some(0 | 2 | 3 | 4 | 6)), "{:?}\n{}\n{}\n{what}", ran.code, ran.out, ran.err);
    if ran.code != Some(0) {
        // Before the error it may be said which lines of .env are left out.
        let is_remark = |line: &&str| line.starts_with("No --prompt-file") || line.contains(" of .env ");
        let lines: Vec<&str> = ran.err.lines().filter(|line| !is_remark(line)).collect();
        prop_assert!(lines.len() == 1 && lines[0].starts_with("error: "), "{:?}\n{what}", ran.err);
    }
    let said = format!("{}{}", ran.out, ran.err);
    prop_assert!(!said.contains("S3CR3T"), "{said}\n{what}");
    prop_assert!(!said.contains('\u{1b}'), "{said:?}");
    Ok(())
}

fn settings() -> Vec<u8> {
    format!("{}\napi_key = \"{CANARY}\"\n", include_str!("../docs/rejoinder.toml")).into_bytes()
}

/// A settings file of keys that there are with values of any kind.
fn written() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "data_dir",
        "model",
        "generator",
        "improver",
        "base_url",
        "anthropic_base_url",
        "decision_prompt",
        "prompt_file",
        "concurrency",
        "timeout",
        "retries",
        "effort.improver",
        "max_tokens.generator",
        "prices.market.input",
        "api_key",
    ]);
    let value = prop_oneof![
        "-?[0-9]{1,22}",
        "\"[a-z/:@.?#0-9]{0,24}\"",
        "(true|nan|-inf|1e400|\\[\\]|\\{\\}|1979-05-27)",
        "\\PC{0,12}",
    ];
    // Where keys are pasted by mistake: a setting that there is not, and a part of an address.
    let key_in_it = prop::sample::select(vec![
        format!("api_key = \"{CANARY}\"\n"),
        format!("model = \"openai/x\"\nbase_url = \"https://me:{CANARY}@host.example/\"\n"),
        format!("model = \"openai/x\"\nbase_url = \"https://host.example/?key={CANARY}\"\n"),
        format!("anthropic_base_url = \"https://{CANARY}@host.example\"\n"),
        String::new(),
    ]);
    let lines = prop::collection::vec((key, value), 0..4)
        .prop_map(|pairs| pairs.iter().map(|(key, value)| format!("{key} = {value}\n")).collect::<String>());
    (key_in_it, lines).prop_map(|(first, rest)| first + &rest)
}

fn environment() -> Vec<u8> {
    format!(
        "# keys\nexport ANTHROPIC_API_KEY={CANARY}\nOPENAI_API_KEY='{CANARY}'\nY=\"two\"\n\
         ANTHROPIC_BASE_URL=http://me:{CANARY}@127.0.0.1:1\nREJOINDER_CONCURRENCY=4\nEMPTY=\nX=${{HOME}}\n"
    )
    .into_bytes()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn a_damaged_settings_file_is_used_or_refused_in_one_line(bytes in damaged(settings())) {
        let place = Place::with_samples();
        place.write_bytes("rejoinder.toml", &bytes);
        check(&place, &bytes)?;
    }

    #[test]
    fn settings_of_any_kind_are_used_or_refused_in_one_line(text in written()) {
        let place = Place::with_samples();
        place.write("rejoinder.toml", &text);
        check(&place, text.as_bytes())?;
    }

    #[test]
    fn a_damaged_dotenv_is_used_or_refused_in_one_line(bytes in damaged(environment())) {
        let place = Place::with_samples();
        place.write_bytes(".env", &bytes);
        check(&place, &bytes)?;
    }
}
