"""A SMART Solar that fits in one process: the other end of demos, browser, chaos and speed tests.

It speaks the contract of the public HTTP API over a real socket, keeps its fleet in memory, has a clock that can be
sped up and fails on demand. Delivery of webhooks is left out: a subscription is answered and kept, nothing is sent.
"""

from .clock import Clock
from .faults import Fault
from .fleet import Fleet
from .server import Simulator
from .units import Unit
from .users import User

__all__ = ["Clock", "Fault", "Fleet", "Simulator", "Unit", "User"]
