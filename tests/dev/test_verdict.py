"""What dev/test says about a log of Odoo's test runner."""

import pytest

from devkit.verdict import Verdict, judge, records

START = "2026-01-02 03:04:05,678 42 INFO db odoo.modules.loading: loading payg_control_unit/views/x.xml "


def record(level, message, logger="odoo.tests.result"):
    return f"2026-01-02 03:04:05,678 42 {level} db {logger}: {message}"


def result(failed, errors, total):
    level = "ERROR" if failed or errors else "INFO"
    return record(level, f"{failed} failed, {errors} error(s) of {total} tests when loading database 'db' ")


def log(*lines):
    return "\n".join([START, *lines])


def test_counts_the_tests_and_the_clean_log():
    verdict = judge(log(result(0, 0, 12)))
    assert (verdict.passed, verdict.failed, verdict.complaints) == (13, 0, [])


def test_no_test_matched_is_a_failure():
    verdict = judge(log(result(0, 0, 0)))
    assert (verdict.passed, verdict.failed) == (0, 1)
    assert "no test matched" in verdict.complaints[0]


def test_a_log_without_result_is_a_failure_and_shows_its_end():
    verdict = judge(log("Traceback (most recent call last):", "ValueError: why"), 255)
    assert (verdict.passed, verdict.failed) == (0, 1)
    assert verdict.complaints[-1] == "ValueError: why"


def test_failed_tests_are_counted_once_and_shown():
    failure = record("ERROR", "FAIL: TestRule.test_keeps\nTraceback (most recent call last):\nAssertionError: 1 != 2")
    verdict = judge(log(failure, result(1, 0, 3)), 1)
    assert (verdict.passed, verdict.failed) == (3, 1)
    assert verdict.complaints == [
        "FAIL: TestRule.test_keeps\nTraceback (most recent call last):\nAssertionError: 1 != 2"
    ]


@pytest.mark.parametrize("level", ["WARNING", "ERROR", "CRITICAL"])
def test_what_no_test_expected_is_a_failure(level):
    verdict = judge(log(record(level, "something odd", "odoo.addons.payg_control_unit.models.x"), result(0, 0, 3)))
    assert (verdict.passed, verdict.failed) == (3, 1)
    assert "something odd" in verdict.complaints[0]


def test_a_message_that_only_speaks_of_warnings_is_none():
    assert judge(log(record("INFO", "no WARNING and no ERROR here"), result(0, 0, 1))).failed == 0


def test_the_runners_last_words_are_no_noise():
    words = [
        record("ERROR", "Module payg_control_unit: 1 failures, 0 errors of 3 tests"),
        record("ERROR", "At least one test failed when loading the modules."),
    ]
    failure = record("ERROR", "FAIL: TestRule.test_keeps")
    assert judge(log(failure, *words, result(1, 0, 3)), 1).failed == 1


def test_skipped_tests_have_not_passed_and_are_named():
    skipped = record("INFO", "skipped TestTour.test_tour : Chrome executable not found", "odoo.addons.x.tests")
    verdict = judge(log(skipped, result(0, 0, 3)))
    assert (verdict.passed, verdict.failed) == (3, 0)
    assert verdict.complaints == ["skipped TestTour.test_tour : Chrome executable not found"]


def test_an_exit_code_that_no_test_explains_is_a_failure():
    assert judge(log(result(0, 0, 3)), 139).failed == 1


def test_more_failed_subtests_than_tests_leave_no_negative_count():
    assert judge(log(result(5, 0, 3)), 1).passed >= 0


def test_lines_without_a_head_belong_to_the_record_before():
    assert list(records(log("more", "and more"))) == [
        ("INFO", "odoo.modules.loading", "loading payg_control_unit/views/x.xml \nmore\nand more")
    ]


def test_verdicts_add_up():
    total = Verdict(2, 1, ["a"]) + Verdict(3, 0, ["b"])
    assert (str(total), total.complaints) == ("5 passed, 1 failed", ["a", "b"])
