#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Multihoming, by failure: the path in use dies silently, or a link goes down, and
# the connection goes on over the server's other address.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 17

two_homes
delay R:to-c 5ms rate 1mbit
delay R:to-x 5ms rate 1mbit
delay R:to-y 5ms rate 1mbit
capture C-R
timeouts() { on "$1" nstat -asz TcpExtTCPTimeouts | awk '/Timeouts/ { print $2 }'; }

# path_retries, and what comes in the quarter of a second between two looks
bounded() { # HOST BEFORE
	local n=$(($(timeouts "$1") - $2))
	note "$n timeouts"
	[ $n -le 4 ]
}

talk C S 10.0.2.2
start_copy client server 1200k
wait_for received S 100000
before=$(timeouts C)
dead 10.0.2.2
ok "the path dies in an upload: the client moves" wait_for path_is C 10.0.1.1 10.0.5.2
ok "the data is complete and right" end_copy client server
is "the client's view" "$(place client)" "10.0.1.1,40000 10.0.5.2,80 established 1"
is "the server's view" "$(place server)" "10.0.5.2,80 10.0.1.1,40000 established 1"
ok "after a bounded number of retransmissions" bounded C "$before"
ok "it was counted" counters_are C move-failover=1 move-ok=1
no_firewall R

# Only the server sends; its client cannot know.
start_copy server client 1200k
wait_for received C 100000
before=$(timeouts S)
dead 10.0.5.2
ok "the path dies in a download: the server moves" wait_for path_is S 10.0.2.2 10.0.1.1
ok "the data is complete and right" end_copy server client
is "the server's view" "$(place server)" "10.0.2.2,80 10.0.1.1,40000 established 2"
ok "after a bounded number of retransmissions" bounded S "$before"
ok "it was counted" counters_are S move-failover=1 move-ok=1
no_firewall R

ip -n csp-S link set eth0 down
ok "an idle connection's link goes down: the server moves" wait_for moved S 2
is "the server's view" "$(place server)" "10.0.5.2,80 10.0.1.1,40000 established 3"
is "the client's view" "$(place client)" "10.0.1.1,40000 10.0.5.2,80 established 3"
ok "data arrives" exchange client server 100k
quit client server
ok "both ends forget the connection" quiet C S
ok "nobody sent a RST" no_reset C-R
