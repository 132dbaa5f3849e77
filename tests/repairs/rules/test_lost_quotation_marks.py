"""Speech that lost its quotation marks."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import lost_quotation_marks
from tests.repairs.sentences import repairs


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("We are ready, said Anna Lind, a diplomat.", '"We are ready," said Anna Lind, a diplomat.'),
        ("Our troops are ready, according to the minister.", '"Our troops are ready," according to the minister.'),
        ("My country is ready, he told reporters on Friday.", '"My country is ready," he told reporters on Friday.'),
        ("Now, the envoy added, we wait.", '"Now," the envoy added, "we wait."'),
        ("The minister said: we are ready.", 'The minister said: "we are ready."'),
    ],
)
def test_speech_gets_its_marks(text: str, right: str) -> None:
    """The marks go around what was said, whichever side the speaker stands on."""
    [(wrong, replacement)] = repairs(lost_quotation_marks, text)

    assert text.replace(wrong, replacement) == right


def test_speech_goes_on_in_the_next_sentence() -> None:
    """A sentence in the first person after an attributed one is speech, and makes the one before it speech too."""
    text = "A free region is vital, the president told allies. Our navy will see to it. The talks ended at noon."

    assert repairs(lost_quotation_marks, text) == [
        ("A free region is vital,", '"A free region is vital,"'),
        ("Our navy will see to it.", '"Our navy will see to it."'),
    ]


def test_the_documents_own_marks_are_kept() -> None:
    """A document that writes curly marks gets curly ones."""
    text = "“It is late,” he said.\nWe are ready, the minister said."

    assert repairs(lost_quotation_marks, text) == [("We are ready,", "“We are ready,”")]
