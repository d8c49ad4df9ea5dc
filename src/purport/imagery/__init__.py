"""Orthophotos and maps: open, window, coordinate system, ground sample distance, accuracy."""
