"""Damage to a file, chosen by a random generator with a seed."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

Mutation = Callable[[random.Random, bytearray, bytes], bytearray]

_INTERESTING = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_TAGS = (
    0x00080016, 0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100, 0x00280101,
    0x00280102, 0x00280103, 0x00281050, 0x00281051, 0x00281052, 0x00281053, 0x00283000, 0x00283002,
    0x00283006, 0x00283010, 0x60000010, 0x60003000, 0x7FE00010, 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD,
)  # fmt: skip
_HEADER = 1200
"""Most damage goes to the beginning, where the header is."""


def mutate(chance: random.Random, original: bytes, other: bytes) -> bytes:
    """Return a damaged copy of a file.

    Parameters
    ----------
    chance : Random
        Decides everything.
    original : bytes
        The file.
    other : bytes
        Another one, of which parts are spliced in.
    """
    content = bytearray(original)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if len(content) > 8:
            content = chance.choice(_MUTATIONS)(chance, content, other)
    return bytes(content)


def _place(chance: random.Random, content: bytearray, width: int = 1) -> int:
    end = max(1, len(content) - width)
    return chance.randrange(min(end, _HEADER) if chance.random() < 0.7 else end)


def _flip_bits(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    for _ in range(chance.choice((1, 2, 8))):
        content[_place(chance, content)] ^= 1 << chance.randrange(8)
    return content


def _change_bytes(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    start = _place(chance, content)
    for position in range(start, min(start + chance.choice((1, 4, 32, 400)), len(content))):
        content[position] = chance.randrange(256)
    return content


def _truncate(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    return content[: _place(chance, content)]


def _set_number(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    """Write a number where one of 1, 2 or 4 bytes may stand: a length, a size, an offset."""
    form = chance.choice(("B", "<H", ">H", "<I", ">I"))
    width = struct.calcsize(form)
    place = _place(chance, content, width)
    number = chance.choice(_INTERESTING) + chance.choice((0, 0, 1, -1, 7))
    content[place : place + width] = struct.pack(form, number & ((1 << 8 * width) - 1))
    return content


def _set_length_of_tag(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    """Change what follows a tag: its representation, its length or its value."""
    places = [place for tag in _TAGS for place in _places_of(content, tag)]
    if places:
        place = chance.choice(places) + chance.choice((4, 6, 8, 10, 12))
        number = chance.choice(_INTERESTING)
        content[place : place + 2] = struct.pack("<H", number & 0xFFFF)
    return content


def _swap_tags(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    """Let an element be called by another name."""
    places = [place for tag in _TAGS for place in _places_of(content, tag)]
    if places:
        place, tag = chance.choice(places), chance.choice(_TAGS)
        content[place : place + 4] = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    return content


def _places_of(content: bytearray, tag: int) -> list[int]:
    place = content.find(struct.pack("<HH", tag >> 16, tag & 0xFFFF))
    return [place] if place >= 0 else []


def _splice(chance: random.Random, content: bytearray, other: bytes) -> bytearray:
    start = chance.randrange(len(other))
    piece = other[start : start + chance.choice((2, 16, 200, 5000))]
    place = _place(chance, content)
    replaced = len(piece) if chance.random() < 0.5 else 0
    return content[:place] + bytearray(piece) + content[place + replaced :]


def _repeat(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    start = _place(chance, content)
    piece = content[start : start + chance.choice((4, 64, 1000))]
    return content[:start] + piece * chance.choice((2, 3, 50)) + content[start:]


def _remove(chance: random.Random, content: bytearray, _: bytes) -> bytearray:
    start = _place(chance, content)
    return content[:start] + content[start + chance.choice((1, 2, 8, 300)) :]


_MUTATIONS: tuple[Mutation, ...] = (
    _flip_bits,
    _change_bytes,
    _truncate,
    _set_number,
    _set_number,
    _set_length_of_tag,
    _swap_tags,
    _splice,
    _repeat,
    _remove,
)
