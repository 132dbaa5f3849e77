"""Which language a source is in."""

from __future__ import annotations

import pytest

from auditor.text import language_id

SENTENCES = {
    "pt": "A ponte foi fechada ao trânsito na segunda-feira, mas não se sabe quando é que as obras vão começar.",
    "es": "El puente fue cerrado al tráfico el lunes, pero no se sabe cuándo van a empezar las obras en la ciudad.",
    "fr": "Le pont a été fermé à la circulation lundi, mais on ne sait pas quand les travaux vont commencer.",
    "it": "Il ponte è stato chiuso al traffico lunedì, ma non si sa quando cominceranno i lavori nella città.",
    "ro": "Podul a fost închis circulației luni, dar nu se știe când vor începe lucrările care au fost anunțate.",
    "de": "Die Brücke wurde am Montag für den Verkehr gesperrt, und es ist nicht bekannt, wann die Arbeiten beginnen.",
    "et": "Sild suleti esmaspäeval ja ei ole teada, millal tööd algavad, kuid linn ütles, et see võib oodata.",
    "ru": "Мост закрыли для движения в понедельник, но когда начнутся работы, пока неизвестно, и мэрия не отвечает.",
    "uk": "Міст закрили для руху в понеділок, але коли почнуться роботи, поки що невідомо, і мерія не відповідає.",
    "zh": "这座桥周一对车辆关闭，但工程何时开始仍不清楚。",
    "ja": "この橋は月曜日に通行止めになったが、工事がいつ始まるかはまだ分からない。",
    "en": "The bridge was closed to traffic on Monday, but it is not known when the works will begin.",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_or_two_tell_their_language(code: str) -> None:
    """Letters tell the script, small words the language."""
    assert language_id.guess(SENTENCES[code]) == code


@pytest.mark.parametrize("text", ["", "12 345", "OK", "Qapla’ batlh je"])
def test_what_cannot_be_told_is_unknown(text: str) -> None:
    """No guess is made of figures, of a word, or of a language that is not listed."""
    assert language_id.guess(text) == language_id.UNKNOWN
