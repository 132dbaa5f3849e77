"""What the stories of a batch were translated from: files of a folder, called as the stories are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from auditor.errors import InputError, SettingsError
from auditor.readers import detect


@dataclass(frozen=True, slots=True)
class SourceFolder:
    """The files of a folder by where they lie in it, and by their names alone, both without endings."""

    folder: Path
    by_place: Mapping[str, tuple[Path, ...]]
    by_name: Mapping[str, tuple[Path, ...]]

    def of(self, story: str, place: PurePath) -> Path:
        """Return the source of a story: the file at the same place, else the one file of the same name.

        Args:
            story: what messages call the story.
            place: where it lies in the folder that the user gave, or its name.

        Raises:
            InputError: there is none, or more than one.
        """
        wanted = _bare(place)
        found = self.by_place.get(wanted) or self.by_name.get(PurePath(wanted).name, ())
        alike = [path for path in found if path.name == place.name]
        if len(found) > 1 and len(alike) != 1:
            listed = " and ".join(path.as_posix() for path in found)
            raise InputError(f"{story} has more than one source, {listed}; keep one of them.")
        if not found:
            example = f"{self.folder / wanted}.txt"
            raise InputError(
                f"{story} has no source in {self.folder}; call the file like the story, such as {example}."
            )
        return alike[0] if alike else found[0]


def index(folder: Path) -> SourceFolder:
    """Look at the files of a folder of sources; hidden ones are left out.

    Raises:
        SettingsError: it is no folder.
    """
    if not folder.is_dir():
        raise SettingsError(f"--source {folder} is no folder; name the folder that holds the sources of the stories.")
    by_place: dict[str, tuple[Path, ...]] = {}
    by_name: dict[str, tuple[Path, ...]] = {}
    for path in _files(folder):
        place = _bare(path.relative_to(folder))
        by_place[place] = (*by_place.get(place, ()), path)
        name = PurePath(place).name
        by_name[name] = (*by_name.get(name, ()), path)
    return SourceFolder(folder, by_place, by_name)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.name.startswith("."):
            yield from _files(path)
        elif not path.name.startswith("."):
            yield path


def _bare(place: PurePath) -> str:
    """Return a path without the ending that some reader takes; other endings are part of a name."""
    return (place.with_suffix("") if place.suffix.lower() in detect.suffixes() else place).as_posix()
