"""Builtin ``apps``."""
