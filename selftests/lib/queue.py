#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Netfilter's queue to user space (nfnetlink_queue), from the other side:

  queue.py NUMBER accept    accepts what comes
  queue.py NUMBER hold      says nothing of it; from SIGUSR1 on, accepts that, too

until it is ended.  It prints "ready" when it listens, and then a line a packet.
"""

import signal
import socket
import struct
import sys

NETLINK_NETFILTER = 12
NFNL_SUBSYS_QUEUE = 3
PACKET, VERDICT, CONFIG = 0, 1, 2		# messages
NFQA_PACKET_HDR, NFQA_VERDICT_HDR = 1, 2	# attributes
NFQA_CFG_CMD, NFQA_CFG_PARAMS = 1, 2
BIND, COPY_META = 1, 1
NF_ACCEPT = 1
NLM_F_REQUEST, NLM_F_ACK = 1, 4
NLMSG_ERROR = 2


def attr(kind, value):
    data = struct.pack("=HH", 4 + len(value), kind) + value
    return data + bytes(-len(data) % 4)


class Queue:
    def __init__(self, number):
        self.number = number
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.sock.bind((0, 0))
        self.ask(CONFIG, attr(NFQA_CFG_CMD, struct.pack("!BxH", BIND, 0)))
        self.ask(CONFIG, attr(NFQA_CFG_PARAMS, struct.pack("!IB", 0, COPY_META)))

    def send(self, kind, attrs, flags=0):
        body = struct.pack("!BBH", socket.AF_UNSPEC, 0, self.number) + attrs
        self.sock.send(struct.pack("=IHHII", 16 + len(body), NFNL_SUBSYS_QUEUE << 8 | kind,
                                   NLM_F_REQUEST | flags, 0, 0) + body)

    def ask(self, kind, attrs):
        self.send(kind, attrs, NLM_F_ACK)
        data = self.sock.recv(65536)
        error = -struct.unpack_from("=i", data, 16)[0]
        if struct.unpack_from("=H", data, 4)[0] != NLMSG_ERROR or error:
            raise OSError(error, "nfnetlink_queue")

    def packets(self):
        """The identifiers of packets, as they come."""
        while True:
            data = self.sock.recv(65536)
            while data:
                size, kind = struct.unpack_from("=IH", data)
                if kind == NFNL_SUBSYS_QUEUE << 8 | PACKET:
                    yield self.identifier(data[20:size])
                data = data[size + 3 & ~3:]

    @staticmethod
    def identifier(attrs):
        while attrs:
            size, kind = struct.unpack_from("=HH", attrs)
            if kind == NFQA_PACKET_HDR:
                return struct.unpack_from("!I", attrs, 4)[0]
            attrs = attrs[size + 3 & ~3:]
        raise ValueError("a packet without an identifier")

    def accept(self, number):
        self.send(VERDICT, attr(NFQA_VERDICT_HDR, struct.pack("!II", NF_ACCEPT, number)))


def main():
    queue = Queue(int(sys.argv[1]))
    hold = sys.argv[2] == "hold"
    held = []

    def release(*_):
        nonlocal hold
        hold = False
        while held:
            queue.accept(held.pop())

    signal.signal(signal.SIGUSR1, release)
    print("ready", flush=True)
    for number in queue.packets():
        print("packet", number, flush=True)
        if hold:
            held.append(number)
        else:
            queue.accept(number)


main()
