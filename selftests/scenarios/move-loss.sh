#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Moves whose messages are lost, and moves over a network that loses, doubles and
# reorders what it carries.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 25

routed 5ms
dropper R
capture A-R
talk A B 10.0.2.2

# Bytes that TCP has not had acknowledged.
queued() { # HOST BYTES
	[ "$(on "$1" ss -tnHO state established | awk '{ print $2 }')" -gt "$2" ]
}

lose() { # MESSAGE IP GATEWAY NAME HOSTS_THAT_REPEAT
	count_from_here A B
	drop_next R "$1"
	roam A:eth0 "$2/24" "$3" "$4"
	ok "the $5 is lost: the client moves all the same" wait_for moved A 1
	ok "and proves its address" wait_for validated B 1
	ok "it was lost" hits_are R "$1" 1
	ok "data arrives" exchange client server 50k
}
lose Detach 10.0.3.1 10.0.3.254 C Attach
ok "it was sent again" counters_are A out-retrans=1
lose OK 10.0.4.1 10.0.4.254 D OK
lose Ack 10.0.1.1 10.0.1.254 A Ack
is "three moves" "$(place server)" "10.0.2.2,80 10.0.1.1,40000 established 3"

# The path to the new place takes less than its first link, and nobody says so.
ip -n csp-A -4 addr flush dev eth0 scope global
wait_for state_is A homeless
ip -n csp-R link set to-b mtu 1300
count_from_here A B
start_copy client server 50k
wait_for queued A 2000
ok "what is written without an address is not cut small" [ "$(tcp_info A mss)" -gt 1000 ]
roam A:eth0 10.0.3.1/24 10.0.3.254 C
ok "a segment makes the move too large for the path: it goes without" wait_for moved A 1
ok "at last" counters_are A piggyback-out=1 "out-retrans=>0"
ok "data arrives" end_copy client server
ip -n csp-R link set to-b mtu 1500
roam A:eth0 10.0.1.1/24 10.0.1.254 A
wait_for validated B 2

# The peer acknowledges what comes, and may not send much before an Ack.
count_from_here A B
start_copy client server 2000k
drop_next R Ack 3
roam A:eth0 10.0.3.1/24 10.0.3.254 C
ok "three Acks are lost in the middle of an upload: the address is proved" \
	wait_for validated B 1
ok "they were lost" hits_are R Ack 3
ok "data arrives" end_copy client server
count_from_here A B
drop_next R Ack 100
roam A:eth0 10.0.4.1/24 10.0.4.254 D
ok "no Ack arrives for long: the peer's old path is probed" \
	wait_for counters_are B probe-out=1 validated=0
on R nft flush chain inet test drops
ok "a late OK is answered" wait_for -t 60 validated B 1
ok "data arrives" exchange client server 50k

no_firewall R
for dev in to-a to-b; do delay R:$dev 10ms 5ms loss 5% duplicate 5% reorder 25%; done
count_from_here A B
start_trade client server 600k 150k
n=0
for i in 3 4 1; do
	n=$((n + 1))
	wait_for past client $((n * 80000))
	roam A:eth0 10.0.$i.1/24 10.0.$i.254
	wait_for -t 60 moved A "$n"
done
ok "three moves over a bad network: the data is right" end_trade client server
