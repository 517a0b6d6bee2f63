"""The flow of each kind of proposals as data that the company keeps in versions (APR-01, APR-02)."""
