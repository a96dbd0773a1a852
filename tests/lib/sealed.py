"""sealed.py - changes a database file of the program from outside, as it would have written it.

    with change_file(path) as database:       an sqlite3 connection
        database.execute('INSERT ...')

Every page ends in a checksum that Python's SQLite does not write (src/store/sqlite_checksum.c), so
all pages are sealed anew afterwards. Nobody else may have the file open.
"""
import contextlib
import sqlite3
import struct

CHECKSUM_BYTES = 8


def seal(page, number):
    first, second = number, 0
    words = struct.unpack(f'<{(len(page) - CHECKSUM_BYTES) // 4}I', page[:-CHECKSUM_BYTES])
    for left, right in zip(words[::2], words[1::2]):
        first = (first + left + second) & 0xffffffff
        second = (second + right + first) & 0xffffffff
    return page[:-CHECKSUM_BYTES] + struct.pack('<2I', first, second)


def seal_file(path):
    with open(path, 'r+b') as file:
        content = file.read()
        page_bytes = struct.unpack('>H', content[16:18])[0]
        pages = [content[at:at + page_bytes] for at in range(0, len(content), page_bytes)]
        file.seek(0)
        for number, page in enumerate(pages, 1):
            file.write(seal(page, number))


@contextlib.contextmanager
def change_file(path):
    database = sqlite3.connect(path)
    try:
        with database:
            yield database
        database.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    finally:
        database.close()
    seal_file(path)
