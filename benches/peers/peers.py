"""Runs the peers in every world and writes the prompts that they arrive at.

    peers.py REJOINDER FOLDER OUT [--markets 11,12,13] [--seeds 1,2,3,4,5] [--budgets 500,1000,2000,4000]

FOLDER holds the personas, as `rejoinder personas` wrote them (see scripts/bench-peers). Writes FOLDER/worlds/M-S.json -
what each tool starts from - and OUT, a line of JSON for each tool, market, seed and budget: `tool`, `market`, `seed`,
`budget`, `calls` (all calls used: messages, decisions, rewrites) and `prompt`.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import gepa_peer
import original
from market import Market

ROOT = Path(__file__).resolve().parents[2]
LEARN = 60


def numbers(text):
    return [int(number) for number in text.split(",")]


def world(folder, market, seed):
    """The personas of a world: 60 to learn from, 40 that no tool sees."""
    personas = []
    for part in ("train", "eval"):
        path = folder / "data" / "personas" / f"world_{market}_{seed}_{part}.json"
        personas += json.loads(path.read_text(encoding="utf-8"))
    offer = (ROOT / "prompts" / "sample_offer.md").read_text(encoding="utf-8").strip()
    found = {"market": market, "seed": seed, "offer": offer, "learn": personas[:LEARN], "unseen": personas[LEARN:]}
    (folder / "worlds").mkdir(exist_ok=True)
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (folder / "worlds" / f"{market}-{seed}.json").write_text(text + "\n", encoding="utf-8")
    return found


def run(address, world, budgets):
    """All tools in one world: rows of the output, and how many calls were made for them."""
    strict = (ROOT / "prompts" / "strict.md").read_text(encoding="utf-8").strip()
    rows, calls = [], []

    def measure(name, play):
        market = Market(address, strict, f"{name} {world['seed']}")
        try:
            return play(market)
        finally:
            market.close()
            calls.append(market.calls)

    def tell(tool, checkpoints):
        for budget, calls, prompt in checkpoints:
            place = {"tool": tool, "market": world["market"], "seed": world["seed"]}
            rows.append({**place, "budget": budget, "calls": calls, "prompt": prompt})

    tell("gepa", measure("gepa", lambda market: gepa_peer.run(market, world, budgets)))
    tell("gepa-truthful", measure("gepa-truthful", lambda market: gepa_peer.run(market, world, budgets, truthful=True)))
    last, best = measure("original", lambda market: original.run(market, world, budgets))
    tell("original", last)
    tell("original-best", best)
    return rows, sum(calls)


def served(address):
    """How many requests a market has answered, by its own count."""
    with urllib.request.urlopen(f"http://{address}/stats") as response:
        return json.load(response)["answered"]


def serve(rejoinder, market):
    """`rejoinder market` on a free port of this machine: the process and its address."""
    command = [rejoinder, "market", "--port", "0", "--market", str(market)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    address = server.stdout.readline().strip().rpartition("//")[2]
    if not address:
        sys.exit(f"{rejoinder} market --market {market} did not start")
    return server, address


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rejoinder")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--markets", type=numbers, default=[11, 12, 13])
    parser.add_argument("--seeds", type=numbers, default=[1, 2, 3, 4, 5])
    parser.add_argument("--budgets", type=numbers, default=[500, 1000, 2000, 4000])
    options = parser.parse_args()

    started = time.monotonic()
    worlds = [world(options.folder, market, seed) for market in options.markets for seed in options.seeds]
    servers = {market: serve(options.rejoinder, market) for market in options.markets}
    rows, calls = [], dict.fromkeys(options.markets, 0)
    try:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            playing = [
                pool.submit(run, servers[place["market"]][1], place, sorted(options.budgets)) for place in worlds
            ]
            for at, (place, played) in enumerate(zip(worlds, playing)):
                found, made = played.result()
                rows += found
                calls[place["market"]] += made
                print(f"{at + 1} of {len(playing)} worlds, {time.monotonic() - started:.0f} s", file=sys.stderr)
        # Nobody counts in their own favour: the servers must have seen exactly the calls that the tools were charged.
        for market, (_, address) in servers.items():
            if served(address) != calls[market]:
                sys.exit(f"market {market} answered {served(address)} calls, and {calls[market]} were counted")
    finally:
        for server, _ in servers.values():
            server.terminate()
            server.wait()
    rows.sort(key=lambda row: (row["tool"], row["market"], row["seed"], row["budget"]))
    options.out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
