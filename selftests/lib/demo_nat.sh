# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh and of the demonstration
#
# The parts of the demonstration (selftests/demo) in which R is a NAT.

nat_outward() {
	heading "Exchange 6: a NAT that says which name it lends"
	firewall_at_R "in eth0 accept"
	on R nft add chain inet test post "{ type nat hook postrouting priority srcnat; }"
	on R nft add rule inet test post oifname eth1 masquerade
	echo "and what goes to B gets R's address, 10.0.2.254, by a rule like those of any NAT:"
	echo
	echo "  R\$ nft add rule inet test post oifname eth1 masquerade"
	echo
	: >"$tmp/access.log"
	record_links nat A-R R-B
	start_clock
	monitor A
	at A cspctl run -- curl -sS "$url/hello"
	wait_for happened A detached
	wait_for quiet A B
	stop_monitors
	check "nginx has seen R's address" grep -q '^10.0.2.254 .*GET /hello.* 200' "$tmp/access.log"
	ladder_of_links nat A-R R-B -- A=10.0.1.1 R=10.0.1.254,10.0.2.254 B=10.0.2.2
	printf '\nThe same by IPv6:\n\n'
	record_links nat6 A-R R-B
	start_clock
	monitor A
	at A cspctl run -- curl -sS "http://[fd00:2::2]/hello"
	wait_for happened A detached
	wait_for quiet A B
	stop_monitors
	check "nginx has seen R's address" grep -q '^fd00:2::fe .*GET /hello.* 200' "$tmp/access.log"
	ladder_of_links nat6 A-R R-B -- A=fd00:1::1 R=fd00:1::fe,fd00:2::fe B=fd00:2::2
	no_firewall_at_R
	cat <<-END

		"A:R'" is A, known as R'.  What A says to B from then on is true for both of them.
	END
}

nat_name() {
	local curl
	heading "Exchange 7: a name whose address is the NAT's"
	firewall_at_R "in eth0 dport 80 accept"
	echo "B is inside now; all that A knows is a name, and R's address."
	echo
	echo "  R\$ cspctl name add www.example.com 10.0.2.2"
	echo
	on R cspctl name add www.example.com 10.0.2.2
	curl="curl -sS --resolve www.example.com:80:10.0.1.254 http://www.example.com/hello"
	: >"$tmp/access.log"
	record_links name A-R R-B
	start_clock
	monitor A
	# shellcheck disable=SC2086 # words
	at A cspctl run --name www.example.com -- $curl
	wait_for happened A detached
	wait_for quiet A B
	stop_monitors
	line "R\$ cspctl name"
	on R cspctl name | indented
	check "nginx has answered" grep -q '^10.0.1.1 .*GET /hello.* 200' "$tmp/access.log"
	ladder_of_links name A-R R-B -- A=10.0.1.1 R=10.0.1.254,10.0.2.254 B=10.0.2.2
	on R cspctl name flush >/dev/null
	no_firewall_at_R
	cat <<-END

		More hosts than one can be reached at port 80 of R: each has its name.
	END
}
