"""Files as a builtin: kept whole, attached to records, given out by the records' access rules."""
