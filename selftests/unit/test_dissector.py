#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""tools/wireshark/csp.lua, by what tshark shows of known packets."""

import os
import random
import subprocess
import sys
import tempfile

import packets as p
import tap
from csp_numbers import C, HERE, TOP

LUA = os.path.join(TOP, "tools", "wireshark", "csp.lua")
SAMPLES = os.path.join(HERE, "build", "samples")

A, B = "10.0.0.1", "10.0.0.2"
A6, B6 = "2001:db8::1", "2001:db8::2"

tap.need("tshark")
work = tempfile.TemporaryDirectory()


def tshark(packets, *args):
    """What tshark prints of IP packets, in lines."""
    path = os.path.join(work.name, "test.pcap")
    p.write_pcap(path, enumerate(packets))
    run = subprocess.run(
        ["tshark", "-n", "-r", path, "-X", "lua_script:" + LUA, *args],
        env=dict(os.environ, WIRESHARK_CONFIG_DIR=work.name), text=True,
        errors="replace", check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for text in run.stdout, run.stderr:
        assert "Lua" not in text.replace("lua_script", ""), text
    return run.stdout.splitlines()


def fields(packets, *names, options=()):
    """A list of the fields' values for each packet."""
    args = ["-T", "fields"]
    for name in names:
        args += ["-e", name]
    lines = tshark(packets, *args, *options)
    return [line.split("\t") for line in lines]


def over_ip(packet, src=A, dst=B):
    return p.ip(src, dst, p.CSP, packet)


def experts(*packets):
    """The messages of expert infos about each of some CSP packets."""
    rows = fields(map(over_ip, packets), "_ws.expert.message")
    return [message for message, in rows]


def samples():
    """Name and packet of each of selftests/unit/samples.c."""
    path = os.path.join(work.name, "samples")
    os.makedirs(path, exist_ok=True)
    subprocess.run([SAMPLES, path], check=True)
    found = {}
    for name in sorted(os.listdir(path)):
        with open(os.path.join(path, name), "rb") as sample:
            found[name] = sample.read()
    return found


NAME = p.conn(p.TCP, p.end(A, 40000), p.end(B, 80))
LOCAL_ID = p.attr("LOCAL_ID", bytes(range(1, 17)))
SYN = p.tcp_segment(40000, 80, 7, 0, "S")
MAC = p.attr("MAC", bytes(16))


def setup(*attrs, **header):
    return p.csp(p.message("SETUP", NAME, LOCAL_ID, *attrs), **header)


SUMMARIES = {
    "setup": "Setup(TCP, 10.0.0.1,1234 <-> 10.0.0.2,80) + SYN",
    "setup_v6": "Setup(UDP, [2001:db8::1],1234 <-> [2001:db8::2],9, "
                "Timeout=300s) + UDP data 5",
    "setup_full": "Setup(TCP, 10.0.0.1:10.0.0.9,1234 via 10.0.0.250 via "
                  "[2001:db8::fa] -> 192.0.2.1:[2001:db8::2],80:8080, "
                  "name = www.example.com, Timeout=10s, normal pref) "
                  "+ Auth + Nonce + Nonce echo",
    "setup_incoming": "Setup(UDP, 10.0.0.2,53 <- *,5000)",
    "ok": "OK(Timeout=10s)",
    "ok_bare": "OK",
    "ok_offers": "OK(Timeout=10s), Attach(TCP, 10.0.0.2:10.0.0.4,80 <-> "
                 "10.0.0.1,1234), Attach(TCP, 10.0.0.2:[2001:db8::4],80 <-> "
                 "10.0.0.1,1234, low pref)",
    "reject_policy": 'Reject(POLICY, "no games here", by 10.0.0.254)',
    "reject_version": "Reject(VERSION, versions 1 to 1)",
    "reject_mismatch": "Reject(MISMATCH, seen from [2001:db8::99],UDP 61000)",
    "reject_flood": "Reject(10.0.0.1,* via 10.0.0.250 <-> 10.0.0.2,*, FLOOD) "
                    "+ Nonce echo",
    "redirect_nat": "Redirect(UDP, 10.0.0.1:10.0.0.254,1234:3000 <-> "
                    "10.0.0.2,80, by 10.0.0.254)",
    "redirect_home": "Redirect(TCP, 10.0.0.1,1234 <-> "
                      "10.0.0.2:10.0.0.7,80)",
    "change_timeout": "Change(TCP, 10.0.0.1,1234 <-> 10.0.0.2,80, "
                      "Timeout=300s)",
    "change_pref": "Change(TCP, 10.0.0.1,1234 <-> 10.0.0.2,80, low pref) "
                   "+ Sig",
    "move": "Detach(old path), Attach(TCP, 10.0.0.1:10.0.0.3,1234 <-> "
            "10.0.0.2,80) + Nonce + Sig",
    "move_data": "Detach(old path), Attach(TCP, 10.0.0.1:10.0.0.3,1234 <-> "
                 "10.0.0.2,80) + Nonce + Nonce echo + Sig + TCP data 3",
    "ok_move": "OK, OK + Nonce + Nonce echo + Sig",
    "ack_nonce": "Ack + Nonce",
    "ack_echo": "Ack + Nonce echo + Sig",
    "detach": "Detach(TCP, 10.0.0.1,1234 <-> 10.0.0.2,80)",
    "detach_many": "Detach(TCP, 10.0.0.1,1234 <-> 10.0.0.2,80), Detach(TCP, "
                   "[2001:db8::1],1235 <-> [2001:db8::2],80), Detach",
    "register": "Register(10.0.0.2 at 10.0.0.7, name = s.example.com, "
                "Timeout=600s) + Nonce + Sig",
    "unknown_optional": "OK, Message 240, Ack",
}


def test_samples():
    """every sample of the codec has its summary, and none is malformed"""
    found = samples()
    tap.equal(sorted(found), sorted(SUMMARIES))
    rows = fields(map(over_ip, found.values()), "csp.summary",
                  "_ws.expert.group", "_ws.col.Info")
    for name, (summary, group, info) in zip(found, rows):
        tap.equal((name, summary), (name, SUMMARIES[name]))
        # TCP's dissector may have put a remark before it.
        assert info.endswith(SUMMARIES[name]), info
        assert str(0x07000000) not in group, f"{name} is malformed"
        assert str(0x01000000) not in group, f"{name}: checksum"


def test_every_message_and_attribute():
    """each message and attribute of the samples has its name"""
    lines = "\n".join(tshark(map(over_ip, samples().values()), "-V"))
    for name, number in C.items():
        if name.startswith("CSP_A_") and name not in (
                "CSP_A_UNSPEC", "CSP_A_MAX", "CSP_A_CRITICAL"):
            assert f"Attribute: {name[6:]} ({number})" in lines, name
        if name.startswith("CSP_MSG_") and name not in (
                "CSP_MSG_UNSPEC", "CSP_MSG_MAX", "CSP_MSG_OPTIONAL",
                "CSP_MSG_OK"):
            word = name[8:].capitalize()
            assert f"Message: {word} ({number})" in lines, name


def test_filters():
    """fields are there to filter by"""
    found = samples()
    for text, names in (
            ("csp.xid == 0x01020304", set(found)),
            ("csp.msg == 1", {n for n in found if n.startswith("setup")}),
            ("csp.attr == 10", {"change_pref", "move", "move_data", "ok_move",
                                "ack_echo", "register"}),
            ("csp.mac", {"change_pref", "move", "move_data", "ok_move",
                         "ack_echo", "register"}),
            ("csp.error == 6", {"reject_policy"}),
            ('csp.conn == "TCP, 10.0.0.1,1234 <-> 10.0.0.2:10.0.0.7,80"',
             {"redirect_home"}),
            ("csp.ip == 10.0.0.7", {"redirect_home", "register"}),
            ("csp.scope == 1", {"move", "move_data"}),
            ('csp.name contains "example"', {"setup_full", "register"}),
            ("csp.flags.reply == 1",
             {"ok", "ok_bare", "ok_offers", "ok_move", "reject_policy",
              "reject_version", "reject_mismatch", "redirect_nat",
              "redirect_home", "ack_nonce", "unknown_optional"})):
        rows = fields(map(over_ip, found.values()), "frame.number",
                      options=("-Y", text))
        got = {list(found)[int(number) - 1] for number, in rows}
        tap.equal((text, got), (text, names))


def test_udp_and_ipv6():
    """over IPv6, and encapsulated in UDP over both"""
    port = C["CSP_UDP_PORT_DEFAULT"]
    rows = fields([over_ip(setup(), A6, B6),
                   p.udp(A, B, port, port, setup()),
                   p.udp(A6, B6, 50000, port, setup())], "csp.summary")
    for row in rows:
        tap.equal(row, ["Setup(TCP, 10.0.0.1,40000 <-> 10.0.0.2,80)"])


def test_preferences():
    """protocol number and port are preferences"""
    found = [p.ip(A, B, 254, setup()), over_ip(setup()),
             p.udp(A, B, 1000, 5000, setup()),
             p.udp(A, B, 1000, C["CSP_UDP_PORT_DEFAULT"], setup())]
    rows = fields(found, "csp.xid")
    tap.equal(rows, [[""], ["0x00000001"], [""], ["0x00000001"]])
    rows = fields(found, "csp.xid", options=(
        "-o", "csp.ip_proto:254", "-o", "csp.udp_port:5000"))
    tap.equal(rows, [["0x00000001"], [""], ["0x00000001"], [""]])


def test_notation():
    """identity:locator, p:p', via and wildcards"""
    def text(*args):
        packet = p.csp(p.message("REDIRECT", p.conn(*args)))
        return fields([over_ip(packet)], "csp.conn")[0][0]

    tap.equal(text(p.TCP, p.end(A, 40000), p.end("10.1.0.2", 80, B)),
              "TCP, 10.0.0.1,40000 <-> 10.0.0.2:10.1.0.2,80")
    tap.equal(text(p.UDP, p.end(A6, 1, A), p.end(B6, 2, own=3), "FORWARD"),
              "UDP, 10.0.0.1:[2001:db8::1],1 -> [2001:db8::2],2:3")
    tap.equal(text(0, p.end(None), p.end(None, 5), "REVERSE"), "*,* <- *,5")
    tap.equal(text(50, p.end(A), p.end(None, 0, B)),
              "protocol 50, 10.0.0.1,* <-> 10.0.0.2:*,*")


def test_piggyback():
    """the transport packet within is shown by its own dissector"""
    packet = setup(p.attr("PIGGYBACK", SYN))
    row = fields([over_ip(packet)], "tcp.flags.syn", "tcp.srcport",
                 "csp.summary", "_ws.col.Protocol")[0]
    tap.equal(row, ["1", "40000",
                    "Setup(TCP, 10.0.0.1,40000 <-> 10.0.0.2,80) + SYN", "CSP"])
    name = p.conn(p.UDP, p.end(A, 40000), p.end(B, 9))
    packet = p.csp(p.message("SETUP", name, LOCAL_ID, p.attr(
        "PIGGYBACK", p.udp_datagram(40000, 9, b"hello"))))
    row = fields([over_ip(packet)], "udp.dstport", "csp.summary")[0]
    tap.equal(row, ["9", "Setup(UDP, 10.0.0.1,40000 <-> 10.0.0.2,9) "
                         "+ UDP data 5"])


def test_piggyback_within_piggyback():
    """a CSP packet within a CSP packet does not go on for ever"""
    port = C["CSP_UDP_PORT_DEFAULT"]
    packet = setup()
    for _ in range(20):
        name = p.conn(p.UDP, p.end(A, port), p.end(B, port))
        packet = p.csp(p.message("SETUP", name, LOCAL_ID, p.attr(
            "PIGGYBACK", p.udp_datagram(port, port, packet))))
    assert "Setup" in fields([over_ip(packet)], "csp.summary")[0][0]


def test_replies():
    """requests and replies point to each other"""
    reply = p.csp(p.message("OK"), xid=9, reply=True)
    rows = fields([over_ip(setup(xid=9)), over_ip(setup(xid=9, attempt=1)),
                   over_ip(reply, B, A)],
                  "csp.reply_in", "csp.request_in", "csp.time",
                  "csp.retransmission", "csp.summary", options=("-2",))
    tap.equal(rows[0][:4], ["3", "", "", ""])
    tap.equal(rows[1][:4], ["3", "", "", "1"])
    tap.equal(rows[2][:4], ["", "1", "2.000000000", ""])
    assert rows[1][4].endswith("[retransmission 1]")


def test_malformed():
    """what is malformed is said to be, and why"""
    cut = bytearray(setup())
    cut[2:4] = (len(cut) + 1).to_bytes(2, "big")
    short = bytearray(setup())
    short[14:16] = (8).to_bytes(2, "big")
    v6 = p.end(B6, 1)
    cases = (
        (cut, "length of the packet"),
        (short, "length of the message"),
        (p.csp(p.message("OK", b"\0\x11\0\x03")),
         "length of the attribute"),
        (p.csp(p.message("OK", b"\0\x11\0\x09abcd")),
         "length of the attribute"),
        (p.csp(p.message("OK") + b"\2\0"), "too short for a message"),
        (setup(LOCAL_ID), "duplicate"),
        (setup(p.attr("PUBKEY", bytes(31))), "31 bytes of value"),
        (setup(p.attr("NONCE", bytes(33))), "33 bytes of value"),
        (p.csp(p.message("OK", p.attr("SRC", v6[:-4]))),
         "families and length"),
        (p.csp(p.message("OK", p.attr("SRC", b"\5" + v6[1:]))),
         "families and length"),
        (p.csp(p.message("OK", p.attr("CONN", b"\6\3\0\0"))), "direction"),
        (setup(MAC, p.attr("PAD")), "something follows the MAC"),
        (p.csp(p.message("OK", MAC), p.message("ACK")),
         "something follows the MAC"),
        (setup(p.attr("SOURCE", p.addr(A) + b"xxxx")), "length"),
        (setup(p.attr("ORIGIN", b"\7\0\0\0abcd")), "address"))
    found = experts(*(bytes(packet) for packet, _ in cases))
    for (_, why), got in zip(cases, found):
        assert f"Malformed: {why}" in got, f"{why}: {got!r}"


def test_checksum():
    """a wrong checksum is seen, a right one taken"""
    packet = bytearray(setup())
    right = bytes(packet)
    packet[9] ^= 1
    tap.equal(experts(right, bytes(packet)), ["", "Bad checksum"])


def test_unknown():
    """unknown version, message and attribute"""
    tap.equal(experts(setup(version=2),
                      setup(p.attr(0x7000, b"abc")),
                      setup(p.attr(0xf000, b"abc")),
                      p.csp(p.message(99)),
                      p.csp(p.message(0x80 | 99))),
              ["Unknown version",
               "Unknown attribute: skipped",
               "Unknown critical attribute: to be rejected",
               "Unknown message: to be rejected",
               "Unknown message: skipped"])


def test_quoted_by_icmp():
    """the eight bytes that ICMP quotes have the transaction"""
    packet = p.icmp_error(B, A, 3, 2, over_ip(setup(xid=0x1234))[:28])
    row = fields([packet], "icmp.code", "csp.xid", "_ws.expert.message")[0]
    tap.equal(row[:2], ["2", "0x00001234"])
    assert "Malformed" not in row[2], row[2]


def test_text_is_printable():
    """control characters of an explanation are not printed as such"""
    packet = p.csp(p.message("REJECT", p.attr("ERROR", p.error("POLICY")),
                             p.attr("TEXT", b"\x1b[2Jx\n\ty")))
    row = fields([over_ip(packet)], "csp.summary")[0]
    tap.equal(row, [r'Reject(POLICY, "\x1b[2Jx\x0a\x09y")'])


def test_cut_at_each_byte():
    """cut at each byte: no error in the script"""
    packets = []
    for packet in samples().values():
        packets += [over_ip(packet[:cut])
                    for cut in range(0, len(packet), 1 if len(packet) < 300
                                     else 7)]
    tshark(packets, "-V")


def test_random_changes():
    """random bytes changed: no error in the script"""
    rand = random.Random(1)
    packets = []
    for packet in samples().values():
        for _ in range(60):
            changed = bytearray(packet)
            for _ in range(rand.randint(1, 6)):
                at = rand.randrange(12, min(len(changed), 200))
                changed[at] = rand.choice((0, 1, 4, 6, 8, 0x80, 0xff,
                                           rand.randrange(256)))
            packets.append(over_ip(bytes(changed)))
    tshark(packets, "-V")


tap.run(sys.modules[__name__], "dissector")
