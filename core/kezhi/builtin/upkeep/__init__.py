"""Recurring duties of the customer file: verified each quarter, protected, kept in two copies (CUS-07, 12, 16)."""
