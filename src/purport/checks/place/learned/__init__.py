"""Matching by a learned model: the user brings the weights, as ONNX."""

from purport.checks.place.learned._matcher import LearnedMatcher, ModelKind, load_matcher
from purport.checks.place.learned._scout import scout_learned

__all__ = ["LearnedMatcher", "ModelKind", "load_matcher", "scout_learned"]
