"""A neuron fires: its voltage, its currents and its conductances on one clock."""

import numpy as np

from hhanim.look import quantities
from hhanim.model import Membrane, Protocol, UnknownName, simulate
from hhanim.plots.clip import clip
from hhanim.plots.panels import conditions, nice, stimulus_text, tick_text


@clip(
    title="A neuron fires",
    description="Voltage, currents and conductances of a membrane under a stimulus, from given initial conditions.",
    alt="Three panels over time, drawn together from left to right: the membrane potential with its spikes; the currents, "
    "inward sodium and outward potassium; the conductances, where sodium opens first and potassium follows.",
    poster=1.0,
)
def simulation(
    stage,
    *,
    model: Membrane = "classroom",
    stimulus: Protocol = "step(15)",
    duration: float = 50.0,
    V_init: float | None = None,
    n_init: float | None = None,
    m_init: float | None = None,
    h_init: float | None = None,
    frames: int = 250,
    seconds: float = 7.5,
):
    """Voltage, currents and conductances of a membrane under a stimulus.

    Args:
        model: the membrane
        stimulus: what is injected, µA/cm²
        duration: ms
        V_init: initial voltage, mV; 10 mV below the model's rest by default
        n_init, m_init, h_init: initial gates; by default gates that open with depolarisation start closed (0), others open (1)
    """
    v0 = model.baseline - 10.0 if V_init is None else V_init
    start = {"V": v0}
    for gate in model.states[1:]:
        start[gate] = 0.0 if model.inf(gate, v0 + 40.0) > model.inf(gate, v0) else 1.0
    for gate, value in {"n": n_init, "m": m_init, "h": h_init}.items():
        if value is not None:
            if gate not in model.states:
                raise UnknownName("gate", gate, model.states[1:])
            start[gate] = value
    run = simulate(model, stimulus, duration, start=start, sample=min(0.025, duration / 2000))

    q = quantities(model)
    values = ", ".join(
        f"${q[name].symbol}$ = {tick_text(x)}{' mV' * (name == 'V')}" for name, x in start.items()
    )
    about = f"{stimulus_text(stimulus, duration)} · {conditions(model)}"
    stage.title(f"A neuron starts from {values}", about, stage.rate(duration))
    voltage, current, conductance = stage.stack(4, 3, 3)
    voltage.y(q["V"], *nice(run["V"], model.baseline))
    voltage.curve(run.t, run["V"], q["V"])
    flows = {c.name: run.current(c.name) for c in model.channels}
    opens = {c.name: run.conductance(c.name) for c in model.channels if c.gates}
    current.y("Current $I$ (µA/cm²)", *nice(*flows.values(), zero=True))
    conductance.y("Conductance $g$ (mS/cm²)", *nice(*opens.values(), zero=True))
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
