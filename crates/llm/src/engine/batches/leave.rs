//! What becomes of batches that are under way when the run is to stop.

use super::Batches;
use super::collect::Sent;
use super::create::host;
use crate::call::stop::Why;
use crate::event::Event;
use crate::model::batching::DAYS_KEPT;

/// Names that are listed.
const LISTED: usize = 3;

impl Batches {
    /// Leaves batches to themselves, or cancels them where the person says so.
    pub(super) async fn leave(&self, sent: &[Sent]) {
        if sent.is_empty() {
            return;
        }
        let requests: usize = sent.iter().map(|sent| sent.pending.len()).sum();
        let what = format!(
            "{} with {}",
            count(sent.len(), "message batch", "message batches"),
            count(requests, "request", "requests")
        );
        let names = names(sent);
        let is_asked = self.stop.why() == Some(Why::Asked);
        if let Some(question) = self.question.as_ref().filter(|_| is_asked) {
            let text = format!(
                "{what} under way ({names}). Cancel? What has been answered by then is paid for either way. Left \
                 alone, they \
                 are collected when the same command is given again, within {DAYS_KEPT} days. [y/N] "
            );
            if question(text).await {
                self.cancel(sent).await;
                return;
            }
        }
        self.events.emit(Event::Warning(format!(
            "{what} left under way ({names}) and paid for: give the same command again within {DAYS_KEPT} days, with \
             --engine batches, to collect what comes back"
        )));
    }

    async fn cancel(&self, sent: &[Sent]) {
        for sent in sent {
            let Ok(host) = host(&sent.caller) else { continue };
            self.events.emit(match host.cancel(&sent.id).await {
                Ok(_) => Event::Note(format!(
                    "Message batch {} is cancelled; what of it was answered is collected when the same command is \
                     given again",
                    sent.id
                )),
                Err(failure) => Event::Warning(format!("message batch {} could not be cancelled: {failure}", sent.id)),
            });
        }
    }
}

fn names(sent: &[Sent]) -> String {
    let mut names: Vec<&str> = sent.iter().take(LISTED).map(|sent| sent.id.as_str()).collect();
    if sent.len() > LISTED {
        names.push("…");
    }
    names.join(", ")
}

/// `1 request`, `2 requests`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
