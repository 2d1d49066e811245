#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A Redirect: the socket follows it before it is connected, to another address, and from
# another port.  What a Redirect may not say is ignored.  A program on the path gives
# the answers; the host at the other address is one like any other.
. "$(dirname "$0")/../lib/lib.sh"

plan 26

two_hosts
conf A udp_encap=0
addr B:eth0 10.0.0.3/24 C
firewall B <<-END
	chain in {
		type filter hook input priority raw;
		ip protocol 253 ip daddr 10.0.0.2 drop
	}
END
nsenter --net=/run/netns/csp-B -- "$lib/odd_peer.py" eth0 >"$tmp/odd" &
daemons+=($!)
wait_for grep -q ready "$tmp/odd"
listener server B tcp 10.0.0.3 80 prefer
listener udp B udp 10.0.0.3 80 prefer
capture A-B

# What the host's own rules think of the new name counts.
firewall A <<-END
	counter new { }
	chain out {
		type filter hook output priority filter
		ip daddr 10.0.0.3 tcp flags syn counter name new
	}
END

names() { tell "$1" names; echo "$(field local) $(field peer)"; }
original() { # NAME: family, port, address
	tell "$1" getopt 0 2538 16
	field value
}

phase elsewhere
ok "another address" dial client A tcp 10.0.0.2 2010 prefer 40000
is "the socket shows it" "$(names client)" "10.0.0.1,40000 10.0.0.3,80"
tell client info
is "and is signalled" "$(field state) $(field peer)" "established 10.0.0.3,80"
is "what was asked for is known too" "$(ctl A -j flow | jq -r '.[0].home_raddr')" 10.0.0.2
ok "the host's own rules saw it" hits_are A new 1
tell server accept
is "at the other end as well" "$(original server)" 020007da0a0000020000000000000000
ok "data passes" exchange client server 10k
ok "counted" counters_are A redirect-in=1 redirect-bad=0 setup-ok=1
quit client
tell server close
tell server use 0
ok "both ends forget it" quiet A B

phase port
ok "another port of its own" dial client A tcp 10.0.0.2 2011 require 40000
is "the socket has it" "$(names client)" "10.0.0.1,40077 10.0.0.3,80"
tell server accept
is "the other end sees it" "$(names server)" "10.0.0.3,80 10.0.0.1,40077"
ok "data passes" exchange client server 10k
quit client
tell server close
tell server use 0
quiet A B

phase udp
dial client A udp 10.0.0.2 2010 prefer 40001
ok "a connected UDP socket: its first datagram arrives there" datagram client udp 100
is "the socket shows it" "$(names client)" "10.0.0.1,40001 10.0.0.3,80"
ok "and the next one" datagram client udp 200
quit client
quiet A B

client client A tcp 10.0.0.2 2012 prefer
ok "in circles" not connect client
is "ends" "$(field error)" ELOOP
tell client reject
is "and says why" "$(field text)" "redirected too often"
tell client close

count_from_here A
client client A tcp 10.0.0.2 2013 prefer
ok "what cannot be" not connect client
is "is ignored" "$(field error)" EACCES
ok "each" counters_are A redirect-in=0 redirect-bad=8

count_from_here A
dial client A udp 10.0.0.2 2014 prefer
tell client send 10
ok "what is offered cannot be anything, either" \
	wait_for counters_are A setup-ok=1 offer-bad=4
is "only another host's address is kept" \
	"$(ctl A -j flow rport 2014 | jq -r '.[].alternatives[]')" 10.0.0.3
ok "messages" expect_messages A-B@elsewhere <<-END
	A > B: Setup(TCP, A,40000 <-> B,2010) + SYN
	B > A: Redirect(TCP, A,40000 <-> B:C,2010:80*
	A > C: Setup(TCP, A,40000 <-> B:C,2010:80) + SYN
	C > A: OK
	A > C: Detach(TCP, A,40000 <-> C,80)
	C > A: OK
END
ok "messages: another port" expect_messages A-B@port <<-END
	A > B: Setup(TCP, A,40000 <-> B,2011) + SYN
	B > A: Redirect(TCP, A,40000:40077 <-> B:C,2011:80*
	A > C: Setup(TCP, A,40077 <-> B:C,2011:80) + SYN
	C > A: OK
	A > C: Detach(TCP, A,40077 <-> C,80)
	C > A: OK
END
