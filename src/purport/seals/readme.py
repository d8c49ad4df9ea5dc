"""The README of a sealed bag: for people, who may not have Purport, nor any use for it."""

from purport.core.instants import format_utc
from purport.seals.records import SealStatement

__all__ = ["readme_text"]


def readme_text(statement: SealStatement, *, media: bool) -> str:
    """Write what lies in a bag and how to check it with tools of others.

    Args:
        statement: What was sealed.
        media: Whether the footage lies in the bag.
    """
    sealed = format_utc(statement.sealed_utc.replace(microsecond=0))
    lines = [
        f"{statement.case}: a case sealed by Purport",
        "",
        f"Sealed {sealed} by {statement.agent}, with {statement.tool_version}.",
        f"Key: {statement.key}",
        "",
        "WHAT LIES HERE",
        "  data/dossier.html       the case for readers; open it in a browser, it loads nothing",
        "  data/case.json          the same for machines",
        "  data/exports/           verdicts and strikes as tables (CSV), places as GeoJSON",
        "  data/evidence/          files as collected, each under the SHA-256 of its bytes",
        "  data/records/           every record, a line each, superseded and withdrawn ones too",
        "  data/schemas/           what each member of a record means (JSON Schema)",
        "  data/custody.jsonl      who did what when; each line holds the digest of the one before",
        "  data/environment/       versions, parameters of every check, and Purport itself",
        "  data/seal.json          what was sealed",
        "  seal/                   signature, key, and time stamps",
        "",
        "CHECK IT WITHOUT PURPORT, in this bag's folder (one above data/)",
        "  sha256sum --check --strict --quiet manifest-sha256.txt tagmanifest-sha256.txt",
        "  bagit.py --validate .                     (pip install bagit)",
        *_stamp_lines(statement),
        "  openssl pkeyutl -verify -pubin -inkey seal/key.pem -rawin \\",
        "      -in tagmanifest-sha256.txt -sigfile seal/signature.bin",
        "",
        "Compare the key above with the one that the sealer publishes elsewhere, and the root of",
        "each time stamp (last certificate of seal/tokens/*.pem) with the one that the authority",
        "publishes: whoever can write this folder can also put others in their places.",
        "",
        "CHECK IT WITH PURPORT",
        "  purport verify BAG --key KEY.pem",
        "  purport reproduce BAG       runs every check again and compares every number",
        "",
        "BUILD THE SAME ENVIRONMENT",
        "  python3 -m venv again",
        "  again/bin/pip install -r data/environment/requirements.txt",
        "  again/bin/pip install --no-deps data/environment/purport-*.whl",
        "  again/bin/purport reproduce .",
    ]
    if not media:
        lines += [
            "",
            "WITHHELD",
            "The footage itself is not in this bag, nor are pictures of it; data/seal.json has the",
            "SHA-256 and length of each file. Whoever has the files can run the case again:",
            "  purport reproduce BAG --media FOLDER",
        ]
    return "\n".join(lines) + "\n"


def _stamp_lines(statement: SealStatement) -> list[str]:
    lines = []
    for number, url in enumerate(statement.authorities, 1):
        lines += [
            f"  openssl ts -verify -data manifest-sha256.txt -in seal/tokens/{number}.tsr \\",
            f"      -CAfile seal/tokens/{number}.pem    ({url})",
        ]
    return lines or ["  (no time stamp was asked for: nothing but the sealer says when)"]
