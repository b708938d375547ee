"""How far gates are from rest at one moment: where they rest as dotted lines, and in words by how much they differ.

class Again(Story):
    def beats(self):
        run = simulate(self.membrane, "pulse(20, start=2, width=1)", 20.0)
        self.timed(Pace(20.0, rate=4.0))
        v, gates = self.graphs(run, ["V"], ["h", "n"], ghost=False)
        yield Beat("spike", "A spike", "The membrane fires.", show=[v, gates], until=9.0)
        changes = Changes(gates, 9.0, self.grid["foot"])
        yield Beat("gates", "The gates remember", "The gates differ from rest.", show=[v, gates, changes])
"""

from __future__ import annotations

from manim import LEFT, VGroup

from hhanim.language import decimal
from hhanim.look import quantities
from hhanim.look.numbers import minus
from hhanim.look.words import tr
from hhanim.mobjects.frame.layout import Area
from hhanim.mobjects.frame.lettering import LABEL, Words
from hhanim.mobjects.graph.graph import Graph
from hhanim.mobjects.graph.marks import Level

FEWER, MORE = "{change}: fewer are open than at rest", "{change}: more are open than at rest"


class Changes(VGroup):
    """The gates of a graph at time t (ms), against its beginning; the words stand in an area, a line for each."""

    def __init__(self, graph: Graph, t: float, area: Area) -> None:
        super().__init__()
        known, theme = quantities(graph.run.membrane), graph.theme
        for k, gate in enumerate(graph.keys):
            rest, now = (float(x) for x in graph.run.at([0.0, t])[gate])
            change = decimal(minus(f"Δ{gate} = {now - rest:+.2f}"))
            told = tr(FEWER if now < rest else MORE, change=change)
            words = Words(told, size=LABEL, color=theme.color(known[gate]))
            words.move_to(area.at(0.0, 0.7 - 0.5 * k), aligned_edge=LEFT)
            self.add(Level(graph.panel, rest), words)
