"""Translation files as the usual tools write them, each with the pairs that stand in it."""

from __future__ import annotations

_XLIFF = 'xmlns="urn:oasis:names:tc:xliff:document:1.2"'

_TRADOS = f"""\ufeff<?xml version="1.0" encoding="utf-8"?><xliff xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0"
 {_XLIFF} version="1.2" sdl:version="1.0"><file original="a" source-language="pt-PT" target-language="en-US"><header>
<tag-defs xmlns="http://sdl.com/FileTypes/SdlXliff/1.0"><tag id="7"><ph name="br">&lt;w:br/&gt;</ph></tag></tag-defs>
</header><body><group><trans-unit id="a"><source><g id="0">O ministro</g> falou. Saiu.</source><seg-source>
<mrk mtype="seg" mid="1"><g id="0">O ministro</g> falou.</mrk> <mrk mtype="seg" mid="2">Saiu.</mrk></seg-source><target>
<mrk mtype="seg" mid="1"><g id="0">The minister</g> sp<x id="5"/>oke &amp; <mrk mtype="x-sdl-comment" sdl:cid="c1">went
&#x201C;home&#x201D;</mrk><x id="7"/>at night.</mrk> <mrk mtype="seg" mid="2">Then he <mrk mtype="x-sdl-deleted"
sdl:revid="r1">stayed</mrk><mrk mtype="x-sdl-added" sdl:revid="r2">left</mrk>.</mrk></target></trans-unit>
<trans-unit id="b"><source>Nada.</source><seg-source><mrk mtype="seg" mid="3">Nada.</mrk></seg-source>
<target><mrk mtype="seg" mid="3"/></target></trans-unit></group></body></file></xliff>"""

_MEMOQ = f"""<?xml version="1.0" encoding="UTF-8"?><xliff {_XLIFF} xmlns:mq="MQXliff" version="1.2">
<file original="a.docx" source-language="es" target-language="en-gb" datatype="plaintext"><body>
<trans-unit id="1" xml:space="preserve"><source>El<ph id="2">&lt;mq:ch val="&#xA;" /&gt;</ph>fin</source>
<target xml:space="preserve"><bpt id="1" ctype="bold">{{}}</bpt>The title<ept id="1">{{}}</ept> of the 😀 work<ph
id="2">&lt;mq:ch val="&#xA;" /&gt;</ph>is new<bpt id="3">&lt;mq:rxt id="1" val="b"&gt;</bpt>.<ept id="3">x</ept>
</target><mq:minorversions><mq:historical-unit><source>old</source><target>Old target.</target></mq:historical-unit>
</mq:minorversions><alt-trans><source>El</source><target>The alternative.</target></alt-trans></trans-unit>
<trans-unit id="2"><source>Otro.</source><target></target></trans-unit></body></file></xliff>"""

_PHRASE = f"""<?xml version="1.0" encoding="UTF-8"?><xliff {_XLIFF} xmlns:m="http://www.memsource.com/mxlf/2.0"
 version="1.2" m:version="2.4"><file original="a.docx" source-language="de" target-language="en_us"><body>
<group id="1"><trans-unit id="j:0"><source>{{b&gt;Der Rat&lt;b}} sprach.</source><target>{{b&gt;The council&lt;b}} met
 &gt;10 {{1}}members &amp; the press.</target><alt-trans><target>From the memory.</target></alt-trans>
</trans-unit></group></body></file></xliff>"""

_OKAPI = f"""<?xml version="1.0" encoding="windows-1252"?><xliff version="1.2" {_XLIFF}>
<file original="document.xml" source-language="fr" target-language="en" datatype="x-text/xml"><body>
<group id="g1"><group id="g2"><trans-unit id="1"><source>Le café est <g id="1">cher</g>.</source>
<target>The café’s <bx id="1"/>prices<ex id="1"/> are <g id="1">high<x id="3" ctype="lb"/>here</g>.</target>
<alt-trans match-quality="90"><source>Le</source><target>The old café.</target></alt-trans></trans-unit></group>
<trans-unit id="2"><source>Texte <ph id="1">d<sub>sous</sub>f</ph> fin.</source><target>This is text <ph id="1">code
<sub>sub text</sub>end</ph> to the end.</target><note>Not this</note></trans-unit>
<trans-unit id="3"><source><![CDATA[Prix & gras]]></source><target><![CDATA[The prices & the bold &amp; new]]></target>
</trans-unit><trans-unit id="4"><source>Mot</source><target>A key <it id="1" pos="open">&lt;i></it><mrk
mtype="term">word</mrk><!-- no --> is <?pi x?>here.</target></trans-unit>
<trans-unit id="5"><source>Un chat.</source><target state="needs-translation">Un chat.</target></trans-unit>
<trans-unit id="6"><source>Un chien.</source><target state="new">This is a dog.</target></trans-unit>
</group></body></file><file original="b" source-language="fr" target-language="en"><body><trans-unit id="1">
<source>Deux.</source><target>The second file.</target></trans-unit></body></file></xliff>"""

_XLIFF_2 = """<?xml version="1.0"?><xliff xmlns="urn:oasis:names:tc:xliff:document:2.1" version="2.1" srcLang="uk"
 trgLang="en" xmlns:mtc="urn:oasis:names:tc:xliff:matches:2.0"><file id="f1"><group id="g"><unit id="u1"><mtc:matches>
<mtc:match ref="#m1"><source>x</source><target>The match.</target></mtc:match></mtc:matches><originalData>
<data id="d1">&lt;b&gt;</data><data id="d3">&lt;br/&gt;</data></originalData><segment id="s1" state="translated">
<source>Це <pc id="1" dataRefStart="d1">уряд</pc>.</source><target>
  This is <pc id="1" dataRefStart="d1">the <mrk id="m1" type="term">govern</mrk>ment</pc><ph id="2" dataRef="d3"/>of
 <sc id="3"/>all<ec startRef="3"/> the people.</target></segment><ignorable><source> </source><target> </target>
</ignorable><segment><source>Далі.</source><target>And so <sm id="m2" type="comment"/>it<em startRef="m2"/> went on.
</target></segment><segment><source>Ще.</source></segment></unit></group></file></xliff>"""

_OMEGAT = """<?xml version="1.0" encoding="UTF-16"?>\r
<!DOCTYPE tmx SYSTEM "tmx14.dtd">\r
<tmx version="1.4"><header creationtool="OmegaT" o-tmf="OmegaT TMX" adminlang="EN-US" srclang="*all*"/><body>\r
<tu tuid="a"><tuv xml:lang="fr-FR"><seg>Le <bpt i="1">&lt;b&gt;</bpt>vote<ept i="1">&lt;/b&gt;</ept>.</seg></tuv>\r
<tuv xml:lang="EN-US"><seg>The <bpt i="1">&lt;b&gt;</bpt>vote<ept i="1">&lt;/b&gt;</ept> &amp; the <hi type="x">\r
count <it pos="begin">&lt;i&gt;</it></hi>of<ph type="lb"/>all <ut>{\\f1 }</ut>is 😀 here.</seg></tuv>\r
<tuv xml:lang="en-GB"><seg>The British vote is here.</seg></tuv></tu>\r
<tu><tuv lang="DE"><seg>Das ist gut.</seg></tuv><tuv lang="EN"><seg>That is &lt;good&gt; &amp; fair.</seg></tuv></tu>\r
</body></tmx>"""

_MEMORY = """<tmx version="1.4"><header srclang="pt-BR" segtype="sentence" o-tmf="x"/><body><tu><tuv xml:lang="it">
<seg>Italiano.</seg></tuv><tuv xml:lang="pt-BR"><seg>Português.</seg></tuv><tuv xml:lang="en"><seg>This is the
Portuguese one.</seg></tuv></tu><tu srclang="it"><tuv xml:lang="pt-BR"><seg>Português.</seg></tuv><tuv xml:lang="it">
<seg>Italiano.</seg></tuv><tuv xml:lang="en"><seg>This is the Italian one.</seg></tuv></tu></body></tmx>"""

_WEBLATE = r"""# Weblate
msgid ""
msgstr ""
"Content-Type: text/plain; charset=ISO-8859-1\n"
"Plural-Forms: nplurals=2; plural=n != 1;\n"

#, c-format
msgctxt "menu|File"
msgid "Le café \"%s\" a parlé.\n"
msgstr "The café \"%s\" spoke\tof \\ it.\n"

#, fuzzy, c-format
#| msgid "ancien"
msgid ""
"Une longue ligne "
"de %1$d."
msgstr ""
"This is a long line "
"of the text with "
"%1$d items.\n"
"And it goes on."

msgid "rien"
msgstr ""

msgid "un vote"
msgid_plural "%d votes"
msgstr[0] "one of the votes"
msgstr[1] ""
"%d of "
"the votes"

#~ msgid "obsolete"
#~ msgstr "This is an obsolete one"
"""

FILES = {
    "trados.sdlxliff": _TRADOS.encode(),
    "memoq.mqxliff": _MEMOQ.encode(),
    "phrase.mxliff": _PHRASE.encode(),
    "okapi.xlf": _OKAPI.encode("windows-1252"),
    "okapi_2.xlf": _XLIFF_2.encode(),
    "omegat.tmx": _OMEGAT.encode("utf-16"),
    "memory.tmx": _MEMORY.encode(),
    "weblate.po": _WEBLATE.replace("\n", "\r\n").encode("latin-1"),
}
PAIRS: dict[str, list[tuple[str, str | None]]] = {
    "trados.sdlxliff": [
        ("The minister spoke & went “home” at night.", "O ministro falou."),
        ("Then he left.", "Saiu."),
    ],
    "memoq.mqxliff": [("The title of the 😀 work is new.", "El\nfin")],
    "phrase.mxliff": [("The council met >10 members & the press.", "Der Rat sprach.")],
    "okapi.xlf": [
        ("The café’s prices are high here.", "Le café est cher."),
        ("This is text to the end.", "Texte  fin."),
        ("The prices & the bold &amp; new", "Prix & gras"),
        ("A key word is here.", "Mot"),
        ("This is a dog.", "Un chien."),
        ("The second file.", "Deux."),
    ],
    "okapi_2.xlf": [("This is the government of all the people.", "Це уряд."), ("And so it went on.", "Далі.")],
    "omegat.tmx": [("The vote & the count of all is 😀 here.", "Le vote."), ("That is <good> & fair.", "Das ist gut.")],
    "memory.tmx": [("This is the Portuguese one.", "Português."), ("This is the Italian one.", "Italiano.")],
    "weblate.po": [
        ('The café "%s" spoke of \\ it.', 'Le café "%s" a parlé.\n'),
        ("This is a long line of the text with %1$d items. And it goes on.", "Une longue ligne de %1$d."),
        ("one of the votes", "un vote"),
        ("%d of the votes", "%d votes"),
    ],
}
