"""Corrections in a Word document, as tracked changes that an editor accepts or rejects there.

What is taken out stays in the file as a deletion by "auditor", what is put in is an insertion with the formatting of
the words before it; both carry the date of the document, so that the same corrections give the same bytes on any day.
All other parts of the package keep their bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.corrections.corrected import COMMENT, MEANING, PARAGRAPHS, Corrected, Left
from auditor.errors import InputError
from auditor.readers import docx as reader
from auditor.readers.docx import Axis, Run, W
from auditor.readers.offset_map import is_same
from auditor.reports.packing import update
from auditor.reports.word_runs import AUTHOR, SPACE, date_of, divided, saved
from auditor.text.edits import Correction, Edit, edits, spliced
from auditor.values import Document, Span

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element

_TEXT = frozenset({f"{W}t", f"{W}tab", f"{W}br", f"{W}cr", f"{W}noBreakHyphen"})


@dataclass(frozen=True, slots=True)
class _Placed:
    """A correction as it changes the audited text, and the axis of the document's runs.

    `behind` tells, an edit that puts words in, whether they go behind the run before them, or before the one behind.
    """

    correction: Correction
    text: tuple[Edit, ...]
    axis: tuple[Edit, ...]
    behind: tuple[bool, ...]


def correct(data: bytes, document: Document, corrections: Sequence[Correction]) -> Corrected:
    """Return the Word document with the corrections as tracked changes.

    Args:
        data: the file.
        document: what was read of it.
        corrections: in order; they do not overlap.

    Raises:
        InputError: the file is not the one that was read.
    """
    axis = reader.axis(reader.unpack(data, name=document.name))
    text = axis.offset_map.text
    if not is_same(text, document.text):
        raise InputError(f"the words of {document.name} cannot be found again in the file; correct it by hand.")
    placed: list[_Placed] = []
    left: list[Left] = []
    for correction in corrections:
        found = _place(axis, document, correction)
        if isinstance(found, _Placed):
            placed.append(found)
        else:
            left.append(Left(correction, found))
    copy = _written(data, document.name, placed)
    if not _reads_right(copy, document.name, text, placed):
        left += [Left(one.correction, MEANING) for one in placed]
        placed, copy = [], data
    after = spliced(text, _of_text(placed))
    return Corrected(copy, f"{text}\n", f"{after}\n", tuple(left))


def _place(axis: Axis, document: Document, correction: Correction) -> _Placed | str:
    """Find a correction on the axis of the runs; why it cannot be made, where it cannot."""
    text = axis.offset_map.text
    changes = edits(text, correction)
    found: list[Edit] = []
    behind: list[bool] = []
    for change in changes:
        if change.span.of(text) != change.span.of(document.text):
            return COMMENT
        parts = axis.offset_map.parts(change.span)
        if sum(len(part.span) for part in parts) != len(change.span):
            return PARAGRAPHS
        if parts:
            found.append(Edit(Span(parts[0].place.start, parts[-1].place.end), change.replacement))
            behind.append(True)
        else:
            at, is_behind = _gap(axis, change.span.start, correction.span)
            found.append(Edit(Span(at, at), change.replacement))
            behind.append(is_behind)
    return _Placed(correction, changes, tuple(found), tuple(behind))


def _gap(axis: Axis, at: int, words: Span) -> tuple[int, bool]:
    """Return the place on the axis where words are put in, and whether the run before it is theirs."""
    before = axis.offset_map.parts(Span(at - 1, at)) if at else []
    behind = axis.offset_map.parts(Span(at, at + 1))
    if before and (at > words.start or not behind):
        return before[0].place.end, True
    return behind[0].place.start, False


def _written(data: bytes, name: str, placed: Iterable[_Placed]) -> bytes:
    """Return the file with tracked changes."""
    document = reader.unpack(data, name=name)
    cuts: set[int] = set()
    changes: list[tuple[Edit, bool]] = []
    for one in placed:
        for change, is_behind in zip(one.axis, one.behind, strict=True):
            cuts |= {change.span.start, change.span.end}
            changes.append((change, is_behind))
    if not changes:
        return data
    runs = divided(reader.axis(document).runs, sorted(cuts))
    revision = _Revision(date_of(document, data), _last_id(document))
    for change, is_behind in changes:
        _track(runs, change, revision, behind=is_behind)
    body = str(document.part.partname).lstrip("/")
    return update(data, saved(document), names=frozenset({body}))


@dataclass(slots=True)
class _Revision:
    """Who changed what when; each mark has a number of its own."""

    date: str
    number: int

    def mark(self, tag: str, run: _Element) -> _Element:
        """Return an empty mark of a change, to hold a run."""
        self.number += 1
        mark = run.makeelement(f"{W}{tag}")
        for name, value in (("id", str(self.number)), ("author", AUTHOR), ("date", self.date)):
            mark.set(f"{W}{name}", value)
        return mark


def _track(runs: Sequence[Run], change: Edit, revision: _Revision, *, behind: bool) -> None:
    """Mark the runs of a change as deleted, and put a run with its words behind them."""
    inside = [run.element for run in runs if change.span.start <= run.start and run.end <= change.span.end]
    for run in inside:
        _delete(run, revision)
    if not change.replacement:
        return
    if inside:
        model, anchor = inside[0], inside[-1]
    elif behind:
        model = anchor = next(run.element for run in runs if run.end == change.span.start)
    else:
        model = anchor = next(run.element for run in runs if run.start == change.span.start)
    mark = revision.mark("ins", model)
    mark.append(_run_like(model, change.replacement))
    if inside or behind:
        _outermost(anchor).addnext(mark)
    else:
        _outermost(anchor).addprevious(mark)


def _outermost(run: _Element) -> _Element:
    """Return the mark of a run that is deleted, another run itself."""
    parent = run.getparent()
    return parent if parent is not None and parent.tag == f"{W}del" else run


def _delete(run: _Element, revision: _Revision) -> None:
    """Mark the text of a run as deleted; notes, pictures and fields in the run are put into runs of their own."""
    groups = list(_groups(run))
    is_text = [group[0].tag in _TEXT for group in groups]
    last = max(number for number, text in enumerate(is_text) if text)
    behind = run
    for number, group in enumerate(groups):
        part = run
        if number != last:
            part = run.makeelement(run.tag)
            part.extend(group)
            _with_properties_of(run, part)
            if number < last:
                run.addprevious(part)
            else:
                behind.addnext(part)
                behind = part
        if is_text[number]:
            mark = revision.mark("del", run)
            part.addprevious(mark)
            mark.append(part)
            behind = mark
            _as_deleted(part)


def _as_deleted(run: _Element) -> None:
    for text in run.findall(f"{W}t"):
        text.tag = f"{W}delText"
        text.set(SPACE, "preserve")


def _groups(run: _Element) -> Iterator[list[_Element]]:
    """Yield the children of a run, without its properties, text and everything else apart."""
    group: list[_Element] = []
    for child in run:
        if child.tag == f"{W}rPr":
            continue
        if group and (child.tag in _TEXT) != (group[0].tag in _TEXT):
            yield group
            group = []
        group.append(child)
    if group:
        yield group


def _run_like(model: _Element, words: str) -> _Element:
    """Return a run with some words, formatted as another one is."""
    run = model.makeelement(f"{W}r")
    text = model.makeelement(f"{W}t")
    text.set(SPACE, "preserve")
    text.text = words
    run.append(text)
    _with_properties_of(model, run)
    return run


def _with_properties_of(model: _Element, run: _Element) -> None:
    properties = model.find(f"{W}rPr")
    if properties is not None:
        own = deepcopy(properties)
        for change in own.findall(f"{W}rPrChange"):
            own.remove(change)
        run.insert(0, own)


def _last_id(document: WordDocument) -> int:
    """Return the greatest number that anything in the document is marked with."""
    found = (element.get(f"{W}id") or "" for element in document.element.iter("*"))
    return max((int(number) for number in found if number.isascii() and number.isdigit()), default=0)


def _reads_right(copy: bytes, name: str, text: str, placed: Iterable[_Placed]) -> bool:
    """Tell whether the document reads, all changes accepted, as the text does with the corrections."""
    read = reader.axis(reader.unpack(copy, name=name)).offset_map.text
    return read.split() == spliced(text, _of_text(placed)).split()


def _of_text(placed: Iterable[_Placed]) -> list[Edit]:
    changes: list[Edit] = []
    for one in placed:
        changes += one.text
    return changes
