"""The audit log: read, search, verify, anchor."""
