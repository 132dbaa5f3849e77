"""Which language a source is in, and whether copy is English, however bad."""

from __future__ import annotations

import pytest

from auditor.text import language_id, segmentation

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
    """Letters tell the script, function words the language."""
    assert language_id.guess(SENTENCES[code]) == code


@pytest.mark.parametrize("text", ["", "12 345", "OK", "Qapla’ batlh je"])
def test_what_cannot_be_told_is_unknown(text: str) -> None:
    """No guess is made of figures, of a word, or of a language that is not listed."""
    assert language_id.guess(text) == language_id.UNKNOWN


def _looks_english(text: str) -> bool:
    return language_id.looks_english(segmentation.document(text, name="-").words)


@pytest.mark.parametrize(
    "text",
    [
        "Ministers Agree Ferry Deal",
        "Las Vegas, Los Angeles, El Paso",
        "Müller, Gómez, Łukasz",
        "Osaka d. Sabalenka 6-3, 6-4",
        "The president of the republic has the people call to vote for the peace of the country.",
        "More strong storm hit coast Tuesday. Hundred family lose house, official say.",
        "2,500",
        "",
    ],
)
def test_english_passes(text: str) -> None:
    """Headlines, names, scores and garbled English are English."""
    assert _looks_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "La ministre a dit que les deux pays vont se revoir jeudi pour parler du bac.",
        "El ministro dijo que los dos países se reunirán el jueves para hablar del transbordador.",
        "Der Minister sagte, dass sich die beiden Länder am Donnerstag treffen und nicht früher.",
        "Министр сказал, что две страны встретятся в четверг.",
        "部长说，两国将于星期四再次会面。",
        "قال الوزير إن البلدين سيجتمعان يوم الخميس.",
        "Ministeri sanoi maiden tapaavan jälleen torstaina. " * 8,
    ],
)
def test_other_languages_do_not(text: str) -> None:
    """Another script, another language's function words, or no small English words at all give a text away."""
    assert not _looks_english(text)
