#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An end host refuses: nobody listens, the listener wants no signalling, the tables are
# full.  The client is told at once, and why.
. "$(dirname "$0")/../lib/lib.sh"

plan 35

two_hosts
capture A-B
listener server B tcp 0.0.0.0 80 prefer
listener server B tcp 0.0.0.0 81

phase nobody
client client A tcp 10.0.0.2 99 prefer 40000
ok "nobody listens" not connect client
is "connection refused" "$(field error)" ECONNREFUSED
tell client reject
is "the socket is told who and why" "$(field code) $(field errno) $(field origin) $(field text)" \
	"no-listener ECONNREFUSED 10.0.0.2 nobody listens on this port, or not for this name"
ok "it is counted at one end" counters_are A reject-in=1 setup-out=1 held-drop=1
ok "and at the other" counters_are B reject-out=1 reject-no-listener=1 setup-in=0
is "no connection is left" "$(counter A flows) $(counter B flows)" "0 0"
ok "the socket can be used again" tell client connect 10.0.0.2 80
is "for a connection which is signalled" "$(state client)" established
tell client reject
is "and refused no more" "$(field code)" none
quit client

client client A udp 10.0.0.2 99 prefer
connect client
tell client send 10
ok "UDP: the refusal is the pending error" not tell client recv 10
is "connection refused" "$(field error)" ECONNREFUSED
tell client reject
is "the reason is kept" "$(field code)" no-listener
quit client
sock client A
tell client socket udp 4
tell client csp prefer
tell client sendto 10.0.0.2 99 10
ok "the same without connect()" not tell client recv 10
is "connection refused" "$(field error)" ECONNREFUSED
quit client

client client A tcp fd00::2 99 prefer
ok "IPv6: nobody listens" not connect client
tell client reject
is "and who says so" "$(field code) $(field errno) $(field origin)" "no-listener ECONNREFUSED fd00::2"
quit client

phase not-wanted
client client A tcp 10.0.0.2 81 require 40001
ok "a plain listener, and a client that requires signalling" not connect client
is "protocol not supported" "$(field error)" EPROTONOSUPPORT
tell client reject
is "since it is not wanted" "$(field code) $(field text)" \
	"not-wanted the listener wants no signalling"
quit client
ok "counted" counters_are B reject-not-wanted=1

listener expecting B tcp 0.0.0.0 82 require
tell expecting setopt 0 2537 "020000000a000009$(printf '%024d' 0)"
client client A tcp 10.0.0.2 82 require 40002
ok "a listener that expects another sender" not connect client
is "permission denied" "$(field error)" EACCES
tell client reject
is "since that is its policy" "$(field code) $(field text)" \
	"policy the listener expects another sender"
quit client expecting
ok "counted" counters_are B reject-policy=1

# --- full tables ----------------------------------------------------------------------------

phase full
quit server
listener server B tcp 0.0.0.0 80 prefer
quiet A B
conf B max_flows=1
dial first A tcp 10.0.0.2 80 prefer
client client A tcp 10.0.0.2 80 require
ok "no room there: mode require" not connect client
is "no buffer space" "$(field error)" ENOBUFS
tell client reject
is "the table is full" "$(field code) $(field text)" "full no room for more connections"
tell client close
client client A tcp 10.0.0.2 80 prefer
ok "mode prefer goes on without signalling" connect client
ok "counted" counters_are A plain-reject=1
ok "at both ends" counters_are B reject-full=2 flow-full=2
quit client first server
quiet A B
conf B max_flows=1048576
listener server B tcp 0.0.0.0 80 prefer

count_from_here A
conf A max_flows=1
dial first A tcp 10.0.0.2 80 prefer
client client A tcp 10.0.0.2 80 prefer
ok "no room here: mode prefer goes on without signalling" connect client
ok "counted" counters_are A plain-full=1 flow-full=1 setup-out=1
client client A tcp 10.0.0.2 80 require
tell client begin 10.0.0.2 80
out_of_room() { tell client error && [[ $answer == *ENOBUFS* ]]; }
ok "mode require fails: no buffer space" wait_for out_of_room
quit client

ok "messages: nobody listens" expect_messages A-B@nobody <<-END
	A > B: Setup(TCP, A,40000 <-> B,99) + SYN
	B > A: Reject(NO_LISTENER, "nobody listens on this port, or not for this name")
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	B > A: OK
	A > B: Detach(TCP, A,40000 <-> B,80)
	B > A: OK
	A > B: Setup(UDP, A,* <-> B,99) + UDP data 10
	B > A: Reject(NO_LISTENER, "nobody listens on this port, or not for this name")
	A > B: Setup(UDP, A,* <-> B,99) + UDP data 10
	B > A: Reject(NO_LISTENER, "nobody listens on this port, or not for this name")
	A6 > B6: Setup(TCP, A6,* <-> B6,99) + SYN
	B6 > A6: Reject(NO_LISTENER, "nobody listens on this port, or not for this name")
END
ok "messages: not wanted" expect_messages A-B@not-wanted <<-END
	A > B: Setup(TCP, A,40001 <-> B,81) + SYN
	B > A: Reject(NOT_WANTED, "the listener wants no signalling")
	A > B: Setup(TCP, A,40002 <-> B,82) + SYN
	B > A: Reject(POLICY, "the listener expects another sender")
END
