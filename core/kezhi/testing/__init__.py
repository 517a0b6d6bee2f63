"""The test kit for plugin authors: a pytest plugin with a site, a fresh database per test, people and counters."""
