"""What a batch audits: files, folders, globs and the rows of tables, one story at a time."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from auditor.batch.sources import SourceFolder
from auditor.errors import InputError
from auditor.readers import detect, files, tables
from auditor.readers.tables import Columns
from auditor.workflow import SourceFile, Story

_WILD = "*?["
_TABLE = "table"  # the reader of files with a story a row, or some


def find(
    inputs: Sequence[str],
    *,
    columns: Columns | None = None,
    without: Path | None = None,
    input_format: str = "",
    sources: SourceFolder | None = None,
) -> Iterator[Story]:
    """Yield the stories of `inputs` in a fixed order, each file once; memory holds one at a time.

    Args:
        inputs: files, folders (read through and through, for endings that a reader takes) and glob patterns.
        columns: which columns of tables to read.
        without: a folder that is left out, the batch's own output; that of the sources is left out too.
        input_format: the name of the reader of every file, whatever the files are called.
        sources: the sources of the stories that do not bring their own.

    Raises:
        InputError: an input does not exist or holds no story.
    """
    seen: set[Path] = set()
    apart = [sources.folder] if sources else []
    for given in inputs:
        found = False
        for path in _paths(given, [*([without] if without else []), *apart], every=bool(input_format)):
            found = True
            if path.resolve() not in seen:
                seen.add(path.resolve())
                place = path.relative_to(given) if Path(given).is_dir() else PurePath(path.name)
                found_here = _stories(path, columns, input_format)
                yield from (_paired(story, place, sources) for story in found_here) if sources else found_here
        if not found:
            raise InputError(f"{given} holds no story; name files, folders of {_endings()} files, or a pattern.")


def left_out(inputs: Sequence[str], *, without: Path | None = None) -> dict[str, int]:
    """Count the files in the folders of `inputs` that no reader takes, by their endings."""
    counts: dict[str, int] = {}
    for folder in filter(Path.is_dir, map(Path, inputs)):
        for path in _walk(folder, [without] if without else []):
            if not _is_taken(path):
                ending = path.suffix.lower() or "without an ending"
                counts[ending] = counts.get(ending, 0) + 1
    return dict(sorted(counts.items()))


def _paths(given: str, without: Sequence[Path], *, every: bool) -> Iterator[Path]:
    path = Path(given)
    if path.is_dir():
        yield from _walk(path, without) if every else filter(_is_taken, _walk(path, without))
    elif path.exists():
        yield path
    elif any(character in given for character in _WILD):
        yield from filter(Path.is_file, map(Path, sorted(glob.glob(given, recursive=True))))  # noqa: PTH207 (absolute patterns)
    else:
        raise InputError(f"{given} does not exist; check the spelling of the path.")


def _walk(folder: Path, without: Sequence[Path]) -> Iterator[Path]:
    """Yield the files of a folder; hidden ones, and those of the folders `without`, are not looked at."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.resolve() in [one.resolve() for one in without]:
            continue
        if path.is_dir():
            yield from _walk(path, without)
        else:
            yield path


def _is_taken(path: Path) -> bool:
    return path.suffix.lower() in detect.suffixes()


def _stories(path: Path, columns: Columns | None, input_format: str) -> Iterator[Story]:
    name = path.as_posix()
    is_table = input_format == _TABLE if input_format else path.suffix.lower() in tables.SUFFIXES
    if not is_table:
        yield _file(name, input_format)
        return
    used: dict[str, int] = {}
    try:
        for story, rows in tables.stories(tables.rows(path, name=name, columns=columns)):
            used[story] = used.get(story, 0) + 1
            again = f"~{used[story]}" if used[story] > 1 else ""  # a story's rows that do not follow one another
            yield Story(f"{name}#{story}{again}", rows=tuple(rows))
    except InputError as error:
        yield Story(name, refusal=str(error))


def _paired(story: Story, place: PurePath, sources: SourceFolder) -> Story:
    """Return the story with its source; one row of a table has the source that is called as the row's story is."""
    try:
        if story.refusal or _brings_source(story):
            return story
        path = sources.of(story.name, PurePath(story.name.rpartition("#")[2]) if story.rows else place)
        return replace(story, source=SourceFile(path.as_posix(), files.load(str(path))))
    except InputError as error:
        return replace(story, refusal=str(error))


def _brings_source(story: Story) -> bool:
    if story.rows:
        return any(row.source for row in story.rows)
    return files.brings_source(story.data, name=story.name, input_format=story.input_format)


def _file(name: str, input_format: str) -> Story:
    try:
        return Story(name, files.load(name), input_format=input_format)
    except InputError as error:
        return Story(name, refusal=str(error))


def _endings() -> str:
    return ", ".join(sorted(detect.suffixes()))
