"""peers_load.py - the load: wrk starts workflows over HTTP and waits for each to be done.

Every workflow has an id of its own; an answer that is no 2xx, or a workflow that was answered for
and is not found finished with all its steps, ends the measurement.
"""
import dataclasses
import json
import re
import time

from bench_machine import Outside
from bench_servers import BenchFailed, run_wrk

STEPS = 5
SETTLE_SECONDS = 60
# What wrk reports in words is rounded; what it knows at its end is not.
WRK_SCRIPT = """
local number = 0
function request()
    number = number + 1
    return wrk.format("POST", "{before}" .. number .. "{after}")
end
function done(summary, latency)
    local errors = summary.errors
    local count = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    local line = '{{"answers": %d, "seconds": %.6f, "errors": %d, "p50_ms": %.3f, "p99_ms": %.3f}}'
    io.write("\\n", line:format(summary.requests, summary.duration / 1e6, count,
                               latency:percentile(50) / 1e3, latency:percentile(99) / 1e3), "\\n")
end
"""


@dataclasses.dataclass
class Count:
    """What a peer's own records say, of all workflows so far."""
    finished: int
    unfinished: int
    steps: int

    def since(self, earlier):
        return Count(self.finished - earlier.finished, self.unfinished, self.steps - earlier.steps)


def parse_wrk(said):
    """The line that the script above has written."""
    found = re.search(r'^\{.*\}$', said, re.M)
    if not found:
        raise BenchFailed(f'wrk did not say how many: {said}')
    result = json.loads(found.group(0))
    if result['errors'] or not result['answers']:
        raise BenchFailed(f'wrk: {said}')
    return result


def check_count(count, answers, connections):
    """Those that were under way when the load ended may be done or never have begun."""
    if count.unfinished:
        raise BenchFailed(f'{count.unfinished} workflows are not finished after {SETTLE_SECONDS} s')
    if not answers <= count.finished <= answers + connections:
        raise BenchFailed(f'{answers} workflows were answered for with {connections} connections, '
                          f'{count.finished} are finished')
    if count.steps != STEPS * count.finished:
        raise BenchFailed(f'{count.finished} workflows of {STEPS} steps have {count.steps} steps')


def settled(peer):
    """Its count when nothing is under way any more; or after a minute, whatever it is then."""
    deadline = time.monotonic() + SETTLE_SECONDS
    last = None
    while time.monotonic() < deadline:
        count = peer.count()
        if count == last and count.unfinished == 0:
            break
        last = count
        time.sleep(0.3)
    return count


def load(peer, script, connections, seconds):
    """What wrk says of it. `script` is a path to write to."""
    before = f'{peer.before}{time.time_ns():x}-'  # so ids are no load's but this one's
    with open(script, 'w', encoding='utf-8') as file:
        file.write(WRK_SCRIPT.format(before=before, after=peer.after))
    return parse_wrk(run_wrk(seconds, '-t1', f'-c{connections}', '--timeout', '60s', '-s', script,
                             f'http://127.0.0.1:{peer.port}'))


def measure(peer, script, connections, seconds):
    earlier = settled(peer)
    with Outside() as outside:
        result = load(peer, script, connections, seconds)
    check_count(settled(peer).since(earlier), result['answers'], connections)
    per_second = result['answers'] / result['seconds']
    return {**result, 'connections': connections, 'outside': outside.share,
            'workflows_per_second': per_second, 'steps_per_second': STEPS * per_second}
