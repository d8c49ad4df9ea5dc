"""Time the ledger on a story of a thousand words, after start-up.

    python benchmarks/ledger_speed.py [ARTICLES]

The story is made of articles of FA-KES (not in this repository), cut at 1,000 words; without them,
of the story of the tests, repeated. Prints the median and the worst of 20 runs, reading included,
processor time. [s]
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from purport.ledger import extract_claims, read_document

_ARTICLES = Path(__file__).parents[2] / "shared" / "data" / "articles" / "fa_kes_air_strikes.jsonl"
_OWN = Path(__file__).parents[1] / "tests" / "unit" / "ledger" / "story_of_the_harbour.txt"
_WORDS = 1000
_RUNS = 20


def main() -> int:
    """Print the figures."""
    articles = Path(sys.argv[1]) if len(sys.argv) > 1 else _ARTICLES
    for name, text in (("articles", _of_articles(articles)), ("own story", _repeated())):
        if text is None:
            continue
        times, claims = _timed(text)
        print(
            f"{name}: {len(text.split())} words, {claims} claims: "
            f"median {statistics.median(times):.3f} s, worst of {_RUNS} {max(times):.3f} s"
        )
    return 0


def _of_articles(path: Path) -> str | None:
    if not path.is_file():
        return None
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    paragraphs = [piece for text in texts[:6] for piece in text.split(". ")]
    kept: list[str] = []
    for paragraph in paragraphs:
        kept.append(paragraph.strip() + ".")
        if sum(len(each.split()) for each in kept) >= _WORDS:
            break
    return "\n\n".join(kept)


def _repeated() -> str:
    story = _OWN.read_text(encoding="utf-8")
    return story * (_WORDS // len(story.split()) + 1)


def _timed(text: str) -> tuple[list[float], int]:
    times: list[float] = []
    claims = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "story.txt"
        path.write_bytes(text.encode())
        for _ in range(_RUNS):
            started = time.process_time()
            claims = len(extract_claims(read_document(path)))
            times.append(time.process_time() - started)
    return times, claims


if __name__ == "__main__":
    raise SystemExit(main())
