"""Kezhi plugin ``trade``."""
