#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A firewall at its limits of pinholes, and of those that wait for their OK.  X fills them,
# from where he is and with every nonce echoed; what A asks for is opened all the same.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/greedy.sh"

plan 16

routed
host X
link X:eth0 R:to-x X-R
addr R:to-x 10.0.7.254/24
addr X:eth0 10.0.7.66/24
default_via X 10.0.7.254
for h in A B X R; do conf $h udp_encap=0 reply_rate=1000000; done
# Nobody is there, and nobody says so.
ip -n csp-R neigh add 10.0.2.77 lladdr 02:00:00:00:00:77 dev to-b
stateful_firewall R
rule R in to-a accept
rule R in to-x accept
conf X default_mode=2
listener flooded B udp 0.0.0.0 5000 prefer
listener server B udp 0.0.0.0 5001 prefer

# --- all of them ------------------------------------------------------------------------------------

ctl R box set max_pinholes 64 linger 0
count_box R
greedy udp 10.0.2.2 5000 100
ok "X gets half of max_pinholes, and an eighth of it" wait_for box_counters_are R confirmed=40 refused-full=60
ok "of this eighth it was to echo a nonce" box_counters_are R cookie-ok=">7" cookie-bad=0
ok "what A asks for is opened" dial client A udp 10.0.2.2 5001 require
ok "and data passes" passes client server 100
ok "confirmed" box_counters_are R confirmed=41
no_more
quit client
ok "all ends at the hosts" quiet A B X
ok "and at the box" wait_for no_holes R

# --- those that wait --------------------------------------------------------------------------------

ctl R box set max_waiting 64 max_pinholes 1048576 provisional 60000
count_box R
greedy udp 10.0.2.77 99 100
ok "X gets half of max_waiting, and an eighth of it" wait_for box_counters_are R provisional=40 refused-full=60
ok "of this eighth it was to echo a nonce" box_counters_are R cookie-ok=">7" cookie-bad=0
is "there are no more" "$(holes R state | sort | uniq -c | xargs)" "40 provisional"
is "all of them wait" "$(box_counter R waiting) $(box_counter R pinholes)" "40 40"
# In A's name, without an echo.
for id in a1 a2 a3 a4 a5 a6 a7 a8 a9; do
	speak X 10.0.1.1 10.0.2.77 setup "id=${id}00000000000001" conn=udp,10.0.1.1,7000,10.0.2.77,99
done
ok "forged Setups are asked" wait_for box_counters_are R cookie-out=">16" provisional=40
ok "what A asks for is opened" dial client A udp 10.0.2.2 5001 require
ok "and data passes" passes client server 100
ok "confirmed" box_counters_are R confirmed=1 provisional=41
no_more
quit client server
ok "all ends at the hosts" quiet A B X
