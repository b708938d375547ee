"""What a lecture is made of, read from a file; what is wrong with it, by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from hhanim.studio.errors import UsageError
from hhanim.studio.plan.lecture import find_lecture
from hhanim.studio.plan.project import Settings

HEAD = """\
theme = "light"
[lecture]
title = "How a neuron fires"
author = "Ada Example"
date = 2026-11-30
preset = "draft"
"""


@pytest.fixture
def written(project):
    """written(text): the lecture of a file that says this, beside a slide and a clip."""
    Path("aims.md").write_text("# Aims of *today*\n\n- one\n- two\n", encoding="utf-8")
    Path("talk.mp4").write_bytes(b"")

    def make(text: str, **settings):
        Path("lecture.toml").write_text(HEAD + text, encoding="utf-8")
        return find_lecture(None, Settings(**settings))

    return make


def part(**words) -> str:
    return "[[lecture.parts]]\n" + "".join(f"{k} = {v!r}\n" for k, v in words.items())


def test_parts_in_order_with_films_of_their_own(written):
    made = written(
        part(card="title")
        + part(scene="wave", chapter="A wave")
        + '[[lecture.parts]]\nscene = "wave"\nset = { level = 2.0 }\n'
        + part(slide="aims.md", say=["We want to know one thing, and then another."])
        + part(clip="talk.mp4", alt="A talk.")
        + part(card="outro")
    )
    made.check()
    names = [
        "card-title-how-a-neuron-fires",
        "wave",
        "wave-2",
        "slide-aims",
        "clip-talk",
        "card-outro-thank-you",
    ]
    assert [p.request.name for p in made.parts] == names
    assert {p.request.path.parent for p in made.parts} == {Path("output/lecture.parts")}
    chapters = ["How a neuron fires", "A wave", "Wave", "Aims of today", "talk", "Thank you"]
    assert [p.chapter for p in made.parts] == chapters
    assert [p.request.entry.kind for p in made.parts] == ["slide", "clip", "clip", "slide", "video", "slide"]
    assert made.parts[0].request.given == {
        "heading": "How a neuron fires",
        "text": "Ada Example · 2026-11-30",
    }
    assert made.parts[2].request.values.objects["level"] == 2.0
    assert {r.use.name for r in made.requests} == {"draft"} and {r.theme for r in made.requests} == {"light"}
    assert made.path == Path("output/lecture.mp4") and made.languages == ("en",)


def test_a_part_that_is_put_between_others_leaves_their_films(written):
    before = written(part(scene="wave") + part(card="outro"))
    after = written(part(scene="still") + part(scene="wave") + part(card="outro"))
    assert after.requests[1:] == before.requests


def test_languages(written):
    """The first is what is seen and heard; a slide may have a file for each, texts a catalogue."""
    Path("aims.de.md").write_text("# Ziele\n", encoding="utf-8")
    Path("language").mkdir()
    Path("language/de.po").write_text(
        'msgid ""\nmsgstr ""\n\nmsgid "Ends well"\nmsgstr "Ende gut"\n', "utf-8"
    )
    text = (
        'languages = ["en", "de", "es"]\n' + part(slide="aims.md") + part(card="outro", heading="Ends well")
    )
    english, german = written(text), written(text, language="de")
    assert english.languages == ("en", "de", "es") and german.languages == ("de", "en", "es")
    assert [p.chapter for p in english.parts] == ["Aims of today", "Ends well"]
    assert [p.chapter for p in german.parts] == ["Ziele", "Ende gut"]
    assert {(r.language, r.also) for r in german.requests} == {("de", ("en", "es"))}
    assert german.path == Path("output/lecture-de.mp4")
    with pytest.raises(UsageError, match=r"lecture.toml:7: no language xx"):
        written(text.replace('"es"', '"xx"'))


def test_in_another_language_than_its_own_it_has_another_name(written, monkeypatch):
    """Also where the file names no languages; what is not English is so by the file, or by who makes it."""
    for head, asked, name, languages in (
        ("", None, "lecture", ("en",)),
        ("", "de", "lecture-de", ("de",)),
        ('languages = ["de"]\n', None, "lecture", ("de",)),
        ('languages = ["de"]\n', "en", "lecture-en", ("en", "de")),
    ):
        made = written(head + part(scene="wave"), language=asked)
        assert (made.path.stem, made.languages) == (name, languages)
    monkeypatch.setenv("HHANIM_LANGUAGE", "de")
    assert written(part(scene="wave")).path == Path("output/lecture-de.mp4")


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("# Aims\n\n- one *thing*\n- [two](https://x.org) things", "Aims; one thing; two things"),
        ("| gate | opens |\n|------|:-----:|\n| m | fast |", "gate , opens; m , fast"),
        (
            'The $g_"Na" m^3 h$ of snake_case _words_\n\n![a spike](spike.png)',
            "The gNa m^3 h of snake_case words; a spike",
        ),
    ],
)
def test_a_slide_in_words(written, markdown, words):
    Path("aims.md").write_text(markdown, encoding="utf-8")
    (request,) = written(part(slide="aims.md")).requests
    assert request.entry.alt == words


def test_the_command_line_comes_first(written):
    made = written(part(scene="wave"), preset="slide", theme="dark", output="elsewhere", name="short")
    (request,) = made.requests
    assert (request.preset, request.theme, made.path) == ("slide", "dark", Path("elsewhere/short.mp4"))
    assert request.path == Path("elsewhere/short.parts/wave.mp4")


WRONG = {
    "nothing": ("", r"lecture.toml:2: parts: field required"),
    "no part": (part(chapter="x"), r":7: a part is one of scene, card, slide and clip"),
    "two things": (part(scene="wave", card="title"), r":7: a part is one of"),
    "of another": (part(scene="wave", say=["x"]), r":7: say is not of a scene, which takes set, chapter"),
    "unknown key": (part(scene="wave", spoken="x"), r":9: unknown key spoken"),
    "unknown card": (part(card="end"), r":8: card: should be 'title', 'section' or 'outro'"),
    "bare section": (part(card="section"), r":7: a section's card needs a heading"),
    "no scene": (part(scene="waves"), r":8: no scene named waves; did you mean wave\?"),
    "no slide": (part(slide="aim.md"), r":8: no file .*aim.md"),
    "no picture": (part(slide="talk.mp4"), r":8: talk.mp4 cannot be a slide: give .md, .typ"),
    "no clip": (part(clip="aims.md"), r":8: aims.md cannot be a clip: give .mp4"),
    "no captions": (part(clip="talk.mp4", captions="talk.vtt"), r":9: no file .*talk.vtt"),
    "too long": (part(card="title", seconds=1e9), r":9: seconds: should be less than or equal to 3600"),
    "no thumbnail": ('thumbnail = "wav"\n' + part(scene="wave"), r":7: no part wav; did you mean wave\?"),
    "no sound": ('sound = "noise"\n' + part(scene="wave"), r":7: no sound named noise"),
    "no theme": ('theme = "drak"\n' + part(card="title"), r":7: .*drak; did you mean dark"),
    "a way out": ('name = "../x"\n' + part(scene="wave"), r":7: output name '../x'"),
    "blank": (part(card="title", heading="  "), r":9: heading: is blank"),
    "nothing to say": (part(card="outro", say=["x", " "]), r":9: .*is blank"),
    "unseen": (
        'description = "A\\u001b[31m"\n' + part(scene="wave"),
        r":7: description: has letters that cannot",
    ),
    "an unseen chapter": (
        part(card="outro")[:-1] + '\nchapter = "a\\u0007"\n',
        r":9: chapter: has letters that",
    ),
    "no folder": ('output = "/dev/null"\n' + part(scene="wave"), r":7: output /dev/null: is a file"),
    "parts in a table": ("[lecture.parts]\n", r"parts: should be a valid list"),
    "a parameter": (
        '[[lecture.parts]]\nscene = "wave"\nset = { levl = 1 }\n',
        r":9: wave has no parameter levl",
    ),
    "a rate": (
        '[[lecture.parts]]\nscene = "wave"\nset = { frames = 9 }\n',
        r":9: wave: frames decide its rate",
    ),
    "a preset": (part(scene="wave"), r"preset standard: a lecture has one rate"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_with_its_line(written, what):
    text, reason = WRONG[what]
    with pytest.raises(UsageError, match=reason) as refused:
        written(text, preset="standard" if what == "a preset" else None).check()
    assert "\n" not in str(refused.value)


def test_without_a_lecture_the_way_to_one_is_said(project):
    with pytest.raises(UsageError, match=r"no lecture.toml here; hhanim new lecture writes one"):
        find_lecture(None, Settings())
    Path("hhanim.toml").write_text("preset = 'draft'\n")
    with pytest.raises(UsageError, match=r"hhanim.toml: no \[lecture\] in it; hhanim new lecture"):
        find_lecture(None, Settings())
    Path("hhanim.toml").write_text("[lecture]\ntitle = 'x'\n[[lecture.parts]]\nscene = 'wave'\n")
    assert find_lecture(None, Settings()).requests[0].preset == "lecture"
