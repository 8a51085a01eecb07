"""Short texts in the metadata of pictures whose format has no free ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Exif

_DESCRIPTION, _SOFTWARE = 0x010E, 0x0131
"""Tags of TIFF 6.0 and Exif 2.3: ImageDescription and Software, ASCII both."""


def exif_of(metadata: Mapping[str, str]) -> Exif:
    """Return texts as Exif: "Software" in its own tag, the others in the description.

    Letters outside of ASCII become "?".
    """
    from PIL import Image

    exif = Image.Exif()
    exif[_SOFTWARE] = _ascii(metadata.get("Software", ""))
    others = (f"{name}: {text}" for name, text in metadata.items() if name != "Software")
    exif[_DESCRIPTION] = _ascii("; ".join(others))
    return exif


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")
