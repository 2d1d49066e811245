#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A mobile server: it tells its home agent where it is, and that tells clients, and
# vouches for its key; in the middle of a transfer it moves on.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 40

home_network 5ms
# F is another client.
host F
link F:eth0 R:to-f
addr R:to-f 10.0.7.254/24
addr F:eth0 10.0.7.1/24
default_via F 10.0.7.254
conf F udp_encap=0
count_box H
capture A-R B-R R-H F-R

agent_for H B
client client A tcp 10.0.9.9 80 require
ok "who asks for a server that is nowhere" not connect client
is "is told that it is gone" "$(field error)" EHOSTDOWN
tell client reject
is "by the agent" "$(field origin)" 10.0.8.1
ok "which counts" box_counters_are H 'home-gone=>0' home-redirected=0
quit client

phase register
register_with H B
ok "the server registers" wait_for is_registered B
ok "the agent knows where it is" is_at H away 10.0.2.2
ok "with a proof of its address" box_counters_are H home-registered=1 home-challenged=1
ok "messages" expect_messages R-H <<-END
	A > S: Setup(TCP, A,* <-> S,80) + SYN
	H > A: Reject(GONE, *
	B > H: Register(S at B, Timeout=600s) + Nonce + Sig
	H > B: Ack + Nonce + Nonce echo + Sig
	B > H: Register(S at B, Timeout=600s) + Nonce + Nonce echo + Sig
	H > B: OK(Timeout=600s) + Nonce echo + Sig
END

# --- a client is sent there ------------------------------------------------------------------------

phase redirect
listener server B tcp 10.0.9.9 80 require
dial client A tcp 10.0.9.9 80 require 40000
ok "a client connects, to a socket bound to the home address" tell server accept
tell client names
is "getpeername() is where the server is" "$(field peer)" 10.0.2.2,80
tell server names
is "the server's own address is, too" "$(field local)" 10.0.2.2,80
is "cspctl knows identity and locator" \
	"$(ctl A -j flow | jq -r '.[0] | .raddr + " " + .home_raddr')" "10.0.2.2 10.0.9.9"
is "so it does at the server" \
	"$(ctl B -j flow | jq -r '.[0] | .laddr + " " + .home_laddr')" "10.0.2.2 10.0.9.9"
ok "the key is the one vouched for" counters_are A redirect-in=1 vouch-ok=1 vouch-bad=0 dh=1
ok "the listener was given the SYN" counters_are B home-assigned=1 setup-in=1
ok "data passes" exchange client server 100k

phase another
listener server2 B tcp 10.0.9.9 82 require
ok "so does another client" dial client2 F tcp 10.0.9.9 82 require 40000
tell server2 accept
ok "data passes" exchange client2 server2 10k
told=$(ctl H -j agent | value redirected)
ok "the agent tells how often it sent somebody there" [ "$told" -ge 2 ]
is "each time" "$told" "$(box_counter H home-redirected)"

# --- it moves in the middle of a transfer ------------------------------------------------------------

phase move
start_trade client server 1500k 700k
wait_for past client 300000
roam B:eth0 10.0.5.2/24 10.0.5.254 C
ok "the server moves, for each of its clients" wait_for moved B 2
ok "and tells its agent" wait_for is_at H away 10.0.5.2
ok "the data arrives, both ways" end_trade client server
is "the client goes on" "$(place client)" "10.0.1.1,40000 10.0.5.2,80 established 1"
ok "so does the other" exchange client2 server2 10k
is "at the new place" "$(place client2)" "10.0.7.1,40000 10.0.5.2,82 established 1"
wait_for validated A 1
wait_for validated F 1

phase others
listener second B tcp 0.0.0.0 81 require
dial other A tcp 10.0.9.9 81 require
tell other names
is "others are sent to the new place" "$(field peer)" 10.0.5.2,81
quit other second client2 server2
only_one() { [ "$(flows "$1" cid | wc -l)" = 1 ]; }
wait_for only_one B

# --- both move at once --------------------------------------------------------------------------------

phase both
lose_each_other "10.0.3.1/24 10.0.3.254 D" "10.0.6.2/24 10.0.6.254 E"
ok "both moved at once: they find each other by the agent" wait_for -t 60 met 10.0.3.1 10.0.6.2
ok "data goes on" exchange client server 100k
quit client server
ok "both ends forget the connections" quiet A B
ok "the agent sent the move on" counters_are A 'move-redirected=>0' redirect-bad=0

# --- who does not signal --------------------------------------------------------------------------------

phase plain
clear_answer A 10.0.9.9 10.0.8.1
ok "which is counted" box_counters_are H 'home-plain=>2'

# --- all of it --------------------------------------------------------------------------------------------

ok "messages of the client" expect_messages A-R@redirect <<-END
	A > S: Setup(TCP, A,40000 <-> S,80) + SYN
	H > A: Redirect(TCP, A,40000 <-> S:B,80, by H)
	A > B: Setup(TCP, A,40000 <-> S:B,80) + Nonce + SYN
	B > A: OK* + Nonce echo + Sig
END
for at in A,80 F,82; do
	port=${at#*,} at=${at%,*}
	ok "messages of the move, to $at" expect_messages "$at-R@move" <<-END
		C > $at: Detach(old path), Attach(TCP, C,$port <-> $at,40000) + Nonce + Sig*
		$at > C: OK + Nonce + Nonce echo + Sig
		C > $at: Ack + Nonce echo + Sig
	END
done
ok "and to the agent" expect_messages R-H@move <<-END
	C > H: Register(S at C, Timeout=600s) + Nonce + Sig
	H > C: Ack + Nonce + Nonce echo + Sig
	C > H: Register(S at C, Timeout=600s) + Nonce + Nonce echo + Sig
	H > C: OK(Timeout=600s) + Nonce echo + Sig
END
