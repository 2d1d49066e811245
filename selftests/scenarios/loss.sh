#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Lost messages are sent again, once is enough, and nothing happens twice.  Then a link
# that loses, repeats and reorders whatever it wants.
. "$(dirname "$0")/../lib/lib.sh"

plan 19

two_hosts
for h in A B; do conf $h udp_encap=0; done
capture A-B
listener server B tcp 0.0.0.0 80 prefer

# The next signalling packet that comes to HOST is lost.
lose_one() { # HOST
	firewall "$1" <<-END
		chain in {
			type filter hook input priority raw;
			ip protocol 253 limit rate 1/day burst 1 packets drop
		}
	END
	count_from_here A B
}

phase setup
lose_one B
ok "the Setup is lost" dial client A tcp 10.0.0.2 80 prefer 40000
is "and repaired" "$(state client)" established
ok "by a second one" counters_are A out-retrans=1 setup-ok=1
ok "of which one is taken" counters_are B setup-in=1 setup-dup=0 piggyback-in=1
tell server accept
ok "data" exchange client server 10k
no_firewall B

phase detach
lose_one B
quit client
ok "the Detach is lost, and repaired" quiet A
ok "by a second one" counters_are A out-retrans=1 detach-out=1 detach-lost=0
ok "which was the first there" counters_are B detach-in=1
tell server close
tell server use 0
no_firewall B
quiet B

phase ok
lose_one A
ok "the OK is lost" dial client A tcp 10.0.0.2 80 prefer 40001
ok "and repaired" wait_for is_state client established
ok "by a second Setup" counters_are B setup-in=1 setup-dup=1
ok "whose SYN is not received again" counters_are B piggyback-in=1
tell server accept
ok "data" exchange client server 10k
no_firewall A

phase detach-ok
lose_one A
quit client
ok "the OK to the Detach is lost, and repaired" quiet A
ok "by \"no such connection\"" counters_are A out-retrans=1 detach-lost=0
no_firewall A
tell server close
tell server use 0
quiet B

ok "messages: a lost OK, and what it takes" expect_messages -r A-B@ok <<-END
	A > B: Setup(TCP, A,40001 <-> B,80) + SYN
	B > A: OK
	A > B: Setup(TCP, A,40001 <-> B,80)* [retransmission 1]
	B > A: OK
END

# --- everything at once ------------------------------------------------------------------------

count_from_here A
for dev in A:eth0 B:eth0; do
	delay $dev 5ms 4ms loss 3% duplicate 5% reorder 20% 50%
done
bad=0
for i in 1 2 3 4 5 6; do
	dial client A tcp 10.0.0.2 80 require
	tell server accept
	exchange client server 30k || bad=$((bad + 1))
	wait_for is_state client established	# data may be faster than the OK
	tell client close
	tell server close
	tell server use 0
done
is "six connections over a bad link: data arrives as it was sent" $bad 0
ok "all were signalled" counters_are A setup-out=6 setup-ok=6
ok "all are given up" quiet A B
