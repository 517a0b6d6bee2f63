"""Builtin ``search``."""
