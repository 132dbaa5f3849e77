"""A "not" that the source does not have, or one that got lost.

What it measures:
    Where the source of a sentence is known and in one of eight languages: whether the source denies something (não,
    pas, nicht) and nothing in the sentence does, or the sentence says "not" and nothing in the source denies, excludes,
    lacks or fails.

Why it suggests an error:
    A sentence without its "not" reads as well as with it and means the opposite.

Known problems:
    Languages deny in many ways (without, unlikely, refuse to), so only sentences without any of them on one side are
    reported: most lost negations in long sentences are missed. Irony and double negation are not understood. Lists for
    Spanish, French, German and Italian were written like the others but measured on no data.

Example:
    "The minister will resign." from "O ministro não se vai demitir." -> "will not".

Source:
    MQM "mistranslation"; the critical errors that WMT 2022 planted for quality estimation (Zerva et al. 2022).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import regex

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import rendering
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span

MECHANISM = "source-negation"
TRAITS = Traits(Evidence.RULE)
KIND = Kind.MISTRANSLATION
SEVERITY = Severity.CRITICAL
SOURCES = {
    "The minister will not resign, and the strike goes on.": "O ministro não se vai demitir e a greve continua.",
    "The minister denied that he would resign.": "O ministro disse que não se demite.",
    "The minister will resign.": "O ministro não se vai demitir.",
    "The unions did not accept the offer.": "Os sindicatos aceitaram a oferta.",
    "The talks are not over.": "As conversações terminaram.",
}
"""What the texts below were translated from."""
VALID = tuple(SOURCES)[:2]
INVALID = (
    ("The minister will resign.", "will", "will not"),
    ("The unions did not accept the offer.", "did not accept", "accepted"),
    ("The talks are not over.", "are not", "are"),
)


@dataclass(frozen=True, slots=True)
class Lists:
    """How a language denies: its plain negation of a verb, uses of that which deny nothing, and all else negative."""

    plain: str
    empty: str
    other: str


LISTS: Mapping[str, Lists] = {
    "pt": Lists(
        r"não",
        r"não (?:só|apenas|somente|obstante|raro|deix\w+|há dúvida\w*)|(?:se|a|enquanto|ou|pois|senão|quer) não|não,",
        r"nem|nunca|jamais|sem|nenhu\w+|ninguém|nada|tampouco|sequer|apenas|só|somente|pouc\w+|menos|rar\w+|dific\w+|mal"
        r"|quase|long\w+|falt\w+|fracass\w+|falh\w+|evit\w+|imped\w+|recus\w+|neg\w+|rejeit\w+|contr\w+|excep?t\w+"
        r"|ausên\w+|carec\w+|careci\w+|salvo|senão|embora|deix\w+|escass\w+|proib\w+|perd\w+|incap\w+|im[pm]\w+|in\w+"
        r"vel|in\w+veis|des\w+|anti\w*|vez|antes|demasiad\w+|demais|tão|critic\w+|duvid\w+|dúvid\w+|ilus\w+|err\w+"
        r"|ignor\w+|outr\w+|opos\w+|opõ\w+|ao contrário|apesar|cess\w+|par\w+|abst\w+|livr\w+|à margem",
    ),
    "es": Lists(
        r"no",
        r"no (?:sólo|solo|solamente|obstante|cabe duda\w*)|(?:si|sino|o) no|no,",
        r"ni|nunca|jamás|sin|ning\w+|nadie|nada|tampoco|siquiera|apenas|sólo|solo|poc\w+|menos|rar\w+|difíc\w+|casi"
        r"|lejos|falt\w+|fracas\w+|fall\w+|evit\w+|imp\w+|rechaz\w+|neg\w+|niega\w*|contra\w*|except\w+|ausen\w+|sino"
        r"|carec\w+|salvo|dej\w+|escas\w+|prohib\w+|perd\w+|in\w+|des\w+|anti\w*|vez|demasiad\w+|tan|dud\w+|aunque",
    ),
    "fr": Lists(
        r"(?:ne|n['’])\s?(?:\p{L}+['’ ]){1,4}(?:pas|plus)",
        r"pas (?:seulement|uniquement|que)|ne \p{L}+ pas moins|sinon",
        r"ni|jamais|sans|aucun\w*|personne|rien|non|guère|seul\w*|peu|moins|rare\w*|diffic\w+|presque|loin|manqu\w+"
        r"|éch\w+|évit\w+|emp[êe]ch\w+|refus\w+|ni\w+|rejet\w+|contr\w+|sauf|absen\w+|cess\w+|interdi\w+|perd\w+|in\w+"
        r"|im\w+|dé\w+|anti\w*|lieu|trop|dout\w+|ne|pas|plus",
    ),
    "it": Lists(
        r"non",
        r"non (?:solo|soltanto|solamente|ostante|appena)|(?:se|o) non|non,",
        r"né|mai|senza|nessun\w*|niente|nulla|neanche|nemmeno|neppure|solo|soltanto|poc\w+|meno|rar\w+|diffic\w+|quasi"
        r"|lontan\w+|manc\w+|fall\w+|evit\w+|imped\w+|rifiut\w+|neg\w+|contr\w+|tranne|assen\w+|smett\w+|viet\w+|pers\w+"
        r"|in\w+|im\w+|dis\w+|anti\w*|invece|tropp\w+|dubbi\w*|no",
    ),
    "ro": Lists(
        r"nu|n-\p{L}+",
        r"nu (?:doar|numai|mai puțin)|(?:dacă|sau|ori|până) nu|nu,",
        r"nici|niciodat\w+|fără|nicio|niciun\w*|nimeni|nimic|doar|numai|puțin\w*|rar\w*|greu|aproape|departe|lips\w+"
        r"|eșu\w+|evit\w+|împiedic\w+|refuz\w+|neg\w+|respin\w+|contr\w+|împotriv\w+|except\w+|absen\w+|încet\w+|interz\w+"
        r"|pierd\w+|ne\w+|in\w+|im\w+|dez\w+|des\w+|anti\w*|loc|prea|îndoi\w+|dificil\w*|opri\w+|în afar\w+|alt\w+",
    ),
    "de": Lists(
        r"nicht|kein\p{L}*",
        r"nicht (?:nur|bloß|allein|zuletzt|selten)|(?:ob|oder|wenn) nicht|nicht,",
        r"nie|niemals|ohne|niemand\w*|nichts|weder|noch|nur|kaum|wenig\w*|selten|schwer\w*|fast|fern|fehl\w+|scheiter\w+"
        r"|vermeid\w+|verhinder\w+|weiger\w+|verneint\w*|abge\w+|ablehn\w+|gegen|außer|mangel\w*|verb\w+|verl\w+|un\p{L}+"
        r"|anti\w*|statt\w*|zu|zweifel\w*|\p{L}+los\w*|nein|ent\p{L}+|sondern",
    ),
    "ru": Lists(
        r"не",
        r"не (?:только|просто|менее|более|раз|один|лишь|исключ\w+)|(?:если|пока|или|чуть|едва ли) не|не,",
        r"ни|нет|никто|никого|никому|ничто|ничего|никогда|нигде|никак\w*|без\w*|бес\w+|нельзя|только|лишь|мал\w+|редк\w+"
        r"|трудн\w+|почти|далек\w+|отсутств\w+|отказ\w+|отриц\w+|против\w*|кроме|запр\w+|потер\w+|не\w+|анти\w*|вместо"
        r"|слишком|сомн\w+|едва|избег\w+|вряд|хотя|перест\w+|лиш\w+|невозм\w+",
    ),
    "et": Lists(
        r"ei|pole|polnud|polnuks|mitte",
        r"mitte (?:ainult|üksnes)|(?:kas|või) (?:ei|mitte)|ei,",
        r"ega|ära|ärge|ilma|\p{L}+ta|\p{L}+mata|keegi|miski|kunagi|vaid|ainult|vähe\w*|harva|raske\w*|peaaegu|kaugel"
        r"|puud\w+|vältis?\w*|takist\w+|keeld\w+|eita\w*|vastu|peale|keela\w*|kaota\w*|eba\w+|anti\w*|asemel|liiga|kahtl\w+"
        r"|mitte|ei\w*|kuigi|tühis\w+|lõpeta\w+|välja",
    ),
}
"""`other` is generous: a word too many costs a hit, a word too few a false alarm."""
_NOT = regex.compile(r"\b(?:(?P<verb>\w+)\s+not|(?P<short>\w+)n['’]t|(?P<can>can)not)\b", regex.IGNORECASE)
_NOT_EMPTY = regex.compile(
    r"\b(?:not (?:only|just|merely|simply|least|to mention|yet|so much|un\w+|in\w+)|or not|if not|why not|not,)\b"
    r"|n['’]t (?:only|just|it\b|they\b|he\b|she\b|we\b|you\b)",
    regex.IGNORECASE,
)
_NEGATIVE = regex.compile(
    r"\b(?:not|cannot|\w+n['’]t|no|non\w*|none|never|nobody|nothing|nowhere|neither|nor|without|hardly|barely|scarcely"
    r"|rarely|seldom|few\w*|little|less|least|only|just|merely|unless|until|except\w*|but|instead|rather|too|far|beyond"
    r"|fail\w*|lack\w*|refus\w*|den(?:y|ies|ied|ial)\w*|reject\w*|avoid\w*|prevent\w*|absen\w*|miss\w*|stop\w*|ban\w*"
    r"|prohibit\w*|forb\w+|los[est]\w*|against|unlike\w*|un\w+|in\w+|im\w+|il\w+|ir\w+|dis\w+|mis\w+|de\w+|anti\w*"
    r"|\w+less\w*|hard|difficult\w*|doubt\w*|loath|reluctan\w*|although|though|yet|away|off|impossib\w*|exclud\w*"
    r"|ceas\w*|abandon\w*|ignor\w*|neglect\w*|other\w*|short|remain\w*|still|anything but|opp\w+|elud\w*|free)\b",
    regex.IGNORECASE,
)
_AUXILIARY = regex.compile(
    r"\b(?:is|are|was|were|am|has|have|had|will|would|can|could|should|must|may|might|does|do|did)\b(?!\s+(?:to\b|not\b))"
)
_TAGS = {"does": "VBZ", "did": "VBD", "do": "VBP"}
_LONGEST = 40  # words of a sentence; a longer one has something negative on both sides nearly always


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield the sentence's verb with its "not", or without, where only one of the two sides denies anything."""
    lists = LISTS.get(measurements.document.source_language or "")
    if not sentence.source or lists is None or len(sentence.words) > _LONGEST or "?" in sentence.source:
        return
    if rendering(measurements.document, sentence) != sentence.span:
        return  # it may be a neighbour that denies
    text = sentence.span.of(measurements.document.text)
    source = " ".join(sentence.source.casefold().split())
    plain = _count(lists.plain, source)
    if plain == 1 and not _count(lists.empty, source) and not _NEGATIVE.search(text):
        found, missing = _lost(text, source, lists), True
    elif not plain and not _count(lists.other, source) and not _NOT_EMPTY.search(text):
        found, missing = _added(text), False
    else:
        return
    for span, replacement in found:
        here = Span(sentence.span.start + span.start, sentence.span.start + span.end)
        yield Candidate(here, replacement, MECHANISM, KIND, SEVERITY, *_words(sentence.source, lists, missing=missing))


def _words(source: str, lists: Lists, *, missing: bool) -> tuple[str, bool, tuple[str, ...]]:
    """Return the reason, that the candidate is shown, and the evidence."""
    if not missing:
        return "a denial that the source does not have", True, ("Nothing in the source denies this.",)
    match = _pattern(lists.plain).search(source.casefold())
    said = match.group() if match else ""
    return (
        f"the opposite of the source, which has “{said}”",
        True,
        (f"The source has “{said}”; the text denies nothing.",),
    )


def _pattern(words: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?<!\p{{L}})(?:{words})(?!\p{{L}})")


def _count(words: str, text: str) -> int:
    return len(_pattern(words).findall(text))


def _lost(text: str, source: str, lists: Lists) -> list[tuple[Span, str]]:
    """Return the auxiliary that stands where the source has its negation, with "not" behind it."""
    match = _pattern(lists.plain).search(source)
    verbs = list(_AUXILIARY.finditer(text))
    if match is None or not verbs:
        return []
    place = match.start() / max(1, len(source))
    nearest = min(verbs, key=lambda verb: abs(verb.start() / len(text) - place))
    return [(Span(*nearest.span()), "cannot" if nearest.group() == "can" else f"{nearest.group()} not")]


def _added(text: str) -> list[tuple[Span, str]]:
    """Return the one negated verb of the text without its "not"; nothing where something else is negative too."""
    matches = list(_NOT.finditer(text))
    if len(matches) != 1 or regex.search(
        r"\b(?:no|never|nor|neither|without|any\w*|either|but)\b", text, regex.IGNORECASE
    ):
        return []
    match = matches[0]
    verb = match["verb"] or match["can"] or {"wo": "will", "ca": "can"}.get(match["short"].lower(), match["short"])
    if not _AUXILIARY.fullmatch(verb.lower()):
        return []
    following = regex.match(r"\s+(?P<main>\p{L}+)", text[match.end() :])
    tag = _TAGS.get(verb.lower())
    if tag is None or following is None:
        return [(Span(*match.span()), verb)]
    from lemminflect import getInflection  # knows rules for words that no dictionary has, and takes long to import

    inflected = getInflection(following["main"], tag=tag)
    end = match.end() + following.end()
    return [(Span(match.start(), end), inflected[0])] if inflected else []
