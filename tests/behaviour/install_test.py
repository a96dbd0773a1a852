"""install_test.py - make install: everything in its place, and of use there."""
# stores: none
import os
import re
import shutil
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from tap import (check, check_equal, check_in, check_less, check_match, main, program, repository,
                 seconds_max, skip, test_directory)

PROGRAM, PAGE = 'bin/kontora', 'share/man/man1/kontora.1'
UNIT = 'lib/systemd/system/kontora.service'
EXPOSURE_MAX = 2.5  # systemd-analyze security: 0 is no way out, 10 is all of them


def say(*command, **others):
    """Exit code and everything it said."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=60,
                          stderr=subprocess.STDOUT, text=True, check=False, **others)
    return done.returncode, done.stdout


def install(prefix, **others):
    """By make, of the program that is tested; answers the directory of the prefix."""
    root = os.path.join(test_directory(), 'root' + prefix.replace('/', '-'))
    code, said = say('make', '--no-print-directory', '-o', 'build', 'install', f'DESTDIR={root}',
                     f'PREFIX={prefix}', f'PROGRAM={program()}', cwd=repository(), **others)
    check_equal(code, 0, said)
    return root + prefix


def installed():
    yield install('/usr/local')


def files_below(directory):
    return sorted(os.path.relpath(os.path.join(place, name), directory)
                  for place, _, names in os.walk(directory) for name in names)


def everything_is_in_its_place(installed):
    check_equal(files_below(installed), sorted([PROGRAM, PAGE, UNIT]))
    for name, mode in ((PROGRAM, 0o755), (PAGE, 0o644), (UNIT, 0o644)):
        found = stat.S_IMODE(os.stat(os.path.join(installed, name)).st_mode)
        check_equal(oct(found), oct(mode), name)


def the_umask_changes_nothing():
    place = install('/opt/kontora', preexec_fn=lambda: os.umask(0o077))
    for name, mode in ((PROGRAM, 0o755), (PAGE, 0o644), (UNIT, 0o644)):
        found = stat.S_IMODE(os.stat(os.path.join(place, name)).st_mode)
        check_equal(oct(found), oct(mode), name)


def the_unit_starts_the_program_of_its_prefix(installed):
    for place, prefix in ((installed, '/usr/local'), (install('/opt/other'), '/opt/other')):
        with open(os.path.join(place, UNIT), encoding='utf-8') as file:
            check_match(rf'(?m)^ExecStart={prefix}/bin/kontora serve ', file.read())


def installing_again_replaces(installed):
    path = os.path.join(installed, PAGE)
    with open(path, 'w', encoding='ascii') as file:
        file.write('old')
    install('/usr/local')
    check_less(1000, os.path.getsize(path))


def the_program_works_from_there(installed):
    path = os.path.join(installed, PROGRAM)
    empty = {'PATH': os.path.dirname(path)}
    check_equal(say(path, 'version', env=empty), say(program(), 'version'))
    code, said = say(path, 'doctor', '--data', os.path.join(test_directory(), 'data'), env=empty)
    check_equal(code, 0, said)
    check_less(os.path.getsize(path), os.path.getsize(program()), 'it is not stripped')
    check_less(os.path.getsize(path), 8 * 1024 * 1024)


# ---- the manual page ----

def the_page_has_no_warning(installed):
    if shutil.which('groff') is None:
        skip('groff is not installed')
    path = os.path.join(installed, PAGE)
    check_equal(say('groff', '-man', '-ww', '-z', '-Tutf8', path), (0, ''))
    broken = os.path.join(test_directory(), 'broken.1')
    shutil.copy(path, broken)
    with open(broken, 'a', encoding='ascii') as file:
        file.write('.NOSUCHMACRO x\n')
    check(say('groff', '-man', '-ww', '-z', '-Tutf8', broken)[1] != '', 'it would not be noticed')


def the_page_is_read_as_text(installed):
    if shutil.which('groff') is None:
        skip('groff is not installed')
    code, said = say('groff', '-man', '-Tascii', '-P-c', os.path.join(installed, PAGE))
    said = re.sub('.\b', '', said)
    check_equal(code, 0)
    for words in ('KONTORA(1)', 'NAME', 'kontora serve', 'EXIT STATUS', '--accept-loss SERVICE',
                  'kontora users list --data /var/lib/kontora --q anna'):
        check_in(words, said)


# ---- the unit ----

def analyze(verb, path, *words):
    code, said = say('systemd-analyze', verb, *words, path)
    if 'Failed to' in said and 'bus' in said:
        skip(f'systemd-analyze cannot work here: {said.strip()}')
    return code, said


def unit_with(installed, name, old='', new=''):
    """The unit, changed, and calling the program where it was installed to."""
    with open(os.path.join(installed, UNIT), encoding='utf-8') as file:
        text = file.read()
    check_in('ExecStart=/usr/local/bin/kontora serve', text)
    text = text.replace('/usr/local/bin/kontora', os.path.join(installed, PROGRAM))
    check_in(old, text)
    path = os.path.join(test_directory(), name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text.replace(old, new))
    return path


def systemd_understands_the_unit(installed):
    if shutil.which('systemd-analyze') is None:
        skip('systemd-analyze is not installed')
    own = unit_with(installed, 'kontora.service')
    said = analyze('verify', own, '--man=no')[1]
    about_it = [line for line in said.splitlines() if 'kontora' in line]
    check_equal(about_it, [])
    wrong = unit_with(installed, 'wrong.service', 'UMask=0077', 'UMaks=0077')
    check_match(r'UMaks', analyze('verify', wrong, '--man=no')[1])


def systemd_finds_it_closed(installed):
    if shutil.which('systemd-analyze') is None:
        skip('systemd-analyze is not installed')
    own = unit_with(installed, 'closed.service')
    code, said = analyze('security', own, '--offline=true', '--no-pager')
    check_equal(code, 0, said)
    exposure = float(check_match(r'Overall exposure level for \S+: ([\d.]+)', said).group(1))
    check_less(exposure, EXPOSURE_MAX)


def the_unit_says_what_the_program_does(installed):
    with open(os.path.join(installed, UNIT), encoding='utf-8') as file:
        unit = file.read()
    check_match(r'(?m)^Type=notify$', unit)
    check_match(r'(?m)^RestartPreventExitStatus=64 65$', unit)
    words = check_match(r'(?m)^ExecStart=\S+ (.*)$', unit).group(1).split()
    code, said = say(os.path.join(installed, PROGRAM), *words, '--help')
    check_equal(code, 0, said)


if __name__ == '__main__':
    main([everything_is_in_its_place, the_umask_changes_nothing,
          the_unit_starts_the_program_of_its_prefix, installing_again_replaces,
          the_program_works_from_there, the_page_has_no_warning, the_page_is_read_as_text,
          systemd_understands_the_unit, systemd_finds_it_closed,
          the_unit_says_what_the_program_does],
         {'installed': installed})
