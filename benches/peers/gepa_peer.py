"""GEPA (PyPI `gepa`) on a simulated market or world, at its defaults.

What is ours is the adapter - one message and one decision for each persona, score 1 for yes - and the last step to the
model: the market's improver knows a rewrite by its fences, so GEPA's rendered reflection prompt is taken apart into the
instructions (sent as they are, as the system prompt), the candidate and the feedback, and put together again in that
form. Of GEPA's examples the feedback goes along and the inputs and outputs do not: the market's improver would take the
words of a persona or a message for complaints, which a language model would not do.
"""

import gepa
from gepa.core.adapter import EvaluationBatch, GEPAAdapter
from gepa.strategies.eval_policy import FullEvaluationPolicy
from gepa.strategies.instruction_proposal import InstructionProposalSignature

from market import lines

COMPONENT = "system_prompt"

DEFAULT = InstructionProposalSignature.default_prompt_template

# What a user who cares about truth would add to the template.
TRUTHFUL = DEFAULT.replace(
    "Provide the new instructions",
    "Keep every fact that the current instructions state about the company and its offer, and tell the assistant to "
    "claim only what these facts support: it must not invent customers, figures, results, certifications, integrations "
    "or events.\n\nProvide the new instructions",
)


class Adapter(GEPAAdapter):
    """Messages to personas, decided by the personas."""

    def __init__(self, market):
        self.market = market

    def evaluate(self, batch, candidate, capture_traces=False):
        trials = self.market.trials(candidate[COMPONENT], batch)
        scores = [float(decision) for _, decision, _ in trials]
        traces = list(zip(batch, trials)) if capture_traces else None
        return EvaluationBatch(outputs=[message for message, _, _ in trials], scores=scores, trajectories=traces)

    def make_reflective_dataset(self, candidate, eval_batch, components_to_update):
        examples = [
            {"Inputs": persona, "Generated Outputs": trial[0], "Feedback": lines([trial])}
            for persona, trial in eval_batch.trajectories
        ]
        return {component: examples for component in components_to_update}


def reflection(market, template):
    """The reflection model: undoes the template, asks the market's improver."""
    head, rest = template.split("<curr_param>")
    middle, tail = rest.split("<side_info>")
    guide = f"{head}[the instructions]{middle}[the feedback]{tail}"

    def reflect(prompt):
        assert prompt.startswith(head) and prompt.endswith(tail), "not the template that was set"
        candidate, _, examples = prompt[len(head) : len(prompt) - len(tail)].partition(middle)
        feedback = [part.split("\n", 1)[0] for part in examples.split("## Feedback\n")[1:]]
        return market.rewrite(guide, candidate, "\n".join(feedback))

    return reflect


class Silent:
    def log(self, message):
        pass


def run(market, world, budgets, truthful=False, validation=20):
    """A list of (budget, calls, prompt): the best candidate by GEPA's own score once so many calls are used.

    The last `validation` personas are GEPA's validation set and the others its training set. Of 20, 30 and 40, 20
    served GEPA best where it counts: the truthful variant's share of messages that get a yes and invent nothing.

    GEPA does nothing that depends on its budget, and looks whether to stop only between iterations; so each checkpoint
    is what a run with just that budget returns, a few calls over it at most.
    """
    template = TRUTHFUL if truthful else DEFAULT
    seen = []

    def stop(state):
        while len(seen) < len(budgets) and market.calls >= budgets[len(seen)]:
            best = FullEvaluationPolicy().get_best_program(state)
            seen.append((budgets[len(seen)], market.calls, state.program_candidates[best][COMPONENT]))
        return len(seen) == len(budgets)

    learn = world["learn"]
    gepa.optimize(
        seed_candidate={COMPONENT: world["offer"]},
        trainset=learn[: len(learn) - validation],
        valset=learn[len(learn) - validation :],
        adapter=Adapter(market),
        reflection_lm=reflection(market, template),
        reflection_prompt_template=template,
        stop_callbacks=stop,
        logger=Silent(),
        seed=world["seed"],
    )
    return seen
