#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Ways to connect and to listen: non-blocking, several processes on one port,
# sockets bound to a device, both ends calling each other, a port used again.
. "$(dirname "$0")/../lib/lib.sh"

plan 22

routed 50ms
addr B:eth0 10.0.5.2/24 B-too

listener server B tcp 0.0.0.0 80 prefer

# --- non-blocking -----------------------------------------------------------------------

# So far that a slow machine has a look before the answer is there.
delay R:to-a 1s
client client A tcp 10.0.2.2 80 prefer
tell client begin 10.0.2.2 80
is "a non-blocking connect() returns" "$(field connect)" EINPROGRESS
is "the Setup is under way" "$(state client)" setup
ok "poll() tells when the connection is up" tell client end
delay R:to-a 50ms
is "it is signalled" "$(state client)" established
tell server accept
ok "data" exchange client server 10k
quit client
tell server close
tell server use 0

client client A tcp 10.0.2.2 99 prefer
tell client begin 10.0.2.2 99
ok "a refused one" not tell client end
is "tells why" "$(field error)" ECONNREFUSED
ok "and is no connection" quiet A
tell client close

conf B embryonic_timeout=1000
count_from_here B
client client A tcp 10.0.2.2 80 prefer
tell client begin 10.0.2.2 80
tell client close
ok "closed before the answer" quiet A
wait_for counters_are B setup-in=1
ok "the other end gives up waiting" quiet B
conf B embryonic_timeout=60000
quit client server

# --- SO_REUSEPORT -------------------------------------------------------------------------

count_from_here A B
for w in one two three; do
	sock $w B
	tell $w socket tcp 4
	tell $w csp prefer
	tell $w reuseport
	tell $w bind 0.0.0.0 90
	tell $w listen
done
for _ in {1..12}; do dial client A tcp 10.0.2.2 90 prefer; done
ok "twelve connections to three processes are signalled" \
	counters_are A setup-out=12 setup-ok=12
# The last one's ACK may still be under way.
all_up() { [ "$(ctl B -j flow | values state | grep -c established)" = 12 ]; }
wait_for all_up
total=0 busy=0
for w in one two three; do
	n=0
	while tell $w accept 0; do n=$((n + 1)); done
	note "process $w has $n"
	total=$((total + n))
	[ $n = 0 ] || busy=$((busy + 1))
done
is "each of them was accepted" $total 12
ok "by more than one process" [ $busy -gt 1 ]
quit client one two three
ok "all are given up" quiet A B

# --- bound to a device -----------------------------------------------------------------------

sock server B
tell server socket tcp 4
tell server csp prefer
tell server device eth0
tell server bind 0.0.0.0 81
tell server listen
client client A tcp 10.0.2.2 81 prefer
tell client device eth0
ok "both ends bound to a device" connect client
tell server accept
wait_for is_state server established
pass "the connection is signalled at both ends"
ok "data" exchange client server 10k
quit client server
quiet A B

# --- the same names again -----------------------------------------------------------------------

listener server B tcp 0.0.0.0 82 prefer
dial client A tcp 10.0.2.2 82 prefer 40000
tell server accept
tell client reset
ok "a connection ended by RST is given up" quiet A
tell server close
ok "another one with the same ports" dial client A tcp 10.0.2.2 82 prefer 40000
is "is signalled" "$(state client)" established
tell server accept
ok "data" exchange client server 10k
quit client server
ok "it ends as well" quiet A B
