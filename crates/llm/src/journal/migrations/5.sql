-- What is known of the claims of a trial's message: nothing where its claims were not checked, and in trials of before.
ALTER TABLE trials ADD COLUMN grounding TEXT CHECK (grounding IN ('grounded', 'made_up'));
-- The audit, as JSON.
ALTER TABLE trials ADD COLUMN audit TEXT;
