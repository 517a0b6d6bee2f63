"""Builtin: the register of contracts with customers."""
