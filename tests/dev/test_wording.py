"""No screen says "1 units": Odoo's translations know no plural forms, so a count stands where every number is right."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOUNS = "units|days|hours|minutes|seconds|rows|pages|accounts|commands|IMEIs|times|weeks|years|steps|runs|payments"
IN_CODE = re.compile(rf"%(?:s|\(\w+\)s) (?:{NOUNS})\b")
IN_VIEW = re.compile(rf"""<(?:field|t)\s[^>]*/>(?:</b>)?\s+(?:{NOUNS})\b""")
# Numbers that are never 0 or 1, or for which these have words of their own.
PLURAL = {
    "%s days": "duration.py has a word for 1; a duration that begins with days has at least 1",
    "%s hours": "duration.py has words for 0 and 1",
    "%s seconds": "duration.py has words for 0 and 1",
    "%s days.": "Days with Technician: at least 4",
    "%(years)s years": "always 50",
    "%(weeks)s weeks": "always 24",
    "%s units of customers": "at least 20: the brake",
    "%(enabled)s units": "at least 20: the brake",
    'name="days_with_technician"': "at least 4",
    'name="enabled_count"': "at least 20: the brake",
}


def spoken(path):
    """The texts of a file that are put into the user's language."""
    for node in ast.walk(ast.parse(path.read_text())):
        name = getattr(getattr(node, "func", None), "attr", None) or getattr(getattr(node, "func", None), "id", None)
        if isinstance(node, ast.Call) and name in ("_", "_lt") and node.args:
            yield ast.literal_eval(node.args[0])


def wrong(text, pattern):
    """The counts in a text that read wrongly for 1."""
    return [hit[0] for hit in pattern.finditer(text) if not any(known in text for known in PLURAL)]


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("%s units read", IN_CODE, True),
        ("%(count)s rows not understood", IN_CODE, True),
        ("Units read: %s", IN_CODE, False),
        ('<field name="count"/></b> units that are on', IN_VIEW, True),
        ('<field name="grace_days" class="oe_inline"/> days', IN_VIEW, True),
        ('Units: <field name="count"/>.', IN_VIEW, False),
    ],
)
def test_what_is_found(text, pattern, found):
    assert bool(wrong(text, pattern)) == found


def test_texts_of_the_code_are_right_for_every_number():
    files = [file for folder in ("models", "wizards", "report") for file in (ROOT / folder).glob("*.py")]
    texts = [(file.name, text) for file in [*files, *ROOT.glob("*.py")] for text in spoken(file)]
    assert len(texts) > 300
    assert not [(name, hit) for name, text in texts for hit in wrong(text, IN_CODE)]


def test_texts_of_the_screens_are_right_for_every_number():
    files = [*ROOT.glob("views/*.xml"), *ROOT.glob("report/*.xml"), *ROOT.glob("static/src/**/*.xml")]
    assert len(files) > 40
    assert not [(file.name, hit) for file in files for hit in wrong(file.read_text(), IN_VIEW)]
