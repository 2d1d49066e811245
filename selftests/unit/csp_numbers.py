# SPDX-License-Identifier: GPL-2.0
"""The constants of include/uapi/linux/csp.h, read from it: C["CSP_..."]."""

import os
import re

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.join(HERE, "..", "..")
HEADER = os.path.join(TOP, "include", "uapi", "linux", "csp.h")

# Of what is on the wire.
WIRE = re.compile(r"CSP_(IPPROTO_DEFAULT|UDP_PORT_DEFAULT|VERSION|"
                  r"(MSG|A|ERR|DIR|SCOPE|PREF|F)_\w+)$")
# Ends of the enumerations, and types that stand for none.
COUNT = re.compile(r"(__\w+|CSP_(MSG|A|ERR)_(MAX|UNSPEC))$")


def read_header(path=HEADER):
    with open(path, encoding="utf-8") as header:
        text = re.sub(r"/\*.*?\*/", "", header.read(), flags=re.S)
    found = {}
    for name, value in re.findall(
            r"^#define\s+(CSP_\w+)\s+(0x[0-9a-fA-F]+|\d+)\s*$", text, re.M):
        found[name] = int(value, 0)
    for body in re.findall(r"^enum\s+\w+\s*{(.*?)}", text, re.M | re.S):
        number = 0
        for item in filter(None, (i.strip() for i in body.split(","))):
            name, _, value = (p.strip() for p in item.partition("="))
            number = int(value, 0) if value else number
            found[name] = number
            number += 1
    return found


def on_the_wire(names):
    return {n for n in names if WIRE.match(n) and not COUNT.match(n)}


C = read_header()
