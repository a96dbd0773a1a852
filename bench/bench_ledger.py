"""bench_ledger.py - transfers a second: beside SQLite alone, and beside pgbench.

bank_server.c is a service with a ledger and nothing else; wrk moves money between its accounts, one
transfer for each request, four of five times an account of the first fifth. raw_transfers.c writes
the same rows once more with SQLite alone.
"""
import json
import os
import re
import time

from bench_limits import PGBENCH_CLIENTS, median_outside, middle, postgres_settings, rate, row, \
    spread
from bench_machine import Outside, processor_seconds
from bench_servers import BenchFailed, Kontora, pgbench_length, run, run_wrk
from postgres import Postgres

CLIENTS, ACCOUNTS, CHUNK = 64, 10000, 1000
RAW_TOGETHER = 256
MANY_REQUESTS, MANY_EACH = 60, 1000
# An id that grows, as a client makes it: so many by each of wrk's threads.
WRK_SCRIPT = """
local thread, number, hot = 0, 0, math.floor({accounts} / 5)
function setup(one) one:set("mine", thread) thread = thread + 1 end
function init() math.randomseed(mine + 1) end
local function some()
    if math.random(5) > 1 then return math.random(0, hot - 1) end
    return math.random(hot, {accounts} - 1)
end
function request()
    number = number + 1
    local debit, credit = some(), some()
    if debit == credit then credit = (credit + 1) % {accounts} end
    local body = string.format(
        '{{"id":"%012x-7000-8000-%012x","debit":%d,"credit":%d,"amount":%d}}',
        {round} * 16777216 * 256 + number, mine, debit, credit, math.random(5000))
    body = body:gsub('"id":"(%x%x%x%x%x%x%x%x)(%x%x%x%x)', '"id":"%1-%2', 1)
    return wrk.format("POST", "/api/bank/main/transfers", {{["Authorization"] = "Bearer {key}",
                      ["Content-Type"] = "application/json"}}, body)
end
function done(summary, latency)
    local errors = summary.errors
    local count = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    local line = '{{"answers": %d, "seconds": %.6f, "errors": %d, "p50_ms": %.3f, "p99_ms": %.3f}}'
    io.write("\\n", line:format(summary.requests, summary.duration / 1e6, count,
                               latency:percentile(50) / 1e3, latency:percentile(99) / 1e3), "\\n")
end
"""


class Bank(Kontora):
    """The server of bank_server.c, with its accounts open."""

    def __init__(self, plan, directory, settings=()):
        super().__init__(plan, directory, settings)
        self.command[0] = program(plan, 'bank_server')

    def must(self, path, body):
        status, said = self.ask('POST', f'/api/bank/main/{path}', body)
        if status != 204:
            raise BenchFailed(f'{path}: {status} {said[:300]!r}')

    def open_accounts(self):
        for first in range(0, ACCOUNTS, CHUNK):
            self.must('accounts', {'first': first, 'count': CHUNK})

    def pay(self, round_number=1):
        script = self.plan.fresh('pay') + '.lua'
        with open(script, 'w', encoding='utf-8') as file:
            file.write(WRK_SCRIPT.format(accounts=ACCOUNTS, key=self.key, round=round_number))
        before = processor_seconds(self.process.pid)
        said = run_wrk(self.plan.wrk_seconds, '-t1', f'-c{CLIENTS}', '-s', script,
                       f'http://{self.address}')
        result = json.loads(re.search(r'^\{.*\}$', said, re.M).group(0))
        if result['errors'] or not result['answers']:
            raise BenchFailed(f'wrk: {said}')
        result['per_second'] = result['answers'] / result['seconds']
        used = processor_seconds(self.process.pid) - before
        result['processor_us'] = used * 1e6 / result['answers']
        return result

    def pay_many(self):
        for seed in range(3 if self.plan.quick else MANY_REQUESTS):
            self.must('many', {'seed': seed, 'count': MANY_EACH, 'accounts': ACCOUNTS})


def program(plan, name):
    return os.path.join(os.path.dirname(plan.program), 'bench', name)


def check_books(plan, directory, settings=()):
    """A figure of books that are wrong says nothing."""
    said = run(program(plan, 'bank_server'), 'fsck', '--json', '--data', directory, *settings,
               may_fail=True)
    wrong = [one for one in json.loads(said)['findings'] if one['check'] == 'ledger']
    if [one['verdict'] for one in wrong] != ['ok']:
        raise BenchFailed(f'the books are wrong: {wrong}')


def raw(plan, directory):
    """Transfers a second, and the processor time of each in microseconds."""
    said = json.loads(run(program(plan, 'raw_transfers'), os.path.join(directory, 'bank.db'),
                          plan.fresh('raw') + '.db', str(RAW_TOGETHER)))
    return (said['transfers'] * 1e9 / said['wall_ns'],
            said['processor_ns'] / 1e3 / said['transfers'])


def latency(results):
    return (f'p50 {middle([one["p50_ms"] for one in results]):.1f} ms, '
            f'p99 {middle([one["p99_ms"] for one in results]):.1f} ms')


def processors(results):
    return (f'the server used {middle([one["processor_us"] for one in results]):.1f} us of the '
            'processors each')


# ---- SQLite ----

def measure_sqlite(plan, load):
    """What the load gave, and SQLite alone with the same rows."""
    directory = plan.fresh('bank')
    with Bank(plan, directory) as bank:
        bank.open_accounts()
        result = load(bank)
    check_books(plan, directory)
    return result, raw(plan, directory)


def sqlite_row(what, plan, load):
    results, limits, used, rounds = [], [], [], []
    for _ in range(plan.rounds):
        with Outside() as outside:
            result, (limit, processor_us) = measure_sqlite(plan, load)
            results.append(result)
            limits.append(limit)
            used.append(processor_us)
        rounds.append(outside)
    ratios = [one['per_second'] / limit for one, limit in zip(results, limits)]
    line = row(what, rate(middle([one['per_second'] for one in results]), 'transfers/s'),
               rate(middle(limits), f'SQLite alone, {RAW_TOGETHER} a commit'), middle(ratios), 0.4)
    line['outside'] = median_outside(rounds)
    line['notes'] = [f'{processors(results)}; SQLite alone {middle(used):.1f}; {spread(ratios)}']
    return line, results


def many(bank):
    count = (3 if bank.plan.quick else MANY_REQUESTS) * MANY_EACH
    used, began = processor_seconds(bank.process.pid), time.perf_counter()
    bank.pay_many()
    seconds = time.perf_counter() - began
    used = processor_seconds(bank.process.pid) - used
    return {'per_second': count / seconds, 'processor_us': used * 1e6 / count}


# ---- PostgreSQL ----

def run_pgbench(plan, postgres, database):
    """TPC-B-like, as it comes, with so many branches that its clients do not wait for one."""
    postgres.make_database(database)
    address = postgres.address_of(database, 'admin')
    pgbench = os.path.join(postgres.programs, 'pgbench')
    run(pgbench, '-i', '-q', '-s', str(1 if plan.quick else PGBENCH_CLIENTS), address)
    said = run(pgbench, '-M', 'prepared', '-c', str(PGBENCH_CLIENTS), '-j', '2',
               *pgbench_length(plan), address)
    return float(re.search(r'^tps = ([\d.]+)', said, re.M).group(1))


def postgres_row(plan):
    limits, results, rounds = [], [], []
    with plan.server(Postgres) as postgres:
        for number in range(plan.rounds):
            with Outside() as outside:
                limits.append(run_pgbench(plan, postgres, f'tpcb_{number}'))
                settings = postgres_settings(postgres.make_database(f'bank_{number}'))
                directory = plan.fresh('bank-postgres')
                with Bank(plan, directory, settings) as bank:
                    bank.open_accounts()
                    results.append(bank.pay())
                check_books(plan, directory, settings)
            rounds.append(outside)
    ratios = [one['per_second'] / limit for one, limit in zip(results, limits)]
    line = row('transfers, PostgreSQL',
               rate(middle([one['per_second'] for one in results]), 'transfers/s'),
               rate(middle(limits), f'pgbench TPC-B, {PGBENCH_CLIENTS} clients'), middle(ratios),
               1.5)
    line['outside'] = median_outside(rounds)
    line['notes'] = [f'{CLIENTS} clients over HTTP: {latency(results)}; '
                     f'{processors(results)}; {spread(ratios)}']
    return line


def ledger(plan):
    one, results = sqlite_row('transfers, SQLite', plan, Bank.pay)
    one['notes'].append(f'{CLIENTS} clients over HTTP, a transfer for each request: '
                        f'{latency(results)}')
    together, _ = sqlite_row(f'transfers, {MANY_EACH} a request', plan, many)
    return [one, together, postgres_row(plan)]
