#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A hidden mobile server: its agent relays the Setup, and the server itself answers who
# is to learn its place.  Nobody else does.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 32

home_network 5ms
count_box H
capture A-R B-R R-H
agent_for H B --hidden
register_with H B --hidden --lifetime 3s
ok "the server registers" wait_for is_registered B
# Any address will do, too.
listener server B tcp 0.0.0.0 80 require

# --- who is not wanted learns nothing ------------------------------------------------------------------

phase refused
sock other A
client other A tcp 10.0.9.9 82 require
say other connect 10.0.9.9 82
client direct A tcp 10.0.2.2 80 require
say direct connect 10.0.2.2 80
client plain A tcp 10.0.2.2 80 off
say plain connect 10.0.2.2 80
ok "a port that nobody serves: no connection" not hear other
is "and no word of why" "$(field error)" ETIMEDOUT
ok "straight to the server: no connection" not hear direct
is "the same" "$(field error)" ETIMEDOUT
ok "the server counts" counters_are B 'relay-unwanted=>0' 'hidden-setup=>0' 'hidden-plain=>0' \
	relay-answered=0 setup-in=0 reject-out=0
quit other direct plain
ok "the agent relayed" box_counters_are H 'home-relayed=>0' home-redirected=0
ok "no signalling of the server came to the client" not grep -q '^B ' <(messages A-R@refused)
ok "and nothing else of it" not grep -q '10\.0\.2\.2\.[0-9]* >' <(transport A-R@refused)

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

ok "messages of the client" expect_messages A-R@told <<-END
	A > S: Setup(TCP, A,40000 <-> S,80) + SYN
	B > A: Redirect(TCP, A,40000 <-> S:B,80) + Nonce + Sig
	A > B: Setup(TCP, A,40000 <-> S:B,80) + Nonce + Nonce echo + SYN
	B > A: OK* + Nonce echo + Sig
END
ok "nothing of the connection went by the agent" not grep -q '10\.0\.1\.1' <(transport R-H@told)
ok "nobody sent a RST" no_reset A-R@told
