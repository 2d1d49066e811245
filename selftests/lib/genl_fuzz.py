#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Send requests to a family of the module that make little sense:

  genl_fuzz.py SEED COUNT FAMILY [CID...]

every command, asked for one thing or for all, with attributes that it knows, of
others, too short, too long, cut off, nested where nothing nests, or none.  CIDs are
of connections that exist.  One line: how many were answered how; one more for each
kind of refusal that came without an explanation, and was not for the kernel to
explain.
"""

import collections
import errno
import os
import random
import socket
import struct
import sys

sys.dont_write_bytecode = True

import genl  # noqa: E402 pylint: disable=wrong-import-position

ATTRIBUTES = 32
CTRL_ATTR_OPS, CTRL_ATTR_OP_ID = 6, 1
NLM_F_DUMP, NLMSG_DONE, NLA_F_NESTED, NLA_F_NET = 0x300, 3, 0x8000, 0x4000
# Of these the netlink core itself says enough, or nothing.
BY_KERNEL = {errno.EPERM, errno.EOPNOTSUPP, errno.EBUSY}


def commands(netlink, family):
    """Those that the kernel announces, and one more at each end."""
    answer, code, _ = netlink.talk(
        genl.GENL_ID_CTRL, genl.CTRL_CMD_GETFAMILY,
        genl.attribute(genl.CTRL_ATTR_FAMILY_NAME, family.encode() + b"\0"))
    if code:
        sys.exit(f"there is no family {family}")
    known = [struct.unpack("=I", dict(genl.attributes(op))[CTRL_ATTR_OP_ID])[0]
             for _, op in genl.attributes(dict(genl.attributes(answer))[
                 CTRL_ATTR_OPS])]
    return range(max(known) + 2)


class Fuzzer(genl.Netlink):
    def __init__(self, family, cids):
        super().__init__()
        self.family = genl.find_family(self, family)
        self.commands = commands(self, family)
        self.cids = [bytes.fromhex(c) for c in cids]
        self.count = collections.Counter()
        self.unexplained = collections.Counter()
        self.last = ""          # what was asked, if its header is whole
        self.sock.setblocking(False)

    def value(self):
        what = random.randrange(9)
        if what == 0 and self.cids:
            return random.choice(self.cids)
        if what == 1:
            return struct.pack("=I", random.choice(
                (0, 1, 2, 100, 1000, 65535, 0x7fffffff, 0xffffffff)))
        if what == 2:
            return bytes(random.choice((
                (10, 0, 0, 2), (127, 0, 0, 1), (224, 0, 0, 1), (0,) * 16,
                (0xfd,) + (0,) * 14 + (1,), (0,) * 10 + (255, 255, 1, 2, 3, 4)))
            )
        if what == 3:
            return bytes([random.randrange(256)])
        if what == 4:
            return random.choice((b"/\0", b"/none\0", b"in\0", b"eth0\0", b"x",
                                  b"\0", b"/" * 5000, b"%s%n\0"))
        if what == 5:
            return struct.pack("=H", random.randrange(20))
        if what == 6:
            return b"".join(self.attribute() for _ in range(random.randrange(4)))
        return os.urandom(random.choice((0, 1, 2, 3, 4, 7, 8, 16, 20, 300)))

    def attribute(self):
        kind, value = random.randrange(ATTRIBUTES), self.value()
        kind |= random.choice((0, 0, 0, NLA_F_NESTED, NLA_F_NET))
        length = 4 + len(value)
        if random.random() < 0.1:
            length = random.choice((0, 1, 3, 4, 5, length + 1, length + 400,
                                    0xffff))
        return struct.pack("=HH", length & 0xffff, kind) + value + \
            bytes(-len(value) % 4)

    def request(self):
        body = struct.pack("=BBH", random.choice(self.commands),
                           random.randrange(3), 0)
        for _ in range(random.choice((0, 1, 1, 2, 2, 3, 4, 8))):
            body += self.attribute()
        length = 16 + len(body)
        self.last = f"command {body[0]}"
        if random.random() < 0.05:
            body = body[:random.randrange(len(body) + 1)]
            length = 16 + random.choice((len(body), len(body) + 4, 0))
            self.last = "" if len(body) < 4 or length == 16 else self.last
        flags = genl.NLM_F_REQUEST | genl.NLM_F_ACK
        if random.random() < 0.3:
            flags |= NLM_F_DUMP
        if random.random() < 0.1:
            flags |= random.randrange(0x1000)
        return struct.pack("=IHHII", length, self.family, flags, 7, 0) + body

    def answer(self, data):
        while len(data) >= 16:
            length, kind, flags = struct.unpack("=IHH", data[:8])
            if kind in (genl.NLMSG_ERROR, NLMSG_DONE):
                code, text = self.error(data[16:length], flags)
                self.count["refused" if code else "ok"] += 1
                if code and not text and code not in BY_KERNEL and self.last:
                    self.unexplained[f"{errno.errorcode[code]}, {self.last}"] += 1
            data = data[max(16, (length + 3) & ~3):]

    def listen(self):
        while True:
            try:
                self.answer(self.sock.recv(1 << 17))
            except BlockingIOError:
                return
            except OSError:     # a dump that was too fast
                self.count["lost"] += 1

    def run(self, n):
        for _ in range(n):
            try:
                self.sock.send(self.request())
            except OSError:
                self.count["not sent"] += 1
            self.listen()
            self.count["requests"] += 1


def main():
    random.seed(int(sys.argv[1]))
    fuzzer = Fuzzer(sys.argv[3], sys.argv[4:])
    fuzzer.run(int(sys.argv[2]))
    print(", ".join(f"{n} {what}" for what, n in fuzzer.count.items()) +
          f"; of commands 0 to {max(fuzzer.commands)}")
    for code, n in fuzzer.unexplained.items():
        print(f"{n} without explanation: {code}")


if __name__ == "__main__":
    main()
