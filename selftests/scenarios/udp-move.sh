#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# UDP moves: connected sockets at either end, with datagrams sent while the move is
# under way, and a server's unconnected socket that hears from its client's new place.
# That serves others as well, and no client takes it from them.  A socket that has turned
# to somebody else stays with him.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 42

routed 5ms
capture A-R
talk A B 10.0.2.2 udp
datagram client server 100
ok "the server connects to its client" tell server connect 10.0.1.1 40000
ok "and answers" datagram server client 100
is "the client before" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 0"

ip -n csp-A -4 addr flush dev eth0 scope global
ok "without an address: homeless" wait_for state_is A homeless
ok "and nothing can be sent" not tell client send 10
dropper R
on R nft add rule inet test drops meta l4proto 253 drop
addr A:eth0 10.0.3.1/24 C
default_via A 10.0.3.254
ok "with another address it moves" wait_for state_is A moving
ok "what the client sends now waits" tell client send 200
first=$(field sum)
ok "as does the next" tell client send 300
second=$(field sum)
no_firewall R
ok "the move is answered" wait_for moved A 1
tell server recv 300
is "the datagrams arrive" "$(field sum) $(field from)" "$first 10.0.3.1,40000"
tell server recv 300
is "both of them" "$(field sum)" "$second"
is "the client after" "$(place client)" "10.0.3.1,40000 10.0.2.2,80 established 1"
is "the server after" "$(place server)" "10.0.2.2,80 10.0.3.1,40000 established 1"
ok "the server answers to the new address" datagram server client 1000

roam B:eth0 10.0.5.2/24 10.0.5.254 D
ok "the server moves, idle" wait_for moved B 1
is "the server after" "$(place server)" "10.0.5.2,80 10.0.3.1,40000 established 2"
is "the client after" "$(place client)" "10.0.3.1,40000 10.0.5.2,80 established 2"
ok "datagrams arrive" datagram client server 1000
ok "both ways" datagram server client 1000
wait_for validated A 1
quit client server
ok "both ends forget the connection" quiet A B

talk A B fd00:2::2 udp
datagram client server 100
roam A:eth0 fd00:3::1/64 fd00:3::fe C6
ok "IPv6: the client moves, the server's socket is not connected" wait_for moved A 2
ok "a datagram arrives" tell client send 700
sum=$(field sum)
tell server recv 700
is "from the new address" "$(field sum) $(field from)" "$sum fd00:3::1,40000"
tell server sendto fd00:3::1 40000 50
ok "where the answer goes" tell client recv 50
quit client server
wait_for quiet A B

# --- a socket that serves others keeps its name ---------------------------------------------------

bound() { # NAME ADDR
	tell "$1" names && [ "$(field local)" = "$2,80" ]
}
at() { [ "$(place "$1")" = "$2 established $3" ]; }	# NAME NAMES MOVES
cid() { ctl A -j flow lport "$1" | jq -r '.[0].cid'; }	# PORT
visit() { ctl A flow move "$(cid "$1")" remote 10.0.2.2 >/dev/null; }	# PORT

ip -n csp-B addr add 10.0.2.2/24 dev eth0
conf B multihome=1
talk A B 10.0.5.2 udp
dial other A udp 10.0.5.2 80 prefer 40001
ok "a server that is bound and not connected, with a second address" datagram client server 100
ok "another client" datagram other server 100
wait_for like "$(ctl A -j flow lport 40000 | jq -r '.[].alternatives[]')" 10.0.2.2
count_from_here A B
ok "one client asks for it at the other address" visit 40000
ok "which is refused" wait_for counters_are B move-immovable=1 reject-out=1 move-in=0
ok "the server is where it was" bound server 10.0.5.2
ok "as is the client" wait_for at client "10.0.3.1,40000 10.0.5.2,80" 0
ok "the others are served" datagram other server 100
dial third A udp 10.0.5.2 80 require 40002
ok "so is who is new" datagram third server 100
ok "and who asked" datagram client server 100

ip -n csp-B addr del 10.0.5.2/24 dev eth0
default_via B 10.0.2.254
ok "the address goes: the socket follows, for all of them" wait_for at third \
	"10.0.3.1,40002 10.0.2.2,80" 1
ok "bound to the other" bound server 10.0.2.2
wait_for at other "10.0.3.1,40001 10.0.2.2,80" 1
ok "one is served" datagram other server 100
wait_for at client "10.0.3.1,40000 10.0.2.2,80" 1
ok "and the other" datagram client server 100

# --- a socket that is connected to somebody else since -------------------------------------------

quit client other third
wait_for quiet A
dial client A udp 10.0.2.2 80 prefer 40003
datagram client server 100
wait_for is_state client established
listener second B udp 10.0.2.2 81 prefer
ok "a client turns to another server" tell client connect 10.0.2.2 81
ok "which hears it" datagram client second 100
wait_for is_state client established
count_from_here A
roam A:eth0 10.0.4.1/24 10.0.4.254 D
ok "it moves; the connection before cannot" wait_for counters_are A move-ok=1 move-immovable=1
is "the other server is who it is connected to" "$(place client)" \
	"10.0.4.1,40003 10.0.2.2,81 established 1"
ok "and who hears it" datagram client second 100
