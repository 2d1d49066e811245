#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A mobile client: its address goes in the middle of a transfer, a while later it
# has another, and the same TCP connection goes on from there.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 15

routed 5ms
capture A-R
talk A B 10.0.2.2
is "the client before" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 0"
mss=$(tcp_info A mss)

start_trade client server 1500k 700k
wait_for past client 300000
ip -n csp-A addr del 10.0.1.1/24 dev eth0
ok "without an address the connection is homeless" wait_for state_is A homeless
roam A:eth0 10.0.3.1/24 10.0.3.254 C
ok "with another one it moves" wait_for moved A 1
ok "the data arrives as it was sent, both ways" end_trade client server
is "the client after" "$(place client)" "10.0.3.1,40000 10.0.2.2,80 established 1"
is "the server after" "$(place server)" "10.0.2.2,80 10.0.3.1,40000 established 1"
is "segments have their full length again" "$(tcp_info A mss)" "$mss"
held=$(counter A held)
ok "data goes on" exchange client server 100k
is "and passes no hand of ours" "$(counter A held)" "$held"

quit client server
ok "both ends forget the connection" quiet A B
ok "counters of the client" counters_are A \
	setup-ok=1 move-homeless=1 move-out=1 move-ok=1 dh=1 held-drop=0 out-errors=0 \
	attach-bad-mac=0 move-timeout=0
ok "counters of the server" counters_are B \
	setup-in=1 move-in=1 validated=1 dh=1 attach-bad-mac=0 piggyback-bad=0
ok "messages" expect_messages A-R <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	B > A: OK
	C > B: Detach(old path), Attach(TCP, C,40000 <-> B,80) + Nonce + Sig*
	B > C: OK + Nonce + Nonce echo + Sig
	C > B: Ack + Nonce echo + Sig
	C > B: Detach(TCP, C,40000 <-> B,80)
	B > C: OK
END
ok "the data on the wire is TCP of the new address" left A-R 10.0.1.1 10.0.3.1
ok "nobody sent a RST" no_reset A-R
