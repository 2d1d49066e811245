#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Connections that come, talk, move, ask for this and that, and go:

  bustle.py serve PORT ADDR...     at one end: TCP and UDP, sends back what comes
  bustle.py call PORT ADDR... [-f ADDR...] [-n N] [-k N] [-w SECONDS] [--name NAME]

calls each ADDR in turn, by TCP and UDP, N times (for ever), and keeps N (8)
connections.  They move between the addresses behind -f.  With -w it waits so
long after each.  With --name it wants to reach that.  Nobody has to answer: what fails is tried with the next one.
In the end it prints how many connections there were, and how many had an echo.
"""

import argparse
import errno
import itertools
import random
import selectors
import signal
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True

import genl  # noqa: E402 pylint: disable=wrong-import-position

CSP_ENABLE, CSP_INFO, CSP_NAME, PREFER = 2530, 2531, 2535, 1
FLOW_MOVE, FLOW_CHANGE = 3, 4
A_CID, A_LADDR, A_TIMEOUT, A_PREF = 1, 5, 15, 20


def family(addr):
    return socket.AF_INET6 if ":" in addr else socket.AF_INET


def packed(addr):
    return socket.inet_pton(family(addr), addr)


def level_of(sock):
    return socket.IPPROTO_IPV6 if sock.family == socket.AF_INET6 else socket.SOL_IP


def make(addr, kind):
    sock = socket.socket(family(addr), kind)
    sock.setsockopt(level_of(sock), CSP_ENABLE, PREFER)
    sock.setblocking(False)
    return sock


def cid_of(sock):
    return sock.getsockopt(level_of(sock), CSP_INFO, 64)[12:20]


# --- one end

def echo(sock):
    try:
        if sock.type == socket.SOCK_DGRAM:
            sock.sendto(*sock.recvfrom(65536))
            return True
        data = sock.recv(65536)
        return bool(data) and sock.send(data) > 0
    except OSError:
        return sock.type == socket.SOCK_DGRAM


def serve(port, addrs):
    sel = selectors.DefaultSelector()
    listeners = set()
    for addr in addrs:
        for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
            sock = make(addr, kind)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((addr, port))
            if kind == socket.SOCK_STREAM:
                sock.listen(1024)
                listeners.add(sock)
            sel.register(sock, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in sel.select():
            sock = key.fileobj
            if sock in listeners:
                try:
                    conn = sock.accept()[0]
                except OSError:
                    continue
                conn.setblocking(False)
                sel.register(conn, selectors.EVENT_READ)
            elif not echo(sock):
                sel.unregister(sock)
                sock.close()


# --- the other

class Caller:
    def __init__(self, args):
        self.args = args
        self.netlink = genl.Netlink()
        self.family = genl.find_family(self.netlink, "csp")
        self.conns = []
        self.calls = self.echoes = 0

    def ask(self, command, cid, *attributes):
        """Whether it can be done is not asked."""
        payload = genl.attribute(A_CID, cid) + b"".join(
            genl.attribute(*a) for a in attributes)
        self.netlink.talk(self.family, command, payload)

    def call(self, addr, kind):
        self.calls += 1
        try:
            sock = make(addr, kind)
            if self.args.name:
                sock.setsockopt(level_of(sock), CSP_NAME, self.args.name.encode())
        except OSError:
            return
        self.conns.append(sock)
        try:
            if sock.connect_ex((addr, self.args.port)) not in (
                    0, errno.EINPROGRESS):
                return
            if kind == socket.SOCK_DGRAM:
                sock.send(b"x" * random.randrange(1, 1200))
        except OSError:
            pass

    def stir(self, sock):
        """One of the things that can be done with a connection."""
        try:
            cid = cid_of(sock)
            what = random.randrange(4)
            own = [a for a in self.args.own if family(a) == sock.family]
            if what < 2 and own:
                self.ask(FLOW_MOVE, cid, (A_LADDR, packed(random.choice(own))))
            elif what == 2:
                self.ask(FLOW_CHANGE, cid, (A_TIMEOUT, struct.pack("=I", 20000)))
            else:
                self.ask(FLOW_CHANGE, cid, (A_PREF, struct.pack(
                    "=I", random.randrange(200))))
            sock.send(b"y" * random.randrange(1, 3000 if sock.type ==
                                              socket.SOCK_STREAM else 1200))
        except OSError:
            pass

    def finish(self, sock):
        try:
            if sock.recv(65536):
                self.echoes += 1
        except OSError:
            pass
        sock.close()

    def run(self):
        kinds = itertools.product(
            (socket.SOCK_STREAM, socket.SOCK_DGRAM), self.args.addr)
        for kind, addr in itertools.cycle(list(kinds)):
            if self.calls == self.args.n:
                break
            self.call(addr, kind)
            for sock in self.conns:
                self.stir(sock)
            time.sleep(self.args.w)
            if len(self.conns) > self.args.k:
                self.finish(self.conns.pop(0))
        for sock in self.conns:
            self.finish(sock)

    def tell(self, *_):
        print(f"{self.calls} calls, {self.echoes} answered", flush=True)
        sys.exit()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("serve", "call"))
    parser.add_argument("port", type=int)
    parser.add_argument("addr", nargs="+")
    parser.add_argument("-f", "--from", dest="own", nargs="*", default=[])
    parser.add_argument("-n", type=int, default=-1)
    parser.add_argument("-k", type=int, default=8)
    parser.add_argument("-w", type=float, default=0.01)
    parser.add_argument("--name")
    args = parser.parse_args()
    if args.what == "serve":
        serve(args.port, args.addr)
    caller = Caller(args)
    signal.signal(signal.SIGTERM, caller.tell)
    caller.run()
    caller.tell()


if __name__ == "__main__":
    main()
