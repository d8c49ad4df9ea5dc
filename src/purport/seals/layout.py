"""Where everything lies in a sealed bag; `docs/sealing.md` explains it to people."""

__all__ = [
    "ALGORITHMS",
    "CASE_FILE",
    "CUSTODY_FILE",
    "DOSSIER_FILE",
    "ENVIRONMENT_FILE",
    "EVIDENCE",
    "EXPORTS",
    "FORMAT",
    "KEYS_FILE",
    "KEY_FILE",
    "LOCK_FILE",
    "MANIFEST",
    "README_FILE",
    "RECORDS",
    "SCHEMAS",
    "SIGNATURE_FILE",
    "STATEMENT_FILE",
    "TAG_MANIFEST",
    "TOKENS",
    "chain_file",
    "token_file",
]

FORMAT = "purport.seal/1"
"""What the statement says of its own form."""
ALGORITHMS = ("sha256", "sha512")
"""Of the manifests."""
MANIFEST = "manifest-sha256.txt"
"""What the time stamps are of."""
TAG_MANIFEST = "tagmanifest-sha256.txt"
"""What is signed; it lists the manifests, and the tokens of them."""

README_FILE = "data/README.txt"
STATEMENT_FILE = "data/seal.json"
CUSTODY_FILE = "data/custody.jsonl"
RECORDS = "data/records/"
SCHEMAS = "data/schemas/"
EVIDENCE = "data/evidence/"
EXPORTS = "data/exports/"
CASE_FILE = "data/case.json"
DOSSIER_FILE = "data/dossier.html"
ENVIRONMENT_FILE = "data/environment/environment.json"
LOCK_FILE = "data/environment/requirements.txt"

SIGNATURE_FILE = "seal/signature.bin"
KEY_FILE = "seal/key.pem"
KEYS_FILE = "seal/keys.json"
TOKENS = "seal/tokens/"


def token_file(number: int) -> str:
    """Return where the response of the authority of that number lies, from 1."""
    return f"{TOKENS}{number}.tsr"


def chain_file(number: int) -> str:
    """Return where its certificates lie."""
    return f"{TOKENS}{number}.pem"
