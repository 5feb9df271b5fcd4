from datetime import datetime, timedelta

from .smart_solar_common import SmartSolarCommon, Unit

DAY = 24 * 60 * 60


class CreditSyncCommon(SmartSolarCommon):
    """DCM units here and in SMART Solar, whose clocks stand still."""

    def setUp(self):
        super().setUp()
        # Seconds that are whole on both sides.
        self.fleet.clock.advance(int(self.fleet.clock.now()) - self.fleet.clock.now())

    @property
    def solar_now(self):
        """SMART Solar's clock (UTC, naive)."""
        return datetime(1970, 1, 1) + timedelta(seconds=self.fleet.clock.now())

    def make_dcm_unit(self, balance=30 * DAY, **vals):
        """A DCM unit; `balance` None: SMART Solar does not know its credit."""
        return self.make_dcm_units(1, balance, **vals)

    def make_dcm_units(self, number, balance=30 * DAY, **vals):
        units = self.make_units(number, dcm=True, **vals)
        for unit in units:
            self.fleet.add(Unit(unit.imei, unit.name, "enabled", 5, dcm=True), balance)
        return units

    def due(self, units):
        """Have the units read next time, whatever they were due."""
        units.write({"credit_due_at": False})

    def read_credit(self):
        self.run_cron("ir_cron_read_credit")

    def left(self, unit):
        """Seconds that the device itself holds."""
        return self.solar(unit).balance(self.fleet.clock.now())
