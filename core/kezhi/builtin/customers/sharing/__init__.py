"""Dated access to customers: who has it, what it allows, and how it is given and taken back (CUS-04)."""
