from . import payg_installation_report
from . import payg_on_report
from . import payg_shrinkage_report
