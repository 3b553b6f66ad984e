-- Runs in the order in which they began, whatever the clock said; and what their calls come to, kept by the writer.
ALTER TABLE runs ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET number = rowid;
CREATE UNIQUE INDEX runs_by_number ON runs (number);
ALTER TABLE runs ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN input_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN output_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN cost_usd REAL NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
-- What the requests of a run have in common, each text once. A run's own, so that it goes with the run.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    sha256 BLOB NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (run, sha256)
) STRICT;
CREATE TABLE new_calls (
    -- In the order in which they were answered. Of two with one key the later holds.
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    key BLOB NOT NULL,
    -- SHA-256 of the request: an answer is an answer to this only.
    asked BLOB NOT NULL,
    answered TEXT NOT NULL,
    role TEXT NOT NULL,
    model TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_usd REAL,
    request_id TEXT,
    -- The first eight bytes of the answer's SHA-256, where known: a damaged answer must not be used.
    checksum BLOB,
    answer TEXT NOT NULL,
    -- How many places in the request stand for texts, as {"$text":ID}.
    holes INTEGER NOT NULL,
    request TEXT NOT NULL
) STRICT;
INSERT INTO new_calls (run, key, asked, answered, role, model, input_tokens, output_tokens, cost_usd, request_id,
        answer, holes, request)
    SELECT r.number, coalesce(unhex(c.key), CAST(c.key AS BLOB)), coalesce(unhex(c.asked), CAST(c.asked AS BLOB)),
        c.answered, c.role, c.model, c.input_tokens, c.output_tokens, c.cost_usd, c.request_id, c.answer, 0,
        c.request
    FROM calls c JOIN runs r ON r.id = c.run ORDER BY c.rowid;
DROP TABLE calls;
ALTER TABLE new_calls RENAME TO calls;
-- Grows at its end only, as the table does: keys have no order, and an index sorted by them would be written all over
-- at every commit. It has all that is read when a run is gone on with.
CREATE INDEX calls_by_run ON calls (run, id, key);
UPDATE runs SET (calls, unpriced, input_tokens, output_tokens, cost_usd, bytes) = (
    SELECT count(*), count(*) - count(cost_usd), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
        coalesce(sum(cost_usd), 0.0), coalesce(sum(length(request) + length(answer)), 0)
    FROM calls WHERE run = runs.number
);
