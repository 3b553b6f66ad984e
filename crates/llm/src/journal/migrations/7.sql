-- Attempts to better the prompts of one root: what of its level is taken stays so when a run is pruned or its file deleted.
CREATE TABLE attempts (
    -- The run that made it, its step, and which attempt of that step it was: who goes on with the run finds it by these.
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    number INTEGER NOT NULL,
    -- SHA-256 of the results file that the lineage began with.
    root TEXT NOT NULL,
    -- What the files call it.
    id TEXT NOT NULL,
    level REAL NOT NULL,
    -- A planned one takes nothing yet.
    state TEXT NOT NULL CHECK (state IN ('planned', 'open', 'not_adopted', 'adopted')),
    -- Messages of the incumbent that it was measured against, as a JSON array of their digests.
    used TEXT NOT NULL,
    PRIMARY KEY (run, step, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_by_root ON attempts (root);
