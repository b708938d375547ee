"""Markdown as Typst: what is written on a slide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token


def typst(text: str) -> str:
    """Markdown (CommonMark, tables, and Typst's mathematics between ``$``) as Typst's markup.

    A picture is given to the function ``picture``, and one that stands by itself to ``large_picture``.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.inline.ruler.before("escape", "mathematics", _mathematics)
    return _markup(parser.parse(text))


def pictures(text: str) -> list[str]:
    """The files of a text's pictures, as they are written there."""
    tokens = [token for top in MarkdownIt("commonmark").parse(text) for token in top.children or ()]
    return [str(token.attrs["src"]) for token in tokens if token.type == "image"]


def quoted(text: str) -> str:
    """Text as a literal of Typst's."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _mathematics(state: StateInline, silent: bool) -> bool:
    """``$ … $``: a formula, into which CommonMark does not look."""
    start = state.pos
    end = state.src.find("$", start + 1, state.posMax) if state.src[start] == "$" else -1
    if end < 0 or not state.src[start + 1 : end].strip():
        return False
    if not silent:
        state.push("mathematics", "", 0).content = state.src[start : end + 1]
    state.pos = end + 1
    return True


def _markup(tokens: Sequence[Token]) -> str:
    found = []
    for k, token in enumerate(tokens):
        write = _TOKENS.get(token.type)
        if token.type in ("paragraph_open", "paragraph_close"):
            words = tokens[k + 1 if token.nesting > 0 else k - 1]
            lone = token.level == 0 and [child.type for child in words.children or ()] == ["image"]
            if token.hidden or lone:  # in a list whose items stand close; a picture
                continue
        if token.type == "table_open":
            cells = takewhile(lambda t: t.type != "tr_close", tokens[k:])
            found.append(f"\n#table(columns: {sum(cell.type == 'th_open' for cell in cells)}, ")
        elif token.type == "inline":
            lone = token.level == 1 and [child.type for child in token.children or ()] == ["image"]
            found.append("#large_" * lone + _markup(token.children or ()).removeprefix("#" * lone))
        elif write is not None:
            found.append(write if isinstance(write, str) else write(token))
    return "".join(found)


def _picture(token: Token) -> str:
    words = quoted(token.content) if token.content else "none"
    return f"#picture({quoted(str(token.attrs['src']))}, alt: {words});"


def _block(token: Token) -> str:
    return f"\n#raw({quoted(token.content.rstrip())}, block: true)\n"


_TOKENS: dict[str, str | Callable[[Token], str]] = {
    "text": lambda token: f"#{quoted(token.content)};",
    "mathematics": lambda token: token.content,
    "code_inline": lambda token: f"#raw({quoted(token.content)});",
    "image": _picture,
    "softbreak": " ",
    "hardbreak": "#linebreak();",
    "strong_open": "#strong[",
    "strong_close": "];",
    "em_open": "#emph[",
    "em_close": "];",
    "link_open": lambda token: f"#link({quoted(str(token.attrs['href']))})[",
    "link_close": "];",
    "paragraph_open": "\n#block[",
    "paragraph_close": "]\n",
    "heading_open": lambda token: f"\n#heading(level: {token.tag[1:]})[",
    "heading_close": "]\n",
    "bullet_list_open": "\n#list(",
    "bullet_list_close": ")\n",
    "ordered_list_open": lambda token: f"\n#enum(start: {token.attrs.get('start', 1)}, ",
    "ordered_list_close": ")\n",
    "list_item_open": "[",
    "list_item_close": "], ",
    "blockquote_open": "\n#quote(block: true)[",
    "blockquote_close": "]\n",
    "hr": "\n#line(length: 100%)\n",
    "code_block": _block,
    "fence": _block,
    "table_close": ")\n",
    "th_open": "[",
    "th_close": "], ",
    "td_open": "[",
    "td_close": "], ",
}
