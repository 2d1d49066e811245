#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A connection moves, and its pinhole with it: a mobile client inside goes to another
# address in the middle of a transfer.  The old path closes.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 30

routed 5ms
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
rule R in to-a from 10.0.1.0/24 accept
rule R in to-a from fd00:1::/64 accept
rule R in to-a reject
capture A-R

leaves() { # FROM TO/LEN GATEWAY NAME PEER
	local cid
	count_box R
	count_from_here A
	talk A B "$5"
	is "the pinhole" "$(holes R src)" "$1"
	cid=$(holes R cid)
	start_trade client server 1500k 700k
	wait_for past client 300000
	roam A:eth0 "$2" "$3" "$4"
	ok "the client moves, to where the rules would let nobody begin" wait_for moved A 1
	ok "the pinhole moves with it" wait_for holes_are R src "${2%/*}"
	is "and has the identifier of the new path" "$([ "$(holes R cid)" != "$cid" ]; echo $?)" 0
	ok "the data arrives as it was sent, both ways" end_trade client server
	is "the client after" "$(place client)" "${2%/*},40000 $5,80 established 1"
	ok "counted" box_counters_are R moved=1 provisional=2 confirmed=1
}
leaves 10.0.1.1 10.0.3.1/24 10.0.3.254 C 10.0.2.2

# The entry of the old path lingers, and has seen none of what went the other way.
start_trade client server 1500k 700k
wait_for past client 300000
roam A:eth0 10.0.1.1/24 10.0.1.254 A
ok "the client comes back at once" wait_for moved A 2
ok "the data arrives as it was sent, both ways" end_trade client server
is "the client after" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 2"
ok "the old path closes" wait_for not on R grep "src=10.0.3.1 .*sport=40000" /proc/net/nf_conntrack
ok "the new one stays" on R grep "src=10.0.1.1 .*sport=40000" /proc/net/nf_conntrack
ok "data goes on" exchange client server 100k
ok "nobody sent a RST" no_reset A-R

# A move by who is not on the path, to a connection that he does not know.
speak B 10.0.2.2 10.0.1.1 attach xid=9 dcid=0101010101010101 id=0202020202020202 \
	conn=tcp,10.0.2.2,80,10.0.1.1,40000
is "an offer for a connection that is not known changes nothing" "$(holes R src)" 10.0.1.1
quit client server
ok "both ends forget the connection" quiet A B
ok "and the pinhole closes" wait_for no_holes R
ok "counted" box_counters_are R detached=1

# --- IPv6 -------------------------------------------------------------------------------------

ctl R box set linger 1000
leaves fd00:1::1 fd00:3::1/64 fd00:3::fe C6 fd00:2::2
old_is_closed() { ! on R grep "src=fd00:0001:.* sport=40000" /proc/net/nf_conntrack; }
ok "the old path closes" wait_for old_is_closed
ok "data goes on" exchange client server 10k
quit client server
ok "both ends forget the connection" quiet A B
ok "and the pinhole closes" wait_for no_holes R
ok "nobody sent a RST" no_reset A-R
