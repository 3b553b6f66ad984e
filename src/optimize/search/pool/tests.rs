use super::*;
use crate::improve::parts::MarkedBy;

const OFFER: &str = "Company: Brackwater\nProduct: Flow, a platform for approvals and data entry";

fn pool(advice: &[&str]) -> Pool {
    let parts = PromptParts::whole(MarkedBy::Nobody, OFFER);
    Pool::new(&parts, &parts.compose(advice))
}

fn items(lines: &[&str]) -> Vec<Item> {
    lines.iter().map(|line| Item::bare(line)).collect()
}

#[test]
fn the_lines_of_challengers_are_kept_once_and_prompts_are_put_together_from_them() {
    let mut pool = pool(&["Keep it under 110 words."]);
    pool.add(&items(&["Keep it under 110 words.", "Ask for ten minutes at most."]));
    pool.add(&items(&["Ask for ten minutes at most.", "Explain in one sentence how the product works."]));
    assert_eq!(pool.lines.len(), 3);
    assert_eq!(pool.own(), [0]);
    assert_eq!(pool.ideas.iter().map(|idea| idea.proposals).collect::<Vec<_>>(), [IN_USE, 2, 1]);
    assert_eq!(
        pool.prompt(&[1, 2]).as_ref(),
        format!(
            "{OFFER}\n\n## Advice\n- Ask for ten minutes at most.\n- Explain in one sentence how the product works."
        )
    );
    let pool = pool.longest(130);
    assert!(pool.fits(&[1]) && !pool.fits(&[1, 2]));
}

#[test]
fn lines_that_a_model_put_together_are_one_idea_and_each_challenger_counts_once_for_it() {
    let mut pool = pool(&[]);
    pool.add(&items(&["Ask for ten minutes at most.", "Close with one small question."]));
    pool.add(&items(&["Close with one small question.", "Praise the reader."]));
    assert_eq!(pool.unsorted().len(), 3);
    pool.sort(&[("small ask".into(), vec![0, 1]), ("unknown line".into(), vec![9])]);
    assert_eq!(pool.lines.iter().map(|line| line.idea).collect::<Vec<_>>(), [0, 0, 2]);
    assert_eq!((pool.ideas[0].name.as_str(), pool.names().len()), ("small ask", 1));
    assert!(pool.unsorted().is_empty());
    pool.add(&items(&["Make it clear that one line is enough."]));
    let before = pool.ideas[0].proposals;
    pool.sort(&[("small ask".into(), vec![0])]);
    assert_eq!((pool.lines[3].idea, pool.ideas[0].proposals), (0, before + 1));
}

#[test]
fn what_one_message_cannot_follow_at_once_never_stands_in_one_prompt() {
    let mut pool = pool(&["Propose a meeting."]);
    for lines in
        [["Ask for no meeting yet.", "Name a price."], ["Do not ask for a meeting at first.", "Give the price."]]
    {
        pool.add(&items(&lines));
    }
    pool.sort(&[("meeting".into(), vec![0]), ("no meeting yet".into(), vec![1, 3]), ("price".into(), vec![2, 4])]);
    assert_eq!(pool.consensus().len(), 3);
    pool.keep_apart(&[
        ("no meeting yet".into(), "meeting".into()),
        ("price".into(), "price".into()),
        ("price".into(), "nothing".into()),
    ]);
    let consensus = pool.consensus();
    assert_eq!(consensus.len(), 2);
    assert_eq!(pool.conflicts_of(pool.lines[0].idea), [pool.lines[1].idea]);
    assert!(pool.conflict_with(0, &[1]) && !pool.conflict_with(2, &[0, 1]));
    let model = super::super::model::Model::learn(&pool, &[]).unwrap();
    let mut rng = rand::SeedableRng::seed_from_u64(1);
    for _ in 0..50 {
        let drawn = model.draw(&pool, &mut rng);
        if let super::super::model::Candidate::Lines(lines) = drawn {
            assert!(lines.iter().all(|line| !pool.conflict_with(*line, &lines)), "{lines:?}");
        }
    }
}

#[test]
fn what_several_challengers_propose_for_a_prompt_that_lacks_it_is_the_consensus_in_its_shortest_wording() {
    let mut pool = pool(&["Be brief."]);
    for lines in [&["Ask for ten minutes at the very most."][..], &["Ask for ten minutes."], &["Praise the reader."]] {
        pool.add(&items(&[&["Be brief."], lines].concat()));
    }
    pool.sort(&[("brevity".into(), vec![0]), ("small ask".into(), vec![1, 2]), ("praise".into(), vec![3])]);
    assert_eq!(pool.consensus(), [0, 2]);
    let [brevity, small_ask, praise] = [0, 2, 3].map(|line| pool.lines[line].idea);
    assert!(pool.is_own(brevity) && !pool.is_own(praise));
    assert_eq!((pool.share(small_ask), pool.share(praise), pool.chances(brevity)), (0.4, 0.2, 0));
    // What stands in the prompt that a challenger was written for, it has not proposed; what it leaves out, it has
    // dropped.
    pool.show(&["Be brief.".into(), "Ask for ten minutes.".into()]);
    pool.add(&items(&["Ask for ten minutes.", "Name a price."]));
    assert_eq!((pool.ideas[small_ask].proposals, pool.chances(small_ask), pool.chances(praise)), (2, 3, 4));
    assert_eq!((pool.dropped(brevity), pool.dropped(small_ask)), (0.2, 0.0));
}

#[test]
fn names_that_came_with_the_lines_sort_them_where_no_reader_does() {
    let mut pool = pool(&[]);
    let named = |text: &str, name: &str| Item { name: name.into(), ..Item::bare(text) };
    pool.add(&[named("Um eine kurze Antwort bitten.", "Kleine Bitte"), named("Sachlich bleiben.", "")]);
    pool.add(&[named("Mit einer einzigen Frage schließen.", "kleine bitte")]);
    pool.sort_by_proposed_names();
    assert_eq!(pool.lines.iter().map(|line| line.idea).collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!(pool.names(), ["Kleine Bitte"]);
}
