"""A spike at one temperature after another, up to heat block."""

from collections.abc import Iterator

import numpy as np

from hhanim.look import quantities
from hhanim.look.axis import TIME
from hhanim.look.numbers import limits, plain
from hhanim.look.words import conditions, facts, stimulus_text, tr
from hhanim.model import simulate
from hhanim.parameters import Membrane, Protocol
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="Spikes and temperature",
    description="The same pulse at one temperature after another: the spike gets shorter, then lower, then fails.",
    alt="Left, spikes at rising temperatures, each briefer than the one before, the last ones low bumps; right, the "
    "peak of the voltage over the temperature, which falls slowly at first and then steeply: heat block.",
)
def temperature(
    stage: Stage,
    *,
    model: Membrane = "modern",
    stimulus: Protocol = "pulse(20, start=1, width=1)",
    frames: int = 360,
    seconds: float = 12.0,
) -> Iterator[None]:
    """The same stimulus at rising temperatures; the rates of the gates follow their Q10, the conductances do not."""
    steps, fine = (6.3, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0), np.linspace(6.3, 35.0, 116)  # °C
    shown, q, n = 8.0, quantities(model), float(len(steps))
    family = simulate(model.with_(celsius=fine), stimulus, shown, sample=0.01)
    peaks = np.array([family.neuron(k).extreme("V").value for k in range(len(fine))])
    stage.title(
        "What does warmth do to a spike?",
        facts(stimulus_text(stimulus, shown), conditions(model, celsius=False)),
    )
    time, graph = stage.beside(1.0, 1.0, labels=(90.0, 40.0))
    time.x(TIME, 0.0, shown).y(q["V"], *limits(family["V"]))
    graph.x("Temperature (°C)", 5.0, 36.0).y("Peak of $V$ (mV)", *limits(family["V"])).ask(until=1.0)
    time.ghost(family.t, family["V"][:, 0], stage.theme.ink)
    for k, celsius in enumerate(steps):
        run = simulate(model.with_(celsius=celsius), stimulus, shown, sample=0.01)
        time.sweep(k, run.t, run["V"], q["V"], label=f"{plain(celsius)} °C")
        graph.dots(celsius, run.extreme("V").value, q["V"], along=k + 1.0)
    graph.curve(fine, peaks, q["V"], along=n + (fine - 6.3) / 20.0, label="", ghost=False, head=False)

    stage.caption("Warm gates move faster, so the spike is briefer.")
    stage.caption("Warm sodium channels also inactivate sooner, so it is lower.", at=3.5)
    if peaks[0] > model.spike_level > peaks.min():
        hot, (low, high) = float(fine[peaks < model.spike_level][0]), graph.ylim
        graph.rule((hot, low), (hot, 0.7 * high), "heat block", stage.theme.muted, n + 1.0, n + 1.5)
        stage.caption(tr("From {hot} °C on this pulse evokes no spike: heat block.", hot=plain(hot, 2)), at=n)
    yield from stage.play(0.0, n + 3.0, ease=False)


if __name__ == "__main__":
    temperature.cli()
