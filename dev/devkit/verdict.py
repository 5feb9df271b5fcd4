"""What a log of Odoo's test runner says: how many tests ran, how many failed, and what nobody expected."""

import re
from dataclasses import dataclass, field

RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database")
RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.?-]+): (?P<message>.*)$"
)
LOUD = ("WARNING", "ERROR", "CRITICAL")
# A failed test is logged as an error too: it is counted as a test, not as noise.
FAILED_TEST = re.compile(r"^(FAIL|ERROR): ")
# The runner's own last words on a run that failed.
AFTERMATH = re.compile(
    r"^(At least one test failed|Module .*: \d+ failures, \d+ errors of \d+ tests|\d+ failed, \d+ error\(s\) of )"
)


SKIPPED_TEST = re.compile(r"^skipped \S+ : ")


@dataclass
class Verdict:
    """The outcome of one part of the tests."""

    passed: int = 0
    failed: int = 0
    complaints: list = field(default_factory=list)  # what to show, each a line or a few

    def __add__(self, other):
        return Verdict(self.passed + other.passed, self.failed + other.failed, self.complaints + other.complaints)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


def records(log):
    """Yield level, logger and message of each record; what follows on lines of its own belongs to the message."""
    current = None
    for line in log.splitlines():
        if match := RECORD.match(line):
            if current:
                yield tuple(current)
            current = [match["level"], match["logger"], match["message"]]
        elif current:
            current[2] += f"\n{line}"
    if current:
        yield tuple(current)


def judge(log, return_code=0):
    """Return the verdict on a log of the runner, whose own exit code is 0 even if no test matched."""
    results = RESULT.findall(log)
    if not results:
        return Verdict(0, 1, [f"Odoo ended with code {return_code} before the tests did", *_last_lines(log)])
    failures, errors, total = (sum(map(int, column)) for column in zip(*results, strict=True))
    if not total:
        return Verdict(0, 1, ["no test matched"])
    failed, skipped = failures + errors, _skipped_tests(log)
    tests = Verdict(max(0, total - failed - len(skipped)), failed, _failed_tests(log) + skipped)
    return tests + _noise(log) + _exit(return_code, failed)


def _failed_tests(log):
    return [message for level, _, message in records(log) if level in LOUD and FAILED_TEST.match(message)]


def _skipped_tests(log):
    return [message for level, _, message in records(log) if level == "INFO" and SKIPPED_TEST.match(message)]


def _noise(log):
    """Return one failed check if the log has a warning or an error that no test expected, else one passed."""
    unexpected = [
        f"unexpected {level} {logger}: {message}"
        for level, logger, message in records(log)
        if level in LOUD and not FAILED_TEST.match(message) and not AFTERMATH.match(message)
    ]
    return Verdict(0, 1, unexpected) if unexpected else Verdict(1)


def _exit(return_code, failures):
    """An exit code that the tests do not explain is a failure of its own."""
    return Verdict(0, 1, [f"Odoo ended with code {return_code}"]) if return_code and not failures else Verdict()


def _last_lines(log, count=30):
    return log.splitlines()[-count:]
