#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Signalling over UDP: by setting, and by itself where the native protocol does not
# get through.  Data packets are never encapsulated.
. "$(dirname "$0")/../lib/lib.sh"

plan 25

two_hosts
capture A-B
listener server B tcp 0.0.0.0 80 prefer
listener server6 B tcp fd00::2 80 prefer
via() { ctl A -j peer show 10.0.0.2 | jq -r '.[0].via'; }

phase always
conf A udp_encap=2
ok "always" dial client A tcp 10.0.0.2 80 prefer 40000
tell client info
is "the socket knows" "$(field state) $(field udp)" "established true"
tell server accept
ok "data" exchange client server 10k
quit client
quiet A
quit server
listener server B tcp 0.0.0.0 80 prefer
quiet B
ok "all of it over UDP" counters_are A out-pkts=2 out-udp=2 in-udp=2
ok "IPv6 as well" dial client A tcp fd00::2 80 prefer 40001
tell client info
is "is signalled over UDP" "$(field state) $(field udp)" "established true"
quit client
quiet A

phase native
conf A udp_encap=1
ctl A peer flush >/dev/null
ok "when native stays unanswered: it is tried first" dial client A tcp 10.0.0.2 80 prefer 40002
tell client info
is "and does" "$(field state) $(field udp)" "established false"
quit client
quiet A

phase dropped
ctl A peer flush >/dev/null
firewall B <<-END
	chain in {
		type filter hook input priority raw;
		ip protocol 253 drop
	}
END
ok "native is dropped" dial client A tcp 10.0.0.2 80 require 40003
tell client info
is "signalled over UDP by itself" "$(field state) $(field udp)" "established true"
is "that is remembered" "$(via)" udp
quit client
quiet A

phase next
count_from_here A
ok "the next connection" dial client A tcp 10.0.0.2 80 require 40004
quit client
quiet A
ok "begins with UDP" counters_are A out-pkts=2 out-udp=2 out-retrans=0
no_firewall B

# --- not accepted ----------------------------------------------------------------------------

phase refused
ctl A peer flush >/dev/null
conf A udp_encap=2
conf B udp_encap=0
wait_for test -z "$(on B ss -Hlun sport = 4253)"
pass "setting 0 closes the port"
client client A tcp 10.0.0.2 80 require
ok "who is called there refuses" not connect client
is "as one without CSP" "$(field error)" EPROTONOSUPPORT
us=$(field us)
ok "at once" [ "$us" -lt 3000000 ]
quit client
conf B udp_encap=1
ok "setting 1 opens it" dial client A tcp 10.0.0.2 80 require
is "for signalling" "$(state client)" established
quit client

conf A udp_port=5555
conf B udp_port=5555
ctl A peer flush >/dev/null
ok "another port" dial client A tcp 10.0.0.2 80 require
tell client info
is "is used" "$(field state) $(field udp)" "established true"
quit client

ok "messages: always" expect_messages A-B@always <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN [UDP]
	B > A: OK [UDP]
	A > B: Detach(TCP, A,40000 <-> B,80) [UDP]
	B > A: OK [UDP]
	A6 > B6: Setup(TCP, A6,40001 <-> B6,80) + SYN [UDP]
	B6 > A6: OK [UDP]
	A6 > B6: Detach(TCP, A6,40001 <-> B6,80) [UDP]
	B6 > A6: OK [UDP]
END
ok "messages: native is tried first" expect_messages A-B@native <<-END
	A > B: Setup(TCP, A,40002 <-> B,80) + SYN
	B > A: OK
	A > B: Detach(TCP, A,40002 <-> B,80)
	B > A: OK
END
ok "messages: native is dropped" expect_messages -r A-B@dropped <<-END
	A > B: Setup(TCP, A,40003 <-> B,80) + SYN
	A > B: Setup(TCP, A,40003 <-> B,80) + SYN [retransmission 1]
	A > B: Setup(TCP, A,40003 <-> B,80) + SYN [retransmission 1] [UDP]
	B > A: OK [UDP]
	A > B: Detach(TCP, A,40003 <-> B,80) [UDP]
	B > A: OK [UDP]
END
ok "messages: the next" expect_messages A-B@next <<-END
	A > B: Setup(TCP, A,40004 <-> B,80) + SYN [UDP]
	B > A: OK [UDP]
	A > B: Detach(TCP, A,40004 <-> B,80) [UDP]
	B > A: OK [UDP]
END
