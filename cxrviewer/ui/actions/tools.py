"""The Tools menu."""

from __future__ import annotations

from cxrviewer.ui.actions.spec import SEPARATOR, ActionSpec, MenuSpec

TOOLS_MENU = MenuSpec(
    "&Tools",
    (
        ActionSpec("train", "&Train…", "", "Train a model by a recipe"),
        ActionSpec("evaluate", "&Evaluate…", "", "Measure how well a model does on labelled radiographs"),
        ActionSpec("study", "&Study…", "", "Compare the heatmaps of classes, and where they lie"),
        SEPARATOR,
        ActionSpec("jobs", "&Jobs", "Ctrl+J", "Show what runs, what waits and what has been found"),
    ),
)
