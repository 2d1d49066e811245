#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# SCTP and DCCP through a firewall: sockets of the kernel, whose connections are announced
# by hand, for csp.ko does not signal them.  A pinhole opens for them as it does for TCP,
# has its own idle time, and closes with the Detach.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 41

routed
for h in A B; do
	deaf $h
	on $h nft add rule inet test in ip6 nexthdr 253 drop
done
stateful_firewall R
capture A-R
rule R in to-a dport 81 reject "not from here"
rule R in to-a dport 82 accept timeout 10s
rule R in to-a accept

cid=a1a1a1a1a1a1a1a1 peer=b1b1b1b1b1b1b1b1
a=10.0.1.1 b=10.0.2.2

announce() { # PROTO DPORT
	speak A $a $b setup xid=1 id=$cid "conn=$1,$a,40000,$b,$2" timeout=0
}
open_hole() { # PROTO DPORT
	announce "$@"
	wait_for holes_are R state provisional
	speak B $b $a ok reply xid=1 dcid=$cid id=$peer timeout=0
	wait_for holes_are R state open
}
close_hole() { # PROTO DPORT
	speak A $a $b detach xid=2 dcid=$peer "conn=$1,$a,40000,$b,$2"
	speak B $b $a ok reply xid=2 dcid=$cid
	wait_for holes_are R state linger
}
tracked() { on R grep -q "$1 .*src=$a " /proc/net/nf_conntrack; }	# PROTO
more_drops() { more_hits R dropped "$drops"; }

# Its first packet is dropped, and it is given up.
blocked() { # PROTO DPORT
	drops=$(hits R dropped)
	client other A "$1" $b "$2" '' 40001
	tell other begin $b "$2"
	wait_for more_drops
	tell other reset
	quit other
}

# Without farewells that would be seen later.
end() {
	tell client reset
	tell server reset
	quit client server
}

try_all() { # PROTO STATE_OF_CONNTRACK BYTES
	phase "$1"
	count_box R
	listener server B "$1" $b 80
	ok "$1: without a Setup nothing passes" blocked "$1" 80

	open_hole "$1" 80
	is "$1: the pinhole" "$(holes R proto) $(holes R granted_ms) $(holes R rule)" "$1 7440000 3"
	drops=$(hits R dropped)
	ok "$1: connect" dial client A "$1" $b 80 '' 40000
	ok "$1: accept" tell server accept
	ok "$1: data" passes client server "$3"
	ok "$1: data, back" passes server client "$3"
	is "$1: nothing was dropped" "$(hits R dropped)" "$drops"
	ok "$1: conntrack knows what it is" on R grep -q "$1 .*$2 src=$a " /proc/net/nf_conntrack
	ok "$1: the pinhole is for its port only" blocked "$1" 83
	close_hole "$1" 80
	ok "$1: closed by the Detach" wait_for no_holes R
	ok "$1: conntrack has forgotten it" not tracked "$1"
	drops=$(hits R dropped)
	tell server send 10
	ok "$1: what comes now is dropped" wait_for more_drops
	ok "$1: counted" box_counters_are R provisional=1 confirmed=1 detached=1 unanswered=0
	end

	announce "$1" 81
	ok "$1: refused by a rule" wait_for box_counters_are R refused-rule=1
	is "$1: which says why" "$(messages "A-R@$1" | grep -c 'Reject(POLICY, "not from here"')" 1

	# The time runs from the OK on: everything is there by then.
	listener server B "$1" $b 82
	client client A "$1" $b 82 '' 40000
	open_hole "$1" 82
	connect client
	tell server accept
	ok "$1: a pinhole of ten seconds" passes client server "$3"
	is "$1: as it was told" "$(holes R granted_ms)" 10000
	ok "$1: closes when it is idle" wait_for box_counters_are R idle=1
	drops=$(hits R dropped)
	tell client send 10
	ok "$1: what comes now is dropped" wait_for more_drops
	end
}

# Debian loads neither by itself.
if modprobe -q sctp; then try_all sctp ESTABLISHED 1000; else skip 19 "no SCTP in this kernel"; fi
# Conntrack has the checksum of longer DCCP packets for wrong, over IPv4, and takes them for
# invalid, with CSP or without: nf_ip_checksum_partial() gives csum_tcpudp_nofold() the length
# where the protocol belongs, which is one byte. So of Linux 6.1 and 6.12.
if modprobe -q dccp_ipv4; then
	try_all dccp OPEN 150
	on R sysctl -q net.netfilter.nf_conntrack_checksum=0
	listener server B dccp $b 80
	client client A dccp $b 80 '' 40000
	open_hole dccp 80
	connect client
	tell server accept
	ok "dccp: longer ones, if conntrack looks at no checksums" passes client server 1000
	close_hole dccp 80
	wait_for no_holes R
	on R sysctl -q net.netfilter.nf_conntrack_checksum=1
	end
else
	skip 20 "no DCCP in this kernel"
fi

# --- IPv6 ----------------------------------------------------------------------------------

a=fd00:1::1 b=fd00:2::2
if modprobe -q sctp; then
	listener server B sctp $b 80
	open_hole sctp 80
	sock client A
	tell client socket sctp 6
	tell client v6only
	tell client bind $a 40000
	ok "IPv6: connect" tell client connect $b 80
	tell server accept
	ok "IPv6: data" passes client server 1000
	end
else
	skip 2 "no SCTP in this kernel"
fi
