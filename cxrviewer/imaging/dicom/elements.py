"""All data elements of a DICOM file as text, without its pixels or other data in bulk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from pydicom.charset import default_encoding
from pydicom.datadict import dictionary_VR, keyword_for_tag, private_dictionary_description
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element
from pydicom.dataset import Dataset
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag
from pydicom.uid import UID

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.dicom.decoders import prepare_pydicom
from cxrviewer.imaging.dicom.header import is_deflated, refuse_inflation
from cxrviewer.imaging.dicom.identity import is_identifying, mentions, name_parts
from cxrviewer.imaging.element import Element
from cxrviewer.imaging.words import size_text

BULK_BYTES = 64 * 1024
"""Values from this size on are not read: no text of a header is as long."""
MOST_ELEMENTS = 200_000

_BINARY = frozenset({"OB", "OW", "OD", "OF", "OL", "OV", "UN"})
_LISTED_BYTES = 512
"""Numbers in bulk, a lookup table say, are listed up to this size."""
_LISTED_CHARACTERS = 4096
_UNDEFINED = 0xFFFFFFFF
_ITEM_TAG = "(FFFE,E000)"


def read_elements(path: Path, stream: BinaryIO) -> tuple[Element, ...]:
    """Return the file meta information and the data set, sequences with their items.

    Parameters
    ----------
    path : Path
        For messages.
    stream : binary file
        The whole file, seekable. Values of `BULK_BYTES` and more are skipped.

    Raises
    ------
    ImageReadError
        The file is not DICOM or is damaged.
    """
    prepare_pydicom()
    refuse_inflation(path, stream)
    # What is skipped is looked for in the file later on: in a deflated one it has no place.
    skipped_from = None if is_deflated(stream) else BULK_BYTES
    try:
        dataset = read_partial(stream, defer_size=skipped_from, force=True)
        lister = _Lister(stream)
        meta = lister.listed(getattr(dataset, "file_meta", Dataset()))
        listed = _with_mentions((*meta, *lister.listed(dataset)))
    # A damaged file makes the parser fail in any way, deep recursion included.
    except Exception as error:
        raise ImageReadError(
            "The DICOM file is damaged.", "Export it again from its source.", path
        ) from error
    if not listed:
        raise ImageReadError("The DICOM file is damaged.", "Export it again from its source.", path)
    return listed


class _Lister:
    """Turns data sets into elements, up to `MOST_ELEMENTS`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = MOST_ELEMENTS

    def listed(self, dataset: Dataset) -> tuple[Element, ...]:
        return tuple(self._each(dataset))

    def _each(self, dataset: Dataset) -> Iterator[Element]:
        for tag in sorted(dataset.keys()):
            self._left -= 1
            if self._left < 0:
                return
            yield self._element(dataset, tag)

    def _element(self, dataset: Dataset, tag: BaseTag) -> Element:
        raw: Any = dataset.get_item(tag, keep_deferred=True)
        vr = _representation(tag, raw)
        length = _length(raw)
        blank = Element(
            _name(dataset, tag), tag=_number(tag), keyword=keyword_for_tag(tag), vr=vr, length=length
        )
        if isinstance(raw, RawDataElement) and vr != "SQ" and _is_bulk(raw, vr):
            size = length if length is not None else fragments_size(self._stream, raw.value_tell)
            return replace(blank, value=f"{blank.name if tag == 0x7FE00010 else 'Data'}, {size_text(size)}")
        # pydicom converts a value when it is first used, with whatever exception its bytes provoke.
        try:
            element = self._converted(dataset, tag, raw)
        except Exception:
            return replace(blank, value="unreadable")
        blank = replace(blank, vr=element.VR)
        if element.VR == "SQ":
            return self._sequence(blank, element)
        value = _text(element)
        identifying = is_identifying(tag, blank.keyword, element.VR, value)
        meaning = uid_name(value) if element.VR == "UI" else ""
        return replace(blank, value=value, meaning=meaning, identifying=identifying)

    def _converted(self, dataset: Dataset, tag: BaseTag, raw: Any) -> DataElement:
        if not isinstance(raw, RawDataElement) or raw.value is not None or not raw.length:
            return dataset[tag]
        self._stream.seek(raw.value_tell)
        value = self._stream.read(raw.length)
        encoding = dataset.original_character_set or default_encoding
        return convert_raw_data_element(raw._replace(value=value), encoding=encoding, ds=dataset)

    def _sequence(self, blank: Element, element: DataElement) -> Element:
        items = []
        for number, item in enumerate(element.value or (), start=1):
            children = self.listed(item)
            items.append(Element(f"Item {number}", tag=_ITEM_TAG, children=children))
        count = f"{len(items)} item{'' if len(items) == 1 else 's'}"
        return replace(blank, value=count, children=tuple(items))


def _with_mentions(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Mark what repeats a name or a number of the patient, in private elements and free text."""
    parts = name_parts(
        element.value
        for element in _leaves(elements)
        if element.identifying and (element.vr == "PN" or element.keyword in ("PatientID", "AccessionNumber"))
    )

    def marked(element: Element) -> Element:
        if element.children:
            return replace(element, children=tuple(map(marked, element.children)))
        if element.identifying or not element.value or not mentions(element.value, parts):
            return element
        return replace(element, identifying=True)

    return tuple(map(marked, elements)) if parts else elements


def _leaves(elements: tuple[Element, ...]) -> Iterator[Element]:
    for element in elements:
        if element.children:
            yield from _leaves(element.children)
        else:
            yield element


def _representation(tag: BaseTag, raw: Any) -> str:
    vr = str(raw.VR) if raw.VR else ""
    if vr and vr != "UN":
        return vr
    try:
        return dictionary_VR(tag).split(" or ", maxsplit=1)[0]
    except KeyError:
        return "UN"


def _length(raw: Any) -> int | None:
    length = getattr(raw, "length", None)
    return None if length is None or length == _UNDEFINED else int(length)


def _is_bulk(raw: RawDataElement, vr: str) -> bool:
    if raw.value is None:
        return raw.length > 0
    if vr in _BINARY and not raw.tag.is_private:
        return len(raw.value) > _LISTED_BYTES or raw.tag.group == 0x7FE0
    return vr in _BINARY and len(raw.value) > _LISTED_BYTES


def _number(tag: BaseTag) -> str:
    return f"({tag.group:04X},{tag.element:04X})"


def _name(dataset: Dataset, tag: BaseTag) -> str:
    """Return the name of an element; of a private one what its creator calls it, with the creator."""
    if not tag.is_private:
        return DataElement(tag, "UN", None).name or "Unknown"
    if tag.element >> 8 == 0:
        return "Private Creator"
    creator = _private_creator(dataset, tag)
    try:
        return f"{private_dictionary_description(tag, creator)} [{creator}]"
    except KeyError:
        return f"Private [{creator or 'unknown creator'}]"


def _private_creator(dataset: Dataset, tag: BaseTag) -> str:
    """Return who has reserved the block of a private element (PS3.5 7.8.1)."""
    reserving = (tag.group << 16) + (tag.element >> 8)
    return str(dataset[reserving].value or "").strip() if reserving in dataset else ""


def _text(element: DataElement) -> str:
    value = element.value
    if isinstance(value, bytes):
        return _bytes_text(value)
    if value is None:
        return ""
    several = element.VM > 1 and not isinstance(value, str)
    text = "\\".join(str(part) for part in value) if several else str(value)
    if len(text) > _LISTED_CHARACTERS:
        text = f"{text[:_LISTED_CHARACTERS]}… ({len(text):,} characters)"
    return text.strip(" \0")


def _bytes_text(value: bytes) -> str:
    stripped = value.rstrip(b"\0 ")
    if stripped and all(32 <= byte < 127 for byte in stripped):
        return stripped.decode("ascii")
    shown = value[:32].hex(" ")
    return shown if len(value) <= 32 else f"{shown} … ({size_text(len(value))})"


def fragments_size(stream: BinaryIO, start: int) -> int:
    """Return the bytes of an encapsulated value that begins at `start` (PS3.5 A.4), without its frame."""
    total = 0
    stream.seek(start)
    while len(header := stream.read(8)) == 8 and header[:4] == b"\xfe\xff\x00\xe0":
        length = int.from_bytes(header[4:], "little")
        total += length
        stream.seek(length, io.SEEK_CUR)
    return total


def uid_name(uid: str) -> str:
    """Return the name of a registered UID; empty for others."""
    name = UID(uid).name
    return "" if name == uid else name
