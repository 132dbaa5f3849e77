"""Numbers as they are written and said, in any language: where they stand and what they may be worth.

Readings are generous on purpose: "1.234" may be a thousand or a decimal, "biliões" a billion of either sort. Two
numbers disagree only when no reading of one is a reading of the other.
"""

from __future__ import annotations

import functools
import itertools
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources

import regex

from auditor.values import Span

_SPACES = "\u00a0\u202f\u2009 "
_DIGITS = regex.compile(
    rf"""
    (?<!\d)(?:
      \d{{1,3}}(?P<group>[.,'’{_SPACES}])\d{{3}}(?:(?P=group)\d{{3}})*(?:(?!(?P=group))[.,]\d+)?(?!\d|[.,]\d)
    | (?P<indian>\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?:\.\d+)?)(?!\d|[.,]\d)
    | (?<!\d[.,])(?P<decimal>\d+[.,]\d+)(?!\d|[.,]\d)
    | \d+
    )
    """,
    regex.VERBOSE,
)
_ENGLISH = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "billions": 1e9, "bn": 1e9,
    "trillion": 1e12, "trillions": 1e12, "tn": 1e12, "lakh": 1e5, "lakhs": 1e5, "crore": 1e7, "crores": 1e7,
    "dozen": 12.0,
}  # fmt: skip
_WORD = regex.compile(r"[\s-]{0,2}(?:de\s)?(?P<word>[\p{L}\p{M}]+)\.?(?:\s(?P<second>[\p{L}\p{M}]+))?")
_HAN = {"十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8, "兆": 1e12}
_HAN |= {"천": 1e3, "만": 1e4, "억": 1e8}
_HAN_SCALE = regex.compile(f"[多余餘几]?(?P<scale>[{''.join(_HAN)}]+)(?<!千(?=瓦|米|克|公))")
_HAN_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_NUMERAL = regex.compile(f"[{''.join(_HAN_DIGITS)}十百千万萬亿億]+")
_ROMAN = regex.compile(r"(?<![\p{L}\p{N}])(?=[IVXL])(X{0,3}|XL)(IX|IV|V?I{0,3})(?![\p{L}\p{N}])")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50}

_IMPERIAL = regex.compile(
    r"(?:square\s)?(?:miles?|feet|foot|ft|inch|pounds?|lbs?|ounces?|oz|acres?|yards?|gallons?|mph)\b"
)
_PERCENT = ("%", "٪", "per cent", "percent", "por cento", "por ciento", "procent", "protsent", "prozent", "процент")
_CONVERSIONS = (1.609, 0.3048, 30.48, 0.9144, 2.54, 0.4536, 0.4047, 28.35, 2.59, 3.785)
"""Kilometers a mile, meters a foot and so on: an editor's conversion is no error."""
_TOLERANCE = 0.03


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in digits.

    `span` covers the digits and a word such as "million" behind them, `digits` the digits alone, `text` is what is
    written there. `values` are what it may be worth, `scales` what the word behind it may be worth (1 where there is
    none). `percent` tells whether a sign or word for per cent follows, `imperial` whether miles, pounds or the like do.
    """

    span: Span
    digits: Span
    text: str
    values: frozenset[float]
    scales: frozenset[float]
    percent: bool
    imperial: bool

    @property
    def is_year(self) -> bool:
        """Tell whether it is written as the years of modern history are."""
        plain = self.text.isdigit() and len(self.text) == 4
        return plain and 1400 <= int(self.text) <= 2100 and self.scales == {1.0} and not self.percent


def written(text: str, *, english: bool) -> list[Quantity]:
    """Return the numbers in digits, in order, in any script's digits.

    Args:
        text: a sentence.
        english: whether words of magnitude are those of English, where a billion is a thousand million.
    """
    plain = "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in text)
    found = [_quantity(match, plain, english=english) for match in _DIGITS.finditer(plain)]
    pairs = itertools.pairwise([*found, None])
    return [_with_scale_of(one, two, plain) if two else one for one, two in pairs if one and one.text.strip("0")]


def said(text: str) -> frozenset[float]:
    """Return what the number words, Roman numerals and names of English months in a text may be worth."""
    tokens = [token for token in map(str.casefold, regex.findall(r"[\p{L}\p{M}]+", text)) if token not in _AND]
    found: set[float] = set()
    before = 0.0
    for token in tokens:
        values = numerals().get(token, ())
        found.update(values)
        small = min(values, default=0.0)
        if before in _TENS and 0 < small < 10:  # twenty-one
            found.add(before + small)
        if small in (100.0, 1000.0) and 0 < before < 100:  # two hundred
            found.add(before * small)
        before = small
    found.update(_roman(match.group()) for match in _ROMAN.finditer(text) if match.group())
    found.update(_han(match.group()) for match in _HAN_NUMERAL.finditer(text))
    return frozenset(found)


def equal(source: Quantity, target: Quantity) -> bool:
    """Tell whether a reading of one is a reading of the other.

    The same digits count where only one has a word of magnitude, which may be a word that is not known here.
    """
    scales = source.scales & target.scales or {1.0} in (source.scales, target.scales)
    if scales and _bare(source.text) == _bare(target.text):
        return True
    readings = itertools.product(source.values, target.values)
    return any(abs(one - two) <= 1e-9 * max(one, two) for one, two in readings)


def alike(source: Quantity, target: Quantity) -> bool:
    """Tell whether a number of the text may stand for one of its source: another clock, decade, rounding or unit."""
    readings = itertools.product(source.values, target.values)
    return any(_alike(one, two, source, target) for one, two in readings)


_STEMS = {"miljon": (1e6,), "miljard": (1e9,), "тысяч": (1e3,), "миллион": (1e6,), "миллиард": (1e9,)}
_RANGE = frozenset("- – — ~ 至 到 to a à e y bis до or ou или and и kuni".split())  # noqa: SIM905
_AND = frozenset({"and", "e", "y", "i", "et", "și", "si", "und", "и"})
_TENS = frozenset(float(ten) for ten in range(20, 100, 10))


def _quantity(match: regex.Match[str], text: str, *, english: bool) -> Quantity:
    digits = Span(*match.span())
    scales, end = _scale(text, digits.end, english=english)
    values = _products(_readings(match), scales)
    behind = text[end : end + 10].lstrip(_SPACES + "-").casefold()
    percent = behind.startswith(_PERCENT)
    imperial = bool(_IMPERIAL.match(behind))
    return Quantity(Span(digits.start, end), digits, match.group(), values, scales, percent, imperial)


def _with_scale_of(one: Quantity, two: Quantity, text: str) -> Quantity:
    """Let "600" in "600 to 850 million" be millions as well."""
    between = text[one.span.end : two.span.start].strip().casefold()
    if one.scales != {1.0} or two.scales == {1.0} or between not in _RANGE:
        return one
    return replace(one, values=one.values | _products(one.values, two.scales))


def _products(values: Iterable[float], scales: Iterable[float]) -> frozenset[float]:
    return frozenset(value * scale for value, scale in itertools.product(values, scales))


def _readings(match: regex.Match[str]) -> set[float]:
    """Return what the digits may be worth; a lone group of three behind a stop or comma has two readings."""
    text, group = match.group(), match["group"]
    if match["indian"]:
        return {float(text.replace(",", ""))}
    if match["decimal"]:
        return {float(text.replace(",", "."))}
    if not group:
        return {float(text)}
    whole, *rest = regex.split("[.,]" if group not in ".," else "[.]" if group == "," else ",", text)
    ungrouped = whole.replace(group, "")
    readings = {float(f"{ungrouped}.{rest[0]}" if rest else ungrouped)}
    if group in ".," and not rest and text.count(group) == 1:
        readings.add(float(text.replace(",", ".")))
    return readings


def _scale(text: str, at: int, *, english: bool) -> tuple[frozenset[float], int]:
    """Return what the word of magnitude at `at` may be worth and where it ends; 1 where there is none."""
    if han := _HAN_SCALE.match(text, at):
        return frozenset({math.prod(_HAN[char] for char in han["scale"])}), han.end()
    word = _WORD.match(text, at)
    if not word:
        return frozenset({1.0}), at
    table = {name: (value,) for name, value in _ENGLISH.items()} if english else magnitudes()
    first = table.get(word["word"].casefold(), ()) or _inflected(word["word"].casefold(), english=english)
    second = table.get((word["second"] or "").casefold(), ()) if first else ()
    if second:  # "mil milhões"
        return _products(first, second), word.end("second")
    return (frozenset(first), word.end("word")) if first else (frozenset({1.0}), at)


def _inflected(word: str, *, english: bool) -> tuple[float, ...]:
    """Return what a word of magnitude with an ending may be worth ("miljonilt", "миллионами")."""
    return () if english else next((value for stem, value in _STEMS.items() if word.startswith(stem)), ())


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isdigit()).lstrip("0")


def _alike(one: float, two: float, source: Quantity, target: Quantity) -> bool:
    if abs(one - two) == 12 and max(one, two) <= 24 and min(one, two) <= 12:  # 20:30 and 8:30
        return _is_clock(source) or _is_clock(target)
    if min(one, two) < 100 and 1500 <= max(one, two) <= 2100 and (one - two) % 100 == 0:  # the 60s
        return True
    if one >= 1000 and not source.is_year and _is_rounding(one, two):
        return True
    return target.imperial and two > 0 and any(abs(one / two / ratio - 1) < _TOLERANCE for ratio in _CONVERSIONS)


def _is_clock(quantity: Quantity) -> bool:
    return quantity.text.isdigit() and len(quantity.text) <= 2 and quantity.scales == {1.0}


def _is_rounding(exact: float, rounded: float) -> bool:
    """Tell whether `rounded` is `exact` with fewer significant figures."""
    figures = len(f"{rounded:.0f}".rstrip("0"))
    return figures < len(f"{exact:.0f}".rstrip("0")) and float(f"{exact:.{max(0, figures - 1)}e}") == rounded


def _roman(text: str) -> float:
    values = [_ROMAN_DIGITS[letter] for letter in text]
    return float(sum(-one if one < two else one for one, two in itertools.pairwise([*values, 0])))


def _han(text: str) -> float:
    """Read a Chinese numeral: digits one after the other (二〇二四), or with their powers of ten (三百二十)."""
    if all(char in _HAN_DIGITS for char in text):
        return float("".join(str(_HAN_DIGITS[char]) for char in text))
    total = section = digit = 0.0
    for char in text:
        if char in _HAN_DIGITS:
            digit = float(_HAN_DIGITS[char])
        elif _HAN[char] < 1e4:
            section += (digit or 1.0) * _HAN[char]
            digit = 0.0
        else:
            total += (section + digit) * _HAN[char]
            section = digit = 0.0
    return total + section + digit


@functools.cache
def numerals() -> Mapping[str, tuple[float, ...]]:
    """Return what number words of English and the languages of `data/numerals.tsv` are worth."""
    return _table("numerals.tsv")


@functools.cache
def magnitudes() -> Mapping[str, tuple[float, ...]]:
    """Return what words such as "milhões" are worth; those that two languages use otherwise have two values."""
    return _table("magnitudes.tsv")


def _table(name: str) -> Mapping[str, tuple[float, ...]]:
    file = resources.files("auditor.repairs") / "data" / name
    found: dict[str, tuple[float, ...]] = {}
    for value, word in _entries(file.read_text(encoding="utf-8").splitlines()):
        found[word] = (*found.get(word, ()), value)
    return found


def _entries(lines: Sequence[str]) -> Iterator[tuple[float, str]]:
    for line in lines:
        value, words = line.split("\t")
        yield from ((float(value), word) for word in words.split())
