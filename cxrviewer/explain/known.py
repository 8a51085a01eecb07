"""What was computed for the images that were explained last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np

from cxrviewer.explain.compiled import CompiledModel, LayerRun
from cxrviewer.explain.probe import ScoreMemo
from cxrviewer.explain.steps import Floats
from cxrviewer.explain.target import UnitMasks

_KEPT_BYTES = 48 * 2**20
_KEPT_OUTPUTS = 1024


@dataclass(frozen=True, eq=False)
class _Seen:
    """An image at one layer: activations, and gradients by target."""

    activations: Floats
    gradients: dict[bytes, Floats | None] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        return self.activations.nbytes * (1 + len(self.gradients))


class KnownImages:
    """What was computed, by the key of the image; what was used longest ago is forgotten.

    Parameters
    ----------
    model : CompiledModel
        Computes what is not known.
    """

    def __init__(self, model: CompiledModel) -> None:
        self._model = model
        self._logits: OrderedDict[str, Floats] = OrderedDict()
        self._seen: OrderedDict[tuple[str, str], _Seen] = OrderedDict()
        self._memos: OrderedDict[Hashable, ScoreMemo] = OrderedDict()

    @property
    def last_layer(self) -> str:
        """The layer that was asked for last; "" where there was none."""
        return next(reversed(self._seen))[1] if self._seen else ""

    def logits(self, key: str, image: Floats) -> Floats:
        """Return the model's raw output (units,) for an image (1, H, W, C)."""
        if key not in self._logits:
            self._put_logits(key, self._model.logits(image)[0])
        return self._logits[key]

    def has_logits(self, key: str) -> bool:
        """Return whether the output for an image is known."""
        return key in self._logits

    def put(self, key: str, layer: str, masks: UnitMasks, run: LayerRun) -> None:
        """Remember what a run of the model gave."""
        self._put_logits(key, run.logits)
        seen = self._seen.pop((key, layer), None) or _Seen(run.activations)
        seen.gradients[_name(masks)] = run.gradients
        self._seen[key, layer] = seen
        while len(self._seen) > 1 and sum(item.nbytes for item in self._seen.values()) > _KEPT_BYTES:
            self._seen.popitem(last=False)

    def run(self, key: str, image: Floats, layer: str, masks: UnitMasks) -> LayerRun:
        """Return activations and gradients at a layer, computing only what is not known."""
        seen = self._seen.get((key, layer))
        name = _name(masks)
        if seen is not None and name in seen.gradients:
            run = LayerRun(seen.activations, self._logits[key], seen.gradients[name])
        elif seen is not None and key in self._logits:
            run = self._run_head(key, image, layer, masks)
        else:
            run = self._model.run(layer, image, masks)
        self.put(key, layer, masks, run)
        return run

    def _run_head(self, key: str, image: Floats, layer: str, masks: UnitMasks) -> LayerRun:
        """Run what follows a layer for a score, and for those of other labels where they cost little more."""
        seen, logits = self._seen[key, layer], self._logits[key]
        if any(gradients is None for gradients in seen.gradients.values()):
            return LayerRun(seen.activations, logits, None)
        known = {*seen.gradients, _name(masks)}
        others = [label for label in self._model.labels if _name(label) not in known]
        together = [masks, *others][: self._model.targets_at_once(layer)]
        found = self._model.head_gradients(layer, seen.activations, image, together)
        runs = [LayerRun(seen.activations, logits, gradients) for gradients in found]
        for other, run in zip(together[1:], runs[1:], strict=True):
            self.put(key, layer, other, run)
        return runs[0]

    def memo(self, name: Hashable) -> ScoreMemo:
        """Return where the scores of an image's variants are kept."""
        memo = self._memos.pop(name, None) or ScoreMemo()
        self._memos[name] = memo
        while len(self._memos) > _KEPT_OUTPUTS:
            self._memos.popitem(last=False)
        return memo

    def _put_logits(self, key: str, logits: Floats) -> None:
        self._logits[key] = logits
        self._logits.move_to_end(key)
        while len(self._logits) > _KEPT_OUTPUTS:
            self._logits.popitem(last=False)


def _name(masks: UnitMasks) -> bytes:
    return np.concatenate([masks.positive, masks.negative]).tobytes()
