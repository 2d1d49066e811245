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

plan 17

requests=${CSP_FUZZ_COUNT:-3000} seed=${CSP_FUZZ_SEED:-1}
routed
host N
ctl A cgroup add / prefer
rule R in to-a accept
talk A B 10.0.2.2
wait_for is_state client established
cid=$(ctl A -j flow | jq -r '.[].cid')

# Everything that can be seen, but what changes by itself.
looks() {
	ctl A conf
	ctl A cgroup
	ctl A -j key | jq 'del(.age, .age_s)'
	ctl A peer | awk '{ print $1, $4 }'
	ctl A -j flow | jq -S 'map({cid, state, laddr, raddr, moves})'
	ctl R rule
	ctl R box conf 2>/dev/null || true
	ctl R pinhole | wc -l
}
told() { sed 's/^/# /' "$tmp/told"; }
fuzz() { # HOST FAMILY [COMMAND...]
	on "$1" "${@:3}" "$lib/genl_fuzz.py" "$seed" "$requests" "$2" "$cid" >"$tmp/told" &&
		told && ! grep -q "without" "$tmp/told"
}
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all)
looks >"$tmp/before"
same() { looks >"$tmp/after"; diff "$tmp/before" "$tmp/after"; }

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
ok "the connection goes on" exchange client server 10k

ok "root" fuzz A csp
ok "is answered afterwards" ctl A conf fallback
ok "root of the box" fuzz R csp_mbox
ok "is answered afterwards" ctl R box stats pkts
ctl A conf | sed 's/^/# /'
