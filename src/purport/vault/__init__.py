"""Preserved bytes: content-addressed store and custody chain."""
