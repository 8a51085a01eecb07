"""ResNet50 as trained on ImageNet, with one dense layer learned on top: pneumonia on Kermany's images.

Published accuracy on the official test split: 77.4 %.
"""

from __future__ import annotations

from functools import partial

from cxrviewer.learning.transfer import train as train_transfer
from cxrviewer.learning.transfer_spec import Backbone, TransferSettings, TransferSpec
from cxrviewer.models.card import Scaling

SPEC = TransferSpec(
    id="resnet50-frozen",
    name="ResNet50, frozen",
    order=30,
    summary="ResNet50 of ImageNet, its weights kept, one dense layer on top; two classes.",
    backbone=Backbone("ResNet50", Scaling.IMAGENET_CAFFE, "conv5_block3_out", frozen=True),
    count=2,
    source="ResNet50 (He et al. 2016, arXiv:1512.03385), frozen, with one dense layer.",
    defaults=TransferSettings(epochs=10, batch=32, learning_rate=1e-3),
)
train = partial(train_transfer, SPEC)
