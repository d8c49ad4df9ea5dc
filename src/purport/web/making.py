"""What this process makes in its background for the player."""

from django.db import connections

from purport.casework import PlayableMaker

__all__ = ["playables"]

playables = PlayableMaker(leave=connections.close_all)
"""The derivatives."""
