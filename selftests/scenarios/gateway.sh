#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A host is flooded, and has the gateway nearest to the source stop it: by command, and
# by itself, when a listener gets more than it takes, as flood_rate or a rule of its own
# says.  The source is told.  What is stopped is seen, counted, lifted and over
# after its time.  If the nearest gateway cannot, the next one does.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/gateway.sh"

plan 59

gateways
ctl G gateway add to-a edge
ctl H gateway add to-g
capture A-G G-H S-H
is "sides" "$(ctl G -j gateway | jq -c .[0]) $(ctl H -j gateway | jq -c .[0])" \
	'{"in":"to-a","edge":true} {"in":"to-g","edge":false}'

# --- a token ------------------------------------------------------------------------------------

phase setup
count_box G
count_box H
count_from_here A S
listener server S udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "a connection" passes client server 100
wait_for is_state client established
ok "each gateway signs" box_counters_are G stamped=1 stamp-none=0
ok "the second one, too" box_counters_are H stamped=1 via-removed=0
ok "messages at the client" expect_messages A-G@setup <<-END
	A > S: Setup(UDP, A,40000 <-> S,5000) + UDP data 100
	S > A: OK
END
ok "between the gateways" expect_messages G-H@setup <<-END
	A > S: Setup(UDP, A,40000 via G <-> S,5000) + UDP data 100
	S > A: OK
END
ok "and at the server" expect_messages S-H@setup <<-END
	A > S: Setup(UDP, A,40000 via G via H <-> S,5000) + UDP data 100
	S > A: OK
END

# --- a block --------------------------------------------------------------------------------------

phase block
ok "who never came by cannot be blocked" not ctl S block add 10.0.1.2
ok "nor by a gateway that was not passed" not ctl S block add 10.0.1.1 via 10.0.8.9
ctl S block add 10.0.1.1 for 5m
ok "the server asks" wait_for asked_is state blocked
is "the gateway nearest to the source" "$(ctl S -j block | jq -r '.[0] | "\(.via) \(.from) \(.to)"')" \
	"10.0.8.1 10.0.1.1 10.0.2.2"
is "which stops it" "$(stopped G)" "10.0.1.1 10.0.2.2 any"
is "and the other one nothing" "$(stopped H)" ""
for _ in {1..5}; do tell client send 50; done
ok "no data arrives" not tell server recv 50 200
ok "it is counted" wait_for box_counters_are G block-drops=5
is "of this block" "$(ctl G -j gateway blocks | jq '.[].packets')" 5
wait_for counters_are A flood-in=">0"
tell client reject
is "the client is told why" "$(field code) $(field origin) $(field errno)" \
	"flood 10.0.1.254 ECONNABORTED"
ok "and not cut off" is_state client established
ok "nothing else went wrong" counters_are A flood-bad=0 in-unexpected=0
ok "counters of the gateway" box_counters_are G block-asked=2 block-challenged=1 blocked=1 \
	block-auth=0 block-mismatch=0 block-told='>0'
ok "and of the server" counters_are S flood-out=2 flood-ok=1 flood-refused=0
client other A tcp 10.0.2.2 80 require
ok "a Setup is refused" not connect other
is "in words" "$(field error)" ECONNABORTED
listener t-server T tcp 0.0.0.0 80 prefer
ok "others are reached" dial third A tcp 10.0.3.3 80 require
wait_for captured_all G-H
ok "messages at the server" expect_messages S-H@block <<-END
	S > G: Reject(A,* via G <-> S,*, FLOOD, Timeout=300s)
	G > S: Ack + Nonce
	S > G: Reject(A,* via G <-> S,*, FLOOD, Timeout=300s) + Nonce echo
	G > S: OK(Timeout=300s)
END
# It is told more than once, if the datagrams took more than a second.
cat >"$tmp/wanted" <<-END
	G1 > A: Reject(A,* <-> S,*, FLOOD, by G1)
	A > S: Setup(TCP, A,* <-> S,80) + SYN
	G1 > A: Reject(FLOOD, by G1)
	A > T: Setup(TCP, A,* <-> T,80) + SYN
	T > A: OK
END
messages A-G@block | sed 's/A,[0-9][0-9]*/A,*/' | uniq >"$tmp/got"
ok "and at the client" diff "$tmp/wanted" "$tmp/got"

# --- its end ----------------------------------------------------------------------------------------

ok "the server lifts it" ctl S block del 10.0.1.1
ok "all forget it" wait_for stopped_is G ""
ok "both" wait_for nothing_asked
ok "data arrives" passes client server 60
ok "no such block any more" not ctl S block del 10.0.1.1
ctl S block add 10.0.1.1 for 1s
wait_for box_counters_are G blocked=2
ok "one that nobody lifts is over after its time" wait_for stopped_is G ""
ok "counted" box_counters_are G block-expired=1 block-lifted=1
ok "data arrives" passes client server 70
ctl S block add 10.0.1.1 proto tcp
wait_for stopped_is G "10.0.1.1 10.0.2.2 tcp"
ok "of one transport: the others pass" passes client server 80
ok "an administrator removes it" ctl G gateway unblock 10.0.1.1 10.0.2.2 proto tcp
ok "counted" box_counters_are G block-deleted=1
ok "data of that one, too" wait_for stopped_is G ""
wait_for asked_is state blocked
ctl S block del 10.0.1.1 proto tcp

# --- if the nearest one cannot -------------------------------------------------------------------------

ctl G box set max_blocks 1
listener t-udp T udp 0.0.0.0 5000 prefer
dial t-client A udp 10.0.3.3 5000 require
passes t-client t-udp 10
ctl T block add 10.0.1.1
wait_for stopped_is G "10.0.1.1 10.0.3.3 any"
wait_for nothing_asked
ctl S block add 10.0.1.1
ok "a gateway without room: the next one" wait_for stopped_is H "10.0.1.1 10.0.2.2 any"
is "has it" "$(ctl S -j block | jq -r '.[] | "\(.state) \(.via) \(.error)"')" "blocked 10.0.2.254 full"
ok "counted" box_counters_are G block-full=1
ok "all at once" ctl H gateway unblock all
ctl S block del 10.0.1.1
ctl G gateway unblock all >/dev/null
ctl G box set max_blocks default

# Whoever asks for many blocks does not have their source told more than it is answered.
ctl T block del 10.0.1.1
wait_for empty T block
wait_for nothing_asked
conf G reply_rate=1
at_once() { # ARGUMENT...: what both victims ask for
	ctl S "$@" &
	ctl T "$@"
	wait $!
}
lifted_at_once() {
	at_once block del 10.0.1.1
	wait_for stopped_is G ""
	wait_for nothing_asked
	wait_for empty T block
}
two_are_told_of_one() {
	count_box G
	at_once block add 10.0.1.1
	wait_for stopped_is G "$(printf '10.0.1.1 10.0.%s any\n' 2.2 3.3)"
	wait_for box_counters_are G blocked=2 || return
	not box_counters_are G block-told=2 && return
	# They asked more than a second after each other.
	lifted_at_once
	return 1
}
count_from_here G
ok "notices are limited" wait_for -t 90 two_are_told_of_one
ok "counted" counters_are G rate-limited=">0"
conf G reply_rate=1000
lifted_at_once

# --- by itself --------------------------------------------------------------------------------------------

sixty_to() { # PORT
	on A "$top/build/selftests/flood" 60 0 "$("$lib/say.py" 10.0.1.1 10.0.2.2 setup \
		conn=udp,10.0.1.1,65278,10.0.2.2,"$1" id=fdfdfdfdfdfdfdfd timeout=0 print)" >/dev/null
}
conf S flood_rate=10
count_from_here S
sixty_to 5000
ok "a listener is flooded: the gateway is asked" wait_for stopped_is G "10.0.1.1 10.0.2.2 udp"
ok "what is too much is refused" counters_are S reject-flood=">0" setup-in=">9"
ok "it is asked once" wait_for counters_are S flood-ok=1 flood-out=2

# Nobody can ask for a block of who is not where its Setup says.
speak A 10.0.1.1 10.0.2.77 setup id=a7a7a7a7a7a7a7a7 conn=udp,10.0.1.7,1,10.0.2.77,5000
ok "what names another source gets no token" wait_for box_counters_are G stamp-none=1

# --- a rule of a listener -----------------------------------------------------------------------------------

listener any-number S udp 0.0.0.0 5001 prefer
listener no-rule S udp 0.0.0.0 5002 prefer
ctl S block del 10.0.1.1 proto udp
ok "it is lifted" wait_for stopped_is G ""
wait_for nothing_asked
ctl S flood add udp 5001 0
count_from_here S
sixty_to 5001
wait_for counters_are S setup-in=">59"
ok "a listener that takes any number: flood_rate is not for it" counters_are S reject-flood=0
ctl S flood del udp 5001
conf S flood_rate=0
ctl S flood add udp 5000 10 for 1s
count_box G
sixty_to 5002
wait_for counters_are S setup-in=">119"
ok "a rule is for no other listener" counters_are S reject-flood=0 flood-out=0
sixty_to 5000
ok "for its own it is: the gateway is asked" wait_for box_counters_are G blocked=1
ok "what is too much is refused" counters_are S reject-flood=">0"
ok "and stops it for as long as the rule says" wait_for box_counters_are G block-expired=1
wait_for nothing_asked
ctl S flood del udp 5000
ctl S flood add udp 5000 10 for 5m
sixty_to 5000
ok "with another rule again" wait_for stopped_is G "10.0.1.1 10.0.2.2 udp"
is "and longer" "$(ctl G -j gateway blocks | jq '.[0].expires_ms > 120000')" true

# --- no gateway any more -------------------------------------------------------------------------------------

ctl G gateway del to-a
is "no side, no block" "$(ctl G -j gateway | jq length) $(stopped G)" "0 "
ok "data passes" passes client server 90
ctl S block add 10.0.1.1 via 10.0.2.254
wait_for stopped_is H "10.0.1.1 10.0.2.2 any"
ok "the module goes with blocks in it" modprobe -r csp_mbox
modprobe csp_mbox
