"""Different words for one claimant lead to one name. All names are made up."""

from collections.abc import Callable

import pytest

from purport.core.claims import Claim

ClaimsOf = Callable[[str], tuple[Claim, ...]]


@pytest.mark.parametrize(
    ("text", "claimants"),
    [
        ("Ilse Varga said it missed. She said it was loud.", ["Ilse Varga"] * 2),
        ("Foreign minister Anton Varga said it hit. Mr Varga said it was quick.",
         ["Anton Varga"] * 2),
        ("The Norvanian ministry claimed a hit. Norvania’s defence ministry claimed two hits.",
         ["Norvania’s defence ministry"] * 2),
        ("The Coastal Observatory for Rights said it missed. The Observatory said it was loud.",
         ["Coastal Observatory for Rights"] * 2),
        ("The navy said it missed. It said the sea was rough.", ["navy"] * 2),
        ("Russia’s defence ministry said it hit. Moscow claims eight targets were hit.",
         ["Russia’s defence ministry"] * 2),
        ("Moscow claims eight targets were hit.", ["Moscow"]),
        ("The French army said it hit. The German army said it missed.",
         ["French army", "German army"]),
        ("Residents said it missed. They said it was loud.", ["Residents"] * 2),
        ("Doctor Ilse Varga said it missed. The envoy said it hit. He said it was quick.",
         ["Ilse Varga", "envoy", "Ilse Varga"]),
    ],
)  # fmt: skip
def test_claimants(claims_of: ClaimsOf, text: str, claimants: list[str]) -> None:
    assert [claim.claimant for claim in claims_of(text)] == claimants


@pytest.mark.parametrize(
    ("text", "claimant", "role"),
    [
        ("Deputy envoy Marit Solheim said it missed.", "Marit Solheim", "Deputy envoy"),
        ("Marit Solheim, a fish trader and founder of Quay, said it missed.", "Marit Solheim",
         "fish trader and founder of Quay"),
        ("Its defence minister, Marit Solheim, said it missed.", "Marit Solheim",
         "defence minister"),
        ("“It missed us all,” Marit Solheim spokeswoman for the port said.", "Marit Solheim",
         "spokeswoman for the port"),
        ("Mrs Marit Solheim said it missed.", "Marit Solheim", None),
    ],
)  # fmt: skip
def test_roles(claims_of: ClaimsOf, text: str, claimant: str, role: str | None) -> None:
    (claim,) = claims_of(text)
    assert (claim.claimant, claim.claimant_role) == (claimant, role)


def test_footage_speaks_for_its_only_publisher(claims_of: ClaimsOf) -> None:
    text = (
        "Video purports to show jets over Kelder\n\nIlse Vandermeer\n4 March 2031\n\n"
        "The navy has released footage of jets.\n\nIt rained."
    )
    (claim,) = claims_of(text)
    assert claim.claimant == "navy"


def test_footage_of_two_publishers_speaks_for_itself(claims_of: ClaimsOf) -> None:
    text = (
        "The navy has released footage of jets. The army has released footage of ships.\n\n"
        "A video purports to show jets over Kelder."
    )
    (claim,) = claims_of(text)
    assert claim.claimant == "video"
