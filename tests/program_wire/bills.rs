//! Bills for answers that never came.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::gateway::{Gateway, Response, good};
use super::{PRICES, evaluate, place};

#[test]
fn a_limit_on_cost_holds_where_answers_cannot_be_used() {
    let billed = json!({ "choices": [], "usage": { "prompt_tokens": 300, "completion_tokens": 400 } });
    for bad in [Response::json(200, billed), Response::new(200, "<html>hi</html>")] {
        let sent = AtomicUsize::new(0);
        let gateway = Gateway::start(move |request| match sent.fetch_add(1, Ordering::SeqCst) % 3 {
            0 => good(request),
            _ => bad.clone(),
        });
        let place = place(24);
        place.write("rejoinder.toml", PRICES);
        // Each call may cost some half a cent.
        let ran = evaluate(&place, &gateway, &["--max-cost", "0.03", "--concurrency", "1"]);
        assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
        assert!(gateway.calls() <= 12, "{} calls\n{}", gateway.calls(), ran.out);
        assert!(ran.err.contains("may bill answers that cannot be used"), "{}", ran.err);
    }
}
