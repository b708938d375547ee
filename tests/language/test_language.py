"""What is said in another language, and the catalogues it is looked up in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hhanim.language import Language, decimal, find, one_line, pages, retold, spoken, tr
from hhanim.language.catalogue import LanguageError, known, name, words
from hhanim.language.proof import findings

GERMAN = Language(
    "de", {"V reaches {top} at {t:.1f} ms.": "V erreicht {top} nach {t:.1f} ms.", "rise": "Anstieg"}, ","
)
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def own(tmp_path, monkeypatch):
    """own(code, text) writes a user's catalogue."""
    monkeypatch.chdir(tmp_path)

    def write(code: str, text: str) -> Path:
        path = Path("language") / f"{code}.po"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text if text.startswith("broken") else HEAD + text, encoding="utf-8")
        return path

    return write


def test_english_is_what_is_written():
    assert tr("V reaches {top} at {t:.1f} ms.", top="+30 mV", t=1.25) == "V reaches +30 mV at 1.2 ms."
    assert tr("{braces} without values stay") == "{braces} without values stay"
    assert decimal("1.5") == "1.5"


def test_numbers_follow_the_language_in_text_and_alone():
    with spoken(GERMAN):
        said = tr("V reaches {top} at {t:.1f} ms.", top="+30 mV", t=1.25)
        assert said == "V erreicht +30 mV nach 1,2 ms."
        assert decimal("−0.5 to 1.5 of 3. Then") == "−0,5 to 1,5 of 3. Then"


def test_what_was_said_once_is_not_looked_up_again():
    """A block translates what it writes; what was put together before it must come through."""
    twice = Language("xx", {"a": "b", "b": "c"})
    with spoken(twice) as heard:
        assert tr(tr("a")) == "b"
    assert heard == {("xx", "a"): "b"}


def test_what_is_asked_for_is_heard_translated_or_not():
    with spoken(GERMAN) as heard:
        tr("rise"), tr("fall"), tr("")
        with spoken("en") as english:
            tr("rise")
    assert heard == {("de", "rise"): "Anstieg", ("de", "fall"): "fall"} and english == {}
    assert tr("rise") == "rise"


def test_what_was_said_is_told_again_in_another_language(own):
    own(
        "fr",
        'msgid "V reaches {top} mV {when}."\nmsgstr "V atteint {top} mV {when}."\n\nmsgid "at {t:.1f} ms"\nmsgstr "à {t:.1f} ms"\n\nmsgid "alone"\nmsgstr "seul"\n',
    )
    said = one_line(tr("V reaches {top} mV {when}.", top="40.5", when=tr("at {t:.1f} ms", t=1.25)))
    assert said == "V reaches 40.5 mV at 1.2 ms."
    with spoken(Language("xx")) as heard:
        assert retold(said, "fr") == "V atteint 40,5 mV à 1,2 ms."
        assert retold("alone", "fr") == "seul"
    assert set(heard) >= {("fr", "at {t:.1f} ms"), ("fr", "V reaches {top} mV {when}.")}
    with spoken("fr"):
        there = tr("V reaches {top} mV {when}.", top=decimal("40.5"), when=tr("at {t:.1f} ms", t=1.25))
        assert there == "V atteint 40,5 mV à 1,2 ms."
        assert retold(there, "en") == said


def test_a_users_catalogue_wins_and_may_be_of_a_new_language(own):
    own("de", 'msgid "{several} and {last}"\nmsgstr "{several} sowie {last}"\n')
    with spoken("de"):
        assert tr("{several} and {last}", several="m", last="h") == "m sowie h"
    own("fr", 'msgid "rise"\nmsgstr "montée"\n\n#, fuzzy\nmsgid "fall"\nmsgstr "descente"\n')
    with spoken("fr"):
        assert tr("rise") == "montée" and tr("fall") == "fall"
    assert {"en", "de", "es", "fr"} <= set(known())


def test_an_edited_catalogue_is_read_anew(own):
    own("fr", 'msgid "rise"\nmsgstr "montée"\n')
    assert find("fr").say("rise") == "montée"
    own("fr", 'msgid "rise"\nmsgstr "ascension"\n')
    assert find("fr").say("rise") == "ascension"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("fr", "no language fr.*hhanim language new fr begins one"),
        ("xx", "no language xx; known: de, en, es$"),
        ("../de", "language '../de': give a code such as"),
        ("de\n", "give a code such as"),
        ("", "give a code such as"),
    ],
)
def test_languages_that_there_are_not(own, code, reason):
    with pytest.raises(LanguageError, match=reason):
        find(code)


def test_a_catalogue_that_is_none_is_refused_with_its_line(own):
    own("fr", "broken\n")
    with pytest.raises(LanguageError, match=r"language/fr\.po:\d: "):
        find("fr")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('msgid "Rest"\nmsgstr "Repos\n', 5, "is no line of a catalogue"),  # Babel would leave a letter out
        ('msgid "Rest"\nmsgstr "Re"pos"\n', 5, "is no line of a catalogue"),
        ('msgid "Rest"\n<<<<<<< ours\nmsgstr "Repos"\n', 5, "is no line of a catalogue"),
        (
            'msgid "Rest"\nmsgstr "Repos"\n\nmsgid ""\n"Rest"\nmsgstr "Fin"\n',
            9,
            "is translated in line 5 already",
        ),
    ],
)
def test_what_would_be_read_otherwise_than_it_is_written_is_refused_with_its_line(own, text, line, what):
    own("fr", text)
    with pytest.raises(LanguageError, match=rf"language/fr\.po:{line}: .*{what}"):
        find("fr")


@pytest.mark.parametrize(
    "said", ["V {haut}", "V {top", "V top}", "V {0}", "V {top.x}", "V {top:.9q}", "V {top!z}", "V {}"]
)
def test_places_that_cannot_be_filled_are_refused_with_their_line(own, said):
    own("fr", f'msgid "V is {{top}} at {{t:.1f}} ms"\nmsgstr "{said}"\n')
    with pytest.raises(
        LanguageError, match=r"language/fr\.po:\d: '.*' has other places in braces than 'V is"
    ):
        find("fr")
    (found,) = findings(["V is {top} at {t:.1f} ms"], words("fr", usable=False))
    assert found.kind == "lost"


def test_fewer_places_and_braces_of_formulas_will_do(own):
    own("fr", 'msgid "V is {top}"\nmsgstr "V"\n\nmsgid "{ and }}"\nmsgstr "{ et }"\n')
    with spoken("fr"):
        assert tr("V is {top}", top=3) == "V" and tr("{ and }}") == "{ et }"


def test_latin_1_is_refused_in_words(own):
    own("fr", "x").write_bytes(HEAD.encode() + 'msgid "a"\nmsgstr "é"\n'.encode("latin-1"))
    with pytest.raises(LanguageError, match=r"language/fr\.po: cannot be read"):
        find("fr")


def test_names_are_their_own():
    assert [name(code) for code in ("en", "de", "es", "pt_BR")] == [
        "English",
        "Deutsch",
        "español",
        "português (Brasil)",
    ]


PAGE = """<html lang="en"><head><title>Gates</title><style>.a { content: "Play" }</style></head>
<body><button aria-label="Enlarge gates" id="Play">Play</button> <h2><i>V</i> in the
  membrane</h2> $made <p>12 %</p><!-- Play --><script>button.textContent = tr("Play " + "all") + "Play";</script>"""


def test_pages_are_translated_between_tags_in_attributes_and_in_scripts():
    words = {"Gates": "Tore", "Play": "Start", "Enlarge gates": 'Tore "groß"', "<i>V</i> in the membrane": "<i>V</i> der Membran",
             "Play all": "</script>"}  # fmt: skip
    assert set(pages.texts(PAGE, html=True)) == words.keys()
    assert pages.translated(PAGE) == PAGE.replace("in the\n  membrane", "in the membrane").replace(
        '"Play " + "all"', '"Play all"'
    )
    with spoken(Language("de", words)):
        said = pages.translated(PAGE)
    assert '<html lang="de">' in said and "<title>Tore</title>" in said
    assert '<button aria-label="Tore &quot;groß&quot;" id="Play">Start</button>' in said
    assert "<h2><i>V</i> der Membran</h2> $made <p>12 %</p><!-- Play -->" in said
    assert said.endswith('<script>button.textContent = tr("<\\/script>") + "Play";</script>')
    assert '{ content: "Play" }' in said
