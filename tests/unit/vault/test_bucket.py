"""Listing by page, which two that talk to stores share."""

from typing import Any

import pytest

from purport.core.errors import UnavailableError
from purport.vault.bucket import each_listed

PAGES: dict[str | None, dict[str, Any]] = {
    None: {"Contents": [{"Key": "a"}, {"Key": "b"}], "IsTruncated": True},
    "2": {"IsTruncated": True, "NextContinuationToken": "3"},
    "3": {"Contents": [{"Key": "c"}], "IsTruncated": False, "NextContinuationToken": "4"},
}


def ask(**asked: str) -> dict[str, Any]:
    return {"NextContinuationToken": "2", **PAGES[asked.get("ContinuationToken")]}


def test_page_after_page_to_the_last() -> None:
    assert [one["Key"] for one in each_listed(ask, subject="s3://x")] == ["a", "b", "c"]


@pytest.mark.parametrize("token", [{}, {"NextContinuationToken": "2"}])
def test_a_list_that_goes_in_circles_is_no_list(token: dict[str, str]) -> None:
    def stuck(**asked: str) -> dict[str, Any]:
        return ask(**asked) if not asked else {"IsTruncated": True, **token}

    with pytest.raises(UnavailableError, match="does not go on"):
        list(each_listed(stuck, subject="s3://x"))
