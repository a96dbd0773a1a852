"""hardening_test.py - the shipped binary is built as G49 asks, read from the ELF itself."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'lib'))
from tap import check, check_equal, check_in, check_less, main, program, test_directory

PROGRAM = program()
NEEDED_MAX = 12  # libraries that every start has to load; PostgreSQL's and curl's wait until used
STRIPPED_BYTES_MAX = 8 * 1024 * 1024


def elf(*options):
    return subprocess.run(['readelf', '-W', *options, PROGRAM], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def is_position_independent():
    check_in('DYN', re.search(r'Type:\s+(.*)', elf('-h'))[1])
    check_in('PIE', elf('-d'))


def relocations_are_read_only_at_start():
    check_in('GNU_RELRO', elf('-l'))
    check_in('BIND_NOW', elf('-d'))


def no_segment_is_writable_and_executable():
    stack = re.search(r'GNU_STACK.*', elf('-l'))[0].split()
    check_equal(stack[6], 'RW')
    flags = re.findall(r'LOAD .* 0x\w+ 0x\w+ ([R ][W ][E ]) 0x', elf('-l'))
    check(len(flags) >= 3, f'only {flags} were found')
    for each in flags:
        check('WE' not in each, f'a segment is {each}')


def the_library_checks_lengths_and_stacks():
    names = elf('--dyn-syms')
    check_in('__stack_chk_fail', names)
    fortified = set(re.findall(r'__\w+_chk', names)) - {'__stack_chk_fail'}
    check(len(fortified) >= 3, f'_FORTIFY_SOURCE shows only in {fortified}')


def indirect_branches_are_marked():
    # -fcf-protection begins every function that may be called indirectly with endbr64.
    code = subprocess.run(['objdump', '-d', '--no-show-raw-insn', PROGRAM], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    check(code.count('endbr64') > 500, f"only {code.count('endbr64')} endbr64")


def a_start_loads_few_libraries():
    needed = re.findall(r'NEEDED.*\[(.*)\]', elf('-d'))
    check_less(len(needed), NEEDED_MAX)
    check(not [name for name in needed if 'libpq' in name or 'libcurl' in name], needed)


def it_is_small():
    stripped = os.path.join(test_directory(), 'stripped')
    subprocess.run(['strip', '-o', stripped, PROGRAM], check=True)
    check_less(os.path.getsize(stripped), STRIPPED_BYTES_MAX)


if __name__ == '__main__':
    main([is_position_independent, relocations_are_read_only_at_start,
          no_segment_is_writable_and_executable, the_library_checks_lengths_and_stacks,
          indirect_branches_are_marked, a_start_loads_few_libraries, it_is_small])
