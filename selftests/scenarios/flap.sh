#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the ground does under live connections: addresses come and go faster than anyone
# can follow, interfaces are removed, the clock jumps, namespaces vanish in the middle of
# a move.  Data arrives as soon as there is a way, and nothing is left.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 17

routed 2ms
state_is_all() { [ "$(flows "$1" state | sort -u)" = "$2" ]; }	# HOST STATE
flap() { # N: of A's addresses; the last is 10.0.1.1
	local i net
	for ((i = 0; i < $1; i++)); do
		net=$((i % 2 ? 3 : 4))
		echo "addr flush dev eth0 scope global"
		echo "addr add 10.0.$net.1/24 dev eth0"
		echo "route replace default via 10.0.$net.254"
		[ $((i % 5)) != 0 ] || echo "addr flush dev eth0 scope global"
	done
	echo "addr flush dev eth0 scope global"
	echo "addr add 10.0.1.1/24 dev eth0"
	echo "route replace default via 10.0.1.254"
}

# --- addresses ------------------------------------------------------------------------------

talk A B 10.0.2.2
listener udp-server B udp 0.0.0.0 5000 prefer
dial udp-client A udp 10.0.2.2 5000 prefer 40001
datagram udp-client udp-server 100
start_trade client server 500k
wait_for past client 20000
for i in 1 2 3; do
	flap 30 | ip -n csp-A -4 -batch -
	wait_for state_is_all A established
done
ok "100 addresses later data arrives as it was sent" end_trade client server
is "where the client is" "$(place client | cut -d ' ' -f 1-3)" "10.0.1.1,40000 10.0.2.2,80 established"
ok "datagrams arrive" datagram udp-client udp-server 100
ok "no move was forged" counters_are B attach-bad-mac=0

# --- the clock --------------------------------------------------------------------------------

now=$(date +%s)
start_trade client server 300k
date -s "@$((now + 400 * 86400))" >/dev/null
roam A:eth0 10.0.3.1/24 10.0.3.254 C
wait_for state_is_all A established
date -s "@$((now - 30 * 86400))" >/dev/null
roam A:eth0 10.0.1.1/24 10.0.1.254 A
wait_for state_is_all A established
date -s "@$((now + 10))" >/dev/null
ok "a year ahead, a month behind: data arrives" end_trade client server
ok "a new connection" dial other A udp 10.0.2.2 5000 require
ok "works" datagram other udp-server 10
quit other udp-client udp-server

# --- interfaces ---------------------------------------------------------------------------------

start_trade client server 300k
wait_for past client 10000
ip -n csp-A link del eth0
ok "the interface is gone" wait_for state_is A homeless
link A:eth1 R:to-a
for n in 1 3 4; do ip -n csp-R addr add 10.0.$n.254/24 dev to-a; done
addr A:eth1 10.0.4.1/24
default_via A 10.0.4.254
ok "there is another: data arrives as it was sent" end_trade client server
is "by that" "$(place client | cut -d ' ' -f 1-3)" "10.0.4.1,40000 10.0.2.2,80 established"

# An interface that goes while what came by it still waits to be looked at.
ip -n csp-R link del to-b
link R:to-b B:eth2
ip -n csp-R addr add 10.0.5.254/24 dev to-b
addr B:eth2 10.0.5.2/24
default_via B 10.0.5.254
ok "the server's as well: it moves" wait_for path_is A 10.0.4.1 10.0.5.2
ok "data arrives" exchange client server 10k

# --- all of it ------------------------------------------------------------------------------------

# Both move at once, and are gone before they know of each other.
ip -n csp-A -4 addr flush dev eth1 scope global
ip -n csp-B -4 addr flush dev eth2 scope global
addr B:eth2 10.0.6.2/24
default_via B 10.0.6.254
wait_for state_is B moving
say client send 100k
quit client
# What has not been said yet would be tried for minutes.
on A ss -K >/dev/null
ip netns delete csp-A
ok "a namespace goes, homeless" wait_for ctl B stats flows
say server send 100k
quit server
on B ss -K >/dev/null
ip netns delete csp-B
ok "and one in the middle of a move" true
hosts=(R)
# What is left of a socket goes by RCU and works.
unloads() {
	wait_for -t 100 rmmod csp && return
	note "$(lsmod | grep '^csp ')" "$(grep '^TCP:' /proc/net/sockstat)" "namespaces: $(ip netns | xargs)"
	return 1
}
ok "the module can go" unloads
modprobe csp
host A
ok "and come again" ctl A stats flows
is "with nothing in it" "$(counter A flows)" 0
