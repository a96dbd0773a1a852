"""lint_test.py - each check of the linter finds what is seeded for it, and passes what is clean."""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..', '..')
sys.path.insert(0, os.path.join(HERE, '..', '..', 'lib'))
from tap import check_equal, check_in, main, seconds_max, test_directory

HEADER = '/* seeded.h - x. */\n#ifndef BASE_SEEDED_H\n#define BASE_SEEDED_H\n\n{}\n\n#endif\n'
ALONE = HEADER.replace('seeded', 'seeded_alone').replace('SEEDED', 'SEEDED_ALONE')  # no source
SOURCE = '/* seeded.c - x. */\n#include "base/seeded.h"\n\n{}\n'
CLEAN = {
    'src/base/seeded.h': HEADER.format('int seeded_double(int number);'),
    'src/base/seeded.c': SOURCE.format('int seeded_double(int number)\n{\n'
                                       '    return number * 2;\n}'),
    'src/base/seeded_alone.h': ALONE.format('int seeded_half(int number);'),
    'tests/lib/seeded.sh': '#!/bin/sh\n# seeded.sh - x.\nexit 0\n',
    'tools/seeded.py': '"""seeded.py - x."""\n',
    'docs/kontora.1': '.TH KONTORA 1\n.SH NAME\nkontora \\- x\n',
}


def function(body):
    return {'src/base/seeded.c': SOURCE.format(f'int seeded_double(int number)\n{{\n{body}\n}}')}


SEEDS = {
    'house_rules': {'src/net/seeded_too.c': 'int x;\n'},
    'format_of_c': function('  return number*2;'),
    'headers_stand_alone': {'src/base/seeded_alone.h': ALONE.format('size_t seeded_size(void);')},
    'scripts_are_readable': {'tools/seeded.py': '"""seeded.py - x."""\nif:\n'},
    'manual_page': {'docs/kontora.1': '.TH KONTORA 1\n.SH NAME\nkontora \\- x\n.B "open\n.QQ\n'},
    'warnings_of_clang': function('    return number == number ? 1 : 2;'),
    'findings_of_clang_tidy': function('    int *nothing = 0;\n    return *nothing + number;'),
    'findings_of_cppcheck': function('    int list[2] = {1, 2};\n    return list[2] + number;'),
    'findings_of_gcc': {'src/base/seeded.c': SOURCE.format(
        '#include <stdlib.h>\n\nint seeded_double(int number)\n{\n'
        '    int *list = malloc(64);\n    list[0] = number;\n    return number;\n}')},
}


def lint(files, check_name):
    """Answers the exit code and the words of one check over a tree with these files."""
    root = os.path.join(test_directory(), str(len(os.listdir(test_directory()))))
    for path, text in {**CLEAN, **files}.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), 'w') as file:
            file.write(text)
    for name in ('Makefile', '.clang-format', '.clang-tidy'):
        shutil.copy(os.path.join(ROOT, name), root)
    for folder in ('bench', '.ci'):
        os.makedirs(os.path.join(root, folder))
    done = subprocess.run([os.path.join(ROOT, 'tools', 'lint'), '--root', root, check_name],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.returncode, done.stdout


@seconds_max(120)
def each_check_passes_what_is_clean():
    for name in SEEDS:
        code, said = lint({}, name)
        check_equal((code, said), (0, f'ok 1 - {name}\n1..1\n'))


@seconds_max(120)
def each_check_finds_its_seed():
    for name, files in SEEDS.items():
        code, said = lint(files, name)
        check_equal(code, 1, f'{name}: {said}')
        check_in(f'not ok 1 - {name}\n', said)


def an_unknown_check_is_a_failure():
    check_equal(lint({}, 'nothing_of_this_name')[0], 1)


if __name__ == '__main__':
    main([each_check_passes_what_is_clean, each_check_finds_its_seed,
          an_unknown_check_is_a_failure])
