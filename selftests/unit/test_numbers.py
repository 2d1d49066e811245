#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The dissector's numbers are those of include/uapi/linux/csp.h."""

import os
import re
import sys

import tap
from csp_numbers import C, TOP, on_the_wire

LUA = os.path.join(TOP, "tools", "wireshark", "csp.lua")


def lua_numbers():
    with open(LUA, encoding="utf-8") as script:
        table = re.search(r"-- numbers: begin\n(.*?)-- numbers: end",
                          script.read(), re.S)[1]
    pairs = re.findall(r"^\t(\w+)\s*=\s*(0x[0-9a-fA-F]+|\d+),$", table, re.M)
    assert len(pairs) == len(dict(pairs)), "a number is there twice"
    # Nothing in the table but what was just read.
    lines = [l for l in table.splitlines() if l.startswith("\t")]
    assert len(lines) == len(pairs), "a line was not understood"
    return {name: int(value, 0) for name, value in pairs}


def test_header_is_understood():
    """the header has what every packet needs"""
    for name, value in (("CSP_VERSION", 1), ("CSP_MSG_SETUP", 1),
                        ("CSP_A_CONN", 1), ("CSP_ERR_NONE", 0)):
        tap.equal(C[name], value)
    assert len(on_the_wire(C)) > 50


def test_lua_numbers_are_right():
    """each number of csp.lua is the header's"""
    for name, value in lua_numbers().items():
        assert name in C, f"{name} is not in csp.h"
        tap.equal((name, value), (name, C[name]))


def test_lua_numbers_are_all():
    """csp.lua has every message, attribute, error and flag"""
    missing = on_the_wire(C) - set(lua_numbers())
    assert not missing, f"not in csp.lua: {sorted(missing)}"


def test_lua_has_no_others():
    """csp.lua has no literal message or attribute number elsewhere"""
    with open(LUA, encoding="utf-8") as script:
        rest = script.read().split("-- numbers: end")[1]
    for name in set(re.findall(r"\bC\.(\w+)", rest)):
        assert name in lua_numbers(), f"{name} is used, but not in the table"
    assert not re.search(r"(type|code|error)\s*[=~]=\s*\d", rest)


tap.run(sys.modules[__name__], "numbers")
