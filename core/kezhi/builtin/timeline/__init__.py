"""What happened to a record, and the notes that people write on it."""
