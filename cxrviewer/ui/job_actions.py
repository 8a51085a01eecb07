"""The actions about jobs, and their menu."""

from __future__ import annotations

from cxrviewer.ui.action_spec import SEPARATOR, ActionSpec

JOB_ACTIONS = (
    ActionSpec("batch", "&Batch…", "", "Analyse many radiographs: a picture each, tables and a summary"),
    ActionSpec("train", "&Train…", "", "Train a model by a recipe"),
    ActionSpec("evaluate", "&Evaluate…", "", "Measure how well a model does on labelled radiographs"),
    ActionSpec("study", "&Study…", "", "Compare the heatmaps of classes, and where they lie"),
    ActionSpec("jobs", "&Jobs", "Ctrl+J", "Show what runs, what waits and what has been found"),
)

TOOLS_MENU = ("train", "evaluate", "study", SEPARATOR, "jobs")
