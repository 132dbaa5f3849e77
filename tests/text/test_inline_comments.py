"""Comments to the auditor in a text and in markup."""

from __future__ import annotations

from auditor.text import inline_comments, segmentation
from auditor.values import InlineComment


def test_comments_are_found_with_their_lines() -> None:
    """A comment of a web page and a bracket in a text, over lines too."""
    markup = (
        '<p>x</p><!-- auditor: allow "a sensible subject" because he said so,\n on tape -->\n'
        "[auditor: allow “Hallers” because it is a family]"
    )

    assert inline_comments.find(markup) == (
        InlineComment('allow "a sensible subject" because he said so,\n on tape', 1),
        InlineComment("allow “Hallers” because it is a family", 3),
    )


def test_a_text_without_any_is_left_alone() -> None:
    """Other brackets are part of the text."""
    text = "He asked [the auditor] to go. <!-- see below -->"

    assert inline_comments.find(text) == ()
    assert inline_comments.blank(text) is text


def test_comments_are_no_words_and_offsets_stay() -> None:
    """The comment's words are no words of the document; all others stand where they stood."""
    text = 'The talks go on.\r\n[auditor: allow "on" because é]\r\nThe end of it.'

    document = segmentation.document(text, name="a.txt")

    assert [word.text for word in document.words] == ["The", "talks", "go", "on", "The", "end", "of", "it"]
    assert all(word.span.of(text) == word.text for word in document.words)
    assert document.comments == (InlineComment('allow "on" because é', 2),)
    assert len(document.text) == len(text)
