"""Customer data at rest: the key ring, its rotation, and what is under which key (CUS-11)."""
