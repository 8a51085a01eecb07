"""Coded concepts of the DICOM objects: those of the standard where it has them, else the program's own."""

from __future__ import annotations

import hashlib

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom.sr.coding import Code

from cxrviewer.explain.catalog import method_spec
from cxrviewer.explain.method_spec import Family
from cxrviewer.export.dicom.equipment import PROGRAM, limited

OWN_SCHEME = "99CXRVIEWER"

PROBABILITY = Code("122157", "DCM", "Probability")
THRESHOLD = Code("122411", "DCM", "Threshold Value")
NO_UNITS = Code("1", "UCUM", "no units")
DEVICE = Code("121007", "DCM", "Device")
SPATIAL = Code("309825002", "SCT", "Spatial and Relational Concept")
SOURCE_IMAGE = Code("121322", "DCM", "Source image for image processing operation")
COMMENT = Code("121106", "DCM", "Comment")
YES = Code("373066001", "SCT", "Yes")
NO = Code("373067005", "SCT", "No")

LOGIT = Code("LOGIT", OWN_SCHEME, "Logit")
POSITIVE = Code("POSITIVE", OWN_SCHEME, "At or above operating threshold")

_IMAGING = Code("363679005", "SCT", "Imaging")
_CHEST_IMAGING = Code("413815006", "SCT", "Chest imaging")
_CHEST = ("CHEST", "THORAX", "LUNG", "")

_VISUAL_EXPLANATION = Code("130401", "DCM", "Visual explanation")
_GRAD_CAM = Code("130403", "DCM", "Gradient-weighted class activation")
_OF_FAMILY = {
    Family.GRADIENT_CAM: Code("130402", "DCM", "Class activation"),
    Family.PERTURBATION_CAM: Code("130402", "DCM", "Class activation"),
    Family.INPUT_GRADIENT: Code("130404", "DCM", "Saliency"),
}


def procedure(body_part: str) -> Code:
    """Return what was done with the patient; of the chest unless the image says otherwise."""
    return _CHEST_IMAGING if body_part in _CHEST else _IMAGING


def map_concept(method: str) -> Code:
    """Return what the values of a method's maps are (PS3.16 CID 217)."""
    if method == "grad-cam":
        return _GRAD_CAM
    return _OF_FAMILY.get(method_spec(method).family, _VISUAL_EXPLANATION)


def finding(name: str) -> Code:
    """Return a label or a target of a model as a concept of the program's own scheme.

    Labels are words of whoever trained the model: to give them the code of a disease would claim that they
    mean what the code does. The code value is made from the words, so that equal words have equal codes.
    """
    return Code(hashlib.sha256(name.encode()).hexdigest()[:16].upper(), OWN_SCHEME, limited(name))


def coding_schemes() -> list[CodingSchemeIdentificationItem]:
    """Return what the program's own coding scheme is (PS3.3 C.12.1.1.2)."""
    return [CodingSchemeIdentificationItem(OWN_SCHEME, name=f"Concepts of {PROGRAM}")]
