"""1952's signs and zero beside today's: one spike, drawn as the paper counts and as textbooks do."""

from collections.abc import Iterator

from hhanim.look import quantities
from hhanim.look.axis import TIME
from hhanim.look.numbers import limits
from hhanim.look.words import facts, stimulus_text, tr
from hhanim.model import presets, simulate
from hhanim.parameters import Protocol
from hhanim.plots.clip import clip
from hhanim.plots.stage import Stage


@clip(
    title="Two conventions",
    description="One spike in the sign and rest of the 1952 paper and in those of today.",
    alt="Left, a spike as today's textbooks draw it: up from -65 mV, sodium current down. Right, the same spike in the "
    "convention of 1952: down from 0 mV, sodium current up.",
)
def conventions(
    stage: Stage,
    *,
    stimulus: Protocol = "pulse(20, start=2, width=0.5)",
    frames: int = 300,
    seconds: float = 10.0,
) -> Iterator[None]:
    """One spike of Hodgkin and Huxley's axon in two conventions. stimulus: as it is counted today, µA/cm²."""
    duration, q = 12.0, quantities(presets.MODERN)
    run = simulate(presets.MODERN, stimulus, duration, sample=0.01)
    about = facts(stimulus_text(stimulus, duration), "left today, right 1952")
    stage.title("The same spike: which way is up?", about, stage.rate(duration))
    today, then = stage.grid((1.0, 1.0), (3.0, 2.0))
    for (voltage, current), sign, rest, year in ((today, 1.0, 0.0, "today"), (then, -1.0, 65.0, "1952")):
        v = sign * (run["V"] + rest)
        name = tr("$V$ (mV), {year}", year=tr(year))
        voltage.x(TIME, 0.0, duration).y(name, *limits(v, sign * (rest - 65.0)))
        voltage.curve(run.t, v, q["V"])
        flows = {name: sign * run.current(name) for name in ("Na", "K")}
        name = tr("Current (µA/cm²), {year}", year=tr(year))
        current.x(TIME, 0.0, duration).y(name, *limits(*flows.values(), zero=True))
        for name, flow in flows.items():
            current.curve(run.t, flow, q[f"I_{name}"])

    stage.caption("Today V is the potential inside minus outside, and outward current is positive.")
    stage.caption("In 1952 V was counted from rest, depolarisation downwards.", at=0.4 * duration)
    stage.caption("Inward current was positive then.", at=0.8 * duration)
    yield from stage.play(0.0, duration, ease=False)


if __name__ == "__main__":
    conventions.cli()
