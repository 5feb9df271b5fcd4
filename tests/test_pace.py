from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase, tagged

from .. import pace


@tagged("post_install", "-at_install")
class TestPace(TransactionCase):
    """Real connections: what one does is seen by another."""

    def setUp(self):
        super().setUp()
        self.slept = []
        self.patch(pace, "sleep", self.slept.append)
        self.worker, self.other = self.registry.cursor(), self.registry.cursor()
        self.addCleanup(self.worker.close)
        self.addCleanup(self.other.close)
        self.other.execute("SELECT 1")

    def pauses(self, pieces, seconds, longest, busy=()):
        """How long the pauses are, when somebody else does something during the pieces ``busy``."""
        env = api.Environment(self.worker, SUPERUSER_ID, {})
        done = []
        for piece in pace.spread_out(env, list(range(pieces)), seconds, longest):
            done.append(piece)
            if piece in busy:
                self.other.execute("SELECT 1")
        self.assertEqual(done, list(range(pieces)), "all of the work is done, in its order")
        return self.slept

    def test_work_goes_at_full_speed_while_nobody_else_does_anything(self):
        self.assertEqual(self.pauses(5, 10, 1), [])

    def test_work_pauses_after_each_piece_during_which_others_did_something(self):
        self.assertEqual(self.pauses(5, 2, 1, busy=(1, 2)), [0.4, 0.4])

    def test_work_is_spread_over_so_many_seconds_and_no_pause_is_longer_than_allowed(self):
        self.assertEqual(self.pauses(4, 2, 0.3, busy=(0, 1, 2)), [0.3] * 3)

    def test_nobody_waits_for_the_end_of_work_that_is_done(self):
        self.assertEqual(self.pauses(1, 10, 1, busy=(0,)), [])

    def test_no_transaction_is_open_during_a_pause(self):
        def look(_seconds):
            self.slept.append(self.worker._cnx.info.transaction_status)

        self.patch(pace, "sleep", look)
        self.assertEqual(self.pauses(2, 1, 1, busy=(0,)), [0])
