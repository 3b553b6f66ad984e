//! Which host and key a command uses, and what it says where there is none.

use super::*;

#[test]
fn without_a_key_the_error_says_so_and_names_the_ways_to_go_on() {
    let place = Place::with_samples();
    let ran = place.run(&["improve", "--results-file", FIRST]);
    assert_eq!(ran.code, Some(4));
    insta::assert_snapshot!(ran.err, @"error: ANTHROPIC_API_KEY is not set, and anthropic/claude-sonnet-5-5 needs it. Set it in the environment or in .env, or work without a key: --model market (simulated), or --model ollama/NAME (a server on this machine)");
    assert_eq!(ran.out, "");
    assert!(!place.files("results").iter().any(|name| name.contains("improvement")), "it fell back silently");
}

#[test]
fn a_host_that_nobody_serves_is_a_model_error_that_names_it() {
    let place = Place::with_samples();
    let ran = place.run(&[
        "improve",
        "--results-file",
        FIRST,
        "--model",
        "ollama/x",
        "--base-url",
        "http://127.0.0.1:9/v1",
        "--retries",
        "0",
    ]);
    assert_eq!(ran.code, Some(9));
    assert!(ran.err.contains("127.0.0.1:9"), "{}", ran.err);
}

#[test]
fn flags_go_before_the_environment_the_environment_before_dotenv_and_that_before_the_settings_file() {
    let place = Place::with_samples();
    // Each layer names a market of its own; the file tells which one was used.
    let used = |place: &Place, flags: &[&str], environment: Option<&str>| {
        for name in place.files("results").iter().filter(|name| name.contains("improvement")) {
            std::fs::remove_file(place.data().join("results").join(name)).unwrap();
        }
        let mut arguments = vec!["improve", "--results-file", FIRST, "--quiet"];
        arguments.extend(flags);
        let mut command = place.command(&arguments);
        if let Some(model) = environment {
            command.env("REJOINDER_MODEL", model);
        }
        let ran = Ran::of(&command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let file = place.json("results/b2b_saas_personas_train_results_improvement_run_v1.json");
        file["metadata"]["rejoinder"]["models"]["generator"].as_str().unwrap().to_owned()
    };
    place.write("rejoinder.toml", "model = \"market/2\"\n");
    assert_eq!(used(&place, &[], None), "market/2");
    place.write(".env", "REJOINDER_MODEL=market/3\n");
    assert_eq!(used(&place, &[], None), "market/3");
    assert_eq!(used(&place, &[], Some("market/4")), "market/4");
    assert_eq!(used(&place, &["--model", "market/5"], Some("market/4")), "market/5");
    assert_eq!(used(&place, &["--model", "market/5", "--generator", "market/6"], None), "market/6");
}

#[test]
fn a_key_appears_nowhere() {
    const CANARY: &str = "sk-ant-canary-7f3a9c";
    let market = MarketProcess::start(&["--require-key", "another"]);
    let place = Place::with_samples();
    let mut everything = String::new();
    for arguments in [
        vec!["improve", "--results-file", FIRST, "--verbose"],
        vec!["improve", "--results-file", FIRST, "--dry-run"],
        vec!["evaluate", "--persona-file", "b2b_saas_personas_eval", "--model", "openai/x", "--verbose"],
        vec!["improve", "--results-file", FIRST, "--timeout", "0"],
    ] {
        let output = place
            .command(&arguments)
            .env("ANTHROPIC_API_KEY", CANARY)
            .env("OPENAI_API_KEY", CANARY)
            .env("ANTHROPIC_BASE_URL", &market.url)
            .env("OPENAI_BASE_URL", format!("{}/v1", market.url))
            .env("RUST_BACKTRACE", "full")
            .output()
            .unwrap();
        let ran = Ran::of(&output);
        everything.push_str(&ran.out);
        everything.push_str(&ran.err);
    }
    place.write(".env", &format!("ANTHROPIC_API_KEY \"{CANARY}\nfoo"));
    let broken = place.run(&["show"]);
    assert_eq!(broken.code, Some(0), "{}", broken.err);
    assert!(broken.err.contains("lines 1, 2 of .env are not NAME=VALUE"), "{}", broken.err);
    everything.push_str(&broken.err);
    std::fs::remove_file(place.root().join(".env")).unwrap();
    for folder in ["results", "messages", "personas"] {
        for name in place.files(folder) {
            everything.push_str(&std::fs::read_to_string(place.data().join(folder).join(name)).unwrap());
        }
    }
    assert!(everything.len() > 1_000 && !everything.contains(CANARY) && !everything.contains("canary-7f3a9c"));
}
