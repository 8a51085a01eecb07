"""How often it is said that an image has no lungs: of chests, wrongly, and of other pictures, rightly.

``python -m benchmarks.lung_check DIR`` with the folder of the shared data (kermany224, lungs, dicom).
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.measure import Row, at_most, median_time, print_table
from cxrviewer import paths
from cxrviewer.errors import ImageReadError
from cxrviewer.explain.explainer import Explainer
from cxrviewer.explain.lungs import find_lungs
from cxrviewer.imaging.open import read_radiograph
from cxrviewer.imaging.radiograph import Radiograph

_CHILDREN = 300
_CHESTS = ("gdcm-CR-MONO1-10-chest.dcm", "wg04_RG1_JLSN.dcm")
_FALSE_ALARMS = 0.03
_SECONDS = 0.03


def main() -> None:
    """Measure on the shared data."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    children = sorted((data / "kermany224" / "train").rglob("*.jpeg"))
    order = np.random.default_rng(0).permutation(len(children))[:_CHILDREN]
    files = sorted((data / "dicom").glob("*.dcm"))
    chests = {
        "children": [children[place] for place in order],
        "adults": sorted((data / "lungs" / "images").iterdir()),
        "DICOM chests": [file for file in files if file.name in _CHESTS],
        "phantoms": sorted(paths.resource("samples").iterdir()),
    }
    others = [file for file in files if file.name not in _CHESTS]
    rows = [_false_alarms(name, paths_) for name, paths_ in chests.items()]
    print_table("No lungs found", [*rows, _alarms(others), _time(chests["children"])])


def _images(files: Sequence[Path]) -> Iterator[Radiograph]:
    for file in files:
        try:
            yield read_radiograph(file)
        except ImageReadError:
            print(f"not an image: {file.name}")


def _doubts(files: Sequence[Path]) -> list[str]:
    run = Explainer().handle
    found = []
    for radiograph in _images(files):
        doubt = find_lungs(run, radiograph).doubt
        found.append(doubt)
    return found


def _false_alarms(name: str, files: Sequence[Path]) -> Row:
    doubts = _doubts(files)
    wrong = Counter(filter(None, doubts))
    share = wrong.total() / len(doubts)
    for doubt, count in wrong.most_common():
        print(f"{name}: {doubt} ({count})")
    value = f"{wrong.total()} of {len(doubts)} ({share:.1%})"
    return Row(f"{name}, wrongly", value, f"≤ {_FALSE_ALARMS:.0%}", share <= _FALSE_ALARMS)


def _alarms(files: Sequence[Path]) -> Row:
    doubts = _doubts(files)
    right = sum(map(bool, doubts))
    return Row("hip, teeth, dog, flowers, pattern, rightly", f"{right} of {len(doubts)}", "all", all(doubts))


def _time(files: Sequence[Path]) -> Row:
    run, radiographs = Explainer().handle, list(_images(files[:40]))
    seconds = median_time(lambda number: find_lungs(run, radiographs[number]), 37)
    return at_most("an image, warm", seconds, _SECONDS)


if __name__ == "__main__":
    main()
