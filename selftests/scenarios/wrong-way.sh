#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The first network that a host finds after its address went leads nowhere; when
# routing prefers another one, its connections go there, though the first is still up.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 7

routed 5ms
host N
link A:eth1 N:eth0
addr A:eth1 10.0.9.1/24 N
addr N:eth0 10.0.9.254/24
ip -n csp-A route add default via 10.0.9.254 metric 1000
capture A-R A-N
talk A B 10.0.2.2

ip -n csp-A -4 addr flush dev eth0 scope global
ok "the only other network leads nowhere" wait_for path_is A 10.0.9.1 10.0.2.2
ok "no answer from there" state_is A moving
addr A:eth0 10.0.3.1/24 C
default_via A 10.0.3.254
ok "a better one is there: the connection moves to it" wait_for moved A 1
is "the client's view" "$(place client)" "10.0.3.1,40000 10.0.2.2,80 established 1"
is "the server's view" "$(place server)" "10.0.2.2,80 10.0.3.1,40000 established 1"
ok "data arrives" exchange client server 100k
quit client server
ok "both ends forget the connection" quiet A B
