#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Ten thousand rules: the first that matches decides, wherever it was put, and a Setup
# costs what it costs with one.  Nobody gets a pinhole by which another's would be found.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 15

routed
stateful_firewall R
many() { on "$1" "$lib/many_rules.py" "${@:2}"; }
# Rejected by the last rule, so that no pinhole is made.
# The best of several: others use the machine, too.
cost() { for _ in {1..5}; do many A time 100 10.0.1.1 10.0.2.77 9; done | sort -n | head -n 1; }

rule R to 10.0.2.77 dport 9 reject
count_box R
one=$(cost)
ok "all Setups are judged" wait_for box_counters_are R setups=500 refused-rule=500
ctl R rule flush >/dev/null
many R add 10000
is "ten thousand rules" "$(ctl R box stats rules)" 10000
rule R to 10.0.2.77 dport 9 reject
count_box R
all=$(cost)
ok "all Setups are judged" wait_for box_counters_are R setups=500 refused-rule=500
note "microseconds for a Setup: $one with one rule, $all with 10001"
ok "at much the same cost" [ "$all" -lt $((3 * one)) ]
is "each is shown" "$(ctl R -j rule | jq length)" 10001
is "in order" "$(ctl R -j rule | jq '[.[].id] == ([.[].id] | sort)')" true

# The numbers by which rules are in order have no gap left after some dozens of these.
many R insert 200
rule R dport 60000 accept
count_box R
speak A 10.0.1.1 10.0.2.77 setup id=0101010101010101 conn=tcp,10.0.1.1,1,10.0.2.77,60000
ok "the first that matches decides" wait_for box_counters_are R refused-rule=1
is "which is the one inserted last" "$(ctl R -j rule | jq -r '.[0] | "\(.text) \(.hits)"')" "199 1"
is "and nothing else" "$(ctl R -j rule | jq '[.[] | select(.text) | .hits] | add')" 1
ctl R box set max_rules 10202
ok "no more than max_rules" not ctl R rule add accept
is "flush" "$(ctl R rule flush)" "10202 rules deleted"
speak A 10.0.1.1 10.0.2.77 setup id=0101010101010102 conn=tcp,10.0.1.1,1,10.0.2.77,60000
ok "and nothing is left" box_counters_are R refused-rule=1

# What is said to an identifier is about one connection.
rule R accept
count_box R
setup() { # ID,NEXT PORT
	speak A 10.0.1.1 10.0.2.77 setup "id=$1" "conn=tcp,10.0.1.1,$2,10.0.2.77,80"
}
setup 0202020202020202,0303030303030303 1
ok "a Setup is accepted" wait_for box_counters_are R provisional=1
setup 0404040404040404,0303030303030303 2
ok "another one with the next identifier of that is not" wait_for box_counters_are R setup-busy=1
ok "and gets no pinhole" box_counters_are R provisional=1
