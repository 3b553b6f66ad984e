//! Hosts of one's own, one for each role if need be, and what is said where something is missing.

#[path = "support/program.rs"]
mod program;

use program::{MarketProcess, Place, Ran};

fn evaluate(place: &Place, models: &[&str], variables: &[(&str, &str)]) -> Ran {
    let arguments = ["evaluate", "--persona-file", "b2b_saas_personas_eval", "--messages-per-persona", "1"];
    let mut command = place.command(&[&arguments[..], models].concat());
    command.envs(variables.iter().copied());
    Ran::of(&command.output().unwrap())
}

/// Names of variables and settings that an error has to give.
fn line(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
    for part in parts {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    assert_eq!(ran.err.trim().lines().filter(|line| line.starts_with("error")).count(), 1, "{}", ran.err);
}

#[test]
fn every_role_can_have_a_host_of_its_own() {
    let place = Place::with_samples();
    let (writes, decides) =
        (MarketProcess::start(&["--require-key", "one"]), MarketProcess::start(&["--require-key", "two"]));
    let settings = format!(
        "generator = \"writer/m\"\ndecision_maker = \"judge/m\"\n\
         [hosts.writer]\nbase_url = \"{}\"\nwire = \"messages\"\nkey_env = \"WRITER_KEY\"\nkey_header = \"bearer\"\n\
         [hosts.judge]\nbase_url = \"{}/v1\"\nkey_env = \"JUDGE_KEY\"\nkey_header = \"api-key\"\n\
         query = {{ api-version = \"1\" }}\nprice = {{ input = 1, output = 2 }}\n",
        writes.url, decides.url
    );
    place.write("rejoinder.toml", &settings);
    let keys = [("WRITER_KEY", "one"), ("JUDGE_KEY", "two")];
    let ran = evaluate(&place, &[], &keys);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("10 of 10"), "{}", ran.out);
    // Each key stays with its host: exchanged, both are refused.
    let ran = evaluate(&place, &["--fresh"], &[("WRITER_KEY", "two"), ("JUDGE_KEY", "one")]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
}

#[test]
fn a_decision_model_judges_with_probabilities_and_a_chat_model_gives_the_reasons() {
    let place = Place::with_samples();
    let market = MarketProcess::start(&[]);
    for decider in ["openai-decisions/gpt-6-luna", "systemone/nimble"] {
        let base = format!("{}/v1", market.url);
        let models = ["--model", "openai/m", "--decision-maker", decider, "--base-url", &base];
        let ran = evaluate(&place, &models, &[("OPENAI_API_KEY", "k")]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    }
    let ran = evaluate(&place, &["--model", "market", "--decision-maker", "market/decisions"], &[]);
    assert!(
        ran.out.contains("Mean chance of a yes: ") && ran.out.contains(" (10 decisions of 10 personas), 95% interval ")
    );
    assert!(ran.out.contains("Response rate, a chance of 0.5 or more: "), "{}", ran.out);
    let files = place.files("results");
    let file = files.iter().find(|name| name.contains("_eval_results_")).unwrap();
    let json = place.json(&format!("results/{file}"));
    let decision = &json["results"][0]["messages"][0]["decision"];
    let score = decision["score"].as_f64().unwrap();
    assert_eq!(decision["decision"].as_bool(), Some(score >= 0.5), "{decision}");
    assert!(decision["reasoning"].as_str().unwrap().len() > 10, "{decision}");
    assert_eq!(json["metadata"]["rejoinder"]["models"]["reasoner"], "openai/m");
}

#[test]
fn a_proof_by_a_judge_with_probabilities_is_one_of_the_mean_chance_and_objections_are_asked_about_in_the_same_call() {
    let place = Place::with_samples();
    let first = "b2b_saas_personas_train_results_20250802_144126";
    let improve = ["improve", "--results-file", first, "--model", "market", "--decision-maker", "market/decisions"];
    let run =
        |more: &[&str]| place.ok(&[&improve[..], &["--calls", "600", "--seed", "1", "--no-report"], more].concat());
    let ran = run(&[]);
    assert!(ran.out.contains("  mean chance of a yes: "), "{}", ran.out);
    assert!(ran.out.contains("  gain in the mean chance of a yes: "), "{}", ran.out);
    let name = place.files("results").into_iter().find(|name| name.contains("_improvement_run_v1")).unwrap();
    let file = place.json(&format!("results/{name}"));
    let proof = &file["metadata"]["rejoinder"]["metrics"]["cycle"]["proof"];
    let mean = |side: &str| proof["mean_chance_of_yes"][side]["mean"].as_f64().unwrap();
    assert!(mean("before") > 0.0 && mean("after") < 100.0, "{proof}");
    // What a lineage knows of objections is asked about with the decision, and says why where it is a no.
    let mut decisions =
        file["results"].as_array().unwrap().iter().flat_map(|entry| entry["messages"].as_array().unwrap());
    let asked = decisions.any(|judged| judged["decision"]["objections"].as_object().is_some_and(|held| held.len() > 2));
    assert!(asked || !ran.out.contains("Verdict: adopted"), "{}", ran.out);
}

#[test]
fn a_judge_with_probabilities_is_also_tried_on_quantities_dates_and_negations() {
    let place = Place::with_samples();
    let ran = place.ok(&["audit-judge", "--decision-maker", "market/decisions", "--repeats", "2"]);
    assert!(ran.out.contains("Facts missed: ") && ran.out.contains("24 pairs of messages"), "{}", ran.out);
    // The market reads no facts, and is right by chance.
    assert!(ran.out.contains("facts that decide a message"), "{}", ran.out);
    let file = place.files("judges").pop().unwrap();
    assert_eq!(place.json(&format!("judges/{file}"))["facts_missed"]["total"], 24);
    let plain = place.ok(&["audit-judge", "--decision-maker", "market", "--repeats", "2"]);
    assert!(!plain.out.contains("Facts missed"), "{}", plain.out);
}

#[test]
fn a_check_says_what_each_host_accepts_and_what_to_do() {
    let place = Place::with_samples();
    let market = MarketProcess::start(&["--require-key", "k"]);
    let base = format!("{}/v1", market.url);
    let check = |arguments: &[&str], key: &str| {
        let mut command = place.command(&[&["check", "--base-url", &base][..], arguments].concat());
        Ran::of(&command.env("OPENAI_API_KEY", key).output().unwrap())
    };
    let good = check(&["--model", "openai/gpt-6.1-terra", "--decision-maker", "openai-decisions/gpt-6-luna"], "k");
    assert_eq!(good.code, Some(0), "{}{}", good.out, good.err);
    for part in [
        "Generator: openai/gpt-6.1-terra at http://127.0.0.1:",
        "Decision maker: openai-decisions/gpt-6-luna",
        "schema    obeyed",
        "price     $1 in, $5 out per million tokens (built-in table of 2026-",
        "requests",
        "audit it before you believe it",
    ] {
        assert!(good.out.contains(part), "{part}: {}", good.out);
    }
    let json = check(&["--model", "openai/unknown-model", "--json"], "k");
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        (json.as_array().unwrap().len(), &json[0]["form"], &json[1]["form"]),
        (4, &"not_asked".into(), &"obeyed".into())
    );
    let refused = check(&["--model", "openai/m"], "wrong");
    assert_eq!(refused.code, Some(4), "{}{}", refused.out, refused.err);
    assert!(refused.out.contains("refused the key: check OPENAI_API_KEY in the environment"), "{}", refused.out);
    let listed = place.ok(&["check", "--hosts"]);
    assert!(listed.out.contains("bedrock-claude") && listed.out.contains("GROQ_API_KEY (not set)"), "{}", listed.out);
}

#[test]
fn what_is_missing_is_said_in_one_line_before_anything_is_sent() {
    let place = Place::with_samples();
    let model = |id: &str| evaluate(&place, &["--model", id], &[]);
    line(&model("groq/llama"), 4, &["GROQ_API_KEY is not set", "groq/llama"]);
    line(&model("grok/x"), 2, &["no host is called grok (did you mean groq?)", "[hosts.grok]"]);
    line(&model("bedrock/x"), 2, &["needs a region", "AWS_REGION", "[hosts.bedrock]"]);
    line(&model("azure/x"), 2, &["needs a resource", "AZURE_OPENAI_ENDPOINT"]);
    line(&model("openai-decisions/gpt-6-luna"), 2, &["writes no text", "the generator needs another model"]);
    let lan = evaluate(&place, &["--model", "ollama/m", "--base-url", "http://192.168.1.20:11434/v1"], &[]);
    line(&lan, 2, &["allow_http = true", "[hosts.NAME]"]);
    place.write("rejoinder.toml", "[hosts.gate]\nbase_url = \"https://x\"\nkey = \"sk-canary\"\n");
    let ran = model("market");
    line(&ran, 2, &["line 3", "unknown field `key`"]);
    assert!(!ran.err.contains("canary"), "{}", ran.err);
}

#[test]
fn plain_http_to_another_machine_is_for_hosts_whose_owner_says_so() {
    let place = Place::with_samples();
    place.write("rejoinder.toml", "[hosts.ollama]\nbase_url = \"http://192.168.1.20:11434/v1\"\nallow_http = true\n");
    let ran = evaluate(&place, &["--model", "ollama/m", "--dry-run"], &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
}

#[test]
fn an_unknown_price_is_said_to_be_unknown_and_a_known_one_has_a_date() {
    let place = Place::with_samples();
    let dry = |id: &str| evaluate(&place, &["--model", id, "--dry-run"], &[]);
    let known = dry("mistral/mistral-large-latest");
    assert!(known.out.contains('$') && known.out.contains("2026-"), "{}", known.out);
    let unknown = dry("openrouter/some/model");
    assert!(!unknown.out.contains("$0"), "{}", unknown.out);
    let limited = evaluate(&place, &["--model", "openrouter/some/model", "--max-cost", "1", "--dry-run"], &[]);
    line(&limited, 2, &["--max-cost needs the price of openrouter/some/model"]);
}
