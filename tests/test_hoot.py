from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker
from odoo.tests import HttpCase, tagged

SUITE = "@payg_control_unit"


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """The unit tests of what runs in the browser."""

    def test_the_unit_tests_in_the_browser(self):
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={HOOTCommon._generate_hash(self, SUITE)}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )
