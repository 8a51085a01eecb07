"""What type checkers and editors see of the package: its functions come when they are used first."""

from cxrviewer.api import batch as batch
from cxrviewer.api import explain as explain
from cxrviewer.api import load_model as load_model
from cxrviewer.api import open_radiograph as open_radiograph
from cxrviewer.api import overlay as overlay

__version__: str
