-- What a run depends on, as a JSON array of texts: where it cannot be gone on with, what has changed is named.
ALTER TABLE runs ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';
