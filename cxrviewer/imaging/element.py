"""One line of what a file says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Element:
    """A data element of a DICOM file, an item of a sequence, or a fact about another picture.

    Parameters
    ----------
    name : str
        For people: "Modality", "Item 1".
    value : str
        As text; data in bulk are only named with their size. Left out of the representation: it may identify
        the patient.
    meaning : str
        What a code in the value stands for: the name of a registered UID.
    tag : str
        "(0008,0060)"; empty for a fact.
    keyword : str
        "Modality"; empty for private elements and items.
    vr : str
        Value representation (PS3.5 6.2).
    length : int, optional
        Bytes of the value; None where it is not known or delimited.
    identifying : bool
        Whether the value may tell who the patient is, or who made the image where.
    children : tuple of Element
        Items of a sequence, elements of an item.
    """

    name: str
    value: str = field(default="", repr=False)
    meaning: str = ""
    tag: str = ""
    keyword: str = ""
    vr: str = ""
    length: int | None = None
    identifying: bool = False
    children: tuple[Element, ...] = ()
