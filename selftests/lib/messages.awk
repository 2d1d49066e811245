# SPDX-License-Identifier: GPL-2.0
#
# From tshark's fields to messages, one file a link; called by observe.sh.
#
# In: "address name" lines, then one packet a line (see the call of tshark).
# chunks: " LINK=N=BEFORE ...", whose the packets are: the next N are LINK's, and it has
# BEFORE others before them.
# Out: dir/LINK.messages: number of the packet, what a repetition has as well,
# and "A > B: Setup(...)".

BEGIN {
	n_chunks = split(substr(chunks, 2), parts, " ")
	for (i = 1; i <= n_chunks; i++) {
		split(parts[i], chunk, "=")
		link[i] = chunk[1]
		first[i] = total
		before[i] = chunk[3]
		total += chunk[2]
	}

	icmp["3,2"] = icmp6["4,1"] = "protocol unreachable"
	icmp["3,3"] = icmp6["1,4"] = "port unreachable"
	icmp["3,13"] = icmp6["1,1"] = "prohibited"
}

FNR == NR {
	split($0, parts, " ")
	name[parts[1]] = parts[2]
	next
}

function named(addr) { return addr in name ? name[addr] : addr }

# Names for the addresses in a text.
function short(text,	out, addr) {
	while (match(text, /[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|\[[0-9a-f:.]+\]/)) {
		addr = substr(text, RSTART, RLENGTH)
		out = out substr(text, 1, RSTART - 1)
		text = substr(text, RSTART + RLENGTH)
		if (addr ~ /^\[/ && substr(addr, 2, length(addr) - 2) in name)
			addr = substr(addr, 2, length(addr) - 2)
		out = out named(addr)
	}
	return out text
}

$13 != "" {
	for (i = n_chunks; first[i] >= $1; i--)
		;
	from = named($2 $4)
	to = named($3 $5)
	if ($6 != "")
		text = "ICMP " (($6 "," $7) in icmp ? icmp[$6 "," $7] : $6 "," $7)
	else if ($8 != "")
		text = "ICMP " (($8 "," $9) in icmp6 ? icmp6[$8 "," $9] : $8 "," $9)
	else {
		text = short($13)
		# No wish, no box that spoke.
		gsub(/\(Timeout=0ms\)|, Timeout=0ms/, "", text)
	}
	plain = text
	sub(/ \[retransmission [0-9]+\]/, "", plain)
	if ($6 $8 == "" && ($10 == 4253 || $11 == 4253))
		text = text " [UDP]"
	printf "%d\t%s>%s %s %s\t%s > %s: %s\n", $1 - first[i] + before[i], from, to, $12,
		plain, from, to, text >(dir "/" link[i] ".messages")
}
