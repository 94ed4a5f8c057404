"""An amendment beside the wording it replaces: word by word where the passage can be told, otherwise not at all."""

import pytest

from consultation.core.blocks import Block, ListBlock, ListItem, Paragraph
from consultation.evaluation.models import Contribution, ContributionKind
from consultation.evaluation.rewording import rewording

BLOCKS: tuple[Block, ...] = (
    Paragraph("Zuwendungsempfänger sind Gemeinden und Landkreise."),
    ListBlock(
        (
            ListItem("1.", (Paragraph("Der Antrag ist bis zum 31. März zu stellen."),)),
            ListItem("2.", (Paragraph("Die Förderquote beträgt höchstens 80 Prozent der Ausgaben."),)),
        )
    ),
)


def said(text: str, kind: ContributionKind = ContributionKind.REPLACE) -> Contribution:
    return Contribution(kind=kind, original_text=text)


def test_the_passage_is_found_also_inside_a_list():
    found = rewording(said("Die Förderquote beträgt höchstens 90 Prozent der Ausgaben."), BLOCKS)
    assert [(kind, text.strip()) for kind, text in found if kind != "same"] == [("removed", "80"), ("added", "90")]
    assert "".join(text for kind, text in found if kind != "removed") == (
        "Die Förderquote beträgt höchstens 90 Prozent der Ausgaben."
    )


@pytest.mark.parametrize("kind", [kind for kind in ContributionKind if kind != ContributionKind.REPLACE])
def test_only_what_replaces_wording_is_compared(kind: ContributionKind):
    assert rewording(said("Die Förderquote beträgt 90 Prozent.", kind), BLOCKS) == ()


def test_a_proposal_that_has_nothing_to_do_with_the_section_is_not_compared():
    assert rewording(said("Bitte alles ganz anders regeln"), BLOCKS) == ()
    assert rewording(said("Der Antrag"), ()) == ()
