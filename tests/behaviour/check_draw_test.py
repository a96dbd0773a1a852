"""check_draw_test.py - kontora check and draw: what they say of workflow files (B38, B55)."""
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import EXIT_USAGE
from tap import (check, check_equal, check_in, check_not_in, main, program, repository,
                 test_directory)

WORKFLOWS = os.path.join(repository(), 'tests', 'workflows')
NAIVE = '  cancel: {after: 7d, from: NeedExecutor, to: Cancelled}\n'
SENTENCE = ("'cancel' from 'NeedExecutor' leaves a mark in 'NeedSupply': create, ask_estimate, "
            'set_example_rate, cancel')


def run(*words, given=None, folder=None):
    done = subprocess.run([program(), *words], input=given, capture_output=True, text=True,
                          timeout=30, cwd=folder or WORKFLOWS)
    return done.returncode, done.stdout, done.stderr


def order_with(more):
    """The order of B55 with a line more, in a directory of its own."""
    folder = test_directory()
    with open(os.path.join(WORKFLOWS, 'order.yaml'), encoding='utf-8') as file:
        text = file.read()
    with open(os.path.join(folder, 'order.yaml'), 'w', encoding='utf-8') as file:
        file.write(text + more)
    return folder


def svg_of(text):
    root = xml.fromstring(text)
    check_equal(root.tag, '{http://www.w3.org/2000/svg}svg')
    return root


def manual():
    with open(os.path.join(repository(), 'docs', 'workflow.md'), encoding='utf-8') as file:
        return file.read()


# ---- check ----

def sample_workflows_are_sound():
    names = sorted(os.listdir(WORKFLOWS))
    check(len(names) >= 8, names)
    code, said, _ = run('check', *names)
    check_equal(code, 0)
    check_equal([line.split(':')[0] for line in said.splitlines()], names)
    check_in('order.yaml: order 1 is sound: 17 places, 15 transitions\n', said)


def naive_cancel_of_b55_is_refused_as_the_manual_says():
    folder = order_with(NAIVE)
    code, said, _ = run('check', 'order.yaml', folder=folder)
    check_equal((code, said), (1, f'order.yaml:145:3: {SENTENCE}\n'))
    check_in('    ' + NAIVE.strip() + '\n', manual())
    check_in('    ' + said, manual())
    cure = re.search(r'^    (cancel: .*from_any: .*)$', manual(), re.M).group(1)
    code, said, _ = run('check', 'order.yaml', folder=order_with(f'  {cure}\n'))
    check_equal(code, 0)


def json_has_places_and_paths():
    code, said, _ = run('check', '--json', 'order.yaml', folder=order_with(NAIVE))
    check_equal(code, 1)
    [file] = json.loads(said)
    check_equal((file['file'], file['ok'], file['workflow']), ('order.yaml', False, 'order'))
    check_equal(file['complaints'], [{'line': 145, 'column': 3, 'sentence': SENTENCE}])
    [fault] = file['soundness']['faults']
    check_equal(fault['kind'], 'left_behind')
    check_equal(fault['path'], ['create', 'ask_estimate', 'set_example_rate', 'cancel'])
    check_equal(fault['places'], ['NeedSupply'])
    check_equal(sorted(fault['marking']), ['Cancelled', 'NeedSupply'])


def every_file_is_looked_at():
    folder = order_with('  cancel: {after: 7d, from: NeedExecutro, to: Cancelled}\n')
    code, said, _ = run('check', 'order.yaml', 'none.yaml', os.path.join(WORKFLOWS, 'deal.yaml'),
                        folder=folder)
    check_equal(code, 1)
    first, second, third = said.splitlines()
    check_in('order.yaml:145:', first)
    check_in('did you mean "NeedExecutor"?', first)
    check_equal(second, 'none.yaml: No such file or directory')
    check_in('deal 1 is sound', third)


def standard_input_is_a_file():
    with open(os.path.join(WORKFLOWS, 'payout.yaml'), encoding='utf-8') as file:
        code, said, _ = run('check', '-', given=file.read())
    check_equal((code, said), (0, '-: payout 1 is sound: 7 places, 5 transitions\n'))


def without_a_file_it_says_how():
    for command in 'check', 'draw':
        code, _, said = run(command)
        check_equal(code, EXIT_USAGE)
        check_in(f'kontora {command} FILE', said)


# ---- draw ----

def a_picture_is_one_document():
    code, said, _ = run('draw', 'order.yaml')
    check_equal(code, 0)
    words = ''.join(svg_of(said).itertext())
    for word in 'Order', 'Pending', 'Approve', 'a person', 'time':
        check_in(word, words)
    check_not_in('href', said)
    check_not_in('<script', said)
    check_equal(run('draw', 'order.yaml')[1], said)


def labels_are_russian_when_asked():
    words = ''.join(svg_of(run('draw', 'order.yaml', '--lang', 'ru')[1]).itertext())
    for word in 'Заказ услуги', 'Принять', 'человек':
        check_in(word, words)


def the_trouble_is_shown():
    code, said, _ = run('draw', 'order.yaml', '--theme', 'light', folder=order_with(NAIVE))
    check_equal(code, 0)
    svg_of(said)
    check_equal(said.count('class="step"'), 4)
    check_equal(said.count('class="place trouble"'), 1)
    check_equal(said.count('class="place lit"'), 1)
    check_in(SENTENCE, said)
    check_not_in('prefers-color-scheme', said)


def a_marking_is_lit():
    said = run('draw', 'order.yaml', '--mark', 'Valued, NeedSupply')[1]
    check_equal(said.count('class="place lit"'), 2)
    code, _, said = run('draw', 'order.yaml', '--mark', 'Valued,NeedSuply')
    check_equal(code, EXIT_USAGE)
    check_in('there is no place "NeedSuply"; did you mean "NeedSupply"?', said)


def it_is_written_where_asked():
    path = os.path.join(test_directory(), 'order.svg')
    check_equal(run('draw', 'order.yaml', '--out', path)[:2], (0, ''))
    with open(path, encoding='utf-8') as file:
        svg_of(file.read())
    code, _, said = run('draw', 'order.yaml', '--out', '/nowhere/order.svg')
    check_equal(code, 1)
    check_in('/nowhere/order.svg: No such file or directory', said)


def what_cannot_be_read_cannot_be_drawn():
    code, said, complained = run('draw', 'order.yaml', folder=order_with('nonsense: true\n'))
    check_equal((code, said), (1, ''))
    check_in('order.yaml:145:1:', complained)
    code, _, said = run('draw', 'order.yaml', '--theme', 'pink')
    check_equal(code, EXIT_USAGE)
    check_in('--theme is one of: auto, light, dark', said)


if __name__ == '__main__':
    main([sample_workflows_are_sound, naive_cancel_of_b55_is_refused_as_the_manual_says,
          json_has_places_and_paths, every_file_is_looked_at, standard_input_is_a_file,
          without_a_file_it_says_how, a_picture_is_one_document, labels_are_russian_when_asked,
          the_trouble_is_shown, a_marking_is_lit, it_is_written_where_asked,
          what_cannot_be_read_cannot_be_drawn])
