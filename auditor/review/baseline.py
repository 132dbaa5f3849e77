"""Findings that an editor has accepted, with the reason: in a baseline file, or in the text itself.

A baseline file names findings by content, so that it survives edits elsewhere in the story. `auditor check FILE
--write-baseline accepted.json --reason "read by an editor"` writes it, `--baseline accepted.json` or the configuration
file uses it. In the text, in any comment of its format or between brackets, an editor writes

    <!-- auditor: allow "a sensible subject" because the minister said so, on tape -->
    [auditor: allow "Hallers" because it is a family]

and findings inside those words are suppressed everywhere in that file. A report tells how many findings were
suppressed, and what was accepted and is not found any more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import regex

from auditor.errors import InputError, SettingsError
from auditor.review.fingerprints import Fingerprint, match, take
from auditor.review.terminology import occurrences
from auditor.values import Audit, Document, Finding, Span

SCHEMA_VERSION = 1

_FIELDS = ("document", "kind", "text", "before", "after", "reason")
_ALLOW = regex.compile(r"""allow\s+["“](?P<text>[^"“”]+)["”]\s*(?:because\b\s*(?P<reason>.*))?""", regex.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Accepted:
    """An accepted finding of a document, by content, and why it was accepted."""

    document: str
    fingerprint: Fingerprint
    reason: str


@dataclass(frozen=True, slots=True)
class InlineSuppression:
    """Words in which the text's own comment wants no finding, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is not reported, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Findings that are reported, those that were suppressed, and suppressions (quoted) that met nothing."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a report says of the review."""
        count = len(self.suppressed)
        notes = []
        if count:
            findings = "1 finding" if count == 1 else f"{count} findings"
            notes.append(f"{findings} suppressed by the baseline or by a comment in the text")
        for text in self.unused:
            notes.append(f"what was accepted as “{text}” was not found any more; it can be taken out")
        return tuple(notes)


def sift(
    document: Document,
    findings: Sequence[Finding],
    *,
    accepted: Sequence[Accepted] = (),
    suppressions: Sequence[InlineSuppression] = (),
) -> Reviewed:
    """Part the findings that an editor has accepted from those that are new."""
    own = [item for item in accepted if is_same_file(item.document, document.name)]
    pairs = match([item.fingerprint for item in own], take(document, findings))
    inside: list[tuple[InlineSuppression, Span]] = []
    for suppression in suppressions:
        for span in occurrences(document.text, suppression.text):
            inside.append((suppression, span))
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    used: set[str] = set()
    for index, finding in enumerate(findings):
        asked = next((suppression for suppression, span in inside if span.contains(finding.span)), None)
        if asked is not None:
            suppressed.append(Suppressed(finding, asked.reason))
            used.add(asked.text)
        elif index in pairs:
            suppressed.append(Suppressed(finding, own[pairs[index]].reason))
        else:
            kept.append(finding)
    met = set(pairs.values())
    unused = [item.fingerprint.text for number, item in enumerate(own) if number not in met]
    unused += [suppression.text for suppression in suppressions if suppression.text not in used]
    return Reviewed(tuple(kept), tuple(suppressed), tuple(unused))


def is_same_file(one: str, other: str) -> bool:
    """Tell whether two paths, each as seen from some folder, may be those of one file: one ends with the other."""
    short, long = sorted((PurePath(os.path.normpath(name)).parts for name in (one, other)), key=len)
    return long[-len(short) :] == short


def accept(audit: Audit, *, reason: str) -> tuple[Accepted, ...]:
    """Accept every finding of an audit.

    Raises:
        SettingsError: no reason is given.
    """
    if not reason.strip():
        raise SettingsError("a baseline needs a reason, such as --reason 'read by an editor'.")
    prints = take(audit.document, audit.findings)
    return tuple(Accepted(audit.document.name, fingerprint, reason.strip()) for fingerprint in prints)


def dump(accepted: Iterable[Accepted]) -> bytes:
    """Write a baseline file: JSON, sorted, an entry's fields readable and easy to review."""
    entries = [
        {
            "document": item.document,
            "kind": item.fingerprint.kind,
            "text": item.fingerprint.text,
            "before": item.fingerprint.before,
            "after": item.fingerprint.after,
            "reason": item.reason,
        }
        for item in sorted(accepted)
    ]
    content = {"schema_version": SCHEMA_VERSION, "accepted": entries}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def load(path: Path) -> tuple[Accepted, ...]:
    """Read a baseline file.

    Raises:
        SettingsError: it cannot be read, or an entry lacks a field or its reason.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"the baseline {path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise SettingsError(f"the baseline {path} is not valid JSON: {error}.") from error
    if not isinstance(content, dict) or content.get("schema_version") != SCHEMA_VERSION:
        raise SettingsError(f"the baseline {path} is not of version {SCHEMA_VERSION}; write it again.")
    entries = content.get("accepted")
    if not isinstance(entries, list):
        raise SettingsError(f"the baseline {path} has no list 'accepted'; write it again.")
    return tuple(_entry(entry, f"{path}, entry {number}") for number, entry in enumerate(entries, start=1))


def inline_suppressions(document: Document) -> tuple[InlineSuppression, ...]:
    """Return what the document's own comments ask for.

    Raises:
        InputError: a comment to the auditor makes no sense or gives no reason.
    """
    found: list[InlineSuppression] = []
    for comment in document.comments:
        allow = _ALLOW.fullmatch(comment.body)
        where = f"{document.name}:{comment.line}"
        if allow is None:
            raise InputError(f'{where}: write auditor: allow "WORDS" because REASON, not "{comment.body}".')
        if not (allow["reason"] or "").strip():
            raise InputError(f'{where}: say why "{allow["text"]}" is allowed: auditor: allow "WORDS" because REASON.')
        found.append(InlineSuppression(allow["text"].strip(), " ".join(allow["reason"].split())))
    return tuple(found)


def _entry(entry: Any, where: str) -> Accepted:  # noqa: ANN401 (JSON)
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in _FIELDS):
        raise SettingsError(f"{where} must have the text fields {', '.join(_FIELDS)}.")
    if not entry["reason"].strip():
        raise SettingsError(f"{where} (“{entry['text']}”) has no reason; say why it is accepted.")
    kind, text, before, after = (entry[name] for name in ("kind", "text", "before", "after"))
    return Accepted(entry["document"], Fingerprint(kind, text, before, after), entry["reason"])
