"""How newspapers put who said what: subjects, asides, verb groups, headlines, datelines."""

from collections.abc import Callable

import pytest

from purport.core.claims import Claim, Factuality

ClaimsOf = Callable[[str], tuple[Claim, ...]]

# claimant, source, cue, content
CASES = [
    ("Mr. Alden has also said the raid missed.", "Alden", "Mr. Alden", "has also said",
     "the raid missed"),
    ("“It’s a ruin,” says Peter Quint, a trader at Halden Bank in Selden.", "Peter Quint",
     "Peter Quint, a trader at Halden Bank in Selden", "says", "It’s a ruin"),
    ("Norvania’s president, Anton Varga, on Sunday accused Taland of bombing boats.",
     "Anton Varga", "Norvania’s president, Anton Varga", "accused", "Taland of bombing boats"),
    ("According to people familiar with the matter, the board met.", "people familiar",
     "people familiar with the matter", "According to", "the board met"),
    ("A poll released Thursday found that most disapprove.", "poll", "A poll released", "found",
     "most disapprove"),
    ("Judge Alice Wren ruled that the search was illegal.", "Alice Wren", "Judge Alice Wren",
     "ruled", "the search was illegal"),
    ("Sen. Ted Marlow (R., Kelder) called the plan “dead on arrival.”", "Ted Marlow",
     "Sen. Ted Marlow (R., Kelder)", "called", "the plan “dead on arrival.”"),
    ("House Speaker Nora Pell on Monday called for an independent inquiry.", "Nora Pell",
     "House Speaker Nora Pell", "called for", "an independent inquiry"),
    ("Helpers Without Frontiers said its ward had been hit.", "Helpers Without Frontiers",
     "Helpers Without Frontiers", "said", "its ward had been hit"),
    ("The monitor relies on a network of sources and says it checks each raid.", "monitor",
     "The monitor", "says", "it checks each raid"),
    ("Medical charity the Kelder Relief Society (KRS) said that July was the worst month.",
     "Kelder Relief Society", "Medical charity the Kelder Relief Society (KRS)", "said",
     "July was the worst month"),
    ("KELDER (Reuters) - Jets struck a market, a monitoring group said.", "monitoring group",
     "a monitoring group", "said", "Jets struck a market"),
    ("KELDER — The navy said on Friday that it had sunk a boat.", "navy", "The navy", "said",
     "it had sunk a boat"),
    ("The monitor could not say whether the raid was Norvanian.", "monitor", "The monitor",
     "could not say", "whether the raid was Norvanian"),
    ("“Nothing is left,” one of the residents said by phone.", "one of the residents",
     "one of the residents", "said", "Nothing is left"),
    ("Officials from Kelder, about 20 miles north of Selden, said that nothing was left.",
     "Officials from Kelder", "Officials from Kelder, about 20 miles north of Selden", "said",
     "nothing was left"),
    ("Foreign Secretary of State Anton Varga said it missed.", "Anton Varga",
     "Foreign Secretary of State Anton Varga", "said", "it missed"),
    ("He promised to veto the bill.", "He", "He", "promised", "to veto the bill"),
    ("“You wonder,” added Maria Stone, who runs a shelter, “what they thought.”", "Maria Stone",
     "Maria Stone", "added", "You wonder … what they thought"),
]  # fmt: skip
MORE = [
    (
        "Published April 19 2017 The navy said it had sunk a boat.",
        "navy",
        "The navy",
        "said",
        "it had sunk a boat",
    ),
    (
        "SELDEN, Oct. 4 (AP) — The navy said it had sunk a boat.",
        "navy",
        "The navy",
        "said",
        "it had sunk a boat",
    ),
    (
        "SELDEN, Oct. 4 — The navy said it had sunk a boat.",
        "navy",
        "The navy",
        "said",
        "it had sunk a boat",
    ),
    (
        "Last updated at Oct 042017 SELDEN A Norvanian raid killed nine people a monitor said.",
        "monitor",
        "a monitor",
        "said",
        "A Norvanian raid killed nine people",
    ),
    (
        "NATO said it had seen the boats.",
        "NATO",
        "NATO",
        "said",
        "it had seen the boats",
    ),
    (
        "Two sailors died, according to the harbourmaster, as well as a dog in the yard.",
        "harbourmaster",
        "the harbourmaster",
        "according to",
        "Two sailors died … a dog in the yard",
    ),
    (
        "One of them told Coastwire by telephone that the raid missed.",
        "One of them",
        "One of them",
        "told",
        "the raid missed",
    ),
    (
        "The harbourmaster, whose office burned, said the raid missed.",
        "harbourmaster",
        "The harbourmaster",
        "said",
        "the raid missed",
    ),
    (
        "The mayor dismissed the report as nonsense.",
        "mayor",
        "The mayor",
        "dismissed",
        "the report as nonsense",
    ),
    (
        "The mayor urged residents to leave.",
        "mayor",
        "The mayor",
        "urged",
        "residents to leave",
    ),
    (
        "Anton F. Varga said it rained.",
        "Anton F. Varga",
        "Anton F. Varga",
        "said",
        "it rained",
    ),
    (
        "Many of the residents who fled said the town was empty.",
        "Many of the residents",
        "Many of the residents",
        "said",
        "the town was empty",
    ),
    (
        "The mayor did not rule out a second raid.",
        "mayor",
        "The mayor",
        "did not rule out",
        "a second raid",
    ),
    (
        "Two boats sank, the harbourmaster said, but the sea was calm.",
        "harbourmaster",
        "the harbourmaster",
        "said",
        "Two boats sank",
    ),
    (
        "The ministry, in a statement, said the raid had hit.",
        "ministry",
        "The ministry",
        "said",
        "the raid had hit",
    ),
    (
        "A commission of inquiry into human rights in Taland has said gas was used.",
        "commission of inquiry",
        "A commission of inquiry into human rights in Taland",
        "has said",
        "gas was used",
    ),
    (
        "The mayor said: “It burned.”",
        "mayor",
        "The mayor",
        "said",
        "It burned",
    ),
    (
        "Asked about the raid, the mayor said it missed.",
        "mayor",
        "the mayor",
        "said",
        "it missed",
    ),
    (
        "Twelve died in the raid the Observatory reported Thursday updating an earlier toll.",
        "Observatory",
        "the Observatory",
        "reported",
        "Twelve died in the raid",
    ),
    (
        "Speaking to Coastwire, Ilse Reke, a local activist, said it missed.",
        "Ilse Reke",
        "Ilse Reke, a local activist",
        "said",
        "it missed",
    ),
    (
        "The coalition said it tries to avoid harm and that it looks into each report.",
        "coalition",
        "The coalition",
        "said",
        "it tries to avoid harm and that it looks into each report",
    ),
    (
        "Navy and army officers said the ship sank.",
        "Navy and army officers",
        "Navy and army officers",
        "said",
        "the ship sank",
    ),
]


@pytest.mark.parametrize("case", [*CASES, *MORE], ids=lambda case: str(case[0])[:40])
def test_one_attribution_whole(claims_of: ClaimsOf, case: tuple[str, str, str, str, str]) -> None:
    text, claimant, source, cue, content = case
    (claim,) = claims_of(text)
    assert claim.claimant == claimant
    assert " … ".join(span.exact for span in claim.source) == source
    assert " … ".join(span.exact for span in claim.cue) == cue
    assert " … ".join(span.exact for span in claim.content) == content


@pytest.mark.parametrize(
    ("headline", "claimant", "content"),
    [
        ("Envoys: raid on Selden missed its target", "Envoys", "raid on Selden missed its target"),
        ("Reke: ‘We only hit the depot’", "Reke", "We only hit the depot"),
        ("Raid on Selden kills eight – monitor", "monitor", "Raid on Selden kills eight"),
        ("Boats sunk off Kelder: harbour police", "harbour police", "Boats sunk off Kelder"),
    ],
)
def test_headlines_that_name_their_source(
    claims_of: ClaimsOf, headline: str, claimant: str, content: str
) -> None:
    claims = claims_of(f"{headline}\n\nIt rained all day in the old harbour town.")
    assert [(claim.claimant, claim.content[0].exact) for claim in claims] == [(claimant, content)]


@pytest.mark.parametrize(
    "headline",
    ["Selden: 30 killed in air raid", "Live: raid on Selden", "Selden war: what we know so far"],
)
def test_a_topic_before_a_colon_is_no_source(claims_of: ClaimsOf, headline: str) -> None:
    assert claims_of(f"{headline}\n\nIt rained all day in the old harbour town.") == ()


def test_two_speakers_in_a_sentence(claims_of: ClaimsOf) -> None:
    first, second = claims_of("Critics say the policy failed; supporters counter that it works.")
    assert first.content[0].exact == "the policy failed"
    assert second.content[0].exact == "it works"


def test_an_official_quoted_by_a_paper(claims_of: ClaimsOf) -> None:
    paper, official = sorted(
        claims_of("The Courier quoted an official as saying that the raid missed."),
        key=lambda claim: claim.content[0].start,
    )
    assert paper.claimant == "Courier"
    assert official.claimant == "official"
    assert official.content[0].exact == "the raid missed"
    assert official.nested_in == paper.id


def test_what_a_quoted_speaker_attributes_to_another(claims_of: ClaimsOf) -> None:
    claims = claims_of("“Mayor Stone said the raid missed its target,” the envoy said.")
    by_name = {claim.claimant: claim for claim in claims}
    assert by_name["Stone"].nested_in == by_name["envoy"].id


@pytest.mark.parametrize(
    ("text", "source", "reporter"),
    [
        ("The envoy said the raid missed.", Factuality.CERTAIN, Factuality.UNCOMMITTED),
        ("The envoy denied that it missed.", Factuality.COUNTERFACT, Factuality.UNCOMMITTED),
        ("The envoy said it may have missed.", Factuality.POSSIBLE, Factuality.UNCOMMITTED),
        ("The envoy believes it missed.", Factuality.PROBABLE, Factuality.UNCOMMITTED),
        ("The envoy admitted that it missed.", Factuality.CERTAIN, Factuality.CERTAIN),
        ("The envoy doubted that it had missed.", Factuality.IMPROBABLE, Factuality.UNCOMMITTED),
        ("The envoy demanded an inquiry.", Factuality.UNCOMMITTED, Factuality.UNCOMMITTED),
        ("The envoy could not say whether it missed.", Factuality.UNCOMMITTED,
         Factuality.UNCOMMITTED),
        ("The video appears to show a ship sinking.", Factuality.PROBABLE, Factuality.PROBABLE),
    ],
)  # fmt: skip
def test_commitment_of_source_and_reporter(
    claims_of: ClaimsOf, text: str, source: Factuality, reporter: Factuality
) -> None:
    (claim,) = claims_of(text)
    assert claim.commitment is not None
    assert (claim.commitment.source, claim.commitment.reporter) == (source, reporter)


def test_the_reporters_distance_is_marked(claims_of: ClaimsOf) -> None:
    (claim,) = claims_of("The army claims to have hit eight targets.")
    assert claim.commitment is not None
    assert [span.exact for span in claim.commitment.marks] == ["claims"]
    assert "keeps distance" in claim.commitment.reason


@pytest.mark.parametrize(
    ("text", "claimants"),
    [
        ("Foreign minister Anton Varga said the raid hit. The minister added that nobody died.",
         ["Anton Varga", "Anton Varga"]),
        (("Ilse Reke, a spokeswoman for the navy, said it missed. The spokeswoman told reporters "
         "that it had rained."), ["Ilse Reke", "Ilse Reke"]),
        ("The minister said it rained. Defence minister Tomas Holt said it snowed.",
         ["minister", "Tomas Holt"]),
        (("Defence minister Tomas Holt said it snowed. Foreign minister Anton Varga said it "
         "rained. The minister said the sun shone."), ["Tomas Holt", "Anton Varga", "minister"]),
    ],
)  # fmt: skip
def test_a_role_is_its_only_holder(claims_of: ClaimsOf, text: str, claimants: list[str]) -> None:
    assert [claim.claimant for claim in claims_of(text)] == claimants


def test_a_headline_without_line_end_names_its_source(claims_of: ClaimsOf) -> None:
    headline, body = claims_of(
        "Raid kills nine in Kelder Monitor AFP Saturday 25 Jun 2016 "
        "Jets killed nine people in Kelder on Saturday a monitor said."
    )
    assert headline.claimant == body.claimant == "Monitor"
    assert headline.content[0].exact == "Raid kills nine in Kelder"
    assert body.content[0].exact == "Jets killed nine people in Kelder on Saturday"


@pytest.mark.parametrize("after", ["but the sea was calm", "adding that nobody drowned"])
def test_what_follows_the_cue_is_another_clause(claims_of: ClaimsOf, after: str) -> None:
    claims = claims_of(f"Two boats sank, the harbourmaster said, {after}.")
    assert claims[0].content[0].exact == "Two boats sank"


def test_a_passive_is_no_attribution(claims_of: ClaimsOf) -> None:
    assert claims_of("It was denied by the mayor.") == ()
