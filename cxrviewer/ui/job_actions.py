"""The actions about jobs, and their menu."""

from __future__ import annotations

from cxrviewer.ui.action_spec import SEPARATOR, ActionSpec

JOB_ACTIONS = (
    ActionSpec("evaluate", "&Evaluate…", "", "Measure how well a model does on labelled radiographs"),
    ActionSpec("jobs", "&Jobs", "Ctrl+J", "Show what runs, what waits and what has been found"),
)

TOOLS_MENU = ("evaluate", SEPARATOR, "jobs")
