"""A neuron fires: its voltage, its currents and its conductances on one clock."""

from collections.abc import Iterator

import numpy as np

from hhanim.look import quantities
from hhanim.look.numbers import limits, plain
from hhanim.look.words import conditions, stimulus_text
from hhanim.model import simulate
from hhanim.parameters import Membrane, Milliseconds, Protocol, Start
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="A neuron fires",
    description="Voltage, currents and conductances of a membrane under a stimulus, from given initial conditions.",
    alt="Three panels over time, drawn together from left to right: the membrane potential with its spikes; the "
    "currents, inward sodium and outward potassium; the conductances, where sodium opens first and potassium follows.",
    poster=1.0,
)
def simulation(
    stage: Stage,
    *,
    model: Membrane = "classroom",
    stimulus: Protocol = "step(15)",
    duration: Milliseconds = 50.0,
    start: Start = "closed",
    frames: int = 250,
    seconds: float = 7.5,
) -> Iterator[None]:
    """Voltage, currents and conductances of a membrane under a stimulus.

    Args:
        model: the membrane
        stimulus: what is injected, µA/cm²
        duration: ms
        start: "rest", values as in "V=-60, h=0.4", or "closed": 10 mV below rest, m and n 0, h 1
    """
    y0 = model.initial(start)
    run = simulate(model, stimulus, duration, start=y0, sample=min(0.025, duration / 2000))

    q = quantities(model)
    values = ", ".join(
        f"${q[name].symbol}$ = {plain(round(x, 3))}{' mV' * (name == 'V')}"
        for name, x in zip(model.states, y0.tolist(), strict=True)
        if name == "V" or start.strip() != "rest"
    )
    begins = "at rest," if start.strip() == "rest" else "from"
    about = f"{stimulus_text(stimulus, duration)} · {conditions(model)}"
    stage.title(f"A neuron starts {begins} {values}", about, stage.rate(duration))
    voltage, current, conductance = stage.stack(4, 3, 3)
    voltage.y(q["V"], *limits(run["V"], model.baseline))
    voltage.curve(run.t, run["V"], q["V"])
    flows = {c.name: run.current(c.name) for c in model.channels}
    opens = {c.name: run.conductance(c.name) for c in model.channels if c.gates}
    current.y("Current $I$ (µA/cm²)", *limits(*flows.values(), zero=True))
    conductance.y("Conductance $g$ (mS/cm²)", *limits(*opens.values(), zero=True))
    for panel, kind, traces in ((current, "I", flows), (conductance, "g", opens)):
        for name, trace in traces.items():
            panel.curve(run.t, trace, q[f"{kind}_{name}"])
    for panel in (voltage, current, conductance):
        panel.x("Time $t$ (ms)", 0.0, duration)

    spikes = list(np.atleast_1d(run.spikes))
    stage.caption("The voltage decides which channels open; the channels decide where the voltage goes.")
    for t in stage.sweep(0.0, duration, ease=False):
        if spikes and t >= max(spikes[0], 0.35 * duration) and len(stage.captions) < 2:
            stage.caption(
                "Sodium rushes in and lifts the voltage; potassium follows, flows out and brings it back."
            )
        stage.until(t)
        yield


if __name__ == "__main__":
    simulation.cli()
