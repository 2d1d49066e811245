#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An idle connection moves too, and its client may have a firewall that lets in
# nothing but answers: the server is the first to send after the move.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 11

routed 5ms
stateful() { # HOST
	firewall "$1" <<-END
		counter refused { }
		chain input {
			type filter hook input priority 0; policy accept
			ct state established,related accept
			iif lo accept
			meta l4proto ipv6-icmp accept
			counter name refused drop
		}
	END
}
stateful A
capture A-R
talk A B 10.0.2.2
ok "data before" exchange client server 10k
ok "the firewall refuses nothing" hits_are A refused 0

roam A:eth0 10.0.3.1/24 10.0.3.254 C
ok "the idle client moves" wait_for moved A 1
ok "the server proves its address" wait_for validated B 1
start_copy server client 100k
ok "what the server sends arrives" end_copy server client
is "at its new place" "$(place client)" "10.0.3.1,40000 10.0.2.2,80 established 1"

# A firewall that lets signalling in, and no data that is not an answer.
on A nft insert rule inet test input meta l4proto 253 accept
roam B:eth0 10.0.5.2/24 10.0.5.254 D
ok "the idle server moves" wait_for moved B 1
start_copy server client 100k
ok "what it sends arrives: the client's firewall knows its new place" \
	end_copy server client
is "the client's view" "$(place client)" "10.0.3.1,40000 10.0.5.2,80 established 2"
quit client server
ok "both ends forget the connection" quiet A B
ok "nobody sent a RST" no_reset A-R
