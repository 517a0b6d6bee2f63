"""Builtin ``approvals``."""
