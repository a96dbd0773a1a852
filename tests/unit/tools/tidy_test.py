"""tidy_test.py - every house rule finds the offence seeded for it, and spares clean code."""
import contextlib
import functools
import importlib.machinery
import io
import os
import shutil
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
from tap import check, check_equal, check_in, main, test_directory

TIDY = os.path.join(HERE, '..', '..', '..', 'tools', 'tidy')

CLEAN = {
    'src/base/text.h': '/* text.h - words. */\n#ifndef BASE_TEXT_H\n#define BASE_TEXT_H\n\n'
                       '/* A task, an account: only words of a comment. */\n'
                       'typedef void say_fn(int what);\nNODISCARD enum status text_say(void);\n'
                       '#endif\n',
    'src/base/text.c': '/* text.c - words. */\n#include "base/text.h"\n\n#include <stdlib.h>\n\n'
                       'enum status text_say(void)\n{\n    goto out;\nout:\n    free(NULL);\n'
                       '    return STATUS_OK;\n}\n',
    'src/net/http.h': '/* http.h - words. */\n#ifndef NET_HTTP_H\n#define NET_HTTP_H\n'
                      'int http_phrase(int status);\n#endif\n',
    'src/store/sqlite/sqlite.c': '/* sqlite.c - rows. */\n#include "base/text.h"\n\n'
                          '#include <sqlite3.h>\n\n'
                          'static const char *sql = "SELECT 1 FROM t";\n'
                          'static int open(void)\n{\n    return sqlite3_open(sql);\n}\n',
    'src/runtime/service.h': '/* service.h - a table. */\n#ifndef RUNTIME_SERVICE_H\n'
                             '#define RUNTIME_SERVICE_H\n#include "net/http.h"\n#endif\n',
    'src/services/users/users.h': '/* users.h - people. */\n#ifndef SERVICES_USERS_USERS_H\n'
                                  '#define SERVICES_USERS_USERS_H\n#endif\n',
    'src/services/users/users.c': '/* users.c - people. */\n'
                                  '#include "services/users/users.h"\n\n'
                                  '#include "runtime/service.h"\n\n'
                                  'static const struct route r = {\n'
                                  '    .method = HTTP_GET, .summary = "Select one from the list",\n'
                                  '};\nstatic const struct migration m = {.sqlite = "x"};\n',
    'src/services/users/user_store.c': '/* user_store.c - rows. */\n'
                                       '#include "store/text.h"\n\n'
                                       'static const char *sql = "DELETE FROM users.user";\n',
    'src/apps/shop/shop.c': '/* shop.c - a shop. */\n#include "services/users/users.h"\n\n'
                            'static int accept(int order)\n{\n    return order;\n}\n',
    'tests/unit/base/text_test.c': '/* text_test.c - words. */\n#include "base/text.h"\n\n'
                                   'static const struct test tests[] = {{"a", a}};\n\n'
                                   'int main(int argc, char **argv)\n{\n'
                                   '    return test_main(argc, argv, tests, COUNT_OF(tests));\n}\n',
    'tests/unit/a_test.py': '"""a_test.py - works."""\n\ndef works():\n    pass\n\nmain([works])\n',
    'tools/sh': '#!/bin/sh\n# sh - a script.\n',
    'src/services/users/migrations/0001_users.sql': '-- 0001_users.sql - people.\n',
}


def c_file(path, body):
    return {path: f'/* {os.path.basename(path)} - what it is. */\n{body}\n'}


def header(path, body):
    guard = path[len('src/'):].upper().replace('/', '_').replace('.', '_')
    return c_file(path, f'#ifndef {guard}\n#define {guard}\n{body}\n#endif')


def base(body):
    return c_file('src/base/seeded.c', body)


def net(body):
    return c_file('src/net/seeded.c', body)


def runtime(body):
    return c_file('src/runtime/seeded.c', body)


def app(body):
    return c_file('src/apps/shop/seeded.c', body)


def engine(body):
    return c_file('src/engine/seeded.c', body)


def function_of(lines):
    return 'static void long_one(void)\n{\n' + '    ;\n' * lines + '}'


COMPLETE_TABLE = 'static const struct test tests[] = {{0}};\nint main(void) { return test_main(); }'

# (rule, files, a part of what tidy must say; None: it must say nothing)
SEEDS = [
    ('opening_line', {'src/base/seeded.c': '/* other.c - x */\n'}, 'the file must open with'),
    ('opening_line', {'src/base/seeded.c': '#include "base/text.h"\n'}, 'the file must open with'),
    ('opening_line', {'tools/seeded.py': 'x = 1\n'}, 'the file must open with'),
    ('opening_line', {'tools/seeded': '#!/bin/sh\necho\n'}, 'the file must open with'),
    ('opening_line', {'src/store/seeded.sql': 'SELECT 1;\n'}, 'the file must open with'),
    ('page_layout', base('\tint x;'), 'a tab'),
    ('page_layout', base('int x; '), 'space at the end'),
    ('page_layout', base('/*' + 'x' * 97 + '*/'), '101 columns'),
    ('page_layout', base('/*' + 'я' * 96 + '*/'), None),
    ('page_layout', {'src/base/seeded.c': '/* seeded.c - x. */'}, 'does not end'),
    ('nothing_undone', base('/* TO' + 'DO: later */'), 'do it'),
    ('nothing_undone', {'tools/seeded.py': '"""seeded.py - x."""\n# FIX' + 'ME\n'}, 'do it'),
    ('include_guard', c_file('src/base/seeded.h', '#ifndef SEEDED_H\n#define SEEDED_H\n#endif'),
     'include guard must be BASE_SEEDED_H'),
    ('include_guard', c_file('tests/lib/seeded.h', ''), 'must be TESTS_LIB_SEEDED_H'),
    ('own_header_first', {**header('src/base/seeded.h', ''),
                          **base('#include <stdio.h>\n#include "base/seeded.h"')}, 'comes first'),
    ('file_sizes', base('int f(void)\n{\n}\n' + '\n' * 596), '601 lines'),
    ('file_sizes', base('int f(void)\n{\n}\n' + '\n' * 595), None),
    ('file_sizes', base('int table[] = {\n' + '    1,\n' * 700 + '};'), None),
    ('file_sizes', header('src/base/seeded.h', '\n' * 250), 'lines in a header'),
    ('function_sizes', base(function_of(71)), 'function of 71 lines'),
    ('function_sizes', base(function_of(70)), None),
    ('function_sizes', {'tools/seeded.py': '"""seeded.py - x."""\ndef f():\n' + '    f()\n' * 71},
     'function of 71 lines'),
    ('parameter_counts', base('int f(int a, int b, int c,\n      int d, int e, int f, int g);'),
     'f takes 7 things'),
    ('parameter_counts', base('int f(int a, int b, int c, int d, int e, int (*f)(int, int));'),
     None),
    ('parameter_counts', base('static int f(int a, int b, int c, int d, int e, int g,\n'
                              '             void *context)\n{\n}'), None),
    ('parameter_counts', base('int f(int a, int b, int c, int d, int e, int g, void *context);'),
     'f takes 7 things'),
    ('port_sizes', base('struct x_ops {\n' + '    a_fn *a;\n' * 11 + '};'), '11 functions'),
    ('port_sizes', base('struct x_ops {\n' + '    int (*a)(void);\n' * 11 + '};'), '11 functions'),
    ('known_rooms', c_file('src/attic/seeded.c', ''), 'no room of the house'),
    ('floors', base('#include "net/http.h"'), 'base/ may not look into net/'),
    ('floors', net('#include "store/store.h"'), 'net/ may not look into store/'),
    ('floors', c_file('src/store/seeded.c', '#include "net/http.h"'), 'may not look into net/'),
    ('floors', c_file('src/cache/seeded.c', '#include "bus/bus.h"'), 'may not look into bus/'),
    ('floors', c_file('src/bus/seeded.c', '#include "runtime/x.h"'), 'may not look into runtime/'),
    ('floors', c_file('src/bus/seeded.c', '#include "store/x.h"'), None),
    ('floors', runtime('#include "engine/engine.h"'), 'runtime/ may not look into engine/'),
    ('floors', runtime('#include "services/users/users.h"'), 'may not look into services/'),
    ('floors', engine('#include "ledger/ledger.h"'), 'engine/ may not look into ledger/'),
    ('floors', c_file('src/services/users/seeded.c', '#include "apps/shop/shop.h"'),
     'services/ may not look into apps/'),
    ('floors', c_file('src/cli/seeded.c', '#include "main.h"'), 'cli/ may not look into main/'),
    ('floors', c_file('src/seeded.c', '#include "apps/shop/shop.h"'), None),
    ('floors', c_file('tests/unit/base/seeded.c', '#include "apps/shop/inside.h"'), None),
    ('doors', app('#include "services/users/user.h"'), 'only the door of users'),
    ('doors', app('#include "apps/bakery/oven.h"'), 'only the door of bakery'),
    ('doors', app('#include "apps/shop/order.h"'), None),
    ('doors', app('#include "apps/bakery/bakery.h"'), None),
    ('sql_words', runtime('static const char *x = "SELECT a FROM b";'), 'SQL stands only'),
    ('sql_words', runtime('static const char *x = "SELECT a "\n    "FROM b";'), 'SQL stands only'),
    ('sql_words', runtime('static const char *x = "insert into b values (1)";'), 'SQL stands only'),
    ('sql_words', app('static const char *x = "UPDATE b SET c = 1";'), 'SQL stands only'),
    ('sql_words', app('static const char *x = "CREATE TABLE b (c int)";'), 'SQL stands only'),
    ('sql_words', app('/* SELECT a FROM b */'), None),
    ('sql_words', app('static const char *x = "Update the user, or delete from it";'), None),
    ('sql_words', c_file('src/apps/shop/order_store.c', 'char *x = "SELECT a FROM b";'), None),
    ('sql_words', c_file('src/runtime/call_store.c', 'char *x = "SELECT a FROM b";'), None),
    ('http_words', base('int x = HTTP_GET;'), 'HTTP words'),
    ('http_words', c_file('src/store/seeded.c', 'int x = http_phrase(1);'), 'HTTP words'),
    ('http_words', app('int x = HTTP_GET;'), 'HTTP words'),
    ('http_words', app('struct route x = {HTTP_GET};'), None),
    ('http_words', c_file('src/apps/shop/order_store.c',
                          'struct call *call;\nint x = HTTP_GET;'), 'HTTP words'),
    ('http_words', c_file('src/services/gateway/seeded.c', 'int x = HTTP_GET;'), None),
    ('http_words', runtime('int x = HTTP_GET;'), None),
    ('back_end_names', runtime('int x = sqlite3_open(1);'), 'sqlite3_open: a back end'),
    ('back_end_names', runtime('int x = postgres_source(1);'), 'postgres_source: a back end'),
    ('back_end_names', runtime('int x = PQexec(1);'), 'PQexec: a back end'),
    ('back_end_names', runtime('int x = redis_get(1);'), 'redis_get: a back end'),
    ('back_end_names', app('int x = amqp_open(1);'), 'amqp_open: a back end'),
    ('back_end_names', runtime('#include "store/sqlite.h"'), 'sqlite.h: a back end'),
    ('back_end_names', runtime('#include <libpq-fe.h>'), 'libpq: a back end'),
    ('back_end_names', runtime('bool x = is_name("postgres");'), 'ask for a flag'),
    ('back_end_names', c_file('src/store/sqlite_seeded.c', 'int x = PQexec(1);'), 'PQexec'),
    ('back_end_names', c_file('src/runtime/wiring.c', '#include "store/sqlite.h"'), None),
    ('back_end_names', c_file('src/cli/seeded.c', '#include "store/sqlite.h"'), None),
    ('back_end_names', c_file('src/runtime/start/wiring.c', 'int x = sqlite_source(1);'), None),
    ('back_end_names', runtime('int x = migration->postgres != NULL;'), None),
    ('banned_functions', base('int x = strcpy(a, b);'), 'strcpy()'),
    ('banned_functions', base('int x = atoi(a);'), 'atoi()'),
    ('banned_functions', base('int x = localtime(a);'), 'localtime()'),
    ('banned_functions', base('int x = system(a);'), 'system()'),
    ('banned_functions', base('int x = assert(a);'), 'use MUST'),
    ('banned_functions', c_file('tests/lib/seeded.c', 'int x = sprintf(a);'), 'sprintf()'),
    ('banned_functions', base('int x = snprintf(a); /* not strcpy() */'), None),
    ('banned_functions', base('__attribute__((constructor)) void f(void);'), 'nothing happens by'),
    ('memory', net('void *x = malloc(1);'), 'malloc()'),
    ('memory', app('void x = free(1);'), 'free()'),
    ('memory', c_file('tests/lib/seeded.c', 'void *x = malloc(1);'), None),
    ('business_is_pure', app('void *x = memory_take(1);'), 'memory_take()'),
    ('business_is_pure', app('int64_t x = clock_wall_ms();'), 'clock_wall_ms()'),
    ('business_is_pure', app('int x = socket(1);'), 'socket()'),
    ('business_is_pure', app('int x = pthread_create(1);'), 'pthread_create()'),
    ('business_is_pure', app('#include <sys/socket.h>'), '<sys/socket.h>'),
    ('business_is_pure', app('#include <pthread.h>'), '<pthread.h>'),
    ('business_is_pure', net('int x = pthread_create(1);'), None),
    ('no_errno_above', engine('int x = errno;'), 'errno'),
    ('no_errno_above', net('int x = errno;'), None),
    ('jumps', app('int x(void)\n{\n    goto out;\n}'), 'goto: let the arena'),
    ('jumps', runtime('int x(void)\n{\n    goto out;\n}'), 'goto: let the arena'),
    ('jumps', net('int x(void)\n{\n    goto again;\n}'), 'goto again'),
    ('one_door_for_time_and_chance', net('int x = time(NULL);'), 'time()'),
    ('one_door_for_time_and_chance', net('int x = clock_gettime(1);'), 'clock_gettime()'),
    ('one_door_for_time_and_chance', net('int x = rand();'), 'rand()'),
    ('one_door_for_time_and_chance', net('int x = getrandom(1);'), 'getrandom()'),
    ('one_door_for_time_and_chance', c_file('src/base/clock.c', 'int x = clock_gettime(1);'), None),
    ('one_door_for_time_and_chance', net('int x = call->time(1);'), None),
    ('typedefs', base('typedef struct x x_t;'), 'typedef'),
    ('typedefs', base('typedef struct x {\n    int a;\n} x;'), 'typedef'),
    ('typedefs', base('typedef int number;'), 'typedef'),
    ('typedefs', base('typedef int (*callback)(int);'), 'typedef'),
    ('typedefs', base('typedef enum status\n    long_name_fn(int a);'), None),
    ('glossary', net('int task = 1;'), 'task: means too many things'),
    ('glossary', net('int x = call->token;'), 'token: means too many things'),
    ('glossary', net('struct account *x;'), 'account: means too many things'),
    ('glossary', net('int process(void);'), 'process: means too many things'),
    ('glossary', c_file('src/ledger/seeded.c', 'struct account *x;'), None),
    ('glossary', net('int root_token = 1;'), None),
    ('status_is_looked_at', header('src/base/seeded.h', 'enum status f(void);'), 'NODISCARD'),
    ('status_is_looked_at', header('src/base/seeded.h', 'enum status f(struct call *call);'), None),
    ('status_is_looked_at', header('src/base/seeded.h', 'enum status x__f(int a);'), None),
    ('tests_are_run', c_file('tests/seeded_test.c', COMPLETE_TABLE), 'nobody runs a test here'),
    ('tests_are_run', c_file('tests/unit/seeded_test.c', 'int x = test_main(1);'), 'has a table'),
    ('tests_are_run', c_file('tests/unit/seeded_test.c',
                             'static const struct test tests[] = {{0}};'), 'given to test_main'),
    ('tests_are_run', c_file('tests/unit/seeded_test.c', COMPLETE_TABLE), None),
    ('tests_are_run', {'tests/unit/b_test.py': '"""b_test.py - x."""\ndef lost():\n    pass\n'},
     'lost is never run'),
    ('fault_points', net('FAULT_POINT("twice");\nFAULT_POINT("twice");'), 'fault point twice'),
    ('fault_points', net('FAULT_POINT("once");\n/* FAULT_POINT("once") kills. */'), None),
    ('seeded_bugs', net('bool x = SEEDED_BUG("nobody_looks");'), 'bug nobody_looks'),
    ('seeded_bugs', {**net('bool x = SEEDED_BUG("found");'),
                     'tests/lib/bugs.py': '"""bugs.py - x."""\nBUGS = ["found"]\n'}, None),
    ('unique_names', c_file('src/net/text.c', ''), 'base names are unique'),
    ('folder_sizes', {path: text for number in range(26) for path, text in
                      c_file(f'src/cache/x{number}.c', '').items()}, '26 pages'),
]


@functools.cache
def load_tidy():
    module = types.ModuleType('tidy')
    importlib.machinery.SourceFileLoader('tidy', TIDY).exec_module(module)
    return module


def tidy(files):
    """Answers the exit code and what was said about a tree of clean files and these."""
    root = os.path.join(test_directory(), 'tree')
    shutil.rmtree(root, ignore_errors=True)
    write(root, files)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = load_tidy().main(root)
    return code, said.getvalue()


def write(root, files):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
            file.write(text)


def about(rule, files):
    return f'{rule}: {str(files)[:400]}'


def clean_files_pass():
    check_equal(tidy(CLEAN), (0, 'tidy: 0 offence(s)\n'))


def nothing_to_read_is_a_failure():
    check_equal(tidy({'README': ''})[0], 1)


def each_seeded_offence_is_found():
    for rule, files, said in SEEDS:
        if said is not None:
            code, output = tidy({**CLEAN, **files})
            message = about(rule, files)
            check_equal(code, 1, message)
            check_in(said, output, message)
            check_in('tidy: 1 offence(s)', output, message)


def what_is_allowed_is_not_refused():
    for rule, files, said in SEEDS:
        if said is None:
            check_equal(tidy({**CLEAN, **files}), (0, 'tidy: 0 offence(s)\n'), about(rule, files))


def the_place_is_told():
    output = tidy({**CLEAN, **net('int x;\nint y = time(NULL);')})[1]
    check_in('src/net/seeded.c:3: time(): ', output)


def the_command_says_the_same():
    root = os.path.join(test_directory(), 'command')
    write(root, {**CLEAN, **net('int x = time(NULL);')})
    done = subprocess.run([sys.executable, TIDY, root], capture_output=True, text=True, timeout=60)
    check_equal((done.returncode, done.stderr), (1, ''))
    check_in('tidy: 1 offence(s)', done.stdout)


def every_rule_has_a_seed():
    module = load_tidy()
    seeded = {rule for rule, _, said in SEEDS if said is not None}
    rules = {rule.__name__ for rule in module.RULES + module.TREE_RULES}
    check_equal(sorted(rules - seeded), [])
    check(seeded <= rules, seeded - rules)


if __name__ == '__main__':
    main([clean_files_pass, nothing_to_read_is_a_failure, each_seeded_offence_is_found,
          what_is_allowed_is_not_refused, the_place_is_told, the_command_says_the_same,
          every_rule_has_a_seed])
