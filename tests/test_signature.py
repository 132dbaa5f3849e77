"""The registry of what changes a number: nothing is left out, and what is new has to be put in its place."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

import auditor
from auditor import signature
from auditor.values import Assumption, Kind, Settings
from auditor.version import __version__

PROJECT = Path(auditor.__file__).parents[1] / "pyproject.toml"


def _depended_on(extra: str | None) -> set[str]:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    wanted = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {re.split(r"[<>=\[]", requirement)[0] for requirement in wanted}


def test_every_dependency_has_its_place() -> None:
    """Each library that the package depends on is in one list; of those that read files some only write reports."""
    assert _depended_on(None) <= signature.LIBRARIES | signature.SILENT_LIBRARIES
    assert _depended_on("formats") <= signature.READER_LIBRARIES | signature.SILENT_LIBRARIES
    assert not (signature.LIBRARIES | signature.READER_LIBRARIES) & signature.SILENT_LIBRARIES


def test_every_module_has_its_place() -> None:
    """Each module stands in one list, and none is listed that is gone."""
    there = {entry.name.partition(".")[0] for entry in Path(auditor.__file__).parent.iterdir()} - {"__pycache__"}
    assert there == signature.MODULES | signature.SILENT_MODULES
    assert not signature.MODULES & signature.SILENT_MODULES


def test_what_is_new_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting, a module or a library that nobody has put in a list ends in an error, not in a signature."""

    @dataclasses.dataclass(frozen=True)
    class More(Settings):
        courage: float = 0.5

    with pytest.raises(LookupError, match="courage"):
        signature.chosen(More())
    with pytest.raises(LookupError, match="nowhere"):
        signature.libraries({"nowhere"})
    monkeypatch.setattr(signature, "MODULES", signature.MODULES - {"repairs"})
    with pytest.raises(LookupError, match="repairs"):
        signature.code.__wrapped__(frozenset({"text"}))


def test_a_rule_changes_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte of a table of rules is another digest; when a file was written does not matter, nor what is silent."""
    (tmp_path / "repairs").mkdir()
    (tmp_path / "cli").mkdir()
    table, command = tmp_path / "repairs" / "table.tsv", tmp_path / "cli" / "check.py"
    monkeypatch.setattr(signature, "_PACKAGE", tmp_path)

    def digest(rule: str, printed: str = "") -> str:
        table.write_text(rule, encoding="utf-8")
        command.write_text(printed, encoding="utf-8")
        return signature.code.__wrapped__(signature.MODULES)

    assert digest("a\tb") == digest("a\tb", "print()") != digest("a\tc")


def test_settings_that_change_a_number_are_told() -> None:
    """What is left as it is takes no room; threads and the cache are no one's business."""
    told = signature.chosen(Settings(threads=3, cache=True))
    own = signature.chosen(
        Settings(only=frozenset({Kind.NAME, Kind.NUMBER}), penalties={"minor": 2.5}, mechanisms=["b", "a"])
    )

    assert told == {}
    assert signature.chosen(Settings(assume=Assumption.TRANSLATED)) == {"assume": "translated"}
    assert own == {"mechanisms": "a+b", "only": "name+number", "penalties": "minor=2.5"}


def test_versions_are_one_digest() -> None:
    """The digest of a signature is that of what `auditor explain signature` spells out."""
    told = signature.rules()
    versions = {name: value for name, value in told.items() if name != "code"}

    assert signature.short_rules() == {"code": told["code"], "libraries": signature.digest_of(versions)}
    assert signature.digest_of({**versions, "regex": "0"}) != signature.digest_of(versions)


def test_the_version_is_written_once() -> None:
    """The project file tells it, whatever an editable install remembers."""
    assert tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"] == __version__


def test_weights_beside_the_modules_are_no_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel carries them in a folder of the package; a module that no list knows is refused there, too."""
    (tmp_path / "_models").mkdir()
    (tmp_path / "values.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(signature, "_PACKAGE", tmp_path)

    assert signature.code.__wrapped__(signature.MODULES)
    (tmp_path / "novelty.py").write_text("", encoding="utf-8")
    with pytest.raises(LookupError, match="'novelty' is in no list"):
        signature.code.__wrapped__(signature.MODULES)
