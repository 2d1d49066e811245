#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sockets that nobody flagged behave as they do without the module: what a connection
# sends is compared with the module absent, present, and at work for others.
. "$(dirname "$0")/../lib/lib.sh"

plan 14

rmmod csp
two_hosts
capture A-B
listener server B tcp 0.0.0.0 80
listener udp-server B udp 0.0.0.0 5000

# What every connection of its kind has in common. Whether an ACK waits for data to go with
# is a matter of time.
forget_numbers() {
	grep -v 'Flags \[\.\].* length 0$' |
		sed -E 's/(TS val|ecr|seq|ack|win) [0-9:]+/\1/g; s/10\.0\.0\.1\.[0-9]+/A/g'
}

use_plain_sockets() { # PHASE
	phase "$1"
	dial client A tcp 10.0.0.2 80
	tell server accept
	tell client send 100
	tell server recv 100
	tell server send 200
	tell client recv 200
	tell client shutdown
	tell server recv 1
	tell server close
	tell server use 0
	tell client recv 1
	quit client
	dial client A udp 10.0.0.2 5000
	datagram client udp-server 300
	quit client
	client client A tcp 10.0.0.2 99
	ok "$1: a connection is refused" not connect client
	is "$1: as always" "$(field error)" ECONNREFUSED
	quit client
	phase "after-$1"
}

use_plain_sockets absent
modprobe csp
patient A B
use_plain_sockets present
is "no packet was looked at" "$(ctl A stats -z | awk '$2 ~ /^[1-9]/ && NR > 2')" ""
listener flagged B tcp 0.0.0.0 81 prefer
dial other A tcp 10.0.0.2 81 prefer
is "others are signalled" "$(state other)" established
count_from_here A B
use_plain_sockets beside
ok "those are not" counters_are A out-pkts=0 setup-out=0 auto-flagged=0 held=0
ok "at neither end" counters_are B in-pkts=0 setup-in=0 auto-flagged=0
dial client A tcp 10.0.0.2 80
tell client mode
is "getsockopt() says so" "$(field mode)" off

transport A-B@absent | forget_numbers >"$tmp/absent"
ok "there is something to compare" [ "$(wc -l <"$tmp/absent")" -gt 8 ]
for when in present beside; do
	transport A-B@$when | forget_numbers >"$tmp/$when"
	ok "packets with the module $when are those without it" diff "$tmp/absent" "$tmp/$when"
done
