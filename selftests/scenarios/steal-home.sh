#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# X would like to have B's home address, or at least that B has it no more: with another
# key, with none, with a key of his own that is good for another address, and with all
# that he has recorded.  B is reached all the time.
#
# Time limit: 300
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 40

home_network 1ms
host X
link X:eth0 R:to-x X-R
addr R:to-x 10.0.7.254/24
addr X:eth0 10.0.7.66/24
default_via X 10.0.7.254
for h in H X; do conf $h udp_encap=0 reply_rate=1000000; done
capture R-H
agent_for H B
register_with H B --lifetime 1h
ok "B registers its home address" wait_for is_registered B
listener server B tcp 0.0.0.0 80 require

reached() { # TEXT: B is, at its home address
	local good=
	if dial client A tcp 10.0.9.9 80 require && tell server accept && exchange client server 1k; then
		good=1
	fi
	quit client
	tell server close && tell server use 0 || good=
	ok "$1" test "$good"
	quiet A B
}
keeps() { ok "$1" is_at H away "${2-10.0.2.2}"; }
say_register() { on X "$lib/say.py" "$1" 10.0.8.1 register "${@:2}"; }	# FROM WORD...
refuses() { # HOME WORD...: X's cspctl
	home=$1 register_with H X "${@:2}" 2>"$tmp/error"
	wait_for reg_is X state refused && reg_is X error policy
}
drop_reg() { # HOST HOME
	ctl "$1" register del "$2"
	wait_for empty "$1" register
}
hex_key() { standing "$1" | base64 -d 2>/dev/null | od -An -v -tx1 | tr -d ' \n'; }
reached "and is reached there"

# --- with another key, or with none ---------------------------------------------------------------

count_box H
register_with H X
ok "another key: no answer" wait_for box_counters_are H "home-unknown=>1"
is "X goes on asking" "$(reg X state)" asking
drop_reg X 10.0.9.9
count_box H
b=$(hex_key B)
ok "B's key is known to everybody" test ${#b} = 64
id=id=b1b1b1b1b1b1b1b1
src=src=10.0.7.66,10.0.9.9
say_register 10.0.7.66 $src $id timeout=60000 seq=1000 nonce
ok "no key" wait_for box_counters_are H home-unknown=1
say_register 10.0.7.66 $src $id pubkey timeout=60000 seq=1000 nonce mac
ok "one that was made up" wait_for box_counters_are H home-unknown=2
say_register 10.0.7.66 $src $id "pubkey=$b" timeout=60000 seq=1000 nonce
ok "B's, without MAC" wait_for box_counters_are H home-bad-mac=1
say_register 10.0.7.66 $src $id "pubkey=$b" timeout=60000 seq=1000 nonce mac
say_register 10.0.2.2 src=10.0.2.2,10.0.9.9 $id "pubkey=$b" timeout=0 seq=1000 nonce mac
ok "with one that was made up, in X's name and in B's" wait_for box_counters_are H home-bad-mac=3
ok "none is answered" box_counters_are H home-registered=0 home-stale=0 home-challenged=0 \
	home-refused=0 home-dup=0
keeps "B has its home address"

# --- in the name of others ---------------------------------------------------------------------------

count_box H
count_from_here B
say_to_home() { on X "$lib/say.py" 10.0.7.66 10.0.9.9 "$@"; }	# MESSAGE WORD...
look() { # NAME NAME: a Setup that says to be from there to there
	say_to_home setup id=c1c1c1c1c1c1c1c1 pubkey "conn=tcp,$1,5000,$2,80"
}
look 10.0.1.1 10.0.9.9
ok "who says to be A is not told where B is" wait_for box_counters_are H home-mismatch=1
look 10.0.7.66 10.0.9.8
ok "nor who asks for somebody else" wait_for box_counters_are H home-mismatch=2
say_to_home detach xid=7 dcid=c2c2c2c2c2c2c2c2 conn=tcp,10.0.7.66,5000,10.0.9.9,80
say_to_home ok reply xid=8 dcid=c2c2c2c2c2c2c2c2 id=c1c1c1c1c1c1c1c1
ok "what else he says goes no further" wait_for box_counters_are H home-ignored=2 home-mismatch=2 \
	home-redirected=0 home-relayed=0 home-gone=0
ok "B does not hear of it" counters_are B in-unexpected=0 attach-no-conn=0 setup-in=0 in-malformed=0

# --- with a key that is good for another one ----------------------------------------------------------

home=10.0.9.7 agent_for H X
home=10.0.9.7 register_with H X
ok "X has a home address, too" wait_for is_registered X
drop_reg X 10.0.9.7
count_box H
for other in 10.0.9.9 10.0.9.0 10.0.9.255; do
	ok "its key is not good for $other" refuses $other
	drop_reg X $other
done
ok "each was refused" box_counters_are H "home-refused=>2" home-registered=0
ok "nor can more than one be asked for" not ctl X register 10.0.8.1 --home 10.0.9.0/24 \
	--key "$(standing H)"
keeps "B has its home address"
reached "and is reached there"
ctl H agent del 10.0.9.7

# --- with what was recorded ------------------------------------------------------------------------------

forge() { on X "$lib/forge.py" "$tmp/$recorded" "$@"; }
# Before X sends anything, which would be the last.
record() { wait_for captured_all R-H; cp "$tmp/R-H.pcap" "$tmp/$1"; }	# FILE
# B leaves, and comes again: X has a deregistration.
drop_reg B 10.0.9.9
record left.pcap
leave=$("$lib/forge.py" "$tmp/left.pcap" "register+:-1 show" | wc -l)
ok "X has recorded how B deregistered" test "$leave" = 1
register_with H B --lifetime 1h
ok "B has registered again" wait_for is_registered B
record came.pcap
count_box H
recorded=left.pcap
forge "register+:-1"
ok "the deregistration again: too old" wait_for box_counters_are H home-stale=1
forge "register+:-1 seq=1000"
ok "with a higher number" wait_for box_counters_are H home-bad-mac=1
recorded=came.pcap
forge "register+:-1 timeout=0"
ok "a registration made into one" wait_for box_counters_are H home-bad-mac=2
forge "register+:-1 home=10.0.9.8"
ok "or for another address" wait_for box_counters_are H home-bad-mac=3
forge "register+:-1 src=10.0.7.66"
ok "or of X's place" wait_for box_counters_are H home-bad-mac=4
forge "register+:-1 from=10.0.7.66"
ok "the last one, from X's place: its answer again" wait_for box_counters_are H home-dup=1
ok "nothing was registered" box_counters_are H home-registered=0 home-refused=0 home-challenged=0
keeps "B has its home address"
roam B:eth0 10.0.5.2/24 10.0.5.254 C
ok "B moves" wait_for is_at H away 10.0.5.2
count_box H
forge "register+:-1"
ok "a registration of where B was" wait_for box_counters_are H home-stale=1
keeps "B is where it is" 10.0.5.2

# X sits where B has been, at an agent that has just forgotten all numbers.
ctl H agent del 10.0.9.9
agent_for H B
count_box H
forge "register+:-1"
ok "an agent that remembers nothing: X is to echo another nonce" \
	wait_for box_counters_are H home-challenged=1 home-registered=0
ok "and does not get it" is_at H gone
drop_reg B 10.0.9.9
register_with H B
ok "and B registers again" wait_for is_at H away 10.0.5.2
reached "and is reached"
