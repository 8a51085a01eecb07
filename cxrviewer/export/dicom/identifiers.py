"""Identifiers and times of DICOM objects, made from what they are of: the same export has the same ones.

So an export that is made again from its sidecar is the same file to the last byte, and objects of one image
that are exported one by one, today and tomorrow, refer to one another and stay in one study.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID

from cxrviewer import __version__
from cxrviewer.export.options import ExportOptions, options_to_json
from cxrviewer.export.overlay import Scene
from cxrviewer.export.provenance import provenance
from cxrviewer.imaging.radiograph import Radiograph

_NAMESPACE = uuid.UUID("6d0f2a7e-61b5-4f0a-9c0b-6a6c1d0a3b57")
_DAYS = ("InstanceCreationDate", "ContentDate", "DateOfSecondaryCapture", "PresentationCreationDate")
_TIMES = ("InstanceCreationTime", "ContentTime", "TimeOfSecondaryCapture", "PresentationCreationTime")
_MOMENTS = ("ContributionDateTime", "ObservationDateTime")


def image_uid(radiograph: Radiograph, purpose: str) -> UID:
    """Return an identifier for something of one image, whatever is exported of it.

    It comes from the digest of the file (PS3.5 B.2, by the name-based UUID of RFC 9562): only who has the
    file can tell that the two belong together.
    """
    return _uid(f"{radiograph.key}/{purpose}")


def program_uid() -> UID:
    """Return the identifier of this version of the program as a device that observes."""
    return _uid(f"program {__version__}")


def export_uids(scene: Scene, options: ExportOptions) -> Callable[[str], UID]:
    """Return what gives an identifier for a purpose, other ones for everything that makes another object."""
    content = [
        provenance(scene, options).scenes,
        options_to_json(replace(options, writer="", sidecar=True)),
        __version__,
    ]
    seed = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return lambda purpose: _uid(f"{seed}/{purpose}")


def set_moment(dataset: Dataset, moment: datetime) -> None:
    """Say when an object was made: when its image was analysed, not when it was written to a file."""

    def each(_: Dataset, element: DataElement) -> None:
        if element.keyword in _DAYS:
            element.value = f"{moment:%Y%m%d}"
        elif element.keyword in _TIMES:
            element.value = f"{moment:%H%M%S}"
        elif element.keyword in _MOMENTS:
            element.value = f"{moment:%Y%m%d%H%M%S}"

    dataset.walk(each)


def forget_moment(dataset: Dataset) -> None:
    """Leave out when an object was made, where it is the same whenever it is made."""
    for keyword in (*_DAYS, *_TIMES):
        if keyword in dataset:
            delattr(dataset, keyword)
    for item in dataset.get("ContributingEquipmentSequence", []):
        for keyword in _MOMENTS:
            item.pop(keyword, None)


def _uid(name: str) -> UID:
    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, name).int}")
