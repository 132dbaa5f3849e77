"""Markdown to the story as it reads."""

from __future__ import annotations

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
    markup, woven = markdown.anchors(data, name="story.md")
    words = markdown.read(data, name="story.md").words

    assert [word.text for word in words] == [woven.locate(word.span).of(markup) for word in words]


def test_a_word_of_a_link_target_is_not_mistaken_for_text() -> None:
    """The word after a link is found behind the target, though the target holds the same letters."""
    data = b"See [here](http://example.org/votes) votes of the house."
    markup, woven = markdown.anchors(data, name="story.md")
    word = next(word for word in markdown.read(data, name="story.md").words if word.text == "votes")

    assert woven.locate(word.span).start == markup.index(") votes") + 2


def test_a_file_of_code_alone_is_refused() -> None:
    """There is nothing to audit in code."""
    with pytest.raises(InputError, match=r"story\.md holds no text besides code and markup"):
        markdown.read(b"```\nthe code of it\n```\n", name="story.md")
