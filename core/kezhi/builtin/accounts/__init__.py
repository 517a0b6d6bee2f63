"""Builtin ``accounts``: people, departments, roles, log-in (ORG-01, ORG-02)."""
