"""A heatmap in relation to the lungs."""

from __future__ import annotations

from cxrviewer.imaging.lungs import LungField
from cxrviewer.learning.evidence import Place, shares
from cxrviewer.session.analysis import Analysis


def doubted(field: LungField | None) -> LungField | None:
    """Return what was found where it does not look like lungs, which is to be said; else None."""
    return None if field is None or field.plausible else field


def evidence_in_lungs(analysis: Analysis, field: LungField) -> tuple[float, float] | None:
    """Return the share of a map's positive evidence inside the lungs, and that of an even map, 0 to 1.

    Returns
    -------
    tuple of float or None
        None where the map has no positive evidence.
    """
    values = analysis.result.attribution.values
    if not (values > 0).any():
        return None
    rows, columns = values.shape
    place = analysis.geometry.grid_to_stored((rows, columns))
    return shares(values, place, analysis.geometry.stored_shape, {Place.LUNGS: field.mask})[Place.LUNGS]
