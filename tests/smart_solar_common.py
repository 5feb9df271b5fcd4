import sys
from pathlib import Path

from .common import PaygCommon

# The simulator is a tool beside the addon.
sys.path.append(str(Path(__file__).resolve().parents[1] / "dev"))

from simulator import Clock, Fleet, Simulator, Unit

IN_REPAIR = 8


class SmartSolarCommon(PaygCommon):
    """A company with a connection to a simulator that listens on a real socket."""

    def setUp(self):
        super().setUp()
        # A clock of its own, that stands still: what happens in SMART Solar happens when a test says so.
        self.fleet = Fleet(Clock(speed=0), connect_after=20, poke_after=2)
        self.simulator = Simulator(self.fleet).start()
        self.addCleanup(self.simulator.stop)
        # Those of a demo database talk to a simulator of their own.
        self.env["smart.solar.client"].search([]).active = False
        self.client = self.make_client(self.company)

    def make_client(self, company, **vals):
        return self.env["smart.solar.client"].create(
            {
                "name": "Simulator",
                "company_id": company.id,
                "base_url": self.simulator.base_url,
                "username": "erp@example.com",
                "password": "simulator",
                "threads": 2,
                **vals,
            }
        )

    def make_solar_unit(self, state="enabled", life_state=5, **vals):
        """A unit here and in SMART Solar."""
        return self.make_solar_units(1, state, life_state, **vals)

    def make_solar_units(self, number, state="enabled", life_state=5, **vals):
        units = self.make_units(number, reported_state=state, life_state=str(life_state), **vals)
        return self.add_to_solar(units)

    def add_to_solar(self, units):
        """Have SMART Solar know these units, as they are here."""
        for unit in units:
            self.fleet.add(Unit(unit.imei, unit.name, unit.reported_state, int(unit.life_state), dcm=unit.dcm))
        return units

    def solar(self, unit):
        """The unit in SMART Solar."""
        return self.fleet[unit.imei]

    def connect(self, units):
        """The units connect, and do what they were told."""
        for unit in units:
            self.fleet.connect(unit.imei)

    def switch(self, units, wanted="disabled", origin="person"):
        return units._want(wanted, origin, "because")

    def dispatch(self):
        self.run_cron("ir_cron_dispatch")

    def pull(self):
        self.run_cron("ir_cron_pull")

    def command(self, unit):
        """The unit's newest command."""
        return self.Command.search([("unit_id", "=", unit.id)], order="id desc", limit=1)

    def calls(self, part="/products/"):
        return [call for call in self.simulator.calls if part in call.path]

    def activities(self):
        return self.client.activity_ids
