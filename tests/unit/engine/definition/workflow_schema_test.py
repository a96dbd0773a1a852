"""workflow_schema_test.py - docs/workflow.schema.json, as an editor reads it: every example fits,
and what the reader would refuse for its form does not.
"""
import copy
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', '..', 'lib'))
from tap import check, check_equal, main, repository

READ_YAML = "const yaml = require('js-yaml'), fs = require('fs');" \
            "console.log(JSON.stringify(process.argv.slice(1).map(" \
            "path => yaml.load(fs.readFileSync(path, 'utf8')))));"
TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'null': type(None),
         'integer': int, 'number': (int, float)}
SAYS_NOTHING = ('description', 'title', '$schema', '$defs', 'properties')


# ---- a validator of the keywords that are used; another one is an error ----

def has_type(value, names):
    names = [names] if isinstance(names, str) else names
    return any(isinstance(value, TYPES[name]) and (name == 'boolean') == isinstance(value, bool)
               for name in names)


RULES = {
    'type': has_type,
    'enum': lambda value, choices: value in choices,
    'pattern': lambda value, pattern: not isinstance(value, str) or re.search(pattern, value),
    'minimum': lambda value, least: not isinstance(value, int) or value >= least,
    'maximum': lambda value, most: not isinstance(value, int) or value <= most,
    'minLength': lambda value, least: not isinstance(value, str) or len(value) >= least,
    'maxLength': lambda value, most: not isinstance(value, str) or len(value) <= most,
    'minItems': lambda value, least: not isinstance(value, list) or len(value) >= least,
    'maxItems': lambda value, most: not isinstance(value, list) or len(value) <= most,
    'maxProperties': lambda value, most: not isinstance(value, dict) or len(value) <= most,
    'required': lambda value, names: not isinstance(value, dict) or set(names) <= set(value),
}


def inside(schema, value, root):
    """Do the members and items fit?"""
    if isinstance(value, list):
        return all(fits(schema.get('items', {}), item, root) for item in value)
    if not isinstance(value, dict):
        return True
    others = schema.get('additionalProperties', {})
    known = schema.get('properties', {})
    return all(fits(schema.get('propertyNames', {}), name, root)
               and (fits(known[name], member, root) if name in known
                    else others is not False and fits(others, member, root))
               for name, member in value.items())


def fits(schema, value, root):
    for keyword, wanted in schema.items():
        if keyword == '$ref':
            if not fits(root['$defs'][wanted.removeprefix('#/$defs/')], value, root):
                return False
        elif keyword == 'anyOf':
            if not any(fits(one, value, root) for one in wanted):
                return False
        elif keyword in RULES:
            if not RULES[keyword](value, wanted):
                return False
        elif keyword not in (*SAYS_NOTHING, 'items', 'additionalProperties', 'propertyNames'):
            raise KeyError(keyword)
    return inside(schema, value, root)


# ---- the tests ----

def schema():
    with open(os.path.join(repository(), 'docs/workflow.schema.json'), encoding='utf-8') as file:
        return json.load(file)


def examples():
    paths = sorted(glob.glob(os.path.join(repository(), 'tests/workflows/*.yaml')))
    done = subprocess.run(['node', '-e', READ_YAML, *paths], capture_output=True, text=True,
                          check=True, cwd=repository(), timeout=30)
    return dict(zip((os.path.basename(path) for path in paths), json.loads(done.stdout)))


def every_example_fits():
    root, found = schema(), examples()
    check(len(found) >= 8, found.keys())
    for name, value in found.items():
        check(fits(root, value, root), name)


def with_change(value, path, change):
    """A copy in which the last of the path is changed, or is gone when the change is None."""
    copied = copy.deepcopy(value)
    place = copied
    for step in path[:-1]:
        place = place[step]
    if change is None:
        del place[path[-1]]
    else:
        place[path[-1]] = change
    return copied


FAULTS = [
    (('workflow',), 'my order'), (('workflow',), None), (('version',), 0), (('version',), 'one'),
    (('places',), None), (('plces',), {}), (('places', 'a b'), {}), (('places', 'New'), []),
    (('places', 'New', 'end'), 'maybe'), (('fields', 'value', 'kind'), 'txt'),
    (('fields', 'value', 'kind'), None), (('fields', 'value', 'maximum'), 3),
    (('fields', 'value'), 'txt'), (('operations', 'create', 'who'), None),
    (('operations', 'create', 'asks'), []), (('operations', 'create', 'aks'), ['place']),
    (('operations', 'create', 'asks'), {'place': True}),
    (('stages', 'join', 'from'), ['Valued', 'two words']), (('stages', 'join', 'in'), 'Valued'),
    (('stages', 'join', 'retry'), 3), (('stages', 'join', 'retry'), {'first': '5 seconds'}),
    (('events', 'paid', 'event'), None), (('timers', 'no_show', 'after'), 'soon'),
    (('participants', 'client', 'sees'), 7),
]


def faults_do_not_fit():
    root, order = schema(), examples()['order.yaml']
    for path, change in FAULTS:
        check(not fits(root, with_change(order, path, change), root), (path, change))


def short_forms_fit():
    root, order = schema(), examples()['order.yaml']
    for path, change in [(('fields', 'paid'), 'flag'), (('places', 'New'), None),
                         (('one_open_per',), 'client_id'), (('one_open_per',), ['client_id']),
                         (('stages', 'join', 'else'), True),
                         (('operations', 'create', 'from_any'), [['New', 'Valued'], 'Report'])]:
        check(fits(root, with_change(order, path, change), root), path)


def everything_is_described():
    root = schema()
    check_equal(root['$schema'], 'https://json-schema.org/draft/2020-12/schema')
    forms = [root] + [one for form in root['$defs'].values() for one in form['anyOf']]
    entries = [(name, entry) for form in forms
               for name, entry in form.get('properties', {}).items()]
    check(len(entries) > 60, len(entries))
    for name, entry in entries:
        check(len(entry['description']) > 5, name)


if __name__ == '__main__':
    sys.exit(main([every_example_fits, faults_do_not_fit, short_forms_fit,
                   everything_is_described]))
