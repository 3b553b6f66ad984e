"""Runs the peers in simulated worlds and keeps the prompts that they arrive at.

    worlds.py ADDRESS FOLDER --worlds additive-test-1,tone-test-1 --budgets 500:166,1000:333 [--tools gepa,mipro]

ADDRESS is where `cargo bench --bench worlds -- peers` serves them. A budget is calls in all, and those of them that
are left for a proof. Keeps a line of JSON for each arm, gate and budget in FOLDER/WORLD/TOOL.jsonl: `tool`, `gate`,
`budget`, `calls` and `prompt`.

A tool runs twice. *none*: any yes counts, it may learn from everybody, and what it arrives at is taken. *claims*: see
worlds_client.py; it learns from those who are not kept aside. In that second run *proof* is what it has arrived at
while the calls for the proof are left, if the product's paired test, with the people kept aside, finds it better than
the start; the start where it does not.
"""

import argparse
import json
import os
import sys
import time
import warnings
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

warnings.filterwarnings("ignore")

from worlds_client import World  # noqa: E402


def gepa(open_world, about, budgets):
    import gepa_peer

    return {"GEPA": gepa_peer.run(open_world("gepa"), about, budgets)}


def mipro(open_world, about, budgets):
    import mipro_peer

    return {"MIPROv2": mipro_peer.run(open_world, about, budgets)}


def capo(open_world, about, budgets):
    import capo_peer

    return {"CAPO": capo_peer.run(open_world("capo"), about, budgets)}


def first(open_world, about, budgets):
    import original

    last, best = original.run(open_world("original"), about, budgets)
    return {"original": last, "original, best so far": best}


TOOLS = {"gepa": gepa, "mipro": mipro, "capo": capo, "original": first}


def arrivals(address, place, tool, budgets):
    """Every gate at every budget: rows of a file."""
    rows, opened = [], []

    def opener(mark, gated):
        def open_world(name):
            # A name is used once, so that a tool that is run again begins with no calls.
            opened.append(World(address, place, f"{name}-{mark}-{os.getpid()}-{len(opened)}-{time.time_ns()}", gated))
            return opened[-1]

        return open_world

    about = opener("about", False)("about").about()
    seed = zlib.crc32(place.encode()) % 2**31
    free = {"offer": about["offer"], "learn": about["learn"] + about["aside"], "seed": seed}
    for name, found in TOOLS[tool](opener("free", False), free, [budget for budget, _ in budgets]).items():
        rows += [row(name, "none", budget, calls, prompt) for budget, calls, prompt in found]
    # One run serves both: up to the whole budget, and up to what a proof leaves of it.
    stops = sorted({stop for budget, kept in budgets for stop in (budget, budget - kept)})
    gated = {"offer": about["offer"], "learn": about["learn"], "seed": seed}
    for name, found in TOOLS[tool](opener("claims", True), gated, stops).items():
        found = {stop: (calls, prompt) for stop, calls, prompt in found}
        for budget, kept in budgets:
            rows.append(row(name, "claims", budget, *found[budget]))
            calls, prompt = found[budget - kept]
            judge = opener("proof", True)(tool)
            adopts = judge.prove(prompt, max(kept, budget - calls))
            rows.append(row(name, "proof", budget, calls + judge.calls, prompt if adopts else about["offer"]))
    for world in opened:
        world.close()
    return rows


def row(tool, gate, budget, calls, prompt):
    return {"tool": tool, "gate": gate, "budget": budget, "calls": calls, "prompt": prompt}


def keep(file, rows):
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    draft.replace(file)


def work(address, folder, place, tool, budgets, until):
    """Runs a tool for the budgets that are missing. Whether it ran."""
    file = folder / place / f"{tool}.jsonl"
    kept = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    there = {row["budget"] for row in kept}
    missing = [budget for budget in budgets if budget[0] not in there]
    if not missing or time.time() > until:
        return False
    rows = arrivals(address, place, tool, missing)
    keep(file, kept + rows)
    return True


def budgets(text):
    return sorted(tuple(int(number) for number in part.split(":")) for part in text.split(","))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worlds", type=lambda text: text.split(","), required=True)
    parser.add_argument("--budgets", type=budgets, required=True)
    parser.add_argument("--tools", type=lambda text: text.split(","), default=list(TOOLS))
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=float("inf"))
    options = parser.parse_args()
    started, where = time.time(), (options.address, options.folder)
    unknown = [tool for tool in options.tools if tool not in TOOLS]
    if unknown:
        parser.error(f"{unknown[0]} is none of {', '.join(TOOLS)}")
    with ProcessPoolExecutor(options.workers) as pool:
        playing = [
            (place, tool, pool.submit(work, *where, place, tool, options.budgets, started + options.seconds))
            for place in options.worlds
            for tool in options.tools
        ]
        for at, (place, tool, played) in enumerate(playing):
            if played.result():
                done = f"{at + 1} of {len(playing)}, {time.time() - started:.0f} s"
                print(f"peers: {tool} in {place}, {done}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
