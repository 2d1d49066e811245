#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The accepted end of a connection moves, in the middle of a download and in the
# middle of an upload.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 13

routed
delay R:to-a 5ms rate 2mbit
delay R:to-b 5ms rate 2mbit
capture B-R
talk A B 10.0.2.2

start_copy server client 800k
wait_for received A 200000
roam B:eth0 10.0.5.2/24 10.0.5.254 D
ok "the server moves while it sends" wait_for moved B 1
ok "the download is complete and right" end_copy server client
is "the server's view" "$(place server)" "10.0.5.2,80 10.0.1.1,40000 established 1"
is "the client's view" "$(place client)" "10.0.1.1,40000 10.0.5.2,80 established 1"

start_copy client server 800k
wait_for received B 200000
roam B:eth0 10.0.6.2/24 10.0.6.254 E
ok "it moves again, while it receives" wait_for moved B 2
ok "the upload is complete and right" end_copy client server
is "the server's view" "$(place server)" "10.0.6.2,80 10.0.1.1,40000 established 2"
is "the client's view" "$(place client)" "10.0.1.1,40000 10.0.6.2,80 established 2"

wait_for validated A 2
quit client server
ok "both ends forget the connection" quiet A B
ok "counters of the server" counters_are B move-out=2 move-ok=2 dh=1 attach-bad-mac=0
ok "counters of the client" counters_are A move-in=2 validated=2 dh=1 attach-bad-mac=0
ok "messages" expect_messages B-R <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	B > A: OK
	D > A: Detach(old path), Attach(TCP, D,80 <-> A,40000) + Nonce + Sig*
	A > D: OK + Nonce + Nonce echo + Sig
	D > A: Ack + Nonce echo + Sig
	E > A: Detach(old path), Attach(TCP, E,80 <-> A,40000) + Nonce + Sig*
	A > E: OK + Nonce + Nonce echo + Sig
	E > A: Ack + Nonce echo + Sig
	A > E: Detach(TCP, A,40000 <-> E,80)
	E > A: OK
END
ok "nobody sent a RST" no_reset B-R
