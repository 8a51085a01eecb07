"""Maps of pytorch-grad-cam and saliency for a Keras model that runs on PyTorch.

Usage: python torch_maps.py MODEL.keras IMAGE.npy LAYER CLASS OUT.npz

Writes raw maps, before any rectifying and scaling. Runs in an environment of its own, without TensorFlow.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from unittest.mock import MagicMock

import keras
import numpy as np
import torch

# pytorch-grad-cam imports it for pictures of its own, which are not made here; it does not start beside a
# PyTorch without CUDA.
for _name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional"):
    sys.modules[_name] = MagicMock()

from pytorch_grad_cam import (  # noqa: E402
    AblationCAM,
    EigenCAM,
    EigenGradCAM,
    GradCAM,
    GradCAMPlusPlus,
    HiResCAM,
    LayerCAM,
    ScoreCAM,
    XGradCAM,
)
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # noqa: E402
from saliency.core import INPUT_OUTPUT_GRADIENTS, IntegratedGradients  # noqa: E402

# Its Score-CAM upsamples with aligned corners, which moves cells by up to half of one. Here as ours does.
torch.nn.UpsamplingBilinear2d = partial(torch.nn.Upsample, mode="bilinear", align_corners=False)

CAMS = {
    "grad-cam": GradCAM,
    "grad-cam++": GradCAMPlusPlus,
    "hires-cam": HiResCAM,
    "layer-cam": LayerCAM,
    "xgrad-cam": XGradCAM,
    "eigen-cam": EigenCAM,
    "eigen-grad-cam": EigenGradCAM,
}
SLOW_CAMS = {"ablation-cam": AblationCAM, "score-cam": ScoreCAM}
IG_STEPS = 64


class Tapped(torch.nn.Module):
    """A Keras model, channels first outside, with a module at the target layer that hooks can hold on to."""

    def __init__(self, model: keras.Model, layer: str) -> None:
        super().__init__()
        model.layers[-1].activation = keras.activations.linear
        middle = model.get_layer(layer).output
        self.before = keras.Model(model.inputs, middle)
        self.after = keras.Model(
            middle, keras.layers.Activation("linear")(model.layers[-1](model.layers[-1].input))
        )
        self.tap = torch.nn.Identity()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        activations = self.before(images.permute(0, 2, 3, 1), training=False)
        tapped = self.tap(activations.permute(0, 3, 1, 2))
        return self.after(tapped.permute(0, 2, 3, 1), training=False)


def raw_maps(model: Tapped, images: torch.Tensor, index: int) -> dict[str, np.ndarray]:
    """Return the maps of pytorch-grad-cam before its rectifying, resizing and scaling."""
    targets = [ClassifierOutputTarget(index)]
    maps = {}
    for name, kind in {**CAMS, **SLOW_CAMS}.items():
        cam = kind(model, [model.tap])
        cam.batch_size = 32
        outputs = cam.activations_and_grads(images.clone().requires_grad_())
        model.zero_grad()
        targets[0](outputs[0]).backward(retain_graph=True)
        holder = cam.activations_and_grads
        activations = holder.activations[0].numpy()
        gradients = holder.gradients[0].numpy() if holder.gradients else activations
        maps[name] = cam.get_cam_image(images, model.tap, targets, activations, gradients, False)[0]
        holder.release()
        if name == "ablation-cam":
            # It divides its weights by the score, which turns the map round where that is negative.
            maps[name] = maps[name] * outputs[0, index].item()
    return maps


def integrated_gradients(model: Tapped, image: np.ndarray, index: int) -> np.ndarray:
    """Return the map of saliency's integrated gradients from the image's mean, summed over the channels."""

    def call_model(batch: np.ndarray, **_: object) -> dict[str, np.ndarray]:
        images = torch.tensor(np.asarray(batch, np.float32)).permute(0, 3, 1, 2).requires_grad_()
        score = model(images)[:, index].sum()
        (gradient,) = torch.autograd.grad(score, images)
        return {INPUT_OUTPUT_GRADIENTS: gradient.permute(0, 2, 3, 1).numpy()}

    mask = IntegratedGradients().GetMask(
        image,
        call_model,
        None,
        x_baseline=np.broadcast_to(image.mean(axis=(0, 1)), image.shape),
        x_steps=IG_STEPS,
        batch_size=8,
    )
    return np.asarray(mask).sum(axis=-1)


def main(model_path: str, image_path: str, layer: str, class_index: str, target: str) -> None:
    """Compute and write the maps."""
    index, image = int(class_index), np.load(image_path)
    model = Tapped(keras.saving.load_model(model_path, compile=False), layer)
    images = torch.tensor(image).permute(0, 3, 1, 2)
    found = raw_maps(model, images, index)
    found["integrated-gradients"] = integrated_gradients(model, image[0], index)
    with torch.no_grad():
        found["logits"] = model(images).numpy()[0]
    np.savez(Path(target), **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
