"""The command line: a door into casework that computes nothing."""
