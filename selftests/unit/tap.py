# SPDX-License-Identifier: GPL-2.0
"""Runs the test_* functions of a module, in their order, and prints TAP."""

import shutil
import sys
import traceback


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            skip_all(f"no {program}")


def equal(got, want):
    assert got == want, f"got\n{got!r}\nwant\n{want!r}"


def run(module, prefix):
    tests = [(name, func) for name, func in vars(module).items()
             if name.startswith("test_") and callable(func)]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, (name, func) in enumerate(tests, 1):
        name = f"{prefix}: " + (func.__doc__ or name).strip()
        try:
            func()
            print(f"ok {number} - {name}", flush=True)
        except Exception:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("#", line)
            print(f"not ok {number} - {name}", flush=True)
    sys.exit(1 if failed else 0)
