#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Many TCP connections in one process, for sock() of sockets.sh:

  many.py listen PORT      serves: sends back whatever comes
  many.py                  a client; commands, one a line, each answered:

    connect ADDR PORT N    N connections
    talk ROUNDS            on all of them at once sends a line and awaits its
                           return, so many times
    where                  own addresses, and how many connections have them
"""

import collections
import json
import selectors
import socket
import sys


def serve(port):
    sel = selectors.DefaultSelector()
    listener = socket.create_server(("", port), backlog=4096)
    sel.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in sel.select():
            if key.fileobj is listener:
                conn, _ = listener.accept()
                sel.register(conn, selectors.EVENT_READ)
                continue
            data = key.fileobj.recv(65536)
            if data:
                key.fileobj.sendall(data)
            else:
                sel.unregister(key.fileobj)
                key.fileobj.close()


class Client:
    def __init__(self):
        self.conns = []
        self.sel = selectors.DefaultSelector()
        self.round = 0

    def connect(self, addr, port, n):
        for _ in range(int(n)):
            conn = socket.create_connection((addr, int(port)))
            self.conns.append(conn)
            self.sel.register(conn, selectors.EVENT_READ, len(self.conns))
        return {"connections": len(self.conns)}

    def talk(self, rounds):
        for _ in range(int(rounds)):
            self.round += 1
            waiting = {}
            for i, conn in enumerate(self.conns):
                waiting[conn] = f"{i} says {self.round}\n".encode()
                conn.sendall(waiting[conn])
            while waiting:
                ready = self.sel.select(60)
                if not ready:
                    return {"error": "ETIMEDOUT", "waiting": len(waiting)}
                for key, _ in ready:
                    got = key.fileobj.recv(4096)
                    want = waiting[key.fileobj]
                    if not got or not want.startswith(got):
                        return {"error": "EBADMSG", "got": repr(got)}
                    waiting[key.fileobj] = want[len(got):]
                    if want == got:
                        del waiting[key.fileobj]
        return {"rounds": self.round}

    def where(self):
        count = collections.Counter(c.getsockname()[0] for c in self.conns)
        return {"where": " ".join(f"{a} {n}" for a, n in count.items())}


def main():
    if sys.argv[1] == "listen":
        serve(int(sys.argv[2]))
    client = Client()
    for line in sys.stdin:
        words = line.split()
        try:
            answer = getattr(client, words[0])(*words[1:])
        except OSError as e:
            answer = {"error": str(e)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
