#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The simple exchange: Setup, OK, data, Detach, OK.  The first packet travels
# inside the Setup.
. "$(dirname "$0")/../lib/lib.sh"

plan 10

two_hosts
capture A-B

listener server B tcp 0.0.0.0 80 prefer
client client A tcp 10.0.0.2 80 prefer 40000
ok "the client connects" connect client
ok "the server accepts" tell server accept

tell client names
is "the client's names" "$(field local) $(field peer)" "10.0.0.1,40000 10.0.0.2,80"
tell client info
is "the client's view: signalled, by itself" \
	"$(field state) $(field mode) $(field initiator) $(field udp) $(field moves)" \
	"established prefer true false 0"
wait_for is_state server established
is "the server's view" \
	"$(field state) $(field mode) $(field initiator) $(field local) $(field peer)" \
	"established prefer false 10.0.0.2,80 10.0.0.1,40000"

ok "data arrives as it was sent, both ways" exchange client server 1M

quit client server
ok "both ends forget the connection" quiet A B
ok "counters of the client" counters_are A \
	setup-out=1 setup-ok=1 piggyback-out=1 held=1 held-drop=0 detach-out=1 \
	detach-lost=0 in-malformed=0 out-errors=0
ok "counters of the server" counters_are B \
	setup-in=1 piggyback-in=1 piggyback-bad=0 detach-in=1 detach-out=0
ok "messages" expect_messages A-B <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	B > A: OK
	A > B: Detach(TCP, A,40000 <-> B,80)
	B > A: OK
END
