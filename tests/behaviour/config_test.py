"""config_test.py - settings: which place wins, who is told what, and what is kept secret."""
# stores: none
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import EXIT_USAGE, run
from tap import (check, check_equal, check_in, check_match, check_not_in, main, program, repository,
                 test_directory)

SECRET = 'host=db.example password=tiger-lily'


def write(name, text):
    path = os.path.join(test_directory(), name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def show(*words, environment=None):
    said = run('config', 'show', *words, environment=environment)
    check_equal((said.code, said.error), (0, ''))
    return said


def origins(*words, environment=None):
    return {name: (entry['value'], entry['origin'])
            for name, entry in show('--json', *words, environment=environment).json.items()}


def check_refused(said, *sentences):
    check_equal((said.code, said.out), (EXIT_USAGE, ''), said)
    check_match(r'^kontora: [^\n]+\n$', said.error)
    for sentence in sentences:
        check_in(sentence, said.error)


def everything_has_a_default():
    settings = origins()
    check_equal(settings['net.listen'], ('127.0.0.1:8480', 'default'))
    check_equal(settings['store.kind'], ('sqlite', 'default'))
    check_equal({origin for _, origin in settings.values()}, {'default'})


def the_stronger_place_wins():
    path = write('places.conf', 'net.listen = 1.1.1.1:1\nlog.level = debug\nwork.readers = 3\n')
    environment = {'KONTORA_NET_LISTEN': '2.2.2.2:2', 'KONTORA_LOG_LEVEL': 'error'}
    settings = origins('--config', path, '--net.listen', '3.3.3.3:3', environment=environment)
    check_equal(settings['net.listen'], ('3.3.3.3:3', 'flag'))
    check_equal(settings['log.level'], ('error', 'environment KONTORA_LOG_LEVEL'))
    check_equal(settings['work.readers'], ('3', f'file {path}:3'))
    check_equal(settings['store.kind'], ('sqlite', 'default'))


def the_file_may_be_named_by_the_environment():
    path = write('named.conf', 'work.readers = 5\n')
    other = write('other.conf', 'work.readers = 6\n')
    environment = {'KONTORA_CONFIG': path}
    check_equal(origins(environment=environment)['work.readers'][0], '5')
    check_equal(origins('--config', other, environment=environment)['work.readers'][0], '6')


def the_origin_is_shown_to_a_person():
    path = write('person.conf', '# a comment\n\nwork.readers = 4   # of my own\n')
    said = show('--origin', '--config', path, '--log.level=error',
                environment={'KONTORA_NET_THREADS': '2'}).out
    for line in (f'work.readers = 4 +# file {path}:3', 'log.level = error +# flag',
                 'net.threads = 2 +# environment KONTORA_NET_THREADS',
                 'store.kind = sqlite +# default'):
        check_match(rf'(?m)^{line}$', said)
    check_not_in('#', show('--config', path).out)


def what_is_shown_can_be_a_file():
    changes = ('--net.listen', '[::1]:80', '--work.stop_time_max', '90s', '--net.body_max', '2MiB',
               '--data', ' my # directory')
    first = show(*changes).out
    for text in (first, show('--origin', *changes).out):
        path = write('shown.conf', text)
        check_equal(show('--config', path).out, first)


def secrets_are_never_shown():
    path = write('secret.conf', f'store.address = {SECRET}\n')
    for words, environment in ((('--store.address', SECRET), {}), (('--config', path), {}),
                               ((), {'KONTORA_STORE_ADDRESS': SECRET})):
        for form in ((), ('--origin',), ('--json',), ('--json', '--origin'), ('--markdown',)):
            said = show(*form, *words, environment=environment).out
            check_not_in('tiger', said)
            check('--markdown' in form or '***' in said, said)
    empty = origins()['store.address']
    check_equal(empty, ('', 'default'))


def a_mistyped_name_is_told_with_its_place():
    path = write('mistyped.conf', 'work.readers = 2\nnet.lissen = x\n')
    check_refused(run('config', 'show', '--config', path), f'{path}:2', '"net.lissen"',
                  'did you mean "net.listen"?')
    check_refused(run('config', 'show', environment={'KONTORA_NET_LISEN': 'x'}), 'environment',
                  '"KONTORA_NET_LISEN"', 'did you mean "KONTORA_NET_LISTEN"?')
    check_refused(run('config', 'show', '--log.levle', 'x'), 'did you mean --log.level?')
    check_refused(run('config', 'show', environment={'KONTORA_XYLOPHONE': '1'}),
                  '"KONTORA_XYLOPHONE"')


def a_bad_value_is_told_with_what_is_allowed():
    path = write('value.conf', '\nwork.readers = many\n')
    check_refused(run('config', 'show', '--config', path), f'{path}:2', 'work.readers', '"many"',
                  'from 1 to 32')
    check_refused(run('config', 'show', '--work.readers', '33'), '--work.readers', 'from 1 to 32')
    check_refused(run('config', 'show', '--log.level', 'eror'), 'debug, info, warning, error',
                  'did you mean "error"?')
    for name, value in (('KONTORA_NET_BODY_MAX', '5 apples'), ('KONTORA_NET_IDLE_TIME_MAX', '-1s'),
                        ('KONTORA_NET_THREADS', '1.5'), ('KONTORA_WORK_WAITING_MAX', '')):
        check_refused(run('config', 'show', environment={name: value}), name, 'must be')


def a_bad_file_is_told_with_its_line():
    check_refused(run('config', 'show', '--config', '/nonexistent.conf'), '/nonexistent.conf',
                  'No such file')
    check_refused(run('config', 'show', '--config', test_directory()), 'no regular file')
    for text, sentence in (('net.listen\n', 'name = value'),
                           ('work.readers = 1\nwork.readers = 2\n', 'line 1 already'),
                           ('net.listen = "x\n', 'quotes')):
        check_refused(run('config', 'show', '--config', write('bad.conf', text)), sentence)


def nothing_starts_on_a_mistake():
    directory = os.path.join(test_directory(), 'not-made')
    for words, environment in ((('--work.readers', 'x'), {}), ((), {'KONTORA_NET_LISEN': 'x'})):
        check_refused(run('serve', '--data', directory, *words, environment=environment))
        check_equal(run('users', 'list', '--data', directory, *words,
                        environment=environment).code, EXIT_USAGE)
    check(not os.path.exists(directory), 'a refused start has made the directory')


def what_belongs_together_is_asked_for():
    said = run('serve', '--data', os.path.join(test_directory(), 'p'), '--store.kind', 'postgres')
    check_refused(said, 'store.address is empty', '--store.address=')
    said = run('serve', '--data', os.path.join(test_directory(), 'c'), '--store.cache=512KiB')
    check_refused(said, 'store.cache is less than 1MiB')
    check_refused(run('config', 'list'), 'kontora config show')


def a_quoted_value_keeps_what_it_holds():
    path = write('quoted.conf', 'net.listen = "127.0.0.1:1 # not a comment"   # a comment\n')
    check_equal(origins('--config', path)['net.listen'][0], '127.0.0.1:1 # not a comment')


def the_document_names_every_setting():
    with open(os.path.join(repository(), 'docs', 'configuration.md'), encoding='utf-8') as file:
        page = file.read()
    for name in origins():
        check_in(f'| `{name}` |', page)


def other_peoples_variables_are_left_alone():
    clean = {name: value for name, value in os.environ.items() if not name.startswith('KONTORA')}
    done = subprocess.run([program(), 'config', 'show'], check=False,
                          env={**clean, 'KONTORAX': '1', 'NET_LISTEN': 'x'}, timeout=30,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    check_equal((done.returncode, done.stderr), (0, ''))
    check_in('net.listen = 127.0.0.1:8480\n', done.stdout)


if __name__ == '__main__':
    main([everything_has_a_default, the_stronger_place_wins,
          the_file_may_be_named_by_the_environment, the_origin_is_shown_to_a_person,
          what_is_shown_can_be_a_file, secrets_are_never_shown,
          a_mistyped_name_is_told_with_its_place, a_bad_value_is_told_with_what_is_allowed,
          a_bad_file_is_told_with_its_line, nothing_starts_on_a_mistake,
          what_belongs_together_is_asked_for, a_quoted_value_keeps_what_it_holds,
          the_document_names_every_setting, other_peoples_variables_are_left_alone])
