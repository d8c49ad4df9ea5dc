"""Is a page what was asked for, or a wall, a notice or an empty frame that came in its place?

To take a page for a wall loses evidence for a moment, for it can be captured by another way; to take
a wall for the page puts a wall into evidence. To call a page deleted that is not can damage
somebody. So a page with matter of its own is content whatever else stands on it, and what is called
a wall shows it by its status, by where it led, or by words in its title or headings while it has
little else to say. Rates stand in docs/capture.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from purport.sources.pages import Page
from purport.sources.records import PageState, Recognised

__all__ = ["LITTLE_TEXT", "Arrival", "recognise"]

LITTLE_TEXT = 900
"""A page whose main words are fewer letters than this has little to say. Of the pages of our table
the longest wall has 640 letters, and the shortest article 1,100."""
_HARDLY_ANY = 40
_PUBLISHED = frozenset({"article:published_time", "article:author", "datepublished", "pubdate"})
_NOT_FOUND = frozenset({404, 410})
_REFUSED = frozenset({401, 403, 407, 451})
_BUSY = frozenset({420, 429})
_SERVER_FAULT = 500
_FAULT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is known of a page beside its own words."""

    asked_url: str
    """What was asked for."""
    final_url: str
    """Where it led."""
    status: int
    """Its status code."""
    has_film: bool
    """Whether a film that belongs to it came."""
    expects_film: bool
    """Whether the page says of itself that it shows one."""


def recognise(page: Page, arrival: Arrival) -> Recognised:
    """Tell what a page is.

    Args:
        page: The page; as shown by a browser if one took part.
        arrival: What else is known.
    """
    state = _by_status(page, arrival)
    if state is not None:
        return state
    if not page.text and not arrival.has_film and not page.parts:
        return Recognised(state=PageState.EMPTY, signs=("it has no words, pictures or film",))
    signs = tuple(_signs(page, arrival))
    if signs:
        first = signs[0][0]
        return Recognised(
            state=first, signs=tuple(words for kind, words in signs if kind is first)
        )
    if _is_empty_player(page, arrival):
        return Recognised(
            state=PageState.EMPTY_PLAYER,
            signs=("it has a player, and no film came with it",),
        )
    if len(page.text) < _HARDLY_ANY and not arrival.has_film and page.scripts:
        return Recognised(
            state=PageState.EMPTY,
            signs=("it shows nothing by itself: scripts would have to fill it",),
        )
    return Recognised(state=PageState.CONTENT, signs=())


def _by_status(page: Page, arrival: Arrival) -> Recognised | None:
    status = arrival.status
    code = f"its status is {status}"
    if status < _FAULT:
        return None
    if status in _BUSY:
        return Recognised(state=PageState.RATE_LIMITED, signs=(code,))
    words = _heard(page, little=True)
    if status in _NOT_FOUND:
        gone = words.get(PageState.DELETED)
        kind = PageState.DELETED if gone or status == 410 else PageState.NOT_FOUND  # noqa: PLR2004
        return Recognised(state=kind, signs=(code, *([gone] if gone else [])))
    for kind in (PageState.BOT_CHECK, PageState.RATE_LIMITED, PageState.LOG_IN_WALL):
        if kind in words:
            return Recognised(state=kind, signs=(code, words[kind]))
    if status == 401:  # noqa: PLR2004 - RFC 9110: credentials are missing
        return Recognised(state=PageState.LOG_IN_WALL, signs=(code,))
    if status in _REFUSED:
        return Recognised(state=PageState.REFUSED, signs=(code,))
    kind = PageState.SERVER_FAULT if status >= _SERVER_FAULT else PageState.REFUSED
    return Recognised(state=kind, signs=(code,))


def _signs(page: Page, arrival: Arrival) -> Iterator[tuple[PageState, str]]:
    """Give what a page that came with a good status shows of being another one."""
    if len(page.main_text) >= LITTLE_TEXT or arrival.has_film or _has_matter(page):
        return
    heard = _heard(page, little=True)
    led = _led_elsewhere(arrival)
    asks_password = page.password_fields > page.password_in_furniture
    if PageState.BOT_CHECK in heard:
        yield PageState.BOT_CHECK, heard[PageState.BOT_CHECK]
    if led is PageState.LOG_IN_WALL and (asks_password or PageState.LOG_IN_WALL in heard):
        yield PageState.LOG_IN_WALL, f"it led to {arrival.final_url[:200]}, which asks to log in"
    if PageState.LOG_IN_WALL in heard and not (page.password_fields and not asks_password):
        yield PageState.LOG_IN_WALL, heard[PageState.LOG_IN_WALL]
    elif asks_password and len(page.main_text) < LITTLE_TEXT // 2:
        yield PageState.LOG_IN_WALL, "it is a form for a password, and little else"
    if led is PageState.CONSENT_WALL:
        yield PageState.CONSENT_WALL, f"it led to {arrival.final_url[:200]}"
    for kind in (
        PageState.RATE_LIMITED,
        PageState.CONSENT_WALL,
        PageState.DELETED,
        PageState.NOT_FOUND,
        PageState.REFUSED,
    ):
        if kind in heard:
            yield kind, heard[kind]
    if led is PageState.NOT_FOUND:
        yield PageState.NOT_FOUND, f"it led to the front page {arrival.final_url[:200]}"


def _has_matter(page: Page) -> bool:
    """Tell whether a page describes itself as a piece of somebody's: walls and notices do not.

    A short post about a film that was deleted says "this video has been deleted" too.
    """
    if _PUBLISHED & page.names.keys():
        return True
    return page.names.get("og:type", "").lower() == "article" and not page.password_fields


def _led_elsewhere(arrival: Arrival) -> PageState | None:
    """Tell by its address that a page led to one of another kind."""
    asked, final = urlsplit(arrival.asked_url), urlsplit(arrival.final_url)
    if (asked.hostname, asked.path, asked.query) == (final.hostname, final.path, final.query):
        return None
    path, host = final.path.lower(), (final.hostname or "").lower()
    own = asked.path.lower()
    if _LOG_IN_PATH.search(path) and not _LOG_IN_PATH.search(own):
        return PageState.LOG_IN_WALL
    if host.startswith("accounts.") and not (asked.hostname or "").startswith("accounts."):
        return PageState.LOG_IN_WALL
    if (host.startswith("consent.") or _CONSENT_PATH.search(path)) and not _CONSENT_PATH.search(own):
        return PageState.CONSENT_WALL
    deep = len([part for part in asked.path.split("/") if part]) >= 2  # noqa: PLR2004 - a page of a section
    same = _without_www(asked.hostname) == _without_www(final.hostname)
    if deep and same and final.path in {"", "/"} and not final.query:
        return PageState.NOT_FOUND
    return None


def _without_www(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _is_empty_player(page: Page, arrival: Arrival) -> bool:
    if arrival.has_film or len(page.main_text) >= LITTLE_TEXT:
        return False
    return arrival.expects_film or bool(page.players)


def _heard(page: Page, *, little: bool) -> dict[PageState, str]:
    """Return what title, headings and, where there is little else, the words say."""
    places = [("title", page.title), *(("heading", each) for each in page.headings)]
    if little:
        places.append(("words", page.main_text))
    found: dict[PageState, str] = {}
    for place, words in places:
        for kind, pattern in _SAID[place == "words"]:
            match = pattern.search(words)
            if match is not None:
                found.setdefault(kind, f"its {place} say{'s' * (place != 'words')} {match.group()!r}")
    return found


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(phrases) + r")(?!\w)", re.IGNORECASE)


_LOG_IN_PATH = re.compile(r"/(?:log-?in|sign-?in|signup|auth|checkpoint|accounts/login)(?:[/.?]|$)")
_CONSENT_PATH = re.compile(r"/(?:consent|cookie-?wall|privacy-?gate|age-?(?:gate|check))(?:[/.?]|$)")

_LOG_IN = _any(
    r"(?:you must|you need to|please) (?:log|sign) in",
    r"(?:log|sign) in (?:or sign up )?to (?:continue|see|view|watch|confirm)[^.]{0,40}",
    r"log in (?:to|or sign up for) \w+",
    r"(?:only available|available only) to (?:registered|logged|signed)[^.]{0,30}",
    r"this (?:account|profile|content|post|group) is private",
    r"войдите(?: в аккаунт)?,? (?:чтобы|для)[^.]{0,40}",
    r"(?:необходимо|нужно|требуется) (?:войти|авторизоваться|авторизация)",
    r"увійдіть,? щоб[^.]{0,40}",
    r"(?:يجب|يرجى) (?:عليك )?تسجيل الدخول",
    r"سجل الدخول (?:للمتابعة|لمتابعة|لمشاهدة)",
    r"connectez-vous pour[^.]{0,40}",
    r"(?:bitte )?(?:melde dich an|melden sie sich an|einloggen),? um[^.]{0,40}",
    r"inicia sesión para[^.]{0,40}",
)
_LOG_IN_TITLE = _any(
    r"(?:log|sign) ?in(?: or sign up)?(?: (?:to|•|·|\||-|–|—|/).{0,40})?",
    r"(?:you must|you need to|please) (?:log|sign) in",
    r"вход(?: в .{0,30})?|авторизация|войти",
    r"تسجيل الدخول",
    r"anmelden|connexion|iniciar sesión|увійти|вхід",
)
_LOG_IN_TITLE = re.compile(rf"^\W*{_LOG_IN_TITLE.pattern}", re.IGNORECASE)
_GONE = _any(
    r"(?:this |the )?(?:video|post|tweet|page|account|content|media|photo|message|clip|story)"
    r"[^.]{0,40} (?:has been|was|is|have been) (?:deleted|removed|taken down|withdrawn|terminated)"
    r"[^.]{0,60}",
    r"(?:this |the )?(?:video|post|tweet|account|content|channel|media)[^.]{0,30} (?:is|are) "
    r"(?:no longer|not|currently un|un) ?available[^.]{0,60}",
    r"(?:video|content|media|post|tweet) unavailable",
    r"(?:this )?(?:video|account) is private",
    r"account (?:suspended|has been suspended|terminated)",
    r"(?:видео|запись|пост|страница|аккаунт|сообщение)[^.]{0,30} (?:удалено|удалена|удалён|удален"
    r"|недоступно|недоступна|заблокирован\w*)",
    r"(?:відео|запис|допис|сторінк\w)[^.]{0,30} (?:видалено|недоступне|недоступна)",
    r"(?:هذا )?(?:الفيديو|المقطع|المنشور|الحساب|المحتوى)[^.]{0,30} "
    r"(?:غير متاح|غير متوفر|محذوف|لم يعد متاح\w*)",
    r"تم حذف (?:هذا )?(?:الفيديو|المنشور|المقطع|الحساب)",
    r"cette (?:vidéo|page|publication)[^.]{0,20} (?:n'est plus disponible|a été supprimée)",
    r"(?:dieses video|dieser beitrag)[^.]{0,20} (?:ist nicht mehr verfügbar|wurde gelöscht|wurde "
    r"entfernt)",
    r"(?:este vídeo|esta publicación|este contenido)[^.]{0,20} "
    r"(?:ya no está disponible|no está disponible|ha sido eliminad\w)",
)
_MISSING = _any(
    r"(?:the |this |that )?(?:page|article|file|document|url)[^.]{0,40} (?:could not|cannot|can't|"
    r"can’t|couldn't|couldn’t|was not|is not|isn't|isn’t) (?:be )?(?:found|exist|available)",
    r"(?:the |this |that )?page (?:you[^.]{0,40} )?(?:doesn't|doesn’t|does not) exist",
    r"page not found|404 not found|not found \(404\)|error 404|404 error",
    r"(?:sorry, )?(?:we can't|we can’t|we couldn't|we couldn’t|we could not) find (?:the|that) page",
    r"nothing (?:was )?found (?:here|at this address)",
    r"страница не (?:найдена|существует)",
    r"сторінк[уа] не знайдено|сторінка не існує",
    r"الصفحة (?:غير موجودة|المطلوبة غير موجودة)|لم يتم العثور على (?:هذه )?الصفحة",
    r"page (?:introuvable|non trouvée)|seite (?:wurde )?nicht gefunden|página no encontrada",
)
_MISSING_TITLE = re.compile(rf"{_MISSING.pattern}|^\W*404\W*$|^\W*not found\W*$", re.IGNORECASE)
_LIMITED = _any(
    r"too many requests",
    r"rate limit(?:ed| exceeded| reached)?",
    r"you(?:'ve| have|'re| are)? (?:been )?(?:sending|made|making|reached)[^.]{0,30} (?:requests|limit)",
    r"please (?:slow down|try again (?:in|after) (?:a few|some|\d+)[^.]{0,20})",
    r"unusual traffic(?: from your)?[^.]{0,40}",
    r"слишком много запросов",
    r"забагато запитів",
    r"طلبات كثيرة جد[اًا]+|عدد كبير جد[اًا]+ من الطلبات",
    r"trop de requêtes|zu viele anfragen|demasiadas solicitudes",
)
_BOT = _any(
    r"(?:verify|verifying|confirm|checking|prove)(?: that)?(?: if)? you (?:are|'re|’re) "
    r"(?:a )?(?:not a robot|human)",
    r"checking your browser(?: before[^.]{0,40})?",
    r"i'?m not a robot|are you a (?:robot|human)\??",
    r"just a moment\.\.\.|attention required!",
    r"enable javascript and cookies to continue",
    r"подтвердите, что (?:вы не робот|запросы отправляли вы)[^.]{0,20}",
    r"تحقق من أنك (?:إنسان|لست روبوت\w*)",
)
_CONSENT = _any(
    r"before you continue(?: to [^.]{0,40})?",
    r"(?:accept|agree to)(?: all| our| the| to)*(?: use of)? (?:cookies|terms)[^.]{0,40} to "
    r"(?:continue|proceed|enter|view|read)[^.]{0,30}",
    r"you must (?:accept|agree)[^.]{0,40} (?:to|before)[^.]{0,40}",
    r"(?:confirm|verify) (?:that )?(?:you are|your age|you're)[^.]{0,30}(?:18|adult|old)[^.]{0,20}",
    r"this (?:content|video|page)[^.]{0,20} (?:may be inappropriate|is age.restricted|may contain "
    r"sensitive)[^.]{0,60}",
    r"прежде чем продолжить",
    r"bevor sie (?:fortfahren|weiter\w*)[^.]{0,40}|mit werbung (?:und cookies )?weiterlesen",
    r"avant de continuer|accepter (?:les cookies )?(?:pour|et) continuer",
    r"antes de continuar",
    r"قبل المتابعة",
)
_BARRED = _any(
    r"access(?: to this (?:page|site|resource))? (?:is |has been )?denied",
    r"(?:not available|unavailable|blocked) in your (?:country|region|location)[^.]{0,40}",
    r"(?:недоступ\w+|заблокирован\w*) (?:в|на территории) (?:вашей|вашем)[^.]{0,30}",
    r"غير متاح في (?:بلدك|منطقتك)",
)
_SAID: dict[bool, tuple[tuple[PageState, re.Pattern[str]], ...]] = {
    False: (
        (PageState.BOT_CHECK, _BOT),
        (PageState.LOG_IN_WALL, _LOG_IN_TITLE),
        (PageState.RATE_LIMITED, _LIMITED),
        (PageState.CONSENT_WALL, _CONSENT),
        (PageState.DELETED, _GONE),
        (PageState.NOT_FOUND, _MISSING_TITLE),
        (PageState.REFUSED, _BARRED),
    ),
    True: (
        (PageState.BOT_CHECK, _BOT),
        (PageState.LOG_IN_WALL, _LOG_IN),
        (PageState.RATE_LIMITED, _LIMITED),
        (PageState.CONSENT_WALL, _CONSENT),
        (PageState.DELETED, _GONE),
        (PageState.NOT_FOUND, _MISSING),
        (PageState.REFUSED, _BARRED),
    ),
}
"""What says what, in titles and headings (False) and in words (True)."""
