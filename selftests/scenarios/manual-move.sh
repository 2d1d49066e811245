#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "cspctl flow move": the host has both addresses, and chooses.  What is under way on
# the old path when it moves is dropped, and draws no RST.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 18

routed
delay R:to-a 200ms rate 2mbit
ip -n csp-A addr add 10.0.3.1/24 dev eth0
capture A-R
talk A B 10.0.2.2
id=$(flows A cid)

refused() { # ERROR COMMAND...
	local error=$1; shift
	! "$@" 2>"$tmp/error" && grep -q "$error" "$tmp/error"
}
ok "an address that the host does not have is refused" \
	refused 'does not have' ctl A flow move "$id" to 10.0.9.9
ok "so is an unknown connection" refused 'No connection' ctl A flow move 0123456789abcdef
ok "and an address of another family" refused 'one address family' ctl A flow move "$id" to fd00:1::1
is "nothing changed" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 0"

ctl A monitor -v -n 2 moving moved >"$tmp/events" 2>"$tmp/listening" &
monitor=$! daemons+=($!)
wait_for grep -q listening "$tmp/listening"
start_copy server client 1200k
wait_for received A 50000
ok "the client moves by command" ctl A flow move "$id" to 10.0.3.1
ok "an event tells of it" wait "$monitor"
is "two events" "$(awk '{ print $2 }' "$tmp/events" | paste -sd ' ')" "moving moved"
ok "the download is complete and right" end_copy server client
is "at the new address" "$(place client)" "10.0.3.1,40000 10.0.2.2,80 established 1"
ok "what was late on the old path was dropped" counters_are A "late-old-path=>0"
ok "not by the server" counters_are B late-old-path=0

start_copy client server 300k
ok "back, all connections" ctl A flow move all to 10.0.1.1
wait_for moved A 2
ok "the upload is complete and right" end_copy client server
is "at the old address" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 2"
ok "a move to where it is moves nothing" ctl A flow move all to 10.0.1.1
ok "data arrives" exchange client server 10k
ok "two moves" counters_are A move-out=2 move-ok=2
ok "nobody sent a RST" no_reset A-R
