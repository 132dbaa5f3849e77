"""Which language a text is written in, by its letters and its commonest function words.

Two questions: `guess` names the language of a source, a paragraph or more, and `looks_english` turns away copy that is
clearly something else. What is none of the languages below, or too short to tell, is `UNKNOWN`.

Kept instead of a library because it is asked at the start of every audit. Measured in the same process, one paragraph
of Portuguese: .05 s of processor time and 3 MiB here; py3langid 0.4 .7-1.2 s and 106 MiB; lingua 2.2 .5-.8 s, 61 MiB,
and 96 MB on disk. Of four sentences of news at a time (WMT, twelve languages) it names 96 % of 3,079, and one wrongly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import regex

from auditor.text.english import FUNCTION_WORDS
from auditor.values import Word

UNKNOWN = "und"
"""ISO 639-2's code for what was not determined."""

_SCRIPTS = {
    "ja": r"[\p{Hiragana}\p{Katakana}]", "ko": r"\p{Hangul}", "zh": r"\p{Han}", "el": r"\p{Greek}", "he": r"\p{Hebrew}",
    "hy": r"\p{Armenian}", "ka": r"\p{Georgian}", "th": r"\p{Thai}", "km": r"\p{Khmer}", "si": r"\p{Sinhala}",
    "ta": r"\p{Tamil}", "te": r"\p{Telugu}", "bn": r"\p{Bengali}", "gu": r"\p{Gujarati}", "my": r"\p{Myanmar}",
    "am": r"\p{Ethiopic}", "ru": r"\p{Cyrillic}", "ar": r"\p{Arabic}", "hi": r"\p{Devanagari}",
}  # fmt: skip
# Letters that one language of a script writes and the one that stands for the script does not.
_LETTERS = {
    "ru": (("uk", "[іїєґ]"), ("sr", "[јљњћђ]"), ("bg", "ъ(?=[^\\W\\d_])")),
    "ar": (("ps", "[ټډړږښ]"), ("ur", "[ٹڈڑے]"), ("fa", "[پچژگ]")),
    "hi": (("ne", r"(?:छ|हरू|गर्)"), ("mr", r"(?:आहे|ळ)")),
}
_SHARE = 0.01  # of the letters: quotations of a neighbour stay below it
_COMMONEST = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the of and to in that is was for with his they which from have this are",
        "pt": (
            "o a e os as de que em um não uma do da dos das ao são também pela pelo mais é na no às à seu aos "
            "entre esta está estão me mas nos ou para por sua"
        ),
        "es": (
            "de la que a en el los las del una y con por se más al su también fue como pero es entre esta está "
            "este había me muy para quiere todo uno"
        ),
        "fr": (
            "de la l d à le les des une du et dans est qui pour sur au aux pas que plus avec ce elle cette deux "
            "entre été leur lui mais me nos nous or ou où se ses son sont un vous"
        ),
        "it": (
            "di e il la l a in un gli della che è una per con del sono dei nel alla non più anche le dal avere "
            "degli delle dello ha lo lui me nella sul sua tra uno"
        ),
        "ro": "a o și în care este pentru din pe la cu fost nu mai de al ale prin ca sunt are sau un",
        "ca": "de la a i en el els les amb és una per que dels no més del al va aquesta seva però són",
        "de": (
            "der die das und ist nicht mit von den dem ein eine auf für sich im werden auch am an aus bei bis "
            "dass dies diese einem einen einer er es ich kein nach oder sein sie sind so was vom wie wir wird zu "
            "zum zur über"
        ),
        "nl": (
            "de het een van en niet met voor zijn op dat is aan door werd naar maar bij ook had hij kan te tot uit wie"
        ),
        "sv": "och att det som en är på för av med inte till den har ett om var från också han kan",
        "da": "og at det som en er på for af med ikke til den har et var fra også blev han kan vil",
        "no": "og at det som en er på for av med ikke til den har et var fra også ble han kan vil",
        "fi": "ja on ei että se oli joka mutta myös hän ovat kun tai vuonna sekä kuin olla ole",
        "et": "ja on ei et see oli mis aga ka ta kui või aastal ning tema kes oma pärast mille tuli seda",
        "pl": "i w nie na się z do że jest to jak przez po oraz od był które dla który są tak także też za",
        "cs": "a v se na je že s z do o i k jako by pro jsou ale po byl jeho která nebo její tak za",
        "hu": "a az és hogy nem egy is volt meg de ez csak mint már el kell azt ha",
        "tr": "ve bir bu için de da ile olarak olan daha çok gibi sonra kadar ise en",
    }.items()
}
"""The commonest function words of languages in Latin script, in lower case."""
_HOMOGRAPHS = frozenset(
    "care d die door e elle k l mai met mille mint non o plus pro s see till v van volt w z".split()  # noqa: SIM905
)
"""Those of them that are letters, names or content words in English."""
FOREIGN = frozenset().union(*(words for code, words in _COMMONEST.items() if code != "en")) - _HOMOGRAPHS
"""Function words of other languages in Latin script, in lower case."""
_TELLING = FUNCTION_WORDS - FOREIGN
"""English function words that no other language above has."""


def guess(text: str) -> str:
    """Return the ISO 639-1 code of the text's language, or `UNKNOWN`."""
    letters = len(regex.findall(r"\p{L}", text))
    if not letters:
        return UNKNOWN
    for code, script in _SCRIPTS.items():
        # Japanese writes Chinese characters too, so a tenth of its own letters is enough.
        if len(regex.findall(script, text)) > (0.1 if code == "ja" else 0.4) * letters:
            return _refined(code, text.casefold(), letters)
    return _by_words(regex.findall(r"[\p{L}\p{M}]+", text.casefold()))


def looks_english(words: Sequence[Word]) -> bool:
    """Tell whether running text is English, however badly translated.

    Only what is clearly something else is turned away: mostly letters of another script; or more function words of
    other languages than of English; or almost no English function words in more words than any headline has. A few
    words in Latin script prove nothing and pass.
    """
    forms = [word.text.replace("’", "'") for word in words if any(map(str.isalpha, word.text))]
    letters = "".join(forms)
    if sum(letter <= "\u024f" for letter in letters) < 0.5 * len(letters):
        return False
    stems = [form.casefold().split("'")[0] for form in forms]
    english = sum(stem in FUNCTION_WORDS for stem in stems)
    telling = sum(stem in _TELLING for stem in stems)
    # With a capital they belong to names: Los Angeles, De Klerk.
    foreign = sum(form in FOREIGN and form not in FUNCTION_WORDS for form in forms)
    if foreign >= 3 and foreign > telling and foreign > 0.1 * len(forms):
        return False
    # Lists of results and names keep a few function words; 40 words are more than a headline has.
    return len(forms) < 40 or english >= 0.05 * len(forms)


def _refined(code: str, text: str, letters: int) -> str:
    for other, signs in _LETTERS.get(code, ()):
        if len(regex.findall(signs, text)) > _SHARE * letters:
            return other
    return code


def _by_words(words: Sequence[str]) -> str:
    counts = Counter(words)
    scores: Counter[str] = Counter()
    for code, own in _COMMONEST.items():
        scores[code] = sum(counts[word] for word in own)
    (best, most), (_, second) = scores.most_common(2)
    return best if most >= max(3, 0.1 * len(words)) and most > second else UNKNOWN
