"""The policy board: every clause with what shows that it is kept (PER-01)."""
