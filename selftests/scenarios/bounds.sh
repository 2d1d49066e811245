#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A host at its limits: of packets that wait, of Setups whose transport does not connect,
# of connections, of peers remembered, and of boxes heard of.  Each is filled by X, who is
# where he says and echoes what he is asked; A is served all the same.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/greedy.sh"

plan 32

# X 10.0.0.66 -- R, a switch -- A 10.0.0.1, B 10.0.0.2
host A B X R
ip -n csp-R link add br0 type bridge
ip -n csp-R link set br0 up
for h in A B X; do
	link $h:eth0 "R:to-${h,}"
	ip -n csp-R link set "to-${h,}" master br0
done
addr A:eth0 10.0.0.1/24
addr B:eth0 10.0.0.2/24
addr X:eth0 10.0.0.66/24
for h in A B X; do conf $h udp_encap=0 reply_rate=1000000; done
conf X default_mode=2

burst() { on X "$lib/greedy.py" burst "$@"; }

# --- packets that wait for the OK -----------------------------------------------------------------

deaf B
count_from_here X
is "what the queue has no room for is lost, as in that of a device" \
	"$(burst 10.0.0.2 5000 100)" "sent 100"
ok "64 were held" counters_are X held=64 setup-out=1
ok "the rest was dropped, and those as well when the socket was gone" counters_are X held-drop=100
count_from_here X
is "who asks to be told is told" "$(burst 10.0.0.2 5000 100 recverr)" "ENOBUFS 36 sent 64"
ok "the rest was dropped here, too" counters_are X held=64 held-drop=100

conf X max_held=32
is "with half of max_held held, one connection may hold eight" \
	"$(burst 10.0.0.2 5000 100 recverr 16)" "ENOBUFS 92 sent 8"
is "with all of it, none" "$(burst 10.0.0.2 5000 100 recverr 32)" "ENOBUFS 100"
conf X max_held=65536
no_firewall B
ok "nothing is held any more" quiet X

# --- Setups whose transport does not connect --------------------------------------------------------

listener server B tcp 0.0.0.0 80 prefer
conf B max_embryonic=64 embryonic_timeout=600000
# They are answered, but the SYNs of X go no further.
firewall B <<-END
	chain in {
		type filter hook input priority filter;
		ip saddr 10.0.0.66 tcp dport 80 drop
	}
END
count_from_here B
greedy tcp 10.0.0.2 80 100
ok "X gets half of max_embryonic, and an eighth of it" wait_for counters_are B setup-in=40 reject-full=60
ok "of this eighth it was to echo a nonce" counters_are B cookie-ok=">7" cookie-bad=0
ok "A is served" dial client A tcp 10.0.0.2 80 require
tell server accept
ok "as ever" exchange client server 10k
# Under A's name, what does not echo is not counted.
for id in a1 a2 a3 a4 a5 a6 a7 a8 a9; do
	on X "$lib/say.py" 10.0.0.1 10.0.0.2 setup "id=${id}00000000000001" "conn=tcp,10.0.0.1,7000,10.0.0.2,80"
done
ok "forged Setups take nothing of A's share" wait_for counters_are B cookie-out=">17" setup-in=41
quit client server
listener server B tcp 0.0.0.0 80 prefer
ok "A is served again" dial client A tcp 10.0.0.2 80 require
no_more
quit client server
conf B embryonic_timeout=1000
ok "and all is forgotten" quiet A B X
no_firewall B

# --- connections ------------------------------------------------------------------------------------

listener server B udp 0.0.0.0 5000 prefer
conf B max_flows=64 cookies=2
count_from_here B
greedy udp 10.0.0.2 5000 60
ok "X, who echoes each time, gets half of max_flows" wait_for counters_are B setup-in=32 reject-full=28
ok "none was forgotten for it" counters_are B flow-evicted=0 flow-full=0
ok "A is served" dial client A udp 10.0.0.2 5000 require
tell client send 100
ok "as ever" wait_for is_state client established
no_more
quit client server
ok "all ends" quiet A B X

# Who has gone may not have said so: a socket of UDP forgets its oldest connection.
listener server B udp 0.0.0.0 5000 prefer
conf B max_flows=2
count_from_here B
for port in 5001 5002 5003; do
	dial client A udp 10.0.0.2 5000 require $port
	datagram client server 10
done
ok "of three connections to it the first is forgotten" counters_are B setup-in=3 flow-evicted=1 \
	reject-full=0
tell client use 0
ok "its data goes on" datagram client server 10
quit client server
ok "all ends" quiet A B
conf B max_flows=1048576 cookies=1

# --- peers ---------------------------------------------------------------------------------------------

listener server B udp 0.0.0.0 5000 prefer
conf A max_peers=4
count_from_here A
for n in {101..108}; do
	ip -n csp-B addr add "10.0.0.$n/24" dev eth0
	dial client A udp "10.0.0.$n" 5000 require
	datagram client server 10
	quit client
	quiet A
done
pass "connections to more peers than max_peers"
ok "the oldest are forgotten" counters_are A peer-evicted=">3" setup-ok=8
ok "there are no more than four" test "$(ctl A -j peer | jq length)" -le 4
quit server
ok "all ends" quiet A B

# --- boxes heard of ------------------------------------------------------------------------------------

deaf B
nsenter --net=/run/netns/csp-B -- "$lib/odd_peer.py" eth0 10.0.0.2 10.0.0.{101..105} >"$tmp/odd" &
daemons+=($!)
wait_for grep -q ready "$tmp/odd"
conf X box_check=0
count_from_here X
all=()
through_boxes() { greedy udp "$1" 2020 "$2"; all+=("$greedy"); }	# ADDR N
through_boxes 10.0.0.2 20
ok "of the 40 boxes that one peer tells of half a table is remembered" \
	wait_for counters_are X setup-ok=20 box-full=8
for n in {101..105}; do through_boxes "10.0.0.$n" 4; done
ok "of four more peers an eighth each; then there is no room" \
	wait_for counters_are X setup-ok=40 box-full=16
greedy udp 10.0.0.2 2021 1
ok "that a box has restarted is noticed" wait_for counters_are X box-lost=1 setup-again=1
ok "not of one that is not remembered" counters_are X setup-ok=41 box-full=17
no_more
kill "${all[1]}"
unset "all[1]"
flows_left() { [ "$(ctl X -j flow | jq length)" = "$1" ]; }
wait_for flows_left 36
through_boxes 10.0.0.105 4
ok "what no connection goes through makes room" wait_for counters_are X setup-ok=45 box-full=17
for greedy in "${all[@]}"; do no_more; done
