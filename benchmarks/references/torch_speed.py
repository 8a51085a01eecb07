"""Prints the seconds that pytorch-grad-cam takes for a heatmap, by our ids of the methods.

Usage: python torch_speed.py MODEL.keras IMAGE.npy LAYER
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import keras
import numpy as np
import torch
from torch_maps import CAMS, ClassifierOutputTarget, Tapped

ROUNDS = 5


def main(model_path: str, image_path: str, layer: str) -> None:
    """Measure and print."""
    model = Tapped(keras.saving.load_model(model_path, compile=False), layer)
    images = torch.tensor(np.load(image_path)).permute(0, 3, 1, 2)
    taken = {}
    for name, kind in CAMS.items():
        seconds = []
        with kind(model, [model.tap]) as cam:
            for _ in range(ROUNDS + 2):
                start = time.perf_counter()
                cam(images, targets=[ClassifierOutputTarget(0)])
                seconds.append(time.perf_counter() - start)
        taken[name] = statistics.median(seconds[2:])
    sys.stdout.write(json.dumps(taken))


if __name__ == "__main__":
    main(*sys.argv[1:])
