#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A mobile server with IPv6, whose agent is not the router of its home network, but
# another host there: it answers for the home address by NDP, as proxy.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 40

home_network 5ms
count_box H
capture A-R B-R R-H
# The home network is the link of R and H; R has no route to this host, but asks for it.
home=fd00:8::9 agent=fd00:8::1
ip -n csp-B addr del fd00:9::9/128 dev lo
addr B:lo fd00:8::9/128 S6
on H sysctl -q net.ipv6.conf.net.proxy_ndp=1
ip -n csp-H -6 neigh add proxy fd00:8::9 dev net

agent_for H B
client client A tcp fd00:8::9 80 require
ok "who asks for a server that is nowhere" not connect client
is "is told that it is gone" "$(field error)" EHOSTDOWN
tell client reject
is "by the agent" "$(field origin)" fd00:8::1
ok "which counts" box_counters_are H 'home-gone=>0' home-redirected=0
quit client

phase register
register_with H B
ok "the server registers" wait_for is_registered B
ok "the agent knows where it is" is_at H away fd00:2::2
ok "with a proof of its address" box_counters_are H home-registered=1 home-challenged=1
ok "the router has found the agent by NDP" grep -q "lladdr" \
	<(ip -n csp-R -6 neigh show fd00:8::9 dev to-h)
ok "messages" expect_messages R-H <<-END
	A6 > S6: Setup(TCP, A6,* <-> S6,80) + SYN
	H6 > A6: Reject(GONE, *
	B6 > H6: Register(S6 at B6, Timeout=600s) + Nonce + Sig
	H6 > B6: Ack + Nonce + Nonce echo + Sig
	B6 > H6: Register(S6 at B6, Timeout=600s) + Nonce + Nonce echo + Sig
	H6 > B6: OK(Timeout=600s) + Nonce echo + Sig
END

# --- a client is sent there ------------------------------------------------------------------------

phase redirect
listener server B tcp fd00:8::9 80 require
dial client A tcp fd00:8::9 80 require 40000
ok "a client connects, to a socket bound to the home address" tell server accept
tell client names
is "getpeername() is where the server is" "$(field peer)" fd00:2::2,80
tell server names
is "the server's own address is, too" "$(field local)" fd00:2::2,80
is "cspctl knows identity and locator" \
	"$(ctl A -j flow | jq -r '.[0] | .raddr + " " + .home_raddr')" "fd00:2::2 fd00:8::9"
ok "the key is the one vouched for" counters_are A redirect-in=1 vouch-ok=1 vouch-bad=0 dh=1
ok "the listener was given the SYN" counters_are B home-assigned=1 setup-in=1
ok "data passes" exchange client server 100k

# --- it moves in the middle of a transfer ------------------------------------------------------------

phase move
start_trade client server 1500k 700k
wait_for past client 300000
roam B:eth0 fd00:5::2/64 fd00:5::fe C6
ok "the server moves" wait_for moved B 1
ok "and tells its agent" wait_for is_at H away fd00:5::2
ok "the data arrives, both ways" end_trade client server
is "the client goes on" "$(place client)" "fd00:1::1,40000 fd00:5::2,80 established 1"
listener second B tcp :: 81 require
dial other A tcp fd00:8::9 81 require
tell other names
is "others are sent to the new place" "$(field peer)" fd00:5::2,81
quit other second
only_one() { [ "$(flows "$1" cid | wc -l)" = 1 ]; }
wait_for only_one B

# --- both move at once --------------------------------------------------------------------------------

phase both
lose_each_other "fd00:3::1/64 fd00:3::fe D6" "fd00:6::2/64 fd00:6::fe E6"
ok "both moved at once: they find each other by the agent" wait_for -t 60 met fd00:3::1 fd00:6::2
ok "data goes on" exchange client server 100k
quit client server
ok "both ends forget the connections" quiet A B
ok "the agent sent the move on" counters_are A 'move-redirected=>0' redirect-bad=0

# --- who does not signal --------------------------------------------------------------------------------

phase plain
clear_answer A fd00:8::9 fd00:8::1
ok "which is counted" box_counters_are H 'home-plain=>2'

# --- a host that hides --------------------------------------------------------------------------------------

ctl B register del fd00:8::9
wait_for empty B register
ctl H agent del fd00:8::9
agent_for H B --hidden
register_with H B --hidden
wait_for is_registered B
count_from_here A B
count_box H
listener server B tcp :: 80 require
phase hidden
dial client A tcp fd00:8::9 80 require 40001
ok "hidden: a client connects" tell server accept
ok "it was the server that told it" counters_are B 'relay-answered=>0'
ok "not the agent" box_counters_are H home-redirected=0 'home-relayed=>0'
ok "the key is the one vouched for, by Redirect and OK" counters_are A redirect-in=1 'vouch-ok=>1' \
	vouch-bad=0
start_trade client server 1500k 700k
wait_for past client 300000
roam B:eth0 fd00:2::2/64 fd00:2::fe B6
ok "the server moves" wait_for moved B 1
ok "the data arrives, both ways" end_trade client server
is "the client goes on" "$(place client)" "fd00:3::1,40001 fd00:2::2,80 established 1"
quit client server
ok "both ends forget the connection" quiet A B

ok "messages of the client" expect_messages A-R@redirect <<-END
	A6 > S6: Setup(TCP, A6,40000 <-> S6,80) + SYN
	H6 > A6: Redirect(TCP, A6,40000 <-> S6:B6,80, by H6)
	A6 > B6: Setup(TCP, A6,40000 <-> S6:B6,80) + Nonce + SYN
	B6 > A6: OK* + Nonce echo + Sig
END
ok "no data went by the agent" not grep -q 'fd00:1::1\.40000' <(transport R-H@redirect)
