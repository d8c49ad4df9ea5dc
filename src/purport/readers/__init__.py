"""What readers of published cases can do: comment, flag, offer evidence, follow and be told.

It stands on the casework, which knows nothing of it: readers see published editions alone, and what
a case takes over from them goes the way of all evidence.
"""
