# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh and of the demonstration
#
# The parts of the demonstration (selftests/demo) in which B is a mobile server, away
# from home, and P its home agent.

home=10.0.9.9		# B's home address

# P is the router of B's home network; B is somewhere else, and has its address still.
mobile_B() {
	modprobe csp_mbox
	on P sysctl -q net.ipv4.ip_forward=1
	ip -n csp-P link add home type dummy
	ip -n csp-P link set home up
	ip -n csp-P address add 10.0.9.254/24 dev home
	on R ip route add 10.0.9.0/24 via 10.0.8.2
	on B ip address add $home/32 dev lo
	on R ip address add 10.0.6.254/24 dev eth1
	cat <<-END
		P, 10.0.8.2, is the router of the network 10.0.9.0/24, and there B is at home, as
		$home.  Now it is at 10.0.2.2.

	END
}

back_home() {
	ip -n csp-P link del home
	on R ip route del 10.0.9.0/24 via 10.0.8.2
	on B ip address del $home/32 dev lo
	on R ip address del 10.0.6.254/24 dev eth1
}

# What A sends and receives, and what B and its agent say to each other.
record_home() { # NAME
	record "$1"
	dump "$1-agent" R eth3 'not host 10.0.1.1'
}

ladder_of_home() { # NAME
	end_dump "$1-agent"
	ladder "$1" A=10.0.1.1 P=10.0.8.2 B=B@10.0.2.2,C@10.0.6.2 S=$home "$tmp/$1-agent.pcap"
}

registered() { [ "$(on B cspctl -j register | jq -r '.[0].state')" = registered ]; }

# --hidden is said at both ends, --guard to the agent; its host hides, too.
register_B() { # [--hidden|--guard]
	local key
	key=$(on B cspctl key standing)
	at P cspctl agent add $home --key "$key" "$@"
	key=$(on P cspctl key standing)
	at B cspctl register 10.0.8.2 --home $home --key "$key" ${1:+--hidden}
	wait_for registered
	line "P\$ cspctl agent"
	on P cspctl agent | sed 's/  *[^ ]*$//' | indented	# without the key
}

unregister_B() {
	on B cspctl register del $home
	on P cspctl agent del $home
}

B_moves() {
	at B ip address del 10.0.2.2/24 dev eth0
	at B ip address add 10.0.6.2/24 dev eth0
	at B ip route add default via 10.0.6.254
}

B_returns() {
	on B ip address flush dev eth0
	on B ip address add 10.0.2.2/24 dev eth0
	on B ip route add default via 10.0.2.254
}

# A download from B's home address, during which B goes to another place.
roaming_download() { # NAME [--hidden]
	local name=$1
	# shellcheck disable=SC2034 # of download()
	local url=http://$home
	shift
	record_home "$name"
	start_clock
	register_B "$@"
	monitor A
	download cspctl run --
	until_ has 4
	show_socket A
	show_flow A -v
	B_moves
	until_ happened A peer-moved
	show_socket A
	until_ has 8
	quickly
	finish_download
	compare
	ladder_of_home "$name"
	unregister_B
	B_returns
}

mobile_server() {
	heading "Exchange 9: a server that moves"
	mobile_B
	roaming_download mobile_server
	back_home
	cat <<-END

		P has said where B is, and vouched for its key.  No data has passed P.
	END
}

hidden_server() {
	heading "Exchange 10: a server that tells its place itself, to whom it wants to"
	mobile_B
	roaming_download hidden_server --hidden
	back_home
	cat <<-END

		P has passed on the Setup, and said nothing: it is B that has told A where it is.
	END
}

off_path_firewall() {
	local status=0 token url=http://$home/hello
	heading "Exchange 11: a firewall that is not on the path"
	mobile_B
	echo "And it is B's firewall: it lets those in that have a token, wherever B is."
	echo
	record_home off_path
	start_clock
	register_B --guard
	monitor A
	at A cspctl run -- curl -sS "$url" || status=$?
	wait_for happened A rejected
	check "curl was refused" [ "$status" = 7 ]
	line "P\$ cspctl token new $home from 10.0.1.0/24 proto tcp port 80"
	token=$(on P cspctl token new $home from 10.0.1.0/24 proto tcp port 80)
	indented <<<"$token"
	at A cspctl run --token "$token" -- curl -sS "$url"
	wait_for happened A detached
	wait_for quiet A B
	stop_monitors
	check "B has served whom P lets in" [ "$(on B cspctl stats granted)" = 1 ]
	ladder_of_home off_path
	unregister_B
	back_home
	cat <<-END

		P tells B whom to serve, on which port, and A where that is.  To anybody else there
		is nothing at this port, and without a token B hears of nobody.
	END
}
