"""What is made of a radiograph once, whatever is then seen of it."""

from __future__ import annotations

from functools import cached_property

from cxrviewer.imaging.grayscale import auto_window
from cxrviewer.imaging.histogram import Histogram, histogram
from cxrviewer.imaging.masks import Cover, Drawing
from cxrviewer.imaging.planes import drawn_bits
from cxrviewer.imaging.pyramid import Pyramid
from cxrviewer.imaging.radiograph import Radiograph


class Prepared:
    """Reduced copies, masks and the histogram of an image, each made when it is first wanted.

    Parameters
    ----------
    radiograph : Radiograph
        The image; its pixels are shared, not copied.
    """

    def __init__(self, radiograph: Radiograph) -> None:
        self._radiograph = radiograph

    @property
    def nbytes(self) -> int:
        """Bytes of the image and of what was made of it until now."""
        made = vars(self)
        copies = sum(made[name].nbytes for name in ("pyramid", "cover", "drawing") if name in made)
        return self._radiograph.pixels.nbytes + int(copies)

    @cached_property
    def pyramid(self) -> Pyramid:
        """The index of its pixels at several sizes."""
        return Pyramid(self._radiograph)

    @cached_property
    def cover(self) -> Cover:
        """What is shown in place of padding and under a shutter."""
        return Cover(self._radiograph)

    @cached_property
    def drawing(self) -> Drawing:
        """Its overlay planes."""
        return Drawing(drawn_bits(self._radiograph.planes, self._radiograph.shape))

    @cached_property
    def histogram(self) -> Histogram | None:
        """How many pixels have which modality value."""
        return histogram(self._radiograph)

    def prepare(self) -> None:
        """Make all of it."""
        self.pyramid.prepare()
        if self._radiograph.planes:
            self.drawing.prepare()
        # They are made by being asked for.
        _ = self.cover, self.histogram, auto_window(self._radiograph)
