"""ResNet50, all of its weights learned on from those of ImageNet, every class drawn equally often.

What the authors of the frozen one recommend.
"""

from __future__ import annotations

from functools import partial

from cxrviewer.learning.transfer import train as train_transfer
from cxrviewer.learning.transfer_spec import Backbone, Balance, TransferSettings, TransferSpec
from cxrviewer.models.card import Scaling

SPEC = TransferSpec(
    id="resnet50-finetuned",
    name="ResNet50, fine-tuned",
    order=31,
    summary="ResNet50 of ImageNet, all weights learned on, classes drawn equally often; two classes.",
    backbone=Backbone("ResNet50", Scaling.IMAGENET_CAFFE, "conv5_block3_out"),
    count=2,
    source="ResNet50 (He et al. 2016, arXiv:1512.03385), fine-tuned on balanced classes.",
    defaults=TransferSettings(epochs=10, batch=32, learning_rate=1e-5, balance=Balance.SAMPLING),
)
train = partial(train_transfer, SPEC)
