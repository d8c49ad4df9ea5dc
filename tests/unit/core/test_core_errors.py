import pickle

import pytest

from purport.core import errors
from purport.core.errors import InputError, PurportError, SeveralFaultsError, UnreadableMediaError


def test_an_error_names_subject_fault_and_remedy() -> None:
    error = UnreadableMediaError("a.mp4", "has no video stream", remedy="Give a video.")
    assert str(error) == "a.mp4: has no video stream"
    assert error.diagnostics() == "a.mp4: has no video stream\n  Give a video."


def test_errors_cross_process_borders_whole() -> None:
    error = UnreadableMediaError("a.mp4", "is empty", remedy="Fetch it again.")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made on the line itself
    assert type(copy) is UnreadableMediaError
    assert (copy.subject, copy.fault, copy.remedy) == ("a.mp4", "is empty", "Fetch it again.")


def test_several_faults_keep_each_one_and_say_each_remedy_once() -> None:
    faults = [InputError(f"row {row}", "no date", remedy="Give dates.") for row in (1, 2)]
    joined = SeveralFaultsError.collect("items.csv", faults)
    assert joined.fault == "2 faults: row 1: no date; row 2: no date"
    assert joined.remedy == "Give dates."


def test_several_faults_of_one_file_name_it_once_and_are_not_listed_without_end() -> None:
    faults = [InputError("map", f"feature {n} is undated", remedy="Date it.") for n in range(1, 8)]
    joined = str(SeveralFaultsError.collect("map", faults))
    assert joined.startswith("map: 7 faults: feature 1 is undated; feature 2")
    assert joined.endswith("feature 5 is undated; and 2 more")


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_a_purport_error_with_an_explanation(name: str) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, PurportError)
    assert kind.__doc__


def test_the_tree_in_the_docstring_names_every_class() -> None:
    assert errors.__doc__ is not None
    assert [name for name in errors.__all__ if name not in errors.__doc__] == []
