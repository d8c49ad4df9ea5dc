"""Purport: check what published footage purports to show."""

__version__ = "0.1.0"
