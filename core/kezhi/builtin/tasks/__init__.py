"""Duties and notices: what people have to do by when, and what they are told of (TSK-01, TSK-02)."""
