"""The shipped migrations."""
