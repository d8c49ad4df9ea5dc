"""What a user can do: open a case, add, check, mark, judge, verify, report."""
