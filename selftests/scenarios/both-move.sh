#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Both ends of a connection move: one after the other, back to where they were, and
# both at once.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 23

routed 5ms
capture A-R
talk A B 10.0.2.2

moves=0
step() { # HOST IP GATEWAY TEXT CLIENT SERVER
	count_from_here "$1"
	start_trade client server 300k 300k
	wait_for past client 50000
	roam "$1:eth0" "$2/24" "$3" "$1"
	moves=$((moves + 1))
	ok "$4" wait_for moved "$1" 1
	ok "data arrives" end_trade client server
	is "both know where they are" "$(place client), $(place server)" \
		"$5,40000 $6,80 established $moves, $6,80 $5,40000 established $moves"
}

step A 10.0.3.1 10.0.3.254 "the client moves" 10.0.3.1 10.0.2.2
step B 10.0.5.2 10.0.5.254 "then the server" 10.0.3.1 10.0.5.2
step A 10.0.1.1 10.0.1.254 "the client returns" 10.0.1.1 10.0.5.2
step B 10.0.2.2 10.0.2.254 "and the server" 10.0.1.1 10.0.2.2

# Each has the old address still, so that the other's Attach finds it.
delay R:to-a 500ms
delay R:to-b 500ms
ip -n csp-A addr add 10.0.3.1/24 dev eth0
ip -n csp-B addr add 10.0.5.2/24 dev eth0
count_from_here A B
ctl A flow move all to 10.0.3.1 >/dev/null &
ctl B flow move all to 10.0.5.2 >/dev/null
wait $!
client_there() { [[ $(place client) == "10.0.3.1,40000 10.0.5.2,80 established "* ]]; }
ok "both move at once: the client arrives" wait_for client_there
server_there() { [[ $(place server) == "10.0.5.2,80 10.0.3.1,40000 established "* ]]; }
ok "and the server" wait_for server_there
ok "data arrives" exchange client server 300k
ok "each had its move accepted" wait_for counters_are A move-ok=1 attach-bad-mac=0 attach-no-conn=0
ok "both of them" wait_for counters_are B move-ok=1 attach-bad-mac=0 attach-no-conn=0
# Afterwards the long way makes repeated Detaches.
messages A-R >"$tmp/messages"

# Nothing of what B says of its new place arrives, and meanwhile the client goes away.
delay R:to-a 5ms
delay R:to-b 5ms
conf B path_retries=2
dropper R
on R nft add rule inet test drops meta l4proto 253 ip saddr 10.0.2.2 drop
count_from_here A B
ctl B flow move all to 10.0.2.2 >/dev/null
ok "the server moves, and is not heard" wait_for is_state server moving
ctl A flow move all to 10.0.1.1 >/dev/null
ip -n csp-A addr del 10.0.3.1/24 dev eth0
wait_for counters_are B "move-in=1" "out-retrans=>4"
on R nft flush chain inet test drops
server_back() { [[ $(place server) == "10.0.2.2,80 10.0.1.1,40000 established "* ]]; }
ok "it looks where the client said that it is" wait_for server_back
ok "and data arrives" exchange client server 300k
quit client server
ok "both ends forget the connection" quiet A B
ok "nobody sent a RST" no_reset A-R
ok "nothing was refused" not grep Reject "$tmp/messages"
