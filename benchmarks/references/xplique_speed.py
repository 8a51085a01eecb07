"""Prints the seconds that xplique takes for a heatmap, by our ids of the methods.

Usage: python xplique_speed.py MODEL.keras IMAGE.npy LAYER
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import keras
import numpy as np
from xplique.attributions import GradCAM, GradCAMPP

ROUNDS = 7


def main(model_path: str, image_path: str, layer: str) -> None:
    """Measure and print."""
    model = keras.saving.load_model(model_path, compile=False)
    model.layers[-1].activation = keras.activations.linear
    image = np.load(image_path)
    target = np.eye(model.output_shape[1], dtype=np.float32)[:1]
    taken = {}
    for name, kind in (("grad-cam", GradCAM), ("grad-cam++", GradCAMPP)):
        explainer = kind(model, conv_layer=layer, batch_size=1)
        seconds = []
        for _ in range(ROUNDS + 2):
            start = time.perf_counter()
            np.asarray(explainer(image, target))
            seconds.append(time.perf_counter() - start)
        taken[name] = statistics.median(seconds[2:])
    sys.stdout.write(json.dumps(taken))


if __name__ == "__main__":
    main(*sys.argv[1:])
