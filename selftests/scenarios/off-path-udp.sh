#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An off-path firewall lets in datagrams: the host serves whom it lets in on the port
# that its socket is bound to, which is then shut to everybody else.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 72

home_network 5ms
dropper R
capture A-R B-R R-H
agent_for H B --guard
register_with H B
wait_for is_registered B
listener server B udp 0.0.0.0 5000 prefer
listener home B udp 10.0.9.9 5001 prefer

token() { ctl H token new 10.0.9.9 "$@"; }	# [WORD...]
call() { # TOKEN [OWN_PORT [PORT]]
	client client A udp 10.0.9.9 "${3-5000}" require "${2-}"
	[ -z "$1" ] || tell client setopt 0 2534 "${1#0x}"
	connect client
}
refused() { # CODE ERRNO
	ok "it is refused" not tell client recv 100
	is "$2" "$(field error)" "$2"
	tell client reject
	is "with the reason" "$(field code)" "$1"
	quit client
}
# Neither signalling nor data.
nothing_reached_it() { # PHASE
	expect_messages "B-R@$1" </dev/null && not grep -q . <(transport "B-R@$1")
}
answered() { # NAME: by the server, to where the last datagram came from
	local from
	from=$(field from)
	tell server sendto "${from%,*}" "${from#*,}" 200
	from=$(field sum)
	tell "$1" recv 200 && [ "$(field sum)" = "$from" ]
}
foreign() { # TEXT HOST MODE ADDR
	sock other "$2"
	client other "$2" udp "$4" 5000 "$3"
	connect other
	tell other send 10
	ok "$1" not tell other recv 10
	is "refused" "$(field error)" ECONNREFUSED
	quit other
}
over() { quit client; quiet A B; }

# --- who is not let in ------------------------------------------------------------------------------

phase refused
count_box H
count_from_here B
# None, one that was made up, for TCP, for another port, for somebody else, for another address.
for bad in "" "0x$(printf '%064d' 7)" "$(token proto tcp)" "$(token port 81)" \
	"$(token from 10.0.1.2)" "$(ctl H token new 10.0.9.8)"; do
	call "$bad"
	tell client send 100
	refused auth EKEYREJECTED
done
ok "the firewall counts" box_counters_are H 'guard-no-token=>0' \
	'guard-wrong=>4' guard-asked=0 home-relayed=0
ok "nothing reached the server" nothing_reached_it refused
ok "it counted nothing" counters_are B relay-in=0 relay-bad=0 granted=0 setup-in=0
phase in_time
short=$(token lifetime 1s)
# At a port that cannot be served: who is in time is told that.
expired() {
	call "$short" "" 5001
	tell client send 100
	! tell client recv 100 && tell client reject &&
		[ "$(field code)" = auth ] && [[ $(field text) == *expired ]] && return
	quit client
	return 1
}
wait_for expired
quit client
phase expired
count_box H
call "$short"
tell client send 100
refused auth EKEYREJECTED
ok "the firewall counts" box_counters_are H 'guard-expired=>0' guard-asked=0
ok "nothing reached the server" nothing_reached_it expired
count_from_here B
phase unserved
call "$(token)" 40001 5001
tell client send 100
refused no-listener ECONNREFUSED
ok "a socket bound to the home address cannot serve it: the server says so" \
	counters_are B granted=0 'grant-refused=>0' setup-in=0 grant-plain=0

# --- who is -------------------------------------------------------------------------------------------

phase in
count_from_here A B
count_box H
once=$(token from 10.0.1.0/24 proto udp port 5000)
call "$once" 40000
ok "a token: the first datagram arrives" datagram client server 100
from=$(field from)
tell client names
p3=$(field local | cut -d , -f 2)
is "to where the server is, on its port" "$(field peer)" 10.0.2.2,5000
is "from a port that the firewall chose" "$(field local) $from $((p3 >= 61000))" \
	"10.0.1.1,$p3 10.0.1.1,$p3 1"
datagram client server 150
ok "an answer does" answered client
ok "counters of the firewall" box_counters_are H 'guard-asked=>0' 'guard-ok=>0' \
	guard-refused=0 guard-in-use=0 'home-relayed=>0' home-redirected=0
ok "counters of the server" counters_are B 'relay-in=>0' granted=1 grant-refused=0 \
	grant-foreign=0 grant-plain=0 setup-in=1 relay-bad=0
ok "counters of the client" counters_are A redirect-in=1 vouch-ok=1 vouch-bad=0

phase foreign
count_from_here B
foreign "a plain datagram of another host" R off 10.0.2.2
foreign "one of the same host, from another port" A off 10.0.2.2
foreign "a Setup of another host" R require 10.0.2.2
ok "the server counts" counters_are B grant-plain=2 grant-foreign=1 setup-in=0
ok "data still passes" datagram client server 300

# --- it moves -----------------------------------------------------------------------------------------

phase move
count_from_here B
roam B:eth0 10.0.5.2/24 10.0.5.254 C
ok "the server moves" wait_for moved B 1
ok "the agent knows" wait_for is_at H away 10.0.5.2
ok "data still passes" datagram client server 400
ok "both ways" answered client
foreign "where it is now others are refused, too" R off 10.0.5.2
ok "the server counts" counters_are B grant-plain=1
roam B:eth0 10.0.2.2/24 10.0.2.254 B
wait_for moved B 2
wait_for is_at H away 10.0.2.2
over

phase replayed
count_box H
call "$once"
tell client send 100
refused auth EKEYREJECTED
ok "the firewall counts" box_counters_are H 'guard-used=>0' guard-asked=0 home-relayed=0
ok "nothing reached the server" nothing_reached_it replayed

# --- messages are lost ------------------------------------------------------------------------------------

count_from_here A B
phase lost
for lost in Setup OK; do
	drop_next R $lost
	call "$(token)"
	ok "a lost $lost: the first datagram arrives" datagram client server 100
	ok "it was lost" hits_are R $lost 1
	over
done

# --- one way only ----------------------------------------------------------------------------------------

phase one-way
client client A udp 10.0.9.9 5000 require 40002
tell client setopt 0 2540 01000000
tell client setopt 0 2534 "$(token | cut -c 3-)"
connect client
ok "data that goes one way only: it arrives" datagram client server 100
wait_for is_state client established
over

# --- a host that hides as well ---------------------------------------------------------------------------------------

ctl B register del 10.0.9.9
wait_for empty B register
register_with H B --hidden
wait_for is_registered B
count_from_here B
call "$(token)"
ok "hidden, it serves whom the firewall lets in" datagram client server 100
sock other R
client other R udp 10.0.2.2 5000 off
connect other
tell other send 10
ok "nobody else gets an answer" wait_for counters_are B hidden-plain=1 grant-plain=0
quit other
over

# --- IPv6 --------------------------------------------------------------------------------------------------------------

ctl B register del 10.0.9.9
wait_for empty B register
home=fd00:9::9
agent_for H B --guard
agent=fd00:8::1 register_with H B
wait_for is_registered B
quit server
listener server B udp :: 5000 prefer
count_from_here B
client client A udp fd00:9::9 5000 require
tell client setopt 41 2534 "$(ctl H token new fd00:9::9 from fd00:1::/64 | cut -c 3-)"
connect client
ok "with IPv6" datagram client server 100
foreign "others are refused" R off fd00:2::2
ok "the server counts" counters_are B granted=1 grant-plain=1
quit client server home

# --- all of it ------------------------------------------------------------------------------------------------------

ok "messages of the client" expect_messages A-R@in <<-END
	A > S: Setup(UDP, A,40000 <-> S,5000) + Auth + UDP data 100
	H > A: Redirect(UDP, A,40000:$p3 <-> S:B,5000, by H)
	A > B: Setup(UDP, A,$p3 <-> S:B,5000) + Auth + Nonce + UDP data 100
	B > A: OK* + Nonce echo + Sig
END
ok "messages of the firewall" expect_messages -f R-H@in <<-END
	A > S: Setup(UDP, A,40000 <-> S,5000) + Auth + UDP data 100
	H > B: Setup(UDP, A,40000:$p3 <-> S:B,5000, *) + Auth + Sig
	B > H: OK(UDP, S:B,5000 <-> A,40000:$p3*) + Sig
	H > A: Redirect(UDP, A,40000:$p3 <-> S:B,5000, by H)
END
ok "each end says the direction as it sees it" \
	grep -q '^B > H: OK(UDP, S:B,5000 <- A,40002' <(messages R-H@one-way)
ok "no data passed the firewall" not grep -q . <(transport R-H@in)
