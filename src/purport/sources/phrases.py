"""What walls and notices say, in the languages in which such footage is published.

English, Russian, Ukrainian, Arabic, French, German and Spanish. Each phrase is one that stands on
walls and notices and not in passing in a text; where that cannot be told, it is heard in titles
alone.
"""

import re
from typing import TypeAlias

from purport.sources.records import PageState

__all__ = ["CONSENT_PATH", "LOG_IN_PATH", "SAID_IN_TITLES", "SAID_IN_WORDS"]


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(phrases) + r")(?!\w)", re.IGNORECASE)


LOG_IN_PATH = re.compile(r"/(?:log-?in|sign-?in|signup|auth|checkpoint|accounts/login)(?:[/.?]|$)")
CONSENT_PATH = re.compile(r"/(?:consent|cookie-?wall|privacy-?gate|age-?(?:gate|check))(?:[/.?]|$)")

_LOG_IN = _any(
    r"(?:you must|you need to|please) (?:log|sign) in",
    r"(?:log|sign) in (?:or sign up )?to (?:continue|see|view|watch|confirm)[^.]{0,40}",
    r"(?:join|sign up for) \w+ to (?:see|view|watch|continue|read)[^.]{0,40}",
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
_LOG_IN_NAMES = _any(
    r"(?:log|sign) ?in(?: or sign up)?(?: (?:to|•|·|\||-|–|—|/).{0,40})?",
    r"(?:you must|you need to|please) (?:log|sign) in",
    r"вход(?: в .{0,30})?|авторизация|войти",
    r"تسجيل الدخول",
    r"anmelden|connexion|iniciar sesión|увійти|вхід",
)
_LOG_IN_TITLE = re.compile(rf"^\W*{_LOG_IN_NAMES.pattern}", re.IGNORECASE)
_POSTED = r"(?:video|post|tweet|page|account|content|media|photo|message|clip|story|channel|reel)"
_TAKEN = r"(?:deleted|removed|taken down|withdrawn|terminated|suspended)"
_SOUGHT = r"(?: you(?:'re|’re| are| were| have| requested| want)?[^.]{0,40})?"
_GONE = _any(
    # of this one, or of one that "you" look for: "the video of the strike was removed" is a report
    rf"this {_POSTED}{_SOUGHT} (?:has been|was|is|have been) {_TAKEN}[^.]{{0,60}}",
    rf"the {_POSTED} you[^.]{{0,40}} (?:has been|was|is) {_TAKEN}[^.]{{0,60}}",
    rf"(?:the |this )?{_POSTED} (?:has been |was )?{_TAKEN} by (?:its|the) "
    r"(?:author|uploader|user|owner|poster|moderators?)",
    rf"this {_POSTED}{_SOUGHT} (?:is no longer|is not|isn't|isn’t|is currently not|is) "
    r"(?:un)?available(?! in )[^.]{0,60}",
    rf"the {_POSTED} you[^.]{{0,40}} (?:is no longer|is not|isn't|isn’t) available[^.]{{0,60}}",
    r"(?:video|content|media|post|tweet) unavailable",
    r"this (?:video|account) is private",
    r"account (?:suspended|terminated)",
    r"(?:видео|запись|пост|страница|аккаунт|сообщение) (?:\w+ )?(?:удалено|удалена|удалён|удален"
    r"|недоступно|недоступна|заблокирован\w*)(?! с | на )",
    r"(?:відео|запис|допис|сторінк\w) (?:\w+ )?(?:видалено|недоступне|недоступна)(?! з )",
    r"هذا (?:الفيديو|المقطع|المنشور|الحساب|المحتوى) (?:\w+ )?"
    r"(?:غير متاح|غير متوفر|محذوف|لم يعد متاح\w*)",
    r"تم حذف هذا (?:الفيديو|المنشور|المقطع|الحساب)",
    r"cette (?:vidéo|page|publication)[^.]{0,20} (?:n'est plus disponible|a été supprimée)",
    r"(?:dieses video|dieser beitrag)[^.]{0,20} (?:ist nicht mehr verfügbar|wurde gelöscht|wurde "
    r"entfernt)",
    r"(?:este vídeo|esta publicación|este contenido)[^.]{0,20} "
    r"(?:ya no está disponible|no está disponible|ha sido eliminad\w)",
)
_GONE_TITLE = re.compile(
    rf"{_GONE.pattern}|^\W*{_POSTED} (?:has been |was )?{_TAKEN}\W*$", re.IGNORECASE
)
_MISSING = _any(
    rf"(?:the |this |that )?(?:requested )?(?:page|article|file|document|url|address){_SOUGHT} "
    r"(?:could not|cannot|can't|can’t|couldn't|couldn’t|was not|is not|isn't|isn’t) (?:be )?"
    r"(?:found|available)",
    rf"(?:the |this |that )?page{_SOUGHT} (?:doesn't|doesn’t|does not) exist",
    r"page not found|404 not found|not found \(404\)|error 404|404 error",
    r"(?:sorry, )?we (?:can't|can’t|cannot|couldn't|couldn’t|could not) find (?:the|that) page",
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
    r"you(?:'ve| have|'re| are)? (?:been )?(?:sending|made|making|reached)[^.]{0,30} "
    r"(?:requests|limit)",
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
    r"you must be (?:over |at least )?(?:18|21)(?: or older| years)?[^.]{0,40}",
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
_Said: TypeAlias = tuple[tuple[PageState, re.Pattern[str]], ...]
SAID_IN_TITLES: _Said = (
    (PageState.BOT_CHECK, _BOT),
    (PageState.LOG_IN_WALL, _LOG_IN_TITLE),
    (PageState.RATE_LIMITED, _LIMITED),
    (PageState.CONSENT_WALL, _CONSENT),
    (PageState.DELETED, _GONE_TITLE),
    (PageState.NOT_FOUND, _MISSING_TITLE),
    (PageState.REFUSED, _BARRED),
)
"""What titles and headings of walls and notices say."""
SAID_IN_WORDS: _Said = (
    (PageState.BOT_CHECK, _BOT),
    (PageState.LOG_IN_WALL, _LOG_IN),
    (PageState.RATE_LIMITED, _LIMITED),
    (PageState.CONSENT_WALL, _CONSENT),
    (PageState.DELETED, _GONE),
    (PageState.NOT_FOUND, _MISSING),
    (PageState.REFUSED, _BARRED),
)
"""What they say elsewhere."""
