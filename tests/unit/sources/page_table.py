"""Pages of our own making: walls, notices and empty frames, and pages that only look like them.

`MADE_WITH` was written with the rules; they were changed until it came out. `SECOND` was written
after that and counted once (36 of 39 walls, 2 of 16 pages taken for walls), then the rules were
changed again. `FRESH` was written after that and counted once: 32 of 32 walls, 1 of 30 pages taken
for a wall. The phrase that did it ("log in to the") was dropped then; nothing else was changed.
"""

from dataclasses import dataclass

from purport.sources import Arrival, PageState, Recognised, parse_page, recognise

PROSE = (
    "The convoy left before dawn and reached the crossing by six. Residents said that they heard "
    "two explosions near the depot, the second louder than the first. A spokesman gave no figures. "
)


@dataclass(frozen=True)
class Case:
    """A page, how it came, and what it is."""

    name: str
    state: PageState
    html: str
    status: int = 200
    asked: str = "https://site.example/posts/123"
    final: str | None = None
    has_film: bool = False

    def recognised(self) -> Recognised:
        final = self.final or self.asked
        page = parse_page(self.html.encode(), final)
        arrival = Arrival(
            asked_url=self.asked,
            final_url=final,
            status=self.status,
            has_film=self.has_film,
            expects_film=bool(page.films),
        )
        return recognise(page, arrival)


def page(title: str, body: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


PASSWORD = (
    "<form action=/in><input name=user><input type=password name=p><button>OK</button></form>"  # noqa: S105 - a form
)
LONG = f"<p>{PROSE * 8}</p>"
SHORT = f"<p>{PROSE}</p>"
BAR = f"<header><a href=/>Site</a> <a href=/login>Log in</a>{PASSWORD}</header>"
FOOT = "<footer>Terms. Privacy. We use cookies. © Site 2026</footer>"
PUBLISHED = "<meta property='article:published_time' content='2024-05-01T08:00:00Z'>"
PLAYER = "<div class='video-player' id=p><button>Play</button></div>"
S = PageState

MADE_WITH = (
    # walls
    Case("log-in form", S.LOG_IN_WALL, page("Log in", f"<h1>Log in</h1>{PASSWORD}{FOOT}")),
    Case(
        "led to log-in",
        S.LOG_IN_WALL,
        page("Site", f"<h1>Welcome back</h1>{PASSWORD}"),
        final="https://site.example/login?next=/posts/123",
    ),
    Case(
        "led to accounts",
        S.LOG_IN_WALL,
        page("Site", PASSWORD),
        final="https://accounts.site.example/v3/identifier",
    ),
    Case(
        "log in to continue",
        S.LOG_IN_WALL,
        page("Site", "<p>You must log in to continue.</p><a href=/login>Log in</a>"),
    ),
    Case(
        "private account",
        S.LOG_IN_WALL,
        page("user_7 • Site", "<h2>This account is private</h2><p>Follow to see their photos.</p>"),
    ),
    Case(
        "Russian wall",
        S.LOG_IN_WALL,
        page("ВСети", "<p>Войдите, чтобы увидеть запись.</p>" + PASSWORD),
    ),
    Case("Arabic wall", S.LOG_IN_WALL, page("موقع", "<p>يجب تسجيل الدخول لمشاهدة المحتوى</p>")),
    Case("401", S.LOG_IN_WALL, page("Unauthorized", "<h1>Unauthorized</h1>"), status=401),
    Case(
        "403 that asks to log in",
        S.LOG_IN_WALL,
        page("Site", "<p>Please log in to view this group.</p>"),
        status=403,
    ),
    Case(
        "consent",
        S.CONSENT_WALL,
        page("Before you continue", "<h1>Before you continue to Site</h1><button>Accept all"),
        final="https://consent.site.example/m?continue=x",
    ),
    Case(
        "cookies to continue",
        S.CONSENT_WALL,
        page("Site", "<p>Accept all cookies to continue reading.</p><button>Accept</button>"),
    ),
    Case(
        "age",
        S.CONSENT_WALL,
        page("Site", "<h1>Confirm that you are 18 or older</h1><button>Yes</button>"),
    ),
    Case(
        "sensitive",
        S.CONSENT_WALL,
        page("Clip", "<p>This video may be inappropriate for some users.</p><button>Show</button>"),
    ),
    # gone
    Case(
        "deleted post", S.DELETED, page("Site", "<p>This post has been deleted by its author.</p>")
    ),
    Case(
        "video unavailable",
        S.DELETED,
        page(
            "Site", f"<h1>Video unavailable</h1><p>This video is no longer available.</p>{PLAYER}"
        ),
    ),
    Case(
        "suspended",
        S.DELETED,
        page("X", "<h2>Account suspended</h2><p>Site suspends accounts which break its rules.</p>"),
    ),
    Case("private video", S.DELETED, page("- Site", "<p>This video is private.</p>")),
    Case("Russian, gone", S.DELETED, page("Видео", "<p>Видео удалено автором или недоступно.</p>")),
    Case("Arabic, gone", S.DELETED, page("موقع", "<p>هذا الفيديو غير متاح.</p>")),
    Case("410", S.DELETED, page("Gone", "<h1>Gone</h1>"), status=410),
    Case(
        "404 that says removed",
        S.DELETED,
        page("Site", "<p>This video has been removed by the uploader.</p>"),
        status=404,
    ),
    Case("404", S.NOT_FOUND, page("Not Found", "<h1>Not Found</h1>"), status=404),
    Case(
        "soft 404",
        S.NOT_FOUND,
        page("Page not found - Site", f"<h1>Oops</h1><p>Try the search.</p>{FOOT}"),
    ),
    Case(
        "soft 404, words",
        S.NOT_FOUND,
        page("Site", "<p>Sorry, the page you are looking for could not be found.</p>"),
    ),
    Case("soft 404, Russian", S.NOT_FOUND, page("Сайт", "<h1>Страница не найдена</h1>")),
    Case(
        "led to front page",
        S.NOT_FOUND,
        page("Site", f"{BAR}<p>Headlines</p>"),
        asked="https://site.example/2015/10/strike",
        final="https://www.site.example/",
    ),
    # players
    Case("player, no film", S.EMPTY_PLAYER, page("Clip 7", f"<h1>Clip 7</h1>{PLAYER}{FOOT}")),
    Case("video tag, no source", S.EMPTY_PLAYER, page("Clip", "<video controls></video>Views 7")),
    Case(
        "names a film that did not come",
        S.EMPTY_PLAYER,
        page("Clip", "<p>Clip</p>", "<meta property=og:video content=https://s.example/a.mp4>"),
    ),
    # others
    Case("429", S.RATE_LIMITED, page("Too Many Requests", "<h1>Slow down</h1>"), status=429),
    Case("rate limited", S.RATE_LIMITED, page("Site", "<h1>Rate limit exceeded</h1>")),
    Case(
        "unusual traffic",
        S.RATE_LIMITED,
        page("Sorry", "<p>Our systems have detected unusual traffic from your network.</p>"),
    ),
    Case(
        "browser check",
        S.BOT_CHECK,
        page("Just a moment...", "<p>Checking your browser before accessing site.example.</p>"),
        status=503,
    ),
    Case("robot", S.BOT_CHECK, page("Site", "<p>Please verify you are human.</p>")),
    Case("403", S.REFUSED, page("403", "<h1>Forbidden</h1>"), status=403),
    Case(
        "451", S.REFUSED, page("Unavailable", "<h1>Unavailable For Legal Reasons</h1>"), status=451
    ),
    Case(
        "region",
        S.REFUSED,
        page("Site", "<p>This content is not available in your country.</p>"),
    ),
    Case("502", S.SERVER_FAULT, page("502 Bad Gateway", "<h1>502 Bad Gateway</h1>"), status=502),
    Case("nothing", S.EMPTY, "<html><body></body></html>"),
    Case("scripts alone", S.EMPTY, page("App", "<div id=root></div><script src=/a.js></script>")),
    # content that looks like them
    Case("article", S.CONTENT, page("A day at the crossing", f"{BAR}<h1>A day</h1>{LONG}{FOOT}")),
    Case("short note", S.CONTENT, page("A note", f"<h1>A note</h1>{SHORT}{FOOT}")),
    Case("form in header", S.CONTENT, page("A note", f"{BAR}<h1>A note</h1>{SHORT}{FOOT}")),
    Case(
        "article on deletions",
        S.CONTENT,
        page("Why this video has been removed", f"<h1>Why this video has been removed</h1>{LONG}"),
    ),
    Case(
        "short article on a deletion",
        S.CONTENT,
        page("Ministry clip", "<p>The video has been deleted; a copy is here.</p>", PUBLISHED),
    ),
    Case(
        "article on 404",
        S.CONTENT,
        page("Page not found: how archives rot", f"<h1>Page not found</h1>{LONG}"),
    ),
    Case(
        "post with a film",
        S.CONTENT,
        page("Post", "<p>Log in to continue</p><video src=/a.mp4></video>"),
        has_film=True,
    ),
    Case(
        "cookie bar",
        S.CONTENT,
        page("News", f"<div>We use cookies. <button>Accept</button></div><h1>News</h1>{LONG}"),
    ),
    Case(
        "gallery", S.CONTENT, page("Pictures", "<img src=/1.jpg><img src=/2.jpg><p>Two pictures.")
    ),
    Case("moved to https", S.CONTENT, page("A", SHORT), final="https://site.example/posts/123/"),
    Case(
        "front page asked for",
        S.CONTENT,
        page("Site", f"<h1>Headlines</h1>{LONG}"),
        asked="https://site.example/",
    ),
    Case("comment form", S.CONTENT, page("A note", f"<h1>A note</h1>{LONG}{PASSWORD}")),
    Case(
        "story of a log-in",
        S.CONTENT,
        page("Hackers log in to ministry", f"<h1>Hackers log in to ministry</h1>{LONG}"),
    ),
    Case(
        "Arabic article", S.CONTENT, page("خبر", "<p>" + "وقال السكان إنهم سمعوا انفجارين. " * 40)
    ),
    Case(
        "Russian note",
        S.CONTENT,
        page("Заметка", "<p>Жители сообщили о двух взрывах у склада.</p>"),
    ),
)

SECOND = (
    # walls, in words that were not before us when the rules were made
    Case(
        "club",
        S.LOG_IN_WALL,
        page("Members", f"<h1>Sign in to your account</h1>{PASSWORD}<a href=/reset>Forgot it?</a>"),
    ),
    Case(
        "join to see",
        S.LOG_IN_WALL,
        page("Lina on Site", "<h2>Join Site to see more from Lina</h2><a href=/in>Sign in</a>"),
    ),
    Case(
        "group",
        S.LOG_IN_WALL,
        page("Site", "<p>This group is private. Only members can see what is posted here.</p>"),
    ),
    Case(
        "channel by phone",
        S.LOG_IN_WALL,
        page("Site", f"<h1>Sign in to Site</h1><input type=tel>{PASSWORD}"),
        final="https://site.example/auth/signin",
    ),
    Case("Spanish", S.LOG_IN_WALL, page("Sitio", f"<h1>Iniciar sesión</h1>{PASSWORD}{FOOT}")),
    Case(
        "German",
        S.LOG_IN_WALL,
        page("Anmelden – Seite", f"<p>Bitte melden Sie sich an.</p>{PASSWORD}"),
    ),
    Case(
        "Ukrainian",
        S.LOG_IN_WALL,
        page("Вхід", f"<p>Увійдіть, щоб переглянути допис.</p>{PASSWORD}"),
    ),
    Case(
        "cookie wall, French",
        S.CONSENT_WALL,
        page(
            "Le Site", "<h2>Avant de continuer</h2><p>Nos partenaires et nous…</p><button>Accepter"
        ),
    ),
    Case(
        "pay or consent",
        S.CONSENT_WALL,
        page("Zeitung", "<h1>Mit Werbung weiterlesen</h1><p>Mit dem PUR-Abo bestellen.</p>"),
    ),
    Case(
        "over 18",
        S.CONSENT_WALL,
        page("Board", "<p>You must be over 18 to view this community.</p><button>Yes, I am"),
    ),
    Case(
        "graphic",
        S.CONSENT_WALL,
        page("Clip", "<h2>This video may contain sensitive content.</h2><button>See it</button>"),
    ),
    # gone
    Case(
        "taken down",
        S.DELETED,
        page("Site", "<h1>Sorry</h1><p>This clip was taken down after a complaint.</p>"),
    ),
    Case(
        "post not available",
        S.DELETED,
        page("Site", "<p>Hmm… this post isn't available. Try searching for something else.</p>"),
    ),
    Case(
        "terminated",
        S.DELETED,
        page(
            "Site", f"<p>This account has been terminated for a violation of our terms.</p>{FOOT}"
        ),
    ),
    Case(
        "copyright",
        S.DELETED,
        page("Clip", f"<p>Video unavailable. It contains content from a label.</p>{PLAYER}"),
    ),
    Case("Ukrainian, gone", S.DELETED, page("Сайт", "<h1>Допис видалено</h1><p>На головну</p>")),
    Case("Russian, blocked", S.DELETED, page("ВСети", "<p>Страница заблокирована администрацией.")),
    Case("Arabic, removed", S.DELETED, page("منصة", "<h1>تم حذف هذا المنشور</h1>")),
    Case("404, deleted", S.DELETED, page("x", "<p>The post has been removed.</p>"), status=404),
    Case("404, plain", S.NOT_FOUND, page("404", "<p>The requested URL was not found."), status=404),
    Case("whoops", S.NOT_FOUND, page("Site", "<h1>404</h1><p>There is nothing to see here.</p>")),
    Case("error 404", S.NOT_FOUND, page("Error 404", f"{BAR}<p>Go back to the start.</p>{FOOT}")),
    Case(
        "moved away",
        S.NOT_FOUND,
        page("Site", "<p>That page doesn’t exist, or it was moved.</p>"),
    ),
    Case("Spanish 404", S.NOT_FOUND, page("Página no encontrada", "<p>Vuelva al inicio.</p>")),
    Case("Arabic 404", S.NOT_FOUND, page("موقع", "<h1>الصفحة غير موجودة</h1>")),
    Case(
        "old address to front page",
        S.NOT_FOUND,
        page("Ministry", f"{BAR}<ul><li>News<li>Contact</ul>{FOOT}"),
        asked="https://mil.example/en/news/7755.htm",
        final="https://mil.example/",
    ),
    # players
    Case(
        "embed that stays empty",
        S.EMPTY_PLAYER,
        page(
            "Strike near the dam", "<h1>Strike near the dam</h1><div id=player></div><p>2,113 views"
        ),
    ),
    Case(
        "video element of scripts",
        S.EMPTY_PLAYER,
        page("Channel 4", "<video id=v></video><script src=/p.js></script><p>Live and replay</p>"),
    ),
    # busy, refused, broken
    Case(
        "too many",
        S.RATE_LIMITED,
        page("Site", "<h1>Too many requests</h1><p>Please try again in a few minutes.</p>"),
    ),
    Case("420", S.RATE_LIMITED, page("", "<p>Enhance your calm</p>"), status=420),
    Case(
        "slow down",
        S.RATE_LIMITED,
        page("Wait", "<p>You have made too many requests. Please slow down.</p>"),
    ),
    Case(
        "attention",
        S.BOT_CHECK,
        page("Attention Required!", "<h1>One more step</h1><p>Please complete the check."),
        status=403,
    ),
    Case("captcha", S.BOT_CHECK, page("Site", "<p>Verify you are human by ticking the box.</p>")),
    Case("Russian robot", S.BOT_CHECK, page("Ой!", "<p>Подтвердите, что вы не робот</p>")),
    Case("denied", S.REFUSED, page("Access Denied", "<p>You don't have permission."), status=403),
    Case(
        "geo, Russian",
        S.REFUSED,
        page("Сайт", "<p>Видео недоступно в вашем регионе по решению правообладателя.</p>"),
    ),
    Case("geo", S.REFUSED, page("TV", "<h2>Not available in your region</h2>")),
    Case("503", S.SERVER_FAULT, page("503", "<h1>Service Unavailable</h1>"), status=503),
    Case("white page", S.EMPTY, "<html><head><title>x</title></head><body>  </body></html>"),
    # content
    Case("thread", S.CONTENT, page("Thread by @lina", f"<p>{PROSE}</p><p>2/ {PROSE}</p>")),
    Case(
        "post about a removed clip",
        S.CONTENT,
        page(
            "Omar on Site: clip",
            "<p>They say the video was deleted by the ministry. Here it is.</p><img src=/m.jpg>",
            "<meta property=og:type content=article>",
        ),
    ),
    Case(
        "message with a film",
        S.CONTENT,
        page(
            "Channel",
            "<p>Видео удалено с YouTube, выкладываем здесь.</p><video src=/v.mp4></video>",
        ),
        has_film=True,
    ),
    Case(
        "press release",
        S.CONTENT,
        page(
            "Briefing of 30 September",
            f"{BAR}<h1>Briefing</h1>{LONG}<p>Please log in to comment.</p>",
        ),
    ),
    Case(
        "help page on log-in",
        S.CONTENT,
        page("How to sign in – Help", f"<h1>How to sign in</h1>{LONG}"),
    ),
    Case(
        "report on a ban",
        S.CONTENT,
        page("Regulator blocks site", f"<h1>Site not available in your country?</h1>{LONG}{FOOT}"),
    ),
    Case(
        "court note, short",
        S.CONTENT,
        page("Court", "<p>The account of the unit was suspended on Monday, the court heard.</p>"),
    ),
    Case(
        "note on a missing page",
        S.CONTENT,
        page("Update", "<p>Page 7 of the report could not be found in the ministry's archive.</p>"),
    ),
    Case(
        "short post on a removed film",
        S.CONTENT,
        page(
            "Post", "<p>The video of the strike was removed from the ministry's site overnight.</p>"
        ),
    ),
    Case(
        "rate of fire",
        S.CONTENT,
        page(
            "Note", "<p>Observers made many requests for the limit of the zone; no answer came.</p>"
        ),
    ),
    Case(
        "list of links",
        S.CONTENT,
        page("Links", "<ul>" + "<li><a href=/1>Report of the day</a>" * 9),
    ),
    Case("photo page", S.CONTENT, page("IMG_2044", "<img src=/2044.jpg><p>Bridge, 4 October</p>")),
    Case(
        "shop with log-in in its side bar",
        S.CONTENT,
        page("Map sheet 7", f"<aside>{PASSWORD}</aside><h1>Map sheet 7</h1><p>Scale 1:50,000.</p>"),
    ),
    Case(
        "Arabic post", S.CONTENT, page("قناة", "<p>غارة على محيط الجسر صباح اليوم، ولا إصابات.</p>")
    ),
    Case("plain statement", S.CONTENT, page("Statement", f"<p>{PROSE}</p>{FOOT}")),
    Case(
        "first page of a forum",
        S.CONTENT,
        page("Forum", f"{BAR}<h1>Forum</h1><p>Rules. Please sign in to post.</p>" + SHORT * 3),
    ),
)

FRESH = (
    Case("sign in, bare", S.LOG_IN_WALL, page("Sign in • Site", f"<h2>Sign in</h2>{PASSWORD}")),
    Case(
        "feed behind a form",
        S.LOG_IN_WALL,
        page("Site – see what's happening", f"<p>New here? Create account</p>{PASSWORD}"),
        final="https://site.example/accounts/login/?next=%2Fp%2F1",
    ),
    Case("subscribers", S.LOG_IN_WALL, page("Daily", "<p>Please log in to read on.</p>")),
    Case("followers", S.LOG_IN_WALL, page("@k", "<h2>This profile is private</h2><p>0 posts</p>")),
    Case(
        "Russian form", S.LOG_IN_WALL, page("Авторизация", f"<h1>Добро пожаловать</h1>{PASSWORD}")
    ),
    Case("Arabic form", S.LOG_IN_WALL, page("تسجيل الدخول", PASSWORD)),
    Case("French wall", S.LOG_IN_WALL, page("Réseau", "<p>Connectez-vous pour voir la suite.</p>")),
    Case("cookies first", S.CONSENT_WALL, page("Gate", "<h1>Before you continue</h1><button>OK")),
    Case(
        "terms", S.CONSENT_WALL, page("X", "<p>You must accept the terms before viewing this.</p>")
    ),
    Case("adult", S.CONSENT_WALL, page("X", "<p>Please verify your age (18 or older).</p>")),
    Case(
        "gate by address",
        S.CONSENT_WALL,
        page("Portal", "<button>I agree</button>"),
        final="https://site.example/privacy-gate/accept?to=/posts/123",
    ),
    Case("owner", S.DELETED, page("Clip", "<p>Video was deleted by its owner.</p>")),
    Case("rules", S.DELETED, page("Site", "<p>This post was removed for breaking our rules.</p>")),
    Case("reel", S.DELETED, page("Site", "<h2>This reel isn't available</h2>")),
    Case("gone channel", S.DELETED, page("Site", "<p>This channel is no longer available.</p>")),
    Case(
        "looking for", S.DELETED, page("S", "<p>The content you are looking for was removed.</p>")
    ),
    Case("German, gone", S.DELETED, page("S", "<p>Dieser Beitrag ist nicht mehr verfügbar.</p>")),
    Case("Russian post", S.DELETED, page("S", "<h1>Запись удалена</h1>")),
    Case("403, gone in words", S.REFUSED, page("S", "<p>Not for you.</p>"), status=403),
    Case("missing", S.NOT_FOUND, page("S", "<h1>We can’t find that page</h1><p>Sorry.</p>")),
    Case("nothing", S.NOT_FOUND, page("S", "<p>Nothing found at this address.</p>")),
    Case("lost", S.NOT_FOUND, page("404", f"<p>You seem lost.</p>{FOOT}")),
    Case("missing, Ukrainian", S.NOT_FOUND, page("Сайт", "<h1>Сторінку не знайдено</h1>")),
    Case("empty box", S.EMPTY_PLAYER, page("Raid", "<div class=player></div><p>Raid, 30 Sept</p>")),
    Case("empty element", S.EMPTY_PLAYER, page("Raid", "<video></video><p>Raid, 30 September</p>")),
    Case("busy", S.RATE_LIMITED, page("Hm", "<p>Rate limit exceeded. Retry later.</p>")),
    Case("busy, Russian", S.RATE_LIMITED, page("S", "<h1>Слишком много запросов</h1>")),
    Case("are you human", S.BOT_CHECK, page("S", "<p>Please confirm you are human.</p>")),
    Case(
        "cookies and scripts",
        S.BOT_CHECK,
        page("S", "<p>Enable JavaScript and cookies to continue"),
    ),
    Case("barred", S.REFUSED, page("S", "<h1>Access to this page has been denied</h1>")),
    Case("500", S.SERVER_FAULT, page("Oops", "<h1>Something broke</h1>"), status=500),
    Case("bare app", S.EMPTY, page("S", "<div id=app></div><script src=/m.js></script>")),
    # content, much of it about what walls say
    Case("report", S.CONTENT, page("Two dead", f"<h1>Two dead</h1>{LONG}{FOOT}")),
    Case("telegram-like post", S.CONTENT, page("Channel", f"<p>{PROSE}</p><p>12.4K views")),
    Case("one line", S.CONTENT, page("Post", "<p>Smoke over the port, 07:40.</p>")),
    Case("one line, Russian", S.CONTENT, page("Пост", "<p>Дым над портом, 07:40.</p>")),
    Case("one line, Ukrainian", S.CONTENT, page("Допис", "<p>Дим над портом, 07:40.</p>")),
    Case(
        "about a deletion",
        S.CONTENT,
        page("Post", "<p>Ministry has deleted the video in which the bridge was named.</p>"),
    ),
    Case(
        "about a deletion, Russian",
        S.CONTENT,
        page("Пост", "<p>Минобороны удалило видео удара; сохранили копию.</p>"),
    ),
    Case(
        "about a private account",
        S.CONTENT,
        page("Note", "<p>The colonel's account was made private on Tuesday, hours after.</p>"),
    ),
    Case(
        "about a block",
        S.CONTENT,
        page("Note", "<p>The messenger is not available in the occupied towns since May.</p>"),
    ),
    Case(
        "about a log-in",
        S.CONTENT,
        page("Note", "<p>Officers who log in to the system see the strikes of the day.</p>"),
    ),
    Case(
        "about cookies",
        S.CONTENT,
        page("Law", "<p>Sites must accept that readers refuse cookies, the court ruled.</p>"),
    ),
    Case(
        "about a limit",
        S.CONTENT,
        page(
            "Note", "<p>The town reached its limit of beds by noon; requests went unanswered.</p>"
        ),
    ),
    Case(
        "about a missing file",
        S.CONTENT,
        page("Note", "<p>The file that named the unit was not found among the papers.</p>"),
    ),
    Case(
        "about age",
        S.CONTENT,
        page("Note", "<p>Volunteers must be over 18 and bring their papers to the depot.</p>"),
    ),
    Case("with a form beside it", S.CONTENT, page("Post", f"<nav>{PASSWORD}</nav>{SHORT}")),
    Case("with a form above", S.CONTENT, page("Post", f"{BAR}<p>Bridge hit.</p>{FOOT}")),
    Case("album", S.CONTENT, page("Album", "<img src=/1.jpg><img src=/2.jpg><img src=/3.jpg>")),
    Case("map", S.CONTENT, page("Map of the front", "<img src=/map.png><p>As of 4 October</p>")),
    Case(
        "table", S.CONTENT, page("Losses", "<table><tr><td>Date<td>Place<td>Seen</table>" + SHORT)
    ),
    Case("film", S.CONTENT, page("Clip", "<video src=/a.mp4></video>"), has_film=True),
    Case(
        "film that is sensitive",
        S.CONTENT,
        page("Clip", "<p>This video may contain sensitive content.</p><video src=/a.mp4></video>"),
        has_film=True,
    ),
    Case("statement", S.CONTENT, page("Foreign ministry", f"{BAR}<h1>Statement</h1>{SHORT}{FOOT}")),
    Case(
        "Arabic statement",
        S.CONTENT,
        page("بيان", "<p>نفت الوزارة استهداف المستشفى يوم الأحد.</p>"),
    ),
    Case("German note", S.CONTENT, page("Notiz", "<p>Das Video wurde am Montag geprüft.</p>")),
    Case("search that found nothing", S.CONTENT, page("Search", f"<p>Results: 3</p>{SHORT}")),
    Case("help", S.CONTENT, page("Error 404: what it means", f"<h1>Error 404</h1>{LONG}")),
    Case(
        "removed page, told of",
        S.CONTENT,
        page("Erratum", "<p>Page 4 was removed from the report."),
    ),
    Case(
        "comments closed", S.CONTENT, page("Post", f"{SHORT}<p>Comments are no longer available.")
    ),
    Case(
        "moved within the site",
        S.CONTENT,
        page("Raid", SHORT),
        final="https://site.example/archive/2015/raid",
    ),
    Case(
        "front page after a short address",
        S.CONTENT,
        page("Site", f"{BAR}{LONG}"),
        asked="https://site.example/en",
        final="https://site.example/",
    ),
)
