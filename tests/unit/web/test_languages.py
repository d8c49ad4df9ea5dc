"""The catalogues of the reader's side: complete, intact, compiled, and fit for what errors say."""

import ast
import importlib.util
import io
import re
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from purport.web.words import FAULTS, VOCABULARY

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "src" / "purport"
LANGUAGES = ("ar", "ru")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
COUNT = {"%(n)s", "%(n)d"}
SPOKEN_TO_READERS = (
    *sorted((SOURCES / "readers").glob("*.py")),
    *sorted((SOURCES / "store" / "readers").glob("*.py")),
    *(
        SOURCES / "web" / "pages" / f"{name}.py"
        for name in ("discussion", "evidence", "notices", "own_data", "readers")
    ),
    SOURCES / "web" / "mailing.py",
    SOURCES / "web" / "faults.py",
)
OF_THE_DESK = {
    "Look at the queue again.",
    "Say what you saw for yourself; it stands beside the evidence.",
    "Say why; its author is told.",
    "Say why; readers are told.",
    "Say why; readers see it in the log.",
    "its author has left",
    "It cannot be taken over.",
    "is too long",
    "was not built",
    "Build the pages' scripts.",
}
"""What only moderators, the desk and whoever runs the server are told."""
RAISED = re.compile(r"Error$|^_refuse$")


@pytest.fixture(scope="module")
def maker() -> Any:  # noqa: ANN401 - a script that is loaded by its path
    """The script that makes the catalogues."""
    loader = SourceFileLoader("make_messages", str(ROOT / "scripts" / "make-messages"))
    spec = importlib.util.spec_from_loader("make_messages", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(maker: Any, language: str) -> None:  # noqa: ANN401 - a script
    kept = maker.kept(language)
    wanted = {(one.id, one.context) for one in maker.messages() if one.id}
    assert len(wanted) > 400
    assert {(one.id, one.context) for one in kept if one.id} == wanted
    assert maker.lacking(kept) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_programs_read_is_what_people_wrote(maker: Any, language: str) -> None:  # noqa: ANN401
    written = maker.po_path(language)
    catalogue = read_po(io.BytesIO(written.read_bytes()), locale=language)
    assert written.with_suffix(".mo").read_bytes() == maker.compiled(catalogue)


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_kept(maker: Any, language: str) -> None:  # noqa: ANN401 - a script
    for message in maker.kept(language):
        if not message.id:
            continue
        if isinstance(message.id, str):
            assert places(message.string) == places(message.id), message.id
            continue
        for form in message.string:  # one and two may be said in words
            assert places(form) <= places(message.id[1]), message.id
            assert places(message.id[1]) - places(form) <= COUNT, message.id


def test_each_plural_form_is_there(maker: Any) -> None:  # noqa: ANN401 - a script
    for language, forms in (("ar", 6), ("ru", 3)):
        plural = [one for one in maker.kept(language) if isinstance(one.id, tuple)]
        assert len(plural) >= 3
        assert all(len(one.string) == forms for one in plural)


def places(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("path", SPOKEN_TO_READERS, ids=lambda path: path.name)
def test_whatever_an_error_says_is_in_the_catalogue(path: Path) -> None:
    unknown = [said for said in said_in(path) if not known(said) and said not in OF_THE_DESK]
    assert unknown == []


def test_errors_are_looked_for_at_all() -> None:
    assert sum(len(list(said_in(path))) for path in SPOKEN_TO_READERS) > 100


def known(said: str) -> bool:
    patterns = (
        "".join(
            ".*" if number % 2 else re.escape(piece)
            for number, piece in enumerate(re.split(r"(%\(\w+\)s)", message))
        )
        for message in FAULTS
    )
    return any(re.fullmatch(pattern, said) for pattern in patterns)


def said_in(path: Path) -> Iterator[str]:
    """Return the faults and remedies that a module raises, with 7 for what varies."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_fault_of"):
            values = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
        elif isinstance(node, ast.Call) and RAISED.search(getattr(node.func, "id", "")):
            skipped = 0 if getattr(node.func, "id", "") == "_refuse" else 1
            values = [*node.args[skipped:], *(one.value for one in node.keywords)]
        else:
            continue
        yield from (said for value in values if (said := text_of(value)))


def text_of(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(one.value) if isinstance(one, ast.Constant) else "7" for one in node.values
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return text_of(node.func.value)
    if isinstance(node, ast.IfExp):
        return text_of(node.body) or text_of(node.orelse)
    return None


def test_no_message_is_of_nobody() -> None:
    assert len(set(FAULTS)) == len(FAULTS)
    assert all(words for words in VOCABULARY.values())
