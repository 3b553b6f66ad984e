"""MIPROv2 (PyPI `dspy`, with `optuna`), without examples in the prompt: what it changes is the instruction.

What is ours is the program - one message, written by the world's writer with the instruction as its prompt - the
metric - a yes of the persona - and the model behind the proposer: where the proposer asks for an instruction, the
world's improver rewrites the prompt that the request shows; it gets no feedback, as MIPROv2 has none to show.
Whatever else the proposer asks (a summary of the data, a description of the program) is answered by a sentence, and
is a call like others.
"""

import contextlib
import io
import logging
import re

import dspy
from dspy.teleprompt import MIPROv2

logging.getLogger("dspy").setLevel(logging.ERROR)

# People that it validates with; the others are its training set.
VALIDATION = 30


class Outreach(dspy.Signature):
    persona: str = dspy.InputField()
    message: str = dspy.OutputField()


class Writer(dspy.BaseLM):
    """The task model: the instruction is the prompt, and the persona is the last input."""

    def __init__(self, world, start):
        super().__init__(model="world/writer", cache=False)
        self.world, self.start = world, start

    def forward(self, prompt=None, messages=None, **_):
        system, user = messages[0]["content"], messages[-1]["content"]
        instruction = re.search(r"your objective is:\s*\n(.*)", system, re.S).group(1)
        instruction = "\n".join(line.strip() for line in instruction.strip().splitlines())
        persona = re.search(r"\[\[ ## persona ## \]\]\n(.*?)\n\nRespond with", user, re.S).group(1)
        message = self.world.message(instruction, persona.strip())
        return response(f"[[ ## message ## ]]\n{message}\n\n[[ ## completed ## ]]")


class Proposer(dspy.BaseLM):
    """The prompt model."""

    def __init__(self, world, start):
        super().__init__(model="world/improver", cache=False)
        self.world, self.start = world, start

    def forward(self, prompt=None, messages=None, **_):
        fields = re.findall(r"\[\[ ## (\w+) ## \]\]", messages[0]["content"].split("outputs")[-1])
        if "proposed_instruction" in messages[0]["content"]:
            text = self.world.rewrite("", self.start, "")
        else:
            self.world.charge()
            text = "Letters of a seller to people of one trade, and what they make of them."
        names = dict.fromkeys(name for name in fields if name != "completed") or ["proposed_instruction"]
        wanted = [name for name in names if f"`[[ ## {name} ## ]]`" in messages[-1]["content"]] or list(names)[-1:]
        return response("".join(f"[[ ## {name} ## ]]\n{text}\n\n" for name in wanted) + "[[ ## completed ## ]]")


def response(text):
    from litellm import ModelResponse

    return ModelResponse(choices=[{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}])


class Enough(Exception):
    pass


class Instructions(MIPROv2):
    """Examples go into no prompt here, so none are collected for the proposer either: at these budgets that would be
    most of the calls."""

    def _bootstrap_fewshot_examples(self, *_, **__):
        return None


def run(worlds, about, budgets):
    """For each budget a run of its own, with as many trials as it pays for: a list of (budget, calls, prompt).

    `worlds` gives access under a name. A trial is a minibatch of 20 personas of the 30 that validate; every fifth,
    and the last, is on all of them, as MIPROv2 does.
    """
    found = []
    for budget in budgets:
        candidates = 6 if budget <= 700 else 10
        trials = int((budget - 60 - 4 * candidates - 10) / (2.1 * 26)) + 1
        while True:
            world = worlds(f"mipro-{budget}-{trials}")
            try:
                prompt = one(world, about, candidates, trials) if trials > 0 else about["offer"]
                calls = world.calls
            finally:
                world.close()
            # What a trial takes depends on the answers: a run that went beyond its budget is none.
            if calls <= budget:
                break
            trials -= max(1, int((calls - budget) / 60))
        found.append((budget, calls, prompt))
    return found


def one(world, about, candidates, trials):
    learn = [dspy.Example(persona=persona).with_inputs("persona") for persona in about["learn"]]
    optimizer = Instructions(
        metric=lambda example, prediction, trace=None: float(world.decide(example.persona, prediction.message)[0]),
        prompt_model=Proposer(world, about["offer"]),
        task_model=Writer(world, about["offer"]),
        auto=None,
        num_candidates=candidates,
        max_bootstrapped_demos=0,
        max_labeled_demos=0,
        num_threads=1,
        seed=about["seed"],
        track_stats=False,
    )
    program = dspy.Predict(Outreach.with_instructions(about["offer"]))
    # Its bars of progress say nothing that is kept.
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        best = optimizer.compile(
            program,
            trainset=learn[:-VALIDATION],
            valset=learn[-VALIDATION:],
            num_trials=trials,
            minibatch_size=20,
        )
    return best.signature.instructions
