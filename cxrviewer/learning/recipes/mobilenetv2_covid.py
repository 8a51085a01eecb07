"""MobileNetV2 with a deep head, as published for COVID-19, viral pneumonia and normal radiographs.

Published accuracy: 95.6 %; heatmaps at ``block_16_depthwise``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from cxrviewer.learning.transfer import train as train_transfer
from cxrviewer.learning.transfer_spec import UNCHANGED, Backbone, Head, TransferSettings, TransferSpec
from cxrviewer.models.card import ContrastRule, Scaling

SPEC = TransferSpec(
    id="mobilenetv2-covid",
    name="MobileNetV2 for COVID-19",
    order=32,
    summary="MobileNetV2 with four dense layers; COVID-19, viral pneumonia and normal, or other classes.",
    backbone=Backbone("MobileNetV2", Scaling.UNIT, "block_16_depthwise"),
    head=Head(units=(512, 128, 64, 32), dropout=(0.7, 0.5, 0.3, 0.0)),
    contrast=ContrastRule.WHITE_BALANCE,
    source="MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) with dense layers of 512, 128, 64 and 32.",
    defaults=TransferSettings(
        epochs=50,
        batch=16,
        learning_rate=1e-4,
        plateau_factor=0.3,
        plateau_patience=2,
        validation_share=0.2,
        augmentation=replace(UNCHANGED, rotation=10.0, flip=True),
    ),
)
train = partial(train_transfer, SPEC)
