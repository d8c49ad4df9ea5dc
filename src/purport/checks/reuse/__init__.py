"""The same seconds in other items of the workspace, or twice in one."""

from purport.checks.reuse.check import ReuseCheck
from purport.checks.reuse.records import ReuseAnswer, ReuseMatch, ReuseValues

__all__ = ["ReuseAnswer", "ReuseCheck", "ReuseMatch", "ReuseValues"]
