#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A host under load: from half of max_embryonic on it keeps nothing before the sender
# has echoed a nonce, and then it is full.  What never connects is forgotten.
. "$(dirname "$0")/../lib/lib.sh"

plan 12

two_hosts
conf B max_embryonic=4
capture A-B
listener server B tcp 0.0.0.0 80 prefer
# Setups are answered, but the SYNs within go no further.
firewall B <<-END
	chain in {
		type filter hook input priority filter;
		tcp dport 80 drop
	}
END

call() { # OWN_PORT
	phase "$1"
	client client A tcp 10.0.0.2 80 prefer "$1"
	tell client begin 10.0.0.2 80
}

call 40001
call 40002
ok "two Setups are granted" wait_for counters_are B setup-in=2 cookie-out=0
call 40003
call 40004
ok "two more after an echo" wait_for counters_are B setup-in=4 cookie-out=2 cookie-ok=2
is "the table has no more" "$(counter B embryonic)" 4
call 40005
ok "the fifth is refused" wait_for counters_are B reject-full=1
ok "and plain" counters_are A plain-reject=1 setup-ok=4
phase end
conf B embryonic_timeout=1000
conf B max_embryonic=4096
ok "what does not connect is forgotten" quiet B
ok "and counted" counters_are B embryo-expired=4 cookie-bad=0
# Before the firewall goes: their next SYN would make plain connections.
quit client
no_firewall B

conf B max_embryonic=2 embryonic_timeout=60000
for _ in {1..3}; do
	dial client A tcp 10.0.0.2 80 prefer
	tell server accept
	wait_for is_state server established
done
pass "connections that are up do not count"
ok "an echoed nonce costs nothing else" exchange client server 10k

ok "messages: granted" expect_messages A-B@40002 <<-END
	A > B: Setup(TCP, A,40002 <-> B,80) + SYN
	B > A: OK
END
ok "messages: after an echo" expect_messages -r A-B@40003 <<-END
	A > B: Setup(TCP, A,40003 <-> B,80) + SYN
	B > A: Ack + Nonce
	A > B: Setup(TCP, A,40003 <-> B,80) + Nonce echo + SYN [retransmission 1]
	B > A: OK
END
ok "messages: full" expect_messages A-B@40005 <<-END
	A > B: Setup(TCP, A,40005 <-> B,80) + SYN
	B > A: Reject(FULL, "no room for more connections")
END
