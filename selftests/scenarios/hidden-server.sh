#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A hidden mobile server: its agent relays the Setup, and the server itself answers who
# is to learn its place.  Nobody else does.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 45

home_network 5ms
count_box H
capture A-R B-R R-H
agent_for H B --hidden
register_with H B --hidden --lifetime 3s
ok "the server registers" wait_for is_registered B
# Any address will do, too.
listener server B tcp 0.0.0.0 80 require

# Packets that A received, or sent, in a phase: "of N, M have these bytes", wherever behind
# the Ethernet header.
a=$(ip -n csp-A -br link show eth0 | awk '{ print $3 }')
with_bytes() { # received|sent PHASE HEX
	local from to
	wait_for captured_all A-R
	read -r from to <<<"$(phase_range "A-R@$2")"
	tcpdump -n -t -e -# -x -r "$tmp/A-R.pcap" 2>/dev/null |
		awk -v from="$from" -v to="$to" -v mac="$a" -v sent="$1" -v bytes="$3" '
			function count(	at, rest) {
				if (n <= from || n > to || (src == mac) != (sent == "sent"))
					return
				all++
				for (rest = data; (at = index(rest, bytes)); rest = substr(rest, at + 1))
					if ((length(data) - length(rest) + at) % 2) {
						with++
						return
					}
			}
			/^\t0x/ { $1 = ""; gsub(/ /, ""); data = data $0; next }
			{ count(); n = $1; src = $2; data = "" }
			END { count(); print "of", all + 0 ",", with + 0 }'
}
learned() { # received|sent PHASE HEX: of some packets at least one has it
	local got
	got=$(with_bytes "$@")
	note "$1: $got"
	[[ $got =~ ^of\ [1-9][0-9]*,\ [1-9] ]]
}
learned_nothing() { # PHASE HEX: there were some, but none has it
	local got
	got=$(with_bytes received "$@")
	note "received: $got"
	[[ $got =~ ^of\ [1-9][0-9]*,\ 0$ ]]
}
place=0a000202

# --- who is not wanted learns nothing ------------------------------------------------------------------

phase refused
# 82: nobody is there; 83: a socket that expects another sender; 84: one that wants a token;
# 85: one that wants no signalling.
listener expecting B tcp 0.0.0.0 83 require
tell expecting setopt 0 2537 "020000000a000109$(printf '%024d' 0)"
listener asking B tcp 0.0.0.0 84 require
tell asking setopt 0 2534 736573616d65
listener plain_only B tcp 0.0.0.0 85 off
for port in 82 83 84 85; do
	client other$port A tcp 10.0.9.9 $port require
	say other$port connect 10.0.9.9 $port
done
client direct A tcp 10.0.2.2 80 require
say direct connect 10.0.2.2 80
client plain A tcp 10.0.2.2 80 off
say plain connect 10.0.2.2 80
for port in 82 83 84 85; do
	ok "a port that does not serve him, $port: no connection" not hear other$port
	is "and no word of why" "$(field error)" ETIMEDOUT
done
ok "straight to the server: no connection" not hear direct
is "the same" "$(field error)" ETIMEDOUT
ok "the server counts" counters_are B 'relay-unwanted=>3' 'hidden-setup=>0' 'hidden-plain=>0' \
	relay-answered=0 setup-in=0 reject-out=0
quit direct plain expecting asking plain_only
for port in 82 83 84 85; do quit other$port; done
clear_answer A 10.0.9.9 10.0.8.1
ok "the agent relayed" box_counters_are H 'home-relayed=>0' home-redirected=0
is "all that it relayed was for this host" \
	"$(ctl H -j agent | value relayed) $(ctl H -j agent | value redirected)" \
	"$(box_counter H home-relayed) 0"
phase over
ok "nothing that came to the client has the server's place in it" learned_nothing refused $place
ok "which would be found: he sent it himself" learned sent refused $place
ok "no signalling of the server came to the client" not grep -q '^B ' <(messages A-R@refused)

# --- who is wanted is told, by the server ---------------------------------------------------------------

phase told
count_from_here A B
dial client A tcp 10.0.9.9 80 require 40000
ok "a client connects" tell server accept
is "cspctl knows identity and locator" \
	"$(ctl A -j flow | jq -r '.[0] | .raddr + " " + .home_raddr')" "10.0.2.2 10.0.9.9"
ok "data passes" exchange client server 100k
ok "counters of the client" counters_are A redirect-in=1 vouch-ok=2 vouch-bad=0
ok "counters of the server" counters_are B relay-in=1 relay-answered=1 relay-bad=0 cookie-ok=1 \
	cookie-bad=0 setup-in=1

# --- it moves ---------------------------------------------------------------------------------------------

phase move
roam B:eth0 10.0.5.2/24 10.0.5.254 C
ok "the server moves, and the connection with it" wait_for path_is A 10.0.1.1 10.0.5.2
ok "the agent knows" wait_for is_at H away 10.0.5.2
ok "data goes on" exchange client server 100k

# --- both move at once --------------------------------------------------------------------------------------

phase both
count_from_here A B
count_box H
lose_each_other "10.0.3.1/24 10.0.3.254 D" "10.0.6.2/24 10.0.6.254 E"
ok "both moved at once: they find each other" wait_for -t 60 met 10.0.3.1 10.0.6.2
ok "data goes on" exchange client server 100k
ok "the agent relayed the move" box_counters_are H 'home-relayed=>0' home-redirected=0
ok "the server answered it" counters_are B 'relay-move=>0' attach-bad-mac=0
ok "and the client went there" counters_are A 'move-redirected=>0' redirect-bad=0

# Who is nobody's peer learns nothing: what is answered goes to the agent.
phase forged
count_from_here B
speak A 10.0.3.1 10.0.9.9 attach moving dcid=0123456789abcdef \
	conn=tcp,10.0.3.1,40000,10.0.9.9,80 id=1111111111111111,2222222222222222 seq=9 nonce mac
ok "a move of a connection that is none" wait_for counters_are B attach-no-conn=1 relay-move=0
ok "is not answered" not grep -q '^E ' <(messages A-R@forged)
quit client server
ok "both ends forget the connection" quiet A B
listener server B tcp 10.0.9.9 80 require

# --- the agent forgets everything ---------------------------------------------------------------------------

ctl H agent del 10.0.9.9
agent_for H B --hidden
ok "registrations come back by themselves" wait_for is_at H away 10.0.6.2
count_from_here B
count_box H
dial client A tcp 10.0.9.9 80 require
ok "and connections are made" tell server accept
ok "the server told the agent its number" counters_are B relay-stale=1 relay-in=1
ok "which went on above it" box_counters_are H home-behind=1 home-relayed=2
quit client server

ok "who was wanted learned the place" learned received told $place
ok "messages of the client" expect_messages A-R@told <<-END
	A > S: Setup(TCP, A,40000 <-> S,80) + SYN
	B > A: Redirect(TCP, A,40000 <-> S:B,80) + Nonce + Sig
	A > B: Setup(TCP, A,40000 <-> S:B,80) + Nonce + Nonce echo + SYN
	B > A: OK* + Nonce echo + Sig
END
ok "nothing of the connection went by the agent" not grep -q '10\.0\.1\.1' <(transport R-H@told)
ok "nobody sent a RST" no_reset A-R@told
