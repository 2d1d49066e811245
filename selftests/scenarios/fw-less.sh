#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A box that will wait for less time than it granted says so to whoever asked for time, and
# the host finds out what there is on the whole path.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 32

# A 10.0.1.1 --- R1 --- 10.0.9.0/24 --- R2 --- B 10.0.2.2
host A B
router R1 R2
link A:eth0 R1:to-a
link R1:to-b R2:to-a
link B:eth0 R2:to-b
addr A:eth0 10.0.1.1/24
addr A:eth0 fd00:1::1/64
addr R1:to-a 10.0.1.254/24
addr R1:to-a fd00:1::fe/64
addr R1:to-b 10.0.9.1/24
addr R1:to-b fd00:9::1/64
addr R2:to-a 10.0.9.2/24 R2
addr R2:to-a fd00:9::2/64 R26
addr R2:to-b 10.0.2.254/24
addr R2:to-b fd00:2::fe/64
addr B:eth0 10.0.2.2/24
addr B:eth0 fd00:2::2/64
default_via A 10.0.1.254 fd00:1::fe
default_via B 10.0.2.254 fd00:2::fe
default_via R1 10.0.9.2 fd00:9::2
default_via R2 10.0.9.1 fd00:9::1
for h in A B; do conf $h udp_encap=0; done
for r in R1 R2; do
	stateful_firewall $r
	rule $r in to-a accept
	ctl $r box set max_timeout 1000000
done
granted() { tell "$1" info && [ "$(field timeout)" = "$2" ]; }	# NAME MS
# Where packets can be lost.
on R1 nft add chain inet test drops "{ type filter hook forward priority -1; }"
capture A-R1 B-R2

# --- UDP -----------------------------------------------------------------------------------------

phase udp
listener server B udp 0.0.0.0 5000 prefer
client client A udp 10.0.2.2 5000 require 40000
wish client 600000
ok "UDP: the host connects" connect client
ok "a datagram" passes client server 100
wait_for is_state client established
ok "it gets what it wishes" wait_for granted client 600000
for r in R1 R2; do count_box $r; done
count_from_here A B
ctl R2 box set udp_timeout 50000 max_timeout 150000
ok "the second box has less time from now on" wait_for holes_are R2 granted_ms 150000
ok "the host gets to know it" wait_for granted client 150000
ok "the first box has what it had" holes_are R1 granted_ms 600000
ok "counters of the host" counters_are A change-less=1 change-out=1 change-lost=0
ok "of the other end, which did not ask for time, and is told nothing" \
	counters_are B change-less=0 change-no-less=0 change-in=1
ok "of the second box" box_counters_are R2 less=1 less-told='>0' changed=1 not-believed=0
ok "and the first, which does not take it for a wish" \
	box_counters_are R1 less=0 less-told=0 changed=1 not-believed=0
ok "messages" expect_messages A-R1@udp <<-END
	A > B: Setup(UDP, A,40000 <-> B,5000, Timeout=600s) + UDP data 100
	B > A: OK(Timeout=600s)
	R2 > A: Change(UDP, B,5000 <-> A,40000, Timeout=150s, by R2)
	A > B: Change(UDP, A,40000 <-> B,5000, Timeout=600s)
	B > A: OK(Timeout=150s)
END
ok "and at the other end" expect_messages B-R2@udp <<-END
	A > B: Setup(UDP, A,40000 <-> B,5000, Timeout=600s) + UDP data 100
	B > A: OK
	A > B: Change(UDP, A,40000 <-> B,5000, Timeout=600s)
	B > A: OK
END
count_from_here A
ctl R2 box set max_timeout 1000000
wish client 700000
ok "who asks gets more again" wait_for granted client 700000
is "he has to ask" "$(since A change-less)" 0

# --- announcements that are lost, and false ones ---------------------------------------------------

count_box R2
count_from_here A
drop_next R1 Change 2
ctl R2 box set max_timeout 200000
ok "two that are lost" wait_for granted client 200000
ok "are followed by a third" hits_are R1 Change 2
ok "counted" box_counters_are R2 less=1 less-told=3

count_from_here A
names=conn=udp,10.0.2.2,5000,10.0.1.1,40000
speak R2 10.0.9.2 10.0.1.1 change dcid="$(ctl A -j flow | jq -r '.[].cid')" $names timeout=200000 \
	origin=10.0.9.2
ok "as much is not less" wait_for counters_are A change-no-less=1 change-less=0
speak R2 10.0.9.2 10.0.1.1 change dcid=0102030405060708 $names timeout=1 origin=10.0.9.2
ok "nobody is believed who does not know the connection" wait_for counters_are A attach-no-conn=1
is "nothing was asked" "$(since A change-out)" 0
quit client server
ok "both ends forget it" quiet A B

# --- both ends, TCP, IPv6 ----------------------------------------------------------------------------

phase v6
ctl R2 box set tcp_timeout 600000 max_timeout 600000
ctl R1 box set tcp_timeout 200000
ctl R2 box set tcp_timeout 200000 max_timeout 600000
# So that what both ask at once is under way at once.
for l in R1:to-a R1:to-b R2:to-a R2:to-b; do delay $l 20ms; done
for r in R1 R2; do wait_for no_holes $r; done
listener server B tcp :: 80 prefer
ok "IPv6, TCP" dial client A tcp fd00:2::2 80 require 40000
tell server accept
for r in R1 R2; do count_box $r; done
count_from_here A B
say client setopt 41 2533 801a0600	# 400000
wish server 300000 41
hear client
ok "both ends ask for time at once: the one gets what it asks for" wait_for granted client 400000
ok "and so does the other, as it would have to be told if that became less" \
	wait_for granted server 300000
is "the longer counts" "$(holes R1 granted_ms) $(holes R2 granted_ms)" "400000 400000"
for r in R1 R2; do
	ok "each was asked twice" box_counters_are $r changed=2 not-believed=0
done
ctl R2 box set tcp_timeout 100000 max_timeout 100000
ok "both get to know that there is less" wait_for granted client 100000
ok "the server as well" wait_for granted server 100000
for h in A B; do
	ok "each was told, and has asked once more" counters_are $h change-less=1 \
		change-out=2 change-lost=0
done
quit client server
ok "both ends forget it" quiet A B
