"""Symbols and units are said in words, in every line of every scene and language."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib import resources

import pytest

from hhanim.language.catalogue import words
from hhanim.studio.plan.catalogue import shipped
from hhanim.voice.spoken import spoken

TABLES = tomllib.loads(resources.files("hhanim.voice").joinpath("spoken.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("At 18.5 °C V_Na is near −50 mV.", "At 18.5 degrees V N A is near minus 50 millivolts."),
        ("V is at its peak of +39 mV.", "V is at its peak of plus 39 millivolts."),
        ("K⁺ flows out (5 µA/cm²).", "Potassium flows out (5 microamperes per square centimetre)."),
        (r"$E_{\mathrm{Na}}$ and gNa", "E N A and g N A"),
        ("m³h beside n⁴", "m cubed h beside n to the fourth"),
        ("for 1 ms, then 21 ms or 1.1 ms", "for 1 millisecond, then 21 milliseconds or 1.1 milliseconds"),
        ("The I–V curve at 6.3 °C", "The I V curve at 6.3 degrees"),
        ("comms, cmdline and Alpha stay", "comms, cmdline and Alpha stay"),
    ],
)
def test_in_english(written, said):
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Bei 18,5 Grad fließt Natrium, minus 65 Millivolt"),
        ("es", "Bei 18,5 grados fließt sodio, menos 65 milivoltios"),
        ("pt_BR", "Bei 18,5 °C fließt Na⁺, −65 mV"),
    ],
)
def test_in_other_languages(language, said):
    assert spoken("Bei 18,5 °C fließt Na⁺, −65 mV", language) == said


def test_the_tables_have_the_same_symbols_but_for_what_is_one():
    plural = {language: {s for s in table if not s[0].isdigit()} for language, table in TABLES.items()}
    assert plural["de"] == plural["es"] == plural["en"]


def sentences() -> list[str]:
    """What clips and films say, and what else is a sentence in them."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(shipped().glob("*.py"))]
    texts = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return sorted({" ".join(t.split()) for t in texts if isinstance(t, str) and re.search(r" .*[.?!]$", t)})


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_nothing_but_words_and_numbers_is_left_of_any_sentence(language):
    of = words(language) if language != "en" else {}
    found = sentences()
    assert len(found) > 150
    for sentence in found:
        said = spoken(re.sub(r"\{.*?\}", "5", of.get(sentence, sentence)), language)
        left = re.search(r"[^\w\s.,:;?!'’\"“”„()–¿¡`/-]|[⁺⁻²³⁴_]|\d ?(mV|ms|cm|Hz)\b", said)
        assert left is None, f"{left[0]!r} in {said!r}"
