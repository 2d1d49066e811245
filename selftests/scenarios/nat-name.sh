#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NAT, to a name (exchange 7): B, outside, connects to a name whose address is the NAT's. Many
# names share one address and one port; each leads to a host inside.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 51

behind_nat
nat masquerade
give one.example.org 10.0.1.1:8080
give Two.example.org 10.0.7.1
rule R in to-b dport 80 accept
rule R in to-b to 10.0.1.1 dport 8080 accept
rule R in to-b name one.example.org proto udp dport 6000 accept
ctl R box set linger 1000
capture A-R D-R B-R

# --- one name ------------------------------------------------------------------------------------

phase tcp
count_box R
listener server A tcp 0.0.0.0 8080 prefer
ok "TCP: the client reaches a name" reach client tcp 80 one.example.org 40000
ok "the host inside accepts" tell server accept
is "the client's socket has the NAT's address" "$(names client)" "10.0.2.2,40000 10.0.2.254,80"
is "the server's its own, and the client's" "$(names server)" "10.0.1.1,8080 10.0.2.2,40000"
is "the first packet was inside the Setup" "$(counter A piggyback-in)" 1
is "the client's connection, as it is listed" "$(ends B)" "10.0.2.2:40000 10.0.2.254:80"
is "the server's" "$(ends A)" "10.0.1.1:8080 10.0.2.2:40000"
is "the pinhole tells both names" "$(ctl R -j pinhole | jq -r '.[] |
	"\(.src):\(.sport) \(.dst):\(.dport) \(.nat):\(.nat_port)"')" \
	"10.0.2.2:40000 10.0.1.1:8080 10.0.2.254:80"
is "the mapping is conntrack's" "$(entry "src=10.0.2.2 dst=10.0.2.254 .*src=10.0.1.1 ")" 1
ok "data arrives as it was sent, both ways" exchange client server 300k
ok "the client asks for less time" wish client 60000
ok "and gets it" wait_for holes_are R granted_ms 60000
quit client server
ok "both ends forget the connection" quiet A B
ok "the mapping goes with it" wait_for no_holes R
is "also in conntrack" "$(entry "dport=80 " || true)" 0
ok "counters" box_counters_are R setups=1 accepted=1 nat-named=1 nat-reserved=1 nat-redirected=0 \
	provisional=1 confirmed=1 detached=1 changed=1 nat-in=3 nat-out=3 not-believed=0
ok "messages outside" expect_messages B-R@tcp <<-END
	B > N: Setup(TCP, B,40000 <-> N,80, name = one.example.org) + SYN
	N > B: OK(Timeout=7440s)
	B > N: Change(TCP, B,40000 <-> N,80, Timeout=60s)
	N > B: OK(Timeout=60s)
	B > N: Detach(TCP, B,40000 <-> N,80)
	N > B: OK
END
ok "and inside" expect_messages A-R@tcp <<-END
	B > A: Setup(TCP, B,40000 <-> A:N,8080:80, name = one.example.org) + SYN
	A > B: OK
	B > A: Change(TCP, B,40000 <-> N,80, Timeout=60s)
	A > B: OK
	B > A: Detach(TCP, B,40000 <-> N,80)
	A > B: OK
END

# --- two names, one port -----------------------------------------------------------------------------

phase two
count_box R
listener server A tcp 0.0.0.0 8080 prefer
listener other D tcp 0.0.0.0 80 prefer
ok "another name, at the same address and port" reach second tcp 80 two.EXAMPLE.org 40002
ok "is that of another host" tell other accept
is "which keeps the port" "$(names other)" "10.0.7.1,80 10.0.2.2,40002"
ok "the first name goes on to mean the first" reach client tcp 80 ONE.example.org 40001
ok "its server accepts" tell server accept
ok "data of the one" exchange client server 100k
ok "data of the other" exchange second other 100k
is "each name was asked for so often" "$(ctl R -j name | jq -r '.[] | "\(.name) \(.setups)"')" \
	"$(printf 'one.example.org 2\ntwo.example.org 1')"

ctl R name flush >/dev/null
ok "a name that is given up ends nothing" exchange client server 100k
ok "it is only not found any more" not reach third tcp 80 one.example.org
is "nobody serves it" "$(why third)" "no-listener ECONNREFUSED"
quit client second server other third
ok "what was up still says good-bye" quiet A B D
ok "and its mappings go" wait_for no_holes R

# --- UDP, IPv6 ---------------------------------------------------------------------------------------

phase udp
give one.example.org 10.0.1.1:8080
give one.example.org 10.0.1.1:6000 port 5000
listener server A udp 0.0.0.0 6000 prefer
ok "UDP, where the port says more than the name alone" reach client udp 5000 one.example.org 40003
ok "the first datagram arrives" passes client server 100
wait_for is_state client established
tell server connect 10.0.2.2 40003
ok "an answer" passes server client 200
quit client server
ok "closing gives it up" quiet A B
ok "and the mapping with it" wait_for no_holes R

phase v6
give six.example.org fd00:1::1
listener server A tcp :: 80 prefer
level=41
ok "IPv6 is the same" reach client tcp 80 six.example.org 40004 fd00:2::fe
level=0
tell server accept
is "the server knows who it is" "$(names server)" "fd00:1::1,80 fd00:2::2,40004"
ok "data" exchange client server 100k
quit client server
quiet A B
ok "the mapping goes" wait_for no_holes R
ok "messages inside" expect_messages A-R@v6 <<-END
	B6 > A6: Setup(TCP, B6,40004 <-> A6:N6,80, name = six.example.org) + SYN
	A6 > B6: OK
	B6 > A6: Detach(TCP, B6,40004 <-> N6,80)
	A6 > B6: OK
END

listener server A udp :: 80 prefer
level=41
reach client udp 80 six.example.org 40006 fd00:2::fe
level=0
ok "UDP" passes client server 100
wait_for is_state client established
tell server connect fd00:2::2 40006
ok "an answer" passes server client 200
quit client server
quiet A B
ok "that mapping goes, too" wait_for no_holes R

# --- the client moves ------------------------------------------------------------------------------------

phase move
count_from_here A B
listener server A tcp 0.0.0.0 8080 prefer
reach client tcp 80 one.example.org 40005
tell server accept
roam B:eth0 10.0.5.2/24 10.0.5.254 C
ok "the client moves" wait_for moved B 1
is "the host inside knows where to" "$(names server)" "10.0.1.1,8080 10.0.5.2,40005"
is "and is itself where it was" "$(names client)" "10.0.5.2,40005 10.0.2.254,80"
ok "data" exchange client server 100k
quit client server
quiet A B
ok "the mapping goes" wait_for no_holes R

# --- names by command -----------------------------------------------------------------------------------

ctl R box set max_names 4
why=$(give four.example.org 10.0.1.1 2>&1) || true
is "four names" "$(ctl R -j name | jq length)" 4
why=$(give five.example.org 10.0.1.1 2>&1) || true
is "no room for more" "$why" "*max_names*"
