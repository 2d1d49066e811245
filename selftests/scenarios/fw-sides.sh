#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rules by where a connection comes from and where it goes: interfaces, and zones, which are
# groups of them; prefixes of addresses, and ranges of ports.  And for how long a host may
# be asked to let others in.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 27

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

# --- prefixes, ranges --------------------------------------------------------------------------------

# Whoever a Setup may be from: the first and the last that a rule speaks of, and their
# neighbours, of whom none does.
ctl R rule flush >/dev/null
rule R from 10.32.0.0/11 reject
rule R from 172.16.16.0/20 reject
rule R from 192.168.5.4/30 reject
rule R from 192.168.9.9 reject
rule R from fd00:9:0:80::/57 reject
rule R from fd00:a:0:0:8000::/65 reject
rule R to 10.0.2.76/30 reject
rule R to fd00:2::4e/127 reject
rule R proto udp dport 5000-5009 reject
rule R proto udp dport 6000 reject
rule R proto udp sport 7000-7001 reject
rule R proto udp sport 65535 reject
tried() { # TEXT HITS PROTO NAME...
	count_box R
	on A "$lib/many_rules.py" try "${@:3}"
	wait_for box_counters_are R setups=$(($# - 3))
	is "$1" "$(hits_now)" "$2"
}
tried "from a prefix: its neighbours do not match" "0 0 0 0 0 0 0 0 0 0 0 0" tcp \
	{10.31.255.255,10.64.0.0,172.16.15.255,172.16.32.0},1,10.0.2.100,80 \
	192.168.{5.3,5.8,9.8,9.10},1,10.0.2.100,80
tried "the first and the last do" "2 2 2 1 0 0 0 0 0 0 0 0" tcp \
	{10.32.0.0,10.63.255.255,172.16.16.0,172.16.31.255},1,10.0.2.100,80 \
	192.168.{5.4,5.7,9.9},1,10.0.2.100,80
all=ffff:ffff:ffff:ffff
tried "IPv6: neighbours" "2 2 2 1 0 0 0 0 0 0 0 0" tcp \
	fd00:{9:0:7f:$all,9:0:100::,a:0:0:7${all#f},a:0:1::},1,fd00:2::100,80
tried "IPv6: the first and the last" "2 2 2 1 2 2 0 0 0 0 0 0" tcp \
	fd00:{9:0:80::,9:0:ff:$all,a:0:0:8000::,a:0:0:$all},1,fd00:2::100,80
tried "to a prefix" "2 2 2 1 2 2 2 0 0 0 0 0" tcp 10.0.1.1,1,10.0.2.{75,76,79,80},80
tried "IPv6: to a prefix" "2 2 2 1 2 2 2 2 0 0 0 0" tcp fd00:1::1,1,fd00:2::{4d,4e,4f,50},80
tried "ports: neighbours" "2 2 2 1 2 2 2 2 0 0 0 0" udp \
	10.0.1.1,1,10.0.2.100,{4999,5010,5999,6001} 10.0.1.1,{6999,7002,65534},10.0.2.100,1
tried "ports: the first and the last" "2 2 2 1 2 2 2 2 2 1 2 1" udp \
	10.0.1.1,1,10.0.2.100,{5000,5009,6000} 10.0.1.1,{7000,7001,65535},10.0.2.100,1
ok "each that matched was refused, of the last" box_counters_are R refused-rule=6
ok "bits beyond a prefix are a mistake" not rule R from 10.0.17.0/20 reject

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
