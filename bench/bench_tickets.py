"""bench_tickets.py - a moderator's day with a million requests in the store: the queue's page and
the search, on files and on PostgreSQL.

One request of each kind is made through the doors, and its rows are copied under other ids, other
customers and other numbers: the rows of cases and of what they are found by. Their histories are
not copied, for neither a list nor a search reads them. Then a moderator asks one after the other,
so the times are those of one answer, and what others do on the machine is in them.
"""
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIB = os.path.join(os.path.dirname(HERE), 'tests', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from bench_machine import Outside, processor_seconds  # noqa: E402
from bench_servers import BenchFailed, Kontora  # noqa: E402
from kontora import Client  # noqa: E402
from onboarding import COMPANY, Onboarding, places  # noqa: E402
from postgres import Postgres  # noqa: E402

TICKETS, TICKETS_QUICK = 1_000_000, 2000
# Of a hundred: where they stand.
SHARES = (('company_form', 5), ('contact_form', 2), ('moderation', 5), ('completed', 80),
          ('rejected', 8))
PIECE, ASKED, ASKED_QUICK = 20_000, 400, 10
INN = COMPANY['inn']

# n.i counts the copies.
SQLITE = {
    'numbers': 'WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n'
               ' WHERE i + 1 < {last})',
    'id': "unhex(printf('%012x7%03x8%015x', {base} + n.i, 0, n.i))",
    'customer': "printf('00000000-0000-7000-8000-%012x', n.i)",
    'template': "unhex('{hex}')",
    'insert': '{numbers} INSERT INTO {table} ({columns}) SELECT {values} FROM n, {table} AS t'
              ' WHERE {where};',
}
POSTGRES = {
    'numbers': '',
    'id': "(lpad(to_hex({base} + n.i), 12, '0') || '7000' || '8' ||"
          " lpad(to_hex(n.i), 15, '0'))::uuid",
    'customer': "('00000000-0000-7000-8000-' || lpad(to_hex(n.i), 12, '0'))",
    'template': "'{hex}'::uuid",
    'insert': 'INSERT INTO phoenix.{table} ({columns}) SELECT {values} FROM'
              ' generate_series({first}::bigint, {last}::bigint - 1) AS n(i), phoenix.{table} AS t'
              ' WHERE {where};',
}
CASE = ('id', 'workflow', 'version', 'revision', 'places', 'stages', 'fields', 'previous',
        'open_key', 'opened_by', 'opened_at', 'changed_at', 'closed_at', 'operation')


class Template:
    """A request as it was made, to be copied."""

    def __init__(self, customer, case):
        self.owner, self.case = customer.who, case


def make_templates(onboarding):
    """One of each place."""
    found = {}
    customer = onboarding.customer()
    found['company_form'] = Template(customer, customer.do('start').json['case_id'])
    customer = onboarding.customer()
    case = customer.do('start').json['case_id']
    customer.do('submit_company_form', COMPANY, case)
    found['contact_form'] = Template(customer, case)
    for place, operation, form in (('moderation', None, None), ('completed', 'approve', {}),
                                   ('rejected', 'reject', {'comment': 'no'})):
        customer, case = onboarding.submitted()
        if operation:
            onboarding.moderator.do(operation, form, case)
        if places(onboarding.supervisor.state(case)) != [place]:
            raise BenchFailed(f'{place}: {onboarding.supervisor.state(case)}')
        found[place] = Template(customer, case)
    return found


def copies(words, template, first, last, base):
    """SQL that makes the copies first .. last - 1 of one request."""
    here = {'first': first, 'last': last, 'base': base,
            'hex': template.case.replace('-', '')}
    made_id, customer = words['id'].format(**here), words['customer'].format(**here)
    number = f"substr('{INN}' || n.i, 1, 3) || (1000000 + n.i % 9000000)"

    def renamed(column):
        return (f"replace(replace(t.{column}, '{template.owner}', {customer}),"
                f" '\"{INN}\"', '\"' || {number} || '\"')")

    values = {'id': made_id, 'fields': renamed('fields'), 'open_key': renamed('open_key'),
              'opened_by': 't.opened_by', 'case_id': made_id, 'value': renamed('value')}

    def insert(table, columns, where):
        return words['insert'].format(
            numbers=words['numbers'].format(**here), table=table, columns=', '.join(columns),
            values=', '.join(values.get(column, f't.{column}') for column in columns),
            where=where, **here)

    is_it = words['template'].format(**here)
    return (insert('engine_case', CASE, f't.id = {is_it}') + '\n' +
            insert('engine_found_by', ('workflow', 'key', 'value', 'case_id'),
                   f't.case_id = {is_it}'))


def pieces(words, templates, count):
    """All of it, a transaction each; cases of all places are mixed in time."""
    base = int(time.time() * 1000) - 100 * count
    for first in range(1, count, PIECE):
        last = min(first + PIECE, count)
        at = first
        for place, share in SHARES:
            until = min(at + (last - first) * share // 100, last)
            yield copies(words, templates[place], at, until, base)
            at = until


class OnFiles:
    name = 'files'

    def __init__(self, plan):
        self.plan, self.directory, self.settings = plan, plan.fresh('tickets'), ()

    def fill(self, templates, count):
        program = os.path.join(os.path.dirname(self.plan.program), 'bench', 'store_script')
        sql = '\nGO\n'.join(pieces(SQLITE, templates, count)) + '\nGO\n'
        said = subprocess.run([program, self.directory, 'phoenix'], input=sql, text=True,
                              stderr=subprocess.PIPE, check=False)
        if said.returncode != 0:
            raise BenchFailed(said.stderr)

    def end(self):
        pass


class OnPostgres:
    name = 'PostgreSQL'

    def __init__(self, plan):
        self.directory = plan.fresh('tickets')
        self.server = plan.server(Postgres)
        self.postgres = self.server.__enter__()
        self.database = 'tickets'
        address = self.postgres.make_database(self.database)
        self.settings = ('--store.kind=postgres', f'--store.address={address}')

    def fill(self, templates, count):
        for sql in pieces(POSTGRES, templates, count):
            self.postgres.psql(sql, self.database)
        self.postgres.psql('ANALYZE', self.database)

    def end(self):
        self.server.__exit__(None, None, None)


def asked(onboarding, count):
    """(what, path) in the order in which a moderator asks."""
    number = f'{INN[:3]}{1000000 + count // 2 % 9000000}'
    customer = f'00000000-0000-7000-8000-{count // 2:012x}'
    flow = '/flow/admin/phoenix/'
    return {
        'the queue, oldest first': flow + 'cases?place=moderation&open=true&limit=50',
        'the queue, newest first': flow + 'cases?place=moderation&order=newest&limit=50',
        'who waits': flow + 'cases?waiting=true&limit=50',
        'by number': flow + f'cases?by=inn&value={number}',
        'by customer': flow + f'cases?by=owner_id&value={customer}',
        'how many where': flow + 'counts',
    }, onboarding.moderator.headers


def time_one(client, path, headers, times):
    found = []
    for _ in range(times):
        began = time.perf_counter()
        said = client.get(path, headers)
        found.append((time.perf_counter() - began) * 1000)
        if said.status != 200 or said.json.get('items') == []:
            raise BenchFailed(f'{path}: {said}')
    found.sort()
    return found[len(found) // 2], found[min(len(found) - 1, len(found) * 99 // 100)]


def measure(plan, store, count):
    with Kontora(plan, store.directory, store.settings) as server:
        key = server.key
        host, _, port = server.address.rpartition(':')
        templates = make_templates(Onboarding(Client(host, int(port), key)))
    store.fill(templates, count)
    found = {}
    with Kontora(plan, store.directory, store.settings) as server:
        host, _, port = server.address.rpartition(':')
        client = Client(host, int(port), key)
        paths, headers = asked(Onboarding(client), count)
        for what, path in paths.items():
            times = ASKED_QUICK if plan.quick else ASKED
            time_one(client, path, headers, 5)
            before = processor_seconds(server.process.pid)
            with Outside() as others:
                p50, p99 = time_one(client, path, headers, times)
            used = (processor_seconds(server.process.pid) - before) * 1000 / times
            found[what] = (p50, p99, used, others.share)
        client.close()
    return found


def tickets(plan):
    count = TICKETS_QUICK if plan.quick else TICKETS
    lines = []
    for store in (OnFiles(plan), OnPostgres(plan)):
        try:
            found = measure(plan, store, count)
        finally:
            store.end()
        for what, (p50, p99, used, share) in found.items():
            most = 50 if what.startswith('the queue') else 100
            lines.append({
                'what': f'{what}, {count:,} tickets, {store.name}', 'here': f'p99 {p99:.1f} ms',
                'limit': '', 'ratio': '', 'target': f'< {most} ms',
                'verdict': 'met' if p99 < most else 'MISSED', 'outside': f'{round(100 * share)}%',
                'notes': [f'p50 {p50:.1f} ms; the server used {used:.1f} ms of the processors']})
    return lines
