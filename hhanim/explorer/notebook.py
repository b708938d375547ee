"""The explorer inside a notebook: the page itself, or sliders and a button that talk to the Python core."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from hhanim.explorer import sliders
from hhanim.explorer.lesson import find
from hhanim.explorer.membrane import is_preset
from hhanim.explorer.setting import SHOWN, Setting
from hhanim.explorer.webpage import page
from hhanim.language import ENGLISH
from hhanim.look.theme import Theme, get_theme
from hhanim.model import HHError, Membrane, Trajectory, analysis, presets, simulate, step
from hhanim.model.cable import CableRun
from hhanim.model.errors import UnknownName, number, whole
from hhanim.plots.overview import draw

#: Current sliders of models other than the lecture's: (lowest, highest, step), µA/cm².
_CURRENT = (-20.0, 200.0, 0.5)


class Inline:
    """The explorer as a notebook shows it; str() is the whole page.

    text: the page's HTML. height: of the frame, in CSS pixels. What is set in the page comes back to Python where the
    notebook has anywidget; without it `settings` stays what the page began with.
    """

    def __init__(self, text: str, setting: Setting, height: int = 720) -> None:
        self.name = uuid.uuid4().hex
        self.text, self.height = text.replace('data-frame=""', f'data-frame="{self.name}"'), height
        self.setting, self._own = setting, setting.model
        self._listener = _listener(self.name, self._hear)

    @property
    def settings(self) -> dict[str, Any]:
        """What is set in the page and differs from the model's first values, as explore() takes it."""
        model = self.setting.model
        return {"model": model.name if is_preset(model) else model, **self.setting.changes}

    def run(self) -> Trajectory | CableRun:
        """What the page shows, integrated by the Python core; for an axon a CableRun."""
        return self.setting.run()

    def _hear(self, fragment: str) -> None:
        """Take over what the page says that it is set to; what Python would refuse is left out."""
        given = dict(parse_qsl(fragment))
        name = given.pop("model", self._own.name)
        try:
            model = self._own if name == self._own.name else presets.get(name)
            self.setting = Setting.of(model, **{key: x for key, x in given.items() if key not in SHOWN})
        except HHError:
            return

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/html": self._repr_html_(), "text/plain": repr(self)}, raw=True)
        if self._listener is not None:
            display(self._listener)

    def _repr_html_(self) -> str:
        # srcdoc keeps everything in the notebook: no file, no server, nothing to lose when it is mailed.
        return (
            f'<iframe title="hhanim explorer" srcdoc="{html.escape(self.text)}" width="100%" '
            f'height="{self.height}" style="border: 0" sandbox="allow-scripts allow-downloads"></iframe>'
        )

    def __repr__(self) -> str:
        return "hhanim explorer (shown in a notebook; `hhanim explore` writes it to a file)"

    def __str__(self) -> str:
        return self.text


#: Hears the page's frame, and nobody else, and hands on what it is set to.
_HEARS = """
export default {
  render({ model, el }) {
    el.hidden = true;
    const hear = ({ data }) => {
      if (data?.hhanim !== model.get("page") || typeof data.settings !== "string") return;
      model.set("heard", data.settings);
      model.save_changes();
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  },
};
"""


def _listener(name: str, heard: Callable[[str], None]) -> Any:
    """A widget that nobody sees and that hears the frame of this name; None without anywidget."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        return None

    class Listener(anywidget.AnyWidget):
        """What the page says goes into `heard`."""

        _esm = _HEARS
        page = traitlets.Unicode(name).tag(sync=True)
        heard = traitlets.Unicode("").tag(sync=True)

    widget = Listener()
    widget.observe(lambda change: heard(change["new"]), names="heard")
    return widget


def explore(
    model: str | Membrane = "modern",
    *,
    core: str = "page",
    height: int = 720,
    theme: str = "auto",
    language: str = ENGLISH,
    lesson: str | Path | None = None,
    base_url: str = "",
    **settings: Any,
) -> Any:
    """Explore a model interactively in a notebook.

    model: a preset's name, or a Membrane.
    core: "page" shows the whole explorer inline, computing in the browser; "python" shows sliders and a run
        button (ipywidgets, as `interact_manual`), computing with simulate().
    height: of the frame (CSS pixels). theme: "auto", "dark" or "light". language: its code.
    lesson: to begin with, by name or as a file (then its setting counts). base_url: see hhanim.explorer.page().
    settings: where to begin: gNa=60, celsius=18.5, I=15, duration=50, and for the page anything in its links;
        stimulus="family" is a voltage clamp, stimulus="propagation" an axon.

    Returns an Inline page, whose `settings` are what was set in it and whose run() is what it shows, computed by the
    core; or an Interactive. Raises HHError.
    """
    height = whole("height", height, 1)
    if core == "python":
        if lesson is not None or base_url != "":
            raise HHError('a lesson and an address are the page\'s; take core="page"')
        return Interactive(presets.get(model), theme="light" if theme == "auto" else theme, **settings)
    if core != "page":
        raise UnknownName("core", core, ("page", "python"))
    text = page(model, theme=theme, language=language, lesson=lesson, base_url=base_url, **settings)
    begin = Setting.of(model) if lesson is None else find(lesson).steps[0].before
    given = {key: value for key, value in settings.items() if key not in SHOWN}
    return Inline(text, Setting.of(begin.model, **begin.changes | given), height)


class Interactive:
    """Sliders, a run button, and the picture and sentence of the last good run, computed by the Python core.

    widget: the box to show. sliders: {name: slider}. button: runs. run: the last Trajectory. message:
    what happened, or what is wrong. settings: begin with these values (parameters, I, duration, onset).

    Raises HHError if ipywidgets is missing or a name or value is not one of the model's.
    """

    def __init__(self, membrane: Membrane, *, theme: str | Theme = "light", **settings: Any) -> None:
        try:
            import ipywidgets as widgets
        except ImportError:
            raise HHError(
                "ipywidgets is not installed; install it with: pip install 'hhanim[notebook]'"
            ) from None
        self.membrane, self.theme = membrane, get_theme(theme)
        self.run: Trajectory | None = None
        reduced = sliders.is_reduced(membrane)
        controls = sliders.parameters(membrane)
        if reduced:  # the lecture's five sliders: C, the conductances, I
            controls = [c for c in controls if c["key"] == "C" or c["key"].startswith("g")]
        known: dict[str, tuple[Any, ...]] = {
            c["key"]: (c["value"], c["min"], c["max"], c["step"], c["unit"]) for c in controls
        }
        current = sliders.current(membrane)
        low, high, by = (current["min"], current["max"], current["step"]) if reduced else _CURRENT
        known["I"] = (current["value"], low, high, by, "µA/cm²")
        known["onset"] = (0.0 if reduced else 5.0, 0.0, 500.0, 0.5, "ms")
        known["duration"] = (sliders.duration(membrane), 10.0, 2000.0, 10.0, "ms")
        for key in settings:
            if key not in known:
                raise UnknownName("setting", key, known)
        self.sliders: dict[str, Any] = {}
        for key, (value, low, high, by, unit) in known.items():
            begin = number(key, settings.get(key, value), unit=unit, array=False)
            self.sliders[key] = widgets.FloatSlider(
                value=begin,
                min=min(low, begin),
                max=max(high, begin),
                step=by,
                description=f"{key} ({unit})" if unit else key,
                continuous_update=False,
                readout_format=".4g",
                style={"description_width": "7.5em"},
                layout=widgets.Layout(width="23em"),
            )
        # A float slider snaps to its steps; the preset's value need not be one of them, so it starts exact.
        self.method = widgets.Dropdown(
            options=[("converged", "adaptive"), ("forward Euler, 0.5 ms (lecture)", "euler")],
            description="method",
        )
        self.button = widgets.Button(
            description="Run", button_style="primary", tooltip="Simulate with these values"
        )
        self.message = widgets.HTML()
        self.picture = widgets.Image(format="png", layout=widgets.Layout(width="100%", max_width="836px"))
        self.button.on_click(lambda _: self.calculate())
        column = [*self.sliders.values(), *([self.method] if reduced else []), self.button]
        # The sliders keep their width and so their numbers; the picture takes what is left, or goes below them.
        left = widgets.VBox(column, layout=widgets.Layout(flex="0 0 auto"))
        right = widgets.VBox(
            [self.message, self.picture], layout=widgets.Layout(flex="1 1 22em", min_width="0")
        )
        self.widget = widgets.HBox([left, right], layout=widgets.Layout(flex_flow="row wrap"))
        self.calculate()

    def calculate(self) -> None:
        """Simulate the sliders' values, show the run; on failure say why, keep the last good picture."""
        values = {key: slider.value for key, slider in self.sliders.items()}
        current, onset, duration = (values.pop(key) for key in ("I", "onset", "duration"))
        euler = self.method.value == "euler"
        try:
            membrane = self.membrane.with_(**values)
            stimulus = step(current, onset)
            exact = simulate(membrane, stimulus, duration)
            run = simulate(membrane, stimulus, duration, method="euler", dt=0.5) if euler else exact
        except HHError as error:
            self.message.value = f'<b style="color: #b3261e">{html.escape(str(error))}</b>'
            return
        self.run = run
        says = analysis.behaviour(run)
        if euler:
            says = f"Euler, 0.5 ms: {says}; converged: {analysis.behaviour(exact)}"
        self.message.value = f'<b style="font-size: 130%">{html.escape(says[0].upper() + says[1:])}</b>'
        self.picture.value = draw(run, theme=self.theme, converged=exact if euler else None)._repr_png_()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)
