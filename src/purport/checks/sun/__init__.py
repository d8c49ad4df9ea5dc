"""The sun."""
from purport.checks.sun.check import SunCheck
__all__ = ["SunCheck"]
