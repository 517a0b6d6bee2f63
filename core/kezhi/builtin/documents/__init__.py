"""Documents as a builtin: made from records, numbered, and kept as issued."""
