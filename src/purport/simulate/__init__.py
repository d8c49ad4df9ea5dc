"""Footage with known truth, for examples, tests and benchmarks only."""
