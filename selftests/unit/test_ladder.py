#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""tools/wireshark/ladder, by what it draws of known captures."""

import os
import subprocess
import sys
import tempfile

import packets as p
import tap
from csp_numbers import TOP

LADDER = os.path.join(TOP, "tools", "wireshark", "ladder")

A, A2, N, F, B = "10.0.0.1", "10.0.2.1", "192.0.2.1", "10.0.0.254", "10.0.1.2"

tap.need("tshark")
work = tempfile.TemporaryDirectory()


def capture(name, *timed):
    """Writes (time in ms, packet)s; returns the path."""
    path = os.path.join(work.name, name)
    p.write_pcap(path, [(1000 + time / 1000, packet)
                        for time, packet in timed])
    return path


def ladder(*args, status=0):
    """The rows drawn, without those that have but lifelines."""
    run = subprocess.run([LADDER, *args], text=True, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tap.equal((run.returncode, run.stderr if not status else ""),
              (status, ""))
    return [row for row in run.stdout.splitlines() if row.strip(" |│")]


def drawn(picture):
    return [row for row in picture.splitlines() if row.strip()]


def name(src, dst, proto=p.TCP, **identity):
    return p.conn(proto, p.end(src, 40000, **identity), p.end(dst, 80))


def csp(src, dst, *messages, **header):
    return p.ip(src, dst, p.CSP, p.csp(*messages, **header))


def tcp(src, dst, *segment):
    return p.tcp(src, dst, p.tcp_segment(*segment))


LOCAL_ID = p.attr("LOCAL_ID", bytes(range(1, 17)))
NONCE = p.attr("NONCE", bytes(8))
MAC = p.attr("MAC", bytes(16))
SYN = p.attr("PIGGYBACK", p.tcp_segment(40000, 80, 7, 0, "S"))
OK = p.message("OK")


def setup(src, dst, xid, attempt=0, proto=p.TCP, *attrs):
    return csp(src, dst, p.message("SETUP", name(src, dst, proto), LOCAL_ID,
                                   *attrs), xid=xid, attempt=attempt)


def simple():
    """Set-up, data, a move, more data, the end."""
    moved = name(A2, B, identity=A)
    return [
        (0, setup(A, B, 1, 0, p.TCP, SYN)),
        (100, setup(A, B, 1, 1, p.TCP, SYN)),
        (110, csp(B, A, p.message("OK", LOCAL_ID), xid=1, reply=True,
                  attempt=1)),
        (111, tcp(B, A, 80, 40000, 100, 8, "SA")),
        (112, tcp(A, B, 40000, 80, 8, 101, "A")),
        (113, tcp(A, B, 40000, 80, 8, 101, "PA", b"x" * 78)),
        (114, tcp(B, A, 80, 40000, 101, 86, "A", b"y" * 1400)),
        (115, tcp(B, A, 80, 40000, 1501, 86, "A", b"y" * 1000)),
        (400, tcp(B, A, 80, 40000, 1501, 86, "A", b"y" * 1000)),
        (500, csp(A2, B, p.message("DETACH", code=1),
                  p.message("ATTACH", moved, NONCE, MAC), xid=2)),
        (510, csp(B, A2, OK, p.message("OK", MAC), xid=2, reply=True)),
        (511, tcp(A2, B, 40000, 80, 86, 2501, "FA", b"z" * 500)),
        (512, tcp(B, A2, 80, 40000, 2501, 587, "FA")),
        (513, tcp(A2, B, 40000, 80, 587, 2502, "A")),
        (520, csp(A2, B, p.message("DETACH", moved), xid=3)),
        (530, csp(B, A2, OK, xid=3, reply=True)),
    ]


def test_simple():
    """set-up, data both ways, a move, the end"""
    rows = ladder("A=" + A + "," + A2, "B=" + B,
                  capture("simple.pcap", *simple()))
    tap.equal(rows, drawn("""
A = 10.0.0.1  A' = 10.0.2.1
B = 10.0.1.2
               A                                                                      B
    0.000 ms   │────────────────── Setup(TCP, A,40000 ↔ B,80) + SYN ─────────────────▶│
  100.000 ms   │╌╌╌╌╌╌╌╌ Setup(TCP, A,40000 ↔ B,80) + SYN [retransmission 1] ╌╌╌╌╌╌╌╌▶│
  110.000 ms   │◀──────────────────────────────── OK ─────────────────────────────────│
  111.000 ms   │◀═════════ TCP SYN, data → 78 B, ← 3.4 kB, 1 retransmitted ══════════▶│
  500.000 ms   │─── Detach(old path), Attach(TCP, A:A',40000 ↔ B,80) + Nonce + Sig ──▶│
  510.000 ms   │◀─────────────────────────── OK, OK + Sig ────────────────────────────│
  511.000 ms   │════════════════════════ TCP data 500 B, FIN ════════════════════════▶│
  520.000 ms   │─────────────────── Detach(TCP, A:A',40000 ↔ B,80) ──────────────────▶│
  530.000 ms   │◀──────────────────────────────── OK ─────────────────────────────────│
"""))


def test_ascii_and_labels():
    """ASCII only, addresses called as wanted, labels wrapped"""
    rows = ladder("-a", "-w", "50", "A=" + A + ",C@" + A2, "B=" + B,
                  capture("simple.pcap", *simple()[9:11]))
    tap.equal(rows, drawn("""
A = 10.0.0.1  C = 10.0.2.1
B = 10.0.1.2
               A                                 B
               |  Detach(old path), Attach(TCP,  |
               |  A:C,40000 <-> B,80) + Nonce +  |
               |               Sig               |
    0.000 ms   |-------------------------------->|
   10.000 ms   |<-------- OK, OK + Sig ----------|
"""))


def test_links():
    """over a firewall: one arrow as far as a packet came, unchanged"""
    reject = p.message("REJECT", p.attr("ERROR", p.error("POLICY")),
                       p.attr("TEXT", b"no games here"))
    data = p.udp(A, B, 40000, 80, b"hello")
    passed = [setup(A, B, 1), csp(B, A, OK, xid=1, reply=True)]
    near = capture("a-f.pcap", (0, passed[0]), (11, passed[1]),
                   (20, setup(A, B, 2, 0, p.UDP)),
                   (21, csp(F, A, reject, xid=2, reply=True)),
                   (30, data), (31, p.icmp_error(F, A, 3, 13, data)))
    far = capture("f-b.pcap", (1, passed[0]), (10, passed[1]))
    rows = ladder("-l", "A-F:" + near, "-l", "F-B:" + far,
                  "A=" + A, "F=" + F, "B=" + B)
    tap.equal(rows, drawn("""
A = 10.0.0.1
F = 10.0.0.254
B = 10.0.1.2
               A                                     F                                     B
    0.000 ms   │─────────────────────── Setup(TCP, A,40000 ↔ B,80) ───────────────────────▶│
   10.000 ms   │◀────────────────────────────────── OK ────────────────────────────────────│
   20.000 ms   │──── Setup(UDP, A,40000 ↔ B,80) ────▶│                                     │
   21.000 ms   │◀─ Reject(POLICY, "no games here") ──│                                     │
   30.000 ms   │═══════════ UDP data 5 B ═══════════▶│                                     │
   31.000 ms   │◀───────── ICMP prohibited ──────────│                                     │
"""))


def test_nat():
    """over a NAT: what it changed is another arrow"""
    inside = capture("a-n.pcap", (0, setup(A, B, 1)),
                     (20, tcp(A, B, 40000, 80, 1, 1, "A", b"x" * 10)))
    outside = capture("n-b.pcap", (1, setup(N, B, 1)),
                      (21, tcp(N, B, 40000, 80, 1, 1, "A", b"x" * 10)))
    rows = ladder("-l", "A-N:" + inside, "-l", "N-B:" + outside,
                  "A=" + A, "N=" + N, "B=" + B)
    tap.equal(rows[4:], drawn("""
    0.000 ms   │─── Setup(TCP, A,40000 ↔ B,80) ──▶│                                  │
    1.000 ms   │                                  │─── Setup(TCP, N,40000 ↔ B,80) ──▶│
   20.000 ms   │═════════ TCP data 10 B ═════════▶│                                  │
   21.000 ms   │                                  │═════════ TCP data 10 B ═════════▶│
"""))


def test_same_packet_in_two_files():
    """a packet in two files without link is one arrow, twice in one is two"""
    packet = setup(A, B, 1)
    one = capture("one.pcap", (0, packet))
    two = capture("two.pcap", (0, packet), (5, packet))
    tap.equal(len(ladder("A=" + A, "B=" + B, one, two)), 3 + 2)
    tap.equal(len(ladder("A=" + A, "B=" + B, one)), 3 + 1)


def test_others():
    """transport packets of hosts not named are left out, signals never"""
    path = capture("others.pcap", (0, setup(A, B, 1)),
                   (1, p.udp("10.9.9.9", "224.0.0.251", 5353, 5353, b"x")),
                   (2, setup("10.9.9.9", B, 2)))
    rows = ladder("A=" + A, "B=" + B, path)
    assert "10.9.9.9" in rows[2], rows[2]
    tap.equal(sum("Setup" in row for row in rows), 2)
    assert not any("UDP" in row for row in rows)


def test_ipv6_and_udp():
    """IPv6 addresses have their names, UDP encapsulation is marked"""
    a, b = "2001:db8::1", "2001:db8::2"
    packet = p.csp(p.message("SETUP", name(a, b), LOCAL_ID))
    rows = ladder("A=" + a, "B=" + b, capture(
        "v6.pcap", (0, p.udp(a, b, 4253, 4253, packet))))
    assert "Setup(TCP, A,40000 ↔ B,80) [UDP]" in rows[-1], rows[-1]


def test_nothing():
    """no packets, or no capture, is an error"""
    ladder(capture("empty.pcap"), status=1)
    ladder(status=1)
    ladder("/nonexistent", status=1)
    ladder("A=nonsense", status=1)


tap.run(sys.modules[__name__], "ladder")
