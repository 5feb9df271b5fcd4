"""What people work on the addon with: it provisions and runs Odoo 19, PostgreSQL and the simulator.

    with workspace("bench") as space, database(space, addon=True) as name, simulator(space) as (address, _):
        space.sql(name, "UPDATE smart_solar_client SET base_url = %s", address)
        print(space.shell(name, "print(env['stock.lot'].search_count([]))").stdout)
        with odoo_server(space, name, "--workers=2") as (odoo_address, process):
            ...

Standard library only: it runs before anything is installed.
"""

from .console import MissingError, StopError, entry, say, step
from .databases import database, install_addon, log_folder, template
from .machine import free_port
from .processes import running, start, stop
from .servers import odoo_server, simulator
from .venv import venv_python
from .workspace import Workspace, workspace
