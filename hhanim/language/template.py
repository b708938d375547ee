"""A catalogue to fill: every text that has no translation yet, with the files in which it is written."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from hhanim.language.catalogue import locale, read

HEAD = """\
# {name} for hhanim: what viewers read and hear.
# Write the translation between the quotes of msgstr. {{places}}, numbers and symbols stay; what has no translation is
# shown in English. `hhanim language check {code}` says what is missing.
msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def written(code: str, texts: Mapping[str, Sequence[Path]], words: Mapping[str, str], root: Path) -> bytes:
    """A catalogue of these texts, with the translations there are, sorted as they are given.

    root: folder from which the files of the texts are named.
    """
    made, out = Catalog(locale=locale(code), fuzzy=False), io.BytesIO()
    for text, paths in texts.items():
        places = [
            (path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name, 0)
            for path in paths
        ]
        made.add(text, words.get(text, ""), locations=places)
    write_po(out, made, width=120, include_lineno=False, omit_header=True)
    return HEAD.format(name=locale(code).english_name, code=code).encode() + out.getvalue()


def kept(path: Path) -> dict[str, str]:
    """The translations in a catalogue; none where there is no file. Raises LanguageError when it cannot be read."""
    return {str(m.id): str(m.string) for m in read(path) if m.id and m.string} if path.is_file() else {}
