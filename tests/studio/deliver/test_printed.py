"""Slides in LaTeX and Typst: a picture of each section that leads to its film; they compile."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hhanim.studio.deliver import printed
from hhanim.studio.errors import UsageError

EVIL = r'50 % of #1 & $x_2$ {a} \input{secret} ~^ "quoted" Na⁺ µA/cm² −65 mV τ'


@pytest.fixture
def film(shades) -> Path:
    """A film of three sections, of which each has a name and words that are no names."""
    media = shades("one", "two", "three")
    record = json.loads(media.with_suffix(".json").read_text())
    record |= {"title": EVIL, "captions": [[0.1, 0.9, EVIL]]}
    media.with_suffix(".json").write_text(json.dumps(record))
    return media


def test_typst(film, tmp_path):
    typst = pytest.importorskip("typst")
    path = printed.write("typst", [film], tmp_path / "talk" / "deck.typ")
    pages = typst.compile(str(path), format="png", ppi=20)
    assert len(pages) == 3
    pictures = [
        np.asarray(Image.open(path.with_name(f"shades-slide-{k}.png")).convert("L")) for k in (1, 2, 3)
    ]
    assert [float(p.mean()) for p in pictures] == pytest.approx([255 * k / 60 for k in (19, 39, 59)], abs=4)
    pdf = tmp_path / "deck.pdf"
    typst.compile(str(path), output=str(pdf), pdf_standards=["ua-1"])  # tagged, each picture with its words
    assert pdf.read_bytes().count(b"/URI(shades.mp4)") == 3, "each leads to its film"
    assert path.with_name("shades.mp4").read_bytes() == film.read_bytes()


@pytest.mark.slow
def test_beamer(film, tmp_path):
    path = printed.write("beamer", [film], tmp_path / "talk" / "deck.tex")
    text = path.read_text(encoding="utf-8")
    assert text.count("\\href{run:shades.mp4}{\\includegraphics") == 3
    assert "\\input" not in text and "\\textbackslash{}input\\{secret\\}" in text
    if shutil.which("pdflatex") is None or not _has_beamer():
        pytest.skip("no LaTeX with beamer on this machine")
    words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", path.name]
    done = subprocess.run(words, cwd=path.parent, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "(3 pages" in done.stdout and "Overfull" not in done.stdout
    assert "Token not allowed" not in done.stdout, "what stands in the outline"
    pdf = pytest.importorskip("pypdf").PdfReader(path.with_suffix(".pdf"))
    assert pdf.metadata.title == EVIL.replace("−", "–"), "of the deck, which has one film"


def _has_beamer() -> bool:
    found = [
        subprocess.run(["kpsewhich", n], capture_output=True, check=False)
        for n in ("beamer.cls", "pgfmath.sty")
    ]
    return all(run.returncode == 0 for run in found)


def test_a_film_that_latex_would_not_find(film, tmp_path):
    other = tmp_path / "a b"
    other.mkdir()
    for suffix in (".mp4", ".json", ".cues.json"):
        shutil.copy(film.with_suffix(suffix), other / f"50 %{suffix}")
    record = json.loads((other / "50 %.json").read_text())
    (other / "50 %.json").write_text(json.dumps({**record, "file": "50 %.mp4", "beside": [], "hashes": {}}))
    with pytest.raises(UsageError, match=r"50 %.mp4: LaTeX finds no file with ' ' in its name"):
        printed.write("beamer", [other / "50 %.mp4"], tmp_path / "deck.tex")
    assert not (tmp_path / "deck.tex").exists()
