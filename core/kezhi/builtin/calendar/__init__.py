"""The working calendar: when work is done, and what working time lies between two instants (TSK-03)."""
