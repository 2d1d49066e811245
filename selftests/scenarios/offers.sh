#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A server that gets another address offers it to those who are connected: Attach without
# Detach, with a MAC.  And a program asks boxes on the way for time: Change(TIMEOUT).
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 17

two_homes
ip -n csp-S addr del 10.0.5.2/24 dev eth1
capture C-R
talk C S 10.0.2.2
is "the server has nothing to offer" "$(alternatives C)" ""

phase offer
count_from_here C S
addr S:eth1 10.0.5.2/24 Sy
ip -n csp-S route add default via 10.0.5.254 metric 20
ip -n csp-S route replace default via 10.0.5.254 table 5
offered() { [ "$(alternatives C)" = 10.0.5.2 ]; }
ok "it gets another address: the client hears of it" wait_for offered
ok "counted" wait_for counters_are S change-out=1 change-lost=0
ok "at the other end too" counters_are C change-in=1 attach-bad-mac=0
ok "nobody moves" counters_are C move-out=0 move-in=0

phase wish
count_from_here C S
ok "a program asks for time" tell client setopt 0 2533 e0930400
ok "it is asked for" wait_for counters_are S change-in=1
ok "once" counters_are C change-out=1 out-retrans=0
ok "the administrator asks too" ctl C flow change "$(flows C cid)" timeout 20000
ok "and is answered" wait_for counters_are S change-in=2
is "but there is no box to grant it" "$(flows C timeout_ms)" 0

phase end
ip -n csp-S link set eth0 down
ok "the server's first link goes down: it moves to the other" wait_for moved S 1
ok "data arrives" exchange client server 100k
quit client server
ok "both ends forget the connection" quiet C S

# So many that an OK has no room for them, since the Setup has no key.
for n in 11 12 13 14; do ip -n csp-S addr add 10.0.5.$n/24 dev eth1; done
listener server S tcp 10.0.5.2 81 prefer
count_from_here S
on C "$lib/say.py" 10.0.1.1 10.0.5.2 setup id=a1a1a1a1a1a1a1a1 conn=tcp,10.0.1.1,7000,10.0.5.2,81
ok "offers that do not fit: the Setup is granted" \
	wait_for counters_are S setup-in=1 out-pkts=1 out-errors=0
ok "messages: the offer" expect_messages C-R@offer <<-END
	Sx > C: Attach(TCP, Sy,80 <-> C,40000) + Sig
	C > Sx: OK + Sig
END
ok "messages: the wish" expect_messages C-R@wish <<-END
	C > Sx: Change(TCP, C,40000 <-> Sx,80, Timeout=300s)
	Sx > C: OK
	C > Sx: Change(TCP, C,40000 <-> Sx,80, Timeout=20s)
	Sx > C: OK
END
