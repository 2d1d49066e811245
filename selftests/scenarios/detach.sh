#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The end of a connection: who says it, how many say it in one packet, what happens
# if the other end is gone or does not answer.
. "$(dirname "$0")/../lib/lib.sh"

plan 22

two_hosts
conf A detach_delay=1000
capture A-B

listener server B tcp 0.0.0.0 80 prefer

# Closes what was accepted, or waits to be.
restart() { quit server; listener server B tcp 0.0.0.0 80 prefer; }

detaching() { [ "$(ctl "$1" -j flow | values state)" = detaching ]; }

five_end() {
	restart
	quiet A B
	count_from_here A B
	before=$(counter A out-retrans)
	for i in {1..5}; do dial client A tcp 10.0.0.2 80 prefer $((40000 + i)); done
	quit client
	quiet A
}
# Five Setups, one packet of Detaches; what A believed lost came twice.
by_one() {
	counters_are B "detach-in=>4" in-pkts=$((6 + $(counter A out-retrans) - before))
}
# A machine that takes more than a second to close five has another try.
for _ in {1..5}; do
	ended=no
	if five_end; then ended=yes; fi
	if by_one; then break; fi
done
is "five connections end" "$ended" yes
ok "each was given up" counters_are A detach-out=5 detach-lost=0
ok "by one packet" by_one
restart
quiet B

phase server-first
conf A detach_delay=20
dial client A tcp 10.0.0.2 80 prefer 40010
tell server accept
tell server close
ok "the server closes first: the client is told nothing yet" \
	[ "$(state client)" = established ]
ok "and reads the end" tell client recv 1
quit client
ok "both ends forget it" quiet A B

phase no-socket
# The client's host forgets the connection; that of the server does not know.
dial client A tcp 10.0.0.2 80 prefer 40011
tell server accept
ctl A flow del "$(ctl A -j flow | jq -r '.[0].cid')"
ok "signalling is given up by hand" quiet A
ok "the connection goes on" exchange client server 10k
quit client
restart
ok "until it ends; the server's Detach is answered" quiet B
ok "with \"no such connection\" or OK" counters_are B detach-lost=0

phase silence
dial client A tcp 10.0.0.2 80 prefer 40012
deaf B
count_from_here A
quit client
ok "a Detach that nobody answers is sent again, and dropped" quiet A
ok "after five times" counters_are A detach-out=1 out-retrans=4 detach-lost=1
no_firewall B

quit server
quiet B

phase again
# The name of a connection whose end nobody has confirmed yet.
listener u-server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.0.2 5000 require 40014
ok "a UDP connection" datagram client u-server 10
wait_for is_state client established
firewall A <<-END
	chain out {
		type filter hook output priority filter;
		ip protocol 253 drop
	}
END
quit client
wait_for detaching A
no_firewall A
dial client A udp 10.0.0.2 5000 require 40014
ok "another one with its name" datagram client u-server 20
ok "is signalled" wait_for is_state client established
ok "there is no other" [ "$(ctl A -j flow | jq length)" = 1 ]
quit client u-server
quiet A B

# The server begins anew with a name of which the client has not heard that it ended.
listener u-server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.0.2 5000 require 40015
ok "a UDP connection" datagram client u-server 10
wait_for is_state client established
quit u-server
wait_for detaching B
listener u-server B udp 0.0.0.0 5000 require
tell u-server connect 10.0.0.1 40015
ok "the other end begins another one: it is not refused" datagram u-server client 20
ok "and signalled" wait_for is_state u-server established
quit client u-server
quiet A B

phase last-ack
# What A acknowledges is lost, what it sends is not. Its Detach says enough.
listener other B tcp 0.0.0.0 81 prefer
dial client A tcp 10.0.0.2 81 prefer 40013
tell other accept
firewall B <<-END
	chain in {
		type filter hook input priority raw;
		tcp dport 81 tcp flags & (fin | ack) == ack drop
	}
END
count_from_here B
quit client
ok "the client's end arrives" tell other recv 1
tell other close
ok "both ends forget it" quiet A B
ok "the server does not wait for the last acknowledgement" \
	counters_are B detach-in=1 detach-last-ack=1
