#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NAT (exchange 6), made by an ordinary masquerade rule: it says which name it lends, the host
# takes it, and connections through it are signalled end to end.
#
# Time limit: 500
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 64

# A second host inside, D, on a link of its own.
routed
host D
link D:eth0 R:to-d
ip -n csp-R addr add 10.0.7.254/24 dev to-d
addr D:eth0 10.0.7.1/24
default_via D 10.0.7.254
named 10.0.1.254 R
named 10.0.7.254 R
named 10.0.2.254 N
for h in A B D; do conf $h udp_encap=0; done

# RULE... of the forward chain, before the usual ones; masquerade may have options.
nat() { # MASQUERADE [RULE...]
	firewall R <<-END
		counter dropped {}
		chain post {
			type nat hook postrouting priority srcnat
			oifname "to-b" $1
		}
		chain forward {
			type filter hook forward priority filter; policy drop
			$(printf '%s\n' "${@:2}")
			ct state established,related accept
			iifname != "to-b" accept
			ip6 nexthdr ipv6-icmp accept
			counter name dropped
		}
	END
}

names() { tell "$1" names; echo "$(field local) $(field peer)"; }
entry() { on R grep -c "$1" /proc/net/nf_conntrack; }

nat masquerade "tcp dport 25 drop"
ctl R box set enable 1 linger 1000
capture A-R B-R

# --- TCP ---------------------------------------------------------------------------------------

phase tcp
count_box R
listener server B tcp 0.0.0.0 80 prefer
ok "TCP: the client connects" dial client A tcp 10.0.2.2 80 require 40000
ok "the server accepts" tell server accept
is "the client's socket has its own address" "$(names client)" "10.0.1.1,40000 10.0.2.2,80"
is "the server knows it by the NAT's" "$(names server)" "10.0.2.2,80 10.0.2.254,40000"
is "the first packet was inside the Setup" "$(counter B piggyback-in)" 1
tell client info
is "the client knows how long the NAT waits" "$(field timeout)" 7440000
is "the mapping is conntrack's" "$(entry "src=10.0.1.1 .*sport=40000 .*dst=10.0.2.254 ")" 1
ok "data arrives as it was sent, both ways" exchange client server 300k
ok "the client asks for less time" wish client 60000
ok "and gets it" wait_for holes_are R granted_ms 60000
quit client server
ok "both ends forget the connection" quiet A B
ok "the mapping goes with it" wait_for no_holes R
is "also in conntrack" "$(entry dport=80 || true)" 0
ok "counters" box_counters_are R setups=1 nat-reserved=1 nat-redirected=1 nat-clash=0 \
	provisional=1 confirmed=1 detached=1 changed=1 nat-in=3 nat-out=3 not-believed=0
ok "nothing was dropped" hits_are R dropped 0
ok "messages at the client's side" expect_messages A-R@tcp <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	R > A: Redirect(TCP, A:N,40000 <-> B,80, by R)
	A > B: Setup(TCP, A:N,40000 <-> B,80) + SYN
	B > A: OK(Timeout=7440s)
	A > B: Change(TCP, A:N,40000 <-> B,80, Timeout=60s)
	B > A: OK(Timeout=60s)
	A > B: Detach(TCP, A:N,40000 <-> B,80)
	B > A: OK
END
ok "and at the server's" expect_messages B-R@tcp <<-END
	N > B: Setup(TCP, A:N,40000 <-> B,80) + SYN
	B > N: OK
	N > B: Change(TCP, A:N,40000 <-> B,80, Timeout=60s)
	B > N: OK
	N > B: Detach(TCP, A:N,40000 <-> B,80)
	B > N: OK
END

# --- two hosts, one port -----------------------------------------------------------------------

phase two
count_box R
listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.2.2 80 require 40001
tell server accept
sock server2 B
listener server2 B tcp 0.0.0.0 81 prefer
ok "another host uses the same port to the same host" \
	dial other D tcp 10.0.2.2 81 require 40001
tell server2 accept
quit other server2
quiet D
listener server2 B tcp 10.0.2.2 81 prefer
tell server use 0
ok "and to the same port" dial other D tcp 10.0.2.2 80 require 40001
tell server accept
tell other names
port=$(field local) port=${port#*,}
is "it gets another port" "$([ "$port" != 40001 ]; echo $?)" 0
is "the server sees that" "$(names server)" "10.0.2.2,80 10.0.2.254,$port"
ok "data of the second" exchange other server 100k
tell server use 1
ok "data of the first" exchange client server 100k
ok "counted" box_counters_are R nat-reserved=3 nat-redirected=3 nat-clash=0 confirmed=3
quit client
ok "the first ends, by itself" quiet A
ok "and the second stays" wait_for holes_are R sport "$port"
quit other server server2
quiet D B
wait_for no_holes R

# --- UDP, IPv6 ------------------------------------------------------------------------------------

phase udp
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "UDP: the first datagram arrives" passes client server 100
wait_for is_state client established
tell server connect 10.0.2.254 40000
ok "an answer" passes server client 200
quit client
ok "closing gives it up" quiet A B
ok "and the mapping with it" wait_for no_holes R
quit server

phase v6
listener server B tcp :: 80 prefer
ok "IPv6: the client connects" dial client A tcp fd00:2::2 80 require 40000
tell server accept
is "the server knows it by the NAT's address" "$(names server)" \
	"fd00:2::2,80 fd00:2::fe,40000"
ok "data" exchange client server 100k
quit client server
ok "both ends forget the connection" quiet A B
wait_for no_holes R

# --- another port ----------------------------------------------------------------------------------

no_firewall R
nat "masquerade random"
phase random
count_box R
listener server B tcp 0.0.0.0 80 prefer
ok "a NAT that chooses ports at random" dial client A tcp 10.0.2.2 80 require 40000
tell server accept
port=$(names client) port=${port%% *} port=${port#*,}
is "the client has that port" "$([ "$port" != 40000 ]; echo $?)" 0
is "as the server sees it" "$(names server)" "10.0.2.2,80 10.0.2.254,$port"
ok "data" exchange client server 100k
quit client server
quiet A B
wait_for no_holes R

# Two of three ports are taken at the host: at the third try it has the third one.
no_firewall R
nat "meta l4proto tcp masquerade to :50000-50002 random"
sock squat A
for port in 50000 50001; do
	tell squat socket tcp 4
	tell squat bind 10.0.1.1 $port
done
listener server B tcp 0.0.0.0 80 prefer
clashed() { [ "$(box_counter R nat-clash)" -gt 0 ]; }
got=
for ((i = 0; i < 20; i++)); do
	dial client A tcp 10.0.2.2 80 require 40000
	got+=" $(names client)"
	quit client
	quiet A B
	wait_for no_holes R
	! clashed || break
done
ok "a port that is taken at the host is given up for another" clashed
is "and never used" "$(grep -c '10.0.1.1,5000[01]' <<<"$got" || true)" 0
quit squat server

# --- lost, repeated, out of order -------------------------------------------------------------------

no_firewall R
nat masquerade "tcp dport 25 drop"
phase bad
count_box R
for end in A:eth0 R:to-a R:to-b B:eth0; do
	delay $end 3ms loss 10% duplicate 20% reorder 20%
done
listener server B tcp 0.0.0.0 80 prefer
for i in 1 2 3 4; do
	dial client A tcp 10.0.2.2 80 require $((41000 + i))
	tell server accept
	exchange client server 20k
	is "connection $i over a bad path" "$(names server)" \
		"10.0.2.2,80 10.0.2.254,$((41000 + i))"
	quit client
	tell server close
	tell server use 0
done
quit server
ok "all of them end" quiet A B
ok "with their mappings" wait_for no_holes R
ok "of which there was one each" box_counters_are R nat-reserved=4 nat-clash=0
for end in A:eth0 R:to-a R:to-b B:eth0; do
	on "${end%:*}" tc qdisc del dev "${end#*:}" root
done

# --- policy -----------------------------------------------------------------------------------------

phase policy
count_box R
count_from_here B
listener server B tcp 0.0.0.0 25 prefer
client client A tcp 10.0.2.2 25 require 40000
ok "what the ruleset drops gets no mapping" not connect client
is "permission denied" "$(field error)" EACCES
quit client
rule R in to-a dport 26 reject "not that"
client client A tcp 10.0.2.2 26 require 40000
ok "nor what a rule refuses" not connect client
tell client reject
is "which says why" "$(field text)" "not that"
ok "counted" box_counters_are R refused-ruleset=1 refused-rule=1 nat-reserved=0 nat-out=0
ok "the server has heard nothing" counters_are B setup-in=0 in-pkts=0
quit client server
rule R in to-a dport 80 accept timeout 60s
listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.2.2 80 require 40000
tell server accept
is "a rule says for how long" "$(holes R granted_ms) $(holes R rule)" "60000 2"
ok "data" exchange client server 100k
quit client server
quiet A B
wait_for no_holes R

# --- who is not asked ---------------------------------------------------------------------------------

phase plain
count_box R
listener server B tcp 0.0.0.0 80 off
ok "a plain connection" dial client D tcp 10.0.2.2 80 off 40000
tell server accept
ok "passes as ever" exchange client server 100k
quit client
tell server close
tell server use 0
ok "a host without CSP is reached plainly" dial client A tcp 10.0.2.2 80 prefer 40000
tell server accept
ok "with the mapping" exchange client server 100k
quit client server
quiet A B

# --- who may say OK -------------------------------------------------------------------------------------

phase forged
ctl R box set provisional 2000
count_box R
deaf B
cid=a1a1a1a1a1a1a1a1
speak A 10.0.1.1 10.0.2.2 setup xid=5 id=$cid conn=tcp,10.0.1.1,50000,10.0.2.2,99
is "a Setup without an answer: provisional" "$(holes R state)" provisional
speak B 10.0.2.77 10.0.2.254 ok reply xid=5 dcid=a2a1a1a1a1a1a1a1 id=b1b1b1b1b1b1b1b1
speak B 10.0.2.77 10.0.2.254 ok reply xid=6 dcid=$cid id=b1b1b1b1b1b1b1b1
is "an OK for another, or of another transaction, confirms nothing" \
	"$(holes R state)" provisional
ok "nor does it get in, if it does not know the identifier" box_counters_are R nat-in=1
ok "without an answer it goes by itself" wait_for no_holes R
is "with what conntrack had of it" "$(entry dport=99 || true)" 0
