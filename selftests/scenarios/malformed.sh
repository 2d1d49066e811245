#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Packets that no proper host sends, from a program that makes them by hand: what is
# answered, how, and what is dropped.
. "$(dirname "$0")/../lib/lib.sh"

plan 5

two_hosts
listener server B udp 0.0.0.0 5000 prefer
listener server B udp 0.0.0.0 5001

on A "$lib/knock.py" 10.0.0.1 10.0.0.2 5000 >"$tmp/answers" || note "knock.py failed"
cat >"$tmp/wanted" <<-END
	setup: OK
	first: OK
	again: OK
	nobody listens: REJECT NO_LISTENER
	not wanted: REJECT NOT_WANTED
	a transport that is not signalled: REJECT NO_LISTENER
	unknown critical attribute: REJECT CRITICAL 99
	unknown optional attribute: OK
	unknown critical message: REJECT CRITICAL 48
	unknown optional message: OK
	unknown version: REJECT VERSION 1-1
	unknown version, short: -
	unknown version, in a reply: -
	bad checksum: -
	cut short: -
	no message: -
	two Setups: -
	half a move: -
	two notices of a flood: -
	no LOCAL_ID: -
	attribute twice: -
	cid of zero: -
	v4-mapped address: -
	padding of the link: OK
	no key: OK
	source translated: REJECT MISMATCH 2 from 10.0.0.1
	other destination: REJECT MISMATCH 3
	any port: REJECT MALFORMED 3
	piggybacked packet of others: REJECT MALFORMED 13
	piggybacked packet cut short: REJECT MALFORMED 13
	piggybacked SYN+ACK: REJECT MALFORMED 13
	Detach of nothing: REJECT NO_CONN
	last: OK
END
ok "each is answered as it should" diff "$tmp/wanted" "$tmp/answers"
ok "and counted" counters_are B setup-dup=1 in-critical=2 in-version=3 in-malformed=10 \
	reject-no-listener=2 reject-not-wanted=1 reject-mismatch=2 piggyback-bad=3
is "connections are those that were granted" "$(counter B flows)" 7

conf B reply_rate=1
count_from_here B
on A "$lib/knock.py" 10.0.0.1 10.0.0.2 5000 30000 >"$tmp/answers" || note "knock.py failed"
ok "refusals, and the answer to a copy, are limited to a rate" counters_are B setup-dup=1 \
	rate-limited=">8"
few() { [ "$(grep -c REJECT "$tmp/answers" || true)" -le 2 ]; }
ok "few come back" few
