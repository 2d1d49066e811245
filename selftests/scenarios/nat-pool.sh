#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NAT that lends one of several addresses, or of a range of ports: what nf_nat has chosen is
# what the Redirect says, and what data gets.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 53

behind_nat
addr D:eth0 fd00:7::1/64
ip -n csp-R addr add fd00:7::fe/64 dev to-d nodad
default_via D fd00:7::fe
addr B:eth0 10.0.2.3/24 B3
ctl R box set enable 1 linger 1000
capture A-R

# The address, and the port, under which the peer knows a socket.
lent() { tell "$1" names; field peer; }	# NAME of the peer's socket
in_pool() { [[ ${1%,*} =~ ^(10\.9\.0\.1|fd00:9::1)[0-2]$ ]]; }	# ADDR,PORT
# The same as conntrack has it, of the connection from an address to a port.
# shellcheck disable=SC2016 # awk
mapped() { # FROM DPORT
	on R awk -v from="src=$1" -v to="dport=$2" 'index($0, from " ") && index($0, to " ") {
		n = split($0, w); k = 0
		for (i = 1; i <= n; i++) {
			if (w[i] ~ /^dst=/) addr = substr(w[i], 5)
			if (w[i] ~ /^dport=/) port = substr(w[i], 7)
		}
		print addr "," port }' /proc/net/nf_conntrack
}

# --- several addresses ----------------------------------------------------------------------------

phase pool
nat "snat ip to 10.9.0.10-10.9.0.12"
count_box R
listener server B tcp 0.0.0.0 80 prefer
ok "a NAT with three addresses: A connects" dial client A tcp 10.0.2.2 80 require 40000
tell server accept
a=$(lent server)
ok "it has one of them, and its port" in_pool "$a"
is "the port is its own" "${a#*,}" 40000
is "the one that conntrack has" "$(mapped 10.0.1.1 80)" "$a"
ok "data" exchange client server 50k
for n in 10 11 12; do named 10.9.0.$n P$n; done
ok "what it was told" expect_messages A-R@pool <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	R > A: Redirect(TCP, A:P${a:7:2},40000 <-> B,80, by R)
	A > B: Setup(TCP, A:P${a:7:2},40000 <-> B,80) + SYN
	B > A: OK(TCP, A:P${a:7:2},40000 <-> B,80, Timeout=7440s)
END
tell server use 0
ok "another host connects from the same port" dial other D tcp 10.0.2.2 80 require 40000
tell server accept
d=$(lent server)
ok "it has one of them, too" in_pool "$d"
is "which is the one that conntrack has" "$(mapped 10.0.7.1 80)" "$d"
is "and not the first one's name" "$([ "$a" != "$d" ]; echo $?)" 0
ok "data" exchange other server 50k
tell server use 1
ok "data of the first" exchange client server 50k
ok "counted" box_counters_are R nat-reserved=2 nat-redirected=2 nat-clash=0 confirmed=2 not-believed=0
quit client other server
ok "all forget it" quiet A B D
ok "and the NAT" wait_for no_holes R
no_firewall R

# --- always the same one -----------------------------------------------------------------------------

nat "snat ip to 10.9.0.10-10.9.0.12 persistent"
listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.2.2 80 require 40001
tell server accept
first=$(lent server)
tell server use 0
dial client A tcp 10.0.2.3 80 require 40002
tell server accept
second=$(lent server)
tell server close
is "persistent: to another host by the same address" "$second" "${first%,*},40002"
quit client server
quiet A B
wait_for no_holes R
no_firewall R

# --- a range of ports -----------------------------------------------------------------------------------

phase ports
nat "meta l4proto tcp snat ip to 10.9.0.10:50000-50002"
listener server B tcp 0.0.0.0 80 prefer
seen=()
for port in 40010 40011; do
	ok "three ports: A connects" dial client A tcp 10.0.2.2 80 require $port
	tell server accept
	seen+=("$(lent server)")
	is "its socket has the port that was lent" "$(names client)" "10.0.1.1,${seen[-1]#*,} *"
	tell server use 0
done
ok "another host, too" dial other D tcp 10.0.2.2 80 require 40010
tell server accept
seen+=("$(lent server)")
ok "data" exchange other server 50k
is "each has another one of them" "$(printf '%s\n' "${seen[@]}" | sort | xargs)" \
	"10.9.0.10,50000 10.9.0.10,50001 10.9.0.10,50002"
client client A tcp 10.0.2.2 80 require 40012
count_box R
ok "a fourth gets none" not connect client
is "and is told so" "$(why client)" "full ENOBUFS"
ok "counted" box_counters_are R refused-full=1 refused-ruleset=0
tell server use 3
ok "what is there goes on" exchange other server 10k
quit other
tell server close
quiet D
tell client close
room() { dial client A tcp 10.0.2.2 80 require 40013; }
ok "when one has gone there is room" wait_for room
quit client server
quiet A B
wait_for no_holes R
no_firewall R

# Whom the administrator refuses meets nobody who has his port.
nat "meta l4proto udp snat ip to 10.9.0.10:50000"
on R nft add chain inet test late \
	'{ type filter hook postrouting priority srcnat + 10; udp dport 81 drop; }'
refused() { # ADDR PORT: D's first datagram
	dial other D udp "$@" require 40014
	tell other send 10
	not tell other recv 10
}
count_box R
listener server B udp 0.0.0.0 80 prefer
dial client A udp 10.0.2.2 80 require 40014
ok "one port, of UDP" passes client server 100
is "the socket has it" "$(names client)" "10.0.1.1,50000 *"
ok "another host gets none" refused 10.0.2.2 80
is "and is told so, too" "$(why other)" "full ENOBUFS"
quit other
ok "who would get one, but may not" refused 10.0.2.2 81
is "is told that" "$(why other)" "policy EACCES"
ok "counted" box_counters_are R nat-reserved=1 refused-full=1 refused-ruleset=1
quit client other server
quiet A B D
wait_for no_holes R
no_firewall R

phase random
nat "meta l4proto { tcp, udp } snat ip to 10.9.0.10-10.9.0.12:50000-50999 fully-random"
for proto in tcp udp; do
	listener server B $proto 0.0.0.0 80 prefer
	ok "$proto, at random from both" dial client A $proto 10.0.2.2 80 require 40020
	if [ $proto = tcp ]; then
		tell server accept
	else
		passes client server 100
		wait_for is_state client established
		a=$(mapped 10.0.1.1 80)
		tell server connect "${a%,*}" "${a#*,}"
	fi
	a=$(lent server)
	is "the one that conntrack has" "$(mapped 10.0.1.1 80)" "$a"
	is "the socket knows the port" "$(names client)" "10.0.1.1,${a#*,} *"
	quit client server
	ok "given up" quiet A B
	wait_for no_holes R
done
no_firewall R

# --- IPv6 ----------------------------------------------------------------------------------------------

# As conntrack writes it.
long() { # fd00:9::X,PORT
	local last=${1#fd00:9::}
	printf 'fd00:0009:0000:0000:0000:0000:0000:%04x,%s' $((16#${last%,*})) "${last#*,}"
}
phase v6
nat "snat ip6 to fd00:9::10-fd00:9::12"
count_box R
count_from_here A B
listener server B tcp :: 80 prefer
ok "IPv6: A connects" dial client A tcp fd00:2::2 80 require 40030
tell server accept
a=$(lent server)
ok "by one of three addresses" in_pool "$a"
is "the one that conntrack has" "$(mapped fd00:0001:0000:0000:0000:0000:0000:0001 80)" "$(long "$a")"
roam A:eth0 fd00:3::1/64 fd00:3::fe
ok "A moves" wait_for moved A 1
moved_to=$(lent server)
ok "and has one of them again" in_pool "$moved_to"
is "which conntrack has" "$(mapped fd00:0003:0000:0000:0000:0000:0000:0001 80)" "$(long "$moved_to")"
ok "data" exchange client server 50k
ok "counted" box_counters_are R nat-reserved=2 nat-redirected='>1' moved=1 confirmed=1
quit client server
ok "given up" quiet A B
ok "and the mapping with it" wait_for no_holes R
