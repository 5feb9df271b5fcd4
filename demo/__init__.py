from . import payg_demo
