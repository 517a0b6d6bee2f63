"""What ``kezhi plugin new`` renders: a complete plugin distribution to start from."""
