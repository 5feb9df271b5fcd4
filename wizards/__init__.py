from . import payg_erp_sync_wizard
from . import payg_hand_wizard
from . import payg_match_wizard
from . import payg_switch_wizard
