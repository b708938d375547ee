"""What is written on a slide, as Typst is given it."""

from __future__ import annotations

import pytest

pytest.importorskip("typst")

import typst

from hhanim.studio.draw import markdown
from hhanim.studio.draw.slide import PACKAGES, copy_named, foreign, spread


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('a "b" \\\\ #c', '\n#block[#"a \\"b\\" \\\\ #c";]\n'),
        ("*a* **b** `c`", '\n#block[#emph[#"a";];#" ";#strong[#"b";];#" ";#raw("c");]\n'),
        ("so $E_K = -77$ mV", '\n#block[#"so ";$E_K = -77$#" mV";]\n'),
        ("5 $ and 6", '\n#block[#"5 $ and 6";]\n'),
        ("# A\n## B", '\n#heading(level: 1)[#"A";]\n\n#heading(level: 2)[#"B";]\n'),
        ("- a\n- b", '\n#list([#"a";], [#"b";], )\n'),
        ("3. a\n4. b", '\n#enum(start: 3, [#"a";], [#"b";], )\n'),
        ("![alt](x.png)", '#large_picture("x.png", alt: "alt");'),
        ("see ![](x.png)", '\n#block[#"see ";#picture("x.png", alt: none);]\n'),
        ("<b>a</b>", '\n#block[#"<b>a</b>";]\n'),
    ],
)
def test_markdown_is_said_as_typst(text, wanted):
    assert markdown.typst(text) == wanted


def test_what_is_written_is_never_run():
    """All text of the reader's is in literals, but for mathematics."""
    assert markdown.typst('#sys.exit() #read("/etc/passwd") "; #panic()').count("#") == 2 + 3


def test_letters_that_the_typeface_has_not():
    assert not foreign("Ärger, señor, Ωμέγα, и так далее; m³h → n⁴ · 5 µA/cm²")
    assert foreign("神経") and foreign("a שלום")


def test_lines_share_the_time():
    found = list(spread(["One line.", "And one that is longer than it."], 10.0))
    assert found[0][0] > 0 and found[0][1] == found[1][0] and found[1][1] == 10.0
    assert found[1][1] - found[1][0] > found[0][1] - found[0][0]
    assert list(spread([], 5.0)) == []


def test_what_a_slide_names_is_at_hand(tmp_path, monkeypatch):
    """Files beside it, what those name, and a package that is on this machine only."""
    monkeypatch.setattr("hhanim.studio.draw.slide._packages", lambda: tmp_path / "own")
    for name, text in {
        "talk/parts/look.typ": '#let rows = csv("data/rows.csv")',
        "talk/parts/data/rows.csv": "a,b",
        "talk/parts/unnamed.csv": "",
        "own/local/house/1.2.0/typst.toml": '[package]\nname = "house"\nversion = "1.2.0"\nentrypoint = "src/lib.typ"',
        "own/local/house/1.2.0/src/lib.typ": '#import "colours.typ": red',
        "own/local/house/1.2.0/src/colours.typ": "#let red = rgb(255, 0, 0)",
        "own/local/house/1.2.0/notes.txt": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    work = tmp_path / "work"
    work.mkdir()
    slide = '#import "parts/look.typ": rows\n#import "@local/house:1.2.0": red\n#text(red, rows.at(0).at(1))'
    slide += f'\n#"{"long " * 99}"'
    copy_named(slide, tmp_path / "talk", work, work)
    (work / "main.typ").write_text(slide, encoding="utf-8")
    assert typst.compile(work / "main.typ", root=work, package_path=work / PACKAGES, format="png")
    found = {path.relative_to(work).as_posix() for path in work.rglob("*.*") if path.is_file()}
    package = f"{PACKAGES}/local/house/1.2.0"
    assert found == {
        *("main.typ", "parts/look.typ", "parts/data/rows.csv"),
        *(f"{package}/{name}" for name in ("typst.toml", "src/lib.typ", "src/colours.typ")),
    }
