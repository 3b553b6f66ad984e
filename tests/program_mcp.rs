//! The tools of `rejoinder mcp`, by a real client of the protocol.

#[path = "support/program.rs"]
mod program;

use program::Place;
use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::RunningService;
use rmcp::transport::TokioChildProcess;
use rmcp::{RoleClient, ServiceExt};
use serde_json::{Value, json};

struct Agent(RunningService<RoleClient, ()>);

impl Agent {
    async fn of(place: &Place) -> Self {
        let command = tokio::process::Command::from(place.command(&["mcp", "--data-dir", "data"]));
        Agent(().serve(TokioChildProcess::new(command).unwrap()).await.unwrap())
    }

    async fn call(&self, tool: &str, arguments: Value) -> (bool, String) {
        let arguments = arguments.as_object().unwrap().clone();
        let call = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        let result: CallToolResult = self.0.call_tool(call).await.unwrap();
        let text: Vec<String> =
            result.content.iter().filter_map(|content| Some(content.as_text()?.text.clone())).collect();
        (result.is_error != Some(true), text.join("\n"))
    }

    async fn ok(&self, tool: &str, arguments: Value) -> String {
        let (is_ok, said) = self.call(tool, arguments).await;
        assert!(is_ok, "{tool}: {said}");
        // An agent's memory is small.
        assert!(said.chars().count() < 9_000, "{tool}: {} characters", said.chars().count());
        said
    }

    async fn refused(&self, tool: &str, arguments: Value, part: &str) {
        let (is_ok, said) = self.call(tool, arguments).await;
        assert!(!is_ok && said.contains(part), "{tool}: {said}");
    }

    /// Starts a job; its id.
    async fn start(&self, tool: &str, arguments: Value) -> String {
        let started = self.ok(tool, arguments).await;
        started.split("job ").nth(1).unwrap().split('.').next().unwrap().to_owned()
    }

    /// Waits until a job has answers; what is said of it then.
    async fn once_under_way(&self, id: &str) -> String {
        for _ in 0..600 {
            let said = self.ok("job", json!({ "id": id })).await;
            if said.contains("call") && !said.contains("not begun yet") {
                return said;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("job {id} does not begin");
    }

    /// Starts a job and waits for its end.
    async fn done(&self, tool: &str, arguments: Value) -> String {
        let id = self.start(tool, arguments).await;
        for _ in 0..12 {
            let said = self.ok("job", json!({ "id": id, "wait_seconds": 50 })).await;
            if !said.starts_with("Under way") {
                return said;
            }
        }
        panic!("{tool} does not end");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_evaluates_improves_and_reads_what_came_of_it() {
    let place = Place::with_samples();
    let agent = Agent::of(&place).await;
    let tools = agent.0.list_all_tools().await.unwrap();
    let mut names: Vec<String> = tools.iter().map(|tool| tool.name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["check", "evaluate", "export", "improve", "job", "plan", "report", "show", "stop"]);
    assert!(tools.iter().all(|tool| tool.description.as_ref().is_some_and(|text| text.len() > 20)));

    assert!(agent.ok("plan", json!({ "personas": 40, "rate_percent": 20 })).await.contains("40"));
    assert!(agent.ok("check", json!({ "model": "market" })).await.contains("simulated"));
    let evaluate = json!({ "persona_file": "b2b_saas_personas_eval", "messages_per_persona": 1, "model": "market",
        "max_calls": 200 });
    let dry = json!({ "persona_file": "b2b_saas_personas_eval", "model": "market", "dry_run": true });
    assert!(agent.ok("evaluate", dry).await.contains("calls"));
    let said = agent.done("evaluate", evaluate).await;
    assert!(said.starts_with("Done.") && said.contains("Response rate") && said.contains("Results saved to"), "{said}");
    let file = place.files("results").into_iter().find(|name| name.contains("_eval_results_")).unwrap();

    let improve = json!({ "results_file": file, "model": "market", "max_calls": 400, "calls": 120 });
    let said = agent.done("improve", improve).await;
    assert!(said.to_lowercase().contains("simulated"), "{said}");
    assert!(agent.ok("show", json!({})).await.contains("b2b_saas_personas_eval"));
    assert!(agent.ok("show", json!({ "name": file, "messages": 1 })).await.contains("simulated"));
    assert!(agent.ok("report", json!({ "name": file })).await.contains('#'));
    let said = agent.ok("report", json!({ "name": file, "format": "html" })).await;
    assert!(said.contains(".html"), "{said}");
    let said = agent.ok("export", json!({ "name": file, "format": "csv" })).await;
    let path = said.split("Written to ").nth(1).unwrap().split(" (").next().unwrap();
    assert!(std::fs::read_to_string(path).unwrap().starts_with("persona,"), "{path}");
    assert!(agent.ok("export", json!({ "name": file, "format": "prompt" })).await.len() > 100);
    agent.0.cancel().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_may_not_do_is_refused_in_words() {
    let place = Place::with_samples();
    let agent = Agent::of(&place).await;
    let people = "b2b_saas_personas_eval";
    agent.refused("evaluate", json!({ "persona_file": people, "model": "market" }), "max_cost_usd or max_calls").await;
    let outside = json!({ "persona_file": people, "prompt_file": "/etc/hostname", "max_calls": 1 });
    agent.refused("evaluate", outside, "below the folder").await;
    agent.refused("job", json!({ "id": "nobody" }), "there is no job nobody").await;
    agent.refused("stop", json!({ "id": "nobody" }), "there is no job").await;
    agent.refused("show", json!({ "name": "../../etc/passwd" }), "").await;
    agent.refused("show", json!({ "name": "--help" }), "").await;
    agent.refused("report", json!({ "name": "no_such_run" }), "no_such_run").await;
    let model = json!({ "persona_file": people, "model": "nohost/x", "max_calls": 5, "dry_run": true });
    agent.refused("evaluate", model, "no host is called nohost").await;
    // What is not among the parameters cannot be set: where keys go is the user's business.
    let tools = agent.0.list_all_tools().await.unwrap();
    let schemas = serde_json::to_string(&tools).unwrap();
    assert!(!schemas.contains("base_url") && !schemas.contains("key_env"), "{schemas}");
    agent.0.cancel().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_stopped_says_so_and_the_same_call_goes_on() {
    let place = Place::with_samples();
    let agent = Agent::of(&place).await;
    let improve = json!({ "results_file": "b2b_saas_personas_train_results_20250802_144126", "model": "market",
        "max_calls": 100_000, "cycles": 50, "seed": 3 });
    let id = agent.start("improve", improve.clone()).await;
    assert!(agent.once_under_way(&id).await.starts_with("Under way"));
    agent.ok("stop", json!({ "id": id })).await;
    let said = agent.ok("job", json!({ "id": id, "wait_seconds": 50 })).await;
    assert!(said.contains("stopped") || said.contains("Stopping"), "{said}");
    let id = agent.start("improve", improve).await;
    agent.once_under_way(&id).await;
    agent.ok("stop", json!({ "id": id })).await;
    let said = agent.ok("job", json!({ "id": id, "wait_seconds": 50 })).await;
    assert!(said.contains("Going on with run"), "{said}");
    agent.0.cancel().await.unwrap();
}
