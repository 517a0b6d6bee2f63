"""Customer cards: one page per customer, frozen by month, quarter and year."""
