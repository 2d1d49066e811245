#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What else a host does with its packets: tunnels, NAT of its own, IPsec policy.
. "$(dirname "$0")/../lib/lib.sh"

plan 24

two_hosts
host C
conf A udp_encap=0

established() { [ "$(ctl "$1" -j flow | value state)" = established ]; }
# Of a socket that is not connected.
arrives() { # ADDR
	tell client sendto "$1" 5000 100 && tell server recv 100 5000
}

# --- tunnels -------------------------------------------------------------------------------

# 512 and 513: where TCP has its flags, VXLAN has what looks like a SYN then.  That of C
# leaves by A.
for n in 512 513; do
	ip -n csp-A link add vx$n type vxlan id $n local 10.0.0.1 remote 10.0.0.2 dstport 4789
	ip -n csp-B link add vx$n type vxlan id $n local 10.0.0.2 remote 10.0.0.1 dstport 4789
	ip -n csp-B addr add 10.0.$((n - 500)).2/24 dev vx$n
	ip -n csp-B link set vx$n up
done
ip -n csp-A link set vx513 netns csp-C
ip -n csp-A addr add 10.0.12.1/24 dev vx512
ip -n csp-A link set vx512 up
ip -n csp-C addr add 10.0.13.1/24 dev vx513
ip -n csp-C link set vx513 up

listener server B udp 0.0.0.0 5000 prefer
count_from_here A B C
sock client A
make_sock client udp 10.0.12.2 require
ok "through a tunnel, UDP: the first datagram arrives" arrives 10.0.12.2
ok "the connection is signalled" wait_for established A
ok "the second" arrives 10.0.12.2
ok "one was announced, and not the tunnel" counters_are A setup-out=1 reject-in=0
ok "nor is it asked for" counters_are B setup-in=1
quit client
quiet A B

count_from_here A B
sock client C
make_sock client udp 10.0.13.2 require
ok "through a tunnel that leaves by another host's link: the first" arrives 10.0.13.2
ok "the connection is signalled" wait_for established C
ok "the second" arrives 10.0.13.2
ok "here it was announced" counters_are C setup-out=1 reject-in=0
ok "and not there" counters_are A setup-out=0 auto-flagged=0
quit client server
quiet A B C

listener server B tcp 0.0.0.0 80 require
ok "TCP" dial client A tcp 10.0.12.2 80 require
tell server accept
ok "both ends send" exchange client server 20k
quit client server
quiet A B

# --- NAT -------------------------------------------------------------------------------------

# To B there is only 10.0.0.1.  For each connection another address of it: to conntrack
# signalling has no ports, and what is translated would be in the way of what is not.
addr B:eth0 10.0.0.3/24
addr B:eth0 10.0.0.4/24
ip -n csp-A link add inside type dummy
ip -n csp-A addr add 10.0.7.1/24 dev inside
ip -n csp-A link set inside up
firewall A <<-END
	chain post {
		type nat hook postrouting priority srcnat
		ip saddr 10.0.7.1 masquerade
	}
	counter syn {}
	counter lost {}
	chain after {
		type filter hook postrouting priority srcnat + 1
		ip daddr 10.0.0.3 tcp flags syn counter name syn
		ip daddr 10.0.0.4 tcp flags syn counter name lost drop
	}
	chain in {
		type filter hook input priority filter; policy drop
		ct state established,related accept
	}
END
lost_twice() { [ "$(hits A lost)" -ge 2 ]; }
listener server B tcp 0.0.0.0 80 prefer
sock client A
make_sock client tcp 10.0.0.2 prefer
tell client bind 10.0.7.1 40000
count_from_here A
ok "the host's own NAT translates what it is to translate" tell client connect 10.0.0.2 80
tell server accept
ok "data" exchange client server 20k
quit client
ok "that one was announced, and did not travel in disguise" \
	counters_are A setup-out=1 piggyback-out=0
ok "what it leaves as it is" dial client A tcp 10.0.0.3 80 require
ok "travels in the Setup" counters_are A setup-out=2 piggyback-out=1
ok "and has passed the host's own rules, once" hits_are A syn 1
tell server accept
ok "the host's own firewall knows it: data" exchange client server 20k
quit client
count_from_here A B
sock client A
make_sock client tcp 10.0.0.4 require
say client connect 10.0.0.4 80
ok "what its rules drop there is announced" wait_for established A
ok "and dropped, asked about and then sent" wait_for lost_twice
ok "it did not travel in disguise" counters_are A setup-out=1 piggyback-out=0
quit client server
no_firewall A
quiet A B

# --- IPsec -----------------------------------------------------------------------------------

ip -n csp-B xfrm policy add dir in src fd00::1 dst fd00::2 proto 253 \
	tmpl src fd00::1 dst fd00::2 proto esp mode transport
conf A fallback=300
listener server B tcp :: 80 prefer
count_from_here B
ok "signalling that has to be protected, and is not: a plain connection" \
	dial client A tcp fd00::2 80 prefer
ok "it was not looked at" counters_are B in-pkts=0
