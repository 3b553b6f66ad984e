-- How trials ended: derived from the calls.
CREATE TABLE trials (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    batch TEXT NOT NULL,
    persona INTEGER NOT NULL,
    message INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('yes', 'no', 'written', 'failed')),
    reason TEXT,
    PRIMARY KEY (run, batch, persona, message)
) STRICT, WITHOUT ROWID;
