"""The vocabulary of a case, without input or output: records, units, errors, scales."""
