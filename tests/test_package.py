"""What `import auditor` gives, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import auditor


def _run(code: str) -> str:
    """Run `code` in a fresh interpreter and return what it printed."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_all_is_what_is_public() -> None:
    """Every public name is in `__all__`, and every name there can be had."""
    own = {name for name in vars(auditor) if not name.startswith("_")}
    modules = {name for name in own if name in sys.modules or f"auditor.{name}" in sys.modules}

    assert own - modules - {"annotations", "TYPE_CHECKING", "ModuleType"} <= set(auditor.__all__)
    assert sorted(auditor.__all__) == auditor.__all__
    assert [getattr(auditor, name) for name in auditor.__all__]


def test_tables_and_plots_are_at_hand() -> None:
    """They are modules of the package, imported when asked for."""
    assert callable(auditor.frames.findings)
    assert callable(auditor.plots.paragraphs)


def test_unknown_names_are_refused() -> None:
    """A slip is an AttributeError, as everywhere in Python."""
    with pytest.raises(AttributeError, match="module 'auditor' has no attribute 'adit'"):
        auditor.adit  # noqa: B018 (asking is the test)


_LIBRARIES = {
    *(
        "torch",
        "transformers",
        "tokenizers",
        "safetensors",
        "huggingface_hub",
        "numpy",
        "pandas",
        "pyarrow",
        "datasets",
    ),
    *("scipy", "sklearn", "matplotlib", "lemminflect", "nupunkt", "sacrebleu", "regex", "rich", "filelock", "lxml"),
    *("openpyxl", "docx", "ray", "sqlite3", "asyncio", "multiprocessing"),
}


_TEXT_LIBRARIES = {"nupunkt", "regex"}  # quick to load, and readers and baselines are made of them


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("import auditor", set()),
        ("import auditor.cli", set()),
        ("from auditor.cli import main; main(['--help'])", set()),
        ("from auditor.cli import main; main(['--version'])", set()),
        ("from auditor.cli import main; main(['models', 'list'])", set()),
        ("from auditor.cli import main; main(['explain'])", _TEXT_LIBRARIES),
        ("from auditor.cli import main; main(['explain', 'grammar'])", _TEXT_LIBRARIES),
        ("from auditor.cli import main; main(['explain', 'fluency'])", _TEXT_LIBRARIES),
        ("from auditor.cli import main; main(['explain', 'back-translation'])", _TEXT_LIBRARIES),
        ("from auditor.cli import main; main(['check', '--help'])", _TEXT_LIBRARIES),
    ],
)
def test_what_reads_no_story_loads_no_library(code: str, needed: set[str]) -> None:
    """Whatever needs no story is there at once: neither models nor tables nor colours are imported for it."""
    printed = _run(f"import sys; {code}; print(*{{name.split('.')[0] for name in sys.modules}})")

    assert set(printed.splitlines()[-1].split()) & _LIBRARIES <= needed


_TABLES = {"datasets", "pyarrow", "pandas"}
_CHECKED = """
import sys
from auditor.cli import main
main(["check", sys.argv[1], "--no-cache", "--quiet"])
print(*{name.split(".")[0] for name in sys.modules})
"""


def test_reading_a_text_loads_no_table_library(tmp_path: Path) -> None:
    """Only tables, batches and the evaluation need datasets, which takes as long to load as a short text to audit."""
    (tmp_path / "story.txt").write_text("The talks go on, the minister said on Monday.")
    code = f"import sys, auditor, auditor.pipeline; auditor.read({str(tmp_path / 'story.txt')!r}); print(*sys.modules)"

    assert not set(_run(code).split()) & _TABLES


@pytest.mark.weights
def test_checking_a_text_loads_no_table_library(tmp_path: Path) -> None:
    """With all models at work: none of the libraries that they are made of brings datasets along."""
    story = tmp_path / "story.txt"
    story.write_text("The talks go on, the minister said on Monday.")
    command = [sys.executable, "-c", _CHECKED, str(story)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert not set(printed.splitlines()[-1].split()) & _TABLES


@pytest.mark.parametrize("first", ["import auditor.pipeline", "from auditor.pipeline import Auditor", "import auditor"])
def test_audit_is_the_function(first: str) -> None:
    """Whatever was imported before, `auditor.audit` can be called."""
    assert _run(f"{first}; import auditor; print(callable(auditor.audit), auditor.audit.__name__)") == "True audit"


@pytest.mark.parametrize(("source", "message"), [
    ("", "the text is empty"),
    ("Bonjour, je suis là et il est dans la maison pour vous avec des amis.", "does not look like English"),
    ("story.txt", r"'story\.txt' is the name of a file; to audit what is in it, give pathlib\.Path"),
])  # fmt: skip
def test_a_text_is_admitted_as_a_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    """What cannot be audited is refused before any model is loaded, and a path is not taken for a text."""
    (tmp_path / "story.txt").write_text("The talks go on.")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(auditor.InputError, match=message):
        auditor.audit(source)
