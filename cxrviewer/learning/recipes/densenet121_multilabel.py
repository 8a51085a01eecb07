"""DenseNet-121 for the fourteen findings of ChestX-ray14 (Rajpurkar et al. 2017, arXiv:1711.05225).

The data are described by Wang et al. 2017 (arXiv:1705.02315): ``Data_Entry_2017.csv`` with the columns
``Image Index``, ``Finding Labels`` and ``Patient ID``, beside the images or above their folders.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from cxrviewer.learning.transfer import train as train_transfer
from cxrviewer.learning.transfer_spec import (
    UNCHANGED,
    Backbone,
    Balance,
    Head,
    TransferSettings,
    TransferSpec,
)
from cxrviewer.models.card import Activation, Scaling

LABELS = (
    "Atelectasis",
    "Cardiomegaly",
    "Effusion",
    "Infiltration",
    "Mass",
    "Nodule",
    "Pneumonia",
    "Pneumothorax",
    "Consolidation",
    "Edema",
    "Emphysema",
    "Fibrosis",
    "Pleural_Thickening",
    "Hernia",
)

SPEC = TransferSpec(
    id="densenet121-multilabel",
    name="DenseNet-121, fourteen findings",
    order=33,
    summary="DenseNet-121 with a sigmoid for each finding of ChestX-ray14; rare ones weigh more.",
    backbone=Backbone("DenseNet121", Scaling.IMAGENET_TORCH, "relu"),
    head=Head(activation=Activation.SIGMOID),
    labels=LABELS,
    source="DenseNet-121 (Huang et al. 2017, arXiv:1608.06993), as Rajpurkar et al. 2017, arXiv:1711.05225.",
    defaults=TransferSettings(
        epochs=10,
        batch=16,
        learning_rate=1e-4,
        plateau_factor=0.1,
        plateau_patience=1,
        validation_share=0.1,
        balance=Balance.LOSS,
        augmentation=replace(UNCHANGED, flip=True),
    ),
)
train = partial(train_transfer, SPEC)
