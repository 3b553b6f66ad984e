-- Message batches that a run has handed in, from before they are sent until their results are here: who goes on with the
-- run collects them.
CREATE TABLE batches (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    -- The host and account that has it.
    host TEXT NOT NULL,
    -- The host's name for it; NULL until the host has told it.
    id TEXT,
    -- The newest batch that the account had before: where a batch whose name was never heard is looked for.
    after TEXT,
    -- RFC 3339, UTC.
    submitted TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'collected', 'gone')),
    -- The keys of its calls, 16 bytes each.
    keys BLOB NOT NULL
) STRICT;
CREATE INDEX batches_by_run ON batches (run, state);
