#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A firewall at its limits: its own, of pinholes that wait, and conntrack's.  The newest
# connection is refused, and is told so; nothing else is disturbed.  And what happens to
# pinholes is told to who watches.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 26

routed
for h in A B; do conf $h udp_encap=0; done
addr A:eth0 10.0.1.7/24 A7
named fd00:2::77 B77
named fd00:1::fe R6
# Nobody is there, and nobody says so.
ip -n csp-R neigh add 10.0.2.77 lladdr 02:00:00:00:00:77 dev to-b
ip -n csp-R neigh add 10.0.1.66 lladdr 02:00:00:00:00:66 dev to-a
stateful_firewall R "tcp dport 9 accept"
capture A-R
rule R in to-a accept
rule R in to-b out to-a ask-host
ctl R box set provisional 60000 udp_timeout 600000
max=$(sysctl -n net.netfilter.nf_conntrack_max)
cid=c0c0c0c0c0c0c0

by_hand() { # N WORD...: a Setup that nobody answers
	speak A 10.0.1.1 10.0.2.77 setup xid="$1" id="$cid$(printf %02x "$1")" \
		conn=udp,10.0.1.1,"$1",10.0.2.77,99
}
ask() { # N PORT: from outside, a host that is not there
	speak B 10.0.2.2 10.0.1.66 setup xid="$1" id="$cid$(printf %02x "$1")" \
		conn=udp,10.0.2.2,5000,10.0.1.66,"$2",forward
}
verdict() { tell "$1" reject; echo "$(field errno) $(field code) $(field text)"; }	# NAME
refused() { # NAME HOST tcp|udp ADDR PORT [MODE]
	client "$@"
	not connect "$1"
}
entries() { on R cat /proc/sys/net/netfilter/nf_conntrack_count; }
forgotten() { on R conntrack -S | grep -Eo '\<(early_)?drop=[0-9]+' | xargs; }

# What shall not be disturbed: TCP, and UDP in one direction, of which conntrack sees no
# answer.
listener server B tcp 0.0.0.0 80 prefer
listener server B udp 0.0.0.0 5000 prefer
dial first A tcp 10.0.2.2 80 require
tell server use 0
tell server accept
tcp=$(field sock)
dial second A udp 10.0.2.2 5000 require
tell server use 1
ok "UDP" passes second server 100
wait_for is_state second established
undisturbed() {
	tell server use "$tcp" && exchange first server 10k &&
		tell server use 1 && passes second server 100 &&
		[ "$(holes R state | grep -c open)" = 2 ]
}
ok "two pinholes" undisturbed
ok "conntrack takes both for assured" [ "$(on R grep -c ASSURED /proc/net/nf_conntrack)" = 2 ]
ok "and can be asked for them" [ "$(on R conntrack -L 2>/dev/null | grep -c ASSURED)" = 2 ]

# --- those that wait -------------------------------------------------------------------------

phase waiting
ctl R -v -j pinhole monitor -n 10 >"$tmp/events" 2>"$tmp/watcher" & watcher=$!
daemons+=("$watcher")
wait_for grep -q listening "$tmp/watcher"
# Without nonces: who has to echo one first is not one that waits.
ctl R box set max_waiting 3 cookies 0
count_box R
for i in 1 2 3; do by_hand $i; done
ok "three connections wait for their OK" wait_for box_counters_are R provisional=3
by_hand 4
ok "a fourth is refused" wait_for box_counters_are R refused-full=1 provisional=3
speak A fd00:1::1 fd00:2::77 setup xid=20 id="${cid}14" conn=udp,fd00:1::1,20,fd00:2::77,99
ok "so is one of IPv6" wait_for box_counters_are R refused-full=2 provisional=3
ok "each is told so" expect_messages A-R@waiting <<-END
	A > 10.0.2.77: Setup(UDP, A,1 <-> 10.0.2.77,99)
	A > 10.0.2.77: Setup(UDP, A,2 <-> 10.0.2.77,99)
	A > 10.0.2.77: Setup(UDP, A,3 <-> 10.0.2.77,99)
	A > 10.0.2.77: Setup(UDP, A,4 <-> 10.0.2.77,99)
	10.0.1.254 > A: Reject(FULL, "no room for more connections", by 10.0.1.254)
	A6 > B77: Setup(UDP, A6,20 <-> B77,99)
	R6 > A6: Reject(FULL, "no room for more connections", by R6)
END
ask 9 6000
ok "so is one that asks from outside" wait_for box_counters_are R refused-full=3 asked=1
ok "nothing else is disturbed" undisturbed
ctl R pinhole del "0x${cid}01"
by_hand 5
ok "where one has gone there is room" wait_for box_counters_are R provisional=4
for i in 2 3 5; do ctl R pinhole del "$cid"0$i; done
ask 10 6001
one_is() { grep -qx "$1" <(holes R state); }	# STATE
ok "also for who asks from outside" wait_for one_is asked
ctl R pinhole del "${cid}0a"
wait "$watcher"
is "all was told to who watches" "$(jq -r '"\(.event) \(.cid[14:])"' "$tmp/events" | xargs)" \
	"provisional 01 provisional 02 provisional 03 closed 01 provisional 05 closed 02 $(
	)closed 03 closed 05 asked 0a closed 0a"

# --- conntrack's table ---------------------------------------------------------------------------

# Others have filled it, by connections that are up, too.
n=150
others_are() { [ "$(on R grep -c 'dport=9 .*ASSURED' /proc/net/nf_conntrack)" = "$1" ]; }	# N
sock others-server B python3 "$lib/many.py" listen 9
wait_for listening B 9
sock others A python3 "$lib/many.py" client
tell others connect 10.0.2.2 9 $n
limit() { sysctl -q -w net.netfilter.nf_conntrack_max="$1"; }
# It is one for all namespaces.
unlimited() {
	local status=$?
	set +e
	limit "$max"
	(exit "$status")
	clean_up
}
trap unlimited EXIT

phase table
wait_for others_are $n
ask 11 6002
wait_for one_is asked
limit $(($(entries) + 2))
count_box R
ok "no room for another one" refused third A tcp 10.0.2.2 80 require
is "the client is told" "$(verdict third)" "ENOBUFS full no room for more connections"
ok "nor for one of IPv6" refused fourth A tcp fd00:2::2 80 require
is "it is told as well" "$(verdict fourth)" "ENOBUFS full no room for more connections"
quit fourth
speak A 10.0.1.7 10.0.2.2 setup xid=12 id="${cid}0c" conn=tcp,10.0.1.7,7,10.0.2.2,80
ok "also one that has not signalled before" wait_for box_counters_are R refused-full=3
speak A 10.0.1.66 10.0.2.2 ok reply xid=11 dcid="${cid}0b" id=d1d1d1d1d1d1d1d1
ok "nor is there when the consent comes" wait_for box_counters_are R refused-full=4 consented=0
ok "each was told so" expect_messages A-R@table <<-END
	B > 10.0.1.66: Setup(UDP, B,5000 -> 10.0.1.66,6002)
	A > B: Setup(TCP, A,* <-> B,80) + SYN
	10.0.1.254 > A: Reject(FULL, "no room for more connections", by 10.0.1.254)
	A6 > B6: Setup(TCP, A6,* <-> B6,80) + SYN
	R6 > A6: Reject(FULL, "no room for more connections", by R6)
	A7 > B: Setup(TCP, A7,7 <-> B,80)
	10.0.1.254 > A7: Reject(FULL, "no room for more connections", by 10.0.1.254)
	10.0.1.66 > B: OK*
END
ok "nothing else is disturbed" undisturbed
ok "neither what others have" others_are $n
is "conntrack has dropped nothing, and forgotten nothing early" \
	"$(forgotten | tr ' ' '\n' | sort -u | xargs)" "drop=0 early_drop=0"
limit "$max"
ok "where there is room again" dial third A tcp 10.0.2.2 80 require
tell server use 0
tell server accept
ok "it is used" box_counters_are R refused-full=4 confirmed=1
quit first second third
ok "given up" quiet A
