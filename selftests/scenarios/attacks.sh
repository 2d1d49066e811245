#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# X is somewhere else and speaks in others' names.  What it does not know it guesses;
# what it once saw it sends again; and it would like to get a packet past B's rules.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 70

routed
host X
link X:eth0 R:to-x X-R
addr R:to-x 10.0.7.254/24
addr X:eth0 10.0.7.66/24
default_via X 10.0.7.254
capture A-R X-R
talk A B 10.0.2.2
listener udp-server B udp 0.0.0.0 5000 prefer
dial udp-client A udp 10.0.2.2 5000 prefer 40001
datagram udp-client udp-server 100
wait_for is_state client established

say_as() { on X "$lib/say.py" "$@"; }	# SRC DST MESSAGE WORD...
forge() { on X "$lib/forge.py" "$tmp/A-R.pcap" "$@"; }
# What passed in a message: "xid=... dcid=... id=..."
was() { wait_for captured_all A-R; forge "$1 show"; }	# MESSAGE:N
word() { grep -o "\<$1=[^ ]*" <<<"$2" | cut -d = -f 2; }	# KEY WORDS
random() { od -An -N8 -tx8 /dev/urandom | tr -d ' '; }
cid() { ctl "$1" -j flow proto "$2" | jq -r '.[].cid'; }	# HOST PROTO
as_before() { # TEXT
	is "$1" "$(place client), $(place server)" \
		"10.0.1.1,40000 10.0.2.2,80 established 0, 10.0.2.2,80 10.0.1.1,40000 established 0"
}
names=conn=tcp,10.0.1.1,40000,10.0.2.2,80

# --- guessing -------------------------------------------------------------------------------

count_from_here A B
guess() { say_as 10.0.1.1 10.0.2.2 "$@"; }
for id in "$(random)" 0000000000000000; do
	guess detach dcid="$id" $names
	guess change dcid="$id" $names timeout=1
	guess attach dcid="$id" $names id="$(random),$(random)" seq=9 nonce mac
	guess ok reply dcid="$id" id="$(random),$(random)"
	guess reject reply dcid="$id" error=no_conn
	guess redirect reply dcid="$id" $names
	guess ack reply dcid="$id" nonce
done
ok "guessed identifiers: requests are refused" wait_for counters_are B attach-no-conn=4 reject-out=6
ok "and answers ignored" wait_for counters_are B in-unexpected=8
ok "as are the refusals, of what A never asked" wait_for counters_are A in-unexpected=6
ok "nothing has ended or moved" counters_are B detach-in=0 move-in=0 change-in=0
as_before "the connection"
ok "goes on" exchange client server 10k

# --- computing for strangers ---------------------------------------------------------------

# X's own connection takes what dh_rate allows; A's has not moved yet.
count_from_here B
say_as 10.0.7.66 10.0.2.2 setup id="$(random)" conn=udp,10.0.7.66,7009,10.0.2.2,5000 pubkey
wait_for counters_are B setup-in=1
strange=$(ctl B -j flow rport 7009 | value cid)
conf B dh_rate=1
say_as 10.0.1.1 10.0.2.2 \
	attach dcid="$strange" conn=udp,10.0.7.66,7009,10.0.2.2,5000 seq=1 mac -- \
	attach dcid="$(cid B tcp)" $names seq=9 mac -- \
	attach dcid="$(cid B tcp)" $names id="$(random),$(random)" seq=9 nonce mac
ok "beyond dh_rate: a move has to echo a nonce, an offer to wait" \
	wait_for counters_are B attach-bad-mac=1 rate-limited=1 cookie-out=1 dh=1
conf B dh_rate=1000
ctl B flow del "$strange"

# --- a Setup in the name of a connection --------------------------------------------------------

count_from_here B
tcp=$(cid B tcp) udp=$(cid B udp)
guess setup id="$(random)" $names pubkey
ok "a Setup for a TCP connection that lives: refused" wait_for counters_are B reject-in-use=1
guess setup id="$(random)" conn=udp,10.0.1.1,40001,10.0.2.2,5000 pubkey
ok "for one of UDP: X would have to be where A is" wait_for counters_are B cookie-out=1
is "both are who they were" "$(cid B tcp) $(cid B udp)" "$tcp $udp"
tell udp-server connect 10.0.1.1 40001
guess setup id="$(random)" conn=udp,10.0.1.1,40001,10.0.2.2,5000 pubkey
ok "of a socket that is connected: refused" wait_for counters_are B reject-in-use=2 setup-in=0
ok "A's datagrams arrive" datagram udp-client udp-server 100
quit udp-client udp-server

# --- once on the path ------------------------------------------------------------------------------

# X has seen the first move: all identifiers, but not the key.
one_flow() { [ "$(counter "$1" flows)" = 1 ]; }	# HOST
# The last OK is to be that of the move, not of UDP's Detach.
for h in A B; do wait_for one_flow $h; done
roam A:eth0 10.0.3.1/24 10.0.3.254 C
wait_for moved A 1
wait_for validated B 1
count_from_here A B
phase hijack
next=$(word id "$(was OK:-1)") next=${next#*,}
say_as 10.0.7.66 10.0.2.2 attach dcid="$next" conn=tcp,10.0.7.66,40000,10.0.2.2,80 \
	id="$(random),$(random)" seq=2 nonce mac
ok "X would like to have the connection: wrong MAC" wait_for counters_are B attach-bad-mac=1
forge "Move:0 src=10.0.7.66 seq=7"
ok "also with what A once said" wait_for counters_are B attach-bad-mac=2
ok "nobody moved" counters_are B move-in=0
is "nobody answered" "$(messages X-R@hijack | grep '> X' || true)" ""

# A move, refused by somebody on the way who cannot sign.
dropper R
on R nft add counter inet test Detach
# A move begins with a Detach; see drop_next.
on R nft add rule inet test drops meta l4proto 253 @th,96,8 7 counter name Detach drop
some_hit() { [ "$(hits "$1" "$2")" -gt 0 ]; }
roam A:eth0 10.0.1.1/24 10.0.1.254 A
wait_for some_hit R Detach
move=$(was Move:-1) id=$(word id "$move")
say_as 10.0.2.2 10.0.1.1 reject reply xid="$(word xid "$move")" dcid="${id%,*}" error=policy
ok "a refusal without MAC is a hint" wait_for counters_are A reject-in=1
no_firewall R
ok "A moves all the same" wait_for moved A 1
wait_for validated B 1
is "the connection" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 2"

count_from_here A B
dead() { forge Move:0; [ "$(since B attach-no-conn)" -gt 0 ]; }
ok "after a while a recorded move is about nothing" wait_for dead
ok "and never about anything" counters_are B move-in=0
# Somebody on the path of the Setup who is still there.
count_from_here A B
first=$(was OK:0)
old_a=$(word dcid "$first") old_b=$(word id "$first") old_b=${old_b%,*}
guess detach dcid="$old_b" $names
guess change dcid="$old_b" $names timeout=1
say_as 10.0.2.2 10.0.1.1 detach dcid="$old_a" conn=tcp,10.0.2.2,80,10.0.1.1,40000
ok "the identifiers of the first path say nothing to B" wait_for counters_are B reject-out=2 detach-in=0
ok "nor to A" wait_for counters_are A reject-out=1 detach-in=0
ok "the connection goes on" exchange client server 10k

# --- listening on the path ----------------------------------------------------------------------------

# X hears all that passes, and has the identifiers in use; it speaks from where it is.
phase listener
is_at_home="10.0.1.1,40000 10.0.2.2,80 established 2, 10.0.2.2,80 10.0.1.1,40000 established 2"
count_from_here A B
xid=$(word xid "$(was Move:-1)") there="$names place=10.0.7.66"
# shellcheck disable=SC2086 # words
say_as 10.0.7.66 10.0.1.1 redirect reply xid="$xid" dcid="$(cid A tcp)" $there
# shellcheck disable=SC2086
say_as 10.0.7.66 10.0.1.1 redirect reply dcid="$(cid A tcp)" $there
# shellcheck disable=SC2086
say_as 10.0.7.66 10.0.2.2 redirect reply xid="$xid" dcid="$(cid B tcp)" $there
ok "a Redirect of what is up: A is not asking" wait_for counters_are A redirect-bad=1 in-unexpected=1
ok "nor is B" wait_for counters_are B in-unexpected=1
ok "neither follows" counters_are A redirect-in=0 move-redirected=0
is "both are where they were" "$(place client), $(place server)" "$is_at_home"
say_as 10.0.7.66 10.0.2.2 detach dcid="$(cid B tcp)" $names
ok "a Detach: B takes it" wait_for counters_are B detach-in=1
is "and X is told so" "$(messages X-R@listener | grep '> X')" "B > X: OK"
is "of the connection nothing changes" "$(place client), $(place server)" "$is_at_home"
ok "its data passes" exchange client server 10k
ok "B signals no more" not ctl B flow change "$(cid B tcp)" timeout 60000 2>"$tmp/told"
say_as 10.0.7.66 10.0.1.1 detach dcid="$(cid A tcp)" conn=tcp,10.0.2.2,80,10.0.1.1,40000
ok "nor does A, of which the same is said" wait_for counters_are A detach-in=1
addr A:eth0 10.0.3.1/24 C
ctl A flow move all to 10.0.3.1
ok "data passes" exchange client server 10k
is "it does not move any more" "$(place client), $(place server)" "$is_at_home"
ok "A has not even tried" counters_are A move-out=0
quit client server
quiet A B
ok "it ends, and nobody says so" counters_are A detach-out=0
ip -n csp-A addr del 10.0.3.1/24 dev eth0

listener udp-server B udp 0.0.0.0 5000 prefer
dial udp-client A udp 10.0.2.2 5000 prefer 40001
datagram udp-client udp-server 100
say_as 10.0.7.66 10.0.2.2 detach dcid="$(cid B udp)" conn=udp,10.0.1.1,40001,10.0.2.2,5000
ok "one of UDP: B takes it" wait_for counters_are B detach-in=2
ok "datagrams arrive" datagram udp-client udp-server 100
quit udp-client udp-server
quiet A B

# --- another one answers -----------------------------------------------------------------------------

deaf B
phase answers
# To a Setup, in one go: it waits for six seconds.  To what was not agreed, a Detach.
forged_answers() {
	local setup xid id there try answers=()
	client client A tcp 10.0.2.2 81 require 40002
	count_from_here A
	tell client begin 10.0.2.2 81
	setup=$(was Setup:-1) xid=$(word xid "$setup") id=$(word id "$setup") id=${id%,*}
	there="conn=tcp,10.0.1.1,40002,10.0.2.2,81 place=10.0.7.66"
	for try in "xid=$xid dcid=0000000000000000" "xid=$xid dcid=$(random)" "xid=0x01020304 dcid=$id"; do
		# shellcheck disable=SC2206 # words
		answers+=(redirect reply $try $there -- ok reply $try id="$(random),$(random)" pubkey --
			ack reply $try nonce -- reject reply $try error=not_wanted --)
	done
	say_as 10.0.2.2 10.0.1.1 "${answers[@]}" detach dcid="$id" conn=tcp,10.0.2.2,81,10.0.1.1,40002
	wait_for counters_are A in-unexpected=12 reject-out=1
}
nothing_done() { counters_are A redirect-in=0 redirect-bad=0 setup-ok=0 reject-in=0 detach-in=0; }
# A machine that is slower than the Setup has another try.
for _ in {1..5}; do
	forged_answers
	waits=$(state client)
	if [ "$waits" != none ] || ! nothing_done; then break; fi
	tell client end || true
	quit client
done
ok "answers with one of transaction and identifier" counters_are A in-unexpected=12
ok "are none" nothing_done
ok "nor is there anything to give up" counters_are A reject-out=1
is "A still waits" "$waits" setup
ok "until it has waited long enough" not tell client end
is "for nothing" "$(field error)" ETIMEDOUT
quit client

# --- from "require" to plain -------------------------------------------------------------------------------

no_syn() { ! transport "A-R@$1" | grep -q 'Flags \[S\]'; }	# PHASE
count_from_here A
client client A tcp 10.0.2.2 81 require 40003
tell client begin 10.0.2.2 81
wait_for captured_all A-R
forge "Setup:-1 xid unreachable" "Setup:-1 to=10.0.2.99 unreachable" "Setup:-1 unreachable=10.0.7.66"
ok "ICMP about another transaction, or another host" wait_for counters_are A icmp-ignored=2
ok "ICMP that is right: A fails" not tell client end
is "because there is no CSP" "$(field error)" EPROTONOSUPPORT
quit client
phase strip
client client A tcp 10.0.2.2 82 require
ok "without signalling on the way: A fails" not connect client
is "because nobody answers" "$(field error)" ETIMEDOUT
quit client
phase refuse
client client A tcp 10.0.2.2 83 require
tell client begin 10.0.2.2 83
setup=$(was Setup:-1) id=$(word id "$setup")
say_as 10.0.2.2 10.0.1.1 reject reply xid="$(word xid "$setup")" dcid="${id%,*}" error=not_wanted
ok "refused in a way that allows plain: A fails" not tell client end
is "all the same" "$(field error)" EPROTONOSUPPORT
quit client
phase end
ok "no SYN has left A" no_syn answers
ok "never" no_syn strip
ok "at all" no_syn refuse
no_firewall B
ctl A peer flush >/dev/null

# --- past the rules ---------------------------------------------------------------------------------------------

listener server B tcp 0.0.0.0 80 prefer
listener udp-server B udp 0.0.0.0 5000 prefer
firewall B <<-END
	counter dropped {}
	chain in {
		type filter hook input priority filter;
		ip protocol { tcp, udp } counter name dropped drop
	}
END
count_from_here B
carry() { say_as 10.0.7.66 10.0.2.2 setup id="$(random)" "$@"; }
mine=conn=tcp,10.0.7.66,7000,10.0.2.2,80
carry $mine syn=7000,80
carry conn=udp,10.0.7.66,7000,10.0.2.2,5000 udp=7000,5000,10
ok "what a Setup carries" wait_for counters_are B piggyback-in=2
ok "is dropped by INPUT" wait_for hits_are B dropped 2
is "no connection came of it" "$(on B ss -Htn state syn-recv)" ""
ok "no datagram arrived" not tell udp-server recv 10 0
carry conn=tcp,10.0.1.1,7001,10.0.2.2,80 syn=7001,80		# another's address
carry conn=tcp,127.0.0.1,7001,10.0.2.2,80 syn=7001,80
carry conn=tcp,10.0.7.66,7001,127.0.0.1,80 syn=7001,80
ok "in another's name, or B's own: refused" wait_for counters_are B reject-mismatch=3
carry conn=tcp,10.0.7.66,7001,10.0.2.2,80 syn=7001,22		# another port
carry conn=tcp,10.0.7.66,7001,10.0.2.2,80 syn=7001,80,SA	# no beginning
carry conn=tcp,10.0.7.66,7001,10.0.2.2,80 syn=7001,80,SR
carry conn=tcp,10.0.7.66,7001,10.0.2.2,80 udp=7001,80,30	# another protocol
carry conn=udp,10.0.7.66,7001,10.0.2.2,5000 syn=7001,5000
ok "another packet than the Setup says: refused" wait_for counters_are B piggyback-bad=5
carry conn=icmp,10.0.7.66,7001,10.0.2.2,80 syn=7001,80
carry conn=47,10.0.7.66,7001,10.0.2.2,80 syn=7001,80
ok "another protocol: refused" wait_for counters_are B reject-no-listener=2
before=$(since B in-pkts)
say_as 127.0.0.1 10.0.2.2 setup id="$(random)" conn=tcp,127.0.0.1,7001,10.0.2.2,80 syn=7001,80 || true
on R "$lib/say.py" 10.0.2.254 10.0.2.255 setup id="$(random)" conn=udp,10.0.2.254,7001,10.0.2.255,5000
on R "$lib/say.py" fd00:2::fe ff02::1%to-b setup id="$(random)" conn=udp,fd00:2::fe,7001,ff02::1,5000
ok "to everybody: no answer" wait_for counters_are B in-many=2
is "from a loopback address: not even seen" "$(since B in-pkts)" $((before + 2))
ok "nothing more was taken out, or accepted" counters_are B piggyback-in=2 setup-in=2

# --- past "require" ----------------------------------------------------------------------------------------------

no_firewall B
listener strict B tcp 10.0.2.2 90 require
listener strict B tcp fd00:2::2 90 require
listener strict-udp B udp 10.0.2.2 90 require
listener strict-udp6 B udp fd00:2::2 90 require
count_from_here B
n=$(on A "$lib/around.py" 10.0.1.1 10.0.2.2 90)
n=$((n + $(on A "$lib/around.py" fd00:1::1 fd00:2::2 90)))
ok "plain, with options and in fragments: refused, all $n" wait_for counters_are B require-refused="$n"
ok "no datagram arrived" not tell strict-udp recv 10 0
ok "nor by IPv6" not tell strict-udp6 recv 10 0
is "nor a SYN" "$(on B ss -Htn state syn-recv state established)" ""
