-- What is said of a part that is a list of another body, as JSON: who sent it, its document, its date. Empty where it is none.
ALTER TABLE import_parts ADD COLUMN list TEXT NOT NULL DEFAULT '';
