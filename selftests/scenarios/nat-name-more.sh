#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NAT, to a name: signalling over UDP, the host inside moves, a Setup that has become too
# large for what it carries, and a NAT behind the NAT.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 53

# A may be at home, 10.0.1.1, or behind the inner NAT M, at 10.0.8.1.
behind_nat
router M
link A:eth1 M:in
link M:out R:to-m
addr M:in 10.0.8.254/24 Min
addr M:out 10.0.9.1/24 M
addr R:to-m 10.0.9.254/24 R
named 10.0.8.1 I
named 10.0.3.1 H
default_via M 10.0.9.254
nat masquerade
give www.example.org 10.0.1.1:8080
give two.example.org 10.0.7.1:8080
rule R in to-b accept
ctl R box set linger 1000
capture A-R B-R

# --- over UDP ------------------------------------------------------------------------------------

phase udp
for h in A D; do conf $h udp_encap=1; done
conf B udp_encap=2
count_box R
count_from_here A B D
listener server A tcp 0.0.0.0 8080 prefer
listener other D tcp 0.0.0.0 8080 prefer
ok "over UDP, TCP to a name" reach client tcp 80 www.example.org 40000
tell server accept
ok "and to another host by another name" reach second tcp 80 two.example.org 40001
tell other accept
is "the first" "$(names server)" "10.0.1.1,8080 10.0.2.2,40000"
is "the second" "$(names other)" "10.0.7.1,8080 10.0.2.2,40001"
ok "data of the first" exchange client server 50k
ok "data of the second" exchange second other 50k
quit client second server other
ok "all say good-bye" quiet A B D
ok "and the mappings go" wait_for no_holes R
ok "messages were translated both ways" box_counters_are R nat-named='>1' nat-in='>3' nat-out='>3' \
	confirmed=2 detached=2 not-believed=0
ok "some over UDP" counters_are B out-udp='>3' in-udp='>3'
is "which are all" "$(since B out-pkts) $(since B in-pkts)" "$(since B out-udp) $(since B in-udp)"

# --- the host inside moves ---------------------------------------------------------------------------

for h in A B D; do
	conf $h udp_encap=0
	ctl $h peer flush >/dev/null
done
phase move
count_box R
count_from_here A B
listener server A tcp 0.0.0.0 8080 prefer
reach client tcp 80 www.example.org 40010
tell server accept
roam A:eth0 10.0.3.1/24 10.0.3.254 H
ok "the host inside moves" wait_for moved A 1
is "its socket has its new address, and its port" "$(names server)" "10.0.3.1,8080 10.0.2.2,40010"
is "the client knows the name that the NAT lends now" "$(names client)" "10.0.2.2,40010 10.0.2.254,8080"
ok "data" exchange client server 50k
ok "the NAT was asked, and believed" box_counters_are R nat-reserved=2 nat-redirected=1 \
	confirmed=1 moved=1
quit client server
ok "both ends forget the connection" quiet A B
ok "and so does the NAT" wait_for no_holes R
ok "messages outside" expect_messages B-R@move <<-END
	B > N: Setup(TCP, B,40010 <-> N,80, name = www.example.org) + SYN
	N > B: OK(Timeout=7440s)
	N > B: Detach(old path), Attach(TCP, N,8080 <-> B,40010) + Nonce + Sig*
	B > N: OK + Nonce + Nonce echo + Sig
	N > B: Ack + Nonce echo + Sig
	B > N: Detach(TCP, B,40010 <-> N,8080)
	N > B: OK
END

# The port that the client knows is taken, by the mapping from before.
phase same-port
give same.example.org 10.0.3.1
count_from_here A B
listener server A tcp 0.0.0.0 80 prefer
reach client tcp 80 same.example.org 40011
tell server accept
roam A:eth0 10.0.1.1/24 10.0.1.254
ok "one that has the same port inside and outside moves" wait_for moved A 1
port=$(names client) port=${port##*,}
is "it gets another port, for both" "$(names server)" "10.0.1.1,$port 10.0.2.2,40011"
is "which is not the old one" "$([ "$port" != 80 ]; echo $?)" 0
ok "data" exchange client server 50k
quit client server
ok "both ends forget the connection" quiet A B
ok "and so does the NAT" wait_for no_holes R

# --- too large ------------------------------------------------------------------------------------------

# Bytes of the first signalling packet that was seen.
setup_length() { # LINK@PHASE
	local from
	wait_for captured_all "${1%@*}"
	read -r from _ <<<"$(phase_range "$1")"
	tcpdump -n -t -# -v -r "$tmp/${1%@*}.pcap" 2>/dev/null |
		awk -v from="$from" '$1 > from && /proto.*\(253\)/ && !n { n = $NF + 0; print n }'
}
# A network inside through which not a byte more can go.
narrow() { # MTU
	ip -n csp-R link set to-a mtu "$1"
	ip -n csp-A link set eth0 mtu "$1"
}

give www.example.org 10.0.1.1:6000 port 5000
phase udp-fits
listener server A udp 0.0.0.0 6000 prefer
reach client udp 5000 www.example.org 40020
ok "a datagram comes with its Setup" passes client server 300
wait_for is_state client established
quit client
quiet A B
wait_for no_holes R
narrow "$(setup_length B-R@udp-fits)"
phase udp-large
count_box R
reach client udp 5000 www.example.org 40021
tell client send 300
wait_for is_state client established
ok "the second one comes alone" passes client server 300
quit client server
quiet A B
ok "one that does not fit is left out" box_counters_are R nat-named=1 nat-stripped=1 confirmed=1
ok "the Setup, outside" expect_messages B-R@udp-large <<-END
	B > N: Setup(UDP, B,40021 <-> N,5000, name = www.example.org) + UDP data 300
	N > B: OK(Timeout=10s)
	B > N: Detach(UDP, B,40021 <-> N,5000)
	N > B: OK
END
ok "and inside" expect_messages A-R@udp-large <<-END
	B > A: Setup(UDP, B,40021 <-> A:N,6000:5000, name = www.example.org)
	A > B: OK
	B > A: Detach(UDP, B,40021 <-> N,5000)
	A > B: OK
END
wait_for no_holes R
narrow 1500

phase tcp-fits
listener server A tcp 0.0.0.0 8080 prefer
reach client tcp 80 www.example.org 40022
tell server accept
quit client server
quiet A B
wait_for no_holes R
narrow "$(setup_length B-R@tcp-fits)"
phase tcp-large
count_box R
listener server A tcp 0.0.0.0 8080 prefer
ok "TCP sends its SYN again" reach client tcp 80 www.example.org 40023
ok "and it arrives" tell server accept
ok "data" exchange client server 10k
ok "counted" box_counters_are R nat-stripped=1 confirmed=1
quit client server
quiet A B
wait_for no_holes R
narrow 100
count_box R
speak B 10.0.2.2 10.0.2.254 setup xid=9 id=b9b9b9b9b9b9b9b9 timeout=0 pubkey \
	conn=tcp,10.0.2.2,40024,10.0.2.254,80 name=www.example.org
ok "one that does not fit though it carries nothing" wait_for box_counters_are R nat-too-large=1 \
	nat-named=0 nat-stripped=0
ok "opens nothing that would stay" wait_for no_holes R
narrow 1500

# --- a NAT behind the NAT ---------------------------------------------------------------------------------

firewall M <<-END
	chain post {
		type nat hook postrouting priority srcnat
		oifname "out" masquerade
	}
	chain forward {
		type filter hook forward priority filter; policy drop
		ct state established,related accept
		iifname "in" accept
	}
END
rule M in out accept
ctl M name add inner.example.org 10.0.8.1:8080
ctl M box set linger 1000
give inner.example.org 10.0.9.1:8000
to_inner() {
	ip -n csp-A addr flush dev eth0 scope global
	ip -n csp-A addr add 10.0.8.1/24 dev eth1
	default_via A 10.0.8.254
}
capture A-M M-R

phase row
to_inner
count_box R
count_box M
listener server A tcp 0.0.0.0 8080 prefer
ok "behind two NATs, by one name" reach client tcp 80 inner.example.org 40030
ok "the host accepts" tell server accept
is "as the client knows it" "$(names client)" "10.0.2.2,40030 10.0.2.254,80"
is "and as it is" "$(names server)" "10.0.8.1,8080 10.0.2.2,40030"
ok "data" exchange client server 50k
quit client server
ok "both ends forget the connection" quiet A B
ok "and so does the outer NAT" wait_for no_holes R
ok "and the inner" wait_for no_holes M
ok "counters of the outer" box_counters_are R nat-named=1 nat-reserved=1 nat-redirected=0 confirmed=1 \
	detached=1 nat-in=2 nat-out=2 not-believed=0
ok "of the inner" box_counters_are M nat-named=1 nat-reserved=1 nat-redirected=0 confirmed=1 \
	detached=1 nat-in=2 nat-out=2 not-believed=0
ok "messages outside" expect_messages B-R@row <<-END
	B > N: Setup(TCP, B,40030 <-> N,80, name = inner.example.org) + SYN
	N > B: OK(Timeout=7440s)
	B > N: Detach(TCP, B,40030 <-> N,80)
	N > B: OK
END
ok "between the two" expect_messages M-R@row <<-END
	B > M: Setup(TCP, B,40030 <-> M:N,8000:80, name = inner.example.org) + SYN
	M > B: OK(Timeout=7440s)
	B > M: Detach(TCP, B,40030 <-> N,80)
	M > B: OK
END
ok "and inside" expect_messages A-M@row <<-END
	B > I: Setup(TCP, B,40030 <-> I:M,8080:8000, name = inner.example.org) + SYN
	I > B: OK
	B > I: Detach(TCP, B,40030 <-> N,80)
	I > B: OK
END

phase row-udp
for h in A B; do ctl $h peer flush >/dev/null; done
conf A udp_encap=1
conf B udp_encap=2
count_from_here A B
listener server A udp 0.0.0.0 8080 prefer
reach client udp 80 inner.example.org 40031
ok "the same over UDP, for UDP" passes client server 100
wait_for is_state client established
tell server connect 10.0.2.2 40031
ok "an answer" passes server client 200
quit client server
ok "both ends forget the connection" quiet A B
is "all of it over UDP" "$(since A in-pkts) $(since A out-pkts)" "$(since A in-udp) $(since A out-udp)"
wait_for no_holes R
wait_for no_holes M
