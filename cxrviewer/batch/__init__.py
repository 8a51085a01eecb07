"""Many files at a time; called, it is `cxrviewer.api.batch`."""

import sys

from cxrviewer.callable_package import CallablePackage

sys.modules[__name__].__class__ = CallablePackage
