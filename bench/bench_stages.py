"""bench_stages.py - what a durable stage costs: workflows of five, beside SQLite alone.

The load is the one that peers are measured with (bench/peers); raw_stages writes the rows that it
has left once more, with nothing between.
"""
import json
import os
import sys
import tempfile

from bench_limits import middle, rate, row, spread
from bench_machine import Outside, processor_seconds
from bench_servers import run

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'peers'))
from peers_load import STEPS, load, measure  # noqa: E402
from peers_servers import Kontora  # noqa: E402

TOGETHER = 64


def raw(plan, data, directory):
    """Stages a second."""
    program = os.path.join(os.path.dirname(plan.program), 'bench', 'raw_stages')
    said = json.loads(run(program, os.path.join(data, 'steps.db'),
                          os.path.join(directory, 'fresh.db'), str(TOGETHER)))
    return STEPS * said['workflows'] * 1e9 / said['wall_ns']


def measure_once(plan):
    with tempfile.TemporaryDirectory(prefix='stages-', dir=plan.directory) as directory:
        script = os.path.join(directory, 'wrk.lua')
        with Kontora(None, os.path.join(directory, 'ours')) as ours:
            measure(ours, script, TOGETHER, min(plan.wrk_seconds, 1))
            together = measure(ours, script, TOGETHER, plan.wrk_seconds)
            alone = measure(ours, script, 1, plan.wrk_seconds)
        return together, alone, raw(plan, ours.data, directory)


def stages(plan):
    results, rounds = [], []
    for _ in range(plan.rounds):
        with Outside() as others:
            results.append(measure_once(plan))
        rounds.append(others)
    here = [together['steps_per_second'] for together, _, _ in results]
    limits = [limit for _, _, limit in results]
    ratios = [mine / limit for mine, limit in zip(here, limits)]
    line = row('durable stages, five a workflow', rate(middle(here), 'stages/s'),
               rate(middle(limits), 'SQLite alone'), middle(ratios), 0.4)
    line['outside'] = f'{round(100 * middle([one.share for one in rounds]))}%'
    line['notes'] = [
        f'64 at once: p50 {middle([one["p50_ms"] for one, _, _ in results]):.1f} ms, '
        f'p99 {middle([one["p99_ms"] for one, _, _ in results]):.1f} ms; '
        f'one alone: p50 {middle([one["p50_ms"] for _, one, _ in results]):.2f} ms, '
        f'p99 {middle([one["p99_ms"] for _, one, _ in results]):.2f} ms; {spread(ratios)}']
    return [line]


# ---- with many that have ended ----

FINISHED, FINISHED_QUICK = 10_000_000, 1000
FILL_SECONDS = 30


def grow(ours, script, count, seconds):
    """Nothing is counted meanwhile but what was answered: to count tens of millions of rows takes
    longer than to write some."""
    answers = 0
    while answers < count:
        answers += load(ours, script, TOGETHER, seconds)['answers']


def turn(ours, script, seconds):
    """One load: stages a second, and what one took of the server's processors in microseconds."""
    before = processor_seconds(ours.programs[0].pid)
    result = load(ours, script, TOGETHER, seconds)
    used = processor_seconds(ours.programs[0].pid) - before
    return (STEPS * result['answers'] / result['seconds'], used * 1e6 / STEPS / result['answers'])


def grown(plan):
    """The same stages in turns: beside few cases, and beside all that have ended before."""
    count = FINISHED_QUICK if plan.quick else FINISHED
    with tempfile.TemporaryDirectory(prefix='stages-', dir=plan.directory) as directory:
        script = os.path.join(directory, 'wrk.lua')
        with Kontora(None, os.path.join(directory, 'few')) as few, \
                Kontora(None, os.path.join(directory, 'many')) as many:
            grow(many, script, count, plan.wrk_seconds if plan.quick else FILL_SECONDS)
            load(few, script, TOGETHER, min(plan.wrk_seconds, 1))
            with Outside() as others:
                rounds = [tuple(turn(one, script, plan.wrk_seconds) for one in (many, few))
                          for _ in range(plan.rounds)]
            grown_bytes = os.path.getsize(os.path.join(many.data, 'steps.db'))
    ratios = [beside_many[0] / beside_few[0] for beside_many, beside_few in rounds]
    line = row(f'stages, {count:,} cases have ended',
               rate(middle([one[0] for one, _ in rounds]), 'stages/s'),
               rate(middle([one[0] for _, one in rounds]), 'with few'), middle(ratios), 0.9)
    line['outside'] = f'{round(100 * others.share)}%'
    line['notes'] = [f'{grown_bytes / 2**30:.1f} GiB; of the processors '
                     f'{middle([one[1] for one, _ in rounds]):.2f} us each, with few '
                     f'{middle([one[1] for _, one in rounds]):.2f}; {spread(ratios)}']
    return [line]
