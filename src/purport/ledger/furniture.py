"""What stands on a news page and is no story: prompts, notices, bylines, credits, share bars."""

import re

__all__ = ["is_byline", "is_credited", "is_furniture", "without_credit"]

_MAX_WORDS = 45
_PROMPTS = re.compile(
    r"""
    \bnotifications?\b.*\b(?:browser|preferences|from|manage|enable|settings|turn(?:ed)?\ on)\b
  | \b(?:manage|enable|allow|turn\ on)\b.*\bnotifications?\b
  | \b(?:join|enter|start)\ (?:our|the|your|a)?\ ?(?:\w+\ )?
        (?:commenting|comments?|conversation|discussion|forum|community|debate)\b
  | \bthought-provoking\ conversations?\b | \bsee\ their\ replies\b
  | \bthank(?:s|\ you)\ for\ (?:registering|subscribing|signing\ up|joining)\b
  | \b(?:refresh|reload)\ (?:the|your|this)\ (?:page|browser|tab)\b
  | \b(?:logged|signed)\ in(?:to)?\b.*\b(?:automatically|browser|page|account)\b
  | \b(?:log|sign)\ ?in\b\ (?:to|or|with|here)\b
  | \balready\ (?:a\ subscriber|registered|have\ an\ account)\b
  | ^\W*(?:please\ )?(?:subscribe|sign\ up|register|log\ ?in|sign\ ?in)\b
  | \b(?:subscribe|sign\ up)\ (?:to|for|now|here|today)\b.*
        \b(?:newsletters?|emails?|updates?|digital|alerts?|subscription|free)\b
  | ^\W*(?:follow|like|find)\ (?:us|\w+)\ on
        \ (?:twitter|facebook|instagram|telegram|whatsapp|social)\b
  | \b(?:we|this\ (?:site|website))\ uses?\ cookies\b | \bcookie\ (?:policy|settings|preferences)\b
  | \b(?:accept|reject)\ all\ cookies\b
  | \b(?:all\ rights\ reserved|terms\ (?:of|and)\ (?:use|service|conditions))\b
  | \b(?:privacy\ (?:policy|notice))\b
  | ^\W*(?:©|copyright\b)
  | ^\W*(?:click|tap)\ (?:here|to)\b | ^\W*(?:read|see|view|show|load)\ (?:more|all|also|next)\b
  | ^\W*(?:more\ (?:on|from|about|stories)
        |related\ (?:articles?|stories|topics|content)|most\ (?:read|popular|viewed)|recommended
        |you\ (?:may|might)\ also\ like)\b
  | ^\W*(?:share|tweet|pin|email|print|send|save|copy\ link|bookmark)
        (?:\W+(?:this|article|on|via|facebook|twitter|x
        |whatsapp|link|email|story|share|tweet|print|save|copy|\d+))*\W*$
  | ^\W*(?:\d+\W*)?comments?\W*(?:\(?\d+\)?)?\W*$
  | ^\W*(?:leave|post|add|write)\ a\ (?:comment|reply)\b
  | ^\W*(?:advertisement|sponsored(?:\ content)?|promoted|menu|search
        |skip\ to\ (?:main\ )?content|home|close|loading\W*)$
  | \bstay\ up\ to\ date\b | \bnewsletters?\b.*\b(?:inbox|delivered|weekly|daily)\b
  | \byour\ (?:inbox|email\ address|browser|subscription)\b
  | \bsupport\ (?:our|independent)\ journalism\b
  | ^\W*(?:tags?|topics?|filed\ under|source)\s*:
  | ^\W*\d+\ (?:min(?:ute)?s?\ read|shares?|views?|likes?)\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AGENCIES = (
    r"AFP|AP|EPA|Reuters|Getty(?: Images)?|Rex|PA|Alamy|Shutterstock|Corbis|Xinhua|Anadolu|TASS|"
    r"iStock|EyePress|ANSA|dpa|Sputnik|Handout|YouTube|Twitter|Facebook|Telegram|Screengrab|"
    r"Screenshot|File(?: photo)?"
)
_CREDIT = re.compile(
    rf"""\s*(?:
      [(\[](?:[^()\[\]]{{0,60}}?\b)?
        (?:{_AGENCIES}|photo(?:graph)?s?|image|picture|credit|via)\b[^()\[\]]{{0,60}}[)\]]
    | [(\[][A-Z][\w.'’&-]*(?:\ [A-Z][\w.'’&-]*){{0,3}}\s*/\s*[A-Z][^()\[\]]{{0,40}}[)\]]
    | [(\[](?:[\w.'’-]+\ ){{0,4}}
        (?:ministry|army|government|agency|press|news|pictures|media|handout)(?:\ \w+){{0,2}}[)\]]
    | \b(?:photo(?:graph)?|image|picture|credit)s?\s*(?:by|:|©)\s*[^.]{{1,80}}
    | (?:©|—|–)\s*(?:{_AGENCIES})(?:[/ ,]\s*[\w ]{{1,40}})?
    )\s*\.?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_BYLINE = re.compile(r"^\W*(?:(?:words|reporting|written|story)\s+)?by\s+[A-Z][^\d.!?]{2,80}$")
_NAMES_ONLY = re.compile(
    r"^[A-Z][a-z'’\-]+(?:\s+(?:[A-Z]\.|(?:de|van|von|bin|al|el|la|di)|[A-Z][\w'’\-]+)){1,4}"
    r"(?:(?:\s*,\s*|\s+and\s+|\s+in\s+)[A-Z][\w'’\-]+(?:\s+[A-Z][\w'’\-]+){0,3}){0,3}$"
)


def is_furniture(line: str) -> bool:
    """Tell whether a line is a prompt, notice, button or share bar rather than story."""
    if len(line.split(None, _MAX_WORDS)) > _MAX_WORDS:
        return False
    return _PROMPTS.search(line) is not None or not any(letter.isalnum() for letter in line)


def is_credited(line: str) -> bool:
    """Tell whether a line ends in a picture credit, "(AFP/Getty)": a caption."""
    return len(line) <= 600 and _CREDIT.search(line) is not None  # noqa: PLR2004 - a caption's size


def without_credit(line: str) -> str:
    """Return a caption without its credit."""
    return _CREDIT.sub("", line) if is_credited(line) else line


def is_byline(line: str) -> bool:
    """Tell whether a line names authors and nothing else."""
    text = line.strip()
    if len(text) > 100:  # noqa: PLR2004 - no byline is longer
        return False
    return _BYLINE.match(text) is not None or _NAMES_ONLY.match(text) is not None
