#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Change(Pref): either end says how much it likes the path in use.  The other moves
# if it knows a better one, and not otherwise.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 21

two_homes
capture C-R
like() { # NAME low|normal: setsockopt(CSP_PREF)
	case $2 in
	low)	tell "$1" setopt 0 2536 00000000 ;;
	normal)	tell "$1" setopt 0 2536 64000000 ;;
	esac
}
talk C S 10.0.2.2

ok "the server likes its path" like server normal
ok "a Change is sent and applied" wait_for counters_are C change-in=1
is "nobody moves" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 0"
ok "the server likes it no more" like server low
ok "the client moves" wait_for moved C 1
wait_for validated S 1
ok "the server likes its other path no more than that" like server low
wait_for counters_are C change-in=3
ok "data arrives" exchange client server 100k
is "the client knows no better path, and stays" "$(place client)" \
	"10.0.1.1,40000 10.0.5.2,80 established 1"

dropper R
drop_next R Change
ok "a Change is lost" like server normal
ok "and sent again" wait_for counters_are C change-in=4
ok "it was lost" hits_are R Change 1
drop_next R OK
like server normal
wait_for hits_are R OK 1
ok "the answer is lost: the Change is repeated, and applied once" \
	wait_for counters_are S change-out=5 out-retrans=2
ok "once" counters_are C change-in=5 attach-replay=0

like client low
wait_for counters_are S change-in=1
is "the server likes its other path no more than that, and stays" \
	"$(place client)" "10.0.1.1,40000 10.0.5.2,80 established 1"
quit client server
ok "both ends forget the connection" quiet C S

count_from_here C S
talk C S 10.0.2.2 tcp 40001
like client low
ok "the client says that it likes the path little: the server moves" wait_for moved S 1
is "the client's view" "$(place client)" "10.0.1.1,40001 10.0.5.2,80 established 1"
ok "data arrives" exchange client server 100k

firewall C <<-END
	chain out {
		type filter hook output priority 0
		meta l4proto 253 drop
	}
END
count_from_here C
like client normal
ok "a Change that cannot be sent is given up" wait_for counters_are C change-out=1 out-retrans=4 \
	out-errors=5 change-lost=1
no_firewall C
ok "data arrives all the same" exchange client server 10k
quit client server
ok "both ends forget the connection" quiet C S
messages C-R | sed 's/^/# /'
