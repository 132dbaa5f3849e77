"""Numbers as they are written and said in any language."""

from __future__ import annotations

import pytest

from auditor.repairs.against_source import quantities

WRITTEN = (
    ("29 mil milhões de dólares", False, [{29e9}]),
    ("1,67 milhões e 936.000 mortes", False, [{1.67e6}, {936_000.0, 936.0}]),
    ("1 234 567 Einwohner", False, [{1_234_567.0}]),
    ("12,34,567 रुपये", False, [{1_234_567.0}]),
    ("१५ लाख", False, [{1_500_000.0}]),
    ("3.5万人和1.2亿元", False, [{35_000.0}, {120_000_000.0}]),
    ("500多万只", False, [{5_000_000.0}]),
    ("100 de milioane", False, [{100e6}]),
    ("4,8 miljonilt", False, [{4.8e6}]),
    ("11.09.2001", False, [{11.0}, {9.0}, {2001.0}]),
    ("COP13", False, [{13.0}]),
    ("$1.6 trillion", True, [{1.6e12}]),
    ("2 billion", True, [{2e9}]),
    ("2 billions d'euros", False, [{2e9, 2e12}]),
    ("600 to 850 million", True, [{600.0, 600e6}, {850e6}]),
)


@pytest.mark.parametrize(("text", "english", "values"), WRITTEN)
def test_numbers_are_read_as_their_language_may_mean_them(text: str, english: bool, values: list[set[float]]) -> None:  # noqa: FBT001
    """Separators and words of magnitude are those of many languages; what is ambiguous has two readings."""
    assert [set(number.values) for number in quantities.written(text, english=english)] == values


@pytest.mark.parametrize(("text", "values"), [("um x 5", "5"), ("12,5 %", "12,5"), ("em 2.000 casos", "2.000")])
def test_ranges_quote_the_text(text: str, values: str) -> None:
    """The digits' range covers the digits."""
    (number,) = quantities.written(text, english=False)

    assert number.digits.of(text) == number.text == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("vinte e um navios", 21.0),
        ("twenty-one ships", 21.0),
        ("two hundred ships", 200.0),
        ("século XX", 20.0),
        ("三百二十艘船", 320.0),
        ("二〇二四年", 2024.0),
        ("on September the first", 9.0),
        ("двадцать кораблей", 20.0),
    ],
)
def test_numbers_are_heard_in_words(text: str, value: float) -> None:
    """A number word, a Roman numeral or the name of a month stands for its number."""
    assert value in quantities.said(text)
