from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

WIDTHS = (390, 820, 1280)

OVERFLOWING = """() => [...document.querySelectorAll('body *')]
  .filter(element => !element.closest('.scroll') && !element.closest('svg'))
  .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
  .map(element => `${element.tagName}.${element.className}`)"""

# Contrast of every run of text against the nearest background behind it (WCAG 2.2, 1.4.3).
POOR_CONTRAST = """() => {
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const channel = v => linear(v / 255);
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.6) return colour;
    }
    return [255, 255, 255];
  };
  const poor = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    if (element.closest('svg, .visually-hidden, .skip')) continue;
    if (!element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const pair = [luminance(parse(style.color)), luminance(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) poor.add(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return [...poor];
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dossier_opens_silently(
    visit: Callable[..., Any], dossier: Path, width: int, scheme: str
) -> None:
    with visit(width=width, scheme=scheme) as opened:
        assert opened.console == []
        assert opened.requests == [dossier.as_uri()]
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.page.evaluate(OVERFLOWING) == []
        assert opened.page.evaluate(POOR_CONTRAST) == []


def test_dossier_reads_without_scripts(visit: Callable[..., Any]) -> None:
    with visit(scripts=False) as opened:
        page = opened.page
        assert page.get_by_role("heading", name="Verdicts", exact=True).is_visible()
        assert page.get_by_role("table", name="Ratings of the six parts").is_visible()
        assert page.get_by_role("main").count() == 1
        assert page.get_by_role("navigation", name="Contents").get_by_role("link").count() >= 5


def test_dossier_shows_graphic_frames_only_when_asked(visit: Callable[..., Any]) -> None:
    with visit(scripts=False) as opened:
        figure = opened.page.locator(".graphic").first
        assert figure.locator(".veiled").is_visible()
        assert not figure.locator(".reveal .drawing").is_visible()
        figure.locator("summary").click()
        assert figure.locator(".reveal .drawing").is_visible()
        assert not figure.locator(".veiled").is_visible()


def test_dossier_prints_the_argument_but_no_graphic_frame(visit: Callable[..., Any]) -> None:
    with visit() as opened:
        page = opened.page
        page.emulate_media(media="print")
        assert not page.locator(".reveal .drawing").first.is_visible()
        assert page.locator(".argument:not([open]) .argument-body").first.is_visible()
        assert len(page.pdf(format="A4", prefer_css_page_size=True)) > 50_000


def test_dossier_can_be_walked_by_keyboard(visit: Callable[..., Any]) -> None:
    with visit() as opened:
        page = opened.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_dossier_says_synthetic_wherever_the_reader_is(visit: Callable[..., Any]) -> None:
    with visit() as opened:
        for part in (0.0, 0.5, 1.0):
            opened.page.evaluate(f"scrollTo(0, document.body.scrollHeight * {part})")
            box = opened.page.locator(".synthetic-banner").bounding_box()
            assert box is not None
            assert -1 <= box["y"] < 900


def test_dossier_is_photographed(visit: Callable[..., Any], screenshots: Path) -> None:
    whole = {
        "dossier.png": ("light", 1280, 1000),
        "dossier-dark.png": ("dark", 1280, 1000),
        "dossier-phone.png": ("light", 390, 844),
    }
    for name, (scheme, width, height) in whole.items():
        with visit(width=width, scheme=scheme) as opened:
            opened.page.set_viewport_size({"width": width, "height": height})
            opened.page.screenshot(path=screenshots / name)
    sections = {
        "dossier-claims.png": "#sources",
        "dossier-frames.png": ".item .frames",
        "dossier-impacts.png": "section[aria-labelledby$=-impacts] figure.map",
    }
    with visit() as opened:
        # A banner that sticks to the window would lie across a picture taller than it.
        opened.page.add_style_tag(content=".synthetic-banner { position: static !important }")
        for name, selector in sections.items():
            opened.page.locator(selector).last.screenshot(path=screenshots / name)
    assert all((screenshots / name).stat().st_size > 5_000 for name in (*whole, *sections))
