"""What a forger can do to a bag: change it, list it anew, sign it with another key, pack it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHMS = ("sha256", "sha512")


def relist(bag: Path) -> None:
    """Make both kinds of manifest anew, as anybody can who has no key."""
    payload = sorted(path for path in (bag / "data").rglob("*") if path.is_file())
    _list(bag, "manifest", payload)
    sizes = [path.stat().st_size for path in payload]
    info = (bag / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in info if not line.startswith("Payload-Oxum")]
    kept.append(f"Payload-Oxum: {sum(sizes)}.{len(sizes)}")
    (bag / "bag-info.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")
    relist_tags(bag)


def relist_tags(bag: Path) -> None:
    tags = [
        path
        for path in sorted(bag.rglob("*"))
        if path.is_file()
        and not path.is_relative_to(bag / "data")
        and not path.name.startswith("tagmanifest-")
        and path.name != "signature.bin"
    ]
    _list(bag, "tagmanifest", tags)


def resign(bag: Path, *, own_statement: bool = False) -> None:
    """Sign with a key of the forger's own; with `own_statement` the case says so too."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (bag / "seal/key.pem").write_bytes(pem)
    if own_statement:
        edit_json(bag / "data/seal.json", lambda value: value | {"key": _sha256(der)})
    relist(bag)
    signed = (bag / "tagmanifest-sha256.txt").read_bytes()
    (bag / "seal/signature.bin").write_bytes(private.sign(signed))


def edit_json(path: Path, change: Callable[[Any], Any]) -> None:
    value = change(json.loads(path.read_bytes()))
    path.write_text(json.dumps(value), encoding="utf-8")


def edit_lines(path: Path, change: Callable[[list[Any]], list[Any]]) -> None:
    """Change the lines of a JSON Lines file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    values = change([json.loads(line) for line in lines])
    text = "".join(canonical(value) + "\n" for value in values)
    path.write_text(text, encoding="utf-8")


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def flip(path: Path, *, at: int = 40) -> None:
    """Change one byte."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def swap(one: Path, other: Path) -> None:
    kept = one.read_bytes()
    shutil.copyfile(other, one)
    other.write_bytes(kept)


def evidence(bag: Path, suffix: str) -> list[Path]:
    return sorted((bag / "data/evidence").glob(f"*{suffix}"))


def _list(bag: Path, kind: str, paths: list[Path]) -> None:
    for algorithm in ALGORITHMS:
        lines = [
            f"{hashlib.new(algorithm, path.read_bytes()).hexdigest()}  "
            f"{path.relative_to(bag).as_posix()}\n"
            for path in paths
        ]
        (bag / f"{kind}-{algorithm}.txt").write_text("".join(lines), encoding="utf-8")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
