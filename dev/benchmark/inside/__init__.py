"""What runs within Odoo's shell, a process for each question."""

import importlib
import json

ANSWER = "bench answers: "


def answer(env, question, arguments):
    """Call the function that is asked for and print what it returns."""
    module, function = question.split(".")
    found = getattr(importlib.import_module(f"{__name__}.{module}"), function)(env, **arguments)
    env.cr.commit()
    print(ANSWER + json.dumps(found), flush=True)
