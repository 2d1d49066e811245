#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A host that is without any address for a minute in the middle of a transfer keeps
# its connections; and one whose address comes back goes on as if nothing had been.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 25

routed
delay R:to-a 5ms rate 2mbit
delay R:to-b 5ms rate 2mbit
capture A-R
talk A B 10.0.2.2

start_copy client server 600k
wait_for received B 100000
ip -n csp-A -4 addr flush dev eth0 scope global
ok "no address: homeless" wait_for state_is A homeless
is "the socket lives" "$(on A ss -tnHO state established | wc -l)" 1
addr A:eth0 10.0.1.1/24
default_via A 10.0.1.254
ok "the address comes back: established" wait_for state_is A established
ok "the upload is complete and right" end_copy client server
is "nothing moved" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 0"
ok "nothing was asked" counters_are A move-homeless=1 move-out=0

start_copy server client 600k
wait_for received A 100000
ip -n csp-A -4 addr flush dev eth0 scope global
ip -n csp-A link set eth0 down
wait_for state_is A homeless
since=$SECONDS
minute_over() { [ $((SECONDS - since)) -gt 60 ]; }
wait_for -t 70 minute_over
ok "homeless for a minute" state_is A homeless
ip -n csp-A link set eth0 up
addr A:eth0 10.0.3.1/24 C
default_via A 10.0.3.254
ok "another address: it moves" wait_for moved A 1
ok "the download is complete and right" end_copy server client
is "the client's view" "$(place client)" "10.0.3.1,40000 10.0.2.2,80 established 1"
is "the server's view" "$(place server)" "10.0.2.2,80 10.0.3.1,40000 established 1"
ok "counters" counters_are A move-homeless=2 move-out=1 out-errors=0

# The cable goes while it asks the peer about its new address, and comes back: the peer
# still does not know of that.
count_from_here A
dropper R prerouting
on R nft add rule inet test drops meta l4proto 253 drop
roam A:eth0 10.0.4.1/24 10.0.4.254 D
ok "it moves, and nobody answers" wait_for state_is A moving
say client send 20k
ip -n csp-R link set to-a down
ok "the cable goes: homeless" wait_for state_is A homeless
ip -n csp-R link set to-a up
default_via A 10.0.4.254
ok "and is back: it asks again" wait_for state_is A moving
no_firewall R
ok "the peer agrees" wait_for moved A 1
ok "what was sent meanwhile arrives" tell server recv 20k
hear client
is "the server's view" "$(place server)" "10.0.2.2,80 10.0.4.1,40000 established 2"
quit client server
ok "both ends forget the connection" quiet A B
ok "nobody sent a RST" no_reset A-R

# Datagrams of a socket that is not connected wait for the cable.
listener u-server B udp 10.0.2.2 5000 prefer
client u-client A udp 0.0.0.0 0 prefer 40001
tell u-client sendto 10.0.2.2 5000 20
ok "a datagram" tell u-server recv 20
wait_for state_is A established
ip -n csp-R link set to-a down
wait_for state_is A homeless
for i in 21 22 23; do tell u-client sendto 10.0.2.2 5000 $i; done
ok "three more: held without a cable" not tell u-server recv 100 200
ip -n csp-R link set to-a up
for i in 21 22 23; do ok "is sent when it is back" tell u-server recv $i; done
quit u-client u-server
quiet A B
