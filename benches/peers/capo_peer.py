"""CAPO (PyPI `promptolution`), without examples in the prompt.

What is ours is the task - a message to a persona, reward 1 for a yes - and the model behind the crossover and the
mutation: the world merges two prompts, and its improver rephrases one, that is, proposes changes without any
feedback, as CAPO has none to show. CAPO begins with prompts that somebody wrote: the start and seven rewrites of it.
Its blocks are of ten people, as its default of thirty would take all of the smallest budget for one comparison of its
first population.
"""

import logging
import random
from collections import defaultdict

import numpy as np
import pandas as pd
from promptolution.llms.base_llm import BaseLLM
from promptolution.optimizers.capo import CAPO
from promptolution.predictors.base_predictor import BasePredictor
from promptolution.tasks.reward_tasks import RewardTask

logging.getLogger("promptolution").setLevel(logging.ERROR)

POPULATION = 8
BLOCK = 10
MARK = "\x1f"


class Model(BaseLLM):
    """Writer and improver. A task of ours never looks at what it writes without the persona, so both go together."""

    def __init__(self, world):
        super().__init__()
        self.world = world

    def _get_response(self, prompts, system_prompts):
        return [self._one(prompt) for prompt in prompts]

    def _one(self, prompt):
        if prompt.startswith("CROSS" + MARK):
            _, mother, father = prompt.split(MARK)
            text = self.world.merge([mother, father])
        else:
            text = self.world.rewrite("", prompt.split(MARK)[1], "", "edit")
        return f"<prompt>{text}</prompt>"


class Predictor(BasePredictor):
    """Leaves prompt and persona together: writing and deciding are one step for the task."""

    def predict(self, prompts, xs, system_prompts=None):
        found = [f"{prompt}{MARK}{x}" for prompt, x in zip(prompts, xs)]
        return found, found

    def _extract_preds(self, preds):
        return preds


class Spent(Exception):
    """All budgets are used."""


def run(world, about, budgets):
    """A list of (budget, calls, prompt): the prompt with the highest mean reward once so many calls are used.

    Budgets end in the midst of a step, and CAPO ranks its prompts by their means. A prompt without a whole block of
    rewards is not ranked yet; if none has one, the start is what there is.
    """
    random.seed(about["seed"])
    np.random.seed(about["seed"])
    start, rewards, found = about["offer"], defaultdict(list), []

    def look():
        ranked = [prompt for prompt, got in rewards.items() if len(got) >= BLOCK]
        best = max(ranked, key=lambda prompt: np.mean(rewards[prompt]), default=start)
        while len(found) < len(budgets) and world.calls >= budgets[len(found)]:
            found.append((budgets[len(found)], world.calls, best))
        if len(found) == len(budgets):
            raise Spent

    def reward(pair):
        look()
        prompt, persona = pair.split(MARK)
        got = float(world.trials(prompt.strip(), [persona])[0][1])
        rewards[prompt.strip()].append(got)
        return got

    initial = [start] + [world.rewrite("", start, "") for _ in range(POPULATION - 1)]
    task = RewardTask(
        df=pd.DataFrame({"x": about["learn"]}),
        reward_function=reward,
        n_subsamples=BLOCK,
        eval_strategy="sequential_block",
        task_description="outreach",
        seed=about["seed"],
    )
    model = Model(world)
    optimizer = CAPO(
        predictor=Predictor(model),
        task=task,
        meta_llm=model,
        initial_prompts=initial,
        crossover_template=f"CROSS{MARK}<mother>{MARK}<father>",
        mutation_template=f"MUTATE{MARK}<instruction>",
        upper_shots=0,
        create_fs_reasoning=False,
        check_fs_accuracy=False,
        df_few_shots=pd.DataFrame({"x": [], "y": []}),
    )
    optimizer._pre_optimization_loop()
    try:
        while True:
            optimizer._step()
            # A step that meets only prompts it knows asks nobody.
            look()
    except Spent:
        return found
