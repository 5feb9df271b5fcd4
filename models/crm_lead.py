from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import const

ACTIVITIES = {
    "book": "payg_control_unit.mail_activity_book_installation",
    "booked": "payg_control_unit.mail_activity_record_installation",
}
MAY_BOOK = ("shop_manager", "operator")


class CrmLead(models.Model):
    """The installation of what was sold: booked, assigned, installed.

    It has a status of its own beside the stage, and is no stage: each company has stages of its own, in which sales
    work; an installation begins when they are done, fails and begins again, and none of it may move a deal that is
    won. The status is shown where people of CRM look, on the form, the kanban and the list, and is filtered and
    grouped by like a stage. It follows the stock assignments, whoever ends them; only its beginning is said by a
    person, since not everything that is sold has a control unit.

    What comes next is an activity of the lead. It is for whoever assigned the stock last; before anybody did, or when
    they left, for the *Default User* of the activity type, which a company sets; else for whoever takes the step, if
    that is a shop manager; else for the company's only shop manager; else for the salesperson, who knows whom to ask.
    """

    _inherit = "crm.lead"

    # Not as superuser: a customer may have units of another company, too.
    cu_unit_ids = fields.One2many(
        related="partner_id.cu_unit_ids", related_sudo=False, string="Control Units", groups=const.ROLE_GROUPS
    )
    cu_assignment_ids = fields.One2many("payg.assignment", "lead_id", "Stock Assignments", groups=const.ROLE_GROUPS)
    cu_installation_status = fields.Selection(
        const.INSTALLATION_STATUSES,
        "Installation",
        readonly=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
        groups=const.ROLE_GROUPS,
    )

    cu_deadline = fields.Datetime(
        "Time Left", compute="_compute_cu_deadline", help="Of the first open assignment.", groups=const.ROLE_GROUPS
    )

    @api.depends("cu_assignment_ids.open_until")
    def _compute_cu_deadline(self):
        for lead in self:
            lead.cu_deadline = min(filter(None, lead.cu_assignment_ids.mapped("open_until")), default=False)

    def get_formview_id(self, access_uid=None):
        """People of the shop and the call center without a sales role get a form of what they may read."""
        user = self.env["res.users"].browse(access_uid) if access_uid else self.env.user
        if user.has_group("sales_team.group_sale_salesman"):
            return super().get_formview_id(access_uid)
        return self.env.ref("payg_control_unit.crm_lead_view_form_installations").id

    # ------------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------------
    def action_cu_book_installation(self):
        """Ask the shop to install a control unit at the customer's.

        :raise AccessError: neither a shop manager nor of the call center
        :raise UserError: booked or installed already
        """
        self.check_access("read")
        if not any(self.env.user.has_group(f"payg_control_unit.payg_control_unit_group_{role}") for role in MAY_BOOK):
            raise AccessError(self.env._("Only a Shop Manager or the Call Center books an installation."))
        for lead in self.sudo():
            if lead.cu_installation_status == "booked":
                raise UserError(self.env._("The installation of “%s” is booked already.", lead.display_name))
            lead._cu_set_installation("book")

    # ------------------------------------------------------------------
    # Following the assignments
    # ------------------------------------------------------------------
    def _cu_follow_assignments(self, feedback=None):
        """Let the status and the next activity follow the stock assignments of these leads.

        :param str feedback: what became of the last step, for people
        """
        for lead in self.sudo():
            status = lead._cu_status_of_assignments()
            if status == lead.cu_installation_status:
                lead._cu_move_deadline()
            else:
                lead._cu_set_installation(status, feedback)

    def _cu_status_of_assignments(self):
        assignments = self.cu_assignment_ids.sorted("id")
        if "open" in assignments.mapped("state"):
            return "booked"
        # Another unit than the assigned one may have been installed: then the assignment is cancelled.
        return "installed" if assignments[-1:].installed_unit_id else "book"

    def _cu_set_installation(self, status, feedback=None):
        self.ensure_one()
        self.activity_feedback(list(ACTIVITIES.values()), feedback=feedback)
        self.cu_installation_status = status
        if status in ACTIVITIES:
            user = self._cu_responsible(ACTIVITIES[status])
            self.activity_schedule(ACTIVITIES[status], self._cu_deadline(user), user_id=user.id)

    def _merge_dependences(self, opportunities):
        """What is assigned for merged leads, and that an installation is booked, goes over to the one that stays."""
        res = super()._merge_dependences(opportunities)
        # sudo: whoever merges leads need not have a role of ours.
        self.sudo()._cu_merge_installations(opportunities.sudo())
        return res

    def _cu_merge_installations(self, others):
        if any(others.mapped("cu_installation_status")):
            others.cu_assignment_ids.lead_id = self
            # Those of all are on this one by now.
            self.activity_unlink(list(ACTIVITIES.values()))
            self._cu_set_installation(self._cu_status_of_assignments())

    def _cu_move_deadline(self):
        for activity in self.activity_search([ACTIVITIES["booked"]]):
            deadline = self._cu_deadline(activity.user_id)
            if activity.date_deadline != deadline:
                activity.date_deadline = deadline

    def _cu_deadline(self, user):
        """The day, where the user is, on which the first open assignment ends; today when there is none."""
        moment = self.cu_deadline or fields.Datetime.now()
        return fields.Datetime.context_timestamp(self.with_context(tz=user.tz), moment).date()

    def _cu_may_see(self, user):
        companies = {"allowed_company_ids": user.company_ids.ids}
        return user.active and self.with_user(user).with_context(**companies).has_access("read")

    def _cu_responsible(self, activity):
        """Who takes the next step (see the class).

        :param str activity: external id of the ``mail.activity.type``
        """
        managers = self._cu_shop_managers()
        candidates = [
            *self.cu_assignment_ids.sorted("id", reverse=True).user_id,
            self.env.ref(activity).default_user_id,
            managers & self.env.user,
            managers if len(managers) == 1 else None,
            self.user_id,
        ]
        return next((user for user in candidates if user and self._cu_may_see(user)), self.env.user)

    def _cu_shop_managers(self):
        group = self.env.ref("payg_control_unit.payg_control_unit_group_shop_manager")
        company = self.company_id or self.env.company
        return group.user_ids.filtered(lambda user: user.active and company in user.company_ids)
