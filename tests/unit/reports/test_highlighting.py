from types import ModuleType

from purport.core.casefile import StoryText
from purport.core.claims import Claim, QuoteType, SourceDocument, Span
from purport.core.digests import Digest
from purport.reports.highlighting import mark_quote, mark_story


def span(text: str, exact: str) -> Span:
    start = text.index(exact)
    return Span(start=start, end=start + len(exact), exact=exact)


def story(text: str, *blocks: str, media_type: str = "text/plain") -> StoryText:
    document = SourceDocument(
        digest=Digest("0" * 64),
        name="s",
        media_type=media_type,
        encoding="utf-8",
        encoding_basis="valid UTF-8",
        title=None,
        published=None,
        main_text=tuple(span(text, block) for block in blocks),
    )
    return StoryText(document=document, text=text)


def claim(text: str, *content: str, hedges: tuple[str, ...] = ()) -> Claim:
    return Claim(
        id="c1",
        document=Digest("0" * 64),
        claimant="Ada",
        claimant_role=None,
        quote_type=QuoteType.INDIRECT,
        source=(),
        cue=(),
        content=tuple(span(text, exact) for exact in content),
        hedges=tuple(span(text, exact) for exact in hedges),
    )


def test_mark_story_keeps_every_character_of_plain_text() -> None:
    text = "One two three. Four five."
    marked = mark_story(
        story(text, text), [(1, claim(text, "two three")), (2, claim(text, "Four"))]
    )
    assert "".join(piece.text for piece in marked[0]) == text
    assert [(p.text, p.claims) for p in marked[0] if p.claims] == [
        ("two three", (1,)),
        ("Four", (2,)),
    ]


def test_mark_story_shows_both_claims_where_they_overlap() -> None:
    text = "a b c d e"
    pieces = mark_story(story(text, text), [(1, claim(text, "b c d")), (2, claim(text, "c d e"))])[
        0
    ]
    assert [(p.text, p.claims, p.begins) for p in pieces] == [
        ("a ", (), ()),
        ("b ", (1,), (1,)),
        ("c d", (1, 2), (2,)),
        (" e", (2,), ()),
    ]


def test_mark_story_numbers_a_claim_once_when_its_content_is_broken_up() -> None:
    text = "x one y two z"
    pieces = mark_story(story(text, text), [(7, claim(text, "one", "two"))])[0]
    assert [p.begins for p in pieces if p.claims] == [(7,), ()]


def test_mark_story_leaves_page_furniture_out() -> None:
    text = "Subscribe!\n\nThe story.\n\nCookies?"
    assert [[p.text for p in run] for run in mark_story(story(text, "The story."), [])] == [
        ["The story."]
    ]


def test_mark_story_separates_paragraphs_and_joins_what_markup_splits() -> None:
    text = "<p>One <b>bold</b> word.</p><p>Two.</p>"
    page = story(text, "One ", "bold", " word.", "Two.", media_type="text/html")
    paragraphs = ["".join(p.text for p in run) for run in mark_story(page, [])]
    assert paragraphs == ["One bold word.", "Two."]


def test_mark_story_resolves_entities_and_drops_tags() -> None:
    text = "<p>&ldquo;Yes&rdquo; &amp; <em>no</em></p>"
    page = story(text, "&ldquo;Yes&rdquo; &amp; <em>no</em>", media_type="text/html")
    pieces = mark_story(page, [(1, claim(text, "&ldquo;Yes&rdquo;"))])[0]
    assert [(p.text, p.claims) for p in pieces] == [("“Yes”", (1,)), (" & no", ())]


def test_mark_story_shows_no_comment_and_no_script() -> None:
    inner = "One <!-- a > b --> word<script>if (a < b) hide()</script>."
    page = story(f"<p>{inner}</p>", inner, media_type="text/html")
    (paragraph,) = mark_story(page, [])
    assert "".join(piece.text for piece in paragraph) == "One word."


def test_mark_story_without_main_text_is_empty() -> None:
    assert mark_story(story("text"), []) == ()


def test_mark_quote_marks_hedges_and_shows_gaps() -> None:
    text = "They may have hit, she said, the bridge."
    pieces = mark_quote(
        story(text, text), claim(text, "They may have hit", "the bridge", hedges=("may",))
    )
    assert "".join(p.text for p in pieces) == "They may have hit … the bridge"
    assert [p.text for p in pieces if "hedge" in p.roles] == ["may"]


def test_mark_quote_joins_content_that_only_markup_parts() -> None:
    text = "<p>no <b>bomb</b> fell</p>"
    page = story(text, "no <b>bomb</b> fell", media_type="text/html")
    quote = mark_quote(page, claim(text, "no ", "bomb", " fell"))
    assert "".join(p.text for p in quote) == "no bomb fell"


def test_mark_story_covers_every_claim_of_the_hand_made_case(builder: ModuleType) -> None:
    for document in (builder.write_story(), builder.write_page()):
        own = [
            (number, entry)
            for number, entry in enumerate(builder.claims(), start=1)
            if entry.document == document.document.digest
        ]
        begun = [n for run in mark_story(document, own) for piece in run for n in piece.begins]
        assert begun == [number for number, _ in own]
