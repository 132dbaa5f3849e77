"""Markdown to the story as it reads."""

from __future__ import annotations

import html as references

import pytest

from auditor.errors import InputError
from auditor.readers import markdown

STORY = r"""---
title: the front matter is not read
---
# Talks go *on* in Lisbon

The minister said that the **talks** would go on
with [the old plan](http://example.org/the "plan") and `tax` cuts.\
Nobody\* asked R&amp;D.

![the picture](the.png)

> A quotation from the floor.

- first item
- second item

| Year | Votes |
|------|-------|
| one  | two of them |

    the code is not read

```python
the_code = "is not read either"
```
"""

TEXT = (
    "Talks go on in Lisbon\n\n"
    "The minister said that the talks would go on with the old plan and tax cuts. Nobody* asked R&D.\n\n"
    "A quotation from the floor.\n\nfirst item\n\nsecond item\n\nYear\n\nVotes\n\none\n\ntwo of them"
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_story_is_read_without_markup(newline: str) -> None:
    """Emphasis, links, quotes, lists and tables give their words; code, front matter and pictures give none."""
    data = STORY.replace("\n", newline).encode()

    assert markdown.read(data, name="story.md").text == TEXT


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_word_is_found_again_in_the_file(newline: str) -> None:
    """The place of a word in the file holds the word."""
    data = STORY.replace("\n", newline).encode()
    markup, offsets = markdown.offset_map(data, name="story.md")
    words = markdown.read(data, name="story.md").words

    assert [word.text for word in words] == [offsets.locate(word.span).of(markup) for word in words]


def test_a_word_of_a_link_target_is_not_mistaken_for_text() -> None:
    """The word after a link is found behind the target, though the target holds the same letters."""
    data = b"See [here](http://example.org/votes) votes of the house."
    markup, offsets = markdown.offset_map(data, name="story.md")
    word = next(word for word in markdown.read(data, name="story.md").words if word.text == "votes")

    assert offsets.locate(word.span).start == markup.index(") votes") + 2


READ = {
    "numeric references of old": ("He said &#147;no&#148; &#150; twice.", "He said “no” – twice."),
    "other references": ("Tom &amp; Ann&#8217;s caf&eacute;.", "Tom & Ann’s café."),
    "a mark of a footnote": ("It sank.[^1] All swam.[^long-name]", "It sank. All swam."),
    "footnotes": (
        "It sank.[^1]\n\n[^1]: So did the pier.\n[^2]: Word.\n    \n    And more of it.\n\nThe end is near.",
        "It sank.\n\nSo did the pier.\n\nWord.\n\nAnd more of it.\n\nThe end is near.",
    ),
    "alerts": ("> [!WARNING]\n> The ice is\n> thin here.\n", "The ice is thin here."),
    "alerts with a title": ("> [!tip]- Mind the gap\n> The ice is thin.\n", "Mind the gap\n\nThe ice is thin."),
    "admonitions": (
        '!!! note "Mind the gap"\n\n    The ice is thin.\n\n    And wet.\n\nThat is all.',
        "Mind the gap\n\nThe ice is thin.\n\nAnd wet.\n\nThat is all.",
    ),
    "code in an admonition": (
        "??? tip\n    The ice is thin.\n\n        code in it\n\n    It melts.",
        "The ice is thin.\n\nIt melts.",
    ),
    "definitions": ("Ferry\n: A boat for all.\n: Or a few.", "Ferry\n\nA boat for all.\n\nOr a few."),
    "marked words": ("It is ==very thin== ice. 1 == 1 is so.", "It is very thin ice. 1 == 1 is so."),
    "containers": (
        ":::tip Mind the gap\nThe ice is thin.\n:::\n\nThat is all.",
        "Mind the gap\n\nThe ice is thin.\n\nThat is all.",
    ),
    "attributes": (
        "## The ice {#ice .big}\n\nIt is [thin](x.md){target=_blank .b}.\n{: .note}",
        "The ice\n\nIt is thin.",
    ),
    "boxes of tasks": ("- [ ] Go to the pier\n- [x] Come back", "Go to the pier\n\nCome back"),
    "links of wikis": ("The [[Old pier|pier]] and the [[ferry]] are gone.", "The pier and the ferry are gone."),
    "emoji by name": ("The ferry :ship: left at 10:30:15 :tada:", "The ferry left at 10:30:15"),
    "a table of contents": ("[TOC]\n\nThe ferry left.", "The ferry left."),
    "HTML around words": (
        '<p align="center">The <b>ferry</b> &amp; she</p>\n\n'
        "<details>\n<summary>The crew</summary>\n\nAll *swam*.\n</details>",
        "The ferry & she\n\nThe crew\n\nAll swam.",
    ),
    "HTML in a line": ("The ferry<br>left <q>at once</q>.", "The ferry left “at once”."),
    "rules that are no front matter": (
        "---\n\nThe ferry left.\n\n---\n\nIt was late.",
        "The ferry left.\n\nIt was late.",
    ),
    "braces that are no shortcode": ("The set {a, b} and a [sic] word.", "The set {a, b} and a [sic] word."),
    "a shortcode that is closed": ("A [sic] word [quote]so it is[/quote].", "A [sic] word so it is."),
    "a link with a shortcode": ('See [the list]({{< ref "a b.md" >}}) there.', "See the list there."),
}
LEFT_OUT = {
    "front matter": ("---\ntitle: The ferry\n---\nIt sank.", "It sank.", "1 block of front matter"),
    "front matter after a comment": (
        "<!-- (c) the desk -->\n\n---\ntitle: The ferry\nlist:\n  - a: b\n---\n\nIt sank.",
        "It sank.",
        "1 block of front matter",
    ),
    "front matter of Hugo": ('+++\ntitle = "The ferry"\n+++\n\nIt sank.', "It sank.", "1 block of front matter"),
    "a shortcode": ('{{< figure src="a.jpg" caption="The pier" >}}\n\nIt sank.', "It sank.", "1 shortcode"),
    "a shortcode over lines": (
        '{{< figure\n  src="a.jpg"\n  caption="The pier"\n>}}\nIt sank.',
        "It sank.",
        "1 shortcode",
    ),
    "shortcodes around words": ("{{% note %}}\nIt sank.\n{{% /note %}}", "It sank.", "2 shortcodes"),
    "tags of Liquid": ("{% include nav.html %}\nIt sank on {{ page.date }}.", "It sank on .", "2 shortcodes"),
    "shortcodes of WordPress": (
        '[caption id="a1" width="300"]The pier[/caption] It sank. [gallery ids="1,2"]',
        "The pier It sank.",
        "3 shortcodes",
    ),
    "a note in a sentence": ("It sank^[so they say] at once.", "It sank at once.", "1 footnote inside a sentence"),
    "code": ("It sank.\n\n```\nfirst\n```\n\n    second\n", "It sank.", "2 code blocks"),
    "what is struck out": ("It ~~swam~~ <del>flew</del>sank.", "It sank.", "2 struck-out passages"),
}


@pytest.mark.parametrize("case", READ)
def test_marks_of_dialects_are_not_copy(case: str) -> None:
    """What marks introduce or enclose is read, the marks themselves are not."""
    markup, text = READ[case]

    document = markdown.read(markup.encode(), name="story.md")

    assert (document.text, document.notes) == (
        text,
        ("left out: 1 shortcode",) if "shortcode" in markup else document.notes,
    )


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_is_left_out_is_told(case: str) -> None:
    """Front matter, shortcodes, code and struck-out text are counted in a note."""
    markup, text, counted = LEFT_OUT[case]

    document = markdown.read(markup.encode(), name="story.md")

    assert (document.text, document.notes) == (text, (f"left out: {counted}",))


@pytest.mark.parametrize("case", [*READ, *LEFT_OUT])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_word_of_every_dialect_is_found_again(case: str, newline: str) -> None:
    """The place of a word in the file holds the word, whatever marks stand around it."""
    data = (READ.get(case) or LEFT_OUT[case])[0].replace("\n", newline).encode()
    markup, offsets = markdown.offset_map(data, name="story.md")

    words = markdown.read(data, name="story.md").words
    assert [word.text for word in words] == [
        references.unescape(offsets.locate(word.span).of(markup)) for word in words
    ]


def test_a_file_of_code_alone_is_refused() -> None:
    """There is nothing to audit in code."""
    with pytest.raises(InputError, match=r"story\.md holds no text besides code and markup"):
        markdown.read(b"```\nthe code of it\n```\n", name="story.md")
