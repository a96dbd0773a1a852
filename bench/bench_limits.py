"""bench_limits.py - this program beside what limits it: SQLite alone, pgbench, nginx."""
import json
import os
import re
import statistics

from bench_machine import Outside, processor_seconds
from bench_servers import BenchFailed, Kontora, Nginx, pgbench_length, run, run_wrk
from postgres import Postgres

CLIENTS = 64
DIRECTORY = ('users',)  # the limits beside it write what this service does, and nothing else
PGBENCH_CLIENTS = 32
PEOPLE_TO_READ = 1000


def row(what, here, limit, ratio, target):
    """One line of the table; the ratio is a median of rounds."""
    return {'what': what, 'here': here, 'limit': limit, 'ratio': f'{ratio:.2f}',
            'target': f'>= {target}', 'verdict': 'met' if ratio >= target else 'MISSED',
            'outside': '', 'notes': []}


def middle(numbers):
    return statistics.median(numbers)


def rate(number, unit):
    return f'{number:,.0f} {unit}'


def latency(results):
    return (f'p50 {middle([one["p50_us"] for one in results]) / 1000:.1f} ms, '
            f'p99 {middle([one["p99_us"] for one in results]) / 1000:.1f} ms')


def spread(ratios):
    return f'ratios of the rounds: {", ".join(f"{ratio:.2f}" for ratio in ratios)}'


def median_outside(rounds):
    return f'{round(100 * middle([one.share for one in rounds]))}%'


def create_people(server):
    """The load, and the server's own processor time for each answer in microseconds."""
    before = processor_seconds(server.process.pid)
    result = server.load('create', '--clients', str(CLIENTS), '--warm-up-ms', '0')
    used = processor_seconds(server.process.pid) - before
    result['processor_us'] = used * 1e6 / max(result['answers'], 1)
    return result


# ---- durable writes ----

def measure_raw(plan, people):
    return json.loads(run(plan.program, 'bench', 'store', plan.directory, '--json', '--people',
                          str(people)))


def told_everybody(results):
    """What becomes of it when the services that hear of people work beside the load."""
    return (f'with all services, several of which write something for each: '
            f'{rate(middle([one["answers_per_second"] for one in results]), "people/s")}, '
            f'{middle([one["processor_us"] for one in results]):.0f} us each')


def durable_writes(plan):
    limits, results, heard, rounds = [], [], [], []
    for _ in range(plan.rounds):
        with Outside() as outside:
            with Kontora(plan, plan.fresh('durable'), DIRECTORY) as server:
                results.append(create_people(server))
            with Kontora(plan, plan.fresh('heard')) as server:
                heard.append(create_people(server))
            # As many, because indexes get slower as they grow.
            limits.append(measure_raw(plan, results[-1]['answers']))
        rounds.append(outside)
    raw = [one['raw_people_per_second'] for one in limits]
    here = [one['answers_per_second'] for one in results]
    ratios = [mine / limit for mine, limit in zip(here, raw)]
    line = row('durable writes, SQLite', rate(middle(here), 'people/s'),
               rate(middle(raw), 'SQLite alone, 256 a commit'), middle(ratios), 0.5)
    line['outside'] = median_outside(rounds)
    used = middle([one['processor_us'] for one in results])
    inside = middle([one['ratio_percent'] for one in limits]) / 100
    line['notes'] = [f'{CLIENTS} clients over HTTP: {latency(results)}, '
                     f'{used:.0f} us of the processors each; {spread(ratios)}',
                     f'the store layer without HTTP, 256 a commit: {inside:.2f} of SQLite alone',
                     told_everybody(heard)]
    return [line]


# ---- the same on PostgreSQL ----

# One person and his role, as the directory writes them: an id that grows, an address that does not.
PGBENCH_ID = ("(lpad(to_hex(:count::bigint), 12, '0') || '70008000' ||"
              " lpad(to_hex(:client_id::bigint), 12, '0'))::uuid")
PGBENCH_EMAIL = "'valentina.goncharova.' || to_hex(:number::bigint) || '@example.com'"
PGBENCH_SCRIPT = rf"""
\set count :count + 1
\set number random(1, 9000000000000000000)
BEGIN;
INSERT INTO users.person (id, external_id, email, email_key, full_name, name_key, type, roles,
 status, activated, spec, phone, telegram_id, contacts, requisite, locale, revision, created_at,
 changed_at) VALUES ({PGBENCH_ID}, NULL, {PGBENCH_EMAIL}, {PGBENCH_EMAIL}, 'Валентина Гончарова',
 'валентина гончарова', 'client', '["customer"]', 'active', 1, NULL, '+79161234567', NULL, NULL,
 NULL, 'ru', 1, 1767225600000, 1767225600000) ON CONFLICT DO NOTHING;
INSERT INTO users.person_role (role, person_id) VALUES ('customer', {PGBENCH_ID})
 ON CONFLICT DO NOTHING;
END;
"""


def run_pgbench(plan, postgres, database):
    """Transactions a second, in a database whose tables this program has made."""
    address = postgres.make_database(database)
    with Kontora(plan, plan.fresh('tables'), postgres_settings(address)):
        pass
    script = plan.fresh('pgbench') + '.sql'
    with open(script, 'w', encoding='utf-8') as file:
        file.write(PGBENCH_SCRIPT)
    said = run(os.path.join(postgres.programs, 'pgbench'), '-n', '-M', 'prepared', '-c',
               str(PGBENCH_CLIENTS), '-j', '2', *pgbench_length(plan), '-D', 'count=0', '-f',
               script,
               postgres.address_of(database, 'admin'))
    found = re.search(r'^tps = ([\d.]+)', said, re.M)
    if not found:
        raise BenchFailed(f'pgbench did not say how many: {said}')
    return float(found.group(1))


def postgres_settings(address):
    return ['--store.kind=postgres', f'--store.address={address}']


def postgres_writes(plan):
    limits, results, rounds = [], [], []
    with plan.server(Postgres) as postgres:
        for number in range(plan.rounds):
            with Outside() as outside:
                limits.append(run_pgbench(plan, postgres, f'pgbench_{number}'))
                address = postgres.make_database(f'kontora_{number}')
                settings = [*DIRECTORY, *postgres_settings(address)]
                with Kontora(plan, plan.fresh('postgres'), settings) as server:
                    results.append(create_people(server))
            rounds.append(outside)
    here = [one['answers_per_second'] for one in results]
    ratios = [mine / limit for mine, limit in zip(here, limits)]
    line = row('durable writes, PostgreSQL', rate(middle(here), 'people/s'),
               rate(middle(limits), f'pgbench, {PGBENCH_CLIENTS} clients'), middle(ratios), 1.0)
    line['outside'] = median_outside(rounds)
    line['notes'] = [f'{CLIENTS} clients over HTTP: {latency(results)}; {spread(ratios)}']
    return [line]


# ---- reads ----

# Each connection asks for the people in turn; the requests are made before the clock starts.
WRK_SCRIPT = """
local requests, next = {{}}, 0
function init()
    for id in io.lines("{ids}") do
        requests[#requests + 1] = wrk.format("GET", "/api/users/" .. id,
                                             {{["Authorization"] = "Bearer {key}"}})
    end
end
function request()
    next = next % #requests + 1
    return requests[next]
end
"""


def people_to_read(server):
    """Their ids, and the answer about one."""
    ids, cursor = [], ''
    while len(ids) < PEOPLE_TO_READ:
        status, body = server.ask('GET', f'/api/users?limit=200{cursor}')
        page = json.loads(body)
        if status != 200 or not page['items']:
            raise BenchFailed(f'the list of people: {status} {body[:300]!r}')
        ids += [item['id'] for item in page['items']]
        cursor = f'&cursor={page.get("next")}'
    return ids, server.ask('GET', f'/api/users/{ids[0]}')[1].decode()


def read_with_wrk(plan, address, script, threads):
    """Requests a second; an answer that is no 2xx ends the measurement."""
    said = run_wrk(plan.wrk_seconds, f'-t{threads}', f'-c{CLIENTS}', '--latency', '-s', script,
                   f'http://{address}')
    if re.search(r'Non-2xx|Socket errors', said):
        raise BenchFailed(f'wrk: {said}')
    return (float(re.search(r'^Requests/sec:\s+([\d.]+)', said, re.M).group(1)),
            re.search(r'^\s+99%\s+(\S+)', said, re.M).group(1))


def read_rounds(plan, server, nginx, script):
    """{threads: ([here], [nginx], [p99 here])}, and what others took."""
    found = {threads: ([], [], []) for threads in (1, 2)}
    rounds = []
    for _ in range(plan.rounds):
        with Outside() as outside:
            for threads, (here, limit, slowest) in found.items():
                limit.append(read_with_wrk(plan, nginx.address, script, threads)[0])
                requests, p99 = read_with_wrk(plan, server.address, script, threads)
                here.append(requests)
                slowest.append(p99)
        rounds.append(outside)
    return found, rounds


def reads(plan):
    with Kontora(plan, plan.fresh('reads')) as server:
        server.load('get', '--people', str(PEOPLE_TO_READ + 200))
        ids, body = people_to_read(server)
        path = plan.fresh('ids')
        with open(path, 'w', encoding='ascii') as file:
            file.write('\n'.join(ids) + '\n')
        script = plan.fresh('wrk') + '.lua'
        with open(script, 'w', encoding='utf-8') as file:
            file.write(WRK_SCRIPT.format(ids=path, key=server.key))
        with Nginx(plan.fresh('nginx'), body) as nginx:
            found, rounds = read_rounds(plan, server, nginx, script)
    lines = []
    for threads, (here, limit, slowest) in found.items():
        ratios = [mine / other for mine, other in zip(here, limit)]
        line = row(f'reads of one person, wrk -t{threads}', rate(middle(here), 'answers/s'),
                   rate(middle(limit), 'nginx, a constant'), middle(ratios), 0.6)
        line['outside'] = median_outside(rounds)
        line['notes'] = [f'{CLIENTS} connections, {len(body.encode())} bytes; p99 {slowest[0]}; '
                         f'{spread(ratios)}']
        lines.append(line)
    return lines
