"""Word documents: corrections are tracked changes, which Word and LibreOffice accept and reject."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest
from lxml import etree

from auditor.corrections.corrected import Corrected
from auditor.readers import files
from tests.corrections.copies import corrected
from tests.readers import word_files

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"
_WORDINGS = (
    ("rather sensible", "most sensitive"),  # over two runs, one bold, one italic
    ("party", ""),
    ("A line", "“One line"),
    ("See here", "Look here"),  # inside a link
    ("New", "Old"),  # inside an insertion of somebody else's
    ("first cell", "first box"),
)
_AFTER = (
    "Talks go on in Lisbon\n\n"
    "The minister said that the most sensitive would go on with R&D <cuts>.\n\n"
    "“One line of its own in the same paragraph. Old. Look here.\n\nThe first box\n\nThe second cell"
)


def _body(data: bytes) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(_BODY))


def _decided(root: etree._Element, *, accept: bool) -> etree._Element:
    """Accept or reject the changes by auditor, as Word does."""
    gone, kept = ("del", "ins") if accept else ("ins", "del")
    for mark in [*root.iter(f"{_W}del", f"{_W}ins")]:
        parent = mark.getparent()
        if mark.get(f"{_W}author") != "auditor" or parent is None:
            continue
        if mark.tag == f"{_W}{kept}":
            for run in mark:
                for text in run.iter(f"{_W}delText"):
                    text.tag = f"{_W}t"
                mark.addprevious(run)
        assert mark.tag in {f"{_W}{gone}", f"{_W}{kept}"}
        parent.remove(mark)
    return root


def _texts(root: etree._Element) -> list[tuple[str, str]]:
    """Return each formatting with the text that has it, what follows with the same joined."""
    found: list[tuple[str, str]] = []
    for run in root.iter(f"{_W}r"):
        properties = run.find(f"{_W}rPr")
        look = "" if properties is None else "".join(str(child.tag) for child in properties)
        text = "".join(node.text or "" for node in run.iter(f"{_W}t"))
        if found and found[-1][0] == look:
            found[-1] = (look, found[-1][1] + text)
        elif text:
            found.append((look, text))
    return found


@pytest.fixture(scope="module")
def original() -> bytes:
    return word_files.story()


@pytest.fixture(scope="module")
def copy(original: bytes) -> Corrected:
    return corrected(original, "a.docx", *_WORDINGS)


def test_accepted_it_is_the_corrected_text_rejected_the_original(copy: Corrected, original: bytes) -> None:
    """With the formatting of every word that stays."""
    assert copy.left == ()
    assert files.parse(copy.data, name="a.docx").text == _AFTER
    assert copy.after == f"{_AFTER}\n"
    rejected = _decided(_body(copy.data), accept=False)
    assert _texts(rejected) == _texts(_body(original))
    assert "".join(text for _, text in _texts(_decided(_body(copy.data), accept=True))) != ""


def test_what_is_put_in_looks_like_what_it_stands_for(copy: Corrected) -> None:
    """The first word taken out lends its formatting."""
    looks = {}
    for mark in _body(copy.data).iter(f"{_W}ins"):
        if mark.get(f"{_W}author") == "auditor":
            text = "".join(node.text or "" for node in mark.iter(f"{_W}t"))
            looks[text] = [str(node.tag).removeprefix(_W) for node in mark.iterfind(f"{_W}r/{_W}rPr/*")]

    assert looks["most"] == ["b"]
    assert looks["sensitive"] == ["b"]
    assert looks["“One"] == []


def test_every_mark_has_an_author_a_valid_date_and_a_number_of_its_own(copy: Corrected) -> None:
    """Marks of others stay as they are."""
    marks = [*_body(copy.data).iter(f"{_W}ins", f"{_W}del")]
    own = [mark for mark in marks if mark.get(f"{_W}author") == "auditor"]
    numbers = [mark.get(f"{_W}id") for mark in marks]

    assert len(numbers) == len(set(numbers))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", mark.get(f"{_W}date") or "") for mark in own)
    assert {mark.get(f"{_W}id") for mark in marks} >= {"90", "91"}
    assert not [text for mark in own if mark.tag == f"{_W}del" for text in mark.iter(f"{_W}t")]


def test_all_other_parts_keep_their_bytes(copy: Corrected, original: bytes) -> None:
    """Only the body is written again; without corrections not even that."""
    with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(io.BytesIO(copy.data)) as new:
        assert old.namelist() == new.namelist()
        assert [name for name in old.namelist() if old.read(name) != new.read(name)] == [_BODY]
    assert corrected(original, "a.docx").data == original
    assert corrected(original, "a.docx", *_WORDINGS).data == copy.data


def test_notes_and_pictures_in_a_run_stay() -> None:
    """A footnote whose mark stands in the run of a word that goes is no part of the word."""
    document = docx.Document()
    run = document.add_paragraph("They said it was ").add_run("sensible")
    run._r.append(run._r.makeelement(f"{_W}footnoteReference", {f"{_W}id": "7"}))
    run._r.append(run._r.makeelement(f"{_W}tab"))
    stream = io.BytesIO()
    document.save(stream)

    copy = corrected(stream.getvalue(), "a.docx", ("sensible", "sensitive"))

    (note,) = _body(copy.data).iter(f"{_W}footnoteReference")
    assert [str(parent.tag).removeprefix(_W) for parent in note.iterancestors()][:2] == ["r", "p"]
    assert "".join(text for _, text in _texts(_body(copy.data))) == "They said it was sensitive"


def test_corrections_side_by_side(copy: Corrected) -> None:
    """One that puts words in at the very place where another takes some out."""
    document = docx.Document()
    document.add_paragraph("The the talks was sensible.")
    stream = io.BytesIO()
    document.save(stream)

    twin = corrected(stream.getvalue(), "a.docx", ("The the", "The"), (" talks", " talks was not"), ("was", "were"))

    assert files.parse(twin.data, name="a.docx").text == "The talks was not were sensible."
    assert _texts(_decided(_body(twin.data), accept=False)) == [("", "The the talks was sensible.")]
    assert copy.left == ()


_OFFICE, _PYTHON = shutil.which("soffice"), "/usr/bin/python3"
_DECIDE = """
import sys, time, uno
from com.sun.star.beans import PropertyValue
context = uno.getComponentContext()
resolver = context.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
for _ in range(300):
    try:
        office = resolver.resolve(f"uno:pipe,name={sys.argv[1]};urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(.2)
desktop = office.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", office)
helper = office.ServiceManager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", office)
for command in sys.argv[3:]:
    story = desktop.loadComponentFromURL(sys.argv[2], "_blank", 0, (PropertyValue(Name="Hidden", Value=True),))
    helper.executeDispatch(story.CurrentController.Frame, ".uno:" + command, "", 0, ())
    as_text = PropertyValue(Name="FilterName", Value="Text (encoded)")
    utf = PropertyValue(Name="FilterOptions", Value="UTF8,LF,,,")
    story.storeToURL(sys.argv[2] + "." + command + ".txt", (as_text, utf))
    story.close(True)
try:
    desktop.terminate()
except Exception:
    pass
"""


def _has_office() -> bool:
    if _OFFICE is None or not Path(_PYTHON).exists():
        return False
    return subprocess.run([_PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _has_office(), reason="apt-get install libreoffice-writer python3-uno")
def test_libreoffice_accepts_and_rejects_them(copy: Corrected, tmp_path: Path) -> None:
    """All accepted, the story is the corrected text, all rejected what it was; it decides on others' changes, too."""
    (tmp_path / "a.docx").write_bytes(copy.data)
    commands = ("AcceptAllTrackedChanges", "RejectAllTrackedChanges")
    pipe = f"auditor{os.getpid()}"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    office = [str(_OFFICE), "--headless", "--norestore", "--invisible", profile, f"--accept=pipe,name={pipe};urp"]
    with subprocess.Popen(office) as running:
        try:
            decide = [_PYTHON, "-c", _DECIDE, pipe, (tmp_path / "a.docx").as_uri(), *commands]
            subprocess.run(decide, check=True, timeout=180)
            running.wait(60)
        finally:
            running.kill()
    accepted, rejected = (
        (tmp_path / f"a.docx.{command}.txt").read_text(encoding="utf-8-sig").split() for command in commands
    )

    # Its text holds what is hidden, too, and it accepts and rejects the changes that others made before.
    assert accepted == _AFTER.replace(" Look", "hidden Look").split()
    assert rejected == word_files.TEXT.replace(" New. See", "gonehidden See").split()
