"""Subtitles (SubRip, WebVTT, SubStation): the spoken words; cues run on in one paragraph until a sentence ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.errors import InputError
from auditor.readers import text as plain
from auditor.readers import translation_units
from auditor.readers.checks import admit
from auditor.readers.extras import need
from auditor.readers.translation_units import Aligned, Segment
from auditor.values import Document

SUFFIXES = (".srt", ".vtt", ".ass", ".ssa")

_ENDS = re.compile(r"[.!?…][\"'”’)\]]*\s*$")


def read(data: bytes, *, name: str, language: str = "en") -> Document:
    """Read the words of a subtitle file."""
    found = aligned(data, name=name)
    if not found.woven.text:
        raise InputError(f"{name} holds no cue with words; there is nothing to audit.")
    return admit(translation_units.document(found, name=name, language=language))


def aligned(data: bytes, *, name: str) -> Aligned:
    """Return the text with the cues it was woven from; a cue is called by when it begins, as 0:01:02.500."""
    library = need("pysubs2", package="pysubs2", purpose="read subtitles")
    markup, _ = plain.decode(data, name=name)
    try:
        events = library.SSAFile.from_string(markup).events
    except library.Pysubs2Error as error:
        raise InputError(f"{name} cannot be read as subtitles: {error}.") from error
    cues = [
        Segment(_time(event.start), event.plaintext)
        for event in events
        if not event.is_comment and event.plaintext.strip()
    ]
    return translation_units.align(_running(cues))


def _running(cues: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Group cues until one ends in a sentence's stop."""
    group: list[Segment] = []
    for cue in cues:
        group.append(cue)
        if _ENDS.search(cue.text):
            yield group
            group = []
    if group:
        yield group


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
