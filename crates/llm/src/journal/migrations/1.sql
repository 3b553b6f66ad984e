CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    -- Hash of everything that a run depends on: the same command on the same inputs finds it by this.
    inputs TEXT NOT NULL,
    command TEXT NOT NULL,
    -- The command line, as a JSON array: what `runs resume` runs again.
    arguments TEXT NOT NULL,
    seed INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'finished', 'dropped')),
    -- RFC 3339 with microseconds, UTC.
    started TEXT NOT NULL,
    ended TEXT
) STRICT;
CREATE INDEX runs_by_inputs ON runs (inputs, state);
CREATE TABLE outputs (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE calls (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    role TEXT NOT NULL,
    model TEXT NOT NULL,
    -- SHA-256 of the request: an answer is an answer to this only.
    asked TEXT NOT NULL,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_usd REAL,
    request_id TEXT,
    answered TEXT NOT NULL,
    PRIMARY KEY (run, key)
) STRICT;
