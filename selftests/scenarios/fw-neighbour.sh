#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whoever has a pinhole to a host, and so its identifiers, asks the firewall by a move for one
# to other ports, and to other hosts: it opens what the connection has, and else what a Setup
# would.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 28

# C is a neighbour of A.
routed
host C
link C:eth0 R:to-c
addr R:to-c 10.0.7.254/24
addr C:eth0 10.0.7.7/24
default_via C 10.0.7.254
for dev in to-a to-c; do ip -n csp-R link set $dev group 9; done
addr B:eth0 10.0.5.2/24 C
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
rule R in to-a to 10.0.2.2 accept
ctl R box set udp_timeout 120000

entry() { on R grep -q "$1" /proc/net/nf_conntrack; }	# PATTERN

listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "a connection, from inside" passes client server 100
wait_for is_state client established
cid=$(holes R cid) peer=$(holes R peer_cid)
ids=0
# A move that has the right identifier, and no key.
move() { # HOST SRC DST DCID CONN [WORD...]
	ids=$((ids + 1))
	speak "$1" "$2" "$3" attach xid=$((90 + ids)) moving "dcid=$4" \
		"id=$(printf 'f0f0f0f0f0f0f0%02x' $ids)" "conn=$5" "${@:6}"
}

# --- another host --------------------------------------------------------------------------

count_box R
plain_udp outside B 4444 10.0.7.7 5300
plain_udp inside C 5300 10.0.2.2 4444
ok "the neighbour is not to be reached" lost outside inside 100 R
move B 10.0.2.2 10.0.7.7 "$cid" udp,10.0.2.2,4444,10.0.7.7,5300
ok "a move to there is refused" wait_for box_counters_are R refused-ruleset=1
ok "nothing is open" not entry "dport=5300"
ok "nothing comes in" lost outside inside 100 R
ok "counted" box_counters_are R provisional=0 moved=0
move B 10.0.2.2 10.0.7.7 "$cid" udp,10.0.2.2,4444,10.0.1.1,40000
ok "nor one that speaks of another host than it goes to" wait_for box_counters_are R not-believed=1
ok "nothing is open" not entry "sport=4444"
move B 10.0.2.2 10.0.1.1 "$cid" udp,10.0.2.2,4444,10.0.7.7,5300
ok "and goes to the right one" wait_for box_counters_are R provisional=1
ok "that gets what the connection has" entry "sport=4444 dport=40000"
ok "and no more" not entry "dport=5300"
ok "nothing comes in to the neighbour" lost outside inside 100 R

# --- other ports ---------------------------------------------------------------------------

move B 10.0.2.2 10.0.1.1 "$cid" udp,10.0.2.2,4445,10.0.1.1,22
ok "another port of the host" wait_for box_counters_are R provisional=2
ok "is not opened" not entry "dport=22 "
ok "but its own" entry "sport=4445 dport=40000"
move B 10.0.2.2 10.0.1.1 "$cid" udp,10.0.2.2,4253,10.0.1.1,40000
ok "nor is that of signalling a port of data" wait_for box_counters_are R not-believed=2
ok "counted" box_counters_are R moved=0 refused-ruleset=1
ctl R box set provisional 1000
move B 10.0.2.2 10.0.1.1 "$cid" udp,10.0.2.2,4446,10.0.1.1,40000
ok "what nobody confirms ends by itself" wait_for box_counters_are R unanswered='>0'
ok "with its entry" wait_for not entry "sport=4446"
ctl R box set provisional default

# --- a rule for it ---------------------------------------------------------------------------

count_box R
place=udp,10.0.1.1,40000,10.0.5.2,5000
move A 10.0.1.1 10.0.5.2 "$peer" $place
ok "from inside, to where the rules do not allow it" wait_for box_counters_are R refused-ruleset=1
ok "nothing is open" not entry "dst=10.0.5.2 .*sport=40000"
reject=$(ctl R -j rule add to 10.0.5.2 reject | jq .id)
move A 10.0.1.1 10.0.5.2 "$peer" $place
ok "or forbid it" wait_for box_counters_are R refused-rule=1
ctl R rule del "$reject"
rule R in to-a to 10.0.5.2 accept
move A 10.0.1.1 10.0.5.2 "$peer" $place
ok "or do: it is open" wait_for entry "dst=10.0.5.2 .*sport=40000"
ok "counted" box_counters_are R refused-ruleset=1 refused-rule=1 provisional=1 moved=0

# --- the connection ----------------------------------------------------------------------------

is "its pinhole is where it was" "$(holes R src) $(holes R dst) $(holes R state)" "10.0.1.1 10.0.2.2 open"
ok "data goes on" passes client server 100
quit client server outside inside
ok "both ends forget it" quiet A B
ok "and the box" wait_for no_holes R
