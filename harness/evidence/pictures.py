"""Pictures of what checks measured: SVG text in one style, for light and dark pages.

Each function draws from arrays and returns the whole SVG file. Equal data give equal
bytes. Text stays text, colours are variables that a dark colour scheme sets anew, and
nothing in the file can run. matplotlib is imported by the first picture only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.stack.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 4.6
"""Inches: about 440 pixels, so that type of 10 points is legible in a narrow window."""
_INK, _MUTED, _LINE = "#1c1f24", "#555e6b", "#d5d9e0"
_COLOURS = ("#0b57b0", "#b3261e", "#176b34", "#8a5300", "#6a3aa8")
_DARK = {
    _INK: "#e7e9ed",
    _MUTED: "#a8b0bd",
    _LINE: "#39404b",
    "#0b57b0": "#8ab8ff",
    "#b3261e": "#ff938a",
    "#176b34": "#6fd08f",
    "#8a5300": "#f0b85a",
    "#6a3aa8": "#c9a6ff",
}
_DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), "-")
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "audit",
    "path.simplify": True,
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "legend.fontsize": 9,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _MUTED,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "grid.color": _LINE,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.linewidth": 1.6,
    "axes.formatter.limits": (-4, 5),
    "axes.unicode_minus": False,
    "text.parse_math": False,
}

Curve = tuple[Any, Any]


@dataclass(frozen=True)
class Panel:
    """One axis of `strips`: a row of marks for each entry of `rows`.

    rows: name -> numbers in the unit that `label` names. bars: name -> (low, centre,
    high), drawn through that row. band: a claimed range, None where it is open.
    level: a value of reference.
    """

    label: str
    rows: Mapping[str, Any]
    bars: Mapping[str, tuple[float, float, float]] | None = None
    band: tuple[float | None, float | None] | None = None
    level: float | None = None


def lines(
    curves: Mapping[str, Curve],
    points: Mapping[str, Curve] | None = None,
    *,
    x: str,
    y: str,
    levels: Mapping[str, float] | None = None,
) -> str:
    """Curves of y over x, single points on them, and horizontal levels.

    A curve: whole numbers x and values y, both (n,). x, y: labels of the axes.
    """
    from matplotlib.ticker import MaxNLocator

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for number, (name, (xs, ys)) in enumerate(curves.items()):
            style: Any = {"color": _COLOURS[number % 5], "ls": _DASHES[number % 5]}
            axes.plot(_wide(xs), _wide(ys), label=name, **style)
        for number, (name, (xs, ys)) in enumerate((points or {}).items()):
            marker = "ox"[number % 2]
            axes.plot(_wide(xs), _wide(ys), marker, ms=5, color=_INK, label=name)
        for name, value in (levels or {}).items():
            axes.axhline(value, color=_MUTED, lw=1, label=name, ls=_DASHES[2])
        axes.set(xlabel=x, ylabel=y)
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
        _legend(figure, axes)

    return _svg(draw, height=3.2)


def law(
    counts: Any,
    probabilities: Any,
    *,
    x: str,
    measured: str = "measured",
    exact: str = "exact law",
) -> str:
    """Shares of whole numbers as bars, beside the exact law as points.

    counts: whole numbers, any shape; probabilities: those of 0, 1, ..., shape (n,).
    """

    def draw(figure: Figure) -> None:
        axes, exactly = figure.subplots(), _wide(probabilities)
        ks = np.arange(len(exactly))
        drawn = np.asarray(counts).ravel().astype(int)
        shares = np.bincount(drawn, minlength=len(ks))[: len(ks)] / drawn.size
        axes.bar(ks, shares, color=_COLOURS[0], alpha=0.45, label=measured)
        axes.plot(ks, exactly, "o", ms=4, color=_COLOURS[1], label=exact)
        axes.set(xlabel=x, ylabel="probability", xticks=ks[:: 1 + len(ks) // 12])
        axes.grid(visible=False, axis="x")
        _legend(figure, axes)

    return _svg(draw, height=3)


def histograms(values: Mapping[str, Any], *, x: str, bins: int = 41) -> str:
    """One histogram below the other, with the same bins; arrays of any shape."""

    def draw(figure: Figure) -> None:
        wide = {name: _wide(array).ravel() for name, array in values.items()}
        reach = max(np.abs(array).max() for array in wide.values())
        edges = np.linspace(-reach, reach, bins + 1)
        rows = np.atleast_1d(figure.subplots(len(wide), sharex=True, sharey=True))
        for number, (axes, (name, array)) in enumerate(zip(rows, wide.items())):
            axes.hist(array, edges, histtype="stepfilled", color=_COLOURS[number % 5])
            axes.set_title(name, loc="left")
            axes.set_ylabel("count")
        rows[-1].set_xlabel(x)

    return _svg(draw, height=0.9 + 1.2 * len(values))


def strips(panels: Sequence[Panel]) -> str:
    """Panels one below the other, in each a row of marks for every distribution."""

    def draw(figure: Figure) -> None:
        sizes = [len(panel.rows) + 0.9 for panel in panels]
        grid = figure.subplots(len(panels), height_ratios=sizes, squeeze=False)
        for axes, panel in zip(grid[:, 0], panels):
            _strip(axes, panel)

    return _svg(draw, height=sum(0.8 + 0.36 * len(p.rows) for p in panels))


def images(rows: Mapping[str, Any], *, titles: Sequence[Sequence[str]]) -> str:
    """Rows of small images with a title over each.

    rows: name -> array (count, height, width, 3) in [0, 1]; titles: one list a row.
    """

    def draw(figure: Figure) -> None:
        columns = max(len(batch) for batch in rows.values())
        grid = figure.subplots(len(rows), columns, squeeze=False)
        for line, (name, batch), said in zip(grid, rows.items(), titles):
            for axes, image, title in zip(line, np.asarray(batch), said):
                axes.imshow(np.clip(image, 0, 1), interpolation="none")
                axes.set_title(title, fontsize=8)
                axes.set(xticks=[], yticks=[])
                axes.spines[:].set_visible(False)
            line[0].set_ylabel(name)

    return _svg(draw, height=0.2 + 1.35 * len(rows))


def reliability(found: Mapping[str, Curve]) -> str:
    """Accuracy over confidence, one series of bins for each entry, and the diagonal.

    Each entry: mean confidences and accuracies of the bins that are not empty, (n,).
    """

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=_MUTED, lw=1, label="calibrated", ls=_DASHES[1])
        for number, (name, (confidence, accuracy)) in enumerate(found.items()):
            style: Any = {"color": _COLOURS[1 - number], "marker": "os"[number]}
            axes.plot(
                _wide(confidence), _wide(accuracy), label=name, lw=1, ms=4.5, **style
            )
        axes.set(xlabel="mean confidence of the bin", ylabel="accuracy of the bin")
        low = min(np.min(pair) for pair in found.values())
        axes.set(xlim=(low - 0.03, 1.02), ylim=(low - 0.03, 1.02))
        _legend(figure, axes)

    return _svg(draw, height=3.4)


def _strip(axes: Axes, panel: Panel) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if panel.level is not None:
        axes.axvline(panel.level, color=_MUTED, lw=1, ls=_DASHES[1])
    for number, (name, values) in enumerate(panel.rows.items()):
        colour, xs = _COLOURS[number % 5], _wide(values).ravel()
        feet = np.stack([xs, np.full_like(xs, -number - 0.3)], axis=1)
        marks = np.stack([feet, feet + np.array([0, 0.6])], axis=1).reshape(-1, 2)
        codes = np.tile([Path.MOVETO, Path.LINETO], xs.size)
        axes.add_patch(PathPatch(Path(marks, codes), ec=colour, fc="none", lw=1.2))
        axes.update_datalim(marks)
        if panel.bars and name in panel.bars:
            low, centre, high = panel.bars[name]
            axes.plot([low, high], [-number] * 2, color=_INK, lw=3)
            axes.plot(centre, -number, "o", color=_INK, ms=7)
    axes.autoscale_view()
    if panel.band is not None:
        _shade(axes, *panel.band)
    axes.set(yticks=[-n for n in range(len(panel.rows))], xlabel=panel.label)
    axes.set_yticklabels(list(panel.rows))
    axes.set_ylim(0.55 - len(panel.rows), 0.55)
    axes.grid(visible=False, axis="y")


def _shade(axes: Axes, low: float | None, high: float | None) -> None:
    """The claimed range as a background, up to the edge where it is open."""
    edges = [*axes.get_xlim(), *(end for end in (low, high) if end is not None)]
    pad = 0.06 * (max(edges) - min(edges))
    left, right = min(edges) - pad, max(edges) + pad
    ends = left if low is None else low, right if high is None else high
    axes.axvspan(*ends, color=_COLOURS[2], alpha=0.18, lw=0)
    axes.set_xlim(left, right)


def _legend(figure: Figure, axes: Axes) -> None:
    """Above the axes, where it covers nothing; two columns."""
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > 1:
        figure.legend(handles, labels, loc="outside upper left", ncols=2)


def _wide(values: Any) -> Array:
    return np.asarray(values, "float64")


def _svg(draw: Any, *, height: float) -> str:
    """Run `draw` on a new figure of this height in inches; its SVG, made smaller."""
    import io

    import matplotlib
    from matplotlib.figure import Figure

    defaults: Any = dict(matplotlib.rcParamsDefault)
    del defaults["backend"]  # the reader's own settings, and pyplot's, stay untouched
    with matplotlib.rc_context(defaults | _STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        figure.patch.set_visible(False)
        draw(figure)
        for axes in figure.axes:
            axes.patch.set_visible(False)
        file = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing)
    return _themed(_compact(file.getvalue()))


def _compact(svg: str) -> str:
    """Without declaration, document type, comments, and digits below 1/100 point."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' (?:d|x|y)="[^"]*"', _rounded, svg)
    svg = re.sub(r'<g id="[\w.]+">', "<g>", svg)
    svg = svg.replace(" font-family: 'DejaVu Sans';", "")
    svg = svg.replace(' type="text/css"', "").replace("; stroke-linecap: square", "")
    svg = re.sub(r' transform="rotate\(-0 [^"]*"|<g id="[\w.]+"/>', "", svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()


def _rounded(attribute: re.Match[str]) -> str:
    def short(number: re.Match[str]) -> str:
        return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")

    return re.sub(r"-?\d+\.\d+", short, attribute[0])


def _themed(svg: str) -> str:
    """Colours as variables, and their values in both colour schemes."""
    names = {colour: f"--c{number}" for number, colour in enumerate(_DARK)}
    for colour, name in names.items():
        svg = svg.replace(colour, f"var({name})")
    light = ";".join(f"{name}:{colour}" for colour, name in names.items())
    dark = ";".join(f"{name}:{_DARK[colour]}" for colour, name in names.items())
    style = (
        f"<style>svg{{--paper:#fff;{light};background:var(--paper);"
        "font-family:system-ui,sans-serif}text{white-space:pre}"
        "image{image-rendering:pixelated}"
        f"@media (prefers-color-scheme:dark){{svg{{--paper:#14171c;{dark}}}}}</style>"
    )
    return svg.replace(">", f">{style}", 1)
