-- SPDX-License-Identifier: GPL-2.0
--
-- Connection Signaling Protocol (CSP) for Wireshark and tshark 4.0 or later:
--
--	tshark -X lua_script:csp.lua ...
--
-- or put this file into Wireshark's plugin directory.  Section numbers are
-- those of Documentation/networking/csp.rst.

-- Every number that is used here, named as in include/uapi/linux/csp.h;
-- selftests/unit/test_numbers.py compares the two.
-- numbers: begin
local C = {
	CSP_IPPROTO_DEFAULT	= 253,
	CSP_UDP_PORT_DEFAULT	= 4253,
	CSP_VERSION		= 1,

	CSP_F_REPLY		= 0x01,

	CSP_MSG_SETUP		= 1,
	CSP_MSG_OK		= 2,
	CSP_MSG_REJECT		= 3,
	CSP_MSG_REDIRECT	= 4,
	CSP_MSG_CHANGE		= 5,
	CSP_MSG_ATTACH		= 6,
	CSP_MSG_DETACH		= 7,
	CSP_MSG_REGISTER	= 8,
	CSP_MSG_ACK		= 9,
	CSP_MSG_OPTIONAL	= 0x80,

	CSP_SCOPE_CONN		= 0,
	CSP_SCOPE_PATH		= 1,

	CSP_A_CRITICAL		= 0x8000,
	CSP_A_CONN		= 1,
	CSP_A_SRC		= 2,
	CSP_A_DST		= 3,
	CSP_A_VIA		= 4,
	CSP_A_LOCAL_ID		= 5,
	CSP_A_NONCE		= 6,
	CSP_A_NONCE_ECHO	= 7,
	CSP_A_PUBKEY		= 8,
	CSP_A_SEQ		= 9,
	CSP_A_MAC		= 10,
	CSP_A_SOURCE		= 11,
	CSP_A_OBSERVED		= 12,
	CSP_A_PIGGYBACK		= 13,
	CSP_A_TIMEOUT		= 14,
	CSP_A_PREF		= 15,
	CSP_A_ERROR		= 16,
	CSP_A_TEXT		= 17,
	CSP_A_ORIGIN		= 18,
	CSP_A_AUTH		= 19,
	CSP_A_NAME		= 20,
	CSP_A_PAD		= 21,
	CSP_A_VERSIONS		= 22,
	CSP_A_EPOCH		= 23,

	CSP_DIR_BOTH		= 0,
	CSP_DIR_FORWARD		= 1,
	CSP_DIR_REVERSE		= 2,

	CSP_PREF_LOW		= 0,
	CSP_PREF_NORMAL		= 100,
	CSP_PREF_HIGH		= 200,

	CSP_ERR_NONE		= 0,
	CSP_ERR_VERSION		= 1,
	CSP_ERR_CRITICAL	= 2,
	CSP_ERR_MALFORMED	= 3,
	CSP_ERR_NO_LISTENER	= 4,
	CSP_ERR_NOT_WANTED	= 5,
	CSP_ERR_POLICY		= 6,
	CSP_ERR_AUTH		= 7,
	CSP_ERR_FULL		= 8,
	CSP_ERR_MISMATCH	= 9,
	CSP_ERR_NO_CONN		= 10,
	CSP_ERR_BUSY		= 11,
	CSP_ERR_IN_USE		= 12,
	CSP_ERR_IMMOVABLE	= 13,
	CSP_ERR_FLOOD		= 14,
	CSP_ERR_GONE		= 15,

	CSP_PUBKEY_LEN		= 32,
	CSP_MAC_LEN		= 16,
	CSP_NONCE_MIN		= 8,
	CSP_NONCE_MAX		= 32,
	CSP_TEXT_MAX		= 127,
	CSP_AUTH_MAX		= 64,
	CSP_NAME_MAX		= 253,
	CSP_VIA_TOKEN_MAX	= 32,
}
-- numbers: end

local HDR_LEN = 12
local MSGHDR_LEN = 12
local ATTRHDR_LEN = 4
local QUOTED_LEN = 8		-- of the header, in an ICMP error

-- { number = name } of all constants with this prefix, but for flags.
local function names_of(prefix)
	local names = {}
	for name, number in pairs(C) do
		if name:sub(1, #prefix) == prefix and
		   name ~= "CSP_MSG_OPTIONAL" and name ~= "CSP_A_CRITICAL" then
			names[number] = name:sub(#prefix + 1)
		end
	end
	return names
end

local msg_names = names_of("CSP_MSG_")
for number, name in pairs(msg_names) do
	if name ~= "OK" then
		msg_names[number] = name:sub(1, 1) .. name:sub(2):lower()
	end
end
local attr_names = names_of("CSP_A_")
local error_names = names_of("CSP_ERR_")
local scope_names = names_of("CSP_SCOPE_")
local pref_names = names_of("CSP_PREF_")
local dir_names = {
	[C.CSP_DIR_BOTH] = "<->",
	[C.CSP_DIR_FORWARD] = "->",
	[C.CSP_DIR_REVERSE] = "<-",
}

local IPPROTO_TCP = 6
local IPPROTO_UDP = 17
local transport_names = {
	[0] = "any", [IPPROTO_TCP] = "TCP", [IPPROTO_UDP] = "UDP",
	[33] = "DCCP", [132] = "SCTP", [136] = "UDP-Lite",
}

local csp = Proto("csp", "Connection Signaling Protocol")

csp.prefs.ip_proto = Pref.uint("IP protocol", C.CSP_IPPROTO_DEFAULT,
	"Number of the IP protocol; 0: none")
csp.prefs.udp_port = Pref.uint("UDP port", C.CSP_UDP_PORT_DEFAULT,
	"Port of the encapsulation in UDP; 0: none")

---- fields

local f = {
	version = ProtoField.uint8("csp.version", "Version"),
	flags = ProtoField.uint8("csp.flags", "Flags", base.HEX),
	reply = ProtoField.bool("csp.flags.reply", "Reply", 8, nil,
		C.CSP_F_REPLY),
	length = ProtoField.uint16("csp.length", "Length"),
	xid = ProtoField.uint32("csp.xid", "Transaction", base.HEX),
	checksum = ProtoField.uint16("csp.checksum", "Checksum", base.HEX),
	attempt = ProtoField.uint8("csp.attempt", "Attempt"),
	reserved = ProtoField.uint8("csp.reserved", "Reserved"),
	retransmission = ProtoField.bool("csp.retransmission",
		"Retransmission"),
	request_in = ProtoField.framenum("csp.request_in", "Request in",
		base.NONE, frametype.REQUEST),
	reply_in = ProtoField.framenum("csp.reply_in", "Reply in",
		base.NONE, frametype.RESPONSE),
	time = ProtoField.relative_time("csp.time", "Time since request"),
	summary = ProtoField.string("csp.summary", "Summary"),

	msg = ProtoField.uint8("csp.msg", "Message", base.DEC, msg_names),
	msg_optional = ProtoField.bool("csp.msg.optional", "Optional", 8, nil,
		C.CSP_MSG_OPTIONAL),
	scope = ProtoField.uint8("csp.scope", "Scope", base.DEC, scope_names),
	code = ProtoField.uint8("csp.code", "Code"),
	msg_length = ProtoField.uint16("csp.msg.length", "Length"),
	dcid = ProtoField.bytes("csp.dcid", "Receiver's identifier"),
	conn = ProtoField.string("csp.conn", "Connection"),

	attr = ProtoField.uint16("csp.attr", "Attribute", base.DEC, attr_names,
		0x7fff),
	critical = ProtoField.bool("csp.attr.critical", "Critical", 16, nil,
		C.CSP_A_CRITICAL),
	attr_length = ProtoField.uint16("csp.attr.length", "Length"),
	attr_value = ProtoField.bytes("csp.attr.value", "Value"),
	attr_padding = ProtoField.bytes("csp.attr.padding", "Padding"),

	proto = ProtoField.uint8("csp.proto", "Transport", base.DEC,
		transport_names),
	dir = ProtoField.uint8("csp.dir", "Direction", base.DEC, dir_names),
	src = ProtoField.string("csp.src", "Sender's end"),
	dst = ProtoField.string("csp.dst", "Other end"),
	via = ProtoField.string("csp.via", "Gateway"),
	source = ProtoField.string("csp.source", "Sent from"),
	observed = ProtoField.string("csp.observed", "Seen from"),
	origin = ProtoField.string("csp.origin", "Origin"),
	family = ProtoField.uint8("csp.family", "Family"),
	loc_family = ProtoField.uint8("csp.loc_family", "Locator's family"),
	id_family = ProtoField.uint8("csp.id_family", "Identity's family"),
	ip = ProtoField.ipv4("csp.ip", "Address"),
	ipv6 = ProtoField.ipv6("csp.ipv6", "Address"),
	port = ProtoField.uint16("csp.port", "Port"),
	local_port = ProtoField.uint16("csp.local_port", "Own port"),
	encap = ProtoField.uint8("csp.encap", "Encapsulation"),
	token = ProtoField.bytes("csp.token", "Token"),
	cid = ProtoField.bytes("csp.cid", "Sender's identifier"),
	next_cid = ProtoField.bytes("csp.next_cid", "Sender's next identifier"),
	nonce = ProtoField.bytes("csp.nonce", "Nonce"),
	nonce_echo = ProtoField.bytes("csp.nonce_echo", "Echoed nonce"),
	pubkey = ProtoField.bytes("csp.pubkey", "Public key"),
	seq = ProtoField.uint32("csp.seq", "Move number"),
	mac = ProtoField.bytes("csp.mac", "Message authentication code"),
	piggyback = ProtoField.bytes("csp.piggyback", "Transport packet"),
	timeout = ProtoField.uint32("csp.timeout", "Timeout (ms)"),
	pref = ProtoField.uint32("csp.pref", "Preference", base.DEC,
		pref_names),
	error = ProtoField.uint16("csp.error", "Error", base.DEC, error_names),
	error_detail = ProtoField.uint16("csp.error.detail", "Detail"),
	text = ProtoField.string("csp.text", "Explanation"),
	auth = ProtoField.bytes("csp.auth", "Authentication token"),
	name = ProtoField.string("csp.name", "Name"),
	pad = ProtoField.bytes("csp.pad", "Padding"),
	epoch = ProtoField.bytes("csp.epoch", "Boxes, and seconds since they have their state"),
	ver_min = ProtoField.uint8("csp.version.min", "Lowest version"),
	ver_max = ProtoField.uint8("csp.version.max", "Highest version"),
}

for _, field in pairs(f) do
	table.insert(csp.fields, field)
end

local ef = {
	malformed = ProtoExpert.new("csp.malformed", "Malformed",
		expert.group.MALFORMED, expert.severity.ERROR),
	checksum = ProtoExpert.new("csp.checksum.bad", "Bad checksum",
		expert.group.CHECKSUM, expert.severity.ERROR),
	version = ProtoExpert.new("csp.version.unknown", "Unknown version",
		expert.group.UNDECODED, expert.severity.WARN),
	unknown_msg = ProtoExpert.new("csp.msg.unknown", "Unknown message",
		expert.group.UNDECODED, expert.severity.WARN),
	unknown_attr = ProtoExpert.new("csp.attr.unknown", "Unknown attribute",
		expert.group.UNDECODED, expert.severity.WARN),
	again = ProtoExpert.new("csp.retransmitted", "Retransmission",
		expert.group.SEQUENCE, expert.severity.NOTE),
	refused = ProtoExpert.new("csp.refused", "Refused",
		expert.group.RESPONSE_CODE, expert.severity.NOTE),
}

for _, e in pairs(ef) do
	table.insert(csp.experts, e)
end

local function malformed(tree, why)
	tree:add_proto_expert_info(ef.malformed, "Malformed: " .. why)
end

---- text, in the notation of section "Connection notation"

local function printable(s)
	return (s:gsub("[%c\127]", function(c)
		return string.format("\\x%02x", c:byte())
	end))
end

local function family_len(family)
	if family == 4 then
		return 4
	end
	return family == 6 and 16 or 0
end

local function addr_text(range, family)
	if family == 4 then
		return tostring(range:ipv4())
	end
	return "[" .. tostring(range:ipv6()) .. "]"
end

local function port_text(port)
	return port == 0 and "*" or tostring(port)
end

local function duration_text(ms)
	if ms ~= 0 and ms % 1000 == 0 then
		return ms / 1000 .. "s"
	end
	return ms .. "ms"
end

local function transport_text(proto)
	return transport_names[proto] or "protocol " .. proto
end

-- "TCP, A,p1 via G <-> S:B,p2:p4", as much of it as is there
local function conn_text(msg)
	local parts = {}

	if msg.proto and msg.proto ~= 0 then
		table.insert(parts, transport_text(msg.proto))
	end
	if msg.src and msg.dst then
		local via = ""
		if #msg.vias > 0 then
			via = " via " .. table.concat(msg.vias, " via ")
		end
		table.insert(parts, string.format("%s%s %s %s", msg.src, via,
			dir_names[msg.dir or C.CSP_DIR_BOTH] or "?", msg.dst))
	elseif msg.src or msg.dst then
		table.insert(parts, msg.src or msg.dst)
	end
	if #parts > 0 then
		return table.concat(parts, ", ")
	end
end

local function pref_text(pref)
	local name = pref_names[pref]
	return (name and name:lower() or tostring(pref)) .. " pref"
end

-- What belongs into a message's parentheses, and what is put behind it.
local function msg_text(msg)
	local inside, behind = {}, {}
	local text = msg_names[msg.type] or string.format("Message %d", msg.type)

	if msg.type == C.CSP_MSG_REGISTER and msg.src_id then
		table.insert(inside, string.format("%s at %s", msg.src_id,
			msg.src_loc))
	else
		table.insert(inside, msg.conn)
	end
	if msg.type == C.CSP_MSG_DETACH and msg.code == C.CSP_SCOPE_PATH and
	   not msg.conn then
		table.insert(inside, "old path")
	end
	if msg.error then
		local why = error_names[msg.error] or "error " .. msg.error
		if msg.detail and msg.detail ~= 0 then
			why = why .. " " .. msg.detail
		end
		table.insert(inside, why)
	end
	if msg.text then
		table.insert(inside, '"' .. msg.text .. '"')
	end
	if msg.name then
		table.insert(inside, "name = " .. msg.name)
	end
	if msg.timeout then
		table.insert(inside, "Timeout=" .. duration_text(msg.timeout))
	end
	if msg.pref then
		table.insert(inside, pref_text(msg.pref))
	end
	if msg.observed then
		table.insert(inside, "seen from " .. msg.observed)
	end
	if msg.versions then
		table.insert(inside, msg.versions)
	end
	if msg.origin then
		table.insert(inside, "by " .. msg.origin)
	end
	if #inside > 0 then
		text = text .. "(" .. table.concat(inside, ", ") .. ")"
	end

	for _, part in ipairs({ msg.auth and "Auth" or false,
				msg.nonce and "Nonce" or false,
				msg.nonce_echo and "Nonce echo" or false,
				msg.mac and "Sig" or false,
				msg.piggyback or false }) do
		if part then
			table.insert(behind, " + " .. part)
		end
	end
	return text .. table.concat(behind)
end

---- transport packets within

local inner_dissectors = {
	[IPPROTO_TCP] = Dissector.get("tcp"),
	[IPPROTO_UDP] = Dissector.get("udp"),
}
local within_piggyback = false

local function tcp_text(range)
	local flags = range:range(13, 1):uint()
	local data = range:len() - range:range(12, 1):bitfield(0, 4) * 4
	local parts = {}

	for _, flag in ipairs({ { 0x02, "SYN" }, { 0x01, "FIN" },
				{ 0x04, "RST" }, { 0x10, "ACK" } }) do
		if bit32.band(flags, flag[1]) ~= 0 then
			table.insert(parts, flag[2])
		end
	end
	if flags == 0x10 or flags == 0x18 then
		parts = { "TCP" }
	end
	local text = table.concat(parts, ",")
	if data > 0 then
		text = string.format("%s data %d", text, data)
	end
	return text
end

local function piggyback_text(proto, range)
	if proto == IPPROTO_TCP and range:len() >= 20 then
		return tcp_text(range)
	elseif proto == IPPROTO_UDP and range:len() >= 8 then
		return string.format("UDP data %d", range:len() - 8)
	end
	return string.format("%s packet %d",
		proto and transport_text(proto) or "transport", range:len())
end

-- The transport's own dissector shows the packet, if it is a known one.
local function dissect_piggyback(proto, range, pinfo, tree)
	local inner = inner_dissectors[proto]

	if not inner or within_piggyback then
		return
	end
	within_piggyback = true
	pcall(function()
		inner:call(range:tvb(), pinfo, tree)
	end)
	within_piggyback = false
end

---- attributes

local function add_addr(range, family, tree)
	tree:add(family == 4 and f.ip or f.ipv6, range)
	return addr_text(range, family)
end

-- Adds address and, in VIA, the token behind it; returns the text.
local function dissect_addr(range, tree)
	local family = range:range(0, 1):uint()
	local encap = range:range(1, 1):uint()
	local port = range:range(2, 2):uint()
	local alen = family_len(family)

	tree:add(f.family, range:range(0, 1))
	tree:add(f.encap, range:range(1, 1))
	tree:add(f.port, range:range(2, 2))
	if alen == 0 or range:len() < 4 + alen then
		malformed(tree, "address")
		return "?"
	end
	local text = add_addr(range:range(4, alen), family, tree)
	if encap == IPPROTO_UDP then
		text = text .. ",UDP " .. port
	elseif encap ~= 0 or port ~= 0 then
		malformed(tree, "encapsulation")
	end
	return text, 4 + alen
end

local function end_families_valid(loc_family, id_family, len)
	local loc_len, id_len = family_len(loc_family), family_len(id_family)

	return (loc_family == 0 or loc_len > 0) and
	       (id_family == 0 or id_len > 0) and len == 8 + loc_len + id_len
end

-- Returns text of the end, of its identity and of its locator.
local function dissect_end(range, tree)
	local loc_family = range:range(0, 1):uint()
	local id_family = range:range(1, 1):uint()
	local port = range:range(2, 2):uint()
	local local_port = range:range(4, 2):uint()
	local loc, id = "*", nil

	tree:add(f.loc_family, range:range(0, 1))
	tree:add(f.id_family, range:range(1, 1))
	tree:add(f.port, range:range(2, 2))
	tree:add(f.local_port, range:range(4, 2))
	if not end_families_valid(loc_family, id_family, range:len()) then
		malformed(tree, "families and length")
		return "?"
	end

	if loc_family ~= 0 then
		loc = add_addr(range:range(8, family_len(loc_family)),
			loc_family, tree)
	end
	if id_family ~= 0 then
		id = add_addr(range:range(8 + family_len(loc_family)),
			id_family, tree)
	end
	local text = string.format("%s,%s", id and id .. ":" .. loc or loc,
		port_text(port))
	if local_port ~= 0 then
		text = text .. ":" .. port_text(local_port)
	end
	return text, id, loc
end

-- Shows an address attribute as one line of text.
local function addr_attr(name)
	return function(range, tree, msg)
		local text, used = dissect_addr(range, tree)

		if used and used ~= range:len() then
			malformed(tree, "length")
		end
		msg[name] = text
		tree:add(f[name], range, text)
	end
end

local function bytes_attr(name)
	return function(range, tree, msg)
		msg[name] = true
		tree:add(f[name], range)
	end
end

local function uint_attr(name)
	return function(range, tree, msg)
		msg[name] = range:uint()
		tree:add(f[name], range)
	end
end

-- Section "Attributes": least and most length of the value, what shows it.
local attrs = {
	[C.CSP_A_CONN] = { 4, 4, function(range, tree, msg)
		msg.proto = range:range(0, 1):uint()
		msg.dir = range:range(1, 1):uint()
		tree:add(f.proto, range:range(0, 1))
		tree:add(f.dir, range:range(1, 1))
		if not dir_names[msg.dir] then
			malformed(tree, "direction")
		end
	end },
	[C.CSP_A_SRC] = { 8, 40, function(range, tree, msg)
		msg.src, msg.src_id, msg.src_loc = dissect_end(range, tree)
		tree:add(f.src, range, msg.src)
	end },
	[C.CSP_A_DST] = { 8, 40, function(range, tree, msg)
		msg.dst = dissect_end(range, tree)
		tree:add(f.dst, range, msg.dst)
	end },
	[C.CSP_A_VIA] = { 8, 20 + C.CSP_VIA_TOKEN_MAX,
	function(range, tree, msg)
		local text, used = dissect_addr(range, tree)

		table.insert(msg.vias, text)
		tree:add(f.via, range, text)
		if used and used < range:len() then
			tree:add(f.token, range:range(used))
		end
	end },
	[C.CSP_A_LOCAL_ID] = { 16, 16, function(range, tree)
		tree:add(f.cid, range:range(0, 8))
		tree:add(f.next_cid, range:range(8, 8))
	end },
	[C.CSP_A_NONCE] = { C.CSP_NONCE_MIN, C.CSP_NONCE_MAX,
		bytes_attr("nonce") },
	[C.CSP_A_NONCE_ECHO] = { C.CSP_NONCE_MIN, C.CSP_NONCE_MAX,
		bytes_attr("nonce_echo") },
	[C.CSP_A_PUBKEY] = { C.CSP_PUBKEY_LEN, C.CSP_PUBKEY_LEN,
		bytes_attr("pubkey") },
	[C.CSP_A_SEQ] = { 4, 4, uint_attr("seq") },
	[C.CSP_A_MAC] = { C.CSP_MAC_LEN, C.CSP_MAC_LEN, bytes_attr("mac") },
	[C.CSP_A_SOURCE] = { 8, 20, addr_attr("source") },
	[C.CSP_A_OBSERVED] = { 8, 20, addr_attr("observed") },
	[C.CSP_A_PIGGYBACK] = { 8, 65535, function(range, tree, msg, pinfo)
		msg.piggyback = piggyback_text(msg.proto, range)
		tree:add(f.piggyback, range)
		dissect_piggyback(msg.proto, range, pinfo, tree)
	end },
	[C.CSP_A_TIMEOUT] = { 4, 4, uint_attr("timeout") },
	[C.CSP_A_PREF] = { 4, 4, uint_attr("pref") },
	[C.CSP_A_ERROR] = { 4, 4, function(range, tree, msg)
		msg.error = range:range(0, 2):uint()
		msg.detail = range:range(2, 2):uint()
		tree:add(f.error, range:range(0, 2))
			:add_proto_expert_info(ef.refused)
		tree:add(f.error_detail, range:range(2, 2))
	end },
	[C.CSP_A_TEXT] = { 0, C.CSP_TEXT_MAX, function(range, tree, msg)
		msg.text = printable(range:string(ENC_UTF_8))
		tree:add(f.text, range, msg.text)
	end },
	[C.CSP_A_ORIGIN] = { 8, 20, addr_attr("origin") },
	[C.CSP_A_AUTH] = { 1, C.CSP_AUTH_MAX, bytes_attr("auth") },
	[C.CSP_A_NAME] = { 1, C.CSP_NAME_MAX, function(range, tree, msg)
		msg.name = printable(range:string())
		tree:add(f.name, range, msg.name)
	end },
	[C.CSP_A_PAD] = { 0, 65535, bytes_attr("pad") },
	[C.CSP_A_EPOCH] = { 16, 16, bytes_attr("epoch") },
	[C.CSP_A_VERSIONS] = { 4, 4, function(range, tree, msg)
		local min, max = range:range(0, 1):uint(),
			range:range(1, 1):uint()

		msg.versions = string.format("versions %d to %d", min, max)
		tree:add(f.ver_min, range:range(0, 1))
		tree:add(f.ver_max, range:range(1, 1))
		if min > max then
			malformed(tree, "versions")
		end
	end },
}

local function attr_name(type)
	return attr_names[type] or string.format("Attribute %d", type)
end

local function dissect_value(type, critical, value, tree, msg, pinfo)
	local rule = attrs[type]
	local len = value and value:len() or 0

	if not rule then
		tree:add_proto_expert_info(ef.unknown_attr, critical and
			"Unknown critical attribute: to be rejected" or
			"Unknown attribute: skipped")
		if value then
			tree:add(f.attr_value, value)
		end
		return
	end
	if len < rule[1] or len > rule[2] then
		malformed(tree, string.format("%d bytes of value", len))
		return
	end
	if msg.seen[type] and type ~= C.CSP_A_VIA then
		malformed(tree, "duplicate")
	end
	msg.seen[type] = true
	if value then
		rule[3](value, tree, msg, pinfo)
	end
end

-- Returns how much the attribute takes, or nil if there is no going on.
local function dissect_attr(range, tree, msg, pinfo)
	if range:len() < ATTRHDR_LEN then
		malformed(tree, "too short for an attribute")
		return
	end
	local type = range:range(0, 2):uint()
	local critical = type >= C.CSP_A_CRITICAL
	local len = range:range(2, 2):uint()
	local padded = math.min(math.ceil(len / 4) * 4, range:len())

	type = type % C.CSP_A_CRITICAL
	local shown = len >= ATTRHDR_LEN and padded or ATTRHDR_LEN
	local sub = tree:add(range:range(0, shown), attr_name(type))
	sub:add(f.attr, range:range(0, 2))
	sub:add(f.critical, range:range(0, 2))
	sub:add(f.attr_length, range:range(2, 2))
	if len < ATTRHDR_LEN or len > range:len() then
		malformed(sub, "length of the attribute")
		return
	end

	local value = len > ATTRHDR_LEN and
		range:range(ATTRHDR_LEN, len - ATTRHDR_LEN) or nil
	dissect_value(type, critical, value, sub, msg, pinfo)
	if padded > len then
		sub:add(f.attr_padding, range:range(len, padded - len))
	end
	return padded, type
end

---- messages

local function dissect_attrs(range, tree, msg, pinfo, last)
	local pos = MSGHDR_LEN

	while pos < range:len() do
		local used, type = dissect_attr(range:range(pos), tree, msg,
			pinfo)

		if not used then
			return
		end
		pos = pos + used
		if type == C.CSP_A_MAC and not (last and pos == range:len()) then
			malformed(tree, "something follows the MAC")
		end
	end
end

-- Section "Extension rules"
local function dissect_unknown(type, tree)
	tree:add_proto_expert_info(ef.unknown_msg,
		type >= C.CSP_MSG_OPTIONAL and "Unknown message: skipped" or
		"Unknown message: to be rejected")
end

-- Returns the message and how much it takes, the latter nil if there is no
-- going on.
local function dissect_msg(range, tree, pinfo)
	local msg = { vias = {}, seen = {} }

	if range:len() < MSGHDR_LEN then
		malformed(tree, "too short for a message")
		return
	end
	local len = range:range(2, 2):uint()
	local fits = len >= MSGHDR_LEN and len <= range:len() and len % 4 == 0
	local whole = fits and range:range(0, len) or range

	msg.type = range:range(0, 1):uint()
	msg.code = range:range(1, 1):uint()
	local sub = tree:add(whole, "")
	sub:add(f.msg, range:range(0, 1))
	sub:add(f.msg_optional, range:range(0, 1))
	sub:add(msg.type == C.CSP_MSG_DETACH and f.scope or f.code,
		range:range(1, 1))
	sub:add(f.msg_length, range:range(2, 2))
	sub:add(f.dcid, range:range(4, 8))
	if not fits then
		malformed(sub, "length of the message")
	else
		dissect_attrs(whole, sub, msg, pinfo, len == range:len())
	end
	if not msg_names[msg.type] then
		dissect_unknown(msg.type, sub)
	end

	msg.conn = conn_text(msg)
	if msg.conn then
		sub:add(f.conn, whole, msg.conn):set_generated()
	end
	msg.summary = msg_text(msg)
	sub:set_text(msg.summary)
	return msg, fits and len
end

---- packets

-- Requests and replies, by transaction; filled while frames are first seen.
local requests, replies = {}, {}

function csp.init()
	requests, replies = {}, {}
end

local function link_reply(xid, reply, pinfo, tree)
	local request = requests[xid]

	if not reply then
		if not request then
			requests[xid] = { number = pinfo.number,
					  time = pinfo.abs_ts }
		end
		if replies[xid] then
			tree:add(f.reply_in, replies[xid]):set_generated()
		end
		return
	end
	replies[xid] = replies[xid] or pinfo.number
	if request then
		local passed = pinfo.abs_ts - request.time
		local secs = math.floor(passed)

		tree:add(f.request_in, request.number):set_generated()
		tree:add(f.time, NSTime.new(secs,
			math.floor((passed - secs) * 1e9 + 0.5)))
			:set_generated()
	end
end

-- Internet checksum, section "Header": zero if it is right.
local function checksum(range)
	local sum = 0

	for i = 0, range:len() - 2, 2 do
		sum = sum + range:range(i, 2):uint()
	end
	if range:len() % 2 == 1 then
		sum = sum + range:range(range:len() - 1, 1):uint() * 256
	end
	while sum > 0xffff do
		sum = sum % 0x10000 + math.floor(sum / 0x10000)
	end
	return 0xffff - sum
end

local function dissect_header(tvb, tree)
	tree:add(f.version, tvb(0, 1))
	local flags = tree:add(f.flags, tvb(1, 1))
	flags:add(f.reply, tvb(1, 1))
	tree:add(f.length, tvb(2, 2))
	tree:add(f.xid, tvb(4, 4))
end

-- Rest of the header; returns where the packet ends, or nil.
local function dissect_header_rest(tvb, tree)
	local len = tvb(2, 2):uint()
	local sum = tree:add(f.checksum, tvb(8, 2))

	tree:add(f.attempt, tvb(10, 1))
	tree:add(f.reserved, tvb(11, 1))
	if len < HDR_LEN + MSGHDR_LEN or len > tvb:reported_len() then
		malformed(tree, "length of the packet")
		return
	end
	if len > tvb:len() then
		sum:append_text(" [not verified: not all captured]")
	elseif checksum(tvb(0, len)) ~= 0 then
		sum:add_proto_expert_info(ef.checksum)
	else
		sum:append_text(" [correct]")
	end
	return math.min(len, tvb:len())
end

local function dissect_msgs(tvb, pos, stop, tree, pinfo)
	local texts = {}

	while pos < stop do
		local msg, used = dissect_msg(tvb(pos, stop - pos), tree, pinfo)

		table.insert(texts, msg and msg.summary or "[malformed]")
		if not used then
			break
		end
		pos = pos + used
	end
	return table.concat(texts, ", ")
end

local function mark_retransmission(attempt, tree, range)
	tree:add(f.retransmission, range, true):set_generated()
		:add_proto_expert_info(ef.again)
	return string.format(" [retransmission %d]", attempt)
end

local function dissect_packet(tvb, tree, pinfo)
	local reply = tvb(1, 1):uint() % 2 == C.CSP_F_REPLY
	local attempt = tvb(10, 1):uint()
	local stop = dissect_header_rest(tvb, tree)
	local text = "[malformed]"

	if not pinfo.in_error_pkt then
		link_reply(tvb(4, 4):uint(), reply, pinfo, tree)
	end
	if stop then
		text = dissect_msgs(tvb, HDR_LEN, stop, tree, pinfo)
	end
	if attempt > 0 and not reply then
		text = text .. mark_retransmission(attempt, tree, tvb(10, 1))
	end
	tree:add(f.summary, text):set_generated()
	return text
end

function csp.dissector(tvb, pinfo, root)
	local len = tvb:len()

	if len < QUOTED_LEN then
		return 0
	end
	local tree = root:add(csp, tvb())
	local version = tvb(0, 1):uint()
	local text

	dissect_header(tvb, tree)
	if version ~= C.CSP_VERSION then
		tree:add_proto_expert_info(ef.version)
		text = string.format("Version %d", version)
	elseif len < HDR_LEN then
		-- An ICMP error may quote no more than this: "Header".
		if not pinfo.in_error_pkt then
			malformed(tree, "too short for a header")
		end
		text = string.format("xid 0x%08x", tvb(4, 4):uint())
	else
		text = dissect_packet(tvb, tree, pinfo)
	end
	tree:append_text(": " .. text)
	pinfo.cols.protocol = "CSP"
	pinfo.cols.info = text
	return len
end

---- registration

local registered = {}

local function register(table_name, number)
	local tab = DissectorTable.get(table_name)

	if registered[table_name] then
		tab:remove(registered[table_name], csp)
		registered[table_name] = nil
	end
	if number ~= 0 then
		tab:add(number, csp)
		registered[table_name] = number
	end
end

local function register_all()
	register("ip.proto", csp.prefs.ip_proto)
	register("udp.port", csp.prefs.udp_port)
end

csp.prefs_changed = register_all
register_all()
