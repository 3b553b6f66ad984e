"""The loop of the original service: feedback of the last run, one rewrite, new messages, and the new prompt is taken
whatever came of it."""

from market import lines

TASK = """Find the patterns in this feedback, positive and negative, and write an improved system prompt that will get
more positive decisions. Answer with the improved system prompt only."""


def run(market, world, budgets):
    """For the last prompt and for the one with the highest measured rate: lists of (budget, calls, prompt).

    A cycle that would go beyond a budget is not begun.
    """
    personas, prompt = world["learn"], world["offer"]
    cycle = 1 + 2 * len(personas)
    last, best = [], []
    trials = market.trials(prompt, personas)
    most = (yes(trials), prompt)
    for budget in budgets:
        while market.calls + cycle <= budget:
            rewritten = market.rewrite_from(
                f"CURRENT SYSTEM PROMPT:\n{prompt}\n\nDECISION MAKER FEEDBACK:\n{lines(trials)}\n\nANALYSIS TASK:\n{TASK}"
            )
            # The original falls over an empty answer; its user starts it again. Everything else is taken as it is.
            if not rewritten.strip():
                continue
            prompt, trials = rewritten, market.trials(rewritten, personas)
            if yes(trials) > most[0]:
                most = (yes(trials), prompt)
        last.append((budget, market.calls, prompt))
        best.append((budget, market.calls, most[1]))
    return last, best


def yes(trials):
    return sum(decision for _, decision, _ in trials)
