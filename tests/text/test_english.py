"""Telling English from other languages, however bad the English; its possessives."""

from __future__ import annotations

import pytest

from auditor.text import segmentation
from auditor.text.english import base, looks_english


def _looks_english(text: str) -> bool:
    return looks_english(segmentation.document(text, name="-").words)


@pytest.mark.parametrize(
    "text",
    [
        "Ministers Agree Ferry Deal",
        "Las Vegas, Los Angeles, El Paso",
        "Müller, Gómez, Łukasz",
        "Osaka d. Sabalenka 6-3, 6-4",
        "The president of the republic has the people call to vote for the peace of the country.",
        "More strong storm hit coast Tuesday. Hundred family lose house, official say.",
        "2,500",
        "",
    ],
)
def test_english_passes(text: str) -> None:
    """Headlines, names, scores and garbled English are English."""
    assert _looks_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "La ministre a dit que les deux pays vont se revoir jeudi pour parler du bac.",
        "El ministro dijo que los dos países se reunirán el jueves para hablar del transbordador.",
        "Der Minister sagte, dass sich die beiden Länder am Donnerstag treffen und nicht früher.",
        "Министр сказал, что две страны встретятся в четверг.",
        "部长说，两国将于星期四再次会面。",
        "قال الوزير إن البلدين سيجتمعان يوم الخميس.",
        "Ministeri sanoi maiden tapaavan jälleen torstaina. " * 8,
    ],
)
def test_other_languages_do_not(text: str) -> None:
    """Another script, another language's small words, or no small English words at all give a text away."""
    assert not _looks_english(text)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Lee’s", "Lee"),
        ("Lee's", "Lee"),
        ("Joneses’", "Joneses"),
        ("Lees", "Lees"),
        ("LEE’S", "LEE"),
        ("o’clock", "o’clock"),
    ],
)
def test_base_strips_possessive_endings_only(word: str, expected: str) -> None:
    """The ending goes, the rest of the word stays."""
    assert expected == base(word)
