"""An index of prints in a folder: which kept videos may share seconds with one that is asked about.

Public: `Archive`.
"""
