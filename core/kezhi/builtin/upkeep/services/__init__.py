"""Keeping customer files in order, as plain functions: pages, jobs and commands are thin callers."""

from .verifying import open_of, verifications_of, verify, verify_many

__all__ = ["open_of", "verifications_of", "verify", "verify_many"]
