"""rows_of.py - all rows that a running server has, on either store, to be compared with later ones.

    before = all_rows(server)        {'users.person': {row, row}, ...}
"""
import contextlib
import glob
import os
import sqlite3

from kontora import store_kind, the_postgres

# What is told stays told. Places in it, receipts, and replies that are kept for a while have ids.
PASSING = {'journal', 'cursor', 'follower', 'errand', 'kept_reply', 'later_schedule', 'store_mark',
           'funnel_walk'}
# What a house furnishes itself with in its first minutes, whoever is there.
PASSING |= {'signing_key', 'template', 'wording'}
SERVICES = {'audit'}


def is_compared(service, table):
    return service not in SERVICES and table not in PASSING and not table.startswith('sqlite_')


def rows_of_sqlite(server):
    found = {}
    for path in glob.glob(os.path.join(server.directory, '*.db')):
        service = os.path.basename(path)[:-3]
        with contextlib.closing(sqlite3.connect(f'file:{path}?mode=ro', uri=True)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for table, in tables.fetchall():
                if is_compared(service, table):
                    rows = database.execute(f'SELECT * FROM "{table}"')  # nosec: names are ours
                    found[f'{service}.{table}'] = {repr(row) for row in rows}
    return found


def rows_of_postgres(server):
    """Two questions for all tables: each is a program and a connection."""
    database = server.store.address.partition('dbname=')[2].split()[0]

    def ask(sql):
        return the_postgres().psql(sql, database=database).split('\n')
    tables = [table for table in ask(
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname NOT LIKE 'pg%' AND schemaname <> 'information_schema'")
        if is_compared(*table.split('.'))]
    found = {table: set() for table in tables}
    for line in ask([f"SELECT '{table}|' || translate(t::text, E'\\n', ' ') FROM {table} AS t"
                     for table in tables]):
        table, _, row = line.partition('|')
        found[table].add(row)
    return found


def all_rows(server):
    return rows_of_postgres(server) if store_kind() == 'postgres' else rows_of_sqlite(server)


def that_know(rows, part):
    """{table: rows} of those that know of it: of a text, or of an id in any of its forms."""
    short = part.replace('-', '')
    blob = repr(bytes.fromhex(short))[2:-1] if len(short) == 32 else part
    found = {table: sorted(line for line in lines if part in line or blob in line)
             for table, lines in rows.items()}
    return {table: lines for table, lines in found.items() if lines}


def differences(before, after):
    """Tables whose rows are others: what has come, and what has gone."""
    return {table: (sorted(after.get(table, set()) - before.get(table, set())),
                    sorted(before.get(table, set()) - after.get(table, set())))
            for table in before.keys() | after.keys()
            if before.get(table, set()) != after.get(table, set())}
