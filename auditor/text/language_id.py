"""Which language a text is written in, by its letters and its commonest small words.

Made for stories of a paragraph or more; what is none of the languages below, or too short to tell, is `UNKNOWN`.
"""

from __future__ import annotations

from collections import Counter

import regex

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
_WORDS = {
    "en": "the of and to in that is was for with his they which from have this are",
    "pt": "o a e os as de que em um não uma do da dos das em ao são também pela pelo mais é na no às um à seu",
    "es": "de la que a en el los las del una y con por que se en más al su también fue como pero es",
    "fr": "de la l d à le les des une du et dans est qui pour sur au aux pas que plus avec ce elle",
    "it": "di e il la l a in un gli della di che è una per con del sono dei nel alla non più anche le dal",
    "ro": "a o și în care este pentru din pe la cu a fost nu mai de al ale prin ca sunt",
    "ca": "de la a i en el els les amb és una i per que dels no més del al va aquesta seva però són",
    "de": "der die das und ist nicht mit von den dem ein eine auf für sich im werden auch",
    "nl": "de het een van en niet met voor zijn op dat is aan door werd naar maar bij ook",
    "sv": "och att det som en är på för av med inte till den har ett om var från också",
    "da": "og at det som en er på for af med ikke til den har et var fra også blev",
    "no": "og at det som en er på for av med ikke til den har et var fra også ble",
    "fi": "ja on ei että se oli joka mutta myös hän ovat kun tai vuonna sekä kuin olla ole",
    "et": "ja on ei et see oli mis aga ka ta kui või aastal ning tema kes oma pärast mille tuli seda",
    "pl": "i w nie na się z do że jest to jak przez po oraz od był które dla",
    "cs": "a v se na je že s z do o i k jako by pro jsou ale po byl jeho",
    "hu": "a az és hogy nem egy is volt meg de ez csak mint már el kell azt",
    "tr": "ve bir bu için de da ile olarak olan daha çok gibi sonra kadar ise en",
}


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


def _refined(code: str, text: str, letters: int) -> str:
    for other, signs in _LETTERS.get(code, ()):
        if len(regex.findall(signs, text)) > _SHARE * letters:
            return other
    return code


def _by_words(words: list[str]) -> str:
    counts = Counter(words)
    scores = {code: sum(counts[word] for word in set(own.split())) for code, own in _WORDS.items()}
    best, second = sorted(scores, key=lambda code: -scores[code])[:2]
    sure = scores[best] >= max(3, 0.1 * len(words)) and scores[best] > scores[second]
    return best if sure else UNKNOWN
