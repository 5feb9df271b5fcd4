from unittest.mock import patch

from odoo.tests import tagged

from .credit_sync_common import CreditSyncCommon


@tagged("post_install", "-at_install")
class TestProgress(CreditSyncCommon):
    """What a connection is at work on, for those who wait for it."""

    def home(self):
        home = self.env["payg.home"].with_user(self.supervisor).with_context(allowed_company_ids=self.company.ids)
        return {tile["key"]: tile for tile in home.read_home()["tiles"]}

    def setUp(self):
        super().setUp()
        self.supervisor = self.user_of("supervisor")

    def works(self):
        """What is shown of the connection's work, asked anew."""
        self.client.invalidate_recordset()
        return self.client._work_words()

    def test_nothing_is_at_work(self):
        self.assertFalse(self.client.at_work)
        self.assertFalse(self.works())
        self.assertFalse(self.home()["connection"]["busy"])

    def test_a_reading_says_after_each_page_how_far_it_is(self):
        self.make_solar_units(5)
        self.client.page_size = 2
        seen, keep = [], type(self.client)._keep_page

        def watched(client, *args):
            kept = keep(client, *args)
            seen.append(client._work_words())
            return kept

        with patch.object(type(self.client), "_keep_page", watched):
            self.pull()
        self.assertEqual(seen, [f"Units read: {done} of 5" for done in (2, 4, 5)])
        self.assertFalse(self.works())

    def test_commands_to_be_sent_are_counted_down(self):
        units = self.make_solar_units(3)
        self.switch(units)
        self.assertEqual(self.works(), "Commands to be sent: 3")
        tile = self.home()["connection"]
        self.assertEqual((tile["hint"], tile["busy"]), ("Commands to be sent: 3", True))
        self.dispatch()
        self.assertFalse(self.works())

    def test_credits_that_are_due_are_counted(self):
        units = self.make_dcm_units(2)
        self.due(units)
        self.assertEqual(self.works(), "Unit credits to be read: 2")
        self.read_credit()
        self.assertFalse(self.works())

    def test_a_stopped_connection_is_not_at_work(self):
        self.switch(self.make_solar_unit())
        self.client._mark_stopped("refused")
        self.assertFalse(self.works())

    def test_home_says_how_far_a_run_is(self):
        self.turn_on()
        run = self.env["payg.disable.run"]._request(self.config, "person")
        self.assertEqual(self.home()["next_run"]["text"], "At work")
        run.write({"state": "running", "processed_count": 2000, "total_count": 10000})
        tile = self.home()["next_run"]
        self.assertEqual((tile["hint"], tile["busy"]), ("Units gone through: 2,000 of 10,000", True))
        run.state = "done"
        self.assertFalse(self.home()["next_run"]["busy"])
