"""CXR Viewer: chest radiographs, a classifier's output, and the regions that influenced it."""

__version__ = "0.1.0"
