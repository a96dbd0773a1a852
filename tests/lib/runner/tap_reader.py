"""tap_reader.py - what the runner makes of what a suite said: counts, and what to show."""
import re

SHOWN_LINES_MAX = 60


def read_tap(result, lines):
    """Counts into the result; answers what is wrong with the stream as a whole."""
    planned, seen, since = None, 0, []
    for line in lines:
        test = re.match(r'(not )?ok\b(.*)', line)
        plan = re.match(r'1\.\.(\d+)\s*(#.*)?$', line)
        if test and re.search(r'#\s*skip\b', test.group(2), re.I):
            seen, result.skipped, since = seen + 1, result.skipped + 1, []
            result.notes.append(line)
        elif test and test.group(1):
            seen, result.failed = seen + 1, result.failed + 1
            result.shown += since[-SHOWN_LINES_MAX:] + [line]
            since = []
        elif test:
            seen, result.passed, since = seen + 1, result.passed + 1, []
        elif plan:
            planned = int(plan.group(1))
        elif line.startswith('Bail out!'):
            return line
        else:
            since.append(line)
    if planned is None:
        return 'it ended without a plan'
    if planned != seen:
        return f'it planned {planned} tests and ran {seen}'
    return 'it ran no test' if seen == 0 else None


def judge(result, lines, code, is_late, seconds_max):
    trouble = read_tap(result, lines)
    if is_late:
        trouble = f'it was not done after {seconds_max} seconds'
    elif trouble is None and code != 0 and result.failed == 0:
        trouble = 'every test passed and yet it failed'
    if trouble:
        result.failed += 1
        how = f'signal {-code}' if code < 0 else f'exit code {code}'
        result.shown += lines[-SHOWN_LINES_MAX:] + [f'the suite itself failed: {trouble} ({how})']
