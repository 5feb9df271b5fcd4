from ast import literal_eval
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.web.controllers.utils import clean_action
from odoo.fields import Domain

from .payg_home_tiles import TRENDS

WEEKS = 8


class PaygHome(models.AbstractModel):
    """What the work brings over time: figures of the last weeks, as the reports have them."""

    _inherit = "payg.home"

    @api.model
    def read_trends(self):
        """The figures of each week that has one, the oldest first: one query a trend.

        Beside ``read_home``, since it reads the assignments of weeks.

        :return: list of dicts with ``bars``: the week, its figure and of how many it is made
        :raise AccessError: no role
        """
        self._check_role()
        return [self._trend(trend) for trend in self._mine(TRENDS)]

    def _trend(self, trend):
        bars = [
            {"value": str(week), "label": label, "amount": row[trend.measure] or 0.0, "count": row["__count"]}
            for week, label, row in self._weeks(trend, self._action(trend.action))
        ]
        return {"key": trend.key, "label": str(trend.label), "form": trend.form, "bars": bars}

    def _weeks(self, trend, action):
        """The last weeks of a trend: list of the week, its name and the figures of its group."""
        group = f"{trend.date}:week"
        # A week more: the first one is not whole.
        since = fields.Datetime.now() - timedelta(weeks=WEEKS + 1)
        rows = self.env[action["res_model"]].formatted_read_group(
            Domain(literal_eval(action["domain"])) & Domain(trend.date, ">=", since),
            [group],
            [trend.measure, "__count"],
        )
        return [(*row[group], row) for row in rows[-WEEKS:]]

    @api.model
    def open_trend(self, key, value):
        """The records that the figure of a week is made of; all of the trend's if there is none by now.

        :param str key: as ``read_trends`` names the trend
        :param str value: the week, as there
        :return: an action
        :raise AccessError: the user has no such trend
        """
        trend = self._one_of(TRENDS, key)
        action = self._action(trend.action)
        domain, name = Domain(literal_eval(action["domain"])), str(trend.label)
        for week, label, row in self._weeks(trend, action):
            if str(week) == value:
                domain, name = domain & Domain(row["__extra_domain"]), f"{trend.label}: {label}"
        views = sorted(action["views"], key=lambda view: view[1] != "list")
        action = {**action, "name": name, "display_name": name, "domain": list(domain), "views": views, "context": {}}
        return clean_action(action, self.env)
