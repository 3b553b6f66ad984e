//! How well models read for us: recorded answers of a strong model to the requests of today, replayed. A change of a prompt or
//! of a request shows as missing answers; `docs/benchmarks.md` says how to record them anew.

#[path = "support/reading/mod.rs"]
mod reading;

use reading::labelled::{self, Message};
use reading::score::{Score, Share, touches};

/// Audits all of them; fails where an answer is missing.
async fn audited(name: &str, all: &[Message]) -> Score {
    let model = reading::recorded(name, None);
    let audits = reading::audit(&model, &all.iter().collect::<Vec<_>>()).await;
    assert_eq!(model.missing(), Vec::<String>::new(), "requests of {name} without a recorded answer");
    assert_eq!(model.stale(), Vec::<String>::new(), "recorded answers of {name} to no request");
    let mut score = Score::default();
    for (message, audit) in all.iter().zip(&audits) {
        score.add(message, audit.as_ref());
    }
    score
}

#[tokio::test]
async fn a_strong_auditor_catches_the_lies_of_the_battery_and_accuses_hardly_any_honest_message() {
    let score = audited("battery", &labelled::battery()).await;
    assert!(score.caught.share() >= 0.98 && score.accused.share() <= 0.05, "{score}");
    assert!(score.precision() >= 0.95 && score.passages.share() >= 0.95 && score.not_checked == 0, "{score}");
}

#[tokio::test]
async fn a_strong_auditor_tells_chatter_from_messages_of_five_languages() {
    let score = audited("remarks", &labelled::remarks()).await;
    assert!((score.caught.0.len(), score.accused.0.len()) == (5, 5) && score.not_checked == 0, "{score}");
    assert!(score.caught.share() >= 1.0 && score.passages.share() >= 1.0 && score.accused.count() == 0, "{score}");
}

#[tokio::test]
async fn a_strong_auditor_catches_all_lies_of_messages_that_others_labelled_and_accuses_two_honest_ones_at_most() {
    let Some(folder) = labelled::shared() else { return };
    let score = audited("claims", &labelled::claims(&folder)).await;
    assert!(score.caught.share() >= 1.0 && score.accused.count() <= 2, "{score}");
}

#[tokio::test]
async fn what_rules_once_accused_wrongly_is_left_alone_and_what_was_made_up_is_mostly_found() {
    let Some(folder) = labelled::shared() else { return };
    let drafts = labelled::accused(&folder);
    let model = reading::recorded("accused", None);
    let audits = reading::audit(&model, &drafts.iter().map(|draft| &draft.message).collect::<Vec<_>>()).await;
    assert_eq!(model.missing(), Vec::<String>::new(), "requests without a recorded answer");
    assert_eq!(model.stale(), Vec::<String>::new(), "recorded answers to no request");
    let (mut supported, mut unsupported) = (Share::default(), Share::default());
    for (draft, audit) in drafts.iter().zip(&audits) {
        let audit = audit.as_ref().expect("an audit");
        for passage in &draft.passages {
            match passage.label.as_str() {
                "supported" => supported.0.push(touches(audit, passage.span)),
                "unsupported" => unsupported.0.push(touches(audit, passage.span)),
                _ => {}
            }
        }
    }
    assert!(supported.0.len() == 46 && supported.count() <= 2, "{supported}");
    // The one that is missed mentions an earlier talk in passing.
    assert!(unsupported.0.len() == 3 && unsupported.count() >= 2, "{unsupported}");
}

#[test]
fn without_a_model_no_honest_message_is_accused_and_nothing_is_called_grounded() {
    let mut score = Score::default();
    let mut all = labelled::battery();
    all.extend(labelled::shared().map(|folder| labelled::claims(&folder)).unwrap_or_default());
    for message in &all {
        let audit = reading::audit_by_code(message);
        assert_ne!(audit.grounding(), rejoinder::evaluate::grounding::Grounding::Grounded, "{}", message.id);
        score.add(message, Some(&audit));
    }
    assert!(score.accused.share() <= 0.02, "{score}");
}

#[tokio::test]
async fn a_strong_sorter_finds_most_objections_that_others_labelled() {
    let Some(folder) = labelled::shared() else { return };
    let model = reading::recorded("objections", None);
    let sorted = reading::objections::sort(&model, &labelled::reasonings(&folder)).await;
    assert_eq!(model.missing(), Vec::<String>::new(), "requests without a recorded answer");
    assert_eq!(model.stale(), Vec::<String>::new(), "recorded answers to no request");
    assert!(sorted.score.f1() >= 0.79 && sorted.score.main.share() >= 0.84, "{}", sorted.score);
}
