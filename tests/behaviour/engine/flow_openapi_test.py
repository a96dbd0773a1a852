"""flow_openapi_test.py - the description of one participant's API: A10."""
import json
import os
import subprocess
import sys

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lib')
sys.path[:0] = [LIB, os.path.join(LIB, 'cases')]
from flow import PARCEL, directory_of
from tap import (check, check_equal, check_in, check_not_in, main, repository, sample_program,
                 test_directory)


def openapi(*words):
    environment = {**os.environ, 'KONTORA_CASES_DIRECTORY': directory_of(parcel=PARCEL)}
    return subprocess.run([sample_program(), 'openapi', *words], stdin=subprocess.DEVNULL,
                          check=False, capture_output=True, text=True, timeout=60,
                          env=environment)


def read_document(kind):
    said = openapi('--participant', kind)
    check_equal(said.returncode, 0, said.stderr)
    return json.loads(said.stdout)


def only_his_paths_are_there():
    """A10"""
    paths = read_document('staff')['paths']
    check(paths)
    check_equal([path for path in paths if not path.startswith('/flow/staff/')], [])
    for rest in ('state', 'operations/ask', 'operations/{operation_id}', 'cases', 'counts',
                 'cases/{case_id}/history', 'fail-reasons', 'events'):
        check_in(f'/flow/staff/leave/{rest}', paths)
    check_not_in('/flow/staff/leave/operations/approve', paths)


def only_what_they_reach_is_there():
    document = read_document('staff')
    text = json.dumps(document)
    for name in document['components']['schemas']:
        check_in(f'"#/components/schemas/{name}"', text)
    check_equal(set(document['components']['schemas']), {'Problem', 'FlowOperation'})


def forms_are_typed():
    path = read_document('staff')['paths']['/flow/staff/leave/operations/ask']['post']
    form = path['requestBody']['content']['application/json']['schema']['properties']['form']
    check_equal(form['required'], ['first_day', 'last_day'])
    check_equal(form['properties']['first_day']['format'], 'date')
    check_equal(form['properties']['kind']['enum'], ['paid', 'unpaid', None])
    check_equal(form['additionalProperties'], False)


def the_linter_has_nothing_to_say():
    for kind in ('staff', 'office'):
        path = os.path.join(test_directory(), f'{kind}.json')
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(read_document(kind), file)
        said = subprocess.run([os.path.join(repository(), 'tools', 'openapi-lint'), path],
                              text=True, capture_output=True, check=False, timeout=120)
        check_equal((said.returncode, said.stdout), (0, '0 offences\n'))


def an_unknown_kind_is_a_sentence():
    said = openapi('--participant', 'nobody')
    check_equal(said.returncode, 64)
    check_in('nobody comes in as "nobody"', said.stderr)


if __name__ == '__main__':
    main([only_his_paths_are_there, only_what_they_reach_is_there, forms_are_typed,
          the_linter_has_nothing_to_say, an_unknown_kind_is_a_sentence])
