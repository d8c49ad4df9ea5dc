"""What others made to be read: BagIt bags v0.97, RFC 3161 responses, WARC and WACZ files.

    python benchmarks/seals_of_others.py PATH/TO/shared/data/provenance

Prints one line for each that does not come out as its name promises, and the counts.
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from purport.core.errors import PurportError
from purport.seals import (
    check_bag,
    load_certificates,
    opened_archive,
    system_roots,
    verify_token,
)
from purport.seals.tokens import BadTokenError
from purport.sources import read_wacz, read_warc

RESPONSES = {
    "sigstage/response-sha256.tsr": True,
    "sigstage/response-sha384.tsr": True,
    "sigstage/response-sha512.tsr": True,
    "sigstage/response-invalid-signature.tsr": False,
    "sigstage/response-no-embedded-cert.tsr": True,  # its certificate comes with the chain
    "test_tsa/response.tsr": True,
    "test_tsa/response-injected-certs.tsr": True,  # those that did not sign are ignored
    "test_tsa/other_response.tsr": False,  # of a chain that is not there
}
STAMPED = b"hello"


def bags(root: Path) -> tuple[int, int]:
    """Count bags, and those that come out as their folder says."""
    right = total = 0
    for folder in sorted(path for path in root.glob("*/*") if path.is_dir()):
        promised = folder.parent.name
        with TemporaryDirectory() as place:
            found = check_bag(_completed(folder, Path(place) / folder.name))
        faulty = promised in {"invalid", "windows-only"}
        holds = bool(found.faults) is faulty
        if promised == "warning":
            holds = holds and bool(found.warnings)
        total += 1
        right += holds
        if not holds:
            print(f"{promised}/{folder.name}: {[str(each) for each in found.faults]}")
    return right, total


def _completed(folder: Path, copy: Path) -> Path:
    """Copy a bag with the hidden files that some copies of the suite lost (`.DS_Store`).

    One that is missing while another file has the very digest listed for it is that one again; the
    digests are then verified as for any file.
    """
    shutil.copytree(folder, copy)
    for listed in check_bag(folder).manifests.values():
        present = {digest: path for path, digest in listed.items() if (copy / path).is_file()}
        for path, digest in listed.items():
            lost = Path(path).name.startswith(".") and not (copy / path).is_file()
            if lost and digest in present:
                shutil.copyfile(copy / present[digest], copy / path)
    return copy


def responses(root: Path) -> tuple[int, int]:
    """Count responses, and those that come out as their name says."""
    right = 0
    for name, promised in RESPONSES.items():
        path = root / name
        chain = load_certificates(path.with_name("ts_chain.pem"))
        try:
            verify_token(path.read_bytes(), STAMPED, chain=chain, trusted=chain, file=name)
            holds, words = True, "holds"
        except BadTokenError as error:
            holds, words = False, error.fault
        print(f"{name}: {words}")
        right += holds is promised
    return right, len(RESPONSES)


def archives(root: Path) -> tuple[int, int]:
    """Count web archives, and those that come out as their name says.

    What is called "invalid" is to be refused; what is called "signed" is to carry a signature that
    holds; the others are to be read through.
    """
    right = total = 0
    for path in sorted(root.glob("*.wa*")):
        try:
            words, signed = _read_archive(path)
            refused = False
        except PurportError as error:
            words, signed, refused = str(error).splitlines()[0], False, True
        holds = refused is ("invalid" in path.name) and signed is ("signed" in path.name)
        print(f"{path.name}: {words}")
        total += 1
        right += holds
    return right, total


def _read_archive(path: Path) -> tuple[str, bool]:
    with TemporaryDirectory() as place:
        if path.suffix != ".wacz":
            report = read_warc(path, name=path.name, films_into=Path(place))
            return f"{report.records} records, {report.digests} digests fit", False
        with opened_archive(path) as root:
            wacz = read_wacz(root, name=path.name, films_into=Path(place), trusted=system_roots())
    by = "not signed" if wacz.signature is None else f"signed by {wacz.signature.signer}"
    return f"{wacz.files} files by their digests, {by}", wacz.signature is not None


def main() -> None:
    place = Path(sys.argv[1])
    for what, (right, total) in (
        ("bags", bags(place / "bagit" / "v0.97")),
        ("responses", responses(place / "rfc3161")),
        ("archives", archives(place / "wacz")),
    ):
        print(f"{what}: {right} of {total} as promised")


if __name__ == "__main__":
    main()
