"""Grammar that no English writer gets wrong: double negation, "most deep", a verb at the end, a dated past.

What it measures:
    Whether a clause has a form that another language asks for and English does not know: two negations for one
    ("nothing has not changed"), "more" or "most" where the adjective has endings ("the most deep lake"), the verb
    behind its object ("has on Friday the ban lifted"), the perfect of a dated past ("has resigned yesterday"), a
    past form where the base form belongs ("did not went", "must to leave"), a verb that does not agree ("they was").

Why it suggests an error:
    Negation, comparison, the place of the verb and the perfect differ between languages, and weak systems keep those of
    the original. A native writer slips elsewhere.

Known problems:
    Dialect says "nobody don't"; inside quotation marks nothing is reported. Irish and Indian English use the perfect
    more freely.

Example:
    "nothing has not changed" -> "nothing has changed"; "the most deep lake" -> "the deepest lake".

Source:
    Huddleston and Pullum (2002), The Cambridge Grammar of the English Language; MQM "grammar".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.repairs.traits import Evidence, Traits
from auditor.repairs.wording import parts_of_speech, singulars
from auditor.text import morphology
from auditor.text.quotations import is_quoted
from auditor.values import Candidate, Kind, Measurements, Sentence, Severity, Span

MECHANISM = "plain-grammar"
TRAITS = Traits(Evidence.RULE, is_counted=True)
KIND = Kind.GRAMMAR
SEVERITY = Severity.MAJOR
VALID = (
    "Nobody was hurt, and nothing but rain could have stopped the fire.",
    "“Nobody don’t tell me nothing,” the old man said.",
    "Most small towns sent aid, and more young people than old people came.",
    "The most young voters live in the most densely built and most likely the most expensive district.",
    "He has worked here since last year and has been ill since yesterday.",
    "The minister has said that the talks broke off yesterday and that prices have risen from a low in 2019.",
    "The town has the bridge built by its own workers, and he had his teeth fixed last week.",
    "Will the minister sign the agreement? He will, and the agreement the parties want is short.",
    "If he were rich, he would let her have it; did he have one? They have, and what was theirs was ours.",
    "The club has won more than half of its games this season, the last one yesterday.",
)
INVALID = (
    ("By noon no one was not awake in the camp.", "no one was not", "no one was"),
    ("Nothing has not changed in the village.", "Nothing has not", "Nothing has"),
    ("Nobody didn’t answer the phone.", "Nobody didn’t answer", "Nobody answered"),
    ("The witness did not see nobody near the car.", "nobody", "anybody"),
    ("She is the most young member of the council.", "most young", "youngest"),
    ("Apples were more cheap than pears this year.", "more cheap", "cheaper"),
    ("The second storm was more stronger than the first.", "more stronger", "stronger"),
    ("It is the most biggest dam in the region.", "most biggest", "biggest"),
    ("The court has on Friday the ban lifted.", "has on Friday the ban lifted", "lifted the ban on Friday"),
    (
        "The company has yesterday its plans given up.",
        "has yesterday its plans given up",
        "gave up its plans yesterday",
    ),
    ("The ministers will the treaty sign.", "will the treaty sign", "will sign the treaty"),
    ("The minister has resigned yesterday.", "has resigned", "resigned"),
    ("Thousands have left the city in 2014.", "have left", "left"),
    ("The envoys did not went to the meeting.", "did not went", "did not go"),
    ("All visitors must to leave the building.", "must to leave", "must leave"),
    ("The farmers said they was not asked.", "they was", "they were"),
)

Match = re.Match[str]
Repairs = Iterator[tuple[Span, str]]

_BE_HAVE = r"(?:was|were|is|are|has|have|had|will|would|can|could|should|must)"
_NOBODY = r"(?:nobody|no\sone|no-one|nothing|none\sof\s(?:them|us|the\s\w+))"
_ANY = {"nothing": "anything", "nobody": "anybody", "no one": "anyone", "nowhere": "anywhere", "neither": "either"}
# Adjectives whose comparison by "more" and "most" no edited English has.
_SHORT = (
    "rich|poor|big|small|tall|short|old|young|cheap|strong|weak|fast|slow|high|low|long|wide|deep|cold|hot|warm|hard|"
    "large|great|near|easy|happy|heavy|early|dirty|ugly|busy|safe|soft|loud|thick|thin|rare|poor|close|late|new|quick|"
    "bright|dark|clean|hungry|lucky|wealthy|healthy|noisy|tiny|narrow"
)
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_PAST_TIME = (
    rf"(?:yesterday(?:\s(?:morning|afternoon|evening))?|last\s(?:night|week|month|year|summer|winter|autumn|spring|"
    rf"{_DAYS})|on\s(?:{_DAYS})|(?:\d+|two|three|four|five|six|seven|eight|nine|ten|a\sfew|several|many)\s"
    r"(?:minutes|hours|days|weeks|months|years|decades)\sago|in\s(?:1[89]|20)\d\d)"
)
_DETERMINER = r"(?:the|its|his|her|their|our|this|that|these|those|a|an)"
_ADVERB = r"(?:(?:also|now|already|just|finally|only|never|reportedly|again|recently|officially|clearly|publicly)\s)"
_OPENS = r"(?:^|(?<=[,;:—–]\s)|(?<=\bthat\s)|(?<=\band\s)|(?<=\bbut\s)|(?<=\bsaid\s)|(?<=\bbecause\s))"


@dataclass(frozen=True, slots=True)
class Form:
    """A form that English does not know: its name, where it stands, what English has, and why it is doubted."""

    name: str
    found: re.Pattern[str]
    repairs: Callable[[Match], Repairs]
    reason: str


def _one_negation(match: Match) -> Repairs:
    """Leave out "not" behind a negative subject."""
    yield Span(*match.span()), f"{match['subject']} {match['verb']}"


def _plain_past(match: Match) -> Repairs:
    """Put "nobody didn't answer" as "nobody answered"."""
    tag = {"did": "VBD", "does": "VBZ", "do": "VBP"}[match["do"].lower()]
    for form in morphology.inflect(match["base"], tag)[:1] if tag != "VBP" else (match["base"],):
        if parts_of_speech(match["base"]) & {"VERB"}:
            yield Span(*match.span()), f"{match['subject']} {form}"


def _any(match: Match) -> Repairs:
    word = match["negative"]
    yield Span(*match.span("negative")), _ANY[" ".join(word.lower().split())]


def _graded(word: str, degree: str) -> str:
    tag = "JJR" if degree.lower() == "more" else "JJS"
    return next(iter(morphology.inflections(word.lower(), part="ADJ").get(tag, ())), "")


def _with_ending(match: Match) -> Repairs:
    """Put "most deep" as "deepest", unless a plural behind it shows that "most" counts ("the most new cases")."""
    after = match["after"] or ""
    if after and singulars(after.lower()):
        return
    graded = _graded(match["adjective"], match["degree"])
    if graded:
        yield Span(match.start("degree"), match.end("adjective")), graded


def _graded_once(match: Match) -> Repairs:
    """Leave out "more" before a comparative and "most" before a superlative."""
    word, after = match["adjective"].lower(), match["after"] or ""
    bases = [base for base in morphology.lemmas(word).get("ADJ", ()) if base != word]
    is_graded = any(_graded(base, match["degree"]) == word for base in bases)
    if is_graded and not (after and singulars(after.lower())):
        yield Span(match.start("degree"), match.end("adjective")), match["adjective"]


@functools.lru_cache(maxsize=4096)
def _forms_of(base: str, tag: str) -> tuple[str, ...]:
    return morphology.inflect(base, tag)


def _past_of(participle: str) -> str:
    """Return the simple past of the verb that a participle belongs to; "" for what is none."""
    for base in morphology.lemmas(participle).get("VERB", ()):
        if participle in _forms_of(base, "VBN"):
            return next(iter(_forms_of(base, "VBD")), "")
    return ""


def _verb_forward(match: Match) -> Repairs:
    """Put "has on Friday the ban lifted" as "lifted the ban on Friday"."""
    past = _past_of(match["verb"].lower())
    if past and not match["verb"].islower():
        return
    if past:
        particle = match["particle"] or ""
        yield Span(*match.span()), f"{past}{particle} {match['object']} {match['time']}"


def _base_forward(match: Match) -> Repairs:
    """Put "will the treaty sign" as "will sign the treaty"."""
    verb = match["verb"]
    is_base = verb in morphology.lemmas(verb).get("VERB", ())
    last = match["object"].split()[-1]
    if is_base and "NOUN" in parts_of_speech(last.lower()):
        yield Span(match.start("modal"), match.end("verb")), f"{match['modal']} {verb} {match['object']}"


def _simple_past(match: Match) -> Repairs:
    """Put "has resigned yesterday" as "resigned yesterday"."""
    past = _past_of(match["verb"].lower())
    if past and match["verb"] not in ("been", "said", "told", "had"):
        adverb = match["adverb"] or ""
        yield Span(match.start("have"), match.end("verb")), f"{adverb}{past}"


def _base_form(match: Match) -> Repairs:
    """Put "did not went" as "did not go"."""
    word = match["verb"].lower()
    bases = [base for base in morphology.lemmas(word).get("VERB", ()) if base != word]
    if bases and parts_of_speech(word) == {"VERB"} and word in _forms_of(bases[0], "VBD"):
        head = match.group()[: match.start("verb") - match.start()]
        yield Span(*match.span()), head + bases[0]


def _without_to(match: Match) -> Repairs:
    if match["verb"] in morphology.lemmas(match["verb"]).get("VERB", ()) or match["verb"] == "be":
        yield Span(*match.span()), f"{match['modal']} {match['verb']}"


def _agreeing(match: Match) -> Repairs:
    right = {"was": "were", "is": "are", "has": "have", "does": "do"}.get(match["verb"])
    if right is None:
        right = {"have": "has", "are": "is", "do": "does"}[match["verb"]]
    yield Span(*match.span()), f"{match['subject']} {right}"


def _form(name: str, pattern: str, repairs: Callable[[Match], Repairs], reason: str) -> Form:
    return Form(name, re.compile(pattern), repairs, reason)


_DOUBLED = "negated twice, which English takes for the opposite"
FORMS = (
    _form(
        "negative subject",
        rf"(?i)\b(?P<subject>{_NOBODY})\s(?P<verb>{_BE_HAVE})(?:\snot\b|n['’]t\b)(?!\s(?:only|just|even|necessarily)\b)",
        _one_negation,
        _DOUBLED,
    ),
    _form(
        "negative subject",
        rf"(?i)\b(?P<subject>{_NOBODY})\s(?P<do>did|does|do)(?:\snot|n['’]t)\s(?P<base>[a-z]+)\b",
        _plain_past,
        _DOUBLED,
    ),
    _form(
        "negative object",
        r"\b(?:did|does|do|has|have|had|was|were|is|are|will|would|can|could)(?:\snot|n['’]t)\s[a-z]+\s"
        r"(?:(?:to|at|with|from|by|about)\s)?(?P<negative>nothing|nobody|no\sone|nowhere)\b"
        r"(?!\s(?:but|less|more|short|if|other))",
        _any,
        _DOUBLED,
    ),
    _form(
        "most with an ending",
        r"\b(?i:the)\s(?P<degree>more|most)\s(?P<adjective>\w+(?:er|est)|better|best|worse|worst)\b(?:\s(?P<after>[a-z]+))?",
        _graded_once,
        "compared twice, by “more” or “most” and by the ending",
    ),
    _form(
        "more with an ending",
        r"\b(?P<degree>[Mm]ore)\s(?P<adjective>(?!later|latter|lower|upper|higher|former|lesser|over|either)"
        r"(?:\w+er|better|worse))\b(?:\s(?P<after>[a-z]+))?",
        _graded_once,
        "compared twice, by “more” and by the ending",
    ),
    _form(
        "the most",
        rf"\b(?i:the|a|an|his|her|its|their)\s(?P<degree>most)\s(?P<adjective>{_SHORT})\b(?![-’'])(?:\s(?P<after>[a-z]+))?",
        _with_ending,
        "compared by “most”, where English has an ending",
    ),
    _form(
        "more than",
        rf"\b(?:is|are|was|were|be|been|becomes?|became|gets?|got|even|much|far|looks?|seems?|seemed|feels?)\s"
        rf"(?P<degree>more)\s(?P<adjective>{_SHORT})(?=\s(?:than|and\smore|every|this\syear)\b|[.,;])(?P<after>)",
        _with_ending,
        "compared by “more”, where English has an ending",
    ),
    _form(
        "verb at the end",
        rf"\b(?:has|have|had)\s(?P<time>{_PAST_TIME}|today|this\s(?:morning|week|year)|now|already)\s"
        rf"(?P<object>{_DETERMINER}\s(?:[a-z-]+\s)??[a-z-]+)\s(?P<verb>[a-z]+)(?P<particle>\s(?:off|up|out|down|in|over|back|away))?"
        r"(?=[.,;]|\sand\b|\sbut\b)",
        _verb_forward,
        "in the word order of another language, with the verb behind its object",
    ),
    _form(
        "base form at the end",
        r"(?<=[a-z]\s)(?P<modal>will|would|can|could|must|should)\s"
        rf"(?P<object>{_DETERMINER}\s(?:[a-z-]+\s)??[a-z-]+)\s(?P<verb>[a-z]+)(?=[.,;]|$)",
        _base_forward,
        "in the word order of another language, with the verb behind its object",
    ),
    _form(
        "dated past",
        rf"(?<!should )(?<!could )(?<!would )(?<!might )(?<!must )(?<!may )(?<!to )(?<!n['’]t )(?<!not )"
        rf"\b(?P<have>has|have)\s(?P<adverb>{_ADVERB})?(?P<verb>[a-z]+)(?=(?:\s(?!since\b|it\b|he\b|she\b|they\b|we\b|"
        r"(?:the|this|his|her)\slast\b|from\b|between\b|until\b|than\b|"
        r"by\b|up\b|compared\b|which\b|that\b|who\b|as\b|and\b|but\b|where\b|to\b|while\b|after\b|when\b|what\b|for\b|"
        rf"over\b|on\b|of\b|through\b)[\w’'-]+){{0,4}}\s{_PAST_TIME}[.,;])",
        _simple_past,
        "in the perfect, where a past with its date asks for the simple past",
    ),
    _form(
        "past after do",
        r"\b(?:did|does|do)(?:\snot|n['’]t)\s(?P<verb>[a-z]+)\b",
        _base_form,
        "a past form where the base form belongs",
    ),
    _form(
        "past after a modal",
        r"(?<=[a-z]\s)(?:could|should|would|must)\s(?:not\s)?(?P<verb>[a-z]+)\b",
        _base_form,
        "a past form where the base form belongs",
    ),
    _form(
        "modal with to",
        r"\b(?P<modal>must|should)\sto\s(?P<verb>[a-z]+)\b",
        _without_to,
        "“to” behind a verb that takes none",
    ),
    _form(
        "plural pronoun",
        r"\b(?P<subject>[Tt]hey)\s(?P<verb>was|is|has|does)\b(?!['’])",
        _agreeing,
        "a verb that does not agree with its subject",
    ),
    _form(
        "singular pronoun",
        rf"{_OPENS}(?P<subject>[Hh]e|[Ss]he)\s(?P<verb>have|are|do)\b(?!['’])",
        _agreeing,
        "a verb that does not agree with its subject",
    ),
)


def propose(sentence: Sentence, measurements: Measurements) -> Iterator[Candidate]:
    """Yield what English has for each form of the sentence that it does not know."""
    text = measurements.document.text
    own = sentence.span.of(text)
    taken: list[Span] = []
    for form in FORMS:
        for match in form.found.finditer(own):
            for part, right in form.repairs(match):
                span = Span(sentence.span.start + part.start, sentence.span.start + part.end)
                is_taken = any(span.overlaps(other) for other in taken)
                if is_taken or is_quoted(span, measurements.knowledge.quotations):
                    continue
                taken.append(span)
                yield Candidate(span, right, MECHANISM, KIND, SEVERITY, form.reason, pattern=form.name)
