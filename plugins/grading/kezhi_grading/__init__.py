"""Kezhi plugin ``grading``."""
