"""The forms of this builtin."""
