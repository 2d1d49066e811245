#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rules by where a connection comes from and where it goes: interfaces, and zones, which are
# groups of them.  And for how long a host may be asked to let others in.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 17

# A is inside, B outside, and D behind a third interface.
routed
host D
link D:eth0 R:to-d
addr R:to-d 10.0.7.254/24
addr R:to-d fd00:7::fe/64
for h in A B D; do conf $h udp_encap=0; done
stateful_firewall R

# --- interfaces and zones ----------------------------------------------------------------------------

ip -n csp-R link set to-b group 9
rule R in to-b out to-d reject
rule R out to-d dport 100 reject
rule R out zone 8 reject
rule R in zone 9 out zone 7 reject
rule R out zone 9 dport 200 reject
rule R in to-a out to-b reject
count_box R
try() { # XID FROM TO PORT
	local host=A
	[[ $2 != *2.2 && $2 != *:2::2 ]] || host=B
	speak $host "$2" "$3" setup xid="$1" id=c1c1c1c1c1c1c1c1 "conn=tcp,$2,1,$3,$4"
}
hits_now() { ctl R -j rule | jq -r '.[].hits' | xargs; }
try 1 10.0.2.2 10.0.7.77 100
is "from one interface to another" "$(hits_now)" "1 0 0 0 0 0"
try 2 10.0.1.1 10.0.7.77 100
is "to an interface, from any" "$(hits_now)" "1 1 0 0 0 0"
try 3 10.0.1.1 10.0.7.77 101
is "to an interface that is in no zone: no rule" "$(hits_now)" "1 1 0 0 0 0"
try 4 10.0.1.1 10.0.2.77 200
is "to a zone" "$(hits_now)" "1 1 0 0 1 0"
try 5 10.0.1.1 10.0.2.77 201
is "to the interface" "$(hits_now)" "1 1 0 0 1 1"
try 6 fd00:1::1 fd00:2::77 200
is "IPv6: to a zone" "$(hits_now)" "1 1 0 0 2 1"
try 7 fd00:1::1 fd00:2::77 201
is "IPv6: to the interface" "$(hits_now)" "1 1 0 0 2 2"
try 8 fd00:2::2 fd00:1::77 200
is "IPv6: from there to no zone: no rule" "$(hits_now)" "1 1 0 0 2 2"
ip -n csp-R link set to-a group 7
try 9 fd00:2::2 fd00:1::77 200
is "an interface that is put into a zone is at once" "$(hits_now)" "1 1 0 1 2 2"
ip -n csp-R link set to-b group 8
try 10 10.0.1.1 10.0.2.77 200
is "and in one only" "$(hits_now)" "1 1 1 1 2 2"
ok "each that matched was refused" box_counters_are R refused-rule=8 setups=10

# --- asking a host, for a time ---------------------------------------------------------------------------

ctl R rule flush >/dev/null
rule R in to-b out to-a proto udp ask-host timeout 7s
# Slow machines get on as well.
ctl R box set provisional 60000 linger 1000 udp_timeout 60000
granted() { tell "$1" info && [ "$(field timeout)" = "$2" ]; }	# NAME MS
for to in 10.0.1.1 fd00:1::1; do
	count_box R
	if [ $to = fd00:1::1 ]; then any=:: level=41; else any=0.0.0.0 level=0; fi
	listener receiver A udp $any 6000 prefer
	client sender B udp $to 6000 require 5000
	wish sender 600000 $level
	connect sender
	passes sender receiver 100
	wait_for is_state sender established
	ok "to $to: the host asked opens it for as long as the rule says" granted sender 7000
	is "and no longer, whatever was asked for" "$(holes R granted_ms) $(holes R state)" "7000 open"
	wait_for no_holes R
	ok "then it is shut" box_counters_are R asked=1 consented=1 idle=1
	quit sender receiver
	quiet A B
done
