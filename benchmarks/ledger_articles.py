"""Measure attribution on thirty articles that were labelled by hand.

    python benchmarks/ledger_articles.py [--half HALF] [--articles FILE] [--errors]

`HALF` is `development` or `kept_aside`.

`ledger_articles.json` holds the labels as offsets; how they were made stands in `ledger_guide.md`.
The articles themselves (FA-KES, CC BY 4.0) are not in this repository. Prints precision, recall and
F1 of source, cue, content and whole attributions, exact and with overlap. `--errors` also prints
what was missed or wrong, for the development half only.
"""

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from purport.core.claims import Claim, Span
from purport.ledger import extract_claims, read_document

_LABELS = Path(__file__).with_name("ledger_articles.json")
_ARTICLES = Path(__file__).parents[2] / "shared" / "data" / "articles" / "fa_kes_air_strikes.jsonl"
_EDGES = " \"'“”‘’.,;:!?\n"
_THAT = "that "
_SHARED = 0.5
_Piece = tuple[int, int]
_Pieces = tuple[_Piece, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attribution, of the labels or of the ledger."""

    source: _Pieces
    cue: _Pieces
    content: _Pieces


def main() -> int:
    """Print the figures."""
    asked = _arguments()
    texts = _load_texts(asked.articles)
    pairs: list[tuple[str, list[Attribution], list[Attribution]]] = []
    for article in json.loads(_LABELS.read_text())[asked.half]:
        text = texts[article["id"]]
        if hashlib.sha256(text.encode()).hexdigest() != article["sha256"]:
            raise SystemExit(f"article {article['id']} is not the one that was labelled")
        labels = [_of_label(text, label) for label in article["attributions"]]
        pairs.append((text, labels, _of_ledger(text)))
    print(f"{asked.half}: {len(pairs)} articles, {sum(len(p[1]) for p in pairs)} attributions")
    for name, figures in _figures(pairs).items():
        print(
            f"{name:24} precision {figures[0]:5.1f}  recall {figures[1]:5.1f}  F1 {figures[2]:5.1f}"
        )
    if asked.errors and asked.half == "development":
        _print_errors(pairs)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", default="development", choices=("development", "kept_aside"))
    parser.add_argument("--articles", type=Path, default=_ARTICLES)
    parser.add_argument("--errors", action="store_true")
    return parser.parse_args()


def _load_texts(path: Path) -> dict[str, str]:
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: row["text"] for row in rows}


def _of_label(text: str, label: dict[str, list[int] | list[list[int]]]) -> Attribution:
    def one(key: str) -> _Pieces:
        return _trimmed(text, [tuple(label[key])] if key in label else [])  # type: ignore[list-item]

    return Attribution(one("source"), one("cue"), _trimmed(text, label["content"]))  # type: ignore[arg-type]


def _of_ledger(text: str) -> list[Attribution]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "article.txt"
        path.write_bytes(text.encode())
        story = read_document(path)
    return [_of_claim(text, claim) for claim in extract_claims(story) if claim.source]


def _of_claim(text: str, claim: Claim) -> Attribution:
    def of(spans: Sequence[Span]) -> _Pieces:
        return _trimmed(text, [(span.start, span.end) for span in spans])

    return Attribution(of(claim.source), of(claim.cue), of(claim.content))


def _trimmed(text: str, pieces: Sequence[Sequence[int]]) -> _Pieces:
    kept: list[_Piece] = []
    for first, last in pieces:
        start, end = first, last
        while start < end and text[start] in _EDGES:
            start += 1
        if text.startswith(_THAT, start, end):
            start += len(_THAT)
        while start < end and text[start] in _EDGES:
            start += 1
        while end > start and text[end - 1] in _EDGES:
            end -= 1
        if start < end:
            kept.append((start, end))
    return tuple(sorted(kept))


def _figures(
    pairs: Sequence[tuple[str, list[Attribution], list[Attribution]]],
) -> dict[str, tuple[float, float, float]]:
    rules: dict[str, tuple[Callable[[Attribution], object], Callable[..., bool]]] = {}
    for field in ("source", "cue", "content"):
        rules[f"{field}, exact"] = (_getter(field), _same)
        rules[f"{field}, overlap"] = (_getter(field), _touch)
    rules["whole, exact"] = (lambda item: item, _same_whole)
    rules["whole, overlap"] = (lambda item: item, _right)
    return {name: _score(pairs, get, fits) for name, (get, fits) in rules.items()}


def _getter(field: str) -> Callable[[Attribution], object]:
    return lambda item: getattr(item, field)


def _score(
    pairs: Sequence[tuple[str, list[Attribution], list[Attribution]]],
    get: Callable[[Attribution], object],
    fits: Callable[..., bool],
) -> tuple[float, float, float]:
    hits = wanted = found = 0
    for _, labels, ledger in pairs:
        ours = list(dict.fromkeys(get(item) for item in labels if get(item)))
        theirs = list(dict.fromkeys(get(item) for item in ledger if get(item)))
        hits += len(_matching(ours, theirs, fits))
        wanted += len(ours)
        found += len(theirs)
    precision, recall = 100 * hits / max(1, found), 100 * hits / max(1, wanted)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _matching(
    ours: Sequence[object], theirs: Sequence[object], fits: Callable[..., bool]
) -> dict[int, int]:
    """Pair as many as can be paired one to one (augmenting paths); theirs -> ours."""
    taken: dict[int, int] = {}

    def place(mine: int, seen: set[int]) -> bool:
        for at, other in enumerate(theirs):
            if at in seen or not fits(ours[mine], other):
                continue
            seen.add(at)
            if at not in taken or place(taken[at], seen):
                taken[at] = mine
                return True
        return False

    for mine in range(len(ours)):
        place(mine, set())
    return taken


def _same(a: _Pieces, b: _Pieces) -> bool:
    return _joined(a) == _joined(b)


def _joined(pieces: _Pieces) -> _Pieces:
    """Join pieces between which only marks or a blank stand."""
    made: list[_Piece] = []
    for start, end in pieces:
        if made and start - made[-1][1] <= 3:
            made[-1] = (made[-1][0], end)
        else:
            made.append((start, end))
    return tuple(made)


def _touch(a: _Pieces, b: _Pieces) -> bool:
    return _shared(a, b) > 0


def _shared(a: _Pieces, b: _Pieces) -> int:
    return sum(max(0, min(x[1], y[1]) - max(x[0], y[0])) for x in a for y in b)


def _dice(a: _Pieces, b: _Pieces) -> float:
    length = sum(end - start for start, end in (*a, *b))
    return 2 * _shared(a, b) / length if length else 0.0


def _right(a: Attribution, b: Attribution) -> bool:
    return _dice(a.content, b.content) >= _SHARED and _touch(a.source, b.source)


def _same_whole(a: Attribution, b: Attribution) -> bool:
    return all(_same(getattr(a, f), getattr(b, f)) for f in ("source", "cue", "content"))


def _print_errors(pairs: Sequence[tuple[str, list[Attribution], list[Attribution]]]) -> None:
    for text, labels, ledger in pairs:
        taken = _matching(labels, ledger, _right)
        for at, item in enumerate(ledger):
            if at not in taken:
                print("FALSE ", _told(text, item))
            elif not _same_whole(labels[taken[at]], item):
                print("LABEL ", _told(text, labels[taken[at]]))
                print("LEDGER", _told(text, item))
        for mine, item in enumerate(labels):
            if mine not in taken.values():
                print("MISSED", _told(text, item))


def _told(text: str, item: Attribution) -> str:
    parts = (item.source, item.cue, item.content)
    return " | ".join(" + ".join(text[start:end] for start, end in part) for part in parts)


if __name__ == "__main__":
    raise SystemExit(main())
