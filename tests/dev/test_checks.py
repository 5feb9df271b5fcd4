"""Counting pytest's report, and comparing the template for translators."""

import xml.etree.ElementTree

import pytest

from devkit import checks


def report(**numbers):
    attributes = " ".join(f'{name}="{number}"' for name, number in numbers.items())
    return xml.etree.ElementTree.fromstring(f"<testsuites><testsuite {attributes}/></testsuites>")


@pytest.mark.parametrize(
    ("numbers", "code", "passed", "failed"),
    [
        ({"tests": 5, "failures": 0, "errors": 0, "skipped": 0}, 0, 5, 0),
        ({"tests": 5, "failures": 1, "errors": 1, "skipped": 1}, 1, 2, 2),
        ({"tests": 5, "failures": 0, "errors": 0, "skipped": 0}, 3, 5, 1),
        ({"tests": 0, "failures": 0, "errors": 0, "skipped": 0}, 5, 0, 1),
    ],
)
def test_counts_of_a_report(numbers, code, passed, failed):
    verdict = checks.count(report(**numbers), code, "tests/wire")
    assert (verdict.passed, verdict.failed) == (passed, failed)


def test_terms_of_a_template_do_not_depend_on_how_lines_are_broken():
    broken = 'msgid ""\n"Keep "\n"this"\nmsgstr ""\n'
    assert checks.terms(broken) == checks.terms('msgid "Keep this"\nmsgstr ""\n') == {'"Keep this"'}
