"""Builtin ``customers``."""
