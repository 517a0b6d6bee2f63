"""The confirmation of new customers."""
