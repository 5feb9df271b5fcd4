import io
from unittest import SkipTest

from lxml import html

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from ..duration import LEFT_TO_RIGHT
from .credit_common import DAY, CreditCommon

REPORT = "payg_control_unit.payg_account_statement"


@tagged("post_install", "-at_install")
class TestStatementOnPaper(CreditCommon, HttpCase):
    """The statement as an operator prints it, in its customer's language."""

    # What is printed is fetched over HTTP, in a session of now.
    clock_stands = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls.user_of("operator")

    def setUp(self):
        super().setUp()
        self.account = self.make_account()
        self.payment(35, self.account, cu_transaction_number="QX9")
        self.account._add_by_hand("bonus", DAY, "Sorry for the delay")

    def speak(self, code):
        """Let the customer read that language."""
        self.env["res.lang"]._activate_lang(code)
        self.env["ir.module.module"]._load_module_terms(["payg_control_unit"], [code])
        self.customer.lang = code

    def reports(self, user=None):
        user = user or self.operator
        reports = self.env["ir.actions.report"].with_user(user)
        return reports.with_context(force_report_rendering=True, allowed_company_ids=user.company_ids.ids)

    def html(self, account, user=None):
        return self.reports(user)._render_qweb_html(REPORT, account.ids)[0].decode()

    def printed(self, account=None):
        """What goes to the printer: the text, and the pages of the PDF.

        The text is not read from the PDF: wkhtmltopdf draws the letters of web fonts.
        """
        if self.reports().get_wkhtmltopdf_state() == "install":
            raise SkipTest("without wkhtmltopdf there is no PDF")
        bodies, run = [], type(self.env["ir.actions.report"])._run_wkhtmltopdf

        def spy(report, pages, **options):
            bodies.extend(pages)
            return run(report, pages, **options)

        self.patch(type(self.env["ir.actions.report"]), "_run_wkhtmltopdf", spy)
        content, kind = self.reports()._render_qweb_pdf(REPORT, (account or self.account).ids)
        self.assertEqual((kind, content[:5]), ("pdf", b"%PDF-"))
        text = " ".join(" ".join(html.fromstring(body).text_content().split()) for body in bodies)
        return text, list(PdfFileReader(io.BytesIO(content)).pages)

    def test_it_is_printed_with_every_row(self):
        text, [page] = self.printed()
        for part in (self.account.name, "Clara Customer", "QX9", "35.00", "+3 days", "Bonus", "Sorry for the delay"):
            self.assertIn(part, text)
        _text, [empty] = self.printed(self.make_account(running=False))
        self.assertGreater(len(page.get_contents().get_data()), 1.5 * len(empty.get_contents().get_data()))

    def test_a_long_one_goes_on_on_the_next_page(self):
        for number in range(60):
            self.account._add_by_hand("bonus", DAY, f"Reason {number}")
        text, pages = self.printed()
        self.assertIn("Reason 59", text)
        self.assertGreater(len(pages), 1)

    def test_it_is_printed_in_french(self):
        self.speak("fr_FR")
        text, _pages = self.printed()
        for part in ("Relevé du compte PAYG", self.account.name, "+3 jours", "35,00"):
            self.assertIn(part, text)
        self.assertNotIn("days", text)

    # Odoo says that a tool is missing which turns its own style sheets round.
    @mute_logger("odoo.addons.base.models.assetsbundle")
    def test_from_right_to_left_its_durations_hold_together(self):
        self.speak("ar_001")
        page = html.fromstring(self.html(self.account)).xpath('//div[@class="page"]')[0]
        self.assertEqual(page.get("dir"), "rtl")
        text, pages = self.printed()
        for part in ("+3 days", "4 days 0 hours 0 min 0 seconds"):
            self.assertIn(f"{LEFT_TO_RIGHT}{part}", text)
        self.assertEqual(len(pages), 1)

    def test_the_letterhead_is_the_one_of_the_accounts_company(self):
        company = self.env["res.company"].create({"name": "Dark"})
        account = self.Account.create({"partner_id": self.customer.id, "daily_rate": 1, "company_id": company.id})
        user = self.user_of("operator", company_ids=[Command.set((self.company | company).ids)])
        page = self.html(account, user)
        self.assertIn(f"o_company_{company.id}_layout", page)
        self.assertNotIn(f"o_company_{self.company.id}_layout", page)
