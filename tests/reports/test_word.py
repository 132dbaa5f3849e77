"""The story as a Word document with comments."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterable
from dataclasses import replace

import docx
import pytest
from hypothesis import given, settings
from lxml import etree

from auditor import scoring
from auditor.errors import InputError
from auditor.readers import docx as reader
from auditor.reports import word
from auditor.values import Audit, Finding, Kind, Severity, Span
from tests.readers.word_files import package, paragraph, story
from tests.reports.audits import audits
from tests.reports.golden import golden

W = reader.W
_MARKERS = {f"{W}commentRangeStart", f"{W}commentRangeEnd"}


def _audit_of_story(*quoted: str) -> Audit:
    """Audit the Word story by hand: a finding at each quotation."""
    document = reader.read(story(), name="story.docx")
    spans = [Span(document.text.index(text), document.text.index(text) + len(text)) for text in quoted]
    findings = [
        Finding(
            span,
            Kind.MISTRANSLATION,
            Severity.MAJOR,
            0.9,
            "false-friends",
            f"“{span.of(document.text)}” is odd",
            ("x",),
        )
        for span in sorted(spans)
    ]
    score, interval, paragraphs = scoring.score(document, findings)
    return Audit(document, score, interval, paragraphs, "auditor:test")


def _finding(span: Span, text: str) -> Finding:
    message = f"“{span.of(text)}” is odd"
    return Finding(span, Kind.MISTRANSLATION, Severity.MAJOR, 0.9, "false-friends", message, ("x",))


def test_golden(audit: Audit) -> None:
    """The paragraphs, the places and the words of the comments are what a person last looked at."""
    data = word.render(audit)
    document = docx.Document(io.BytesIO(data))
    places = dict(_commented(data))
    lines = [f"¶ {paragraph.text}" for paragraph in document.paragraphs]
    for comment in document.comments:
        lines += [f"{comment.author}, at “{places[str(comment.comment_id)]}”", f"    {comment.text}"]
    written = "".join(f"{line}\n" for line in lines).encode()

    assert golden("audit.docx.txt", written) == written


QUOTED = ("rather sensible party", "Talks", "with R&D <cuts>", "New. See here", "e second c")


def test_each_finding_is_a_comment_at_exactly_its_words() -> None:
    """What stands between a comment's two markers is what the finding quotes, over runs, links and insertions."""
    commented = word.render(_audit_of_story(*QUOTED), original=story())

    assert sorted(["Talks go on in Lisbon", *QUOTED]) == sorted(text for _, text in _commented(commented))
    authors = [comment.author for comment in docx.Document(io.BytesIO(commented)).comments]
    assert authors == ["editor", *["auditor"] * len(QUOTED)]


def _dates(data: bytes) -> list[str]:
    comments = docx.Document(io.BytesIO(data)).comments
    return [f"{comment.timestamp:%Y-%m-%d %H:%M:%S}" for comment in comments if comment.timestamp]


def test_comments_have_the_date_of_the_story(audit: Audit) -> None:
    """The date is the document's own, or that of its newest part, so that no two reports of one audit differ."""
    written = docx.Document(io.BytesIO(story()))
    written.core_properties.modified = datetime.datetime(2025, 3, 4, 5, 6, 7)
    stream = io.BytesIO()
    written.save(stream)
    bare = package(paragraph("The talks would go on."))
    document = reader.read(bare, name="bare.docx")
    finding = _finding(Span(4, 9), document.text)
    found = Audit(document, 50.0, (40.0, 60.0), scoring.score(document, [finding])[2], "auditor:test")

    dates = _dates(word.render(_audit_of_story("Talks"), original=stream.getvalue()))

    assert dates[-1] == "2025-03-04 05:06:07"
    assert _dates(word.render(found, original=bare)) == ["2024-05-06 07:08:10"]
    assert len(_dates(word.render(audit))) == len(audit.findings) + len(audit.doubts)
    assert word.render(audit) == word.render(audit)


def test_a_comment_says_what_is_wrong() -> None:
    """Message, suggestion, evidence, kind and probability are the comment's paragraphs."""
    commented = word.render(_audit_of_story("sensible"), original=story())

    *_, comment = docx.Document(io.BytesIO(commented)).comments
    assert [paragraph.text for paragraph in comment.paragraphs] == [
        "“sensible” is odd.",
        "Suggestion: “x”",
        "mistranslation, major, 90% likely an error, costs 25.6 points",
    ]


def test_nothing_but_comments_changes() -> None:
    """Without the comments, and with runs of equal properties joined, every part of the package is as it was."""
    original = _parts(story())
    commented = _parts(word.render(_audit_of_story(*QUOTED), original=story()))

    assert set(original) == set(commented)
    changed = {name for name in original if original[name] != commented[name]}
    assert {"word/document.xml", "word/comments.xml"} == changed
    assert _skeleton(original["word/document.xml"], older="0") == _skeleton(commented["word/document.xml"], older="0")


def test_a_document_without_comments_is_given_the_part_for_them() -> None:
    """The part, its relationship and its content type are added, and nothing else."""
    document = docx.Document()
    document.add_paragraph("The talks of the party would go on.")
    stream = io.BytesIO()
    document.save(stream)
    plain = reader.read(stream.getvalue(), name="plain.docx")
    finding = Finding(Span(4, 9), Kind.AWKWARD, Severity.MINOR, 0.6, "round-trip", "“talks” may be awkward")
    audit = Audit(plain, 50.0, (40.0, 60.0), scoring.score(plain, [finding])[2], "auditor:test")

    commented = word.render(audit, original=stream.getvalue())

    before, after = _parts(stream.getvalue()), _parts(commented)
    assert set(after) - set(before) == {"word/comments.xml"}
    added = {name for name in before if before[name] != after[name]}
    assert added == {"word/document.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"}
    assert _commented(commented) == [("0", "talks")]


def test_a_clean_document_comes_back_byte_for_byte() -> None:
    """Without a finding there is nothing to add."""
    original = story()

    assert word.render(_audit_of_story(), original=original) == original


def test_another_file_becomes_a_plain_document(audit: Audit) -> None:
    """A story that came as text, or as anything else that Word did not write, is written anew."""
    assert word.render(audit, original=audit.document.text.encode()) == word.render(audit)


def test_a_document_that_changed_since_is_refused() -> None:
    """Comments would stand at wrong places."""
    audit = _audit_of_story("Talks")
    other = replace(audit, document=replace(audit.document, text=audit.document.text.replace("Talks", "Words")))

    with pytest.raises(InputError, match=r"story\.docx has changed since it was audited; audit it again"):
        word.render(other, original=story())


@settings(max_examples=40, deadline=None)
@given(audits())
def test_hostile_text_makes_a_sound_document(audit: Audit) -> None:
    """Whatever the text, a plain document of it opens, has its paragraphs, and a comment a finding."""
    document = docx.Document(io.BytesIO(word.render(audit)))

    assert len(audit.document.paragraphs) == len(document.paragraphs)
    assert len(audit.findings) + len(audit.doubts) == len(list(document.comments))
    assert [len(paragraph.span) for paragraph in audit.document.paragraphs] == [
        len(paragraph.text) for paragraph in document.paragraphs
    ]


def test_the_same_audit_gives_the_same_bytes(audit: Audit) -> None:
    """No time of writing is left in the file."""
    assert word.render(audit) == word.render(audit)


def _parts(data: bytes) -> dict[str, bytes]:
    """Return the members of a package, XML in canonical form."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: _canonical(name, archive.read(name)) for name in archive.namelist()}


def _canonical(name: str, content: bytes) -> bytes:
    if not name.endswith((".xml", ".rels")):
        return content
    root = etree.fromstring(content)
    if name.endswith(".rels"):
        root[:] = sorted(root, key=lambda item: str(item.get("Id")))
    return etree.tostring(root, method="c14n")


def _skeleton(content: bytes, *, older: str) -> bytes:
    """Return a document without our comments, runs of equal properties joined."""
    root = etree.fromstring(content)
    for element in list(root.iter(*_MARKERS, f"{W}commentReference")):
        if element.get(f"{W}id") != older:
            gone = element.getparent() if element.tag == f"{W}commentReference" else element
            assert gone is not None
            parent = gone.getparent()
            assert parent is not None
            parent.remove(gone)
    for run in list(root.iter(f"{W}r")):
        before = run.getprevious()
        if before is not None and before.tag == f"{W}r" and _properties(before) == _properties(run):
            before.extend([child for child in run if child.tag != f"{W}rPr"])
            _join_texts(before)
            parent = run.getparent()
            assert parent is not None
            parent.remove(run)
    for text in root.iter(f"{W}t"):
        text.attrib.pop("{http://www.w3.org/XML/1998/namespace}space", "")
    return etree.tostring(root, method="c14n")


def _properties(run: etree._Element) -> list[bytes]:
    return [etree.tostring(item, method="c14n") for item in run.findall(f"{W}rPr")]


def _join_texts(run: etree._Element) -> None:
    for text in list(run.findall(f"{W}t")):
        before = text.getprevious()
        if before is not None and before.tag == f"{W}t":
            before.text = (before.text or "") + (text.text or "")
            run.remove(text)


def _commented(data: bytes) -> list[tuple[str, str]]:
    """Return (comment's number, the words between its markers), in the order of the document."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    found: dict[str, str] = {}
    is_open: set[str] = set()
    for element in root.iter():
        number = str(element.get(f"{W}id"))
        if element.tag == f"{W}commentRangeStart":
            is_open.add(number)
            found[number] = ""
        elif element.tag == f"{W}commentRangeEnd":
            is_open.remove(number)
        elif not element.xpath("../w:rPr/w:vanish", namespaces={"w": W[1:-1]}):
            _add(found, is_open, reader.child_characters(element))
    return list(found.items())


def _add(found: dict[str, str], numbers: Iterable[str], characters: str) -> None:
    for number in numbers:
        found[number] += characters
