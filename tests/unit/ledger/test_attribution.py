"""Who said what, in the ways in which reports put it. All names are made up."""

from collections.abc import Callable

import pytest

from purport.core.claims import Claim, QuoteType

ClaimsOf = Callable[[str], tuple[Claim, ...]]

CASES = [
    # said before
    ("The ministry claimed that eight targets were hit.", "ministry", "claimed",
     "eight targets were hit"),
    ("Mayor Ilse Varga said the bridge had been struck.", "Ilse Varga", "said",
     "the bridge had been struck"),
    ("Norvania’s foreign minister Anton Varga insisted on Thursday that nobody died.",
     "Anton Varga", "insisted", "nobody died"),
    ("Its defence minister, Ilse Varga, told the Selden Courier that the raid missed.",
     "Ilse Varga", "told", "the raid missed"),
    ("Officials have expressed concern the jets may have missed.", "Officials",
     "have expressed concern", "the jets may have missed"),
    ("Tomas Reke, founder of the blog Sky over Kelder, has claimed the jets missed.",
     "Tomas Reke", "has claimed", "the jets missed"),
    ("Tomas Reke, who runs the blog Contrail, said that the jets missed.", "Tomas Reke", "said",
     "the jets missed"),
    ("A spokesman for the Harbour Front said nobody was hurt.",
     "spokesman for the Harbour Front", "said", "nobody was hurt"),
    ("The New Selden Council, which owns the quay, said it was closed.", "New Selden Council",
     "said", "it was closed"),
    ("The envoy denied that the market was hit.", "envoy", "denied", "the market was hit"),
    # said after
    ("Two boats were sunk, the harbourmaster said.", "harbourmaster", "said",
     "Two boats were sunk"),
    ("Two boats were sunk, according to the harbourmaster.", "harbourmaster", "according to",
     "Two boats were sunk"),
    ("According to the harbourmaster, two boats were sunk.", "harbourmaster", "According to",
     "two boats were sunk"),
    ("According to the Selden Institute, which publishes a map, the road was held by militias.",
     "Selden Institute", "According to", "the road was held by militias"),
    ("“Two boats were sunk,” said Marit Solheim, a fish trader.", "Marit Solheim", "said",
     "Two boats were sunk"),
    ('"Two boats were sunk," Solheim told reporters at a meeting of the Coastal League.',
     "Solheim", "told", "Two boats were sunk"),
    ("Jets hit the quay, say residents", "residents", "say", "Jets hit the quay"),
    ("Two boats were sunk the rescue service said on Saturday.", "rescue service", "said",
     "Two boats were sunk"),
    ("Among the dead were nine sailors said Observatory director Rami Selk.", "Rami Selk", "said",
     "Among the dead were nine sailors"),
    ("In a video statement, the admiral said the ship sank.", "admiral", "said", "the ship sank"),
    ("Critics and residents said the siren came late.", "Critics and residents", "said",
     "the siren came late"),
    ("The raid, the ministry said, hit the depot.", "ministry", "said",
     "The raid hit the depot"),
    ("Norvania Says Raid Hit Eight Targets", "Norvania", "Says", "Raid Hit Eight Targets"),
    ("Ilse Varga wrote on Coastnet that it had missed.", "Ilse Varga", "wrote", "it had missed"),
    ("The ministry's spokesman, Colonel Anton Varga, said the bombs hit.", "Anton Varga", "said",
     "the bombs hit"),
    ("Some 40 people died, activists and a doctor said, but it rained.", "activists and a doctor",
     "said", "Some 40 people died"),
    ("The group claimed responsibility for the raid.", "group", "claimed",
     "responsibility for the raid"),
    ("“Nothing burned,” she wrote. It rained.", "she", "wrote", "Nothing burned"),
    ("Ilse Varga told Coastwire the raid missed.", "Ilse Varga", "told", "the raid missed"),
    ("Ilse Varga told the Selden Courier Norvania is bombing boats.", "Ilse Varga", "told",
     "Norvania is bombing boats"),
    ("The navy said in a statement published on Monday that it hit.", "navy", "said", "it hit"),
    ("Ilse Varga told a crowd in Kelder that it missed.", "Ilse Varga", "told", "it missed"),
    # unclosed, and footage
    ("Mr Reke claims the video shows jets “seemingly missing by metres.", "Reke", "claims",
     "the video shows jets “seemingly missing by metres"),
    ("The army released footage purportedly showing its jets over Kelder.", "army",
     "purportedly showing", "its jets over Kelder"),
    ("Video released by the navy purports to show a ship sinking.", "navy", "purports to show",
     "a ship sinking"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case[0])[:40])
def test_one_attribution(claims_of: ClaimsOf, case: tuple[str, str, str, str]) -> None:
    text, *expected = case
    (claim,) = claims_of(text)
    cue, content = ([span.exact for span in spans] for spans in (claim.cue, claim.content))
    assert [claim.claimant, " ".join(cue), " ".join(content)] == expected


def test_a_relative_clause_and_its_sentence_are_two_claims(claims_of: ClaimsOf) -> None:
    text = (
        "Tomas Reke flies gliders.\n\nIn a blog post published on Monday, Mr Reke – who admits it "
        "is impossible to verify the bombs used – claims the jets missed."
    )
    admitted, claimed = claims_of(text)
    assert [c.claimant for c in (admitted, claimed)] == ["Tomas Reke", "Tomas Reke"]
    assert admitted.content[0].exact == "it is impossible to verify the bombs used"
    assert claimed.content[0].exact == "the jets missed"
    assert claimed.medium is not None
    assert claimed.medium.exact == "In a blog post published on Monday"


def test_a_participle_goes_on_with_the_same_speaker(claims_of: ClaimsOf) -> None:
    first, second = claims_of("The envoy said the raid missed, adding that some were families.")
    assert (first.claimant, first.content[0].exact) == ("envoy", "the raid missed")
    assert (second.claimant, second.content[0].exact) == ("envoy", "some were families")


def test_two_speakers_of_one_sentence_are_kept_apart(claims_of: ClaimsOf) -> None:
    text = "The navy said the raid hit the depot, but residents said it missed."
    first, second = claims_of(text)
    assert (first.claimant, first.content[0].exact) == ("navy", "the raid hit the depot")
    assert (second.claimant, second.content[0].exact) == ("residents", "it missed")


def test_a_speaker_goes_on_in_the_next_quotation(claims_of: ClaimsOf) -> None:
    (claim,) = claims_of("“It was loud,” said Ilse Varga. “Then the roof fell in on us.”")
    assert claim.content[0].exact == "It was loud"
    assert "the roof fell in" in claim.content[1].exact


def test_a_quotation_in_two_halves(claims_of: ClaimsOf) -> None:
    (claim,) = claims_of("“It was loud,” Ilse Varga said, “and then it was quiet.”")
    assert [span.exact for span in claim.content] == ["It was loud", "and then it was quiet"]
    assert claim.quote_type is QuoteType.DIRECT


def test_nested_attribution_points_to_who_reports_it(claims_of: ClaimsOf) -> None:
    outer, inner = claims_of("Reuters said the ministry claimed that the depot was hit.")
    assert outer.nested_in is None
    assert inner.nested_in == outer.id
    assert inner.claimant == "ministry"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The envoy said “the raid has missed”.", QuoteType.DIRECT),
        ("The envoy said the raid “missed by metres”.", QuoteType.MIXED),
        ("The envoy said the raid missed.", QuoteType.INDIRECT),
        ("The envoy said: «the raid has missed».", QuoteType.DIRECT),
        ("The envoy said: „the raid has missed“.", QuoteType.DIRECT),
        ("The envoy said the raid 'missed by metres' that day.", QuoteType.MIXED),
    ],
)
def test_quote_type(claims_of: ClaimsOf, text: str, kind: QuoteType) -> None:
    (claim,) = claims_of(text)
    assert claim.quote_type is kind


@pytest.mark.parametrize(
    "text",
    [
        "The envoy did not say whether the raid missed.",
        "The envoy refused to say that the raid missed.",
        "The claims of the ministry were many.",
        "The United States has many reports of rain.",
        "He is believed to be in Kelder.",
        "The alleged attack was on Monday.",
        "The ship is called Marit.",
        "“She said it missed.”",
        "The navy denied it.",
    ],
)
def test_no_claim(claims_of: ClaimsOf, text: str) -> None:
    assert claims_of(text) == ()


@pytest.mark.parametrize(
    ("text", "content", "medium"),
    [
        ("In cut footage, which cannot be verified, jets dive.", "which cannot be verified",
         "footage"),
        ("The video could not be independently verified.",
         "The video could not be independently verified", "video"),
        ("The navy’s video appears to show a ship sinking.", "a ship sinking", "The navy’s video"),
        ("A video posted on Monday by the navy appears to show a ship.", "a ship", "video"),
    ],
)  # fmt: skip
def test_the_narrator_speaks(claims_of: ClaimsOf, text: str, content: str, medium: str) -> None:
    (claim,) = claims_of(text)
    assert claim.claimant == "narrator"
    assert claim.source == ()
    assert claim.content[0].exact == content
    assert claim.medium is not None
    assert claim.medium.exact == medium


def test_an_agency_that_could_not_verify_speaks_for_itself(claims_of: ClaimsOf) -> None:
    (claim,) = claims_of("Coastwire could not independently verify the footage.")
    assert claim.claimant == "Coastwire"


def test_addressee_with_venue(claims_of: ClaimsOf) -> None:
    (claim,) = claims_of("Ilse Varga told journalists at the UN General Assembly that it missed.")
    assert claim.addressee is not None
    assert claim.addressee.exact == "journalists"
    assert claim.venue is not None
    assert claim.venue.exact == "at the UN General Assembly"
    assert claim.content[0].exact == "it missed"


def test_hedges_are_spans(claims_of: ClaimsOf) -> None:
    (claim,) = claims_of("The envoy said the raid may have seemingly missed.")
    assert [hedge.exact for hedge in claim.hedges] == ["may", "seemingly"]
