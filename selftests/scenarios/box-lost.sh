#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boxes forget: a silent connection after the time that they granted, unless they are
# asked again; and all of them when they restart.  The hosts announce again what is still
# alive, by themselves.
#
# Time limit: 600
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 47

routed
for h in A B; do conf $h udp_encap=0; done
capture A-R B-R
box() {
	modprobe csp_mbox
	ctl R box set udp_timeout 4000 linger 1000
	rule R in to-a accept
}
stateful_firewall R
box
level=0 refresh=2539
set_refresh() { tell "$1" setopt $level $refresh "0${2}000000"; }	# NAME 0|1
more() { [ "$(counter "$1" "$2")" -gt "$3" ]; }	# HOST COUNTER N
granted() { tell "$1" info && [ "$(field timeout)" = "$2" ]; }	# NAME MS
# The module goes, and what conntrack knows with it: so does a reboot. Nothing passes
# meanwhile, or a Setup might that conntrack still knows, and tell that there is no box.
forwarding() { on R sysctl -q "net.ipv4.ip_forward=$1" "net.ipv6.conf.all.forwarding=$1"; }
restart() {
	forwarding 0
	rmmod csp_mbox
	on R conntrack -F >/dev/null 2>&1
	box
	forwarding 1
}

# --- silence ---------------------------------------------------------------------------------------

phase silent
listener server B udp 0.0.0.0 5000 prefer
client client A udp 10.0.2.2 5000 require 40000
set_refresh client 1
connect client
ok "a datagram" passes client server 100
wait_for is_state client established
tell server connect 10.0.1.1 40000
is "four seconds are granted" "$(holes R state) $(holes R granted_ms)" "open 4000"
before=$(counter A refresh-out)
ok "boxes are asked again, and again" wait_for more A refresh-out $((before + 1))
is "the silent pinhole is open" "$(holes R state)" open
ok "for what the other end has to say" passes server client 100
is "nothing was dropped" "$(hits R dropped)" 0
ok "the Setup was not needed again" counters_are A setup-again=0
is "what was said" "$(messages A-R@silent | sed -n 1,4p)" "$(cat <<-END
	A > B: Setup(UDP, A,40000 <-> B,5000) + UDP data 100
	B > A: OK(Timeout=4s)
	A > B: Change(UDP, A,40000 <-> B,5000)
	B > A: OK(Timeout=4s)
END
)"
set_refresh client 0
ok "nobody asks any more: it closes" wait_for no_holes R
ok "to the other end" lost server client 100 R

# --- a pinhole that is gone ----------------------------------------------------------------------------

count_from_here A
ok "a program asks for more time" wish client 60000
ok "the box knows nothing of it: it is opened again" wait_for holes_are R state open
ok "by the Setup" counters_are A setup-again=1
ok "for as long as was asked" wait_for granted client 60000
ok "datagrams come in" passes server client 100
ok "and go out" passes client server 100
quit client server
quiet A B
wait_for no_holes R

# The responder asks, too: it is never told in a Setup.
listener server B udp 0.0.0.0 5000 prefer
client client A udp 10.0.2.2 5000 require 40001
connect client
passes client server 100
wait_for is_state client established
tell server connect 10.0.1.1 40001
before=$(counter B refresh-out)
ok "a responder wants it open" set_refresh server 1
ok "is told for how long it is" wait_for granted server 4000
ok "and asks again" wait_for more B refresh-out $((before + 1))
is "the pinhole is open" "$(holes R state)" open
quit client server
quiet A B
wait_for no_holes R

# TCP that speaks needs nobody to ask.
ctl R box set tcp_timeout 4000
listener server B tcp 0.0.0.0 80 prefer
client client A tcp 10.0.2.2 80 require
set_refresh client 1
ok "TCP" connect client
tell server accept
before=$(counter A refresh-out)
ok "data for longer than that" exchange client server 600k 100k
is "asks for nothing" "$(counter A refresh-out)" "$before"
ok "silence does" wait_for more A refresh-out "$before"
is "the pinhole is open" "$(holes R state)" open
quit client server
quiet A B
ctl R box set tcp_timeout default
wait_for no_holes R

# --- a restart --------------------------------------------------------------------------------------------

phase restart
count_from_here A B
timeouts() { on "$1" nstat -asz TcpExtTCPTimeouts | awk '/TCPTimeouts/ { print $2 }'; }	# HOST
before=$(timeouts A)
listener server B tcp 0.0.0.0 80 prefer
ok "TCP, and the box restarts" dial client A tcp 10.0.2.2 80 require 40002
tell server accept
ok "data" exchange client server 10k
restart
ok "nothing is open" no_holes R
ok "data all the same" exchange client server 10k
is "the pinhole" "$(holes R state) $(holes R src) $(holes R dport)" "open 10.0.1.1 80"
quit client server
ok "both ends forget the connection" quiet A B
phase restarted
# Once more for each time that TCP has sent its own again, from the third on.
again=$(since A setup-again) timeouts=$(($(timeouts A) - before))
note "TCP timed out $timeouts times, the Setup was sent again $again times"
is "the Setup was sent again" $((again >= 1 && again <= timeouts - 2)) 1
ok "nothing else was done about it" counters_are A setup-out=1 move-out=0
setups() { messages "$@" | grep -c 'A > B: Setup'; }
is "each was a transaction of its own" $(($(setups A-R@restart) - 1)) "$again"
ok "the responder found that he knew it, each time" counters_are B setup-in=1 \
	setup-dup=$(($(setups -r B-R@restart) - 1))
is "messages" "$(messages A-R@restart | awk '!seen[$0]++')" "A > B: Setup(TCP, A,40002 <-> B,80) + SYN
B > A: OK(Timeout=7440s)
A > B: Setup(TCP, A,40002 <-> B,80)
A > B: Detach(TCP, A,40002 <-> B,80)
B > A: OK"

phase silent-restart
listener server B udp 0.0.0.0 5000 prefer
client client A udp 10.0.2.2 5000 require 40003
set_refresh client 1
connect client
passes client server 100
wait_for is_state client established
tell server connect 10.0.1.1 40003
count_from_here A
restart
ok "silent UDP that is kept open notices" wait_for holes_are R state open
ok "when the box does not answer" counters_are A setup-again='>0'
ok "datagrams come in" passes server client 100

quit client server
quiet A B
wait_for no_holes R

# --- one tells of all -----------------------------------------------------------------------------------

phase epoch
listener server B udp 0.0.0.0 5000 prefer
for i in 1 2 3; do
	dial silent$i A udp 10.0.2.2 5000 require 4001$i
	passes silent$i server 100
done
ctl R box set udp_timeout 60000
# A box is known by when it began, in seconds.
sleep_past() { [ $((SECONDS - began)) -gt 4 ]; }
began=$SECONDS
listener other B tcp 0.0.0.0 80 prefer
dial web A tcp 10.0.2.2 80 require
tell other accept
count_from_here A
wait_for sleep_past
restart
ok "nothing is open" no_holes R
dial new A udp 10.0.2.2 5000 require 40020
ok "a new connection" passes new server 100
all_open() { [ "$(ctl R -j pinhole | jq '[.[] | select(.state == "open")] | length')" = "$1" ]; }	# N
ok "tells of the restart: all are announced again" wait_for all_open 5
ok "each once" counters_are A box-lost=1 setup-again=4
quit silent1 silent2 silent3 new

# The other end of a download has nothing to send, and so nothing to notice.
conf A box_check=1
began=$SECONDS
wait_for sleep_past
restart
ok "who only waits asks now and then" wait_for all_open 1
ok "and gets what the other end has to say" exchange web other 10k
conf A box_check=0
quit web other server

# IPv6, and identifiers of a move.
phase moved
quiet A B
listener server B tcp :: 80 prefer
dial client A tcp fd00:2::2 80 require
tell server accept
exchange client server 10k
roam A:eth0 fd00:3::1/64 fd00:3::fe
ok "IPv6: the client moves" wait_for moved A 1
exchange client server 10k
restart
ok "the box restarts: data all the same" exchange client server 10k
