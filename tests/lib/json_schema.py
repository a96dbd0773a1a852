"""json_schema.py - holds a value against a schema of OpenAPI 3.1, as far as this program uses it.

    offences(schema, value, document)     a list of sentences; none when the value fits

A keyword that is not known here is an error, so that nothing is passed over in silence.
"""
import datetime
import re
import uuid

TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'null': type(None),
         'integer': int}
SAYS_NOTHING = ('description', 'default', 'title')


def is_time(text):
    return (re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z', text) is not None
            and datetime.datetime.fromisoformat(text[:-1]) is not None)


def is_uuid(text):
    return str(uuid.UUID(text)) == text


FORMATS = {'date-time': is_time, 'uuid': is_uuid,
           'email': lambda text: re.fullmatch(r'[^@\s]+@[^@\s]+', text) is not None,
           'int64': lambda number: -2**63 <= number < 2**63}


def has_type(value, name):
    is_flag = isinstance(value, bool)
    return isinstance(value, TYPES[name]) and (name == 'boolean' or not is_flag)


def has_format(value, name):
    try:
        return value is None or FORMATS[name](value)
    except (TypeError, ValueError):
        return False


def resolve(reference, document):
    found = document
    for step in reference.removeprefix('#/').split('/'):
        found = found[step]
    return found


RULES = {  # keyword: does the value keep it? Rules for other types than the value's hold.
    'type': lambda value, names: any(
        has_type(value, name) for name in ([names] if isinstance(names, str) else names)),
    'enum': lambda value, choices: value in choices,
    'format': has_format,
    'pattern': lambda value, pattern: not isinstance(value, str) or re.search(pattern, value),
    'maxLength': lambda value, most: not isinstance(value, str) or len(value) <= most,
    'maxItems': lambda value, most: not isinstance(value, list) or len(value) <= most,
    'minimum': lambda value, least: not has_type(value, 'integer') or value >= least,
    'maximum': lambda value, most: not has_type(value, 'integer') or value <= most,
    'required': lambda value, names: not isinstance(value, dict) or set(names) <= set(value),
}


def inside(schema, value, document, where):
    """What is wrong with the members or the items."""
    found = []
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += offences(schema.get('items', {}), item, document, f'{where}[{index}]')
    if isinstance(value, dict) and 'properties' in schema:
        for name, member in value.items():
            if name in schema['properties']:
                found += offences(schema['properties'][name], member, document, f'{where}.{name}')
            else:
                found.append(f'{where}.{name} is not described')
    return found


def offences(schema, value, document, where='$'):
    if '$ref' in schema:
        return offences(resolve(schema['$ref'], document), value, document, where)
    found = inside(schema, value, document, where)
    for keyword, argument in schema.items():
        if keyword in RULES:
            if not RULES[keyword](value, argument):
                found.append(f'{where} is {value!r} against {keyword} {argument!r}')
        elif keyword not in ('items', 'properties', 'additionalProperties', *SAYS_NOTHING):
            raise ValueError(f'{where}: the keyword {keyword!r} is not known')
    return found
