#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The administrator's side, asked for nonsense: by root, by others, and from another
# namespace.  Who may not change anything changes nothing, and what is refused is
# explained.
#
#	CSP_FUZZ_COUNT		requests of each kind (3000)
#	CSP_FUZZ_SEED		(1)
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 22

requests=${CSP_FUZZ_COUNT:-3000} seed=${CSP_FUZZ_SEED:-1}
routed
host N
for h in A B; do conf $h udp_encap=0; done
ctl A cgroup add / prefer
rule R in to-a accept
rule R in to-b accept timeout 30m
talk A B 10.0.2.2
wait_for is_state client established
ctl R name add www.example.org 10.0.1.1:81
# A, at whose home address nobody arrives without a token.
ip -n csp-R addr add 10.0.9.254/24 dev to-a
addr A:lo 10.0.9.9/32 S
agent_for R A --guard
agent=10.0.1.254 register_with R A --lifetime 1h
wait_for is_registered A
token=$(ctl R token new 10.0.9.9 many lifetime 1h)
# A, which has R stop B's datagrams.
ctl R gateway add to-b edge
listener udp-server A udp 0.0.0.0 5000 prefer
client udp-client B udp 10.0.1.1 5000 require
wish udp-client 1800000
connect udp-client
passes udp-client udp-server 100
ctl A block add 10.0.2.2 proto udp for 1h
ctl A flood add udp 5000 1000 for 1h
asked() { [ "$(ctl A -j block | value state)" = blocked ]; }
wait_for asked
mapfile -t cids < <(ctl A -j flow | values cid)

# Everything that can be seen, but what changes by itself.
lists() {
	ctl A -j register
	ctl A -j block
	ctl A -j flood
	ctl R -j gateway
	ctl R -j gateway blocks
	ctl R -j agent
	ctl R -j name
	ctl R -j pinhole
	ctl R -j rule
	ctl A -j flow
	ctl A -j key
}
looks() {
	ctl A conf
	ctl A cgroup
	ctl A peer | awk '{ print $1, $4 }'
	ctl R box conf
	lists | jq -S 'if type == "array" then map(if has("moves") then
		{ cid, state, laddr, raddr, moves } else . end) else . end |
		walk(if type == "object" then del(.age, .age_s, .age_ms, .expires_ms, .packets)
			else . end)'
}
told() { sed 's/^/# /' "$tmp/told"; }
fuzz() { # HOST FAMILY [COMMAND...]
	on "$1" "${@:3}" "$lib/genl_fuzz.py" "$seed" "$requests" "$2" "${cids[@]}" >"$tmp/told" &&
		told && ! grep -q "without" "$tmp/told"
}
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all)
# A token for 10.0.9.9, and another secret: neither is in any list.
tokens() { # [COMMAND...]
	on R "${nobody[@]}" "$@" "$lib/genl.py" family=csp_mbox 25 1=0a000909 6=u32:60000 -- 26 |
		xargs
}
# What the agent has granted to whom shows it the token that it made before.
token_is_good() {
	listener guarded A tcp 0.0.0.0 81 require
	client holder B tcp 10.0.9.9 81 require
	tell holder setopt 0 2534 "${token#0x}"
	connect holder
}
looks >"$tmp/before"
changed() { ! same >/dev/null; }
same() { looks >"$tmp/after"; diff "$tmp/before" "$tmp/after"; }
is "there is one of each" "$(lists | jq 'length > 0' | sort -u)" true

for family in csp csp_mbox; do
	host=A
	[ $family = csp ] || host=R
	ok "$family: somebody who is not root" fuzz $host $family "${nobody[@]}"
	ok "changes nothing" same
	# Root of a user namespace that owns no network namespace here.
	ok "$family: root elsewhere" fuzz $host $family "${nobody[@]}" unshare -Ur
	ok "changes nothing" same
	ok "$family: another network namespace" fuzz N $family
	ok "changes nothing here" same
done
is "who is not root gets no token, nor ends those of others" "$(tokens)" "EPERM EPERM"
is "nor does root elsewhere" "$(tokens unshare -Ur)" "EPERM EPERM"
ok "the connection goes on" exchange client server 10k
ok "a token of before is good" token_is_good

ok "root" fuzz A csp
ok "is answered afterwards" ctl A conf fallback
looks >"$tmp/before"
ok "root of the box" fuzz R csp_mbox
ok "changes something: it would have been seen" changed
ok "is answered afterwards" ctl R box stats pkts
ctl A conf | sed 's/^/# /'
