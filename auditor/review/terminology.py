"""An organisation's terms: what is never flagged, and what always is, with the preferred rendering.

What it measures
    Where the words of a terms file (TOML, given by `--terms` or the configuration file) stand in the text:

        never = ["Troika", "Nagorno-Karabakh"]

        [always]
        "Kiev" = "Kyiv"
        "forced position" = "position of strength"

    What is never to be flagged takes away every finding inside it. What is always to be flagged is a finding of
    probability 1 with the preferred rendering; an empty one only forbids.

Why it suggests an error
    It does not guess: the organisation has decided so.

Known problems
    Only the form that was written matches, as whole words: a plural is a term of its own, a possessive ("Kiev's") is
    not. A term in lower case matches any case, one with capitals only its own. White space and the shape of quotation
    marks do not matter. A finding that reaches beyond a term stays.

Example:
    With the file above, "talks in Kiev" is flagged, and "Kyiv" suggested.

Source
    The terms file of the organisation.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import regex

from auditor.errors import SettingsError, UnknownNameError
from auditor.text.characters import plain_text
from auditor.values import Document, Finding, Kind, Severity, Span

MECHANISM = "terms"

_MARKS = {"'": "['’‘ʼ]", "’": "['’‘ʼ]", "‘": "['’‘ʼ]", '"': '["“”]', "“": '["“”]', "”": '["“”]'}


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms that are never flagged, and forbidden renderings with the preferred one."""

    never: tuple[str, ...] = ()
    always: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits for the signature, "" when there are no terms."""
        if not self.never and not self.always:
            return ""
        lines = [*sorted(self.never), "", *(f"{bad}\t{good}" for bad, good in sorted(self.always.items()))]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def load(path: Path) -> Terms:
    """Read a terms file.

    Raises:
        SettingsError: it cannot be read, or holds something else than terms.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"the terms file {path} cannot be read: {error.strerror or error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the terms file {path} is not valid TOML: {error}.") from error
    for key in content:
        if key not in {"never", "always"}:
            raise SettingsError(f"{path}: {UnknownNameError('entry', key, ('never', 'always'))}")
    never, always = content.get("never", []), content.get("always", {})
    if not isinstance(never, list) or not all(isinstance(term, str) and term.strip() for term in never):
        raise SettingsError(f"{path}: 'never' must be a list of terms, such as never = [\"Troika\"].")
    if not isinstance(always, dict) or not all(
        isinstance(good, str) and bad.strip() and bad != good for bad, good in always.items()
    ):
        raise SettingsError(
            f'{path}: \'always\' must map each forbidden rendering to another, such as "Kiev" = "Kyiv".'
        )
    return Terms(tuple(never), always)


def apply_terms(document: Document, findings: Sequence[Finding], terms: Terms) -> tuple[Finding, ...]:
    """Drop findings inside a term that is never flagged, and add one at every forbidden rendering.

    A finding that lies inside a forbidden rendering gives way to it. The result is sorted by span.
    """
    allowed: list[Span] = []
    for term in terms.never:
        allowed += occurrences(document.text, term)
    forbidden = _forbidden(document.text, terms.always, allowed)
    covered = [*allowed, *(finding.span for finding in forbidden)]
    kept = [finding for finding in findings if not _is_inside(finding.span, covered)]
    return tuple(sorted((*kept, *forbidden), key=_place))


def occurrences(text: str, term: str) -> Iterator[Span]:
    """Yield where `term` stands in `text` as whole words, whatever hyphens or accents either is written with."""
    plain = plain_text(text)
    for match in _pattern(plain_text(term).text).finditer(plain.text):
        yield plain.to_given(Span(match.start(), match.end()))


def _pattern(term: str) -> regex.Pattern[str]:
    words: list[str] = []
    for word in term.split():
        words.append("".join(_MARKS.get(character, regex.escape(character)) for character in word))
    folded = regex.IGNORECASE if term == term.lower() else 0
    spaced = r"\s+".join(words)
    return regex.compile(rf"(?<!\w){spaced}(?!\w)", folded)


def _forbidden(text: str, always: Mapping[str, str], allowed: Sequence[Span]) -> list[Finding]:
    """Return a finding at every forbidden rendering; of two that overlap, the longer; none inside an allowed term."""
    found: list[tuple[int, Span, str, str]] = []
    for bad, good in always.items():
        found += [(-len(span), span, bad, good) for span in occurrences(text, bad)]
    kept: list[Finding] = []
    for _, span, bad, good in sorted(found, key=_longest_first):
        is_free = not any(span.overlaps(other.span) for other in kept)
        if is_free and not _is_inside(span, allowed):
            kept.append(_finding(span, text, bad, good))
    return kept


def _longest_first(item: tuple[int, Span, str, str]) -> tuple[int, Span]:
    return item[:2]


def _place(finding: Finding) -> Span:
    return finding.span


def _is_inside(span: Span, others: Sequence[Span]) -> bool:
    return any(other.contains(span) for other in others)


def _finding(span: Span, text: str, bad: str, good: str) -> Finding:
    written = span.of(text)
    suggestion = good[:1].upper() + good[1:] if bad[:1].islower() and written[:1].isupper() else good
    return Finding(
        span=span,
        kind=Kind.TERMINOLOGY,
        severity=Severity.MAJOR,
        probability=1.0,
        mechanism=MECHANISM,
        message=f"“{written}” is not the organisation’s term; “{suggestion}” is"
        if good
        else f"“{written}” is not to be used",
        suggestions=(suggestion,),
        evidence=("The terms file says so.",),
    )
