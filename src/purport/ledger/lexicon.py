"""Word lists of the attribution rules: reporting verbs, roles, organisations, media."""

from enum import Enum, auto

from purport.ledger.wordlists import words

__all__ = [
    "ADVERBS",
    "AMBIGUOUS",
    "AUXILIARIES",
    "CAPITALS",
    "COMMUNICATIONS",
    "COUNTRIES",
    "DETERMINERS",
    "DOCUMENTS",
    "FINITE",
    "MEDIA",
    "NEGATIONS",
    "NOUN_CUES",
    "NOUN_CUE_VERBS",
    "ORGANISATIONS",
    "OUTLETS",
    "PEOPLE",
    "PHRASAL",
    "PHRASAL_FORMS",
    "PREPOSITIONS",
    "PRONOUNS",
    "PUBLISHING",
    "SPEECH",
    "STOPPERS",
    "TIMES",
    "TITLES",
    "Complement",
    "country_of",
]  # fmt: skip


class Complement(Enum):
    """What must follow a reporting verb for its words to be a claim."""

    ANY = auto()
    CLAUSE = auto()
    ADDRESSEE = auto()
    QUOTE = auto()
    JUDGED = auto()
    """A person or thing, and "of", "for", "on" or "as" what."""
    DEMANDED = auto()
    """What is wanted, or of whom."""
    SHOWN = auto()
    """A clause with "that"."""
    QUOTING = auto()
    """Somebody "as saying" something."""
    INTENDED = auto()
    """A clause, or "to" do something."""


def _forms(text: str) -> dict[str, str]:
    """Read "say: says said saying; …" into form -> lemma."""
    forms: dict[str, str] = {}
    for entry in text.split(";"):
        lemma, _, others = entry.strip().partition(":")
        for form in (lemma, *others.split()):
            forms[form] = lemma
    return forms


def _regular(text: str) -> dict[str, str]:
    forms: dict[str, str] = {}
    for lemma in text.split():
        stem = lemma.removesuffix("e")
        if lemma.endswith("y") and lemma[-2] not in "aeo":
            past, third = f"{lemma[:-1]}ied", f"{lemma[:-1]}ies"
        else:
            past, third = f"{stem}ed", f"{lemma}es" if lemma.endswith("ss") else f"{lemma}s"
        for form in (lemma, past, third, f"{stem}ing"):
            forms[form] = lemma
    return forms


_ANY = _forms("say: says said saying; admit: admits admitted admitting") | _regular(
    "claim allege deny acknowledge concede assert affirm state declare announce report confirm"
)
_CLAUSE = (
    _forms(
        "think: thinks thought thinking; write: writes wrote writing; hold: ; feel: feels felt; "
        "understand: understands understood; swear: swears swore; "
        "foresee: foresees foresaw"
    )
    | _regular(
        "believe argue insist maintain contend warn note add explain suggest estimate predict "
        "reply tweet stress reiterate complain boast fear doubt speculate hope "
        "conclude reveal disclose recall remark comment observe testify imply hint emphasise "
        "emphasize caution counter reckon assume suspect clarify "
        "stipulate mention assess"
    )
    | _forms("stress: stresses stressed stressing")
)
_ADDRESSEE = _forms("tell: tells told telling; inform: informs informed informing") | _regular(
    "assure remind notify"
)
_QUOTE = _forms("ask: asks asked asking") | _regular(
    "call respond continue denounce condemn dub quip"
)
_SHOWN = _forms("find: finds found; show: shows showed shown; prove: proves proved") | _regular(
    "rule indicate decide determine"
)
_QUOTING = _regular("quote cite")
_JUDGED = _regular("accuse blame describe dismiss label brand portray")
_DEMANDED = _regular("demand urge")
_INTENDED = _regular("vow pledge promise expect") | _forms(
    "threaten: threatens threatened threatening"
)

SPEECH: dict[str, tuple[str, Complement]] = {
    form: (lemma, complement)
    for table, complement in (
        (_QUOTE, Complement.QUOTE),
        (_SHOWN, Complement.SHOWN),
        (_QUOTING, Complement.QUOTING),
        (_JUDGED, Complement.JUDGED),
        (_DEMANDED, Complement.DEMANDED),
        (_INTENDED, Complement.INTENDED),
        (_ADDRESSEE, Complement.ADDRESSEE),
        (_CLAUSE, Complement.CLAUSE),
        (_ANY, Complement.ANY),
    )
    for form, lemma in table.items()
}
"""Every form of every reporting verb, with its lemma and what must follow it."""

AMBIGUOUS = words(
    "claim claims report reports state states note notes comment comments fear fears doubt "
    "doubts estimate estimates tweet tweets boast boasts vow vows remark remarks hint hints "
    "counter counters hold call calls label labels brand caution complaint reply replies "
    "addition thought thinking understanding writing reporting warning feeling meaning brands "
    "suspect suspects reckoning mention mentions respond demand demands demanding pledge pledges "
    "promise promises blame hope hopes urge urges feel feels felt expected"
)
"""Forms that are as often nouns."""

PHRASAL = {
    ("call", "for"): "call for",
    ("call", "on"): "call on",
    ("call", "upon"): "call on",
    ("rule", "out"): "rule out",
    ("point", "out"): "point out",
}
"""Reporting verbs of two words, by lemma."""
PHRASAL_FORMS = {form: lemma for lemma in ("call", "rule", "point") for form in _regular(lemma)}
"""The first words of those, in every form."""

NOUN_CUE_VERBS = words(
    "express expressed expresses expressing voice voiced voices voicing raise raised raises "
    "raising made makes make making issued issues repeat repeated repeats rejected rejects "
    "reject rejecting dismissed dismisses dismissing shared shares"
)
NOUN_CUES = words(
    "concern concerns fear fears doubt doubts suspicion suspicions claim claims allegation "
    "allegations hope confidence belief view warning accusation accusations assertion"
)
"""Nouns that, after such a verb, introduce what was said."""

NEGATIONS = words(
    "not n't never didn't doesn't don't wouldn't couldn't can't cannot hasn't haven't hadn't won't "
    "isn't wasn't aren't weren't"
)
AUXILIARIES = words(
    "has have had is are was were be been being will would can could may might must should do "
    "does did having"
)
FINITE = AUXILIARIES | words(
    "hit struck took came went left fell lost shot set began made saw held kept knew got gave "
    "found fled fought led sent cut put became remains continues comes goes wants needs seeks "
    "appears seems purport purports purported demonstrates shows hits strikes targets bombs bombed "
    "relies rely includes include provides provide requires require allows allow knows know makes "
    "make takes take gives give gets get determines determine operates operate becomes become "
    "keeps keep lies lie seem appear consists belongs belong depends depend contains contain "
    "brings brought bring goes go think thinks believes believe expects expect refuses refuse "
    "tries try agrees agree decides decide receives receive meets met spoke speaks spent spends "
    "rose fell grew grows stood stands sat sits ran wore paid pays bought buys sold sells met won "
    "wins drew draws drove flew chose broke spread sought taught understood sees see"
)
ADVERBS = words(
    "also later then again repeatedly previously now earlier still even just once already "
    "always further therefore nevertheless however meanwhile both all each separately instead "
    "since thus reportedly recently immediately simply only early not never often soon first"
)
DETERMINERS = words(
    "the a an one two three four five some many several most another other these those this "
    "that his her its their our my your each every no any both"
)
PRONOUNS = words("he she they it i we you")
PREPOSITIONS = words("of for from in at with on by to near inside outside under")
STOPPERS = words(
    "that which who whom whose while as after before when because although though but if "
    "since until whether where than so or nor yet amid among into onto about against between "
    "during through over despite without within and"
)
TITLES = words(
    "mr mrs ms miss dr sir lord lady prof professor gen general lt lieutenant col colonel maj "
    "major capt captain sgt sergeant adm admiral sen senator rep gov brig brigadier sheikh "
    "commander president minister secretary ambassador sheik pope king prince princess judge"
)
_PEOPLE = words(
    "minister ministers secretary president spokesman spokeswoman spokesperson spokespeople "
    "director head chief commander commanders general ambassador envoy official officials "
    "officals offical officer officers founder analyst analysts blogger bloggers activist "
    "activists resident residents witness witnesses eyewitness eyewitnesses doctor doctors "
    "medic medics reporter reporters correspondent correspondents journalist journalists "
    "colonel major captain mayor governor senator senators king chancellor premier lawmaker "
    "lawmakers leader leaders expert experts researcher researchers professor member members "
    "aide adviser advisers advisor coordinator representative representatives chairman "
    "chairwoman chair fighter fighters rebel rebels rescuer rescuers worker workers volunteer "
    "volunteers diplomat diplomats pilot pilots soldier soldiers source sources critic "
    "critics opponent opponents ally allies villager villagers farmer farmers fisherman "
    "teacher nurse nurses neighbour driver survivor survivors refugee refugees observer "
    "observers photographer photographers editor manager executive specialist specialists "
    "engineer lawyer lawyers counterpart counterparts deputy people man woman men women "
    "onlooker onlookers harbourmaster shopkeeper keeper watchman clerk warden baker father "
    "mother brother sister son daughter boy girl inhabitant inhabitants locals local civilian "
    "civilians monitor monitors economist economists trader traders investor investors executives "
    "strategist strategists prosecutor prosecutors voter voters supporter supporters aides teacher "
    "scientist scientists historian lawmakers delegates negotiator negotiators investigator "
    "investigators insider insiders deputies attorney attorneys author authors dealer dealers "
    "broker brokers owner owners consultant consultants planner planners writer spokesmen mediator "
    "mediators negotiator relative relatives friend friends neighbours parent parents student "
    "students passenger passengers worker commissioner inspector inspectors detective chairwoman "
    "speaker spokeswomen columnist candidate candidates nominee democrats republicans "
    "conservatives others some"
)
PEOPLE = _PEOPLE | frozenset(
    f"{word}s" for word in _PEOPLE if not word.endswith(("s", "men", "people"))
)
ORGANISATIONS = words(
    "ministry army military government regime observatory agency council authorities "
    "authority group groups organisation organisations organization organizations pentagon "
    "kremlin forces force militia brigade coalition command commission committee union "
    "nations nato un party movement front alliance embassy department office bureau network "
    "centre center media newspaper television tv radio channel broadcaster service services "
    "police court parliament administration state front command navy staff institute charity "
    "company defence defense house helmets team mission watchdog opposition tribunal "
    "university hospital foundation association federation league reuters afp ap bbc cnn sana "
    "website newspaper daily magazine firm bank corporation corp inc ltd maker carrier campaign "
    "board panel airline regulator regulators secretariat faction factions think-tank "
    "report study survey poll lawsuit suit complaint filing statement memo letter document "
    "documents ruling indictment article paper book ngo monitor media companies banks ministries "
    "tass interfax outlet website blog guard directorate corps squadron airforce ngo"
)
DOCUMENTS = words(
    "report study survey poll lawsuit suit complaint filing statement memo letter document "
    "documents ruling indictment article paper book video footage account "
    "reports analysis review audit"
)
MEDIA = words(
    "video videos footage clip clips film films images image pictures picture photos photo "
    "photographs photograph recording recordings tape reel"
)
COMMUNICATIONS = words(
    "statement interview post speech report tweet message letter briefing article address "
    "call conference broadcast bulletin communique dispatch note blog release account reports "
    "statements remarks column essay email telegram podcast press telephone phone"
)
PUBLISHING = words(
    "released release releases published publishes posted posts issued shared uploaded "
    "broadcast aired distributed circulated showed unveiled put"
)
OUTLETS = words(
    "times post agency journal news tv guardian telegraph independent bbc cnn afp reuters ap "
    "tass interfax herald tribune gazette chronicle observer mirror mail sun express standard "
    "courier ledger press radio television jazeera arabiya newspaper broadcaster parliament "
    "senate congress council assembly sabah arab anadolu examiner inquirer dispatch star "
    "world today mercury argus echo bulletin record sentinel advertiser monitor review"
)
TIMES = words(
    "monday tuesday wednesday thursday friday saturday sunday yesterday today tonight "
    "tomorrow late early earlier later morning afternoon evening night week month year "
    "january february march april june july august september october november december "
    "recently last this overnight afterwards then here there days weeks months years hours minutes"
)

_COUNTRIES = {
    "russia": "russian russians moscow kremlin moscow's",
    "us": "u.s u.s. usa america american americans washington pentagon states",
    "syria": "syrian syrians damascus",
    "turkey": "turkish ankara turks",
    "iran": "iranian tehran iranians",
    "israel": "israeli israelis",
    "uk": "u.k. british britain london",
    "france": "french paris",
    "germany": "german berlin",
    "iraq": "iraqi baghdad iraqis",
    "ukraine": "ukrainian kyiv kiev ukrainians",
    "saudi": "saudis riyadh",
    "jordan": "jordanian amman",
    "china": "chinese beijing",
    "lebanon": "lebanese beirut",
    "egypt": "egyptian cairo",
    "yemen": "yemeni sanaa",
    "qatar": "qatari doha",
}
_COUNTRY_KEYS = {
    word: country for country, words in _COUNTRIES.items() for word in (country, *words.split())
}
CAPITALS = words(
    "moscow kremlin washington damascus ankara tehran london paris berlin baghdad kyiv kiev "
    "riyadh amman beijing beirut cairo doha"
)
"""Cities that stand for the government that sits there."""
COUNTRIES = frozenset(_COUNTRIES)
"""Keys of the countries that are known by several names."""
_SUFFIXES = ("ians", "ian", "ia", "ans", "an", "ish", "ese", "i", "ic", "n", "a", "e", "y")


def country_of(word: str) -> str:
    """Return a key that a country's name and its adjective share ("Veldoria", "Veldorian").

    Examples:
        >>> country_of("Russia's") == country_of("Russian") == country_of("Moscow")
        True
        >>> country_of("Veldoria") == country_of("Veldorian")
        True
    """
    plain = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    if plain in _COUNTRY_KEYS:
        return _COUNTRY_KEYS[plain]
    for suffix in _SUFFIXES:
        if plain.endswith(suffix) and len(plain) - len(suffix) >= 4:  # noqa: PLR2004 - a stem
            return plain.removesuffix(suffix)
    return plain
