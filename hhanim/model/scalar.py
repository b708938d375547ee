"""The equations on floats, as fast as Python allows: what the adaptive solver calls at every step."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from hhanim.model.membrane import Membrane
from hhanim.model.rates import FLOATS

#: As in FLOATS, but raising where a value leaves the range of floats instead of looking first.
_QUICK = FLOATS | {
    name: getattr(math, name) for name in ("exp", "expm1", "sqrt", "log", "tanh", "sinh", "cosh")
}
_QUICK["power"] = math.pow


def callback(membrane: Membrane, current: float | Callable[[float], float]) -> Callable[[Any, float], Any]:
    """f(x, t) -> dx/dt as scipy's odeint calls it, x an array (S,).

    The array returned is the same in every call. Raises ArithmeticError or ValueError at voltages so far out that a
    rate leaves the range of floats; Membrane.compile(math) is finite there too.
    """
    lines, slopes = membrane.equations.slopes()
    head = ["def f(x, t):", f"{membrane.equations.arguments}, = x.tolist()"]
    head += ["i = current(t)"] if callable(current) else []
    body = [*lines, *(f"out[{k}] = {slope}" for k, slope in enumerate(slopes)), "return array"]
    source = "\n    ".join(head + body)
    for name, value in membrane.namespace.items():
        if value == 1.0:  # as at the temperature of the measurements
            source = source.replace(f" {name} * ", " ") if name != "c" else source.replace(" / c\n", "\n")
    array = np.empty(len(slopes))
    scope: dict[str, Any] = {**membrane.namespace, **_QUICK, "array": array, "out": memoryview(array.data)}
    scope["current" if callable(current) else "i"] = current
    exec(_folded(source), scope)
    f: Callable[[Any, float], Any] = scope["f"]
    return f


@lru_cache(maxsize=256)
def _folded(source: str) -> CodeType:
    """A compiled source, its constants folded, its linexp(x) written out and what is there twice computed once.

    Python does none of it, and a call costs as much as the function.
    """
    tree = _Folded().visit(ast.parse(source))
    module: Any = ast.fix_missing_locations(_Shared(tree).visit(tree))
    code: CodeType = compile(module, "<membrane equations>", "exec")
    return code


class _Folded(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        line = _line(node)
        if line is not None:
            return _written(*line)
        match node:
            case ast.BinOp(ast.Constant(1.0), ast.Mult(), x):
                return x
            case ast.BinOp(ast.Constant(float(c)), ast.Mult(), ast.Call(ast.Name("exp"), [x])) if c > 0:
                line = _line(x)
                if line is not None:
                    name, slope, offset = line
                    node.right.args = [_written(name, slope, offset + math.log(c))]  # type: ignore[attr-defined]
                    return node.right
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        line = _line(node)
        return node if line is None else _written(*line)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "linexp":
            q = self.visit(ast.UnaryOp(ast.USub(), node.args[0]))
            return ast.parse(f"(q / expm1(q) if (q := {ast.unparse(q)}) else 1.0)", mode="eval").body
        return node


class _Shared(ast.NodeTransformer):
    """Gives a name to each expression with a call that is there more than once, except within a choice."""

    def __init__(self, tree: ast.AST) -> None:
        self._counts = Counter(ast.dump(x) for x in ast.walk(tree) if isinstance(x, ast.expr) and _calls(x))
        self._names: dict[str, str] = {}
        self._around = 1

    def visit(self, node: ast.AST) -> ast.AST:
        if not isinstance(node, ast.expr) or not _calls(node):
            return node if isinstance(node, ast.expr) else self.generic_visit(node)
        text, around = ast.dump(node), self._around
        if text in self._names:
            return ast.Name(self._names[text], ast.Load())
        self._around = max(self._counts[text], around)
        shared = self._around > around
        if not isinstance(node, ast.IfExp):
            self.generic_visit(node)
        self._around = around
        if not shared:
            return node
        self._names[text] = name = f"s{len(self._names)}"
        return ast.NamedExpr(ast.Name(name, ast.Store()), node)


def _calls(node: ast.AST) -> bool:
    return any(isinstance(x, ast.Call) for x in ast.walk(node))


def _line(node: ast.AST) -> tuple[str, float, float] | None:
    """(name, slope, offset) if an expression is a straight line in one name, which is "" for a constant."""
    match node:
        case ast.Constant(value) if isinstance(value, int | float):
            return "", 0.0, float(value)
        case ast.Name(name):
            return name, 1.0, 0.0
        case ast.UnaryOp(ast.USub(), x):
            a = _line(x)
            return None if a is None else (a[0], -a[1], -a[2])
        case ast.BinOp(left, op, right):
            a, b = _line(left), _line(right)
            if a is None or b is None or (a[0] and b[0]):
                return None
            name = a[0] or b[0]
            match op:
                case ast.Add():
                    return name, a[1] + b[1], a[2] + b[2]
                case ast.Sub():
                    return name, a[1] - b[1], a[2] - b[2]
                case ast.Mult():
                    (_, slope, offset), c = (b, a[2]) if not a[0] else (a, b[2])
                    return name, slope * c, offset * c
                case ast.Div() if not b[0] and b[2]:
                    return name, a[1] / b[2], a[2] / b[2]
    return None


def _written(name: str, slope: float, offset: float) -> ast.expr:
    """A straight line as an expression with as few operations as it takes."""
    if not name or slope == 0.0:
        text = repr(offset)
    elif slope == -1.0:
        text = f"{offset!r} - {name}"
    else:
        text = name if slope == 1.0 else f"{slope!r} * {name}"
        text += f" + {offset!r}" if offset else ""
    return ast.parse(text, mode="eval").body
