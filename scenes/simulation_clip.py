"""A neuron fires: its voltage, its currents and its conductances on one clock."""

from collections.abc import Iterator

import numpy as np

from hhanim.look import quantities
from hhanim.look.axis import CONDUCTANCE, CURRENT, TIME
from hhanim.look.numbers import limits, plain
from hhanim.look.words import conditions, facts, stimulus_text, tr
from hhanim.model import simulate
from hhanim.parameters import Membrane, Milliseconds, Protocol, Start
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="A neuron fires",
    description="Voltage, currents and conductances of a membrane under a stimulus.",
    alt="Three panels over time, drawn together from left to right: the membrane potential with its spikes; the "
    "currents, inward sodium and outward potassium; the conductances, where sodium opens first and potassium follows.",
)
def simulation(
    stage: Stage,
    *,
    model: Membrane = "modern",
    stimulus: Protocol = "step(10, start=5)",
    duration: Milliseconds = 50.0,
    start: Start = "rest",
    frames: int = 360,
    seconds: float = 12.0,
) -> Iterator[None]:
    """Voltage, currents and conductances of a membrane under a stimulus.

    Args:
        model: the membrane
        stimulus: what is injected, µA/cm²
        duration: ms
        start: "rest", values as in "V=-60, h=0.4", or "closed": 10 mV below rest, m and n 0, h 1
    """
    y0, resting = model.initial(start), start.strip() == "rest"
    run = simulate(model, stimulus, duration, start=y0, sample=min(0.025, duration / 2000))
    spikes, q = list(np.atleast_1d(run.spikes)), quantities(model)
    values = ", ".join(
        f"${q[name].symbol}$ = {plain(round(x, 3))}{' mV' * (name == 'V')}"
        for name, x in zip(model.states, y0.tolist(), strict=True)
    )
    question = "Which currents make a spike?" if spikes else "What does this stimulus do?"
    about = facts(stimulus_text(stimulus, duration), conditions(model))
    stage.title(
        question if resting else tr("A neuron starts from {values}", values=values),
        about,
        stage.rate(duration),
    )
    voltage, current, conductance = stage.stack(5, 3, 3)
    voltage.y(q["V"], *limits(run["V"], model.baseline)).curve(run.t, run["V"], q["V"])
    flows = {c.name: run.current(c.name) for c in model.channels}
    opens = {c.name: run.conductance(c.name) for c in model.channels if c.gates}
    current.y(CURRENT, *limits(*flows.values(), zero=True))
    conductance.y(CONDUCTANCE, *limits(*opens.values(), zero=True))
    for panel, kind, traces in ((current, "I", flows), (conductance, "g", opens)):
        for name, trace in traces.items():
            panel.curve(run.t, trace, q[f"{kind}_{name}"])
    for panel in (voltage, current, conductance):
        panel.x(TIME, 0.0, duration)

    stage.spikes(spikes)
    stage.caption("The voltage decides which channels open, and their currents decide where it goes.")
    if spikes and {"Na", "K"} <= set(
        flows
    ):  # of every spike: a caption waits for the one before it to be read
        stage.caption("A spike begins as sodium flows in and lifts V.", at=spikes[0])
        stage.caption("It ends as potassium flows out and brings V back.", at=run.top_of(spikes[0]))
    elif not spikes:
        stage.caption("This stimulus evokes no spike.", at=0.5 * duration)
    yield from stage.play(0.0, duration, ease=False)


if __name__ == "__main__":
    simulation.cli()
