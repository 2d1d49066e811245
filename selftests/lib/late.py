#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Begin connections while the module is being unloaded, and end them when it is gone.

Usage: late.py ADDR PORT.  Says "ready", waits until somebody calls rmmod, and then how
many connections it could begin before that was over; none is a failure.
"""
import os
import socket
import sys

STATE = "/sys/module/csp/initstate"
MAX = 64    # the backlog of a listener that nobody asks


def state():
    try:
        with open(STATE, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "gone"


def main():
    socks = []
    print("ready", flush=True)
    while state() == "live":
        pass
    while state() == "going" and len(socks) < MAX:
        socks.append(socket.create_connection((sys.argv[1], int(sys.argv[2]))))
    while os.path.exists(STATE):
        pass
    for sock in socks:
        sock.sendall(b"plain")
        sock.close()
    print(len(socks))
    return not socks


if __name__ == "__main__":
    sys.exit(main())
