# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# Counters and captures; see lib.sh.

ctl() { "$cspctl" -n "csp-$1" "${@:2}"; }

# jq is good at it, but takes a quarter of a second to start in an emulated machine.
empty() { [[ $(ctl "$1" -j "${@:2}") != *"{"* ]]; }	# HOST CSPCTL_COMMAND...
values() { # KEY, cspctl -j on stdin
	local json
	IFS= read -r -d '' json || true
	while [[ $json =~ \"$1\":\ (\"([^\"]*)\"|([^],\ ]*))(.*) ]]; do
		echo "${BASH_REMATCH[2]:-${BASH_REMATCH[3]}}"
		json=${BASH_REMATCH[4]}
	done
}
value() { # KEY, the same: of the first
	local each
	mapfile -t each < <(values "$1")
	echo "${each[0]-}"
}

# --- counters ---------------------------------------------------------------------

declare -A counted	# HOST/NAME -> value at the last count_from_here

counter() { ctl "$1" stats "$2"; }

count_from_here() { # HOST...
	local h
	for h; do remember_counters "$h" "$h" stats; done
}
counters_are() { compare_counters "$1" "$1" stats -- "${@:2}"; } # HOST NAME=VALUE...

# What cspctl does not say is not 0.
remember_counters() { # HOST KEY CSPCTL_COMMAND...
	local name value said
	said=$(ctl "$1" "${@:3}" -z)
	while read -r name value _; do
		counted[$2/$name]=$value
	done < <(tail -n +3 <<<"$said")
}

compare_counters() { # HOST KEY CSPCTL_COMMAND... -- NAME=VALUE...
	local h=$1 key=$2 command=() names=() values i value wanted said fine=0; shift 2
	until [ "$1" = -- ]; do command+=("$1"); shift; done
	shift
	for i; do names+=("${i%%=*}"); done
	if ! said=$(ctl "$h" "${command[@]}" "${names[@]}"); then
		note "$h: cspctl ${command[*]} failed"
		return 1
	fi
	mapfile -t values <<<"$said"
	if [ ${#values[@]} != ${#names[@]} ]; then
		note "$h: ${#names[@]} counters asked for, ${#values[@]} told"
		return 1
	fi
	for i; do
		value=$((values[0] - ${counted[$key/${i%%=*}]:-0}))
		values=("${values[@]:1}")
		wanted=${i#*=}
		case $wanted in
		'>'*)	[ "$value" -gt "${wanted#>}" ] && continue ;;
		*)	[ "$value" = "$wanted" ] && continue ;;
		esac
		note "$h: ${i%%=*} is $value, not $wanted"
		fine=1
	done
	return $fine
}

is_quiet() { [ "$(counter "$1" flows)" = 0 ]; }	# HOST

quiet() { # HOST...
	local h
	for h; do
		if ! wait_for is_quiet "$h"; then
			note "$h still knows:"
			ctl "$h" flow -v | sed 's/^/# /'
			return 1
		fi
	done
}

# --- captures -----------------------------------------------------------------------

captures=()		# links that are captured, in order
declare -A dump_pid	# LINK -> process
declare -A phase_start	# LINK@PHASE -> packets before
phases=()

capture() { # LINK...
	local l h dev
	for l; do
		read -r h dev <<<"${link_end[$l]}"
		nsenter --net="/run/netns/csp-$h" -- tcpdump -Z root -n -i "$dev" \
			--immediate-mode -B 8192 -U -w "$tmp/$l.pcap" 2>"$tmp/$l.log" &
		dump_pid[$l]=$! daemons+=($!)
		captures+=("$l")
	done
	for l; do wait_for grep -q 'listening on' "$tmp/$l.log"; done
}

# Asks tcpdump how much it has written of what passed; true: all.
captured_all() { # LINK
	local lines
	mapfile -t lines <"$tmp/$1.log"
	kill -USR1 "${dump_pid[$1]}"
	wait_for test_lines "$tmp/$1.log" ${#lines[@]}
	mapfile -t lines <"$tmp/$1.log"
	[[ ${lines[-1]} =~ \
		([0-9]+)\ packets?\ captured,\ ([0-9]+)\ packets?\ received ]] &&
		n_captured=${BASH_REMATCH[1]} && [ "$n_captured" = "${BASH_REMATCH[2]}" ]
}
test_lines() { # FILE N
	local lines
	mapfile -t lines <"$1"
	[ ${#lines[@]} -gt "$2" ]
}

phase() { # NAME
	local l
	phases+=("$1")
	for l in "${captures[@]}"; do
		wait_for captured_all "$l"
		phase_start[$l@$1]=$n_captured
	done
}

# Numbers of the first packet of a phase, and of the first one behind it.
phase_range() { # LINK[@PHASE]
	local link=${1%@*} name=${1#*@} p previous='' from=0 to=999999999
	if [ "$name" != "$1" ]; then
		from=${phase_start[$1]}
		for p in "${phases[@]}"; do
			[ "$previous" != "$name" ] || to=${phase_start[$link@$p]}
			previous=$p
		done
	fi
	echo "$from $to"
}

# One tshark for the scenario, since its start takes seconds: what the links' captures
# have got since the last time is written to its standard input, a FIFO.
start_decoder() {
	mkfifo "$tmp/decoder"
	# Plugins are much of a start, and none is about CSP.
	mkdir "$tmp/wireshark"
	WIRESHARK_CONFIG_DIR=$tmp/wireshark WIRESHARK_PLUGIN_DIR=$tmp/wireshark \
	tshark -n -l -r - -X "lua_script:$top/tools/wireshark/csp.lua" \
		-T fields -E separator=/t -E occurrence=f \
		-e frame.number -e ip.src -e ip.dst -e ipv6.src -e ipv6.dst \
		-e icmp.type -e icmp.code -e icmpv6.type -e icmpv6.code \
		-e udp.srcport -e udp.dstport -e csp.xid -e csp.summary \
		<>"$tmp/decoder" 2>"$tmp/tshark.log" >"$tmp/decoded" &
	echo $! >"$tmp/decoder.pid"
	head -c 24 "$tmp/${captures[0]}.pcap" >"$tmp/decoder"
}

decoded_all() { # N; true: tshark has said something about each packet
	local last
	last=$(tail -n 1 "$tmp/decoded")
	[ "${last%%[!0-9]*}" = "$1" ]
}

# Lines of $tmp/LINK.messages: number, key that a repetition has too, text.
decode() {
	local l new fed=
	[ -p "$tmp/decoder" ] || start_decoder
	# What tshark has got is known to all shells: often a subshell asks.
	local n_fed=0		# packets
	local chunks=		# which: " LINK=N=BEFORE ...", N of LINK's behind BEFORE
	local -A n_of bytes_of	# LINK -> packets of it, where they end in its capture
	# shellcheck source=/dev/null
	[ ! -e "$tmp/fed" ] || . "$tmp/fed"
	for l in "${captures[@]}"; do
		wait_for captured_all "$l"
		new=$((n_captured - ${n_of[$l]-0}))
		[ $new != 0 ] || continue
		# No more than were counted: there is always some ARP that comes meanwhile.
		tcpdump -Z root -r "$tmp/$l.pcap" -c "$n_captured" -w "$tmp/part.pcap" 2>/dev/null
		tail -c +$((${bytes_of[$l]-24} + 1)) "$tmp/part.pcap" >"$tmp/decoder"
		chunks+=" $l=$new=${n_of[$l]-0}"
		n_of[$l]=$n_captured bytes_of[$l]=$(stat -c %s "$tmp/part.pcap")
		n_fed=$((n_fed + new)) fed=1
	done
	for l in "${captures[@]}"; do [ -e "$tmp/$l.messages" ] || fed=1; done
	[ -n "$fed" ] || return 0
	declare -p n_fed chunks n_of bytes_of >"$tmp/fed"
	if [ $n_fed != 0 ] && ! wait_for decoded_all $n_fed; then
		cat "$tmp/tshark.log"
		return 1
	fi
	for l in "${captures[@]}"; do : >"$tmp/$l.messages"; done
	for l in "${!name_of[@]}"; do echo "$l ${name_of[$l]}"; done >"$tmp/names"
	awk -F '\t' -v chunks="$chunks" -v dir="$tmp" -f "$lib/messages.awk" \
		"$tmp/names" "$tmp/decoded"
}

messages() { # [-r|-f] LINK[@PHASE]
	local all='' first='' from to
	case $1 in
	-r)	all=1; shift ;;
	-f)	first=1; shift ;;
	esac
	decode
	read -r from to <<<"$(phase_range "$1")"
	awk -F '\t' -v from="$from" -v to="$to" -v all="$all" -v first="$first" '
		first && / \[retransmission [0-9]+\]/ { next }
		$1 > from && $1 <= to && (all || !seen[$2]++) {
			if (!all) sub(/ \[retransmission [0-9]+\]/, "", $3)
			print $3
		}' "$tmp/${1%@*}.messages"
}

# With -s in any order: of what two peers do at once.
expect_messages() { # [-s] [-r|-f] LINK[@PHASE], lines on stdin
	local got wanted i fine=0 order="cat"
	if [ "$1" = -s ]; then order="sort"; shift; fi
	mapfile -t wanted < <(LC_ALL=C $order)
	decode
	mapfile -t got < <(messages "$@" | LC_ALL=C $order)
	for ((i = 0; i < ${#got[@]} || i < ${#wanted[@]}; i++)); do
		if [ "$i" -lt ${#got[@]} ] && [ "$i" -lt ${#wanted[@]} ] &&
		   like "${got[i]}" "${wanted[i]}"; then
			continue
		fi
		note "message $((i + 1)): ${got[i]-(none)}" "    wanted: ${wanted[i]-(none)}"
		fine=1
	done
	return $fine
}

transport() { # LINK[@PHASE]
	local link=${1%@*} from to
	wait_for captured_all "$link"
	read -r from to <<<"$(phase_range "$1")"
	tcpdump -n -t -# -r "$tmp/$link.pcap" 2>/dev/null |
		awk -v from="$from" -v to="$to" '
			$1 > from && $1 <= to && $2 ~ /^IP6?$/ && / (Flags|UDP)/ {
				sub(/^ *[0-9]+ +/, "")
				print
			}'
}

# For tools/wireshark/ladder; of a failed scenario they are kept as well.
keep_captures() {
	local dir=${CSP_CAPTURES-} l a
	if [ -z "$dir" ]; then
		[ "$n_failed" != 0 ] || return 0
		dir=$top/build/logs/captures
	fi
	dir=$dir/$scenario${CSP_KERNEL:+-$CSP_KERNEL}
	mkdir -p "$dir"
	for l in "${captures[@]}"; do
		wait_for -t 5 captured_all "$l"
		cp "$tmp/$l.pcap" "$dir/"
		echo "-l $l:$dir/$l.pcap"
	done >"$dir/ladder"
	for a in "${!name_of[@]}"; do echo "${name_of[$a]}=$a"; done | sort >>"$dir/ladder"
	note "captures are in $dir"
}
