#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Multihoming over links that duplicate, reorder and lose: a path that dies is told from
# one that is only bad, sooner or later, and nothing of the data is lost.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 17

two_homes

try_links() { # NAME NETEM...
	local name=$1 dev; shift
	for dev in C:eth0 R:to-c R:to-x R:to-y S:eth0 S:eth1; do delay "$dev" "$@"; done
	talk C S 10.0.2.2
	start_copy client server 500k
	wait_for received S 50000
	dead 10.0.2.2
	ok "$name: the path dies in an upload" wait_for -t 60 path_is C 10.0.1.1 10.0.5.2
	ok "$name: the data is complete and right" end_copy client server
	no_firewall R
	start_copy server client 500k
	wait_for received C 50000
	dead 10.0.5.2
	ok "$name: the other one dies in a download" wait_for -t 60 path_is S 10.0.2.2 10.0.1.1
	ok "$name: the data is complete and right" end_copy server client
	no_firewall R
	ok "$name: and both ways" exchange client server 50k
	is "$name: the client's names" "$(place client)" "10.0.1.1,40000 10.0.*.2,80 established *"
	quit client server
	ok "$name: both ends forget it" quiet C S
}

try_links "duplicated and reordered" 10ms 8ms duplicate 100% rate 2mbit
copies() { [ $(($(counter C in-unexpected) + $(counter S in-unexpected))) -gt 0 ]; }
ok "copies were seen" copies
try_links lost 5ms loss 4% rate 2mbit
ok "packets were lost" [ "$(lost_packets R:to-c)" -gt 0 ]
ok "no Attach was one of somebody else" [ "$(counter S attach-bad-mac)" = 0 ]
