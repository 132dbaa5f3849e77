"""Text left in another language."""

from __future__ import annotations

import pytest

from auditor.repairs.rules import foreign_text
from tests.repairs.sentences import candidates, repairs


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It rained. A câmara aprovou ontem o orçamento. It snowed.", "A câmara aprovou ontem o orçamento"),
        ("The judge read que no había pruebas suficientes and left.", "que no había pruebas suficientes"),
        ("The bridge, der seit Jahren gesperrt ist, will be torn down.", "der seit Jahren gesperrt ist"),
        ("They left les clés du bâtiment on the table.", "les clés du bâtiment"),
        ("The boat brought gli aiuti per la popolazione on Friday.", "gli aiuti per la popolazione"),
        ("The minister met журналистов in the hall.", "журналистов"),
    ],
)  # fmt: skip
def test_clauses_in_another_language_are_marked(text: str, left: str) -> None:
    """From the first to the last word that English lacks."""
    assert [wrong for wrong, _ in repairs(foreign_text, text)] == [left]


@pytest.mark.parametrize(
    "text",
    [
        "She read Cien años de soledad and Les Misérables in a café.",
        "The Frente Amplio and the Alternative für Deutschland lost; Médecins du Monde won a prize.",
        "He ordered a crème brûlée, chile con carne and a café au lait.",
        "The chargé d’affaires spoke of realpolitik, a tour de force and a cause célèbre.",
        "Luiz Inácio Lula da Silva met Ursula von der Leyen and Marine Le Pen.",
        "A patient with lupus erythematosus and Staphylococcus aureus was treated.",
        "“Esto no puede seguir así,” the farmer said.",
        "The paper (“Über die spezielle und die allgemeine Relativitätstheorie”) is famous.",
    ],
)
def test_names_loans_and_quotations_are_left_alone(text: str) -> None:
    """They are meant to be foreign."""
    assert repairs(foreign_text, text) == []


def test_a_mark_at_the_end_is_no_part_of_a_sentence_left() -> None:
    """What is marked ends with its last letter."""
    text = "¿Quién pagará las deudas de la empresa? Nobody knows."
    (found,) = candidates(foreign_text, text)

    assert found.span.of(text).endswith("empresa")
