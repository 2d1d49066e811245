#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A guarded host at its limit of those whom its off-path firewall lets in, and of the UDP
# ports that are for them alone.  Whoever there is no room for is told so, who was let in
# goes on, and room that is made is used.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 30

home_network ''
for h in A B H; do conf $h reply_rate=1000000; done
for n in {11..16}; do ip -n csp-A addr add "10.0.1.$n/24" dev eth0; done
agent_for H B --guard
ctl H box set grant_time 3600000
register_with H B
wait_for is_registered B
for n in {5000..5032}; do listener server B udp 0.0.0.0 "$n" prefer; done
tell server use 0
token=$(ctl H token new 10.0.9.9 many)

# Setups that the firewall lets in: each asks the host to serve one more.  The numbers that
# it gives them would not all be higher than the last by way of another processor.
show() { on A taskset -c 0 "$lib/spend.py" show "${home-10.0.9.9}" "$@"; }	# SOURCE N [SOURCE N]...
many() { # SOURCE N [SOURCE N]...: lines of "lets"
	local i
	mapfile -t lets < <(for ((i = 0; i < 200; i++)); do echo "${token#0x} udp ${port-5000}"; done |
		show "$@")
}
call() { # PORT: the first datagram is what asks
	client client A udp 10.0.9.9 "$1" require
	tell client setopt 0 2534 "${token#0x}"
	connect client
}
refused() {
	tell client send 100
	ok "there is no room for one more" not tell client recv 100
	tell client reject
	is "the client is told why" "$(field code)" full
	quit client
}
answered() { # by the server, to where the last datagram came from
	local from
	from=$(field from)
	tell server sendto "${from%,*}" "${from#*,}" 200
	from=$(field sum)
	tell client recv 200 && [ "$(field sum)" = "$from" ]
}
register_again() {
	ctl B register del 10.0.9.9
	wait_for empty B register
	register_with H B
	wait_for is_registered B
}

# --- those who are let in -----------------------------------------------------------------------------

count_from_here B
count_box H
many 10.0.1.11 130 10.0.1.12 34
is "one source gets half of 256 authorisations" "${lets[0]-}" "128 REDIRECT, 2 REJECT FULL"
is "another one an eighth" "${lets[1]-}" "32 REDIRECT, 2 REJECT FULL"
call 5000
ok "so that a client is served" datagram client server 100
ok "its datagram is answered" answered
many 10.0.1.13 34 10.0.1.14 34 10.0.1.15 33 10.0.1.16 2
is "a third has another eighth" "${lets[0]-}" "32 REDIRECT, 2 REJECT FULL"
is "a fourth" "${lets[1]-}" "32 REDIRECT, 2 REJECT FULL"
is "a fifth what is left" "${lets[2]-}" "31 REDIRECT, 2 REJECT FULL"
is "and a sixth nothing" "${lets[3]-}" "2 REJECT FULL"
ok "the host counts" counters_are B granted=256 'grant-refused=>11'
ok "so does the firewall" box_counters_are H 'guard-ok=>255' 'guard-refused=>11' guard-full=0
ok "who was let in goes on" datagram client server 300
ok "and is answered" answered
quit client
call 5000
refused

# --- room is made ------------------------------------------------------------------------------------------

count_from_here B
ctl H box set grant_time 1000
many 10.0.1.12 32
is "copies of Setups are those Setups" "${lets[0]-}" "32 REDIRECT"
ok "they get no more" counters_are B granted=0 'grant-again=>31'
ok "when their time is over they are forgotten" wait_for counters_are B grant-expired=32
ctl H box set grant_time 3600000
many 10.0.1.16 33
is "and there is room for another source" "${lets[0]-}" "32 REDIRECT, 1 REJECT FULL"
# A new registration begins with none.
register_again

# --- by IPv6 -----------------------------------------------------------------------------------------------

ip -n csp-R route add fd00:1::/48 via fd00:1::1
for n in 11::1 11::2 12::1; do ip -n csp-A addr add "fd00:1:0:$n/128" dev lo; done
home=fd00:9::9 agent_for H B --guard
home=fd00:9::9 agent=fd00:8::1 register_with H B
wait_for both_registered B
token=$(ctl H token new fd00:9::9 many)
listener server6 B udp :: 5100 prefer
home=fd00:9::9 port=5100 many fd00:1:0:11::1 65 fd00:1:0:11::2 65 fd00:1:0:12::1 34
is "a source is a /64" "${lets[0]-}, ${lets[1]-}" "65 REDIRECT, 63 REDIRECT, 2 REJECT FULL"
is "another one gets an eighth" "${lets[2]-}" "32 REDIRECT, 2 REJECT FULL"
ctl B register del fd00:9::9
ok "the other home address keeps its own" wait_for is_registered B
token=$(ctl H token new 10.0.9.9 many)

# --- ports that are for them alone ---------------------------------------------------------------------------

count_from_here B
count_box H
ports() { for n in {5000..5032}; do echo "${token#0x} udp $n"; done; }
is "32 UDP ports are for those who are let in, and no more" "$(ports | show 10.0.1.12 33)" \
	"32 REDIRECT, 1 REJECT FULL"
ok "the host counts" counters_are B granted=32 'grant-refused=>0' grant-plain=0
call 5032
refused
plain_udp plain A 7000 10.0.2.2 5032
tell server use 32
ok "its port is what it was: a plain datagram arrives" datagram plain server 100
quit plain
plain_udp plain A 7001 10.0.2.2 5031
tell plain send 10
ok "one that is shut stays so" not tell plain recv 10
is "to others" "$(field error)" ECONNREFUSED
quit plain
tell server use 31
call 5031
ok "and is served to whom the firewall lets in" datagram client server 100
quit client
register_again
tell server use 32
call 5032
ok "a new registration begins with none: that port is served" datagram client server 100
quit client server
