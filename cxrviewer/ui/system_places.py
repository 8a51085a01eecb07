"""What the system says of its user: where pictures are kept, and what paper is used."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths

_LETTER = {
    *(QLocale.Country.UnitedStates, QLocale.Country.Canada, QLocale.Country.Mexico, QLocale.Country.Belize),
    *(QLocale.Country.Chile, QLocale.Country.Colombia, QLocale.Country.CostaRica, QLocale.Country.ElSalvador),
    *(QLocale.Country.Guatemala, QLocale.Country.Nicaragua, QLocale.Country.Panama),
    *(QLocale.Country.Philippines, QLocale.Country.PuertoRico, QLocale.Country.Venezuela),
}
"""Countries that print on US Letter (Unicode CLDR, paperSize)."""


def usual_folder(last: str) -> Path:
    """Return where files are suggested: in the folder of the last time, where there is still one."""
    places = QStandardPaths.StandardLocation
    usual = (QStandardPaths.writableLocation(each) for each in (places.PicturesLocation, places.HomeLocation))
    found = (Path(folder) for folder in (last, *usual) if folder and Path(folder).is_dir())
    return next(found, Path.home())


def usual_paper(locale: QLocale | None = None) -> str:
    """Return the paper of the user's country, one of `export.options.PAPERS`."""
    country = (locale or QLocale.system()).territory()
    return "letter" if country in _LETTER else "a4"
