"""What English is made of: its commonest small words, and whether a text looks like English."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from auditor.values import Word

FUNCTION_WORDS = frozenset(
    """
    a about above after against all also am among an and any are around as at away back be because been before being
    below between both but by can cannot could did do does down during each either even ever few for from had has have
    he her here hers herself him himself his how i if in into is it its itself just less let like many may me might
    more most much must my myself near neither never no nor not now of off on once one only onto or other our ours
    ourselves out over own per rather same shall she should since so some still such than that the their theirs them
    themselves then there these they this those through to too toward towards under until up upon us very was we well
    were what when where which while who whom whose why will with within without would yet you your yours yourself
    """.split()  # noqa: SIM905, a list of words is read as words
)
"""Closed-class words: 43 of 100 words of the clean news."""

_POSSESSIVE = regex.compile(r"(?<=\w)(?:['’ʼ＇][sS]|['’ʼ＇])$")

_SHARED = frozenset(
    {
        "a",
        "am",
        "an",
        "are",
        "as",
        "at",
        "do",
        "had",
        "he",
        "her",
        "in",
        "is",
        "me",
        "no",
        "on",
        "or",
        "so",
        "to",
        "was",
    }
)
"""Those of them that are small words of other languages too, and so speak for neither."""

_FOREIGN = frozenset(
    """
    aan ais al ao aos auch aus aux avec avere bei bir bis bu cette como con da das dass de degli dei del della delle
    dem den der des deux dla dies diese dos du egy ein eine einem einen einer el ella en entre er es está este esta
    estão et été für gli ha había het hij hogy ich il ist její jak jest jako kan kein la las le les leur lo los lui
    mais mas mit më mu muy na nach não nao nebo nel nella nicht nie niet nos nous oder och og ook où ou para pas pe
    pela pelo pero por pour più prema que qui quiere se sein ses sich sie sind som sont su sua sul sunt sur są tak
    także também te til todo tot tra um uma un und una une uno ve vil voor vom von vous wie wir wird y za že zu zum
    zur în și és için která který się też din
    """.split()  # noqa: SIM905, as above
)
"""Commonest small words of other languages in Latin script, as they stand inside a sentence."""


def looks_english(words: Sequence[Word]) -> bool:
    """Tell whether running text is English, however badly translated.

    Only what is clearly something else is turned away: mostly letters of another script; or more small words of other
    languages than of English; or almost no small English words in more words than any headline has. A few words in
    Latin script prove nothing and pass.
    """
    forms = [word.text.replace("’", "'") for word in words if any(map(str.isalpha, word.text))]
    letters = "".join(forms)
    if sum(letter <= "\u024f" for letter in letters) < 0.5 * len(letters):
        return False
    small = [form.casefold().split("'")[0] for form in forms]
    english = sum(form in FUNCTION_WORDS for form in small)
    telling = sum(form in FUNCTION_WORDS - _SHARED for form in small)
    # With a capital they belong to names: Los Angeles, De Klerk.
    foreign = sum(form in _FOREIGN for form in forms)
    if foreign >= 3 and foreign > telling and foreign > 0.1 * len(forms):
        return False
    # Lists of results and names keep a few small words; 40 words are more than a headline has.
    return len(forms) < 40 or english >= 0.05 * len(forms)


def base(word: str) -> str:
    """Return the word without its possessive ending: "Biden" for "Biden’s", "Joneses" for "Joneses’"."""
    return _POSSESSIVE.sub("", word)
