"""cli_test.py - the command line: what it says to a person, to a script, and to a mistake."""
import os
import re
import shlex
import subprocess
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from kontora import EXIT_IO, EXIT_UNREACHABLE, EXIT_USAGE, Server, run, the_store
from tap import (check, check_equal, check_in, check_match, check_not_in, main, program, repository,
                 test_directory)

COMMANDS = ('serve', 'users', 'dead', 'fsck', 'doctor', 'config', 'openapi', 'asyncapi', 'key',
            'bench', 'schema', 'check', 'draw', 'simulate', 'sample')


def start_server():
    server = Server(store=the_store())
    server.start()
    yield server
    server.stop()


def empty_server():
    """One that has nobody in it."""
    yield from start_server()


def users(server, *words):
    return run('users', *words, '--data', server.directory)


def created(server, **others):
    """A person with an address of its own, as the command answers it."""
    flags = {'email': f'{uuid.uuid4()}@example.com', 'type': 'client', **others}
    words = [word for name, value in flags.items() for word in (f'--{name}', value)]
    said = users(server, 'create', '--json', *words)
    check_equal((said.code, said.error), (0, ''))
    return said.json


def check_usage(said, *sentences):
    """Exit 64, one line that holds these, nothing on standard output."""
    check_equal((said.code, said.out), (EXIT_USAGE, ''), said)
    check_match(r'^kontora: [^\n]+\n$', said.error)
    for sentence in sentences:
        check_in(sentence, said.error)


# ---- help ----

def help_lists_every_command():
    for words in (('--help',), ('help',), ('-h',)):
        said = run(*words)
        check_equal((said.code, said.error), (0, ''))
        for name in (*COMMANDS, 'version'):
            check_match(rf'(?m)^  {name} +\S', said.out)
    nothing = run()
    check_equal(nothing.code, EXIT_USAGE)
    check_in('Commands:', nothing.out)


def every_help_has_examples():
    for name in COMMANDS:
        said = run(name, '--help')
        check_equal((said.code, said.error), (0, ''))
        check_match(rf'^kontora {name}\b.* - \S', said.out)
        check_match(r'(?m)^Examples?:\n  \S', said.out)
        check_match(r'(?m)^  --help', said.out)
        for same in ((name, '-h'), ('help', name), (name, 'some', 'words', '--help')):
            check_equal(run(*same).out, said.out, f'{same}')


def commands_in(text):
    """The command lines below "Examples:", without variables in front and pipes behind."""
    for line in re.findall(r'(?m)^  ((?:KONTORA_\S+ )?kontora .*)$', text):
        line = re.sub(r'^KONTORA_\S+ ', '', re.split(r' [|>] ', line)[0])
        yield shlex.split(line)[1:]


def every_example_is_understood():
    """No example names a command, a flag or a setting that is not there. It asks for help at the
    end, because the flags before it are read all the same."""
    for name in COMMANDS:
        examples = list(commands_in(run(name, '--help').out))
        check(examples, f'{name} has no example')
        for words in examples:
            check_in(words[0], COMMANDS)
            said = run(*words, '--help')
            check_equal((said.code, said.error), (0, ''), f'{words}')


def every_setting_is_a_flag():
    settings = run('config', 'show', '--json').json
    for name in ('serve', 'users', 'doctor', 'config'):
        said = run(name, '--help').out
        for setting in settings:
            check_match(rf'(?m)^  --{re.escape(setting)} +\S', said)


def the_version_is_said():
    for words in (('version',), ('--version',)):
        said = run(*words)
        check_equal((said.code, said.error), (0, ''))
        check_match(r'^kontora \d+\.\d+\.\d+\n$', said.out)


# ---- mistakes ----

def the_nearest_word_is_suggested():
    check_usage(run('serv'), "no command 'serv'", "did you mean 'serve'?", 'kontora --help')
    check_usage(run('versoin'), "did you mean 'version'?")
    check_usage(run('help', 'userz'), "did you mean 'users'?")
    check_usage(run('users', '--emial', 'x'), '--emial', 'did you mean --email?')
    check_usage(run('serve', '--net.lisen', 'x'), '--net.lisen', 'did you mean --net.listen?')
    check_usage(run('doctor', '--confg', 'x'), 'did you mean --config?')
    check_usage(run('users', 'lst'), 'did you mean list?')
    check_usage(run('schema', '--data', 'x'), "'schema' has no flag --data")
    check_usage(run('serve', 'userz', '--data', '/nonexistent'), "no service 'userz'")


def nothing_is_suggested_that_is_not_near():
    for words in (('xylophone',), ('users', '--xylophone'), ('users', 'xylophone')):
        said = run(*words)
        check_usage(said)
        check_not_in('did you mean', said.error)


def a_flag_needs_what_it_takes():
    check_usage(run('users', 'list', '--email'), '--email needs a value')
    check_usage(run('users', 'list', '--json=yes'), '--json takes no value')
    check_usage(run('users'), 'say what to do')
    check_usage(run('users', 'show'), 'takes the id')
    check_usage(run('users', 'list', 'anna'), 'takes no further words')
    check_usage(run('users', *['word'] * 17), 'at most 16 words')
    check_usage(run('users', *['--email=x'] * 65), 'at most 64 flags')


def a_flag_of_another_verb_is_refused():
    for verb, flag in (('list', '--full-name'), ('list', '--roles'), ('create', '--role'),
                       ('create', '--revision'), ('change', '--limit')):
        words = ('users', verb, *(['some-id'] if verb == 'change' else []), flag, 'x')
        check_usage(run(*words), f'`kontora users {verb}` takes no {flag}')
    check_usage(run('users', 'block', 'some-id', '--email', 'x'), 'takes no --email')
    check_usage(run('users', 'create', '--activated', 'yes'), "'yes'", 'true or false')


def a_lost_output_is_an_error(server):
    for words in (('--help',), ('version',), ('openapi',), ('config', 'show'),
                  ('users', 'list', '--data', server.directory)):
        with open('/dev/full', 'wb') as full:
            done = subprocess.run([program(), *words], stdout=full, stderr=subprocess.PIPE,
                                  stdin=subprocess.DEVNULL, text=True, check=False, timeout=30)
        check_equal(done.returncode, EXIT_IO, f'{words}')
        check_in('standard output cannot be written', done.stderr)


def without_a_server_it_says_how_to_start_one():
    directory = os.path.join(test_directory(), 'nothing-here')
    said = run('users', 'list', '--data', directory)
    check_equal((said.code, said.out), (EXIT_UNREACHABLE, ''))
    check_in(f'{directory}/admin.sock', said.error)
    check_in(f'kontora serve --data {directory}', said.error)
    check(not os.path.exists(directory), 'asking has made a directory')


# ---- people ----

def nobody_is_said_in_words(empty_server):
    said = users(empty_server, 'list')
    check_equal(said.code, 0)
    check_match(r'^Nobody\..*kontora users create', said.out)
    check_equal(users(empty_server, 'list', '--json').json, {'items': [], 'next': None})


def a_person_from_creation_to_blocking(server):
    said = users(server, 'create', '--email', 'olga@example.com', '--type', 'employee',
                 '--full-name', 'Ольга Ёлкина', '--roles', 'manager, accountant', '--activated',
                 'true', '--phone', '+79160000001', '--telegram-id', '70001', '--spec', 'считает',
                 '--locale', 'en', '--external-id', 'crm-1')
    check_equal((said.code, said.error), (0, ''))
    shown = dict(re.split(r'  +', line, maxsplit=1) for line in said.out.splitlines())
    user = shown.pop('id')
    check_equal({name: shown[name] for name in ('full_name', 'roles', 'activated', 'revision')},
                {'full_name': 'Ольга Ёлкина', 'roles': '["manager","accountant"]',
                 'activated': 'true', 'revision': '1'})
    check_equal(users(server, 'show', user).out, said.out)
    as_json = users(server, 'show', user, '--json').json
    check_equal((as_json['phone'], as_json['telegram_id'], as_json['locale']),
                ('+79160000001', '70001', 'en'))

    changed = users(server, 'change', user, '--roles', '', '--telegram-id', '', '--json',
                    '--revision', '1').json
    check_equal((changed['roles'], changed['telegram_id'], changed['revision']), ([], None, 2))
    late = users(server, 'change', user, '--spec', 'none', '--revision', '1')
    check_equal((late.code, late.out), (1, ''))
    check_in('revision_changed, HTTP 412', late.error)

    blocked = users(server, 'block', user, '--reason', 'ушла')
    check_match(r'(?m)^status +blocked$', blocked.out)
    check_match(r'(?m)^block_reason +ушла$', blocked.out)
    check_equal(users(server, 'unblock', user, '--json').json['status'], 'active')


def creating_again_with_the_same_key_is_safe(server):
    first = created(server, **{'external-id': 'again', 'email': 'again@example.com'})
    check_equal(created(server, **{'external-id': 'again', 'email': 'again@example.com'}), first)


def columns_are_counted_in_characters(server):
    created(server, email='длинное-имя@example.com', type='a_type_that_is_rather_long',
            **{'full-name': 'Ёжиков Ёж'})
    created(server, email='short@example.com', type='cat', **{'full-name': 'Zoë'})
    lines = users(server, 'list').out.splitlines()
    titles = lines[0]
    check_match(r'^id +status +type +email +name$', titles)
    everybody = users(server, 'list', '--limit', '200', '--json').json['items']
    ids = {user['id']: user for user in everybody}
    check(len(lines) > 2 and len(ids) == len(lines) - 1)
    for line in lines[1:]:
        user = ids[line[:36]]
        for title, name in (('status', 'status'), ('type', 'type'), ('email', 'email'),
                            ('name', 'full_name')):
            start = titles.index(title)
            check_equal(line[start:].split('  ')[0], user[name] or '-', f'{title} in {line!r}')
            check_equal(line[start - 2:start], '  ', line)
        check_equal(line, line.rstrip(), 'spaces at the end')


def a_value_cannot_look_like_a_row(server):
    name = 'Mallory\n01a1fd34-cc33-711d-9e72-1e5acf12205d  active  employee\tboss'
    user = created(server, email='mallory@example.com', **{'full-name': name})
    check_equal(user['full_name'], name)
    for said in (users(server, 'list', '--email', 'mallory@example.com'),
                 users(server, 'show', user['id'])):
        check_in('Mallory 01a1fd34', said.out)
        check_equal(len(re.findall(r'(?m)^01a1fd34-cc33', said.out)), 0)


def the_list_is_narrowed_and_paged(server):
    for number in range(5):
        created(server, type='paged', email=f'p{number}@paged.example', activated='true',
                **{'full-name': f'Пейджер {number}'})
    seen, cursor = [], []
    for _ in range(3):
        page = users(server, 'list', '--type', 'paged', '--limit', '2', *cursor)
        seen += re.findall(r'p\d@paged', page.out)
        more = re.search(r'There are more: --cursor (\S+)', page.out)
        cursor = ['--cursor', more.group(1)] if more else None
    check_equal((sorted(seen), cursor), ([f'p{number}@paged' for number in range(5)], None))
    for words, count in ((('--q', 'пейджер 3'), 1), (('--activated', 'false'), 0),
                         (('--email', 'P2@PAGED.EXAMPLE'), 1), (('--role', 'nobody'), 0)):
        found = users(server, 'list', '--type', 'paged', '--json', *words).json['items']
        check_equal(len(found), count, f'{words}')


def a_refusal_names_the_field(server):
    said = users(server, 'create', '--email', 'nobody', '--type', 'Not a name', '--phone', '12')
    check_equal((said.code, said.out), (1, ''))
    check_match(r'^kontora: .*\(validation_error, HTTP 400\)\n', said.error)
    for field in ('email', 'type', 'phone'):
        check_match(rf'(?m)^  {field}: \S', said.error)
    created(server, email='taken@example.com')
    said = users(server, 'create', '--email', 'Taken@Example.com', '--type', 'client')
    check_equal(said.code, 1)
    check_in('user_exists, HTTP 409', said.error)
    check_match(r'(?m)^  email: ', said.error)
    said = users(server, 'show', str(uuid.uuid4()), '--json')
    check_equal((said.code, said.out), (1, ''))
    check_in('user_not_found, HTTP 404', said.error)


def what_is_typed_stays_one_value(server):
    """Nothing typed becomes another path, query or field."""
    for text in ('../../livez', 'x?limit=1', 'x/block', '%2e%2e', 'a b&c=d#e'):
        said = users(server, 'show', text)
        check_equal(said.code, 1)
        check_in('user_id', said.error)
        check_in('HTTP 400', said.error)
    said = users(server, 'list', '--q', 'x&limit=0', '--json')
    check_equal((said.code, said.json['items']), (0, []))
    user = created(server, **{'full-name': '","type":"admin'})
    check_equal((user['full_name'], user['type']), ('","type":"admin', 'client'))
    said = users(server, 'change', user['id'], '--spec', 'x', '--revision', '1"\r\nX-Evil: 1')
    check(said.code != 0, said)


def not_utf8_is_refused(server):
    done = subprocess.run([program(), 'users', 'create', '--data', server.directory, '--type',
                           'client', '--email', 'a@example.com', '--full-name', b'\xff\xfe'],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=30)
    check_equal((done.returncode, done.stdout), (EXIT_USAGE, b''), done.stderr)
    check_in(b'UTF-8', done.stderr)


def the_manual_names_every_command():
    with open(os.path.join(repository(), 'docs', 'kontora.1'), encoding='utf-8') as file:
        page = file.read().replace('\\-', '-')
    names = re.findall(r'(?m)^  ([a-z]+) {2,}\S', run('--help').out)
    check(set(COMMANDS) < set(names), names)
    for name in names:
        check_match(rf'(?m)^\.B kontora {name}\b', page)
        check_match(rf'(?m)^\.(B|BR|BI) "?{name}\b', page)
    codes = set(re.findall(r'(?m)^\.B (\d+)$', page))
    check_equal(codes, {'0', '1', '64', '65', '69', '71', '74', '75'})


if __name__ == '__main__':
    main([help_lists_every_command, every_help_has_examples, every_example_is_understood,
          every_setting_is_a_flag, the_version_is_said, the_nearest_word_is_suggested,
          nothing_is_suggested_that_is_not_near, a_flag_needs_what_it_takes,
          a_flag_of_another_verb_is_refused, a_lost_output_is_an_error,
          without_a_server_it_says_how_to_start_one, nobody_is_said_in_words,
          a_person_from_creation_to_blocking, creating_again_with_the_same_key_is_safe,
          columns_are_counted_in_characters, a_value_cannot_look_like_a_row,
          the_list_is_narrowed_and_paged, a_refusal_names_the_field,
          what_is_typed_stays_one_value, not_utf8_is_refused, the_manual_names_every_command],
         {'server': start_server, 'empty_server': empty_server})
