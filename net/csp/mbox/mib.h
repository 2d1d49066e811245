/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of a box, per network namespace, in the order in which
 * `cspctl box stats` shows them. CSP_BOX_MIB(identifier, "name", "meaning").
 *
 * No include guard: the list is expanded with several definitions of
 * CSP_BOX_MIB().
 */

/* Packets */
CSP_BOX_MIB(PKTS, "pkts", "signalling packets forwarded past this box")
CSP_BOX_MIB(PKTS_UDP, "pkts-udp", "of them, those over UDP")
CSP_BOX_MIB(UNPARSED, "unparsed", "packets left alone: cannot be parsed, or of another version")
CSP_BOX_MIB(DROPS, "drops", "signalling packets not forwarded")
CSP_BOX_MIB(NOMEM, "nomem", "signalling packets not forwarded: no memory")
CSP_BOX_MIB(EDITS, "edits", "OKs in which the timeout was set to what is granted")

/* Setup */
CSP_BOX_MIB(SETUPS, "setups", "Setups judged")
CSP_BOX_MIB(SETUP_AGAIN, "setup-again", "Setups seen again")
CSP_BOX_MIB(SETUP_BUSY, "setup-busy",
	    "Setups dropped: one like it is being judged, or it has an identifier of another")
CSP_BOX_MIB(SETUP_FOREIGN, "setup-foreign",
	    "Setups left alone: about other addresses than those of the packet")
CSP_BOX_MIB(SETUP_OTHER, "setup-other",
	    "Setups left alone: a transport that is not tracked, or an identifier in use")
CSP_BOX_MIB(SETUP_MALFORMED, "setup-malformed",
	    "Setups refused: they contradict themselves, or what they carry is another packet")
CSP_BOX_MIB(SETUP_RULESET, "setup-ruleset",
	    "Setups without a rule, judged as their first packet by the ruleset")
CSP_BOX_MIB(ACCEPTED, "accepted", "Setups accepted by a rule")
CSP_BOX_MIB(ASKED, "asked", "Setups that a rule leaves to the host asked")
CSP_BOX_MIB(REDIRECTED, "redirected", "Setups answered with Redirect")
CSP_BOX_MIB(REFUSED_RULE, "refused-rule", "Setups refused by a rule")
CSP_BOX_MIB(REFUSED_AUTH, "refused-auth", "Setups refused: authentication missing or wrong")
CSP_BOX_MIB(REFUSED_RULESET, "refused-ruleset",
	    "Setups refused: the ruleset of netfilter drops their first packet")
CSP_BOX_MIB(REFUSED_FULL, "refused-full",
	    "Setups refused: no room for a pinhole, or no port of the NAT is free")
CSP_BOX_MIB(RATE_LIMITED, "rate-limited", "refusals not sent: the source asks too often")
CSP_BOX_MIB(COOKIE_OUT, "cookie-out", "Setups answered with a nonce; nothing was kept")
CSP_BOX_MIB(COOKIE_OK, "cookie-ok", "nonces echoed correctly")
CSP_BOX_MIB(COOKIE_BAD, "cookie-bad", "nonces echoed wrongly or too late")

/* Gateway */
CSP_BOX_MIB(STAMPED, "stamped", "Setups that this gateway signed for with a token")
CSP_BOX_MIB(STAMP_NONE, "stamp-none",
	    "Setups of its own side left without one: a MAC, no room, or another source")
CSP_BOX_MIB(VIA_REMOVED, "via-removed",
	    "tokens of other gateways removed: of a side that has none, or too many")
CSP_BOX_MIB(BLOCK_ASKED, "block-asked", "requests of victims to stop a flood")
CSP_BOX_MIB(BLOCK_MALFORMED, "block-malformed",
	    "of them, refused: they lack something, or ask for more than one host's packets")
CSP_BOX_MIB(BLOCK_AUTH, "block-auth", "of them, refused: the token is not ours, or too old")
CSP_BOX_MIB(BLOCK_MISMATCH, "block-mismatch",
	    "of them, refused: for an address that is not the one who asks")
CSP_BOX_MIB(BLOCK_CHALLENGED, "block-challenged", "of them, answered with a nonce")
CSP_BOX_MIB(BLOCK_FULL, "block-full", "of them, refused: no room for more blocks")
CSP_BOX_MIB(BLOCKED, "blocked", "floods stopped, for the first time")
CSP_BOX_MIB(BLOCK_RENEWED, "block-renewed", "and once more")
CSP_BOX_MIB(BLOCK_LIFTED, "block-lifted", "blocks that their victim had lifted")
CSP_BOX_MIB(BLOCK_EXPIRED, "block-expired", "blocks whose time was over")
CSP_BOX_MIB(BLOCK_DELETED, "block-deleted", "blocks removed by command")
CSP_BOX_MIB(BLOCK_DROPS, "block-drops", "packets dropped because of a block")
CSP_BOX_MIB(BLOCK_TOLD, "block-told", "times that a flooding host was told so")

/* NAT */
CSP_BOX_MIB(NAT_RESERVED, "nat-reserved", "mappings of a NAT reserved for a Setup or a move")
CSP_BOX_MIB(NAT_REDIRECTED, "nat-redirected", "Redirects that tell a host its name outside")
CSP_BOX_MIB(NAT_CLASH, "nat-clash", "mappings given up: the host has no use for the port")
CSP_BOX_MIB(NAT_IN, "nat-in", "signalling packets sent on to a host inside")
CSP_BOX_MIB(NAT_ASTRAY, "nat-astray",
	    "of these, those that conntrack would have sent to another host")
CSP_BOX_MIB(NAT_OUT, "nat-out", "signalling packets given a source outside")
CSP_BOX_MIB(NAT_NAMED, "nat-named", "Setups from outside forwarded to the host that they name")
CSP_BOX_MIB(NAT_IN_USE, "nat-in-use",
	    "refused: their ports are those of a connection to another host inside")
CSP_BOX_MIB(NAT_STRIPPED, "nat-stripped",
	    "of nat-named, forwarded without the packet that they carried: no room in the MTU")
CSP_BOX_MIB(NAT_TOO_LARGE, "nat-too-large", "dropped: with the name inside larger than the MTU")

/* Pinholes */
CSP_BOX_MIB(PROVISIONAL, "provisional", "pinholes made for a Setup or a move from inside")
CSP_BOX_MIB(CONFIRMED, "confirmed", "pinholes confirmed by an OK")
CSP_BOX_MIB(CONSENTED, "consented", "pinholes opened by the OK of the host inside")
CSP_BOX_MIB(MOVED, "moved", "pinholes that moved with their connection")
CSP_BOX_MIB(REJECTED, "rejected", "provisional pinholes and moves removed by a Reject or Redirect")
CSP_BOX_MIB(UNANSWERED, "unanswered", "provisional pinholes, questions, moves removed: no OK came")
CSP_BOX_MIB(PLAIN, "plain",
	    "provisional pinholes left to conntrack: no OK came, but data went both ways")
CSP_BOX_MIB(DETACHED, "detached", "pinholes closed by a Detach")
CSP_BOX_MIB(IDLE, "idle", "pinholes that conntrack gave up: idle, or deleted there")
CSP_BOX_MIB(DELETED, "deleted", "pinholes removed by command")
CSP_BOX_MIB(CHANGED, "changed", "timeouts changed by an OK to a Change")
CSP_BOX_MIB(LESS, "less", "pinholes that have less time, for the settings have changed")
CSP_BOX_MIB(LESS_TOLD, "less-told", "Changes that tell a host so")
CSP_BOX_MIB(NOT_BELIEVED, "not-believed",
	    "messages about a pinhole ignored: wrong side, or wrong transaction")

/* Home agent */
CSP_BOX_MIB(HOME_REGISTERED, "home-registered", "registrations granted, renewals included")
CSP_BOX_MIB(HOME_DUP, "home-dup", "Registers received again; the answer was repeated")
CSP_BOX_MIB(HOME_STALE, "home-stale",
	    "Registers with an old number: the host was told the last one")
CSP_BOX_MIB(HOME_CHALLENGED, "home-challenged",
	    "Registers from a new place answered with a nonce to be echoed")
CSP_BOX_MIB(HOME_REFUSED, "home-refused",
	    "Registers refused: another host's address, or a source that was translated")
CSP_BOX_MIB(HOME_UNKNOWN, "home-unknown", "Registers dropped: no such key is configured")
CSP_BOX_MIB(HOME_BAD_MAC, "home-bad-mac", "messages of hosts dropped: wrong MAC")
CSP_BOX_MIB(HOME_EXPIRED, "home-expired", "registrations that were not renewed in time")
CSP_BOX_MIB(HOME_REDIRECTED, "home-redirected", "requests answered with where the host is")
CSP_BOX_MIB(HOME_RELAYED, "home-relayed", "Setups and moves relayed to hidden hosts")
CSP_BOX_MIB(HOME_BEHIND, "home-behind", "relayed Setups whose number the host has seen before")
CSP_BOX_MIB(HOME_GONE, "home-gone", "requests refused: the host is not registered")
CSP_BOX_MIB(HOME_MISMATCH, "home-mismatch",
	    "requests refused: not from, or not to, where they say")
CSP_BOX_MIB(HOME_IGNORED, "home-ignored", "signalling dropped: for a host that is away")
CSP_BOX_MIB(GUARD_NO_TOKEN, "guard-no-token",
	    "Setups for guarded hosts refused: no token")
CSP_BOX_MIB(GUARD_WRONG, "guard-wrong",
	    "of them, refused: the token was not made here, or for something else")
CSP_BOX_MIB(GUARD_EXPIRED, "guard-expired", "of them, refused: the token has expired")
CSP_BOX_MIB(GUARD_USED, "guard-used",
	    "of them, refused: the token was shown for another connection")
CSP_BOX_MIB(GUARD_FULL, "guard-full", "of them, refused: no room to remember the token")
CSP_BOX_MIB(GUARD_ASKED, "guard-asked",
	    "of them, passed on to the host, to serve who sent it")
CSP_BOX_MIB(GUARD_OK, "guard-ok", "of them, agreed to by the host, and answered with Redirect")
CSP_BOX_MIB(GUARD_IN_USE, "guard-in-use",
	    "of them, to be asked again: the host uses that port for something else")
CSP_BOX_MIB(GUARD_REFUSED, "guard-refused", "of them, refused by the host")
CSP_BOX_MIB(HOME_PLAIN, "home-plain",
	    "packets answered with ICMP: not signalling, and the host is away")
