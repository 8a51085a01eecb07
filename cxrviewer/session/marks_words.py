"""What marks measure, in the words that stand beside them."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from cxrviewer.explain.display import LOGIT
from cxrviewer.imaging import measure
from cxrviewer.imaging.region import RegionTable
from cxrviewer.imaging.region_evidence import evidence_in
from cxrviewer.imaging.spacing import PIXELS, Spacing
from cxrviewer.session.analysis import Analysis
from cxrviewer.session.marks import Angle, CardiothoracicRatio, Ellipse, Length, Mark, Rectangle

_RATIO_PROMPTS = (
    "drag along the midline, from the upper to the lower spine",
    "set the lower end of the midline",
    "click the border of the heart on one side, where it is farthest from the midline",
    "click the border of the heart on the other side",
    "click the inner border of the ribs on one side, where the thorax is widest",
    "click the inner border of the ribs on the other side",
)


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What marks are measured with.

    Parameters
    ----------
    spacing : Spacing
        In force.
    table : RegionTable, optional
        Of the image; None while it is being made.
    analysis : Analysis, optional
        Behind the heatmap on screen; None where there is none to be seen.
    """

    spacing: Spacing
    table: RegionTable | None = None
    analysis: Analysis | None = None


def mark_lines(mark: Mark, yardstick: Yardstick) -> tuple[str, ...]:
    """Return the lines beside a mark: the user's words, then what it measures."""
    own = tuple(line for line in mark.text.splitlines() if line.strip())
    return (*own, *measured(mark, yardstick))


def measured(mark: Mark, yardstick: Yardstick) -> tuple[str, ...]:
    """Return what a mark measures, most important first; nothing while it is not whole."""
    spacing = yardstick.spacing
    if not mark.is_whole:
        return ()
    if isinstance(mark, Length):
        return (length_text(measure.distance(*mark.line, spacing), spacing),)
    if isinstance(mark, Angle):
        degrees = measure.angle(mark.points[0], mark.points[1], mark.points[2], spacing)
        return () if isnan(degrees) else (f"{degrees:.1f}°",)
    if isinstance(mark, CardiothoracicRatio):
        return _ratio(mark, spacing)
    if isinstance(mark, Rectangle | Ellipse):
        return (
            *_statistics(mark, yardstick),
            area_text(mark.region.area(spacing), spacing),
            *_evidence(mark, yardstick),
        )
    return ()


def prompt(kind: type[Mark], points: int) -> str:
    """Return what to do next for a mark that has so many points; "" where that goes without saying."""
    if not issubclass(kind, CardiothoracicRatio):
        return ""
    return f"Cardiothoracic ratio: {_RATIO_PROMPTS[min(points, len(_RATIO_PROMPTS) - 1)]}"


def length_text(length: float, spacing: Spacing) -> str:
    """Return a length with its unit, "137.4 mm (calibrated)": to a tenth of it."""
    return f"{length:.1f} {spacing.unit}"


def area_text(area: float, spacing: Spacing) -> str:
    """Return an area with the square of its unit."""
    unit, _, qualifier = spacing.unit.partition(" ")
    digits = 0 if unit == PIXELS else 1
    return f"Area {area:.{digits}f} {unit}²{f' {qualifier}' if qualifier else ''}"


def _ratio(mark: CardiothoracicRatio, spacing: Spacing) -> tuple[str, ...]:
    widths = measure.cardiothoracic_widths(mark.midline, mark.heart, mark.thorax, spacing)
    if isnan(widths.ratio):
        return ()
    on_both_sides = abs(widths.first + widths.second - widths.heart) < 1e-6 * widths.thorax
    heart = f"({widths.first:.1f} + {widths.second:.1f})" if on_both_sides else f"{widths.heart:.1f}"
    return f"CTR {widths.ratio:.2f}", f"{heart} / {length_text(widths.thorax, spacing)}"


def _statistics(mark: Rectangle | Ellipse, yardstick: Yardstick) -> tuple[str, ...]:
    if yardstick.table is None:
        return ("…",)
    found = yardstick.table.statistics(mark.region)
    if not found.count:
        return ("No pixels",)
    # As many digits for both: a deviation is compared with its mean.
    style = ".1f" if abs(found.mean) >= 10 else ".3g"
    return (
        f"Mean {found.mean:{style}}  SD {found.deviation:{style}}",
        f"Min {found.minimum:g}  Max {found.maximum:g}",
    )


def _evidence(mark: Rectangle | Ellipse, yardstick: Yardstick) -> tuple[str, ...]:
    if yardstick.analysis is None:
        return ()
    attribution = yardstick.analysis.result.attribution
    values, factor = attribution.values, attribution.logit_factor
    place = yardstick.analysis.geometry.grid_to_stored((values.shape[0], values.shape[1]))
    found = evidence_in(mark.region, values, place)
    if found is None:
        return ()
    # In logits as the scale beside the heatmap, where the method has them.
    unit = f" {LOGIT}s" if factor is not None else ""
    mean, peak = (value * (factor or 1.0) for value in (found.mean, found.peak))
    lines = [f"Heatmap mean {mean:.3g}  peak {peak:.3g}{unit}"]
    if found.share is not None:
        lines.append(f"{100 * found.share:.0f} % of the evidence for")
    return tuple(lines)
