"""Retirement and destruction of customer files (CUS-10)."""
