"""Questions about a model and the answers to them; called, it is `cxrviewer.api.explain`."""

import sys

from cxrviewer.callable_package import CallablePackage

sys.modules[__name__].__class__ = CallablePackage
