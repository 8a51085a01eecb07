"""Short marks of what a viewer of an image must know."""

from __future__ import annotations

from cxrviewer.imaging.dicom.tags import Tags


def badges(tags: Tags, compression: str) -> tuple[str, ...]:
    """Return the badges of an image.

    Parameters
    ----------
    tags : Tags
        The image's attributes.
    compression : str
        From `compression_words`.
    """
    said = (
        ("synthetic", tags.text("SyntheticData") == "YES"),
        (compression, compression != ""),
        ("for processing", tags.text("PresentationIntentType") == "FOR PROCESSING"),
        ("burned-in annotation", tags.text("BurnedInAnnotation") == "YES"),
    )
    return tuple(badge for badge, holds in said if holds)
