"""Builtin ``imports``."""
