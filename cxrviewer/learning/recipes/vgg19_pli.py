"""VGG19 with two classes, for pixel-level interpretability (method ``pli``)."""

from __future__ import annotations

from functools import partial

from cxrviewer.learning.transfer import train as train_transfer
from cxrviewer.learning.transfer_spec import Backbone, TransferSettings, TransferSpec
from cxrviewer.models.card import Scaling

SPEC = TransferSpec(
    id="vgg19-pli",
    name="VGG19 for pixel-level interpretability",
    order=34,
    summary="VGG19 of ImageNet, all weights learned on; two classes, for the method pli.",
    backbone=Backbone("VGG19", Scaling.IMAGENET_CAFFE, "block5_conv4"),
    count=2,
    source="VGG19 (Simonyan and Zisserman 2015, arXiv:1409.1556).",
    defaults=TransferSettings(epochs=20, batch=16, learning_rate=1e-5),
)
train = partial(train_transfer, SPEC)
