"""promises.py - which tests show what the engine promises, found by the ids that they name.

The promises are tests/promises.txt: an id and a sentence. A test names the ids in its docstring, or
in a comment inside it or above it: "A11", "A5 to A28", "E16-E19".
"""
import ast
import glob
import io
import os
import re
import tokenize

ID = re.compile(r'\b([ABE])(\d{1,2})(?:(?:-| to )([ABE])?(\d{1,2}))?\b')
C_TEST = re.compile(r'static void (\w+)\(void\)')
SHOWN_MAX = 3
SEVERAL = re.compile(r'^# houses: .*\b(three|all)\b|one_or_twins|twins\(|\bseveral_', re.M)

PAGE = """# What is promised, and the test that shows it

{made}The engine's promises by their ids, which tests name. Behaviour is tested on SQLite and on
PostgreSQL, unless it needs no store. The last column names a test in which several processes share
the cases of one PostgreSQL, and what one begins another one goes on with.

| id | promised | shown by | in several processes |
|---|---|---|---|
{rows}
"""


def ids_in(text):
    """"A5 to A7" is three of them."""
    for letter, first, other, last in ID.findall(text):
        end = int(last) if last and other in ('', letter) else int(first)
        for number in range(int(first), end + 1):
            yield f'{letter}{number}'


def python_names(text):
    """(id, function or '') of each id in a docstring or a comment."""
    tree = ast.parse(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    def at(line):
        return next((one.name for one in functions if one.lineno <= line <= one.end_lineno), '')
    for node in [tree, *functions]:
        for name in ids_in(ast.get_docstring(node) or ''):
            yield name, getattr(node, 'name', '')
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            for name in ids_in(token.string):
                yield name, at(token.start[0])


def c_names(text):
    """The same of C: a comment is of the test below it, or of the one it stands in."""
    starts = [(found.start(), found.group(1)) for found in C_TEST.finditer(text)]
    for comment in re.finditer(r'/\*.*?\*/', text, re.S):
        below = next((name for at, name in starts if 0 <= at - comment.end() <= 2), None)
        inside = [name for at, name in starts if at < comment.start()]
        for name in ids_in(comment.group(0)):
            yield name, below or (inside[-1] if inside else '')


def find(root):
    """{id: [(path, function)]}, those with a function first."""
    found = {}
    paths = glob.glob(os.path.join(root, 'tests', '**', '*_test.*'), recursive=True)
    for path in sorted(path for path in paths if path.endswith(('.py', '.c'))):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        names = python_names(text) if path.endswith('.py') else c_names(text)
        for name, function in names:
            place = (os.path.relpath(path, root), function)
            if place not in found.setdefault(name, []):
                found[name].append(place)
    return {name: sorted(places, key=lambda place: not place[1]) for name, places in found.items()}


def several(root, places):
    """The first file that also runs in several processes."""
    for path in dict.fromkeys(path for path, _ in places):
        with open(os.path.join(root, path), encoding='utf-8') as file:
            if SEVERAL.search(file.read()):
                return f'`{os.path.basename(path)}`'
    return ''


def shown(places):
    named = [f'`{os.path.basename(path)}`' + (f': {function}' if function else '')
             for path, function in places[:SHOWN_MAX]]
    more = len(places) - len(named)
    return '<br>'.join(named) + (f'<br>and {more} more' if more else '')


def is_true(page_, promises, found):
    """Each promise stands there as it is, and is shown by tests that name it. There may be more of
    them by now: who adds a test need not write the page anew."""
    rows = {row[1].strip(): row for row in (line.split('|') for line in page_.splitlines())
            if len(row) == 6}
    for name, meaning in promises:
        row = rows.get(name)
        places = {(os.path.basename(path), function) for path, function in found[name]}
        if row is None or row[2].strip() != meaning:
            return False
        said = re.findall(r'`([^`]+)`(?:: (\w+))?', row[3])
        if not said or not places.issuperset(said):
            return False
    return True


def page(root, made, stored=None):
    """The table; a promise that no test names is a mistake. What is stored is good while it is
    true."""
    with open(os.path.join(root, 'tests', 'promises.txt'), encoding='utf-8') as file:
        promises = [line.rstrip('\n').split(' ', 1) for line in file]
    found = find(root)
    missing = [name for name, _ in promises if name not in found]
    if missing:
        raise SystemExit(f'docs: no test names {", ".join(missing)}')
    if stored is not None and is_true(stored, promises, found):
        return stored
    rows = [f'| {name} | {meaning} | {shown(found[name])} | {several(root, found[name])} |'
            for name, meaning in promises]
    return PAGE.format(made=made, rows='\n'.join(rows))
