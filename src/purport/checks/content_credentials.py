"""Reading Content Credentials with c2pa-python; done in a child process (`purport.media.border`).

It stands beside the packages of the checks so that the child need not load any of them. Nothing is
fetched: no manifest from an address, no word about a certificate.

References:
    C2PA Technical Specification 2.2, section 14 (validation states: well-formed, valid, trusted)
    and 15 (status codes).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from purport.core.digests import JsonObject
from purport.media import Channel, shorten

__all__ = ["send_credentials", "settings_for"]

_MOST_CODES = 40
_UNTRUSTED = "signingCredential.untrusted"
_STATES = {"Trusted": "trusted", "Valid": "valid", "Invalid": "well_formed"}


def settings_for(trusted: str | None) -> dict[str, Any]:
    """Return the library's settings: nothing from the network, and whom to trust."""
    settings: dict[str, Any] = {
        "verify": {
            "verify_after_reading": True,
            "verify_trust": True,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        }
    }
    if trusted is not None:
        settings["trust"] = {"user_anchors": trusted}
    return settings


def send_credentials(channel: Channel, path: Path, trusted: str | None) -> None:
    """Send what the manifests say, as the JSON of the check's `Credentials`."""
    import c2pa  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - optional

    try:
        context = c2pa.Context(c2pa.Settings.from_dict(settings_for(trusted)))
        with c2pa.Reader(str(path), context=context) as reader:
            store = json.loads(reader.json())
        found = _credentials(store)
    except c2pa.C2paError as error:
        found = _without(error, c2pa.C2paError)
    channel.answer(found)


def _without(error: Exception, kinds: Any) -> JsonObject:  # noqa: ANN401 - the library's class
    words = shorten(str(error))
    if isinstance(error, kinds.ManifestNotFound):
        return {"state": "none"}
    if isinstance(error, kinds.NotSupported) or "unsupported" in words.lower():
        return {"state": "not_read", "note": words}
    return {"state": "broken", "note": words}


def _credentials(store: Mapping[str, Any]) -> JsonObject:
    manifests: Mapping[str, Any] = store.get("manifests") or {}
    active: Mapping[str, Any] = manifests.get(str(store.get("active_manifest"))) or {}
    signature: Mapping[str, Any] = active.get("signature_info") or {}
    own, others = _failures(store)
    return {
        "state": _STATES.get(str(store.get("validation_state")), "broken"),
        "manifests": len(manifests),
        "generator": _generator(active),
        "issuer": _text(signature.get("issuer")),
        "signed_utc": _text(signature.get("time")),
        "failures": own[:_MOST_CODES],
        "ingredient_failures": others[:_MOST_CODES],
        "source_types": sorted(set(_source_types(active)))[:_MOST_CODES],
    }


def _failures(store: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return what fails of the active manifest, and of ingredients."""
    results: Mapping[str, Any] = store.get("validation_results") or {}
    own = _codes(results.get("activeManifest"))
    others = [
        code
        for delta in results.get("ingredientDeltas") or ()
        for code in _codes(delta.get("validationDeltas"))
    ]
    for manifest in (store.get("manifests") or {}).values():
        for ingredient in manifest.get("ingredients") or ():
            kept: Mapping[str, Any] = ingredient.get("validation_results") or {}
            others += _codes(kept.get("activeManifest"))
            others += [str(one.get("code")) for one in ingredient.get("validation_status") or ()]
    return _kept(own), _kept(others)


def _codes(results: Mapping[str, Any] | None) -> list[str]:
    return [str(one.get("code")) for one in (results or {}).get("failure") or ()]


def _kept(codes: Sequence[str]) -> list[str]:
    """Return each code once; that a signer is not on a list is a state of its own."""
    return sorted({shorten(code) for code in codes if code != _UNTRUSTED})


def _generator(active: Mapping[str, Any]) -> str | None:
    for one in active.get("claim_generator_info") or ():
        name, version = one.get("name"), one.get("version")
        if name:
            return shorten(f"{name} {version}" if version else str(name))
    return _text(active.get("claim_generator"))


def _source_types(active: Mapping[str, Any]) -> Iterator[str]:
    for assertion in active.get("assertions") or ():
        if not str(assertion.get("label", "")).startswith("c2pa.actions"):
            continue
        data: Mapping[str, Any] = assertion.get("data") or {}
        for action in data.get("actions") or ():
            said = action.get("digitalSourceType")
            if said:
                yield shorten(str(said).rsplit("/", 1)[-1])


def _text(value: object) -> str | None:
    return shorten(value) if isinstance(value, str) and value else None
