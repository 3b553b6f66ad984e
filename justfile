# Recipes for people who use just; each is one command that can be typed as well.

# List the recipes
default:
    @just --list

# All tests
test:
    ./scripts/test

# Property tests with new inputs, most of them a hundred times as many (`./scripts/test` draws the same ones every time)
fuzz:
    PROPTEST_CASES=25600 cargo test --workspace --features restate --lib --test 'fuzz_*' --no-fail-fast

# Everything that a change must pass
ci:
    ./.ci/run

# The README's first command on a copy of the shipped data
first-command:
    ./scripts/first-command

# Make the shipped personas and first results anew (the market is deterministic: nothing changes unless the code did)
sample-data:
    ./scripts/sample-data

# The README's picture of a run
picture:
    ./scripts/picture

# The pictures of the dashboard and of a report
screenshots:
    ./scripts/screenshots

# True rates of 100 markets: the bare offer's and the best reachable prompt's
markets:
    cargo test --release -p rejoinder-market --lib every_market_is_as_hard -- --nocapture

# The figures of docs/benchmarks.md, some ten minutes; `just bench wall auto` for some of them (needs python3 for one)
bench *sections:
    cargo bench --bench figures -- {{sections}}

# GEPA and the original service's loop on simulated markets, scored by the market's truth (needs python3 and, once, PyPI)
bench-optimizer:
    ./scripts/bench-peers
    cargo bench --bench optimizer

# rejoinder and other optimizers in simulated worlds, at equal calls; what is in target/bench-worlds is not run again.
# `just bench-worlds rejoinder table --again` for our rows only, `--worlds 5 --budgets 500` for less (needs python3 and, once, PyPI)
bench-worlds *options:
    ./scripts/bench-peers --install
    cargo bench --profile dev --bench worlds -- {{options}}

# How often the proof is wrong, how often it finds a gain, whether its intervals hold; `just bench-proof level power` for some sections
bench-proof *sections:
    cargo bench -p rejoinder-stats --bench proof -- {{sections}}

# Whether `calibrate` and `ab result` are right about simulated readers whose truth is known
bench-replies *sections:
    cargo bench -p rejoinder-stats --bench replies -- {{sections}}

# Leads: `just bench-leads 1000000 100000` imports a million and writes to a hundred thousand (time and memory)
bench-leads leads="20000" write="1000":
    cargo bench --bench leads -- --leads {{leads}} --write {{write}}

# Trials that a judge with probabilities takes to prove a gain, beside one of the same market that says yes or no
bench-chances:
    cargo bench --profile dev --bench optimizer -- chances

# How well a strong model reads claims and objections for us, from recorded answers; `just bench-reading claims` for a part
bench-reading *sections:
    cargo bench --profile dev --bench reading -- {{sections}}

# Run public failing cases, which are not part of the project, and compare each with tests/cases.toml; REJOINDER_CASES names their folder
cases *names:
    ./scripts/cases {{names}}

# Licences, sources and known vulnerabilities of all dependencies
deny:
    ./scripts/deny

# A thousand kills at random moments and a hundred storms of faults: just soak --kills 100 --seed 7
soak *options:
    ./scripts/soak {{options}}

# The time the dashboard takes for its largest pages
bench-dashboard:
    cargo bench --bench dashboard

# Runs that outgrow one machine: `just bench-scale restate-kills` for some of the sections (needs npm)
bench-scale *sections:
    ./scripts/restate-server > /dev/null
    cargo bench --features restate --bench scale -- {{sections}}

# The archive of a release for this machine, tried in an empty folder: program, Homebrew formula, image files, crates
release-check:
    ./scripts/release-check
