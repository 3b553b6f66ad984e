//! What a person reads at the end of a cycle and of a comparison, whole.

use std::collections::BTreeMap;
use std::time::Duration;

use rejoinder::call::Used;
use rejoinder::compare::{Comparison, Rate, Tally};
use rejoinder::data::Map;
use rejoinder::data::provenance::FailedTrial;
use rejoinder::model::{Role, Usage};
use rejoinder::optimize::before::judges::{Judges, RecordedJudge, Side};
use rejoinder::report::summary::{self, CycleSummary, Names, Spent};

type Pair = (Tally, Tally);

fn tally(yes: u64, total: u64) -> Tally {
    Tally { yes, total }
}

/// Personas with one message before and one after: how many said yes twice, no then yes, yes then no, no twice.
fn singles(yes_yes: usize, no_yes: usize, yes_no: usize, no_no: usize) -> Vec<Pair> {
    let pair = |before, after, count| std::iter::repeat_n((tally(before, 1), tally(after, 1)), count);
    pair(1, 1, yes_yes).chain(pair(0, 1, no_yes)).chain(pair(1, 0, yes_no)).chain(pair(0, 0, no_no)).collect()
}

fn real(pairs: &[Pair]) -> Comparison {
    Comparison::from_pairs(pairs)
}

fn simulated(pairs: &[Pair]) -> Comparison {
    Comparison::from_pairs(pairs).marked(true, true)
}

fn cycle(comparison: &Comparison, judges: &Judges, reasons: &[&str]) -> String {
    let failures: Vec<FailedTrial> = reasons
        .iter()
        .enumerate()
        .map(|(persona, reason)| FailedTrial {
            persona,
            message: 0,
            stage: "decide".into(),
            reason: (*reason).into(),
            text: None,
            extra: Map::new(),
        })
        .collect();
    let usage = Usage { input_tokens: 21_000, output_tokens: 6_400, ..Usage::default() };
    let used = BTreeMap::from([(Role::DecisionMaker, Used { calls: 33, retries: 1, usage, ..Used::default() })]);
    summary::details(&CycleSummary {
        story: None,
        comparison: Some(comparison),
        judges,
        failures: &failures,
        search_failures: &[],
        partial: None,
        spent: Spent {
            used: &used,
            cost: Some(if comparison.improved.simulated { 0.0 } else { 0.42 }),
            elapsed: Duration::from_secs(42),
            simulated: comparison.improved.simulated,
        },
        file: "data/results/x_improvement_run_v1.json",
    })
}

fn lines(comparison: &Comparison, judges: &Judges) -> String {
    summary::before_after(comparison, judges, Names::AnyTwo { a: "x_results", b: "y_results" }).join("\n")
}

#[test]
fn a_clear_gain_on_the_market_reads_well() {
    insta::assert_snapshot!(cycle(&simulated(&singles(9, 15, 1, 15)), &Judges::Same, &[]), @r"
    ============================================================
    DETAILS
    ============================================================
    Original response rate: 25.0% (10 of 40), 95% interval 14.2% to 40.2%, simulated
    Improved response rate: 60.0% (24 of 40), 95% interval 44.6% to 73.7%, simulated
    Absolute improvement: +35.0 percentage points
    Relative improvement: +140.0%
    Interval of the change: +17.4 to +52.6 points (95%, paired by persona, 40 personas)
    Personas that flipped: 15 to yes, 1 to no
    On these people: better, and not by luck alone (the interval lies above 0)
    Measured on: the personas whose answers the improver read, which may flatter the new prompt
    Judged by: the same decision maker, before and after
    Failed trials: none
    Tokens: 21,000 in, 6,400 out, in 33 calls, 1 send repeated
    Cost: nothing, the market is simulated
    Time: 42 s
    ============================================================
    ");
}

#[test]
fn a_clear_gain_with_real_models_does_not_say_simulated() {
    let text = cycle(&real(&singles(4, 10, 0, 2)), &Judges::Same, &[]);
    assert!(!text.contains("simulated"));
    insta::assert_snapshot!(text, @r"
    ============================================================
    DETAILS
    ============================================================
    Original response rate: 25.0% (4 of 16), 95% interval 10.2% to 49.5%
    Improved response rate: 87.5% (14 of 16), 95% interval 64.0% to 96.5%
    Absolute improvement: +62.5 percentage points
    Relative improvement: +250.0%
    Interval of the change: +32.4 to +92.6 points (95%, paired by persona, 16 personas)
    Personas that flipped: 10 to yes, 0 to no
    On these people: better, and not by luck alone (the interval lies above 0)
    Measured on: the personas whose answers the improver read, which may flatter the new prompt
    Judged by: the same decision maker, before and after
    Failed trials: none
    Tokens: 21,000 in, 6,400 out, in 33 calls, 1 send repeated
    Cost: $0.42
    Time: 42 s
    ============================================================
    ");
}

#[test]
fn an_unchanged_rate_reads_well() {
    insta::assert_snapshot!(cycle(&real(&singles(6, 2, 2, 6)), &Judges::Same, &[]), @r"
    ============================================================
    DETAILS
    ============================================================
    Original response rate: 50.0% (8 of 16), 95% interval 28.0% to 72.0%
    Improved response rate: 50.0% (8 of 16), 95% interval 28.0% to 72.0%
    Absolute improvement: none, the rate is unchanged
    Relative improvement: none
    Interval of the change: -29.0 to +29.0 points (95%, paired by persona, 16 personas)
    Personas that flipped: 2 to yes, 2 to no
    On these people: undecided, no change on the whole, but on 16 personas one of up to 29.0 points could hide
    Measured on: the personas whose answers the improver read, which may flatter the new prompt
    Judged by: the same decision maker, before and after
    Failed trials: none
    Tokens: 21,000 in, 6,400 out, in 33 calls, 1 send repeated
    Cost: $0.42
    Time: 42 s
    ============================================================
    ");
}

#[test]
fn an_original_of_nothing_reads_well() {
    insta::assert_snapshot!(cycle(&real(&singles(0, 7, 0, 9)), &Judges::Same, &[]), @r"
    ============================================================
    DETAILS
    ============================================================
    Original response rate: 0.0% (0 of 16), 95% interval 0.0% to 19.4%
    Improved response rate: 43.8% (7 of 16), 95% interval 23.1% to 66.8%
    Absolute improvement: +43.8 percentage points
    Relative improvement: undefined, the earlier rate is 0%
    Interval of the change: +14.1 to +73.4 points (95%, paired by persona, 16 personas)
    Personas that flipped: 7 to yes, 0 to no
    On these people: better, and not by luck alone (the interval lies above 0)
    Measured on: the personas whose answers the improver read, which may flatter the new prompt
    Judged by: the same decision maker, before and after
    Failed trials: none
    Tokens: 21,000 in, 6,400 out, in 33 calls, 1 send repeated
    Cost: $0.42
    Time: 42 s
    ============================================================
    ");
}

#[test]
fn an_original_that_everybody_liked_and_one_fewer_after_it_reads_well() {
    insta::assert_snapshot!(cycle(&real(&singles(15, 0, 1, 0)), &Judges::Same, &[]), @r"
    ============================================================
    DETAILS
    ============================================================
    Original response rate: 100.0% (16 of 16), 95% interval 80.6% to 100.0%
    Improved response rate: 93.8% (15 of 16), 95% interval 71.7% to 98.9%
    Absolute improvement: -6.2 percentage points
    Relative improvement: -6.2%
    Interval of the change: -26.6 to +14.1 points (95%, paired by persona, 16 personas)
    Personas that flipped: 0 to yes, 1 to no
    On these people: undecided, the original had nothing left to gain on these personas, and a fall of this size may be luck; a stricter judge or more personas would tell
    Measured on: the personas whose answers the improver read, which may flatter the new prompt
    Judged by: the same decision maker, before and after
    Failed trials: none
    Tokens: 21,000 in, 6,400 out, in 33 calls, 1 send repeated
    Cost: $0.42
    Time: 42 s
    ============================================================
    ");
}

#[test]
fn an_original_that_everybody_liked_and_nobody_after_it_is_worse() {
    insta::assert_snapshot!(cycle(&real(&singles(0, 0, 16, 0)), &Judges::Same, &[]), @r"
    ============================================================
    DETAILS
    ============================================================
    Original response rate: 100.0% (16 of 16), 95% interval 80.6% to 100.0%
    Improved response rate: 0.0% (0 of 16), 95% interval 0.0% to 19.4%
    Absolute improvement: -100.0 percentage points
    Relative improvement: -100.0%
    Interval of the change: -100.0 to -77.0 points (95%, paired by persona, 16 personas)
    Personas that flipped: 0 to yes, 16 to no
    On these people: worse, and not by luck alone (the interval lies below 0)
    Measured on: the personas whose answers the improver read, which may flatter the new prompt
    Judged by: the same decision maker, before and after
    Failed trials: none
    Tokens: 21,000 in, 6,400 out, in 33 calls, 1 send repeated
    Cost: $0.42
    Time: 42 s
    ============================================================
    ");
}

#[test]
fn older_real_messages_decided_again_by_the_market_show_both_rates_each_with_its_own_mark() {
    let recorded: Vec<Tally> = (0..16).map(|persona| tally(u64::from(persona < 11), 1)).collect();
    let judges = Judges::DecidedAgain {
        side: Side::Before,
        recorded: Rate::from_tallies(&recorded),
        by: RecordedJudge::Unknown,
    };
    insta::assert_snapshot!(cycle(&simulated(&singles(3, 6, 1, 6)), &judges, &[]), @r"
    ============================================================
    DETAILS
    ============================================================
    Original response rate: 25.0% (4 of 16), 95% interval 10.2% to 49.5%, simulated
    Improved response rate: 56.2% (9 of 16), 95% interval 33.2% to 76.9%, simulated
    Absolute improvement: +31.2 percentage points
    Relative improvement: +125.0%
    Interval of the change: -1.4 to +63.9 points (95%, paired by persona, 16 personas)
    Personas that flipped: 6 to yes, 1 to no
    On these people: undecided, a change of this size on 16 personas may be luck (the interval holds 0)
    Measured on: the personas whose answers the improver read, which may flatter the new prompt
    Judged by: one decision maker, before and after; the older file records 68.8% (11 of 16), 95% interval 44.4% to 85.8%, its judge is unknown
    Failed trials: none
    Tokens: 21,000 in, 6,400 out, in 33 calls, 1 send repeated
    Cost: nothing, the market is simulated
    Time: 42 s
    ============================================================
    ");
}

#[test]
fn failed_trials_are_grouped_by_reason_whatever_their_request_ids() {
    let reasons = [
        "529 overloaded_error: Overloaded (request req_a1)",
        "529 overloaded_error: Overloaded (request req_b2)",
        "429 rate_limit_error: slow down (please) (request req_c3)",
        "the answer has no decision (asked 3 times)",
    ];
    let mut pairs = singles(4, 6, 0, 2);
    pairs.extend([(tally(1, 1), tally(0, 0)); 4]);
    insta::assert_snapshot!(cycle(&real(&pairs), &Judges::Same, &reasons), @r"
    ============================================================
    DETAILS
    ============================================================
    Original response rate: 50.0% (8 of 16), 95% interval 28.0% to 72.0%
    Improved response rate: 83.3% (10 of 12), 95% interval 55.2% to 95.3%
    Absolute improvement: +33.3 percentage points over all messages
    Relative improvement: +66.7%
    Personas decided in only one run: 4 in the original, 0 in the improved run
      the original, on the 12 personas in both: 33.3% (4 of 12), 95% interval 13.8% to 60.9%
      the improved run, on the 12 personas in both: 83.3% (10 of 12), 95% interval 55.2% to 95.3%
    Interval of the change: +13.4 to +86.6 points around +50.0 (95%, paired by persona, the 12 personas in both)
    Personas that flipped: 6 to yes, 0 to no
    On these people: better on the 12 personas in both, and not by luck alone (the interval lies above 0)
    Measured on: the personas whose answers the improver read, which may flatter the new prompt
    Judged by: the same decision maker, before and after
    Failed trials: 4 (in no rate)
      2 x 529 overloaded_error: Overloaded
      1 x 429 rate_limit_error: slow down (please) (request req_c3)
      1 x the answer has no decision (asked 3 times)
    Tokens: 21,000 in, 6,400 out, in 33 calls, 1 send repeated
    Cost: $0.42
    Time: 42 s
    ============================================================
    ");
}

#[test]
fn two_judges_are_no_comparison_and_the_command_that_makes_it_one_is_named() {
    insta::assert_snapshot!(
        lines(&Comparison::from_pairs(&singles(11, 0, 5, 0)).marked(false, true), &Judges::Unknown(Side::Before)), @r"
        Response rate of A: 100.0% (16 of 16), 95% interval 80.6% to 100.0%
        Response rate of B: 68.8% (11 of 16), 95% interval 44.4% to 85.8%, simulated
        Verdict: this is not a comparison, the two rates are not known to come from one judge
        Judged by: unknown, at least one of the files does not say who judged; the rates cannot be compared
          To have A's messages decided again, beside those of a new prompt: rejoinder improve --results-file x_results --rejudge always
        ");
}

#[test]
fn personas_of_one_run_only_do_not_hide_what_happened_to_the_others() {
    let mut pairs = singles(0, 10, 0, 0);
    pairs.extend([(tally(1, 1), tally(0, 0)); 10]);
    insta::assert_snapshot!(lines(&real(&pairs), &Judges::Same), @r"
    Response rate of A: 50.0% (10 of 20), 95% interval 29.9% to 70.1%
    Response rate of B: 100.0% (10 of 10), 95% interval 72.2% to 100.0%
    Absolute change: +50.0 percentage points over all messages
    Relative change: +100.0%
    Personas decided in only one run: 10 in A, 0 in B
      A, on the 10 personas in both: 0.0% (0 of 10), 95% interval 0.0% to 27.8%
      B, on the 10 personas in both: 100.0% (10 of 10), 95% interval 72.2% to 100.0%
    Interval of the change: +63.9 to +100.0 points around +100.0 (95%, paired by persona, the 10 personas in both)
    Personas that flipped: 10 to yes, 0 to no
    Verdict: better on the 10 personas in both, and not by luck alone (the interval lies above 0)
    Judged by: the same decision maker, of A and of B
    ");
}

#[test]
fn a_paired_change_against_the_rates_over_all_messages_is_said() {
    let mut pairs = vec![(tally(0, 1), tally(1, 1)); 12];
    pairs.push((tally(200, 200), tally(0, 200)));
    insta::assert_snapshot!(lines(&real(&pairs), &Judges::Same), @r"
    Response rate of A: 94.3% (200 of 212), 95% interval 20.2% to 99.9%
    Response rate of B: 5.7% (12 of 212), 95% interval 0.1% to 79.8%
    Absolute change: -88.7 percentage points over all messages
    Relative change: -94.0%
    Interval of the change: +52.3 to +100.0 points around +84.6 (95%, paired by persona, 13 personas)
    Personas that flipped: 12 to yes, 1 to no
    Verdict: better, and not by luck alone (the interval lies above 0); the rates over all messages moved the other way
    Judged by: the same decision maker, of A and of B
    ");
}

#[test]
fn five_flips_to_none_are_undecided_by_the_sign_test() {
    insta::assert_snapshot!(lines(&real(&singles(0, 5, 0, 0)), &Judges::Same), @r"
    Response rate of A: 0.0% (0 of 5), 95% interval 0.0% to 43.4%
    Response rate of B: 100.0% (5 of 5), 95% interval 56.6% to 100.0%
    Absolute change: +100.0 percentage points
    Relative change: undefined, the earlier rate is 0%
    Interval of the change: +26.6 to +100.0 points (95%, paired by persona, 5 personas)
    Personas that flipped: 5 to yes, 0 to no
    Verdict: undecided, the interval lies above 0, but the exact sign test does not rule out luck (5 personas rose, 0 fell, p = 0.06)
    Judged by: the same decision maker, of A and of B
    ");
}

fn verdict(pairs: &[Pair]) -> String {
    summary::verdict(&real(pairs), &Judges::Same)
}

#[test]
fn the_words_of_an_undecided_verdict_are_true_of_any_number_of_personas() {
    let few = verdict(&singles(6, 3, 2, 5));
    assert_eq!(few, "undecided, a change of this size on 16 personas may be luck (the interval holds 0)");
    let many = verdict(&singles(1_000, 501, 500, 999));
    assert_eq!(many, "undecided, a change of this size on 3,000 personas may be luck (the interval holds 0)");
    let one = verdict(&[(tally(0, 3_000), tally(3_000, 3_000))]);
    assert_eq!(one, "undecided, one persona says nothing about others");
    let none = verdict(&singles(0, 0, 0, 16));
    assert!(none.starts_with("undecided, neither run got a yes"), "{none}");
    let all = verdict(&singles(16, 0, 0, 0));
    assert!(all.starts_with("undecided, both runs got every yes"), "{all}");
    let three = verdict(&singles(0, 0, 3, 0));
    assert_eq!(three, "undecided, a change of this size on 3 personas may be luck (the interval holds 0)");
    let mut mixed = vec![(tally(0, 100), tally(100, 100)); 16];
    mixed.extend([(tally(50, 100), tally(49, 100)); 40]);
    let mixed = verdict(&mixed);
    assert!(mixed.ends_with("more personas moved the other way (16 personas rose, 40 fell, p = 0.002)"), "{mixed}");
    let fallen = verdict(&singles(0, 0, 5, 0));
    assert!(fallen.contains("lies below 0, but the exact sign test does not") && !fallen.contains("gain"), "{fallen}");
}

#[test]
fn one_more_yes_among_thousands_is_not_called_unchanged() {
    let text = lines(&real(&singles(1_000, 1, 0, 1_999)), &Judges::Same);
    assert!(text.contains("Absolute change: less than 0.1 percentage points up\n"), "{text}");
    assert!(text.contains("Relative change: +0.1%\n"), "{text}");
    let text = lines(&real(&singles(3_000, 0, 1, 0)), &Judges::Same);
    assert!(text.contains("Relative change: less than 0.1% down\n"), "{text}");
}
