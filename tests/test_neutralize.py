from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .smart_solar_common import SmartSolarCommon


@tagged("post_install", "-at_install", "neutralize")
class TestNeutralize(SmartSolarCommon):
    def _neutralize(self):
        self.env.flush_all()
        for query in get_neutralization_queries(["payg_control_unit"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_a_copied_database_can_switch_nothing(self):
        queued, sending, accepted = units = self.make_solar_units(3)
        self.switch(accepted)
        self.dispatch()
        self.switch(sending)
        self.Command._claim(self.company, 10, 300)
        self.switch(queued)
        before = self.simulator.calls.total
        self._neutralize()
        self.assertFalse(self.live_commands(units))
        self.assertEqual(units.mapped("command_state"), [False, False, "accepted"])
        self.dispatch()
        self.pull()
        self.assertEqual(self.simulator.calls.total, before)

    def test_neutralizing_leaves_no_address_no_secret_and_no_scheduled_action(self):
        self.switch(self.make_solar_unit())
        self.dispatch()
        self.assertTrue(self.client.token)
        self._neutralize()
        self.assertRecordValues(
            self.client,
            [
                {
                    "active": False,
                    "base_url": "https://neutralized.invalid/v1",
                    "username": False,
                    "password": False,
                    "token": False,
                }
            ],
        )
        crons = self.env["ir.model.data"].search([("module", "=", "payg_control_unit"), ("model", "=", "ir.cron")])
        self.assertGreaterEqual(len(crons), 4)
        self.assertFalse(any(self.env["ir.cron"].browse(crons.mapped("res_id")).mapped("active")))
