"""Cases by the API."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from purport.core.records import to_json
from purport.web.access import Right, enter
from purport.web.api.told import FAULTS

__all__ = ["router"]

router = Router(tags=["cases"])


@router.get("/{slug:key}", response={200: dict[str, Any], **FAULTS}, summary="A case as it stands")
def read_case(request: HttpRequest, key: str) -> Any:  # noqa: ANN401 - JSON
    """Return claims, findings, marks and verdicts of a case, as the command line prints them."""
    file = enter(request, key, Right.SEE).case_file()
    return {
        "name": file.name,
        "items": to_json(file.items),
        "claims": to_json(file.claims),
        "findings": to_json(file.findings),
        "marks": to_json(file.marks),
        "verdicts": to_json(file.verdicts),
    }
