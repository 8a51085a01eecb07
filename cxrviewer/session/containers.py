"""Listings of zip archives and DICOMDIRs; called in a reading process, as both may be hostile."""

from __future__ import annotations

from pathlib import Path

from cxrviewer.imaging import archive, dicomdir
from cxrviewer.imaging.open import HEAD, looks_like_image
from cxrviewer.session.folder import Listing, natural_key


def list_container(path: Path) -> Listing:
    """Return the images of a zip archive, through all of its folders, or of a DICOMDIR.

    Raises
    ------
    ImageReadError
        The file cannot be read, is damaged, encrypted or too large.
    """
    if path.suffix.lower() == archive.SUFFIX:
        return _archive(path)
    images = dicomdir.read_directory(path)
    summaries = {image.path: image.summary for image in images}
    return Listing(path, (), tuple(summaries), summaries=summaries)


def _archive(path: Path) -> Listing:
    members = {member.path: member for member in archive.members(path)}
    names = [member.relative_to(path).as_posix() for member in members]
    heads = archive.read_heads(path, names, HEAD)
    images = [member for member, head in zip(members, heads, strict=True) if looks_like_image(head)]
    images.sort(key=lambda image: natural_key(str(image)))
    stamps = {image: (members[image].size, members[image].checksum) for image in images}
    return Listing(path, (), tuple(images), stamps)
