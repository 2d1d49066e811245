#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A server with two providers, each behind a firewall that drops what it does not know, over
# links that duplicate, reorder and lose.  What it says of its paths gets to the client, the
# moves that follow open the firewall they come to, and nothing of the data is lost.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/providers.sh"

plan 28

two_providers

# Wherever the server is: it may take the silence of a move for a path that is dead.
client_at() { [ "$(flows S raddr)" = "$1" ]; }
client_is_let_in() { open_for X "$1" 10.0.2.2 || open_for Y "$1" 10.0.5.2; }

port=40000	# another each time: the names of one that ended are taken for a minute
try_links() { # NAME NETEM...
	local name=$1 dev; shift
	for dev in C:eth0 R:to-c R:to-x R:to-y S:eth0 S:eth1 X:in X:out Y:in Y:out; do
		delay $dev "$@"
	done
	port=$((port + 1))
	talk C S 10.0.2.2 tcp $port
	for box in X Y; do count_box $box; done
	count_from_here C S
	start_trade client server 2000k 60k
	ok "$name: a pinhole at the one firewall" wait_for open_for X 10.0.1.1 10.0.2.2
	ctl S flow change "$(flows S cid)" pref low
	ok "$name: the server likes the path little: the client moves" \
		wait_for -t 60 path_is C 10.0.1.1 10.0.5.2
	ok "$name: the other firewall opens" wait_for -t 60 open_for Y 10.0.1.1 10.0.5.2
	roam C:eth0 10.0.1.7/24 10.0.1.254 C7
	ok "$name: the client goes elsewhere" wait_for -t 60 client_at 10.0.1.7
	ok "$name: a firewall follows" wait_for -t 60 client_is_let_in 10.0.1.7
	roam C:eth0 10.0.1.1/24 10.0.1.254
	ok "$name: and comes back" wait_for -t 60 client_at 10.0.1.1
	dead 10.0.5.2
	ok "$name: the path dies: the other one is taken" wait_for -t 60 path_is C 10.0.1.1 10.0.2.2
	no_firewall R
	ok "$name: the first firewall is open" wait_for -t 60 open_for X 10.0.1.1 10.0.2.2
	ok "$name: data went on" end_trade client server
	ok "$name: it is right, both ways" exchange client server 50k
	ok "$name: counters of the client" counters_are C change-in='>0' move-ok='>2' attach-bad-mac=0
	ok "$name: and of the server" counters_are S change-lost=0 move-in='>2' attach-bad-mac=0
	quit client server
	ok "$name: both ends forget it" quiet C S
	forget X
	forget Y
}

try_links "duplicated and reordered" 10ms 8ms duplicate 100% rate 4mbit
copies() { [ $(($(counter C in-unexpected) + $(counter S in-unexpected))) -gt 0 ]; }
ok "copies were seen" copies
try_links lost 5ms loss 3% rate 4mbit
ok "packets were lost" [ "$(lost_packets R:to-c)" -gt 0 ]
